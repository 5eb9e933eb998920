"""What is asked at a place, by its label: the type of the field and its name, from a lexicon.

The lexicon, ``models/drafting/labels.tsv``, holds labels as French associations print them. A label
is held against it whole, by its beginning, by what it contains, and by how many letters differ
(rapidfuzz); « Tél. du père » is a label and whom it is about.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from rapidfuzz import fuzz, process

from pipeline import fields
from pipeline.drafting.records import Shape
from pipeline.drafting.tariffs import prices, says_times, without_prices
from pipeline.fields import Nature
from pipeline.paths import MODELS
from pipeline.text import fold

LABELS = MODELS / "drafting" / "labels.tsv"
SECTION = "section"
"""As a type, in the lexicon: a title, whose fields begin with its name."""
_STOP = frozenset(
    re.split(
        " ",
        "de du des d l la le les a au aux et ou un une en votre vos mon ma mes son sa ses pour que"
        " qu s e",
    )
)
_WORD = re.compile(r"[a-z0-9]+")
_BRACKETED = re.compile(r"\((?:s|e|es|x)\)|\([^()]*\)")
_NUMBER_SIGN = re.compile(r"\b(?:n\s?[°ºo]\.?(?=[\W\s]|$)|no\b|numeros?\b|n(?=\s))")
_ABOUT = re.compile(r"\s+(?:du|de la|de l'|des|de|d'|au|a la|pour l'|pour le)\s*(?=\w)")
_AND = re.compile(r"\s+(?:et|&|\+)\s+|\s*,\s*|\s+/\s+")
_BOTH = {
    frozenset({"surname", "given_name"}): "person",
    frozenset({"postal_code", "town"}): "postal_town",
    frozenset({"address", "town"}): "address",
    frozenset({"address", "postal_code"}): "address",
}
_COUNTED = re.compile(r"^(?:nombre|nb|nbre|quantite|qte)\b")
_HOW_MANY = re.compile(r"(?:depuis )?combien\b|annees?\b|depuis combien")
_MEASURED = re.compile(r"\b(?:km|kilometres|heures|minutes|annees|metres|points|seances)\b")
_TOTAL = re.compile(r"(?<!sous )(?<!sous-)\btotal\b")
_CODE = re.compile(r"(?:n |code|matricule|identifiant|reference)\b")
_NARROW_MM = 32.0
"""Nobody writes a name on a line so short."""
_UNITS = re.compile(
    r"^\W{0,2}(cm|kg|km|m|watts|kw|ans?|€|euros?|personnes?|repas|places?|cheques?|fois|mensualites?)\b|^\W?€"
)
_IN_EUROS = re.compile(r"\(\s*(?:en\s+)?(?:€|euros?)\s*\)|\ben (?:€|euros\b)")
_LABEL_SURE = 0.88
_DAY = re.compile(
    r"\b(?:lun|mar|jeu)di\b|\b(?:merc|vend)redi\b|\bsamedi\b|\bdimanche\b|\b\d{1,2}(?:er)?[/ ]"
    r"(?:[01]?\d\b|jan|fev|mars|avr|mai|juin|juil|aou|sep|oct|nov|dec)"
)
SURE_EXACT, LEAST_SURE = 0.97, 0.5
"""A label that is in the lexicon word for word is as sure; and what is, at least, for its type."""
_LEAST_ALIKE_PERCENT, _LEAST_SURE_COUNT = 84.0, 0.75
_UNKNOWN = 0.35
_BARE_COUNT = "quantite"
"""What « Nombre » alone is called; « Nombre de lampions » by its own words."""
_LONGEST_NAME = 32
_LEAST_LETTERS = 5
"""A shorter label may be another one but for a letter."""
_SHORT, _LITTLE = 6, 0.4
"""A word of so few letters, with the blanks around it, says little of so much longer a label."""
_NOT_CODED = ("count", "person", "organisation", "surname")


@dataclass(frozen=True, slots=True)
class Entry:
    """A label of the lexicon; ``key``: its words as they are compared; ``low``: folded."""

    label: str
    type: str
    field: str
    role: str
    key: str
    low: str


@dataclass(frozen=True, slots=True)
class Kind:
    """What a place asks. ``whom``: what its name begins with where another asks the same; ``why``:
    what is in doubt, in French."""

    type: str
    field: str
    role: str = ""
    sure: float = 1.0
    whom: str = ""
    unit: str = ""
    why: tuple[str, ...] = ()


@cache
def lexicon() -> tuple[Entry, ...]:
    """The labels that ship, in the file's order."""
    lines = (line for line in LABELS.read_text("utf-8").splitlines() if not line.startswith("#"))
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    return tuple(
        Entry(
            row["label"],
            row["type"],
            row["field"] or slug(row["label"]),
            row["role"] or "",
            key_of(row["label"]),
            _bare(row["label"]),
        )
        for row in rows
    )


