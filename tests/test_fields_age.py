import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written import best, check_probabilities, held, probability_of, seen

from pipeline.fields.age import MOST, TYPE, parse, to_text


@pytest.mark.parametrize(
    ("named", "age"),
    [
        ("34", 34),
        ("34 ans", 34),
        ("34ans", 34),
        ("34 ANS", 34),
        ("1 an", 1),
        ("B ans", 8),
        ("l2", 12),
        ("S7 ans", 57),
        ("09", 9),
        ("..7..", 7),
        ("104", 104),
    ],
)
def test_an_age_is_read_with_and_without_its_unit(named, age):
    value, probability = best(TYPE.read([seen(named)]))
    assert (value, probability > 0.3) == (age, True)


@pytest.mark.parametrize(
    "text", ["121", "-3", "3,5", "6 mois", "6/7", "ans", "CM2", "34 34", "1an2"]
)
def test_what_is_no_age_is_none(text):
    assert parse(text) is None
    assert TYPE.read([held(text)]) == ()


@pytest.mark.parametrize(("named", "wrong"), [("3,5", 35), ("6 mois", 6), ("150", 15)])
def test_what_is_no_age_is_hardly_believed_to_be_another(named, wrong):
    assert probability_of(TYPE.read([seen(named)]), wrong) < 0.3


def test_a_digit_in_doubt_leaves_both_ages():
    candidates = TYPE.read([seen("14", unsure={0: {"1": 0.6, "7": 0.4}})])
    assert best(candidates)[0] == 14
    assert probability_of(candidates, 74) > 0.2


@settings(deadline=None)
@given(st.integers(0, MOST))
def test_an_age_reads_back_in_all_its_spellings(age):
    for text in (to_text(age), TYPE.display(age), *TYPE.spellings(age)):
        assert parse(text) == age
        assert best(TYPE.read([held(text)])) == (age, 0.999)


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_what_is_invented_is_what_is_written(seed):
    value, text = TYPE.invent(np.random.default_rng(seed))
    assert parse(text) == value
    candidates = TYPE.read([seen(text, sure=0.9999)])
    check_probabilities(candidates)
    assert best(candidates)[0] == value


@given(st.text() | st.text(st.sampled_from("0123456789 ans,")))
def test_any_text_is_an_age_or_none(text):
    assert parse(text) is None or 0 <= parse(text) <= MOST


def test_people_read_years():
    assert TYPE.display(1) == "1\u00a0an"
    assert TYPE.display(34) == "34\u00a0ans"
