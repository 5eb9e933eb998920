"""The tables of a form's file as blocks of its lines: one is put in or taken out, and all other
lines stay as they are, comments too."""

from typing import Any

import tomlkit
from tomlkit.items import AoT, Table

from pipeline.forms.faults import lines_of


def span(text: str, where: str) -> tuple[int, int]:
    """The lines (from 0, the end not counted) of ``zones.3``, ``areas.0``, ``sum``, ...

    Comments and blank lines at its end belong to what comes next. Raises ValueError (French) where
    it stands in the file in another way, or not at all.
    """
    path = tuple(where.split("."))
    starts = {line - 1: key for key, line in lines_of(text).items() if _begins(key)}
    begins = [line for line, key in starts.items() if key == path]
    lines = text.split("\n")
    if not begins or not lines[begins[0]].lstrip().startswith("["):
        raise ValueError("Cette partie du fichier est écrite autrement : la changer à la main.")
    begin = begins[0]
    end = min((line for line in starts if line > begin), default=len(lines))
    while end > begin and _is_between(lines[end - 1]):
        end -= 1
    return begin, end


def _begins(key: tuple[str, ...]) -> bool:
    """Whether a key is that of a table, or of an entry of a list of tables."""
    return len(key) == 1 or (len(key) == 2 and key[1].isdecimal())


def parsed(text: str) -> Any:
    """The file as tomlkit has it, to be changed in place and ``written``; without the comments and
    blank lines between its blocks, which new keys would be put behind."""
    lines = text.split("\n")
    return tomlkit.parse("\n".join(line for a, b, _ in _spans(text) for line in lines[a:b]) + "\n")


def written(document: Any, text: str) -> str:
    """What ``parsed`` made of ``text``, changed, with what stood between its blocks."""
    lines, made = text.split("\n"), tomlkit.dumps(document)
    new = made.split("\n")
    kept = []
    for (_, end, after), (a, b, _) in zip(_spans(text), _spans(made), strict=True):
        kept += [*new[a:b], *lines[end:after]]
    return "\n".join(kept)


def _spans(text: str) -> list[tuple[int, int, int]]:
    """Of what stands before all tables, and of each block: where it begins and ends, and where the
    next begins."""
    lines = text.split("\n")
    keys = {line - 1 for key, line in lines_of(text).items() if _begins(key)}
    starts = [0, *sorted(n for n in keys if n and lines[n].lstrip().startswith("["))]
    spans = []
    for begin, after in zip(starts, [*starts[1:], len(lines)], strict=True):
        end = after
        while end > begin and _is_between(lines[end - 1]):
            end -= 1
        spans.append((begin, end, after))
    return spans


def _is_between(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def without(text: str, where: str) -> str:
    """The text without a block, and without the blank line behind it."""
    begin, end = span(text, where)
    lines = text.split("\n")
    if end < len(lines) and not lines[end].strip():
        end += 1
    return "\n".join([*lines[:begin], *lines[end:]])


def with_entry(text: str, name: str, entry: dict[str, Any] | Table) -> str:
    """The text with one more entry of a list of tables, behind the last one."""
    table: Any = tomlkit.item(entry)
    block = tomlkit.dumps({name: AoT([table])}).strip("\n")
    last = _last(text, name)
    return _appended(text, block) if last is None else _behind(text, last, block)


def with_table(text: str, name: str) -> str:
    """The text with an empty ``[name]`` at its end, where it has none."""
    return text if (name,) in lines_of(text) else _appended(text, f"[{name}]")


def _last(text: str, name: str) -> str | None:
    entries = [int(key[1]) for key in lines_of(text) if len(key) == 2 and key[0] == name]
    return f"{name}.{max(entries)}" if entries else None


def _behind(text: str, where: str, block: str) -> str:
    _, end = span(text, where)
    lines = text.split("\n")
    return "\n".join([*lines[:end], "", *block.split("\n"), *lines[end:]])


def _appended(text: str, block: str) -> str:
    return f"{text.rstrip()}\n\n{block}\n"
