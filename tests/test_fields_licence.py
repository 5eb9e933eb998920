import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written import best, check_probabilities, held, probability_of, said, seen

from pipeline import fields
from pipeline.errors import ConfigError
from pipeline.fields.licence import TYPE, bound

SEVEN = bound("[0-9]{7}[A-Z]?")
PATTERNS = [
    "[0-9]{7}[A-Z]?",
    "(?:M|F)-?[0-9]{4,6}",
    r"\d{2}/\d+",
    "FFT [0-9]{8}",
    "[a-z]{2}[0-9]{3}",
]


@pytest.mark.parametrize(
    ("named", "value"),
    [
        ("1234567", "1234567"),
        ("1234567B", "1234567B"),
        ("12 345 67B", "1234567B"),
        ("12.345.67b", "1234567B"),
        ("I234S67B", "1234567B"),
        ("1234567O", "1234567O"),
    ],
)
def test_the_pattern_says_where_digits_and_where_letters_stand(named, value):
    assert best(SEVEN.read([seen(named)]))[0] == value


def test_what_does_not_fit_the_pattern_is_no_number():
    assert all(c.probability < 0.3 for c in SEVEN.read([seen("12345")]))
    assert SEVEN.read([held("12345")]) == ()
    assert SEVEN.parse("12345678") is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234567b", "1234567B"),
        (" 12 345 67-B ", "1234567B"),
        ("1234567", "1234567"),
        ("", ""),
        ("N° 1234567", None),
        ("1234567BB", None),
    ],
)
def test_a_licence_is_typed_as_people_write_it(text, value):
    assert SEVEN.parse(text) == value


def test_signs_of_the_pattern_belong_to_the_number():
    slashed = bound(r"\d{2}/\d+")
    assert slashed.parse("35/123") == "35/123"
    assert slashed.parse("35123") is None
    assert best(slashed.read([seen("35/12345")]))[0] == "35/12345"


def test_without_a_pattern_any_capitals_and_digits_will_do():
    assert best(TYPE.read([seen("AB12345")]))[0] == "AB12345"
    assert TYPE.parse("ab 123") == "AB123"
    assert TYPE.parse("a!") is None


def test_a_digit_that_may_be_a_letter_leaves_both():
    candidates = bound("[0-9A-Z]{4}").read([seen("A0B1", sure=0.8)])
    assert probability_of(candidates, "A0B1") > probability_of(candidates, "AOB1") > 0.0


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(PATTERNS), st.integers(0, 2**32))
def test_what_is_invented_fits_and_is_read(pattern, seed):
    kind = fields.of("licence", pattern=pattern, unit="")
    value, text = kind.invent(np.random.default_rng(seed))
    assert kind.parse(text) == value == kind.parse(kind.to_text(value))
    candidates = kind.read([seen(text, sure=0.9999)])
    check_probabilities(candidates)
    assert best(candidates)[0] == value
    assert best(kind.read([held(text)])) == (value, 0.999)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(PATTERNS), st.text(max_size=90))
def test_any_text_is_a_number_or_none(pattern, text):
    kind = bound(pattern)
    value = kind.parse(text)
    assert value is None or kind.parse(str(value)) == value
    check_probabilities(kind.read([said(text)]))


def test_only_a_zone_of_a_licence_goes_by_a_pattern():
    assert fields.of("licence", pattern="[0-9]{2}").parse("123") is None
    assert fields.of("licence", pattern="[0-9]{2}") is fields.of("licence", pattern="[0-9]{2}")
    assert fields.of("phone", pattern="[0-9]{2}") is fields.load("phone")
    with pytest.raises(ConfigError):
        fields.of("unheard_of", pattern="[0-9]{2}")
    with pytest.raises(ValueError, match="not known"):
        fields.of("licence", pattern=".*")
