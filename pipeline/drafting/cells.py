"""The cells of a printed table: rows that are entries, or a question in each cell."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import mean

from pipeline.drafting.beside import How, Labelled
from pipeline.drafting.drafted import DOUBTFUL, DraftTable, DraftZone
from pipeline.drafting.kinds import Kind, kind_of, names_day, section_of, slug
from pipeline.drafting.records import Shape
from pipeline.drafting.tariffs import prices, says_times, tariff_cents, without_prices
from pipeline.drafting.zones import whole_names, zone_of, zone_of_marks
from pipeline.geometry import BoxMm, bounding_box
from pipeline.text import fold

_NUMBERED = re.compile(
    r"\W*(?:\w{0,14}\W{0,2})?(?:n\W?\s?)?\d{1,2}\W*|\W*\d(?:er|ere|e|eme|nd|nde)\b.{0,14}|\W*"
)
"""What stands before a row and only counts it."""
_ALIGNED_MM, _BESIDE_MM = 2.5, 14.0
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
    each cell is a zone, called by its row and its column, or each row a question whose cells are
    ticked."""
    marks = [each for each in known if each.place.shape in (Shape.BOX, Shape.WORD)]
    zones: list[DraftZone] = []
    tables: list[DraftTable] = []
    taken: set[int] = set()
    for grid in _grids(known, marks):
        rows = {each.place.row: each.row for each in grid}
        if len(rows) > 1 and all(_NUMBERED.fullmatch(fold(row)) for row in rows.values()):
            inside = _marks_in(grid, marks)
            tables.append(_table(grid, inside, page))
            taken.update(id(mark) for mark in inside)
        else:
            zones += _zones(grid, page)
    return Gridded(tuple(zones), tuple(tables), frozenset(taken))


def _grids(known: Sequence[Labelled], marks: Sequence[Labelled]) -> list[list[Labelled]]:
    """The cells by tables; two in the same rows are one where marks stand between them."""
    cells: dict[int, list[Labelled]] = {}
    for each in known:
        if each.place.shape is Shape.CELL:
            cells.setdefault(each.place.table, []).append(each)
    grids: list[list[Labelled]] = []
    for number in sorted(cells, key=lambda n: min(e.place.box_mm.x for e in cells[n])):
        grid = cells[number]
        left = next((g for g in grids if _is_one_table(g, grid, marks)), None)
        if left is None:
            grids.append(grid)
        else:
            last = max(each.place.column for each in left)
            left += [_further(each, last) for each in grid]
    return sorted(grids, key=lambda grid: grid[0].place.table)


def _further(each: Labelled, columns: int) -> Labelled:
    return replace(each, place=replace(each.place, column=each.place.column + columns))


def _is_one_table(
    left: Sequence[Labelled], right: Sequence[Labelled], marks: Sequence[Labelled]
) -> bool:
    tops = [sorted({round(each.place.box_mm.y) for each in grid}) for grid in (left, right)]
    if len(tops[0]) != len(tops[1]):
        return False
    start = max(each.place.box_mm.right for each in left)
    end = min(each.place.box_mm.x for each in right)
    between = [
        mark
        for mark in _marks_in(left, marks)
        if start - 1 <= mark.place.box_mm.x and mark.place.box_mm.right <= end + 1
    ]
    return bool(between) and all(abs(a - b) <= 1 for a, b in zip(*tops, strict=True))


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
    columns += _marked_columns(marks, rows, [each.place.box_mm.x for each in grid], page)
    columns = whole_names(sorted(columns, key=lambda zone: zone.places[0].x))
    return DraftTable(page, tuple((row.y, row.h) for row in rows), tuple(columns))


def _marks_in(grid: Sequence[Labelled], marks: Sequence[Labelled]) -> list[Labelled]:
    """The marks that stand in the rows of a table, beside its cells."""
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
    marks: Sequence[Labelled], rows: Sequence[BoxMm], cells: Sequence[float], page: int
) -> Iterator[DraftZone]:
    """A column for the marks of the first row that stand over others; of those side by side, one
    whose options they are. ``cells``: where cells to write in begin."""
    first = [m for m in marks if rows[0].y <= m.place.box_mm.y <= rows[0].bottom]
    groups: list[list[Labelled]] = []
    for mark in sorted(first, key=lambda mark: mark.place.box_mm.x):
        box = mark.place.box_mm
        below = [m for m in marks if abs(m.place.box_mm.x - box.x) < _ALIGNED_MM]
        if len(below) * 2 < len(rows):
            continue
        last = groups[-1][-1].place.box_mm if groups else None
        if last and box.x - last.right < _BESIDE_MM and not any(last.x < x < box.x for x in cells):
            groups[-1].append(mark)
        else:
            groups.append([mark])
    for group in groups:
        zone = zone_of_marks(group, page=page)
        if zone.type == "choice" and zone.sure < DOUBTFUL:
            zone = replace(zone, type="ticks")
        doubt = "Une case par ligne du tableau\u00a0: vérifiez."
        yield replace(zone, sure=min(zone.sure, 0.7), doubts=(*zone.doubts, doubt))


def _ticked(grid: Sequence[Labelled], page: int) -> list[DraftZone]:
    """A question of each row, which is answered by ticking cells; none where cells are written in.

    Heads with a price and rows without one, or options over days, are not written on.
    """
    heads = [each.head for each in grid]
    rows: dict[int, list[Labelled]] = {}
    for each in grid:
        rows.setdefault(each.place.row, []).append(each)
    names = [row[0].row for row in rows.values()]
    if len(rows) < 2 or min(len(row) for row in rows.values()) < 2 or not all((*heads, *names)):
        return []
    priced = all(tariff_cents(head) is not None for head in heads)
    is_free = not any(prices(name) for name in names)
    is_asked = [kind_of(text, shape=Shape.CELL).sure >= DOUBTFUL for text in (*heads, *names)]
    are_days = all(map(names_day, names))
    if not is_free or not (priced or are_days) or sum(is_asked) * 2 > len(is_asked):
        return []
    return [
        replace(
            zone_of_marks(
                [replace(each, label=each.head, question=each.row, how=How.HEAD) for each in row],
                page=page,
            ),
            type="ticks",
            field=slug(row[0].row),
        )
        for row in rows.values()
    ]


def _zones(grid: Sequence[Labelled], page: int) -> Iterator[DraftZone]:
    if ticked := _ticked(grid, page):
        yield from ticked
        return
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
        priced = _is_priced(by_row[row]) or any(says_times(each.behind) for each in own)
        if (counted or priced) and by_row[row]:
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
    if sum(says_times(each.behind) for each in row) > 1:
        yield from (_priced(each, page) for each in row)
        return
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


def _priced(each: Labelled, page: int) -> DraftZone:
    """A count whose price stands in its cell: « Adulte », below « Adhérent »."""
    label = " – ".join(filter(None, (without_prices(each.row), each.head)))
    return zone_of(each, page=page, kind=Kind("count", slug(label), "", 0.9), label=label)


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
