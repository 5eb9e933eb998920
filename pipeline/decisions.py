"""What people decide while they review: records that the store keeps for good.

A decision is never changed or deleted: one that is undone is followed by an undoing. What a
registration now is follows from its reading and from the decisions that still hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum

from pipeline.records import Envelope, Registration, Rejection, Source


class Act(StrEnum):
    """What a person did."""

    CONFIRM = "confirm"
    """A field holds what was read."""
    CORRECT = "correct"
    """A field holds something else, or nothing."""
    ILLEGIBLE = "illegible"
    """Nobody can read a field: its value stays unknown."""
    POSTPONE = "postpone"
    """A field waits until all others are done."""
    SETTLE = "settle"
    """A finding is settled, with a reason; ``field`` names its rule."""
    DROP = "drop"
    """A registration is the same as ``value`` (the other's subject): it leaves the tables for the
    rejected list."""
    REPLACE = "replace"
    """Another registration, ``value``, takes the place of this one."""
    CANCEL = "cancel"
    """A registration is cancelled, with a reason; ``value``: the document that says so, if any."""
    RESTORE = "restore"
    """A registration that counted no more does again, and nothing is decided about ``value``."""
    KEEP = "keep"
    """A registration stays, whatever becomes of ``value``: they are no pair any more."""
    ADD = "add"
    """A registration adds to ``value``: both count, and who stands on both is one person."""
    NOTE = "note"
    """A mail, ``value``, speaks of a registration; ``reason``: what a person makes of it."""
    SET_ASIDE = "set-aside"
    """A rejected document needs nothing more, with a reason."""
    KEY_IN = "key-in"
    """A registration was typed from a rejected document."""
    PLACE = "place"
    """A form was placed by hand on a rejected page, and read again."""
    SHARE = "share"
    """Somebody named (``field``) has the tariff and the things of ``value``: see
    ``judging.shares``."""
    CHECK = "check"
    """A field whose value is accepted or known was shown to measure machine and reviewer:
    ``value`` is what the person said, ``reason`` what was held for true."""
    WAIVE = "waive"
    """What a registration lacks (``value``, in cents, below 0) or has too much (above) is left so,
    with a reason."""
    SENT = "sent"
    """A letter about a registration was drafted: ``field`` is which, ``value`` the number of the
    receipt that came with it."""
    PAYS = "pays"
    """A movement or a taking pays a registration: ``field`` is its id in the tables, ``value`` the
    cents. What it pays is said at one stroke."""
    UNRELATED = "unrelated"
    """A movement has to do with no registration."""
    DEPOSITED = "deposited"
    """A cheque was handed in to the bank, or a movement credits what was: ``value`` is the number
    of the slip."""


class Letter(StrEnum):
    """A letter about a registration: ``field`` of ``Act.SENT``."""

    REQUEST = "request"
    """What is owed, and how to pay it."""
    CONFIRMATION = "confirmation"
    """That it is paid, with the receipt."""


ENDS = (Act.DROP, Act.REPLACE, Act.CANCEL)
"""Acts after which a registration counts no more."""
MACHINE = "fiches"
"""Who decides where no person did: a sure payment, a letter that was drafted."""
READ = (Act.CONFIRM, Act.CORRECT, Act.ILLEGIBLE, Act.CHECK)
"""Acts of somebody who looked at a field's picture."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing decided. ``value`` is a field's text as outputs write it."""

    act: Act
    field: str = ""
    value: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as the store keeps it.

    ``batch`` is shared by what was decided at one stroke, and is undone together; ``was`` is the
    field's text before.
    """

    id: int
    batch: int
    subject: str
    decision: Decision
    was: str
    who: str
    at: datetime
    undone: bool


@dataclass(frozen=True, slots=True)
class Change:
    """What one stroke decides about one subject; ``seen`` is the version that was on the screen.

    ``after`` is the registration as it then is; None where the subject is no registration.
    """

    subject: str
    seen: int
    decisions: tuple[Decision, ...]
    after: Registration | None = None


@dataclass(frozen=True, slots=True)
class End:
    """Why a registration counts no more: one of the acts ``ENDS``, and what was said with it.

    ``by``: the subject of what it is the same as, or is replaced by, or that cancels it.
    """

    act: Act
    by: str
    reason: str
    who: str
    at: datetime

    @property
    def day(self) -> date:
        """In UTC, so that outputs do not depend on where they are written."""
        return self.at.astimezone(UTC).date()


@dataclass(frozen=True, slots=True)
class Waived:
    """What is paid less (below 0) or more than is owed, and left so with a reason."""

    cents: int
    reason: str


@dataclass(frozen=True, slots=True)
class Filed:
    """One registration as reviewers get it.

    ``subject`` names it in addresses (``r12-1``: outcome 12, its first form); ``id`` is its
    name in the tables. ``version`` is its last decision, undone or not, 0 for none. ``sources``:
    each name its bytes came under; the path of one that was typed from a piece that gave no file
    is empty. ``settled`` pairs rules with reasons; ``postponed`` are fields; ``kept``: subjects
    that are other registrations, of which it adds to those in ``added_to``. ``notes`` pairs mails
    that speak of it with what a person made of them. ``shared`` pairs people, by their fields, with
    what each has. ``end``: why it counts no more; None while it does. ``waived``: what is left
    unpaid, or kept; ``sent`` pairs letters with the numbers of their receipts.
    """

    subject: str
    id: str
    number: int
    version: int
    registration: Registration
    sources: tuple[Source, ...]
    settled: tuple[tuple[str, str], ...] = ()
    postponed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    added_to: tuple[str, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    shared: tuple[tuple[str, str], ...] = ()
    end: End | None = None
    waived: Waived | None = None
    sent: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Fiches:
    """All registrations: of two that may be one, both are in review, and the one that is ``held``,
    by subject, does not count. ``added``: the people of each who stand on another one, too."""

    filed: tuple[Filed, ...]
    held: frozenset[str]
    added: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """One document, or page of one, that gave no registration.

    ``subject``: ``x12-0`` is the first rejection of outcome 12; ``p`` and a number, a piece that
    was refused when it was received, of which ``source`` is None. ``set_aside`` is the reason why
    nothing more is to be done; empty while it waits.
    """

    subject: str
    version: int
    document: str
    rejection: Rejection
    source: Source | None
    set_aside: str = ""

    @property
    def mail(self) -> Envelope | None:
        """The mail that it came with, or that it is."""
        return self.source.envelope if self.source else self.rejection.envelope
