"""CTC decoding against brute force over every path."""

from collections import defaultdict
from itertools import groupby, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.decoding.ctc import Grammar, beam_search, score

ALPHABET = "ab"


@st.composite
def small_evidence(draw):
    frames = draw(st.integers(1, 5))
    weights = draw(
        st.lists(
            st.lists(st.floats(0.01, 1.0), min_size=3, max_size=3), min_size=frames, max_size=frames
        )
    )
    probs = np.array(weights)
    return np.log(probs / probs.sum(axis=1, keepdims=True))


def all_paths(log_probs) -> dict[str, float]:
    """The probability of each text, summed over every path."""
    totals: dict[str, float] = defaultdict(float)
    for path in product(range(log_probs.shape[1]), repeat=len(log_probs)):
        text = "".join(ALPHABET[k - 1] for k, _ in groupby(path) if k)
        totals[text] += float(np.exp(sum(log_probs[t, k] for t, k in enumerate(path))))
    return totals


@settings(max_examples=60, deadline=None)
@given(small_evidence())
def test_the_score_of_a_text_is_the_sum_over_its_paths(log_probs):
    truth = all_paths(log_probs)
    texts = list(truth)
    assert np.exp(score(log_probs, ALPHABET, texts)) == pytest.approx(list(truth.values()))


@settings(max_examples=60, deadline=None)
@given(small_evidence())
def test_a_wide_beam_finds_every_text_with_its_probability(log_probs):
    truth = all_paths(log_probs)
    found = dict(beam_search(log_probs, ALPHABET, width=1000))
    assert {t: np.exp(p) for t, p in found.items()} == pytest.approx(truth)


@settings(max_examples=60, deadline=None)
@given(small_evidence(), st.integers(1, 8))
def test_a_beam_is_sorted_and_never_exceeds_the_exact_score(log_probs, width):
    beams = beam_search(log_probs, ALPHABET, width=width)
    found = [p for _, p in beams]
    assert len(beams) <= width
    assert (np.diff(found) <= 1e-9).all()
    assert all(found <= score(log_probs, ALPHABET, [t for t, _ in beams]) + 1e-9)


@settings(max_examples=60, deadline=None)
@given(small_evidence(), st.integers(1, 8))
def test_what_a_beam_passes_over_early_would_not_have_stayed(log_probs, width):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("pipeline.decoding.ctc._least_kept", lambda *_: 0.0)
        slowly = beam_search(log_probs, ALPHABET, width=width)
    assert beam_search(log_probs, ALPHABET, width=width) == slowly


@settings(max_examples=60, deadline=None)
@given(small_evidence())
def test_a_grammar_leaves_only_its_texts(log_probs):
    grammar = Grammar("a(ba)*")
    beams = beam_search(log_probs, ALPHABET, grammar=grammar, width=50)
    truth = all_paths(log_probs)
    assert all(grammar.allows(text) for text, _ in beams)
    assert {t for t, _ in beams} <= set(truth)
    assert "a" in dict(beams)


def test_a_doubled_letter_needs_a_blank_between():
    together = np.log(np.array([[0.01, 0.98, 0.01]] * 2))
    apart = np.log(np.array([[0.01, 0.98, 0.01], [0.98, 0.01, 0.01], [0.01, 0.98, 0.01]]))
    assert beam_search(together, ALPHABET)[0][0] == "a"
    assert beam_search(apart, ALPHABET)[0][0] == "aa"


def test_no_text_fits_a_grammar_longer_than_the_line():
    assert beam_search(np.log(np.full((2, 3), 1 / 3)), ALPHABET, grammar=Grammar("aba")) == []


def test_a_character_outside_the_alphabet_is_impossible():
    log_probs = np.log(np.full((3, 3), 1 / 3))
    assert score(log_probs, ALPHABET, ["a", "x"])[1] < -1e20
    assert score(log_probs, ALPHABET, []).shape == (0,)


def test_a_long_line_does_not_fade_to_nothing():
    probs = np.full((900, 3), [0.2, 0.4, 0.4])
    assert np.isfinite(score(np.log(probs), ALPHABET, ["ab" * 100, "", "a"])).all()
