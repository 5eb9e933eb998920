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
    sides,
    without_doubles,
)
from pipeline.drafting.mended import mended, thinned
from pipeline.drafting.records import Print, Sheet
from pipeline.drafting.shaded import in_mm, lit, part_of, shades_of
from pipeline.geometry import BoxMm
from pipeline.records import Gray, Mask

_MM_PER_INCH = 25.4
_BROAD_MM, _DEPTH = 2.4, 38
"""Ink is thin and so much darker than what lies around it, as on a scanned blank's print."""
_LETTERED_MM, _LETTERED = 3.0, 148
_BAND_LEVEL, _BAND_LETTER_MM, _BAND_SHARE = 140, 6.0, 0.5
"""A band is darker than that; its white letters are no higher."""
_STROKE_MM, _LONG_MM = 2.6, 6.0
"""The sides of a check square are as long; rules are longer than the strokes of letters."""
_BESIDE_MM, _ALONE, _RUNS_ON, _LEANS = 0.5, 0.4, 0.7, 0.012
_TOOTH_MM, _DASHES_APART_MM = 0.8, 1.8
_DOT_MM, _DASH_MM, _DOT_GAP_MM = 0.95, 2.6, 2.7
_CUT_MM, _CUT_SHARE = 0.9, 0.6
"""Dashes so long and so far apart are where one cuts."""
_LEAST_DOTS, _LEAST_RUN_MM = 5, 5.0
_RING_MM, _RING_LINE_MM, _RING_APART_MM, _RING_EVEN = (1.8, 6.5), 1.6, 0.8, 0.78
_SQUARE_MM = 8.5
_SIDE_MM, _SMALL_MM = 0.15, 6.0
_EDGE_MM = 2.5
_SIGNS = frozenset("/:-€□–—?()")
_GROWN_MM = 0.35


def sheet_of_pixels(gray: Gray, dpi: float, number: int, words: Sequence[Print] = ()) -> Sheet:
    """What a straight picture of a page shows, see ``straight``; ``words`` as an engine read it."""
    px_per_mm = dpi / _MM_PER_INCH
    high, wide = gray.shape
    width_mm, height_mm = wide / px_per_mm, high / px_per_mm
    even = _even(gray, px_per_mm)
    bands = _bands(even, px_per_mm)
    ink = _ink(even, bands, px_per_mm)
    strokes = joined([*_strokes(ink, px_per_mm), *map(_turned, _strokes(ink.T, px_per_mm))])
    edges = [side for box in _boxes(bands) for side in sides(in_mm(*box, px_per_mm))]
    shades, cells = shades_of(gray, px_per_mm)
    frames = [*enclosed([*strokes, *edges], width_mm, height_mm), *cells, *_rings(ink, px_per_mm)]
    frames = [
        frame
        for frame in without_doubles(in_order(frames), share=0.7)
        if part_of(bands, frame, px_per_mm).mean() < _BAND_SHARE * 255
    ]
    frames = [_on_its_sides(frame, frames) for frame in frames]
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
    rules = [thinned(rule, ink, px_per_mm) for rule in rules]
    if words:  # before they are read, what stands between two lines is not known
        rules, dots = mended(rules, dots, words, even=even, px_per_mm=px_per_mm)
    return Sheet(
        number,
        width_mm,
        height_mm,
        words,
        in_order(rules),
        tuple(frames),
        in_order(shades),
        in_order(_behind_words(run, words) for run in dots),
    )


def _on_its_sides(frame: BoxMm, frames: Sequence[BoxMm]) -> BoxMm:
    """A check square up to the middle of its sides, which blur makes broad."""
    grown = frame.grown(_SIDE_MM, _SIDE_MM)
    if max(frame.w, frame.h) > _SMALL_MM or any(
        overlap(grown, other) > 0 for other in frames if other is not frame
    ):
        return frame
    return grown


def _even(gray: Gray, px_per_mm: float) -> Gray:
    """The page on paper that is white everywhere; bands and shades keep their darkness."""
    small = cv2.resize(gray, None, fx=1 / px_per_mm, fy=1 / px_per_mm, interpolation=cv2.INTER_AREA)
    return lit(gray, np.asarray(small, np.uint8), 1.0, blur_px=4)


