"""What a form prints: its phrases, and which of them label its fields.

A label stands before the line to write on, or above it; of a check box, behind it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pipeline.forms.blank import BlankPage, Word
from pipeline.forms.zone import Zone
from pipeline.geometry import BoxMm, bounding_box

_LEVEL_MM = 2.0
"""Words whose middles are so near stand in one row."""
_GAP_MM = 6.0
"""A wider gap in a row ends a phrase."""
_BEFORE_MM, _OVER_MM = 14.0, 3.0
"""So far at most a label ends before its line begins, or behind."""
_ABOVE_MM = 12.0


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that are printed together in one row."""

    text: str
    box_mm: BoxMm

    @property
    def middle_mm(self) -> float:
        """How far down the page it stands."""
        return self.box_mm.y + self.box_mm.h / 2


@cache
def phrases(blank: BlankPage) -> tuple[Phrase, ...]:
    """The print of a page, where its file holds it as text; leader dots left out."""
    return tuple(_phrases(blank))


@cache
def labels(blank: BlankPage) -> dict[str, Phrase]:
    """The phrase that labels each field of a page, ``field:option`` for a check box; not all have
    one."""
    by_name: dict[str, Phrase | None] = {}
    for zone in blank.form.zones_of(blank.number):
        if zone.boxes:
            for option in zone.boxes_mm:  # of a printed word, text cannot say that it is ringed
                box = zone.boxes[option]
                by_name[f"{zone.field}:{option}"] = _behind(blank, box)
        else:
            by_name[zone.field] = _before(blank, zone) or _above(blank, zone)
    return {name: phrase for name, phrase in by_name.items() if phrase}


def _phrases(blank: BlankPage) -> Iterator[Phrase]:
    rows: list[list[Word]] = []
    for word in sorted(blank.words, key=_middle_mm):
        if rows and _middle_mm(word) - _middle_mm(rows[-1][0]) < _LEVEL_MM:
            rows[-1].append(word)
        else:
            rows.append([word])
    for row in rows:
        phrase: list[Word] = []
        for word in sorted(row, key=lambda word: word.box_mm.x):
            if phrase and word.box_mm.x - phrase[-1].box_mm.right > _GAP_MM:
                yield _phrase(phrase)
                phrase = []
            phrase.append(word)
        yield _phrase(phrase)


def _phrase(words: list[Word]) -> Phrase:
    text = " ".join(word.text for word in words)
    return Phrase(text, bounding_box([word.box_mm for word in words]))


def _middle_mm(word: Word) -> float:
    return word.box_mm.y + word.box_mm.h / 2


def _before(blank: BlankPage, zone: Zone) -> Phrase | None:
    line = zone.lines[0]
    level = [p for p in phrases(blank) if line.y <= p.middle_mm <= line.bottom]
    near = [p for p in level if -_OVER_MM <= line.x - p.box_mm.right <= _BEFORE_MM]
    return max(near, key=lambda phrase: phrase.box_mm.right, default=None)


def _above(blank: BlankPage, zone: Zone) -> Phrase | None:
    line = zone.lines[0]
    over = [p for p in phrases(blank) if 0 < line.y + line.h / 2 - p.middle_mm <= _ABOVE_MM]
    over = [p for p in over if p.box_mm.x < line.right and p.box_mm.right > line.x]
    return max(over, key=lambda phrase: phrase.middle_mm, default=None)


def _behind(blank: BlankPage, box: BoxMm) -> Phrase | None:
    level = [p for p in phrases(blank) if abs(p.middle_mm - box.y - box.h / 2) < _LEVEL_MM]
    right = [p for p in level if p.box_mm.x >= box.right]
    return min(right, key=lambda phrase: phrase.box_mm.x, default=None)
