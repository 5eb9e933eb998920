"""What a word that an engine read may have been: the candidates, each with its weight.

A weight is the natural logarithm of how often the word is used times how likely an engine reads it
so (``misreading``). A word that is in the list stays, but for accents, in a text that lost others,
and for the shortest words; names are hardly touched.
"""

import re
from collections.abc import Iterator
from math import log

from pipeline.decoding import lexicon
from pipeline.decoding.french import French
from pipeline.decoding.misreading import cost
from pipeline.decoding.pieces import ELIDED, READ_FOR_L, Piece
from pipeline.text import fold, skeleton

_UNHEARD_OF = {True: log(0.01), False: log(0.001)}
"""How often a word of a printed text is in no list: a term, a name; and a short one."""
_UNHEARD_NAME = log(0.1)
"""And how often it has a capital within a sentence: such a word is touched for few reasons only."""
_DERIVED = 6.0
"""How much likelier such a word is where it is a feminine or a plural of one in the list."""
_ACCENT_LOST = log(2e-5)
"""How often an engine that keeps accents reads a word without its own that is a word without it."""
E_LOST = 0.13
"""How often one that loses them reads ``é`` as ``e``."""
_SELDOM = log(0.05)
"""How often ``a`` is a verb, or ``de`` whole, where the next word speaks against it."""
_SPLIT, _LABEL_SPLIT = 5.0, 2.0
"""What speaks against a lost blank, and before a colon: in natural logarithms, as all below."""
_FURTHEST = 9.0
"""Misreadings that cost more, with one for each letter, are too far away to be believed."""
_ELIDED_SO = 4.0
"""How much likelier a noun follows an elided article than their own frequencies tell."""
_HAVE = frozenset(
    "il elle on qui y l' n' m' t' s' nous vous en ne se ça cela a personne".split()  # noqa: SIM905
)
"""Behind these, ``a`` is a verb."""
_MUST_ELIDE = re.compile(r"(?!un[es]?\b|onz|oui)[aeiouéèêâîô][a-zà-ÿ]{3,}")
_CLOSE, _ACCENTS, _LONG_CLOSE = 5.0, 4.0, 10.0
"""The same of a word with a capital; of a short and of a long one behind an apostrophe."""
SHORT = 3
_ARTICLES = "la le les et de des du un une se sa ses en au aux vos nos sur par ou".split()  # noqa: SIM905
_BEFORE = frozenset(
    (*_ARTICLES, "a", "à", "pour", "dans", "avec", "chez", "votre", "notre", "nous")
)
"""What may be glued to the word behind it."""
_READILY = 7.0
"""And of articles, which are short."""
_SMALL = re.compile(r"[a-zà-ÿ¢]+")
_ELIDES = re.compile(r"[aeiouyhàâéèêëîïôœæ]")
_WANT_ARTICLE = frozenset("a à de dans par pour sur sous en avec sans vers".split())  # noqa: SIM905
_COMMON = -13.5
"""The natural logarithm of how often a word is used that hardly anybody is called ``l`` and it."""
_LONG_ENOUGH = 5
"""A shorter word behind a lost apostrophe proves nothing."""
_PROOF = 0.8
"""A word that is one as it was read needs so much more to be another."""
_STROKES = frozenset("il1!|tj")
"""What an apostrophe is read as."""
_AMPERSANDS = (("&", log(0.1)), ("à", log(0.3)), ("et", log(0.02)))
"""What an ampersand before a word in small letters is."""


