import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written import best, check_probabilities, held, seen

from pipeline.fields.address import TYPE


@pytest.mark.parametrize(
    "text",
    [
        "12 rue des Lilas",
        "3 bis, avenue Victor Hugo",
        "4 impasse de l'Église",
        "LIEU-DIT KERLANN",
        "Résidence Les Glycines",
        "128 boulevard du 8 Mai 1945",
        "7 rue Xyzowska",
    ],
)
def test_an_address_clearly_written_stays_as_written(text):
    assert best(TYPE.read([seen(text, sure=0.9999)]))[0] == text


@pytest.mark.parametrize(
    ("named", "text"),
    [
        ("I2 rue Pasteur", "12 rue Pasteur"),
        ("l7 rue Pasteur", "17 rue Pasteur"),
        ("1 37 rue Pasteur", "137 rue Pasteur"),
        ("46. rue Pasteur", "46, rue Pasteur"),
    ],
)
def test_noise_becomes_the_address_it_was(named, text):
    assert best(TYPE.read([seen(named)]))[0] == text


def test_a_kind_of_street_is_known():
    blurred = {6: {"e": 0.5, "s": 0.4}}
    assert best(TYPE.read([seen("8 impaese du Parc", unsure=blurred)]))[0] == "8 impasse du Parc"


def test_an_address_over_two_lines_is_joined():
    two = [seen("Résidence Les Glycines"), seen("12 rue du Moulin")]
    assert best(TYPE.read(two))[0] == "Résidence Les Glycines 12 rue du Moulin"
    assert best(TYPE.read([held("12 rue"), held("du Moulin")])) == ("12 rue du Moulin", 0.999)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32))
def test_what_is_invented_is_what_is_written(seed):
    value, text = TYPE.invent(np.random.default_rng(seed))
    assert TYPE.parse(text) == value
    candidates = TYPE.read([seen(text, sure=0.9999)])
    check_probabilities(candidates)
    assert value in [c.value for c in candidates[:2]]
