"""Numbers without a gap in each accounting year."""

from datetime import date, timedelta

import pytest
from booked import ACCOUNTING, entry
from hypothesis import given
from hypothesis import strategies as st

from pipeline.bookkeeping.numbering import last_day, numbered, year_of
from pipeline.config import Accounting
from pipeline.ledger import Booking

SCHOOL = Accounting(first_day="09-01")
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


def test_numbers_follow_days_then_sources() -> None:
    early, late = date(2018, 1, 9), date(2018, 2, 1)
    given = [entry("m10", day=late), entry("m2", day=late), entry("t9", day=early)]
    bookings = numbered([(one, 0) for one in given], [], ACCOUNTING)
    assert [(one.id, one.number, one.entry.source) for one in bookings] == [
        (1, 1, "t9"),
        (2, 2, "m2"),
        (3, 3, "m10"),
    ]


def test_numbers_go_on_in_each_year_behind_what_is_booked() -> None:
    old = [
        Booking(4, date(2018, 1, 1), 4, entry("m1")),
        Booking(5, date(2017, 1, 1), 1, entry("m2")),
    ]
    days = (date(2017, 12, 31), date(2018, 1, 1), date(2018, 12, 31), date(2019, 1, 1))
    old.append(Booking(3, date(2018, 1, 1), 3, entry("m4")))
    bookings = numbered([(entry("m3", day=day), 0) for day in days], old, ACCOUNTING)
    assert [(one.id, one.year.year, one.number) for one in bookings] == [
        (6, 2017, 2),
        (7, 2018, 5),
        (8, 2018, 6),
        (9, 2019, 1),
    ]


def test_what_takes_back_comes_before_what_replaces_it() -> None:
    back, new = entry("m1", ("512", -1)), entry("m1", ("512", 2))
    bookings = numbered([(back, 3), (new, 0)], [], ACCOUNTING)
    assert [(one.entry, one.reverses) for one in bookings] == [(back, 3), (new, 0)]


def test_a_voucher_never_names_two_entries_though_the_year_begins_elsewhere() -> None:
    before = numbered([(entry("m1", day=date(2018, 3, 1)), 0)], [], ACCOUNTING)
    after = numbered([(entry("m2", day=date(2018, 10, 1)), 0)], before, SCHOOL)
    assert [(one.year, one.number) for one in (*before, *after)] == [
        (date(2018, 1, 1), 1),
        (date(2018, 9, 1), 2),
    ]


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2018, 8, 31), date(2017, 9, 1)),
        (date(2018, 9, 1), date(2018, 9, 1)),
        (date(2020, 2, 29), date(2019, 9, 1)),
    ],
)
def test_a_year_begins_on_its_first_day(day: date, year: date) -> None:
    assert year_of(day, SCHOOL) == year


@given(DAYS, DAYS)
def test_a_day_is_in_one_year(day: date, other: date) -> None:
    first = other if (other.month, other.day) != (2, 29) else date(2018, 3, 1)
    accounting = Accounting(first_day=f"{first:%m-%d}")
    year = year_of(day, accounting)
    assert year <= day <= last_day(year)
    assert year_of(last_day(year) + timedelta(days=1), accounting) > year
    assert year_of(last_day(year), accounting) == year
