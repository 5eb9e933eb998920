"""Writing at a line that is not the line's: the rest of a name, put above it for want of room."""

from collections.abc import Sequence

import cv2
import numpy as np

from pipeline.forms.blank import BlankPage
from pipeline.geometry import BoxMm
from pipeline.paper.components import find_components
from pipeline.paper.dropout import CleanPage
from pipeline.paper.lines import WrittenLine, line_field
from pipeline.paper.roaming import roaming_boxes, roaming_strokes
from pipeline.paper.stray import SCALE, SIGNED_GAP_MM, half_size, off_print
from pipeline.records import Finding, Mask, Severity

_NEAR_MM = 4.5
"""The middle of writing that may belong to a line stands so near to it, above or below."""
_REACH_MM = 8.0
"""As far the strokes of it are followed."""
_OPTION_REACH_MM = 2.5
_LETTER_MM = (1.5, 12.0)
"""So high are letters, and strings of them."""
_WORD_MM = 4.0
"""As broad they are together where they may be the rest of a word or of a number."""
_PAPER = 250
"""The picture of a line is white where nothing of it stands."""
_OWN = 0.1
"""Of a stroke that a line has, so much lies in the line's picture."""


def find_passed_over(
    clean: CleanPage, blank: BlankPage, lines: Sequence[WrittenLine]
) -> tuple[Finding, ...]:
    """A finding for each field at whose line something like a word stands that no line has."""
    left = _left(clean, blank, lines)
    if not left.any():
        return ()
    fields = dict.fromkeys(
        line_field(zone, i)
        for zone in blank.form.zones_of(blank.number)
        for i, box in enumerate(zone.lines)
        if _may_go_on(_near(left, box))
    )
    return tuple(Finding("whole_line", Severity.REVIEW, (field,)) for field in fields)


def _left(clean: CleanPage, blank: BlankPage, lines: Sequence[WrittenLine]) -> Mask:
    """The ink that neither a line nor an option has, off the form's own print."""
    ink = half_size(clean.ink)
    zones = blank.form.zones_of(blank.number)
    if boxes := roaming_boxes(zones, beside=True):
        ink = cv2.subtract(ink, roaming_strokes(ink, boxes, SCALE, gap_mm=SIGNED_GAP_MM))
    for zone in zones:
        for box in zone.boxes.values():
            _part(ink, box.grown(_OPTION_REACH_MM, _OPTION_REACH_MM))[:] = 0
    own = np.zeros_like(ink)
    for line in lines:
        part = _part(own, line.box_mm)
        size = (part.shape[1], part.shape[0])
        part |= cv2.resize((line.image < _PAPER).astype(np.uint8), size)
    labels, stats, _ = find_components(ink)
    shares = np.bincount(labels[own > 0], minlength=len(stats)) / np.maximum(stats[:, 4], 1)
    is_left = shares < _OWN
    is_left[0] = False
    return np.where(is_left[labels] & off_print(blank, *ink.shape), np.uint8(255), np.uint8(0))


def _near(ink: Mask, box: BoxMm) -> Mask:
    """The strokes whose middles lie at a line."""
    reach = box.grown(0, _REACH_MM)
    part = _part(ink, reach)
    if not part.any():
        return part
    labels, _, centres = find_components(part)
    y_mm = centres[:, 1] / SCALE + max(0.0, reach.y)
    at = (y_mm >= box.y - _NEAR_MM) & (y_mm <= box.bottom + _NEAR_MM)
    at[0] = False
    return np.where(at[labels], part, np.uint8(0))


def _may_go_on(strokes: Mask) -> bool:
    _, stats, _ = find_components(strokes)
    width_mm, height_mm = stats[1:, 2:4].T / SCALE
    letters = (height_mm >= _LETTER_MM[0]) & (height_mm <= _LETTER_MM[1])
    return bool(width_mm[letters].sum() >= _WORD_MM)


def _part(mask: Mask, box: BoxMm) -> Mask:
    """What lies under a box, of a mask of ``SCALE`` px per mm."""
    edges = (box.x, box.right, box.y, box.bottom)
    x0, x1, y0, y1 = (max(0, round(edge_mm * SCALE)) for edge_mm in edges)
    return mask[y0:y1, x0:x1]
