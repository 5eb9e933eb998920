"""Is every field there, and whole? Where print is gone, what was written may be gone, too.

The leader dots, rules and boxes printed in a field are looked for all along it: a label, correction
fluid, a folded corner or the scanner's edge hides them, a pen does not.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.fields import Drawn
from pipeline.forms.blank import PX_PER_MM, BlankPage
from pipeline.forms.schema import Form
from pipeline.forms.zone import Zone
from pipeline.geometry import BoxMm, bounding_box
from pipeline.paper.dropout import CleanPage, crop
from pipeline.paper.lines import line_field
from pipeline.records import AlignedPage, Finding, Gray, Mask, Severity

WHOLE_FORM = "whole_form"
_OVERLAID = 0.02
"""So much of the zones may lie under a neighbour's edge."""
_CELL_PX = 13
"""Print is looked for in cells of this width along a line: leader dots stand 1.3 mm apart."""
_REACH_PX = 7
"""So far from its place print may lie, on bent paper."""
_FAINT = 0.5
"""Print fainter than this share of the page's usual is gone."""
_LETTER_PX, _LETTERS_PX = 7, 33
"""So much ink in a column is of a letter, which may stand in a white box that a computer drew over
the dots, and so may what is as near as that on either side of it."""
_LEAST_CELLS = 4
_BY_CHANCE = 1e-3
"""Fewer pages than this lose so much print to a faint copy alone."""
_LOST = (0.02, 0.5)
"""What share of the print a copy loses, at least and at most."""
_TYPED_OVER = 0.7
_BROAD_PX = 17
"""No stroke of a pen is as broad, nor a dot."""
_BOX_MARGIN_MM, _BOX_BROAD_PX = 4.0, 45
"""No filled-in check box is as broad; so much around one is looked at."""
_SAMPLES = 21
_SHOWN, _CUT = 0.9, 0.5
"""A line of which the picture shows less than the first is cut; less than the second, not there."""


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """A line or check box of a zone: the cells (n) that hold print, and where that may lie, 255,
    in ``searched_mm``: a rule at the box's edge may lie a little outside."""

    field: str
    zone: Zone
    box_mm: BoxMm
    searched_mm: BoxMm
    printed: NDArray[np.bool_]
    near: Mask


def shown_fields(aligned: AlignedPage, blank: BlankPage) -> frozenset[str]:
    """The fields of which the picture shows at least a line."""
    return frozenset(
        line.zone.field for line in _lines(blank) if _share_shown(aligned, line.box_mm) >= _CUT
    )


def find_covered(aligned: AlignedPage, clean: CleanPage, blank: BlankPage) -> tuple[Finding, ...]:
    """A finding where the form was cut off, and one for each field that something lies over."""
    lines = _lines(blank)
    shares = [_share_shown(aligned, line.box_mm) for line in lines]
    there = [line for line, share in zip(lines, shares, strict=True) if share >= _CUT]
    shown = {line.zone.field for line in there}
    gone = dict.fromkeys(line.zone.field for line in lines if line.zone.field not in shown)
    findings = []
    if gone or aligned.shown_mm:
        findings.append(_finding(WHOLE_FORM, blank.form, tuple(gone), "cut"))
    cut = {
        line.field
        for line, share in zip(lines, shares, strict=True)
        if share < _SHOWN and line.zone.field in shown
    }
    hidden = cut | set(_covered(there, aligned, clean))
    partly = dict.fromkeys(line.field for line in lines if line.field in hidden)
    findings += [_finding("whole_field", blank.form, (field,)) for field in partly]
    return tuple(findings)


def find_overlaid(
    aligned: AlignedPage, blank: BlankPage, beside: Iterable[tuple[AlignedPage, BlankPage]]
) -> tuple[Finding, ...]:
    """A finding where another sheet of the picture lies over the zones: not both can be whole."""
    zones = [zone.box_mm for zone in blank.form.zones_of(blank.number)]
    own = _outline(aligned, bounding_box(zones))
    for other, its_blank in beside:
        paper = BoxMm(0.0, 0.0, its_blank.width_mm, its_blank.height_mm)
        over = _outline(other, other.shown_mm or paper)
        if cv2.intersectConvexConvex(own, over)[0] > _OVERLAID * cv2.contourArea(own):
            return (_finding(WHOLE_FORM, blank.form, (), "overlaid"),)
    return ()


def _outline(aligned: AlignedPage, box: BoxMm) -> NDArray[np.float32]:
    """(4, 2): a box of the form as the picture shows it, in px."""
    return aligned.homography.to_px(box.corners()).astype(np.float32)


def _finding(rule: str, form: Form, fields: tuple[str, ...], *facts: str) -> Finding:
    """Who is uncounted is known only where all who are named and counted are."""
    people = (*form.people.zones_named, *form.counted) if form.people and form.uncounted else ()
    if not {*people}.isdisjoint(f.split(".")[0] for f in fields):
        fields += (form.uncounted,)
    return Finding(rule, Severity.REVIEW, fields, facts)


def _share_shown(aligned: AlignedPage, box: BoxMm) -> float:
    """The share of a line that lies in the picture, and on the piece of the form that it shows."""
    xs = np.linspace(box.x, box.right, _SAMPLES)
    middle_mm = np.column_stack([xs, np.full(_SAMPLES, box.y + box.h / 2)])
    height, width = aligned.page.image.shape
    there = aligned.homography.to_px(middle_mm)
    inside = (there >= -0.5).all(axis=1) & (there <= (width - 0.5, height - 0.5)).all(axis=1)
    if aligned.shown_mm:
        inside &= np.array([aligned.shown_mm.contains(x, y) for x, y in middle_mm])
    return float(inside.mean())


