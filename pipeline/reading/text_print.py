"""What a form prints, found in a line of text, however it is spelled; the rest was written."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from rapidfuzz import fuzz
from rapidfuzz.distance import ScoreAlignment

from pipeline.decoding.pieces import is_leader
from pipeline.forms.blank import BlankPage, blank_pages
from pipeline.forms.printed import Phrase, labels, phrases
from pipeline.text import fold, plain, shapes

LABEL_PERCENT, _PRINT_PERCENT = 80.0, 85.0
"""So alike are a line and a label, or other print, where that stands in it."""
_SHORTEST = 3
"""Shorter print is too easily found."""
_NUMBERED = 4
"""Print with words and so many digits is known with others, too: another account, another day."""
_CODE = re.compile(r"\b[A-Z\d]{8,}\b")
_WORD_PERCENT, _PRINT_SHARE, _LEAST_NEAR = 70.0, 0.6, 3
"""Print that an engine garbled: so much of its letters stands in words like printed ones."""
_TARIFF = re.compile(r"(?<!\w)[x×]\s*\d+(?:[.,]\d{1,2})?\s*(?:€|euros?\b)")
"""Print by what it says, where it is another tariff than the form's."""
_DOTS = re.compile(r"[.…_·]{2,}")
_LEADER_LETTERS = frozenset(".,:;ceoinatsrvulm")
_BEFORE, _BEHIND = " .:;,@…_·–-|*•", " :;,…_·–|*•"


@dataclass(frozen=True, slots=True)
class Printed:
    """Where print stands in a line; no ``phrase`` at its end."""

    start: int
    end: int
    phrase: Phrase | None


@dataclass(frozen=True, slots=True)
class _Wanted:
    phrase: Phrase
    shapes: str
    masked: str
    least: float


def bare(phrase: str) -> str:
    """A phrase without the marks around it."""
    return phrase.strip(" .:;,@…_·-–|*•[]()")


def print_in(text: str, blank: BlankPage, gone: Iterable[Phrase] = ()) -> list[Printed]:
    """Where the phrases of a form stand in a line, in order; of two in one place, the more alike.

    Not those that are ``gone``: what looks like them was written.
    """
    shape, masked, without = shapes(text), _masked(text), set(gone)
    matches = [
        (match.score, *_to_words(shape, match), wanted.phrase)
        for wanted in _wanted(blank)
        if wanted.phrase not in without
        and len(shape) >= len(wanted.shapes) - 1
        and (match := _match(wanted, shape, masked))
    ]
    taken = [Printed(len(shape), len(shape), None)]
    for _, start, end, phrase in sorted(matches, key=lambda m: (-m[0], m[1] - m[2])):
        if all(end <= other.start or start >= other.end for other in taken):
            taken.append(Printed(start, end, phrase))
    return sorted(taken, key=lambda printed: printed.start)


def written_in(rest: str, blank: BlankPage | None, *, counts: bool = False) -> str:
    """What of the rest of a line was written: not its dots, nor print of the ``blank`` that an
    engine garbled.

    Where it ``counts`` something, a price behind it is print.
    """
    rest = _TARIFF.sub(" ", rest) if counts else rest
    dotted = bool(_DOTS.search(rest)) or any(map(is_leader, rest.split()))
    words = [word for token in rest.split() for word in _DOTS.split(token)]
    words = [word for word in words if any(map(str.isalnum, word))]
    if dotted or all(len(word) < _SHORTEST for word in words):
        words = [word for word in words if not _is_noise(word)]
    if blank and _is_garbled(words, blank):
        return ""
    return " ".join(words).lstrip(_BEFORE).rstrip(_BEHIND)


def is_broken_print(rest: str, blank: BlankPage) -> bool:
    """Whether the rest of a line begins a phrase that goes on in the next."""
    shape = shapes(bare(rest))
    return len(shape) > _SHORTEST and any(
        len(shape) < len(wanted.shapes)
        and fuzz.partial_ratio(shape, wanted.shapes, score_cutoff=_PRINT_PERCENT) > 0
        for wanted in _wanted(blank)
    )


def _match(wanted: _Wanted, shape: str, masked: str) -> ScoreAlignment | None:
    tries = [(wanted.shapes, shape), (wanted.masked, masked)] if wanted.masked else []
    for phrase, line in tries or [(wanted.shapes, shape)]:
        match = fuzz.partial_ratio_alignment(phrase, line, score_cutoff=wanted.least)
        if match and match.dest_end - match.dest_start >= len(phrase) / 2:
            return match
    return None


def _to_words(shape: str, match: ScoreAlignment) -> tuple[int, int]:
    """From where to where the print stands, with the last letters of a word that it broke off."""
    before = re.search(r"(?<!\w)\w{0,2}$", shape[: match.dest_start])
    behind = re.match(r"\w{0,2}(?!\w)", shape[match.dest_end :])
    start = match.dest_start - (len(before[0]) if before else 0)
    return start, match.dest_end + (len(behind[0]) if behind else 0)


@cache
def _wanted(blank: BlankPage) -> tuple[_Wanted, ...]:
    """The print to look for: of all pages of the form, for a text may hold its flyer, too."""
    known = set(labels(blank).values())
    every = [
        p for page in blank_pages(blank.form) if page.number != blank.number for p in phrases(page)
    ]
    wanted = []
    for phrase in (*phrases(blank), *every):
        text = bare(phrase.text)
        if len(text) >= _SHORTEST:
            masked = _masked(text)
            letters = sum(map(str.isalpha, masked))
            masked = masked if masked.count("#") >= _NUMBERED and letters >= _SHORTEST else ""
            least = LABEL_PERCENT if phrase in known else _PRINT_PERCENT
            wanted.append(_Wanted(phrase, shapes(text), masked, least))
    return tuple(wanted)


def _masked(text: str) -> str:
    """Its digits and codes, whatever they are."""
    coded = _CODE.sub(lambda code: "#" * len(code[0]), text)
    return re.sub(r"\d", "#", plain(coded))


def _is_noise(word: str) -> bool:
    """Whether it is what engines make of dots: few small letters, often."""
    kinds = len(set(word))
    return set(word) <= _LEADER_LETTERS and (len(word) < _SHORTEST or kinds <= len(word) / 2)


def _is_garbled(words: Sequence[str], blank: BlankPage) -> bool:
    """Whether most of it are words like those of one phrase, three at least."""
    long = [fold(word) for word in words if len(word) > _SHORTEST]
    if len(long) < _LEAST_NEAR:
        return False
    letters = sum(map(len, words))
    for phrase in phrases(blank):
        printed = [fold(word) for word in phrase.text.split() if len(word) > _SHORTEST]
        near = [w for w in long if any(fuzz.ratio(w, p) >= _WORD_PERCENT for p in printed)]
        if len(near) >= _LEAST_NEAR and sum(map(len, near)) > _PRINT_SHARE * letters:
            return True
    return False
