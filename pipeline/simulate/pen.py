"""Draw text into the lines of a zone, by hand or in print; everything here is in sheet pixels.

Ink is a coverage from 0 (paper) to 255 (ink) and is laid over the form's print afterwards.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from pipeline.geometry import BoxPx, FloatArray
from pipeline.records import Gray
from pipeline.simulate import digits
from pipeline.simulate.fonts import HAND_FONTS, PRINT_FONTS, font_px, is_joined, load_font

CAP_SHARE = 0.62
"""Capitals are at most this share of a line's height: accents and tails need the rest."""

_CELL_SHARE = 0.85
"""A character leaves some of its cell's width free."""


@dataclass(frozen=True, slots=True)
class Pen:
    """One writer's hand, or one printer.

    ``font`` is a shipped one, or a file; ``cap_mm`` the height of capitals, ``lift_mm`` how far
    above the leader dots the text stands, ``slant`` the shear (right is positive), ``waver`` 0..1
    the unsteadiness, ``weight`` -1..1 the thickness of strokes (a felt pen's is above), ``spacing``
    the room between letters beyond the font's own, in heights of capitals, ``own_digits`` digits
    drawn stroke by stroke.
    """

    font: str
    printed: bool
    cap_mm: float
    lift_mm: float
    slant: float = 0.0
    stretch: float = 1.0
    waver: float = 0.0
    weight: float = 0.0
    colour: tuple[int, int, int] = (25, 25, 25)
    spacing: float = 0.0
    own_digits: bool = False
    digit_seed: int = 0
    tick: str = "cross"


@dataclass(frozen=True, slots=True)
class Strip:
    """A drawn line of text: its coverage, and where its baseline and first letter stand in it."""

    coverage: Gray
    baseline: float
    start: float
    end: float


def choose_pen(rng: np.random.Generator, *, printed: bool) -> Pen:
    """A writer's hand; black or blue, careful or hasty."""
    if printed:
        return Pen(
            font=PRINT_FONTS[int(rng.integers(len(PRINT_FONTS)))],
            printed=True,
            cap_mm=rng.uniform(2.2, 3.2),
            lift_mm=rng.uniform(-0.2, 1.2),
            colour=(int(rng.integers(0, 40)),) * 3,
            tick=("cross", "letter", "filled", "tick")[int(rng.integers(4))],
        )
    shade = rng.integers(-15, 25, 3)
    ink = ((35, 55, 140), (35, 55, 140), (30, 30, 35), (30, 30, 35), (20, 25, 80), (85, 85, 88))
    red, green, blue = np.clip(np.array(ink[int(rng.integers(len(ink)))]) + shade, 0, 255)
    return Pen(
        font=HAND_FONTS[int(rng.integers(len(HAND_FONTS)))],
        printed=False,
        cap_mm=rng.uniform(2.7, 4.9),
        lift_mm=rng.uniform(-0.5, 1.5),
        slant=rng.normal(0.03, 0.12),
        stretch=rng.uniform(0.85, 1.2),
        waver=rng.uniform(0.25, 1.0),
        weight=rng.uniform(-0.7, 0.8),
        colour=(int(red), int(green), int(blue)),
        own_digits=bool(rng.random() < 0.4),
        digit_seed=int(rng.integers(1000)),
        tick=("cross", "cross", "tick", "tick", "filled", "scribble")[int(rng.integers(6))],
    )


def write_line(text: str, pen: Pen, rng: np.random.Generator, *, cap_px: float) -> Strip:
    """Draw one line of text with capitals ``cap_px`` high."""
    # Small writing is drawn larger and shrunk, so that bending it does not make it jagged.
    zoom = 1 if cap_px >= 34 else 2
    big = cap_px * zoom
    margin = round(1.6 * big)
    room = round(text_width(text, pen, big) * 1.15) + 2 * margin
    image = Image.new("L", (room, round(3.2 * big)))
    baseline = 2.0 * big
    end = _draw_letters(ImageDraw.Draw(image), text, pen, rng, cap_px=big, at=(margin, baseline))
    coverage: Gray = np.asarray(image)[:, : round(end) + margin]
    if not pen.printed:
        coverage = _press(_bend(coverage, pen, rng, big, baseline), pen, rng, big)
    size = (round(coverage.shape[1] * pen.stretch / zoom), round(coverage.shape[0] / zoom))
    shrunk = cv2.resize(coverage, size, interpolation=cv2.INTER_AREA)
    across = size[0] / coverage.shape[1]
    return Strip(np.asarray(shrunk, dtype=np.uint8), baseline / zoom, margin * across, end * across)


