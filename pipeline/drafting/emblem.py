"""Shapes of a logo, which are no places to write on: they stand over all that is asked."""

from collections.abc import Sequence

from pipeline.drafting.beside import How, Labelled
from pipeline.drafting.records import Shape

_LEAST_LABELLED = 3
"""With so few labels, frames without any may be what a page asks."""


def without_emblem(known: Sequence[Labelled]) -> list[Labelled]:
    """The places of a page but those without a label above the first that has one."""
    lines = (
        each for each in known if each.place.shape is not Shape.AREA
    )  # a photo's may be beside
    tops = [each.place.box_mm.y for each in lines if each.how is not How.NOTHING]
    if len(tops) < _LEAST_LABELLED:
        return list(known)
    top = min(tops)
    return [each for each in known if each.how is not How.NOTHING or _reaches(each, top)]


def _reaches(each: Labelled, top_mm: float) -> bool:
    return bool(each.place.asked) or each.place.box_mm.bottom > top_mm
