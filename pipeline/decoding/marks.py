"""Where words bear accents and cedillas: as those do that lexicons hold.

Any C might hide a cedilla and any E an accent, but « Çatherine » and « Moréau » are nobody's name:
no name bears such a mark there. A spelling that a lexicon lists is never doubted for its marks.
"""

import re
from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import islice
from math import log

from pipeline.decoding.lexicon import Lexicon
from pipeline.text import fold

_LEAST = -3.0
"""What a mark that no word bears counts against a spelling, at most, as a natural logarithm. A mark
that was clearly seen weighs more: then a person looks."""
_COMMONEST = 1000
"""So many words of a lexicon are common enough for all their spellings to be listed."""
_CONTEXTS = ((0, 1), (1, 1), (1, 2))
"""How many letters before and behind a mark tell how usual it is there, the fewest first."""
_PRIOR = 2.0
"""What fewer letters tell counts as much as so many words."""
_CACHED = 4096
_WORD = re.compile(r"[^\W\d_]+")


class Marks:
    """How usual a word's marks are, by the words of lexicons; ``small_words`` are as listed."""

    def __init__(self, lexicons: Sequence[Lexicon], small_words: frozenset[str]) -> None:
        self._lexicons, self._small_words = lexicons, small_words
        self.log_prior = lru_cache(maxsize=_CACHED)(self._find_log_prior)
        self._share = lru_cache(maxsize=_CACHED)(self._find_share)

    def _find_log_prior(self, word: str) -> float:
        """Natural logarithm, from ``_LEAST`` to 0: that of a word without marks, or listed."""
        spelled, folded = word.lower(), fold(word)
        if word.isascii() or len(spelled) != len(folded) or spelled in self._small_words:
            return 0.0
        if folded in self._small_words:
            return _LEAST
        if self._is_listed(spelled):
            return 0.0
        if folded in self._commonest:
            return _LEAST
        padded = f"${folded}$$"
        likelier = 0.0
        for i, letter in enumerate(spelled, start=1):
            if not letter.isascii():
                usual = share = self._share(padded[i], 0, letter, 0.0)
                for before, behind in _CONTEXTS:
                    share = self._share(padded[i - before : i + behind + 1], before, letter, share)
                likelier += log(share / usual) if share else _LEAST
        return max(_LEAST, min(0.0, likelier))

    def _is_listed(self, spelled: str) -> bool:
        """Also where the first letter, mostly a capital, lacks its mark."""
        spellings = (e for lexicon in self._lexicons for e in lexicon.spellings(spelled))
        return any(spelled in (e.lower(), fold(e[0]) + e[1:].lower()) for e in spellings)

    def _find_share(self, letters: str, at: int, marked: str, otherwise: float) -> float:
        """How often words with these plain letters in a row have the ``at``-th so marked;
        ``otherwise`` is that of fewer letters."""
        plain, spelled = self._words
        seen = count = 0
        start = plain.find(letters)
        while start >= 0:
            seen += 1
            count += spelled[start + at] == marked
            start = plain.find(letters, start + 1)
        prior = _PRIOR if otherwise else 0.0
        return (count + prior * otherwise) / max(1.0, seen + prior)

    @cached_property
    def _words(self) -> tuple[str, str]:
        """All words in a row, in plain letters and as they are spelled, between ends: ``$``."""
        words = [
            w.lower()
            for lexicon in self._lexicons
            for e in lexicon.entries
            for w in _WORD.findall(e)
        ]
        pairs = [(fold(word), word) for word in words]
        same = [(plain, spelled) for plain, spelled in pairs if len(plain) == len(spelled)]
        ends = "$$"
        return (
            ends + ends.join(plain for plain, _ in same) + ends,
            ends + ends.join(spelled for _, spelled in same) + ends,
        )

    @cached_property
    def _commonest(self) -> frozenset[str]:
        commonest = (islice(lexicon.entries, _COMMONEST) for lexicon in self._lexicons)
        return frozenset(fold(entry) for entries in commonest for entry in entries)
