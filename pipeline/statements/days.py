"""Days as French banks write them, the day before the month."""

import re
from datetime import date

_FRENCH = re.compile(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2})|' ?(\d{4}|\d{1,2}))", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:T.*)?", re.ASCII)
_YEARS = range(1970, 2100)


def day(text: str) -> date | None:
    """``02/02/2018``, ``2/2/18``, ``02/02'18`` or ``2018-02-02``; None where it is none."""
    bare = text.strip()
    if iso := _ISO.fullmatch(bare):
        return of(*map(int, iso.groups()))
    if french := _FRENCH.fullmatch(bare):
        number, month, year, short = french.groups()
        return of(whole_year(year or short), int(month), int(number))
    return None


def whole_year(digits: str) -> int:
    """``18`` is 2018 and ``99`` 1999, as POSIX reads ``%y`` (up to 68: this century)."""
    year = int(digits)
    if len(digits) == 4:
        return year
    return year + (2000 if year < 69 else 1900)


def of(year: int, month: int, number: int) -> date | None:
    """A day of the calendar, in years in which banks keep accounts in files; None for others."""
    if year not in _YEARS:
        return None
    try:
        return date(year, month, number)
    except ValueError:
        return None
