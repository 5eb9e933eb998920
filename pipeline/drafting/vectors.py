"""A blank as its file draws it: its words, strokes and shades, from the vectors of a PDF.

All is told in mm of the page as a viewer shows it: turned, and cut to its crop box.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from math import hypot
from pathlib import Path
from typing import Any

import pdfplumber

from pipeline.drafting.dotted import dotted
from pipeline.drafting.linework import (
    enclosed,
    in_order,
    is_level,
    joined,
    overlap,
    sides,
    without_doubles,
)
from pipeline.drafting.records import Print, Sheet
from pipeline.geometry import BoxMm, bounding_box

_MM_PER_PT = 25.4 / 72
_THIN_MM = 1.0
"""A rectangle as thin as that is a stroke."""
_LEAST_STROKE_MM = 1.0
_WHITE, _LIGHT = 0.985, 0.72
"""Brightness from which a colour is paper, and from which one can still write on it."""
_ASCENT, _DESCENT = 0.74, 0.2
"""How far letters reach above and below their base line, in sizes of the font."""
_BOLD = re.compile(r"bold|black|heavy|demi", re.IGNORECASE)
_PICTURED = re.compile(r"wingding|dingbat|webdings|symbol", re.IGNORECASE)
_SQUARES = frozenset("opqrm¨£x\uf06f\uf0a8\uf071\uf072\uf0a3\uf070\uf06d\uf078")
"""The check boxes of picture fonts, as these code them."""
_DRAWN_SQUARES = frozenset("□❑❒❏❐☐▢◻⬜☑☒🞎🗆⎕")
"""And as all fonts do."""
_SQUARE_WIDE, _SQUARE_HIGH = 0.69, 0.7
"""A printed square stands on its base line and is so large, in sizes of its font."""
_CELLS = re.compile(r"\|(?:_+\|){2,}")
_LEADERS = re.compile(r"[._…‥·]+(?:/[._…‥·]+)*")
_LEADER = re.compile(r"[._…‥·/]+")
_LEADER_GAP_MM, _LEAST_LEADERS, _LEAST_RUN_MM = 2.6, 3, 4.5
"""How far above its underscores a printed comb cell begins, in sizes of the font."""
_ON_SIDE, _NEAR_CORNER, _ROUND = 0.03, 0.35, 0.8
_OVER_MM = 0.8
_LEAST_LETTERS, _PICTURE_SHARE, _LEAST_DRAWN = 40, 0.5, 3
"""A page with fewer letters is a picture, as is what pictures cover so much of, and on which
little else is drawn: its text is what a copier made of it."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A word, or a run of leaders, with its characters as pdfplumber gives them."""

    text: str
    chars: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class _View:
    """Where the crop box lies on the page, in points."""

    left: float
    top: float
    width_mm: float
    height_mm: float

    def box(self, x0: float, top: float, x1: float, bottom: float) -> BoxMm:
        return BoxMm(
            (x0 - self.left) * _MM_PER_PT,
            (top - self.top) * _MM_PER_PT,
            (x1 - x0) * _MM_PER_PT,
            (bottom - top) * _MM_PER_PT,
        )

    def shows(self, box: BoxMm) -> bool:
        """Whether any of it, if it has breadth or not, is on the page."""
        return (
            box.right >= -_OVER_MM
            and box.x <= self.width_mm + _OVER_MM
            and box.bottom >= -_OVER_MM
            and box.y <= self.height_mm + _OVER_MM
        )


@dataclass(slots=True)
class _Drawn:
    """What is drawn on a page. ``paper`` are white rectangles, ``shades`` all others."""

    rules: list[BoxMm]
    white: list[BoxMm]
    shapes: list[BoxMm]
    paper: list[BoxMm]
    shades: list[tuple[BoxMm, float]]


def sheets_of_pdf(path: Path) -> tuple[Sheet, ...]:
    """Every page of a PDF, without places. Raises whatever pdfplumber does on a damaged file."""
    return tuple(sheet for sheet, _ in pages_of_pdf(path))


def pages_of_pdf(path: Path) -> tuple[tuple[Sheet, bool], ...]:
    """Every page, and whether it is a picture only: a scan, or letters drawn as outlines.

    Raises as ``sheets_of_pdf``.
    """
    with pdfplumber.open(path) as document:
        sheets = [(_sheet(page, number), page) for number, page in enumerate(document.pages, 1)]
        return tuple((sheet, _is_picture(sheet, page)) for sheet, page in sheets)


