"""For the tests of bookkeeping: invented registrations, a season of payments, and both files, read
by other code than that which writes them."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from pipeline.bookkeeping.batches import settings_of
from pipeline.bookkeeping.compare import due
from pipeline.bookkeeping.files import files
from pipeline.bookkeeping.numbering import numbered
from pipeline.bookkeeping.wanted import wanted
from pipeline.config import Accounting
from pipeline.ledger import (
    Batch,
    Booking,
    Entry,
    EntryLine,
    Item,
    PaidBy,
    Payable,
    Payment,
    Slip,
    Taking,
)

ACCOUNTING = Accounting(tariffs={"adherents": "706", "non_adherents": "706", "repas": "7088"})
DAY = date(2018, 1, 12)
_TARIFFS = {
    "adherents": ("Adhérents", 3000),
    "non_adherents": ("Non-adhérents", 4000),
    "repas": ("Repas", 1210),
}
_PAHEKO = "Libellé;Date;Remarques;Numéro pièce comptable;Numéro compte;Libellé compte;Débit;Crédit"
_PAHEKO += ";Référence ligne;Libellé ligne"
_FEC = "JournalCode JournalLib EcritureNum EcritureDate CompteNum CompteLib CompAuxNum CompAuxLib"
_FEC += " PieceRef PieceDate EcritureLib Debit Credit EcritureLet DateLet ValidDate Montantdevise"
_FEC += " Idevise"
_WHO = (
    "IME Les Tilleuls",
    "Zoé MARTIN",
    'Foyer "Le Gué" ; Rennes',
    "=1+2|\\\t\n'@x",
    "é" * 300,
    "",
)
Lines = list[tuple[str, int, int]]


def items(**counts: int) -> tuple[Item, ...]:
    return tuple(Item(name, _TARIFFS[name][0], n, _TARIFFS[name][1]) for name, n in counts.items())


def payable(
    name: str = "a", who: str = "IME Les Tilleuls", owed: int | None = None, **counts: int
) -> Payable:
    """A registration of so many of each tariff, which owes what they come to unless told."""
    of = items(**counts)
    due = sum(item.amount_cents for item in of) if owed is None else owed
    return Payable(name, "RF92 3FA9 C2D4 1", who, of, due)


def example(name: str = "a") -> Payable:
    """That of the documentation: 136,30 €."""
    return payable(name, adherents=2, non_adherents=1, repas=3)


def payment(
    source: str, *shares: tuple[str, int], by: PaidBy = PaidBy.TRANSFER, day: date = DAY
) -> Payment:
    return Payment(source, day, by, shares)


def entry(source: str, *lines: tuple[str, int], day: date = DAY) -> Entry:
    """Of accounts and cents, which are a credit where they are negative."""
    sides = (EntryLine(account, "mot", max(c, 0), max(-c, 0)) for account, c in lines)
    return Entry(source, day, "mot", tuple(sides))


def signed(given: Entry) -> list[tuple[str, int]]:
    """The lines as ``entry`` takes them."""
    return [(line.account, line.debit_cents - line.credit_cents) for line in given.lines]


def net(entries: Iterable[Entry]) -> dict[str, int]:
    """Debits less credits of each account that does not come to nothing."""
    sums: Counter[str] = Counter()
    for one in entries:
        for account, cents in signed(one):
            sums[account] += cents
    return {account: cents for account, cents in sums.items() if cents}


def batch_of(
    *bookings: Booking, number: int = 1, day: date = DAY, accounting: Accounting = ACCOUNTING
) -> Batch:
    accounts = {line.account for one in bookings for line in one.entry.lines}
    return Batch(number, day, bookings, settings_of(accounting, accounts))


@dataclass
class Season:
    """Registrations, what is paid of them, what people correct, and books that are kept of it."""

    random: Random
    accounting: Accounting
    today: date = date(2018, 10, 31)
    payables: dict[str, Payable] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    slips: dict[int, Slip] = field(default_factory=dict)
    batches: list[Batch] = field(default_factory=list)
    last: int = 0

    @property
    def booked(self) -> list[Booking]:
        return [booking for batch in self.batches for booking in batch.bookings]

    def wanted(self) -> list[Entry]:
        payments = list(self.payments.values())
        self.random.shuffle(payments)
        return wanted(self.payables, payments, list(self.slips.values()), self.accounting)

    def due(self) -> list[tuple[Entry, int]]:
        return due(self.wanted(), self.booked, today=self.today, until=None)

    def book(self) -> Mapping[str, bytes]:
        """The files of the next batch; none where there is nothing to book."""
        if not (steps := self.due()):
            return {}
        bookings = numbered(steps, self.booked, self.accounting)
        number = len(self.batches) + 1
        self.batches.append(
            batch_of(*bookings, number=number, day=self.today, accounting=self.accounting)
        )
        return files(self.batches[-1])

    def month(self, steps: int) -> None:
        """Let so much happen, and a month pass."""
        moves = (self._registers, self._pays, self._pays, self._pays, self._is_corrected)
        moves += (self._pays_for_several, self._is_given_back, self._is_undone, self._is_deposited)
        for _ in range(steps):
            self.random.choice(moves)()
        self.today += timedelta(days=self.random.randint(20, 40))

    def paid(self, name: str) -> int:
        shares = (share for payment in self.payments.values() for share in payment.shares)
        return sum(cents for registration, cents in shares if registration == name)

    def _registers(self) -> None:
        name = f"r{len(self.payables)}"
        counts = {tariff: self.random.randint(0, 4) for tariff in _TARIFFS}
        self.payables[name] = payable(name, self.random.choice(_WHO), **counts)

    def open(self, count: int) -> None:
        """So many registrations, each of which is paid something."""
        for _ in range(count):
            self._registers()
            self._pays(list(self.payables)[-1])

    def _pays(self, given: str = "") -> None:
        for name in [given] if given else self._any():
            owed = self.payables[name].owed_cents
            rest = owed - self.paid(name)
            self._moves((name, self.random.choice((owed, rest, rest, rest // 2, rest + 500))))

    def _pays_for_several(self) -> None:
        names = self.random.sample(sorted(self.payables), min(3, len(self.payables)))
        self._moves(*((name, self.payables[name].owed_cents) for name in names))

    def _is_given_back(self) -> None:
        for name in self._any():
            self._moves((name, -self.random.choice((self.paid(name), 1210))))

    def _is_corrected(self) -> None:
        """Another count, something settled otherwise, or a registration that counts no more."""
        for name in self._any():
            old = self.payables[name]
            more = self.random.choice((0, 0, 500, -1000))
            new = payable(name, old.who, adherents=self.random.randint(0, 4), repas=1)
            gone = replace(old, items=(), owed_cents=0)
            kept = replace(new, owed_cents=new.owed_cents + more)
            self.payables[name] = self.random.choice((kept, kept, gone))

    def _is_undone(self) -> None:
        """A decision about a payment, or a slip, is taken back, or its money is another's."""
        for source in self._any(self.payments):
            old = self.payments.pop(source)
            for name in self._any():
                cents = sum(share for _, share in old.shares)
                if self.random.random() < 0.5:
                    self.payments[source] = replace(old, shares=((name, cents),))
        if self.slips and self.random.random() < 0.3:
            self.slips.pop(self.random.choice(sorted(self.slips)))

    def _is_deposited(self) -> None:
        gone = {taking.subject for slip in self.slips.values() for taking in slip.takings}
        cheques = [
            Taking(one.day, sum(c for _, c in one.shares), one.by, number=int(one.source[1:]))
            for one in self.payments.values()
            if one.by is PaidBy.CHEQUE and one.source not in gone
        ]
        if cheques:
            self.last += 1
            self.slips[self.last] = Slip(self.last, self._day(), tuple(cheques))

    def _moves(self, *shares: tuple[str, int]) -> None:
        by = self.random.choice(tuple(PaidBy))
        self.last += 1
        source = f"{'m' if by is PaidBy.TRANSFER else 't'}{self.last}"
        self.payments[source] = Payment(source, self._day(), by, shares)

    def _any(self, names: Mapping[str, object] | None = None) -> list[str]:
        """A name, where there is one."""
        known = sorted(self.payables if names is None else names)
        return [self.random.choice(known)] if known else []

    def _day(self) -> date:
        return self.today - timedelta(days=self.random.randint(0, 40))


