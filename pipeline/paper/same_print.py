"""Is this the very form, or next year's edition of it, with another date, labels and tariffs?

Two editions share their layout, so that they align equally well, and nothing of another one may be
read as of the known one. Every printed word is compared with the blank's; every printed digit, that
changes a word so little, with the blank's other digits of its size; lines and boxes with their
places.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms.blank import BlankPage
from pipeline.geometry import BoxMm
from pipeline.paper.covered import shown_fields
from pipeline.paper.dropout import CleanPage, crop
from pipeline.paper.moved_lines import moved_lines
from pipeline.paper.other_words import Printed, other_words, printed_words
from pipeline.records import AlignedPage, FieldValue, Finding, Gray, Severity

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


def check_print(aligned: AlignedPage, clean: CleanPage, blank: BlankPage) -> tuple[Finding, ...]:
    """A finding about all fields of the page where its print is not the blank's, and one about
    each field of which a line or box lies elsewhere; else none."""
    words = other_words(clean.image, blank, _shown(aligned, blank))
    changed = list(dict.fromkeys([*_changed_words(clean, blank), *(w.text for w in words)]))
    moved = moved_lines(clean.image, blank, shown_fields(aligned, blank))
    if not changed and not moved:
        return ()
    fields = tuple(zone.field for zone in blank.form.zones_of(blank.number))
    facts: tuple[FieldValue, ...] = tuple(text for text in changed if text)[:_MOST_WORDS]
    if not facts and words:
        facts = _place_cm(words[0])
    beside = (Finding("same_place", Severity.REVIEW, (field,)) for field in moved)
    return (Finding("same_print", Severity.REVIEW, fields, facts), *beside)


def _place_cm(word: Printed) -> tuple[int, int]:
    """From the left, from the top."""
    x_mm, y_mm = word.box_mm.corners().mean(axis=0)
    return round(x_mm / 10), round(y_mm / 10)


def _shown(aligned: AlignedPage, blank: BlankPage) -> NDArray[np.bool_]:
    """Which of the blank's ``printed_words`` lie wholly in the picture, on the piece it shows."""
    words = printed_words(blank)
    if not words:
        return np.zeros(0, np.bool_)
    corners_mm = np.concatenate([word.box_mm.corners() for word in words])
    height, width = aligned.page.image.shape
    there = aligned.homography.to_px(corners_mm)
    inside = (there >= -0.5).all(axis=1) & (there <= (width - 0.5, height - 0.5)).all(axis=1)
    if aligned.shown_mm:
        inside &= np.array([aligned.shown_mm.contains(x, y) for x, y in corners_mm])
    return np.asarray(inside.reshape(-1, 4).all(axis=1))


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
        _Digit(char, word.text, box, crop(blank.image, box.grown(0.15, 0.15)).copy())
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
