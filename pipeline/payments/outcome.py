"""What matching says of a movement, as records."""

from dataclasses import dataclass
from enum import StrEnum

Shares = tuple[tuple[str, int], ...]
"""Registrations by id, with the cents that each gets."""


class Rule(StrEnum):
    """Why a movement is matched, or waits."""

    REFERENCES = "references"
    NAME = "name"
    SLIP = "slip"
    DEBIT = "debit"
    UNCLEAR_REFERENCE = "unclear_reference"
    NOT_OPEN = "not_open"
    PAID_BEFORE = "paid_before"
    REFERENCE_AMOUNT = "reference_amount"
    MANGLED_REFERENCE = "mangled_reference"
    COUNT = "count"
    PURPOSE = "purpose"
    PART = "part"
    HALF = "half"
    RIVALS = "rivals"
    TWIN = "twin"
    OTHER_NAMED = "other_named"
    OTHER_CREDIT = "other_credit"
    NO_SLIP = "no_slip"
    SEVERAL_SLIPS = "several_slips"
    NAME_AMOUNT = "name_amount"
    AMOUNT_ALONE = "amount_alone"
    NOTHING = "nothing"


SURE = frozenset((Rule.REFERENCES, Rule.NAME, Rule.SLIP))
STRANGE = frozenset((Rule.DEBIT, Rule.PURPOSE, Rule.NOTHING))
"""Those of movements that, without a candidate, have to do with nothing that is known."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule with its facts; ``words`` makes the sentence of it. Amounts are cents."""

    rule: Rule
    facts: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """What a movement pays: surely the ``shares``, or surely a ``slip`` (its number).

    Where it waits, both are empty, and ``candidates`` are up to five, the best first.
    """

    reason: Reason
    shares: Shares = ()
    slip: int = 0
    candidates: tuple[Shares, ...] = ()

    @property
    def sure(self) -> bool:
        return self.reason.rule in SURE
