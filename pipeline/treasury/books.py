"""The books: what is due is booked, and the files for accounting are written."""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from pipeline.bookkeeping.batches import settings_of
from pipeline.bookkeeping.compare import due
from pipeline.bookkeeping.files import files
from pipeline.bookkeeping.numbering import numbered
from pipeline.bookkeeping.wanted import wanted
from pipeline.config import Accounting
from pipeline.decisions import Fiches
from pipeline.errors import ConfigError, ExportError, InputError
from pipeline.forms.schema import Form
from pipeline.language import tr, why
from pipeline.ledger import Batch, Booking, Ledger, Payable, Payment
from pipeline.paths import PART, write_whole
from pipeline.payments.reference import reference_of
from pipeline.payments.standing import standings
from pipeline.store import Store
from pipeline.treasury.payable import followed, payables

FOLDER = "accounting"


def book(
    store: Store,
    out: Path,
    forms: Mapping[str, Form],
    accounting: Accounting,
    *,
    who: str,
    today: date,
    until: date | None = None,
) -> Batch | None:
    """Book all that is due, and write its files into ``out``; the batch, None where nothing is due.

    Files that a run which was killed could not write are written now. Raises ConfigError,
    StoreError, BooksError and ExportError.
    """

    def bookkeeper(
        fiches: Fiches, money: Ledger, booked: Sequence[Booking], number: int
    ) -> Batch | None:
        payments = followed(money.payments, fiches.filed)
        _check_forms(fiches, payments, forms)
        owing = payables(fiches.filed, standings(fiches.filed, money.payments), forms)
        for payment in payments:
            for name, _ in payment.shares:
                owing.setdefault(name, Payable(name, reference_of(name), "", (), 0))
        entries = wanted(owing, payments, money.slips, accounting)
        bookings = numbered(due(entries, booked, today=today, until=until), booked, accounting)
        if not bookings:
            return None
        accounts = [line.account for booking in bookings for line in booking.entry.lines]
        batch = Batch(number, today, bookings, settings_of(accounting, accounts))
        files(batch)  # checked before it is booked
        return batch

    made = store.book(bookkeeper, who=who)
    with store.alone():
        for number in store.batches():
            batch = store.batch(number)
            if batch is not None and not folder_of(out, number).exists():
                _write(out, batch)
    return made


def _check_forms(fiches: Fiches, payments: Iterable[Payment], forms: Mapping[str, Form]) -> None:
    """Raises ConfigError where a form is missing by which somebody paid: without its tariffs, all
    of that would be taken out of the income."""
    paid = {name for payment in payments for name, _ in payment.shares}
    of = {filed.registration.form_id for filed in fiches.filed if filed.id in paid}
    if missing := sorted(of - forms.keys()):
        raise ConfigError(
            tr(
                "No form {forms}, and registrations of it were paid. Name its folder in "
                "fiches.toml: forms = [...], or that file with --config.",
                forms=", ".join(missing),
            )
        )


def again(store: Store, out: Path, number: int) -> Path:
    """Write the files of a batch once more, byte for byte: their folder. Raises InputError where
    there is no such batch, and ExportError."""
    batch = store.batch(number)
    if batch is None:
        last = max(store.batches(), default=0)
        raise InputError(
            tr("No batch {number} was booked; the last is {last}.", number=number, last=last)
        )
    with store.alone():
        _write(out, batch)
    return folder_of(out, number)


def folder_of(out: Path, number: int) -> Path:
    """Where the files of a batch lie."""
    return out / FOLDER / f"{number:04d}"


def _write(out: Path, batch: Batch) -> None:
    """All files of a batch or none: they are written aside, and put in place at one stroke."""
    folder = folder_of(out, batch.number)
    aside = folder.with_name(f".{folder.name}{PART}")
    try:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        for name, data in files(batch).items():
            write_whole(aside / name, data, durable=True)
        shutil.rmtree(folder, ignore_errors=True)
        aside.rename(folder)
    except OSError as err:
        raise ExportError(
            tr(
                "{path}: cannot be written ({why}). It is booked: free the folder and type fiches "
                "book --again {number}.",
                path=folder,
                why=why(err),
                number=batch.number,
            )
        ) from err
