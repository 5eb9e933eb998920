"""The days of an event, at what time it is, and until when one may answer."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from pipeline.event import About, Fact
from pipeline.flyer.rows import Row, Rows

_MONTHS: tuple[str, ...] = (
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
)
_MONTHS += ("octobre", "novembre", "decembre")
_WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_N = r"\d{1,2}(?:\s?er)?"
_MONTH = rf"(?:{'|'.join(_MONTHS)})"
_WEEKDAY = rf"(?:(?:{'|'.join(_WEEKDAYS)})\s+)?"
_DAYS = re.compile(
    rf"\b(?P<more>(?:{_WEEKDAY}{_N}(?:\s+{_MONTH})?\s*(?:,|et|au|&|-)\s*(?:le\s+)?)*)"
    rf"(?P<weekday>{_WEEKDAY})(?P<day>{_N})\s+(?P<month>{_MONTH})\b(?:\s+(?P<year>(?:19|20)\d\d)(?!\d))?"
)
"""One day or several of them, of which the last names the month and perhaps the year."""
_EARLIER = re.compile(
    rf"(?P<weekday>{_WEEKDAY})(?P<day>{_N})(?:\s+(?P<month>{_MONTH}))?(?=\s*(?:,|et|au|&|-))"
)
_DIGITS_DAY = re.compile(
    rf"(?P<weekday>{_WEEKDAY})\b(?P<day>\d{{1,2}})[/.](?P<month>\d{{1,2}})[/.](?P<year>(?:19|20)?\d\d)\b"
)
_LATEST = re.compile(
    r"\b(?:avant\s+le|au\s+plus\s+tard|date\s+limite|dernier\s+delai|delai\s+de\s+rigueur|cloture"
    r"|d'ici|(?:retour|repon\w+)\b.{0,60}\bpour\s+le)\b",
    re.DOTALL,
)
_UNTIL = re.compile(r"\bjusqu'au\b")
_ASKED = re.compile(r"\b(?:inscri|reserv|repon|bulletin|candidat|envo[iy]|retourn|billet)")
_LATEST_BEHIND = re.compile(r"\s*,?\s*\(?(?:au plus tard|dernier delai|delai de rigueur)")
_OF_ANOTHER = re.compile(
    r"(?:\b(?:depuis le|ne le|nee le|seance du|reunion du|loi du|decret du|arrete du|rencontre du"
    rf"|fait a [\w' -]+,? le)\s*|^[\w' -]{{2,30}}, le\s+){_WEEKDAY}$"
)
"""Before a day on which something else was, or on which the letter was written."""
_FURTHEST = 140
"""Characters between a word for a deadline and its day."""

CLOCK = r"\b([01]?\d|2[0-4])\s?(?:[hH](?:eures?)?\s?([0-5]\d)?\b|:([0-5]\d)\b)"
SPAN = rf"{CLOCK}(?:\s*(?:[-–—/]|à|a|et|jusqu'à|jusqu'a)\s*{CLOCK})?"
_TIME = re.compile(SPAN)
_HOURS = re.compile(rf"^\W{{0,3}}(?:horaires?|heures?)\b[^\d\n]{{0,20}}{SPAN}\W*$")
_BETWEEN = re.compile(r"[\s,:;(–—-]*(?:(?:de|a|des|a partir de|entre|vers)\s+)?$")
_LEADS_ON = re.compile(rf"\b(?:a|de|des|vers|entre)\s*$|^.{{50,}}\b{_MONTH}(?:\s+\d{{4}})?\s*$")
_ALONE = re.compile(r"\W*(?:\n|$)")
_UNPROVEN, _PROVEN, _CONTRADICTED = 0.99, 1.0, 0.3
"""A day in digits alone; one that its weekday proves; one that its weekday denies."""
UNPROVEN = _UNPROVEN
"""How sure digits are of which nothing shows that they are right."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day that a text names, from ``start`` to ``end``; its year may be left out: 0."""

    start: int
    end: int
    year: int
    month: int
    day: int
    weekday: str

    def iso(self, year: int = 0) -> str:
        try:
            return date(self.year or year, self.month, self.day).isoformat()
        except ValueError:
            return ""


