"""Which pages of unknown forms are copies of one form: they ask the same, in the same order, at the
same places.

Labels are compared by their letters, for an engine misreads some of them on some pages; places up
to a shift and a scale, for nobody knows how large a photographed sheet is.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from rapidfuzz import fuzz

from pipeline.drafting.kinds import key_of
from pipeline.forms.schema import Form
from pipeline.forms.zone import Zone

_K = TypeVar("_K", bound=Hashable)
_SAME_LABEL_PERCENT = 78.0
_SAME_FORM = 0.68
"""Share of the labels of two pages that both have, at the same places."""
_NEAR_MM = 4.0
_ROW_MM = 3.0
_MOST_PRINTS = 5
"""A form is known by so many of its copies, each misread another way."""
_SCALE = 0.6, 1.7


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a form asks: its labels as they are compared, from the top, and where each stands."""

    labels: tuple[str, ...]
    places_mm: tuple[tuple[float, float], ...]


def fingerprint(form: Form) -> Fingerprint:
    """That of a form, page by page."""
    zones = list(_in_rows(form))
    labels = tuple(key_of(zone.label or zone.field) for zone in zones)
    return Fingerprint(labels, tuple((zone.box_mm.x, zone.box_mm.y) for zone in zones))


def _in_rows(form: Form) -> Iterator[Zone]:
    """The zones from the top, those of a row from the left: on a photo, a row may lean."""
    row: list[Zone] = []
    for zone in sorted(form.zones, key=lambda zone: (zone.page, zone.box_mm.y)):
        if row and (zone.page > row[0].page or zone.box_mm.y - row[0].box_mm.y > _ROW_MM):
            yield from sorted(row, key=lambda zone: zone.box_mm.x)
            row = []
        row.append(zone)
    yield from sorted(row, key=lambda zone: zone.box_mm.x)


def groups_of(forms: Iterable[tuple[_K, Form]]) -> tuple[tuple[_K, ...], ...]:
    """The keys of forms that seem to be the same one, the largest group first."""
    groups: list[tuple[list[Fingerprint], list[_K]]] = []
    for key, form in forms:
        own = fingerprint(form)
        alike = [(max(likeness(own, other) for other in prints), keys) for prints, keys in groups]
        best = max(range(len(groups)), key=lambda n: alike[n][0], default=None)
        if best is None or alike[best][0] < _SAME_FORM:
            groups.append(([own], [key]))
            continue
        prints, keys = groups[best]
        keys.append(key)
        if own not in prints and len(prints) < _MOST_PRINTS:
            prints.append(own)
    return tuple(sorted((tuple(keys) for _, keys in groups), key=len, reverse=True))


def likeness(first: Fingerprint, second: Fingerprint) -> float:
    """Share (0..1) of the labels of both that stand in both, in order and at the same places."""
    return max(_likeness(first, second), _likeness(second, first))


def _likeness(first: Fingerprint, second: Fingerprint) -> float:
    pairs = _in_order(first.labels, second.labels)
    if not pairs:
        return 0.0
    here = np.array([first.places_mm[i] for i, _ in pairs])
    there = np.array([second.places_mm[j] for _, j in pairs])
    same = _fits(here[:, 0], there[:, 0]) & _fits(here[:, 1], there[:, 1])
    return float(2 * np.count_nonzero(same) / (len(first.labels) + len(second.labels)))


def _fits(here: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Which places agree when the second page is scaled and shifted as most of them ask."""
    best = np.abs(here - there - np.median(here - there)) <= _NEAR_MM
    for i in range(len(here)):
        for j in range(i + 1, len(here)):
            if abs(there[j] - there[i]) < _NEAR_MM:
                continue
            scale = (here[j] - here[i]) / (there[j] - there[i])
            if not _SCALE[0] <= scale <= _SCALE[1]:
                continue
            fits = np.abs(here - here[i] - scale * (there - there[i])) <= _NEAR_MM
            best = fits if np.count_nonzero(fits) > np.count_nonzero(best) else best
    return np.asarray(best)


def _in_order(first: Sequence[str], second: Sequence[str]) -> list[tuple[int, int]]:
    """The longest run of labels that stand in both in the same order: pairs of where."""
    same = [[_is_same(a, b) for b in second] for a in first]
    longest = np.zeros((len(first) + 1, len(second) + 1), np.int32)
    for i in range(len(first) - 1, -1, -1):
        for j in range(len(second) - 1, -1, -1):
            longest[i, j] = (
                longest[i + 1, j + 1] + 1
                if same[i][j]
                else max(longest[i + 1, j], longest[i, j + 1])
            )
    pairs, i, j = [], 0, 0
    while i < len(first) and j < len(second):
        if same[i][j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif longest[i + 1, j] >= longest[i, j + 1]:
            i += 1
        else:
            j += 1
    return pairs


def _is_same(first: str, second: str) -> bool:
    return first == second or fuzz.ratio(first, second) >= _SAME_LABEL_PERCENT
