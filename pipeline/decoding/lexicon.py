"""Lexicons: the words a field is likely to hold, likeliest first.

A lexicon is a text file in ``models/lexicons``: comment lines with its source, version and licence,
then one entry a line by falling frequency. It only ever raises what it knows (``log_prior``): what
it does not know stays possible, and a rare name that was clearly written stays as written.
"""

import re
from bisect import bisect_left
from collections.abc import Container, Iterable
from functools import cache, cached_property, lru_cache
from math import log

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from pipeline.decoding.letters import NATS_A_LETTER
from pipeline.errors import ConfigError
from pipeline.language import tr, why
from pipeline.paths import LEXICONS
from pipeline.text import fold

_COMMONEST = 4.0
_RAREST = 2.2
"""Natural logarithms: how much likelier the first and the last entry are than an unknown word."""

_LOG_ALL = 2.4
"""Natural logarithm of the sum of 1 / rank over some 20,000 entries."""

_WORD = re.compile(r"[^\W\d_]+")
_ACCENTED = 6.0
"""Names typed by their bearers lose their accents; by hand they are written so much oftener."""
_IN_CAPITALS = 0.5
"""Capitals often lack their accents: there, the usual spelling counts half."""
_RANK_BLUR = 50
_LEAST_SHARE = 0.1
"""Least share of a spelling that is not among a word's own."""
_LONG = 5
"""Shorter words are near only at one letter's difference, longer ones at two."""
_NEAREST = 16
_CACHED = 2048


class Lexicon:
    """Entries by falling frequency; two spellings of one word (case, accents) are both entries."""

    def __init__(self, entries: Iterable[str]) -> None:
        self.entries = tuple(dict.fromkeys(entries))
        self._near = lru_cache(maxsize=_CACHED)(self._find_near)

    def of_words(self, *, without: Container[str] = ()) -> "Lexicon":
        """The single words of the entries; letters that stand alone are left out."""
        words = (word for entry in self.entries for word in _WORD.findall(entry))
        return Lexicon(word for word in words if len(word) > 1 and word not in without)

    def __contains__(self, word: str) -> bool:
        return fold(word) in self._ranks

    def begins(self, letters: str) -> bool:
        """Whether an entry begins so, but for case and accents: the sorted entries are a trie."""
        folded = fold(letters)
        at = bisect_left(self._sorted, folded)
        return at < len(self._sorted) and self._sorted[at].startswith(folded)

    def log_prior(self, word: str) -> float:
        """How much likelier the word is than an unknown one, in natural logarithms; 0 for those.

        Frequencies are taken to fall with the rank as Zipf has it (The Psycho-Biology of Language,
        1935), within bounds that clear evidence outweighs. A short word that is rare is no likelier
        than any other letters: else clear words would fall apart into such.
        """
        rank = self._ranks.get(fold(word))
        if rank is None:
            return 0.0
        fallen = log(1 + rank) / log(1 + len(self.entries))
        common = _COMMONEST + (_RAREST - _COMMONEST) * fallen
        any_letters = NATS_A_LETTER * (len(word) + 1)
        common = min(common, max(0.0, any_letters - log(1 + rank) - _LOG_ALL))
        return common + log(self._share(word)) * (_IN_CAPITALS if word.isupper() else 1.0)

    def _share(self, word: str) -> float:
        """How often the word is spelled with just these accents, 0..1; on its first letter, which
        is mostly a capital, an accent is left out as often as not."""
        shares: dict[str, float] = {}
        for entry in self.spellings(word):
            often = (1.0 if entry.isascii() else _ACCENTED) / (
                _RANK_BLUR + self._entry_ranks[entry]
            )
            for spelled in {entry.lower(), fold(entry[0]) + entry[1:].lower()}:
                shares[spelled] = shares.get(spelled, 0.0) + often
        return max(shares.get(word.lower(), 0.0) / sum(shares.values()), _LEAST_SHARE)

    def spellings(self, word: str) -> list[str]:
        """The entries that are this word but for case and accents, commonest first."""
        return self._spellings.get(fold(word), [])

    def neighbours(self, word: str, *, limit: int = 8) -> list[str]:
        """Entries that differ from the word by few letters, nearest and then commonest first."""
        near = sorted(self._near(fold(word)))[:limit]
        return [entry for *_, key in near for entry in self._spellings[key]]

    def _find_near(self, folded: str) -> tuple[tuple[int, int, str], ...]:
        """(distance, rank, folded entry) of the entries near a folded word."""
        furthest = 1 if len(folded) < _LONG else 2
        return tuple(
            (distance, self._ranks[key], key)
            for length in range(max(2, len(folded) - furthest), len(folded) + furthest + 1)
            for key, distance, _ in process.extract(
                folded,
                self._by_length.get(length, ()),
                scorer=Levenshtein.distance,
                processor=None,
                score_cutoff=furthest,
                limit=_NEAREST,
            )
        )

    @cached_property
    def _spellings(self) -> dict[str, list[str]]:
        spellings: dict[str, list[str]] = {}
        for entry in self.entries:
            spellings.setdefault(fold(entry), []).append(entry)
        return spellings

    @cached_property
    def _ranks(self) -> dict[str, int]:
        return {key: rank for rank, key in enumerate(self._spellings)}

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._ranks)

    @cached_property
    def _entry_ranks(self) -> dict[str, int]:
        return {entry: rank for rank, entry in enumerate(self.entries)}

    @cached_property
    def _by_length(self) -> dict[int, list[str]]:
        by_length: dict[int, list[str]] = {}
        for key in self._spellings:
            by_length.setdefault(len(key), []).append(key)
        return by_length


@cache
def load(name: str) -> Lexicon:
    """The lexicon ``models/lexicons/<name>.txt``. Raises ConfigError where it is missing."""
    path = LEXICONS / f"{name}.txt"
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as err:
        raise ConfigError(
            tr("{path} cannot be read ({why}): install fiches again.", path=path, why=why(err))
        ) from err
    return Lexicon(line for line in lines if line and not line.startswith("#"))
