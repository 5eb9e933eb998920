"""Find the written lines of each zone and have an engine read them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines import Engine
from pipeline.forms.blank import PX_PER_MM
from pipeline.forms.zone import Zone
from pipeline.geometry import BoxMm, bounding_box
from pipeline.paper.comb import Combed, in_one_row, set_side_by_side
from pipeline.paper.components import find_components
from pipeline.paper.dropout import CleanPage, crop
from pipeline.paper.roaming import roaming_boxes, roaming_strokes
from pipeline.paper.strokes import STROKE_GRAY, joined, lone_stroke_slant_deg, marks_above
from pipeline.records import Gray, LineEvidence, Mask

IntArray = NDArray[np.intp]

_REACH_MM = 3.0
"""How far above and below a line's box its own strokes are followed."""
_FREE_MM = 8.0
"""And where no other line is, as far as what is written level with them may reach."""
_OVERSHOOT_MM, _FAR_MM = 12.0, 60.0
"""How far a word may run on past the ends of its line, and how much further past the right one."""
_BEHIND_MM = 1.5
"""Writing goes on behind a box where it reaches so far beyond it."""
_PRINT_MM2 = 1.5
"""More print than a frame leaves across a line may hide some of what was written over it."""
_MIN_INK_MM2 = 0.35
"""Less ink than this is dirt (a full stop is about 0.2 mm2, a dash 1 mm2)."""
_SPECK_MM2 = 0.25
_SPECK_GAP_MM = 4.0
"""A dot or an accent stands this near to a larger stroke; a speck may stand anywhere."""
_SPECK_CELLS = 2.0
_BLOT_MM, _BLOT_FILL, _BLOT_LOPSIDED = 2.0, 0.65, 0.3
"""A round solid spot up to this size is a full stop or dirt: by itself it is no writing."""
_STREAK_MM = 1.0
"""A stroke that runs on beyond the reach and is narrower than this is a scanner's streak."""
_WORD_GAP_MM = 3.0
_PAPER = 255
_SEVERAL = 2
_LETTER_MM, _LEVEL = 1.2, 0.5
"""What is so high may be a letter; two of a word share so much of the lower one's height."""
_MARGIN_MM = 0.8
_MIN_HEIGHT_MM = 4.5


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """The writing found on one line of a zone: where it is, and its pixels, dark on white.

    ``over_print``: it runs on past its end over the form's print, which may hide some of it.
    ``comb``: what stands in the cells, where it is written one character a cell.
    """

    zone: Zone
    line: int
    box_mm: BoxMm
    image: Gray
    over_print: bool = False
    comb: Combed | None = None

    @property
    def as_read(self) -> Gray:
        """The picture that an engine reads: of a comb, its characters side by side."""
        return self.comb.image if self.comb else self.image

    @property
    def field(self) -> str:
        return line_field(self.zone, self.line)


def line_field(zone: Zone, line: int) -> str:
    """The field written on that line (from 0) of a zone."""
    return f"{zone.field}.{line + 1}" if zone.repeated else zone.field


def find_lines(clean: CleanPage, zones: tuple[Zone, ...]) -> list[WrittenLine]:
    """The lines that hold ink, zone by zone from the top; ``line`` counts from 0 in its zone."""
    boxes = [box for zone in zones for box in (*zone.lines, *zone.boxes.values())]
    if roaming := roaming_boxes(zones):
        strokes = roaming_strokes(clean.ink, roaming, PX_PER_MM)
        clean = replace(clean, ink=cv2.subtract(clean.ink, strokes))
    apart_mm = [
        _speck_gap_mm(zone, i) if i < len(zone.lines) else 0.0
        for zone in zones
        for i in range(len(zone.lines) + len(zone.boxes))
    ]
    marks = marks_above(clean.ink, boxes, apart_mm)
    lines = [
        line
        for zone in zones
        for i, box in enumerate(zone.lines)
        if (writing := _writing_in(clean, boxes, boxes.index(box), marks, _speck_gap_mm(zone, i)))
        if (line := _written_line(clean, zone, i, *writing)) is not None
    ]
    return list(_rows_of_combs(lines))