def write_zone_text(
    ink: Gray,
    text: str,
    lines: list[tuple[BoxPx, float]],
    pen: Pen,
    rng: np.random.Generator,
    *,
    px_per_mm: float,
    run_on: bool = False,
) -> None:
    """Write ``text`` over the lines (box, y of the leader dots), which are one value.

    A hand starts on the first line or on the longest; what does not fit is squeezed, or with
    ``run_on`` goes on over the edge.
    """
    if not text:
        return
    cap_px = pen.cap_mm * px_per_mm
    longest = max(range(len(lines)), key=lambda i: lines[i][0].w)
    fits_first = text_width(text, pen, cap_px) * pen.stretch < 0.9 * lines[0][0].w
    if longest and (fits_first or " " in text) and rng.random() < (0.5 if fits_first else 0.25):
        longest = 0
    words, line = text.split(" "), longest
    while words:
        box, dots = lines[line]
        taken = len(words)
        if line + 1 < len(lines):
            while taken and text_width(" ".join(words[:taken]), pen, cap_px) * pen.stretch > box.w:
                taken -= 1
        if taken:
            part = " ".join(words[:taken])
            _write_on(ink, part, box, dots, pen, rng, px_per_mm=px_per_mm, run_on=run_on)
        words, line = words[taken:], line + 1


def write_in_cell(
    ink: Gray, char: str, cell: BoxPx, pen: Pen, rng: np.random.Generator, *, px_per_mm: float
) -> None:
    """Write one character into a cell of a comb, as large as it has room; a hasty hand misses the
    middle."""
    hasty = 0.0 if pen.printed else pen.waver
    cap_px = min(pen.cap_mm * px_per_mm, CAP_SHARE * cell.h)
    wide = text_width(char, pen, cap_px) * pen.stretch
    cap_px *= min(1.0, _CELL_SHARE * cell.w / max(wide, 1.0))
    strip = write_line(char, pen, rng, cap_px=cap_px)
    middle = cell.x + cell.w * (0.5 + 0.07 * hasty * rng.normal())
    foot = cell.y + cell.h * (0.5 + 0.04 * hasty * rng.normal()) + cap_px / 2
    lay(ink, strip, middle - (strip.end - strip.start) / 2, foot)


def tick_box(
    ink: Gray, box: BoxPx, pen: Pen, rng: np.random.Generator, *, px_per_mm: float
) -> None:
    """Tick a check box in the pen's way: a cross, a tick, a letter X, a filled square."""
    wide = max(1, round((0.35 + 0.15 * pen.weight) * px_per_mm))
    loose = 0.03 if pen.printed else 0.12
    kind = pen.tick
    if kind == "letter":
        strip = write_line("X", pen, rng, cap_px=0.75 * box.h)
        lay(ink, strip, box.x + 0.2 * box.w, box.y + 0.88 * box.h)
        return
    if kind == "filled" and pen.printed:
        curves = [np.array([[0.15, y], [0.85, y]]) for y in np.linspace(0.15, 0.85, 12)]
    elif kind in ("filled", "scribble"):
        turns = 12 if kind == "filled" else 6
        y = np.linspace(0.05, 0.95, turns)
        x = np.where(np.arange(turns) % 2, 0.95, 0.05)
        curves = [np.column_stack([x, y])]
    elif kind == "tick":
        curves = [np.array([[0.1, 0.5], [0.4, 0.95], [1.1, -0.25]])]
    else:
        reach = -0.05 if pen.printed else float(rng.uniform(-0.25, 0.15))
        a, b = reach, 1 - reach
        curves = [np.array([[a, a], [b, b]]), np.array([[b, a], [a, b]])]
    for curve in curves:
        points = curve + rng.normal(0, loose * 0.6, curve.shape) + rng.normal(0, loose * 0.3, 2)
        stroke(ink, points * (box.w, box.h) + (box.x, box.y), wide)


