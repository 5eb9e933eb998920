"""The CTC loss, its gradient, and what a last layer learns by it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.decoding import ctc
from pipeline.learned import Layer
from pipeline.learning.last_layer import (
    Line,
    between,
    ctc_loss,
    drift,
    log_softmax,
    mean_loss,
    read,
    remember,
    train,
)

ALPHABET = "abc"
LABELS = st.lists(st.integers(1, 3), min_size=1, max_size=3)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(LABELS, st.integers(6, 9)), min_size=1, max_size=3),
    st.integers(0, 1000),
)
def test_the_gradient_is_that_of_finite_differences(
    lines: list[tuple[list[int], int]], seed: int
) -> None:
    labels, frames = [label for label, _ in lines], [n for _, n in lines]
    logits = np.random.default_rng(seed).normal(size=(len(lines), 9, 4))

    def loss(moved: np.ndarray) -> float:
        return float(ctc_loss(log_softmax(moved), frames, labels)[0].sum())

    gradient = ctc_loss(log_softmax(logits), frames, labels)[1]
    step = 1e-5
    for place in np.ndindex(logits.shape):
        nudge = np.zeros_like(logits)
        nudge[place] = step
        slope = (loss(logits + nudge) - loss(logits - nudge)) / (2 * step)
        assert gradient[place] == pytest.approx(slope, abs=1e-7)


@given(LABELS, st.integers(0, 1000))
def test_the_loss_is_the_score_that_decoding_uses(label: list[int], seed: int) -> None:
    log_probs = log_softmax(np.random.default_rng(seed).normal(size=(1, 8, 4)))
    text = "".join(ALPHABET[i - 1] for i in label)
    expected = -ctc.score(log_probs[0], ALPHABET, [text])[0]
    assert ctc_loss(log_probs, [8], [label])[0][0] == pytest.approx(expected)


def test_a_label_too_long_for_its_frames_teaches_nothing() -> None:
    log_probs = log_softmax(np.zeros((1, 3, 4)))
    loss, gradient = ctc_loss(log_probs, [3], [[1, 1, 1]])
    assert np.isinf(loss[0])
    assert not gradient.any()


def lines(*texts: str, mixed: float = 0.0) -> list[Line]:
    """Lines with a feature a class, a blank behind each character; ``mixed`` makes a of b."""
    made = []
    for text in texts:
        features = np.zeros((2 * len(text) + 1, 4))
        features[::2, 0] = 1.0
        for i, char in enumerate(text):
            features[2 * i + 1, 1 + ALPHABET.index(char)] = 1.0
            if char == "a":
                features[2 * i + 1, 2] = mixed
        made.append(Line(features, text))
    return made


SHIPPED = Layer(5.0 * np.eye(4), np.zeros(4))


def test_a_layer_reads_as_the_engine_does() -> None:
    assert [read(line, SHIPPED, ALPHABET) for line in lines("abca", "cc")] == ["abca", "cc"]


def test_learning_lowers_the_loss_of_its_lines_and_keeps_what_it_knew() -> None:
    known, new = lines("abc", "bca", "cab"), lines("aab", "ac", "ca", mixed=1.2)
    memories = [remember(known, SHIPPED)]
    assert read(new[1], SHIPPED, ALPHABET) == "bc"
    learned = train(new, known, SHIPPED, ALPHABET, memories)
    before, after = (
        mean_loss(new, np.vstack([layer.weight, layer.bias]), ALPHABET)[0]
        for layer in (SHIPPED, learned)
    )
    assert after < before
    assert [read(line, learned, ALPHABET) for line in known] == ["abc", "bca", "cab"]
    again = train(new, known, SHIPPED, ALPHABET, memories)
    assert np.array_equal(again.weight, learned.weight), "a pure function"


def test_a_share_lies_between_two_layers() -> None:
    other = Layer(np.zeros((4, 4)), np.full(4, 2.0))
    half = between(SHIPPED, other, 0.5)
    assert np.array_equal(half.weight, 2.5 * np.eye(4))
    assert np.array_equal(half.bias, np.ones(4))


def test_drift_is_about_the_divergence_of_what_is_read() -> None:
    known = lines("abc", "bca", "cab")
    nudge = np.random.default_rng(0).normal(scale=0.02, size=(4, 4))
    moved = Layer(SHIPPED.weight + nudge, SHIPPED.bias)
    divergence = 0.0
    for line in known:
        first, second = (
            log_softmax(line.features @ layer.weight + layer.bias) for layer in (SHIPPED, moved)
        )
        divergence += float((np.exp(first) * (first - second)).sum()) / 9
    memory = remember(known, SHIPPED)
    assert drift(memory, SHIPPED, SHIPPED) == 0.0
    assert divergence / 5 < drift(memory, SHIPPED, moved) < 5 * divergence
    twice = between(SHIPPED, moved, 2.0)
    assert drift(memory, SHIPPED, twice) == pytest.approx(4 * drift(memory, SHIPPED, moved))
