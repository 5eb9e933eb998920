"""Make each crop look as if another hand, pen or scanner had made it, and put crops in batches."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from pipeline.engines import ppocr
from pipeline.learning.drawing import STYLES
from pipeline.learning.samples import Sample, flatten, written
from pipeline.records import Gray
from pipeline.training.data import NAME_SETS

_WIDTHS_PX = (
    *(64, 96, 128, 160, 192, 256, 320, 384, 448, 512),
    *(576, 640, 704, 768, 832, 896, 1024, 1152, 1280, 1600),
)
"""Batches have these widths only, and each its own number of crops: the kernels of a convolution
are made anew for every shape, which takes longer than a step."""
_BATCH_AREA_PX = 5120
"""Crops times width: sixteen short fields, or six lines of prose."""
_MOST_IN_BATCH = 32
_PX_PER_FRAME = 8
_WHITE = 255
_CLEAN = ("lines", "names", "names2")
"""Sets whose paper is white."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Crops at the network's height, augmented, with their labels, to be padded to ``width``."""

    crops: tuple[Gray, ...]
    texts: tuple[str, ...]
    width: int


def batches(
    sets: Mapping[str, Sequence[Sample]], weights: Mapping[str, float], rng: np.random.Generator
) -> Iterator[Batch]:
    """Batches without end; each crop comes from one of the sets by their weights.

    A set is gone through in random order, and again when it is used up. Crops of about the same
    width come together. A crop too short for its label is left out.
    """
    names = [name for name in sets if sets[name] and weights.get(name, 0) > 0]
    shares = np.array([weights[name] for name in names])
    endless = {name: _shuffled(sets[name], rng) for name in names}
    waiting: dict[int, list[tuple[Gray, str]]] = {width: [] for width in _WIDTHS_PX}
    while True:
        sample = next(endless[names[int(rng.choice(len(names), p=shares / shares.sum()))]])
        crop = augment(sample, rng)
        if crop.shape[1] < _PX_PER_FRAME * (_frames_needed(sample.text) + 1):
            continue
        width = next((w for w in _WIDTHS_PX if w >= crop.shape[1]), _WIDTHS_PX[-1])
        group = waiting[width]
        group.append((crop, sample.text))
        if len(group) == min(_MOST_IN_BATCH, _BATCH_AREA_PX // width):
            yield Batch(tuple(c for c, _ in group), tuple(t for _, t in group), width)
            group.clear()


def prefetched(stream: Iterator[Batch], *, ahead: int = 2) -> Iterator[Batch]:
    """The same batches, so many of them made while those before are learned from."""
    with ThreadPoolExecutor(1) as maker:
        coming = deque(maker.submit(next, stream) for _ in range(ahead))
        while True:
            batch = coming.popleft().result()
            coming.append(maker.submit(next, stream))
            yield batch


def _shuffled(samples: Sequence[Sample], rng: np.random.Generator) -> Iterator[Sample]:
    while True:
        for i in rng.permutation(len(samples)):
            yield samples[int(i)]


def _frames_needed(text: str) -> int:
    """CTC needs a blank between two equal characters."""
    return len(text) + sum(a == b for a, b in pairwise(text))


def augment(sample: Sample, rng: np.random.Generator) -> Gray:
    """The crop at the network's height, changed at random but as legible as before.

    Crops of forms have been through a scanner and the dropout already: they are changed less. What
    has the ink of real pens alone meets what else the pipeline's own crops hold.
    """
    image = sample.image
    is_form = sample.source in STYLES or sample.source.endswith("-real")
    if not is_form:
        if sample.source not in _CLEAN and rng.random() < 0.6:
            image = _cut_from_paper(image)
        if sample.source in NAME_SETS and rng.random() < 0.3:
            image = _space(image, rng)
        if rng.random() < 0.3:
            image = _leader_dots(image, rng)
        if rng.random() < 0.15:
            image = _cut_strokes(image, rng)
    if rng.random() < 0.12:
        image = _neighbour(image, rng)
    image = _frame(image, rng, loose=0.08 if is_form else 0.2)
    image = _bend(image, rng, by=0.6 if is_form else 1.2)
    if rng.random() < (0.15 if is_form else 0.35):
        image = _thicken(image, rng)
    if rng.random() < (0.15 if is_form else 0.35):
        image = _coarsen(image, rng)
    scaled = _stretch(ppocr.scale(image), rng)[:, : _WIDTHS_PX[-1]]
    return _tone(scaled, rng)


def _cut_from_paper(image: Gray) -> Gray:
    """White paper and only what is near ink, as the dropout leaves it."""
    near = cv2.dilate(written(image), np.ones((5, 5), np.uint8))
    return np.where(near > 0, flatten(image), np.uint8(_WHITE))


def _leader_dots(image: Gray, rng: np.random.Generator) -> Gray:
    """A row of leader dots under or through the writing: mostly removed with the strokes they
    meet, sometimes left in part."""
    high, wide = image.shape
    radius = max(1, round(high * rng.uniform(0.015, 0.04)))
    pitch = radius * rng.uniform(3.5, 5.5)
    y = high * rng.uniform(0.6, 0.95) + np.linspace(
        0, rng.normal(0, 0.03) * high, 1 + int(wide / pitch)
    )
    dotted = image.copy()
    left = rng.random() < 0.4
    for i, row in enumerate(y):
        centre = (round(i * pitch), round(float(row)))
        if not left:
            cv2.circle(dotted, centre, radius, _WHITE, -1, cv2.LINE_AA)
        elif rng.random() < 0.25:
            cv2.circle(dotted, centre, radius, int(rng.integers(60, 200)), -1, cv2.LINE_AA)
    return dotted


def _space(image: Gray, rng: np.random.Generator) -> Gray:
    """The letters further apart, as capitals are written that want to be read."""
    high, wide = image.shape
    empty = ~(written(image) > 0).any(axis=0)
    starts = np.flatnonzero(np.diff(empty.astype(np.int8)) == 1) + 1
    inside = starts[(starts > 0.1 * high) & (starts < wide - 0.4 * high)]
    room = round(high * float(rng.uniform(0.05, 0.5)))
    paper = np.full((high, 1), int(np.median(image[0])), np.uint8)
    parts = np.split(image, inside, axis=1)
    return np.hstack([np.hstack([part, np.repeat(paper, room, axis=1)]) for part in parts])


def _cut_strokes(image: Gray, rng: np.random.Generator) -> Gray:
    """Thin lines taken out of the writing, as boxes for single letters or a ruled line leave it."""
    high, wide = image.shape
    cut = image.copy()
    thick = max(1, round(high * float(rng.uniform(0.015, 0.04))))
    if rng.random() < 0.5:
        y = round(high * float(rng.uniform(0.5, 0.9)))
        cut[y : y + thick] = _WHITE
    else:
        pitch = high * float(rng.uniform(0.5, 1.1))
        for x in np.arange(rng.uniform(0, pitch), wide, pitch).astype(int):
            cut[:, x : x + thick] = _WHITE
    return cut


def _neighbour(image: Gray, rng: np.random.Generator) -> Gray:
    """What hangs into the line from the line above, or stands up from the one below: some of its
    own writing, upside down."""
    high, wide = image.shape
    reach = max(2, round(high * float(rng.uniform(0.08, 0.22))))
    tails = np.roll(image[-reach:][::-1], int(rng.integers(wide)), axis=1)
    heads = np.roll(image[:reach][::-1], int(rng.integers(wide)), axis=1)
    joined = image.copy()
    if rng.random() < 0.6:
        joined[:reach] = np.minimum(joined[:reach], tails[::-1])
    else:
        joined[-reach:] = np.minimum(joined[-reach:], heads[::-1])
    return joined


def _frame(image: Gray, rng: np.random.Generator, *, loose: float) -> Gray:
    """More or less paper around the line."""
    high = image.shape[0]
    top, bottom, left, right = (round(high * v) for v in rng.uniform(-0.3, 1.0, 4) * loose)
    cut = image[max(0, -top) : high - max(0, -bottom)]
    return np.asarray(
        cv2.copyMakeBorder(
            cut,
            *(max(0, top), max(0, bottom), max(0, left), max(0, right)),
            cv2.BORDER_REPLICATE if rng.random() < 0.5 else cv2.BORDER_CONSTANT,
            value=int(np.median(image[0])),
        ),
        dtype=np.uint8,
    )


def _bend(image: Gray, rng: np.random.Generator, *, by: float) -> Gray:
    """Slant, climb and sway."""
    high, wide = image.shape
    slant = float(np.clip(rng.normal(0, 0.17 * by), -0.5, 0.5))
    climb = float(np.clip(rng.normal(0, 0.02 * by), -0.06, 0.06)) * min(1.0, 400 / wide)
    matrix = np.array([[1, -slant, slant * high / 2], [climb, 1, -climb * wide / 2]])
    reach = round(abs(slant) * high / 2)
    matrix[0, 2] += reach
    size = (wide + 2 * reach, high)
    paper = int(np.median(image[[0, -1]]))
    bent = cv2.warpAffine(image, matrix, size, flags=cv2.INTER_LINEAR, borderValue=paper)
    return np.asarray(bent, dtype=np.uint8)


def _thicken(image: Gray, rng: np.random.Generator) -> Gray:
    """Thicker or thinner strokes, in part only, so that fine ones stay."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    changed = cv2.erode(image, kernel) if rng.random() < 0.65 else cv2.dilate(image, kernel)
    share = float(rng.uniform(0.2, 0.8))
    return np.asarray(cv2.addWeighted(image, 1 - share, changed, share, 0), dtype=np.uint8)


def _coarsen(image: Gray, rng: np.random.Generator) -> Gray:
    """A lower resolution, or a lens out of focus, or black and white only."""
    high, wide = image.shape
    draw = rng.random()
    if draw < 0.4:
        scale = rng.uniform(22, 40) / high
        if scale < 1:
            size = (max(1, round(wide * scale)), max(1, round(high * scale)))
            small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
            return np.asarray(
                cv2.resize(small, (wide, high), interpolation=cv2.INTER_LINEAR), dtype=np.uint8
            )
    if draw < 0.75:
        sigma = rng.uniform(0.4, 1.5) * high / 60
        return np.asarray(cv2.GaussianBlur(image, (0, 0), max(sigma, 0.2)), dtype=np.uint8)
    level, _ = cv2.threshold(image, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return np.where(image > level + rng.uniform(-15, 25), np.uint8(_WHITE), np.uint8(0))


def _stretch(crop: Gray, rng: np.random.Generator) -> Gray:
    wide = max(8, round(crop.shape[1] * float(np.exp(rng.normal(0, 0.1)))))
    stretched = cv2.resize(crop, (wide, crop.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(stretched, dtype=np.uint8)


def _tone(crop: Gray, rng: np.random.Generator) -> Gray:
    """Fainter ink, darker paper, grain."""
    toned = crop.astype(np.float32)
    if rng.random() < 0.4:
        toned = _WHITE - (_WHITE - toned) * rng.uniform(0.45, 1.25)
    if rng.random() < 0.2:
        toned *= rng.uniform(0.75, 1.0)
    if rng.random() < 0.25:
        toned += rng.normal(0, rng.uniform(2, 12), crop.shape)
    return np.clip(toned, 0, 255).astype(np.uint8)
