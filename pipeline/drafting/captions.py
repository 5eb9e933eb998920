"""Labels that stand below their lines, as small print does: « ______ » over « Nom ».

Print between two lines may be said of either. A page goes one way: the line that ends a stack, or
begins one, tells which.
"""

from collections.abc import Sequence

from pipeline.drafting.beside import NEAR_MM, Printed
from pipeline.drafting.linework import is_level
from pipeline.drafting.phrases import Phrase
from pipeline.drafting.records import Place, Shape
from pipeline.geometry import BoxMm

_BELOW_MM, _OVER_MM, _STARTS_MM = 4.0, 3.5, 2.0
_STEP_MM = 16.0
_LEAST = 3


def captions_of(print_: Printed) -> dict[int, Phrase]:
    """The print below each line of a page whose lines have their labels there; by the line."""
    lines = [place for place in print_.places if _is_ruled(place, print_)]
    lines = [line for line in lines if not _is_labelled_left(print_, line)]
    below = {id(line): p for line in lines if (p := _phrase_below(print_, line.box_mm))}
    # Two lines that stand in one stack, the upper and the lower: only their ends tell.
    ends = sum(id(line) in below and not _follows(line, lines) for line in lines)
    begins = sum(_has_own_above(print_, line) and not _is_followed(line, lines) for line in lines)
    return below if len(below) >= _LEAST and ends > begins else {}


def _is_ruled(place: Place, print_: Printed) -> bool:
    """Whether it is a line, not a frame: print below a frame is rarely its label."""
    box = place.box_mm
    drawn = (*(rule for rule in print_.sheet.rules if is_level(rule)), *print_.sheet.dots)
    return place.shape is Shape.LINE and any(
        abs(rule.y - box.bottom) <= 1.5 and abs(rule.x - box.x) <= 1.5 for rule in drawn
    )


def _is_labelled_left(print_: Printed, line: Place) -> bool:
    left = print_.before(line)
    return left is not None and line.box_mm.x - left.box_mm.right <= NEAR_MM


def _phrase_below(print_: Printed, box: BoxMm) -> Phrase | None:
    near = [
        phrase
        for phrase in print_.phrases
        if -1 <= phrase.box_mm.y - box.bottom <= _BELOW_MM
        and abs(phrase.box_mm.x - box.x) <= _STARTS_MM
        and not phrase.text.endswith(":")
    ]
    return min(near, key=lambda phrase: phrase.box_mm.y, default=None)


def _has_own_above(print_: Printed, line: Place) -> bool:
    above = print_.above(line, most_mm=_OVER_MM)
    return above is not None and not above.bold and abs(above.box_mm.x - line.box_mm.x) <= 1


def _follows(line: Place, lines: Sequence[Place]) -> bool:
    """Whether another line stands in the stack below it."""
    return any(_is_under(other.box_mm, line.box_mm) for other in lines)


def _is_followed(line: Place, lines: Sequence[Place]) -> bool:
    return any(_is_under(line.box_mm, other.box_mm) for other in lines)


def _is_under(lower: BoxMm, upper: BoxMm) -> bool:
    shared = min(lower.right, upper.right) - max(lower.x, upper.x)
    return shared > 0 and 0 < lower.bottom - upper.bottom <= _STEP_MM
