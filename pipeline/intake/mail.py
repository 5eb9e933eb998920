"""Mails opened: who sent them, when, and the pieces they bring. Nothing here touches the disk."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from io import BytesIO
from mimetypes import guess_extension
from urllib.parse import unquote

from pipeline.errors import DamagedError, DocumentError, MailError
from pipeline.intake import lost, mailbox, mime, smime, transfer
from pipeline.intake.filekind import Kind, as_utf8, kind_of, refusal
from pipeline.intake.mime import Allowance, Part
from pipeline.intake.naming import readable, unmarked
from pipeline.records import Envelope

MAX_DEPTH = 10
"""Mails in mails are opened to this depth."""
_MOST_SAID = 20_000
"""So much of a mail's own text is looked at, in bytes."""
_MOST_HTML = 10_000_000
_MAILS = ("message/rfc822", "message/global", "message/news")
_COUNTED = re.compile(rb"\s*(\d{1,12})[ \t]*\r?\n")
_ENTITY = re.compile(rb"\s*(?:content-[\w-]+|mime-version)[ \t]*:", re.IGNORECASE)
_SHOWN = re.compile(rb"cid:([^\"'\s<>)]+)", re.IGNORECASE)
# What is not closed goes on to the end, as in a browser: nothing is looked for twice.
_UNSHOWN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(style|script|title)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.I
)
_LINE_ENDS = re.compile(
    r"</?(?:br|hr|p|div|table|tr|ul|ol|li|h[1-6]|blockquote)\b[^>]*(?:>|\Z)", re.I
)
_CELL_ENDS = re.compile(r"</t[dh]\b[^>]*(?:>|\Z)", re.I)
_TAG = re.compile(r"<[a-z/!?][^>]*(?:>|\Z)", re.I)
_BLANK_LINES = re.compile(r"\n\s*\n")
_NO_SIGN = re.compile(r"&#(?:\d{8,}|x[\da-f]{7,});?", re.I)
"""Larger than any character; ``unescape`` takes no number of any length."""
_ARMOURED = re.compile(r"^-----BEGIN PGP MESSAGE-----", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Piece:
    """One attachment: its bytes, the mail it is, or why it cannot be had.

    ``inline`` marks one that is to be seen with the text of the mail, ``shown`` one that this text
    shows by its identity (a logo, mostly).
    """

    name: str
    content: "bytes | Mail | DocumentError"
    media_type: str = "application/octet-stream"
    inline: bool = False
    shown: bool = False


@dataclass(frozen=True, slots=True)
class Mail:
    """``remarks`` are about the mail itself: what its text says of files that it does not bring."""

    envelope: Envelope
    pieces: tuple[Piece, ...]
    remarks: tuple[DocumentError, ...] = ()


def open_mail(
    data: bytes, kind: Kind, *, depth: int = 1, allowance: Allowance | None = None
) -> Mail:
    """Open a mail of kind EML or MSG; the mails of an MBOX are its pieces.

    Raises DamagedError, and MailError below MAX_DEPTH or for a mail of more pieces than allowed.
    """
    if depth > MAX_DEPTH:
        raise too_deep()
    allowance = allowance or Allowance()
    try:
        if kind is Kind.MSG:
            from pipeline.intake.outlook import outlook_mail

            return outlook_mail(data, depth, allowance)
        if kind is Kind.MBOX:
            return _mailbox(data, depth, allowance)
        return _internet_mail(mime.parsed(_bare(data), allowance), depth, allowance)
    except (DocumentError, MemoryError):
        raise
    except Exception as err:  # damaged mails make the parsers raise anything
        raise DamagedError("Courriel abîmé : le faire suivre à nouveau.") from err


def too_deep() -> MailError:
    return MailError(
        f"Courriels joints les uns aux autres sur plus de {MAX_DEPTH} niveaux : "
        "enregistrer la fiche à part et la déposer dans le dossier."
    )


def opened(
    data: bytes, name: str, media_type: str, depth: int, allowance: Allowance
) -> bytes | Mail | DocumentError:
    """The mail that an attached file is, or why it cannot be read; otherwise its bytes."""
    kind = kind_of(BytesIO(data), name)
    is_text = media_type.startswith("text/") and not name.lower().endswith((".eml", ".emlx"))
    try:
        if kind is Kind.SIGNED:
            return _unsigned(data, name, media_type, depth, allowance)
        if _ENTITY.match(data) and name.lower().endswith(".p7m"):  # Outlook takes it out itself
            return open_mail(data, Kind.EML, depth=depth + 1, allowance=allowance)
        if kind is Kind.MSG or (kind in (Kind.EML, Kind.MBOX) and not is_text):
            return open_mail(data, kind, depth=depth + 1, allowance=allowance)
    except DocumentError as err:
        return err
    return data


def unquoted(text: str) -> str:
    """What the sender wrote, without what is quoted, as far as it is looked at."""
    lines = unmarked(text[:_MOST_SAID]).splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith(">"))


