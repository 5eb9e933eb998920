"""A blank as a picture shows it: rules, frames, leader dots and shades, without any vectors.

Strokes are what a long, thin opening of the ink leaves (Gatos et al., "Automatic Table Detection in
Document Images", ICAPR 2005).
"""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.drafting.linework import (
    enclosed,
    in_order,
    is_level,
    joined,
    overlap,
    without_doubles,
)
from pipeline.drafting.records import Print, Sheet
from pipeline.geometry import BoxMm
from pipeline.records import Gray, Mask

_MM_PER_INCH = 25.4
_BROAD_MM, _DEPTH = 2.4, 38
"""Ink is thin and so much darker than what lies around it, as on a scanned blank's print."""
_BAND_LEVEL, _BAND_LETTER_MM = 140, 6.0
"""A band is darker than that; its white letters are no higher."""
_STROKE_MM, _LONG_MM = 2.6, 6.0
"""The sides of a check square are as long; rules are longer than the strokes of letters."""
_BESIDE_MM, _ALONE = 0.5, 0.4
_TOOTH_MM = 0.8
_DOT_MM, _DASH_MM, _DOT_GAP_MM = 0.95, 2.6, 2.7
_LEAST_DOTS, _LEAST_RUN_MM = 5, 5.0
_SHADE_PX_PER_MM, _SHADE_MM = 4.0, 45.0
"""A shade is narrower than that in one direction: what is larger is the colour of the paper."""
_FAINT_DEPTH, _SHADE_DEPTH, _DARK_DEPTH, _PRINT_DEPTH = 5, 8, 75, 70
"""How much darker than paper a shade is, at least and at most; and print, than what it is on."""
_LEAST_SHADE_MM, _LEAST_CELL_MM = 3.0, 2.3
_FILLED = 0.88
_SQUARE_MM = 8.5
_EDGE_MM = 2.5
_SIGNS = frozenset("/:-€□–—?()")
_GROWN_MM = 0.35


def sheet_of_pixels(gray: Gray, dpi: float, number: int, words: Sequence[Print] = ()) -> Sheet:
    """What a straight picture of a page shows, see ``straight``; ``words`` as an engine read it."""
    px_per_mm = dpi / _MM_PER_INCH
    high, wide = gray.shape
    width_mm, height_mm = wide / px_per_mm, high / px_per_mm
    ink = _ink(_even(gray, px_per_mm), px_per_mm)
    strokes = joined([*_strokes(ink, px_per_mm), *map(_turned, _strokes(ink.T, px_per_mm))])
    shades, cells = _shades(gray, px_per_mm)
    frames = without_doubles(in_order((*enclosed(strokes, width_mm, height_mm), *cells)))
    page = BoxMm(0, 0, width_mm, height_mm).grown(-_EDGE_MM, -_EDGE_MM)
    words = tuple(_legible(words, frames))
    rules = [
        rule for rule in _rules(strokes) if not _is_of_letters(rule, words) and _lies_in(rule, page)
    ]
    dots = [
        run
        for run in _dots(ink, px_per_mm)
        if not (_is_on(run, rules) or _is_of_letters(run, words)) and _lies_in(run, page)
    ]
    return Sheet(
        number,
        width_mm,
        height_mm,
        words,
        tuple(rules),
        frames,
        in_order(shades),
        in_order(dots),
    )


def _even(gray: Gray, px_per_mm: float) -> Gray:
    """The page on paper that is white everywhere; bands and shades keep their darkness."""
    small = cv2.resize(gray, None, fx=1 / px_per_mm, fy=1 / px_per_mm, interpolation=cv2.INTER_AREA)
    window = np.ones((round(_SHADE_MM) | 1,) * 2, np.uint8)
    paper = cv2.GaussianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, window), (0, 0), 4)
    paper = cv2.resize(paper, gray.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(gray, cv2.max(paper, 40), scale=255), np.uint8)


def _lies_in(stroke: BoxMm, page: BoxMm) -> bool:
    """Whether it is none of the paper's edges."""
    across = page.y <= stroke.y and stroke.bottom <= page.bottom
    down = page.x <= stroke.x and stroke.right <= page.right
    return across if is_level(stroke) else down


def _is_of_letters(stroke: BoxMm, words: Sequence[Print]) -> bool:
    """Whether a level row of ink runs through words: their serifs, or the dots of their i."""
    if not is_level(stroke):
        return False
    middle = stroke.y + stroke.h / 2
    covered = sum(
        max(0.0, min(box.right, stroke.right) - max(box.x, stroke.x))
        for box in (word.box_mm for word in words)
        if box.y < middle < box.bottom - 0.15 * box.h
    )
    return covered > 0.4 * stroke.w


