"""Mailbox files: where each mail begins, whichever program wrote them. Nothing is parsed here.

The dialects differ in all but one thing: a line that begins with "From " stands before the headers
of each mail. Thunderbird leaves it bare, others forget the blank line before it or quote the one of
the mailbox that the mail came from; in a text, the line is followed by text.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

MOST_MAILS = 10_000
"""Behind so many mails, the rest of a mailbox is not read."""
_WINDOW_BYTES, _AHEAD_BYTES = 1 << 25, 1 << 20
_MOST_LINES = 100
_BLANK_BYTES = 1_000
_FROM = b"From "
_MARK = b"\xef\xbb\xbf"
_LINE = re.compile(rb"([^\r\n]*)(?>\r*\n|\r|\Z)")
_DATED = re.compile(
    rb"From \S+ +(?:mon|tue|wed|thu|fri|sat|sun),? [^\r\n]{0,60}\d:\d\d", re.IGNORECASE
)
_NAME = re.compile(rb"[!-9;-~]+(?=[ \t]*:)")
_KNOWN_NAME = re.compile(
    rb"received|return-path|delivered-to|from|to|cc|subject|date|message-id|mime-version"
    rb"|content-[\w-]+|reply-to|sender|status|x-[\w-]+|[ad]\w+-signature|authentication-results",
    re.IGNORECASE,
)
_BOUNDARY = re.compile(rb"(?i)\bboundary\s*=\s*(?:\"([^\"\r\n]+)\"|([^\s;\"]+))")
_BLANK_LINE = re.compile(rb"(?>\r*\n|\r)(?>\r*\n|\r)")
_QUOTED = re.compile(rb"(?:(?<=\n)|(?<=\r))>(?=>*From )")
_FLAGS = re.compile(rb"(?im)^x-mozilla-status:[ \t]*([0-9a-f]{4})\b|^x-status:[ \t]*(\w+)")
_EXPUNGED = 0x0008


def is_mailbox(head: bytes) -> bool:
    """Whether a file that begins so is a mailbox."""
    head = head.removeprefix(_MARK)
    return head.startswith(_FROM) and _separates(head, 0, after_blank=True)


def has_headers(head: bytes) -> bool:
    """Whether a file begins with the headers of a mail."""
    return len(_known_names(head, 0)[0]) >= 2


def mails(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Where each mail of a mailbox lies in the file, from its first header to the next mail's line.

    What stands before the first such line is a mail, too, unless it is blank. At most MOST_MAILS,
    then one that holds all the rest. Raises OSError.
    """
    start, count = 0, 0
    for separator in _separators(file):
        if not count and separator <= _BLANK_BYTES and _is_blank(file, separator):
            start = separator
        if count == MOST_MAILS:
            break
        if separator > start:
            yield start, separator
            count += 1
            start = separator
    yield start, file.seek(0, 2)


def _is_blank(file: BinaryIO, end: int) -> bool:
    file.seek(0)
    return not file.read(end).strip(b"\xef\xbb\xbf\r\n\t ")


def unquoted(mail: bytes) -> bytes:
    """The mail without the quotes that a mailbox puts before lines that begin with "From "."""
    return _QUOTED.sub(b"", mail)


def is_deleted(mail: bytes) -> bool:
    """Whether a mail only waits for its mailbox to be compacted: Thunderbird's flags, or mutt's."""
    head = _BLANK_LINE.split(mail[:_AHEAD_BYTES], maxsplit=1)[0].replace(b"\r", b"\n")
    flags = _FLAGS.finditer(head)
    return any(int(f[1], 16) & _EXPUNGED if f[1] else b"D" in f[2] for f in flags)


def _separators(file: BinaryIO) -> Iterator[int]:
    """Offsets of the lines before each mail. The file is read in windows that overlap."""
    at, begun = 0, 0
    boundary: bytes | None = None  # of the mail that begins at ``begun`` in this window
    while True:
        before = min(at, 4)
        file.seek(at - before)
        data = file.read(before + _WINDOW_BYTES + _AHEAD_BYTES)
        is_last = len(data) < before + _WINDOW_BYTES + _AHEAD_BYTES
        last = before + _WINDOW_BYTES + len(_FROM) - 1
        here, end = before, len(data) if is_last else last
        while (here := data.find(_FROM, here, end)) >= 0:
            above = data[max(0, here - 4) : here]
            after_blank = not above or above == _MARK or _BLANK_LINE.search(above) is not None
            begins_line = after_blank or above.endswith((b"\r", b"\n"))
            separates = begins_line and _separates(data, here, after_blank=after_blank)
            if separates and boundary is None:
                boundary = _boundary(data, begun, here)
            if separates and not _goes_on(data, here, boundary or b""):
                yield at - before + here
                begun, boundary = here, None
            here += 1
        if is_last:
            return
        if boundary is None:
            boundary = _boundary(data, begun, len(data))
        at += _WINDOW_BYTES


def _separates(data: bytes, at: int, *, after_blank: bool) -> bool:
    """Whether the line at ``at``, which begins with "From ", stands before a mail."""
    known, some = _known_names(data, at)
    return len(known) >= 2 or (_DATED.match(data, at) is not None and (some or after_blank))


def _known_names(data: bytes, at: int) -> tuple[set[bytes], bool]:
    """The first two names of headers of mails in the block at ``at``; whether it has any header."""
    known: set[bytes] = set()
    some = False
    for number in range(_MOST_LINES):
        line = _LINE.match(data, at)
        if line is None or at == len(data):
            break
        at = line.end()
        quoted = line[1].startswith((b">From ", b"From ") if not number else b">From ")
        if quoted or (some and line[1].startswith((b" ", b"\t"))):
            continue
        name = _NAME.match(line[1])
        if name is None:
            break
        some = True
        if _KNOWN_NAME.fullmatch(name[0]):
            known.add(name[0].lower())
        if len(known) == 2:
            break
    return known, some


def _boundary(data: bytes, at: int, end: int) -> bytes:
    """What parts the pieces of the mail from ``at`` to ``end``; nothing where it has none."""
    end = min(end, at + _AHEAD_BYTES)
    blank = _BLANK_LINE.search(data, at, end)
    declared = _BOUNDARY.search(data, at, blank.start() if blank else end)
    return (declared[1] or declared[2]) if declared else b""


def _goes_on(data: bytes, at: int, boundary: bytes) -> bool:
    """Whether the mail before goes on behind ``at``: its boundary comes again, declared by none."""
    if not boundary:
        return False
    again = re.compile(rb"[\r\n]--" + re.escape(boundary)).search(data, at, at + _AHEAD_BYTES)
    declared = rb"(?i)\bboundary\s*=\s*\"?" + re.escape(boundary)
    return again is not None and re.search(declared, data[at : again.start()]) is None
