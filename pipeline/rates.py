"""Error rates, and the bounds that a count of errors proves."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

DELTA = 0.05
"""The probability with which a one-sided bound may be exceeded."""
_HALVINGS = 50
_OUTSIDE = DELTA / 2
"""The probability that a rate lies beyond one end of its interval of 95 %."""


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
        return lower_bound(self.wrong, self.of, outside=_OUTSIDE)

    @property
    def high(self) -> float:
        return upper_bound(self.wrong, self.of, outside=_OUTSIDE)


@dataclass(frozen=True, slots=True)
class Rates:
    """The error rates of accepted fields of the machine, and of people reading known fields.

    ``by_class``: those of the machine by what an error costs, the dearest class first; each of the
    fields that can have such an error.
    """

    machine: Rate = Rate(0, 0)
    reviewer: Rate = Rate(0, 0)
    by_class: tuple[tuple[str, Rate], ...] = ()


@cache
def upper_bound(wrong: int, of: int, *, outside: float = DELTA) -> float:
    """The one-sided upper limit of an error rate, exceeded with probability ``outside`` at most.

    Clopper and Pearson, "The use of confidence or fiducial limits" (Biometrika 1934).
    """
    if wrong >= of:
        return 1.0
    at_most = _at_most(wrong, of)
    low, high = wrong / of, 1.0
    for _ in range(_HALVINGS):
        p = (low + high) / 2
        low, high = (p, high) if at_most(p) > outside else (low, p)
    return high


@cache
def lower_bound(wrong: int, of: int, *, outside: float = DELTA) -> float:
    """The one-sided lower limit of an error rate, which it is below with that probability at most.

    Clopper and Pearson, as above.
    """
    if wrong == 0:
        return 0.0
    fewer = _at_most(wrong - 1, of)
    low, high = 0.0, wrong / of
    for _ in range(_HALVINGS):
        p = (low + high) / 2
        low, high = (low, p) if 1 - fewer(p) > outside else (p, high)
    return low


def _at_most(wrong: int, of: int) -> Callable[[float], float]:
    """How probable so many errors at most are, for an error rate between 0 and 1."""
    log_ways = [
        math.lgamma(of + 1) - math.lgamma(k + 1) - math.lgamma(of - k + 1) for k in range(wrong + 1)
    ]

    def at_most(p: float) -> float:
        log_p, log_q = math.log(p), math.log1p(-p)
        return sum(math.exp(w + k * log_p + (of - k) * log_q) for k, w in enumerate(log_ways))

    return at_most
