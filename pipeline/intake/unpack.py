"""One file of the inbox opened: the documents in it laid in the spool, a line for each other piece.

Mails and files inside a PDF come from anywhere: a run has a guarded child open them, one task at a
time, so that a hostile one costs its own line.
"""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import BinaryIO

from pipeline.config import Settings
from pipeline.errors import (
    DamagedError,
    DocumentError,
    MailError,
    TooLargeError,
    UnavailableError,
)
from pipeline.intake import mailbox
from pipeline.intake.attached import held_files
from pipeline.intake.brought import Brought, Opening, refused
from pipeline.intake.filekind import Kind, kind_of, refusal
from pipeline.intake.mail import MAX_DEPTH, Mail, Piece, open_mail, opened, too_deep
from pipeline.intake.mime import Allowance
from pipeline.intake.naming import clean_name, unique_name
from pipeline.intake.pdfnames import FILE_NAMES, holds
from pipeline.intake.pieces import document_kind
from pipeline.paths import write_whole
from pipeline.records import Envelope, Source

_MOST_BYTES = 150_000_000
_PLAIN_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")


def unpack(task: Opening, settings: Settings) -> Brought:
    """What a file brings, or where the mails of a mailbox lie in it. A ``guard``'s work.

    Raises DocumentError for what is wrong with the file as a whole, and OSError.
    """
    del settings  # a guard's work gets them; nothing here depends on them
    try:
        with task.path.open("rb") as file:
            return _unpack(task, file)
    except (DocumentError, OSError):
        raise
    except MemoryError:
        raise TooLargeError(
            "Ce fichier demande trop de mémoire pour être ouvert : en enregistrer les fiches à "
            "part et les déposer dans le dossier."
        ) from None
    except Exception as err:  # damaged or hostile files make the parsers raise anything
        raise DamagedError("Fichier abîmé : demander un nouvel envoi.") from err


def _unpack(task: Opening, file: BinaryIO) -> Brought:
    room = _Room(task.spool, Allowance())
    if task.span is not None:
        start, end = task.span
        data = _read(file, start, end)
        if mailbox.is_deleted(data):
            return refused(task.name, _deleted())
        mail = open_mail(mailbox.unquoted(data), Kind.EML, allowance=room.allowance)
        return _brought_or_bare(mail, task.name, room)
    kind, size = kind_of(file, task.path.name), file.seek(0, os.SEEK_END)
    if kind in (Kind.EML, Kind.MBOX):
        mails = tuple(mailbox.mails(file))
        if len(mails) > 1 or (kind is Kind.MBOX and task.path.suffix.lower() != ".eml"):
            return Brought(mails=mails)
    if kind not in (Kind.EML, Kind.MBOX, Kind.MSG, Kind.SIGNED, Kind.PDF):
        raise refusal(kind)
    data = _read(file, 0, size)
    if kind is Kind.PDF:
        source = Source(task.name, task.path, hashlib.sha256(data).hexdigest())
        return _with_files(source, data, room, depth=1)
    if kind is Kind.SIGNED:
        content = opened(data, task.path.name, "", 0, room.allowance)
        if isinstance(content, Mail):
            return _brought_or_bare(content, task.name, room)
        return _one(Piece(task.path.name, content), task.name, None, room, depth=1)
    mail = open_mail(data, Kind.EML if kind is Kind.MBOX else kind, allowance=room.allowance)
    return _brought_or_bare(mail, task.name, room)


@dataclass(frozen=True, slots=True)
class _Room:
    """Where attachments go, and how many there may still be."""

    spool: Path
    allowance: Allowance


def _read(file: BinaryIO, start: int, end: int) -> bytes:
    if end - start > _MOST_BYTES:
        raise TooLargeError(
            f"Fichier ou courriel de {(end - start) // 1_000_000} Mo, trop grand pour être lu : "
            "en enregistrer les fiches à part et les déposer dans le dossier."
        )
    file.seek(start)
    return file.read(end - start)


def _deleted() -> MailError:
    return MailError(
        "Ce courriel était marqué comme supprimé dans la messagerie : il n'a pas été lu. "
        "S'il compte, l'y rétablir et l'enregistrer à nouveau dans le dossier."
    )


def _brought_or_bare(mail: Mail, name: str, room: _Room) -> Brought:
    return _brought(mail, name, None, room, depth=1) or _bare(name, mail.envelope)


