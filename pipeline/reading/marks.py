"""From what stands in the boxes and cells of a zone, and at its printed words, to its reading.

Ink is counted in mm², stroke by stroke: a tick in a cell of 14 x 16 mm is as much as one in a
square of 4 mm. A stroke that lies over two options is of the one that has most of it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np

from pipeline import fields
from pipeline.fields import Drawn, Mark
from pipeline.forms.blank import PX_PER_MM
from pipeline.forms.zone import Zone, is_cell
from pipeline.geometry import BoxMm
from pipeline.intake.pdfbuttons import TICKED, UNSURE, UNTICKED
from pipeline.paper.dropout import CleanPage, crop
from pipeline.reading.near import (
    BLOT_MM,
    FRAME_MM,
    Strokes,
    is_at,
    is_blot,
    is_rule,
    largest_mm2,
    reached,
    strokes_near,
    under,
)
from pipeline.reading.words import at_word
from pipeline.records import FieldReading, LineEvidence, Origin

_SPECK_MM2, _SPECKLED = 0.15, 0.9
"""So much ink, or what may be ink, in an empty box may be what a scanner left of a faint pen: then
it is empty with this probability, of what it is otherwise."""
_DIRT_MM2 = 0.3
"""In a cell there is room for dirt: less than this counts for nothing."""
_OVERSHOT = 0.35
"""A stroke of which one option has less than this, of what another has, is only the other's."""
_HALF, _QUARTER = 0.5, 0.25
"""A stroke of which less lies in a cell, or in the place of a signature, may be of something else;
of a tick, which overshoots, so much less."""
_ENOUGH_MM2, _DOUBTED = 1.2, 0.6
"""What is made of strokes that may be of something else, without so much ink besides, is right no
oftener than the last says."""
_WITHIN = 0.15
"""Nobody ticks a box on its frame alone: a mark of which less lies well inside may be the frame's
own soft edge."""
_BEFORE_MM, _BREADTH_MM = 3.5, 2.0
"""A strip left of a box that no tick reaches, but a line running on over the box crosses."""
_OVER_BOX_MM = 1.0
"""A line that ends so far past a box's left edge runs on over it: as much ink as it has elsewhere
is no tick."""
_FIELD_FRAME_MM = -0.7
"""A check box that is a form field is drawn with a frame: only ink well inside was added."""
_ASIDE_MM = 2.5
"""A mark that missed its box stands this near to it."""
_SURE_MM2, _UNSURE_MM2 = 12.0, 0.42
"""The ink that a ticked form field or a typed cross is worth, and what is as likely as not one."""
_SIGN = re.compile(rf"[xX×✓✔✗✘☒☑•●■{TICKED}]+|oui", re.IGNORECASE)
"""What people type to choose an option."""
_BUTTONS = {TICKED: _SURE_MM2, UNSURE: _UNSURE_MM2, UNTICKED: 0.0}


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
    strokes = strokes_near(zone, zones, clean)
    marks: dict[str, Mark] = {}
    doubted = False
    for option, box in zone.boxes.items():
        if held[option] and zone.drawn is Drawn.MARK:
            marks[option] = Mark(_typed_mm2(held[option], clean, box))
        elif option in zone.words_mm:
            own = is_at(strokes, box, zones)[strokes.labels]
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


def _in_box(
    strokes: Strokes,
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
    least = _HALF if is_cell(box) else _QUARTER
    astray |= inside < least * strokes.stats_mm[:, cv2.CC_STAT_AREA]
    if is_cell(box):
        within = under(strokes.labels, strokes.corner, box.grown(-FRAME_MM, -FRAME_MM))
        own &= np.isin(np.arange(len(own)), within)
        own &= (inside >= _DIRT_MM2) & ~is_blot(strokes.stats_mm, BLOT_MM)
        astray |= is_roomy & is_rule(strokes.stats_mm)
    ink_mm2, sure_mm2 = float(inside[own].sum()), float(inside[own & ~astray].sum())
    hinges = bool((own & astray & (inside >= _UNSURE_MM2)).any()) and sure_mm2 < _ENOUGH_MM2
    if zone.drawn is Drawn.MARK and ink_mm2 >= _UNSURE_MM2:
        within_mm2 = ink_in_mm2(clean, box.grown(-FRAME_MM, -FRAME_MM))
        hinges |= within_mm2 < max(_SPECK_MM2, _WITHIN * ink_mm2)
    crossed = _densest_before_mm2(clean, box, seen)
    if crossed is not None:
        return Mark(max(0.0, ink_mm2 - crossed)), True
    before = replace(box, x=box.x - _BEFORE_MM, w=_BREADTH_MM)
    before_mm2 = 0.0 if is_cell(box) else ink_in_mm2(clean, before) * box.w / _BREADTH_MM
    return Mark(ink_mm2, before_mm2), hinges


def _is_speckled(clean: CleanPage, strokes: Strokes, zone: Zone, option: str) -> bool:
    """Whether a box that seems empty holds what may be ink, or stands beside a stroke of nobody."""
    box = zone.boxes[option]
    if zone.drawn is Drawn.PICTURE:
        return False
    if option in zone.words_mm:
        return largest_mm2(clean, box) > _SPECK_MM2
    if is_cell(box):
        if largest_mm2(clean, box.grown(-FRAME_MM, -FRAME_MM)) > _SPECK_MM2:
            return True
    elif traces_mm2(clean, box) > _SPECK_MM2:
        return True
    near = np.unique(under(strokes.labels, strokes.corner, box.grown(_ASIDE_MM, _ASIDE_MM)))
    area_mm2, most = strokes.stats_mm[near, cv2.CC_STAT_AREA], strokes.most[near]
    return bool(((area_mm2 >= _UNSURE_MM2) & (most < _HALF * area_mm2)).any())


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
    return max((ink_in_mm2(clean, reached(replace(box, x=x))) for x in parts), default=None)


def _typed_mm2(lines: tuple[LineEvidence, ...], clean: CleanPage, box: BoxMm) -> float:
    """What form fields on a box, several of which may lie on one another, or text that was typed
    into it, are worth in ink; what says neither yes nor no is as likely a mark as not."""
    words = [word for line in lines for word in line.text.split()]
    if all(word in _BUTTONS for word in words):
        inside = box.grown(_FIELD_FRAME_MM, _FIELD_FRAME_MM)
        return max(ink_in_mm2(clean, inside), *(_BUTTONS[word] for word in words))
    return _SURE_MM2 if all(map(is_mark, words)) else _UNSURE_MM2
