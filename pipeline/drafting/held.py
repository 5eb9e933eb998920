"""The text that the file of a filled page itself holds, as words where its letters stand: what was
typed into a PDF, or exported by a word processor, no engine needs to read."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np

from pipeline.drafting.records import Print
from pipeline.forms.blank import PX_PER_MM
from pipeline.geometry import BoxMm, BoxPx, bounding_box
from pipeline.records import Gray, Mask, Page, TextRun

_MM_PER_INCH = 25.4
_BLANK_EM = 0.13
"""A wider gap parts words: the narrowest blanks of type are 0.2 em, and letters touch."""
_LEADERS = re.compile(r"[._…‥·]{3,}|…|_+|[□❑❒❏❐☐▢◻⬜☑☒]")
"""What no word says: dots and underscores to write on, squares to tick."""
_INK = 140


def held_words(page: Page) -> tuple[Print, ...]:
    """The words that the page surely shows, in mm of the page as it is; their boxes are as high as
    the font."""
    px_per_mm = page.dpi / _MM_PER_INCH
    shown = (run for run in page.runs if run.letters_px and run.sure and not run.hidden)
    return tuple(word for run in shown for word in _words(run, px_per_mm))


def _words(run: TextRun, px_per_mm: float) -> Iterator[Print]:
    text = _LEADERS.sub(lambda match: " " * len(match[0]), run.text)
    word, boxes = "", list[BoxMm]()
    for char, box_px in zip(text, run.letters_px, strict=True):
        box = _mm(box_px, px_per_mm) if box_px and not char.isspace() else None
        if boxes and (box is None or box.x - boxes[-1].right > _BLANK_EM * boxes[-1].h):
            yield _print(word, boxes)
            word, boxes = "", []
        if box is not None:
            word, boxes = word + char, [*boxes, box]
    if boxes:
        yield _print(word, boxes)


def _mm(box: BoxPx, px_per_mm: float) -> BoxMm:
    return BoxMm(*(v / px_per_mm for v in (box.x, box.y, box.w, box.h)))


def _print(text: str, boxes: list[BoxMm]) -> Print:
    box = bounding_box(boxes)
    return Print(text, box, box.h)


def on_ink(words: Sequence[Print], picture: Gray) -> Iterator[Print]:
    """The words as high as their ink on a picture at ``PX_PER_MM``, without rules; those of which
    nothing is seen are left out."""
    ink = np.asarray(picture < _INK, np.uint8)
    for word in words:
        rows = np.flatnonzero(_part(ink, word.box_mm).any(axis=1))
        if rows.size:
            y = max(0, round(word.box_mm.y * PX_PER_MM)) + int(rows[0])
            high = (int(rows[-1] - rows[0]) + 1) / PX_PER_MM
            yield replace(word, box_mm=replace(word.box_mm, y=y / PX_PER_MM, h=high))


def _part(ink: Mask, box: BoxMm) -> Mask:
    edges = (box.x, box.y, box.right, box.bottom)
    x, y, right, bottom = (max(0, round(v * PX_PER_MM)) for v in edges)
    return ink[y:bottom, x:right]


def enlarged(page: Page) -> Page:
    """The page at ``PX_PER_MM``, with its text where it stands then."""
    scale = PX_PER_MM * _MM_PER_INCH / page.dpi
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    image = cv2.resize(page.image, None, fx=scale, fy=scale, interpolation=how)
    runs = tuple(_scaled(run, scale) for run in page.runs)
    return replace(page, image=np.asarray(image, np.uint8), dpi=page.dpi * scale, runs=runs)


def _scaled(run: TextRun, scale: float) -> TextRun:
    letters = tuple(box and _larger(box, scale) for box in run.letters_px)
    return replace(run, box_px=_larger(run.box_px, scale), letters_px=letters)


def _larger(box: BoxPx, scale: float) -> BoxPx:
    return BoxPx(*(scale * v for v in (box.x, box.y, box.w, box.h)))
