"""Which print labels which place to write on.

A label stands in the place, left of it, above it, or at the head of its column and row; of a check
square behind it, before it, or over it. A title tells what the places below it are about.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from pipeline.drafting.beside import (
    NEAR_MM,
    OVER_MM,
    SURE,
    How,
    Labelled,
    Printed,
    is_beside,
)
from pipeline.drafting.captions import captions_of
from pipeline.drafting.grids import beside
from pipeline.drafting.heads import by_table, labels_of_cells
from pipeline.drafting.kinds import is_label, kind_of, section_of
from pipeline.drafting.linework import overlap
from pipeline.drafting.phrases import Phrase, is_level, phrases_of, titles
from pipeline.drafting.places import in_reading_order
from pipeline.drafting.records import Place, Shape, Sheet
from pipeline.drafting.rooms import is_wrapped
from pipeline.drafting.squares import labels_of_marks
from pipeline.drafting.tariffs import prices, without_prices
from pipeline.geometry import BoxMm

_OPTION_MM = 8.0
_CORNER_MM, _UNDER_HEAD_MM, _PRICE_MM, _COLUMN_MM = 8.0, 9.0, 30.0, 20.0
_TITLE, _NEXT_LINE = 1.15, 1.6
"""A title is so much larger than labels; lines of one label stand so many sizes apart."""
_TITLES_MM = 40.0
_GAP_SURE, _KNOWN = 0.65, 0.6
"""A gap behind a word is a place where the word is known as a label, or ends in a colon."""

_IS_ABOUT_BEFORE = re.compile(r"\W*(?:[x×*]\s?\d|€|euros?\b|=|ans?\b|[ck][mg]\b|/)")
"""What stands behind a place and speaks of it, even where another place follows."""
_LEADS_TO_SUM = re.compile(r"(?:=|\bsoit|\bfont)\W*$")
_SENTENCE = re.compile(r".*[a-zà-ÿ)]{4,}\.\s+(?=[A-ZÀ-Ý])")
"""What ends before a label begins: « Chèque à l'ordre du comité. Date : »."""


def labelled(sheet: Sheet) -> tuple[Labelled, ...]:
    """Every place of a page with its labels, in the order of reading."""
    print_ = Printed(sheet, phrases_of(sheet), in_reading_order(sheet.places))
    places = tuple(place for place in print_.places if not _is_taken(print_, place))
    print_ = replace(print_, places=places)
    tables = by_table(places)
    captions = captions_of(print_)
    by_place: dict[int, Labelled] = {}
    for place in print_.places:
        if place.shape in (Shape.LINE, Shape.COMB, Shape.AREA):
            caption = captions.get(id(place))
            by_place[id(place)] = (
                _taken(print_, place, caption, How.BELOW, "")
                if caption
                else _of_line(print_, place)
            )
    for cells in tables.values():
        by_place |= labels_of_cells(print_, cells)
    by_place |= labels_of_marks(print_)
    known = [by_place[id(place)] for place in print_.places if id(place) in by_place]
    return tuple(_in_sections(print_, known))


def is_about_before(text: str) -> bool:
    """Whether print between two places speaks of the first: a unit, « repas à 22 €, soit »."""
    leads = bool(_LEADS_TO_SUM.search(text)) and len(prices(text)) == 1
    return leads or bool(_IS_ABOUT_BEFORE.match(text))


