"""From CTC probabilities to texts: beam search under a grammar, and the exact score of given texts.

A recogniser's output is evidence, not a string. ``beam_search`` lists the likeliest texts that a
grammar allows; ``score`` says how likely any given text is under the same evidence, so that a
lexicon's proposal is weighed by what stands on the paper and never just by how near it looks.

Methods: prefix beam search after Hannun et al., "First-Pass Large Vocabulary Continuous Speech
Recognition using Bi-Directional Recurrent DNNs" (2014); the forward recursion after Graves et al.,
"Connectionist Temporal Classification" (ICML 2006), section 4.1.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Protocol

import numpy as np
import regex

from pipeline.geometry import FloatArray

_LOG_ZERO = -1e30
_LEAST_SUM = 1e-300
"""Keeps the rescaling of a text that has become impossible from dividing by zero."""


class Allowed(Protocol):
    """Which texts a search may find, judged by their beginnings as they grow."""

    @property
    def allows_prefix(self) -> Callable[[str], bool]: ...

    def allows(self, text: str) -> bool: ...


class Grammar:
    """The texts a field may hold, as a regular expression that can also judge a beginning."""

    def __init__(self, pattern: str) -> None:
        """``pattern``: a regular expression that the whole text must match."""
        self._pattern = regex.compile(pattern)
        self.allows_prefix = lru_cache(maxsize=50_000)(self._allows_prefix)

    def _allows_prefix(self, prefix: str) -> bool:
        return self._pattern.fullmatch(prefix, partial=True) is not None

    def allows(self, text: str) -> bool:
        return self._pattern.fullmatch(text) is not None


def beam_search(
    log_probs: FloatArray,
    alphabet: str,
    *,
    grammar: Allowed | None = None,
    width: int = 16,
    least_probability: float = 1e-4,
) -> list[tuple[str, float]]:
    """The likeliest texts with their natural log-probability, best first; at most ``width``.

    ``log_probs``: (frames, 1 + len(alphabet)), class 0 the blank. With a ``grammar``, a prefix the
    grammar cannot complete is dropped as soon as it arises; the list is empty where no text fits.
    Characters below ``least_probability`` in a frame do not extend a prefix.
    """
    beams: dict[str, tuple[float, float]] = {"": (1.0, 0.0)}  # prefix: ends in blank, in character
    log_scale = 0.0
    probs = np.exp(log_probs)
    chars = _likely(probs, alphabet, least_probability)
    for blank, likely in zip(probs[:, 0].tolist(), chars, strict=True):
        # What is less likely than that would be cut off again.
        full = likely and len(beams) == width
        least = _least_kept(beams, blank, dict(likely)) if full else 0.0
        grown: dict[str, tuple[float, float]] = {}
        for prefix, (in_blank, in_char) in beams.items():
            total = in_blank + in_char
            kept_blank, kept_char = grown.get(prefix, (0.0, 0.0))
            last = prefix[-1:]
            for char, p in likely:
                if (
                    char == last
                ):  # a repeat: the same character going on, or after a blank a new one
                    kept_char += in_char * p
                    gain = in_blank * p
                else:
                    gain = total * p
                if gain <= 0.0:
                    continue
                longer = prefix + char
                if gain < least and longer not in beams:
                    continue
                if grammar is not None and not grammar.allows_prefix(longer):
                    continue
                b, c = grown.get(longer, (0.0, 0.0))
                grown[longer] = (b, c + gain)
            grown[prefix] = (kept_blank + total * blank, kept_char)
        best = list(grown.items())
        if likely:  # else, as in most frames, every text stays in its place
            best = sorted(best, key=lambda beam: -(beam[1][0] + beam[1][1]))[:width]
        scale = sum(b + c for _, (b, c) in best)
        if scale <= 0.0:
            return []
        log_scale += float(np.log(scale))
        beams = {prefix: (b / scale, c / scale) for prefix, (b, c) in best}
    return [
        (prefix, float(np.log(b + c)) + log_scale)
        for prefix, (b, c) in beams.items()
        if b + c > 0.0 and (grammar is None or grammar.allows(prefix))
    ]


def _least_kept(
    beams: Mapping[str, tuple[float, float]], blank: float, likely: Mapping[str, float]
) -> float:
    """How likely each of the beams is at least if none of them grows in a frame."""
    return min(
        (in_blank + in_char) * blank + in_char * likely.get(prefix[-1:], 0.0)
        for prefix, (in_blank, in_char) in beams.items()
    )


def _likely(
    probs: FloatArray, alphabet: str, least_probability: float
) -> list[list[tuple[str, float]]]:
    """The characters of each frame that are likelier than that, with their probabilities."""
    likely: list[list[tuple[str, float]]] = [[] for _ in probs]
    frames, columns = np.nonzero(probs[:, 1:] > least_probability)
    chances = probs[frames, columns + 1].tolist()
    for frame, column, p in zip(frames.tolist(), columns.tolist(), chances, strict=True):
        likely[frame].append((alphabet[column], p))
    return likely


def score(log_probs: FloatArray, alphabet: str, texts: Sequence[str]) -> FloatArray:
    """(len(texts),): the natural log-probability of each text, summed over all its CTC paths.

    A character outside the alphabet makes its text impossible.
    """
    if not texts:
        return np.zeros(0)
    position = {char: i + 1 for i, char in enumerate(alphabet)}
    longest = max(len(t) for t in texts)
    # States as in Graves 2006: blanks interleaved, 2 * longest + 1 of them; short texts are padded
    # with blanks after their own end and read off at their own last two states.
    labels = np.zeros((len(texts), 2 * longest + 1), dtype=np.intp)
    possible = np.ones(len(texts), dtype=bool)
    for row, text in enumerate(texts):
        for i, char in enumerate(text):
            labels[row, 2 * i + 1] = position.get(char, 0)
            possible[row] &= char in position
    may_skip = np.zeros(labels.shape)
    may_skip[:, 2:] = (labels[:, 2:] != 0) & (labels[:, 2:] != labels[:, :-2])
    probs = np.exp(log_probs)
    alpha = np.zeros(labels.shape)
    alpha[:, : 2 if longest else 1] = probs[0][labels[:, :2]]
    log_scale = np.zeros(len(texts))
    for frame in probs[1:]:
        grown = alpha.copy()
        grown[:, 1:] += alpha[:, :-1]
        grown[:, 2:] += alpha[:, :-2] * may_skip[:, 2:]
        grown *= frame[labels]
        # Rescaled at each frame, so that a long line does not fade away below the least float.
        scale = np.maximum(grown.sum(axis=1), _LEAST_SUM)
        alpha = grown / scale[:, None]
        log_scale += np.log(scale)
    ends = np.array([2 * len(t) for t in texts])
    rows = np.arange(len(texts))
    total = alpha[rows, ends] + np.where(ends > 0, alpha[rows, np.maximum(ends - 1, 0)], 0.0)
    likely = possible & (total > 0.0)
    result: FloatArray = np.where(
        likely, np.log(np.where(likely, total, 1.0)) + log_scale, _LOG_ZERO
    )
    return result
