"""Shapes of a logo, which are no places to write on: they stand over all that is asked."""

from collections.abc import Sequence

from pipeline.drafting.beside import How, Labelled
from pipeline.drafting.kinds import is_label
from pipeline.drafting.records import Shape

_LEAST_LABELLED = 3
"""With so few labels, frames without any may be what a page asks."""
_COMPACT_MM, _COMPACT = 26.0, 0.35
"""A shape of a logo is no wider, and so high for its width at least: no line."""


def without_emblem(known: Sequence[Labelled]) -> list[Labelled]:
    """The places of a page but those above all that has a label, or is to tick: what has none, and
    compact shapes that only stand beside some print."""
    # The frame of a photo may stand beside the logo.
    lines = [each for each in known if each.place.shape is not Shape.AREA]
    tops = [each.place.box_mm.y for each in lines if _is_asked(each)]
    if len(tops) < _LEAST_LABELLED:
        return list(known)
    top = min(tops)
    return [each for each in known if not _is_of_emblem(each, top)]


def _is_of_emblem(each: Labelled, top_mm: float) -> bool:
    box = each.place.box_mm
    if each.place.asked or box.bottom > top_mm or each.place.shape in (Shape.WORD, Shape.CELL):
        return False
    compact = box.w <= _COMPACT_MM and box.h >= _COMPACT * box.w
    far = each.how is How.LEFT and not _is_asked(each)
    return each.how is How.NOTHING or (compact and far)


def _is_asked(each: Labelled) -> bool:
    if each.place.shape is Shape.BOX:
        return each.how is How.BEHIND
    return each.label.endswith(":") or is_label(each.label)