def _of_line(print_: Printed, place: Place) -> Labelled:
    box = place.box_mm
    behind = print_.behind(place)
    if behind and _is_other_row(print_, behind) and not is_about_before(behind.text):
        behind = None
    behind_text = behind.text if behind else ""
    inside = [
        phrase
        for phrase in print_.phrases
        if box.contains(phrase.box_mm.x + 0.5, phrase.middle_mm)
        and box.contains(phrase.box_mm.right - 0.5, phrase.middle_mm)
    ]
    if (inside and place.shape is Shape.AREA) or (inside and box.h > 1.8 * inside[0].box_mm.h):
        return _taken(print_, place, inside[0], How.INSIDE, behind_text)
    left, above = print_.before(place), print_.above(place)
    if left is None and (titles_ := _titles_before(print_, place)):
        return Labelled(place, titles_, How.LEFT, behind_text, sure=SURE[How.LEFT])
    near = left is not None and (
        box.x - left.box_mm.right <= NEAR_MM or _is_in_cell_before(print_, left.box_mm, box)
    )
    if above and prices(above.text) and not without_prices(above.text):
        above = None  # a price says nothing of what is below it
    if left and above and not (near or (is_label(above.text) and not is_label(left.text))):
        # A title is of all that is below it.
        near = above.size_mm > _TITLE * left.size_mm or (above.bold and not left.bold)
    if left and above and _is_in_its_frame(print_, box, above.box_mm, left.box_mm):
        return _taken(print_, place, above, How.ABOVE, behind_text)
    if left and near:
        return _taken(print_, place, left, How.LEFT, behind_text)
    if above and (place.shape is Shape.AREA or not _is_other_row(print_, above)):
        return _taken(print_, place, above, How.ABOVE, behind_text)
    if left:
        return _taken(print_, place, left, How.LEFT, behind_text, weight=0.85)
    if wrapped := _label_before_break(print_, place):
        return _taken(print_, place, wrapped, How.LEFT, behind_text, weight=0.85)
    if place.name:
        return Labelled(place, place.name, How.NAME, behind_text, sure=0.6)
    return Labelled(place, behind=behind_text, sure=0.2)


def _titles_before(print_: Printed, place: Place) -> str:
    """« M. / Mme » before a line: words to ring that are its label, too."""
    box = place.box_mm
    ringed = [
        other.box_mm
        for other in print_.places
        if other.shape is Shape.WORD
        and is_beside(other.box_mm, box)
        and 0 <= box.x - other.box_mm.x <= _TITLES_MM
    ]
    if not ringed or box.x - max(each.right for each in ringed) > _OPTION_MM:
        return ""
    words = [w for w in print_.sheet.words if any(overlap(w.box_mm, r) > 0 for r in ringed)]
    text = " ".join(word.text for word in sorted(words, key=lambda word: word.box_mm.x))
    return text if is_label(text) else ""


def _label_before_break(print_: Printed, place: Place) -> Phrase | None:
    """The label that ends the row above, where the line breaks between it and its place."""
    unpriced = (phrase for phrase in print_.phrases if not prices(phrase.text))
    asks = (phrase for phrase in unpriced if phrase.text.endswith(":") or is_label(phrase.text))
    ends = (phrase for phrase in asks if phrase not in print_.used)
    wrapped = [p for p in ends if is_wrapped(p.box_mm, place, print_.sheet)]
    free = [
        phrase
        for phrase in wrapped
        if not any(
            o.box_mm.x > phrase.box_mm.x and is_beside(phrase.box_mm, o.box_mm)
            for o in print_.places
        )
    ]
    return max(free, key=lambda phrase: phrase.middle_mm, default=None)


def _is_in_cell_before(print_: Printed, label: BoxMm, box: BoxMm) -> bool:
    """Whether a label has a cell of its own, which the place is beside."""
    return any(
        beside(frame, box) and frame.contains(label.x + 0.5, label.y + label.h / 2)
        for frame in print_.sheet.frames
    )


def _is_in_its_frame(print_: Printed, box: BoxMm, own: BoxMm, other: BoxMm) -> bool:
    """Whether a frame is around a place and one phrase, and not around the other one."""
    return any(
        frame.grown(1, 1).contains(box.x, box.y)
        and frame.grown(1, 1).contains(box.right, box.bottom)
        and frame.contains(own.x + 0.5, own.y + own.h / 2)
        and not frame.contains(other.right - 0.5, other.y + other.h / 2)
        for frame in print_.sheet.frames
    )


