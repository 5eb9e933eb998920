"""Both files read again, and held against the rules of their formats, before they are written."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import NamedTuple

from pipeline.bookkeeping import fec, paheko
from pipeline.bookkeeping.batches import is_slip, of_year, voucher
from pipeline.bookkeeping.labels import LONGEST_BYTES
from pipeline.bookkeeping.numbering import last_day
from pipeline.errors import BooksError
from pipeline.language import tr
from pipeline.ledger import Batch, Booking

_TEXT = r'[^\x00-\x1f\x7f-\x9f\u2028\u2029|\\";]+'
_ACCOUNT, _AMOUNT, _VOUCHER = "[0-9]{3}[0-9A-Za-z]*", "[0-9]+,[0-9]{2}", "F[0-9]{4}-[0-9]{6,}"
_DAY = "[0-9]{4}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])"
_FRENCH_DAY = "(0[1-9]|[12][0-9]|3[01])/(0[1-9]|1[0-2])/[0-9]{4}"
_OF_ENTRY = tuple(f"({cell})?" for cell in (_TEXT, _FRENCH_DAY, _TEXT, _VOUCHER))
_PAHEKO = (*_OF_ENTRY, _ACCOUNT, _TEXT, _AMOUNT, _AMOUNT, "", _TEXT)
_JOURNAL = ("[A-Z]{2}", _TEXT, "[1-9][0-9]*", _DAY)
_PIECE = (_VOUCHER, _DAY, _TEXT)
_FEC = (*_JOURNAL, _ACCOUNT, _TEXT, "", "", *_PIECE, _AMOUNT, _AMOUNT, "", "", _DAY, "", "")


class _Line(NamedTuple):
    account: str
    debit_cents: int
    credit_cents: int


class _Entry(NamedTuple):
    voucher: str
    day: str
    lines: tuple[_Line, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    """A file that was read: its rows below the heads, each cell by its head."""

    name: str
    rows: tuple[dict[str, str], ...]

    def entry(self, rows: Sequence[dict[str, str]], heads: Sequence[str]) -> _Entry:
        """That of some rows: voucher, day, account, debit and credit stand under ``heads``."""
        piece, day, account, debit, credit = heads
        lines = tuple(_Line(row[account], _cents(row[debit]), _cents(row[credit])) for row in rows)
        if any((line.debit_cents > 0) == (line.credit_cents > 0) for line in lines):
            raise _broken(self.name, tr("a line has no amount, or two"))
        if sum(line.debit_cents - line.credit_cents for line in lines):
            raise _broken(self.name, tr("an entry does not balance"))
        return _Entry(rows[0][piece], rows[0][day], lines)


def check(batch: Batch, year: date, *, for_paheko: bytes, for_others: bytes) -> None:
    """Hold the two files of an accounting year against their formats, each other and the batch.

    Raises BooksError at the first rule that is broken; it names the file and no value.
    """
    bookings = of_year(batch, year)
    name = fec.file_name(batch, year)
    others = _of_fec(_read(name, for_others, "\t", fec.HEADS, _FEC), batch, year)
    if others != [_of_booking(booking) for booking in bookings]:
        raise _broken(name, tr("it does not say what was booked"))
    name = paheko.file_name(year)
    ours = _of_paheko(_read(name, for_paheko, ";", paheko.HEADS, _PAHEKO))
    slips = {voucher(booking) for booking in bookings if is_slip(booking.entry)}
    if ours != [entry for entry in others if entry.voucher not in slips]:
        raise _broken(name, tr("it does not say what the other file says"))


def _read(
    name: str, data: bytes, separator: str, heads: Sequence[str], cells: Sequence[str]
) -> _Table:
    """A table whose cells are as their patterns want, and short enough."""
    try:
        *lines, end = data.decode().split("\r\n")
    except UnicodeDecodeError:
        raise _broken(name, tr("it is not UTF-8")) from None
    rows = [line.split(separator) for line in lines]
    if end or rows[:1] != [list(heads)]:
        raise _broken(name, tr("its columns or its end are wrong"))
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(heads):
            raise _broken(name, tr("line {number} has too many or too few cells", number=number))
        for head, cell, pattern in zip(heads, row, cells, strict=True):
            if not re.fullmatch(pattern, cell) or len(cell.encode()) > LONGEST_BYTES:
                raise _broken(name, tr("line {number}: a bad {head}", number=number, head=head))
    return _Table(name, tuple(dict(zip(heads, row, strict=True)) for row in rows[1:]))


def _of_paheko(table: _Table) -> list[_Entry]:
    """Its entries: each begins where the first cells are filled."""
    first = paheko.HEADS[: paheko.OF_ENTRY]
    groups: list[list[dict[str, str]]] = []
    for row in table.rows:
        filled = [bool(row[head]) for head in first]
        if all(filled):
            groups.append([])
        elif any(filled) or not groups:
            raise _broken(table.name, tr("an entry begins with too few cells"))
        groups[-1].append(row)
    heads = ("Numéro pièce comptable", "Date", "Numéro compte", "Débit", "Crédit")
    entries = [table.entry(rows, heads) for rows in groups]
    return [entry._replace(day="".join(reversed(entry.day.split("/")))) for entry in entries]


def _of_fec(table: _Table, batch: Batch, year: date) -> list[_Entry]:
    """Its entries, whose numbers follow each other over all journals."""
    same = ("EcritureNum", "JournalCode", "JournalLib", "EcritureDate", "PieceRef", "PieceDate")
    by_entry = groupby(table.rows, key=lambda row: [row[head] for head in same])
    groups = [list(rows) for _, rows in by_entry]
    numbers = [int(rows[0]["EcritureNum"]) for rows in groups]
    if not numbers or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        raise _broken(table.name, tr("the numbers of its entries are not in a row"))
    first, last = f"{year:%Y%m%d}", f"{last_day(year):%Y%m%d}"
    if not all(first <= row["EcritureDate"] <= last for row in table.rows):
        raise _broken(table.name, tr("an entry is of another year"))
    if {row["ValidDate"] for row in table.rows} != {f"{batch.day:%Y%m%d}"}:
        raise _broken(table.name, tr("an entry was not booked on the day of the batch"))
    heads = ("PieceRef", "EcritureDate", "CompteNum", "Debit", "Credit")
    return [table.entry(rows, heads) for rows in groups]


def _of_booking(booking: Booking) -> _Entry:
    lines = (
        _Line(line.account, line.debit_cents, line.credit_cents) for line in booking.entry.lines
    )
    return _Entry(voucher(booking), f"{booking.entry.day:%Y%m%d}", tuple(lines))


def _cents(amount: str) -> int:
    return int(amount.replace(",", ""))


def _broken(name: str, rule: str) -> BooksError:
    message = tr("{file}: {rule}. Nothing of the batch is written.", file=name, rule=rule)
    return BooksError(message)
