"""Which line each stroke of a page belongs to.

Letters overshoot their line's box, and accents stand above it: a box cut out of the page loses
them, and gives them to the line above. So strokes are given out whole, to the line that holds their
middle, and a small mark to the letter right below it.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms.blank import PX_PER_MM
from pipeline.geometry import BoxMm, FloatArray
from pipeline.stages.dropout import Mask

_CRUMB_PX = 3
_TALL_MM = 11.0
"""Strokes of two lines that touch are taller than any one line's."""
_MARK_MM = (3.0, 2.2)
"""An accent's or a dot's greatest width and height."""
_LETTER_MM = 1.2
_BESIDE_MM = (0.3, 0.6)
"""How far a mark may stand to the left, and (writing leans) to the right, of its letter."""
_ABOVE_MM = (-2.0, 1.0)
"""How high above its letter's top a mark's foot may stand."""
_TOP = 0.4
"""A mark is not below this share of its letter's height."""
_NEIGHBOUR_MM = 4.0


def joined(ink: Mask) -> Mask:
    """The ink with its crumbs: a thin pen on a coarse scan falls into pieces that nearly touch."""
    whole = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((_CRUMB_PX, _CRUMB_PX), np.uint8))
    return np.asarray(whole, dtype=np.uint8)


def owners(ink: Mask, boxes: Sequence[BoxMm]) -> NDArray[np.intp]:
    """(height, width), as ``ink``: 1 + the index of the box whose line a stroke is of, else 0.

    Strokes too tall for one line are nobody's.
    """
    _, labels, stats, centres = cv2.connectedComponentsWithStats(joined(ink))
    strokes, middle = stats[:, :4] / PX_PER_MM, centres / PX_PER_MM
    owner = np.zeros(len(strokes), dtype=np.intp)
    for k, box in enumerate(boxes, 1):
        inside = (middle >= (box.x, box.y)) & (middle <= (box.right, box.bottom))
        owner[inside.all(axis=1)] = k
    owner[strokes[:, 3] > _TALL_MM] = 0
    owner[0] = 0
    for mark, k in _marks(strokes, middle, owner):
        owner[mark] = k
    owned: NDArray[np.intp] = owner[labels]
    return owned


def _marks(
    strokes: FloatArray, middle: FloatArray, owner: NDArray[np.intp]
) -> list[tuple[int, int]]:
    """The marks that belong to another line than the one they stand on, and to which.

    ``strokes``: (n, 4), left, top, width, height; ``middle``: (n, 2), both in mm. The first stroke
    is the paper.
    """
    left, top, width, height = strokes.T
    right, bottom = left + width, top + height
    small = (width <= _MARK_MM[0]) & (height <= _MARK_MM[1])
    letters = np.flatnonzero((height >= _LETTER_MM) & (owner > 0))
    found = []
    for mark in np.flatnonzero(small):
        x, y = middle[mark]
        near = letters[(left[letters] - _BESIDE_MM[0] <= x) & (x <= right[letters] + _BESIDE_MM[1])]
        near = near[near != mark]
        gap = top[near] - bottom[mark]
        above = (gap >= _ABOVE_MM[0]) & (gap <= _ABOVE_MM[1])
        above &= y <= top[near] + _TOP * height[near]
        if not above.any():
            continue
        least = int(np.argmin(np.where(above, np.abs(gap), np.inf)))
        own = letters[(owner[letters] == owner[mark]) & (letters != mark)]
        beside = (left[own] - _NEIGHBOUR_MM <= x) & (x <= right[own] + _NEIGHBOUR_MM)
        level = beside & (top[own] <= y) & (y <= bottom[own])
        under = (left[own] <= x) & (x <= right[own]) & (top[mark] - bottom[own] < abs(gap[least]))
        if not (level | (under & (top[own] < y))).any():
            found.append((int(mark), int(owner[near[least]])))
    return found
