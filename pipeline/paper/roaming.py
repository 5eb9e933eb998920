"""Strokes that belong to a place and run far beyond it: a signature, a ring round a printed word.

They are neither writing outside the zones nor part of a neighbour's line.
"""

from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from pipeline.fields import Drawn
from pipeline.forms.zone import Zone
from pipeline.geometry import BoxMm
from pipeline.paper.components import find_components
from pipeline.paper.strokes import joined
from pipeline.records import Mask

_RUN_MM = 60.0
"""So far from its box the strokes of a signature are followed."""
_OWN_SHARE = 0.3
"""Of a stroke that is the box's, so much lies in it, or its middle does."""
_WORD_REACH_MM = (5.0, 4.0)
"""A ring, or a tick beside it, stands this near to a word, across and down."""


def roaming_boxes(zones: Iterable[Zone], *, beside: bool = False) -> tuple[BoxMm, ...]:
    """Where marks begin that run far over their boxes; ``beside``: with what stands at a word."""
    x_mm, y_mm = _WORD_REACH_MM if beside else (0.0, 0.0)
    boxes: list[BoxMm] = []
    for zone in zones:
        if zone.drawn is not Drawn.MARK:
            boxes += zone.boxes.values()
        boxes += (zone.boxes[word].grown(x_mm, y_mm) for word in zone.words_mm)
    return tuple(boxes)


def roaming_strokes(
    ink: Mask, boxes: Sequence[BoxMm], px_per_mm: float, *, gap_mm: float = 0.0
) -> Mask:
    """The ink, 255, of strokes that are the boxes' own; those nearer than ``gap_mm`` hang together.

    Such is a stroke whose middle lies in a box, or a good share of it.
    """
    own = np.zeros_like(ink)
    for box in boxes:
        around = _part(box.grown(_RUN_MM, _RUN_MM), px_per_mm)
        part = ink[around]
        gap = round(gap_mm * px_per_mm) | 1  # a square without a middle would shift what it joins
        whole = cv2.dilate(part, np.ones((gap, gap), np.uint8)) if gap > 1 else joined(part)
        labels, stats, centres = find_components(np.asarray(whole, np.uint8))
        labels = np.where(part > 0, labels, 0)
        y0, x0 = around[0].start, around[1].start
        inside = _part(box, px_per_mm)
        here = labels[_moved(inside[0], y0), _moved(inside[1], x0)]
        inside_px, all_px = (np.bincount(at.ravel(), minlength=len(stats)) for at in (here, labels))
        middle = (centres + np.array([x0, y0])) / px_per_mm
        is_own = ((middle >= (box.x, box.y)) & (middle <= (box.right, box.bottom))).all(axis=1)
        is_own |= inside_px >= np.maximum(1, _OWN_SHARE * all_px)
        is_own[0] = False
        own[around] |= np.where(is_own[labels], part, np.uint8(0))
    return own


def _part(box: BoxMm, px_per_mm: float) -> tuple[slice, slice]:
    edges = (box.x, box.right, box.y, box.bottom)
    x0, x1, y0, y1 = (max(0, round(edge * px_per_mm)) for edge in edges)
    return slice(y0, y1), slice(x0, x1)


def _moved(part: slice, by: int) -> slice:
    return slice(part.start - by, part.stop - by)
