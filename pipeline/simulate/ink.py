"""Real ink: cut out of its paper, set side by side, and laid on a line that one writes on.

Ink is a coverage from 0 (paper) to 255 (ink), as everything a pen writes (``pen``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from pipeline.geometry import BoxPx
from pipeline.learning.samples import flatten, written
from pipeline.records import Gray
from pipeline.simulate.contents import pick
from pipeline.simulate.pen import Pen, Strip, lay

SIGNS = frozenset("0123456789 .,-/+()€")
"""What a number may be set from: digits, and the signs that are drawn between them."""
_HIGH, _FOOT = 2.6, 1.7
"""A strip's height and where its baseline stands, in heights of capitals."""
_FINE = 4
"""Strokes are widened at this scale, by whole px of it."""
_ACCENTS = 0.04
"""Of a line's ink, so much stands above its capitals: accents, and loops that reach up."""


@dataclass(frozen=True, slots=True)
class Ink:
    """A real stroke or word: its coverage, 255 where there is ink.

    ``above`` and ``height`` are where its foot and its size stand, in heights of the writer's
    ordinary digit: 0 is the baseline, positive is above it.
    """

    coverage: Gray
    above: float
    height: float


Digits = Mapping[str, Sequence[Ink]]
"""What a writer's digits look like, some of each."""


def coverage_of(image: Gray) -> Gray:
    """The ink of an image, 0 to 255, with its soft edges."""
    ink = written(image)
    flat = flatten(image).astype(np.float32)
    darkest = float(np.percentile(flat[ink > 0], 30)) if ink.any() else 0.0
    near = cv2.dilate(ink, np.ones((3, 3), np.uint8)) > 0
    cover = np.clip((250 - flat) / max(250 - darkest, 1), 0, 1) * near
    return np.asarray(cover * 255, dtype=np.uint8)


def tight(coverage: Gray) -> Gray:
    """The part that holds ink."""
    x, y, w, h = cv2.boundingRect((coverage > 60).astype(np.uint8))
    return coverage[y : y + h, x : x + w] if w and h else coverage


