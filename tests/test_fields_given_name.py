import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written import best, check_probabilities, held, seen

from pipeline.fields.given_name import TYPE


@pytest.mark.parametrize(
    "name", ["Maëlys", "Jean-Marie", "JEAN", "Anne Sophie", "Yann", "J. Pierre", "Zxeriane"]
)
def test_a_name_clearly_written_stays_as_written(name):
    assert best(TYPE.read([seen(name, sure=0.9999)]))[0] == name


def test_a_blurred_letter_is_read_as_a_known_name_has_it():
    assert best(TYPE.read([seen("Coline", unsure={2: {"l": 0.4, "r": 0.5}})]))[0] == "Corine"


def test_several_names_that_were_typed_are_certain():
    assert best(TYPE.read([held("Anne, Marie")])) == ("Anne, Marie", 0.999)
    assert best(TYPE.read([held("12 ans")])) == ("12 ans", 0.5)


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**32))
def test_what_is_invented_is_what_is_written(seed):
    value, text = TYPE.invent(np.random.default_rng(seed))
    assert TYPE.parse(text) == value
    candidates = TYPE.read([seen(text, sure=0.9999)])
    check_probabilities(candidates)
    assert best(candidates)[0] == value