def _write_on(
    ink: Gray,
    text: str,
    box: BoxPx,
    dots_y: float,
    pen: Pen,
    rng: np.random.Generator,
    *,
    px_per_mm: float,
    run_on: bool,
) -> None:
    hasty = 0.0 if pen.printed else pen.waver
    start = box.x + rng.uniform(0.3, 2.0 + 4.0 * hasty) * px_per_mm
    room = box.x + box.w + hasty * px_per_mm * 2 - start
    cap_px = min(pen.cap_mm * (1 + 0.06 * hasty * rng.normal()) * px_per_mm, CAP_SHARE * box.h)
    natural = text_width(text, pen, cap_px) * pen.stretch
    if not pen.printed and natural < 0.5 * room:
        start += rng.uniform(0, 0.5) * hasty * (room - natural)
        if rng.random() < 0.02:
            start += _strike_out(ink, text, start, dots_y, pen, rng, cap_px=cap_px)
    squeeze = 1.0 if run_on else min(1.0, room / natural)
    if squeeze < 1 and not pen.printed:
        narrower = max(squeeze, 0.72)
        pen = replace(pen, stretch=pen.stretch * narrower)
        squeeze = max(squeeze / narrower, 0.6)
    strip = write_line(text, pen, rng, cap_px=cap_px * squeeze)
    lift = (pen.lift_mm + 0.25 * hasty * rng.normal()) * px_per_mm
    lay(ink, strip, start, dots_y - lift)


def _strike_out(
    ink: Gray,
    text: str,
    x: float,
    dots_y: float,
    pen: Pen,
    rng: np.random.Generator,
    *,
    cap_px: float,
) -> float:
    """Begin wrongly and strike it out; gives how far the pen has moved on."""
    wrong = str(rng.integers(1, 9)) if len(text) < 3 else text[0] + text[2:4]
    strip = write_line(wrong, pen, rng, cap_px=cap_px)
    y = dots_y - pen.lift_mm * cap_px / pen.cap_mm
    width = strip.end - strip.start
    lay(ink, strip, x, y)
    strike(ink, x, y, width, rng, cap_px=cap_px)
    return width + 0.6 * cap_px


def strike(
    ink: Gray, x: float, y: float, width: float, rng: np.random.Generator, *, cap_px: float
) -> None:
    """Strike out what stands at ``x`` on the baseline ``y``, with a line or two or three."""
    for _ in range(int(rng.integers(1, 4))):
        left, right = [x - 0.15 * cap_px, y - 0.3 * cap_px], [x + width, y - 0.5 * cap_px]
        ends = np.array([left, right])
        stroke(ink, ends + rng.normal(0, 0.1 * cap_px, (2, 2)), max(1, round(0.1 * cap_px)))


def _draw_letters(
    draw: ImageDraw.ImageDraw,
    text: str,
    pen: Pen,
    rng: np.random.Generator,
    *,
    cap_px: float,
    at: tuple[float, float],
) -> float:
    """Draw letter by letter; gives where the last one ends."""
    x, y = at
    size = font_px(pen.font, cap_px)
    font = load_font(pen.font, size)
    if pen.printed:
        draw.text((x, y), text, fill=255, font=font, anchor="ls")
        return x + font.getlength(text)
    # Where letters join, a shift between two of them would tear the line.
    torn = 0.3 if is_joined(pen.font) else 1.0
    for i, letter in enumerate(text):
        if pen.own_digits and letter in digits.DIGITS:
            high, wide = cap_px * rng.normal(1, 0.06), cap_px * rng.uniform(0.42, 0.6)
            way = pen.digit_seed + int(rng.random() < 0.1)
            for curve in digits.strokes(letter, way, rng, waver=0.02 + 0.035 * pen.waver):
                points = [tuple(p) for p in curve * (wide, high) + (x, y - high)]
                draw.line(points, fill=255, width=max(2, round(0.1 * cap_px)), joint="curve")
            x += wide + cap_px * rng.uniform(0.14, 0.3)
            continue
        own = load_font(pen.font, round(size * (1 + 0.045 * pen.waver * torn * rng.normal())))
        dip = 0.035 * cap_px * pen.waver * torn * rng.normal()
        draw.text((x, y + dip), letter, fill=255, font=own, anchor="ls")
        following = text[i + 1] if i + 1 < len(text) else ""
        x += font.getlength(letter + following) - font.getlength(following)
        x += (0.05 * pen.waver * torn * rng.normal() + pen.spacing) * cap_px
        if letter == " ":
            x += cap_px * pen.waver * rng.uniform(-0.1, 0.4)
    return x


