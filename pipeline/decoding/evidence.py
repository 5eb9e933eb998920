"""From what an engine saw to how probable each text is.

An engine's evidence is read through a *channel*: what each character it names may really have been
in this kind of field (a z among digits is a 2, or a crossed 7). Then every proposed text is weighed
by ``posterior``, proportional to P(text | evidence) ** EVIDENCE_WEIGHT times its prior.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from pipeline.decoding.ctc import score
from pipeline.geometry import FloatArray
from pipeline.records import LineEvidence
from pipeline.text import fold

EVIDENCE_WEIGHT = 0.9
"""Below 1 because the network is surer of hands than it has a right to be."""
CERTAIN = 0.999
"""The probability of text that the file itself holds."""
_SUBSTITUTED = 3e-4
"""Share of a character's evidence that may belong to each other character."""
_DELETED = 2e-3
"""Share of a character's evidence that may be a speck."""
_INSERTED = 1e-6
"""Least probability of any character in any frame."""
_LEAST_REST = 0.01
"""Probability that is always kept for a text nobody proposed."""
_REST_LOG_PRIOR = -1.5
"""What nobody proposed is mostly noise of the evidence, and seldom what was written."""
_LOG_ZERO = -1e30
_SELDOM_MISTAKEN = 0.95
_SURE = 0.95
"""An engine at least this sure of a character is mistaken the less."""
_LEAST_MISTAKEN = 0.2
"""What is left of a seldom mistake where the engine has no doubt at all."""

DIGITS: Mapping[str, Mapping[str, float]] = {
    "OoQDÔöôÖ°U": {"0": 1.0},
    "lI|!ijJÎî]": {"1": 1.0},
    "1": {"1": 0.98, "7": 0.02},
    "7": {"7": 0.97, "1": 0.03},
    "z": {"2": 0.7, "7": 0.3},
    "Z": {"2": 0.8, "7": 0.2},
    "f": {"7": 1.0},
    "F": {"7": 1.0},
    "T": {"7": 0.8, "1": 0.2},
    "A": {"4": 0.8, "1": 0.2},
    "yhHuY": {"4": 0.8},
    "sS$": {"5": 1.0},
    "bG": {"6": 1.0},
    "gqç": {"9": 1.0},
    "B&": {"8": 1.0},
    "a": {"2": 0.5, "0": 0.2, "9": 0.2},
    "?": {"2": 0.5, "7": 0.4},
}
"""What a character seen among digits may be: crossed sevens, the French 1, hasty zeros."""


class Channel:
    """What may stand on the paper where an engine names a character.

    ``targets``: the characters a field is made of. ``confusions``: for the characters an engine
    names (each one of a key), the shares of what they may be, ``""`` being nothing at all on either
    side; what is missing to 1 is something unreadable. A target not listed is itself. Any other
    character is its own folded form where that is a target, and else nothing or unreadable.

    A character that is itself by ``_SELDOM_MISTAKEN`` or more is mistaken the less, the surer the
    engine is of it; the other shares hold however sure it is, and so do those of nothing at all.
    """

    def __init__(self, targets: str, confusions: Mapping[str, Mapping[str, float]]) -> None:
        self.targets = targets
        self._shares = {
            char: shares for chars, shares in confusions.items() for char in chars or ("",)
        }
        self._matrices = lru_cache(maxsize=4)(self._build_matrices)

    def read(self, line: LineEvidence) -> FloatArray:
        """(frames, 1 + len(targets)): natural log-probabilities over the targets, 0 the blank.

        A line that is only a string with a confidence is spelled out as evidence first.
        """
        log_probs, alphabet = line.log_probs, line.alphabet
        if log_probs is None:
            alphabet = "".join(sorted({*line.text, *self.targets}))
            log_probs = spell(line.text, alphabet, confidence=line.confidence)
        seen = np.exp(log_probs)
        usual, mistaken = self._matrices(alphabet)
        doubt = (1.0 - seen.max(axis=1, keepdims=True)) / (1.0 - _SURE)
        probs = seen @ usual + np.clip(doubt, _LEAST_MISTAKEN, 1.0) * (seen @ mistaken)
        inked = 1.0 - seen[:, :1]
        probs += inked * _SUBSTITUTED + _INSERTED
        probs[:, :1] += inked * _DELETED
        result: FloatArray = np.log(probs / np.maximum(1.0, probs.sum(axis=1, keepdims=True)))
        return result

    def _build_matrices(self, alphabet: str) -> tuple[FloatArray, FloatArray]:
        """What each character mostly is, and how its shares differ where it is seldom mistaken."""
        column = {"": 0} | {char: i + 1 for i, char in enumerate(self.targets)}
        shares = np.zeros((len(alphabet) + 1, len(column)))
        usual = np.zeros_like(shares)
        for row, char in enumerate(["", *alphabet]):
            for target, share in self._shares_of(char, column).items():
                shares[row, column[target]] = share
            usual[row] = shares[row]
            if char and char in column and shares[row, column[char]] >= _SELDOM_MISTAKEN:
                usual[row] = 0.0
                usual[row, column[char]] = 1.0
        return usual, shares - usual

    def _shares_of(self, char: str, column: Mapping[str, int]) -> Mapping[str, float]:
        if char in self._shares:
            return self._shares[char]
        same = next((c for c in (char, *fold(char)) if c in column), None)
        return {"": 0.1} if same is None else {same: 1.0}


def spell(text: str, alphabet: str, *, confidence: float) -> FloatArray:
    """Evidence that says ``text``: each character in a frame of its own, blanks between.

    ``confidence``, 0..1, is the whole text's; it is shared out evenly over the characters.
    """
    each = float(np.clip(confidence, 0.05, 0.999)) ** (1 / max(1, len(text)))
    frames = np.full((2 * len(text) + 1, len(alphabet) + 1), 1e-6)
    frames[::2, 0] = 1.0
    for i, char in enumerate(text):
        frames[2 * i + 1] = (1.0 - each) / len(alphabet)
        frames[2 * i + 1, 1 + alphabet.index(char)] = each
    result: FloatArray = np.log(frames / frames.sum(axis=1, keepdims=True))
    return result


def posterior(
    log_probs: FloatArray, alphabet: str, texts: Sequence[str], log_priors: FloatArray
) -> FloatArray:
    """(len(texts),): the probability of each text; what is missing to 1 is any other text.

    ``texts`` are distinct. ``log_priors``: natural logarithms relative to a text one knows nothing
    of, whose prior is 1; so a lexicon raises what it holds and forbids nothing.
    """
    return weigh(score(log_probs, alphabet, texts), log_priors)


def weigh(log_likelihoods: FloatArray, log_priors: FloatArray) -> FloatArray:
    """The probabilities of ``posterior`` from log-likelihoods already known."""
    if not len(log_likelihoods):
        return np.zeros(0)
    rest = max(1.0 - float(np.exp(np.minimum(log_likelihoods, 0.0)).sum()), _LEAST_REST)
    weights = np.append(
        EVIDENCE_WEIGHT * np.maximum(log_likelihoods, _LOG_ZERO) + log_priors,
        EVIDENCE_WEIGHT * np.log(rest) + _REST_LOG_PRIOR,
    )
    shares = np.exp(weights - weights.max())
    result: FloatArray = (shares / shares.sum())[:-1]
    return result
