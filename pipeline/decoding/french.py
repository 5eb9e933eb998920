"""How likely a word of printed French is: how often it is used, and after which word.

The words and their counts are those of pyspellchecker (MIT). Which word follows which is a class
based n-gram model (Brown et al., "Class-Based n-gram Models of Natural Language", Computational
Linguistics 18, 1992): a common word is a class of its own, the others go by their ending, their
capital, or as numbers. ``models/lexicons/french_pairs.txt`` holds its counts;
``pipeline/training/pairs.py`` counts them.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from math import log
from typing import TypeVar

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from pipeline.decoding import lexicon
from pipeline.errors import ConfigError
from pipeline.language import tr, why
from pipeline.paths import LEXICONS
from pipeline.text import fold, skeleton

EDGE = "|"
"""The class before a text's first word and after its last, and of marks that end a sentence."""
_WORD = re.compile(r"[^\W\d_](?:[-']?[^\W\d_]+)*")
_NUMBER, _NAME, _OTHER = "<n>", "<N>", "<o>"
_ENDING = 2
_NEAREST = 12
_LONG = 6
"""Shorter words are near at one difference of their skeletons, longer ones at two."""
_ENDINGS = (("e", ""), ("s", ""), ("es", ""), ("euse", "eur"), ("euses", "eur"), ("ée", "er"))
_SPELLED = 20_000
"""So many of the commonest words show how French is spelled."""
_END = 2
_CACHED = 50_000
_UNSEEN = -2.5
"""So much, in natural logarithms, speaks against two words of which the pairs know nothing."""
_PRINTED = 2000
"""How often a word of forms and flyers is taken to be used that people do not say."""
_LIKE_WORDS = 0.5
"""How often at least a word that is not in the list was seen, beside those that are."""


def class_of(word: str, common: Iterable[str]) -> str:
    """The class of a word, where these are the ``common`` ones: in small letters."""
    lower = word.lower()
    if lower in common or word == EDGE:
        return lower
    if any(c.isdigit() for c in word):
        return _NUMBER
    if not word[:1].isalpha():
        return _OTHER
    return _NAME if word[0].isupper() else f"-{lower[-_ENDING:]}"


