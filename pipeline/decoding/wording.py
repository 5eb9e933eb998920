"""Lines of words: which other wordings a line may have, and how likely each is beforehand.

A word is written in capitals, with one capital, or small; letters that look alike in both sizes
(o O, c C, s S) follow the rest of their word. A lexicon proposes its own words beside those seen;
it never takes one away.
"""

import re
from collections.abc import Callable, Container
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import exp

import numpy as np
from rapidfuzz.distance import Levenshtein

from pipeline.decoding import letters
from pipeline.decoding.ctc import Grammar, beam_search, score
from pipeline.decoding.evidence import Channel, weigh
from pipeline.decoding.lexicon import Lexicon
from pipeline.decoding.marks import Marks
from pipeline.geometry import FloatArray
from pipeline.records import LineEvidence
from pipeline.text import best_match, confusion_distance, fold, tidy

LETTERS = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyzÀÂÄÇÈÉÊËÎÏÔÖÙÛÜŸàâäçèéêëîïôöùûüÿŒœÆæñÑ"
)
LETTER_CONFUSIONS = {
    **{letter: {letter: 0.9, letter.swapcase(): 0.1} for letter in "oOsSuUvVwWxXzZ"},
    "c": {"c": 0.896, "C": 0.1, "ç": 0.004},
    "C": {"C": 0.896, "c": 0.1, "Ç": 0.004},
    "I": {"I": 0.88, "l": 0.12},
    "l": {"l": 0.94, "I": 0.06},
    "|!]": {"l": 0.5, "I": 0.4},
    # Accents are faint.
    "E": {"E": 0.973, "É": 0.021, "È": 0.006},
    "e": {"e": 0.968, "é": 0.016, "è": 0.011, "ë": 0.005},
    "é": {"é": 0.98, "e": 0.01, "è": 0.01},
    "É": {"É": 0.98, "E": 0.015, "È": 0.005},
    "i": {"i": 0.965, "ï": 0.02, "î": 0.015},
    # Blanks and apostrophes are narrow: hands, and engines, lose them.
    "": {"": 0.99965, " ": 0.0003, "'": 0.00005},
    " ": {" ": 0.92, "": 0.05, "'": 0.03},
    # What is left of leader dots closes an o.
    "a": {"a": 0.97, "o": 0.025, "â": 0.005},
    "m": {"m": 0.99, "M": 0.01},
}
"""What a letter seen in words may be."""

