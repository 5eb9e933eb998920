"""Confidence against truth: how calibrated it is, and what each threshold would accept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pipeline.evaluate import Judged, share
from pipeline.geometry import FloatArray
from pipeline.rates import upper_bound


@dataclass(frozen=True, slots=True)
class Cell:
    """The readings of one type from one source (one image quality, or the file's own text).

    ``stated`` is their mean confidence. ``error`` is that less the share that is right: above 0,
    the confidence promises too much.
    """

    type: str
    source: str
    readings: int
    right: int
    accepted: int
    wrong: int
    stated: float

    @property
    def error(self) -> float:
        return self.stated - share(self.right, self.readings)


@dataclass(frozen=True, slots=True)
class Bin:
    """Readings of about the same confidence; ``doubt`` is 1 - confidence, on average."""

    doubt: float
    readings: int
    wrong: int

    @property
    def bound(self) -> float:
        """The 95 % upper bound of the share that is wrong."""
        return upper_bound(self.wrong, self.readings)


def cells(judged: Iterable[Judged]) -> list[Cell]:
    """Each type in each source, by name."""
    grouped: dict[tuple[str, str], list[Judged]] = {}
    for reading in judged:
        grouped.setdefault((reading.type, reading.source), []).append(reading)
    return [
        Cell(
            *key,
            len(readings),
            sum(j.right for j in readings),
            sum(j.accepted for j in readings),
            sum(j.accepted and not j.right for j in readings),
            float(np.mean([j.confidence for j in readings])),
        )
        for key, readings in sorted(grouped.items())
    ]


def bins(judged: Sequence[Judged], *, most: int = 8) -> list[Bin]:
    """The readings in bins of equal numbers (of 20 and more), the surest first."""
    ranked = sorted(judged, key=lambda j: -j.confidence)
    count = min(most, max(1, len(ranked) // 20))
    edges = np.linspace(0, len(ranked), count + 1).astype(int)
    parts = [ranked[a:b] for a, b in pairwise(edges) if b > a]
    return [
        Bin(
            float(np.mean([1 - j.confidence for j in part])),
            len(part),
            sum(not j.right for j in part),
        )
        for part in parts
    ]


def risk_coverage(judged: Sequence[Judged]) -> tuple[FloatArray, FloatArray]:
    """(n,) accepted share and (n,) wrong among it, as the threshold sinks from 1 to 0.

    What a finding blocks is never accepted: the curve ends where only that is left. Readings of
    equal confidence are accepted together.
    """
    free = sorted((j for j in judged if not j.blocked), key=lambda j: -j.confidence)
    if not free:
        return np.zeros(0), np.zeros(0)
    confidence = np.array([j.confidence for j in free])
    ends = np.append(np.flatnonzero(np.diff(confidence)), len(free) - 1)
    wrong = np.cumsum([not j.right for j in free])[ends]
    return (ends + 1) / len(judged), wrong / (ends + 1)
