"""Labelled crops as the pipeline itself cuts them: invented texts written on a form, the sheet
captured, the form's print dropped, the lines found.

Besides the generator's fonts, pens hold real ink where there is some, so that real strokes meet
leader dots, scanners and the dropout as they will.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from pipeline import fields
from pipeline.fields import Means
from pipeline.forms.blank import BlankPage
from pipeline.forms.schema import Form, Zone
from pipeline.geometry import BoxPx, Homography
from pipeline.learning import texts
from pipeline.learning.samples import Sample, shrink
from pipeline.paper.dropout import drop_print
from pipeline.paper.lines import find_lines
from pipeline.paper.streaks import remove_streaks
from pipeline.records import AlignedPage, Gray, Page
from pipeline.simulate import draw, paper
from pipeline.simulate.contents import Habits, pick
from pipeline.simulate.pen import Pen, Strip, in_capitals, lay, write_zone_text

STYLES = {"hand": 0.5, "photo": 0.2, "typed": 0.2, "fax": 0.1}
_EMPTY_LINES = 0.12
_REAL_NAMES, _REAL_DIGITS = 0.3, 0.6
"""Shares of the names and of the numbers on pages written by hand that are real ink."""
_FELT, _PALE, _SPACED = 0.1, 0.07, 0.15
_FAINT_INK = 30
_FAULT_MM = 0.07
"""Alignment is never quite right: about this much (measured on simulated pages)."""
Invent = Callable[[np.random.Generator, Habits, float], tuple[str, str]]
"""Kind and text of a line, by the writer's habits and the line's width in mm."""


@dataclass(frozen=True, slots=True)
class Ink:
    """A real stroke or word: its coverage, 255 where there is ink.

    ``above`` and ``height`` are where its foot and its size stand, in heights of the writer's
    ordinary digit: 0 is the baseline, positive is above it.
    """

    coverage: Gray
    above: float
    height: float


@dataclass(frozen=True, slots=True)
class RealInk:
    """Ink to write with: names with their texts, and the digits of each writer."""

    names: tuple[tuple[str, Gray], ...] = ()
    writers: tuple[dict[str, list[Ink]], ...] = ()


def write_number(
    text: str, ink: RealInk, rng: np.random.Generator, *, cap_px: float
) -> Strip | None:
    """A number in real digits of a few similar writers; the signs between them are drawn.

    None where a digit is wanting.
    """
    few = [ink.writers[int(i)] for i in rng.integers(len(ink.writers), size=4)]
    wide = round(cap_px * (len(text) + 3))
    high, foot = round(cap_px * 2.6), cap_px * 1.7
    strip = Strip(np.zeros((high, wide), np.uint8), foot, 0.5 * cap_px, 0.0)
    x, gap = strip.start, cap_px * rng.uniform(0.0, 0.3)
    thick = max(1, round(cap_px * rng.uniform(0.06, 0.12)))
    for char in text:
        if not char.isdigit():
            x += _draw_sign(strip.coverage, char, x, foot, cap_px, thick, rng) + 0.5 * gap
            continue
        choices = next((w[char] for w in few if char in w), None)
        while choices is None:
            choices = ink.writers[int(rng.integers(len(ink.writers)))].get(char)
        digit = pick(rng, choices)
        scale = cap_px * float(np.clip(digit.height, 0.6, 1.5)) / digit.coverage.shape[0]
        size = (
            max(2, round(digit.coverage.shape[1] * scale)),
            max(3, round(len(digit.coverage) * scale)),
        )
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        glyph = _inked(cv2.resize(digit.coverage, size, interpolation=how))
        lay(strip.coverage, Strip(glyph, glyph.shape[0], 0.0, 0.0), x, foot - digit.above * cap_px)
        x += glyph.shape[1] + gap * rng.uniform(0.6, 1.4)
    return replace(strip, coverage=strip.coverage[:, : round(x + cap_px)], end=x)


def _inked(coverage: Gray) -> Gray:
    """Strokes in full ink, which shrinking made faint: how dark the pen is, its colour says."""
    inked = coverage[coverage > _FAINT_INK]
    if not inked.size:
        return coverage
    full = 255 / float(np.percentile(inked, 60))
    return np.asarray(np.clip(coverage * max(1.0, full), 0, 255), dtype=np.uint8)


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


def _write_ink(
    sheet: Gray,
    strip: Strip,
    place: tuple[BoxPx, float],
    pen: Pen,
    rng: np.random.Generator,
    *,
    px_per_mm: float,
) -> None:
    """Lay a strip of real ink on a line, slanted and stretched by its writer's habit."""
    box, dots_y = place
    room = box.w - 2 * px_per_mm
    stretch = min(float(rng.uniform(0.85, 1.15)), room / max(1.0, strip.end - strip.start))
    high, wide = strip.coverage.shape
    slant = float(np.clip(rng.normal(0, 0.1), -0.2, 0.2))
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


