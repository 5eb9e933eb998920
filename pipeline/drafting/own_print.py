"""Of the words on a filled page, those that the form prints: what stands where nobody writes, what
the lexicon knows as a label, and what stands behind a square to tick."""

import math
import re
from collections.abc import Iterator, Sequence

from pipeline.drafting.kinds import is_label
from pipeline.drafting.linework import lines_of, overlap
from pipeline.drafting.records import Place, Print, Shape, Sheet
from pipeline.drafting.ticked import is_square
from pipeline.geometry import BoxMm

_MOST_WORDS = 6
"""Words of a label."""
_LEAST_LETTERS = 4
"""In a place, fewer letters are no label: « le », « à »."""
_APART_MM = 3.0
"""Words so far apart are not of one label."""
_BEHIND_SQUARE_MM, _OPTION_APART_MM = 4.0, 2.5
_IN_PLACE = (Shape.LINE, Shape.CELL, Shape.COMB, Shape.AREA)
_SAYS = re.compile(r"[^\W\d_]{2}")
_HIDDEN, _LABELLED_CELLS, _SAME_COLUMN_MM = 0.2, 3, 1.5
_COLONS = 3
"""With so many labels that end in colons, a page ends them all so."""


def labels_in(words: Sequence[Print]) -> int:
    """How many labels of the lexicon words say, wherever these stand."""
    return sum(_label_end(line, at) > 0 for line in lines_of(words) for at in range(len(line)))


def own_print(sheet: Sheet, places: Sequence[Place]) -> Iterator[Print]:
    """The words that are the form's own."""
    squares = [frame for frame in sheet.frames if is_square(frame)]
    legible = [word for word in sheet.words if not _is_mark(word, squares)]
    lines = lines_of(legible)
    places = _but_label_cells(lines, places)
    colons = sum(_is_colon(line, _label_end(line, 0)) for line in lines) >= _COLONS
    for line in lines:
        yield from _print_in(line, places, squares, colons=colons)


def _but_label_cells(lines: Sequence[Sequence[Print]], places: Sequence[Place]) -> Sequence[Place]:
    """The places less those of a column in which labels stand: its cells have frames, too."""
    within = [(_place_of(line[0], places), _label_end(line, 0) > 0) for line in lines]
    kept = []
    for place in places:
        column = [label for cell, label in within if cell and _is_below(cell.box_mm, place.box_mm)]
        if sum(column) < max(_LABELLED_CELLS, 0.5 * len(column)):
            kept.append(place)
    return kept


def _is_below(cell: BoxMm, other: BoxMm) -> bool:
    return abs(cell.x - other.x) <= _SAME_COLUMN_MM >= abs(cell.right - other.right)


def _print_in(
    line: Sequence[Print], places: Sequence[Place], squares: Sequence[BoxMm], *, colons: bool
) -> Iterator[Print]:
    """``colons``: whether the page ends its labels so; an engine misses some."""
    at, answered_to = 0, 0.0
    while at < len(line):
        word, before = line[at], line[at - 1] if at else None
        is_first = before is None or word.box_mm.x - before.box_mm.right > _APART_MM
        end = _label_end(line, at)
        colon = _is_colon(line, end) or (colons and at == 0 and _lost_colon(line, end, places))
        is_first &= not (colons and answered_to)
        long = sum(len(each.text) for each in line[at:end]) >= _LEAST_LETTERS
        if end and (colon or (is_first and (long or _place_of(word, places) is None))):
            yield from line[at:end]
            answered_to, at = _answered_to(line[end - 1], places) if colon else 0.0, end
        elif _is_behind_square(word, squares):
            end = at + 1
            while end < len(line) and _goes_on(line[end - 1], line[end]):
                end += 1
            yield from line[at:end]
            answered_to, at = 0.0, end
        else:
            is_answer = word.box_mm.x < answered_to and not word.text.startswith("(")
            if not (is_answer or _place_of(word, places) or (answered_to and _hides(word, places))):
                yield word
            at += 1


def _lost_colon(line: Sequence[Print], end: int, places: Sequence[Place]) -> bool:
    """Whether a place begins behind the label that ends there, and nothing on its way to it ends
    in a colon."""
    if not end or any(each.text.endswith(":") for each in line[end:]):
        return False
    return math.isfinite(_answered_to(line[end - 1], places))


def _answered_to(colon: Print, places: Sequence[Place]) -> float:
    """How far to the right an answer may reach that stands behind a colon before its line begins:
    it hides the line."""
    y = _level_of(colon)
    level = (
        p.box_mm for p in places if p.shape in _IN_PLACE and p.box_mm.y <= y <= p.box_mm.bottom
    )
    return min((box.x for box in level if box.right > colon.box_mm.right), default=math.inf)


def _level_of(word: Print) -> float:
    return word.box_mm.y + 0.6 * word.box_mm.h


def _is_colon(line: Sequence[Print], end: int) -> bool:
    """Whether a label ends in one that ends there; 0 where none does."""
    return end > 0 and line[end - 1].text.endswith(":")


def _label_end(line: Sequence[Print], at: int) -> int:
    """Where the label ends that begins there; 0 where none does."""
    best = 0
    for end in range(at + 1, min(len(line), at + _MOST_WORDS) + 1):
        if end > at + 1 and not _goes_on(line[end - 2], line[end - 1], most_mm=_APART_MM):
            break
        text = " ".join(word.text for word in line[at:end])
        if _SAYS.search(text) and is_label(text.rstrip(" :")):
            best = end
        if line[end - 1].text.endswith(":"):
            break
    return best


def _goes_on(before: Print, word: Print, *, most_mm: float = _OPTION_APART_MM) -> bool:
    return word.box_mm.x - before.box_mm.right <= most_mm


def _place_of(word: Print, places: Sequence[Place]) -> Place | None:
    """The place that a word stands in."""
    x, y = word.box_mm.x + word.box_mm.w / 2, _level_of(word)
    inside = (p for p in places if p.shape in _IN_PLACE and p.box_mm.contains(x, y))
    return next(inside, None)


def _hides(word: Print, places: Sequence[Place]) -> bool:
    """Whether a word stands over the end of a place, as no print does."""
    box, y = word.box_mm, _level_of(word)
    level = (
        p.box_mm for p in places if p.shape in _IN_PLACE and p.box_mm.y <= y <= p.box_mm.bottom
    )
    return any(min(box.right, p.right) - max(box.x, p.x) > _HIDDEN * box.w for p in level)


def _is_mark(word: Print, squares: Sequence[BoxMm]) -> bool:
    """Whether an engine took a square, or the mark in it, for letters."""
    box = word.box_mm
    return any(overlap(box, square) > 0.4 * square.w * square.h for square in squares)


def _is_behind_square(word: Print, squares: Sequence[BoxMm]) -> bool:
    middle = word.box_mm.y + word.box_mm.h / 2
    return any(
        -1.0 <= word.box_mm.x - square.right <= _BEHIND_SQUARE_MM
        and square.y - 1 <= middle <= square.bottom + 1
        for square in squares
    )
