"""A day in French hands: ``02/02/2018``, ``2.2.18``, ``2 février 2018``. Its value is ISO 8601.

A day that the calendar lacks is none, and neither is one whose weekday is another.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

import numpy as np

from pipeline.decoding.ctc import Grammar
from pipeline.decoding.evidence import DIGITS, Channel
from pipeline.fields import Read
from pipeline.fields._written import Written
from pipeline.french_event import day_and_month
from pipeline.records import Candidate, FieldValue, LineEvidence
from pipeline.text import fold

Years = Callable[[int], Mapping[int, float]]
"""The years that two digits may stand for, each with its natural log-prior; the likeliest first."""

FIRST_YEAR, LAST_YEAR = 1900, 2099
_SIX_DIGITS = -2.0
"""Log-prior of six digits in a row: which of them are the year is not sure."""
_SPELLED = 2.0
"""Log-prior of a day whose month is spelled: no other word is so near to one."""
_WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_NAMES = tuple(fold(day_and_month(date(2000, m, 2))).split()[1] for m in range(1, 13))
_SHORT = ("janv", "fev", "fevr", "avr", "juil", "sept", "oct", "nov", "dec")
_MONTHS = {
    spelled: i
    for i, name in enumerate(_NAMES, 1)
    for spelled in (name, *(short for short in _SHORT if name.startswith(short)))
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_WEEKDAY = "|".join(_WEEKDAYS)
_LE = r"(?:(?:nee? )?le )?"
_SIGN = r"(?: ?[/.-] ?| )"
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)", re.ASCII)
_IN_DIGITS = re.compile(
    rf"{_LE}(?P<day>\d{{1,2}}){_SIGN}(?P<month>\d{{1,2}}){_SIGN}(?P<year>\d{{4}}|\d\d)", re.ASCII
)
_IN_A_ROW = re.compile(r"(?P<day>\d\d)(?P<month>\d\d)(?P<year>\d{4})", re.ASCII)
_SIX = re.compile(r"(?P<day>\d\d)(?P<month>\d\d)(?P<year>\d\d)", re.ASCII)
_IN_WORDS = re.compile(
    rf"{_LE}(?:(?P<weekday>{_WEEKDAY}),? )?(?P<day>\d{{1,2}})(?: ?er)?[ /-]?"
    rf"(?P<month>{_MONTH})\.?[ /-]?(?P<year>\d{{4}}|\d\d)\.?",
    re.ASCII,
)
_FORMS = (_ISO, _IN_DIGITS, _IN_A_ROW, _IN_WORDS)
_NOTHING = re.compile(r"[\s_/.-]*")
_WORD = re.compile(r"[^\W\d_]{3}")

_DIGITS_CHANNEL = Channel(
    "0123456789/ ",
    {
        **DIGITS,
        # Strokes between the parts look like ones, and any sign may part them.
        "/": {"/": 0.92, "1": 0.05, "7": 0.03},
        "lI|!": {"1": 0.6, "/": 0.4},
        "1": {"1": 0.95, "7": 0.02, "/": 0.03},
        ".,-–—:;\\·": {"/": 0.7, " ": 0.15, "": 0.15},
        "_": {" ": 0.4, "": 0.6},
        " ": {" ": 0.7, "": 0.3},
    },
)
_DAY, _MONTH_DIGITS = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_PART = r"(?: ?/ ?| )"
_DIGITS_GRAMMAR = Grammar(
    rf" ?(?:{_DAY}{_PART}{_MONTH_DIGITS}{_PART}(?:(?:19|20)\d\d|\d\d)"
    r"|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:(?:19|20)\d\d|\d\d))[/ ]?"
)
_WORDS_CHANNEL = Channel(
    "0123456789abcdefijlmnoprstuvyz. ",
    {
        "l": {"l": 0.7, "i": 0.15, "1": 0.15},
        "I": {"i": 0.6, "1": 0.3, "l": 0.1},
        "|!1": {"1": 0.7, "i": 0.15, "l": 0.15},
        "O": {"o": 0.5, "0": 0.5},
        "o": {"o": 0.85, "0": 0.15},
        "0": {"0": 0.95, "o": 0.05},
        "S": {"s": 0.7, "5": 0.3},
        "Z": {"2": 1.0},
        "5": {"5": 0.95, "s": 0.05},
        ",;:·_": {"": 0.7, ".": 0.3},
        "-–—/": {" ": 1.0},
        ".": {".": 0.6, "": 0.4},
        " ": {" ": 0.8, "": 0.2},
    },
)
_WORDS_GRAMMAR = Grammar(
    rf" ?{_LE}(?:(?:{_WEEKDAY}) )?{_DAY}(?: ?er)? ?(?:{_MONTH})\.? ?(?:(?:19|20)\d\d|\d\d)[. ]?"
)


def day_of(text: str, years: Years) -> FieldValue:
    """The day a person typed, as ``2018-02-02``; "" for none, None where it is no day."""
    if _NOTHING.fullmatch(text):
        return ""
    plain = " ".join(fold(text).replace("_", "").split())
    matches = (form.fullmatch(plain) for form in _FORMS)
    return next((day for match in matches if match for day in _meant(match, years)), None)


def to_text(value: FieldValue) -> str:
    """``2018-02-02``: for tables that other programs read."""
    return "" if value is None else str(value)


def shown(value: FieldValue) -> str:
    """``02/02/2018``."""
    return f"{date.fromisoformat(str(value)):%d/%m/%Y}" if value else ""


def spelled(value: FieldValue) -> tuple[str, ...]:
    """A day as the French write it, in digits first."""
    if not value:
        return ()
    day = date.fromisoformat(str(value))
    d, m, y = f"{day:%d}", f"{day:%m}", f"{day.year}"
    in_words = f"{day_and_month(day)} {y}"
    in_digits = (f"{d}/{m}/{y}", f"{d}.{m}.{y}", f"{d}-{m}-{y}", f"{d} {m} {y}")
    return (*in_digits, f"{day.day}/{day.month}/{y}", f"{d} / {m} / {y}", in_words)


def invent_between(first: date, last: date, rng: np.random.Generator) -> tuple[str, str]:
    """A day and a way of writing it."""
    day = date.fromordinal(int(rng.integers(first.toordinal(), last.toordinal() + 1)))
    ways = spelled(day.isoformat())
    return day.isoformat(), ways[int(rng.integers(len(ways)))]


def reader(parse: Callable[[str], FieldValue], years: Years) -> Read:
    """How a type reads days whose two digits stand for such years."""

    def values(text: str) -> Mapping[FieldValue, float]:
        plain = text.strip(" /")
        if six := _SIX.fullmatch(plain):
            return {day: p + _SIX_DIGITS for day, p in _meant(six, years).items()}
        matches = (form.fullmatch(plain) for form in _FORMS)
        meant = next((_meant(match, years) for match in matches if match), {})
        spelled_out = _SPELLED if _WORD.search(plain) else 0.0
        return {day: p + spelled_out for day, p in meant.items()}

    in_digits = Written(_DIGITS_CHANNEL, _DIGITS_GRAMMAR, values, parse, to_text)
    in_words = Written(_WORDS_CHANNEL, _WORDS_GRAMMAR, values, parse, to_text, width=32)

    def read(lines: Sequence[LineEvidence], /) -> tuple[Candidate, ...]:
        spells = any(_WORD.search(line.text) for line in lines)
        return (in_words if spells else in_digits).read(lines)

    return read


def _meant(match: re.Match[str], years: Years) -> dict[FieldValue, float]:
    """The days that a text may mean, the likeliest first."""
    parts = match.groupdict()
    month = _MONTHS.get(parts["month"]) or int(parts["month"])
    year = int(parts["year"])
    possible = years(year) if len(parts["year"]) == 2 else {year: 0.0}
    weekday = parts.get("weekday")
    return {
        day.isoformat(): log_prior
        for year, log_prior in possible.items()
        for day in _existing(year, month, int(parts["day"]))
        if weekday in (None, _WEEKDAYS[day.weekday()])
    }


def _existing(year: int, month: int, day: int) -> Iterator[date]:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return
    try:
        yield date(year, month, day)
    except ValueError:
        return
