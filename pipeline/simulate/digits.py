"""Skeletons of French handwritten digits: the one with its flag, the seven with its bar.

Fonts draw the same digit each time, and most of them draw it the American way; these are drawn
anew for each digit, from control points that every hand shifts.
"""

import numpy as np

from pipeline.geometry import FloatArray

_Stroke = tuple[tuple[float, float], ...]

# In a box one wide and one high, y down, the baseline at 1; each digit several ways, each way
# several strokes, each stroke the control points of a smooth curve.
_WAYS: dict[str, tuple[tuple[_Stroke, ...], ...]] = {
    "0": (
        (((0.55, 0.0), (0.15, 0.2), (0.05, 0.6), (0.3, 0.98), (0.75, 0.9), (0.92, 0.4), (0.5, 0)),),
        (((0.4, 0.03), (0.08, 0.5), (0.4, 1.0), (0.9, 0.6), (0.7, 0.08), (0.3, 0.0)),),
    ),
    "1": (
        (((0.1, 0.45), (0.55, 0.0)), ((0.55, 0.0), (0.5, 1.0))),
        (((0.2, 0.3), (0.6, 0.0)), ((0.6, 0.0), (0.45, 1.0))),
        (((0.5, 0.0), (0.48, 1.0)),),
    ),
    "2": (
        (((0.1, 0.28), (0.35, 0.0), (0.8, 0.12), (0.7, 0.5), (0.05, 1.0)), ((0.05, 1), (0.95, 1))),
        (
            (
                *((0.1, 0.2), (0.5, 0.0), (0.8, 0.25), (0.35, 0.8), (0.1, 0.98), (0.1, 0.8)),
                *((0.4, 0.9), (0.95, 0.95)),
            ),
        ),
    ),
    "3": (
        (
            ((0.1, 0.12), (0.5, 0.0), (0.85, 0.2), (0.4, 0.47)),
            ((0.4, 0.47), (0.9, 0.65), (0.7, 0.98), (0.05, 0.9)),
        ),
        (
            ((0.1, 0.03), (0.85, 0.03)),
            ((0.85, 0.03), (0.4, 0.42)),
            ((0.4, 0.42), (0.9, 0.65), (0.65, 1.0), (0.05, 0.9)),
        ),
    ),
    "4": (
        (((0.5, 0.0), (0.05, 0.65)), ((0.05, 0.65), (0.95, 0.62)), ((0.65, 0.35), (0.6, 1.0))),
        (((0.15, 0.05), (0.1, 0.5)), ((0.1, 0.5), (0.85, 0.5)), ((0.8, 0.0), (0.72, 1.0))),
        (((0.75, 1.0), (0.78, 0.0)), ((0.78, 0.0), (0.05, 0.7)), ((0.05, 0.7), (1.0, 0.7))),
    ),
    "5": (
        (
            ((0.85, 0.02), (0.25, 0.02)),
            ((0.25, 0.02), (0.2, 0.42)),
            ((0.2, 0.42), (0.7, 0.42), (0.85, 0.72), (0.55, 1.0), (0.08, 0.92)),
        ),
        (((0.95, 0.0), (0.4, 0.05), (0.2, 0.45), (0.75, 0.5), (0.75, 0.9), (0.1, 0.98)),),
    ),
    "6": (
        (((0.75, 0), (0.3, 0.25), (0.08, 0.7), (0.4, 1.0), (0.85, 0.8), (0.6, 0.55), (0.15, 0.7)),),
        (((0.5, 0), (0.12, 0.5), (0.15, 0.9), (0.55, 1.0), (0.8, 0.75), (0.5, 0.58), (0.1, 0.8)),),
    ),
    "7": (
        (((0.05, 0.06), (0.9, 0.03)), ((0.9, 0.03), (0.4, 1.0)), ((0.3, 0.52), (0.85, 0.48))),
        (((0.05, 0.1), (0.4, 0.0), (0.9, 0.05)), ((0.9, 0.05), (0.5, 0.5), (0.35, 1.0))),
    ),
    "8": (
        (
            (
                *((0.8, 0.15), (0.4, 0.0), (0.15, 0.2), (0.5, 0.48), (0.88, 0.75), (0.5, 1.0)),
                *((0.1, 0.8), (0.45, 0.48), (0.85, 0.1)),
            ),
        ),
        (
            ((0.5, 0.0), (0.15, 0.22), (0.5, 0.47), (0.82, 0.22), (0.5, 0.0)),
            ((0.5, 0.47), (0.08, 0.75), (0.5, 1.0), (0.9, 0.75), (0.5, 0.47)),
        ),
    ),
    "9": (
        (
            ((0.85, 0.15), (0.4, 0.0), (0.12, 0.28), (0.45, 0.52), (0.85, 0.2)),
            ((0.85, 0.1), (0.7, 1)),
        ),
        (((0.8, 0.2), (0.4, 0), (0.15, 0.3), (0.5, 0.5), (0.8, 0.15), (0.8, 0.7), (0.25, 1.0)),),
    ),
}

DIGITS = "0123456789"


def ways(digit: str) -> int:
    """In how many ways the digit can be written."""
    return len(_WAYS[digit])


def strokes(digit: str, way: int, rng: np.random.Generator, *, waver: float) -> list[FloatArray]:
    """The digit's curves as (n, 2) points in a unit box; ``waver`` shifts the control points."""
    shift = rng.normal(0, waver, 2)
    return [
        smooth(np.array(s) + shift + rng.normal(0, waver, (len(s), 2)))
        for s in _WAYS[digit][way % ways(digit)]
    ]


def smooth(points: FloatArray, *, steps: int = 8) -> FloatArray:
    """A Catmull-Rom curve through (n, 2) points."""
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    curve = [
        0.5
        * (
            2 * b
            + (c - a) * t
            + (2 * a - 5 * b + 4 * c - d) * t**2
            + (3 * b - a - 3 * c + d) * t**3
        )
        for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False)
    ]
    return np.asarray(np.vstack([*curve, points[-1:]]), dtype=np.float64)
