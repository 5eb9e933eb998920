"""Accounting years, and the numbers of entries in them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Protocol

from pipeline.config import Accounting
from pipeline.ledger import Booking, Entry


class _OfADay(Protocol):
    @property
    def source(self) -> str: ...
    @property
    def day(self) -> date: ...


def in_order(booked: _OfADay) -> tuple[date, str, int]:
    """To sort by: the day, then the source, ``m2`` before ``m10``."""
    return booked.day, *by_number(booked.source)


def by_number(source: str) -> tuple[str, int]:
    """To sort sources by."""
    return source[:1], int(source[1:])


def year_of(day: date, accounting: Accounting) -> date:
    """The first day of the accounting year that a day is in."""
    begins = date.fromisoformat(f"{day.year}-{accounting.first_day}")
    return begins if begins <= day else begins.replace(year=day.year - 1)


def last_day(year: date) -> date:
    """Of the accounting year that begins on ``year``."""
    return year.replace(year=year.year + 1) - timedelta(days=1)


def numbered(
    due: Iterable[tuple[Entry, int]], booked: Sequence[Booking], accounting: Accounting
) -> tuple[Booking, ...]:
    """What is to be booked, with ids and numbers that go on behind those of all that is booked.

    ``due``: see ``compare``. Numbers follow the days, then the sources. They are unbroken in a
    year, also where its first day is moved: vouchers name the year it begins in.
    """
    numbers: Counter[int] = Counter()
    for booking in booked:
        numbers[booking.year.year] = max(numbers[booking.year.year], booking.number)
    last_id = max((booking.id for booking in booked), default=0)
    bookings = []
    # What takes an entry back comes in ``due`` before what replaces it, and stays there.
    for entry, reverses in sorted(due, key=lambda step: in_order(step[0])):
        year = year_of(entry.day, accounting)
        numbers[year.year] += 1
        last_id += 1
        bookings.append(Booking(last_id, year, numbers[year.year], entry, reverses))
    return tuple(bookings)
