"""Tables among frames: rows of cells to write in, below a row of heads or below print."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.drafting.grids import rows_and_columns
from pipeline.drafting.printed_places import SQUARES
from pipeline.drafting.records import Print
from pipeline.geometry import BoxMm
from pipeline.text import fold

UNIT = re.compile(r"(?:€|eur|euros?|km|cm|ans?|kg|[x×]\s*\d+(?:[,.]\d\d)?\s*€)\.?")
"""What is printed in a cell that is to write in all the same."""
ROOM_BELOW_MM = 5.5
"""So much below a label in its frame is to write in."""
_HEAD_SHARE, _OVER_MM, _LEAST_ROWS, _EDGE_MM = 0.6, 5.0, 2, 1.6


@dataclass(frozen=True, slots=True)
class Cell:
    """A frame with the words in it."""

    box: BoxMm
    words: tuple[Print, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def is_free(self) -> bool:
        """Whether all of it is to write in, but for a unit."""
        return not self.words or bool(UNIT.fullmatch(fold(self.text)))

    @property
    def is_ticked(self) -> bool:
        """Whether squares to tick are printed in it."""
        return any(word.text[:1] in SQUARES for word in self.words)

    @property
    def has_room(self) -> bool:
        """Whether one can write below what is printed in it."""
        top = min(word.box_mm.y for word in self.words) - self.box.y
        below = self.box.bottom - max(word.box_mm.bottom for word in self.words)
        return below >= ROOM_BELOW_MM and top < max(4.0, below)


Row = tuple[Cell, ...]
"""From the left."""


@dataclass(frozen=True, slots=True)
class Table:
    """``head``: the row of heads, empty where these are print above it; ``rows``: those to write
    in."""

    head: Row
    rows: tuple[Row, ...]

    def column_of(self, cell: Cell) -> int:
        """From 1."""
        at = rows_and_columns([each.box for row in (self.head, *self.rows) for each in row])
        return at[cell.box][1] + 1


def rows_of(cells: Sequence[Cell]) -> list[Row]:
    """Cells that touch each other by rows, from the top."""
    at = rows_and_columns([cell.box for cell in cells])
    rows: dict[int, list[Cell]] = {}
    for cell in cells:
        rows.setdefault(at[cell.box][0], []).append(cell)
    return [tuple(sorted(rows[n], key=lambda cell: cell.box.x)) for n in sorted(rows)]


def tables_in(rows: Sequence[Row], words: Sequence[Print]) -> Iterator[Table]:
    """The tables of rows that touch each other. One goes on as far as its columns do: a title
    across it, or cells that are divided otherwise, end it."""
    at = 0
    while at < len(rows):
        if _says_heads(rows[at]):
            head, below = rows[at], list(_going_on(rows[at], rows[at + 1 :]))
        elif at == 0 and _is_under_heads(rows[0], words):
            head, below = (), list(_going_on(rows[0], rows))
        else:
            head, below = (), []
        if head and not any(cell.is_free for row in below[:1] for cell in row):
            below = []  # these are heads of nothing, or others stand between
        written = tuple(row for row in below if any(cell.is_free for cell in row))
        if _are_headed(head, written) if head else len(written) >= _LEAST_ROWS:
            yield Table(head, written)
            at += len(below) + bool(head)
        else:
            at += 1


def _says_heads(row: Row) -> bool:
    """Whether a row may say what is to be written below it, rather than ask for it beside."""
    labelled = [cell for cell in row if not cell.is_free]
    if all(cell.has_room for cell in labelled):
        return False  # captions of what is written below them in their cells
    if any(cell.is_ticked for cell in row) or any(cell.is_free for cell in row[1:-1]):
        return False
    asking = sum(cell.text.rstrip().endswith(":") for cell in labelled)
    return len(labelled) >= max(2, _HEAD_SHARE * len(row)) and asking * 2 <= len(labelled)


def _going_on(first: Row, rows: Sequence[Row]) -> Iterator[Row]:
    """The rows whose cells to write in begin and end where those of the first one do."""
    for row in rows:
        free = [cell for cell in row if cell.is_free]
        if not all(_is_column(cell.box, first) for cell in free):
            return
        yield row


def _is_column(box: BoxMm, row: Row) -> bool:
    starts = any(abs(cell.box.x - box.x) <= _EDGE_MM for cell in row)
    return starts and any(abs(cell.box.right - box.right) <= _EDGE_MM for cell in row)


def _are_headed(head: Row, rows: Sequence[Row]) -> bool:
    heads = [cell for cell in head if not cell.is_free]
    free = [cell for row in rows for cell in row if cell.is_free]
    return any(abs(cell.box.x - each.box.x) <= _EDGE_MM for cell in heads for each in free)


def _is_under_heads(row: Row, words: Sequence[Print]) -> bool:
    """Whether print right over a row says what is to be written in it."""
    free = [cell for cell in row if cell.is_free]
    headed = sum(any(_is_over(word.box_mm, cell.box) for word in words) for cell in free)
    return headed >= max(2, _HEAD_SHARE * len(free))


def _is_over(word: BoxMm, cell: BoxMm) -> bool:
    near = -0.5 <= cell.y - word.bottom <= _OVER_MM
    return near and cell.x <= word.x + word.w / 2 <= cell.right