def remarks_on(said: str) -> tuple[DocumentError, ...]:
    """What the text of a mail says of files that the mail does not bring."""
    locked = refusal(Kind.PGP) if _ARMOURED.search(said) else None
    return tuple(remark for remark in (locked, lost.removal_in(said), lost.link_in(said)) if remark)


def _unsigned(
    data: bytes, name: str, media_type: str, depth: int, allowance: Allowance
) -> bytes | Mail | DocumentError:
    """What a container of S/MIME holds: mostly a mail, at times a file. Raises DocumentError."""
    if depth >= MAX_DEPTH:
        raise too_deep()
    inner = smime.unsigned(data)
    if _ENTITY.match(inner):
        return open_mail(inner, Kind.EML, depth=depth + 1, allowance=allowance)
    return opened(inner, name.removesuffix(".p7m"), media_type, depth + 1, allowance)


def _bare(data: bytes) -> bytes:
    """The mail itself, without Apple's count of its bytes before it and the list behind it."""
    data = as_utf8(data)
    counted = _COUNTED.match(data)
    return data[counted.end() :][: int(counted[1])] if counted else data


def _mailbox(data: bytes, depth: int, allowance: Allowance) -> Mail:
    pieces = []
    for number, (start, end) in enumerate(mailbox.mails(BytesIO(data)), 1):
        try:
            mail = mailbox.unquoted(data[start:end])
            content = open_mail(mail, Kind.EML, depth=depth + 1, allowance=allowance)
        except DocumentError as err:
            pieces.append(Piece(str(number), err))
            break
        pieces.append(Piece(str(number), content))
    only = pieces[0].content
    if len(pieces) == 1 and isinstance(only, Mail):
        return only
    return Mail(Envelope("", "", None), tuple(pieces))


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A part that holds something; ``is_version`` where it is one of several versions of a text."""

    part: Part
    is_version: bool

    @property
    def is_text(self) -> bool:
        """Whether it is the text of the mail itself, not a file."""
        part = self.part
        if not part.media_type.startswith("text/") or lost.why_lost(part):
            return False
        return self.is_version or not (part.file_name or part.disposition == "attachment")


def _leaves(part: Part, *, is_version: bool = False) -> Iterator[_Leaf]:
    for inner_part in part.parts:
        yield from _leaves(inner_part, is_version=part.media_type == "multipart/alternative")
    if not part.parts:
        yield _Leaf(part, is_version)


def _internet_mail(message: Part, depth: int, allowance: Allowance) -> Mail:
    leaves = list(_leaves(message))
    texts = [_decoded(leaf.part) for leaf in leaves if leaf.is_text]
    said = _said([leaf.part for leaf in leaves if leaf.is_text])
    shown = frozenset(
        unquote(identity.decode("latin-1"))
        for text in texts
        for identity in _SHOWN.findall(text[:_MOST_HTML])
    )
    pieces = [
        piece
        for number, leaf in enumerate(leaves, 1)
        for piece in _pieces(leaf, number, shown, depth, allowance)
    ]
    remarks = remarks_on(said)
    if _holds_a_note(leaves) and not lost.removal_in(said):
        remarks += (lost.removed(),)
    return Mail(envelope_of(message, said), tuple(pieces), remarks)


def _holds_a_note(leaves: Sequence[_Leaf]) -> bool:
    """Whether a text behind that of the mail stands for a piece that was removed."""
    notes = [leaf for leaf in leaves if leaf.is_text][1:]
    return any(
        lost.tells_of_removal(_text(leaf.part, _MOST_SAID))
        for leaf in notes
        if not leaf.is_version and leaf.part.media_type == "text/plain"
    )


def _pieces(
    leaf: _Leaf, number: int, shown: frozenset[str], depth: int, allowance: Allowance
) -> Iterator[Piece]:
    part, name = leaf.part, leaf.part.file_name
    media_type, identity = part.media_type, part.header("content-id").strip(" <>")
    inline = part.disposition == "inline" or bool(identity)
    if error := lost.why_lost(part):
        name = name.removeprefix("Deleted: ") or f"piece-{number}"
        yield Piece(name, error)
        return
    if media_type.startswith("text/"):
        has_files = False
        for file_name, data in transfer.files_in(_decoded(part)):
            has_files = True
            allowance.take()
            content = opened(data, file_name, "", depth, allowance)
            yield Piece(file_name, content)
        if has_files or leaf.is_text:
            return
    if media_type in _MAILS:
        inner = transfer.text(bytes(part.raw), part.encoding)
        name = name or f"{mime.outline(inner).shown('subject') or f'courriel-{number}'}.eml"
        yield Piece(name, _mail_within(inner, depth, allowance))
        return
    name = name or f"piece-{number}{guess_extension(media_type) or ''}"
    data = transfer.content(bytes(part.raw), part.encoding, name)
    content = opened(data, name, media_type, depth, allowance)
    yield Piece(name, content, media_type, inline=inline, shown=identity in shown)


def _mail_within(data: bytes, depth: int, allowance: Allowance) -> Mail | DocumentError:
    try:
        return open_mail(data, Kind.EML, depth=depth + 1, allowance=allowance)
    except DocumentError as err:
        return err


def _said(texts: list[Part]) -> str:
    """What the sender wrote, without what is quoted; of several versions, the plain one."""
    plain = next((part for part in texts if part.media_type == "text/plain"), None)
    if plain is not None and (said := _text(plain, _MOST_SAID)).strip():
        return unquoted(said)
    html = next((part for part in texts if part.media_type == "text/html"), None)
    return unquoted(_without_tags(_text(html, _MOST_HTML))) if html is not None else ""


def _without_tags(html: str) -> str:
    """What a text of HTML says, also what it hides: it is never shown as anything but text."""
    shown = _CELL_ENDS.sub(" ", _LINE_ENDS.sub("\n", _UNSHOWN.sub(" ", html)))
    return _BLANK_LINES.sub("\n\n", unescape(_NO_SIGN.sub("\ufffd", _TAG.sub("", shown)))).strip()


def _text(part: Part, most_bytes: int) -> str:
    charset = mime.parameters(part.header("content-type")).get("charset", "")
    data = _decoded(part)[:most_bytes]
    if not charset:
        return readable(data.decode("utf-8", "surrogateescape"))
    return data.decode(mime.codec(charset), "replace")


def _decoded(part: Part) -> bytes:
    return transfer.text(bytes(part.raw), part.encoding)


def envelope_of(message: Part, said: str) -> Envelope:
    """What the headers of a mail say of it."""
    return Envelope(message.shown("from"), message.shown("subject"), _received_at(message), said)


def _received_at(message: Part) -> datetime | None:
    received = message.header("received").rpartition(";")[2]
    for text in (message.header("date"), received):
        try:
            moment = parsedate_to_datetime(" ".join(text[:200].split()))
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None
