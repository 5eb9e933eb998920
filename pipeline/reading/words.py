"""A printed word as an option: is there a ring round it, or a stroke through it?

Print is taken away with what is written over it, so a stroke through a word is also looked for on
the page as it was scanned: letters are no straight line as long as their word.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.fields import Mark
from pipeline.forms.blank import PX_PER_MM
from pipeline.geometry import BoxMm
from pipeline.paper.dropout import CleanPage, crop, segment

_SECTORS = 32
"""Directions from a word's middle; a ring has ink in nearly all of them."""
_OUTSIDE = 0.8
"""A ring keeps so far from the middle of its word, where 1 is the word's own edge."""
_BAND = 0.25
"""What strikes a word out goes through its middle: not through so much of its height above, nor
below."""
_REACHED, _SLANTING, _LEAST_REACHED = 0.35, 0.65, 0.1
"""A slanting stroke counts as far from the middle as the second, where 1 is the word's edge, if it
comes nearer than the first over so much of the word: what underlines the word does not."""
_DARK = 128
_LENGTHS = (0.25, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_ANGLES_DEG = (-15.0, -10.0, -6.0, -3.0, 0.0, 3.0, 6.0, 10.0, 15.0)


def at_word(clean: CleanPage, box: BoxMm, own: NDArray[np.bool_], corner: tuple[int, int]) -> Mark:
    """``own``: the ink that is the word's, on the part of the page at ``corner`` (x, y) px."""
    ys, xs = np.nonzero(own)
    right, down = (
        ((at + start + 0.5) / PX_PER_MM - middle) / (size / 2)
        for at, start, middle, size in (
            (xs, corner[0], box.x + box.w / 2, box.w),
            (ys, corner[1], box.y + box.h / 2, box.h),
        )
    )
    outside = np.maximum(np.abs(right), np.abs(down)) > _OUTSIDE
    around = np.arctan2(down[outside], right[outside])
    sectors = np.unique(((around / np.pi + 1) / 2 * _SECTORS).astype(int) % _SECTORS)
    beside = np.abs(right) >= 1
    height = np.abs(np.where(beside, np.inf, down))
    is_slanting = _share_of_columns(xs, height < _REACHED, box) >= _LEAST_REACHED
    through = height < (_SLANTING if is_slanting else 1 - 2 * _BAND)
    return Mark(
        ink_mm2=len(xs) / PX_PER_MM**2,
        is_word=True,
        ringed=len(sectors) / _SECTORS,
        struck=max(_share_of_columns(xs, through, box), _longest_line(clean, box)),
    )


def _share_of_columns(xs: NDArray[np.intp], some: NDArray[np.bool_], box: BoxMm) -> float:
    """The share of a word's length over which some of the ink at ``xs`` px stands."""
    return min(1.0, np.unique(xs[some]).size / max(1.0, box.w * PX_PER_MM))


def _longest_line(clean: CleanPage, box: BoxMm) -> float:
    """The longest straight stroke through a word as scanned, as a share of its length."""
    band = BoxMm(box.x, box.y + _BAND * box.h, box.w, (1 - 2 * _BAND) * box.h)
    dark = (crop(clean.image, band) < _DARK).astype(np.uint8)
    longest = 0.0
    for share in _LENGTHS if dark.size else ():
        length = round(share * box.w * PX_PER_MM)
        lines = (segment(length, angle) for angle in _ANGLES_DEG)
        if not any(cv2.erode(dark, line, borderValue=0).any() for line in lines):
            break
        longest = share
    return longest
