"""How often the machine errs, and how often the reviewer: measured by fields shown without need.

A few of the machine's accepted fields are shown among the doubts: where the person reads something
else, the machine was wrong. Now and then comes a field that machine and person had agreed on: where
the person now says something else, the person was. Which fields come is told by a hash, so that a
restart changes nothing and nobody can tell from looking.
"""

from collections.abc import Callable, Collection, Iterable
from hashlib import sha256

from pipeline.decisions import Filed
from pipeline.records import FieldReading, Origin, Status

Shown = tuple[str, str]
"""A subject and a field of it."""


def sampled(filed: Iterable[Filed], *, share: float = 0.02, seed: str) -> frozenset[Shown]:
    """About that share (0..1) of the fields that the machine read and accepted by itself.

    What a file holds as text was not read by a machine; computed fields have no crop to look at.
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
        place
        for place, reading in _fields(filed())
        if reading.origin is Origin.HUMAN
        and reading.status is Status.ACCEPTED
        and reading.raw
        and place not in besides
    )
    return min(agreed, key=lambda place: _chance(seed, str(shown), *place), default=None)


def _fields(filed: Iterable[Filed]) -> Iterable[tuple[Shown, FieldReading]]:
    return (
        ((fiche.subject, reading.field), reading)
        for fiche in filed
        if fiche.end is None
        for reading in fiche.registration.readings
    )


def _chance(*facts: str) -> float:
    """A number 0..1 that follows from the facts, and looks like chance."""
    digest = sha256("\0".join(facts).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
