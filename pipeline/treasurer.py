"""The verbs of the treasurer: payments, the books, letters, the papers of the day."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import system
from pipeline.config import Configuration
from pipeline.errors import ExitCode, InputError
from pipeline.language import tr
from pipeline.terminal import aside, load_flags, print_table, writing

if TYPE_CHECKING:
    from pipeline.forms.schema import Form
    from pipeline.store import Store
    from pipeline.treasury.receive import Taken


def payments(arguments: argparse.Namespace) -> ExitCode:
    """Take statements in, and tell what they brought."""
    from pipeline.treasury.receive import accounts_of, take
    from pipeline.treasury.tables import write_tables

    settings, forms = _known(arguments)
    with writing(arguments.out):
        arguments.out.mkdir(parents=True, exist_ok=True)
    with _opened(arguments) as store:
        accounts = accounts_of(forms.values(), arguments.account or "")
        taken = list(take(arguments.statements, store, accounts))
        snapshot = write_tables(store, arguments.out, [*forms.values()], settings.accounting)
    _print_taken(taken)
    states = [ruling.state for _, ruling in snapshot.ledger.movements]
    print(
        tr(
            "{matched} movements are matched, {confirmed} confirmed, {open} wait for a person: "
            "fiches review shows them.",
            matched=states.count("matched"),
            confirmed=states.count("confirmed"),
            open=states.count("to decide"),
        )
    )
    print(tr("{table}: each movement, and what it pays.", table=arguments.out / "payments.csv"))
    refused = [file for file in taken if file.fault]
    for file in refused:
        aside(file.fault)
    if len(refused) == len(taken):
        return ExitCode.INPUT
    return ExitCode.SOME_REJECTED if refused else ExitCode.OK


def book(arguments: argparse.Namespace) -> ExitCode:
    """Book what is due, or write the files of a batch again."""
    from pipeline.treasury import books

    settings, forms = _known(arguments)
    with _opened(arguments, needed=True) as store:
        if arguments.again is not None:
            print(_wrote(books.again(store, arguments.out, arguments.again)))
            return ExitCode.OK
        batch = books.book(
            store,
            arguments.out,
            forms,
            settings.accounting,
            who=system.user_name(),
            today=_today(),
            until=arguments.until,
        )
    if batch is None:
        print(tr("Nothing is to be booked."))
        return ExitCode.OK
    taken_back = sum(1 for booking in batch.bookings if booking.reverses)
    count = len(batch.bookings)
    print(tr("Batch {number}: {count} entries.", number=batch.number, count=count))
    if taken_back:
        print(tr("{count} of them take back what was booked before.", count=taken_back))
    print(_wrote(books.folder_of(arguments.out, batch.number)))
    return ExitCode.OK


def letters(arguments: argparse.Namespace) -> ExitCode:
    """Draft the letters that are due."""
    from pipeline.decisions import Letter
    from pipeline.treasury.letters import FOLDER, write_letters
    from pipeline.treasury.tables import write_tables

    settings, forms = _known(arguments)
    with _opened(arguments, needed=True) as store:
        write = partial(write_tables, store, arguments.out, [*forms.values()], settings.accounting)
        write()
        due = write_letters(
            store,
            arguments.out,
            forms,
            settings.accounting,
            today=_today(),
            templates=settings.letters,
        )
        drafted = [*due]
        if drafted:
            write()
    kinds = [letter.kind for letter in drafted]
    print(
        tr(
            "{requests} requests for payment and {confirmations} confirmations drafted.",
            requests=kinds.count(Letter.REQUEST),
            confirmations=kinds.count(Letter.CONFIRMATION),
        )
    )
    if drafted:
        folder = arguments.out / FOLDER
        print(tr("{folder}: open each in your mail program, and send it.", folder=folder))
    if nobody := [letter for letter in drafted if not letter.has_address]:
        aside(tr("{count} of them have no address: the fiche has none.", count=len(nobody)))
    return ExitCode.OK


def day(arguments: argparse.Namespace) -> ExitCode:
    """Write the papers of the day of a form's event."""
    from pipeline.forms.schema import find_form
    from pipeline.treasury.day import write_day
    from pipeline.treasury.tables import write_tables

    settings, forms = _known(arguments)
    form = find_form([*forms.values()], arguments.form)
    with _opened(arguments, needed=True) as store:
        tables = write_tables(store, arguments.out, [*forms.values()], settings.accounting)
    for path in write_day(tables, arguments.out, form, settings.accounting):
        print(path)
    return ExitCode.OK


def _known(arguments: argparse.Namespace) -> tuple[Configuration, dict[str, "Form"]]:
    """The settings, and every form by its id."""
    from pipeline.forms.schema import load_forms
    from pipeline.paths import FORMS

    settings = load_flags(arguments)
    return settings, {form.id: form for form in load_forms(FORMS, *settings.forms)}


@contextmanager
def _opened(arguments: argparse.Namespace, *, needed: bool = False) -> Iterator["Store"]:
    """The store of the outputs. Raises InputError where it is ``needed`` and not there."""
    from pipeline.store import Store

    file = arguments.out.absolute() / "fiches.sqlite"
    if needed and arguments.store is None and not file.is_file():
        raise InputError(
            tr("{file} is not there: say with --out or --store where fiches are.", file=file)
        )
    with Store.open(arguments.store or f"sqlite:///{file}") as store:
        yield store


def _print_taken(taken: "list[Taken]") -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table(tr("statement"), tr("format"), tr("from"), tr("to"), tr("movements"), tr("new"))
    for file in taken:
        said = file.statement
        days = (said.first.isoformat(), said.last.isoformat()) if said else ("", "")
        known = tr("known") if file.new is None else str(file.new)
        count = str(len(said.movements)) if said else ""
        name = said.format if said else tr("refused")
        table.add_row(escape(file.path.name), name, *days, count, known if said else "")
    print_table(table)


def _wrote(folder: Path) -> str:
    return tr("{folder}: give these files to your accounting program.", folder=folder)


def _today() -> date:
    return date.today()  # noqa: DTZ011 - the day where the treasurer is