def read_paheko(data: bytes, year: date) -> dict[str, tuple[date, Lines]]:
    """Entries by voucher, of a file that obeys what Paheko wants of it."""
    heads, *rows = csv.reader(io.StringIO(data.decode("utf-8"), newline=""), delimiter=";")
    assert heads == _PAHEKO.split(";")
    assert not set('\\"\t|') & set(data.decode())
    assert data.count(b"\n") == len(rows) + 1
    entries: dict[str, tuple[date, Lines]] = {}
    for label, day, remarks, piece, account, name, debit, credit, reference, line_label in rows:
        if piece:
            assert label
            assert remarks
            assert piece not in entries
            entries[piece] = (_in_year(day, r"(?P<d>..)/(?P<m>..)/(?P<y>....)", year), [])
        else:
            assert not label
            assert not day
            assert not remarks
            assert entries
        assert name
        assert not reference
        assert max(len(label.encode()), len(line_label.encode())) < 200
        assert line_label[0] not in "=+-@"
        entries[list(entries)[-1]][1].append(_line(account, debit, credit))
    _balance(entries)
    return entries


def read_fec(data: bytes, year: date, day: date) -> dict[str, tuple[date, Lines]]:
    """Entries by voucher, of a file that obeys article A47 A-1 and what importers want."""
    assert not data.startswith(b"\xef\xbb\xbf")
    assert data.endswith(b"\r\n")
    assert data.count(b"\r") == data.count(b"\n") == data.count(b"\r\n")
    assert not set('\\"|') & set(data.decode())
    heads, *rows = [line.split("\t") for line in data.decode().split("\r\n")[:-1]]
    assert heads == _FEC.split()
    entries: dict[str, tuple[date, Lines]] = {}
    numbers, journals = [], {}
    for row in (dict(zip(heads, cells, strict=True)) for cells in rows):
        piece = row["PieceRef"]
        if piece not in entries:
            numbers.append(int(row["EcritureNum"]))
            when = _in_year(row["EcritureDate"], r"(?P<y>....)(?P<m>..)(?P<d>..)", year)
            entries[piece] = (when, [])
            journals[piece] = row["JournalCode"]
        assert int(row["EcritureNum"]) == numbers[-1] == int(piece.partition("-")[2])
        assert row["EcritureDate"] == row["PieceDate"] == f"{entries[piece][0]:%Y%m%d}"
        assert row["ValidDate"] == f"{day:%Y%m%d}"
        assert journals[piece] == row["JournalCode"] in ("BQ", "CH", "CA", "OD")
        filled = ("JournalLib", "CompteLib", "EcritureLib")
        assert all(row[head] for head in filled)
        empty = ("CompAuxNum", "CompAuxLib", "EcritureLet", "DateLet", "Montantdevise", "Idevise")
        assert not any(row[head] for head in empty)
        entries[piece][1].append(_line(row["CompteNum"], row["Debit"], row["Credit"]))
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    _balance(entries)
    return entries


def _line(account: str, debit: str, credit: str) -> tuple[str, int, int]:
    assert re.fullmatch(r"\d{3}[0-9A-Za-z]*", account, re.ASCII)
    for amount in (debit, credit):
        assert re.fullmatch(r"(0|[1-9]\d*),\d\d", amount, re.ASCII)
    assert [debit, credit].count("0,00") == 1
    return account, *(int(100 * Decimal(text.replace(",", "."))) for text in (debit, credit))


def _in_year(text: str, pattern: str, year: date) -> date:
    match = re.fullmatch(pattern, text)
    assert match is not None
    day = date(int(match["y"]), int(match["m"]), int(match["d"]))
    assert year <= day < year.replace(year=year.year + 1)
    return day


def _balance(entries: Mapping[str, tuple[date, Lines]]) -> None:
    for _, lines in entries.values():
        assert len(lines) >= 2
        assert sum(debit for _, debit, _ in lines) == sum(credit for _, _, credit in lines)
