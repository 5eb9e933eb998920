"""What a batch keeps beside its bookings, and what both of its files write alike."""

from collections.abc import Iterable, Mapping
from datetime import date

from pipeline.bookkeeping.accounts import account_name
from pipeline.config import Accounting
from pipeline.ledger import Batch, Booking, Entry
from pipeline.money import cents_text


def settings_of(accounting: Accounting, accounts: Iterable[str]) -> dict[str, str]:
    """What a batch keeps of the settings: ``accounts`` are all that its lines name."""
    named = {_key(acc): account_name(acc, accounting.labels) for acc in sorted(set(accounts))}
    return {
        "siren": accounting.siren,
        "bank": accounting.bank,
        "cheques": accounting.cheques,
        "cash": accounting.cash,
        **named,
    }


def account_label(account: str, settings: Mapping[str, str]) -> str:
    """The name of an account, as the settings of a batch have it."""
    return settings[_key(account)]


def of_year(batch: Batch, year: date) -> list[Booking]:
    """What a batch has of the accounting year that begins on ``year``, by number."""
    bookings = (booking for booking in batch.bookings if booking.year == year)
    return sorted(bookings, key=lambda booking: booking.number)


def is_slip(entry: Entry) -> bool:
    """Whether it takes cheques to the bank, or takes that back."""
    return entry.source.startswith("s")


def voucher(booking: Booking) -> str:
    """``F2018-000012``: names an entry in all files for good, and is in no other program's way."""
    return f"F{booking.year.year}-{booking.number:06d}"


def amount(cents: int) -> str:
    """``1136,30``"""
    return cents_text(cents).replace(".", ",")


def _key(account: str) -> str:
    return f"label {account}"
