"""Walk the inbox: one receipt a file, mails opened, their attachments laid in the spool."""

import hashlib
import os
import re
import stat
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path, PurePath

from pipeline.errors import (
    DocumentError,
    InputError,
    MailError,
    UnavailableError,
    UnsupportedError,
)
from pipeline.records import Envelope, Received, Rejection, Source
from pipeline.stages import raster
from pipeline.stages.filekind import Kind, kind_of, refusal
from pipeline.stages.mail import Mail, Piece, open_mail, split_mbox
from pipeline.stages.naming import clean_name, unique_name

Refusal = tuple[str, Rejection]
Walked = tuple[str, Path, DocumentError | None]
"""A file's name, where it lies, and why it is not even opened."""

_SYSTEM_FILES = ("thumbs.db", "desktop.ini")
_DOWNLOADING = (".part", ".crdownload", ".tmp", ".download", ".partial")
_NOISE_SUFFIXES = (".ics", ".vcf", ".htm", ".html", ".txt", ".asc", ".sig", ".p7s")
_NOISE_TYPES = ("application/pkcs7-signature", "application/x-pkcs7-signature")
_PLAIN_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")
_OUTLOOK_PICTURE = re.compile(r"image\d{3}\.\w+$")
_LOGO_SHORT_PX, _LOGO_LONG_PX, _LOGO_BYTES = 300, 500, 12_000


@dataclass(frozen=True, slots=True)
class _Brought:
    """What a file or a mail brings."""

    sources: tuple[Source, ...] = ()
    refusals: tuple[Refusal, ...] = ()

    def __add__(self, other: "_Brought") -> "_Brought":
        return _Brought(self.sources + other.sources, self.refusals + other.refusals)

    def __bool__(self) -> bool:
        return bool(self.sources or self.refusals)


def discover(
    inbox: Path, spool: Path, *, known: Mapping[str, Received], outputs: Collection[Path] = ()
) -> Iterator[Received]:
    """Yield one receipt for each file below ``inbox``, in the order of their names.

    A file that looks as it did in ``known`` is not read again, unless it was unavailable.
    Attachments are written into ``spool``, under their sha256. The spool and the ``outputs``, files
    or folders, are no input though they lie in the inbox. Raises InputError where the inbox is
    missing, is no folder, or holds no file; what is wrong with one file is a rejection.
    """
    inbox, spool = inbox.absolute(), spool.absolute()
    if not inbox.is_dir():
        state = "is not a folder" if inbox.exists() else "does not exist"
        raise InputError(f"{inbox} {state}: name the folder that holds the scans and mails.")
    empty = True
    ours = frozenset(path.resolve() for path in (spool, *outputs))
    for name, path, trouble in _walk(inbox, ours):
        empty = False
        yield _receive(name, path, trouble, spool, known.get(name))
    if empty:
        raise InputError(f"{inbox} holds no file: put scans and mails into it and run again.")


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
                raise InputError(f"{inbox} cannot be opened ({err.strerror}).") from err
            unreadable = "Dossier impossible à ouvrir : vérifier les droits d'accès et relancer."
            yield name, path, UnavailableError(unreadable)
            continue
        real = path.resolve()
        taken: set[str] = set()
        children: list[Walked] = []
        for label, child in entries:
            if _is_passed_over(child.name) or real / child.name in ours:
                continue
            label = f"{name}/{unique_name(label, taken)}".lstrip("/")
            children.append((label, child, _loop(child, inbox, seen)))
        waiting.extend(reversed(children))


def _is_dir(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _is_passed_over(name: str) -> bool:
    return name.startswith((".", "~$")) or name.lower() in _SYSTEM_FILES


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
    name: str, path: Path, trouble: DocumentError | None, spool: Path, known: Received | None
) -> Received:
    try:
        before = path.stat()
    except OSError:
        return _refused(Received(name, 0, 0), trouble or _unavailable())
    receipt = Received(name, before.st_size, before.st_mtime_ns)
    if trouble:
        return _refused(receipt, trouble)
    if known and _stands(known, receipt, path, spool):
        return known
    try:
        brought = _read(name, path, before, spool)
        after = path.stat()
    except DocumentError as err:
        return _refused(receipt, err)
    except OSError:
        return _refused(receipt, _unavailable())
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        return _refused(receipt, _still_written())
    return replace(receipt, sources=brought.sources, rejections=brought.refusals)


def _stands(known: Received, now: Received, path: Path, spool: Path) -> bool:
    """Whether what was read then is what would be read now."""
    return (
        (known.size, known.mtime_ns) == (now.size, now.mtime_ns)
        and all(r.kind != UnavailableError.kind for _, r in known.rejections)
        and all(
            source.path == path or (source.path.parent == spool and source.path.is_file())
            for source in known.sources
        )
    )


def _refused(receipt: Received, error: DocumentError) -> Received:
    return replace(receipt, rejections=(_refusal(receipt.name, error),))


def _refusal(name: str, error: DocumentError) -> Refusal:
    return name, Rejection(error.kind, str(error))


def _unavailable() -> UnavailableError:
    return UnavailableError(
        "Le fichier ne peut pas être ouvert (déplacé, supprimé ou protégé) : vérifier qu'il est "
        "en place et lisible ; il sera repris au prochain lancement."
    )