def _speck_gap_mm(zone: Zone, line: int) -> float:
    """In a comb, letters stand apart: a small one may have an empty cell beside it."""
    return max(_SPECK_GAP_MM, _SPECK_CELLS * (zone.cell_mm(line) or 0.0))


def _written_line(
    clean: CleanPage, zone: Zone, i: int, box_mm: BoxMm, image: Gray
) -> WrittenLine | None:
    line = zone.lines[i]
    over_print = _is_over_print(clean, line, box_mm)
    if not zone.comb:
        return WrittenLine(zone, i, box_mm, image, over_print)
    is_last = zone.repeated or not any(_is_beside(other, line) for other in zone.lines)
    combed = set_side_by_side(image, box_mm, line, zone.comb[i], is_last=is_last)
    return WrittenLine(zone, i, box_mm, image, over_print, combed) if combed else None


def _rows_of_combs(lines: Iterable[WrittenLine]) -> Iterator[WrittenLine]:
    """The lines, those combs of one value that stand in one row taken together: a day's, a month's
    and a year's cells are one date."""
    row: list[WrittenLine] = []
    for line in lines:
        if row and not _is_in_row(line, row[-1]):
            yield _as_one(row)
            row = []
        row.append(line)
    if row:
        yield _as_one(row)


def _is_in_row(line: WrittenLine, before: WrittenLine) -> bool:
    if not line.comb or line.field != before.field:
        return False
    box, other = line.zone.lines[line.line], before.zone.lines[before.line]
    return box.y < other.y + other.h / 2 < box.bottom


def _as_one(row: Sequence[WrittenLine]) -> WrittenLine:
    combs = [line.comb for line in row if line.comb]
    if len(combs) < _SEVERAL:
        return row[0]
    box = bounding_box([line.box_mm for line in row])
    size = round(box.h * PX_PER_MM), round(box.w * PX_PER_MM)
    tops, lefts = (
        [round((at(line.box_mm) - at(box)) * PX_PER_MM) for line in row]
        for at in (attrgetter("y"), attrgetter("x"))
    )
    image = np.full(size, _PAPER, np.uint8)
    for line, top, left in zip(row, tops, lefts, strict=True):
        high, wide = line.image.shape
        image[top : top + high, left : left + wide] = line.image
    over = any(line.over_print for line in row)
    first = row[0]
    return WrittenLine(first.zone, first.line, box, image, over, in_one_row(combs, tops))


def _writing_in(
    clean: CleanPage,
    boxes: Sequence[BoxMm],
    index: int,
    marks: NDArray[np.int16],
    speck_gap_mm: float,
) -> tuple[BoxMm, Gray] | None:
    """The box of the writing on a line, and its pixels; ``marks`` as ``marks_above`` has them.

    What runs on beyond its line is followed over what stands beside it, if it goes on behind that:
    else it may be a tick that stands there.
    """
    box = boxes[index]
    beside = [other for other in boxes if other.x >= box.right or other.right <= box.x]
    free_mm = _free_mm(box, boxes)
    near = _around(box, free_mm)
    writing = _writing_around(near, clean, box, index, marks, beside, speck_gap_mm, free_mm)
    if writing is None or writing[0].right <= box.right + _MARGIN_MM:
        return writing
    far = _around(box, free_mm, far_mm=_FAR_MM)
    before = [other for other in beside if other.right <= box.x]
    whole = _writing_around(far, clean, box, index, marks, before, speck_gap_mm, free_mm)
    passed = [o for o in beside if whole and _is_beside(o, box) and o.x < whole[0].right]
    goes_on = whole and all(whole[0].right > other.right + _BEHIND_MM for other in passed)
    return whole if goes_on else writing


def _is_over_print(clean: CleanPage, box: BoxMm, writing: BoxMm) -> bool:
    """Whether the writing has print under it that was taken away, right of its line's box."""
    start = max(box.right, writing.x)
    if writing.right <= start:
        return False
    past = replace(writing, x=start, w=writing.right - start)
    removed = (crop(clean.image, past) < STROKE_GRAY) & (crop(clean.ink, past) == 0)
    return float(removed.sum()) / PX_PER_MM**2 > _PRINT_MM2