def _is_picture(sheet: Sheet, page: Any) -> bool:
    if sum(len(word.text) for word in sheet.words) < _LEAST_LETTERS:
        return bool(page.images or page.curves or page.rects or page.lines)
    covered = sum(image["width"] * image["height"] for image in page.images)
    drawn = len(sheet.rules) + len(sheet.frames) + len(sheet.dots)
    return covered >= _PICTURE_SHARE * page.width * page.height and drawn < _LEAST_DRAWN


def _sheet(page: Any, number: int) -> Sheet:
    left, top, right, bottom = page.cropbox
    view = _View(left, top, (right - left) * _MM_PER_PT, (bottom - top) * _MM_PER_PT)
    words, dots, cells = _print(page, view)
    drawn = _drawing(page, view)
    shades = [box for box, _ in drawn.shades]
    rules = [
        *drawn.rules,
        *(rule for rule in drawn.white if any(overlap(rule.grown(0.1, 0.1), s) for s in shades)),
    ]
    # White paper matters where it lies on a shade, as the cells of a comb may.
    cut_out = [box for box in drawn.paper if any(_within(box, shade) for shade in shades)]
    edged = [*drawn.shapes, *cut_out]
    light = [box for box, brightness in drawn.shades if brightness >= _LIGHT]
    dark = [box for box, brightness in drawn.shades if brightness < _LIGHT]
    crossed = [box for box in light if any(_crosses(rule, box) for rule in drawn.white)]
    every = joined((*rules, *(side for box in (*edged, *crossed, *dark) for side in sides(box))))
    frames = [
        frame
        for frame in enclosed(every, view.width_mm, view.height_mm)
        if not any(overlap(frame, band) > 0.8 * frame.w * frame.h for band in dark)
    ]
    runs, strokes = dotted(rules, frames)
    return Sheet(
        number,
        view.width_mm,
        view.height_mm,
        words,
        strokes,
        without_doubles(in_order((*frames, *edged, *cells))),
        without_doubles(in_order(light)),
        in_order((*dots, *runs)),
    )


def _within(box: BoxMm, outer: BoxMm) -> bool:
    return overlap(box, outer) >= 0.95 * box.w * box.h and box.w * box.h < 0.95 * outer.w * outer.h


def _crosses(rule: BoxMm, shade: BoxMm) -> bool:
    return overlap(rule.grown(0.05, 0.05), shade) > 0


def _print(page: Any, view: _View) -> tuple[tuple[Print, ...], list[BoxMm], list[BoxMm]]:
    """The words, the runs of leader dots and underscores, and the cells printed as ``|_|_|``."""
    read = page.dedupe_chars().extract_words(
        x_tolerance_ratio=0.18, y_tolerance=2, keep_blank_chars=False, return_chars=True
    )
    pieces = [piece for word in read for piece in _pieces(word["chars"])]
    words: list[Print] = []
    leaders: list[_Piece] = []
    cells: list[BoxMm] = []
    for piece in pieces:
        if _CELLS.fullmatch(piece.text):
            cells += _cells(piece, view)
        elif _LEADER.fullmatch(piece.text):
            leaders.append(piece)
        else:
            words.append(_word(piece, view))
    runs, rest = _runs(leaders, view)
    words += [_word(piece, view) for piece in rest]
    shown = [word for word in words if word.text and view.shows(word.box_mm)]
    return tuple(sorted(shown, key=lambda w: (round(w.box_mm.y), w.box_mm.x))), runs, cells


def _pieces(chars: Sequence[Mapping[str, Any]]) -> Iterator[_Piece]:
    """A word's own letters apart from the check squares and leaders that stick to it."""
    for is_square, run in groupby(chars, key=_is_square):
        own = list(run)
        yield from map(_square, own) if is_square else _lettered(own)


def _is_square(char: Mapping[str, Any]) -> bool:
    text = char["text"]
    return text in _DRAWN_SQUARES or (text in _SQUARES and bool(_PICTURED.search(char["fontname"])))


def _square(char: Mapping[str, Any]) -> _Piece:
    return _Piece("□", (char,))


