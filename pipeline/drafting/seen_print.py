"""The words of a blank of which there is only a picture, as an engine reads them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np

from pipeline.config import Settings
from pipeline.drafting.held import on_ink
from pipeline.drafting.kinds import is_label
from pipeline.drafting.linework import lines_of
from pipeline.drafting.records import Print
from pipeline.engines import load, tesseract
from pipeline.forms.blank import PX_PER_MM
from pipeline.geometry import BoxMm, BoxPx
from pipeline.records import Gray, Mask

_ENLARGED = 1.5
"""Tesseract was trained on print of some 300 dots an inch."""
_LEAST_SURE, _LEAST_SURE_LINE = 0.3, 0.5
"""What is less sure is read all the same where it is a label that forms print."""
_INK = 140
_LINE_MM, _WORDS_APART_MM, _MARGIN_MM = (1.2, 9.0), 2.2, 0.5
_HIGH = re.compile(r"[^acegmnopqrsuvwxyz.,;:_-]")
_LOW = re.compile(r"[gjpqy,;()Q/]")
_ASCENT, _SMALL, _DESCENT = 0.73, 0.53, 0.21
"""How high letters reach above their base line, and below it, in sizes of the print."""
_COLON_WITHIN = 1.6
_COLON_MM, _COLON_APART = (0.2, 0.9), (0.2, 0.6)
"""The dots of a colon: their size, and how far apart they are, in sizes of the print."""
_BOLDER = 1.3
"""Strokes of bold print are so much broader, for its size, than is usual on the page."""


def words_on(picture: Gray) -> tuple[Print, ...]:
    """The print of a straight picture at ``PX_PER_MM``, without rules and dots, in reading order.

    Tesseract reads it where it is installed, and the default engine what it passes over; else all
    is read by this, whose words lie less exactly. Raises EngineError or StalledError.
    """
    read = list(_by_tesseract(picture)) if tesseract.is_installed() else []
    read += _by_lines(_without(read, picture), picture)
    return tuple(_with_style(read, np.asarray(picture < _INK, np.uint8)))


def words_held(words: Sequence[Print], picture: Gray) -> tuple[Print, ...]:
    """The same, of words that the page's file itself holds: only their size and style are seen."""
    read = list(on_ink(words, picture))
    return tuple(_with_style(read, np.asarray(picture < _INK, np.uint8)))


def _by_tesseract(picture: Gray) -> Iterator[Print]:
    large = cv2.resize(picture, None, fx=_ENLARGED, fy=_ENLARGED, interpolation=cv2.INTER_CUBIC)
    for text, sure, box in tesseract.read_print(np.asarray(large, np.uint8)):
        if sure >= _LEAST_SURE or is_label(text):
            yield _print(text, sure, box, PX_PER_MM * _ENLARGED)


def _print(text: str, sure: float, box: BoxPx, px_per_mm: float) -> Print:
    box_mm = BoxMm(*(v / px_per_mm for v in (box.x, box.y, box.w, box.h)))
    return Print(text, box_mm, box_mm.h, sure=sure)


def _without(words: Sequence[Print], picture: Gray) -> Gray:
    """The picture without what was read of it."""
    rest = picture.copy()
    for word in words:
        box = word.box_mm.grown(_MARGIN_MM, _MARGIN_MM)
        edges = (box.x, box.y, box.right, box.bottom)
        x, y, right, bottom = (max(0, round(v * PX_PER_MM)) for v in edges)
        rest[y:bottom, x:right] = 255
    return rest


def _by_lines(rest: Gray, picture: Gray) -> Iterator[Print]:
    """Each piece of a line in ``rest`` read by itself, its words where their letters come in it."""
    boxes = list(_pieces(rest))
    margin = round(_MARGIN_MM * PX_PER_MM)
    padded = cv2.copyMakeBorder(picture, *(margin,) * 4, cv2.BORDER_CONSTANT, value=255)
    crops = [padded[y : y + h + 2 * margin, x : x + w + 2 * margin] for x, y, w, h in boxes]
    if not crops:
        return
    lines = load(Settings().engine).read_lines(crops)
    for line, (x, y, w, h) in zip(lines, boxes, strict=True):
        step, at = w / max(1, len(line.text)), 0
        if line.confidence < _LEAST_SURE_LINE and not is_label(line.text):
            continue
        for word in line.text.split(" "):
            if word:
                box = BoxPx(x + at * step, y, len(word) * step, h)
                yield _print(word, line.confidence, box, PX_PER_MM)
            at += len(word) + 1


