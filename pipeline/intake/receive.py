"""Walk the inbox: one receipt a file. What must be opened (mails, mostly) is opened by others."""

import hashlib
import os
import stat
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from pipeline.config import Settings
from pipeline.errors import (
    DocumentError,
    EmptyInboxError,
    InputError,
    MailError,
    UnavailableError,
    UnsupportedError,
)
from pipeline.intake.brought import Brought, Opening, refused
from pipeline.intake.filekind import DOCUMENTS, HEAD_BYTES, Kind, head_kind, refusal
from pipeline.intake.mailbox import MOST_MAILS
from pipeline.intake.naming import clean_name, is_passed_over, unique_name
from pipeline.intake.pdfnames import scanned
from pipeline.language import tr, why
from pipeline.records import Received, Source

Walked = tuple[str, Path, DocumentError | None]
"""A file's name, where it lies, and why it is not even opened."""
Opener = Callable[[Opening], Brought]
"""Raises DocumentError for what is wrong with a file as a whole, and OSError."""

_DOWNLOADING = (".part", ".crdownload", ".tmp", ".download", ".partial")
_OPENED = (Kind.EML, Kind.MSG, Kind.MBOX, Kind.SIGNED, Kind.COMPOUND)


def open_here(task: Opening) -> Brought:
    """Open a file in this process, for debuggers and tests."""
    from pipeline.intake.unpack import unpack

    return unpack(task, Settings())


def open_alone(path: Path, spool: Path) -> Brought:
    """What one file brings, in an inbox or not. Raises DocumentError."""
    try:
        return _read(Opening(path.name, path.absolute(), spool), path.stat(), open_here)
    except OSError as err:
        raise _unavailable() from err


def discover(
    inbox: Path,
    spool: Path,
    *,
    known: Mapping[str, Received],
    outputs: Collection[Path] = (),
    opener: Opener = open_here,
) -> Iterator[Received]:
    """Yield one receipt for each file below ``inbox``, in the order of their names.

    A file that looks as it did in ``known`` is not read again, unless it was unavailable.
    ``opener`` opens what is no plain scan; attachments are written into ``spool``. The spool and
    the ``outputs``, files or folders, are no input though they lie in the inbox. Raises InputError
    where the inbox is missing, is no folder, or holds no file; what is wrong with one file is a
    rejection.
    """
    inbox, spool = inbox.absolute(), spool.absolute()
    if not inbox.is_dir():
        raise InputError(
            tr(
                "{inbox} is not a folder: name the folder that holds the scans and mails.",
                inbox=inbox,
            )
            if inbox.exists()
            else tr(
                "{inbox} does not exist: name the folder that holds the scans and mails.",
                inbox=inbox,
            )
        )
    empty = True
    ours = frozenset(path.resolve() for path in (spool, *outputs))
    for name, path, trouble in _walk(inbox, ours):
        empty = False
        yield _receive(Opening(name, path, spool), trouble, known.get(name), opener)
    if empty:
        raise EmptyInboxError(
            tr("{inbox} holds no file: put scans and mails into it and run again.", inbox=inbox)
        )


def lying(inbox: Path, outputs: Collection[Path]) -> frozenset[tuple[str, int, int]]:
    """The files that a run would find below ``inbox``, as far as they can be seen: where each is,
    how large (bytes), and when it changed (ns)."""
    files = []
    ours = frozenset(path.resolve() for path in outputs)
    with suppress(InputError):
        for _, path, trouble in _walk(inbox.absolute(), ours):
            with suppress(OSError):  # taken away just now
                seen = path.stat() if trouble is None else path.lstat()
                files.append((str(path), seen.st_size, seen.st_mtime_ns))
    return frozenset(files)


def _walk(inbox: Path, ours: frozenset[Path]) -> Iterator[Walked]:
    """Every file below the inbox with its name for people; folders are never walked twice."""
    seen = {inbox.resolve()}
    waiting: list[Walked] = [("", inbox, None)]
    while waiting:
        name, path, trouble = waiting.pop()
        if trouble or not _is_dir(path):
            yield name, path, trouble
            continue
        try:
            entries = sorted((clean_name(child.name), child) for child in path.iterdir())
        except OSError as err:
            if not name:
                raise InputError(
                    tr("{inbox} cannot be opened ({why}).", inbox=inbox, why=why(err))
                ) from err
            unreadable = "Dossier impossible à ouvrir : vérifier les droits d'accès et relancer."
            yield name, path, UnavailableError(unreadable)
            continue
        taken: set[str] = set()
        children: list[Walked] = []
        for label, child in entries:
            if is_passed_over(child.name) or _is_ours(child, ours):
                continue
            label = f"{name}/{unique_name(label, taken)}".lstrip("/")
            children.append((label, child, _loop(child, inbox, seen)))
        waiting.extend(reversed(children))


