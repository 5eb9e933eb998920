"""Make a line of writing level, upright and as high as its crop, whoever wrote it.

Every hand climbs, leans and leaves room in its own way; a network that sees them all alike has less
to learn. Slope and slant are the shears whose profile is the sharpest (Postl, "Detection of Linear
Oblique Structures and Skew Scan in Digitized Documents", ICPR 1986; for the slant of handwriting
Vinciarelli and Luettin, "A New Normalization Technique for Cursive Handwritten Words", Pattern
Recognition Letters 22, 2001); the height is that of the ink about its centre (Casey, "Moment
Normalization of Handprinted Characters", IBM Journal 14, 1970).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.records import Gray

_LEAST_INK_PX, _MOST_INK_PX = 30, 2000
"""Less is no writing; of more, so many points tell as much."""
_SLOPES = np.linspace(-0.15, 0.15, 21, dtype=np.float32)
_SLANTS = np.linspace(-0.9, 1.2, 22, dtype=np.float32)
_LEAST_LENGTH = 1.5
"""A line shorter than so many of its heights has no slope of its own."""
_SHARPER = 1.03, 1.1
"""A slope or a slant counts where the profile is so much sharper than without."""
_USUAL_SLANT = 0.5
"""Networks read what leans by less as well as what is upright, and digits are best left alone."""
_REACH = 3.2
"""Ink further from the middle than so many standard deviations is a neighbour's."""
_MARGIN = 0.08

_Points = NDArray[np.float32]


def straighten(crop: Gray) -> Gray:
    """The writing of a crop, dark on light, with its slope, slant and rows normalised."""
    darkest, _ = cv2.threshold(crop, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    ink = np.flatnonzero(crop <= darkest)
    if not _LEAST_INK_PX <= len(ink) < crop.size:  # all of one shade is paper, too
        return crop
    high, wide = crop.shape
    rows, columns = np.divmod(ink[:: len(ink) // _MOST_INK_PX + 1], wide)
    y, x = (rows - high / 2).astype(np.float32), (columns - wide / 2).astype(np.float32)
    slope = _slope(x, y)
    y -= slope * x
    slant = _slant(x, y)
    middle, spread = float(y.mean()), float(y.std())
    top = max(float(y.min()), middle - _REACH * spread)
    bottom = min(float(y.max()) + 1, middle + _REACH * spread)
    margin = _MARGIN * (bottom - top)
    top, bottom = top - margin, bottom + margin
    if not slope and not slant:
        first, last = round(top + high / 2), round(bottom + high / 2)
        return np.ascontiguousarray(crop[max(0, first) : max(first + 1, last)])
    return _sheared(crop, slope, slant, top, bottom)


def _slope(x: _Points, y: _Points) -> float:
    """How much the line falls a pixel; 0 where that is not clear."""
    if np.ptp(x) < _LEAST_LENGTH * np.ptp(y):
        return 0.0
    sharpness = _sharpness(y, x, _SLOPES)
    at, level = int(sharpness.argmax()), len(_SLOPES) // 2
    return float(_SLOPES[at]) if sharpness[at] > _SHARPER[0] * sharpness[level] else 0.0


def _slant(x: _Points, y: _Points) -> float:
    """How much more than usual it leans to the right a pixel up; 0 where that is not clear."""
    sharpness = _sharpness(x, -y, _SLANTS)
    at, upright = int(sharpness.argmax()), int(np.abs(_SLANTS).argmin())
    lean = float(_SLANTS[at])
    if sharpness[at] < _SHARPER[1] * sharpness[upright] or abs(lean) < _USUAL_SLANT:
        return 0.0
    return lean - float(np.copysign(_USUAL_SLANT, lean))


def _sharpness(of: _Points, along: _Points, shears: _Points) -> NDArray[np.float64]:
    """For each shear, the sum of the squares of the points' profile."""
    places = of[None] - shears[:, None] * along[None]
    # Never halfway between two bins: rounded to the even one, a lattice of pixels would look sharp.
    bins = np.floor(places - places.min() + 1 / 3).astype(np.int64)
    count = int(bins.max()) + 1
    bins += count * np.arange(len(shears))[:, None]
    profiles = np.bincount(bins.ravel(), minlength=count * len(shears)).reshape(-1, count)
    sharp: NDArray[np.float64] = (profiles.astype(np.float64) ** 2).sum(axis=1)
    return sharp


def _sheared(crop: Gray, slope: float, slant: float, top: float, bottom: float) -> Gray:
    """The crop made level and upright about its middle, from the row ``top`` to ``bottom``."""
    high, wide = crop.shape
    reach = int(abs(slant) * high / 2) + 1 if slant else 0
    shear = np.array([[1.0, slant], [0.0, 1.0]]) @ np.array([[1.0, 0.0], [-slope, 1.0]])
    shift = (wide / 2 + reach, -top) - shear @ (wide / 2, high / 2)
    paper = int(np.percentile(crop[:: max(1, high // 16)], 90))
    sheared = cv2.warpAffine(
        *(crop, np.column_stack([shear, shift]), (wide + 2 * reach, round(bottom - top) + 1)),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=paper,
    )
    return np.asarray(sheared, dtype=np.uint8)
