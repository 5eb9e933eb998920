"""Entries as other accounting programs import them: in the columns of the FEC, article A47 A-1 of
the Livre des procédures fiscales. The file holds a batch; it is not the FEC of a year.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from pipeline.bookkeeping.batches import account_label, amount, of_year, voucher
from pipeline.bookkeeping.numbering import last_day
from pipeline.ledger import Batch, Booking, Entry

HEADS = (
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
)
_JOURNALS = {
    "bank": ("BQ", "Banque"),
    "cheques": ("CH", "Chèques à encaisser"),
    "cash": ("CA", "Caisse"),
}
_OTHER_JOURNAL = ("OD", "Opérations diverses")


def file_name(batch: Batch, year: date) -> str:
    """``123456782FEC20181231.txt``: the SIREN, or ``ASSO``, and the last day of the year."""
    return f"{batch.settings['siren'] or 'ASSO'}FEC{last_day(year):%Y%m%d}.txt"


def render(batch: Batch, year: date) -> bytes:
    """What a batch has of an accounting year.

    UTF-8 without a mark, tabs between the cells, CRLF. Auxiliary accounts are empty: programs that
    import put them in the place of the account.
    """
    rows = (row for booking in of_year(batch, year) for row in _rows(booking, batch))
    return "".join("\t".join(row) + "\r\n" for row in (HEADS, *rows)).encode()


def _rows(booking: Booking, batch: Batch) -> Iterator[tuple[str, ...]]:
    day = f"{booking.entry.day:%Y%m%d}"
    for line in booking.entry.lines:
        yield (
            *_journal(booking.entry, batch.settings),
            str(booking.number),
            day,
            line.account,
            account_label(line.account, batch.settings),
            "",
            "",
            voucher(booking),
            day,
            line.label,
            amount(line.debit_cents),
            amount(line.credit_cents),
            "",
            "",
            f"{batch.day:%Y%m%d}",
            "",
            "",
        )


def _journal(entry: Entry, settings: Mapping[str, str]) -> tuple[str, str]:
    """That of its money; what a slip brings to the bank is the bank's."""
    accounts = {line.account for line in entry.lines}
    return next(
        (journal for key, journal in _JOURNALS.items() if settings[key] in accounts),
        _OTHER_JOURNAL,
    )
