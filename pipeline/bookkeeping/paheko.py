"""Entries as Paheko imports them, « Complet groupé »: https://paheko.cloud

There is no column for its own numbers or types of entries: where one is empty, Paheko merges all
entries into one, or refuses them. Nothing needs quotes, see ``labels``.
"""

from collections.abc import Iterator
from datetime import date

from pipeline.bookkeeping.batches import account_label, amount, is_slip, of_year, voucher
from pipeline.ledger import Batch, Booking

HEADS = (
    "Libellé",
    "Date",
    "Remarques",
    "Numéro pièce comptable",
    "Numéro compte",
    "Libellé compte",
    "Débit",
    "Crédit",
    "Référence ligne",
    "Libellé ligne",
)
OF_ENTRY = 4
"""So many cells stand on the first line of an entry only, which is how Paheko knows it."""


def file_name(year: date) -> str:
    """``paheko-2018.csv``: by the year in which the accounting year begins."""
    return f"paheko-{year.year}.csv"


def render(batch: Batch, year: date) -> bytes:
    """What a batch has of an accounting year, but for slips of cheques: its « remise » makes them.

    UTF-8, ``;`` between the cells.
    """
    booked = (booking for booking in of_year(batch, year) if not is_slip(booking.entry))
    rows = (row for booking in booked for row in _rows(booking, batch))
    return "".join(";".join(row) + "\r\n" for row in (HEADS, *rows)).encode()


def _rows(booking: Booking, batch: Batch) -> Iterator[tuple[str, ...]]:
    entry = booking.entry
    remark = f"Fiches, lot {batch.number}"
    first = (entry.label, f"{entry.day:%d/%m/%Y}", remark, voucher(booking))
    for place, line in enumerate(entry.lines):
        yield (
            *(first if place == 0 else ("",) * OF_ENTRY),
            line.account,
            account_label(line.account, batch.settings),
            amount(line.debit_cents),
            amount(line.credit_cents),
            "",
            line.label,
        )
