"""Evidence as an engine would give it, drawn from a string instead of a picture."""

from collections.abc import Mapping

import numpy as np

from pipeline.geometry import BoxMm
from pipeline.records import LineEvidence

ALPHABET = (
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    "ÀÂÄÇÈÉÊËÎÏÔÖÙÛÜŸàâäçèéêëîïôöùûüÿŒœÆæ .,;:!?'’\"«»()[]/\\|-–—_@&+*=%€°#~<>×ñÑ"
)
BOX = BoxMm(0.0, 0.0, 80.0, 9.0)


def seen(
    text: str, *, sure: float = 0.995, unsure: Mapping[int, Mapping[str, float]] | None = None
):
    """A line whose characters were seen with probability ``sure``, blanks between them.

    ``unsure``: for the index of a character, the probabilities of what it may be instead of it; ""
    is nothing at all.
    """
    frames = np.full((3 * len(text) + 1, len(ALPHABET) + 1), 1e-7)
    frames[:, 0] = 1.0
    for i, char in enumerate(text):
        shares = (unsure or {}).get(i, {char: sure})
        frame = frames[3 * i + 1]
        frame[:] = (1.0 - sum(shares.values())) / len(ALPHABET) + 1e-7
        for other, share in shares.items():
            frame[ALPHABET.index(other) + 1 if other else 0] = share
    return LineEvidence(
        text, sure ** len(text), BOX, np.log(frames / frames.sum(axis=1, keepdims=True)), ALPHABET
    )


def said(text: str, *, confidence: float = 0.9) -> LineEvidence:
    """A line of an engine that gives only a string."""
    return LineEvidence(text, confidence, BOX)


def held(text: str) -> LineEvidence:
    """A line of a text layer."""
    return LineEvidence(text, 1.0, BOX, exact=True)


def best(candidates) -> tuple[object, float]:
    """The likeliest value with its probability."""
    return candidates[0].value, candidates[0].probability


def probability_of(candidates, value: object) -> float:
    return sum(c.probability for c in candidates if c.value == value)


def check_probabilities(candidates) -> None:
    """Best first, each 0..1, at most 1 in all, no value twice."""
    shares = [c.probability for c in candidates]
    assert shares == sorted(shares, reverse=True)
    assert all(0.0 <= share <= 1.0 for share in shares)
    assert sum(shares) <= 1.0 + 1e-9
    assert len({c.value for c in candidates}) == len(candidates)
