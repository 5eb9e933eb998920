"""From what stands in the boxes and cells of a zone, and at its printed words, to its reading.

Ink is counted in mm², stroke by stroke: a tick in a cell of 14 x 16 mm is as much as one in a
square of 4 mm. A stroke that lies over two options is of the one that has most of it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline import fields
from pipeline.fields import Drawn, Mark
from pipeline.forms.blank import PX_PER_MM
from pipeline.forms.zone import Zone, is_cell
from pipeline.geometry import BoxMm, FloatArray
from pipeline.intake.pdfbuttons import TICKED, UNSURE, UNTICKED
from pipeline.paper.components import Labels, find_components
from pipeline.paper.dropout import CleanPage, crop
from pipeline.paper.strokes import joined
from pipeline.reading.words import at_word
from pipeline.records import FieldReading, LineEvidence, Mask, Origin

REACH_MM = 0.8
"""A tick overshoots its box."""
_SPECK_MM2, _SPECKLED = 0.15, 0.9
"""So much ink, or what may be ink, in an empty box may be what a scanner left of a faint pen: then
it is empty with this probability, of what it is otherwise."""
_DIRT_MM2, _FRAME_MM = 0.3, 0.7
"""In a cell there is room for dirt: less than this counts for nothing, nor does what keeps so near
to its frame, which may be left of that."""
_FRAME_PX = 9
"""Print takes away so much of a stroke that crosses a frame."""
_OVERSHOT = 0.35
"""A stroke of which one option has less than this, of what another has, is only the other's."""
_HALF, _QUARTER = 0.5, 0.25
"""A stroke of which less lies in a cell may be of something else; of a tick or a signature, which
overshoot, so much less."""
_DOUBTED = 0.6
"""What is made of strokes that may be of something else is right no oftener than this."""
_BEFORE_MM, _BREADTH_MM = 3.5, 2.0
"""A strip left of a box that no tick reaches, but a line running on over the box crosses."""
_OVER_BOX_MM = 1.0
"""A line that ends so far past a box's left edge runs on over it: as much ink as it has elsewhere
is no tick."""
_RULE_MM, _THIN = 6.0, 0.12
"""A stroke so long, and so narrow for that, is a fold, or a dash."""
_DOT_MM, _BLOT_MM, _BLOT_FILL, _LOPSIDED = 1.3, 2.0, 0.65, 0.3
"""A round solid spot up to the first size is dirt, in a cell and at a word, where there is room; up
to the second it is no mark either, but may be one."""
_FIELD_FRAME_MM = -0.7
"""A check box that is a form field is drawn with a frame: only ink well inside was added."""
_ASIDE_MM, _BESIDE_MM = 2.5, 5.0
"""A mark that missed its box stands this near to it, one beside a word this near to that."""
_NEAR_MM = 8.0
"""How far around a zone its strokes are followed."""
_SURE_MM2, _UNSURE_MM2 = 12.0, 0.42
"""The ink that a ticked form field or a typed cross is worth, and what is as likely as not one."""
_SIGN = re.compile(rf"[xX×✓✔✗✘☒☑•●■{TICKED}]+|oui", re.IGNORECASE)
"""What people type to choose an option."""
_BUTTONS = {TICKED: _SURE_MM2, UNSURE: _UNSURE_MM2, UNTICKED: 0.0}


@dataclass(frozen=True, slots=True)
class _Strokes:
    """The strokes near a zone, numbered as ``labels`` has them over the part of the page whose
    corner is at ``corner`` px; the first is the paper.

    ``stats_mm``: left, top, width, height and area in mm² of each, (n, 5); ``is_pale``: which are
    paler than print; ``middles``: (n, 2).
    ``inside``: of each option, how much ink of each stroke it has; ``most`` and ``second``: the
    most that one option has, of this zone or another, and what the next has.
    """

    labels: Labels
    corner: tuple[int, int]
    stats_mm: FloatArray
    is_pale: NDArray[np.bool_]
    middles: FloatArray
    inside: Mapping[str, FloatArray]
    most: FloatArray
    second: FloatArray


