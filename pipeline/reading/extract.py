"""From what was seen in a form's zones to a reading of each field, with its alternatives."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import cv2
import numpy as np

from pipeline import fields
from pipeline.decoding.numbering import without_numbers
from pipeline.forms.blank import PX_PER_MM
from pipeline.forms.zone import Zone
from pipeline.geometry import BoxMm, bounding_box
from pipeline.intake.pdfbuttons import TICKED, UNSURE, UNTICKED
from pipeline.paper.dropout import CleanPage, crop
from pipeline.paper.lines import WrittenLine, line_field
from pipeline.records import (
    FieldReading,
    Finding,
    LineEvidence,
    Origin,
    Severity,
)
from pipeline.text import fold, similarity

_SPECK_MM2, _SPECKLED = 0.15, 0.9
"""So much ink, or what may be ink, in a field without a line may be what a scanner left of a faint
pen: then it is empty with this probability, of what it is otherwise."""
_OVER_PRINT = 0.5
"""What is read of a line that runs on over print is right this often, of what it is otherwise."""
_MISCOUNTED, _MISCOUNTED_VALUE = 0.1, 0.5
"""A comb has as many inked cells as characters, but for so few of those that were read; a value
that would fill more or fewer is right this often, of what it is otherwise."""
_MARK_REACH_MM = 0.8
"""A tick overshoots its box."""
_BEFORE_MM, _BREADTH_MM = 3.5, 2.0
"""A strip left of a check box that no tick reaches, but a line running on over the box crosses."""
_OVER_BOX_MM, _CROSSED = 1.0, 0.6
"""A line that ends so far past a box's left edge runs on over it: as much ink as it has elsewhere
is no tick, and what is then made of the box is right no oftener than the last says."""
_FIELD_FRAME_MM = -0.7
"""A check box that is a form field is drawn with a frame: only ink well inside was added."""
_TICKED = {TICKED: 1.0, UNSURE: 0.05, UNTICKED: 0.0}
"""The ink of each mark, as a share of its box: so much of it is a tick as likely as not."""
_INK_GRAY = 140
_DRAWN_REACH_MM = 0.7
_MAX_INK_BESIDE_MM2 = 0.8
"""More ink than this outside a text's box is not the text itself, drawn a little beside it."""
_LETTERS_JOINED = (6.0, 3.0)
"""Typed letters stand apart: what is longer than so many mm, and times its height, is a stroke."""
_ALIKE = 0.75


def extract(
    zones: tuple[Zone, ...],
    seen: Mapping[str, tuple[LineEvidence, ...]],
    clean: CleanPage,
    *,
    page: int,
) -> tuple[FieldReading, ...]:
    """A reading of each field of the page; a repeated zone gives one for each line written on."""
    readings: list[FieldReading] = []
    for zone in zones:
        if zone.boxes:
            readings.append(_read_boxes(zone, seen, clean, page))
        elif zone.repeated:
            names = {i: line_field(zone, i) for i in range(len(zone.lines))}
            whole = {i: seen[name] for i, name in names.items() if name in seen}
            readings += [
                replace(
                    _read_lines(names[i], zone, lines, page),
                    raw=" / ".join(line.text for line in whole[i]),
                )
                for i, lines in without_numbers(whole).items()
            ]
        else:
            reading = _read_lines(zone.field, zone, seen.get(zone.field, ()), page)
            speckled = zone.field not in seen and _traces_mm2(clean, zone.box_mm) > _SPECK_MM2
            readings.append(_less_sure(reading, _SPECKLED) if speckled else reading)
    return tuple(readings)


def _read_lines(name: str, zone: Zone, lines: tuple[LineEvidence, ...], page: int) -> FieldReading:
    exact = bool(lines) and all(line.exact for line in lines)
    candidates = fields.load(zone.type).read(lines)
    reading = FieldReading(
        field=name,
        type=zone.type,
        page=page,
        box_mm=bounding_box([line.box_mm for line in lines]) if lines else zone.box_mm,
        raw=" / ".join(line.text for line in lines),
        candidates=candidates,
        origin=Origin.TEXT_LAYER if exact else Origin.OCR,
    )
    return _less_sure(reading, min(line.confidence for line in lines)) if exact else reading