def days_in(plain: str) -> list[Day]:
    """All days that a text without accents names, in their order."""
    named: list[Day] = []
    for match in _DAYS.finditer(plain):
        month, year = _MONTHS.index(match["month"]) + 1, int(match["year"] or 0)
        for more in _EARLIER.finditer(plain, match.start("more"), match.start("weekday")):
            own = _MONTHS.index(more["month"]) + 1 if more["month"] else month
            named.append(_day(match, more, year, own))
        named.append(_day(match, match, year, month))
    for match in _DIGITS_DAY.finditer(plain):
        year = int(match["year"])
        named.append(_day(match, match, year + 2000 * (year < 100), int(match["month"])))
    return sorted(named, key=lambda day: day.start)


def _day(whole: re.Match[str], own: re.Match[str], year: int, month: int) -> Day:
    day = int(re.sub(r"\D", "", own["day"]))
    return Day(own.start("weekday"), whole.end(), year, month, day, own["weekday"].strip())


def event_days(rows: Rows) -> list[Day]:
    """The days that the page names, without deadlines and what was on another day."""
    named = [day for day in days_in(rows.plain) if not _is_of_another(rows, day)]
    return [day for day in named if not _is_deadline(rows, day)]


def days(rows: Rows) -> Iterator[Fact]:
    """The days of the event, with its time as ``detail``; and the deadlines.

    A day without a year is of the year of the event's first day; a deadline is before that.
    """
    named = [day for day in days_in(rows.plain) if not _is_of_another(rows, day)]
    latest = {day for day in named if _is_deadline(rows, day)}
    event = min((day.iso() for day in named if day not in latest and day.iso()), default="")
    facts: dict[tuple[About, str], Fact] = {}
    for day in named:
        value = day.iso(int(event[:4] or 0))
        about = About.DEADLINE if day in latest else About.DATE
        if about is About.DEADLINE and not day.year and event and value > event:
            value = day.iso(int(event[:4]) - 1)
        if not value:
            continue
        detail = "" if day in latest else _time_behind(rows, day)
        fact = Fact(
            about,
            value,
            detail,
            rows.text[day.start : day.end],
            line=rows.line_at(day.start),
            probability=_sure(value, day.weekday),
        )
        known = facts.setdefault((about, value), fact)
        if not known.detail:
            facts[about, value] = replace(known, detail=detail)
    yield from _with_hours([*facts.values()], rows)


def _is_of_another(rows: Rows, day: Day) -> bool:
    line = rows.plain.rfind("\n", 0, day.start) + 1
    return bool(_OF_ANOTHER.search(rows.plain[line : day.start]))


def _is_deadline(rows: Rows, day: Day) -> bool:
    if _LATEST_BEHIND.match(rows.plain, day.end):
        return True
    start, end = rows.sentence(day.start)
    before = rows.plain[max(start, day.start - _FURTHEST) : day.start]
    others = days_in(before)
    nearest = before[others[-1].end :] if others else before
    asked = _ASKED.search(rows.plain[start:end])
    return bool(_LATEST.search(nearest) or (asked and _UNTIL.search(nearest)))


def _sure(value: str, weekday: str) -> float:
    if not weekday:
        return _UNPROVEN
    agrees = _WEEKDAYS[date.fromisoformat(value).weekday()] == weekday
    return _PROVEN if agrees else _CONTRADICTED


def _time_behind(rows: Rows, day: Day) -> str:
    """The time that stands behind a day, before anything else but little words."""
    match = _TIME.search(rows.plain, day.end, day.end + 50)
    if match is None or not _BETWEEN.match(between := rows.plain[day.end : match.start()]):
        return ""
    row = rows.rows[rows.index_at(day.end - 1)]
    return (
        span(match)
        if "\n" not in between or leads_on(row.plain) or _ALONE.match(rows.plain, match.end())
        else ""
    )


def _with_hours(facts: list[Fact], rows: Rows) -> list[Fact]:
    """The days, with the time that stands behind ``Horaires``."""
    hours = next((span(match) for row in rows if (match := _HOURS.match(row.plain))), "")
    return [
        replace(fact, detail=fact.detail or hours) if fact.about is About.DATE else fact
        for fact in facts
    ]


def leads_on(plain: str) -> bool:
    """Whether a row's end belongs to the time that the next begins with: a sentence goes on."""
    return bool(_LEADS_ON.search(plain))


def is_hours(row: Row) -> bool:
    return bool(_HOURS.match(row.plain))


def span(match: re.Match[str]) -> str:
    """The normal form of a ``SPAN``: ``09:15`` or ``09:15-10:00``."""
    first, second = match.groups()[-6:-3], match.groups()[-3:]
    return "-".join(f"{int(h):02}:{m or n or '00'}" for h, m, n in (first, second) if h)
