"""Find the written lines of each zone and have an engine read them."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.engines import Engine
from pipeline.forms.blank import PX_PER_MM
from pipeline.forms.schema import Zone
from pipeline.geometry import BoxMm
from pipeline.records import Gray, LineEvidence
from pipeline.stages.dropout import CleanPage, Mask, crop

_REACH_MM = 3.0
"""How far beyond a line's box its own strokes are followed."""
_MIN_INK_MM2 = 0.35
"""Less ink than this is dirt (a full stop is about 0.2 mm2, a dash 1 mm2)."""
_SPECK_MM2 = 0.25
_SPECK_GAP_MM = 4.0
"""A dot or an accent stands this near to a larger stroke; a speck may stand anywhere."""
_BLOT_MM, _BLOT_FILL, _BLOT_LOPSIDED = 2.0, 0.65, 0.3
"""A round solid spot up to this size is a full stop or dirt: by itself it is no writing."""
_STREAK_MM = 1.0
"""A stroke that runs on beyond the reach and is narrower than this is a scanner's streak."""
_MARGIN_MM = 0.8
_MIN_HEIGHT_MM = 4.5


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """The writing found on one line of a zone: where it is, and its pixels, dark on white."""

    zone: Zone
    line: int
    box_mm: BoxMm
    image: Gray

    @property
    def field(self) -> str:
        return line_field(self.zone, self.line)


def line_field(zone: Zone, line: int) -> str:
    """The field written on that line (from 0) of a zone."""
    return f"{zone.field}.{line + 1}" if zone.repeated else zone.field


def find_lines(clean: CleanPage, zones: tuple[Zone, ...]) -> list[WrittenLine]:
    """The lines that hold ink, zone by zone from the top; ``line`` counts from 0 in its zone."""
    return [
        WrittenLine(zone, i, *found)
        for zone in zones
        for i, box in enumerate(zone.lines)
        if (found := _writing_in(clean, box)) is not None
    ]


def _writing_in(clean: CleanPage, box: BoxMm) -> tuple[BoxMm, Gray] | None:
    around = box.grown(0.0, _REACH_MM)
    left, top = max(0, round(around.x * PX_PER_MM)), max(0, round(around.y * PX_PER_MM))
    ink = _own_strokes(
        crop(clean.ink, around), box.y * PX_PER_MM - top, box.bottom * PX_PER_MM - top
    )
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
    found = BoxMm(
        (left + x0) / PX_PER_MM,
        (top + y0) / PX_PER_MM,
        (x1 - x0) / PX_PER_MM,
        (y1 - y0) / PX_PER_MM,
    )
    return found, image


def _own_strokes(ink: Mask, top_px: float, bottom_px: float) -> Mask:
    """The strokes whose middle lies on the line: no feet and heads of its neighbours, no dirt."""
    _, labels, stats, centres = cv2.connectedComponentsWithStats(ink)
    middle = centres[:, 1]
    own = (middle >= top_px) & (middle <= bottom_px)
    top, bottom = (
        stats[:, cv2.CC_STAT_TOP],
        stats[:, cv2.CC_STAT_TOP] + stats[:, cv2.CC_STAT_HEIGHT],
    )
    runs_on = (top == 0) | (bottom == ink.shape[0])
    own &= ~runs_on | (stats[:, cv2.CC_STAT_WIDTH] > _STREAK_MM * PX_PER_MM)
    own[0] = False
    area = stats[:, cv2.CC_STAT_AREA]
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    blot = (area > _BLOT_FILL * width * height) & (np.maximum(width, height) < _BLOT_MM * PX_PER_MM)
    blot &= np.abs(width - height) <= _BLOT_LOPSIDED * height
    large = own & ~blot & (area >= _SPECK_MM2 * PX_PER_MM**2)
    left = stats[large, cv2.CC_STAT_LEFT]
    right = left + stats[large, cv2.CC_STAT_WIDTH]
    gap = _SPECK_GAP_MM * PX_PER_MM
    at = centres[:, :1]
    own &= large | ((at >= left - gap) & (at <= right + gap)).any(axis=1)
    return np.where(own[labels], np.uint8(255), np.uint8(0))


def read_lines(lines: list[WrittenLine], engine: Engine) -> Mapping[str, tuple[LineEvidence, ...]]:
    """What the engine saw, by field (``personnes.1`` for a repeated zone)."""
    seen: dict[str, tuple[LineEvidence, ...]] = {}
    for line, read in zip(lines, engine.read_lines([line.image for line in lines]), strict=True):
        evidence = LineEvidence(
            read.text, read.confidence, line.box_mm, read.log_probs, read.alphabet
        )
        seen[line.field] = (*seen.get(line.field, ()), evidence)
    return seen
