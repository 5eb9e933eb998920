"""Outlook's own mails (.msg): a compound file whose storages are the mail and its pieces.

The numbers name properties: see Microsoft's open specifications MS-OXMSG and MS-OXPROPS.
"""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import olefile

from pipeline.errors import DocumentError, UnsupportedError
from pipeline.intake import mime
from pipeline.intake.mail import (
    MAX_DEPTH,
    Mail,
    Piece,
    envelope_of,
    opened,
    remarks_on,
    too_deep,
    unquoted,
)
from pipeline.intake.mime import Allowance
from pipeline.records import Envelope

_PROPERTIES = "__properties_version1.0"
_FILETIME_START = datetime(1601, 1, 1, tzinfo=UTC)


def outlook_mail(data: bytes, depth: int, allowance: Allowance) -> Mail:
    """Raises MailError for more pieces than allowed, and anything for a damaged mail."""
    with olefile.OleFileIO(BytesIO(data)) as ole:
        return _mail(ole, [], depth, allowance)


def _mail(ole: olefile.OleFileIO, at: list[str], depth: int, allowance: Allowance) -> Mail:
    """The mail in the storage ``at`` of a compound file."""
    numbers = _numbers(ole, at)
    encoding = _encoding(int.from_bytes(numbers.get(0x3FFD0003, b"")[:4], "little"))
    stated = _headers(_text(ole, at, "007D", encoding))
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
    said = unquoted(_text(ole, at, "1000", encoding))
    return Mail(
        Envelope(
            stated.sender or mime.for_people(sender),
            stated.subject or mime.for_people(_text(ole, at, "0037", encoding)),
            stated.received_at or _moment(numbers.get(0x00390040) or numbers.get(0x0E060040)),
            said,
        ),
        tuple(_piece(ole, storage, encoding, depth, allowance) for storage in storages),
        remarks_on(said),
    )


def _headers(text: str) -> Envelope:
    """What the headers of the mail, as it came from the internet, say of it."""
    return envelope_of(mime.outline(text.encode("utf-8", "replace")), "")


def _piece(
    ole: olefile.OleFileIO, at: list[str], encoding: str, depth: int, allowance: Allowance
) -> Piece:
    allowance.take()
    names = (_text(ole, at, tag, encoding) for tag in ("3707", "3704", "3001"))
    name = next((text for text in names if text), "")
    media_type = _text(ole, at, "370E", encoding) or "application/octet-stream"
    shown = bool(_text(ole, at, "3712", encoding))
    embedded = [*at, "__substg1.0_3701000D"]
    content: bytes | Mail | DocumentError
    if ole.exists([*embedded, _PROPERTIES]):
        name = name if name.lower().endswith(".msg") else f"{name or 'courriel'}.msg"
        content = _mail(ole, embedded, depth + 1, allowance) if depth < MAX_DEPTH else too_deep()
    elif ole.exists([*at, "__substg1.0_37010102"]):
        data = ole.openstream([*at, "__substg1.0_37010102"]).read()
        content = opened(data, name, media_type, depth, allowance)
    else:
        content = UnsupportedError(
            "La pièce jointe n'est qu'un lien ou un objet incorporé : "
            "l'enregistrer en PDF et la déposer dans le dossier."
        )
    return Piece(name, content, media_type, inline=shown, shown=shown)


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
    return mime.codec("utf-8" if codepage == 65001 else f"cp{codepage}")


def _moment(filetime: bytes | None) -> datetime | None:
    """Windows time: tenths of microseconds since 1601."""
    ticks = int.from_bytes(filetime or b"", "little")
    try:
        return _FILETIME_START + timedelta(microseconds=ticks // 10) if ticks else None
    except OverflowError:
        return None
