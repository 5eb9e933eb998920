import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written import best, check_probabilities, held, seen

from pipeline import fields

TEXT, LONG = fields.load("text"), fields.load("long_text")


@pytest.mark.parametrize(
    "text",
    [
        "infirmière",
        "allergie aux arachides",
        "École Jules Ferry",
        "CE2",
        "Rien à signaler.",
        "50 % du temps, le soir",
        "XQZ-12/b",
    ],
)
def test_words_clearly_written_stay_as_written(text):
    assert best(TEXT.read([seen(text, sure=0.9999)]))[0] == text


def test_a_blurred_word_is_read_as_french_has_it():
    blurred = {3: {"e": 0.5, "i": 0.4}}
    assert best(TEXT.read([seen("infermière", unsure=blurred)]))[0] == "infirmière"


def test_a_word_inside_a_sentence_begins_small_where_its_first_letter_looks_alike():
    alike = {7: {"S": 0.6, "s": 0.35}}
    assert best(TEXT.read([seen("Régime Sans sel", unsure=alike)]))[0] == "Régime sans sel"
    alike = {5: {"S": 0.6, "s": 0.35}}
    assert best(TEXT.read([seen("Avec Sophie", unsure=alike)]))[0] == "Avec Sophie"


def test_two_letters_that_french_joins_are_joined_but_in_what_the_file_holds():
    assert best(LONG.read([seen("Avec ma soeur au choeur", sure=0.9999)]))[0] == (
        "Avec ma sœur au chœur"
    )
    assert best(TEXT.read([seen("moelle", sure=0.9999)]))[0] == "moelle"
    assert best(TEXT.read([held("ma soeur")]))[0] == "ma soeur"


def test_a_text_layer_is_certain_and_signs_alone_are_doubted():
    assert best(TEXT.read([held("Dr Le Goff :"), held("02 99")])) == ("Dr Le Goff : 02 99", 0.999)
    assert best(TEXT.read([held("—")]))[1] == 0.5


def test_lines_of_a_long_text_are_joined():
    lines = ["Nous arriverons vers dix heures.", "Il porte des lunettes."]
    assert best(LONG.read([seen(line) for line in lines]))[0] == " ".join(lines)


def test_of_a_long_text_in_doubt_the_likeliest_is_offered_all_the_same():
    blurred = {i: {"a": 0.3, "o": 0.3, "e": 0.2} for i in range(0, 14, 2)}
    lines = [seen("bababab ababab", unsure=blurred)] * 10
    assert fields.load("text").read(lines) == ()
    (only,) = LONG.read(lines)
    assert 0.0 < only.probability < 0.001
    assert len(str(only.value).split()) >= 10


@settings(deadline=None, max_examples=25)
@given(st.sampled_from([TEXT, LONG]), st.integers(0, 2**32))
def test_what_is_invented_is_what_is_written(kind, seed):
    value, text = kind.invent(np.random.default_rng(seed))
    assert kind.parse(text) == value
    candidates = kind.read([seen(text, sure=0.9999)])
    check_probabilities(candidates)
    assert best(candidates)[0] == value
