"""The strokes near a zone of options, and which of them may be its marks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms.blank import PX_PER_MM
from pipeline.forms.zone import Zone, is_cell
from pipeline.geometry import BoxMm, FloatArray
from pipeline.paper.components import Labels, find_components
from pipeline.paper.dropout import CleanPage, crop
from pipeline.paper.strokes import joined
from pipeline.records import Mask

REACH_MM = 0.8
"""A tick overshoots its box."""
FRAME_MM = 0.7
"""What keeps so near to the frame of a cell may be left of that."""
_FRAME_PX = 9
"""Print takes away so much of a stroke that crosses a frame."""
_RULE_MM, _THIN = 6.0, 0.12
"""A stroke so long, and so narrow for that, is a fold, or a dash."""
_DOT_MM, BLOT_MM, _BLOT_FILL, _LOPSIDED = 1.3, 2.0, 0.65, 0.3
"""A round solid spot up to the first size is dirt, in a cell and at a word, where there is room; up
to the second it is no mark either, but may be one."""
_BESIDE_MM = 5.0
"""A mark beside a word stands this near to it."""
_NEAR_MM = 8.0
"""How far around a zone its strokes are followed."""


@dataclass(frozen=True, slots=True)
class Strokes:
    """The strokes near a zone, numbered as ``labels`` has them over the part of the page whose
    corner is at ``corner`` px; the first is the paper.

    ``stats_mm``: left, top, width, height and area in mm² of each, (n, 5); ``middles``: (n, 2) mm.
    ``inside``: of each option, how much ink of each stroke it has; ``most`` and ``second``: the
    most that one option has, of this zone or another, and what the next has.
    """

    labels: Labels
    corner: tuple[int, int]
    stats_mm: FloatArray
    middles: FloatArray
    inside: Mapping[str, FloatArray]
    most: FloatArray
    second: FloatArray


def strokes_near(zone: Zone, zones: Sequence[Zone], clean: CleanPage) -> Strokes:
    """The strokes in and near a zone, one of the ``zones`` of its page."""
    around = zone.box_mm.grown(_NEAR_MM, _NEAR_MM)
    ink = crop(clean.ink, around)
    labels, stats, middles = find_components(_across_frames(ink, zone))
    labels = np.where(ink > 0, labels, 0)
    corner = (max(0, round(around.x * PX_PER_MM)), max(0, round(around.y * PX_PER_MM)))
    count = len(stats)
    stats[:, :2] += corner
    stats[0] = 0  # paper is no stroke
    inside = {
        (other.field, option): _mm2(under(labels, corner, reached(box)), count)
        for other in zones
        for option, box in other.boxes.items()
    }
    ranked = np.sort([np.zeros(count), np.zeros(count), *inside.values()], axis=0)
    return Strokes(
        labels,
        corner,
        stats_mm=_in_mm(stats),
        middles=(middles + corner) / PX_PER_MM,
        inside={option: inside[zone.field, option] for option in zone.boxes},
        most=ranked[-1],
        second=ranked[-2],
    )


def under(labels: Labels, corner: tuple[int, int], box: BoxMm) -> Labels:
    """The strokes under a box."""
    columns, rows = (
        slice(*(max(0, round(edge * PX_PER_MM) - start) for edge in edges))
        for edges, start in zip(((box.x, box.right), (box.y, box.bottom)), corner, strict=True)
    )
    return labels[rows, columns]


def reached(box: BoxMm) -> BoxMm:
    """Where a mark on a box is looked for: in a cell there is room for it."""
    return box if is_cell(box) else box.grown(REACH_MM, REACH_MM)


def is_at(strokes: Strokes, word: BoxMm, zones: Sequence[Zone]) -> NDArray[np.bool_]:
    """Which strokes are of a printed word: those around its middle, and those nearer to it than to
    any other place of the form."""
    x, y = word.x + word.w / 2, word.y + word.h / 2
    left, top, wide, high, _ = strokes.stats_mm.T
    own = (left < x) & (x < left + wide) & (top < y) & (y < top + high)
    places = [box for zone in zones for box in (*zone.lines, *zone.boxes.values())]
    nearest = np.min([_distance_mm(strokes.middles, box) for box in places], axis=0)
    to_word = _distance_mm(strokes.middles, word)
    own |= (to_word <= nearest) & (to_word <= _BESIDE_MM)
    own &= ~is_blot(strokes.stats_mm, BLOT_MM)
    own[0] = False
    return np.asarray(own)


def is_rule(stats_mm: FloatArray) -> NDArray[np.bool_]:
    """Which strokes (n, 5) are long and straight, and say no as well as yes."""
    longer, shorter = stats_mm[:, 2:4].max(axis=1), stats_mm[:, 2:4].min(axis=1)
    return np.asarray((longer >= _RULE_MM) & (shorter <= _THIN * longer))


def is_blot(stats_mm: FloatArray, most_mm: float) -> NDArray[np.bool_]:
    """Which strokes (n, 5) are round and solid, as dirt is, and no larger than that."""
    wide, high, area = stats_mm[:, 2:].T
    is_round = np.abs(wide - high) <= _LOPSIDED * high
    return np.asarray(is_round & (area > _BLOT_FILL * wide * high) & (wide < most_mm))


def largest_mm2(clean: CleanPage, box: BoxMm) -> float:
    """The largest stroke under a box, of ink or what may be ink, but for dots."""
    _, stats, _ = find_components(crop(clean.traces, box) | crop(clean.ink, box))
    strokes = _in_mm(stats)[1:]
    return float(strokes[~is_blot(strokes, _DOT_MM), cv2.CC_STAT_AREA].max(initial=0.0))


def _across_frames(ink: Mask, zone: Zone) -> Mask:
    """The ink with what nearly touches joined; in cells, what their printed frames cut apart."""
    if not any(is_cell(box) for box in zone.boxes.values()):
        return joined(ink)
    gap = np.ones((_FRAME_PX, _FRAME_PX), np.uint8)
    return np.asarray(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, gap), np.uint8)


def _in_mm(stats: Labels) -> FloatArray:
    """Statistics of strokes, as ``find_components`` has them, in mm and mm²."""
    return np.asarray(stats / np.array([PX_PER_MM] * 4 + [PX_PER_MM**2]))


def _mm2(labels: Labels, count: int) -> FloatArray:
    """The ink of each stroke; the paper has none."""
    ink = np.bincount(labels.ravel(), minlength=count) / PX_PER_MM**2
    ink[0] = 0.0
    return ink


def _distance_mm(points: FloatArray, box: BoxMm) -> FloatArray:
    """(n,): of points (n, 2) from a box; 0 in it."""
    apart = np.maximum((box.x, box.y) - points, points - (box.right, box.bottom))
    return np.asarray(np.linalg.norm(np.maximum(apart, 0.0), axis=1))
