"""Writing outside the zones: a fifth person under four lines, a remark in the margin."""

import cv2
import numpy as np

from pipeline.forms.blank import PX_PER_MM, BlankPage
from pipeline.records import Finding, Severity
from pipeline.stages.dropout import CleanPage

_ZONE_REACH_MM = 2.5
"""Writing overshoots its zone by so much."""
_PAGE_MARGIN_MM = 8.0
"""Near the paper's edge lie staples, shadows and the desk."""
_PRINT_REACH_PX = 6
_MIN_STROKE_MM = 1.5
_MAX_STROKE_MM = 60.0
_MAX_FILL = 0.6
"""A solid blot fills its box, a stroke does not."""
_MIN_STROKES = 3
_WORD_GAP_MM = 6.0


def find_stray_ink(clean: CleanPage, blank: BlankPage) -> tuple[Finding, ...]:
    """One finding where something like a word stands outside every zone, else none."""
    ink = clean.ink.copy()
    height, width = ink.shape
    edge = round(_PAGE_MARGIN_MM * PX_PER_MM)
    ink[:edge] = ink[height - edge :] = 0
    ink[:, :edge] = ink[:, width - edge :] = 0
    for zone in blank.form.zones_of(blank.number):
        for box in (*zone.lines, *zone.boxes.values()):
            around = box.grown(_ZONE_REACH_MM, _ZONE_REACH_MM)
            x0, y0, x1, y1 = (
                max(0, round(v * PX_PER_MM))
                for v in (around.x, around.y, around.right, around.bottom)
            )
            ink[y0:y1, x0:x1] = 0
    ink[blank.from_print_px < _PRINT_REACH_PX] = 0
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink)
    w, h = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    longest = np.maximum(w, h) / PX_PER_MM
    stroke = (longest >= _MIN_STROKE_MM) & (longest <= _MAX_STROKE_MM)
    stroke &= stats[:, cv2.CC_STAT_AREA] < _MAX_FILL * w * h
    stroke &= np.minimum(w, h) >= 0.5 * PX_PER_MM  # a fold or a scanner's streak is thinner
    stroke[0] = False
    if np.count_nonzero(stroke) < _MIN_STROKES:
        return ()
    strokes = np.where(stroke[labels], np.uint8(255), np.uint8(0))
    reach = round(_WORD_GAP_MM * PX_PER_MM)
    words = cv2.morphologyEx(strokes, cv2.MORPH_CLOSE, np.ones((1, reach), np.uint8))
    _, word_labels = cv2.connectedComponents(words)
    word_of_stroke = [int(word_labels[labels == i].max()) for i in np.flatnonzero(stroke)]
    counts = np.bincount(word_of_stroke)
    word = int(counts.argmax())
    if counts[word] < _MIN_STROKES:
        return ()
    ys, xs = np.nonzero(word_labels == word)
    x_mm, y_mm = xs.mean() / PX_PER_MM, ys.mean() / PX_PER_MM
    where = f"à {x_mm / 10:.0f} cm du bord gauche et {y_mm / 10:.0f} cm du haut"
    return (
        Finding("no_stray_ink", Severity.REVIEW, f"Écriture en dehors des zones prévues, {where}."),
    )
