"""From what was seen in a form's zones to a reading of each field, with its alternatives."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import cv2
import numpy as np

from pipeline import fields
from pipeline.decoding.numbering import without_numbers
from pipeline.fields import FieldType
from pipeline.forms.blank import PX_PER_MM
from pipeline.forms.constraints import NAMES_PEOPLE
from pipeline.forms.zone import Zone
from pipeline.geometry import BoxMm, bounding_box
from pipeline.paper.dropout import CleanPage
from pipeline.paper.lines import WrittenLine, line_field
from pipeline.reading.marks import less_sure, read_options, traces_mm2
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
            readings.append(read_options(zone, zones, seen, clean, page=page))
        elif zone.repeated:
            is_list = fields.means(zone.type) in NAMES_PEOPLE  # else a number is what is asked
            names = {i: line_field(zone, i) for i in range(len(zone.lines))}
            whole = {i: seen[name] for i, name in names.items() if name in seen}
            readings += [
                replace(
                    _read_lines(names[i], zone, lines, page),
                    raw=" / ".join(line.text for line in whole[i]),
                )
                for i, lines in (without_numbers(whole) if is_list else whole).items()
            ]
        else:
            reading = _read_lines(zone.field, zone, seen.get(zone.field, ()), page)
            speckled = zone.field not in seen and traces_mm2(clean, zone.box_mm) > _SPECK_MM2
            readings.append(less_sure(reading, _SPECKLED) if speckled else reading)
    return tuple(readings)


def _read_lines(name: str, zone: Zone, lines: tuple[LineEvidence, ...], page: int) -> FieldReading:
    exact = bool(lines) and all(line.exact for line in lines)
    candidates = zone.field_type.read(lines)
    reading = FieldReading(
        field=name,
        type=zone.type,
        page=page,
        box_mm=bounding_box([line.box_mm for line in lines]) if lines else zone.box_mm,
        raw=" / ".join(line.text for line in lines),
        candidates=candidates,
        origin=Origin.TEXT_LAYER if exact else Origin.OCR,
    )
    return less_sure(reading, min(line.confidence for line in lines)) if exact else reading


def less_sure_over_print(
    readings: Iterable[FieldReading], lines: Iterable[WrittenLine]
) -> tuple[FieldReading, ...]:
    """The readings, those of lines that run on over the form's print in doubt."""
    over = {line.field for line in lines if line.over_print}
    return tuple(less_sure(r, _OVER_PRINT) if r.field in over else r for r in readings)


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
    lines = [*lines]
    types = {line.field: line.zone.field_type for line in lines}
    over = {
        line.field
        for line in lines
        if line.field in held and _is_written_over(line, [e.box_mm for e in held[line.field]])
    }
    return tuple(
        Finding("no_ink_beside_typed_text", Severity.REVIEW, (reading.field,), (reading.raw,))
        for reading in readings
        if reading.field in held and reading.field in seen
        if reading.field in over or not _agrees(reading, seen[reading.field], types[reading.field])
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


def _agrees(reading: FieldReading, seen: tuple[LineEvidence, ...], kind: FieldType) -> bool:
    """Whether the engine may have read the same value: exactly that, or nearly so for words."""
    candidates = kind.read(seen)
    if candidates and candidates[0].value == reading.value:
        return True
    alike = similarity(_bare(reading.raw), _bare(" ".join(line.text for line in seen)))
    return alike >= (_ALIKE if kind.lettered else 1.0)


def _bare(text: str) -> str:
    return "".join(c for c in fold(text) if c.isalnum())
