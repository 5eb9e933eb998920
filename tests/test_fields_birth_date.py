from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written import best, check_probabilities, held, probability_of, seen

from pipeline.fields.birth_date import TYPE, parse

DAYS = st.dates(date(1900, 1, 1), date(2029, 12, 31)).map(date.isoformat)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("02/03/1958", "1958-03-02"),
        ("2.3.58", "1958-03-02"),
        ("2/3/12", "2012-03-02"),
        ("2/3/30", "1930-03-02"),
        ("né le 2 mars 1958", "1958-03-02"),
        ("née le 02/03/1958", "1958-03-02"),
        ("02 / 03 / 1958", "1958-03-02"),
        ("__ / __ / ____", ""),
    ],
)
def test_a_birth_date_is_typed_and_read_as_people_write_it(text, day):
    assert parse(text) == day
    assert best(TYPE.read([held(text)])) == (day, 0.999)


def test_both_centuries_stand_for_choice_where_two_digits_are_written():
    candidates = TYPE.read([seen("02/03/12")])
    assert best(candidates)[0] == "2012-03-02"
    assert 0.01 < probability_of(candidates, "1912-03-02") < 0.1


def test_four_digits_leave_no_choice_of_the_century():
    candidates = TYPE.read([seen("02/03/1912")])
    assert best(candidates)[0] == "1912-03-02"
    assert probability_of(candidates, "2012-03-02") < 0.01


@pytest.mark.parametrize("text", ["31/02/1958", "2/3/1899", "2/3/2100", "58", "mars 1958", "Paris"])
def test_what_is_no_birth_date_is_none(text):
    assert parse(text) is None


@given(DAYS)
def test_a_birth_date_reads_back_in_all_its_spellings(day):
    for text in (TYPE.to_text(day), TYPE.display(day), *TYPE.spellings(day)):
        assert parse(text) == day


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_what_is_invented_is_what_is_written(seed):
    value, text = TYPE.invent(np.random.default_rng(seed))
    assert parse(text) == value
    candidates = TYPE.read([seen(text, sure=0.9999)])
    check_probabilities(candidates)
    assert best(candidates)[0] == value
