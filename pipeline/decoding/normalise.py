"""Printed French as an OCR engine left it, made readable again: the likeliest text, word by word.

A noisy channel (Shannon 1948; for spelling: Kernighan, Church and Gale, "A Spelling Correction
Program Based on a Noisy Channel Model", COLING 1990): a word that is in no list may be a misreading
of one that is, the likelier the readier an engine makes such a mistake, the commoner the word, and
the better it follows the word before it. All words of a text are weighed together by the
forward-backward algorithm (Rabiner, "A Tutorial on Hidden Markov Models", Proc. IEEE 1989).

What no list can prove is never touched: capitals, acronyms, names, numbers, dates, amounts,
addresses.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from pipeline.decoding import french
from pipeline.decoding.candidates import E_LOST, SHORT, Candidates
from pipeline.decoding.french import EDGE, French
from pipeline.decoding.pieces import Piece, is_name, pieces_of
from pipeline.decoding.punctuation import mended
from pipeline.geometry import FloatArray
from pipeline.text import fold, similarity, skeleton, tidy

_LOST_SHARE = 0.01
"""Accents were lost where so many of a text's words show it."""
_BETWEEN = re.compile(r" |(?<=')(?=.)")
_USUAL_LINES = 2
"""So many accents weigh what is usual, beside those that a line shows."""
_COMMON = -12.0
"""Names that are used oftener than that are words, too: natural logarithm."""
_AS_READ = 0.35
"""A word is replaced where it is less probable as it was read."""
_LIKELY = 0.35
"""And where the best other is so probable at least."""
_SAME_NAME = 0.66
"""A name of the form's own, in capitals or with points, is read so alike at least."""
_LONG_NAME, _LONG_ALIKE = 6, 0.8

