import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written import best, check_probabilities, held, probability_of, said, seen

from pipeline import fields
from pipeline.fields.number import MOST, TYPE, to_text

parse = TYPE.parse

NUMBERS = st.integers(0, MOST)


@pytest.mark.parametrize(
    ("named", "number"),
    [
        ("250", 250),
        ("1 250", 1250),
        ("l25O", 1250),
        ("999999", 999_999),
        ("..120..", 120),
        ("07", 7),
        ("0", 0),
    ],
)
def test_a_number_is_read_whatever_its_digits_look_like(named, number):
    value, probability = best(TYPE.read([seen(named)]))
    assert (value, probability > 0.5) == (number, True)


@pytest.mark.parametrize("text", ["12,5", "1.250", "-5", "1000000", "12 h", "12 km", "1 2", "²"])
def test_what_may_be_another_number_is_none(text):
    assert parse(text) is None
    assert TYPE.read([held(text)]) == ()


@pytest.mark.parametrize(("named", "wrong"), [("12,5", 125), ("1.250", 1250), ("12 h", 124)])
def test_what_may_be_another_number_is_hardly_believed_where_it_is_seen(named, wrong):
    assert probability_of(TYPE.read([seen(named)]), wrong) < 0.5


def test_a_digit_in_doubt_leaves_both_numbers():
    candidates = TYPE.read([seen("120", unsure={0: {"1": 0.6, "7": 0.4}})])
    assert best(candidates)[0] == 120
    assert probability_of(candidates, 720) > 0.2


@settings(deadline=None)
@given(NUMBERS)
def test_a_number_reads_back_in_all_its_spellings(number):
    for text in (to_text(number), TYPE.display(number), *TYPE.spellings(number)):
        assert parse(text) == number
        assert best(TYPE.read([held(text)])) == (number, 0.999)


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_what_is_invented_is_what_is_written(seed):
    value, text = TYPE.invent(np.random.default_rng(seed))
    assert parse(text) == value
    candidates = TYPE.read([said(text, confidence=0.999)])
    check_probabilities(candidates)
    assert best(candidates)[0] == value


@given(st.text())
def test_no_text_raises(text):
    assert parse(text) is None or 0 <= parse(text) <= MOST


def test_people_read_thousands_apart():
    assert TYPE.display(12500) == "12\u202f500"
    assert TYPE.display(None) == ""


@pytest.mark.parametrize(
    ("unit", "text", "number"),
    [
        ("cm", "180", 180),
        ("cm", "180 cm", 180),
        ("cm", "180cm", 180),
        ("cm", "180 CM.", 180),
        ("km/h", "50 km/h", 50),
        ("€", "1 250 €", 1250),
        ("m²", "85 m²", 85),
        ("cm", "180 mm", None),
        ("cm", "12,5 cm", None),
        ("cm", "cm", None),
    ],
)
def test_the_unit_of_the_box_is_no_part_of_the_number(unit, text, number):
    kind = fields.of("number", unit=unit)
    assert kind.parse(text) == number
    assert best(kind.read([held(text)]))[0] == number if number else not kind.read([held(text)])


@pytest.mark.parametrize(
    ("unit", "named", "number"),
    [("cm", "180 cm", 180), ("kg", "72kg", 72), ("cm", "l8O", 180), ("h", "..35 h", 35)],
)
def test_a_unit_written_once_more_is_read_over(unit, named, number):
    value, probability = best(fields.of("number", unit=unit).read([seen(named)]))
    assert (value, probability > 0.5) == (number, True)


def test_a_unit_that_looks_like_a_digit_leaves_both():
    candidates = fields.of("number", unit="l").read([seen("25l", sure=0.99)])
    assert probability_of(candidates, 25) > 0.1
    assert probability_of(candidates, 251) > 0.1


@pytest.mark.parametrize("unit", ["2", "x" * 21, "m2", " cm"])
def test_what_can_be_no_unit_is_refused(unit):
    with pytest.raises(ValueError, match="no unit"):
        fields.of("number", unit=unit)


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(["cm", "kg", "€", "km", "ans"]), st.integers(0, 2**32))
def test_what_is_invented_with_a_unit_is_read(unit, seed):
    kind = fields.of("number", unit=unit)
    value, text = kind.invent(np.random.default_rng(seed))
    assert kind.parse(text) == value
    assert best(kind.read([seen(text, sure=0.9999)]))[0] == value
