"""From places and their labels to zones: lines that go on, groups of cells, options together."""

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.drafting.beside import How, Labelled
from pipeline.drafting.drafted import DOUBTFUL, DraftZone
from pipeline.drafting.grouping import grouped
from pipeline.drafting.kinds import Kind, key_of, kind_of, names_day, section_of, slug
from pipeline.drafting.options import answer_of, how_many, marked_kind
from pipeline.drafting.phrases import is_level
from pipeline.drafting.records import Shape
from pipeline.drafting.tariffs import prices, tariff_cents, without_prices
from pipeline.geometry import BoxMm, bounding_box
from pipeline.text import fold

_GOES_ON_MM, _GOES_LEFT_MM = 15.0, 120.0
_NO_COST = re.compile(r"\b(?:deja|payee?s?|remises?|reductions?|rembours\w+|cautions?)\b")
"""What a price is of that no answer makes due: « Avez-vous déjà payé l'acompte de 50 € ? »."""
_GROUP_MM = 9.0
"""Cells of one value stand so near each other at most."""
_LEAD = ("a", "le", "par", "du", "au", "en", "de", "soit")
"""Words that only lead to a place."""
_JOINS = re.compile(r"[\s/.\-–|]*")
_IS_LINE_AMOUNT = re.compile(
    r"^\W*(?:€|euros?|soit|sous[- ]total|montant)?\W*$|=\s*$", re.IGNORECASE
)
_LEADS = re.compile(r"\b(?:soit|font)\W*$", re.IGNORECASE)
_SEVERAL_LINES = (
    "text",
    "long_text",
    "address",
    "organisation",
    "person",
    "surname",
    "postal_town",
)
_ALONE = re.compile(r"^nom(?: prenom)?$|^nom (?!famille|jeune|naissance|usage|patronymique)")
_WHO_IS_READ = ["participant", "adherent", "stagiaire", "benevole", "eleve", "exposant"]
"""Those whom most forms are about: a name needs no word for them."""


def zones_of(known: Sequence[Labelled], *, page: int) -> tuple[DraftZone, ...]:
    """The zones of a page but those of tables, in the order of reading."""
    marks = [each for each in known if each.place.shape in (Shape.BOX, Shape.WORD)]
    lines = [each for each in known if each.place.shape in (Shape.LINE, Shape.COMB, Shape.AREA)]
    zones = [
        *_of_lines(lines, page),
        *(zone_of_marks(group, page=page) for group in grouped(marks)),
    ]
    zones.sort(key=lambda zone: (round(zone.places[0].y / 4), zone.places[0].x))
    return tuple(_named_by_neighbours(zones))


def _of_lines(lines: Sequence[Labelled], page: int) -> list[DraftZone]:
    zones: list[DraftZone] = []
    before: Labelled | None = None
    for each in lines:
        last = zones[-1] if zones else None
        if last and before and last.comb and _is_same_comb(before, each):
            zones[-1] = _longer_comb(last, each)
        elif last and before and last.lines and _is_same_date(before, each, last):
            zones[-1] = replace(last, lines=(bounding_box([*last.lines, each.place.box_mm]),))
        elif last and before and _is_amount_of(before, each, last):
            zones.append(_line_amount(last, each, page))
        elif target := _goes_on(zones, each):
            zones[target[0]] = _with_line(target[1], each.place.box_mm)
        else:
            zones.append(zone_of(each, page=page))
        before = each
    return zones


def zone_of(each: Labelled, *, page: int, kind: Kind | None = None, label: str = "") -> DraftZone:
    """The zone of a line, a comb, an area or a cell."""
    place, box = each.place, each.place.box_mm
    said = label or each.label
    kind = kind or kind_of(
        said, shape=place.shape, behind=each.behind, wide_mm=box.w, cells=place.cells
    )
    if place.asked == "signature":
        kind = replace(kind, type="signature", field="signature", sure=0.95, why=())
    is_drawn = kind.type in ("signature", "photo")
    costs = None
    if kind.type == "count":
        costs = next(
            (c for t in (each.behind, said, each.row) if (c := tariff_cents(t)) is not None), None
        )
    section = section_of(each.section) if each.section else ""
    return DraftZone(
        field=kind.field,
        type=kind.type,
        label=_told(said, kind.field),
        page=page,
        lines=() if is_drawn else (box,),
        comb=(place.cells,) if place.cells and not is_drawn else (),
        boxes={"oui": box} if is_drawn else {},
        tariff_cents=costs,
        role=kind.role,
        unit=kind.unit,
        pattern=_pattern(kind.type, place.cells),
        whom=kind.whom or section,
        named_whom=bool(kind.whom) and kind.whom not in _WHO_IS_READ,
        sure=round(kind.sure * max(each.sure, 0.3) * place.sure, 2),
        doubts=kind.why + _doubts(each),
    )


def _doubts(each: Labelled) -> tuple[str, ...]:
    if each.how is How.NOTHING:
        return ("Aucun libellé n'est imprimé à côté.",)
    if each.place.sure < DOUBTFUL:
        return ("Est-ce bien un endroit où écrire\u00a0?",)
    if each.how is How.NAME:
        return ("Le libellé vient du nom du champ dans le PDF.",)
    return ()