LEADER_TEXT = "…"
"""What is made of dots to write on, and of what an engine makes of them."""
_TORN = re.compile(r"(?<![\w'-])([^\W\d_]{1,3}) ([a-zà-ÿ]{4,})(?![\w'-])")
_GLUED = (
    (re.compile(r"\b(du|des|les|aux)-(?=[a-zà-ÿ]{3})"), r"\1 "),
    (re.compile(r"(?<=[a-zà-ÿ] )[|!] (?=[aeiouhéèêâîô])"), "l'"),
    (re.compile(r"(?<![\w.])x(?=\d)"), "x "),
    (re.compile(r"(?<=\d)(?=€)"), " "),
    (re.compile(r"(?<=[a-zà-ÿ] )([dlnjs]) (?=[aeiouyhéèêàâîô][a-zà-ÿ]{2})"), r"\1'"),
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a normalised text.

    ``start`` and ``end`` are where ``raw`` stands in the line as it was, its blanks made single;
    ``text`` is the likeliest reading, ``probability`` its own, and ``alternatives`` the others,
    likeliest first.
    """

    start: int
    end: int
    raw: str
    text: str
    probability: float = 1.0
    alternatives: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it was read and as it most likely was printed."""

    raw: str
    text: str
    words: tuple[Word, ...]


def as_it_is(line: str) -> Line:
    """A line of text that no engine read."""
    return Line(line, tidy(line), ())


class Normaliser:
    """Knows French, and the ``names`` that a form and its organiser bring."""

    def __init__(self, names: Iterable[str] = (), model: French | None = None) -> None:
        self._french = model or french.load()
        self._candidates = Candidates(self._french)
        parts = (part for name in names for part in re.split(r"['\s]", tidy(name)))
        self._names = tuple(dict.fromkeys(part for part in parts if len(part) > 3))

    def lines(self, lines: Sequence[str]) -> tuple[Line, ...]:
        """The lines of one text, weighed together: what a line ends with the next goes on."""
        tidied = [self._joined(_tidied(line)) for line in lines]
        pieces = [[*pieces_of(line)] for line in tidied]
        shares = [self._lost_share(line) for line in pieces] if self._lost_accents(pieces) else []
        lost = [share for share, line in zip(shares, pieces, strict=False) for _ in line]
        flat = [piece for line in pieces for piece in line]
        befores = [EDGE, *(piece.text.lower() for piece in flat)]
        choices = [
            self._choices(piece, before, share)
            for before, piece, share in zip(befores, flat, lost or [0.0] * len(flat), strict=False)
        ]
        words = iter(_weighed(flat, choices, self._french))
        rebuilt = [
            _rebuilt(raw, line, [next(words) for _ in own])
            for raw, line, own in zip(lines, tidied, pieces, strict=True)
        ]
        texts = mended([line.text for line in rebuilt], self._is_word)
        return tuple(replace(line, text=text) for line, text in zip(rebuilt, texts, strict=True))

    def _joined(self, line: str) -> str:
        """The line without the blanks that tear a word apart: its end is no word, the whole is."""
        return _TORN.sub(lambda torn: self._whole(torn[1], torn[2]), line)

    def _whole(self, left: str, right: str) -> str:
        torn = right not in self._french and left + right in self._french
        return left + right if torn else f"{left} {right}"

    def _is_word(self, word: str) -> bool:
        if word not in self._french:
            return False
        return word[0].islower() or not is_name(word) or self._french.log_prior(word) > _COMMON

    def text(self, text: str) -> str:
        """The text, line by line."""
        return "\n".join(line.text for line in self.lines(text.split("\n")))

    def _lost_accents(self, pieces: list[list[Piece]]) -> bool:
        """Whether words that are in no list but for their accents show that accents were lost."""
        words = [piece.text for line in pieces for piece in line if piece.is_free]
        lost = sum(
            word not in self._french and bool(self._french.spelled_alike(word))
            for word in words
            if len(word) > 2
        )
        return lost > _LOST_SHARE * len(words)

    def _lost_share(self, pieces: list[Piece]) -> float:
        """How often a line's ``é`` was read as ``e``: of what it shows, and of what is usual."""
        words = [piece.text for piece in pieces if piece.is_free]
        kept = sum(word.count("é") for word in words if word in self._french)
        lost = sum(
            any("é" in near for near in self._french.spelled_alike(word))
            for word in words
            if word not in self._french and len(word) > SHORT
        )
        return (lost + E_LOST * _USUAL_LINES) / (lost + kept + _USUAL_LINES)

    def _choices(self, piece: Piece, before: str, lost: float) -> list[tuple[str, float]]:
        if piece.leader:
            return [(LEADER_TEXT, 0.0)]
        name = self._name(piece.text) if piece.fixed else piece.text
        return (
            [(name, 0.0)] if name != piece.text else self._candidates.of(piece, before, lost=lost)
        )

    def _name(self, raw: str) -> str:
        """The name of the form's own that capitals or an acronym misread; else what was read."""
        letters = _letters(raw)
        if sum(c.isupper() for c in raw) < 2 or raw in self._french:
            return raw
        if any(_letters(name) == letters for name in self._names):
            return raw
        names = [name for name in self._names if _may_be_name(raw, name)]
        best = max(names, key=lambda name: similarity(raw, name), default="")
        if not best or similarity(raw, best) < _SAME_NAME:
            return raw
        return best if raw.endswith(".") else best.rstrip(".")


def _tidied(line: str) -> str:
    text = tidy(line)
    for pattern, instead in _GLUED:
        text = pattern.sub(instead, text)
    return text


def _may_be_name(raw: str, name: str) -> bool:
    """Whether capitals differ from a name by strokes alone, which an engine adds and takes for each
    other; or hardly, where it is long."""
    own, wanted = skeleton(raw), skeleton(name)
    if len(wanted) >= _LONG_NAME and similarity(raw, name) >= _LONG_ALIKE:
        return True
    strokes = own.count("i") >= wanted.count("i")
    return strokes and own.replace("i", "") == wanted.replace("i", "")


def _letters(name: str) -> str:
    return fold(name).replace(".", "")


def _weighed(
    pieces: list[Piece], choices: list[list[tuple[str, float]]], model: French
) -> list[Word]:
    """Each piece's likeliest choice, by all of them together."""
    if not pieces:
        return []
    emitted = [np.array([weight for _, weight in some]) for some in choices]
    moves = [
        np.array([[model.log_follows(_last(a), _first(b)) for b, _ in after] for a, _ in before])
        for before, after in pairwise(choices)
    ]
    ahead = [emitted[0] + [model.log_follows(EDGE, _first(text)) for text, _ in choices[0]]]
    for move, own in zip(moves, emitted[1:], strict=True):
        ahead.append(_log_sum(ahead[-1][:, None] + move, axis=0) + own)
    back = [np.zeros(len(choices[-1]))]
    for move, own in zip(reversed(moves), reversed(emitted[1:]), strict=True):
        back.append(_log_sum(move + (own + back[-1])[None, :], axis=1))
    words = []
    for piece, some, forth, behind in zip(pieces, choices, ahead, reversed(back), strict=True):
        weights = forth + behind
        shares = np.exp(weights - weights.max())
        shares = shares / shares.sum()
        words.append(_chosen(piece, [text for text, _ in some], shares))
    return words


def _chosen(piece: Piece, texts: list[str], shares: FloatArray) -> Word:
    by_text: dict[str, float] = {}
    for text, share in zip(texts, shares.tolist(), strict=True):
        by_text[text] = by_text.get(text, 0.0) + share
    ranked = sorted(by_text.items(), key=lambda pair: -pair[1])
    best, share = ranked[0]
    as_read = by_text.get(piece.text, 0.0)
    if best != piece.text and (as_read > _AS_READ or share < _LIKELY) and as_read:
        best, share = piece.text, as_read
    others = tuple((text, p) for text, p in ranked if text != best and p >= 1e-4)
    return Word(piece.start, piece.end, piece.text, best, share, others)


def _log_sum(weights: FloatArray, *, axis: int) -> FloatArray:
    most = weights.max(axis=axis)
    summed: FloatArray = most + np.log(np.exp(weights - np.expand_dims(most, axis)).sum(axis=axis))
    return summed


def _first(text: str) -> str:
    return _BETWEEN.split(text)[0]


def _last(text: str) -> str:
    return _BETWEEN.split(text)[-1]


def _rebuilt(raw: str, line: str, words: list[Word]) -> Line:
    at, parts = 0, []
    for word in words:
        parts += [line[at : word.start], word.text]
        at = word.end
    return Line(raw, "".join((*parts, line[at:])), tuple(words))
