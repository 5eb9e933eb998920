"""What a pen does about options: ticks in boxes and cells, rings, strokes through words; and what
stands in the place of a signature or a photo. Curves are (n, 2) points in mm on the form."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from pipeline.fields import Drawn
from pipeline.forms.zone import Zone, is_cell
from pipeline.geometry import BoxMm, FloatArray
from pipeline.records import Gray

_TICK_MM = (2.5, 6.0)
_STRIKES = 0.35
"""How often people strike out what does not hold, and do not ring what does."""


def place_of_tick(box: BoxMm, rng: np.random.Generator) -> BoxMm:
    """Where in its box somebody ticks: all of a small one, a spot somewhere in a cell."""
    if not is_cell(box):
        return box
    size = min(float(rng.uniform(*_TICK_MM)), 0.8 * min(box.w, box.h))
    x, y = rng.uniform(0.08, 0.92, 2) * (box.w - size, box.h - size)
    return BoxMm(box.x + float(x), box.y + float(y), size, size)


def curves_of(zone: Zone, chosen: Sequence[str], rng: np.random.Generator) -> Iterator[FloatArray]:
    """The strokes that say which words of a zone are chosen, or that sign it."""
    if zone.drawn is Drawn.SIGNATURE:
        for option in filter(None, chosen):
            yield from _signature(zone.boxes[option], rng)
    words = [word for word in zone.boxes if word in zone.words_mm]
    wanted = [word for word in words if word in chosen]
    if not wanted:
        return
    others = [word for word in words if word not in chosen]
    strikes = bool(others) and rng.random() < _STRIKES
    for word in others if strikes else wanted:
        curve = _strike if strikes else _ring
        yield curve(zone.boxes[word], rng)


def portrait(width: int, height: int, rng: np.random.Generator) -> Gray:
    """A head before a wall, of that many px: 0 light to 255 dark."""
    wall = np.full((height, width), int(rng.integers(30, 110)), np.uint8)
    hair, skin, cloth = (int(v) for v in rng.integers((150, 40, 110), (250, 120, 240)))
    middle, size = (width // 2, int(0.42 * height)), (int(0.24 * width), int(0.24 * height))
    cv2.ellipse(wall, (width // 2, height), (width // 2, height // 3), 0, 0, 360, cloth, -1)
    crown = (middle[0], middle[1] - size[1] // 4)
    cv2.ellipse(wall, crown, (size[0] + 3, size[1]), 0, 0, 360, hair, -1)
    cv2.ellipse(wall, middle, size, 0, 0, 360, skin, -1)
    for side in (-1, 1):
        eye = (middle[0] + side * size[0] // 2, middle[1] - size[1] // 5)
        cv2.circle(wall, eye, max(1, size[0] // 8), hair, -1)
    return np.asarray(cv2.GaussianBlur(wall, (0, 0), 1.0), dtype=np.uint8)


def _ring(box: BoxMm, rng: np.random.Generator) -> FloatArray:
    """A ring round a word, which may not quite close, or overlap itself."""
    start, turn = rng.uniform(0, 2 * np.pi), 2 * np.pi + rng.uniform(-0.35, 0.7)
    angles = np.linspace(start, start + turn, 24)
    radii = (box.w / 2 + rng.uniform(0.8, 2.2), box.h / 2 + rng.uniform(0.3, 1.4))
    grows = np.linspace(1.0, rng.uniform(0.95, 1.12), 24)[:, None]
    middle = np.array([box.x + box.w / 2, box.y + box.h / 2]) + rng.normal(0, 0.3, 2)
    points = np.column_stack([np.cos(angles), np.sin(angles)]) * radii * grows
    return np.asarray(points + middle + rng.normal(0, 0.06, points.shape))


def _strike(box: BoxMm, rng: np.random.Generator) -> FloatArray:
    """A stroke through a word, from before it to behind."""
    y = box.y + box.h * rng.uniform(0.42, 0.62, 2)
    left, right = box.x - rng.uniform(-0.3, 1.2), box.right + rng.uniform(-0.3, 1.5)
    xs = np.linspace(left, right, 6)
    return np.column_stack([xs, np.linspace(y[0], y[1], 6) + rng.normal(0, 0.08, 6)])


def _signature(box: BoxMm, rng: np.random.Generator) -> Iterator[FloatArray]:
    """A scribble that begins in its box and may run far beyond it, with a flourish below."""
    turns = int(rng.integers(5, 12))
    wide, high = rng.uniform(18, 48), rng.uniform(5, 15)
    xs = np.linspace(0, wide, 2 * turns) + rng.normal(0, 1.2, 2 * turns)
    ys = np.where(np.arange(2 * turns) % 2, 1, -1) * high / 2 * rng.uniform(0.2, 1, 2 * turns)
    start = np.array(
        [box.x + rng.uniform(0.05, 0.5) * box.w, box.y + rng.uniform(0.3, 0.7) * box.h]
    )
    yield start + np.column_stack([xs, ys])
    if rng.random() < 0.6:
        line = np.array([[0, high / 2], [wide / 2, high / 2 + 1], [wide * 1.05, high / 3]])
        yield start + line + rng.normal(0, 0.5, line.shape)
