import re
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.decoding.patterns import LONGEST, read_pattern

GOOD = [
    "[0-9]{7}[A-Z]?",
    r"\d{2}/\d+",
    "(?:M|F)-?[0-9]{4,6}",
    "FFT [0-9]{8}",
    r"[A-Z]{2,3}\.\d{1,}",
    "(AB|CD)?[0-9]*",
    "[0-9-]{5}",
]


@pytest.mark.parametrize("pattern", GOOD)
def test_a_pattern_means_what_the_regular_expression_does(pattern):
    expression = re.compile(read_pattern(pattern).expression)
    rng = np.random.default_rng(3)
    drawn = [read_pattern(pattern).draw(rng) for _ in range(50)]
    assert len(set(drawn)) > 20
    for text in (*drawn, "1234567", "AB.1", "F-1234", "x", "", "12/", "FFT12345678", "a1234567"):
        assert bool(expression.fullmatch(text)) == bool(re.fullmatch(pattern, text, re.ASCII)), text


@given(st.sampled_from(GOOD), st.text(st.sampled_from("0123456789ABDFMT -./ab"), max_size=12))
def test_any_text_is_judged_as_the_regular_expression_does(pattern, text):
    ours = re.fullmatch(read_pattern(pattern).expression, text)
    assert bool(ours) == bool(re.fullmatch(pattern, text, re.ASCII))


@pytest.mark.parametrize(
    "pattern",
    [
        *("(a+)+b", "(a|a)*b", "a?" * 26 + "a" * 26, "([0-9]+[0-9]+)+", "(a{0,40}){0,40}"),
        "([A-Z]*[0-9]*){9}",
    ],
)
def test_what_could_be_matched_in_too_many_ways_is_refused(pattern):
    with pytest.raises(ValueError, match="too many ways"):
        read_pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        *(".*", "^a$", "[^a]", "(?=a)a", "a{3", "(ab", "[ab", r"\1", r"\w", "ab)", "[z-a]", "a**"),
        *("+", "a{2,1}", "\\", "[]", "(?P<x>a)", "a|b)", "{2}"),
    ],
)
def test_what_is_no_such_pattern_says_where(pattern):
    with pytest.raises(ValueError, match="not known or not closed"):
        read_pattern(pattern)


def test_a_pattern_is_no_longer_than_two_values():
    assert read_pattern("x" * 2 * LONGEST)
    with pytest.raises(ValueError, match="80 characters"):
        read_pattern("x" * (2 * LONGEST + 1))
    with pytest.raises(ValueError, match="allows nothing"):
        read_pattern("()")


@given(st.text(st.sampled_from("ab01[](){}?+*|\\d-,^$.é "), max_size=30), st.text(max_size=60))
def test_any_pattern_is_refused_or_quick(pattern, text):
    try:
        known = read_pattern(pattern)
    except ValueError:
        return
    started = time.process_time()
    re.fullmatch(known.expression, text * 10)
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize(
    "pattern", ["[0-9]+[A-Z]*", "(a|b)?(c|d)?(e|f)?a+", "[0-9]{1,9}[0-9]{1,9}[0-9]{1,9}"]
)
def test_the_worst_text_for_a_pattern_is_quick(pattern):
    expression = re.compile(read_pattern(pattern).expression)
    started = time.process_time()
    for text in ("1" * 5000, "a" * 5000, "ace" + "a" * 30 + "!", "1" * 27 + "!"):
        expression.fullmatch(text)
    assert time.process_time() - started < 0.5
