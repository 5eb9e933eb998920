"""From evidence, through the channel of a field, to probabilities."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from written import ALPHABET, said, seen

from pipeline.decoding.ctc import beam_search
from pipeline.decoding.evidence import DIGITS, Channel, posterior, spell, weigh

NUMBERS = Channel("0123456789", {**DIGITS, ".": {"": 1.0}})


def read(text: str, **options) -> str:
    return beam_search(NUMBERS.read(seen(text, **options)), NUMBERS.targets)[0][0]


@pytest.mark.parametrize(
    ("named", "digits"), [("O2", "02"), ("lI|", "111"), ("S5", "55"), ("B8", "88"), ("Z", "2")]
)
def test_letters_seen_among_digits_are_the_digits_they_look_like(named, digits):
    assert read(named) == digits


def test_leader_dots_are_nothing():
    assert read("..12.") == "12"


def test_a_sure_character_is_mistaken_less_than_a_doubtful_one():
    channel = Channel("17", {"1": {"1": 0.97, "7": 0.03}})
    sure = np.exp(channel.read(seen("1", sure=0.9999)))[1, 2]
    doubtful = np.exp(channel.read(seen("1", unsure={0: {"1": 0.8, "": 0.2}})))[1, 2]
    assert sure < doubtful / 2


@given(st.text(ALPHABET, min_size=1, max_size=12), st.floats(0.3, 1.0))
def test_a_channel_never_makes_more_than_certainty(text, sure):
    probs = np.exp(NUMBERS.read(seen(text, sure=sure)))
    assert np.isfinite(probs).all()
    assert (probs > 0.0).all()
    assert (probs.sum(axis=1) <= 1.0 + 1e-9).all()


@given(st.text(ALPHABET, max_size=12), st.floats(0.0, 1.0))
def test_what_is_spelled_out_reads_as_itself(text, confidence):
    alphabet = "".join(sorted({*text, *ALPHABET}))
    found = beam_search(spell(text, alphabet, confidence=max(0.6, confidence)), alphabet)
    assert text in dict(found)


def test_a_mere_string_can_be_read():
    assert beam_search(NUMBERS.read(said("O2 l5")), NUMBERS.targets)[0][0] == "0215"


@given(
    st.lists(st.floats(-60.0, 0.0), min_size=1, max_size=8),
    st.lists(st.floats(-5.0, 8.0), min_size=8, max_size=8),
)
def test_probabilities_are_at_most_one_in_all(likelihoods, priors):
    logs = np.array(likelihoods) - np.log(len(likelihoods))
    shares = weigh(logs, np.array(priors[: len(likelihoods)]))
    assert (shares >= 0.0).all()
    assert shares.sum() < 1.0


def test_a_prior_settles_what_the_evidence_leaves_open_and_nothing_else():
    open_line = seen("12", unsure={0: {"1": 0.5, "7": 0.49}})
    clear_line = seen("12", sure=0.9999)
    channel = Channel("0123456789", {})
    for line, likeliest in ((open_line, "72"), (clear_line, "12")):
        shares = posterior(channel.read(line), "0123456789", ["12", "72"], np.array([0.0, 3.0]))
        assert ["12", "72"][int(shares.argmax())] == likeliest


def test_an_unproposed_text_keeps_its_share():
    channel = Channel("0123456789", {})
    shares = posterior(channel.read(seen("12")), "0123456789", ["34"], np.zeros(1))
    assert shares[0] < 0.01