_WORD = re.compile(r"([^\W\d_]+)")
_BRETON = re.compile(r"(?<=[^\W\d_][cC])'(?=[hH]|$)")
"""In Floc'h and Guyomarc'h, which lexicons spell without."""
_CAPITALISED = re.compile(r"(?<![^\W\d_])[A-ZÀ-Þ]")
_LAST_WORD = re.compile(r"([^\W\d_]+)([\W\d_]?)$")
_ILL_ELIDED = re.compile(r"\b(?!(?:[dlsnjmtcoDLSNJMTCOK]|[qQ][uU])')[^\W\d_]+(?='(?![hH]))")
_LONE_SMALL = re.compile(r"(?<![^\W\d_'])[b-xz](?![^\W\d_'])")
_ACRONYM = re.compile(r"\S*[^\W\d_]\.\S*|[A-Z]{4,}")
_MIXED_WITH_DIGITS = re.compile(
    r"[^\W\d_]\d|\d(?!(?:er|re|ère|e|è|ème|nd|nde)\b)[^\W\d_]", re.IGNORECASE
)
"""But for ordinals: 1er, 2nde, 3e."""
_INSIDE = re.compile(r"(?<=[\w,] )[A-ZÀ-Þ][a-zà-ÿœ]+")
_LONE_CAPITAL = re.compile(r"(?<![^\W\d_])[A-ZÀ-Þ]$")
_SAME_SHAPE = frozenset("coskpuvwxz")
_MIXED_CASE = -4.5
_PROPER_BESIDE_CAPITALS = -2.0
_NO_CASE = -9.0
"""Where only letters that look alike in both sizes mix them: « DUPoNT » nobody writes."""
_SMALL_WORD = 2.0
_SMALL_WORD_IN_CAPITALS = 1.5
_POINT_OF_CAPITAL = 1.5
_STRAY_POINT = -2.0
_LETTER_BY_DIGIT = -2.0
_NO_ELISION = -4.0
_NO_WRITING = -1.0
_LONE_SIGN = -2.5
_CUT = -1.0
_PROPER_IN_SMALL = -1.5
_CAPITAL_INSIDE = -1.5
"""Log-priors relative to an unknown word in capitals or with one capital."""
_WIDTH = 12
_LEAST_LIKELY = 5e-3
_KNOWN_WIDTH, _LEAST_KNOWN = 8, 1e-3
"""Among known words the search may look at less likely letters."""
_REWORDED = 3
"""So many of the likeliest texts are reworded."""
_CACHED = 4096
_MISSED, _MISSED_ON_CAPITALS = 0.02, 0.08
"""How often an accent that was written leaves nothing to see: measured on drawn forms, typed, by
hand, photographed and faxed."""
_SETTLED = 0.6
"""Evidence as clear as this, of known words only, needs no other wordings."""
_MOST_BY_LETTERS = 4.0
_EDIT_COST = 5.0
"""How many natural logarithms a whole edit costs, at least, where only a string was seen."""
_CHANGED = 1.5
"""What any change costs beside, there."""


@dataclass(frozen=True, eq=False)
class KnownWords:
    """Of the texts a grammar allows, those made of words the lexicons hold; as a grammar, it keeps
    a beam search on the branches of the lexicons' tries."""

    grammar: Grammar
    lexicons: tuple[Lexicon, ...]
    small_words: frozenset[str]

    @cached_property
    def allows_prefix(self) -> Callable[[str], bool]:
        return lru_cache(maxsize=50_000)(self._allows_prefix)

    def _allows_prefix(self, prefix: str) -> bool:
        """Its last word may go on to be a known one, or is one; those before have been judged."""
        last = _LAST_WORD.search(_BRETON.sub("", prefix))
        if last is None:
            return self.grammar.allows_prefix(prefix)
        known = self._knows(last[1]) if last[2] else self._begins(last[1])
        return known and self.grammar.allows_prefix(prefix)

    def allows(self, text: str) -> bool:
        return self.grammar.allows(text) and all(map(self._knows, _words(text)))

    def _begins(self, start: str) -> bool:
        return any(lexicon.begins(start) for lexicon in self.lexicons) or any(
            word.startswith(start) for word in self.small_words
        )

    def _knows(self, word: str) -> bool:
        return (
            len(word) == 1
            or word in self.small_words
            or any(word in lexicon for lexicon in self.lexicons)
        )


