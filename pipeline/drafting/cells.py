"""The cells of a printed table: rows that are entries, or a question in each cell."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import mean

from pipeline.drafting.beside import Labelled
from pipeline.drafting.drafted import DraftTable, DraftZone
from pipeline.drafting.kinds import Kind, kind_of, section_of, slug
from pipeline.drafting.records import Shape
from pipeline.drafting.tariffs import prices, tariff_cents, without_prices
from pipeline.drafting.zones import zone_of
from pipeline.geometry import BoxMm, bounding_box
from pipeline.text import fold

_NUMBERED = re.compile(
    r"\W*(?:\w{0,14}\W{0,2})?(?:n\W?\s?)?\d{1,2}\W*|\W*\d(?:er|ere|e|eme|nd|nde)\b.{0,14}|\W*"
)
"""What stands before a row and only counts it."""
_ALIGNED_MM = 2.5
_MOST_UNEVEN = 0.34
"""Of the rows of a column, so many may be without a cell to write in."""


@dataclass(frozen=True, slots=True)
class Gridded:
    """What the tables of a page gave, and the check squares that they took with them."""

    zones: tuple[DraftZone, ...]
    tables: tuple[DraftTable, ...]
    taken: frozenset[int]


def of_tables(known: Sequence[Labelled], *, page: int) -> Gridded:
    """The tables of a page. A table whose rows are people, or other entries, stays one; in another
    each cell is a zone, called by its row and its column."""
    cells: dict[int, list[Labelled]] = {}
    for each in known:
        if each.place.shape is Shape.CELL:
            cells.setdefault(each.place.table, []).append(each)
    marks = [each for each in known if each.place.shape is Shape.BOX]
    zones: list[DraftZone] = []
    tables: list[DraftTable] = []
    taken: set[int] = set()
    for number in sorted(cells):
        grid = cells[number]
        rows = {each.place.row: each.row for each in grid}
        if len(rows) > 1 and all(_NUMBERED.fullmatch(fold(row)) for row in rows.values()):
            inside = _marks_in(grid, marks)
            tables.append(_table(grid, inside, page))
            taken.update(id(mark) for mark in inside)
        else:
            zones += _zones(grid, page)
    return Gridded(tuple(zones), tuple(tables), frozenset(taken))


def _table(grid: Sequence[Labelled], marks: Sequence[Labelled], page: int) -> DraftTable:
    numbers = sorted({each.place.row for each in grid})
    rows = [bounding_box([e.place.box_mm for e in grid if e.place.row == n]) for n in numbers]
    columns = []
    for column in sorted({each.place.column for each in grid}):
        own = [each for each in grid if each.place.column == column]
        box = bounding_box([each.place.box_mm for each in own])
        lines = tuple(BoxMm(box.x, row.y, box.w, row.h) for row in rows)
        cells = max(each.place.cells for each in own)
        zone = zone_of(own[0], page=page)
        if zone.type in ("signature", "photo"):
            columns.append(replace(zone, boxes={"oui": lines[0]}))
            continue
        uneven = 1 - len(own) / len(rows)
        sure = zone.sure * (0.7 if uneven > _MOST_UNEVEN else 1.0)
        columns.append(
            replace(zone, lines=lines, repeated=True, comb=(cells,) if cells else (), sure=sure)
        )
    columns += _marked_columns(marks, rows, page)
    columns.sort(key=lambda zone: zone.places[0].x)
    return DraftTable(page, tuple((row.y, row.h) for row in rows), tuple(columns))


def _marks_in(grid: Sequence[Labelled], marks: Sequence[Labelled]) -> list[Labelled]:
    """The check squares that stand in the rows of a table, beside its cells."""
    rows = [each.place.box_mm for each in grid]
    inside = []
    for mark in marks:
        box = mark.place.box_mm
        middle = box.y + box.h / 2
        in_cell = any(cell.contains(box.x + box.w / 2, middle) for cell in rows)
        if not in_cell and any(cell.y <= middle <= cell.bottom for cell in rows):
            inside.append(mark)
    return inside


def _marked_columns(
    marks: Sequence[Labelled], rows: Sequence[BoxMm], page: int
) -> Iterator[DraftZone]:
    """A column for the squares of the first row that stand over others."""
    first = [m for m in marks if rows[0].y <= m.place.box_mm.y <= rows[0].bottom]
    for mark in sorted(first, key=lambda mark: mark.place.box_mm.x):
        box = mark.place.box_mm
        below = [m for m in marks if abs(m.place.box_mm.x - box.x) < _ALIGNED_MM]
        if len(below) * 2 < len(rows):
            continue
        label = without_prices(mark.label)
        yield DraftZone(
            field=slug(label),
            type="checkbox",
            label=label,
            page=page,
            boxes={"oui": box},
            options={"oui": label or "Oui"},
            sure=0.7,
            doubts=("Une case par ligne du tableau : vérifiez.",),
        )


def _zones(grid: Sequence[Labelled], page: int) -> Iterator[DraftZone]:
    heads = {each.place.column: each.head for each in grid}
    by_row = {each.place.row: each.row for each in grid}
    of_heads = {n: kind_of(head, shape=Shape.CELL) for n, head in heads.items() if head}
    of_rows = {n: kind_of(row, shape=Shape.CELL) for n, row in by_row.items() if row}
    counted = any(kind.type in ("count", "amount") for kind in of_heads.values()) and any(
        kind.type == "count" or prices(by_row[n]) for n, kind in of_rows.items()
    )
    sure_rows = mean(kind.sure for kind in of_rows.values()) if of_rows else 0.0
    sure_heads = mean(kind.sure for kind in of_heads.values()) if of_heads else 0.0
    for row in sorted(by_row):
        own = sorted((e for e in grid if e.place.row == row), key=lambda e: e.place.column)
        if (counted or _is_priced(by_row[row])) and by_row[row]:
            yield from _counted(own, of_rows[row], of_heads, page)
        elif sure_heads > sure_rows:
            yield from (_by_head(each, page) for each in own)
        else:
            yield from (_by_row(each, page, several=len(own) > 1) for each in own)


def _is_priced(row: str) -> bool:
    return tariff_cents(row) is not None


def _counted(
    row: Sequence[Labelled], kind: Kind, heads: dict[int, Kind], page: int
) -> Iterator[DraftZone]:
    """How many of something, and what they cost: a count and, behind it, its amount."""
    count = ""
    if kind.role == "total":
        yield zone_of(row[-1], page=page, kind=kind, label=row[-1].row)
        return
    for each in row:
        head = heads.get(each.place.column)
        is_amount = (head and head.type == "amount") or (count and len(row) > 1)
        name = kind.field if kind.type == "count" else slug(each.row)
        if not is_amount:
            own = Kind("count", name, kind.role if kind.type == "count" else "", 0.9)
            zone = zone_of(each, page=page, kind=own, label=each.row)
            costs = tariff_cents(each.row)
            yield replace(zone, tariff_cents=costs if costs is not None else zone.tariff_cents)
            count = zone.field
        elif count:
            label = f"Montant, {without_prices(each.row).lower()}"
            own = Kind("amount", f"{count}_montant", sure=0.85)
            yield replace(zone_of(each, page=page, kind=own, label=label), line_of=count)
        else:
            own = Kind("amount", name, kind.role if kind.type == "amount" else "", 0.8)
            yield zone_of(each, page=page, kind=own, label=each.row)


def _by_head(each: Labelled, page: int) -> DraftZone:
    zone = zone_of(each, page=page, label=each.head or each.row)
    whom = slug(each.row) if each.row else ""
    return replace(zone, whom=section_of(each.row) or whom or zone.whom)


def _by_row(each: Labelled, page: int, *, several: bool) -> DraftZone:
    zone = zone_of(each, page=page, label=each.row or each.head)
    if not several or not each.head:
        return zone
    whom = section_of(each.head) or slug(each.head)
    return replace(zone, whom=whom, named_whom=True)
