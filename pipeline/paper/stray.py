"""Writing outside zones and areas: a fifth person under four lines, a remark in the margin."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms.blank import PX_PER_MM, BlankPage
from pipeline.paper.components import find_components
from pipeline.paper.dropout import CleanPage
from pipeline.paper.roaming import roaming_boxes, roaming_strokes
from pipeline.records import Finding, Mask, Severity

SCALE = PX_PER_MM / 2
"""px per mm of a mask that is searched: half a page's own, for speed."""
_ZONE_REACH_MM = 2.5
"""Writing overshoots its zone by so much."""
_PAGE_MARGIN_MM = 8.0
"""Near the paper's edge lie staples, shadows and the desk."""
_PRINT_REACH_MM = 0.75
_STROKE_MM = (1.2, 60.0)
"""A stroke is neither a speck nor a fold."""
_MIN_BREADTH = 0.15
"""A scanner's streak, or a piece of one, is narrower for its length."""
_MAX_FILL = 0.75
"""A solid blot fills its box, a stroke does not."""
_MIN_STROKES = 3
_WORD_GAP_MM = 5.0
SIGNED_GAP_MM = 2.5
"""Strokes of a signature stand so near to one another."""
_BLANKS = 8
"""The masks of so many blanks are kept, a megabyte each."""


def find_stray_ink(clean: CleanPage, blank: BlankPage) -> tuple[Finding, ...]:
    """One finding where something like a word stands outside every zone and area, else none."""
    word = find_word(_outside_zones(clean, blank))
    if word is None:
        return ()
    x, y = word
    where_cm = (round(x / SCALE / 10), round(y / SCALE / 10))
    return (Finding("no_stray_ink", Severity.REVIEW, facts=where_cm),)


def find_word(ink: Mask) -> tuple[float, float] | None:
    """The middle (x, y), in px, of what looks most like a word, ``SCALE`` px per mm; else None."""
    strokes = _strokes(ink)
    if not strokes.any():
        return None
    gap = round(_WORD_GAP_MM * SCALE) | 1  # a square without a middle would shift what it joins
    joined = cv2.morphologyEx(strokes, cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8))
    count, words = cv2.connectedComponents(joined)
    _, labels = cv2.connectedComponents(strokes)
    pairs = np.unique(np.stack([words[strokes > 0], labels[strokes > 0]]), axis=1)
    strokes_of = np.bincount(pairs[0], minlength=count)
    word = int(strokes_of.argmax())
    if strokes_of[word] < _MIN_STROKES:
        return None
    ys, xs = np.nonzero(words == word)
    return float(xs.mean()), float(ys.mean())


def _outside_zones(clean: CleanPage, blank: BlankPage) -> Mask:
    half = half_size(clean.ink)
    zones = blank.form.zones_of(blank.number)
    searched = (half > 0) & _searched(blank, *half.shape)
    if searched.any() and (boxes := roaming_boxes(zones, beside=True)):
        searched &= roaming_strokes(half, boxes, SCALE, gap_mm=SIGNED_GAP_MM) == 0
    return np.where(searched, np.uint8(255), np.uint8(0))


def half_size(ink: Mask) -> Mask:
    """A page's ink at ``SCALE``."""
    height, width = (n // 2 for n in ink.shape)
    even = ink[: 2 * height, : 2 * width]  # of which halving takes the mean, and little time
    half = cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA)
    return np.where(half >= 128, np.uint8(255), np.uint8(0))


def off_print(blank: BlankPage, height: int, width: int) -> NDArray[np.bool_]:
    """Where a page of that size, at ``SCALE``, has no print of its own."""
    return blank.from_print_px[::2, ::2][:height, :width] >= _PRINT_REACH_MM * PX_PER_MM


@lru_cache(maxsize=_BLANKS)
def _searched(blank: BlankPage, height: int, width: int) -> NDArray[np.bool_]:
    """Where a page of that size has neither print nor a zone, an area nor the paper's edge."""
    searched = off_print(blank, height, width)
    edge = round(_PAGE_MARGIN_MM * SCALE)
    searched[:edge] = searched[height - edge :] = False
    searched[:, :edge] = searched[:, width - edge :] = False
    for box in blank.form.written_mm(blank.number):
        around = box.grown(_ZONE_REACH_MM, _ZONE_REACH_MM)
        edges = (around.x, around.y, around.right, around.bottom)
        x0, y0, x1, y1 = (max(0, round(edge_mm * SCALE)) for edge_mm in edges)
        searched[y0:y1, x0:x1] = False
    searched.flags.writeable = False  # every page of the blank shares it
    return searched


def _strokes(ink: Mask) -> Mask:
    """Only what looks drawn by a pen: no specks, folds, streaks or blots."""
    labels, stats, _ = find_components(ink)
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    length_mm = np.maximum(width, height) / SCALE
    drawn = (length_mm >= _STROKE_MM[0]) & (length_mm <= _STROKE_MM[1])
    drawn &= np.minimum(width, height) >= _MIN_BREADTH * np.maximum(width, height)
    drawn &= stats[:, cv2.CC_STAT_AREA] < _MAX_FILL * width * height
    drawn[0] = False
    strokes = np.zeros_like(ink)
    at = np.flatnonzero(ink > 0)
    strokes.ravel()[at[drawn[labels.ravel()[at]]]] = 255
    return strokes
