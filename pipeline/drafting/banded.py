"""A sheet with a dark band along one edge, on a photo: what is bright of it is not all of it.

What is bright ends where the band begins. The sheet goes on as far as it takes to be a sheet of the
A series (ISO 216), if its other sides go on there, too, and a fourth one is where it then ends.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.records import Gray

_LONG = 2**0.5
"""The sides of a sheet are as 1 to that."""
_LEAST_SHARE, _MOST_SHARE = 0.025, 0.45
"""Of what is bright, how broad a band is."""
_ROUNDS, _INEXACT = 49, (0.5, 2.2)
"""Perspective makes it inexact how broad the band should be."""
_BESIDE_PX, _SAMPLES, _LEAST_CONTRAST = 4.0, 60, 6.0
"""So far on both sides of an edge the picture is looked at, so often, and differs at least."""
_OUT, _LEAST_SEEN, _BLUR = 0.02, 0.4, 1.2

Corners = NDArray[np.float32]
"""Clockwise from the upper left."""
Point = NDArray[np.float32]


def with_band(small: Gray, corners: Corners) -> Corners:
    """The corners of the sheet of which these are the bright part; the same where it has no
    band."""
    soft = np.asarray(cv2.GaussianBlur(small, (0, 0), _BLUR), np.uint8)
    best, kept = _LEAST_CONTRAST, corners
    for longer in _longer(corners):
        contrast = _contrast(soft, longer)
        if contrast > best:
            best, kept = contrast, longer.corners
    return kept


@dataclass(frozen=True, slots=True, eq=False)
class _Longer:
    """A sheet with a band; ``edges``: the band's three (each from one point to another)."""

    corners: Corners
    edges: tuple[tuple[Point, Point], ...]


def _longer(corners: Corners) -> Iterator[_Longer]:
    """The sheet made longer on each side, by about what makes it one of the A series."""
    top, right, bottom, left = (
        float(np.linalg.norm(corners[(n + 1) % 4] - corners[n])) for n in range(4)
    )
    across, down = (top + bottom) / 2, (left + right) / 2
    for along, other, ends in (
        (down, across, ((0, 1), (2, 3))),
        (across, down, ((1, 2), (3, 0))),
    ):
        for ratio in (_LONG, 1 / _LONG):
            more = (ratio * other - along) / along
            if _LEAST_SHARE <= more <= _MOST_SHARE:
                for inexact in np.linspace(_INEXACT[0], _INEXACT[1], _ROUNDS):
                    yield from (_with_more(corners, end, more * float(inexact)) for end in ends)


def _with_more(corners: Corners, end: tuple[int, int], share: float) -> _Longer:
    """With a band of that share of the sheet beyond the side between two corners."""
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    to_picture = cv2.getPerspectiveTransform(square, corners)
    flat = square.copy()
    for n in end:
        beyond = square[n] - square[next(m for m in (n - 1, (n + 1) % 4) if m % 4 not in end)]
        flat[n] += share * beyond
    longer = cv2.perspectiveTransform(flat[None], to_picture)[0].astype(np.float32)
    a, b = end
    edges = ((longer[a], longer[b]), (corners[a], longer[a]), (corners[b], longer[b]))
    return _Longer(longer, edges)


def _contrast(soft: Gray, longer: _Longer) -> float:
    """How much the band differs from what is beside the sheet, along that edge on which it does so
    least; 0 where it reaches out of the picture."""
    size = np.array(soft.shape[::-1], np.float32)
    if (longer.corners < -_OUT * size).any() or (longer.corners > (1 + _OUT) * size).any():
        return 0.0
    middle = longer.corners.mean(axis=0)
    seen = [_differs(soft, start, end, middle) for start, end in longer.edges]
    known = [contrast for contrast in seen if contrast is not None]
    return min(known) if len(known) > 1 else 0.0


def _differs(soft: Gray, start: Point, end: Point, middle: Point) -> float | None:
    """None where the edge lies along the picture's own."""
    along = (end - start) / max(1e-6, float(np.linalg.norm(end - start)))
    across = np.array([-along[1], along[0]], np.float32)
    if np.dot(across, middle - start) < 0:
        across = -across
    at = start + np.linspace(0.06, 0.94, _SAMPLES, dtype=np.float32)[:, None] * (end - start)
    outer = at - _BESIDE_PX * across
    inside = ((outer >= 0) & (outer < soft.shape[::-1])).all(axis=1)
    if inside.mean() < _LEAST_SEEN:
        return None
    values = [_values(soft, points[inside]) for points in (outer + 2 * _BESIDE_PX * across, outer)]
    return float(abs(np.median(values[0] - values[1])))


def _values(soft: Gray, at: NDArray[np.float32]) -> NDArray[np.float32]:
    x, y = np.ascontiguousarray(at[:, :1]), np.ascontiguousarray(at[:, 1:])
    values = cv2.remap(soft, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(values, np.float32).ravel()
