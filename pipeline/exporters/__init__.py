"""What comes out: one file an output, found by its name.

An exporter is a module here with ``FILE_NAME`` and ``render(snapshot)``, which gives a text or
bytes, or such a module of another package, which its entry point ``fiches.exporters`` names. It
depends on the snapshot alone, never on the clock or the machine: the same inbox gives the same
bytes. Where its files depend on what the store holds, ``further(snapshot)`` gives these by name,
beside the first; one that it no longer gives is deleted.
"""

import contextlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Protocol, cast

from filelock import FileLock

from pipeline import installed
from pipeline.errors import ExportError, bug_place
from pipeline.forms.announced import by_event
from pipeline.forms.schema import Form
from pipeline.french_event import french_date
from pipeline.language import tr, why
from pipeline.paths import tidy, write_whole
from pipeline.payments.deciding import Matcher, waits
from pipeline.payments.matching import match
from pipeline.snapshot import Snapshot

# https://owasp.org/www-community/attacks/CSV_Injection: a cell that begins like a formula. Also
# after ";", tab or newline, where a spreadsheet set to another separator begins a new cell.
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_FORMULA = re.compile(r"(\A|[;\t\r\n])(?=[\s\"']*[=+@＝＋－＠-]\s*\S)|\A(?='*[\t\r\n])")
_GUARDED = re.compile(r"(\A|[;\t\r\n])'(?=[\s\"']*[=+@＝＋－＠-]\s*\S)|\A'(?='*[\t\r\n])")
LOCK = ".fiches.lock"
"""Beside the outputs, and empty: whoever writes them holds it."""
_FURTHER = ".fiches.tables"
"""Beside the outputs: the names of further files that were written, a line each. Only what stands
there is ever deleted, whatever else is called like it."""


class _Exporter(Protocol):
    FILE_NAME: str

    def render(self, snapshot: Snapshot, /) -> str | bytes: ...


class _Store(Protocol):
    def snapshot(self) -> Snapshot: ...


def names() -> tuple[str, ...]:
    """Every exporter, by name."""
    return tuple(sorted({*_own(), *installed.additions(installed.EXPORTERS)}))


def outputs(out: Path) -> list[Path]:
    """Every file that ``export_all`` writes into a folder."""
    further = sorted(_further_in(out))
    return [out / name for name in (*(of.FILE_NAME for of in _exporters()), *further)]


def export_all(
    store: _Store, out: Path, forms: Sequence[Form] = (), *, matcher: Matcher = match
) -> Snapshot:
    """Write every output into ``out``, and return what they were drawn from.

    ``forms`` are those that what flyers say is held against; ``matcher`` tells what the movements
    may pay that wait for a person.

    Raises ExportError where a file cannot be written; each file is then whole, old or new, and all
    others are new: a table that is open in a spreadsheet (Windows locks it) keeps back no other.
    """
    failures: list[ExportError] = []
    with _alone(out):
        snapshot = store.snapshot()
        snapshot = replace(
            snapshot,
            events=by_event(snapshot.announcements, forms),
            occasions={form.id: occasion(form) for form in forms},
            waits=waits(snapshot.ledger, snapshot.claims, matcher=matcher),
        )
        known, given = _further_in(out), set[str]()
        for name in names():
            files: dict[str, str | bytes] = {}
            with _later(failures):
                files = _rendered(name, _load(name), snapshot)
            # Of one that failed, nobody knows which it would give.
            given |= files.keys() - {_load(name).FILE_NAME} if files else known
            with _later(failures):
                _list_further(out, known | given)
            for file, content in files.items():
                tidy(out / file)
                with _later(failures):
                    write_atomically(out / file, content)
        with _later(failures):
            _list_further(out, given | _not_deleted(out, known - given))
    if failures:
        raise failures[0]
    return snapshot


def occasion(form: Form) -> str:
    """What readers call the event of a form."""
    event = form.event
    return f"{event.name}, {french_date(event.date)}" if event.date else event.name


@contextlib.contextmanager
def _later(failures: list[ExportError]) -> Iterator[None]:
    """Keeps what fails for the end, so that it keeps back no other file."""
    try:
        yield
    except ExportError as err:
        failures.append(err)


def _further_in(out: Path) -> set[str]:
    """The further files that stand in a folder."""
    try:
        names = (out / _FURTHER).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return set()
    return {name for name in names if name == Path(name).name}


