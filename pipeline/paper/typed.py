"""Which lines of a page are print, and not written by hand: print is read far more surely."""

from collections.abc import Iterable

import cv2
import numpy as np

from pipeline.forms.blank import PX_PER_MM
from pipeline.paper.lines import WrittenLine
from pipeline.records import Gray

_TYPED_PAGE = 0.5
"""A page is typed where more of the lines that tell look typed: some hands keep a line, too."""
_MIN_LETTERS = 4
"""Fewer letters tell nothing."""
_MIN_LETTER_MM = 1.2
_TYPED_MM, _WRITTEN_MM = 0.1, 0.2
"""Type stands on a straight line: half of its letters end within so much of each other. On a typed
page more than the second is taken for a line that was added by hand."""


def typed_fields(lines: Iterable[WrittenLine]) -> frozenset[str]:
    """The fields of a page that are typed, as far as their lines tell."""
    unevenness = [(line.field, unevenness_mm(line.image)) for line in lines]
    telling = [mm <= _TYPED_MM for _, mm in unevenness if mm is not None]
    if sum(telling) <= _TYPED_PAGE * len(telling):
        return frozenset()
    by_hand = {field for field, mm in unevenness if mm is not None and mm > _WRITTEN_MM}
    return frozenset(field for field, _ in unevenness if field not in by_hand)


def unevenness_mm(image: Gray) -> float | None:
    """By how much half of a line's letters end above or below the others; None for too few."""
    ink = (image < 128).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink)
    letters = stats[1:][stats[1:, cv2.CC_STAT_HEIGHT] >= _MIN_LETTER_MM * PX_PER_MM]
    if len(letters) < _MIN_LETTERS:
        return None
    ends = letters[:, cv2.CC_STAT_TOP] + letters[:, cv2.CC_STAT_HEIGHT]
    return float(np.median(np.abs(ends - np.median(ends)))) / PX_PER_MM
