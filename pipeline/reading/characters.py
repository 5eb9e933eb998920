"""Words from the characters of a text layer, by where each of them stands, in mm on the form.

How a file parts its text says little: a program may write each letter by itself, or a blank behind
each, to fill the cells of a comb. What the reader of a page sees are the gaps.
"""

import statistics
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.geometry import BoxMm, bounding_box

_BLANK_EM = 0.13
"""A wider gap parts words: the narrowest blanks of type are 0.2 em, and letters touch."""
_ON_ONE = 0.75
"""Characters whose boxes share so much of the smaller one are one letter."""
_LEAST_SPACED, _SPACED_EM, _NEVER_NEARER_EM = 3, 0.15, 0.08
"""So many letters, none of which touches the next, are one a cell, or have a blank behind each."""
_WIDEST_BLANK_EM, _PART_OF_BLANK = 0.7, 0.12
"""Of typed blanks, one is no wider, and several are a whole number of it, but for such a part."""
_STEP, _WIDER_GAP = 1.35, 1.5
"""Between two words that are typed letter by letter, the step from middle to middle and the gap are
so much wider than most."""
_UNCLEAR_STEP = 1.3, 1.55
_OWN_CELL, _APART_CELL, _CELLS_ON, _IN_STEP, _EACH_IN_STEP = 0.75, 0.6, 1.5, 0.12, 0.25
"""In a comb, letters whose step is such a share of a cell stand one in each; if none touches the
next, the second. So much of a cell and more from one to the next, a cell was left empty."""
_IN_WORDS = "-'’./@_"


@dataclass(frozen=True, slots=True)
class Letter:
    """A character with what combines with it, and its box: as wide as its advance, as high as its
    font. ``behind_blank``: the file says that a blank stands before it."""

    char: str
    box_mm: BoxMm
    behind_blank: bool = False

    @property
    def middle(self) -> tuple[float, float]:
        return self.box_mm.x + self.box_mm.w / 2, self.box_mm.y + self.box_mm.h / 2


Letters = tuple[Letter, ...]


def letters_of(text: str, boxes_mm: Sequence[BoxMm | None]) -> Letters:
    """The letters of a run of text; ``boxes_mm`` of each of its characters, None for a blank.

    Accents that combine with the letter before, and the second half of a ligature, which has the
    same box, are one letter with that.
    """
    letters: list[Letter] = []
    behind_blank = False
    for char, box in zip(text, boxes_mm, strict=True):
        if box is None or char.isspace():
            behind_blank = True
        elif letters and not behind_blank and _lies_on(char, box, letters[-1].box_mm):
            both = bounding_box([letters[-1].box_mm, box])
            letters[-1] = replace(letters[-1], char=letters[-1].char + char, box_mm=both)
        else:
            letters.append(Letter(char, box, behind_blank))
            behind_blank = False
    return tuple(letters)


def words_of(letters: Letters) -> Iterator[Letters]:
    """The letters of a run, which are in the order of reading, word by word."""
    start = 0
    for i, (before, letter) in enumerate(pairwise(letters), 1):
        if letter.behind_blank or gap_em(before, letter) > _BLANK_EM:
            yield letters[start:i]
            start = i
    if letters:
        yield letters[start:]


def gap_em(before: Letter, letter: Letter) -> float:
    """How far apart two letters stand, across or down, in heights of their type."""
    first, second = before.box_mm, letter.box_mm
    across = max(second.x - first.right, first.x - second.right)
    down = max(second.y - first.bottom, first.y - second.bottom)
    return max(across, down) / _em(before, letter)


def text_of_row(letters: Letters, *, cell_mm: float | None = None) -> tuple[str, bool]:
    """The text of letters that stand in one row, in the order of reading, and whether that is sure.

    ``cell_mm``: the width of a cell, where they stand in a comb.
    """
    steps = [after.middle[0] - before.middle[0] for before, after in pairwise(letters)]
    gaps = [gap_em(before, after) for before, after in pairwise(letters)]
    is_spaced = _is_spaced(letters, gaps)
    blanks = is_spaced and _are_blanks(gaps)
    if cell_mm and gaps and _fill_cells([s / cell_mm for s in steps], gaps, with_blanks=blanks):
        return _parted(letters, [step >= _CELLS_ON * cell_mm for step in steps]), True
    if not is_spaced:
        pairs = zip(letters[1:], gaps, strict=True)
        parted = [letter.behind_blank or gap > _BLANK_EM for letter, gap in pairs]
        return _parted(letters, parted), True
    step, gap = statistics.median(steps), statistics.median(gaps)
    parted = [s > _STEP * step and g > _WIDER_GAP * gap for s, g in zip(steps, gaps, strict=True)]
    low, high = (edge * step for edge in _UNCLEAR_STEP)
    return _parted(letters, parted), not any(low < s < high for s in steps)


def _is_spaced(letters: Letters, gaps: Sequence[float]) -> bool:
    """Whether a row is typed letter by letter."""
    return (
        len(letters) >= _LEAST_SPACED
        and min(gaps) >= _NEVER_NEARER_EM
        and statistics.median(gaps) >= _SPACED_EM
        and all(letter.char[0].isalnum() or letter.char in _IN_WORDS for letter in letters)
    )


def _fill_cells(steps: Sequence[float], gaps: Sequence[float], *, with_blanks: bool) -> bool:
    """Whether letters stand one in each cell, by the cells from one to the next; where what is
    between them may be typed blanks, only if they keep in step with the cells."""
    least = _APART_CELL if min(gaps) >= _NEVER_NEARER_EM else _OWN_CELL
    off = [abs(step - round(step)) for step in steps]
    in_step = statistics.median(off) <= _IN_STEP or max(off) <= _EACH_IN_STEP
    return statistics.median(steps) >= least and (in_step or not with_blanks)


def _are_blanks(gaps: Sequence[float]) -> bool:
    """Whether each gap may be one blank or some: in cells, wider letters have narrower gaps."""
    blanks = [gap / min(gaps) for gap in gaps]
    return min(gaps) < _WIDEST_BLANK_EM and all(
        abs(count - round(count)) < _PART_OF_BLANK for count in blanks
    )


def _parted(letters: Letters, blanks: Iterable[bool]) -> str:
    parted = (" " * blank + after.char for after, blank in zip(letters[1:], blanks, strict=True))
    return unicodedata.normalize("NFC", "".join((letters[0].char, *parted)))


def _lies_on(char: str, box: BoxMm, before: BoxMm) -> bool:
    if unicodedata.combining(char):
        return True
    across = min(box.right, before.right) - max(box.x, before.x)
    down = min(box.bottom, before.bottom) - max(box.y, before.y)
    least = min(box.w * box.h, before.w * before.h)
    return min(across, down) > 0 and across * down > _ON_ONE * least


def _em(*letters: Letter) -> float:
    return max(1e-6, *(side for letter in letters for side in (letter.box_mm.w, letter.box_mm.h)))