class French:
    """Words of French in small letters, with how often each is used."""

    def __init__(self, counts: Mapping[str, int], pairs: Mapping[tuple[str, str], int]) -> None:
        """``pairs``: how often a class follows a class; ``common``: the words that are classes."""
        self.counts = counts
        self._total = sum(counts.values())
        self._pairs = pairs
        self._followed: dict[str, Counter[str]] = defaultdict(Counter)
        self._seen: Counter[str] = Counter()
        for (before, after), count in pairs.items():
            self._followed[before][after] += count
            self._seen[after] += count
        self.common = frozenset(name for name in self._seen if name[:1].isalpha())
        seldom = min((self._seen[word] for word in self.common), default=1)
        self._least_common = log(seldom / self._seen.total()) if self.common else 0.0
        """More often than that is printed only what the pairs tell of."""
        self.near = lru_cache(maxsize=_CACHED)(self._find_near)

    def __contains__(self, word: str) -> bool:
        return word.lower().replace("œ", "oe") in self.counts

    def derives(self, word: str) -> bool:
        """Whether a word is the feminine or the plural of one in the list."""
        stems = (word[: -len(end)] + base for end, base in _ENDINGS if word.endswith(end))
        return any(stem in self for stem in stems)

    def log_prior(self, word: str) -> float:
        """Natural logarithm of how often a word is used among all words.

        People say common words in other shares than they print them: of those, the pairs tell.
        """
        lower = word.lower().replace("œ", "oe")
        if lower in self.common:
            return log(self._seen[lower] / self._seen.total())
        said = log(max(self.counts.get(lower, 0), _LIKE_WORDS) / self._total)
        return min(said, self._least_common)

    def log_spelled(self, word: str) -> float:
        """Natural logarithm of how likely French letters follow each other so: for words that are
        in no list. By twos before each, from the commoner words."""
        lower = f"  {word.lower()} "
        total = 0.0
        for i in range(2, len(lower)):
            two, three = lower[i - 2 : i], lower[i - 2 : i + 1]
            alone = (self._spelled[lower[i]] + 0.1) / (self._spelled[""] + 1)
            backed = (self._spelled[lower[i - 1 : i + 1]] + 2 * alone) / (
                self._spelled[lower[i - 1]] + 2
            )
            total += log((self._spelled[three] + 5 * backed) / (self._spelled[two] + 5))
        return total

    @cached_property
    def _spelled(self) -> Counter[str]:
        often: Counter[str] = Counter()
        for word in sorted(self.counts, key=self.counts.__getitem__, reverse=True)[:_SPELLED]:
            lower = f"  {word} "
            often.update(lower[i - 2 : i + 1] for i in range(2, len(lower)))
            often.update(lower[i : i + 2] for i in range(len(lower) - 1))
            often.update(lower)
            often[""] += len(lower)
        return often

    def log_follows(self, before: str, word: str) -> float:
        """Natural logarithm of how much oftener a word follows another than it is used at all.

        Witten and Bell's interpolation (IEEE Transactions on Information Theory, 1991).
        """
        first, second = class_of(before, self.common), class_of(word, self.common)
        followed = self._followed.get(first)
        if not followed:
            return 0.0
        often = (self._seen[second] + 1) / (self._seen.total() + len(self._seen))
        seen, kinds = followed.total(), len(followed)
        return max(_UNSEEN, log((followed[second] + kinds * often) / (seen + kinds) / often))

    def spelled_alike(self, text: str) -> Sequence[str]:
        """The words that differ from a text in case and accents only."""
        return self._by_letters.get(fold(text), ())

    def _find_near(self, text: str) -> tuple[str, ...]:
        """The words that a noisy text may be: of its letters, its shape, or near that shape."""
        shape = skeleton(text)
        words = {*self.spelled_alike(text), *self._by_shape.get(shape, ())}
        furthest = 1 if len(shape) < _LONG else 2
        for length in range(max(2, len(shape) - furthest), len(shape) + furthest + 1):
            alike = {
                other
                for end in (shape[:_END], shape[-_END:])
                for other in self._shapes.get((length, end), ())
            }
            for near, _, _ in process.extract(
                shape,
                sorted(alike),
                scorer=Levenshtein.distance,
                processor=None,
                score_cutoff=furthest,
                limit=_NEAREST,
            ):
                words.update(self._by_shape[near])
        return tuple(sorted(words))

    @cached_property
    def _by_letters(self) -> dict[str, list[str]]:
        return _grouped(fold("\n".join(self.counts)).split(" "), self.counts)

    @cached_property
    def _by_shape(self) -> dict[str, list[str]]:
        return _grouped(skeleton("\n".join(self.counts)).split(" "), self.counts)

    @cached_property
    def _shapes(self) -> dict[tuple[int, str], list[str]]:
        """The shapes by their length and either end: hardly a word is misread at both."""
        shapes = [*self._by_shape]
        ends = [(len(shape), end) for end in (slice(_END), slice(-_END, None)) for shape in shapes]
        keys = [(length, shape[end]) for (length, end), shape in zip(ends, shapes * 2, strict=True)]
        return _grouped(keys, shapes * 2)


_K = TypeVar("_K")


def _grouped(keys: Iterable[_K], values: Iterable[str]) -> dict[_K, list[str]]:
    """The values by their keys; the keys of all words are made in one go, as that is faster."""
    groups: dict[_K, list[str]] = defaultdict(list)
    for key, value in zip(keys, values, strict=True):
        groups[key].append(value)
    return dict(groups)


@cache
def load() -> French:
    """The model that ships. Raises ConfigError where a file of it is missing."""
    from spellchecker import SpellChecker

    path = LEXICONS / "french_pairs.txt"
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as err:
        raise ConfigError(
            tr("{path} cannot be read ({why}): install fiches again.", path=path, why=why(err))
        ) from err
    pairs = {}
    for line in lines:
        if not line.startswith("#"):
            before, after, count = line.split("\t")
            pairs[before, after] = int(count)
    counts = SpellChecker(language="fr").word_frequency.dictionary
    words = {word: n for word, n in counts.items() if _WORD.fullmatch(word)}
    for word in lexicon.load("printed_words").of_words().entries:
        words.setdefault(word.lower(), _PRINTED)
    return French(words, pairs)