def line_ink(image: Gray) -> Ink:
    """A line's ink with its baseline, where the ink of its rows falls off most, and the height of
    its capitals: whatever is read from there up, but for some accents."""
    coverage = tight(coverage_of(image))
    high = len(coverage)
    inked = np.concatenate([[0.0], np.cumsum(coverage.sum(axis=1, dtype=np.float64))])
    reach = max(2, high // 4)

    def falls(foot: int) -> float:
        over = inked[foot] - inked[foot - reach]
        return float(over - (inked[min(high, foot + reach)] - inked[foot]))

    foot = max(range(max(high // 2, reach), high + 1), key=falls, default=high)
    top = int(np.searchsorted(inked, _ACCENTS * inked[-1])) - 1
    cap = max(foot - top, 0.35 * high, 1.0)
    return Ink(coverage, (foot - high) / cap, high / cap)


def write_words(
    words: Sequence[Ink], rng: np.random.Generator, *, cap_px: float, stroke_px: float = 0.0
) -> Strip:
    """Words or lines side by side, as surname and given name; no stroke thinner than told."""
    drawn = [_sized(word, word.height * cap_px, stroke_px) for word in words]
    gap = round(cap_px * rng.uniform(0.9, 1.6))
    wide = sum(image.shape[1] for image in drawn) + gap * (len(drawn) + 1)
    foot, x = round(_FOOT * cap_px), gap
    strip = np.zeros((round(_HIGH * cap_px), wide), np.uint8)
    for word, image in zip(words, drawn, strict=True):
        lay(strip, Strip(image, len(image), 0.0, 0.0), x, foot - word.above * cap_px)
        x += image.shape[1] + gap
    return Strip(strip, foot, gap, wide - gap)


def write_number(
    text: str,
    writers: Sequence[Digits],
    rng: np.random.Generator,
    *,
    cap_px: float,
    stroke_px: float = 0.0,
) -> Strip:
    """A number in real digits of a few similar writers; the signs between them are drawn, with
    strokes as wide as told.

    Raises KeyError for a digit that none of the writers has.
    """
    few = [writers[int(i)] for i in rng.integers(len(writers), size=4)]
    wide = round(cap_px * (len(text) + 3))
    high, foot = round(cap_px * _HIGH), cap_px * _FOOT
    strip = Strip(np.zeros((high, wide), np.uint8), foot, 0.5 * cap_px, 0.0)
    x, gap = strip.start, cap_px * rng.uniform(0.0, 0.3)
    thick = max(1, round(stroke_px or cap_px * rng.uniform(0.06, 0.12)))
    for char in text:
        if not char.isdigit():
            x += _draw_sign(strip.coverage, char, x, foot, cap_px, thick, rng) + 0.5 * gap
            continue
        choices = next((w[char] for w in few if char in w), None)
        if choices is None and not any(char in w for w in writers):
            raise KeyError(char)
        while choices is None:
            choices = writers[int(rng.integers(len(writers)))].get(char)
        digit = pick(rng, choices)
        glyph = _sized(digit, cap_px * float(np.clip(digit.height, 0.6, 1.5)), stroke_px)
        lay(strip.coverage, Strip(glyph, glyph.shape[0], 0.0, 0.0), x, foot - digit.above * cap_px)
        x += glyph.shape[1] + gap * rng.uniform(0.6, 1.4)
    return replace(strip, coverage=strip.coverage[:, : round(x + cap_px)], end=x)


def lay_on_line(
    sheet: Gray,
    strip: Strip,
    place: tuple[BoxPx, float],
    pen: Pen,
    rng: np.random.Generator,
    *,
    px_per_mm: float,
    stretch: float = 1.0,
    slant: float = 0.0,
) -> None:
    """Lay a strip of real ink on a line (box, y of the leader dots), slanted and stretched, and
    squeezed where it would not fit."""
    box, dots_y = place
    room = box.w - 2 * px_per_mm
    stretch = min(stretch, room / max(1.0, strip.end - strip.start))
    high, wide = strip.coverage.shape
    matrix = np.array([[stretch, -slant, slant * strip.baseline], [0, 1, 0]])
    drawn = cv2.warpAffine(strip.coverage, matrix, (round(wide * stretch) + 2, high))
    soft = Strip(
        np.asarray(drawn, dtype=np.uint8),
        strip.baseline,
        strip.start * stretch,
        strip.end * stretch,
    )
    spare = max(0.0, room - (soft.end - soft.start))
    x = box.x + px_per_mm + rng.uniform(0, 0.5) * spare
    lay(sheet, soft, x, dots_y - (pen.lift_mm + rng.normal(0, 0.3)) * px_per_mm)


def _sized(ink: Ink, high_px: float, stroke_px: float) -> Gray:
    """The ink so many px high, its strokes no thinner than told: who writes smaller does so with
    the same pen."""
    scale = high_px / ink.coverage.shape[0]
    size = (
        max(2, round(ink.coverage.shape[1] * scale)),
        max(3, round(ink.coverage.shape[0] * scale)),
    )
    wider = round(_FINE * (stroke_px - scale * stroke_width(ink.coverage))) if stroke_px else 0
    coverage = ink.coverage
    if wider > 0:
        fine = (_FINE * size[0], _FINE * size[1])
        coverage = np.asarray(cv2.resize(coverage, fine, interpolation=cv2.INTER_LINEAR))
        tip = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wider + 1, wider + 1))
        coverage = cv2.dilate(coverage, tip)
    how = cv2.INTER_AREA if scale < 1 or wider > 0 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(coverage, size, interpolation=how), dtype=np.uint8)


def stroke_width(coverage: Gray) -> float:
    """How wide the strokes are on average, in px: their area by half of their outline."""
    ink = np.pad((coverage > 100).astype(np.int8), 1)
    steps = sum(int(np.abs(np.diff(ink, axis=axis)).sum()) for axis in (0, 1))
    # The outline runs in all directions, and steps measure what it runs down and across.
    return 2 * int(ink.sum()) / max(1.0, np.pi / 4 * steps)


def _draw_sign(
    ink: Gray, char: str, x: float, foot: float, cap: float, thick: int, rng: np.random.Generator
) -> float:
    """Draw a separator; gives how far the pen moves on."""
    jitter = rng.normal(0, 0.03 * cap, (4, 2))
    strokes: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
        ".": (((0.15, 0.0), (0.18, -0.02)),),
        ",": (((0.2, -0.05), (0.1, 0.25)),),
        "-": (((0.05, -0.45), (0.45, -0.47)),),
        "/": (((0.05, 0.15), (0.45, -1.05)),),
        "+": (((0.0, -0.45), (0.6, -0.45)), ((0.3, -0.75), (0.3, -0.12))),
        "(": (((0.3, -1.05), (0.08, -0.5), (0.3, 0.15)),),
        ")": (((0.05, -1.05), (0.28, -0.5), (0.05, 0.15)),),
        "€": (
            ((0.6, -0.9), (0.3, -0.95), (0.12, -0.5), (0.3, -0.03), (0.6, -0.1)),
            ((0.0, -0.6), (0.45, -0.6)),
            ((0.0, -0.4), (0.42, -0.4)),
        ),
    }
    if char == " ":
        return cap * rng.uniform(0.3, 0.8)
    wide = 0.0
    for stroke in strokes[char]:
        points = np.array(stroke) * cap + jitter[0] + (x, foot) + rng.normal(0, 0.02 * cap, 2)
        fixed = np.round(points * 16).astype(np.int32)
        heavy = thick + (1 if char == "." else 0)
        cv2.polylines(ink, [fixed], False, 235, heavy, cv2.LINE_AA, 4)  # noqa: FBT003
        wide = max(wide, float(np.array(stroke)[:, 0].max()) * cap)
    return wide + cap * rng.uniform(0.1, 0.25)