def _told(label: str, field: str) -> str:
    """What readers call a field: its label, where that says enough by itself."""
    text = _shown(label)
    return text if text and fold(text) not in _LEAD else field.replace("_", " ").capitalize()


def _shown(label: str) -> str:
    """A label as people read it, without its price, colon and dots."""
    text = without_prices(label).rstrip(" :.…*").lstrip(" €=:-–")
    if text.isupper() and len(text) > 4:
        text = text.capitalize()
    return text[:1].upper() + text[1:]


def _pattern(type_name: str, cells: int) -> str:
    return f"[0-9A-Z]{{{cells}}}" if type_name == "licence" and cells > 2 else ""


def _is_same_comb(before: Labelled, each: Labelled) -> bool:
    """Whether cells go on those before them: « |_|_|/|_|_|/|_|_|_|_| »."""
    a, b = before.place, each.place
    if a.shape is not Shape.COMB or b.shape is not Shape.COMB:
        return False
    near = is_level(a.box_mm, b.box_mm) and b.box_mm.x - a.box_mm.right < _GROUP_MM
    return near and bool(_JOINS.fullmatch(before.behind))


def _longer_comb(zone: DraftZone, each: Labelled) -> DraftZone:
    comb = (*zone.comb, each.place.cells)
    lines = (*zone.lines, each.place.box_mm)
    kind = kind_of(zone.label, shape=Shape.COMB, cells=sum(comb))
    return replace(
        zone,
        lines=lines,
        comb=comb,
        type=kind.type,
        pattern=_pattern(kind.type, sum(comb)),
    )


def _is_same_date(before: Labelled, each: Labelled, zone: DraftZone) -> bool:
    """Whether short lines go on a day: « ___ / ___ / _____ »."""
    a, b = before.place.box_mm, each.place.box_mm
    near = is_level(a, b) and 0 <= b.x - a.right < _GROUP_MM and b.w < 30
    is_day = zone.type in ("date", "birth_date") or "/" in before.behind
    own = each.label if each.how is How.LEFT else ""
    return near and is_day and not re.search(r"\w", before.behind + own)


def _is_amount_of(before: Labelled, each: Labelled, zone: DraftZone) -> bool:
    """Whether a line takes the amount of the count before it in its row."""
    if not is_level(before.place.box_mm, each.place.box_mm) or zone.tariff_cents is None:
        return False
    label = each.label if each.how is How.LEFT else before.behind
    rest = without_prices(label) if label == before.behind or not label else label
    return zone.type == "count" and bool(
        _IS_LINE_AMOUNT.search(rest.strip()) or "=" in label or _LEADS.search(label)
    )


def _line_amount(count: DraftZone, each: Labelled, page: int) -> DraftZone:
    return DraftZone(
        field=f"{count.field}_montant",
        type="amount",
        label=f"Montant, {count.label[:1].lower()}{count.label[1:]}",
        page=page,
        lines=(each.place.box_mm,),
        line_of=count.field,
        sure=0.85,
    )


def _goes_on(zones: Sequence[DraftZone], each: Labelled) -> tuple[int, DraftZone] | None:
    """The zone that a line without a label goes on: the last over it that ends near it."""
    if each.how is not How.NOTHING or each.place.shape is not Shape.LINE or not zones:
        return None
    box = each.place.box_mm
    if prices(each.behind):
        return None
    row = [z.lines[-1] for z in zones[-2:] if z.lines and is_level(z.lines[-1], box)]
    for n in range(len(zones) - 1, max(-1, len(zones) - 6), -1):
        zone = zones[n]
        if not zone.lines or zone.comb or zone.type not in _SEVERAL_LINES:
            continue
        last = zone.lines[-1]
        if zone.type == "surname" and not fold(zone.label).startswith("noms"):
            continue
        if any(not _is_other_column(other, last, box) for other in row):
            continue  # something else is asked in its row
        below = 2 < box.y - last.y < _GOES_ON_MM
        if below and last.x - _GOES_LEFT_MM < box.x < last.right and box.right > last.x:
            return n, zone
    return None


def _is_other_column(other: BoxMm, last: BoxMm, box: BoxMm) -> bool:
    """Whether a line in the row of another stands left or right of all that goes on in it."""
    return other.x >= max(box.right, last.right) or other.right <= min(box.x, last.x)


def _with_line(zone: DraftZone, box: BoxMm) -> DraftZone:
    lines = (*zone.lines, box)
    if zone.type in ("person", "surname"):
        return replace(zone, lines=lines, repeated=True, type="person")
    return replace(zone, lines=lines, type="long_text" if zone.type == "text" else zone.type)


