"""Strokes of a blank: pieces of a rule joined, and what rules enclose."""

from collections.abc import Iterable, Iterator, Sequence

import cv2
import numpy as np

from pipeline.drafting.records import Print
from pipeline.geometry import BoxMm
from pipeline.records import Gray

_PX_PER_MM = 8.0
_SAME_LINE_MM, _JOIN_MM = 0.35, 0.6
"""Strokes that lie so little apart are drawn over each other; so little of a gap is none."""
_CORNER_MM = 0.3
"""So far from a corner may the strokes of a frame end."""
_LEAST_MM = 1.2
_FULL, _ROUND = 0.92, 0.74
"""What a frame fills of the box around it, and what a round check box does, which is small."""
_SMALL_MM = 8.0
_LEVEL, _PHRASE_GAP = 0.55, 1.4
"""Words of one line share so much of their height; those of a phrase stand no further apart than so
many sizes of their print."""


def is_level(rule: BoxMm) -> bool:
    """Whether a stroke runs across the page rather than down."""
    return rule.w >= rule.h


def joined(rules: Iterable[BoxMm], *, gap_mm: float = _JOIN_MM) -> tuple[BoxMm, ...]:
    """The strokes, those that go on in each other made one; in reading order."""
    every = list(rules)
    level = _joined([rule for rule in every if is_level(rule)], gap_mm)
    upright = _joined([_flipped(rule) for rule in every if not is_level(rule)], gap_mm)
    both = [*level, *map(_flipped, upright)]
    return tuple(sorted(both, key=lambda rule: (rule.y, rule.x)))


def _flipped(box: BoxMm) -> BoxMm:
    return BoxMm(box.y, box.x, box.h, box.w)


def _joined(level: list[BoxMm], gap_mm: float) -> list[BoxMm]:
    rows: list[list[BoxMm]] = []
    for rule in sorted(level, key=lambda rule: rule.y + rule.h / 2):
        middle = rule.y + rule.h / 2
        if rows and middle - (rows[-1][0].y + rows[-1][0].h / 2) <= _SAME_LINE_MM:
            rows[-1].append(rule)
        else:
            rows.append([rule])
    return [rule for row in rows for rule in _joined_row(row, gap_mm)]


def _joined_row(row: list[BoxMm], gap_mm: float) -> list[BoxMm]:
    whole: list[BoxMm] = []
    for rule in sorted(row, key=lambda rule: rule.x):
        if whole and rule.x - whole[-1].right <= gap_mm:
            last = whole[-1]
            top, bottom = min(last.y, rule.y), max(last.bottom, rule.bottom)
            whole[-1] = BoxMm(last.x, top, max(last.right, rule.right) - last.x, bottom - top)
        else:
            whole.append(rule)
    return whole


def enclosed(rules: Sequence[BoxMm], width_mm: float, height_mm: float) -> tuple[BoxMm, ...]:
    """What the strokes enclose, each box inside them; in reading order."""
    drawn = _drawn(rules, width_mm, height_mm)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        cv2.bitwise_not(drawn), connectivity=4
    )
    high, wide = drawn.shape
    frames = []
    for number in range(1, count):
        x, y, w, h, _ = (int(value) for value in stats[number])
        at_edge = x == 0 or y == 0 or x + w == wide or y + h == high
        if at_edge or min(w, h) < _LEAST_MM * _PX_PER_MM:
            continue
        inside = np.asarray(labels[y : y + h, x : x + w] == number, np.uint8)
        if _is_frame(inside):
            frames.append(BoxMm(*(v / _PX_PER_MM for v in (x, y, w, h))))
    return in_order(frames)


def _is_frame(inside: Gray) -> bool:
    high, wide = inside.shape
    outlines, _ = cv2.findContours(inside, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    filled = max(cv2.contourArea(outline) for outline in outlines)
    share = filled / max(1, (high - 1) * (wide - 1))
    small = max(high, wide) <= _SMALL_MM * _PX_PER_MM
    return bool(share >= (_ROUND if small else _FULL))


def _drawn(rules: Sequence[BoxMm], width_mm: float, height_mm: float) -> Gray:
    size = (round(height_mm * _PX_PER_MM), round(width_mm * _PX_PER_MM))
    drawn = np.zeros(size, np.uint8)
    for rule in rules:
        longer = (_CORNER_MM, 0.0) if is_level(rule) else (0.0, _CORNER_MM)
        box = rule.grown(*longer)
        x, y = (max(0, round(v * _PX_PER_MM)) for v in (box.x, box.y))
        right, bottom = (round(v * _PX_PER_MM) for v in (box.right, box.bottom))
        drawn[y : max(bottom, y + 1), x : max(right, x + 1)] = 255
    return drawn


def sides(frame: BoxMm) -> Iterator[BoxMm]:
    """The four strokes of a frame, of no breadth."""
    yield BoxMm(frame.x, frame.y, frame.w, 0.0)
    yield BoxMm(frame.x, frame.bottom, frame.w, 0.0)
    yield BoxMm(frame.x, frame.y, 0.0, frame.h)
    yield BoxMm(frame.right, frame.y, 0.0, frame.h)


def in_order(boxes: Iterable[BoxMm]) -> tuple[BoxMm, ...]:
    """As they are read: from the top, and in a row from the left."""
    return tuple(sorted(boxes, key=lambda box: (round(box.y), box.x)))


def overlap(a: BoxMm, b: BoxMm) -> float:
    """The area that two boxes share, in mm2."""
    width = min(a.right, b.right) - max(a.x, b.x)
    height = min(a.bottom, b.bottom) - max(a.y, b.y)
    return max(0.0, width) * max(0.0, height)


def without_doubles(boxes: Iterable[BoxMm], *, share: float = 0.85) -> tuple[BoxMm, ...]:
    """The boxes less those that are nearly another one."""
    kept: list[BoxMm] = []
    for box in boxes:
        area = box.w * box.h
        if not any(overlap(box, other) >= share * max(area, other.w * other.h) for other in kept):
            kept.append(box)
    return tuple(kept)


def lines_of(words: Sequence[Print]) -> list[list[Print]]:
    """The words by lines, from the top, each from the left."""
    lines: list[list[Print]] = []
    for word in sorted(words, key=lambda word: word.box_mm.y + word.box_mm.h / 2):
        box = word.box_mm
        for line in lines[-3:]:
            tallest = max((other.box_mm for other in line), key=lambda other: other.h)
            shared = min(box.bottom, tallest.bottom) - max(box.y, tallest.y)
            if shared > _LEVEL * min(box.h, tallest.h):
                line.append(word)
                break
        else:
            lines.append([word])
    return [sorted(line, key=lambda word: word.box_mm.x) for line in lines]


def phrases_in(line: Sequence[Print]) -> list[list[Print]]:
    """The words of a line by what stands together; a colon ends a phrase."""
    phrases: list[list[Print]] = []
    for word in line:
        if phrases:
            last = phrases[-1][-1]
            near = word.box_mm.x - last.box_mm.right <= _PHRASE_GAP * word.size_mm
            if near and (not last.text.endswith(":") or word.text == ":"):
                phrases[-1].append(word)
                continue
        phrases.append([word])
    return phrases
