"""Names for people: printable, short and unique, whatever the file system or a mail brings."""

import re
import unicodedata
from pathlib import PurePath

_MAX_CHARS = 120
_NAMELESS = "sans-nom"
_ESCAPED = re.compile("[\udc80-\udcff]+")
# Marks that make text run backwards let "fdp.exe" show as "exe.pdf"; others, a terminal obeys.
_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\x00-\x08\x0e-\x1f\x7f-\x9f]")
_BREAKING = ("Cc", "Cs", "Zl", "Zp")
_UNWRITABLE = re.compile(r'[<>:"|?*]')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[\d¹²³]) *(?:\.|$)", re.I)
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file: "a:b" is no file of its own, and
# "nul.png" none at all.
_SYSTEM_FILES = ("thumbs.db", "desktop.ini")
_MOST_NAME_BYTES = 200
"""Disks take 255; a number may come to it."""


def readable(text: str) -> str:
    """Decode bytes that were smuggled in as surrogates: UTF-8, or else Windows-1252."""
    return _ESCAPED.sub(_unescaped, text).encode("utf-8", "replace").decode()


def one_line(text: str) -> str:
    """A text on one line, without marks that would turn, colour or end what stands around it."""
    text = "".join(" " if unicodedata.category(c) in _BREAKING else c for c in text)
    return " ".join(unmarked(text).split())


def unmarked(text: str) -> str:
    """A text with its lines, tabs and letters, and without what only a terminal obeys."""
    return _MARKS.sub("", text)


def clean_name(raw: str) -> str:
    """The last component of a file's name, on one line and of a length that a table bears."""
    name = re.split(r"[/\\]", readable(raw).strip())[-1]
    name = one_line(unicodedata.normalize("NFC", name))
    if not name.strip(". "):
        return _NAMELESS
    if len(name) > _MAX_CHARS:
        suffix = PurePath(name).suffix[:12]
        name = f"{name[: _MAX_CHARS - len(suffix) - 1]}…{suffix}"
    return name


def is_passed_over(name: str) -> bool:
    """Whether a file of that name is one of the system or of an office, which no run reads."""
    return name.startswith((".", "~$")) or name.lower() in _SYSTEM_FILES


def file_name(raw: str) -> str:
    """A name by which every system keeps a file, and a run reads it, whatever it was called."""
    name = _UNWRITABLE.sub("_", clean_name(raw)).rstrip(". ")
    if is_passed_over(name) or _DEVICE.match(name):
        name = f"_{name}"
    if len(name.encode()) > _MOST_NAME_BYTES:
        suffix = PurePath(name).suffix[:12]
        stem = name.encode()[: _MOST_NAME_BYTES - len(suffix.encode())].decode("utf-8", "ignore")
        name = stem + suffix
    return name


def unique_name(name: str, taken: set[str]) -> str:
    """``name``, or ``name (2)`` and so on where it is taken; the result is added to ``taken``.

    A free number is looked for by halves: of ten thousand equal names, none costs much.
    """
    if name in taken:
        path = PurePath(name)

        def numbered(number: int) -> str:
            return f"{path.stem} ({number}){path.suffix}"

        used, free = 1, 2
        while numbered(free) in taken:
            used, free = free, 2 * free
        while free - used > 1:
            middle = (used + free) // 2
            used, free = (middle, free) if numbered(middle) in taken else (used, middle)
        name = numbered(free)
    taken.add(name)
    return name


def _unescaped(match: re.Match[str]) -> str:
    raw = match[0].encode("utf-8", "surrogateescape")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
