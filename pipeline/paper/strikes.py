"""A line that was struck out: what counts there?"""

from collections.abc import Sequence

import cv2
import numpy as np

from pipeline.forms.blank import PX_PER_MM
from pipeline.paper.dropout import segment
from pipeline.paper.lines import WrittenLine
from pipeline.paper.strokes import STROKE_GRAY, lone_stroke_slant_deg
from pipeline.records import Finding, Gray, Severity

_STRIKE_MM = 12.0
_STRIKE_ANGLES_DEG = (-6.0, -4.0, -2.0, 0.0, 2.0, 4.0, 6.0)
"""A straight stroke as long as this, and as level, is no letter's."""


def find_struck_out(lines: Sequence[WrittenLine]) -> tuple[Finding, ...]:
    """A finding for each field through which a long straight stroke runs: what counts there?"""
    fields = dict.fromkeys(line.field for line in lines if _is_struck_out(line.image))
    return tuple(Finding("not_struck_out", Severity.REVIEW, (field,)) for field in fields)


def _is_struck_out(image: Gray) -> bool:
    ink = (image < STROKE_GRAY).astype(np.uint8)
    if lone_stroke_slant_deg(image) is not None:
        return False  # a dash for nothing
    length = round(_STRIKE_MM * PX_PER_MM)
    return any(
        cv2.erode(ink, segment(length, angle_deg), borderValue=0).any()
        for angle_deg in _STRIKE_ANGLES_DEG
    )
