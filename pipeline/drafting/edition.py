"""The form of a blank's next edition, made of the form that is known: its zones follow the print
that they stand beside; what nobody can tell is marked to be looked at.

Fields, keys and comments stay, so that tables of two years have the same columns.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.drafting import blocks
from pipeline.drafting.beside import NEAR_MM, Printed
from pipeline.drafting.doubts import doubted, doubts, settled
from pipeline.drafting.draft import draft_of
from pipeline.drafting.edits import PLACES, delete, set_key
from pipeline.drafting.followed import Followed, Pair, followed, label_of
from pipeline.drafting.newcomers import with_newcomers
from pipeline.drafting.phrases import Phrase, phrases_of
from pipeline.drafting.records import Place, Shape, Sheet
from pipeline.drafting.repriced import repriced
from pipeline.drafting.tariffs import without_prices
from pipeline.forms.faults import lines_of
from pipeline.geometry import BoxMm

_SHAPES = {"lines_mm": Shape.LINE, "boxes_mm": Shape.BOX, "words_mm": Shape.WORD}
_LONGEST_LABEL = 60


def next_edition(
    text: str, before: Sequence[Sheet], after: Sequence[Sheet], *, form_id: str, edition_of: str
) -> str:
    """The file of the form ``form_id`` on the blank ``after``, made of the ``text`` of the form
    ``edition_of`` on the blank ``before``.

    Zones whose label says something else now, or is gone, are marked to be looked at, and so are
    those that are put in for places that the form before had none for. Date and tariffs are what
    the new print says, where the old one says what the form has. Raises ValueError (French) where
    the blanks have nothing in common.
    """
    pages = followed(before, after)
    if not pages:
        raise ValueError(
            "Ce vierge n'a rien de commun avec celui du modèle\u00a0: en faire un nouveau modèle."
        )
    old, new = (draft_of(sheets, form_id=form_id) for sheets in (before, after))
    for where in doubts(text):  # of the edition before
        text = settled(text, where)
    moving = _moved(_named(text, form_id, edition_of), pages)
    made = repriced(moving.text, old, new, moving.boxes)
    for where in reversed(moving.gone):
        made = delete(made, where)
    return with_newcomers(made, new, pages)


def _named(text: str, form_id: str, edition_of: str) -> str:
    """The text under its own name, and that of the form it is another edition of."""
    document = blocks.parsed(text)
    document["id"] = form_id
    if document.get("blank", "blank.pdf") != "blank.pdf":
        document["blank"] = "blank.pdf"
    document.pop("edition_of", None)
    text = blocks.written(document, text)
    lines = text.split("\n")
    lines.insert(lines_of(text)[("id",)], f'edition_of = "{edition_of}"')
    return "\n".join(lines)


@dataclass(slots=True)
class Moving:
    """A form's file while its zones are moved. ``gone``: the parts of pages that are gone;
    ``boxes``: where each place stood and stands, by its zone and option."""

    text: str
    gone: list[str] = field(default_factory=list)
    why: list[tuple[str, str]] = field(default_factory=list)
    boxes: dict[tuple[str, str], tuple[int, BoxMm, int, BoxMm]] = field(default_factory=dict)


def _moved(text: str, pages: Mapping[int, Followed]) -> Moving:
    document = blocks.parsed(text)
    moving = Moving(text)
    prints = {number: _print(page.old, document, number) for number, page in pages.items()}
    for name, follow in (("zones", _zone), ("areas", _area), ("tables", _table)):
        for n, entry in enumerate(document.get(name, ())):
            number, where = int(entry.get("page", 1)), f"{name}.{n}"
            if number not in pages:
                moving.gone.append(where)
                continue
            follow(moving, where, entry, pages[number], prints[number])
            if pages[number].new.number != number:
                entry["page"] = pages[number].new.number
    made = blocks.written(document, text)
    for where, why in reversed(moving.why):
        made = doubted(made, where, why)
    moving.text = made
    return moving


def _print(sheet: Sheet, document: Any, number: int) -> Printed:
    """The print of a page, and what of it the form asks for."""
    places = [
        Place(BoxMm(*map(float, box)), _SHAPES[key])
        for zone in document.get("zones", ())
        if int(zone.get("page", 1)) == number
        for key, _, box in _boxes(zone)
    ]
    return Printed(sheet, phrases_of(sheet), tuple(places))


def _boxes(zone: Any) -> Iterator[tuple[str, Any, Any]]:
    """Every rectangle of a zone or an area: its key, its number or option, its numbers."""
    for key in PLACES:
        places = zone.get(key, ())
        named = places.items() if isinstance(places, Mapping) else enumerate(places)
        for name, box in named:
            yield key, name, box


def _zone(moving: Moving, where: str, zone: Any, page: Followed, print_: Printed) -> None:
    own: Phrase | None = None
    for key, name, numbers in list(_boxes(zone)):
        box = BoxMm(*map(float, numbers))
        label = label_of(print_, Place(box, _SHAPES[key]))
        pair = page.pair_of(label) if label else None
        if label and label != own:
            option = name if isinstance(name, str) else ""
            _note(moving, where, zone, label, pair, option=option)
        own = own or label
        first = page.pair_of(own) if own else None
        moved = page.moved(box, pair or first or page.nearest(box))
        _put(numbers, (moved.x, moved.y, moved.w, moved.h))
        option = name if isinstance(name, str) else ""
        stands = (page.old.number, box, page.new.number, moved)
        moving.boxes.setdefault((where, option), stands)


def _note(
    moving: Moving, where: str, zone: Any, label: Phrase, pair: Pair | None, *, option: str = ""
) -> None:
    """What is to be looked at, of a zone whose label is another or gone."""
    said = _words(label)
    what = f"La case «\u00a0{said}\u00a0»" if option else f"«\u00a0{said}\u00a0»"
    if pair is None:
        moving.why.append((where, f"{what} n'est plus imprimé\u00a0: est-ce encore demandé\u00a0?"))
    elif pair.renamed:
        new = _words(pair.new)
        moving.why.append((where, f"{what} s'appelle maintenant «\u00a0{new}\u00a0»."))
        if not option:
            set_key(zone, "label", new)
        elif option in zone.get("options", ()):
            zone["options"][option] = new


def _words(phrase: Phrase) -> str:
    plain = without_prices(phrase.text).strip(" :.…_-–*") or phrase.text
    return plain[:_LONGEST_LABEL].replace('"', "'")


def _area(_: Moving, __: str, area: Any, page: Followed, ___: Printed) -> None:
    for _key, _name, numbers in _boxes(area):
        box = BoxMm(*map(float, numbers))
        inside = [pair for pair in page.pairs if _holds(box, pair.old.box_mm)]
        moved = page.moved(box, inside[0] if inside else page.nearest(box))
        _put(numbers, (moved.x, moved.y, moved.w, moved.h))


def _holds(area: BoxMm, box: BoxMm) -> bool:
    return area.contains(box.x + box.w / 2, box.y + box.h / 2)


def _table(moving: Moving, where: str, table: Any, page: Followed, print_: Printed) -> None:
    """Its columns move with their heads, its rows with what stands at them."""
    rows = [(float(y), float(height)) for y, height in table.get("rows_mm", ())]
    if not rows:
        return
    (top, height), heads = rows[0], []
    spans = []
    for m, column in enumerate(table.get("columns", ())):
        at = f"{where}.columns.{m}"
        for key, name, span in _spans(column):
            box = BoxMm(float(span[0]), top, float(span[1]), height)
            label = print_.above(Place(box, Shape.CELL), most_mm=NEAR_MM)
            pair = page.pair_of(label) if label else None
            if label and key == "x_mm":
                _note(moving, at, column, label, pair)
            heads += [pair] if pair else []
            moved = page.moved(box, pair or page.nearest(box))
            spans.append((span, moved))
            moving.boxes.setdefault((at, name), (page.old.number, box, page.new.number, moved))
    left = min((BoxMm(float(s[0]), top, float(s[1]), height) for s, _ in spans), key=lambda b: b.x)
    for numbers, (y, h) in zip(table["rows_mm"], rows, strict=True):
        cell = BoxMm(left.x, y, left.w, h)
        beside = print_.before(Place(cell, Shape.CELL))
        pair = page.pair_of(beside) if beside else None
        moved = page.moved(cell, pair or next(iter(heads), None) or page.nearest(cell))
        _put(numbers, (moved.y, moved.h))
    for span, moved in spans:
        _put(span, (moved.x, moved.w))


def _spans(column: Any) -> Iterator[tuple[str, str, Any]]:
    if "x_mm" in column:
        yield "x_mm", "", column["x_mm"]
    for key in PLACES[1:]:
        for name, span in column.get(key, {}).items():
            yield key, str(name), span


def _put(numbers: Any, values: Iterable[float]) -> None:
    """Numbers of the file that are others now; a hair's breadth is none."""
    for n, value in enumerate(values):
        if abs(float(numbers[n]) - value) > 0.02:
            numbers[n] = round(max(value, 0.0), 2)