def _lettered(chars: Sequence[Mapping[str, Any]]) -> Iterator[_Piece]:
    text = "".join(char["text"][:1] or " " for char in chars)
    start = 0
    for match in re.finditer(rf"{_CELLS.pattern}|{_LEADERS.pattern}", text):
        long_enough = len(match[0]) >= _LEAST_LEADERS or "…" in match[0] or match[0] == text
        if not long_enough:
            continue
        if start < match.start():
            yield _piece(chars[start : match.start()])
        yield _piece(chars[match.start() : match.end()])
        start = match.end()
    if start < len(chars):
        yield _piece(chars[start:])


def _piece(chars: Sequence[Mapping[str, Any]]) -> _Piece:
    return _Piece("".join(char["text"] for char in chars).strip(), tuple(chars))


def _word(piece: _Piece, view: _View) -> Print:
    size = float(piece.chars[0]["size"])
    bold = sum(bool(_BOLD.search(char["fontname"])) for char in piece.chars) * 2 > len(piece.chars)
    return Print(piece.text, _box_of(piece, view), size * _MM_PER_PT, bold)


def _box_of(piece: _Piece, view: _View) -> BoxMm:
    return bounding_box([_letter(char, view) for char in piece.chars])


def _letter(char: Mapping[str, Any], view: _View) -> BoxMm:
    """A letter's box, as high as letters are: what a font says of itself may be anything."""
    size, base = char["size"], char["top"] + char["y1"] - char["matrix"][5]
    if not char["upright"]:
        return view.box(char["x0"], char["top"], char["x1"], char["bottom"])
    if not char["top"] <= base <= char["bottom"] + size:  # drawn upside down
        base = char["bottom"] - _DESCENT * size
    if _is_square(char):  # of a font that is not in the file no width may be known
        wide, high = _SQUARE_WIDE * size, _SQUARE_HIGH * size
        x = char["x0"] + max(0.05 * size, (char["x1"] - char["x0"] - wide) / 2)
        return view.box(x, base - high, x + wide, base)
    return view.box(char["x0"], base - _ASCENT * size, char["x1"], base + _DESCENT * size)


def _cells(piece: _Piece, view: _View) -> Iterator[BoxMm]:
    boxes = [_letter(c, view) for c, t in zip(piece.chars, piece.text, strict=False) if t == "|"]
    for before, after in pairwise(boxes):
        x, right = before.x + before.w / 2, after.x + after.w / 2
        yield BoxMm(x, before.y, right - x, before.h)


def _runs(leaders: Sequence[_Piece], view: _View) -> tuple[list[BoxMm], list[_Piece]]:
    """Leaders in one line and near each other make a run, as thin as the dots; and what is none."""
    groups: list[list[_Piece]] = []
    for piece in sorted(leaders, key=lambda p: (round(_base(p, view), 0), _box_of(p, view).x)):
        if groups and _goes_on(groups[-1][-1], piece, view):
            groups[-1].append(piece)
        else:
            groups.append([piece])
    runs, rest = [], []
    for group in groups:
        box = bounding_box([_box_of(piece, view) for piece in group])
        count = sum(3 if c == "…" else 1 for piece in group for c in piece.text)
        if count >= _LEAST_LEADERS and box.w >= _LEAST_RUN_MM:
            base = _base(group[0], view)
            runs.append(BoxMm(box.x, base - 0.3, box.w, 0.3))
        else:
            rest += group
    return runs, rest


def _base(piece: _Piece, view: _View) -> float:
    return _box_of(piece, view).bottom - _DESCENT * float(piece.chars[0]["size"]) * _MM_PER_PT


def _goes_on(before: _Piece, piece: _Piece, view: _View) -> bool:
    gap = _box_of(piece, view).x - _box_of(before, view).right
    level = abs(_base(before, view) - _base(piece, view)) < 0.5
    return level and -1 < gap <= _LEADER_GAP_MM


def _drawing(page: Any, view: _View) -> _Drawn:
    drawn = _Drawn([], [], [], [], [])
    for line in page.lines:
        _add_stroke(drawn, line, _of(line, view))
    for rect in page.rects:
        _add_rect(drawn, rect, _of(rect, view))
    for curve in page.curves:
        _add_curve(drawn, curve, view)
    for boxes in (drawn.rules, drawn.white, drawn.shapes, drawn.paper):
        boxes[:] = [box for box in boxes if view.shows(box)]
    drawn.shades = [shade for shade in drawn.shades if view.shows(shade[0])]
    return drawn


