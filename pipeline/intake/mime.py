"""The parts of an internet mail, cut out of its bytes: nothing is decoded, and nothing may explode.

The standard library's parser takes seconds for a header of 32,000 digits and gigabytes for one of
24,000 encoded words; here every step is linear, and what is longer than any mail needs is cut.
"""

import codecs
import re
from dataclasses import dataclass
from email.header import decode_header
from urllib.parse import unquote_to_bytes

from pipeline.errors import MailError
from pipeline.intake.naming import one_line, readable

_MOST_PARTS, _MOST_LEVELS, _MOST_HEADERS = 1_000, 30, 20_000
_MOST_VALUE_BYTES = 8_192
"""A longer header is cut: some of what reads headers takes its time with the square of that."""
_MOST_SHOWN_CHARS = 1_000
_LINE = re.compile(rb"([^\r\n]*)(?>\r*\n|\r|\Z)")
_AFTER_BOUNDARY = rb"(--)?[ \t]*(?>\r*\n|\r|\Z)"
_NAME = re.compile(rb"([!-9;-~]+)[ \t]*:[ \t]*")
_TYPE = re.compile(r"\s*([\w!#$&^.+-]+/[\w!#$&^.+-]+)")
_PARAMETER = re.compile(r";\s*([^\s=;\"]+)\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"?|([^;]*))", re.DOTALL)
_STRANGE_CODECS = {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"}


class Allowance:
    """How many parts a mail, with all mails in it, may still have."""

    def __init__(self) -> None:
        self._left = _MOST_PARTS

    def take(self) -> None:
        """Raises MailError where nothing is left."""
        self._left -= 1
        if self._left < 0:
            raise MailError(
                f"Courriel de plus de {_MOST_PARTS} pièces : il n'a pas été ouvert. "
                "En enregistrer les fiches à part et les déposer dans le dossier."
            )


@dataclass(frozen=True, slots=True)
class Part:
    """A mail or a piece of one; ``parts`` are those of a multipart, else its body is ``raw``."""

    headers: tuple[tuple[str, str], ...]
    raw: memoryview
    parts: "tuple[Part, ...]"

    def header(self, name: str) -> str:
        """The first header of that name (in small letters) as it stands there, or nothing."""
        return next((value for key, value in self.headers if key == name), "")

    def shown(self, name: str) -> str:
        """A header for people, on one line."""
        return for_people(decoded(self.header(name)))

    @property
    def media_type(self) -> str:
        stated = _TYPE.match(self.header("content-type"))
        return stated[1].lower() if stated else "text/plain"

    @property
    def disposition(self) -> str:
        return self.header("content-disposition").partition(";")[0].strip().lower()

    @property
    def encoding(self) -> str:
        return self.header("content-transfer-encoding").partition(";")[0].strip(" \t\"'").lower()

    @property
    def file_name(self) -> str:
        stated = (("content-disposition", "filename"), ("content-type", "name"))
        names = (parameters(self.header(header)).get(key, "") for header, key in stated)
        # Some mailers encode the name as they would a subject, against the rules.
        return decoded(next((name for name in names if name), ""))


def parsed(data: bytes, allowance: Allowance) -> Part:
    """The mail that begins with its headers, a byte order mark, blank or "From " lines before them.

    Raises MailError where it has too many parts, or multiparts nested too deep, and ValueError.
    """
    if b"\n" not in data[: 1 << 16]:
        data = data.replace(b"\r", b"\n")
    start = len(data) - len(data.lstrip(b"\xef\xbb\xbf\r\n"))
    return _part(memoryview(data)[start:], allowance, 1)


def outline(data: bytes) -> Part:
    """The mail as ``parsed`` gives it, but for its parts."""
    start = len(data) - len(data.lstrip(b"\xef\xbb\xbf\r\n"))
    headers, body_at = _headers(memoryview(data)[start:])
    return Part(headers, memoryview(data)[start + body_at :], ())


def _part(data: memoryview, allowance: Allowance, level: int) -> Part:
    allowance.take()
    if level > _MOST_LEVELS:
        raise MailError(
            f"Courriel dont les pièces s'emboîtent sur plus de {_MOST_LEVELS} niveaux : il n'a pas "
            "été ouvert. En enregistrer les fiches à part et les déposer dans le dossier."
        )
    headers, body_at = _headers(data)
    whole = Part(headers, data[body_at:], ())
    boundary = parameters(whole.header("content-type")).get("boundary", "").rstrip()
    if not whole.media_type.startswith("multipart/") or not boundary:
        return whole
    cut = _cut(whole.raw, b"--" + boundary.encode("utf-8", "surrogateescape"))
    return Part(headers, whole.raw, tuple(_part(inner, allowance, level + 1) for inner in cut))


def _headers(data: memoryview) -> tuple[tuple[tuple[str, str], ...], int]:
    """The headers, unfolded, and where the body begins."""
    headers: list[tuple[bytes, bytearray]] = []
    at = 0
    for line in _LINE.finditer(data):
        text = bytes(data[at : min(line.end(1), at + _MOST_VALUE_BYTES)])
        name = _NAME.match(text)
        if not text:
            at = line.end()
            break
        if len(headers) > _MOST_HEADERS:
            raise ValueError("too many headers")
        if headers and text[0] in b" \t":
            if len(headers[-1][1]) < _MOST_VALUE_BYTES:
                headers[-1][1].extend(text)
        elif name is not None:
            headers.append((name[1], bytearray(text[name.end() :])))
        elif headers or not text.startswith((b"From ", b">From ")):
            break
        at = line.end()
    return tuple(
        (_text(name).lower(), _text(value[:_MOST_VALUE_BYTES])) for name, value in headers
    ), at


def _text(raw: bytes | bytearray) -> str:
    """Bytes that are neither ASCII nor declared are read as people meant them."""
    return readable(raw.decode("ascii", "surrogateescape"))


def _cut(body: memoryview, line: bytes) -> list[memoryview]:
    """What stands between the lines that begin with the boundary."""
    text = bytes(body)
    cut: list[memoryview] = []
    begun: int | None = None
    for boundary in re.finditer(re.escape(line) + _AFTER_BOUNDARY, text):
        at = boundary.start()
        if at and text[at - 1] not in b"\r\n":
            continue
        if len(cut) > _MOST_PARTS:
            break
        if begun is not None:
            end = at - (2 if text[at - 2 : at] == b"\r\n" else 1)
            cut.append(body[begun : max(begun, end)])
        begun = None if boundary[1] else boundary.end()
    return cut if begun is None else [*cut, body[begun:]]


def parameters(header: str) -> dict[str, str]:
    """What follows the value of a header, by name in small letters: plain, or as RFC 2231 says."""
    whole: dict[str, str] = {}
    pieces: dict[str, dict[int, str]] = {}
    charsets: dict[str, str] = {}
    for parameter in _PARAMETER.finditer(header):
        name, starred, number = parameter[1].lower().partition("*")
        encoded = number.endswith("*") or (starred and not number)
        order = int(number.rstrip("*")[:4]) if number.rstrip("*").isdecimal() else 0
        value = (
            re.sub(r'\\([\\"])', r"\1", parameter[2])
            if parameter[2] is not None
            else parameter[3].strip()
        )
        if not starred:
            whole.setdefault(name, value)
            continue
        if encoded and not order and value.count("'") >= 2:
            charsets[name], _, value = value.split("'", 2)
        raw = unquote_to_bytes(value) if encoded else value.encode("utf-8", "surrogateescape")
        # Characters may be cut between two pieces: they are decoded together, a byte a character.
        pieces.setdefault(name, {})[order] = raw.decode("latin-1")
    for name, numbered in pieces.items():
        raw = "".join(numbered[n] for n in sorted(numbered)).encode("latin-1")
        whole[name] = raw.decode(codec(charsets.get(name) or "utf-8"), "replace")
    return whole


def for_people(text: str) -> str:
    """What a header says, on one line of a length that a page bears."""
    return one_line(text)[:_MOST_SHOWN_CHARS]


def decoded(text: str) -> str:
    """A header with its encoded words decoded."""
    if "=?" not in text:
        return text
    try:
        chunks = decode_header(text)
    except Exception:  # broken base64
        return text
    return "".join(
        chunk
        if isinstance(chunk, str)
        else chunk.decode(codec(charset) if charset else "raw_unicode_escape", "replace")
        for chunk, charset in chunks
    )


def codec(name: str) -> str:
    """A codec for text of that name; Windows' own where there is none."""
    try:
        canonical = codecs.lookup(name).name
        b"x".decode(canonical, "replace")
    except (LookupError, ValueError, UnicodeError):
        return "cp1252"
    return "cp1252" if canonical in _STRANGE_CODECS else canonical
