"""What is proposed to be added up, and who the people of a form are."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.drafting.drafted import DraftPeople, DraftSum, DraftTable, DraftZone
from pipeline.drafting.tariffs import (
    costs_of_one,
    says_times,
    singular,
    tariff_cents,
    without_prices,
)
from pipeline.text import fold

_COUNTED = re.compile(r"^(?:nombre|nb|total|tarif|pour)\s+(?:d[e']s?\s*|les\s+)?", re.IGNORECASE)
_IS_PAID = re.compile(r"\b(?:montant|somme|regl\w+|pay(?:er|e|es)|prix|cotisation)\b")
_FEE = re.compile(r"\b(?:obligatoires?|adhesion|cotisation|frais de \w+|forfait)\b")
_LONGEST_FEE = 60
_FEE_DOUBT = "«\u00a0{}\u00a0» est imprimé sans case\u00a0: chaque fiche le paie-t-elle\u00a0?"
_ELSEWHERE = "Le prix est imprimé ailleurs\u00a0: vérifiez-le."
_WHO = re.compile(r"(?:iaire|ante?|eur|euse|iste|ienne?)$")
"""What those are called who do something: « stage », « stagiaire »."""
_HALF_DAY, _HALVES = "demi-journee", ("matin", "matinee", "apres-midi")
_UNCOUNTED = "autres"
_OTHERS = (
    *("responsable", "responsable1", "responsable2", "pere", "mere", "urgence", "medecin"),
    *("conjoint", "payeur", "facturation", "structure", "accompagnateur", "autorise", "capitaine"),
)
"""Whom a form asks for beside the person it is about."""
_BESIDE = (
    *("professeur", "medecin", "urgence", "contact", "responsable", "conducteur", "auteur"),
    *("titulaire", "tuteur", "conjoint", "capitaine", "accompagnant"),
)


def sum_of(zones: Sequence[DraftZone], texts: Sequence[str] = ()) -> DraftSum | None:
    """``[sum]``: counts with their printed tariffs, gifts, and the amounts beside counts; None
    where nothing costs anything. ``texts``: the print, which may name what all pay."""
    once = [zone for zone in zones if not zone.repeated]
    counts = [z for z in once if z.type == "count" and z.tariff_cents is not None]
    tariffs = {zone.field: zone.tariff_cents for zone in counts if zone.tariff_cents is not None}
    totals = [zone for zone in once if zone.type == "amount" and zone.role == "total"]
    if not totals:  # the only amount of a form on which things cost
        single = [zone for zone in once if zone.type == "amount" and not zone.line_of]
        totals = [zone for zone in single if len(single) == 1 and _IS_PAID.search(fold(zone.label))]
    total = totals[-1].field if totals else ""
    adds = tuple(
        z.field for z in once if z.type == "amount" and z.role == "gift" and z.field != total
    )
    if not tariffs and not adds and not any(zone.tariffs_cents for zone in zones):
        return None
    lines = {
        zone.line_of: zone.field
        for zone in once
        if zone.type == "amount" and zone.line_of in tariffs
    }
    why: tuple[str, ...] = () if total else ("Aucun total n'est demandé sur la fiche.",)
    if len(totals) > 1:
        why += ("Plusieurs totaux\u00a0: le dernier est pris.",)
    why += tuple(_FEE_DOUBT.format(text) for text in texts if _is_fee(text, zones))
    if not any(tariffs.values()) and not adds and not any(z.tariffs_cents for z in zones):
        return None
    return DraftSum(total, tariffs, adds, lines, why)


@dataclass(frozen=True, slots=True)
class Fee:
    """What seems to be due from all: what it is called, and its cents; what else the doubt says
    that names it is the ``rest``."""

    called: str
    cents: int
    rest: str


def fee_of(doubt: str) -> Fee | None:
    """The first fee that a doubt of ``sum_of`` asks about."""
    before, _, after = _FEE_DOUBT.partition("{}")
    begin, _, named = doubt.partition(before)
    text, asked, end = named.partition(after)
    cents = tariff_cents(text) if asked else None
    return Fee(without_prices(text), cents, f"{begin}{end}".strip()) if cents else None


def _is_fee(text: str, zones: Sequence[DraftZone]) -> bool:
    """Whether the print names an amount that seems to be due from all, and is asked nowhere."""
    cents = tariff_cents(text)
    if not cents or says_times(text) or len(text) > _LONGEST_FEE or not _FEE.search(fold(text)):
        return False
    said = fold(without_prices(text))
    asked = [name for zone in zones for name in (zone.label, *zone.options.values()) if name]
    return not any(fold(name) in said or said in fold(name) for name in asked)


def priced_elsewhere(zones: Sequence[DraftZone], texts: Sequence[str]) -> list[DraftZone]:
    """The zones; of counts and options beside which no price stands, with the one that the print
    names: « 18 € par mois » of « Nombre de mois », « stage (55 €) » of « Nombre de stagiaires »,
    « demi-journée : 18 € » of « matin »."""
    costs = costs_of_one(texts)
    return [_priced_options(_priced_count(zone, costs), costs) for zone in zones]


def _priced_count(zone: DraftZone, costs: Mapping[str, int]) -> DraftZone:
    noun = _noun(zone)
    root = _WHO.sub("", noun)
    alike = [n for n in costs if n.startswith(root)] if len(root) > 2 and root != noun else []
    of = noun if noun in costs else alike[0] if len(alike) == 1 else ""
    if not of:
        return zone
    return replace(zone, tariff_cents=costs[of], doubts=(*zone.doubts, _ELSEWHERE))


def _priced_options(zone: DraftZone, costs: Mapping[str, int]) -> DraftZone:
    """Options of which each is called like something that costs so much."""
    if zone.tariffs_cents or len(zone.options) < 2 or not costs:
        return zone
    nouns = {key: fold(text).strip(" .:") for key, text in zone.options.items()}
    known = {
        key: costs.get(singular(noun), costs.get(_HALF_DAY) if noun in _HALVES else None)
        for key, noun in nouns.items()
    }
    cents = {key: cost for key, cost in known.items() if cost is not None}
    if len(cents) < len(known):
        return zone
    return replace(zone, tariffs_cents=cents, doubts=(*zone.doubts, _ELSEWHERE))


def _noun(zone: DraftZone) -> str:
    """What a count without a price counts; empty of all other zones."""
    if zone.type != "count" or zone.tariff_cents is not None or zone.repeated:
        return ""
    words = _COUNTED.sub("", zone.label).split()
    return singular(words[0]) if words else ""


def people_of(zones: Sequence[DraftZone], tables: Sequence[DraftTable]) -> DraftPeople | None:
    """``[people]``: the columns of a table of people, the lines of their names, or the surname and
    the given name of the form's person; None where nobody is named."""
    single = [zone for zone in zones if not zone.repeated and len(zone.lines) == 1]
    if of_one := _pair([zone for zone in single if zone.whom not in _OTHERS]):
        return DraftPeople(of_one)
    for table in tables:
        if of_table := _pair(table.columns) or _single(table.columns):
            return _counting(of_table, zones)
    for zone in zones:
        if zone.type == "person" and zone.repeated:
            return _counting((zone.field,), zones)
    named = _pair(single) or _single(single)
    return DraftPeople(named) if named else None