@dataclass(frozen=True, eq=False)
class Wording:
    """What lines of one kind are made of.

    ``small_words`` are those often written small (de); ``small_letters`` is the log-prior of any
    other word in small letters. ``acronyms`` are those written with points; ``stray_point`` is the
    log-prior of any other point. ``running``: words written small inside a sentence. Weights say
    what a word's frequency and its spelling's likelihood count against what was seen; they were
    chosen on validation data (``pipeline/training/report.py``): clearly written names stay.
    """

    channel: Channel
    grammar: Grammar
    lexicons: tuple[Lexicon, ...]
    small_words: frozenset[str]
    small_letters: float
    lexicon_weight: float
    letters_weight: float
    acronyms: tuple[str, ...] = ()
    stray_point: float = _STRAY_POINT
    running: Container[str] = ()

    def read(self, line: LineEvidence) -> dict[str, float]:
        """The texts the line may hold with their probabilities; the rest is any other text."""
        log_probs = self.channel.read(line)
        targets = self.channel.targets
        beams = beam_search(
            log_probs, targets, grammar=self.grammar, width=_WIDTH, least_probability=_LEAST_LIKELY
        )
        texts = [text for text, _ in beams]
        if texts and not (np.exp(beams[0][1]) > _SETTLED and self._known_words.allows(texts[0])):
            known = beam_search(
                log_probs,
                targets,
                grammar=self._known_words,
                width=_KNOWN_WIDTH,
                least_probability=_LEAST_KNOWN,
            )
            texts += [text for text, _ in known]
            reworded = [other for text in texts[:_REWORDED] for other in self.rewordings(text)]
            texts = list(dict.fromkeys([*texts, *reworded]))
        texts.append("")  # ink that is no writing
        likelihoods = self.likelihoods(line, texts)
        log_priors = np.array([self.log_prior(text) for text in texts])
        log_priors += self._unseen_marks(texts, likelihoods) + _cut_further(texts)
        probabilities: dict[str, float] = {}
        for text, p in zip(texts, weigh(likelihoods, log_priors), strict=True):
            probabilities[tidy(text)] = probabilities.get(tidy(text), 0.0) + float(p)
        return self._with_missed_marks(probabilities)

    def likelihoods(self, line: LineEvidence, texts: list[str]) -> FloatArray:
        """(len(texts),): natural logarithms of how well each text explains what was seen."""
        if line.log_probs is None:
            return _likelihoods_of_string(line, texts)
        return score(self.channel.read(line), self.channel.targets, texts)

    def _unseen_marks(self, texts: list[str], likelihoods: FloatArray) -> FloatArray:
        """What marks that no word bears count against texts, but for those best seen as they are:
        of texts with the same letters, the likeliest one."""
        counted = np.zeros(len(texts))
        seen: set[str] = set()
        for i in np.argsort(-likelihoods, kind="stable"):
            plain = fold(texts[i])
            if plain in seen and not texts[i].isascii():
                counted[i] = sum(map(self._marks.log_prior, _words(texts[i])))
            seen.add(plain)
        return counted

    def _with_missed_marks(self, probabilities: dict[str, float]) -> dict[str, float]:
        """An accent or a point too faint to be seen leaves no trace in the evidence, however clear
        that is: each spelling with one keeps as much as they are missed."""
        missed = dict(probabilities)
        for text, p in probabilities.items():
            for match in _WORD.finditer(text) if p >= _LEAST_LIKELY else ():
                word, start, end = match[0], match.start(), match.end()
                pointed = [
                    a for a in self.acronyms if word.isupper() and a.replace(".", "") == word
                ]
                for marked, odds in (*self._accented(word), *((a, _MISSED) for a in pointed)):
                    spelled = text[:start] + marked + text[end:]
                    missed[spelled] = max(missed.get(spelled, 0.0), p * odds)
        whole = sum(probabilities.values()) / (sum(missed.values()) or 1.0)
        return {text: p * whole for text, p in missed.items()}

    @cached_property
    def _accented(self) -> Callable[[str], list[tuple[str, float]]]:
        return lru_cache(maxsize=_CACHED)(self._find_accented)

    def _find_accented(self, word: str) -> list[tuple[str, float]]:
        """The word's spellings with more accents, each with its odds where the word was seen."""
        odds: dict[str, float] = {}
        recase = str.upper if word.isupper() else _capitalised if word[0].isupper() else str.lower
        for lexicon in self.lexicons if word.lower() not in self.small_words else ():
            for entry in map(recase, lexicon.spellings(word)):
                if len(entry) == len(word) and _has_more_accents(entry, word):
                    likelier = exp(lexicon.log_prior(entry) - lexicon.log_prior(word))
                    missed = _MISSED_ON_CAPITALS if word.isupper() else _MISSED
                    odds[entry] = max(odds.get(entry, 0.0), missed * likelier)
        return list(odds.items())

    def log_prior(self, text: str) -> float:
        """Natural logarithm, relative to a line of unknown words in an ordinary case."""
        points = sum(
            _POINT_OF_CAPITAL if _LONE_CAPITAL.search(text[: point.start()]) else self.stray_point
            for point in re.finditer(r"\.", text)
        )
        if len(text) < 2:
            return _LONE_SIGN if text else _NO_WRITING
        acronyms = sum(len(chunk) / 2 for chunk in text.split() if chunk in self.acronyms)
        faults = _LETTER_BY_DIGIT * len(_MIXED_WITH_DIGITS.findall(text))
        faults += _NO_ELISION * len(_ILL_ELIDED.findall(text) + _LONE_SMALL.findall(text))
        faults += sum(_CAPITAL_INSIDE for w in _INSIDE.findall(text) if w.lower() in self.running)
        words = _words(text)
        faults += sum(map(self._small_beside_capitals, words)) if _CAPITALISED.search(text) else 0.0
        if text[0].islower() and words[0] not in self.small_words:
            faults += self.small_letters
        return points + acronyms + faults + sum(map(self._word_log_prior, words))

    def rewordings(self, text: str) -> list[str]:
        """The text with every word at its likeliest, with one word changed, or one acronym."""
        parts = _WORD.split(text)
        choices = {i: self._choices(parts[i]) for i in range(1, len(parts), 2)}
        usual = [choices[i][0] if i in choices else part for i, part in enumerate(parts)]
        changed = [
            "".join([*base[:i], word, *base[i + 1 :]])
            for base in (usual, parts)
            for i, words in choices.items()
            for word in words
        ]
        pointed = [
            text.replace(seen, match[0])
            for seen in _ACRONYM.findall(text)
            if (match := best_match(seen, self.acronyms))
        ]
        return ["".join(usual), *changed, *pointed]

    def _find_word_log_prior(self, word: str) -> float:
        if word in self.small_words:
            return _SMALL_WORD
        small = _SMALL_WORD_IN_CAPITALS if word.lower() in self.small_words else 0.0
        known = self.lexicon_weight * max(lexicon.log_prior(word) for lexicon in self.lexicons)
        if len(word) > 1:
            spelling = letters.load().log_prior(word)
            known += float(np.clip(self.letters_weight * spelling, 0.0, _MOST_BY_LETTERS))
        known = max(known, small)
        if len(word) == 1 or word.isupper() or word == _capitalised(word):
            return known
        if not word.islower():
            joined = any(
                word[:i].lower() in self.small_words and word[i:] == _capitalised(word[i:])
                for i in range(2, len(word) - 1)
            )
            return known + (_MIXED_CASE if joined or _is_mixed(word) else _NO_CASE)
        spelled = [entry for lexicon in self.lexicons for entry in lexicon.spellings(word)]
        if any(entry.islower() for entry in spelled):
            return known
        return known + self.small_letters + (_PROPER_IN_SMALL if spelled else 0.0)

    def _small_beside_capitals(self, word: str) -> float:
        """For a proper name in small letters, whose first looks like the capital, beside others."""
        if word[0] not in _SAME_SHAPE or not word.islower() or word in self.small_words:
            return 0.0
        spelled = [entry for lexicon in self.lexicons for entry in lexicon.spellings(word)]
        proper = spelled and not any(entry.islower() for entry in spelled)
        return _PROPER_BESIDE_CAPITALS if proper else 0.0

    @cached_property
    def _marks(self) -> Marks:
        return Marks(self.lexicons, self.small_words)

    @cached_property
    def _known_words(self) -> KnownWords:
        return KnownWords(self.grammar, self.lexicons, self.small_words)

    @cached_property
    def _word_log_prior(self) -> Callable[[str], float]:
        return lru_cache(maxsize=_CACHED)(self._find_word_log_prior)

    @cached_property
    def _choices(self) -> Callable[[str], list[str]]:
        return lru_cache(maxsize=_CACHED)(self._find_choices)

    def _find_choices(self, word: str) -> list[str]:
        """The word in other cases and as near words of the lexicons, the likeliest first."""
        cases = _cases(word)
        known = [e for lexicon in self.lexicons for e in lexicon.spellings(word)]
        entries = known or [
            e for lexicon in self.lexicons for e in lexicon.neighbours(word, limit=4)
        ]
        near = [w for e in entries for w in (cases[0](e), cases[0](keep_accents(word, e)), e)]
        small = [w for w in (word.lower(), "l" if word == "I" else "") if w in self.small_words]
        choices = dict.fromkeys([word, *(case(word) for case in cases), *small, *near])
        return sorted(
            choices,
            key=lambda w: self._word_log_prior(w) - _EDIT_COST * confusion_distance(word, w),
            reverse=True,
        )