def _bare(label: str) -> str:
    return " ".join(_BRACKETED.sub(" ", fold(label)).split()).strip(" :*")


@cache
def key_of(label: str) -> str:
    """The words of a label as they are compared: no case, accents, articles and plurals."""
    low = _NUMBER_SIGN.sub(" n ", _BRACKETED.sub(" ", fold(label)))
    words = _WORD.findall(low)
    kept = [word for word in words[:-1] if word not in _STOP] + words[-1:]  # « né le », « né à »
    return " ".join(word[:-1] if len(word) > 3 and word[-1] in "sx" else word for word in kept)


@cache
def whom_text(whom: str) -> str:
    """What readers call those whom a name begins with: « père » for ``pere``."""
    titles = [re.sub(r"^(?:l[ea']s?|votre)\s*", "", e.label.lower()) for e in entries_of(SECTION)]
    same = (title for title in titles if fold(title).replace(" ", "") == whom.replace("_", ""))
    return next(same, whom.replace("_", " "))


def slug(text: str, *, most: int = 3) -> str:
    """A name of plain letters for what a text says; ``champ`` where it says nothing."""
    words = _WORD.findall(_BRACKETED.sub(" ", fold(without_prices(text))))
    kept = [word for word in words if word not in _STOP] or words
    name = "_".join(kept[:most])[:_LONGEST_NAME].strip("_")
    if not name:
        return "champ"
    return name if name[0].isalpha() else f"n{name}"


def names_day(text: str) -> bool:
    """Whether a text names a day of the week, or of a month."""
    return bool(_DAY.search(fold(text)))


def section_of(title: str) -> str:
    """What the names of fields begin with below that title; empty for one that says nothing of
    whom they are about."""
    said = re.sub(r"^\W*(?:[0-9ivx]{1,3}|[a-h])\s?[-.)–:]+\s*", "", fold(title))
    match = best_of(said, entries_of(SECTION))
    return match[0].field if match and match[1] >= 0.75 else ""


def kind_of(
    label: str,
    *,
    shape: Shape = Shape.LINE,
    behind: str = "",
    wide_mm: float = 60.0,
    cells: int = 0,
) -> Kind:
    """What somebody is to write at a place with that label, and ``behind`` it in its row."""
    text = without_prices(label)
    kind = _by_lexicon(text, shape)
    kind = _by_print(kind, text, label, behind, shape, wide_mm)
    if kind.sure >= LEAST_SURE:
        return _by_comb(kind, cells)
    if not text:
        return replace(kind, why=("Rien ne dit ce qui est demandé ici.",))
    return _by_comb(
        replace(kind, why=("Le libellé n'est pas connu\u00a0: vérifiez le type.",)), cells
    )


@cache
def is_label(text: str) -> bool:
    """Whether the lexicon knows a text as the label of a place, but for a letter or two."""
    return kind_of(text).sure >= _LABEL_SURE


