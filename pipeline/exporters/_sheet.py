"""A table for French spreadsheets: what its cells hold, and how they are written as text."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pipeline.exporters import guarded, separated
from pipeline.french import label
from pipeline.money import cents_text
from pipeline.snapshot import RegistrationRow

_LONGEST = 32_767
"""UTF-16 units in a cell: https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3"""
_MORE = " […]"
# https://www.w3.org/TR/xml/#charsets, without the carriage return, which XML makes a newline.
_NO_CHARACTER = re.compile("[^\t\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Cents:
    """An amount of money, in cents."""

    value: int

    @classmethod
    def of(cls, cents: int | None) -> "Cents | None":
        return None if cents is None else cls(cents)


Cell = str | int | Cents | date | None
"""Text stays text, whatever it looks like; None is an empty cell."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows under their heads; a head that stands there already gets a number.

    ``wraps``: heads of columns of long sentences, which are broken into lines. Not ``filtered``: it
    is no list that anybody would filter or sort.
    """

    name: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    wraps: frozenset[str] = frozenset()
    filtered: bool = True

    @classmethod
    def of(
        cls,
        name: str,
        heads: Iterable[str],
        rows: Iterable[Iterable[Cell]],
        *,
        wraps: Iterable[str] = (),
        filtered: bool = True,
    ) -> "Sheet":
        """Rows may end early."""
        names = tuple(numbered(heads))
        blank = (None,) * len(names)
        cells = ((*map(_shown, row), *blank)[: len(names)] for row in rows)
        return cls(name, names, tuple(cells), frozenset(wraps), filtered)


def who(row: RegistrationRow) -> str:
    """The service, or whoever else registered; the first person where the form asks for none."""
    registration = row.registration
    reading = registration.reading(registration.roles.who)
    if reading or registration.roles.who:
        return reading.text if reading else ""
    return next((person.text for person in registration.named), "")


def who_head(rows: Iterable[RegistrationRow]) -> str:
    """What all forms call ``who``, or a word for all of them."""
    all_roles = (row.registration.roles for row in rows)
    heads = {label(roles.who, roles) for roles in all_roles if roles.who}
    return heads.pop() if len(heads) == 1 else "Inscrit par"


def french_csv(sheet: Sheet) -> str:
    """The sheet as French spreadsheets open it without asking: ``;``, ``40,00``, ``JJ/MM/AAAA``.

    The mark at its beginning says that it is UTF-8.
    """
    rows = ([_written(cell) for cell in row] for row in (sheet.heads, *sheet.rows))
    return "\N{BYTE ORDER MARK}" + separated(rows, separator=";", end="\r\n")


def day_text(day: date) -> str:
    """``02/02/2018``"""
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"


def _written(cell: Cell) -> str:
    match cell:
        case str():
            return guarded(cell)
        case Cents(value):
            return cents_text(value).replace(".", ",")
        case date():
            return day_text(cell)
        case None:
            return ""
    return str(cell)


def _shown(cell: Cell) -> Cell:
    """Text as every spreadsheet can hold it: what is no character as ``\\x00``, the end cut off.

    A longer cell of a CSV would be spilled over the next rows by Excel, one in a workbook is
    refused.
    """
    if not isinstance(cell, str):
        return cell
    lines = cell.replace("\r\n", "\n").replace("\r", "\n")
    text = _NO_CHARACTER.sub(lambda m: m[0].encode("unicode_escape").decode("ascii"), lines)
    units = text.encode("utf-16-le")
    if len(units) <= 2 * _LONGEST:
        return text
    return units[: 2 * (_LONGEST - len(_MORE))].decode("utf-16-le", "ignore") + _MORE


def numbered(heads: Iterable[str]) -> Iterable[str]:
    """Heads as they are shown; one that stands there already gets a number."""
    seen: Counter[str] = Counter()
    for head in map(str, map(_shown, heads)):
        seen[head] += 1
        yield head if seen[head] == 1 else f"{head} ({seen[head]})"