def read_options(
    zone: Zone,
    zones: Sequence[Zone],
    seen: Mapping[str, tuple[LineEvidence, ...]],
    clean: CleanPage,
    *,
    page: int,
) -> FieldReading:
    """The reading of a zone of options, one of the ``zones`` of its page."""
    held = {option: seen.get(f"{zone.field}:{option}", ()) for option in zone.boxes}
    strokes = _strokes(zone, zones, clean)
    marks: dict[str, Mark] = {}
    doubted = False
    for option, box in zone.boxes.items():
        if held[option] and zone.drawn is Drawn.MARK:
            marks[option] = Mark(_typed_mm2(held[option], clean, box))
        elif option in zone.words_mm:
            own = _is_at(strokes, box, zones)[strokes.labels]
            marks[option] = at_word(clean, box, own, strokes.corner)
        else:
            marks[option], is_doubtful = _in_box(strokes, zone, option, seen, clean)
            doubted |= is_doubtful or bool(held[option])
    reading = FieldReading(
        field=zone.field,
        type=zone.type,
        page=page,
        box_mm=zone.box_mm,
        raw=" ".join(f"{option}:{mark.ink_mm2:.2f}" for option, mark in marks.items()),
        candidates=zone.field_type.read_marks(marks),
        origin=Origin.TEXT_LAYER if all(held.values()) else Origin.OCR,
    )
    if doubted:
        return less_sure(reading, _DOUBTED)
    empty = [option for option, mark in marks.items() if mark.ink_mm2 < _UNSURE_MM2]
    # One mark is an answer, whatever dirt there is in the other boxes.
    asks = reading.value == "" or fields.several(zone.type)
    if asks and any(_is_speckled(clean, strokes, zone, option) for option in empty):
        return less_sure(reading, _SPECKLED)
    return reading


def less_sure(reading: FieldReading, sure: float) -> FieldReading:
    """The reading with all it may be less probable."""
    candidates = (replace(c, probability=c.probability * sure) for c in reading.candidates)
    return replace(reading, candidates=tuple(candidates))


def traces_mm2(clean: CleanPage, box: BoxMm) -> float:
    """Ink, and what may be ink."""
    traces = cv2.countNonZero(crop(clean.traces, box)) / PX_PER_MM**2
    return max(ink_in_mm2(clean, box), traces)


def ink_in_mm2(clean: CleanPage, box: BoxMm) -> float:
    return cv2.countNonZero(crop(clean.ink, box)) / PX_PER_MM**2


def is_mark(text: str) -> bool:
    """Whether a typed word chooses the option in whose box it stands."""
    return _SIGN.fullmatch(text) is not None


def _strokes(zone: Zone, zones: Sequence[Zone], clean: CleanPage) -> _Strokes:
    around = zone.box_mm.grown(_NEAR_MM, _NEAR_MM)
    ink = crop(clean.ink, around)
    labels, stats, middles = find_components(_across_frames(ink, zone))
    labels = np.where(ink > 0, labels, 0)
    corner = (max(0, round(around.x * PX_PER_MM)), max(0, round(around.y * PX_PER_MM)))
    count = len(stats)
    stats[:, :2] += corner
    stats[0] = 0  # paper is no stroke
    inside = {
        (other.field, option): _mm2(_under(labels, corner, _reached(box)), count)
        for other in zones
        for option, box in other.boxes.items()
    }
    ranked = np.sort([np.zeros(count), np.zeros(count), *inside.values()], axis=0)
    return _Strokes(
        labels,
        corner,
        stats_mm=_in_mm(stats),
        is_pale=2 * _mm2(labels[crop(clean.pale, around) > 0], count) > _mm2(labels, count),
        middles=(middles + corner) / PX_PER_MM,
        inside={option: inside[zone.field, option] for option in zone.boxes},
        most=ranked[-1],
        second=ranked[-2],
    )


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


