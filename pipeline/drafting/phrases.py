"""The print of a blank as people read it: words that stand together, rows, titles of sections."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from pipeline.drafting.records import Print, Shape, Sheet
from pipeline.geometry import BoxMm, bounding_box

_LEADERS = re.compile(r"[.…_·]{2,}|(?<=\s)[.…_·](?=\s|$)|…")
_SIGNS_ONLY = re.compile(r"[\W_]*")
_LEAST_GAP_MM, _GAP_SIZES = 3.5, 1.1
"""A wider gap in a row ends a phrase: in mm, and in heights of its letters."""
_UPRIGHT_MM = 1.2
"""A stroke no wider than this, and higher than wide, parts what stands on its sides."""
_HIGHER = 1.15
"""A title's letters are so much higher than most."""
_MOST_TITLE = 10
"""Words of a title."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that are printed together in one row, without leader dots."""

    text: str
    box_mm: BoxMm
    size_mm: float
    bold: bool = False
    sure: float = 1.0

    @property
    def middle_mm(self) -> float:
        return self.box_mm.y + self.box_mm.h / 2


def phrases_of(sheet: Sheet) -> tuple[Phrase, ...]:
    """The phrases of a page from top to bottom, and in a row from left to right.

    A phrase ends at a wide gap, at a place to write on, and at an upright stroke. Words to ring are
    none: they are places themselves.
    """
    ringed = [place.box_mm for place in sheet.places if place.shape is Shape.WORD]
    barriers = [place.box_mm for place in sheet.places if place.shape is not Shape.AREA]
    barriers += [rule for rule in sheet.rules if rule.w < _UPRIGHT_MM < rule.h]
    words = [word for word in sheet.words if not any(_is_within(word, box) for box in ringed)]
    return tuple(
        phrase for row in _rows(words) for phrase in _in_row(row, barriers) if _says(phrase)
    )


def titles(phrases: Sequence[Phrase], tints: Sequence[BoxMm]) -> tuple[Phrase, ...]:
    """Those that look like the title of a section: bold, high, in capitals or on a tint."""
    if not phrases:
        return ()
    usual_mm = median(phrase.size_mm for phrase in phrases)
    return tuple(
        phrase
        for phrase in phrases
        if len(phrase.text.split()) <= _MOST_TITLE
        and (
            phrase.bold
            or phrase.size_mm > _HIGHER * usual_mm
            or (phrase.text.isupper() and len(phrase.text) > 4)
            or any(t.contains(phrase.box_mm.x + 1, phrase.middle_mm) for t in tints)
        )
    )


def is_level(box: BoxMm, other: BoxMm) -> bool:
    """Whether two stand in one row: the middle of the lower lies within the higher."""
    small, large = sorted((box, other), key=lambda each: each.h)
    middle = small.y + small.h / 2
    return large.y - 0.8 <= middle <= large.bottom + 0.8


def _rows(words: Sequence[Print]) -> Iterator[list[Print]]:
    row: list[Print] = []
    for word in sorted(words, key=lambda word: word.box_mm.y + word.box_mm.h / 2):
        if row and not is_level(_body(row[0]), _body(word)):
            yield sorted(row, key=lambda word: word.box_mm.x)
            row = []
        row.append(word)
    if row:
        yield sorted(row, key=lambda word: word.box_mm.x)


def _body(word: Print) -> BoxMm:
    """The middle half of a word's height, so that rows that touch stay apart."""
    return word.box_mm.grown(0, -word.box_mm.h / 4)


def _in_row(row: Sequence[Print], barriers: Sequence[BoxMm]) -> Iterator[Phrase]:
    level = [box for box in barriers if any(is_level(box, word.box_mm) for word in row)]
    phrase: list[Print] = []
    end = 0.0
    for word in row:
        start, end = end, word.box_mm.right
        if _SIGNS_ONLY.fullmatch(_LEADERS.sub("", word.text)) and not _is_kept(word.text):
            if _LEADERS.search(word.text) and phrase:  # what was dotted is a place, or none at all
                yield _phrase(phrase)
                phrase = []
            continue
        if phrase and _is_apart(phrase[-1], word, level, start):
            yield _phrase(phrase)
            phrase = []
        phrase.append(word)
    if phrase:
        yield _phrase(phrase)


def _is_apart(before: Print, word: Print, level: Sequence[BoxMm], sign_mm: float) -> bool:
    """``sign_mm``: where the dash or so ends that stands between, if one does."""
    start, end = before.box_mm.right, word.box_mm.x
    if end - max(start, sign_mm) > max(_LEAST_GAP_MM, _GAP_SIZES * before.size_mm):
        return True
    return any(start - 0.7 <= box.x + box.w / 2 <= end + 0.7 for box in level) or bool(
        re.search(r"[.…_·]{3,}$", before.text)
    )


def _phrase(words: Sequence[Print]) -> Phrase:
    text = " ".join(" ".join(_LEADERS.sub(" ", word.text).split()) for word in words)
    return Phrase(
        text.strip(),
        bounding_box([word.box_mm for word in words]),
        max(word.size_mm for word in words),
        sum(word.bold for word in words) * 2 > len(words),
        min(word.sure for word in words),
    )


def _is_kept(text: str) -> bool:
    """Signs that say something beside a place."""
    return any(sign in text for sign in "€=×@:+")


def _says(phrase: Phrase) -> bool:
    return bool(phrase.text) and phrase.text not in (":", "/", "-")


def _is_within(word: Print, box: BoxMm) -> bool:
    middle = word.box_mm.x + word.box_mm.w / 2, word.box_mm.y + word.box_mm.h / 2
    return box.grown(0.6, 0.6).contains(*middle)