def _bend(coverage: Gray, pen: Pen, rng: np.random.Generator, cap: float, baseline: float) -> Gray:
    """Slant the line, let it climb or fall, and make no two letters alike."""
    high, wide = coverage.shape
    xs, ys = np.meshgrid(np.arange(wide, dtype=np.float32), np.arange(high, dtype=np.float32))
    unsteady = np.float32(pen.waver * cap)
    climb = np.clip(rng.normal(0, 0.008), -0.02, 0.02) * pen.waver * (xs - wide / 2)
    sway = noise(rng, (1, wide), cell=2.5 * cap) * 0.06 * unsteady
    lean = pen.slant + 0.05 * pen.waver * noise(rng, (1, wide), cell=3 * cap)
    dx = lean * (ys - baseline) + noise(rng, (high, wide), cell=0.55 * cap) * 0.028 * unsteady
    dy = climb + sway + noise(rng, (high, wide), cell=0.55 * cap) * 0.028 * unsteady
    return np.asarray(
        cv2.remap(
            coverage,
            (xs + dx).astype(np.float32),
            (ys + dy).astype(np.float32),
            cv2.INTER_LINEAR,
            borderValue=0,
        ),
        dtype=np.uint8,
    )


def _press(coverage: Gray, pen: Pen, rng: np.random.Generator, cap: float) -> Gray:
    """Thicken or thin the strokes, and press now harder, now lighter."""
    soft = cv2.GaussianBlur(coverage, (0, 0), 0.035 * cap).astype(np.float32) / 255
    # Fine hands stay whole: what is thick or thin is measured against the strokes themselves.
    peak = float(np.percentile(soft[coverage > 128], 25)) if (coverage > 128).any() else 1.0
    edge = 0.55 - 0.25 * pen.weight + 0.08 * noise(rng, coverage.shape, cell=1.2 * cap)
    edge *= peak
    pressure = 0.9 + 0.1 * np.clip(noise(rng, coverage.shape, cell=1.0 * cap), -2, 1)
    ink = np.clip((soft - edge) * 5 + 0.5, 0, 1) * pressure * np.clip(soft * 5, 0, 1)
    return np.asarray(ink * 255, dtype=np.uint8)


def noise(rng: np.random.Generator, shape: tuple[int, ...], *, cell: float) -> NDArray[np.float32]:
    """Smooth noise of variance about one, with features ``cell`` pixels large."""
    high, wide = shape
    coarse = (max(2, round(high / cell) + 1) if high > 1 else 1, max(2, round(wide / cell) + 1))
    grid = rng.standard_normal(coarse, dtype=np.float32)
    return np.asarray(
        cv2.resize(grid, (wide, high), interpolation=cv2.INTER_CUBIC), dtype=np.float32
    )


def lay(ink: Gray, strip: Strip, x: float, baseline: float) -> None:
    """Lay a strip on the sheet, its first letter at ``x``; what hangs over the sheet is cut."""
    left, top = round(x - strip.start), round(baseline - strip.baseline)
    high, wide = strip.coverage.shape
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + wide, ink.shape[1]), min(top + high, ink.shape[0])
    if x0 < x1 and y0 < y1:
        target = ink[y0:y1, x0:x1]
        np.maximum(target, strip.coverage[y0 - top : y1 - top, x0 - left : x1 - left], out=target)


def stroke(ink: Gray, points: FloatArray, wide: int) -> None:
    """Draw a smooth line through the points, (n, 2), ``wide`` px wide."""
    fixed = np.round(digits.smooth(points) * 16).astype(np.int32)
    cv2.polylines(
        ink, [fixed], isClosed=False, color=235, thickness=wide, lineType=cv2.LINE_AA, shift=4
    )


def text_width(text: str, pen: Pen, cap_px: float) -> float:
    """The px a text is wide before stretching; own digits are about as wide as the font's."""
    own = float(load_font(pen.font, font_px(pen.font, cap_px)).getlength(text))
    return own + pen.spacing * cap_px * len(text)
