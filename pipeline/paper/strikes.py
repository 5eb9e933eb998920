"""Straight strokes: a dash for nothing, a one, and what strikes a line out."""

from collections.abc import Iterable

import cv2
import numpy as np

from pipeline.forms.blank import PX_PER_MM
from pipeline.paper.dropout import segment
from pipeline.records import Finding, Gray, Severity

_STROKE_GRAY, _STROKE_PX = 140, 20
_PAPER = 255
_LEAST_SLANT_DEG = -50.0
"""A dash that falls a little to the right leans by more than 90 degrees, not by less than none."""
_STRIKE_MM = 12.0
_STRIKE_ANGLES_DEG = (-6.0, -4.0, -2.0, 0.0, 2.0, 4.0, 6.0)
"""A straight stroke as long as this, and as level, is no letter's."""
_STRAIGHT = 0.2
"""A straight stroke's breadth over its length, both as standard deviations."""


def find_struck_out(images: Iterable[tuple[str, Gray]]) -> tuple[Finding, ...]:
    """A finding for each field through whose writing, dark on white, a long straight stroke runs:
    what counts there?"""
    fields = dict.fromkeys(field for field, image in images if _is_struck_out(image))
    return tuple(Finding("not_struck_out", Severity.REVIEW, (field,)) for field in fields)


def _is_struck_out(image: Gray) -> bool:
    ink = (image < _STROKE_GRAY).astype(np.uint8)
    if lone_stroke_slant_deg(image) is not None:
        return False  # a dash for nothing
    length = round(_STRIKE_MM * PX_PER_MM)
    return any(
        cv2.erode(ink, segment(length, angle_deg), borderValue=0).any()
        for angle_deg in _STRIKE_ANGLES_DEG
    )


def lone_stroke_slant_deg(image: Gray) -> float | None:
    """How far the one straight stroke of a line leans to the right; None for any other writing."""
    # A pale pen's strokes are darker than half-way to the paper, if no darker than another's.
    inked = image < max(_STROKE_GRAY, (int(image.min()) + _PAPER) // 2)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(inked.astype(np.uint8))
    strokes = [i for i in range(1, count) if stats[i, cv2.CC_STAT_AREA] >= _STROKE_PX]
    if len(strokes) != 1:
        return None
    ys, xs = np.nonzero(labels == strokes[0])
    spreads, axes = np.linalg.eigh(np.cov(np.stack([xs, -ys])))
    if spreads[0] > _STRAIGHT**2 * spreads[1]:
        return None
    right, up = axes[:, 1] if axes[1, 1] >= 0 else -axes[:, 1]
    slant_deg = float(np.degrees(np.arctan2(right, up)))
    return slant_deg + 180 if slant_deg < _LEAST_SLANT_DEG else slant_deg