class Candidates:
    """Knows French, and what an engine makes of it."""

    def __init__(self, model: French) -> None:
        self._french = model

    def of(self, piece: Piece, before: str, *, lost: float) -> list[tuple[str, float]]:
        """What a piece may be behind the one ``before``, with the weight of each; ``lost``: how
        often its line lost an accent, 0 in a text that kept them."""
        raw = piece.text
        if piece.elided:
            return self._elided(piece)
        if piece.leader:
            return [(raw, 0.0)]
        if piece.for_a and lost:
            if raw != "a":
                return [("à", 0.0)]
            if before not in _HAVE:
                return [
                    ("à", self._french.log_prior("à")),
                    (raw, self._french.log_prior(raw) + _SELDOM),
                ]
        if before == "d'" and raw == "ou":
            return [("où", 0.0)]
        if piece.fixed:
            titled = lost and piece.opening and raw.istitle()
            if titled and raw not in lexicon.load("given_names"):
                return [(raw, self._french.log_prior(raw)), *self._with_accents(raw, lost=lost)]
            return [(raw, 0.0)]
        if raw in self._french:
            as_read = self._french.log_prior(raw)
            whole = [("l'" + raw, as_read)] if before == "de" and _MUST_ELIDE.fullmatch(raw) else []
            own = [(raw, as_read + (_SELDOM if whole else 0.0))]
            accented = (
                self._with_accents(raw, lost=lost) if raw[0].islower() or piece.opening else ()
            )
            return [*own, *whole, *accented, *self._short(raw)]
        if raw == "&":
            return list(_AMPERSANDS)
        as_read = _UNHEARD_OF[len(raw) > SHORT] + self._french.log_spelled(raw)
        if len(raw) > SHORT and self._french.derives(raw):
            as_read += _DERIVED
        if raw[0].isupper() and not piece.opening:
            as_read += _UNHEARD_NAME
        others = (*self._misread(piece), *self._glued(piece, lost=lost), *self._short(raw))
        return [(raw, as_read), *others, *self._unapostrophed(piece, before)]

    def _elided(self, piece: Piece) -> list[tuple[str, float]]:
        """Letters before an apostrophe: themselves, or an ``l``."""
        raw, left = piece.text, piece.text[:-1]
        own = [(raw, self._french.log_prior(raw))] if left.lower() in ELIDED else []
        if left == "U" and piece.before_vowel:
            return [("L'" if piece.opening else "l'", 0.0)]
        if left in READ_FOR_L and piece.before_vowel:
            return [*own, ("l'", self._french.log_prior("l'") - cost(left, "l"))]
        return own or [(raw, 0.0)]

    def _with_accents(self, raw: str, *, lost: float) -> Iterator[tuple[str, float]]:
        """The words that are this one but for accents that it lacks, or has in the other way."""
        for near in self._french.spelled_alike(raw):
            word = _cased(near, raw)
            if word == raw or len(word) != len(raw):
                continue
            if lost and all(map(_may_lack, raw, word)):
                bare = sum(pair == ("e", "é") for pair in zip(raw, word, strict=True))
                seldom = bare * log(lost / E_LOST) - cost(raw, word)
                yield word, self._french.log_prior(word) + seldom - _PROOF
            elif not lost and all(map(_lacks_accent, raw, word)):
                yield word, self._french.log_prior(word) + _ACCENT_LOST

    def _misread(self, piece: Piece) -> Iterator[tuple[str, float]]:
        """The words of which this may be a misreading; of a name in small type only at the
        beginning of a sentence, and only where the letters or their shapes are the same."""
        raw = piece.text
        named = raw[0].isupper() and raw.isalpha()
        if (named and not piece.opening and raw[0] != "I") or (len(raw) < SHORT and raw.isalpha()):
            return
        if "." in raw:
            return
        furthest = _READILY if len(raw) == SHORT else _FURTHEST + len(raw)
        for word in self._french.near(raw.replace("&", "e").replace("¢", "e")):
            if named and not piece.opening and word[0] != "l":
                continue
            text = word if named and not piece.opening else _cased(word, raw)
            against = cost(raw, text)
            alike = fold(word) == fold(raw) or skeleton(word) == skeleton(raw)
            if alike or against < (_CLOSE if named else furthest):
                yield text, self._french.log_prior(word) - against

    def _short(self, raw: str) -> Iterator[tuple[str, float]]:
        """The articles and the like that are misread as another short word, or as none."""
        if len(raw) > SHORT or raw in self._french.common or not _SMALL.fullmatch(raw[1:]):
            return
        for word in _ARTICLES:
            against = cost(raw, word)
            if raw != word and against < _READILY:
                yield word, self._french.log_prior(word) - against

    def _unapostrophed(self, piece: Piece, behind: str) -> Iterator[tuple[str, float]]:
        """A word with what was elided before it, where the apostrophe was lost, and the ``l``
        before it misread; of what may be a name only where the word that it stands ``behind`` wants
        an article, and a common word follows whole."""
        raw = piece.text
        head, rest = raw[0], raw[1:]
        if head.isupper() and not piece.opening:
            if head in READ_FOR_L and behind in _WANT_ARTICLE and len(rest) > _LONG_ENOUGH:
                for word in self._french.spelled_alike(rest):
                    prior = self._french.log_prior(word)
                    if prior > _COMMON and _ELIDES.match(word):
                        prior += self._french.log_prior("l'") + _ELIDED_SO
                        against = cost(head, "l") + cost("", "'") + cost(rest, word)
                        yield f"l'{word}", prior - against
            return
        stroke = rest[:1] in _STROKES and _ELIDES.match(rest[1:])
        if not (stroke or _ELIDES.match(rest)) or len(rest) < 2 or not rest.isalpha():
            return
        most = _LONG_CLOSE if len(rest) > _LONG_ENOUGH else _ACCENTS
        ends = [(rest, cost("", "'"))]
        if stroke:
            ends.append((rest[1:], cost("i", "'")))
        for before in dict.fromkeys((head.lower(), "l")):
            if before not in ELIDED:
                continue
            first = before.upper() if head.isupper() else before
            against = cost(head, first)
            for end, lost in ends:
                for word in self._french.near(end):
                    if _ELIDES.match(word) and (apart := cost(end, word)) < most:
                        prior = self._french.log_prior(f"{before}'") + self._french.log_prior(word)
                        yield f"{first}'{word}", prior - against - lost - apart + _ELIDED_SO

    def _glued(self, piece: Piece, *, lost: float) -> Iterator[tuple[str, float]]:
        """Two words between which a blank was lost; of a name, only where it labels something."""
        raw = piece.text
        if not raw.isalpha() or (raw[0].isupper() and not piece.label):
            return
        for i in range(1, len(raw) - 1):
            left, right = raw[:i], raw[i:]
            if left == "a" and lost:
                left = "à"
            known = piece.label and i > 1 and left in self._french
            if (known or left in _BEFORE) and right in self._french:
                both = self._french.log_prior(left) + self._french.log_prior(right)
                yield f"{left} {right}", both - (_LABEL_SPLIT if piece.label else _SPLIT)


def _cased(word: str, raw: str) -> str:
    """A word in the case in which it was read; an accent on a capital is as good as none."""
    if not raw[0].isupper():
        capital = word[0].upper() + word[1:]
        swapped = raw[0] == "l" and word[0] == "i"  # a capital I, in most type the same shape
        return capital if swapped else word
    return (raw[0] if fold(raw[0]) == fold(word[0]) else word[0].upper()) + word[1:]


def _lacks_accent(read: str, printed: str) -> bool:
    return read in (printed, fold(printed))


def _may_lack(read: str, printed: str) -> bool:
    """Whether an engine without the printed letter's accent may read the one for the other."""
    return read == printed or (fold(read) == fold(printed) != printed)