def _ink(even: Gray, px_per_mm: float) -> Mask:
    """255 where thin print is, else 0; not in dark bands, whatever their white letters leave."""
    broad = np.ones((round(_BROAD_MM * px_per_mm) | 1,) * 2, np.uint8)
    contrast = cv2.morphologyEx(even, cv2.MORPH_BLACKHAT, broad)
    dark = cv2.compare(even, _BAND_LEVEL, cv2.CMP_LT)
    bands = cv2.morphologyEx(dark, cv2.MORPH_OPEN, broad)
    letters = np.ones((round(_BAND_LETTER_MM * px_per_mm) | 1,) * 2, np.uint8)
    bands = cv2.dilate(cv2.morphologyEx(bands, cv2.MORPH_CLOSE, letters), np.ones((7, 7), np.uint8))
    ink = cv2.compare(contrast, _DEPTH, cv2.CMP_GE)
    return np.asarray(cv2.bitwise_and(ink, cv2.bitwise_not(bands)), np.uint8)


def _strokes(ink: Mask, px_per_mm: float) -> Iterator[BoxMm]:
    """The level strokes; a pixel up or down on their way does not matter."""
    ink = np.ascontiguousarray(ink)
    thick = cv2.dilate(ink, np.ones((3, 1), np.uint8))
    length = round(_STROKE_MM * px_per_mm)
    opened = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    beside = max(2, round(_BESIDE_MM * px_per_mm))
    for x, y, w, h in _boxes(opened):
        if h - 2 > _BROAD_MM * px_per_mm / 2:
            continue
        above = ink[max(0, y + 1 - beside) : y, x : x + w].any(axis=0)
        below = ink[y + h : y + h - 1 + beside, x : x + w].any(axis=0)
        # Of a row of letters much is left above or below whatever runs through them.
        if max(above.mean(), below.mean()) <= _ALONE:
            yield _mm(x, y + 1, w, max(1, h - 2), px_per_mm)


def _turned(box: BoxMm) -> BoxMm:
    return BoxMm(box.y, box.x, box.h, box.w)


def _boxes(mask: Mask) -> Iterator[tuple[int, int, int, int]]:
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    for x, y, w, h, _ in stats[1:]:
        yield int(x), int(y), int(w), int(h)


def _mm(x: float, y: float, w: float, h: float, px_per_mm: float) -> BoxMm:
    return BoxMm(*(value / px_per_mm for value in (x, y, w, h)))


def _rules(strokes: Sequence[BoxMm]) -> tuple[BoxMm, ...]:
    """The long strokes, and the short upright ones that stand on a long one, as in open combs."""
    level = [stroke for stroke in strokes if is_level(stroke) and stroke.w >= _LONG_MM]
    upright = [
        stroke
        for stroke in strokes
        if not is_level(stroke)
        and (stroke.h >= _LONG_MM or any(_stands(stroke, rule) for rule in level))
    ]
    return in_order((*level, *upright))


def _stands(tooth: BoxMm, rule: BoxMm) -> bool:
    return abs(tooth.bottom - rule.y) <= _TOOTH_MM and rule.x - 1 <= tooth.x <= rule.right + 1