def _is_beside(other: BoxMm, box: BoxMm) -> bool:
    return other.x >= box.right and other.y < box.bottom and box.y < other.bottom


def _writing_around(
    around: BoxMm,
    clean: CleanPage,
    box: BoxMm,
    index: int,
    marks: NDArray[np.int16],
    others: Sequence[BoxMm],
    speck_gap_mm: float,
    free_mm: tuple[float, float],
) -> tuple[BoxMm, Gray] | None:
    """The same, looked for in ``around`` and not in ``others``."""
    left, top = max(0, round(around.x * PX_PER_MM)), max(0, round(around.y * PX_PER_MM))
    ink = crop(clean.ink, around).copy()
    mark = crop(marks, around)
    ink[(mark > 0) & (mark != index + 1)] = 0
    for other in others:
        ink[_slice(other.y, other.bottom, top), _slice(other.x, other.right, left)] = 0
    columns, rows = _slice(box.x, box.right, left), _slice(box.y, box.bottom, top)
    free = _slice(*free_mm, top)
    ink = _own_strokes(ink, mark == index + 1, columns, rows, speck_gap_mm, free=free)
    if cv2.countNonZero(ink) < _MIN_INK_MM2 * PX_PER_MM**2:
        return None
    x, y, w, h = cv2.boundingRect(ink)
    margin = round(_MARGIN_MM * PX_PER_MM)
    missing = max(0, round(_MIN_HEIGHT_MM * PX_PER_MM) - h - 2 * margin)
    x0, x1 = max(0, x - margin), min(ink.shape[1], x + w + margin)
    y0, y1 = y - margin - missing // 2, y + h + margin + (missing + 1) // 2
    image = np.full((y1 - y0, x1 - x0), 255, np.uint8)
    inside_top, inside_bottom = max(0, y0), min(ink.shape[0], y1)
    near_own = cv2.dilate(ink, np.ones((5, 5), np.uint8))[inside_top:inside_bottom, x0:x1]
    pixels = crop(clean.clean, around)[inside_top:inside_bottom, x0:x1]
    image[inside_top - y0 : inside_bottom - y0] = np.where(near_own > 0, pixels, np.uint8(255))
    writing_box = BoxMm(
        (left + x0) / PX_PER_MM,
        (top + y0) / PX_PER_MM,
        (x1 - x0) / PX_PER_MM,
        (y1 - y0) / PX_PER_MM,
    )
    return writing_box, image


def _slice(start_mm: float, end_mm: float, origin_px: int) -> slice:
    start, end = (max(0, round(v * PX_PER_MM) - origin_px) for v in (start_mm, end_mm))
    return slice(start, end)


def _free_mm(box: BoxMm, boxes: Sequence[BoxMm]) -> tuple[float, float]:
    """From where to where, down the page, there is no other line than this one."""
    same = [other for other in boxes if other.x < box.right and box.x < other.right]
    above = [other.bottom for other in same if other.y < box.y]
    below = [other.y for other in same if other.y > box.y]
    start, end = max(above, default=-_FREE_MM), min(below, default=box.bottom + _FREE_MM)
    return (
        min(box.y, max(start, box.y - _FREE_MM)),
        max(box.bottom, min(end, box.bottom + _FREE_MM)),
    )


def _around(box: BoxMm, free_mm: tuple[float, float], *, far_mm: float = 0.0) -> BoxMm:
    """Where the strokes of a line are looked for, ``far_mm`` further to the right."""
    top = min(box.y - _REACH_MM, free_mm[0])
    bottom = max(box.bottom + _REACH_MM, free_mm[1])
    return BoxMm(box.x - _OVERSHOOT_MM, top, box.w + far_mm + 2 * _OVERSHOOT_MM, bottom - top)