def _pieces(picture: Gray) -> Iterator[tuple[int, int, int, int]]:
    """What stands near each other in a row and is as high as letters are."""
    ink = np.asarray(picture < _INK, np.uint8)
    near = np.ones((1, round(_WORDS_APART_MM * PX_PER_MM)), np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, near))
    low, high = (v * PX_PER_MM for v in _LINE_MM)
    for x, y, w, h, _ in stats[1:]:
        if low <= h <= high and w >= low:
            yield int(x), int(y), int(w), int(h)


def _with_style(words: Sequence[Print], ink: Mask) -> Iterator[Print]:
    """The words with their size and base line, those of the line they stand in, and whether they
    are bold; a colon behind them that the engine passed over is theirs."""
    sized = [word for line in lines_of(words) for word in _sized(line, ink)]
    breadths = [_breadth(word, ink) / word.size_mm for word in sized]
    usual = float(np.median(breadths)) if breadths else 0.0
    for word, breadth in zip(sized, breadths, strict=True):
        yield replace(word, bold=breadth > _BOLDER * usual)


def _sized(line: Sequence[Print], ink: Mask) -> Iterator[Print]:
    lettered = [word for word in line if any(c.isalnum() for c in word.text)] or list(line)
    size = float(np.median([word.box_mm.h / sum(_reach(word.text)) for word in lettered]))
    base = float(np.median([word.box_mm.bottom - _reach(word.text)[1] * size for word in lettered]))
    for word, after in zip(line, [*line[1:], None], strict=True):
        box = word.box_mm
        level = replace(box, y=base - (_ASCENT + 0.01) * size, h=(_ASCENT + _DESCENT) * size)
        if after and level.x < after.box_mm.x < level.right:  # an engine may box two as one
            level = replace(level, w=after.box_mm.x - level.x)
        word = replace(word, box_mm=level, size_mm=size)
        room = _COLON_WITHIN * size
        room = min(room, after.box_mm.x - box.right) if after else room
        if word.text[-1] != ":" and (right := _colon_after(word, room, ink)):
            wider = replace(level, w=right - level.x)
            word = replace(word, text=f"{word.text} :", box_mm=wider)
        yield word


def _reach(text: str) -> tuple[float, float]:
    """How far the letters of a word reach above and below its base line, in sizes."""
    return (_ASCENT if _HIGH.search(text) else _SMALL), (_DESCENT if _LOW.search(text) else 0.0)


def _colon_after(word: Print, room_mm: float, ink: Mask) -> float:
    """Where a colon ends that stands within so much room behind the word; 0 where none does."""
    box, size = word.box_mm, word.size_mm
    edges = (box.right + 0.1, box.y, box.right + room_mm, box.bottom)
    x, y, right, bottom = (max(0, round(v * PX_PER_MM)) for v in edges)
    if right - x < 2 or bottom - y < 2 or x >= ink.shape[1]:
        return 0.0
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(ink[y:bottom, x:right]))
    dots = [[float(v) / PX_PER_MM for v in row[:4]] for row in stats[1:]]
    dots = [dot for dot in dots if min(dot[2:]) >= _COLON_MM[0]]
    if len(dots) != 2 or any(max(dot[2:]) > _COLON_MM[1] for dot in dots):
        return 0.0
    (x0, y0, w, _), (x1, y1, *_) = dots
    apart = abs(y1 - y0) / size
    is_colon = abs(x1 - x0) <= 0.25 and _COLON_APART[0] <= apart <= _COLON_APART[1]
    return x / PX_PER_MM + max(x0, x1) + w if is_colon else 0.0


def _breadth(word: Print, ink: Mask) -> float:
    """The strokes of a word, in mm: twice the mean distance of their ink from its edge, and so."""
    edges = (word.box_mm.x, word.box_mm.y, word.box_mm.right, word.box_mm.bottom)
    x, y, right, bottom = (max(0, round(v * PX_PER_MM)) for v in edges)
    part = np.pad(ink[y:bottom, x:right], 1)
    if not part.any():
        return 0.0
    area = float(part.sum())
    edge = float(np.abs(np.diff(part.astype(np.int8), axis=0)).sum())
    edge += float(np.abs(np.diff(part.astype(np.int8), axis=1)).sum())
    return 2 * area / edge / PX_PER_MM
