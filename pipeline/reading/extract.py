"""From what was seen in a form's zones to a reading of each field, with its alternatives."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np

from pipeline import fields
from pipeline.decoding.numbering import without_numbers
from pipeline.forms.blank import PX_PER_MM, BlankPage
from pipeline.forms.zone import Zone
from pipeline.geometry import BoxMm, bounding_box
from pipeline.intake.pdfbuttons import TICKED, UNSURE, UNTICKED
from pipeline.paper.dropout import CleanPage
from pipeline.paper.lines import WrittenLine, line_field
from pipeline.reading.marks import is_mark, less_sure, read_options, traces_mm2
from pipeline.reading.near import REACH_MM
from pipeline.records import (
    AlignedPage,
    FieldReading,
    Finding,
    LineEvidence,
    Origin,
    Severity,
    TextRun,
)
from pipeline.text import fold, similarity

_SPECK_MM2, _SPECKLED = 0.15, 0.9
"""So much ink, or what may be ink, in a field without a line may be what a scanner left of a faint
pen: then it is empty with this probability, of what it is otherwise."""
_OVER_PRINT = 0.5
"""What is read of a line that runs on over print is right this often, of what it is otherwise."""
_PRINT_NEAR_MM = 6.0
"""A word of the text layer within this of the same printed word is that word."""
_LEADERS = re.compile(r"[.…_]{2,}")
_BUTTONS = (TICKED, UNSURE, UNTICKED)
_SAME_ROW = 0.5
"""Words whose middles are apart by less than this share of their height stand in one row."""
_ROW_MM = 5.0
"""The height of a row of typed text, where the form's lines do not tell it."""
_UNSURE = 0.5
"""The confidence of text that is known while its place or order is not."""
_INK_GRAY = 140
_DRAWN_REACH_MM = 0.7
_MAX_INK_BESIDE_MM2 = 0.8
"""More ink than this outside a text's box is not the text itself, drawn a little beside it."""
_LETTERS_JOINED = (6.0, 3.0)
"""Typed letters stand apart: what is longer than so many mm, and times its height, is a stroke."""
_ALIKE = 0.75


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of the text layer on the form; ``line`` is known where its form field tells it.

    ``sure``: whether its place is known, and not only guessed from the box of its run; ``run`` is
    that run.
    """

    text: str
    box_mm: BoxMm
    run: TextRun
    line: tuple[str, BoxMm] | None = None
    sure: bool = True

    @property
    def middle(self) -> tuple[float, float]:
        return self.box_mm.x + self.box_mm.w / 2, self.box_mm.y + self.box_mm.h / 2


def text_layer_lines(aligned: AlignedPage, blank: BlankPage) -> dict[str, tuple[LineEvidence, ...]]:
    """The text the file itself holds and the page shows, by field (``paiement:postal`` for a box),
    print left out.

    ``box_mm`` is where that text stands. Its confidence is below 1 where rows of text share a line
    or it is not certain on which line they stand.
    """
    held: dict[str, tuple[LineEvidence, ...]] = {}
    for name, words in _placed(aligned, blank):
        if shown := [word for word in words if not word.run.hidden]:
            held[name] = (*held.get(name, ()), _evidence(shown))
    return held


def hidden_text(aligned: AlignedPage, blank: BlankPage) -> tuple[Finding, ...]:
    """A finding for each field with text in the file that the page does not show, or not surely.

    Somebody erased it, or it is there to deceive, or a copier guessed it: what counts is what the
    page shows, and a person should know.
    """
    texts: dict[tuple[str, bool], list[str]] = {}
    for name, words in _placed(aligned, blank):
        for word in words:
            # Leader dots and the like say nothing, whoever hides them.
            if any(map(str.isalnum, word.text)) and (word.run.hidden or not word.run.sure):
                texts.setdefault((name.split(":")[0], word.run.hidden), []).append(word.text)
    return tuple(
        Finding(
            "no_hidden_text",
            Severity.REVIEW,
            (field,),
            ("hidden" if hidden else "unsure", " ".join(words)),
        )
        for (field, hidden), words in texts.items()
    )


def _placed(aligned: AlignedPage, blank: BlankPage) -> Iterator[tuple[str, list[_Word]]]:
    """The words of the text layer on each line and box of the form from the top, less its print."""
    zones = blank.form.zones_of(blank.number)
    lines = [(line_field(zone, i), box) for zone in zones for i, box in enumerate(zone.lines)]
    boxes = [
        (f"{zone.field}:{option}", box.grown(REACH_MM, REACH_MM))
        for zone in zones
        for option, box in zone.boxes.items()
    ]
    words: dict[tuple[str, BoxMm], list[_Word]] = {}
    for word in _words(aligned, lines):
        if any(
            word.text == printed.text
            and printed.box_mm.grown(_PRINT_NEAR_MM, 1.0).contains(*word.middle)
            for printed in blank.words
        ):
            continue
        places = [word.line] if word.line else [p for p in lines if p[1].contains(*word.middle)]
        of_boxes = [place for place in boxes if place[1].contains(*word.middle)]
        if word.text in _BUTTONS or (of_boxes and is_mark(word.text)):
            places = of_boxes
        elif word.run.hidden or not places:
            places = [*places, *of_boxes]
        for place in places:
            words.setdefault(place, []).append(word)
    for (name, _), words_there in sorted(words.items(), key=lambda entry: entry[0][1].y):
        yield name, words_there


def _evidence(words: list[_Word]) -> LineEvidence:
    """The words of one line in reading order: row by row from the top, each from the left."""
    rows: list[list[_Word]] = []
    for word in sorted(words, key=lambda w: w.middle[1]):
        if rows and word.middle[1] - rows[-1][0].middle[1] < _SAME_ROW * word.box_mm.h:
            rows[-1].append(word)
        else:
            rows.append([word])
    text = " ".join(word.text for row in rows for word in sorted(row, key=lambda w: w.box_mm.x))
    sure = len(rows) == 1 and all(word.sure for word in words)
    box = bounding_box([word.box_mm for word in words])
    return LineEvidence(text, 1.0 if sure else _UNSURE, box, exact=True)


def _words(aligned: AlignedPage, lines: list[tuple[str, BoxMm]]) -> Iterator[_Word]:
    """Each word of the text layer with its box.

    A run tells only its own box: its words are taken to share it out by their length, and the rows
    of a form field to stand one on each of the form's lines that it covers.
    """
    for run in aligned.page.runs:
        corners = aligned.homography.to_mm(run.box_px.corners())
        (x, y), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
        box = BoxMm(float(x), float(y), float(right - x), float(bottom - y))
        covered = [line for line in lines if _covers(box, line[1])]
        one_zone = len({name.split(".")[0] for name, _ in covered}) <= 1
        rows = run.text.split("\n")
        height = box.h / len(rows)
        if len(rows) > 1 and not (covered and one_zone):
            height = min(height, _ROW_MM)
        for i, row in enumerate(rows):
            line = None
            if covered and one_zone and max(len(rows), len(covered)) > 1:
                line = covered[min(i, len(covered) - 1)]
            row_box = BoxMm(box.x, box.y + i * height, box.w, height)
            parts = list(_shared_out(row, row_box))
            sure = one_zone and (len(parts) == 1 or row_box.w >= row_box.h)
            yield from (_Word(text, word_box, run, line, sure) for text, word_box in parts)


def _shared_out(text: str, box: BoxMm) -> Iterator[tuple[str, BoxMm]]:
    """The words of a row with their boxes; in a tall box they are taken to run down it."""
    text = _LEADERS.sub(lambda dots: " " * len(dots[0]), text)
    for word in re.finditer(r"\S+", text):
        start, share = word.start() / len(text), len(word[0]) / len(text)
        if box.w >= box.h:
            yield word[0], BoxMm(box.x + start * box.w, box.y, share * box.w, box.h)
        else:
            yield word[0], BoxMm(box.x, box.y + start * box.h, box.w, share * box.h)


def _covers(box: BoxMm, line: BoxMm) -> bool:
    """Whether a run stands over the middle of a line, or a good part of it, as wide as text is."""
    shared = min(box.right, line.right) - max(box.x, line.x)
    level = box.y <= line.y + line.h / 2 <= box.bottom
    return level and box.w > box.h and shared >= min(box.w, line.w) / 2


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
            speckled = zone.field not in seen and traces_mm2(clean, zone.box_mm) > _SPECK_MM2
            readings.append(less_sure(reading, _SPECKLED) if speckled else reading)
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
    return less_sure(reading, min(line.confidence for line in lines)) if exact else reading


def less_sure_over_print(
    readings: Iterable[FieldReading], lines: Iterable[WrittenLine]
) -> tuple[FieldReading, ...]:
    """The readings, those of lines that run on over the form's print in doubt."""
    over = {line.field for line in lines if line.over_print}
    return tuple(less_sure(r, _OVER_PRINT) if r.field in over else r for r in readings)


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