def _less_sure(reading: FieldReading, sure: float) -> FieldReading:
    candidates = (replace(c, probability=c.probability * sure) for c in reading.candidates)
    return replace(reading, candidates=tuple(candidates))


def less_sure_over_print(
    readings: Iterable[FieldReading], lines: Iterable[WrittenLine]
) -> tuple[FieldReading, ...]:
    """The readings, those of lines that run on over the form's print in doubt."""
    over = {line.field for line in lines if line.over_print}
    return tuple(_less_sure(r, _OVER_PRINT) if r.field in over else r for r in readings)


def weighed_by_cells(
    readings: Iterable[FieldReading], lines: Iterable[WrittenLine]
) -> tuple[FieldReading, ...]:
    """The readings, those of combs weighed by how many cells hold a character.

    A value of another length is less probable, and a field for which none of that length was read
    is in doubt.
    """
    filled: dict[str, int] = {}
    for line in lines:
        if line.comb:
            filled[line.field] = filled.get(line.field, 0) + line.comb.filled
    return tuple(
        _weighed(reading, filled[reading.field]) if reading.field in filled else reading
        for reading in readings
    )


def _weighed(reading: FieldReading, filled: int) -> FieldReading:
    fits = [_fills(c.text, reading.raw, filled) for c in reading.candidates]
    weights = [
        c.probability * (1.0 if fit else _MISCOUNTED)
        for c, fit in zip(reading.candidates, fits, strict=True)
    ]
    whole = sum(weights) + max(0.0, 1.0 - sum(c.probability for c in reading.candidates))
    weighed = [
        replace(c, probability=weight / whole * (1.0 if fit else _MISCOUNTED_VALUE))
        for c, weight, fit in zip(reading.candidates, weights, fits, strict=True)
    ]
    ranked = sorted(weighed, key=lambda c: -c.probability)
    return replace(reading, candidates=tuple(ranked))


def _fills(text: str, raw: str, filled: int) -> bool:
    """Whether a value fills so many cells: signs between its letters may stand in one or not; a
    number may be spelled otherwise than it was written."""
    written = "".join(raw.replace(" / ", "").split())
    spellings = (text, *([written] if written.isdigit() else []))
    return any(len(_bare(t)) <= filled <= len("".join(t.split())) for t in spellings)


def doubted_by_ink(
    readings: Iterable[FieldReading],
    lines: Iterable[WrittenLine],
    seen: Mapping[str, tuple[LineEvidence, ...]],
    held: Mapping[str, tuple[LineEvidence, ...]],
) -> tuple[Finding, ...]:
    """A finding for each field whose text the file holds, and whose ink is not only that text.

    ``lines`` is the ink found, ``seen`` what the engine read in it. The text itself was drawn on
    the page too: ink beside it, or ink that reads otherwise, is a correction by hand.
    """
    over = {
        line.field
        for line in lines
        if line.field in held and _is_written_over(line, [e.box_mm for e in held[line.field]])
    }
    return tuple(
        Finding("no_ink_beside_typed_text", Severity.REVIEW, (reading.field,), (reading.raw,))
        for reading in readings
        if reading.field in held and reading.field in seen
        if reading.field in over or not _agrees(reading, seen[reading.field])
    )


def _is_written_over(line: WrittenLine, texts_mm: list[BoxMm]) -> bool:
    """Whether a line has ink outside the boxes of its typed text, or a stroke that joins letters.

    The stroke of a pen through or below the text does.
    """
    ink = (line.image < _INK_GRAY).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink)
    width, height = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT]
    least_mm, least_lengths = _LETTERS_JOINED
    if ((width > least_mm * PX_PER_MM) & (width > least_lengths * height)).any():
        return True
    rows, columns = ink.shape
    for text in texts_mm:
        box = text.grown(_DRAWN_REACH_MM, _DRAWN_REACH_MM)
        left, right = ((v - line.box_mm.x) * PX_PER_MM for v in (box.x, box.right))
        top, bottom = ((v - line.box_mm.y) * PX_PER_MM for v in (box.y, box.bottom))
        x0, x1 = (round(min(max(v, 0), columns)) for v in (left, right))
        y0, y1 = (round(min(max(v, 0), rows)) for v in (top, bottom))
        ink[y0:y1, x0:x1] = 0
    return cv2.countNonZero(ink) > _MAX_INK_BESIDE_MM2 * PX_PER_MM**2


