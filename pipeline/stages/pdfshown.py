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

Box = tuple[float, float, float, float]
"""Left, top, width, height in px of the page's rendering."""

_CHANGED_GRAY = 24
"""A pixel that differs by less shows nothing that anybody could read."""
_SIDE = 0.34
"""A glyph's ink reaches each side of its box: whoever covers so much of it takes that away."""
_TINY = 0.0025
"""Letters lower than this share of the page's longer side (2 points of an A4) are not read."""
_INK_TO_PAPER = 0.7
_OVERLAP = 0.5
_MOST_LAYERS = 4
_TWICE = 0.15
"""The same text again, off by less than this share of its height, is how some programs embolden."""
_LEFT_OUT, _DRAWN = 0, 1
_MARGIN_PX = 4
_LEAST_PX = 8


@dataclass(frozen=True, slots=True)
class Trace:
    """What a rendering owes to some text: the pixels that change without it, and those that are
    dark without it, as integral images."""

    changed: NDArray[np.int32]
    beneath: NDArray[np.int32]

    def shows(self, glyph: Box) -> bool:
        """Whether the glyph stands there whole, and large enough to be read."""
        height, width = self.changed.shape
        x, y, w, h = glyph
        x0, y0 = max(0, int(x)), max(0, int(y))
        x1, y1 = min(width - 1, int(x + w) + 1), min(height - 1, int(y + h) + 1)
        if x + w > width or y + h > height or x < -1 or y < -1 or x1 <= x0 or y1 <= y0:
            return False
        side_x, side_y = int(_SIDE * (x1 - x0)) + 1, int(_SIDE * (y1 - y0)) + 1
        return (
            _count(self.changed, x0, y0, x0 + side_x, y1) > 0
            and _count(self.changed, x1 - side_x, y0, x1, y1) > 0
            and _count(self.changed, x0, y0, x1, y0 + side_y) > 0
            and _count(self.changed, x0, y1 - side_y, x1, y1) > 0
        )

    def is_tiny(self, letter: Box) -> bool:
        """Whether a box as high as its font is too low to be read."""
        return bool(min(letter[2:]) < _TINY * max(self.changed.shape))

    def ink_px(self, glyph: Box) -> tuple[int, int]:
        """Pixels that the text changes in a box, and that are dark there without it."""
        height, width = self.changed.shape
        x, y, w, h = glyph
        x0, y0 = (min(max(0, int(v)), most - 1) for v, most in ((x, width), (y, height)))
        x1, y1 = min(width - 1, int(x + w) + 1), min(height - 1, int(y + h) + 1)
        return _count(self.changed, x0, y0, x1, y1), _count(self.beneath, x0, y0, x1, y1)


def _count(integral: NDArray[np.int32], x0: int, y0: int, x1: int, y1: int) -> int:
    total = integral.item
    return int(total(y1, x1) - total(y0, x1) - total(y1, x0) + total(y0, x0))


def trace(image: Gray, without: Gray) -> Trace:
    """What differs between a page's rendering and one without some of its text."""
    changed = (cv2.absdiff(image, without) > _CHANGED_GRAY).astype(np.uint8)
    ink = (without < _INK_TO_PAPER * float(np.median(without[::8, ::8]))).astype(np.uint8)
    return Trace(cv2.integral(changed), cv2.integral(ink))


@contextmanager
def left_out(objects: Iterable[Any]) -> Iterator[None]:
    """Objects of a page (pdfium's own) are not drawn meanwhile."""
    taken = list(objects)
    for one in taken:
        pdfium_c.FPDFPageObj_SetIsActive(one, _LEFT_OUT)
    try:
        yield
    finally:
        for one in taken:
            pdfium_c.FPDFPageObj_SetIsActive(one, _DRAWN)


@dataclass(frozen=True, slots=True)
class Piece:
    """A text object: what tells it from others, its text, and where it stands."""

    key: int
    text: str
    box: Box


@dataclass(slots=True)
class _Layer:
    taken: NDArray[np.bool_]
    places: dict[str, list[Box]] = field(default_factory=dict)
    keys: list[int] = field(default_factory=list)


def layered(pieces: Sequence[Piece], shape: tuple[int, ...]) -> list[list[int]]:
    """The pieces' keys in groups in which none lies on another: each shows by itself.

    Text that was covered and typed anew in its place would else pass for shown.
    """
    layers: list[_Layer] = []
    for piece in sorted(pieces, key=lambda one: -one.box[2] * one.box[3]):
        x, y, w, h = (round(v) for v in piece.box)
        part = np.s_[max(0, y + 1) : max(0, y + h - 1), max(0, x + 1) : max(0, x + w - 1)]
        fits = (layer for layer in layers if _fits(piece, layer, layer.taken[part]))
        layer = next(fits, None)
        if layer is None and len(layers) < _MOST_LAYERS:
            layers.append(layer := _Layer(np.zeros(shape, np.bool_)))
        layer = layer or layers[-1]
        layer.taken[part] = True
        layer.places.setdefault(piece.text, []).append(piece.box)
        layer.keys.append(piece.key)
    return [layer.keys for layer in layers]


def _fits(piece: Piece, layer: _Layer, taken: NDArray[np.bool_]) -> bool:
    if not taken.size or taken.mean() <= _OVERLAP:
        return True
    x, y, _, h = piece.box
    return any(
        max(abs(x - other[0]), abs(y - other[1])) < max(1.0, _TWICE * h)
        for other in layer.places.get(piece.text, ())
    )


def shows_writing(image: Gray, without: Gray, box: Box) -> bool:
    """Whether text stands somewhere in a box that a field or a note fills: something that differs
    from the paper there, by what the field drew, and not by its ground alone."""
    height, width = image.shape
    x, y, w, h = (round(v) for v in box)
    margin = min(_MARGIN_PX, w // 4, h // 4)
    rows = slice(max(0, y + margin), min(height, y + h - margin))
    columns = slice(max(0, x + margin), min(width, x + w - margin))
    shown = image[rows, columns].astype(np.int16)
    if not shown.size:
        return False
    drawn = shown - without[rows, columns]
    stands_out = np.abs(shown - np.median(shown)) > _CHANGED_GRAY
    stands_out &= np.abs(drawn - np.median(drawn)) > _CHANGED_GRAY
    return int(stands_out.sum()) >= _LEAST_PX
