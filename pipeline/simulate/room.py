"""Whether what people write fits into the zones they write it in, by the pen's own measures."""

import math
from collections.abc import Sequence

from pipeline.forms.schema import Form
from pipeline.geometry import BoxMm
from pipeline.simulate.contents import Filling
from pipeline.simulate.pen import CAP_SHARE, Pen, text_width

START_MM = 1.0
"""Nobody begins at the very edge."""
_MOST_MM = 300
_CAP_PX = 100.0

Lack = tuple[int, int]
"""By how many whole mm lines should be wider, and higher, to hold a text: (0, 0) where it fits."""


def lacks_mm(form: Form, filling: Filling, pen: Pen, *, fit: float = 1.0) -> dict[str, list[Lack]]:
    """What each text lacks at the pen's usual size, by field; nothing is said of those left empty.

    ``fit`` is the scale the form was printed at; all mm are those of the form itself. A zone with
    several lines for one value lacks so much on each of them.
    """
    lacks: dict[str, list[Lack]] = {}
    for zone in form.zones:
        if zone.comb:  # who has cells writes so large
            lacks[zone.field] = [(0, 0) for text in filling.written[zone.field] if text]
        elif zone.lines:
            places = [(line,) for line in zone.lines] if zone.repeated else [zone.lines]
            lacks[zone.field] = [
                lack_mm(text, lines, pen, fit=fit)
                for text, lines in zip(filling.written[zone.field], places, strict=False)
                if text
            ]
    return lacks


def lack_mm(text: str, lines: Sequence[BoxMm], pen: Pen, *, fit: float = 1.0) -> Lack:
    """What the lines of one value lack to hold this text, which is not empty."""
    higher = pen.cap_mm / fit / CAP_SHARE - min(line.h for line in lines)
    # One begins on the first line or on the longest.
    longest = max(range(len(lines)), key=lambda i: lines[i].w)
    starts = [[line.w - START_MM for line in lines[at:]] for at in {0, longest}]
    words = text.split(" ")

    def fits(more: int) -> bool:
        return any(_holds([w + more for w in start], words, pen, fit) for start in starts)

    wider = next((more for more in range(_MOST_MM) if fits(more)), _MOST_MM)
    return wider, max(0, math.ceil(higher))


def width_mm(text: str, pen: Pen) -> float:
    """How wide the pen writes the text, on paper."""
    return text_width(text, pen, _CAP_PX) * pen.stretch * pen.cap_mm / _CAP_PX


def _holds(rooms: Sequence[float], words: Sequence[str], pen: Pen, fit: float) -> bool:
    """Whether the words fit into so much room, line after line, as they are written."""
    for room in rooms:
        taken = len(words)
        while taken and width_mm(" ".join(words[:taken]), pen) > room * fit:
            taken -= 1
        words = words[taken:]
    return not words