def _agrees(reading: FieldReading, seen: tuple[LineEvidence, ...]) -> bool:
    """Whether the engine may have read the same value: exactly that, or nearly so for words."""
    candidates = fields.load(reading.type).read(seen)
    if candidates and candidates[0].value == reading.value:
        return True
    alike = similarity(_bare(reading.raw), _bare(" ".join(line.text for line in seen)))
    return alike >= (_ALIKE if fields.load(reading.type).lettered else 1.0)


def _bare(text: str) -> str:
    return "".join(c for c in fold(text) if c.isalnum())


def _read_boxes(
    zone: Zone,
    seen: Mapping[str, tuple[LineEvidence, ...]],
    clean: CleanPage,
    page: int,
) -> FieldReading:
    held = {option: seen.get(f"{zone.field}:{option}") for option in zone.boxes}
    ink = {
        option: max(_ticked(lines), _ink_share(clean, box, reach_mm=_FIELD_FRAME_MM))
        if (lines := held[option])
        else _ink_share(clean, box, reach_mm=_MARK_REACH_MM)
        for option, box in zone.boxes.items()
    }
    by_eye = {option: box for option, box in zone.boxes.items() if not held[option]}
    crossed = {
        option: densest
        for option, box in by_eye.items()
        if (densest := _densest_before(clean, box, seen)) is not None
    }
    counted = {option: max(0.0, share - crossed.get(option, 0.0)) for option, share in ink.items()}
    before = {
        option: _ink_share(clean, replace(box, x=box.x - _BEFORE_MM, w=_BREADTH_MM), reach_mm=0.0)
        for option, box in by_eye.items()
        if option not in crossed
    }
    reading = FieldReading(
        field=zone.field,
        type=zone.type,
        page=page,
        box_mm=zone.box_mm,
        raw=" ".join(f"{option}:{share:.2f}" for option, share in ink.items()),
        candidates=fields.load(zone.type).read_marks(counted, beside=before),
        origin=Origin.TEXT_LAYER if all(held.values()) else Origin.OCR,
    )
    if crossed:
        return _less_sure(reading, _CROSSED)
    speckled = any(_traces_mm2(clean, box) > _SPECK_MM2 for box in zone.boxes.values())
    return _less_sure(reading, _SPECKLED) if reading.value == "" and speckled else reading


def _densest_before(
    clean: CleanPage, box: BoxMm, seen: Mapping[str, tuple[LineEvidence, ...]]
) -> float | None:
    """The most ink that a line of writing which runs on over a check box has in as large a part of
    itself before the box, as a share of that; None where no line does."""
    across = [
        line.box_mm
        for lines in seen.values()
        for line in lines
        if line.box_mm.x < box.x - box.w and line.box_mm.right > box.x + _OVER_BOX_MM
        if line.box_mm.y < box.y + box.h / 2 < line.box_mm.bottom
    ]
    parts = (x for line in across for x in np.arange(line.x, box.x - box.w, box.w / 4))
    shares = (_ink_share(clean, replace(box, x=x), reach_mm=_MARK_REACH_MM) for x in parts)
    return max(shares, default=None)


def _ticked(lines: tuple[LineEvidence, ...]) -> float:
    """1 where a form field on the box is ticked, else 0; several may lie on one another."""
    return max(_TICKED[mark] for line in lines for mark in line.text.split())


def _ink_share(clean: CleanPage, box: BoxMm, *, reach_mm: float) -> float:
    """Ink in a printed box and as far around it, as a share of the box's area."""
    return min(1.0, _ink_mm2(clean, box.grown(reach_mm, reach_mm)) / (box.w * box.h))


def _traces_mm2(clean: CleanPage, box: BoxMm) -> float:
    """Ink, and what may be ink."""
    traces = cv2.countNonZero(crop(clean.traces, box)) / PX_PER_MM**2
    return max(_ink_mm2(clean, box), traces)


def _ink_mm2(clean: CleanPage, box: BoxMm) -> float:
    return cv2.countNonZero(crop(clean.ink, box)) / PX_PER_MM**2
