"""How mails carry bytes as text: base64, quoted-printable, uuencode, yEnc, and what gateways spoil.

A declaration that does not fit what stands there is not believed: a PDF in base64 that is said to
be plain text is a PDF.
"""

import binascii
import quopri
import re
from collections.abc import Iterator
from io import BytesIO

from pipeline.intake.filekind import HEAD_BYTES, Kind, kind_of

_UNKNOWN = (Kind.TEXT, Kind.OTHER, Kind.EMPTY)
_BASE64_ONLY = re.compile(rb"[A-Za-z0-9+/\s]+={0,2}\s*")
_NOT_QUOTED = re.compile(rb"[^\t\r\n -~]|=(?![0-9A-Fa-f]{2}|[ \t]*\r*\n)")
_NO_TEXT = re.compile(rb"[\0\x80-\xff]")
_SOFT_BREAK = re.compile(rb"=[ \t]*\r*\n(?=[^\s])")
_UU_BEGIN = re.compile(rb"(?:\A|(?<=[\r\n]))begin (?:[0-7]{3,4}) ([^\r\n]{1,300})(?>\r*\n|\r)")
_Y_BEGIN = re.compile(
    rb"(?:\A|(?<=[\r\n]))=ybegin [^\r\n]{0,300}?name=([^\r\n]{1,300})(?>\r*\n|\r)"
)
_Y_END = re.compile(rb"[\r\n]=yend ")
_Y_PART = re.compile(rb"=ypart [^\r\n]*(?>\r*\n|\r)")
_Y_ESCAPED = re.compile(rb"=(.)", re.DOTALL)
_LINE = re.compile(rb"([^\r\n]*)(?>\r*\n|\r|\Z)")
_Y_LEAST_BYTES_AN_ESCAPE = 4
_Y_BACK = bytes((n - 42) % 256 for n in range(256))


def content(raw: bytes, declared: str, name: str) -> bytes:
    """The bytes of an attached file, from what stands in the mail.

    ``declared`` is the transfer encoding in small letters, ``name`` the file's.
    """
    if declared == "quoted-printable" and _NO_TEXT.search(raw):
        declared = ""
    as_declared, quoted = text(raw, declared), _is_quoted(raw)
    if kind_of(BytesIO(as_declared), name) not in _UNKNOWN and not quoted:
        return as_declared
    for undo in (quopri.decodestring if quoted else bytes, _from_base64, _first_file):
        data = undo(raw)
        if kind_of(BytesIO(data), "") not in _UNKNOWN:
            return data
    return as_declared


def text(raw: bytes, declared: str) -> bytes:
    """What stands in the mail, as the declaration says it is to be read."""
    if declared == "base64":
        return _from_base64(raw)
    if declared == "quoted-printable":
        return quopri.decodestring(raw)
    if "uue" in declared:
        return _first_file(raw)
    return raw


def files_in(body: bytes) -> Iterator[tuple[str, bytes]]:
    """The files that stand in a text in uuencode or yEnc, with their names."""
    if b"begin " in body:
        yield from _uuencoded(body)
        yield from _y_encoded(body)


def _is_quoted(raw: bytes) -> bool:
    """Whether lines end with a mark that says that they go on, and nothing speaks against it."""
    head = raw[:HEAD_BYTES].removesuffix(b"=")
    return (
        _SOFT_BREAK.search(head) is not None and _NOT_QUOTED.search(head, 0, len(head) - 2) is None
    )


def _first_file(raw: bytes) -> bytes:
    return next((data for _, data in files_in(raw)), b"")


def _from_base64(raw: bytes) -> bytes:
    """Lenient: what is no base64 is passed over, and what is cut is kept as far as it goes."""
    raw = raw.rstrip()
    for less in range(4):
        for padding in (b"", b"=", b"=="):
            try:
                return binascii.a2b_base64(raw[: len(raw) - less] + padding)
            except binascii.Error:
                continue
    return b""


def _uuencoded(body: bytes) -> Iterator[tuple[str, bytes]]:
    at = 0
    while begin := _UU_BEGIN.search(body, at):
        at = begin.end()
        lines: list[bytes] = []
        while (line := _LINE.match(body, at)) and (data := _uu_line(line[1])) is not None:
            lines.append(data)
            at = line.end()
            if not data:
                break
        if any(lines):
            yield _named(begin[1]), b"".join(lines)


def _uu_line(line: bytes) -> bytes | None:
    """The bytes of a line; None where it is none."""
    if not line or not 32 <= line[0] <= 96:
        return None
    size = (line[0] - 32) & 63
    whole = line[1 : 1 + (size + 2) // 3 * 4]
    try:
        return binascii.a2b_uu(line[:1] + whole)
    except binascii.Error:
        return None


def _y_encoded(body: bytes) -> Iterator[tuple[str, bytes]]:
    at = 0
    while begin := _Y_BEGIN.search(body, at):
        end = _Y_END.search(body, begin.end())
        at = end.end() if end else len(body)
        start = part.end() if (part := _Y_PART.match(body, begin.end())) else begin.end()
        data = body[start : end.start() if end else len(body)]
        if data.count(b"=") > len(data) // _Y_LEAST_BYTES_AN_ESCAPE:  # no program's: it would swell
            data = b""
        data = re.sub(rb"(?:\A|(?<=\n))\.\.", b".", data).translate(None, b"\r\n")
        data = _Y_ESCAPED.sub(lambda escape: bytes([(escape[1][0] - 64) % 256]), data)
        yield _named(begin[1]), data.translate(_Y_BACK)


def _named(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape").strip(" \t\"'")
