"""What a draft marks to be looked at: comments « À VÉRIFIER » over what they are about."""

import re
from collections.abc import Iterator

from pipeline.forms.faults import lines_of

_MARK = re.compile(r"[ \t]*#\s*À VÉRIFIER(?:\s*\([^)]*\))?\s*:\s*(.*?)\s*")
_COMMENT = re.compile(r"[ \t]*#.*")


def doubts(text: str) -> dict[str, str]:
    """Why (French) a person is to look at a part of a form's file, by its place, as ``zones.3``."""
    said: dict[str, str] = {}
    for _, where, why in _marks(text):
        said[where] = f"{said[where]} {why}" if where in said else why
    return said


def settled(text: str, where: str) -> str:
    """The text without the marks of a part that somebody has looked at."""
    gone = {number for number, marked, _ in _marks(text) if marked == where}
    return "\n".join(line for n, line in enumerate(text.split("\n")) if n not in gone)


def doubted(text: str, where: str, why: str) -> str:
    """The text with a mark on a part, where it has none that says the same."""
    if why in doubts(text).get(where, ""):
        return text
    line = lines_of(text)[tuple(where.split("."))]
    lines = text.split("\n")
    lines.insert(line, f"# À VÉRIFIER\u00a0: {why}")
    return "\n".join(lines)


def _marks(text: str) -> Iterator[tuple[int, str, str]]:
    """The line (from 0) of each mark, what it is about, and why."""
    lines = text.split("\n")
    places: dict[int, tuple[str, ...]] = {}
    for path, number in lines_of(text).items():
        places[number - 1] = min(places.get(number - 1, path), path, key=len)
    for n, line in enumerate(lines):
        if match := _MARK.fullmatch(line):
            key = next((m for m in range(n, len(lines)) if not _COMMENT.fullmatch(lines[m])), n)
            if key in places:
                yield n, ".".join(places[key][:-1]), match[1]
