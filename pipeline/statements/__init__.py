"""A bank's file as a statement: one small reader a format, found by what the file holds.

A reader is a module here with ``FORMAT``, its name for people, ``recognises(text)``, and
``read(text)``, which gives the periods that a file tells or raises StatementError.
"""

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Protocol, cast

from pipeline.errors import StatementError
from pipeline.language import tr, why
from pipeline.ledger import Statement
from pipeline.statements.balance import whole
from pipeline.statements.encoded import text_of
from pipeline.statements.section import Section

MOST_BYTES = 20_000_000


class _Reader(Protocol):
    FORMAT: str

    def recognises(self, text: str, /) -> bool: ...

    def read(self, text: str, /) -> Sequence[Section]: ...


def formats() -> tuple[str, ...]:
    """What can be read, as people call it."""
    return tuple(reader.FORMAT for reader in _readers())


def read(path: Path) -> Statement:
    """The statement in a bank's file, whatever the name of the file.

    Movements are in the order of days. Days that it does not say are those of the first and the
    last movement. Raises StatementError, with the file, the line and what to do, where it is not a
    statement of one account in euros that adds up.
    """
    return parse(_bytes(path), path)


def parse(data: bytes, path: Path) -> Statement:
    """The same of what such a file holds, which errors call ``path``."""
    try:
        text = text_of(data)
        reader = _reader(text)
        period = whole(reader.read(text))
    except StatementError as err:
        raise StatementError(tr("{path}: {fault}", path=path, fault=err)) from err
    return Statement(
        sha256=hashlib.sha256(data).hexdigest(),
        format=reader.FORMAT,
        account=period.account,
        first=period.first,
        last=period.last,
        movements=period.movements,
        opening_cents=period.opening_cents,
        closing_cents=period.closing_cents,
    )


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as err:
        raise StatementError(
            tr(
                "{path}: cannot be read ({why}). Look whether it is there and may be opened.",
                path=path,
                why=why(err),
            )
        ) from err
    if len(data) <= MOST_BYTES:
        return data
    raise StatementError(
        tr(
            "{path}: larger than {most} MB, and no statement is. Give the bank's file, or shorter "
            "periods in several files.",
            path=path,
            most=MOST_BYTES // 1_000_000,
        )
    )


def _reader(text: str) -> _Reader:
    for reader in _readers():
        if reader.recognises(text):
            return reader
    raise StatementError(
        tr(
            "no format of a bank that is known here. Download the statement in one of these: "
            "{formats}.",
            formats=", ".join(formats()),
        )
    )


@cache
def _readers() -> tuple[_Reader, ...]:
    modules = (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
    return tuple(cast(_Reader, module) for module in modules if hasattr(module, "FORMAT"))
