"""Which print stands beside which place: before, behind and above it."""

from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.drafting.phrases import Phrase, is_level
from pipeline.drafting.records import Place, Sheet
from pipeline.geometry import BoxMm

NEAR_MM, FAR_MM = 14.0, 95.0
"""So far left of its place a label usually ends, and at most."""
OVER_MM = 2.5
ABOVE_MM = 9.0
_BEHIND_MM = 9.0
_BAND_MM = 14.0
"""What is higher is no line to write on."""
_UPPER_SHARE = 0.25
SURE = {
    "inside": 0.95,
    "left": 0.95,
    "above": 0.85,
    "below": 0.8,
    "head": 0.9,
    "row": 0.9,
    "behind": 0.95,
}
"""How sure a label is that stands there."""


class How(StrEnum):
    """Where a label stands, from its place."""

    INSIDE = "inside"
    LEFT = "left"
    ABOVE = "above"
    BELOW = "below"
    HEAD = "head"
    ROW = "row"
    BEHIND = "behind"
    NAME = "name"
    """It is the name of an AcroForm field."""
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A place and what is printed about it.

    ``label``: of a check square or a word, what it stands for. ``behind``: what stands behind it in
    its row. ``head`` and ``row``: of a cell, what its column and its row are called. ``question``:
    of the first square of some, what they answer. ``section``: the title it stands below.
    """

    place: Place
    label: str = ""
    how: How = How.NOTHING
    behind: str = ""
    head: str = ""
    row: str = ""
    question: str = ""
    section: str = ""
    sure: float = 0.0


@dataclass(frozen=True, slots=True)
class Printed:
    """A page's phrases beside its places, and which of them were taken as labels."""

    sheet: Sheet
    phrases: tuple[Phrase, ...]
    places: tuple[Place, ...]
    used: set[Phrase] = field(default_factory=set)

    def before(self, place: Place) -> Phrase | None:
        """The next phrase on the left, where no other place stands between."""
        box = place.box_mm
        level = [p for p in self.phrases if is_beside(p.box_mm, box)]
        left = [p for p in level if p.box_mm.right <= box.x + OVER_MM and p.box_mm.x < box.x]
        nearest = max(left, key=lambda phrase: phrase.box_mm.right, default=None)
        if nearest is None or box.x - nearest.box_mm.right > FAR_MM:
            return None
        return None if self.is_parted(nearest.box_mm.right, box.x, place) else nearest

    def behind(self, place: Place, *, most_mm: float = _BEHIND_MM) -> Phrase | None:
        """The next phrase on the right, where no other place stands between."""
        box = place.box_mm
        level = [p for p in self.phrases if is_beside(p.box_mm, box)]
        right = [p for p in level if p.box_mm.x >= box.right - 1.0]
        nearest = min(right, key=lambda phrase: phrase.box_mm.x, default=None)
        if nearest is None or nearest.box_mm.x - box.right > most_mm:
            return None
        return None if self.is_parted(box.right, nearest.box_mm.x, place) else nearest

    def above(self, place: Place, *, most_mm: float = ABOVE_MM) -> Phrase | None:
        """The next phrase over the place, where no other place stands between."""
        box = place.box_mm
        over = [
            phrase
            for phrase in self.phrases
            if -1.5 <= box.y - phrase.box_mm.bottom <= most_mm
            and phrase.box_mm.x < box.right
            and phrase.box_mm.right > box.x
            and phrase.middle_mm < box.y + 0.5
        ]
        if not over:
            return None
        lowest = max(phrase.middle_mm for phrase in over)
        level = [phrase for phrase in over if lowest - phrase.middle_mm < phrase.size_mm]
        nearest = min(level, key=lambda phrase: abs(phrase.box_mm.x - box.x))
        blocked = any(
            other is not place
            and nearest.middle_mm < other.box_mm.y + other.box_mm.h / 2 < box.y
            and other.box_mm.x < box.right
            and other.box_mm.right > box.x
            for other in self.places
        )
        return None if blocked else nearest

    def is_parted(self, start_mm: float, end_mm: float, place: Place) -> bool:
        return any(
            other is not place
            and is_level(other.box_mm, place.box_mm)
            and other.box_mm.x >= start_mm - OVER_MM
            and other.box_mm.right <= end_mm + 1.0
            for other in self.places
        )


def is_beside(phrase: BoxMm, box: BoxMm) -> bool:
    """Whether a phrase stands in the row of a place: at the top of a high one; else not above it,
    for the band to write in reaches up to the row before."""
    middle = phrase.y + phrase.h / 2
    top = box.y - 1.2 if box.h > _BAND_MM or box.h < 5 else box.y + _UPPER_SHARE * box.h
    return top <= middle <= min(box.bottom, box.y + _BAND_MM) + 1.2
