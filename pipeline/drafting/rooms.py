"""Places that nothing marks: the gap after a label, the room to sign below a word."""

import re
from collections.abc import Iterator, Sequence

from pipeline.drafting.linework import lines_of, overlap
from pipeline.drafting.printed_places import phrases_of
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
_SIGNED = re.compile(r"\bsignatures?\b(?! electronique)")
_SIGNED_MM, _BESIDE_MM = (60.0, 25.0), 25.0


def gaps(sheet: Sheet, taken: Sequence[Place], *, few_lines: bool) -> Iterator[Place]:
    """The room after labels that nothing else serves.

    A label ends with a colon. Where the form has ``few_lines`` it may also be a short phrase in
    capitals; where it has lines, a colon may announce a list, and the gap is less sure.
    """
    if not sheet.words:
        return
    usual = sorted(word.size_mm for word in sheet.words)[len(sheet.words) // 2]
    marked = [place.box_mm for place in taken if place.shape is not Shape.WORD]
    boxes = [place.box_mm for place in taken]
    for line in lines_of(sheet.words):
        for phrase in phrases_of(line):
            asks = phrase[-1].text.endswith(":")
            if len(phrase) > _LABEL_WORDS or phrase[0].size_mm > 1.2 * usual:
                continue
            if not (asks or (few_lines and _is_in_capitals(phrase))):
                continue
            label = bounding_box([word.box_mm for word in phrase])
            if not few_lines and (len(phrase) > _FEW_WORDS or _goes_on(phrase, sheet)):
                continue
            is_served = any(_is_listed(place, label) for place in taken)
            is_served |= any(_right_by(box, label) for box in marked)
            is_served |= any(overlap(box, label) > 0 for box in (marked if asks else boxes))
            box = _gap_after(label, phrase[-1].size_mm, sheet)
            is_served |= any(_lies_in(place, box) for place in marked)
            if box.w >= _LEAST_GAP_MM and not is_served and not _is_framed(label, sheet):
                yield Place(box, Shape.LINE, sure=(0.8 if asks else 0.4) if few_lines else 0.5)


def _goes_on(phrase: Sequence[Print], sheet: Sheet) -> bool:
    """Whether a label heads the print below it."""
    label, size = bounding_box([word.box_mm for word in phrase]), phrase[0].size_mm
    below = BoxMm(label.x, label.bottom, label.w, _FLOWS * size)
    return phrase[0].bold or any(overlap(word.box_mm, below) > 0 for word in sheet.words)


def _is_listed(place: Place, label: BoxMm) -> bool:
    """Whether a place below a label is one of several that it asks for: squares, or lines."""
    box = place.box_mm
    near = 0 < box.bottom - label.bottom <= _LIST_MM and box.y > label.y
    if place.shape is Shape.BOX:
        return near and label.x - 5 <= box.x <= label.right + 25
    starts = place.shape is Shape.LINE and abs(box.x - label.x) <= 3
    return near and starts


def signature_rooms(sheet: Sheet, taken: Sequence[Place]) -> Iterator[Place]:
    """The room below a word that asks for a signature, where nothing else is to sign in."""
    boxes = [place.box_mm for place in taken]
    for line in lines_of(sheet.words):
        for phrase in phrases_of(line):
            label = bounding_box([word.box_mm for word in phrase])
            text = fold(" ".join(word.text for word in phrase))
            if len(phrase) > _LABEL_WORDS or not _SIGNED.search(text):
                continue
            x = min(label.x, sheet.width_mm - _MARGIN_MM - _SIGNED_MM[0])
            room = BoxMm(x, label.bottom + 0.5, *_SIGNED_MM)
            high = _free_below(room, sheet, boxes)
            beside = BoxMm(label.right, label.y, _BESIDE_MM, label.h)
            served = any(
                _lies_in(b, beside) or overlap(b, label) > 0 or _right_by(b, label) for b in boxes
            )
            if high >= _AREA_MM and not served:
                yield Place(BoxMm(room.x, room.y, room.w, high), Shape.AREA, sure=0.6)


def _free_below(room: BoxMm, sheet: Sheet, boxes: Sequence[BoxMm]) -> float:
    """How high a room is down to the first print, place or rule in it."""
    every = (*(word.box_mm for word in sheet.words), *boxes, *sheet.rules)
    under = (box.y for box in every if overlap(box.grown(0.1, 0.1), room) > 0)
    return min(under, default=room.bottom) - 0.5 - room.y


def _right_by(place: BoxMm, label: BoxMm) -> bool:
    """Whether what a label asks for is written under it, or on a line right above."""
    shared = min(place.right, label.right) - max(place.x, label.x)
    below = place.h >= _AREA_MM and -1.5 <= place.y - label.bottom <= _BELOW_MM
    return shared > 0 and (below or -1.5 <= label.y - place.bottom <= _ABOVE_MM)


def _is_in_capitals(phrase: Sequence[Print]) -> bool:
    text = " ".join(word.text for word in phrase)
    plain = len(phrase) <= 3 and not phrase[0].bold
    return plain and text.isupper() and sum(c.isalpha() for c in text) > 1


def _gap_after(label: BoxMm, size_mm: float, sheet: Sheet) -> BoxMm:
    """The room behind a label, up to the next print on its level, or the margin."""
    high = min(_HIGH[1], _HIGH[0] * size_mm)
    left, top = label.right + _GAP_MM, label.bottom - high
    behind = (
        word.box_mm.x
        for word in sheet.words
        if word.box_mm.x >= label.right - 0.1
        and min(word.box_mm.bottom, label.bottom) - max(word.box_mm.y, top) > 0.5
    )
    right = min(behind, default=sheet.width_mm - _MARGIN_MM + _GAP_MM) - _GAP_MM
    return BoxMm(left, top, max(0.0, right - left), high)


def _lies_in(place: BoxMm, gap: BoxMm) -> bool:
    """Whether a place stands in a gap, so that the label has it."""
    level = place.y < gap.bottom - 1 and place.bottom > gap.y + 1
    return level and place.right > gap.x and place.x < gap.right


def _is_framed(label: BoxMm, sheet: Sheet) -> bool:
    """Whether a low frame or a shade is around it: that has its own places, or is a title."""
    x, y = label.x + label.w / 2, label.y + label.h / 2
    low = [box for box in (*sheet.frames, *sheet.tints) if box.h <= _AREA_MM]
    return any(box.contains(x, y) for box in low)
