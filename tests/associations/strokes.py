"""Lines that a pen draws, as points in mm: crosses and ticks, rings, what is struck out, names."""

import numpy as np

from associations.sheet import Box

Stroke = np.ndarray
"""Points (n, 2) in mm."""
MARKS = ("cross", "cross", "tick", "tick", "filled", "slash")
_LARGEST_MARK_MM = 6.5


def mark(box: Box, how: str, rng: np.random.Generator, *, overshoot: float) -> list[Stroke]:
    """A mark in a square, or somewhere about the middle of a wide cell."""
    x, y, w, h = box
    side = min(w, h, _LARGEST_MARK_MM)
    free = np.array([w - side, h - side])
    middle = np.array([x + w / 2, y + h / 2]) + free * rng.uniform(-0.3, 0.3, 2)
    reach = side / 2 * rng.uniform(0.7, 1.0 + overshoot, 4)
    match how:
        case "cross":
            ends = ((-1, -1), (1, 1), (1, -1), (-1, 1))
            a, b, c, d = (middle + np.array(e) * r for e, r in zip(ends, reach, strict=True))
            return [_bent(np.array([a, b]), rng), _bent(np.array([c, d]), rng)]
        case "tick":
            low = middle + np.array([-0.15, 0.75]) * reach[0]
            start, end = (
                middle + np.array([-0.8, 0.1]) * reach[1],
                middle + np.array([1.1, -1.2]) * reach[2],
            )
            return [_bent(np.array([start, low, end]), rng)]
        case "slash":
            rise = np.array([1, -1])
            return [_bent(np.array([middle + reach[0] * rise, middle - reach[1] * rise]), rng)]
        case _:
            across = np.linspace(-0.9, 0.9, 9)
            zigzag = [(t, 0.85 if n % 2 else -0.85) for n, t in enumerate(across)]
            return [_bent(middle + np.array(zigzag) * side / 2, rng)]


def ring(box: Box, rng: np.random.Generator) -> list[Stroke]:
    """A ring around a word, which seldom closes where it began."""
    x, y, w, h = box
    start = rng.uniform(0, 2 * np.pi)
    turn = np.linspace(start, start + 2 * np.pi * rng.uniform(0.93, 1.12), 48)
    reach = np.array([w / 2 + rng.uniform(1.2, 2.6), h / 2 + rng.uniform(0.7, 1.6)])
    swell = 1 + 0.05 * np.sin(turn * 1.5 + rng.uniform(0, 6)) + 0.03 * (turn - start) / 6
    middle = np.array([x + w / 2, y + h / 2]) + rng.normal(0, 0.35, 2)
    return [middle + np.stack([np.cos(turn), np.sin(turn)], 1) * reach * swell[:, None]]


def strike(box: Box, rng: np.random.Generator) -> list[Stroke]:
    """One line or two through a word."""
    x, y, w, h = box
    lines = []
    for _ in range(1 + int(rng.random() < 0.3)):
        rise = rng.normal(0, 0.12, 2) * h
        left, right = x - rng.uniform(0, 1.2), x + w + rng.uniform(-0.3, 1.5)
        ends = np.array([[left, y + h * 0.55 + rise[0]], [right, y + h * 0.5 + rise[1]]])
        lines.append(_bent(ends, rng))
    return lines


def signature(box: Box, rng: np.random.Generator) -> list[Stroke]:
    """Loops that lean, and a flourish under them."""
    x, y, w, h = box
    wide, high = min(w, 60) * rng.uniform(0.45, 0.85), min(h, 22) * rng.uniform(0.35, 0.7)
    left, base = x + (w - wide) * rng.uniform(0.2, 0.8), y + h * rng.uniform(0.55, 0.68)
    t = np.linspace(0, 1, 160)
    loops = rng.uniform(4, 8)
    swing = np.interp(t, np.linspace(0, 1, 7), rng.uniform(0.25, 1.0, 7))
    up = high / 2 * swing * np.sin(2 * np.pi * loops * t)
    along = t * wide + high * 0.28 * np.cos(2 * np.pi * loops * t + rng.uniform(0, 1)) - 0.3 * up
    strokes = [np.stack([left + along, base - high / 2 - up], 1)]
    if rng.random() < 0.6:
        under = np.array(
            [[left, base + 1], [left + wide * 0.6, base + 2.2], [left + wide, base - 1]]
        )
        strokes.append(_bent(under, rng))
    return strokes


def _bent(points: np.ndarray, rng: np.random.Generator) -> Stroke:
    """The points joined by a hand that is not quite steady."""
    many = np.linspace(0, len(points) - 1, 12 * len(points))
    joined = np.stack([np.interp(many, range(len(points)), points[:, n]) for n in (0, 1)], 1)
    waver = np.cumsum(rng.normal(0, 0.035, joined.shape), 0)
    return joined + waver - np.linspace(0, 1, len(joined))[:, None] * waver[-1]