def _behind_words(run: BoxMm, words: Sequence[Print]) -> BoxMm:
    """The run of dots from where the word ends whose colon or full stop it begins with."""
    level = (word.box_mm for word in words if word.box_mm.y < run.y < word.box_mm.bottom)
    ends = [box.right for box in level if box.x < run.x < box.right < run.x + _LONG_MM]
    x = max([*(end + _GROWN_MM for end in ends), run.x])
    return BoxMm(x, run.y, run.right - x, run.h)


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


def _bands(even: Gray, px_per_mm: float) -> Mask:
    """255 where dark bands are, with what white letters leave of them, else 0."""
    dark = cv2.compare(even, _BAND_LEVEL, cv2.CMP_LT)
    # White letters take little of a band; dark ones never as much of the paper.
    lettered = cv2.compare(cv2.blur(dark, _window(_LETTERED_MM * px_per_mm)), _LETTERED, cv2.CMP_GE)
    dark = cv2.bitwise_or(dark, lettered)
    bands = cv2.morphologyEx(dark, cv2.MORPH_OPEN, _square(_BROAD_MM * px_per_mm))
    closed = cv2.morphologyEx(bands, cv2.MORPH_CLOSE, _square(_BAND_LETTER_MM * px_per_mm))
    return np.asarray(closed, np.uint8)


def _ink(even: Gray, bands: Mask, px_per_mm: float) -> Mask:
    """255 where thin print is, not in dark bands, else 0."""
    broad = _square(_BROAD_MM * px_per_mm)
    contrast = cv2.morphologyEx(even, cv2.MORPH_BLACKHAT, broad)
    ink = cv2.compare(contrast, _DEPTH, cv2.CMP_GE)
    near_bands = cv2.dilate(bands, np.ones((7, 7), np.uint8))
    return np.asarray(cv2.bitwise_and(ink, cv2.bitwise_not(near_bands)), np.uint8)


def _window(side_px: float) -> tuple[int, int]:
    return (round(side_px) | 1,) * 2


def _square(side_px: float) -> NDArray[np.uint8]:
    return np.ones(_window(side_px), np.uint8)


def _rings(ink: Mask, px_per_mm: float) -> Iterator[BoxMm]:
    """Round or small check boxes: what a thin line encloses that stands apart from letters."""
    outlines, nested = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    for outline, (*_, parent) in zip(outlines, [] if nested is None else nested[0], strict=True):
        x, y, w, h = cv2.boundingRect(outline)
        low, high = (v * px_per_mm for v in _RING_MM)
        if parent < 0 or not (low <= w <= high and 0.85 <= w / h <= 1.18):
            continue
        outer = cv2.boundingRect(outlines[parent])
        thin = (
            outer[2] - w <= _RING_LINE_MM * px_per_mm and outer[3] - h <= _RING_LINE_MM * px_per_mm
        )
        even = 4 * np.pi * cv2.contourArea(outline) / cv2.arcLength(outline, closed=True) ** 2
        if thin and even >= _RING_EVEN and _is_apart(ink, outer, px_per_mm):
            yield in_mm(x, y, w, h, px_per_mm)


def _is_apart(ink: Mask, outer: Sequence[int], px_per_mm: float) -> bool:
    """Whether nothing is printed close by on either side."""
    x, y, w, h = outer
    near = round(_RING_APART_MM * px_per_mm)
    left, right = ink[y : y + h, max(0, x - near) : x], ink[y : y + h, x + w : x + w + near]
    return not (left.any() or right.any())


