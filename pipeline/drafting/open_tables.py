"""Tables of level rules alone, whose columns are where their heads begin."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.drafting.linework import is_level, lines_of, phrases_in
from pipeline.drafting.records import Place, Print, Shape, Sheet
from pipeline.geometry import BoxMm, bounding_box

_ALIKE_MM, _STEP_MM = 1.5, (4.5, 14.5)
_LEAST_RULES, _LEAST_WIDE_MM = 3, 60.0
_HEAD_MM, _LEAST_COLUMN_MM = 10.0, 8.0


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
    printed = max((w.box_mm.right for _, _, words in rows for w in words), default=rules[0].x - 1)
    heads = [bounding_box([w.box_mm for w in p]) for p in phrases_in(lines_of(head)[-1])]
    starts = [box.x for box in heads if box.x > printed]
    if len(starts) < (1 if any(words for *_, words in rows) else 2):
        return
    ends = [*(start - 1.0 for start in starts[1:]), rules[0].right]
    before = len(heads) - len(starts) or int(printed > rules[0].x)
    for row, (upper, lower, _) in enumerate(rows, 1):
        for column, (start, end) in enumerate(zip(starts, ends, strict=True), before + 1):
            box = BoxMm(start, upper.bottom, end - start, lower.y - upper.bottom)
            if box.w >= _LEAST_COLUMN_MM:
                yield Place(box, Shape.CELL, row=row, column=column, table=number, sure=0.8)


def _words_in(sheet: Sheet, rule: BoxMm, top: float, bottom: float) -> list[Print]:
    band = BoxMm(rule.x - 1, top, rule.w + 2, bottom - top)
    boxes = ((word, word.box_mm) for word in sheet.words)
    return [word for word, b in boxes if band.contains(b.x + b.w / 2, b.y + b.h / 2)]