def _under(labels: Labels, corner: tuple[int, int], box: BoxMm) -> Labels:
    """The strokes under a box."""
    columns, rows = (
        slice(*(max(0, round(edge * PX_PER_MM) - start) for edge in edges))
        for edges, start in zip(((box.x, box.right), (box.y, box.bottom)), corner, strict=True)
    )
    return labels[rows, columns]


def _reached(box: BoxMm) -> BoxMm:
    """Where a mark on a box is looked for: in a cell there is room for it."""
    return box if is_cell(box) else box.grown(REACH_MM, REACH_MM)


def _in_box(
    strokes: _Strokes,
    zone: Zone,
    option: str,
    seen: Mapping[str, tuple[LineEvidence, ...]],
    clean: CleanPage,
) -> tuple[Mark, bool]:
    """What was seen of a box, and whether that may be of something else."""
    box, inside = zone.boxes[option], strokes.inside[option]
    is_roomy = is_cell(box) and zone.drawn is Drawn.MARK
    own = inside >= np.maximum(_OVERSHOT * strokes.most, 1 / PX_PER_MM**2)
    astray = strokes.second >= _OVERSHOT * strokes.most
    astray |= inside < (_HALF if is_roomy else _QUARTER) * strokes.stats_mm[:, cv2.CC_STAT_AREA]
    if is_cell(box):
        within = np.zeros(len(own), dtype=bool)
        within[
            np.unique(_under(strokes.labels, strokes.corner, box.grown(-_FRAME_MM, -_FRAME_MM)))
        ] = True
        own &= within & (inside >= _DIRT_MM2) & ~_is_blot(strokes.stats_mm, _BLOT_MM)
        if is_roomy:
            astray |= _is_rule(strokes.stats_mm)
            astray |= strokes.is_pale & _runs_through(strokes.stats_mm, box)
    doubtful = bool((own & astray & (inside >= _UNSURE_MM2)).any())
    ink_mm2 = float(inside[own].sum())
    crossed = _densest_before_mm2(clean, box, seen)
    if crossed is not None:
        return Mark(max(0.0, ink_mm2 - crossed)), True
    before = replace(box, x=box.x - _BEFORE_MM, w=_BREADTH_MM)
    before_mm2 = 0.0 if is_cell(box) else ink_in_mm2(clean, before) * box.w / _BREADTH_MM
    return Mark(ink_mm2, before_mm2), doubtful


def _is_rule(stats_mm: FloatArray) -> NDArray[np.bool_]:
    """Which strokes (n, 5) are long and straight, and say no as well as yes."""
    longer, shorter = stats_mm[:, 2:4].max(axis=1), stats_mm[:, 2:4].min(axis=1)
    return np.asarray((longer >= _RULE_MM) & (shorter <= _THIN * longer))


def _runs_through(stats_mm: FloatArray, cell: BoxMm) -> NDArray[np.bool_]:
    """Which strokes (n, 5) reach from one side of a cell to the other, as stains do whose ink the
    print of the frame hides in part."""
    left, top, wide, high, _ = stats_mm.T
    inner = cell.grown(-_FRAME_MM, -_FRAME_MM)
    across = (left <= inner.x) & (left + wide >= inner.right)
    return np.asarray(across | ((top <= inner.y) & (top + high >= inner.bottom)))


def _is_blot(stats_mm: FloatArray, most_mm: float) -> NDArray[np.bool_]:
    """Which strokes (n, 5) are round and solid, as dirt is, and no larger than that."""
    wide, high, area = stats_mm[:, 2:].T
    is_round = np.abs(wide - high) <= _LOPSIDED * high
    return np.asarray(is_round & (area > _BLOT_FILL * wide * high) & (wide < most_mm))


