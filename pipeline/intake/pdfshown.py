"""What of a PDF page's text its rendering shows: drawn without it, the page must change there.

Text may be white, transparent, clipped away, off the page, covered, or of a layer switched off:
none of that need be understood, for what shows nothing changes nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

from pipeline.records import Gray

Mask = NDArray[np.uint8]
IntArray = NDArray[np.intp]
Box = tuple[float, float, float, float]
"""Left, top, width, height in px of the page's rendering."""

_CHANGED_GRAY = 24
"""A pixel that differs by less shows nothing that anybody could read."""
_SIDE = 0.34
"""A glyph's ink reaches each side of its box: whoever covers so much of it takes that away."""
_LEAST_SIDE_PX = 3
_TINY = 0.0025
"""Letters lower than this share of the page's longer side (2 points of an A4) are not read."""
_INK_TO_PAPER, _GUESS = 0.7, 0.5
"""Pixels darker than this share of the paper are ink; so much ink below a text, as a share of what
the text adds, is writing, too."""
_PROBED = ((0.5, 0.5), (0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75))
_MOST_LAYERS = 4
_TWICE = 0.15
"""The same text again, off by less than this share of its height, is how some programs embolden."""
_LEFT_OUT, _DRAWN = 0, 1
_MARGIN_PX = 4
_LEAST_PX = 8


@dataclass(frozen=True, slots=True)
class Trace:
    """What a rendering owes to some text: the pixels that change without it (``changed``, with
    their integral image ``sums``), and those that are dark without it (``beneath``)."""

    changed: Mask
    sums: NDArray[np.int32]
    beneath: Mask

    def shows(self, glyphs: Sequence[Box], letters: Sequence[Box]) -> list[bool]:
        """Whether each glyph stands there whole, and large enough to be read; ``letters`` are their
        boxes as high as the font."""
        height, width = self.changed.shape
        x, y, w, h = np.array(glyphs, np.float64).reshape(-1, 4).T
        on_page = (x >= -1) & (y >= -1) & (x + w <= width) & (y + h <= height)
        # What only reaches into a pixel hardly changes it.
        x0, y0 = (
            np.clip(v, 0, most).astype(np.intp) for v, most in ((x - 1, width), (y - 1, height))
        )
        x1, y1 = (
            np.clip(v + 2, 0, most).astype(np.intp) for v, most in ((x + w, width), (y + h, height))
        )
        side_x, side_y = (
            np.maximum((_SIDE * v).astype(np.intp), _LEAST_SIDE_PX) for v in (x1 - x0, y1 - y0)
        )
        edges = (
            (x0, y0, np.minimum(x0 + side_x, x1), y1),
            (np.maximum(x1 - side_x, x0), y0, x1, y1),
            (x0, y0, x1, np.minimum(y0 + side_y, y1)),
            (x0, np.maximum(y1 - side_y, y0), x1, y1),
        )
        whole = np.logical_and.reduce([self._count(*edge) > 0 for edge in edges])
        heights = np.array(letters, np.float64).reshape(-1, 4)[:, 2:].max(axis=1)
        seen: list[bool] = (on_page & whole & (heights >= _TINY * max(height, width))).tolist()
        return seen

    def _count(self, x0: IntArray, y0: IntArray, x1: IntArray, y1: IntArray) -> NDArray[np.int32]:
        sums = self.sums
        count: NDArray[np.int32] = sums[y1, x1] - sums[y0, x1] - sums[y1, x0] + sums[y0, x0]
        return count

    def is_over_ink(self, box: Box) -> bool:
        """Whether other ink lies below some text: then it may be a copier's guess about that."""
        x, y, w, h = (max(0, round(v)) for v in box)
        part = np.s_[y : y + h, x : x + w]
        beneath = np.count_nonzero(self.beneath[part])
        return bool(beneath > _GUESS * np.count_nonzero(self.changed[part]))


def trace(image: Gray, without: Gray) -> Trace:
    """What differs between a page's rendering and one without some of its text."""
    changed = cv2.compare(cv2.absdiff(image, without), _CHANGED_GRAY, cv2.CMP_GT) >> 7
    paper = float(np.median(without[::8, ::8]))
    beneath = cv2.compare(without, _INK_TO_PAPER * paper, cv2.CMP_LT)
    return Trace(changed, cv2.integral(changed), beneath)


@contextmanager
def left_out(objects: Iterable[Any]) -> Iterator[None]:
    """Objects of a page (pdfium's own) are not drawn meanwhile."""
    taken = list(objects)
    for page_object in taken:
        pdfium_c.FPDFPageObj_SetIsActive(page_object, _LEFT_OUT)
    try:
        yield
    finally:
        for page_object in taken:
            pdfium_c.FPDFPageObj_SetIsActive(page_object, _DRAWN)


@dataclass(frozen=True, slots=True)
class Piece:
    """A text object: what tells it from others, its letters and digits, and the box of each."""

    key: int
    text: str
    glyphs: tuple[Box, ...]


@dataclass(slots=True)
class _Layer:
    taken: NDArray[np.bool_]
    places: dict[str, list[Box]] = field(default_factory=dict)
    keys: list[int] = field(default_factory=list)

    def has_room_for(self, piece: Piece) -> bool:
        if not any(map(self._is_on, piece.glyphs)):
            return True
        x, y, _, h = piece.glyphs[0]
        return any(
            max(abs(x - other[0]), abs(y - other[1])) < max(1.0, _TWICE * h)
            for other in self.places.get(piece.text, ())
        )

    def _is_on(self, glyph: Box) -> bool:
        """Whether a glyph lies on what the layer holds, more than neighbours do."""
        rows, columns = self.taken.shape
        x, y, w, h = glyph
        at = [(int(y + h * v), int(x + w * u)) for u, v in _PROBED]
        return sum(self.taken.item(i, j) for i, j in at if 0 <= i < rows and 0 <= j < columns) > 1

    def add(self, piece: Piece) -> None:
        for x, y, w, h in piece.glyphs:
            self.taken[max(0, int(y)) : int(y + h) + 1, max(0, int(x)) : int(x + w) + 1] = True
        if piece.glyphs:
            self.places.setdefault(piece.text, []).append(piece.glyphs[0])
        self.keys.append(piece.key)


def layered(pieces: Sequence[Piece], shape: tuple[int, ...]) -> list[list[int]]:
    """The pieces' keys in groups in which none lies on another: each shows by itself.

    Text that was covered and typed anew in its place would else pass for shown.
    """
    layers: list[_Layer] = []
    for piece in pieces:
        layer = next((layer for layer in layers if layer.has_room_for(piece)), None)
        if layer is None and len(layers) < _MOST_LAYERS:
            layers.append(layer := _Layer(np.zeros(shape, np.bool_)))
        (layer or layers[-1]).add(piece)
    return [layer.keys for layer in layers]


def shows_writing(image: Gray, without: Gray, box: Box) -> bool:
    """Whether text stands somewhere in a box that a field or a note fills: what it drew must stand
    out from its own ground, more than the page did there without it."""
    height, width = image.shape
    x, y, w, h = (round(v) for v in box)
    margin = min(_MARGIN_PX, w // 4, h // 4)
    rows = slice(max(0, y + margin), min(height, y + h - margin))
    columns = slice(max(0, x + margin), min(width, x + w - margin))
    shown, before = image[rows, columns].astype(np.int16), without[rows, columns].astype(np.int16)
    if not shown.size:
        return False
    gained = np.abs(shown - np.median(shown)) - np.abs(before - np.median(before))
    return int((gained > _CHANGED_GRAY).sum()) >= _LEAST_PX
