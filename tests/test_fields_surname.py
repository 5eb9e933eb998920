import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from written import best, check_probabilities, held, seen

from pipeline.fields.surname import TYPE


@pytest.mark.parametrize(
    "name",
    ["DUPONT", "Le Goff", "LE GOFF", "Martin-Dubois", "L'Helgoualc'h", "de la Motte", "Xyzowski"],
)
def test_a_name_clearly_written_stays_as_written(name):
    assert best(TYPE.read([seen(name, sure=0.9999)]))[0] == name


def test_a_blurred_letter_is_read_as_a_known_name_has_it():
    assert best(TYPE.read([seen("MARTJN", unsure={4: {"J": 0.5, "I": 0.4}})]))[0] == "MARTIN"


def test_a_sign_for_nobody_is_nobody():
    assert best(TYPE.read([held("néant")])) == ("", 0.999)
    assert all(c.value == "" for c in TYPE.read([seen("-")]))


@pytest.mark.parametrize("text", ["DUPONT 2", "a; b", "12"])
def test_typed_text_that_is_no_name_is_doubted(text):
    assert best(TYPE.read([held(text)])) == (text, 0.5)


def test_a_text_layer_is_certain():
    assert best(TYPE.read([held("Dupont-Durand")])) == ("Dupont-Durand", 0.999)


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**32))
def test_what_is_invented_is_what_is_written(seed):
    value, text = TYPE.invent(np.random.default_rng(seed))
    assume(value.lower() != "eto'o")  # which is known as Etoo, too
    assert TYPE.parse(text) == value
    candidates = TYPE.read([seen(text, sure=0.9999)])
    check_probabilities(candidates)
    assert best(candidates)[0] == value
