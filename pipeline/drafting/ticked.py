"""Check squares that somebody ticked: a mark over its sides hides a square from who seeks frames.

A form's squares are of one size. Where one is seen, others of its size are sought in its row by
their four sides, whatever is in them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median

import cv2
import numpy as np

from pipeline.drafting.linework import overlap
from pipeline.drafting.records import Print, Sheet
from pipeline.forms.blank import PX_PER_MM
from pipeline.geometry import BoxMm
from pipeline.records import Gray, Mask

_SQUARE_MM = (2.0, 7.0)
_DARK = 190
_SIDES = 0.8
"""Share of each side that is dark, at least."""
_REACH_PX = 3
"""A row rises or falls by so much across a page."""
_SAME_ROW_MM, _ROW_MM, _LETTERS = 0.4, 1.2, 4


def with_ticked(sheet: Sheet, picture: Gray) -> Sheet:
    """The page with the ticked squares that stand in a row with others, as frames, too; the squares
    of a row on one level, which a mark over a side hides."""
    squares = [f for f in sheet.frames if is_square(f)]
    ticked: list[BoxMm] = []
    for square in squares:
        for box in _like(square, picture):
            known = any(overlap(box, other) > 0 for other in (*squares, *ticked))
            if not (known or any(_holds(word, box) for word in sheet.words)):
                ticked.append(box)
    every = [*squares, *ticked]
    frames = (_level(frame, every) if is_square(frame) else frame for frame in sheet.frames)
    return replace(sheet, frames=(*frames, *(_level(box, every) for box in ticked)))


def _holds(word: Print, box: BoxMm) -> bool:
    """Whether a square would be a part of a word, as round letters on a line may look like one."""
    letters = len(word.text) >= _LETTERS and word.box_mm.w > 2 * box.w
    return letters and overlap(word.box_mm, box) > 0.5 * box.w * box.h


def _level(square: BoxMm, squares: Sequence[BoxMm]) -> BoxMm:
    middle = square.y + square.h / 2
    row = [each for each in squares if abs(each.y + each.h / 2 - middle) < _ROW_MM]
    return replace(square, y=median(box.y for box in row), h=median(box.h for box in row))


def is_square(frame: BoxMm) -> bool:
    """Whether a frame may be to tick."""
    low, high = _SQUARE_MM
    return low <= min(frame.w, frame.h) and max(frame.w, frame.h) <= high


def _like(square: BoxMm, picture: Gray) -> Iterator[BoxMm]:
    """The squares of that size in its row, from the left; itself among them."""
    w, h = (round(side * PX_PER_MM) + 1 for side in (square.w, square.h))
    top = max(0, round(square.y * PX_PER_MM) - 1 - _REACH_PX)
    band = picture[top : top + h + 2 * _REACH_PX + 1]
    ink = np.asarray(cv2.dilate(cv2.compare(band, _DARK, cv2.CMP_LT), np.ones((3, 3))), np.uint8)
    score, rows = _scores(ink, w, h)
    while score.size and score.max() >= _SIDES:
        x = int(score.argmax())
        dy_mm = (int(rows[x]) - _REACH_PX) / PX_PER_MM
        y_mm = square.y if abs(dy_mm) < _SAME_ROW_MM else square.y + dy_mm
        yield BoxMm((x + 1) / PX_PER_MM, y_mm, square.w, square.h)
        score[max(0, x - w) : x + w] = 0


def _scores(ink: Mask, w: int, h: int) -> tuple[np.ndarray, np.ndarray]:
    """How dark the lightest side is of the best square that begins at each x, and at which y."""
    dark = np.asarray(ink > 0, np.float64)
    across = np.cumsum(np.pad(dark, ((0, 0), (1, 0))), axis=1)
    down = np.cumsum(np.pad(dark, ((1, 0), (0, 0))), axis=0)
    level = (across[:, w:] - across[:, :-w]) / w
    upright = (down[h:] - down[:-h]) / h
    wide, high = level.shape[1] - 1, upright.shape[0] - 1
    if wide <= 0 or high <= 0:
        return np.zeros(0), np.zeros(0, np.intp)
    sides = np.minimum(level[:high, :wide], level[h : h + high, :wide])
    sides = np.minimum(sides, np.minimum(upright[:high, :wide], upright[:high, w : w + wide]))
    return sides.max(axis=0), sides.argmax(axis=0)
