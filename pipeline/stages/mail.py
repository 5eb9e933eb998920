"""Mails opened: who sent them, when, and the pieces they bring. Nothing here touches the disk."""

import codecs
import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.parser import BytesParser, HeaderParser
from email.utils import parsedate_to_datetime
from html import unescape
from io import BytesIO
from mimetypes import guess_extension
from pathlib import Path

import olefile

from pipeline.errors import DamagedError, DocumentError, MailError, UnsupportedError
from pipeline.records import Envelope
from pipeline.stages.filekind import Kind, kind_of
from pipeline.stages.naming import readable

MAX_DEPTH = 10
"""Mails in mails are opened to this depth."""
_MOST_SAID = 20_000
"""So much of a mail's own text is looked at, in bytes."""
_MBOX_START = re.compile(rb"(?:\A|\n\r?\n)(From [^\r\n]*\d{4}[^\r\n]*\r?\n(?=[!-9;-~]+:))")
_PROPERTIES = "__properties_version1.0"
_FILETIME_START = datetime(1601, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Piece:
    """One attachment: its bytes, the mail it is, or why it cannot be had.

    ``inline`` marks a picture shown in the text of the mail (a logo, mostly).
    """

    name: str
    media_type: str
    inline: bool
    content: "bytes | Mail | DocumentError"


@dataclass(frozen=True, slots=True)
class Mail:
    envelope: Envelope
    pieces: tuple[Piece, ...]


def open_mail(data: bytes, kind: Kind, *, depth: int = 1) -> Mail:
    """Open a mail of kind EML or MSG. Raises DamagedError, and MailError below MAX_DEPTH."""
    if depth > MAX_DEPTH:
        raise _too_deep()
    try:
        if kind is Kind.MSG:
            with olefile.OleFileIO(BytesIO(data)) as ole:
                return _outlook_mail(ole, [], depth)
        return _internet_mail(BytesParser(EmailMessage, policy=_POLICY).parsebytes(data), depth)
    except Exception as err:  # damaged mails make the parsers raise anything
        raise DamagedError("Courriel abîmé : le faire suivre à nouveau.") from err


def split_mbox(path: Path) -> Iterator[bytes]:
    """The mails of a mailbox file, in order. Raises OSError.

    The standard library's reader takes any line that begins with "From " for a new mail, and loses
    the attachments behind it; here a blank line must come before it and a header after it.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as box:
        starts = [match.start(1) for match in _MBOX_START.finditer(box)]
        for start, end in zip(starts, [*starts[1:], len(box)], strict=True):
            yield box[start:end]


class _LenientPolicy(policy.EmailPolicy):
    """Headers with bytes that are neither ASCII nor declared are read as people meant them."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, readable(value)


_POLICY = _LenientPolicy()


def _too_deep() -> MailError:
    return MailError(
        f"Courriels joints les uns aux autres sur plus de {MAX_DEPTH} niveaux : "
        "enregistrer la fiche à part et la déposer dans le dossier."
    )


def _internet_mail(message: Message, depth: int) -> Mail:
    pieces = (_piece(part, number, depth) for number, part in enumerate(_leaves(message), 1))
    return Mail(_envelope(message), tuple(piece for piece in pieces if piece))


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that hold something, and attached mails whole."""
    waiting = [message]
    while waiting:
        part = waiting.pop()
        if part.is_multipart() and not _is_mail(part):
            waiting.extend(reversed(part.get_payload()))  # type: ignore[arg-type]
        else:
            yield part


def _is_mail(part: Message) -> bool:
    return part.get_content_type() in ("message/rfc822", "message/global") and part.is_multipart()


def _piece(part: Message, number: int, depth: int) -> Piece | None:
    name, media_type = _file_name(part), part.get_content_type()
    if _is_mail(part):
        inner: Message = part.get_payload(0)  # type: ignore[assignment]
        name = name or f"{_header(inner, 'subject') or f'courriel-{number}'}.eml"
        content: bytes | Mail | DocumentError
        content = _internet_mail(inner, depth + 1) if depth < MAX_DEPTH else _too_deep()
        return Piece(name, media_type, inline=False, content=content)
    disposition = part.get_content_disposition()
    if part.get_content_maintype() == "text" and not name and disposition != "attachment":
        return None  # the text of the mail itself
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return None
    name = name or f"piece-{number}{guess_extension(media_type) or ''}"
    inline = disposition == "inline" or part.get("content-id") is not None
    return Piece(name, media_type, inline, _opened(data, name, media_type, depth))


def _opened(data: bytes, name: str, media_type: str, depth: int) -> bytes | Mail | DocumentError:
    """The mail that an attached file is, otherwise its bytes."""
    kind = kind_of(BytesIO(data), name)
    is_text = media_type.startswith("text/") and not name.lower().endswith(".eml")
    if kind is not Kind.MSG and (kind is not Kind.EML or is_text):
        return data
    try:
        return open_mail(data, kind, depth=depth + 1)
    except DocumentError as err:
        return err


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except Exception:  # the header parser raises anything on junk
        return ""
    # Some mailers encode the name as they would a subject, against the rules.
    return _decoded(name) if "=?" in name else name


def _envelope(message: Message) -> Envelope:
    stated = (_header(message, "from"), _header(message, "subject"), _received_at(message))
    return Envelope(*stated, _said(message))


def _said(message: Message) -> str:
    """What the sender wrote, without what is quoted; of several versions, the plain one."""
    texts = {"text/html": "", "text/plain": ""}
    for part in _leaves(message):
        kind, data = part.get_content_type(), None
        if kind in texts and not texts[kind] and part.get_content_disposition() != "attachment":
            data = part.get_payload(decode=True)
        if isinstance(data, bytes):
            charset = str(part.get_param("charset", "utf-8"))
            texts[kind] = data[:_MOST_SAID].decode(_codec(charset), "replace")
    return _unquoted(texts["text/plain"] or unescape(re.sub(r"<[^>]*>", " ", texts["text/html"])))


def _unquoted(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(">"))


def _header(message: Message, name: str) -> str:
    try:
        text = str(message[name] or "")
    except Exception:  # the header parser raises anything on junk
        text = _decoded(_raw_header(message, name))
    return " ".join(text.split())


def _raw_header(message: Message, name: str) -> str:
    return next((str(v) for key, v in message.raw_items() if key.lower() == name), "")


def _decoded(text: str) -> str:
    try:
        return str(make_header(decode_header(text)))
    except Exception:  # an unknown charset, broken base64
        return text


def _received_at(message: Message) -> datetime | None:
    received = _raw_header(message, "received").rpartition(";")[2]
    for text in (_raw_header(message, "date"), received):
        try:
            moment = parsedate_to_datetime(" ".join(text.split()))
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def _outlook_mail(ole: olefile.OleFileIO, at: list[str], depth: int) -> Mail:
    """The mail in the storage ``at`` of a compound file.

    The numbers name properties: see Microsoft's open specifications MS-OXMSG and MS-OXPROPS.
    """
    numbers = _numbers(ole, at)
    encoding = _encoding(int.from_bytes(numbers.get(0x3FFD0003, b"")[:4], "little"))
    stated = _envelope(
        HeaderParser(EmailMessage, policy=_POLICY).parsestr(_text(ole, at, "007D", encoding))
    )
    addresses = (_text(ole, at, tag, encoding) for tag in ("5D01", "0C1F", "0065"))
    # A colleague's address is Exchange's own, "/O=...", unless Outlook kept the one for the world.
    address = next((text for text in addresses if "@" in text), "")
    person = _text(ole, at, "0C1A", encoding) or _text(ole, at, "0042", encoding)
    sender = f"{person} <{address}>" if person and address else person or address
    storages = sorted(
        path
        for path in ole.listdir(streams=False, storages=True)
        if path[:-1] == at and path[-1].startswith("__attach_version1.0_#")
    )
    return Mail(
        Envelope(
            stated.sender or sender,
            stated.subject or _text(ole, at, "0037", encoding),
            stated.received_at or _moment(numbers.get(0x00390040) or numbers.get(0x0E060040)),
            _unquoted(_text(ole, at, "1000", encoding)[:_MOST_SAID]),
        ),
        tuple(_outlook_piece(ole, storage, encoding, depth) for storage in storages),
    )


def _outlook_piece(ole: olefile.OleFileIO, at: list[str], encoding: str, depth: int) -> Piece:
    names = (_text(ole, at, tag, encoding) for tag in ("3707", "3704", "3001"))
    name = next((text for text in names if text), "")
    media_type = _text(ole, at, "370E", encoding) or "application/octet-stream"
    inline = bool(_text(ole, at, "3712", encoding))
    embedded = [*at, "__substg1.0_3701000D"]
    content: bytes | Mail | DocumentError
    if ole.exists([*embedded, _PROPERTIES]):
        name = name if name.lower().endswith(".msg") else f"{name or 'courriel'}.msg"
        content = _outlook_mail(ole, embedded, depth + 1) if depth < MAX_DEPTH else _too_deep()
    elif ole.exists([*at, "__substg1.0_37010102"]):
        data = ole.openstream([*at, "__substg1.0_37010102"]).read()
        content = _opened(data, name, media_type, depth)
    else:
        content = UnsupportedError(
            "La pièce jointe n'est qu'un lien ou un objet incorporé : "
            "l'enregistrer en PDF et la déposer dans le dossier."
        )
    return Piece(name, media_type, inline, content)


def _text(ole: olefile.OleFileIO, at: list[str], tag: str, encoding: str) -> str:
    for kind, codec in (("001F", "utf-16-le"), ("001E", encoding)):
        path = [*at, f"__substg1.0_{tag}{kind}"]
        if ole.exists(path):
            return str(ole.openstream(path).read().decode(codec, "replace").strip("\0 \r\n"))
    return ""


def _numbers(ole: olefile.OleFileIO, at: list[str]) -> dict[int, bytes]:
    """The properties of fixed size: their eight bytes by tag.

    The entries stand behind a header of 32 bytes, of 24 in a mail within a mail (some programs
    write 32 there as well).
    """
    table: bytes = ole.openstream([*at, _PROPERTIES]).read()
    header = 24 if len(table) % 16 == 8 else 32
    entries = (table[i : i + 16] for i in range(header, len(table) - 15, 16))
    return {int.from_bytes(entry[:4], "little"): entry[8:] for entry in entries}


def _encoding(codepage: int) -> str:
    return _codec("utf-8" if codepage == 65001 else f"cp{codepage}")


def _codec(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        return "cp1252"


def _moment(filetime: bytes | None) -> datetime | None:
    """Windows time: tenths of microseconds since 1601."""
    ticks = int.from_bytes(filetime or b"", "little")
    try:
        return _FILETIME_START + timedelta(microseconds=ticks // 10) if ticks else None
    except OverflowError:
        return None