def _list_further(out: Path, names: set[str]) -> None:
    """Keep their names, before they are written: a run may be killed at any moment."""
    if names != _further_in(out):
        write_atomically(out / _FURTHER, "".join(f"{name}\n" for name in sorted(names)))


def _not_deleted(out: Path, names: set[str]) -> set[str]:
    """Those that a program keeps open (Windows locks them): the next run deletes them."""
    kept = set()
    for name in names:
        tidy(out / name)
        try:
            (out / name).unlink(missing_ok=True)
        except OSError:
            kept.add(name)
    return kept


def _rendered(name: str, exporter: _Exporter, snapshot: Snapshot) -> dict[str, str | bytes]:
    """What an exporter gives, by the names of its files."""
    further = getattr(exporter, "further", None)
    try:
        first = {exporter.FILE_NAME: exporter.render(snapshot)}
        return {**(further(snapshot) if further else {}), **first}
    except Exception as err:
        if name in _own():
            raise
        raise ExportError(
            tr(
                "{file}: the package that brings the exporter {name!r} failed ({place}). "
                "Mend or remove it, and run again: what was read is kept.",
                file=exporter.FILE_NAME,
                name=name,
                place=bug_place(err),
            )
        ) from err


def _exporters() -> list[_Exporter]:
    return [_load(name) for name in names()]


def _load(name: str) -> _Exporter:
    brought = None if name in _own() else installed.load(installed.EXPORTERS, name)
    return cast(_Exporter, brought or import_module(f"{__name__}.{name}"))


def _own() -> set[str]:
    return {m.name for m in iter_modules(__path__) if not m.name.startswith("_")}


def write_atomically(path: Path, content: str | bytes) -> None:
    """Replace ``path`` by its new content, a text in UTF-8, all or nothing. Raises ExportError."""
    if isinstance(content, str):
        # What is not a character (a byte of a file's name that is not UTF-8) is shown as \udce9.
        content = content.encode("utf-8", "backslashreplace")
    try:
        write_whole(path, content, durable=True)
    except PermissionError as err:
        raise ExportError(
            tr(
                "{path}: cannot be written ({why}). Close it in the program that shows it, or name "
                "another folder with --out, and run again: what was read is kept.",
                path=path,
                why=why(err),
            )
        ) from err
    except OSError as err:
        raise ExportError(
            tr(
                "{path}: cannot be written ({why}). Free some space or name another folder "
                "with --out, and run again: what was read is kept.",
                path=path,
                why=why(err),
            )
        ) from err


def csv_text(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A CSV file: comma, ``\\n``, and no cell that a spreadsheet takes for a formula."""
    guarded_rows = ([guarded(cell) for cell in row] for row in rows)
    return separated((header, *guarded_rows), separator=",", end="\n")


def separated(rows: Iterable[Iterable[str]], *, separator: str, end: str) -> str:
    """Rows of cells as they are, between quotes where a cell needs them."""
    # Python's csv module leaves a lone carriage return bare, and then reads it as the line's end.
    special = re.compile(rf"[{separator}\"\r\n]")

    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"' if special.search(cell) else cell

    return "".join(f"{separator.join(map(quoted, row))}{end}" for row in rows)


def guarded(cell: str) -> str:
    """``cell`` with an apostrophe wherever a spreadsheet would begin a formula.

    A plain number stays as it is, and so does a lone sign ("-"), which computes nothing.
    """
    return cell if _NUMBER.fullmatch(cell) else _FORMULA.sub(r"\1'", cell)


def unguarded(cell: str) -> str:
    """What ``guarded`` was given."""
    return _GUARDED.sub(r"\1", cell)


@contextlib.contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Keeps two processes from writing into one folder at once; the lock ends with its process.

    Raises ExportError where the folder cannot be opened.
    """
    try:
        os.listdir(out)  # noqa: PTH208 - all at once, so that it says now what hinders
    except OSError as err:
        raise ExportError(
            tr(
                "{out}: cannot be opened ({why}). Name another folder with --out.",
                out=out,
                why=why(err),
            )
        ) from err
    lock = FileLock(out / LOCK)
    try:
        # Some network file systems have no such lock: each file is still written whole.
        with contextlib.suppress(OSError):
            lock.acquire()
        yield
    finally:
        lock.release()