def _by_lexicon(text: str, shape: Shape) -> Kind:
    marked = shape in (Shape.BOX, Shape.WORD)
    entries = [e for e in lexicon() if e.type != SECTION and (_is_mark(e.type) == marked)]
    if shape is Shape.AREA:
        entries.sort(key=lambda entry: entry.type not in ("signature", "photo", "long_text"))
    best = best_of(text, entries)
    if best and best[1] >= SURE_EXACT:
        return _known(*best)
    if composed := _composed(text, entries) or _of_two(text, entries):
        return composed
    if _CODE.match(_NUMBER_SIGN.sub("n ", fold(text))) and best and best[0].type in _NOT_CODED:
        return Kind("licence", slug(text), sure=0.7)
    if best and best[1] >= LEAST_SURE:
        kind = _known(*best)
        if (
            kind.type == "count"
            and kind.sure < _LEAST_SURE_COUNT
            and not _COUNTED.match(fold(text))
        ):
            return Kind("text", slug(text), sure=_UNKNOWN)
        return replace(kind, field=slug(text)) if kind.field == _BARE_COUNT else kind
    mark = None if marked else best_of(text, [e for e in lexicon() if _is_mark(e.type)])
    if mark and mark[1] >= 0.8:
        return Kind("text", mark[0].field, sure=0.7 * mark[1])
    usual = "long_text" if shape is Shape.AREA else "text"
    return Kind(usual, slug(text), sure=_UNKNOWN if text else 0.2)


def _known(entry: Entry, sure: float) -> Kind:
    return Kind(entry.type, entry.field, entry.role, sure)


def _composed(text: str, entries: Sequence[Entry]) -> Kind | None:
    """A label and whom it is about: « Profession de la mère »."""
    low = fold(text)
    for about in _ABOUT.finditer(low):
        whom = best_of(low[about.end() :], entries_of(SECTION))
        base = best_of(low[: about.start()], entries)
        if not whom or not base or base[0].type in ("count", "amount"):
            continue
        if whom[1] >= 0.9 and base[1] >= 0.9:
            return Kind(base[0].type, base[0].field, base[0].role, 0.9 * base[1], whom[0].field)
    return None


def _of_two(text: str, entries: Sequence[Entry]) -> Kind | None:
    """What asks for two things on one line: « Enfant et classe »."""
    for divided in _AND.finditer(text):
        parts = text[: divided.start()], text[divided.end() :]
        known = [match for part in parts if (match := best_of(part, entries))]
        if len(known) == 2 and all(sure >= 0.9 for _, sure in known):
            types = {entry.type for entry, _ in known}
            if len(types) == 2:
                return Kind(_BOTH.get(frozenset(types), "text"), slug(text), sure=0.7)
    return None


def _by_print(kind: Kind, text: str, label: str, behind: str, shape: Shape, wide_mm: float) -> Kind:
    """What prices and units beside a place say of it, more surely than its label."""
    if shape not in (Shape.LINE, Shape.CELL, Shape.COMB) or kind.type in ("signature", "photo"):
        return kind
    name = kind.field if kind.sure >= LEAST_SURE else slug(text)
    priced = says_times(label) or says_times(behind)
    unit = _UNITS.match(fold(behind).strip())
    said = unit[0].strip(" .(:") if unit else ""
    if not priced and said and said[0] in "€e" and kind.field != "quotient_familial":
        of_sum = "total" if _TOTAL.search(fold(text)) else ""
        return kind if kind.type == "amount" else Kind("amount", name, of_sum, 0.85)
    if kind.type in ("text", "number") and _IN_EUROS.search(fold(label)):
        return Kind("amount", name, "total" if _TOTAL.search(fold(text)) else "", 0.85)
    low = fold(text)
    if kind.type == "amount" and _TOTAL.search(low):
        return replace(kind, role="total")
    counted = _COUNTED.match(low) and not _MEASURED.search(low) and kind.type != "number"
    if (priced or counted) and kind.type != "count" and kind.role != "total":
        return Kind("count", name, "", 0.9)
    if kind.type in ("text", "organisation", "person", "amount") and kind.role != "total":
        few = wide_mm < _NARROW_MM and (
            bool(prices(label)) or (kind.type == "person" and low.endswith("s"))
        )
        if few or _is_free(behind):
            return Kind("count", name, "", 0.6)
    if kind.type == "text" and kind.sure < LEAST_SURE and _HOW_MANY.match(low):
        return Kind("number", name, "", 0.6)
    if said.startswith("an") and kind.type == "text":
        return Kind("age", name, "", 0.8)
    if said.startswith(("cheque", "mensualite", "fois")) and kind.type == "text":
        return Kind("number", "nombre_cheques" if said[0] == "c" else "nombre_versements", "", 0.8)
    if said.startswith(("personne", "repas", "place")) and kind.type in ("text", "organisation"):
        return Kind("count", name, "", 0.8)
    if said in ("cm", "kg", "km", "m", "watts", "kw") and kind.type in ("text", "number"):
        return Kind("number", name, "", 0.85, unit=said)
    return kind