def _own_strokes(
    ink: Mask,
    marks: NDArray[np.bool_],
    columns: slice,
    rows: slice,
    speck_gap_mm: float,
    *,
    free: slice,
) -> Mask:
    """The strokes whose middle lies on the line: no feet and heads of its neighbours, no dirt.

    ``marks``: where ``ink`` is the line's wherever it lies. ``columns`` and ``rows`` are the line's
    box in ``ink``; what is written level with what stands in it is its own, too, as far as the rows
    are ``free``. A word that begins in it is followed past its ends.
    """
    labels, stats, centres = find_components(joined(ink))
    left, top, width, height, area = stats.T
    own = (centres[:, 1] >= rows.start) & (centres[:, 1] <= rows.stop)
    own |= np.bincount(labels[marks & (ink > 0)], minlength=len(stats)) > 0
    runs_on = (top == 0) | (top + height == ink.shape[0])
    own &= ~runs_on | (width > _STREAK_MM * PX_PER_MM)
    own[0] = False
    at_free = (centres[:, 1] >= free.start) & (centres[:, 1] <= free.stop) & ~runs_on
    own |= _level_with(own, at_free, stats)
    blot = (area > _BLOT_FILL * width * height) & (np.maximum(width, height) < _BLOT_MM * PX_PER_MM)
    blot &= np.abs(width - height) <= _BLOT_LOPSIDED * height
    large = own & (area >= _SPECK_MM2 * PX_PER_MM**2)
    maybe, large = large & blot, large & ~blot
    start, stop = _run_on(left[large], (left + width)[large], columns)
    own &= (left + width > start) & (left < stop)
    large &= own
    gap = speck_gap_mm * PX_PER_MM
    at = centres[:, :1]
    while True:  # a small letter may look like a blot: it is known by the letter before it
        near = (at >= left[large] - gap) & (at <= (left + width)[large] + gap)
        beside = near.any(axis=1)
        if not (beside & maybe).any():
            break
        large, maybe = large | (beside & maybe), maybe & ~beside
    own &= large | beside
    return np.where(own[labels], ink, np.uint8(0))


def _level_with(
    own: NDArray[np.bool_], free: NDArray[np.bool_], stats: NDArray[np.int32]
) -> NDArray[np.bool_]:
    """Which free strokes stand level with one of the line's own, and next to it."""
    left, top, width, height, _ = stats.T
    right, bottom = left + width, top + height
    tall = height >= _LETTER_MM * PX_PER_MM
    gap = _WORD_GAP_MM * PX_PER_MM
    level = own & tall
    left_over = np.flatnonzero(free & tall & ~own)
    grown = True
    while grown:
        grown = False
        for i in left_over[~level[left_over]]:
            near = np.flatnonzero(level & (left <= right[i] + gap) & (right >= left[i] - gap))
            shared = np.minimum(bottom[near], bottom[i]) - np.maximum(top[near], top[i])
            if (shared >= _LEVEL * np.minimum(height[near], height[i])).any():
                level[i] = grown = True
    return np.asarray(level & ~own)


def _run_on(left: IntArray, right: IntArray, columns: slice) -> tuple[int, int]:
    """The columns that a line's strokes reach: its own, and on as long as no gap ends the word."""
    gap = _WORD_GAP_MM * PX_PER_MM
    inside = (left < columns.stop) & (right > columns.start)
    start, stop = columns.start, columns.stop
    if inside.any():
        last, first = int(right[inside].max()), int(left[inside].min())
        for i in np.argsort(left):
            if right[i] > last and left[i] - last <= gap:
                last = stop = max(stop, int(right[i]))
        for i in np.argsort(-right):
            if left[i] < first and first - right[i] <= gap:
                first = start = min(start, int(left[i]))
    return start, stop


def read_lines(lines: list[WrittenLine], engine: Engine) -> Mapping[str, tuple[LineEvidence, ...]]:
    """What the engine saw, by field (``personnes.1`` for a repeated zone)."""
    seen: dict[str, tuple[LineEvidence, ...]] = {}
    for line, read in zip(lines, engine.read_lines([line.as_read for line in lines]), strict=True):
        evidence = LineEvidence(
            read.text,
            read.confidence,
            line.box_mm,
            read.log_probs,
            read.alphabet,
            slant_deg=lone_stroke_slant_deg(line.image),
        )
        seen[line.field] = (*seen.get(line.field, ()), evidence)
    return seen