def zone_of_marks(group: Sequence[Labelled], *, page: int) -> DraftZone:
    """The zone of check squares or words to ring that answer one question."""
    question = group[0].question
    options = [each.label or f"option {n}" for n, each in enumerate(group, start=1)]
    kind = marked_kind(without_prices(question), options)
    if kind.type == "yes_no" and len({*map(key_of, options)}) < len(options):
        kind = replace(kind, type="choice", sure=0.4)
    if kind.type == "choice" and names_day(question) and all(e.how is How.HEAD for e in group):
        kind = replace(kind, type="ticks", field=slug(question))
    if all(each.place.asked == "radio" for each in group) and kind.type == "ticks":
        kind = replace(kind, type="choice", sure=0.95)
    keys = _keys(options, is_yes_no=kind.type == "yes_no")
    where = dict(zip(keys, (each.place.box_mm for each in group), strict=True))
    is_word = group[0].place.shape is Shape.WORD
    costs = [tariff_cents(option) for option in options]
    priced = sum(cost is not None for cost in costs) * 2 > len(costs) and any(costs)
    if is_word and kind.type == "ticks" and how_many(question) == "one":
        kind = replace(kind, type="choice")  # one rings one of « matin / après-midi / journée »
    if priced and kind.type == "ticks" and all(each.head for each in group):
        kind = replace(kind, type="choice")  # a row of a table of prices
    why = kind.why
    if kind.type == "yes_no" and _NO_COST.search(fold(" ".join((question, *options)))):
        priced = False
    elif kind.type == "yes_no" and any(costs) and "non" in keys:
        priced = True  # « oui (+ 120 €) », and « non » costs nothing
        costs = [cost or 0 for cost in costs]
    elif kind.type == "yes_no" and not priced and (asked := tariff_cents(question)):
        # « Repas (12 €) : oui □ non □ »
        costs, priced = [asked if key == "oui" else 0 for key in keys], True
        why += ("Le prix est celui de la question\u00a0: vérifiez-le.",)
    if priced and None in costs:
        why += ("Une option n'a pas de prix imprimé\u00a0: 0 est proposé.",)
    label = question or (options[0] if len(options) == 1 else "")
    section = group[0].section
    return DraftZone(
        field=kind.field,
        type=kind.type,
        label=_told(label, kind.field),
        page=page,
        boxes={} if is_word else where,
        words=where if is_word else {},
        options={key: _shown(text) for key, text in zip(keys, options, strict=True)},
        tariffs_cents=dict(zip(keys, (cost or 0 for cost in costs), strict=True)) if priced else {},
        role=kind.role,
        whom=section_of(section) if section else "",
        sure=round(kind.sure * min(each.sure * each.place.sure for each in group), 2),
        doubts=why,
    )


def _keys(options: Sequence[str], *, is_yes_no: bool) -> list[str]:
    keys: list[str] = []
    for option in options:
        key = (answer_of(option) or "non") if is_yes_no else slug(option)
        base, n = key, 2
        while key in keys:
            key, n = f"{base}_{n}", n + 1
        keys.append(key)
    return keys


def _named_by_neighbours(zones: Sequence[DraftZone]) -> list[DraftZone]:
    """« À » behind a birth is where it was; children who are the only people that are counted are
    those of a family."""
    changed = whole_names(zones)
    counted = [zone for zone in zones if zone.type == "count" and zone.role == "people"]
    for n, zone in enumerate(zones):
        key = key_of(zone.label)
        if zone.type == "person" and key.startswith("nom ") and _has_given_name(zone, zones):
            changed[n] = replace(
                zone, type="surname", field="nom", whom=zone.field, named_whom=True
            )
        elif counted == [zone] and zone.field == "enfants" and zone.tariff_cents is None:
            changed[n] = replace(zone, type="number", role="")
        elif zone.type == "given_name" and not zone.named_whom and n and zones[n - 1].named_whom:
            changed[n] = replace(zone, whom=zones[n - 1].whom, named_whom=True)
        elif zone.field == "lieu" and n and zones[n - 1].type == "birth_date":
            changed[n] = replace(
                zone,
                type="town",
                field="lieu_naissance",
                label="Lieu de naissance",
                sure=0.85,
                doubts=(),
            )
    return changed


def whole_names(zones: Sequence[DraftZone]) -> list[DraftZone]:
    """The zones; a « Nom » without a « Prénom » beside it is a person's whole name."""
    changed = list(zones)
    for n, zone in enumerate(zones):
        beside = zones[max(0, n - 1) : n + 4]
        if any(other.type == "given_name" for other in beside):
            continue
        if zone.type == "surname" and _ALONE.match(key_of(zone.label)):
            doubts = (*zone.doubts, "Nom seul, ou nom et prénom\u00a0?")
            changed[n] = replace(zone, type="person", sure=min(zone.sure, 0.7), doubts=doubts)
    return changed


def _has_given_name(person: DraftZone, zones: Sequence[DraftZone]) -> bool:
    """Whether the given name of whom a label names is asked apart: « Nom du tuteur », « Son
    prénom »."""
    behind = zones[zones.index(person) + 1 :][:1]
    own = any(fold(zone.label).startswith("son prenom") for zone in behind)
    return own or any(z.type == "given_name" and z.whom == person.field for z in zones)
