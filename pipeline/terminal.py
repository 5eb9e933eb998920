"""What the verbs share: settings from a file and flags, progress, tables."""

import argparse
import codecs
import io
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import system
from pipeline.config import CONFIG, Configuration, Mailbox, Promise, load_settings
from pipeline.errors import ConfigError, ExportError
from pipeline.language import tr, why

if TYPE_CHECKING:
    from rich.table import Table

    from pipeline.fetch import Fetched
    from pipeline.runner import Summary

_LINE_EVERY_S = 5.0
_SHOWN = "fiches-shown"
"""How Python calls the way in which we show what a console cannot."""
_ALIKE = str.maketrans({"’": "'", "œ": "oe", "Œ": "OE", "–": "-", "—": "-", "→": "->"})


@contextmanager
def writing(out: Path) -> Iterator[None]:
    """Turns what the system says of a folder or a disk into an ExportError."""
    try:
        yield
    except OSError as err:
        raise ExportError(tr("{path}: cannot be written ({why}).", path=out, why=why(err))) from err


def load_flags(arguments: argparse.Namespace) -> Configuration:
    """The settings file and the flags. Raises ConfigError, also for a form nobody knows."""
    from pipeline.forms.schema import find_form, load_forms
    from pipeline.judging.members import load_members
    from pipeline.paths import FORMS

    path = arguments.config or (CONFIG if CONFIG.is_file() else None)
    settings = load_settings(path)
    base = path.absolute().parent if path else Path.cwd()
    members = getattr(arguments, "members", None)
    without = getattr(arguments, "without", None)
    targets = getattr(arguments, "target_error", None) or {}
    settings = settings.model_copy(
        update={
            "forms": tuple(base / folder for folder in settings.forms),
            "learned": settings.learned and base / settings.learned,
            "calibration": settings.calibration and base / settings.calibration,
            "members": members.absolute()
            if members
            else settings.members and base / settings.members,
            "without": tuple(without) if without else settings.without,
            "promise": settings.promise.model_copy(update=targets),
            "form": getattr(arguments, "form", None) or settings.form,
            "inbox": settings.inbox and base / settings.inbox,
            "letters": settings.letters and base / settings.letters,
            "mailbox": settings.mailbox and settings.mailbox.in_folder(base),
        }
    )
    forms = load_forms(FORMS, *settings.forms)
    if settings.form is not None:
        find_form(forms, settings.form)
    if settings.members is not None:
        load_members(settings.members)
    return settings


def configured_mailbox(settings: Configuration) -> Mailbox:
    """Raises ConfigError where the settings name none."""
    if settings.mailbox is None:
        raise ConfigError(
            tr(
                "No mailbox is named: write [mailbox] with host and user into {file}; REFERENCE.md "
                "has the other keys.",
                file=CONFIG,
            )
        )
    return settings.mailbox


def ask_password(mailbox: Mailbox) -> str:
    """The password of a mailbox, which lets us in; kept by the key ring, where there is one.

    Raises what ``fetch.reach`` does.
    """
    from getpass import getpass

    from pipeline.fetch import reach
    from pipeline.fetch.password import keep

    names = {"user": mailbox.user, "host": mailbox.host}
    password = getpass(tr("Password of {user} at {host}: ", **names))
    reach(mailbox, password=password)
    if keep(mailbox, password):
        print(tr("The key ring of this system keeps the password."))
    else:
        aside(tr("this system has no key ring: the password is used now, and kept nowhere"))
    return password


def print_fetched(fetched: "Fetched", mailbox: Mailbox, inbox: Path) -> None:
    """What a fetch did, and what to type next."""
    print(tr("{new} new mails in {inbox}.", new=fetched.new, inbox=inbox))
    if fetched.same:
        print(tr("{same} held the same as mails fetched before.", same=fetched.same))
    if fetched.moved:
        print(tr("{moved} moved to {folder}.", moved=fetched.moved, folder=mailbox.move_to))
    if fetched.deleted:
        print(tr("{deleted} left, for they are marked as deleted.", deleted=fetched.deleted))
    for trouble in fetched.troubles:
        aside(trouble)
    if fetched.new:
        print(tr("Type fiches run {inbox} to read them.", inbox=inbox))


