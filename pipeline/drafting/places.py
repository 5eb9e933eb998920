"""Where somebody may write on a blank: its lines, frames, combs, tables, squares and words."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.drafting.framed import in_frames
from pipeline.drafting.linework import overlap
from pipeline.drafting.printed_places import gaps, printed_squares, ringed_words
from pipeline.drafting.records import Place, Shape, Sheet
from pipeline.drafting.ruled import on_dots, on_rules
from pipeline.geometry import BoxMm

_SAME = 0.5
_TOUCHED, _MANY_FIELDS, _BESIDE_FIELDS = 0.2, 5, 0.4
_FEW_LINES = 2
_MANY_GAPS = 2
"""A form with so few lines leaves gaps to write in, as does one with so many more gaps."""


def places_of(sheet: Sheet) -> tuple[Place, ...]:
    """The places of a page, in reading order, none over another."""
    places = _apart([*in_frames(sheet), *on_dots(sheet), *on_rules(sheet)])
    places = _apart([*places, *printed_squares(sheet)])
    boxes = [place.box_mm for place in places if place.shape is Shape.BOX]
    places = _apart([*places, *ringed_words(sheet, boxes)])
    written = [place for place in places if place.shape in (Shape.LINE, Shape.CELL)]
    left = list(gaps(sheet, [place.box_mm for place in places]))
    if len(written) <= _FEW_LINES or len(left) > _MANY_GAPS * len(written):
        places = _apart([*places, *left])
    return in_reading_order(places)


def with_fields(sheet: Sheet, fields: Sequence[Place]) -> Sheet:
    """The page with its places: its form fields, and what is drawn where none of these is."""
    drawn = places_of(sheet)
    # What is drawn apart from many fields is rarely to be filled in.
    less = _BESIDE_FIELDS if len(fields) >= _MANY_FIELDS else 1.0
    beside = [
        replace(place, sure=less * place.sure)
        for place in drawn
        if not any(_shares(place.box_mm, field.box_mm) for field in fields)
    ]
    return replace(sheet, places=in_reading_order((*fields, *beside)))


def _shares(box: BoxMm, other: BoxMm) -> bool:
    return overlap(box, other) > _TOUCHED * min(box.w * box.h, other.w * other.h)


def in_reading_order(places: Iterable[Place]) -> tuple[Place, ...]:
    """From the top, and in a row from the left."""
    rows: list[list[Place]] = []
    for place in sorted(places, key=lambda place: place.box_mm.y + place.box_mm.h / 2):
        middle = place.box_mm.y + place.box_mm.h / 2
        last = rows[-1][-1].box_mm if rows else None
        if last and middle - (last.y + last.h / 2) < 0.4 * min(last.h, place.box_mm.h):
            rows[-1].append(place)
        else:
            rows.append([place])
    return tuple(place for row in rows for place in sorted(row, key=lambda p: p.box_mm.x))


def _apart(places: Sequence[Place]) -> list[Place]:
    """The places less those that lie mostly over an earlier one, or it over them."""
    kept: list[Place] = []
    for place in places:
        box = place.box_mm
        areas = ((other.box_mm, overlap(box, other.box_mm)) for other in kept)
        if not any(area >= _SAME * min(box.w * box.h, o.w * o.h) for o, area in areas):
            kept.append(place)
    return kept
