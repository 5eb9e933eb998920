"""Faults of a ``form.toml`` as people mend them: with their lines, and the keys that are meant."""

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from itertools import count
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from pipeline.config import Fault, faults_of
from pipeline.language import tr

_Path = tuple[str, ...]
_Tokens = list[tuple[str, int]]
"""What is left of a file, with its lines; the next is the last."""
_TOKEN = re.compile(
    r"""
    "{3} (?:\\.|[^\\])*? "{3,5} | '{3} .*? '{3,5}  # a text over several lines
    | "(?:\\.|[^"\\])*" | '[^']*'
    | \#[^\n]* | \n | [][{}=,]
    | [^][\s{}=,"'\#]+""",
    re.VERBOSE | re.DOTALL,
)
_CLOSED_BY = {"[": "]", "{": "}"}


def hinted(err: ValidationError, model: type[BaseModel]) -> Iterator[Fault]:
    """What pydantic found wrong with a ``model``; for an unknown key also the nearest known one."""
    for (where, what), error in zip(faults_of(err), err.errors(), strict=True):
        *places, key = map(str, error["loc"]) if error["loc"] else ("",)
        known = _keys_at(places, model) if error["type"] == "extra_forbidden" else ()
        near = next(iter(get_close_matches(key, known, n=1)), "")
        yield where, tr("{what}; perhaps {key!r}", what=what, key=near) if near else what


def placed(faults: Iterable[Fault], text: str) -> list[Fault]:
    """The faults of a file in the order of their lines, where these can be known, and with them."""
    lines = lines_of(text)
    by_line = sorted((_line(where, lines), where, what) for where, what in faults)
    return [
        (tr("line {line}, {where}", line=line, where=where) if line else where, what)
        for line, where, what in by_line
    ]


def lines_of(text: str) -> dict[_Path, int]:
    """The line, from 1, where each key and each entry of a list begins, by its path.

    ``text`` is valid TOML (1.0): what is not is told elsewhere.
    """
    lines: dict[_Path, int] = {}
    last_of: dict[_Path, int] = {}
    table: _Path = ()
    tokens = _tokens(text)
    while tokens:
        sign, line = tokens[-1]
        if sign == "\n":
            tokens.pop()
        elif sign == "[":
            table = _header(tokens, last_of)
            _put(table, line, lines)
        else:
            path = (*table, *_key(tokens, "="))
            _put(path, line, lines)
            _value(path, tokens, lines)
    return lines


def _tokens(text: str) -> _Tokens:
    tokens: _Tokens = []
    line = 1
    for match in _TOKEN.finditer(text):
        if not match[0].startswith("#"):
            tokens.append((match[0], line))
        line += match[0].count("\n")
    return tokens[::-1]


def _header(tokens: _Tokens, last_of: dict[_Path, int]) -> _Path:
    """The path of a ``[table]``, or of a ``[[table]]``, which is one more of its list."""
    tokens.pop()
    is_listed = tokens[-1][0] == "["
    if is_listed:
        tokens.pop()
    *parents, name = _key(tokens, "]")
    path: _Path = ()
    for parent in parents:
        path = _entry((*path, parent), last_of)
    path = (*path, name)
    if is_listed:
        tokens.pop()
        last_of[path] = last_of.get(path, -1) + 1
    return _entry(path, last_of)


def _entry(path: _Path, last_of: dict[_Path, int]) -> _Path:
    """The last one where there is a list of tables."""
    return (*path, str(last_of[path])) if path in last_of else path


def _key(tokens: _Tokens, end: str) -> _Path:
    """The parts of the key before ``end``."""
    parts: list[str] = []
    while (sign := tokens.pop()[0]) != end:
        parts += [sign[1:-1]] if sign[0] in "\"'" else filter(None, sign.split("."))
    return tuple(parts)


def _value(path: _Path, tokens: _Tokens, lines: dict[_Path, int]) -> None:
    opened = tokens.pop()[0]
    closed = _CLOSED_BY.get(opened)
    if closed is None:  # a day and its hour are two tokens
        while tokens and tokens[-1][0] not in ("\n", ",", "]", "}"):
            tokens.pop()
        return
    for n in count():
        while tokens[-1][0] in ("\n", ","):
            tokens.pop()
        sign, line = tokens[-1]
        if sign == closed:
            tokens.pop()
            return
        inner = (*path, *(_key(tokens, "=") if opened == "{" else (str(n),)))
        _put(inner, line, lines)
        _value(inner, tokens, lines)


def _put(path: _Path, line: int, lines: dict[_Path, int]) -> None:
    """A table begins where the first of it is named."""
    for end in range(1, len(path) + 1):
        lines.setdefault(path[:end], line)


def _line(where: str, lines: dict[_Path, int]) -> int:
    """That of the innermost part of a place that stands in the file, 0 where none does; pydantic
    names the kind of a constraint, too."""
    path: _Path = ()
    for part in where.split("."):
        if (*path, part) in lines:
            path = (*path, part)
    return lines.get(path, 0)


def _keys_at(places: Iterable[str], model: type[BaseModel]) -> set[str]:
    """The keys that the table at a place of a file may have; what is excluded stands in none."""
    models = {model}
    for place in places:
        inner = {
            each
            for outer in models
            for key, field in outer.model_fields.items()
            if (field.alias or key) == place
            for each in _models(field.annotation)
        }
        models = inner or models  # a number in a list, or the kind of a constraint
    return {
        field.alias or key
        for each in models
        for key, field in each.model_fields.items()
        if not field.exclude
    }


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