def _strokes(ink: Mask, px_per_mm: float) -> Iterator[BoxMm]:
    """The level strokes; a pixel up or down on their way does not matter."""
    ink = np.ascontiguousarray(ink)
    thick = cv2.dilate(ink, np.ones((3, 1), np.uint8))
    length = round(_STROKE_MM * px_per_mm)
    opened = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    beside = max(2, round(_BESIDE_MM * px_per_mm))
    for x, y, w, h in _boxes(opened):
        most = _BROAD_MM * px_per_mm / 2
        if h - 2 > most and w >= _LONG_MM * px_per_mm:
            level, high = _level_rows(opened[y : y + h, x : x + w], y)
            y, h = (level, high) if high else (y, h)  # else it leans
        if not 0 < h - 2 <= max(most, _LEANS * w):
            continue
        above = ink[max(0, y + 1 - beside) : y, x : x + w].any(axis=0)
        below = ink[y + h : y + h - 1 + beside, x : x + w].any(axis=0)
        # Of a row of letters much is left above or below whatever runs through them.
        if max(above.mean(), below.mean()) <= _ALONE:
            yield in_mm(x, y + 1, w, max(1, h - 2), px_per_mm)


def _level_rows(part: Mask, top: int) -> tuple[int, int]:
    """Where a stroke begins, and how high it is, of which writing that stands on it is a part."""
    rows = np.flatnonzero(np.mean(part > 0, axis=1) >= _RUNS_ON)
    return (top + int(rows[0]), int(rows[-1] - rows[0]) + 1) if rows.size else (top, 0)


def _turned(box: BoxMm) -> BoxMm:
    return BoxMm(box.y, box.x, box.h, box.w)


def _boxes(mask: Mask) -> Iterator[tuple[int, int, int, int]]:
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    for x, y, w, h, _ in stats[1:]:
        yield int(x), int(y), int(w), int(h)


def _rules(strokes: Sequence[BoxMm]) -> tuple[BoxMm, ...]:
    """The long strokes, and the short upright ones that stand on a long one, as in open combs."""
    # Underscores that do not touch make a rule of dashes.
    level = [
        rule
        for rule in joined(filter(is_level, strokes), gap_mm=_DASHES_APART_MM)
        if rule.w >= _LONG_MM
    ]
    upright = [
        stroke
        for stroke in strokes
        if not is_level(stroke)
        and (stroke.h >= _LONG_MM or any(_stands(stroke, rule) for rule in level))
    ]
    return in_order((*level, *upright))


def _stands(tooth: BoxMm, rule: BoxMm) -> bool:
    stands = -_TOOTH_MM <= tooth.bottom - rule.y <= 2 * _TOOTH_MM
    return stands and rule.x - 1 <= tooth.x <= rule.right + 1


def _dots(ink: Mask, px_per_mm: float) -> Iterator[BoxMm]:
    """Rows of dots and dashes near each other, each as high as they are."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    flat = stats[:, cv2.CC_STAT_HEIGHT] <= _DOT_MM * px_per_mm
    short = stats[:, cv2.CC_STAT_WIDTH] <= _DASH_MM * px_per_mm
    small = flat & short
    small[0] = False
    specks = np.asarray(small[labels] * np.uint8(255), np.uint8)
    gap = np.ones((1, round(_DOT_GAP_MM * px_per_mm)), np.uint8)
    rows = cv2.morphologyEx(specks, cv2.MORPH_CLOSE, gap)
    run = np.ones((1, round(_LEAST_RUN_MM * px_per_mm)), np.uint8)
    rows = cv2.morphologyEx(rows, cv2.MORPH_OPEN, run)
    for x, y, w, h in _boxes(rows):
        part = specks[y : y + h, x : x + w].any(axis=0)
        starts = np.flatnonzero(np.diff(np.concatenate([[0], part.astype(np.int8)])) == 1)
        is_cut = part.mean() < _CUT_SHARE and part.sum() / len(starts) >= _CUT_MM * px_per_mm
        low = h <= 1.3 * _DOT_MM * px_per_mm
        if len(starts) >= _LEAST_DOTS and low and _is_even(starts) and not is_cut:
            yield in_mm(x, y, w, h, px_per_mm)


def _is_even(starts: NDArray[np.intp]) -> bool:
    """Whether most dots stand as far from the next as is usual."""
    steps = np.diff(starts)
    usual = float(np.median(steps))
    return bool(np.mean(np.abs(steps - usual) <= max(2.0, 0.3 * usual)) >= 0.7)


def _is_on(run: BoxMm, rules: Sequence[BoxMm]) -> bool:
    return any(overlap(run.grown(0, 0.3), rule.grown(0, 0.3)) > 0.3 * run.w for rule in rules)


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
