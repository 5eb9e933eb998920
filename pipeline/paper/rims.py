"""The rims of stains, which are as pale as pencil: a cup leaves a ring, and print cuts it up."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import FloatArray

_LEAST_MM = 12.0
"""A shorter piece alone shows no rim: it may be a bracket or a large letter."""
_BREADTH_MM = 2.5
_RADIUS_MM = (8.0, 70.0)
_BENT_MM = 3.5
"""What lies between parallels nearer than that is straight: a fold, or a pen's line."""
_FIT_MM = 0.8
"""A rim's pixels are so near to its circle, as a root mean square: a row of letters is broader."""
_NEAR_MM, _NEAR_SHARE = 1.6, 0.9
"""What lies with so much of it so near to the circle of a rim is a piece of it."""
_FEW_PIXELS = 400


def find_rims(
    labels: NDArray[np.int32],
    stats: NDArray[np.int32],
    strokes: NDArray[np.bool_],
    *,
    px_per_mm: float,
) -> NDArray[np.bool_]:
    """Which of the ``strokes`` are pieces of a stain's rim.

    ``labels`` (height, width) and ``stats`` (n, 5) are as OpenCV gives connected components;
    ``strokes`` (n,) says which of them are looked at.
    """
    sides = stats[:, cv2.CC_STAT_WIDTH : cv2.CC_STAT_AREA].max(axis=1) / px_per_mm
    thin = stats[:, cv2.CC_STAT_AREA] / px_per_mm**2 < _BREADTH_MM * np.pi * sides
    rims = np.zeros_like(strokes)
    for stroke in np.flatnonzero(strokes & thin & (sides >= _LEAST_MM)):
        circle = None if rims[stroke] else _circle(_points_mm(labels, stats, stroke, px_per_mm))
        if circle is None:
            continue
        for other in np.flatnonzero(strokes & ~rims & _touches(stats, circle, px_per_mm)):
            away = _away_mm(_points_mm(labels, stats, other, px_per_mm), circle)
            rims[other] = np.mean(away < _NEAR_MM) >= _NEAR_SHARE
    return rims


_Circle = tuple[float, float, float]
"""The middle's x and y, and the radius, in mm."""


def _points_mm(
    labels: NDArray[np.int32], stats: NDArray[np.int32], label: np.intp, px_per_mm: float
) -> FloatArray:
    """Some of a component's pixels, (n, 2) in mm."""
    x, y, width, height, _ = stats[label]
    rows, columns = np.nonzero(labels[y : y + height, x : x + width] == label)
    points = np.column_stack((columns + x, rows + y)) / px_per_mm
    return np.asarray(points[:: max(1, len(points) // _FEW_PIXELS)], dtype=np.float64)


def _circle(points: FloatArray) -> _Circle | None:
    """The circle that is nearest to the points, where they are a bow of it.

    By least squares on x2 + y2 (Kåsa 1976, A circle fitting procedure and its error analysis).
    """
    middle = points.mean(axis=0)
    x, y = (points - middle).T
    (a, b, c), *_ = np.linalg.lstsq(np.column_stack((x, y, np.ones_like(x))), x**2 + y**2)
    radius = float(np.sqrt(c + (a**2 + b**2) / 4))
    circle = (float(middle[0] + a / 2), float(middle[1] + b / 2), radius)
    if not _RADIUS_MM[0] <= radius <= _RADIUS_MM[1]:
        return None
    bent = min(cv2.minAreaRect(points.astype(np.float32))[1]) >= _BENT_MM
    fits = np.sqrt(np.mean(_away_mm(points, circle) ** 2)) <= _FIT_MM
    return circle if bent and fits else None


def _away_mm(points: FloatArray, circle: _Circle) -> FloatArray:
    x, y, radius = circle
    return np.asarray(np.abs(np.hypot(points[:, 0] - x, points[:, 1] - y) - radius))


def _touches(stats: NDArray[np.int32], circle: _Circle, px_per_mm: float) -> NDArray[np.bool_]:
    """Which components' boxes are near the square around a circle."""
    x, y, radius = circle
    left, top, width, height = (stats[:, : cv2.CC_STAT_AREA] / px_per_mm).T
    reach = radius + _NEAR_MM
    across = (left < x + reach) & (left + width > x - reach)
    return np.asarray(across & (top < y + reach) & (top + height > y - reach))
