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
from pipeline.forms.schema import Form
from pipeline.forms.zone import Zone
from pipeline.geometry import BoxPx, Homography
from pipeline.learning import texts
from pipeline.learning.samples import Sample, shrink
from pipeline.paper.dropout import drop_print
from pipeline.paper.lines import find_lines
from pipeline.paper.streaks import remove_streaks
from pipeline.records import AlignedPage, Gray, Page
from pipeline.simulate import draw, paper
from pipeline.simulate.contents import Habits, pick
from pipeline.simulate.fonts import in_capitals
from pipeline.simulate.ink import SIGNS, Digits, Ink, lay_on_line, write_number, write_words
from pipeline.simulate.pen import Pen, Strip, write_zone_text

STYLES = {"hand": 0.5, "photo": 0.2, "typed": 0.2, "fax": 0.1}
_EMPTY_LINES = 0.12
_REAL_NAMES, _REAL_DIGITS = 0.3, 0.6
"""Shares of the names and of the numbers on pages written by hand that are real ink."""
_FELT, _PALE, _SPACED = 0.1, 0.07, 0.15
_STROKES_MM = 0.2, 0.45
"""Real ink is no thinner than a pen's stroke, whatever it was shrunk from."""
_FAULT_MM = 0.07
"""Alignment is never quite right: about this much (measured on simulated pages)."""
Invent = Callable[[np.random.Generator, Habits, float], tuple[str, str]]
"""Kind and text of a line, by the writer's habits and the line's width in mm."""


@dataclass(frozen=True, slots=True)
class RealInk:
    """Ink to write with: names with their texts, and the digits of each writer."""

    names: tuple[tuple[str, Gray], ...] = ()
    writers: tuple[Digits, ...] = ()


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
        text, real = _write(sheet, kind, text, place, look, ink, rng)
        source = f"{style}-real" if real else style
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


def _write(
    sheet: Gray,
    kind: str,
    text: str,
    place: tuple[BoxPx, float],
    look: draw.Look,
    ink: RealInk,
    rng: np.random.Generator,
) -> tuple[str, bool]:
    """Write a text on a line, or real ink in its place; what stands there, and whether it is."""
    px_per_mm = look.dpi / draw.MM_PER_INCH
    hand, strip = not look.pen.printed, None
    cap_px = min(look.pen.cap_mm * rng.uniform(0.9, 1.1) * px_per_mm, 0.6 * place[0].h)
    stroke_px = rng.uniform(*_STROKES_MM) * px_per_mm
    if hand and fields.means(kind) is Means.PERSON and ink.names and rng.random() < _REAL_NAMES:
        text, strip = _name_strip(ink, rng, cap_px=cap_px, stroke_px=stroke_px)
    elif hand and ink.writers and set(text) <= SIGNS and rng.random() < _REAL_DIGITS:
        strip = write_number(text, ink.writers, rng, cap_px=cap_px, stroke_px=stroke_px)
    if strip is None:
        write_zone_text(sheet, text, [place], look.pen, rng, px_per_mm=px_per_mm)
        return text, False
    lay_on_line(
        *(sheet, strip, place, look.pen, rng),
        px_per_mm=px_per_mm,
        stretch=float(rng.uniform(0.85, 1.15)),
        slant=float(np.clip(rng.normal(0, 0.1), -0.2, 0.2)),
    )
    return text, True


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


def _name_strip(
    ink: RealInk, rng: np.random.Generator, *, cap_px: float, stroke_px: float
) -> tuple[str, Strip]:
    """One or two real names side by side."""
    chosen = [ink.names[int(i)] for i in rng.integers(len(ink.names), size=int(rng.integers(1, 3)))]
    words = [Ink(coverage, 0.0, 1.0) for _, coverage in chosen]
    strip = write_words(words, rng, cap_px=cap_px, stroke_px=stroke_px)
    return " ".join(text for text, _ in chosen), strip


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