def _bare(name: str, envelope: Envelope) -> Brought:
    return refused(
        name,
        MailError(
            "Ce courriel n'apporte aucune fiche (ni PDF, ni image en pièce jointe) : "
            "le lire, et demander la fiche à l'expéditeur s'il y a lieu."
        ),
        envelope,
    )


def _brought(mail: Mail, name: str, outer: Envelope | None, room: _Room, *, depth: int) -> Brought:
    """What a mail and the mails in it bring; nothing where there is nothing to read."""
    envelope = _inherited(mail.envelope, outer)
    direct, nested, bare = Brought(), Brought(), Brought()
    for remark in mail.remarks:
        direct += refused(name, remark, envelope)
    taken: set[str] = set()
    for piece in mail.pieces:
        label = f"{name}!{unique_name(clean_name(piece.name), taken)}"
        if isinstance(piece.content, Mail):
            inner = _brought(piece.content, label, envelope, room, depth=depth + 1)
            nested += inner
            own = _inherited(piece.content.envelope, envelope)
            bare += Brought() if inner else _bare(label, own)
        else:
            direct += _one(piece, label, envelope, room, depth=depth)
    # Beside a fiche, a bare mail is one being answered; without, it is one that forgot its fiche.
    return direct + nested if direct.sources else direct + nested + bare


def _inherited(envelope: Envelope, outer: Envelope | None) -> Envelope:
    if outer is None:
        return envelope
    return Envelope(
        envelope.sender or outer.sender,
        envelope.subject or outer.subject,
        envelope.received_at or outer.received_at,
        f"{envelope.said}\n{outer.said}",
    )


def _one(
    piece: Piece, label: str, envelope: Envelope | None, room: _Room, *, depth: int
) -> Brought:
    """What a piece is, but for a mail: a document, a line for a person, or nothing."""
    match piece.content:
        case Mail() as mail:
            inner = _brought(mail, label, envelope, room, depth=depth + 1)
            return inner or _bare(label, _inherited(mail.envelope, envelope))
        case DocumentError() as err:
            return refused(label, err, envelope)
        case bytes() as data:
            try:
                kind = document_kind(piece, data)
            except DocumentError as err:
                return refused(label, err, envelope)
    if kind is None:
        return Brought()
    sha256 = hashlib.sha256(data).hexdigest()
    suffix = PurePath(label).suffix.lower()
    path = room.spool / (sha256 + (suffix if _PLAIN_SUFFIX.fullmatch(suffix) else ""))
    try:
        _write(data, path)
    except OSError:
        return refused(label, _not_copied(), envelope)
    source = Source(label, path, sha256, envelope)
    if kind is Kind.PDF and holds(data, FILE_NAMES):
        return _with_files(source, data, room, depth=depth)
    return Brought((source,))


def _with_files(source: Source, data: bytes, room: _Room, *, depth: int) -> Brought:
    """A PDF and the files attached in it; of a portfolio with documents, these alone."""
    held = held_files(data)
    inner = Brought()
    taken: set[str] = set()
    for name, content in held.files:
        label = f"{source.document}!{unique_name(clean_name(name), taken)}"
        if content is None:
            inner += refused(label, _not_had(), source.envelope)
            continue
        if depth >= MAX_DEPTH:
            return Brought((source,)) + refused(label, too_deep(), source.envelope)
        room.allowance.take()
        piece = Piece(name, opened(content, name, "", depth, room.allowance))
        inner += _one(piece, label, source.envelope, room, depth=depth + 1)
    return inner if held.is_cover and inner.sources else Brought((source,)) + inner


def _not_had() -> DamagedError:
    return DamagedError(
        "Fichier joint à l'intérieur du PDF, impossible à en extraire : ouvrir le PDF, enregistrer "
        "ce fichier et le déposer dans le dossier."
    )


def _write(data: bytes, path: Path) -> None:
    """Write a file at once or not at all; one that is there has the same bytes by its name."""
    if path.is_file() and path.stat().st_size == len(data):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, data)


def _not_copied() -> UnavailableError:
    return UnavailableError(
        "La pièce jointe n'a pas pu être copiée (disque plein ou protégé) : libérer de la place ; "
        "elle sera reprise au prochain lancement."
    )
