"""What goes wrong while one writes: a wrong text struck out, a text that runs over the zone's edge.

Accidents are drawn from seeds of their own, so that all else is drawn as it would be without them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from pipeline.forms.schema import Form
from pipeline.geometry import BoxMm, BoxPx
from pipeline.records import Gray
from pipeline.simulate.contents import Filling, invent, pick
from pipeline.simulate.pen import (
    CAP_SHARE,
    Pen,
    lay,
    strike,
    stroke,
    text_width,
    write_line,
    write_zone_text,
)
from pipeline.simulate.room import START_MM, lack_mm, width_mm

CROSSING_OUT = 1 / 8
"""The share of forms written by hand on which a text was struck out."""
RUNNING_ON = 0.3
"""The share of texts too long for their zone that are not squeezed."""
AFTER, BESIDE, ABOVE = "crossed out, then after", "crossed out, beside", "crossed out, above"
OVER_EDGE, CLIMBING = "over the edge", "climbing"
_AIR = 0.6
"""Between what was struck out and what follows, in heights of capitals."""
_MAY_PART = " @.-_"
"""Before these, a text too long for its line goes on above."""


@dataclass(frozen=True, slots=True)
class Accident:
    """One text's accident; ``seed`` draws it.

    ``wrong`` was written first and struck out; the first ``cut`` letters of a climbing text stand
    on the line, the rest above its end.
    """

    kind: str
    seed: int
    wrong: str = ""
    cut: int = 0


Accidents = Mapping[tuple[str, int], Accident]
"""By field, and which of its texts."""
NONE: Accidents = MappingProxyType({})


def happen(
    form: Form, filling: Filling, pen: Pen, rng: np.random.Generator, *, fit: float = 1.0
) -> Accidents:
    """The accidents of somebody who fills in the form; a printer strikes nothing out.

    ``fit`` is the scale the form was printed at.
    """
    texts = {
        (zone.field, n): (text, (zone.lines[n],) if zone.repeated else zone.lines)
        for zone in form.zones
        if zone.lines and not zone.comb
        for n, text in enumerate(filling.written[zone.field])
        if text
    }
    happened: dict[tuple[str, int], Accident] = {}
    for key, (text, lines) in texts.items():
        if lack_mm(text, lines, pen, fit=fit)[0] and rng.random() < RUNNING_ON:
            happened[key] = _running_on(text, lines, pen, rng, fit=fit)
    correctable = [key for key, (text, _) in texts.items() if text.strip("-/")]
    if correctable and not pen.printed and rng.random() < CROSSING_OUT:
        key = pick(rng, correctable)
        other = dict(enumerate(invent(form, rng).written[key[0]])).get(key[1], "")
        text, lines = texts[key]
        wrong = other if other.strip("-/") and rng.random() < 0.7 else _slip(text, rng)
        happened[key] = _crossed_out(
            text, wrong if wrong != text else _slip(text, rng), lines, pen, rng, fit=fit
        )
    return happened


def write(
    ink: Gray,
    accident: Accident,
    text: str,
    lines: list[tuple[BoxPx, float]],
    pen: Pen,
    *,
    px_per_mm: float,
) -> None:
    """Write one value over its lines (box, y of the leader dots), accident and all."""
    rng = np.random.default_rng(accident.seed)
    at = max(range(len(lines)), key=lambda i: lines[i][0].w)
    box, dots = lines[at]
    baseline = dots - pen.lift_mm * px_per_mm
    cap_px = min(pen.cap_mm * px_per_mm, CAP_SHARE * box.h)
    left, right = box.x + rng.uniform(0.3, 2.0) * px_per_mm, box.x + box.w
    match accident.kind:
        case kind if kind == OVER_EDGE:
            write_zone_text(ink, text, lines, pen, rng, px_per_mm=px_per_mm, run_on=True)
        case kind if kind == CLIMBING:
            lay(ink, write_line(text[: accident.cut], pen, rng, cap_px=cap_px), left, baseline)
            rest, small = text[accident.cut :].strip(), 0.85 * cap_px
            start = right - text_width(rest, pen, small) * pen.stretch
            strip = write_line(rest, pen, rng, cap_px=small)
            lay(ink, strip, start, baseline - rng.uniform(1.2, 1.5) * cap_px)
        case kind:
            strip = write_line(accident.wrong, pen, rng, cap_px=cap_px)
            width = strip.end - strip.start
            lay(ink, strip, left, baseline)
            _cross_out(ink, left, baseline, width, rng, cap_px=cap_px)
            if kind == ABOVE:
                up = baseline - rng.uniform(1.15, 1.4) * cap_px
                # No larger than the line's width and height leave it, as long as it can be read.
                wide = (right - left) / (width_mm(text, pen) / pen.cap_mm)
                small = max(0.6 * cap_px, min(rng.uniform(0.7, 0.95) * cap_px, wide, up - box.y))
                lay(ink, write_line(text, pen, rng, cap_px=small), left, up)
                return
            on = left + width + _AIR * cap_px
            rest_of = (BoxPx(on, box.y, right - on, box.h), dots)
            write_zone_text(ink, text, [rest_of, *lines[at + 1 :]], pen, rng, px_per_mm=px_per_mm)


def _running_on(
    text: str, lines: Sequence[BoxMm], pen: Pen, rng: np.random.Generator, *, fit: float
) -> Accident:
    seed, room = _seed(rng), (lines[0].w - START_MM) * fit
    cuts = [i for i, c in enumerate(text) if i and c in _MAY_PART]
    cut = max((i for i in cuts if width_mm(text[:i], pen) < room), default=0)
    if cut and len(lines) == 1 and not pen.printed and rng.random() < 0.5:
        return Accident(CLIMBING, seed, cut=cut)
    return Accident(OVER_EDGE, seed)


def _crossed_out(
    text: str,
    wrong: str,
    lines: Sequence[BoxMm],
    pen: Pen,
    rng: np.random.Generator,
    *,
    fit: float,
) -> Accident:
    room = (max(line.w for line in lines) - START_MM) * fit
    kind = pick(rng, (AFTER, BESIDE, ABOVE))
    if kind == AFTER:  # noticed at once
        wrong = wrong[: max(1, min(int(rng.integers(1, 5)), len(wrong) - 1))].rstrip()
    while len(wrong) > 1 and width_mm(wrong, pen) > room:
        wrong = wrong[:-1].rstrip()
    left = room - width_mm(wrong, pen) - _AIR * pen.cap_mm
    if left < 0.7 * width_mm(text, pen):
        kind = ABOVE
    return Accident(kind, _seed(rng), wrong=wrong)


def _slip(text: str, rng: np.random.Generator) -> str:
    """The text with one character wrong."""
    at = int(rng.integers(len(text)))
    others = ("aeinorstu" if text[at].isalpha() else "123456789").replace(text[at].lower(), "")
    return text[:at] + pick(rng, others) + text[at + 1 :]


def _cross_out(
    ink: Gray, x: float, baseline: float, width: float, rng: np.random.Generator, *, cap_px: float
) -> None:
    """Strike a text out with lines, or scribble over it."""
    if rng.random() > (0.5 if width < 6 * cap_px else 0.2):
        strike(ink, x, baseline, width, rng, cap_px=cap_px)
        return
    turns = max(4, round(width / cap_px * rng.uniform(2.5, 4)))
    xs = np.linspace(-0.1 * cap_px, width + 0.1 * cap_px, turns)
    ys = np.where(np.arange(turns) % 2, 0.15, -1.1) * cap_px
    points = np.column_stack([x + xs, baseline + ys])
    stroke(ink, points + rng.normal(0, 0.12 * cap_px, points.shape), max(1, round(0.1 * cap_px)))


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(2**32))
