"""A copy filled in on screen: text laid over the blank, or the fields of its AcroForm."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from reportlab.lib.colors import Color
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from associations import fonts, strokes, viewer
from associations.answers import Answer
from associations.blank import Blank
from associations.paper import Pen, drawn
from associations.runs import Run, runs
from associations.sheet import PT_PER_MM

_PIECES = ("line", "line", "words", "letters")
"""What editors make of a text: one object a line, a word or a letter."""


def fill_in(blank: Blank, stands: Sequence[Answer], font: Path, rng: np.random.Generator) -> bytes:
    """The blank with the answers; what an AcroForm has a field for stands in the field."""
    if blank.tilt_deg:
        moved = [a.place.tilted(blank.tilt_deg, blank.size_mm) for a in stands]
        stands = [replace(a, place=place) for a, place in zip(stands, moved, strict=True)]
    others = [a for a in stands if not (blank.acroform and a.place.fillable)]
    name = fonts.in_pdf(font)
    share = fonts.capital_share(font)
    how = ("letter", "cross", "tick", "letter")[int(rng.integers(4))]
    pen = Pen(font, font, by_hand=False, cap=float(rng.uniform(2.2, 2.9)), wide_mm=0.35,
              colour=((0, 0, 0), (0, 0, 150))[int(rng.integers(2))], mark=how)  # fmt: skip
    pieces = _PIECES[int(rng.integers(len(_PIECES)))]
    seed = int(rng.integers(2**31))

    def lay_over(canvas: Canvas, page: int) -> None:
        own = np.random.default_rng([seed, page])
        for answer in others:
            if answer.place.page == page:
                _lay(canvas, answer, pen, own, font=(name, share), pieces=pieces,
                     high_mm=blank.size_mm[1])  # fmt: skip

    raw, _ = blank.make(overlay=lay_over, tilted=True)
    return viewer.fill_in(raw, stands) if blank.acroform else raw


def _lay(
    canvas: Canvas, answer: Answer, pen: Pen, rng: np.random.Generator, *,
    font: tuple[str, float], pieces: str, high_mm: float,
) -> None:  # fmt: skip
    name, share = font
    colour = Color(*(level / 255 for level in pen.colour))
    canvas.setFillColor(colour)
    canvas.setStrokeColor(colour)
    measure = partial(_width_mm, name, share)
    for run in runs(answer.place, answer.text, measure, rng, cap=pen.cap, by_hand=False):
        for piece in _pieces(run, pieces, measure):
            _type(canvas, piece, font, high_mm)
    place = answer.place
    if pen.mark == "letter" and place.boxes and place.type not in ("signature", "photo"):
        for option in answer.marked:
            x, y, w, h = place.boxes[option]
            cap = min(0.7 * h, 3.2)
            left = x + (w - measure("X", cap)) / 2
            _type(canvas, Run("X", left, y + (h + cap) / 2, cap), font, high_mm)
    for stroke in drawn(answer, pen, rng):
        _draw(canvas, stroke, pen.wide_mm, high_mm)
    if place.type == "photo" and answer.marked:
        _glue(canvas, place.boxes["oui"], rng, high_mm)


def _width_mm(name: str, share: float, text: str, cap: float) -> float:
    return float(stringWidth(text, name, cap / share))


def _pieces(run: Run, pieces: str, measure: partial[float]) -> Iterator[Run]:
    if pieces == "line" or (" " not in run.text.strip() and pieces == "words"):
        yield run
        return
    parts = run.text.split(" ") if pieces == "words" else list(run.text)
    x, gap = run.x, measure(" ", run.cap) * run.squeeze if pieces == "words" else 0.0
    for part in parts:
        if part.strip():
            yield Run(part, x, run.y, run.cap, run.squeeze)
        x += measure(part, run.cap) * run.squeeze + gap


def _type(canvas: Canvas, run: Run, font: tuple[str, float], high_mm: float) -> None:
    name, share = font
    text = canvas.beginText()
    text.setFont(name, run.cap / share * PT_PER_MM)
    text.setHorizScale(100 * run.squeeze)
    text.setTextOrigin(run.x * PT_PER_MM, (high_mm - run.y) * PT_PER_MM)
    text.textOut(run.text)
    canvas.drawText(text)


def _draw(canvas: Canvas, stroke: strokes.Stroke, wide_mm: float, high_mm: float) -> None:
    canvas.setLineWidth(wide_mm * PT_PER_MM)
    path = canvas.beginPath()
    points = [(x * PT_PER_MM, (high_mm - y) * PT_PER_MM) for x, y in stroke]
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    canvas.drawPath(path)


def _glue(canvas: Canvas, box: tuple[float, ...], rng: np.random.Generator, high_mm: float) -> None:
    """A portrait dropped on the page: a plain picture is enough to be there."""
    x, y, w, h = box
    canvas.setFillColor(Color(*rng.uniform(0.55, 0.85, 3)))
    canvas.rect((x + 1) * PT_PER_MM, (high_mm - y - h + 1) * PT_PER_MM, (w - 2) * PT_PER_MM,
                (h - 2) * PT_PER_MM, stroke=0, fill=1)  # fmt: skip
    canvas.setFillColor(Color(*rng.uniform(0.3, 0.6, 3)))
    middle = ((x + w / 2) * PT_PER_MM, (high_mm - y - h / 2) * PT_PER_MM)
    canvas.circle(*middle, 0.28 * w * PT_PER_MM, stroke=0, fill=1)
