"""How often the machine errs, and how often the reviewer: measured by fields shown without need.

A few of the machine's accepted fields are shown among the doubts: where the person reads something
else, the machine was wrong. Now and then comes a field that machine and person had agreed on: where
the person now says something else, the person was. Which fields come is told by a hash, so that a
restart changes nothing and nobody can tell from looking.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from hashlib import sha256

from pipeline.calibration import upper_bound
from pipeline.decisions import Act, Decided, Filed
from pipeline.records import FieldReading, Origin, Status

Shown = tuple[str, str]
"""A subject and a field of it."""

_OUTSIDE = 0.025
"""The probability that a rate lies beyond one end of its interval of 95 %."""
_READ = (Act.CONFIRM, Act.CORRECT, Act.ILLEGIBLE, Act.CHECK)


@dataclass(frozen=True, slots=True)
class Rate:
    """``wrong`` of ``of``: between ``low`` and ``high`` with 95 % confidence.

    Clopper and Pearson, "The use of confidence or fiducial limits" (Biometrika 1934).
    """

    wrong: int
    of: int

    @property
    def share(self) -> float | None:
        """None where nothing was measured."""
        return self.wrong / self.of if self.of else None

    @property
    def low(self) -> float:
        return 1.0 - upper_bound(self.of - self.wrong, self.of, outside=_OUTSIDE)

    @property
    def high(self) -> float:
        return upper_bound(self.wrong, self.of, outside=_OUTSIDE)


@dataclass(frozen=True, slots=True)
class Rates:
    """The error rates of accepted fields of the machine, and of people reading known fields."""

    machine: Rate
    reviewer: Rate


def sampled(filed: Iterable[Filed], *, share: float = 0.02, seed: str) -> frozenset[Shown]:
    """About that share (0..1) of the fields that the machine read and accepted by itself.

    Text that the file itself holds is no reading, and computed fields have no crop to look at.
    """
    return frozenset(
        shown
        for shown, reading in _fields(filed)
        if reading.origin is Origin.OCR
        and reading.status is Status.ACCEPTED
        and _chance(seed, *shown) < share
    )


def known(
    filed: Callable[[], Iterable[Filed]],
    *,
    shown: int,
    seed: str,
    every: int = 50,
    besides: Collection[Shown] = (),
) -> Shown | None:
    """A field to show again before the doubt number ``shown``, with chance 1 / ``every``.

    Machine and person agreed on it; what was typed without being read is none. None where none is
    due, or there is none but ``besides``; ``filed`` is asked for only where one is due.
    """
    if _chance(seed, str(shown)) * every >= 1:
        return None
    agreed = (
        one
        for one, reading in _fields(filed())
        if reading.origin is Origin.HUMAN
        and reading.status is Status.ACCEPTED
        and reading.raw
        and one not in besides
    )
    return min(agreed, key=lambda one: _chance(seed, str(shown), *one), default=None)


def error_rates(decided: Iterable[Decided]) -> Rates:
    """What the checks tell. The first look of a person at a field measures the machine, a later
    one the person; what was undone tells nothing.
    """
    looked: set[Shown] = set()
    wrong, of = {True: 0, False: 0}, {True: 0, False: 0}
    for one in sorted(decided, key=lambda d: d.id):
        if one.undone or one.decision.act not in _READ:
            continue
        place = (one.subject, one.decision.field)
        if one.decision.act is Act.CHECK:
            again = place in looked
            of[again] += 1
            wrong[again] += one.decision.value != one.decision.reason
        looked.add(place)
    return Rates(machine=Rate(wrong[False], of[False]), reviewer=Rate(wrong[True], of[True]))


def _fields(filed: Iterable[Filed]) -> Iterable[tuple[Shown, FieldReading]]:
    return (
        ((one.subject, reading.field), reading)
        for one in filed
        if not one.dropped
        for reading in one.registration.readings
    )


def _chance(*told: str) -> float:
    """A number 0..1 that follows from what is told, and looks like chance."""
    digest = sha256("\0".join(told).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