def _is_free(behind: str) -> bool:
    """Whether what stands behind a place begins with « gratuit »."""
    costs = prices(behind)
    return bool(costs) and costs[0].start == 0 and costs[0].cents == 0


def _by_comb(kind: Kind, cells: int) -> Kind:
    """How many cells there are says what the label leaves open."""
    if cells == 14 and kind.type in ("text", "licence"):
        return replace(kind, type="siret", sure=max(kind.sure, 0.6))
    if cells == 27 and kind.type in ("text", "licence"):
        return replace(kind, type="iban", sure=max(kind.sure, 0.7))
    if cells == 10 and kind.type == "text" and kind.sure < LEAST_SURE:
        return replace(kind, type="phone", sure=LEAST_SURE)
    return kind


@cache
def entries_of(*types: str) -> tuple[Entry, ...]:
    """The labels of these types."""
    return tuple(entry for entry in lexicon() if entry.type in types)


@cache
def _is_mark(type_name: str) -> bool:
    if type_name in ("signature", "photo"):
        return False  # of a place by itself, not of options
    return fields.nature(type_name) is Nature.MARK


def best_of(text: str, entries: Sequence[Entry]) -> tuple[Entry, float] | None:
    """The entry that a label is, or begins with, or holds, with how sure that is; of two, the one
    that is written alike."""
    key, low = key_of(text), _bare(text)
    if not key:
        return None
    best: tuple[float, int, bool, Entry] | None = None
    padded = f" {key} "
    for entry in entries:
        sure = _held(padded, f" {entry.key} ")
        if not sure or (best and (sure, len(entry.key)) < best[:2]):
            continue
        rank = (sure, len(entry.key), entry.low == low)
        if best is None or rank > best[:3]:
            best = (*rank, entry)
    if best and best[0] >= SURE_EXACT:
        return best[3], best[0]
    near = process.extractOne(
        key,
        [entry.key for entry in entries],
        scorer=fuzz.ratio,
        score_cutoff=_LEAST_ALIKE_PERCENT,
    )
    if near and len(key) >= _LEAST_LETTERS and (best is None or near[1] / 100 * 0.96 > best[0]):
        return entries[near[2]], near[1] / 100 * 0.96
    return (best[3], best[0]) if best else None


def _held(label: str, known: str) -> float:
    """How sure a label is that known one, where it holds all its words, or is the beginning of it;
    0 where it does neither."""
    if label == known:
        return 1.0
    if len(known) < 4:  # « n », « le »
        return 0.0
    share = len(known) / len(label)
    if label.startswith(known) and len(known) <= _SHORT and share < _LITTLE:
        return 0.4  # « Port » of « Port de lunettes ou de lentilles »
    if label.startswith(known):
        return 0.58 + 0.37 * share
    if known in label:
        return 0.4 + 0.4 * share
    if known.startswith(label) and len(label) > 5:
        return 0.35 + 0.4 / share
    return 0.0
