"""The fields of a form as unknowns: what each may hold, and how likely before the others speak."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np

from pipeline import fields
from pipeline.fields import Means
from pipeline.geometry import FloatArray
from pipeline.records import Candidate, FieldReading

_FLOOR = 1e-5
"""Least probability of a small count: no reading is so sure that arithmetic may not overrule it."""
_SMALL_SHARE = 0.5
"""Of what the evidence leaves to values not proposed, so much falls to small counts."""
_LEAST = 1e-6
"""Least probability that is still worth keeping."""
_LEAST_SHARE = 0.02
"""A total is a candidate where the paper gives it this much of what it gives the likeliest."""
_MAX_CANDIDATES = 12
_MAX_OF_PART = 7
"""Of a surname or a given name, for they are weighed together."""


@dataclass(frozen=True, slots=True, eq=False)
class Unknown:
    """One field. ``prior`` has one weight a candidate, and a last one for any other value."""

    name: str
    means: Means
    candidates: tuple[Candidate, ...]
    prior: FloatArray

    @property
    def numbers(self) -> FloatArray:
        """The value of each weight of ``prior``; -1 where it is no number, or any other."""
        known = [c.value if isinstance(c.value, int) else -1 for c in self.candidates]
        return np.array([*known, -1], dtype=np.int64)

    @property
    def added(self) -> FloatArray:
        """``numbers`` where they are added up: what is left blank adds nothing."""
        blank = [c.value is None and not c.text for c in self.candidates]
        return np.where([*blank, False], 0, self.numbers)

    @property
    def nobody(self) -> float:
        """Of a line of people: how likely it names nobody, of what was proposed; of ink that
        nothing readable was proposed for, as likely as not."""
        empty = sum(c.probability for c in self.candidates if not c.text)
        proposed = sum(c.probability for c in self.candidates)
        return min(1.0, empty + 0.5 * max(0.0, 1.0 - proposed))


def of_words(reading: FieldReading) -> Unknown:
    """A field that holds what the paper suggests, or something nobody proposed."""
    meant = fields.means(reading.type)
    most = _MAX_OF_PART if meant in (Means.SURNAME, Means.GIVEN_NAME) else _MAX_CANDIDATES
    return _unknown(reading.field, meant, reading.candidates[:most])


def of_count(name: str, reading: FieldReading | None, *, most: int) -> Unknown:
    """A count: every number up to ``most`` is possible, as far as the evidence leaves room."""
    candidates = reading.candidates[:_MAX_CANDIDATES] if reading else ()
    numbers = tuple(c for c in candidates if isinstance(c.value, int))
    seen = {c.value for c in numbers}
    unseen = [n for n in range(most + 1) if n not in seen]
    other = 1.0 - sum(c.probability for c in numbers)
    each = max(_FLOOR, _SMALL_SHARE * other / max(1, len(unseen)))
    return _unknown(name, Means.COUNT, (*numbers, *(Candidate(n, str(n), each) for n in unseen)))


def of_total(reading: FieldReading) -> Unknown:
    """What the sender may have written: nothing so unlikely that only the sum would suggest it."""
    least = _LEAST_SHARE * reading.confidence
    written = (c for c in reading.candidates[:_MAX_CANDIDATES] if c.probability >= least)
    return _unknown(reading.field, fields.means(reading.type), tuple(written))


def together(name: str, parts: Sequence[Unknown]) -> Unknown:
    """A person whose surname and given name are ``parts``: whoever these may make.

    The given name comes first, as in mails. The text of one that is not known is left out; the last
    weight is of two that are not.
    """
    texts = [" ".join(filter(None, words[::-1])) for words in product(*map(_texts, parts))]
    shares = [prod(each) for each in product(*(part.prior for part in parts))]
    made = [Candidate(t, t, p) for t, p in zip(texts[:-1], shares[:-1], strict=True)]
    # How likely each is, follows from its parts.
    return Unknown(name, Means.PERSON, tuple(made), np.ones(len(texts)))


def pairing(parts: Sequence[Unknown]) -> FloatArray:
    """For each value of each part, and each of them ``together``, whether they go together."""
    sizes = [len(part.prior) for part in parts]
    return np.eye(prod(sizes)).reshape(*sizes, prod(sizes))


def _texts(unknown: Unknown) -> list[str]:
    return [*(candidate.text for candidate in unknown.candidates), ""]


def ranked(candidates: Sequence[Candidate], posterior: FloatArray) -> tuple[Candidate, ...]:
    """The candidates with their new probabilities, best first: the best one, and any worth keeping.

    Any other value is left out.
    """
    weighed = sorted(
        (
            Candidate(c.value, c.text, float(p))
            for c, p in zip(candidates, posterior[: len(candidates)], strict=True)
        ),
        key=lambda c: -c.probability,
    )
    return tuple(c for i, c in enumerate(weighed) if i == 0 or c.probability > _LEAST)


def _unknown(name: str, means: Means, candidates: tuple[Candidate, ...]) -> Unknown:
    probabilities = [c.probability for c in candidates]
    other = max(_LEAST, 1.0 - sum(probabilities))
    return Unknown(name, means, candidates, np.array([*probabilities, other]))
