"""All that the store holds at one moment, as the tables, the report and the review get it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.event import Fact
from pipeline.ledger import Claim, Ledger, Waits
from pipeline.rates import Rates
from pipeline.records import Envelope, FieldReading, Finding, Registration, Rejection, Status
from pipeline.roles import BETWEEN, Roles


class Life(StrEnum):
    """How far a registration has come."""

    RECEIVED = "received"
    """A person has to look at it."""
    VERIFIED = "verified"
    """Nobody has to look at it any more; it is open until it is paid."""
    PAID = "paid"
    CONFIRMED = "confirmed"
    """Paid, and the confirmation was drafted."""
    REPLACED = "replaced"
    """Another one has taken its place."""
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    """Cancelled, and what was paid was given back."""


@dataclass(frozen=True, slots=True)
class Share:
    """What a person named on a form has, as far as that is settled.

    ``person``: the field of the line; ``tariff``: the count that counts them, empty while it is
    open. ``others`` pairs other priced counts with how many of it they have; open ones are missing.
    """

    person: str
    tariff: str = ""
    others: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class RegistrationRow:
    """One registration as the exporters get it.

    ``id`` is the same in every run; ``document`` and ``envelope`` are of the first name, in sort
    order, under which its bytes were received. ``thumbnail`` is a JPEG, or empty. What ``ended``
    replaced or cancelled is not ``counted``, nor the earlier one of two that may be one; of one
    that adds to another, ``counted_elsewhere`` are the people whom that one names, too.
    ``shares``: what each of the people has. ``reference`` is for payments (ISO 11649), ``reached``
    how far one that waits for nobody has come by them.
    """

    id: str
    document: str
    registration: Registration
    envelope: Envelope | None = None
    thumbnail: bytes = b""
    ended: Life | None = None
    counted: bool = True
    counted_elsewhere: frozenset[str] = frozenset()
    shares: tuple[Share, ...] = ()
    reference: str = ""
    owed_cents: int | None = None
    paid_cents: int = 0
    reached: Life | None = None

    @property
    def left_cents(self) -> int | None:
        """What is still to be paid; None where it is not known what is owed."""
        if self.reached in (Life.PAID, Life.CONFIRMED):  # perhaps with less than was owed
            return 0
        return None if self.owed_cents is None else max(0, self.owed_cents - self.paid_cents)

    @property
    def surplus_cents(self) -> int:
        """What was paid too much, or for what counts no more."""
        return max(0, self.paid_cents - (self.owed_cents or 0))

    def share(self, person: str) -> Share:
        """What the person on that line has."""
        return next((share for share in self.shares if share.person == person), Share(person))

    @property
    def life(self) -> Life:
        if self.ended:
            return self.ended
        waits = self.registration.status is Status.REVIEW
        return Life.RECEIVED if waits else self.reached or Life.VERIFIED

    @property
    def people(self) -> tuple[FieldReading, ...]:
        """Those named here who are counted, and nowhere else."""
        named = self.registration.named if self.counted else ()
        return tuple(person for person in named if person.text not in self.counted_elsewhere)

    def count(self, field: str) -> int | None:
        """The number a field holds: 0 where the form has no such field, None where unreadable."""
        reading = self.registration.reading(field)
        if reading is None:
            return 0
        return reading.value if isinstance(reading.value, int) else None

    def chosen(self, field: str, option: str) -> int | None:
        """How often an option is chosen in a field, in all its rows; None where that is unreadable
        anywhere."""
        values = [reading.value for reading in self.registration.repeated(field)]
        if not all(isinstance(value, str) for value in values):
            return None
        return sum(option in str(value).split(BETWEEN) for value in values)


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """One document, or page of one, that gave no registration, as the exporters get it."""

    document: str
    rejection: Rejection


@dataclass(frozen=True, slots=True)
class Announcement:
    """What the pages of one document say of an event."""

    document: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """All that was received of one event; ``form`` is the id of the form that goes with it, or
    empty. ``findings`` pairs what is said otherwise than that form's ``form.toml`` has it with the
    document that says so; in its ``roles`` the fields have their labels."""

    form: str
    announcements: tuple[Announcement, ...]
    findings: tuple[tuple[Finding, str], ...] = ()
    roles: Roles = field(default_factory=Roles)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that the store holds at one moment, in the order in which it is exported.

    ``documents`` counts what was received, the same bytes once. ``rates`` are those that checks
    during reviews have measured. ``announcements`` are what documents say of events, ``events`` the
    same by event, once forms are known (see ``forms.announced``), and ``occasions`` what readers
    call the event of each form, by the form's id. ``ledger`` is the money that came, ``claims``
    are the registrations as it meets them, ``waits`` tells of the movements that wait for a
    person, by number.
    """

    registrations: tuple[RegistrationRow, ...] = ()
    rejected: tuple[RejectedRow, ...] = ()
    documents: int = 0
    rates: Rates = field(default_factory=Rates)
    announcements: tuple[Announcement, ...] = ()
    events: tuple[Event, ...] = ()
    occasions: Mapping[str, str] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    claims: tuple[Claim, ...] = ()
    waits: Mapping[int, Waits] = field(default_factory=dict)

    def occasion(self, row: RegistrationRow) -> str:
        """What readers call the event of a registration; the form's id where it is not known."""
        form = row.registration.form_id
        return self.occasions.get(form, form)
