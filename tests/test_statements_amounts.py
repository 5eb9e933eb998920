"""Amounts and days as banks write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.statements.amounts import cents, decimal_mark, plain_cents
from pipeline.statements.days import day

AMOUNTS = st.integers(-99_999_999_999, 99_999_999_999)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("136,30", 13630),
        ("136.30", 13630),
        ("-20,00", -2000),
        ("+20,00", 2000),
        ("- 20,00", -2000),
        ("−20,00", -2000),
        ("136,3", 13630),
        ("40", 4000),
        ("0,00", 0),
        ("1 136,30", 113630),
        ("1\u00a0136,30", 113630),
        ("1\u202f136,30 €", 113630),
        ("1.136,30", 113630),
        ("1,136.30", 113630),
        ("1'136.30", 113630),
        ("1.136.300", 113630000),
        ("EUR 40,00", 4000),
    ],
)
def test_an_amount_is_read_as_the_bank_means_it(written: str, value: int) -> None:
    assert cents(written) == value


@pytest.mark.parametrize(
    "written",
    ["", "-", "abc", "12,345,67", "1,136", "1.136", "12 34,00", "1 1136,30", "1,136,30", "٣,00"],
)
def test_what_is_no_amount_or_may_be_two_is_none(written: str) -> None:
    assert cents(written) is None


def test_the_other_amounts_of_a_file_tell_what_one_alone_does_not() -> None:
    assert cents("1,136", decimal_mark(["1,136", "20.00"])) == 113600
    assert cents("1.136", decimal_mark(["1.136", "20,00"])) == 113600
    assert cents("1,136", decimal_mark(["1,136", "20,00"])) is None
    assert cents("1,136", decimal_mark(["1,136", "1.136.300"])) is None
    assert cents("1,136", decimal_mark(["1,136", "40"])) is None


def test_an_amount_that_contradicts_its_file_is_none() -> None:
    assert cents("136.30", decimal_mark(["136,30", "20,00", "136.30"])) is None


@given(AMOUNTS, st.sampled_from(["", " ", "\u00a0", "\u202f", "."]), st.sampled_from(["", "+"]))
def test_every_french_spelling_gives_its_cents(value: int, blank: str, plus: str) -> None:
    sign = "-" if value < 0 else plus
    euros = f"{abs(value) // 100:,}".replace(",", blank)
    assert cents(f"{sign}{euros},{abs(value) % 100:02d}") == value


@given(st.text())
def test_no_text_raises_here(text: str) -> None:
    assert cents(text) is None or isinstance(cents(text), int)
    assert decimal_mark([text]) in ("", ",", ".")
    assert day(text) is None or day(text).year >= 1970


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("136.30", 13630),
        ("136.3", 13630),
        ("136", 13600),
        ("136.30000", 13630),
        ("136.305", None),
        ("136,30", None),
        ("-136.30", None),
        ("", None),
    ],
)
def test_a_plain_number_has_a_point_and_no_sign(written: str, value: int | None) -> None:
    assert plain_cents(written) == value


@pytest.mark.parametrize(
    "written",
    ["02/03/2018", "2/3/2018", "02/03/18", "02-03-2018", "02.03.18", "02/03'18", "2018-03-02"],
)
def test_a_day_stands_before_its_month(written: str) -> None:
    assert day(written) == date(2018, 3, 2)


@pytest.mark.parametrize(
    ("written", "year"), [("02/03' 8", 2008), ("02/03'2018", 2018), ("02/03/99", 1999)]
)
def test_a_short_year_is_whole(written: str, year: int) -> None:
    assert day(written) == date(year, 3, 2)


@pytest.mark.parametrize(
    "written", ["", "32/01/2018", "02/13/2018", "29/02/2018", "02/03/9999", "02/03", "02/03/201"]
)
def test_what_is_no_day_is_none(written: str) -> None:
    assert day(written) is None
