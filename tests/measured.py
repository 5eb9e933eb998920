"""Facts that were found, beside those that a flyer states."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from drawn_flyers import Truth
from rapidfuzz.distance import Levenshtein
from rapidfuzz.fuzz import partial_ratio

from pipeline.event import About, Fact
from pipeline.text import fold

_ALIKE = 0.95
"""Of twenty letters of a text, one may be another."""
_KEY_ALIKE = 90


@dataclass(frozen=True, slots=True)
class Compared:
    """The facts that were not found, and what was found that the flyer does not say."""

    missed: tuple[Truth, ...]
    wrong: tuple[Fact, ...]


def compare(truth: Sequence[Truth], facts: Sequence[Fact]) -> Compared:
    """Each fact beside the first that is the same: its value, and what is key in its detail."""
    left, missed = [*facts], []
    for fact in truth:
        same = next((found for found in left if is_same(fact, found)), None)
        if same:
            left.remove(same)
        else:
            missed.append(fact)
    return Compared(tuple(missed), tuple(left))


def is_same(truth: Truth, found: Fact) -> bool:
    if truth.about is not found.about or not _alike(truth.value, found.value):
        return False
    if truth.about is About.PROGRAMME:
        start, more, _ = truth.detail.partition("...")
        return _alike(start, found.detail[: len(start)] if more else found.detail)
    if truth.about is About.DATE:
        return truth.detail == found.detail
    return not truth.detail or partial_ratio(_key(truth.detail), _key(found.detail)) >= _KEY_ALIKE


def _alike(text: str, other: str) -> bool:
    return Levenshtein.normalized_similarity(_key(text), _key(other)) >= _ALIKE


def _key(text: str) -> str:
    """Letters and digits; what stands between them does not matter."""
    return re.sub(r"[\W_]+", " ", fold(text)).strip()
