"""From what was seen in a form's zones to a reading of each field, with its alternatives."""

import re
from collections.abc import Iterator, Mapping

import cv2
import numpy as np

from pipeline import fields
from pipeline.fields import checkbox
from pipeline.forms.blank import PX_PER_MM, BlankPage
from pipeline.forms.schema import Zone
from pipeline.geometry import BoxMm, bounding_box
from pipeline.records import AlignedPage, FieldReading, LineEvidence, Origin
from pipeline.stages.dropout import CleanPage, crop
from pipeline.stages.recognize import line_field

_MARK_REACH_MM = 0.8
"""A tick overshoots its box."""
_PRINT_NEAR_MM = 6.0
"""A word of the text layer within this of the same printed word is that word."""
_LEADERS = re.compile(r"[.…_]{2,}")
_TICKED = {"☒": 1.0, "☐": 0.0}


def text_layer_lines(aligned: AlignedPage, blank: BlankPage) -> dict[str, tuple[LineEvidence, ...]]:
    """The text the file itself holds, by field (``paiement:postal`` for a box), print left out."""
    words: dict[tuple[str, BoxMm], list[tuple[float, str]]] = {}
    for text, left_mm, x_mm, y_mm in _words(aligned):
        if any(
            text == word.text and word.box_mm.grown(_PRINT_NEAR_MM, 1.0).contains(x_mm, y_mm)
            for word in blank.words
        ):
            continue
        for zone in blank.form.zones_of(blank.number):
            for i, line in enumerate(zone.lines):
                if line.contains(x_mm, y_mm):
                    words.setdefault((line_field(zone, i), line), []).append((left_mm, text))
            for option, box in zone.boxes.items():
                reach = box.grown(_MARK_REACH_MM, _MARK_REACH_MM)
                if text in _TICKED and reach.contains(x_mm, y_mm):
                    words.setdefault((f"{zone.field}:{option}", box), []).append((left_mm, text))
    lines: dict[str, tuple[LineEvidence, ...]] = {}
    for (name, box), found in words.items():
        text = " ".join(word for _, word in sorted(found))
        lines[name] = (*lines.get(name, ()), LineEvidence(text, 1.0, box, exact=True))
    return lines


def _words(aligned: AlignedPage) -> Iterator[tuple[str, float, float, float]]:
    """Each word of the text layer with its left edge and its middle in mm.

    A run tells only its own box: its words are taken to share it out by their length.
    """
    for run in aligned.page.runs:
        text = _LEADERS.sub(lambda dots: " " * len(dots[0]), run.text)
        box = run.box_px
        for word in re.finditer(r"\S+", text):
            start, end = (box.x + box.w * at / len(text) for at in word.span())
            y_px = box.y + box.h / 2
            (left_mm, _), (x_mm, y_mm) = aligned.homography.to_mm(
                np.array([[start, y_px], [(start + end) / 2, y_px]])
            )
            yield word[0], left_mm, x_mm, y_mm


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
            names = [line_field(zone, i) for i in range(len(zone.lines))]
            readings += [_read_lines(n, zone, seen[n], page) for n in names if n in seen]
        else:
            readings.append(_read_lines(zone.field, zone, seen.get(zone.field, ()), page))
    return tuple(readings)


def _read_lines(name: str, zone: Zone, lines: tuple[LineEvidence, ...], page: int) -> FieldReading:
    exact = bool(lines) and all(line.exact for line in lines)
    return FieldReading(
        field=name,
        type=zone.type,
        page=page,
        box_mm=bounding_box([line.box_mm for line in lines]) if lines else zone.box_mm,
        raw=" / ".join(line.text for line in lines),
        candidates=fields.load(zone.type).read(lines),
        origin=Origin.TEXT_LAYER if exact else Origin.OCR,
    )


def _read_boxes(
    zone: Zone,
    seen: Mapping[str, tuple[LineEvidence, ...]],
    clean: CleanPage,
    page: int,
) -> FieldReading:
    held = {option: seen.get(f"{zone.field}:{option}") for option in zone.boxes}
    ink = {
        option: _TICKED[lines[0].text] if (lines := held[option]) else _ink_share(clean, box)
        for option, box in zone.boxes.items()
    }
    return FieldReading(
        field=zone.field,
        type=zone.type,
        page=page,
        box_mm=zone.box_mm,
        raw=" ".join(f"{option}:{share:.2f}" for option, share in ink.items()),
        candidates=checkbox.read_marks(ink),
        origin=Origin.TEXT_LAYER if all(held.values()) else Origin.OCR,
    )


def _ink_share(clean: CleanPage, box: BoxMm) -> float:
    """Ink in and around a printed box, as a share of the box's area."""
    around = crop(clean.ink, box.grown(_MARK_REACH_MM, _MARK_REACH_MM))
    return min(1.0, cv2.countNonZero(around) / (box.w * box.h * PX_PER_MM**2))