def _still_written() -> UnavailableError:
    return UnavailableError(
        "Le fichier est encore en cours d'écriture : il sera repris au prochain lancement."
    )


def _read(name: str, path: Path, status: os.stat_result, spool: Path) -> _Brought:
    """Open one file of the inbox. Raises DocumentError or OSError."""
    if not stat.S_ISREG(status.st_mode):
        raise UnsupportedError("Ce n'est pas un fichier ordinaire : le retirer du dossier.")
    if path.suffix.lower() in _DOWNLOADING:
        raise _still_written()
    with path.open("rb") as file:
        kind = kind_of(file, path.name)
        if kind in (Kind.PDF, Kind.IMAGE):
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            return _Brought((Source(name, path, sha256),))
        if kind in (Kind.EML, Kind.MSG):
            return _unpacked_or_refused(open_mail(file.read(), kind), name, spool)
    if kind is not Kind.MBOX:
        raise refusal(kind)
    brought = _Brought()
    for number, data in enumerate(split_mbox(path), 1):
        label = f"{name}!{number}"
        try:
            brought += _unpacked_or_refused(open_mail(data, Kind.EML), label, spool)
        except DocumentError as err:
            brought += _Brought(refusals=(_refusal(label, err),))
    return brought


def _unpacked_or_refused(mail: Mail, name: str, spool: Path) -> _Brought:
    return _unpacked(mail, name, None, spool) or _Brought(refusals=(_bare(name),))


def _bare(name: str) -> Refusal:
    return _refusal(
        name,
        MailError(
            "Ce courriel n'apporte aucune fiche (ni PDF, ni image en pièce jointe) : "
            "le lire, et demander la fiche à l'expéditeur s'il y a lieu."
        ),
    )


def _unpacked(mail: Mail, name: str, outer: Envelope | None, spool: Path) -> _Brought:
    """What a mail and the mails in it bring; nothing where there is nothing to read."""
    envelope = _inherited(mail.envelope, outer)
    direct, nested = _Brought(), _Brought()
    bare: list[Refusal] = []
    taken: set[str] = set()
    for piece in mail.pieces:
        label = f"{name}!{unique_name(clean_name(piece.name), taken)}"
        match piece.content:
            case Mail() as mail_within:
                inner = _unpacked(mail_within, label, envelope, spool)
                nested += inner
                bare += [] if inner else [_bare(label)]
            case DocumentError() as err:
                direct += _Brought(refusals=(_refusal(label, err),))
            case bytes() as data:
                direct += _attachment(piece, data, label, envelope, spool)
    # Beside a fiche, a bare mail is one being answered; without, it is one that forgot its fiche.
    if not direct.sources:
        nested += _Brought(refusals=tuple(bare))
    return direct + nested


def _inherited(envelope: Envelope, outer: Envelope | None) -> Envelope:
    if outer is None:
        return envelope
    return Envelope(
        envelope.sender or outer.sender,
        envelope.subject or outer.subject,
        envelope.received_at or outer.received_at,
        f"{envelope.said}\n{outer.said}",
    )


def _attachment(piece: Piece, data: bytes, label: str, envelope: Envelope, spool: Path) -> _Brought:
    """A document, a line for what a person must look at, or nothing."""
    kind, suffix = kind_of(BytesIO(data), label), PurePath(label).suffix.lower()
    if kind is Kind.IMAGE and _is_logo(piece, data):
        return _Brought()
    if kind in (Kind.PDF, Kind.IMAGE):
        sha256 = hashlib.sha256(data).hexdigest()
        path = spool / (sha256 + (suffix if _PLAIN_SUFFIX.fullmatch(suffix) else ""))
        try:
            _write(data, path)
        except OSError:
            return _Brought(refusals=(_refusal(label, _not_copied()),))
        return _Brought((Source(label, path, sha256, envelope),))
    is_noise = suffix in _NOISE_SUFFIXES or piece.media_type in _NOISE_TYPES
    if kind is Kind.TEXT or (is_noise and kind in (Kind.OTHER, Kind.EMPTY)):
        return _Brought()
    return _Brought(refusals=(_refusal(label, refusal(kind)),))


def _is_logo(piece: Piece, data: bytes) -> bool:
    """Whether a picture belongs to the text of the mail, or to its signature."""
    if not (piece.inline or _OUTLOOK_PICTURE.match(piece.name)):
        return False
    try:
        with raster.open_image(data) as image:
            short_px, long_px = sorted(image.size)
    except DocumentError:
        return False
    small = short_px < _LOGO_SHORT_PX or long_px < _LOGO_LONG_PX
    return small or len(data) < _LOGO_BYTES


def _write(data: bytes, path: Path) -> None:
    """Write a file at once or not at all; one that is there has the same bytes by its name."""
    if path.is_file() and path.stat().st_size == len(data):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _not_copied() -> UnavailableError:
    return UnavailableError(
        "La pièce jointe n'a pas pu être copiée (disque plein ou protégé) : libérer de la place ; "
        "elle sera reprise au prochain lancement."
    )