def _is_ours(child: Path, ours: Collection[Path]) -> bool:
    """Whether it is one of these files and folders, however the file system writes its name."""
    alike = (path for path in ours if _written(path) == _written(child))
    with suppress(OSError):  # not there yet, or not any more
        return any(path.exists() and path.samefile(child) for path in alike)
    return False


def _written(path: Path) -> str:
    """macOS takes apart what is accented; there and on Windows, case says nothing."""
    return unicodedata.normalize("NFC", path.name).casefold()


def _is_dir(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _loop(path: Path, inbox: Path, seen: set[Path]) -> DocumentError | None:
    """Why a link to a folder is not followed: what it leads to is walked already, or holds it."""
    if not path.is_symlink() or not _is_dir(path):
        return None
    target, root = path.resolve(), inbox.resolve()
    if target in seen or target.is_relative_to(root) or root.is_relative_to(target):
        return UnavailableError(
            "Ce raccourci ramène à un dossier déjà parcouru : il n'est pas suivi. Le supprimer."
        )
    seen.add(target)
    return None


def _receive(
    task: Opening, trouble: DocumentError | None, known: Received | None, opener: Opener
) -> Received:
    try:
        before = task.path.stat()
    except OSError:
        return _refused(Received(task.name, 0, 0), trouble or _unavailable())
    receipt = Received(task.name, before.st_size, before.st_mtime_ns)
    if trouble:
        return _refused(receipt, trouble)
    if known and _stands(known, receipt, task):
        return known
    try:
        brought = _read(task, before, opener)
        after = task.path.stat()
    except DocumentError as err:
        return _refused(receipt, err)
    except OSError:
        return _refused(receipt, _unavailable())
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        return _refused(receipt, _still_written())
    return replace(receipt, sources=brought.sources, rejections=brought.refusals)


def _stands(known: Received, now: Received, task: Opening) -> bool:
    """Whether what was read then is what would be read now."""
    return (
        (known.size, known.mtime_ns) == (now.size, now.mtime_ns)
        and all(r.kind != UnavailableError.kind for _, r in known.rejections)
        and all(
            source.path == task.path or (source.path.parent == task.spool and source.path.is_file())
            for source in known.sources
        )
    )


def _refused(receipt: Received, error: DocumentError) -> Received:
    return replace(receipt, rejections=refused(receipt.name, error).refusals)


def _unavailable() -> UnavailableError:
    return UnavailableError(
        "Le fichier ne peut pas être ouvert (déplacé, supprimé ou protégé) : vérifier qu'il est "
        "en place et lisible ; il sera repris au prochain lancement."
    )


def _still_written() -> UnavailableError:
    return UnavailableError(
        "Le fichier est encore en cours d'écriture : il sera repris au prochain lancement."
    )


def _read(task: Opening, status: os.stat_result, opener: Opener) -> Brought:
    """What one file of the inbox brings. Raises DocumentError or OSError."""
    if not stat.S_ISREG(status.st_mode):
        raise UnsupportedError("Ce n'est pas un fichier ordinaire : le retirer du dossier.")
    if task.path.suffix.lower() in _DOWNLOADING:
        raise _still_written()
    with task.path.open("rb") as file:
        kind = head_kind(file.read(HEAD_BYTES), task.path.suffix.lower())
        file.seek(0)
        if kind is Kind.PDF:
            sha256, may_hold_files = scanned(file)
            plain = Brought((Source(task.name, task.path, sha256),))
            return _with_files(task, plain, opener) if may_hold_files else plain
        if kind in DOCUMENTS:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            return Brought((Source(task.name, task.path, sha256),))
    if kind not in _OPENED:
        raise refusal(kind)
    brought = opener(task)
    for number, span in enumerate(brought.mails, 1):
        name = f"{task.name}!{number}"
        brought += _mail(replace(task, name=name, span=span), opener, number)
    return brought


def _mail(task: Opening, opener: Opener, number: int) -> Brought:
    """What a mail of a mailbox brings: a hostile one costs its own line."""
    if number > MOST_MAILS:
        return refused(task.name, _too_many())
    try:
        return opener(task)
    except DocumentError as err:
        return refused(task.name, err)


def _with_files(task: Opening, plain: Brought, opener: Opener) -> Brought:
    """A PDF and the files in it; it is read itself even if these cannot be had."""
    try:
        return opener(task)
    except DocumentError as err:
        return plain + refused(task.name, err)


def _too_many() -> MailError:
    return MailError(
        f"Boîte aux lettres de plus de {MOST_MAILS} courriels : les suivants n'ont pas été lus. "
        "La découper, et déposer le reste dans le dossier."
    )