def print_summary(summary: "Summary", promise: Promise, out: Path) -> None:
    """What a run did, what it promises, and where its tables are."""
    from rich.table import Table

    from pipeline.judging.error_class import ErrorClass, class_name

    heads = (tr("documents"), tr("read"), tr("accepted"), tr("to review"), tr("rejected"))
    table = Table(*heads, tr("pages a minute"))
    table.add_row(
        *(str(n) for n in (summary.received, summary.read)),
        *(str(n) for n in (summary.accepted, summary.review, summary.rejected)),
        f"{60 * summary.pages / summary.seconds:.0f}" if summary.read else "-",
    )
    print_table(table)
    if summary.fields:
        promised = (
            f"{class_name(error)} {100 * promise.target(error):.3g}%" for error in ErrorClass
        )
        sure = f"{100 * summary.sure // summary.fields}%"  # never all where one is left
        print(
            tr(
                "{sure} of the fields stand without a person; promised are at most so many errors "
                "among them: {promised}.",
                sure=sure,
                promised=", ".join(promised),
            )
        )
    if summary.contradicted:
        contradicted = summary.contradicted
        print(tr("Flyers contradict form.toml ({count}): see report.html.", count=contradicted))
    if summary.judged:
        print(tr("{count} documents read before were judged again.", count=summary.judged))
    tables, report = (out / name for name in ("registrations.xlsx", "report.html"))
    print(
        tr(
            "{table}: open this in a spreadsheet. {report} shows the totals.",
            table=tables,
            report=report,
        )
    )


def jobs(arguments: argparse.Namespace) -> int:
    """How many are drawn or read at a time: as many as there are cores, unless told."""
    return system.cores() if arguments.jobs is None else int(arguments.jobs)


def show_what_can_be_shown() -> None:
    """Let no sentence fail for a character that the console does not have: cp850 has no œ.

    It is shown as one that looks like it, else by its number, as is what is no character in a
    file's name.
    """
    codecs.register_error(_SHOWN, _shown)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_SHOWN)


def _shown(err: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(err, UnicodeEncodeError):
        raise err
    end = err.start + 1
    char = err.object[err.start]
    plain = unicodedata.normalize("NFKD", char.translate(_ALIKE)).encode("ascii", "ignore").decode()
    alone = UnicodeEncodeError(err.encoding, err.object, err.start, end, err.reason)
    return (plain, end) if plain else codecs.backslashreplace_errors(alone)


def aside(line: str) -> None:
    """What is no result: on stderr."""
    print(f"fiches: {line}", file=sys.stderr)


def print_table(table: "Table") -> None:
    from rich.console import Console

    console = Console()
    if console.legacy_windows:  # it would print the codes of the colours
        console = Console(color_system=None)
    with console.capture() as drawn:  # left to print by itself, rich exits on a broken pipe
        console.print(table)
    print(drawn.get(), end="")


@contextmanager
def telling(*, mails: bool = False) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, else a line now and then; on stderr, so that stdout stays the result.

    Documents are read, or else ``mails`` fetched.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    console = Console(stderr=True)
    if console.is_terminal:
        doing = tr("fetching") if mails else tr("reading")
        with Progress(
            doing, BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console
        ) as bar:
            task = bar.add_task(doing, total=None, visible=False)
            yield lambda done, total: bar.update(task, completed=done, total=total, visible=True)
        return
    said_at = time.monotonic()

    def say(done: int, total: int) -> None:
        nonlocal said_at
        now = time.monotonic()
        if done == total or now - said_at >= _LINE_EVERY_S:
            said_at = now
            aside(
                tr("{done} of {total} new mails fetched", done=done, total=total)
                if mails
                else tr("{done} of {total} documents read", done=done, total=total)
            )

    yield say


def share(text: str) -> float:
    """A flag's value strictly between 0 and 1."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(
            tr("{text} is not a share between 0 and 1, such as 0.001", text=text)
        )
    return value


def targets(text: str) -> dict[str, float]:
    """A flag's value as ``money=0.001,identity=0.005``; one share alone is that of all classes."""
    names = list(Promise.model_fields)
    if "=" not in text:
        return dict.fromkeys(names, share(text))
    pairs = (pair.partition("=") for pair in text.split(",") if pair.strip())
    given = [(name.strip(), value.strip()) for name, _, value in pairs]
    if unknown := [name for name, _ in given if name not in names]:
        raise argparse.ArgumentTypeError(
            tr(
                "{unknown} is no class of errors: write {names}",
                unknown=unknown[0],
                names=", ".join(names),
            )
        )
    return {name: share(value) for name, value in given}


def part(text: str) -> float:
    """A flag's value from 0 to 1."""
    return float(text) if text in ("0", "1", "0.0", "1.0") else share(text)


def day(text: str) -> date:
    """A flag's value as ``2018-12-31`` or ``31/12/2018``."""
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        with suppress(ValueError):
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day, not a moment
    raise argparse.ArgumentTypeError(tr("{text} is not a day, such as 2018-12-31", text=text))


def account(text: str) -> str:
    """A flag's value as an IBAN whose check digits are right: a statement that is kept under
    another one would not be known again."""
    from pipeline.forms.constraints import is_iban  # it takes a while to load

    known = "".join(text.split()).upper()
    if is_iban(known):
        return known
    raise argparse.ArgumentTypeError(tr("{text} is no IBAN: look at each digit", text=text))


def whole(text: str) -> int:
    """A flag's value from 0 up."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(tr("{text} is not a whole number from 0 up", text=text))
    return int(text)