def _is_at(strokes: _Strokes, word: BoxMm, zones: Sequence[Zone]) -> NDArray[np.bool_]:
    """Which strokes are of a printed word: those around its middle, and those nearer to it than to
    any other place of the form."""
    x, y = word.x + word.w / 2, word.y + word.h / 2
    left, top, wide, high, _ = strokes.stats_mm.T
    own = (left < x) & (x < left + wide) & (top < y) & (y < top + high)
    places = [box for zone in zones for box in (*zone.lines, *zone.boxes.values())]
    nearest = np.min([_distance_mm(strokes.middles, box) for box in places], axis=0)
    to_word = _distance_mm(strokes.middles, word)
    own |= (to_word <= nearest) & (to_word <= _BESIDE_MM)
    own &= ~_is_blot(strokes.stats_mm, _BLOT_MM)
    own[0] = False
    return np.asarray(own)


def _distance_mm(points: FloatArray, box: BoxMm) -> FloatArray:
    """(n,): of points (n, 2) from a box; 0 in it."""
    apart = np.maximum((box.x, box.y) - points, points - (box.right, box.bottom))
    return np.asarray(np.linalg.norm(np.maximum(apart, 0.0), axis=1))


def _is_speckled(clean: CleanPage, strokes: _Strokes, zone: Zone, option: str) -> bool:
    """Whether a box that seems empty holds what may be ink, or stands beside a stroke of nobody."""
    box = zone.boxes[option]
    if zone.drawn is Drawn.PICTURE:
        return False
    if option in zone.words_mm:
        return _largest_mm2(clean, box) > _SPECK_MM2
    if is_cell(box):
        if _largest_mm2(clean, box.grown(-_FRAME_MM, -_FRAME_MM)) > _SPECK_MM2:
            return True
    elif traces_mm2(clean, box) > _SPECK_MM2:
        return True
    near = np.unique(_under(strokes.labels, strokes.corner, box.grown(_ASIDE_MM, _ASIDE_MM)))
    loose = (strokes.stats_mm[:, cv2.CC_STAT_AREA] >= _UNSURE_MM2) & (
        strokes.most < _HALF * strokes.stats_mm[:, cv2.CC_STAT_AREA]
    )
    return bool(loose[near].any())


def _largest_mm2(clean: CleanPage, box: BoxMm) -> float:
    """The largest stroke under a box, of ink or what may be ink, but for dots."""
    _, stats, _ = find_components(crop(clean.traces, box) | crop(clean.ink, box))
    strokes = _in_mm(stats)[1:]
    return float(strokes[~_is_blot(strokes, _DOT_MM), cv2.CC_STAT_AREA].max(initial=0.0))


def _densest_before_mm2(
    clean: CleanPage, box: BoxMm, seen: Mapping[str, tuple[LineEvidence, ...]]
) -> float | None:
    """The most ink that a line of writing which runs on over a check box has in as large a part of
    itself before the box; None where no line does."""
    across = [
        line.box_mm
        for lines in seen.values()
        for line in lines
        if line.box_mm.x < box.x - box.w and line.box_mm.right > box.x + _OVER_BOX_MM
        if line.box_mm.y < box.y + box.h / 2 < line.box_mm.bottom
    ]
    parts = (x for line in across for x in np.arange(line.x, box.x - box.w, box.w / 4))
    return max((ink_in_mm2(clean, _reached(replace(box, x=x))) for x in parts), default=None)


def _typed_mm2(lines: tuple[LineEvidence, ...], clean: CleanPage, box: BoxMm) -> float:
    """What form fields on a box, several of which may lie on one another, or text that was typed
    into it, are worth in ink; what says neither yes nor no is as likely a mark as not."""
    words = [word for line in lines for word in line.text.split()]
    if all(word in _BUTTONS for word in words):
        inside = box.grown(_FIELD_FRAME_MM, _FIELD_FRAME_MM)
        return max(ink_in_mm2(clean, inside), *(_BUTTONS[word] for word in words))
    return _SURE_MM2 if all(map(is_mark, words)) else _UNSURE_MM2
