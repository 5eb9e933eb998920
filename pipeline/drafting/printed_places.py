"""Check squares that are printed as letters: ``□``, ``o``, ``[ ]``."""

from collections.abc import Iterator

from pipeline.drafting.linework import lines_of
from pipeline.drafting.records import Place, Print, Shape, Sheet
from pipeline.geometry import BoxMm, bounding_box

SQUARES = frozenset("□❑❒❏❐☐▢◻⬜○◯❍🞎🗆⎕")
_TYPED = frozenset({"()", "[]", "(_)", "[_]", "|_|", "{}"})
"""What is typed for a square; its two sides may stand apart."""
_OPENS, _CLOSES = frozenset("[({"), frozenset("])}")
_OPTION_MM, _SIDES_MM = 4.0, 8.0


def printed_squares(sheet: Sheet) -> Iterator[Place]:
    """Check squares that are letters of a font, are typed, or are an ``o`` before an option."""
    for line in lines_of(sheet.words):
        for word, after in zip(line, [*line[1:], None], strict=True):
            box = word.box_mm
            is_o = word.text in {"o", "O", "0"} and after is not None
            near = after is not None and 0 < after.box_mm.x - box.right <= _OPTION_MM
            if is_o and near and after is not None and after.text[:1].isalpha():
                yield Place(box, Shape.BOX, sure=0.7)
            elif word.text[:1] in SQUARES or word.text[-1:] in SQUARES:
                yield from _squares_in(word)
            elif word.text in _TYPED:
                yield Place(box, Shape.BOX, sure=0.8)
            elif after and _are_sides(word, after):
                yield Place(bounding_box([box, after.box_mm]), Shape.BOX, sure=0.8)


def _are_sides(word: Print, after: Print) -> bool:
    """Whether two words are the sides of a square that is typed ``[ ]``, what stands behind it
    perhaps stuck to the second."""
    is_pair = word.text[-1:] in _OPENS and after.text in _CLOSES
    return is_pair and len(word.text) == 1 and after.box_mm.right - word.box_mm.x <= _SIDES_MM


def _squares_in(word: Print) -> Iterator[Place]:
    """Each square of a word, which an option may stick to."""
    step = word.box_mm.w / len(word.text)
    for at, letter in enumerate(word.text):
        if letter in SQUARES:
            wide = word.box_mm.w if len(word.text) == 1 else max(step, 0.7 * word.size_mm)
            yield Place(
                BoxMm(word.box_mm.x + at * step, word.box_mm.y, wide, word.box_mm.h), Shape.BOX
            )
