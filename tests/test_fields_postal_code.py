import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written import best, check_probabilities, held, probability_of, seen

from pipeline.fields.postal_code import TYPE, parse, to_text

CODES = st.builds("{:02d}{:03d}".format, st.integers(1, 98), st.integers(0, 999))


@pytest.mark.parametrize(
    "named", ["35000", "35 000", "3 5 0 0 0", "35O0o", "3S000", ".35000.", "3|5|0|0|0"]
)
def test_a_code_is_read_however_it_is_grouped(named):
    value, probability = best(TYPE.read([seen(named)]))
    assert (value, probability > 0.5) == ("35000", True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("35000", "35000"),
        (" 35\u00a0000 ", "35000"),
        ("F-35000", "35000"),
        ("FR 35000", "35000"),
        ("2A000", "20000"),
        ("2b200", "20200"),
        ("01000", "01000"),
        ("98800", "98800"),
        ("", ""),
    ],
)
def test_a_code_is_typed_as_people_write_it(text, code):
    assert parse(text) == code


@pytest.mark.parametrize(
    "text", ["00100", "99000", "3500", "350000", "35000 Rennes", "2C000", "2A", "D-35000", "3500²"]
)
def test_what_is_no_french_code_is_none(text):
    assert parse(text) is None
    assert TYPE.read([held(text)]) == ()


def test_an_a_behind_a_two_is_a_department_or_a_four():
    candidates = TYPE.read([seen("2A100")])
    assert probability_of(candidates, "24100") > 0.5
    assert probability_of(candidates, "20100") > 0.005


def test_a_digit_in_doubt_leaves_both_codes():
    candidates = TYPE.read([seen("35170", unsure={2: {"1": 0.6, "7": 0.4}})])
    assert best(candidates)[0] == "35170"
    assert probability_of(candidates, "35770") > 0.2


def test_a_department_that_does_not_exist_is_not_believed():
    assert all(c.probability < 0.5 for c in TYPE.read([seen("00100")]))


@settings(deadline=None)
@given(CODES)
def test_a_code_reads_back_in_all_its_spellings(code):
    for text in (to_text(code), *TYPE.spellings(code)):
        assert parse(text) == code
        assert best(TYPE.read([held(text)])) == (code, 0.999)


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_what_is_invented_is_what_is_written(seed):
    value, text = TYPE.invent(np.random.default_rng(seed))
    assert parse(text) == value
    candidates = TYPE.read([seen(text, sure=0.9999)])
    check_probabilities(candidates)
    assert best(candidates)[0] == value


@given(st.text() | st.text(st.sampled_from("0123456789AB F-")))
def test_any_text_is_five_digits_or_none(text):
    value = parse(text)
    assert not value or re.fullmatch("[0-9]{5}", value)
