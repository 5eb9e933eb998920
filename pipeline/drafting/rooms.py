"""Places that nothing marks: the gap after a label, the room to sign below a word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.drafting.kinds import kind_of
from pipeline.drafting.linework import is_level, lines_of, overlap, phrases_in
from pipeline.drafting.records import Place, Print, Shape, Sheet
from pipeline.geometry import BoxMm, bounding_box
from pipeline.text import fold

_GAP_MM, _LEAST_GAP_MM = 1.0, 12.0
_MARGIN_MM = 12.0
_LABEL_WORDS, _FEW_WORDS = 7, 4
_HIGH = 2.1, 7.5
"""A gap is so many sizes of its label high, and so many mm at most."""
_FLOWS, _LIST_MM = 0.8, 9.0
"""Print so few sizes below a label goes on from it, as do check squares so near."""
_BELOW_MM, _ABOVE_MM, _AREA_MM = 4.0, 1.5, 12.0
_TABLE_MM = 4.0
"""So near below the label that announces it a table begins."""
_INDENT_MM, _RUNS_ON_MM = 6.0, 6.0
"""A line begins where that above it does, so nearly; gaps in a line of text are no wider."""
_WRITTEN = (Shape.LINE, Shape.COMB, Shape.CELL, Shape.BOX)
_SIGNED = re.compile(r"\bsignatures?\b(?! electronique)")
_SIGNED_MM, _LEAST_SIGNED_MM, _BESIDE_MM, _FOOT_MM = (110.0, 26.0), 28.0, 25.0, 6.0
"""How wide, from its label on, and how high the room to sign in is; how wide at least."""
_MOST_WORDS, _SECOND_MM = 14, 10.0


def gaps(sheet: Sheet, taken: Sequence[Place], *, few_lines: bool) -> Iterator[Place]:
    """The room after labels that nothing else serves.

    A label ends with a colon, or in « x 12 € = ». Where the form has ``few_lines`` it may also be a
    short phrase in capitals; where it has lines, a colon may announce a list, and the gap is less
    sure.
    """
    if not sheet.words:
        return
    usual = sorted(word.size_mm for word in sheet.words)[len(sheet.words) // 2]
    marked = [place.box_mm for place in taken if place.shape is not Shape.WORD]
    areas = [place.box_mm for place in taken if place.shape is Shape.AREA]
    boxes = [place.box_mm for place in taken]
    for line in lines_of(sheet.words):
        for phrase in phrases_in(line):
            asks = phrase[-1].text.endswith((":", "="))
            if len(phrase) > _LABEL_WORDS or phrase[0].size_mm > 1.2 * usual:
                continue
            if not (asks or (few_lines and _is_in_capitals(phrase))):
                continue
            label = bounding_box([word.box_mm for word in phrase])
            if not few_lines and (len(phrase) > _FEW_WORDS or _goes_on(phrase, sheet)):
                continue
            is_served = any(_is_listed(place, label, sheet) for place in taken)
            is_served |= any(_right_by(box, label) for box in marked)
            is_served |= any(is_wrapped(label, place, sheet) for place in taken)
            is_served |= any(overlap(box, label) > 0 for box in (marked if asks else boxes))
            box = _gap_after(label, phrase[-1].size_mm, sheet, areas)
            reach = replace(box, w=_next_word(label, box, sheet) - box.x)
            is_served |= any(_lies_in(p.box_mm, reach) for p in taken if p.shape in _WRITTEN)
            is_served |= any(_lies_in(area, box) for area in areas)
            if box.w >= _LEAST_GAP_MM and not is_served and not _is_framed(label, sheet):
                yield Place(box, Shape.LINE, sure=(0.8 if asks else 0.4) if few_lines else 0.5)
                if asks and _is_long(phrase):
                    yield from _second_line(label, box, sheet, boxes)


def _goes_on(phrase: Sequence[Print], sheet: Sheet) -> bool:
    """Whether a label heads the print below it."""
    label, size = bounding_box([word.box_mm for word in phrase]), phrase[0].size_mm
    below = BoxMm(label.x, label.bottom, label.w, _FLOWS * size)
    table = any(
        0 <= frame.y - label.bottom <= _TABLE_MM and abs(frame.x - label.x) <= _TABLE_MM
        for frame in sheet.frames
    )
    return phrase[0].bold or table or any(overlap(w.box_mm, below) > 0 for w in sheet.words)


def _is_long(phrase: Sequence[Print]) -> bool:
    return kind_of(" ".join(word.text for word in phrase)).type == "long_text"


def _second_line(label: BoxMm, gap: BoxMm, sheet: Sheet, boxes: Sequence[BoxMm]) -> Iterator[Place]:
    """The room below a gap for a text that may go on, where there is some."""
    room = BoxMm(label.x, gap.bottom + 0.5, gap.right - label.x, _SECOND_MM)
    printed = (*(word.box_mm for word in sheet.words), *boxes, *sheet.rules)
    if room.bottom < sheet.height_mm - _FOOT_MM and not any(_touches(box, room) for box in printed):
        yield Place(room, Shape.LINE, sure=0.5)


def _is_listed(place: Place, label: BoxMm, sheet: Sheet) -> bool:
    """Whether a place below a label is one of several that it asks for: squares, or lines."""
    box = place.box_mm
    near = 0 < box.bottom - label.bottom <= _LIST_MM and box.y > label.y
    if place.shape is Shape.BOX:
        is_below = near and label.x - 5 <= box.x <= label.right + 25
        return is_below and not _is_asked_in_row(box, sheet)
    starts = place.shape is Shape.LINE and abs(box.x - label.x) <= 3
    return near and starts


def is_wrapped(label: BoxMm, place: Place, sheet: Sheet) -> bool:
    """Whether a label ends its row, and its place begins the next one."""
    box = place.box_mm
    if place.shape is not Shape.LINE or not 0 < box.bottom - label.bottom <= _LIST_MM:
        return False
    own, next_ = BoxMm(label.right, label.y, 500.0, label.h), BoxMm(0, box.y, box.x, box.h)
    words = [word.box_mm for word in sheet.words]
    ends = not any(overlap(word, own) > 0 for word in words if word.x > label.x + 1)
    below = (word for word in words if word.y > label.bottom - 1)
    begins = not any(overlap(word, next_) > 0.3 * word.w * word.h for word in below)
    is_indented = label.x > box.x and abs(_row_start(label, sheet) - box.x) <= _INDENT_MM
    return ends and begins and is_indented


def _row_start(label: BoxMm, sheet: Sheet) -> float:
    """Where the line of text begins, with its dots and rules, that a label ends."""
    low = BoxMm(0, label.y, sheet.width_mm, label.h + 1)
    strokes = (*sheet.dots, *(rule for rule in sheet.rules if is_level(rule)))
    row = [box for box in (*(w.box_mm for w in sheet.words), *strokes) if overlap(box, low) > 0]
    start = label.x
    for box in sorted(row, key=lambda box: -box.right):
        if box.x < start <= box.right + _RUNS_ON_MM:
            start = box.x
    return start


def _is_asked_in_row(square: BoxMm, sheet: Sheet) -> bool:
    """Whether a question stands left of a check square."""
    row = BoxMm(0, square.y, square.x, square.h)
    level = (word for word in sheet.words if overlap(word.box_mm, row) > 0)
    return any(word.text.endswith((":", "?")) for word in level)


def signature_rooms(sheet: Sheet, taken: Sequence[Place]) -> Iterator[Place]:
    """The room at a word that asks for a signature, where nothing else is to sign in: right of it,
    and below it."""
    boxes = [place.box_mm for place in taken]
    for line in lines_of(sheet.words):
        for phrase in phrases_in(line):
            if not _asks_to_sign(phrase):
                continue
            label = bounding_box([word.box_mm for word in phrase])
            beside = BoxMm(label.right, label.y, _BESIDE_MM, label.h)
            served = any(
                _lies_in(b, beside) or overlap(b, label) > 0 or _right_by(b, label) for b in boxes
            )
            room = _room_at(_with_more_print(label, phrase[0].size_mm, sheet), sheet, boxes)
            if room and not served:
                yield Place(room, Shape.AREA, sure=0.6)


def _asks_to_sign(phrase: Sequence[Print]) -> bool:
    text = fold(" ".join(word.text for word in phrase))
    is_short = len(phrase) <= _LABEL_WORDS or text.endswith(":") or text.startswith("signature")
    return is_short and len(phrase) <= _MOST_WORDS and bool(_SIGNED.search(text))


def _with_more_print(label: BoxMm, size_mm: float, sheet: Sheet) -> BoxMm:
    """The label with the lines that go on right below it: « précédée de "lu et approuvé" »."""
    for line in lines_of(sheet.words):
        for phrase in phrases_in(line):
            box = bounding_box([word.box_mm for word in phrase])
            below = 0 < box.y + box.h / 2 - label.bottom <= (_FLOWS + 0.5) * size_mm
            if below and abs(box.x - label.x) <= 2:
                label = bounding_box([label, box])
    return label


def _room_at(label: BoxMm, sheet: Sheet, boxes: Sequence[BoxMm]) -> BoxMm | None:
    """The free room from a label on to the right, and on below it; None where there is none."""
    printed = [*(word.box_mm for word in sheet.words), *boxes, *sheet.rules, *sheet.frames]
    around = [box for box in printed if not (_holds(box, label) or overlap(box, label) > 0)]
    low = min(label.bottom + _SIGNED_MM[1], sheet.height_mm - _FOOT_MM)
    high = label.y + 0.5
    level = BoxMm(label.right + 0.5, high, sheet.width_mm, label.h + _AREA_MM)
    right = min((box.x for box in around if _touches(box, level)), default=sheet.width_mm)
    right = min(right - _GAP_MM, label.x + _SIGNED_MM[0], sheet.width_mm - _MARGIN_MM)
    below = BoxMm(label.x, label.bottom + 0.3, right - label.x, max(0.1, low - label.bottom))
    bottom = min((box.y for box in around if _touches(box, below)), default=low) - 0.5
    is_room = bottom - label.bottom >= _AREA_MM and right - label.x >= _LEAST_SIGNED_MM
    return BoxMm(label.x, high, right - label.x, bottom - high) if is_room else None


def _touches(box: BoxMm, room: BoxMm) -> bool:
    return overlap(box.grown(0.1, 0.1), room) > 0


def _holds(box: BoxMm, label: BoxMm) -> bool:
    return box.contains(label.x + 1, label.y + label.h / 2)


def _right_by(place: BoxMm, label: BoxMm) -> bool:
    """Whether what a label asks for is written under it, or on a line right above."""
    shared = min(place.right, label.right) - max(place.x, label.x)
    below = place.h >= _AREA_MM and -1.5 <= place.y - label.bottom <= _BELOW_MM
    return shared > 0 and (below or -1.5 <= label.y - place.bottom <= _ABOVE_MM)


def _is_in_capitals(phrase: Sequence[Print]) -> bool:
    text = " ".join(word.text for word in phrase)
    plain = len(phrase) <= 3 and not phrase[0].bold
    return plain and text.isupper() and sum(c.isalpha() for c in text) > 1


def _gap_after(label: BoxMm, size_mm: float, sheet: Sheet, areas: Sequence[BoxMm]) -> BoxMm:
    """The room behind a label, up to what comes next on its level, or the margin."""
    high = min(_HIGH[1], _HIGH[0] * size_mm)
    left, top = label.right + _GAP_MM, label.bottom - high
    level = BoxMm(label.right - 0.1, top + 0.5, sheet.width_mm, high - 1.0)
    ends = [sheet.width_mm - _MARGIN_MM + _GAP_MM]
    for box in (*(word.box_mm for word in sheet.words), *areas, *sheet.frames):
        if box.x >= level.x and overlap(box.grown(0.05, 0.05), level) > 0:
            ends.append(box.x)
        elif _holds(box, label) and box.right > label.right:
            ends.append(box.right)
    return BoxMm(left, top, max(0.0, min(ends) - _GAP_MM - left), high)


def _next_word(label: BoxMm, gap: BoxMm, sheet: Sheet) -> float:
    """Where print goes on behind a label, or the margin."""
    level = gap.grown(0, -0.5)
    behind = (
        w.box_mm.x
        for w in sheet.words
        if w.box_mm.x >= label.right - 0.1
        and w.box_mm.y < level.bottom
        and w.box_mm.bottom > level.y
    )
    return min([*behind, sheet.width_mm - _MARGIN_MM])


def _lies_in(place: BoxMm, gap: BoxMm) -> bool:
    """Whether a place stands in a gap, so that the label has it."""
    level = place.y < gap.bottom - 1 and place.bottom > gap.y + 1
    return level and place.right > gap.x and place.x < gap.right


def _is_framed(label: BoxMm, sheet: Sheet) -> bool:
    """Whether a low frame or a shade is around it: that has its own places, or is a title."""
    x, y = label.x + label.w / 2, label.y + label.h / 2
    low = [box for box in (*sheet.frames, *sheet.tints) if box.h <= _AREA_MM]
    return any(box.contains(x, y) for box in low)
