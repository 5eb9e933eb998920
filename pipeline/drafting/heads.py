"""The cells of a table with the heads of their columns and rows."""

from collections.abc import Sequence

from pipeline.drafting.beside import ABOVE_MM, How, Labelled, Printed
from pipeline.drafting.phrases import Phrase, is_level
from pipeline.drafting.records import Place, Shape
from pipeline.drafting.tariffs import prices, says_times

_ROW_HEAD_MM, _BEHIND_CELL_MM = 140.0, 3.0
_NUMBER_MM = 10.0
"""A first column no wider, without a head, only counts its rows."""


def by_table(places: Sequence[Place]) -> dict[int, list[Place]]:
    tables: dict[int, list[Place]] = {}
    for place in places:
        if place.shape is Shape.CELL:
            tables.setdefault(place.table, []).append(place)
    return tables


def labels_of_cells(print_: Printed, cells: Sequence[Place]) -> dict[int, Labelled]:
    """The cells of a table with the heads of their columns and rows."""
    columns = {place.column for place in cells}
    heads = {n: _head(print_, [c for c in cells if c.column == n], cells) for n in columns}
    rows = {n: _row_head(print_, [c for c in cells if c.row == n]) for n in {c.row for c in cells}}
    known = {}
    first = min(columns)
    is_numbered = not heads[first] and len(columns) > 1 and all(heads[n] for n in columns - {first})
    for cell in cells:
        if is_numbered and cell.column == first and cell.box_mm.w <= _NUMBER_MM:
            continue  # its numbers could not be read
        head, row = heads[cell.column], rows[cell.row]
        behind = print_.behind(cell, most_mm=_BEHIND_CELL_MM)
        known[id(cell)] = Labelled(
            cell,
            head or row,
            How.HEAD if head else How.ROW if row else How.NOTHING,
            behind.text if behind and behind not in print_.used else "",
            head=head,
            row=row,
            sure=0.9 if head or row else 0.2,
        )
    return known


def _head(print_: Printed, column: Sequence[Place], cells: Sequence[Place]) -> str:
    """What is printed over the first cell of a column, over several rows perhaps."""
    first = min(column, key=lambda place: place.box_mm.y).box_mm
    top = min(cell.box_mm.y for cell in cells)
    over = [
        phrase
        for phrase in print_.phrases
        if phrase.middle_mm < top + 0.5
        and first.x - 1 <= phrase.box_mm.x + phrase.box_mm.w / 2 <= first.right + 1
        and phrase.box_mm.w <= first.w + 4
    ]
    head: list[Phrase] = []
    edge = top
    for phrase in sorted(over, key=lambda phrase: -phrase.middle_mm):
        if edge - phrase.box_mm.bottom > (ABOVE_MM if not head else 2.2):
            break
        head.insert(0, phrase)
        edge = phrase.box_mm.y
    print_.used.update(head)
    return " ".join(phrase.text for phrase in head)


def _row_head(print_: Printed, row: Sequence[Place]) -> str:
    """What is printed left of the first cell of a row, in its columns without a place, and between
    its cells; a price is a part of it."""
    first = min(row, key=lambda place: place.box_mm.x).box_mm
    last = max(cell.box_mm.right for cell in row)
    start = max(
        (
            place.box_mm.right
            for place in print_.places
            if place.shape is Shape.CELL
            and place.table != row[0].table
            and place.box_mm.right <= first.x + 1
            and is_level(place.box_mm, first)
        ),
        default=first.x - _ROW_HEAD_MM,
    )  # of a table beside it
    level = [
        phrase
        for phrase in print_.phrases
        if first.y - 0.5 <= phrase.middle_mm <= first.bottom + 0.5
        and (
            start - 1 <= phrase.box_mm.x < first.x
            or (start - 1 <= phrase.box_mm.x < last + _BEHIND_CELL_MM and prices(phrase.text))
        )
    ]
    times = [phrase for phrase in level if phrase.box_mm.x > first.x and says_times(phrase.text)]
    if len(times) > 1:  # each is of the cell before it
        level = [phrase for phrase in level if phrase not in times]
    level.sort(key=lambda phrase: (round(phrase.box_mm.x / 4), phrase.box_mm.y))
    print_.used.update(level)
    return " ".join(phrase.text for phrase in level)