def _of(item: Mapping[str, Any], view: _View) -> BoxMm:
    return view.box(item["x0"], item["top"], item["x1"], item["bottom"])


def _add_stroke(drawn: _Drawn, item: Mapping[str, Any], box: BoxMm) -> None:
    """A line counts where it is level or upright; a white one only where it crosses a shade."""
    if min(box.w, box.h) > 0.3:
        return
    breadth = float(item.get("linewidth") or 0) * _MM_PER_PT / 2
    broad = box.grown(0, breadth) if is_level(box) else box.grown(breadth, 0)
    white = _brightness(item.get("stroking_color")) >= _WHITE
    (drawn.white if white else drawn.rules).append(broad)


def _add_rect(drawn: _Drawn, item: Mapping[str, Any], box: BoxMm) -> None:
    brightness = _brightness(item.get("non_stroking_color"))
    filled, stroked = bool(item.get("fill")), bool(item.get("stroke"))
    if stroked and _brightness(item.get("stroking_color")) >= _WHITE:
        stroked = False
    if min(box.w, box.h) <= _THIN_MM:
        dark = brightness < _WHITE if filled and not stroked else True
        (drawn.rules if dark else drawn.white).append(box)
        return
    if stroked:
        drawn.rules += sides(box)
    if filled:
        _add_shade(drawn, box, brightness)


def _add_shade(drawn: _Drawn, box: BoxMm, brightness: float) -> None:
    if brightness >= _WHITE:
        drawn.paper.append(box)
    else:
        drawn.shades.append((box, brightness))


def _add_curve(drawn: _Drawn, item: Mapping[str, Any], view: _View) -> None:
    """Rounded frames, round check boxes, and the straight parts of whatever else is drawn."""
    box = _of(item, view)
    if min(box.w, box.h) <= 0.3:
        _add_stroke(drawn, item, box)
        return
    points = [view.box(x, y, x, y) for x, y in item["pts"]]
    corners = sum(_is_near_corner(p, box) for p in points)
    is_round = 0.85 <= box.w / box.h <= 1.18 and box.w <= 8 and _is_circle(points, box)
    if corners >= 4 or is_round:
        if item.get("stroke"):
            drawn.shapes.append(box)
        if item.get("fill"):
            _add_shade(drawn, box, _brightness(item.get("non_stroking_color")))
        return
    if not item.get("stroke"):
        return
    for a, b in pairwise(points):
        side = bounding_box([a, b])
        if min(side.w, side.h) < 0.1 and max(side.w, side.h) >= _LEAST_STROKE_MM:
            drawn.rules.append(side)


def _is_circle(points: Sequence[BoxMm], box: BoxMm) -> bool:
    """Whether all points that draw it are as far from its middle; few are those of its curves."""
    middle = box.x + box.w / 2, box.y + box.h / 2
    radii = [hypot(p.x - middle[0], p.y - middle[1]) for p in points]
    return len(points) <= 6 or min(radii) >= _ROUND * max(radii)


def _is_near_corner(point: BoxMm, box: BoxMm) -> bool:
    """Whether it is on a side near its end; of a circle, what is on a side is in its middle."""
    across = min(abs(point.x - box.x), abs(point.x - box.right)) / box.w
    down = min(abs(point.y - box.y), abs(point.y - box.bottom)) / box.h
    return min(across, down) <= _ON_SIDE and max(across, down) <= _NEAR_CORNER


def _brightness(colour: object) -> float:
    """0 black to 1 white, of grey, RGB or CMYK as pdfplumber gives them; 0 where not known."""
    if isinstance(colour, int | float):
        return float(colour)
    if not isinstance(colour, Sequence) or isinstance(colour, str):
        return 0.0
    parts = [float(part) for part in colour if isinstance(part, int | float)]
    match len(parts):
        case 1:
            return parts[0]
        case 3:
            return 0.3 * parts[0] + 0.59 * parts[1] + 0.11 * parts[2]
        case 4:
            cyan, magenta, yellow, black = parts
            return max(0.0, 1 - black - 0.3 * cyan - 0.59 * magenta - 0.11 * yellow)
    return 0.0