def _dots(ink: Mask, px_per_mm: float) -> Iterator[BoxMm]:
    """Rows of dots and dashes near each other, each as high as they are."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    low = stats[:, cv2.CC_STAT_HEIGHT] <= _DOT_MM * px_per_mm
    short = stats[:, cv2.CC_STAT_WIDTH] <= _DASH_MM * px_per_mm
    small = low & short
    small[0] = False
    specks = np.asarray(small[labels] * np.uint8(255), np.uint8)
    gap = np.ones((1, round(_DOT_GAP_MM * px_per_mm)), np.uint8)
    rows = cv2.morphologyEx(specks, cv2.MORPH_CLOSE, gap)
    run = np.ones((1, round(_LEAST_RUN_MM * px_per_mm)), np.uint8)
    rows = cv2.morphologyEx(rows, cv2.MORPH_OPEN, run)
    for x, y, w, h in _boxes(rows):
        part = specks[y : y + h, x : x + w].any(axis=0)
        starts = np.flatnonzero(np.diff(np.concatenate([[0], part.astype(np.int8)])) == 1)
        if len(starts) >= _LEAST_DOTS and h <= 1.3 * _DOT_MM * px_per_mm and _is_even(starts):
            yield _mm(x, y, w, h, px_per_mm)


def _is_even(starts: NDArray[np.intp]) -> bool:
    """Whether most dots stand as far from the next as is usual."""
    steps = np.diff(starts)
    usual = float(np.median(steps))
    return bool(np.mean(np.abs(steps - usual) <= max(2.0, 0.3 * usual)) >= 0.7)


def _is_on(run: BoxMm, rules: Sequence[BoxMm]) -> bool:
    return any(overlap(run.grown(0, 0.3), rule.grown(0, 0.3)) > 0.3 * run.w for rule in rules)


def _shades(gray: Gray, px_per_mm: float) -> tuple[list[BoxMm], list[BoxMm]]:
    """Rectangles of a light shade, and the white ones that these enclose."""
    shade = _shade_depth(gray, _SHADE_PX_PER_MM / px_per_mm)
    mask = cv2.inRange(shade, _SHADE_DEPTH, _DARK_DEPTH)
    tints = _tints(mask)
    cells = [
        box
        for box in _filled(cv2.bitwise_not(mask), cv2.RETR_LIST)
        if min(box.w, box.h) >= _LEAST_CELL_MM
        and any(overlap(box, tint) > 0.95 * box.w * box.h for tint in tints)
        and not any(overlap(box, t) > 0.8 * t.w * t.h for t in tints)
    ]
    # Over a broad area even the faintest shade stands out from the noise.
    faint = cv2.inRange(cv2.blur(shade, (5, 5)), _FAINT_DEPTH, _DARK_DEPTH)
    return list(without_doubles([*tints, *_tints(faint)], share=0.5)), cells


def _tints(mask: Mask) -> list[BoxMm]:
    clean = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    return [
        box
        for box in _filled(clean, cv2.RETR_EXTERNAL)
        if min(box.w, box.h) >= _LEAST_SHADE_MM and max(box.w, box.h) >= _LONG_MM
    ]


def _shade_depth(gray: Gray, scale: float) -> Gray:
    """How much darker than the paper around it each point is, print left out."""
    small = np.asarray(
        cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
    )
    stroke = np.ones((round(_BROAD_MM * _SHADE_PX_PER_MM) | 1,) * 2, np.uint8)
    bare = cv2.morphologyEx(small, cv2.MORPH_CLOSE, stroke)
    printed = cv2.compare(cv2.subtract(bare, small), _PRINT_DEPTH // 2, cv2.CMP_GE)
    printed = cv2.dilate(printed, np.ones((3, 3), np.uint8))
    lifted = cv2.medianBlur(np.where(printed > 0, bare, small).astype(np.uint8), 3)
    # Much of the page at a quarter of the size: this window is large.
    quarter = cv2.resize(lifted, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    window = np.ones((round(_SHADE_MM * _SHADE_PX_PER_MM / 4) | 1,) * 2, np.uint8)
    paper = cv2.GaussianBlur(cv2.morphologyEx(quarter, cv2.MORPH_CLOSE, window), (0, 0), 2)
    paper = cv2.resize(paper, lifted.shape[::-1], interpolation=cv2.INTER_LINEAR)
    lit = cv2.divide(lifted, cv2.max(paper, 40), scale=255)
    return np.asarray(cv2.bitwise_not(lit), np.uint8)


def _filled(mask: Mask, mode: int) -> Iterator[BoxMm]:
    """The boxes of what is a rectangle in a mask."""
    outlines, _ = cv2.findContours(mask, mode, cv2.CHAIN_APPROX_SIMPLE)
    for outline in outlines:
        x, y, w, h = cv2.boundingRect(outline)
        if min(w, h) > 4 and cv2.contourArea(outline) >= _FILLED * (w - 1) * (h - 1):
            yield _mm(x, y, w, h, _SHADE_PX_PER_MM)


def without_strokes(gray: Gray, dpi: float, sheet: Sheet) -> Gray:
    """The picture with its print alone, for an engine to read."""
    px_per_mm = dpi / _MM_PER_INCH
    bare = _even(gray, px_per_mm)
    squares = [frame for frame in sheet.frames if max(frame.w, frame.h) <= _SQUARE_MM]
    sides = [side for frame in sheet.frames if frame not in squares for side in _sides(frame)]
    wider = [square.grown(_GROWN_MM, _GROWN_MM) for square in squares]
    for box in (*sheet.rules, *sheet.dots, *sides, *wider):
        more = box.grown(_GROWN_MM, _GROWN_MM)
        x, y = (max(0, round(v * px_per_mm)) for v in (more.x, more.y))
        bare[y : round(more.bottom * px_per_mm), x : round(more.right * px_per_mm)] = 255
    return bare


def _sides(frame: BoxMm) -> Iterator[BoxMm]:
    yield BoxMm(frame.x, frame.y - 0.2, frame.w, 0.1)
    yield BoxMm(frame.x, frame.bottom + 0.1, frame.w, 0.1)
    yield BoxMm(frame.x - 0.2, frame.y, 0.1, frame.h)
    yield BoxMm(frame.right + 0.1, frame.y, 0.1, frame.h)


def _legible(words: Sequence[Print], frames: Sequence[BoxMm]) -> Iterator[Print]:
    """The words less what an engine makes of dots, strokes and check squares."""
    squares = [frame for frame in frames if max(frame.w, frame.h) <= _SQUARE_MM]
    for word in words:
        box = word.box_mm
        is_print = any(c.isalnum() or c in _SIGNS for c in word.text)
        if is_print and not any(overlap(box, s) >= 0.5 * box.w * box.h for s in squares):
            yield word