def keep_accents(word: str, entry: str) -> str:
    """The entry with the letters as the word shows them, accents and all, where the two agree."""
    plain_word, plain_entry = fold(word), fold(entry)
    # A ligature folds to two letters.
    if len(plain_word) != len(word) or len(plain_entry) != len(entry):
        return entry
    letters = list(entry)
    for block in Levenshtein.opcodes(plain_word, plain_entry):
        if block.tag == "equal":
            letters[block.dest_start : block.dest_end] = word[block.src_start : block.src_end]
    return "".join(letters)


def _has_more_accents(entry: str, word: str) -> bool:
    """Whether an entry is the word letter by letter, but for accents that the word lacks."""
    pairs = [(a, b) for a, b in zip(entry, word, strict=True) if a != b]
    return bool(pairs) and all(b.isascii() and fold(a) == fold(b) for a, b in pairs)


def _likelihoods_of_string(line: LineEvidence, texts: list[str]) -> FloatArray:
    """Log-likelihoods where the engine gave a string: fewer the more edits lie between."""
    edit_cost = _EDIT_COST * (1 + line.confidence)
    costs = [
        edit_cost * confusion_distance(line.text, text) + (0.0 if text == line.text else _CHANGED)
        for text in texts
    ]
    result: FloatArray = np.log(max(line.confidence, 0.05)) - np.array(costs)
    return result


