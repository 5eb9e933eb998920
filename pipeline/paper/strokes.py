"""Marks that stand on one line of a form and belong to the next: accents above tall letters.

A line is cut out of the page by the middle of its strokes. The accent of a tall capital has its
middle above the line's box, often in the box of the line above, where it would look like dirt.
"""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms.blank import PX_PER_MM
from pipeline.geometry import BoxMm, FloatArray, bounding_box
from pipeline.paper.components import find_components
from pipeline.records import Gray, Mask

STROKE_GRAY = 140
"""A pen's stroke is as dark."""
_STROKE_PX, _PAPER = 20, 255
_LEAST_SLANT_DEG = -50.0
"""A dash that falls a little to the right leans by more than 90 degrees, not by less than none."""
_STRAIGHT = 0.2
"""A straight stroke's breadth over its length, both as standard deviations."""
_CRUMB_PX = 3
_MARK_MM = (3.0, 2.2)
"""An accent's or a dot's greatest width and height."""
_LETTER_MM = (1.2, 11.0)
"""A letter's, or a word's, height; what is taller is two lines that touch."""
_REACH_MM = 15.0
_BESIDE_MM = (0.3, 0.6)
"""How far a mark may stand to the left, and (writing leans) to the right, of its letter."""
_ABOVE_MM = (-2.0, 1.0)
"""How high above its letter's top a mark's foot may stand."""
_NEIGHBOUR_MM, _BELOW_MM = 4.0, 0.8
"""A full stop or a comma stands this near to a letter of its own line, and this far below it."""


def joined(ink: Mask) -> Mask:
    """The ink with its crumbs: a thin pen on a coarse scan falls into pieces that nearly touch."""
    whole = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((_CRUMB_PX, _CRUMB_PX), np.uint8))
    return np.asarray(whole, dtype=np.uint8)


def marks_above(ink: Mask, boxes: Sequence[BoxMm], apart_mm: Sequence[float]) -> NDArray[np.int16]:
    """(height, width), as ``ink``: where a mark is of another line than the one it stands on, if
    any, 1 + the index of that line's box; else 0.

    ``apart_mm``: so far apart the letters of each line may stand, as in a comb they do.
    """
    at = np.zeros(ink.shape, dtype=np.int16)
    if not boxes:
        return at
    # Only what is near the lines, and a letter's height around, is gone through.
    reach = bounding_box(list(boxes)).grown(_REACH_MM, _REACH_MM)
    x0, y0 = (max(0, round(edge * PX_PER_MM)) for edge in (reach.x, reach.y))
    part = (slice(y0, round(reach.bottom * PX_PER_MM)), slice(x0, round(reach.right * PX_PER_MM)))
    labels, stats, centres = find_components(joined(ink[part]))
    strokes = (stats[:, :4] + np.array([x0, y0, 0, 0])) / PX_PER_MM
    middle = (centres + np.array([x0, y0])) / PX_PER_MM
    line = np.zeros(len(strokes), dtype=np.int16)
    for k, box in enumerate(boxes, 1):
        inside = (middle >= (box.x, box.y)) & (middle <= (box.right, box.bottom))
        line[inside.all(axis=1) & (line == 0)] = k
    line[0] = 0
    moved = np.zeros_like(line)
    gaps_mm = np.maximum(_NEIGHBOUR_MM, [0.0, *apart_mm])
    for mark, k in _marks(strokes, middle, line, gaps_mm[line]):
        moved[mark] = k if k != line[mark] else 0
    for label in np.flatnonzero(moved):
        x, y, width, height = stats[label, :4]
        around = (slice(y, y + height), slice(x, x + width))
        at[part][around][labels[around] == label] = moved[label]
    return at


def _marks(
    strokes: FloatArray, middle: FloatArray, line: NDArray[np.int16], gaps_mm: FloatArray
) -> Iterator[tuple[int, int]]:
    """Each mark that stands above a letter and near none of its own line, and the letter's line.

    ``strokes``: (n, 4), left, top, width, height; ``middle``: (n, 2), both in mm; ``line``: (n,),
    with ``gaps_mm``, how near another letter of it stands. The first stroke is the paper.
    """
    left, top, width, height = strokes.T
    right, bottom = left + width, top + height
    small = (width <= _MARK_MM[0]) & (height <= _MARK_MM[1])
    letters = np.flatnonzero((height >= _LETTER_MM[0]) & (height <= _LETTER_MM[1]) & (line > 0))
    for mark in np.flatnonzero(small):
        x, y = middle[mark]
        near = letters[(left[letters] - _BESIDE_MM[0] <= x) & (x <= right[letters] + _BESIDE_MM[1])]
        near = near[near != mark]
        gap = top[near] - bottom[mark]
        above = (gap >= _ABOVE_MM[0]) & (gap <= _ABOVE_MM[1])
        if not above.any():
            continue
        least = int(np.argmin(np.where(above, np.abs(gap), np.inf)))
        own = letters[(line[letters] == line[mark]) & (letters != mark)]
        gap_mm = gaps_mm[mark]
        beside = (left[own] - gap_mm <= x) & (x <= right[own] + gap_mm)
        level = (top[own] <= y) & (y <= bottom[own] + _BELOW_MM)
        if not (beside & level).any():
            yield int(mark), int(line[near[least]])


def lone_stroke_slant_deg(image: Gray) -> float | None:
    """How far the one straight stroke of a line leans to the right; None for any other writing."""
    # A pale pen's strokes are darker than half-way to the paper, if no darker than another's.
    inked = image < max(STROKE_GRAY, (int(image.min()) + _PAPER) // 2)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(inked.astype(np.uint8))
    strokes = [i for i in range(1, count) if stats[i, cv2.CC_STAT_AREA] >= _STROKE_PX]
    if len(strokes) != 1:
        return None
    ys, xs = np.nonzero(labels == strokes[0])
    spreads, axes = np.linalg.eigh(np.cov(np.stack([xs, -ys])))
    if spreads[0] > _STRAIGHT**2 * spreads[1]:
        return None
    right, up = axes[:, 1] if axes[1, 1] >= 0 else -axes[:, 1]
    slant_deg = float(np.degrees(np.arctan2(right, up)))
    return slant_deg + 180 if slant_deg < _LEAST_SLANT_DEG else slant_deg
