"""Tables of level rules alone, whose columns are where their heads are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.drafting.linework import is_level, lines_of, phrases_in
from pipeline.drafting.records import Place, Print, Shape, Sheet
from pipeline.geometry import BoxMm, bounding_box

_ALIKE_MM, _STEP_MM = 1.5, (4.5, 14.5)
_LEAST_RULES, _LEAST_WIDE_MM = 3, 60.0
_HEAD_MM, _LEAST_COLUMN_MM = 10.0, 8.0
_BEFORE_HEAD_MM = 1.0
_EXACT_MM = 2.5


@dataclass(frozen=True, slots=True)
class OpenTable:
    """The rules of a table, from the top, and its cells to write in."""

    rules: tuple[BoxMm, ...]
    cells: tuple[Place, ...]


def open_tables(sheet: Sheet, *, first: int) -> Iterator[OpenTable]:
    """Every table of that kind; ``first`` is the number of the first."""
    number = first
    for rules in _ladders(sheet):
        cells = tuple(_cells(rules, sheet, number))
        if cells:
            yield OpenTable(tuple(rules), cells)
            number += 1


def _ladders(sheet: Sheet) -> list[list[BoxMm]]:
    """Rules of one length below each other."""
    ladders: list[list[BoxMm]] = []
    level = (rule for rule in sheet.rules if is_level(rule) and rule.w >= _LEAST_WIDE_MM)
    for rule in sorted(level, key=lambda rule: rule.y):
        for ladder in ladders:
            last = ladder[-1]
            alike = max(abs(last.x - rule.x), abs(last.right - rule.right)) <= _ALIKE_MM
            if alike and _STEP_MM[0] <= rule.y - last.y <= _STEP_MM[1]:
                ladder.append(rule)
                break
        else:
            ladders.append([rule])
    crossed = [frame for frame in sheet.frames if frame.h <= _STEP_MM[1]]
    return [
        ladder
        for ladder in ladders
        if len(ladder) >= _LEAST_RULES and not any(_touches(f, ladder) for f in crossed)
    ]


def _touches(frame: BoxMm, ladder: Sequence[BoxMm]) -> bool:
    """Whether a frame is a cell between the rules: such a table is not open."""
    inside = ladder[0].x - 1 <= frame.x and frame.right <= ladder[0].right + 1
    return inside and any(abs(frame.y - rule.y) <= 1 for rule in ladder)


def _cells(rules: Sequence[BoxMm], sheet: Sheet, number: int) -> Iterator[Place]:
    head = _words_in(sheet, rules[0], rules[0].y - _HEAD_MM, rules[0].y)
    if not head:
        return
    rows = [(a, b, _words_in(sheet, a, a.y, b.y)) for a, b in pairwise(rules)]
    heads = [bounding_box([w.box_mm for w in p]) for p in phrases_in(lines_of(head)[-1])]
    columns = list(_columns(heads, rules[0]))
    free = [
        span
        for span in columns
        if span[1] - span[0] >= _LEAST_COLUMN_MM
        and not any(_stands_in(w.box_mm, span) for *_, words in rows for w in words)
    ]
    if len(free) < (1 if any(words for *_, words in rows) else 2):
        return
    # What stands before the first head has a column of its own.
    unheaded = any(w.box_mm.right < columns[0][0] for *_, words in rows for w in words)
    for row, (upper, lower, _) in enumerate(rows, 1):
        for start, end in free:
            box = BoxMm(start, upper.bottom, end - start, lower.y - upper.bottom)
            column = columns.index((start, end)) + 1 + unheaded
            yield Place(box, Shape.CELL, row=row, column=column, table=number, sure=0.8)


def _columns(heads: Sequence[BoxMm], table: BoxMm) -> Iterator[tuple[float, float]]:
    """Where the column of each head begins and ends: heads are centred in them, if columns can be
    found of which all are; else each begins where its head does."""
    starts = _if_centred(heads, table) or [head.x - _BEFORE_HEAD_MM for head in heads]
    return pairwise([*starts, table.right])


def _if_centred(heads: Sequence[BoxMm], table: BoxMm) -> list[float]:
    """The left edges of columns with heads in their middles, from the last one on; none where a
    column would reach into the next head, or out of the table."""
    starts: list[float] = []
    right = table.right
    for n in range(len(heads) - 1, -1, -1):
        head = heads[n]
        start = 2 * (head.x + head.w / 2) - right
        before = heads[n - 1].right if n else table.x - _EXACT_MM
        if not before <= start <= head.x:
            return []
        starts.insert(0, start)
        right = start
    return starts


def _stands_in(word: BoxMm, span: tuple[float, float]) -> bool:
    shared = min(word.right, span[1]) - max(word.x, span[0])
    return shared > 0.2 * word.w or span[0] < word.x + word.w / 2 < span[1]


def _words_in(sheet: Sheet, rule: BoxMm, top: float, bottom: float) -> list[Print]:
    band = BoxMm(rule.x - 1, top, rule.w + 2, bottom - top)
    boxes = ((word, word.box_mm) for word in sheet.words)
    return [word for word, b in boxes if band.contains(b.x + b.w / 2, b.y + b.h / 2)]