def draw_crops(
    form: Form,
    blank: BlankPage,
    ink: RealInk,
    *,
    style: str,
    rng: np.random.Generator,
    name: str,
    invent: Invent = texts.invent_line,
    hands: Sequence[str] = (),
) -> list[Sample]:
    """One page of the form filled with invented texts, and its crops with what stands on them.

    ``hands`` are the fonts (``Pen.font``) to write by hand with; where they are given, people write
    more variously than on simulated forms: with felt pens, pale ink and spaced letters.
    """
    look = replace(draw.choose_look(rng, style), turns=0, exif=False)
    if hands and not look.pen.printed:
        look = replace(look, pen=_vary(look.pen, hands, rng, pale=not look.bilevel))
    px_per_mm = look.dpi / draw.MM_PER_INCH
    lines = _single_lines(form, blank.number)
    printed = draw.printed_page(form, blank.number, look)
    sheet = np.zeros_like(printed)
    habits = texts.invent_habits(rng)
    labels: dict[str, tuple[str, str, str]] = {}
    for line in lines:
        if rng.random() < _EMPTY_LINES:
            continue
        kind, text = invent(rng, habits, line.lines[0].w)
        if in_capitals(look.pen.font):
            text = text.upper()
        place = draw.where_to_write(printed, line.lines[0], look)
        hand = not look.pen.printed
        strip, source = None, style
        cap_px = min(look.pen.cap_mm * rng.uniform(0.9, 1.1) * px_per_mm, 0.6 * place[0].h)
        if hand and fields.means(kind) is Means.PERSON and ink.names and rng.random() < _REAL_NAMES:
            text, strip = _name_strip(ink, rng, cap_px=cap_px)
        elif hand and ink.writers and set(text) <= _SIGNS and rng.random() < _REAL_DIGITS:
            strip = write_number(text, ink, rng, cap_px=cap_px)
        if strip is not None:
            source = f"{style}-real"
            _write_ink(sheet, strip, place, look.pen, rng, px_per_mm=px_per_mm)
        else:
            write_zone_text(sheet, text, [place], look.pen, rng, px_per_mm=px_per_mm)
        labels[line.field] = (text, source, kind)
    sheet = np.asarray(cv2.GaussianBlur(sheet, (0, 0), 0.05 * px_per_mm), dtype=np.uint8)
    filled = paper.ink_over(printed, sheet, look.pen.colour, coloured=look.coloured)
    leaf = draw.capture(filled, blank.number, look, rng)
    clean = drop_print(_aligned(leaf, form, look.dpi, rng), blank)
    return [
        Sample(shrink(written.image), *labels[written.field], name)
        for written in find_lines(clean, lines)
        if written.field in labels
    ]


def _vary(pen: Pen, hands: Sequence[str], rng: np.random.Generator, *, pale: bool) -> Pen:
    stretch = pen.stretch * float(np.exp(rng.normal(0, 0.1)))
    pen = replace(pen, font=pick(rng, hands), stretch=stretch)
    if rng.random() < _FELT:
        pen = replace(pen, weight=float(rng.uniform(0.8, 1.6)))
    if pale and rng.random() < _PALE:
        pen = replace(pen, colour=(int(rng.integers(110, 165)),) * 3)
    if rng.random() < _SPACED:
        pen = replace(pen, spacing=float(rng.uniform(0.1, 0.9)))
    return pen


_SIGNS = set("0123456789 .,-/+()€")


def _name_strip(ink: RealInk, rng: np.random.Generator, *, cap_px: float) -> tuple[str, Strip]:
    """One or two real names side by side, as surname and given name."""
    chosen = [ink.names[int(i)] for i in rng.integers(len(ink.names), size=int(rng.integers(1, 3)))]
    words = []
    for _, coverage in chosen:
        scale = cap_px / coverage.shape[0]
        size = (max(2, round(coverage.shape[1] * scale)), max(2, round(cap_px)))
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        words.append(_inked(cv2.resize(coverage, size, interpolation=how)))
    gap = round(cap_px * rng.uniform(0.9, 1.6))
    wide = sum(w.shape[1] for w in words) + gap * (len(words) + 1)
    strip = np.zeros((round(2 * cap_px), wide), np.uint8)
    foot, x = round(1.5 * cap_px), gap
    for word in words:
        strip[foot - len(word) : foot, x : x + word.shape[1]] = word
        x += word.shape[1] + gap
    return " ".join(text for text, _ in chosen), Strip(strip, foot, gap, wide - gap)


def _single_lines(form: Form, number: int) -> tuple[Zone, ...]:
    """Each written line of the page as a zone of its own."""
    return tuple(
        Zone(field=f"{zone.field}_{i}", type=zone.type, page=number, lines_mm=(line,))
        for zone in form.zones_of(number)
        for i, line in enumerate(zone.lines_mm)
    )


def _aligned(leaf: draw.Leaf, form: Form, dpi: int, rng: np.random.Generator) -> AlignedPage:
    """The page aligned by its truth, but for a small fault."""
    image = leaf.image
    if image.ndim == 3:
        image = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    fault = np.array(
        [[1, 0, rng.normal(0, _FAULT_MM)], [0, 1, rng.normal(0, _FAULT_MM)], [0, 0, 1]]
    )
    matrix = fault @ np.linalg.inv(leaf.mm_to_px)
    page = Page(1, remove_streaks(image), float(dpi))
    return AlignedPage(page, form.id, leaf.form_page, Homography.from_matrix(matrix), 0, 1.0, 0.0)
