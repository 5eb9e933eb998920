"""Where somebody may write on a blank: its lines, frames, combs, tables, squares and words."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.drafting.framed import in_frames
from pipeline.drafting.linework import overlap
from pipeline.drafting.open_tables import open_tables
from pipeline.drafting.printed_places import printed_squares
from pipeline.drafting.records import Place, Shape, Sheet
from pipeline.drafting.ringed import ringed_words
from pipeline.drafting.rooms import gaps, signature_rooms
from pipeline.drafting.ruled import on_dots, on_rules
from pipeline.drafting.stripes import unstriped
from pipeline.geometry import BoxMm

_SAME = 0.5
_TOUCHED, _MANY_FIELDS, _BESIDE_FIELDS = 0.2, 5, 0.4
_FEW_LINES = 2
"""A form with so few lines leaves gaps to write in."""


def places_of(sheet: Sheet) -> tuple[Place, ...]:
    """The places of a page, in reading order, none over another."""
    in_rows = unstriped(sheet)
    framed = list(in_frames(in_rows))
    tables = list(open_tables(in_rows, first=1 + max((p.table for p in framed), default=0)))
    rules = [rule for table in tables for rule in table.rules]
    cells = [cell for table in tables for cell in table.cells]
    places = _apart([*framed, *cells, *on_dots(sheet), *on_rules(sheet, but=rules)])
    places = _apart([*places, *printed_squares(sheet)])
    places = _apart([*places, *ringed_words(sheet, places)])
    written = [place for place in places if place.shape in (Shape.LINE, Shape.CELL)]
    places = _apart([*places, *signature_rooms(sheet, places)])
    places = _apart([*places, *gaps(sheet, places, few_lines=len(written) <= _FEW_LINES)])
    return in_reading_order(_on_paper(place, sheet) for place in places)


def _on_paper(place: Place, sheet: Sheet) -> Place:
    """The place as far as the paper goes."""
    box = place.box_mm
    x, y = max(box.x, 0.0), max(box.y, 0.0)
    right, bottom = min(box.right, sheet.width_mm), min(box.bottom, sheet.height_mm)
    return replace(place, box_mm=BoxMm(x, y, right - x, bottom - y))


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
    known = [*(_on_paper(field, sheet) for field in fields), *beside]
    return replace(sheet, places=in_reading_order(known))


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