def _is_other_row(print_: Printed, phrase: Phrase) -> bool:
    """Whether a phrase labels a place in its own row, so that it says nothing of what is below."""
    return any(
        is_beside(phrase.box_mm, other.box_mm)
        and -OVER_MM <= other.box_mm.x - phrase.box_mm.right <= NEAR_MM
        for other in print_.places
    )


def _whole(print_: Printed, phrase: Phrase) -> Phrase:
    """A label with the line above that it goes on from: « Adresse » over « professionnelle »."""
    if not phrase.text[:1].islower():
        return phrase
    for upper in print_.phrases:
        box = upper.box_mm
        near = 0 < phrase.middle_mm - upper.middle_mm <= _NEXT_LINE * phrase.size_mm
        if near and abs(box.x - phrase.box_mm.x) <= 1 and not upper.text.endswith((":", ".")):
            if any(is_beside(box, p.box_mm) and _ends_at(box, p) for p in print_.places):
                return phrase  # a line of running text
            print_.used.add(upper)
            return replace(phrase, text=f"{upper.text} {phrase.text}")
    return phrase


def _ends_at(label: BoxMm, place: Place) -> bool:
    return -OVER_MM <= place.box_mm.x - label.right <= OVER_MM


def _taken(
    print_: Printed, place: Place, phrase: Phrase, how: How, behind: str, *, weight: float = 1.0
) -> Labelled:
    print_.used.add(phrase)
    label = _SENTENCE.sub("", _whole(print_, phrase).text) if how is How.LEFT else phrase.text
    return Labelled(place, label, how, behind, sure=SURE[how] * weight * phrase.sure)


def _is_taken(print_: Printed, place: Place) -> bool:
    """Whether nobody writes there: a cell with a price or a square in it, a gap before a line, and
    the dots between an option and its price."""
    box = place.box_mm
    if place.shape is Shape.CELL:
        squares = (other.box_mm for other in print_.places if other.shape is Shape.BOX)
        inside = (p for p in print_.phrases if box.contains(p.box_mm.x + 0.5, p.middle_mm))
        return any(box.contains(s.x + s.w / 2, s.y + s.h / 2) for s in squares) or any(
            prices(phrase.text) for phrase in inside
        )
    if place.shape is not Shape.LINE:
        return False
    if _is_corner(print_, place) or any(_goes_into(print_, place, o) for o in print_.places):
        return True
    if place.sure < _GAP_SURE and _leads_to_options(print_, box):
        return True
    if _leads_to_columns(print_, place):
        return True
    before = print_.before(place)
    if place.sure < _GAP_SURE and before and not before.text.endswith(":"):
        is_head = _is_row_of_squares(print_, before)
        return is_head or kind_of(before.text).sure < _KNOWN  # a word with room behind it
    behind = print_.behind(place, most_mm=_PRICE_MM)
    if behind is None or not prices(behind.text) or without_prices(behind.text):
        return False
    return before is not None and any(
        other.shape is Shape.BOX
        and is_beside(before.box_mm, other.box_mm)
        and 0 <= before.box_mm.x - other.box_mm.right < _OPTION_MM
        for other in print_.places
    )


def _leads_to_options(print_: Printed, gap: BoxMm) -> bool:
    """Whether squares or words to ring follow a gap in its row, and no line before them."""
    follow = [p for p in print_.places if p.box_mm.x >= gap.right and is_beside(p.box_mm, gap)]
    first = min(follow, key=lambda place: place.box_mm.x, default=None)
    return first is not None and first.shape in (Shape.BOX, Shape.WORD)


def _leads_to_columns(print_: Printed, leaders: Place) -> bool:
    """Whether dots only lead from a question to squares in columns, which nothing stands behind."""
    box = leaders.box_mm
    follow = [p for p in print_.places if p.box_mm.x >= box.right - 1 and is_beside(box, p.box_mm)]
    first = min(follow, key=lambda place: place.box_mm.x, default=None)
    if first is None or first.shape is not Shape.BOX or first.box_mm.x - box.right > _COLUMN_MM:
        return False
    return print_.before(leaders) is not None and print_.behind(first, most_mm=4.0) is None


