"""How registrations stand with what was paid of them: it follows from decisions, and is never kept.

What was paid of a registration that another took the place of counts for that one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from pipeline.decisions import Act, Filed, Letter
from pipeline.french import AGREED, GAP
from pipeline.ledger import Claim, Payment
from pipeline.payments.reference import reference_of
from pipeline.records import Registration, Status
from pipeline.snapshot import Life

_FOLLOWED = (Act.DROP, Act.REPLACE)


@dataclass(frozen=True, slots=True)
class Standing:
    """Of a registration: ``owed_cents`` is None where it is not known, and 0 once it counts no
    more; ``paid_cents`` is what came less what was given back."""

    life: Life
    owed_cents: int | None
    paid_cents: int

    @property
    def balance_cents(self) -> int:
        """What was paid too much; below 0, what lacks."""
        return self.paid_cents - (self.owed_cents or 0)

    @property
    def due_cents(self) -> int:
        """What is owed, less what a person left unpaid."""
        is_paid = self.life in (Life.PAID, Life.CONFIRMED)
        owed = self.owed_cents or 0
        return min(owed, self.paid_cents) if is_paid else owed


def standings(every: Iterable[Filed], payments: Iterable[Payment]) -> dict[str, Standing]:
    """How each registration stands, by its id in the tables.

    Of two that may be one, both are in review (``Twins.marked``).
    """
    fiches = [*every]
    heirs = _heirs(fiches)
    shares: dict[str, list[int]] = defaultdict(list)
    for payment in payments:
        for name, cents in payment.shares:
            shares[heirs.get(name, name)].append(cents)
    return {filed.id: _standing(filed, shares[filed.id]) for filed in fiches}


def heir_of(every: Iterable[Filed]) -> Mapping[str, str]:
    """Which registration now stands for each, both by id: itself, or what took its place."""
    return _heirs([*every])


def claims(
    every: Iterable[Filed], standing: Mapping[str, Standing], *, held: Collection[str]
) -> tuple[Claim, ...]:
    """The registrations as payments meet them; those that are ``held``, by subject, do not count
    until somebody has decided whether another one counts in their place."""
    return tuple(_claim(f, standing[f.id], is_held=f.subject in held) for f in every)


def is_uneven(filed: Filed, stands: Standing) -> bool:
    """Whether other money came for a registration than it owes, and nobody has left it so.

    What a person has still to look at is not known well enough to say.
    """
    if stands.life is Life.RECEIVED or stands.owed_cents is None:
        return False
    came = stands.paid_cents != 0 and stands.balance_cents != 0
    return came and not is_waived(filed, stands.balance_cents)


def is_waived(filed: Filed, balance_cents: int) -> bool:
    """Whether a person has settled that very balance."""
    return filed.waived is not None and filed.waived.cents == balance_cents


def owed_cents(registration: Registration) -> int | None:
    """What the tariff gives, or what was written where the sender agreed on that, or where the form
    has no tariff; None where that is not known."""
    gap = next((f for f in registration.findings if f.rule == GAP), None)
    if gap is not None and gap.settled == AGREED:
        return registration.total_cents
    roles = registration.roles
    if registration.total_due_cents is not None or roles.is_priced:
        return registration.total_due_cents
    return registration.total_cents if roles.total else 0


def _standing(filed: Filed, shares: list[int]) -> Standing:
    paid, end, registration = sum(shares), filed.end, filed.registration
    if end is not None:
        gone = Life.CANCELLED if end.act is Act.CANCEL else Life.REPLACED
        is_given_back = paid <= 0 and any(cents < 0 for cents in shares)
        return Standing(Life.REFUNDED if is_given_back else gone, 0, paid)
    owed = owed_cents(registration)
    if registration.status is Status.REVIEW:
        return Standing(Life.RECEIVED, owed, paid)
    if owed is None or not (paid >= owed or is_waived(filed, paid - owed)):
        return Standing(Life.VERIFIED, owed, paid)
    if Letter.CONFIRMATION in dict(filed.sent):
        return Standing(Life.CONFIRMED, owed, paid)
    return Standing(Life.PAID if owed or paid else Life.VERIFIED, owed, paid)


def _claim(filed: Filed, standing: Standing, *, is_held: bool) -> Claim:
    registration = filed.registration
    who = registration.reading(registration.roles.who)
    is_open = standing.life is Life.VERIFIED and not is_held and standing.paid_cents == 0
    return Claim(
        filed.id,
        reference_of(filed.id),
        who.text if who else "",
        tuple(person.text for person in registration.named),
        standing.owed_cents,
        standing.paid_cents,
        is_open and bool(standing.owed_cents),
    )


def _heirs(fiches: Iterable[Filed]) -> dict[str, str]:
    by_subject = {filed.subject: filed for filed in fiches}
    heirs = {}
    for filed in by_subject.values():
        last, passed = filed, {filed.subject}
        while last.end and last.end.act in _FOLLOWED and last.end.by in by_subject.keys() - passed:
            last = by_subject[last.end.by]
            passed.add(last.subject)
        heirs[filed.id] = last.id
    return heirs
