"""Money that came, and what was booked of it: records that the store keeps for good.

What a payment means is decided like a field (see ``decisions``): a movement's subject is ``m`` and
its number, a taking's ``t``. A registration is named by its id in the tables, which outlives a new
reading.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pipeline.decisions import MACHINE, Act


class PaidBy(StrEnum):
    """How money came."""

    TRANSFER = "transfer"
    CHEQUE = "cheque"
    CASH = "cash"


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of an account's statement: a credit where ``amount_cents`` is positive.

    ``payer``: the other side's name, where the bank gives it apart; ``label``: all else that it
    writes, its lines joined by blanks; ``bank_id``: its own name for the movement, or empty.
    ``number`` is the store's, 0 before it keeps the movement.
    """

    day: date
    amount_cents: int
    payer: str = ""
    label: str = ""
    bank_id: str = ""
    number: int = 0

    @property
    def subject(self) -> str:
        """What decisions call it."""
        return f"m{self.number}"

    @property
    def text(self) -> str:
        """All that the bank writes."""
        return " ".join(part for part in (self.payer, self.label) if part)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a bank's file says of an account from ``first`` to ``last``, both days included.

    ``account``: an IBAN, the French bank, branch and account number of one (``RIB`` without its
    key), or only an account's number, without blanks; empty where the file does not say. A balance
    is None where the file does not tell it.
    """

    sha256: str
    format: str
    account: str
    first: date
    last: date
    movements: tuple[Movement, ...]
    opening_cents: int | None = None
    closing_cents: int | None = None


@dataclass(frozen=True, slots=True)
class Taking:
    """A cheque, or cash, that a person noted: ``drawer``, ``cheque`` (its number) and ``bank`` may
    be empty. ``number`` is the store's, 0 before it keeps the taking."""

    day: date
    amount_cents: int
    by: PaidBy
    drawer: str = ""
    cheque: str = ""
    bank: str = ""
    number: int = 0

    @property
    def subject(self) -> str:
        """What decisions call it."""
        return f"t{self.number}"


@dataclass(frozen=True, slots=True)
class Ruling:
    """What was decided about a movement or a taking, and holds.

    ``act`` is None while it is open, or open again. ``pays`` pairs registrations with cents;
    ``slip`` is the number of the slip that it was handed in with, or that it credits, 0 for none.
    ``version`` is the last decision, undone or not, 0 for none; ``touched``: a person has decided
    about it, whatever became of that.
    """

    subject: str
    version: int = 0
    act: Act | None = None
    pays: tuple[tuple[str, int], ...] = ()
    slip: int = 0
    slip_day: date | None = None
    reason: str = ""
    who: str = ""
    touched: bool = False

    @property
    def is_open(self) -> bool:
        return self.act is None

    @property
    def state(self) -> str:
        """How far it has come, as ``payments.csv`` says it."""
        if self.act is None:
            return "to decide"
        if self.act is Act.UNRELATED:
            return "unrelated"
        return "matched" if self.who == MACHINE else "confirmed"


@dataclass(frozen=True, slots=True)
class Payment:
    """What a movement or a taking pays, as it was decided: registrations by id, with the cents of
    each. Negative cents give back: a refund, or a cheque that was not paid. ``source`` is its
    subject."""

    source: str
    day: date
    by: PaidBy
    shares: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Slip:
    """Cheques handed in to the bank together (bordereau de remise), on ``day``."""

    number: int
    day: date
    takings: tuple[Taking, ...]

    @property
    def amount_cents(self) -> int:
        return sum(taking.amount_cents for taking in self.takings)


@dataclass(frozen=True, slots=True)
class Ledger:
    """All money that the store knows of, each with its ruling, in the order in which it came."""

    movements: tuple[tuple[Movement, Ruling], ...] = ()
    takings: tuple[tuple[Taking, Ruling], ...] = ()

    @property
    def payments(self) -> tuple[Payment, ...]:
        """What pays registrations, by day; what was noted at last goes last."""
        by_bank = [
            Payment(m.subject, m.day, PaidBy.TRANSFER, ruling.pays)
            for m, ruling in self.movements
            if ruling.pays
        ]
        by_hand = [Payment(t.subject, t.day, t.by, r.pays) for t, r in self.takings if r.pays]
        return tuple(sorted((*by_bank, *by_hand), key=lambda payment: payment.day))

    @property
    def slips(self) -> tuple[Slip, ...]:
        """What was handed in to the bank, by number."""
        handed_in: dict[tuple[int, date], list[Taking]] = {}
        for taking, ruling in self.takings:
            if ruling.slip and ruling.slip_day:
                handed_in.setdefault((ruling.slip, ruling.slip_day), []).append(taking)
        return tuple(Slip(*key, tuple(takings)) for key, takings in sorted(handed_in.items()))

    @property
    def open_slips(self) -> tuple[Slip, ...]:
        """Those that the bank has not credited yet."""
        credited = {ruling.slip for _, ruling in self.movements if ruling.slip}
        return tuple(slip for slip in self.slips if slip.number not in credited)


@dataclass(frozen=True, slots=True)
class Claim:
    """A registration as payments meet it.

    ``organisation`` may be empty, ``people`` are those named, each by the whole name;
    ``owed_cents`` is None where it is not known. It is ``open`` once a person need not look at it
    any more, while it counts, something is owed, and nothing of it is paid.
    """

    id: str
    reference: str
    organisation: str
    people: tuple[str, ...]
    owed_cents: int | None
    paid_cents: int
    open: bool


@dataclass(frozen=True, slots=True)
class Waits:
    """Why a movement waits for a person, in French, and what it may pay, likeliest first: each
    candidate pairs all that it would pay together, by id, with the cents of each. Where it
    ``is_strange``, nothing that is known can be what it pays."""

    reason: str
    candidates: tuple[tuple[tuple[str, int], ...], ...] = ()
    is_strange: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A line of what a registration comes to: ``count`` of the tariff of ``field``, which readers
    call ``label``; or an amount ``as_written``, once."""

    field: str
    label: str
    count: int
    tariff_cents: int
    as_written: bool = False

    @property
    def amount_cents(self) -> int:
        return self.count * self.tariff_cents


@dataclass(frozen=True, slots=True)
class Payable:
    """What accounting needs of a registration.

    ``who`` registers: the service, or else the first person. ``items`` are what the tariff gives;
    ``owed_cents`` what is owed for them all: less where something was settled otherwise, and 0
    once it counts no more.
    """

    id: str
    reference: str
    who: str
    items: tuple[Item, ...]
    owed_cents: int


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One side of an entry on an account: either debit or credit is 0, neither is negative."""

    account: str
    label: str
    debit_cents: int = 0
    credit_cents: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be booked of one source: a payment's subject, or ``s`` and the number of a slip.
    Its debits and credits come to the same."""

    source: str
    day: date
    label: str
    lines: tuple[EntryLine, ...]


@dataclass(frozen=True, slots=True)
class Booking:
    """An entry in the books, for good. ``number`` is unbroken in the accounting year that begins on
    ``year``. ``reverses``: the id of the booking that it takes back, 0 for none."""

    id: int
    year: date
    number: int
    entry: Entry
    reverses: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """What was booked at one stroke, on ``day``; ``settings``: all else that its files say, so that
    they can be written again byte for byte."""

    number: int
    day: date
    bookings: tuple[Booking, ...]
    settings: Mapping[str, str]