def _cut_further(texts: list[str]) -> FloatArray:
    """What counts against texts of more words than the first, which is as seen, and for those of
    fewer: any word falls into shorter ones that a lexicon holds by chance (GAR IN)."""
    words = np.array([len(_words(text)) for text in texts])
    return np.where([bool(text) for text in texts], _CUT * (words - words[0]), 0.0)


def _words(text: str) -> list[str]:
    return _WORD.findall(_BRETON.sub("", text))


def _is_mixed(word: str) -> bool:
    """Whether a word is neither in capitals nor in small letters behind its first, as far as its
    letters show their size."""
    first, *rest = (c if c.lower() not in _SAME_SHAPE else "" for c in word)
    behind = "".join(rest)
    return not (behind.islower() or (first + behind).isupper() or not behind)


def _capitalised(word: str) -> str:
    return word[:1].upper() + word[1:].lower()


def _cases(word: str) -> list[Callable[[str], str]]:
    """The cases a word may be in, likeliest first, by those of its letters that tell."""
    telling = [c for c in word if c.lower() not in _SAME_SHAPE]
    capitals = sum(c.isupper() for c in telling)
    if not telling:
        return [str.upper, _capitalised, str.lower]
    if capitals * 2 > len(telling) and (len(telling) > 1 or len(word) == 1):
        return [str.upper]
    if word[0].isupper():
        return [_capitalised] if len(telling) > 1 else [_capitalised, str.upper]
    return [_capitalised, str.lower] if word[0] in _SAME_SHAPE else [str.lower, _capitalised]
