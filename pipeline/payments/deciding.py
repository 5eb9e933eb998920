"""What is decided about movements without a person, and what a person is asked about the others."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Protocol

from pipeline.decisions import Act, Decision
from pipeline.ledger import Claim, Ledger, Movement, Slip, Waits
from pipeline.payments.outcome import STRANGE, Match
from pipeline.payments.words import sentence


class Matcher(Protocol):
    """``matching.match``, with the words that it is to know."""

    def __call__(
        self,
        movements: Iterable[Movement],
        claims: Iterable[Claim],
        slips: Iterable[Slip],
        /,
        *,
        only_sure: bool = False,
    ) -> Mapping[int, Match]: ...


def sure(
    ledger: Ledger, claims: Sequence[Claim], *, matcher: Matcher
) -> dict[str, tuple[Decision, ...]]:
    """The decisions that are sure, by subject; where a person has decided anything, none."""
    matches = _matches(ledger, claims, partial(matcher, only_sure=True))
    return {
        movement.subject: _decisions(matches[movement.number])
        for movement, ruling in ledger.movements
        if ruling.is_open and not ruling.touched and matches[movement.number].sure
    }


def waits(ledger: Ledger, claims: Sequence[Claim], *, matcher: Matcher) -> dict[int, Waits]:
    """Why each open movement waits, and what it may pay, by its number: what is sure, too, where a
    person took it back."""
    return {number: _waits(match) for number, match in _matches(ledger, claims, matcher).items()}


def _waits(match: Match) -> Waits:
    candidates = (match.shares,) if match.shares else match.candidates
    is_strange = match.reason.rule in STRANGE and not candidates
    return Waits(sentence(match.reason), candidates, is_strange)


def _matches(
    ledger: Ledger, claims: Sequence[Claim], matcher: Callable[..., Mapping[int, Match]]
) -> Mapping[int, Match]:
    open_movements = [movement for movement, ruling in ledger.movements if ruling.is_open]
    if not open_movements:
        return {}
    return matcher(open_movements, claims, ledger.open_slips)


def _decisions(match: Match) -> tuple[Decision, ...]:
    if match.slip:
        return (Decision(Act.DEPOSITED, value=str(match.slip)),)
    return tuple(Decision(Act.PAYS, name, str(cents)) for name, cents in match.shares)
