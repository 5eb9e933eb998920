"""A copy on paper: written by hand, or typed and printed; then scanned or photographed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

from associations import fonts, strokes
from associations.answers import Answer
from associations.blank import render
from associations.runs import Run, runs
from associations.sheet import Asked, Box
from pipeline.simulate import paper
from pipeline.simulate.pen import noise

_INK_DPI = 400
_MM = _INK_DPI / 25.4
_COLOURS = ((28, 45, 140), (28, 45, 140), (25, 25, 30), (25, 25, 30), (40, 60, 170), (15, 20, 80),
            (20, 90, 70), (90, 30, 110))  # fmt: skip
"""Of ballpoints, mostly blue and black."""


@dataclass(frozen=True, slots=True)
class Pen:
    """Who writes, and with what. ``block``: the font of capitals; ``slant``: the shear;
    ``waver``: how unsteady, 0 to 1."""

    font: Path
    block: Path
    by_hand: bool
    cap: float
    wide_mm: float
    colour: tuple[int, int, int]
    slant: float = 0.0
    waver: float = 0.0
    stretch: float = 1.0
    mark: str = "cross"


def choose_pen(font: Path, block: Path, rng: np.random.Generator, *, by_hand: bool) -> Pen:
    if not by_hand:
        how = ("letter", "letter", "cross", "tick")[int(rng.integers(4))]
        return Pen(font, font, by_hand, float(rng.uniform(2.3, 3.0)), 0.3, (15, 15, 15), mark=how)
    return Pen(
        font,
        block,
        by_hand,
        cap=float(rng.uniform(2.8, 4.2)),
        wide_mm=float(rng.uniform(0.3, 0.55)),
        colour=_COLOURS[int(rng.integers(len(_COLOURS)))],
        slant=float(rng.normal(0.02, 0.1)),
        waver=float(rng.uniform(0.3, 1.0)),
        stretch=float(rng.uniform(0.95, 1.15)),
        mark=strokes.MARKS[int(rng.integers(len(strokes.MARKS)))],
    )


def fill_in(
    raw: bytes, page: int, asked: Asked, stands: Sequence[Answer], pen: Pen,
    rng: np.random.Generator, *, dpi: int,
) -> np.ndarray:  # fmt: skip
    """A page of the blank with all that was written on it, as RGB."""
    sheet = render(raw, page, dpi)
    wide, high = (round(mm * _MM) for mm in asked.sizes_mm[page - 1])
    ink = np.zeros((high, wide), dtype=np.uint8)
    for answer in stands:
        if answer.place.page != page:
            continue
        if answer.place.type == "photo" and answer.marked:
            _paste_portrait(sheet, answer.place.boxes["oui"], rng, dpi)
            continue
        measure = partial(_width_mm, pen)
        written = runs(answer.place, answer.text, measure, rng, cap=pen.cap, by_hand=pen.by_hand)
        for run in written:
            _write(ink, run, pen, rng)
        for stroke in drawn(answer, pen, rng):
            _draw(ink, stroke, pen.wide_mm)
        if pen.mark == "letter" and answer.place.boxes and answer.place.type != "signature":
            for option in answer.marked:
                _write(ink, _letter_in(answer.place.boxes[option], pen), pen, rng)
    for box in asked.offices.get(page, ()):
        if pen.by_hand and rng.random() < 0.35:
            _write(ink, Run(f"reçu le {int(rng.integers(1, 28))}/09", box[0] + box[2] * 0.35,
                            box[1] + min(7.5, 0.8 * box[3]), 2.8), pen, rng)  # fmt: skip
    return _inked(sheet, ink, pen.colour)


def drawn(answer: Answer, pen: Pen, rng: np.random.Generator) -> list[strokes.Stroke]:
    """What of an answer is no writing."""
    place = answer.place
    if not answer.marked or place.type == "photo":
        return []
    if place.type == "signature":
        return strokes.signature(next(iter(place.boxes.values())), rng)
    if place.words:
        if not place.strike:
            return [s for option in answer.marked for s in strokes.ring(place.words[option], rng)]
        unmeant = [box for option, box in place.words.items() if option not in answer.marked]
        return [stroke for box in unmeant for stroke in strokes.strike(box, rng)]
    if pen.mark == "letter":
        return []
    overshoot = 0.5 if pen.by_hand else 0.0
    return [
        stroke
        for option in answer.marked
        for stroke in strokes.mark(place.boxes[option], pen.mark, rng, overshoot=overshoot)
    ]


def _letter_in(box: Box, pen: Pen) -> Run:
    x, y, w, h = box
    cap = min(0.75 * h, 3.2)
    return Run("X", x + (w - _width_mm(pen, "X", cap)) / 2, y + (h + cap) / 2, cap)


def _font(pen: Pen, text: str) -> Path:
    return pen.block if text.isupper() else pen.font


def _width_mm(pen: Pen, text: str, cap: float) -> float:
    font = _font(pen, text)
    return fonts.load(font, 200).getlength(text) * cap / (fonts.capital_share(font) * 200)


def _write(ink: np.ndarray, run: Run, pen: Pen, rng: np.random.Generator) -> None:
    cap_px = run.cap * _MM
    path = _font(pen, run.text)
    font = fonts.load(path, max(8, round(cap_px / fonts.capital_share(path))))
    margin, base = round(2 * cap_px), round(2.5 * cap_px)
    strip = Image.new("L", (round(font.getlength(run.text)) + 2 * margin, round(4 * cap_px)))
    ImageDraw.Draw(strip).text((margin, base), run.text, fill=255, font=font, anchor="ls")
    letters = np.asarray(strip)
    if pen.by_hand:
        letters = _by_hand(letters, pen, rng, cap_px, base)
    squeeze = run.squeeze * (pen.stretch if run.squeeze == 1.0 and len(run.text) < 12 else 1.0)
    size = (max(1, round(letters.shape[1] * squeeze)), letters.shape[0])
    letters = cv2.resize(letters, size, interpolation=cv2.INTER_AREA)
    left, top = round(run.x * _MM - margin * squeeze), round(run.y * _MM - base)
    _lay(ink, letters, left, top)


def _by_hand(
    letters: np.ndarray, pen: Pen, rng: np.random.Generator, cap_px: float, base: int
) -> np.ndarray:
    """No two letters alike: bent, leaning, and now thicker, now thinner."""
    high, wide = letters.shape
    ys, xs = np.mgrid[0:high, 0:wide].astype(np.float32)
    bend = pen.waver * cap_px
    drift = 0.07 * bend * noise(rng, (high, wide), cell=6 * cap_px)
    xs = xs + 0.07 * bend * noise(rng, (high, wide), cell=0.9 * cap_px) + pen.slant * (ys - base)
    ys = ys + 0.06 * bend * noise(rng, (high, wide), cell=0.8 * cap_px) + drift
    bent = cv2.remap(letters, xs, ys, cv2.INTER_LINEAR, borderValue=0)
    press = 0.16 + 0.05 * pen.waver * noise(rng, (high, wide), cell=1.5 * cap_px)
    tip = max(0.8, 0.3 * pen.wide_mm * _MM)
    soft = cv2.GaussianBlur(bent, (0, 0), tip).astype(np.float32) / 255
    thick = np.clip((soft - press) * 5, 0, 1)
    return np.asarray(thick * 255, dtype=np.uint8)


def _lay(ink: np.ndarray, letters: np.ndarray, left: int, top: int) -> None:
    right, bottom = (
        min(left + letters.shape[1], ink.shape[1]),
        min(top + letters.shape[0], ink.shape[0]),
    )
    x, y = max(left, 0), max(top, 0)
    part = letters[y - top : bottom - top, x - left : right - left]
    ink[y:bottom, x:right] = np.maximum(ink[y:bottom, x:right], part)


def _draw(ink: np.ndarray, stroke: strokes.Stroke, wide_mm: float) -> None:
    points = np.round(stroke * _MM * 16).astype(np.int32)
    cv2.polylines(ink, [points], False, 255, max(1, round(wide_mm * _MM)), cv2.LINE_AA, 4)


def _inked(sheet: np.ndarray, ink: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    cover = cv2.resize(ink, sheet.shape[1::-1], interpolation=cv2.INTER_AREA)[:, :, None] / 255.0
    page = sheet.astype(np.float32)
    dark = np.minimum(page, np.array(colour, dtype=np.float32))
    return np.asarray(page * (1 - 0.95 * cover) + dark * 0.95 * cover, dtype=np.uint8)


def _paste_portrait(sheet: np.ndarray, box: Box, rng: np.random.Generator, dpi: int) -> None:
    """Somebody from a photo booth, glued in a little askew."""
    x, y, w, h = (mm * dpi / 25.4 for mm in box)
    wide, high = round(w * 0.94), round(h * 0.94)
    picture = np.full((high, wide, 3), rng.integers(170, 225, 3), dtype=np.uint8)
    skin, hair = rng.integers((150, 110, 85), (235, 195, 170)), rng.integers(20, 110, 3)
    coat, middle = rng.integers(30, 160, 3), round(high * 0.42)
    for centre, across, down, colour in (
        ((wide // 2, high), 0.45, 0.3, coat),
        ((wide // 2, middle - high // 20), 0.3, 0.3, hair),
        ((wide // 2, middle), 0.24, 0.25, skin),
    ):
        axes = (round(wide * across), round(high * down))
        cv2.ellipse(picture, centre, axes, 0, 0, 360, tuple(int(v) for v in colour), -1)
    picture = cv2.GaussianBlur(picture, (0, 0), 2)
    left, top = round(x + (w - wide) / 2), round(y + (h - high) / 2)
    sheet[top : top + high, left : left + wide] = picture


def capture(sheet: np.ndarray, rng: np.random.Generator, *, dpi: int, photo: bool) -> np.ndarray:
    """The sheet through a scanner or a telephone."""
    px_per_mm = dpi / 25.4
    if photo:
        return paper.photo(sheet, rng, px_per_mm=px_per_mm).image
    grey = rng.random() < 0.6
    seen = cv2.cvtColor(sheet, cv2.COLOR_RGB2GRAY) if grey else sheet
    return paper.scan(seen, rng, px_per_mm=px_per_mm, bilevel=False).image
