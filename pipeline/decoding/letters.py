"""How likely a word is by its letters: a model of letter sequences for words no lexicon holds.

Witten-Bell interpolation (Witten and Bell, "The Zero-Frequency Problem", IEEE Transactions on
Information Theory 1991) over the words of names, towns and services. It knows letters only: case
and accents are the lexicons' business. ``models/lexicons/letters.npz`` holds it;
``pipeline/training/lexicons.py`` counts it.
"""

import zlib
from functools import cache, lru_cache
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ConfigError
from pipeline.geometry import FloatArray
from pipeline.language import tr
from pipeline.paths import LEXICONS
from pipeline.text import fold

END = "$"
ALPHABET = END + "abcdefghijklmnopqrstuvwxyz"
"""Class 0 is a word's end, and stands before its beginning too."""
NATS_A_LETTER = 2.5
"""What a letter of an ordinary French name costs: names cheaper than that are likelier."""
_BITS = 5
ORDER = 6
"""Letters a model looks at, the last one included; as many as a key of 32 bits holds."""
_CACHED = 20_000


class LetterModel:
    """P(next letter | the letters before), for words between two ends."""

    def __init__(
        self, keys: NDArray[np.uint32], counts: NDArray[np.float32], lengths: NDArray[np.uint8]
    ) -> None:
        """``keys``: sequences of ``lengths`` letters as ``pack`` has them, ``counts`` how often."""
        self._tables = {
            int(n): (keys[lengths == n], counts[lengths == n]) for n in np.unique(lengths)
        }
        self._next = lru_cache(maxsize=_CACHED)(self._find_next)
        self.log_prob = lru_cache(maxsize=_CACHED)(self._find_log_prob)

    def log_prior(self, word: str) -> float:
        """How much likelier the word is than an ordinary name of its length."""
        return self.log_prob(word) + NATS_A_LETTER * (len(word) + 1)

    def _find_log_prob(self, word: str) -> float:
        """Natural logarithm of the probability of a whole word; letters are folded, signs left
        out."""
        letters = [ALPHABET.index(c) for c in fold(word) if c in ALPHABET[1:]]
        total = 0.0
        before: tuple[int, ...] = (0,)
        for letter in (*letters, 0):
            total += float(np.log(self._next(before)[letter]))
            before = (*before, letter)[1 - ORDER :]
        return total

    def _find_next(self, before: tuple[int, ...]) -> FloatArray:
        """(27,): the probability of each class after these."""
        shorter = self._next(before[1:]) if before else np.full(len(ALPHABET), 1 / len(ALPHABET))
        if len(before) + 1 not in self._tables:
            return shorter
        keys, counts = self._tables[len(before) + 1]
        first = np.uint32(pack((*before, 0)))
        start, stop = np.searchsorted(keys, [first, first + np.uint32(len(ALPHABET))])
        seen = np.zeros(len(ALPHABET))
        seen[keys[start:stop] - first] = counts[start:stop]
        kinds = stop - start  # so many letters followed: a new one is as likely as they are many
        result: FloatArray = (seen + kinds * shorter) / max(seen.sum() + kinds, 1e-9)
        return result if kinds else shorter


def pack(letters: tuple[int, ...]) -> int:
    """A sequence as one number, by which sequences with the same beginning stand together."""
    key = 0
    for letter in letters:
        key = key << _BITS | letter
    return key


@cache
def load() -> LetterModel:
    """The model of French names, towns and services. Raises ConfigError where it is missing."""
    path = LEXICONS / "letters.npz"
    try:
        with np.load(path) as held:
            return LetterModel(held["keys"], held["counts"], held["lengths"])
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as err:
        raise ConfigError(
            tr("{path} is missing or damaged: install fiches again.", path=path)
        ) from err
