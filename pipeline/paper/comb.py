"""Combs: one character a cell. What stands in the cells is set side by side, as writing is.

An engine reads lines of writing, in which letters stand close. In a comb they do not, each has a
frame around it, and an empty cell is a blank.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms.blank import PX_PER_MM
from pipeline.geometry import BoxMm
from pipeline.paper.components import find_components
from pipeline.paper.strokes import joined
from pipeline.records import Gray, Mask

IntArray = NDArray[np.intp]

_INK_GRAY = 200
_OVER_CELLS = 1.6
"""A stroke so many cells wide joins the characters of several, and is cut between them."""
_FRAME_MM, _FRAME_NEAR_MM, _FRAME_LONG = 0.6, 0.7, 0.55
"""What is left of a printed frame is so thin, lies so near to it, and is so long, as a share of the
cell's side."""
_NOWHERE = np.iinfo(np.int16).min
_GAP, _BLANK, _MARGIN_MM = 0.18, 0.9, 0.8
"""The room between two characters, and for an empty cell, in heights of a character."""
_EMPTY_CELL = 0.7
"""A cell is empty if so much of it is free: a letter may only have slipped into the next."""


@dataclass(frozen=True, slots=True)
class Combed:
    """The characters of a comb side by side, dark on white, and how many cells hold one."""

    image: Gray
    filled: int


@dataclass(frozen=True, slots=True)
class _Glyph:
    """What stands in a cell: the number of that, the first column, and the columns."""

    cell: int
    left: int
    image: Gray

    @property
    def right(self) -> int:
        wide: int = self.image.shape[1]
        return self.left + wide


def set_side_by_side(
    image: Gray, box_mm: BoxMm, comb: BoxMm, cells: int, *, is_last: bool = True
) -> Combed | None:
    """The writing of ``image``, which lies at ``box_mm``, from the ``cells`` of a comb; None where
    nothing but print is left in them.

    A stroke is in the cell that holds its middle. What lies behind the end goes on in cells there,
    unless the next comb of the row does: the last one ``is_last``.
    """
    cell_px = comb.w / cells * PX_PER_MM
    start_px = (comb.x - box_mm.x) * PX_PER_MM
    top_px = (comb.y - box_mm.y) * PX_PER_MM
    ink = cv2.compare(image, _INK_GRAY, cv2.CMP_LT)
    at = _cells_of(ink, start_px, cell_px, rows=(top_px, top_px + comb.h * PX_PER_MM))
    at[(at < 0) | ((at >= cells) & (not is_last))] = _NOWHERE
    numbers = np.unique(at[at > _NOWHERE])
    if not len(numbers):
        return None
    glyphs = [_glyph(image, at == n, int(n)) for n in numbers]
    rows = np.flatnonzero((at > _NOWHERE).any(axis=1))
    high_px = int(rows[-1] - rows[0]) + 1
    return Combed(_beside(glyphs, high_px, cell_px), len(glyphs))


def in_one_row(combs: Sequence[Combed], tops_px: Sequence[int]) -> Combed:
    """Combs that stand beside one another, each so far from the top, with a blank between."""
    high = max(top + len(comb.image) for comb, top in zip(combs, tops_px, strict=True))
    images: list[Gray] = []
    for comb, top in zip(combs, tops_px, strict=True):
        image = np.full((high, comb.image.shape[1]), 255, np.uint8)
        image[top : top + len(comb.image)] = comb.image
        images += [_white(high, _BLANK * high), image] if images else [image]
    return Combed(np.hstack(images), sum(comb.filled for comb in combs))


def _cells_of(
    ink: Mask, start_px: float, cell_px: float, *, rows: tuple[float, float]
) -> NDArray[np.int16]:
    """(height, width), as ``ink``: the cell, from 0, that each pixel of ink is in."""
    labels, stats, _ = find_components(joined(ink))
    left, top, width, height, _ = stats.T
    cell = np.floor((left + width / 2 - start_px) / cell_px).astype(np.int16)
    cell[_are_frame(left, top, width, height, start_px, cell_px, rows)] = _NOWHERE
    cell[0] = _NOWHERE
    at = np.where(ink > 0, cell[labels], _NOWHERE).astype(np.int16)
    columns = np.floor((np.arange(ink.shape[1]) + 0.5 - start_px) / cell_px).astype(np.int16)
    for label in np.flatnonzero((width > _OVER_CELLS * cell_px) & (cell > _NOWHERE)):
        over = (labels == label) & (ink > 0)
        at[over] = np.broadcast_to(columns, at.shape)[over]
    return at


def _are_frame(
    left: IntArray,
    top: IntArray,
    width: IntArray,
    height: IntArray,
    start_px: float,
    cell_px: float,
    rows: tuple[float, float],
) -> NDArray[np.bool_]:
    """Which strokes are what is left of the lines between and around the cells."""
    thin, near = _FRAME_MM * PX_PER_MM, _FRAME_NEAR_MM * PX_PER_MM
    middle_x, middle_y = left + width / 2, top + height / 2
    off = (middle_x - start_px + cell_px / 2) % cell_px - cell_px / 2
    upright = (width <= thin) & (np.abs(off) <= near)
    upright &= height >= _FRAME_LONG * (rows[1] - rows[0])
    edge = np.minimum(np.abs(middle_y - rows[0]), np.abs(middle_y - rows[1]))
    level = (height <= thin) & (edge <= near) & (width >= _FRAME_LONG * cell_px)
    return upright | level


def _glyph(image: Gray, own: NDArray[np.bool_], cell: int) -> _Glyph:
    """The columns of one cell's strokes, with their soft edges."""
    near = cv2.dilate(own.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    columns = np.flatnonzero(near.any(axis=0))
    left, right = int(columns[0]), int(columns[-1]) + 1
    return _Glyph(cell, left, np.where(near[:, left:right], image[:, left:right], np.uint8(255)))


def _beside(glyphs: Sequence[_Glyph], high_px: int, cell_px: float) -> Gray:
    rows = len(glyphs[0].image)
    margin = _white(rows, _MARGIN_MM * PX_PER_MM)
    parts = [margin, glyphs[0].image]
    for before, glyph in pairwise(glyphs):
        room_px = glyph.left - before.right
        is_blank = glyph.cell > before.cell + 1 and room_px > _EMPTY_CELL * cell_px
        parts += [_white(rows, (_BLANK if is_blank else _GAP) * high_px), glyph.image]
    return np.ascontiguousarray(np.hstack([*parts, margin]))


def _white(rows: int, wide_px: float) -> Gray:
    return np.full((rows, round(wide_px)), 255, np.uint8)
