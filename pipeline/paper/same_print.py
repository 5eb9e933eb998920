"""Is this the very form, or next year's edition of it, with another date and other tariffs?

Two editions share their layout, so that they align equally well. Their digits differ: every printed
digit is compared with the blank's own and with the blank's other digits of its size.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from pipeline.forms.blank import BlankPage
from pipeline.geometry import BoxMm
from pipeline.paper.dropout import CleanPage, crop
from pipeline.records import Finding, Gray, Severity

_SEARCH_MM = 0.4
_MIN_LEAD = 0.12
"""Another digit has to match this much better, as a correlation, to be believed."""
_MIN_CORRELATION = 0.6
_MOST_WORDS = 4


@dataclass(frozen=True, slots=True)
class _Digit:
    """A printed digit: what it is, the word it stands in, where, and its picture."""

    digit: str
    word: str
    box_mm: BoxMm
    image: Gray


def check_print(clean: CleanPage, blank: BlankPage) -> tuple[Finding, ...]:
    """One finding where printed digits are others than the blank's, else none."""
    changed = list(dict.fromkeys(_changed_words(clean, blank)))
    if not changed:
        return ()
    return (Finding("same_print", Severity.REVIEW, facts=tuple(changed[:_MOST_WORDS])),)


def _changed_words(clean: CleanPage, blank: BlankPage) -> Iterator[str]:
    digits = _digits(blank)
    spots = [crop(clean.image, d.box_mm.grown(_SEARCH_MM, _SEARCH_MM)) for d in digits]
    correlations = [_correlation(seen, d.image) for seen, d in zip(spots, digits, strict=True)]
    there = [c for c, seen in zip(correlations, spots, strict=True) if seen.min(initial=255) < 255]
    usual = float(np.median(there)) if there else 0.0
    for digit, seen, own in zip(digits, spots, correlations, strict=True):
        if own > usual - _MIN_LEAD:
            continue
        others = (
            _correlation(seen, _as_large(other.image, digit.image))
            for other in digits
            if other.digit != digit.digit and _same_size(other, digit)
        )
        best = max(others, default=0.0)
        if best >= _MIN_CORRELATION and best - own >= _MIN_LEAD:
            yield digit.word


@cache
def _digits(blank: BlankPage) -> tuple[_Digit, ...]:
    """Every printed digit of the blank."""
    return tuple(
        _Digit(char, word.text, box, crop(blank.image, box.grown(0.15, 0.15)))
        for word in blank.words
        for char, box in zip(word.text, word.char_boxes, strict=True)
        if char.isdigit()
    )


def _same_size(first: _Digit, second: _Digit) -> bool:
    return abs(first.box_mm.h - second.box_mm.h) < 0.15 * second.box_mm.h


def _as_large(image: Gray, other: Gray) -> Gray:
    resized: Gray = cv2.resize(image, other.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return resized


def _correlation(seen: Gray, template: Gray) -> float:
    if seen.shape[0] < template.shape[0] or seen.shape[1] < template.shape[1]:
        return 0.0
    return float(cv2.matchTemplate(seen, template, cv2.TM_CCOEFF_NORMED).max())
