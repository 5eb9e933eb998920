import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written import best, check_probabilities, held, said, seen

from pipeline.fields.town import TYPE


@pytest.mark.parametrize(
    "town",
    [
        "Rennes",
        "SAINT-BRIEUC",
        "Saint-Malo",
        "St Malo",
        "L'Haÿ-les-Roses",
        "Boulogne-sur-Mer",
        "Rennes cedex 7",
        "Kerlann-les-Bains",
        "Paris 11",
    ],
)
def test_a_town_clearly_written_stays_as_written(town):
    assert best(TYPE.read([seen(town, sure=0.9999)]))[0] == town


def test_a_blurred_town_is_read_as_a_commune_is_called():
    assert best(TYPE.read([seen("Ploetmel", unsure={4: {"t": 0.5, "r": 0.4}})]))[0] == "Ploermel"
    assert best(TYPE.read([seen("Dinam", unsure={4: {"m": 0.5, "n": 0.4}})]))[0] == "Dinan"


def test_a_whole_name_counts_more_than_its_words():
    # Loyer and Layer are words of towns, one of which alone is « Saint-Loyer-des-Champs ».
    blurred = {7: {"a": 0.5, "o": 0.45}}
    candidates = TYPE.read([seen("Saint-Layer-des-Champs", unsure=blurred)])
    assert best(candidates)[0] == "Saint-Loyer-des-Champs"


def test_a_town_nobody_proposed_letter_by_letter_is_among_those_offered():
    candidates = TYPE.read([said("Chateaulim", confidence=0.5)])
    assert "Châteaulin" in [c.value for c in candidates[:4]]


def test_a_text_layer_is_certain():
    assert best(TYPE.read([held("Saint-Brieuc")])) == ("Saint-Brieuc", 0.999)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32))
def test_what_is_invented_is_what_is_written(seed):
    value, text = TYPE.invent(np.random.default_rng(seed))
    assert TYPE.parse(text) == value
    candidates = TYPE.read([seen(text, sure=0.9999)])
    check_probabilities(candidates)
    assert best(candidates)[0] == value