@cache
def _lines(blank: BlankPage) -> tuple[_Line, ...]:
    """Every line, check box and printed word of the page's zones."""
    places = [
        (name, zone, box, is_word)
        for zone in blank.form.zones_of(blank.number)
        for name, box, is_word in (
            *((line_field(zone, i), box, False) for i, box in enumerate(zone.lines)),
            *((zone.field, box, option in zone.words_mm) for option, box in zone.boxes.items()),
        )
    ]
    return tuple(
        _line(blank, name, zone, box, is_hidden=is_word or zone.drawn is not Drawn.MARK)
        for name, zone, box, is_word in places
    )


def _line(blank: BlankPage, name: str, zone: Zone, box: BoxMm, *, is_hidden: bool) -> _Line:
    """``is_hidden``: a photo is glued over its print, or a word is meant to be drawn over."""
    searched = box.grown(0.0, _REACH_PX / PX_PER_MM)
    own = cv2.compare(crop(blank.from_sure_print_px, searched), 0, cv2.CMP_EQ)
    (_, top), inside = _corner_px(box, searched), crop(blank.from_sure_print_px, box)
    own[:top] = 0
    own[top + len(inside) :] = 0
    printed = _by_cell(own) > 0
    near = cv2.dilate(own, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * _REACH_PX + 1,) * 2))
    return _Line(name, zone, box, searched, printed & (not is_hidden), np.asarray(near, np.uint8))


def _by_cell(image: Mask) -> Mask:
    """The greatest value in each cell along a line; a rest at its end belongs to no cell."""
    columns = cv2.reduce(image, 0, cv2.REDUCE_MAX)[0]
    cells = len(columns) // _CELL_PX
    return np.asarray(columns[: cells * _CELL_PX].reshape(cells, _CELL_PX).max(axis=1))


def _covered(lines: Sequence[_Line], aligned: AlignedPage, clean: CleanPage) -> Iterator[str]:
    """The fields of the lines in which print is missing over a stretch that no faint copy loses."""
    if not lines:
        return
    strokes = [_strokes(clean.image, line) for line in lines]
    seen = [_by_cell(all_ & line.near) for all_, line in zip(strokes, lines, strict=True)]
    printed = np.concatenate([s[line.printed] for s, line in zip(seen, lines, strict=True)])
    if not printed.size:
        return
    least = _FAINT * float(np.median(printed))
    gaps = [
        ((dark < least) & ~_written(of_line, least))[line.printed]
        for line, of_line, dark in zip(lines, strokes, seen, strict=True)
    ]
    lost = float(np.clip(np.median([gap.mean() for gap in gaps if gap.size]), *_LOST))
    for line, gap in zip(lines, gaps, strict=True):
        for start, stop in _stretches(gap):
            whole = gap.all()
            likely = lost ** (stop - start) * (1 if whole else printed.size)
            long_enough = whole or stop - start >= _LEAST_CELLS
            if (
                long_enough
                and likely < _BY_CHANCE
                and not _is_typed_over(line, start, stop, aligned)
            ):
                yield line.field


def _strokes(image: Gray, line: _Line) -> Gray:
    """How much darker a stroke or dot is than what it stands on, be it a dark label.

    A check box may be filled in all over.
    """
    margin_mm, broad = (_BOX_MARGIN_MM, _BOX_BROAD_PX) if line.zone.boxes else (0.0, _BROAD_PX)
    outer = line.searched_mm.grown(margin_mm, margin_mm)
    strokes = cv2.morphologyEx(
        crop(image, outer), cv2.MORPH_BLACKHAT, np.ones((broad, broad), np.uint8)
    )
    (left, top), (height, width) = _corner_px(line.searched_mm, outer), line.near.shape
    return np.asarray(strokes[top : top + height, left : left + width], dtype=np.uint8)


def _corner_px(box: BoxMm, outer: BoxMm) -> tuple[int, int]:
    """Where in the ``crop`` of a box around it, which the page's edge may cut off, a box begins."""
    edges = ((box.x, outer.x), (box.y, outer.y))
    left, top = (
        max(0, round(own * PX_PER_MM)) - max(0, round(start * PX_PER_MM)) for own, start in edges
    )
    return left, top


def _written(strokes: Gray, least: float) -> NDArray[np.bool_]:
    """The cells of a line in which letters stand, or near which."""
    ink = cv2.compare(strokes, least, cv2.CMP_GE)
    amount = cv2.reduce(ink, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)
    letters = cv2.compare(amount, 255.0 * _LETTER_PX, cv2.CMP_GE)
    near = cv2.dilate(letters, np.ones((1, _LETTERS_PX), np.uint8))
    return np.asarray(_by_cell(near) > 0)


def _stretches(missing: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """(start, stop) of each stretch of cells that are missing."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], missing.astype(np.int8), [0]])))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def _is_typed_over(line: _Line, start: int, stop: int, aligned: AlignedPage) -> bool:
    """Whether text that the file itself holds stands there: a form field may paint its paper.

    From one of the line's printed cells up to another.
    """
    cells = np.flatnonzero(line.printed)[start:stop]
    first_mm, last_mm = (
        line.box_mm.x + n * _CELL_PX / PX_PER_MM for n in (cells[0], cells[-1] + 1)
    )
    for run in aligned.page.runs:
        corners = aligned.homography.to_mm(run.box_px.corners())
        (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
        shared_mm = min(right, last_mm) - max(left, first_mm)
        level = top < line.box_mm.bottom and bottom > line.box_mm.y
        if level and shared_mm > _TYPED_OVER * (last_mm - first_mm):
            return True
    return False
