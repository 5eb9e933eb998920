from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written import best, check_probabilities, held, probability_of, seen

from pipeline.fields.date import TYPE, parse

DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31)).map(date.isoformat)


@pytest.mark.parametrize(
    "named",
    [
        "02/02/2018",
        "2/2/2018",
        "2.2.18",
        "02-02-2018",
        "02 / 02 / 2018",
        "02 02 2018",
        "02022018",
        "O2/O2/2Ol8",
        "02l02|2018",
        "020218",
        "2 février 2018",
        "2 FEVRIER 2018",
        "2 fevrler 2O18",
        "2 fév. 18",
        "le 2 février 2018",
        "vendredi 2 février 2018",
    ],
)
def test_a_day_is_read_however_it_is_written(named):
    value, probability = best(TYPE.read([seen(named)]))
    assert (value, probability > 0.4) == ("2018-02-02", True)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1er mai 2018", "2018-05-01"),
        ("5 août 2019", "2019-08-05"),
        ("12 sept. 2020", "2020-09-12"),
        ("29/02/2016", "2016-02-29"),
        ("2018-02-05", "2018-02-05"),
        ("05022018", "2018-02-05"),
        ("5/2/68", "2068-02-05"),
        ("5/2/69", "1969-02-05"),
        ("12 / 11 / 2018", "2018-11-12"),
        ("1_ / 1_ / 2018", "2018-01-01"),
        ("__ / __ / ____", ""),
        ("", ""),
    ],
)
def test_a_day_is_typed_as_people_write_it(text, day):
    assert parse(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "29/02/2018",
        "31/04/2018",
        "00/01/2018",
        "02/13/2018",
        "2/2/1018",
        "2/2/2100",
        "2/2/218",
        "2/2",
        "180202",
        "20180202",
        "lundi 2 février 2018",
        "février 2018",
        "2 février",
        "2 fe 2018",
        "demain",
    ],
)
def test_what_is_no_day_is_none(text):
    assert parse(text) is None
    assert TYPE.read([held(text)]) == ()


def test_a_day_that_the_calendar_lacks_is_not_believed():
    assert all(c.probability < 0.5 for c in TYPE.read([seen("31/04/2018")]))


def test_a_digit_in_doubt_leaves_both_days():
    candidates = TYPE.read([seen("11/02/2018", unsure={0: {"1": 0.6, "2": 0.4}})])
    assert best(candidates)[0] == "2018-02-11"
    assert probability_of(candidates, "2018-02-21") > 0.2


@settings(deadline=None)
@given(DAYS)
def test_a_day_reads_back_in_all_its_spellings(day):
    for text in (TYPE.to_text(day), TYPE.display(day), *TYPE.spellings(day)):
        assert parse(text) == day
        assert best(TYPE.read([held(text)])) == (day, 0.999)


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_what_is_invented_is_what_is_written(seed):
    value, text = TYPE.invent(np.random.default_rng(seed))
    assert parse(text) == value
    candidates = TYPE.read([seen(text, sure=0.9999)])
    check_probabilities(candidates)
    assert best(candidates)[0] == value


@given(st.text(st.sampled_from("0123456789/.- _ferivmans")) | st.text())
def test_any_text_is_a_day_of_the_calendar_or_none(text):
    value = parse(text)
    assert not value or date.fromisoformat(value).isoformat() == value


def test_people_read_days_the_french_way():
    assert TYPE.display("2018-02-02") == "02/02/2018"
    assert TYPE.display("") == ""
