import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written import best, check_probabilities, held, probability_of, said, seen

from pipeline.fields.postal_town import TYPE, parse, split


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("75011 Paris", "75011 Paris"),
        ("75 011 PARIS", "75011 PARIS"),
        ("F-75011 - Paris", "75011 Paris"),
        ("Paris (75011)", "75011 Paris"),
        ("Paris, 75011", "75011 Paris"),
        ("35042 Rennes cedex 7", "35042 Rennes cedex 7"),
        ("Paris", "Paris"),
        ("Paris 11", "Paris 11"),
        ("75011", "75011"),
        ("", ""),
        ("99999 Nulle-Part", None),
        ("00100 Rome", None),
    ],
)
def test_a_code_and_a_town_are_typed_as_people_write_them(text, value):
    assert parse(text) == value


@pytest.mark.parametrize(
    ("named", "value"),
    [
        ("75011 Paris", "75011 Paris"),
        ("35O00 Rennes", "35000 Rennes"),
        ("29l50 Châteaulin", "29150 Châteaulin"),
        ("75 011 PARIS", "75011 PARIS"),
        ("Paris (75011)", "75011 Paris"),
        ("35042 Rennes cedex", "35042 Rennes cedex"),
    ],
)
def test_what_is_written_is_read(named, value):
    assert best(TYPE.read([seen(named)]))[0] == value


def test_the_town_tells_the_code():
    candidates = TYPE.read([seen("29750 Châteaulin", unsure={2: {"7": 0.7, "1": 0.25}})])
    assert best(candidates)[0] == "29150 Châteaulin"


def test_what_no_digit_hinted_at_is_offered_where_the_town_has_such_a_code():
    candidates = TYPE.read([said("29750 Chateaulin", confidence=0.4)])
    assert "29150 Châteaulin" in [c.value for c in candidates[:4]]


def test_the_code_tells_the_town():
    candidates = TYPE.read([seen("35310 Mardelles", unsure={7: {"a": 0.6, "o": 0.35}})])
    assert best(candidates)[0] == "35310 Mordelles"


def test_a_code_clearly_written_beside_another_town_stays():
    candidates = TYPE.read([seen("44000 Rennes", sure=0.9999)])
    assert best(candidates)[0] == "44000 Rennes"
    assert probability_of(candidates, "35000 Rennes") < 0.5


@given(st.text() | st.from_regex(r"\d{5} [A-Za-z -]{0,20}", fullmatch=True))
def test_any_text_is_a_code_and_a_town_or_none(text):
    value = parse(text)
    if value is not None:
        assert parse(str(value)) == value
        code, _ = split(str(value))
        assert not code or re.fullmatch("[0-9]{5}", code)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32))
def test_what_is_invented_is_what_is_written(seed):
    value, text = TYPE.invent(np.random.default_rng(seed))
    assert parse(text) == value
    for spelled in TYPE.spellings(value):
        assert str(parse(spelled)).casefold()[:5] == value[:5]
    candidates = TYPE.read([seen(text, sure=0.9999)])
    check_probabilities(candidates)
    assert best(candidates)[0] == value
    assert best(TYPE.read([held(text)])) == (value, 0.999)