def _pair(zones: Sequence[DraftZone]) -> tuple[str, ...]:
    """The first surname and the given name that goes with it."""
    for n, zone in enumerate(zones):
        if zone.type != "surname":
            continue
        near = [*zones[n + 1 : n + 4], *zones[max(0, n - 1) : n]]
        given = next((z for z in near if z.type == "given_name" and z.whom == zone.whom), None)
        if given:
            return (zone.field, given.field)
    return ()


def _single(zones: Sequence[DraftZone]) -> tuple[str, ...]:
    people = (zone for zone in zones if zone.type == "person" and zone.whom not in _OTHERS)
    return tuple(zone.field for zone in people if zone.field not in _BESIDE)[:1]


def _counting(named: tuple[str, ...], zones: Sequence[DraftZone]) -> DraftPeople:
    """With the counts of those who are named, where the form counts them by what they pay."""
    counted = [z for z in zones if z.type == "count" and z.role == "people" and not z.repeated]
    counted = [zone for zone in counted if zone.tariff_cents is not None]
    people = DraftPeople(named)
    if not counted:
        return people
    uncounted = _UNCOUNTED if all(zone.field != _UNCOUNTED for zone in zones) else "non_comptes"
    labels = {zone.field: _one_of(zone.label) for zone in counted} | {uncounted: "autre"}
    return replace(
        people,
        counted=tuple(zone.field for zone in counted),
        uncounted=uncounted,
        labels=labels,
        why=("Chaque personne nommée est-elle comptée une fois\u00a0?",),
    )


def _one_of(label: str) -> str:
    """What one of those is called whom a label counts."""
    words = _COUNTED.sub("", label).split()
    named = (word if "." in word or word.isupper() else word.rstrip("s").lower() for word in words)
    return " ".join(named)