def _is_row_of_squares(print_: Printed, phrase: Phrase) -> bool:
    """Whether squares stand behind a phrase, or below a head in its row."""
    row = [p.box_mm for p in print_.phrases if is_level(p.box_mm, phrase.box_mm)]
    for place in print_.places:
        square = place.box_mm
        if place.shape is not Shape.BOX:
            continue
        is_asked = _is_asked(print_, square)
        if is_beside(phrase.box_mm, square) and (not is_asked or print_.before(place) == phrase):
            return True
        middle = square.x + square.w / 2
        under = any(
            0 < square.y - head.bottom < _UNDER_HEAD_MM and head.x - 2 <= middle <= head.right + 8
            for head in row
        )
        if under and not is_asked:
            return True
    return False


def _is_asked(print_: Printed, square: BoxMm) -> bool:
    """Whether a question stands left of a square, in its row."""
    level = (p for p in print_.phrases if is_beside(p.box_mm, square) and p.box_mm.x < square.x)
    return any(phrase.text.endswith((":", "?")) for phrase in level)


def _goes_into(print_: Printed, gap: Place, other: Place) -> bool:
    """Whether a gap only leads from a label to a surer place in its row, which has no own label."""
    if other.shape is Shape.AREA and any(
        other.box_mm.contains(phrase.box_mm.x + 1, phrase.middle_mm) for phrase in print_.phrases
    ):
        return False
    reach = other.box_mm.x - gap.box_mm.right
    return other.sure > gap.sure and -1 < reach < 4 and is_beside(gap.box_mm, other.box_mm)


def _is_corner(print_: Printed, place: Place) -> bool:
    """Whether it is the empty corner of a table of squares: heads beside it, rows below."""
    box = place.box_mm
    below = (
        phrase.box_mm
        for phrase in print_.phrases
        if 0 < phrase.box_mm.y - box.bottom < _CORNER_MM and box.x <= phrase.box_mm.x < box.right
    )
    rows = [row for row in below if _next_is_square(print_, row)]
    heads = any(is_beside(p.box_mm, box) and p.box_mm.x >= box.right for p in print_.phrases)
    return bool(rows) and heads and print_.before(place) is None


def _next_is_square(print_: Printed, label: BoxMm) -> bool:
    level = [
        place
        for place in print_.places
        if is_beside(label, place.box_mm) and place.box_mm.x >= label.x and place.sure >= _GAP_SURE
    ]
    following = min(level, key=lambda place: place.box_mm.x, default=None)
    return following is not None and following.shape is Shape.BOX


def _in_sections(print_: Printed, known: Sequence[Labelled]) -> Iterator[Labelled]:
    """The places with the titles they stand below."""
    free = [phrase for phrase in print_.phrases if phrase not in print_.used]
    shown = titles(free, print_.sheet.tints)
    heads = [
        phrase
        for phrase in free
        if (phrase in shown or section_of(phrase.text))
        and not any(
            is_beside(phrase.box_mm, each.place.box_mm)
            and each.place.shape is not Shape.AREA
            and abs(each.place.box_mm.x - phrase.box_mm.right) < NEAR_MM
            for each in known
        )
    ]
    by_row = [
        list(row)
        for _, row in groupby(
            sorted(heads, key=lambda phrase: phrase.middle_mm), key=lambda p: round(p.middle_mm / 3)
        )
    ]
    for each in known:
        box = each.place.box_mm
        over = [row for row in by_row if row[0].middle_mm < box.y + min(box.h / 2, 4)]
        title = ""
        if over:
            left = [phrase for phrase in over[-1] if phrase.box_mm.x <= box.x + 3]
            best = max(left or over[-1][:1], key=lambda phrase: phrase.box_mm.x)
            title = best.text
        yield replace(each, section=title)
