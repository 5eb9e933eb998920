"""One page of a form, filled in and captured: from a filling to a picture with its truth."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import cv2
import numpy as np
import pypdfium2
from PIL import Image

from pipeline.fields import Drawn
from pipeline.forms.schema import Form
from pipeline.forms.zone import Zone
from pipeline.geometry import BoxMm, BoxPx, FloatArray
from pipeline.records import Gray
from pipeline.simulate import accidents, marks, paper
from pipeline.simulate.accidents import NONE, Accidents
from pipeline.simulate.combs import cells_written
from pipeline.simulate.contents import Filling
from pipeline.simulate.ink_folder import InInk, write_inked
from pipeline.simulate.pen import (
    Pen,
    choose_pen,
    stroke,
    tick_box,
    write_in_cell,
    write_zone_text,
)

MM_PER_INCH = 25.4
KINDS = ("jpg", "png", "tif", "pdf")
STYLES = ("typed", "hand", "photo", "fax")
"""The captures of paper; a document filled in on screen has no look."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a document is made: by whom, on what, and how it reaches the inbox.

    ``capture`` is scan, fax or photo; ``turns`` the clockwise quarter turns of the picture,
    ``exif`` says that the file's EXIF orientation undoes them; ``fit`` is the scale at which the
    form was printed on the paper ("fit to page"), ``offset_mm`` where its corner came to lie.
    """

    pen: Pen
    capture: str
    dpi: int
    kind: str
    coloured: bool = False
    bilevel: bool = False
    turns: int = 0
    exif: bool = False
    fit: float = 1.0
    offset_mm: tuple[float, float] = (0.0, 0.0)
    print_grey: int = 0
    quality: int = 75


@dataclass(frozen=True, slots=True)
class Leaf:
    """A captured page. ``mm_to_px`` maps the form's mm to pixels, as the file shows upright
    (its EXIF orientation obeyed); ``corners_px`` are the paper's own corners, from its top left
    clockwise. Pixel centres lie at whole numbers."""

    image: paper.Picture
    form_page: int
    mm_to_px: FloatArray
    corners_px: FloatArray
    turns: int


def choose_look(rng: np.random.Generator, style: str, *, several_pages: bool = False) -> Look:
    """A look of one of the ``STYLES``; ``several_pages`` asks for a file that can hold them."""
    look = _choose_look(rng, style)
    if several_pages and look.kind not in ("tif", "pdf"):
        return replace(look, kind="pdf", exif=False)
    return look


def _choose_look(rng: np.random.Generator, style: str) -> Look:
    pen = choose_pen(rng, printed=style == "typed" or (style == "fax" and rng.random() < 0.4))
    fit, offset = 1.0, (0.0, 0.0)
    if rng.random() < 0.25:
        fit = float(rng.uniform(0.94, 1.0))
        spare = (1 - fit) * np.array([210.0, 297.0]) * rng.uniform(0.1, 0.45, 2)
        offset = (float(spare[0]), float(spare[1]))
    look = Look(
        pen=pen,
        capture="scan",
        dpi=int(rng.choice([150, 200, 300], p=[0.25, 0.55, 0.2])),
        kind=str(rng.choice(KINDS, p=[0.5, 0.15, 0.15, 0.2])),
        turns=int(rng.choice(4, p=[0.82, 0.07, 0.04, 0.07])),
        fit=fit,
        offset_mm=offset,
        print_grey=int(rng.integers(0, 70)),
        quality=int(rng.integers(40, 91)),
    )
    if style == "photo":
        turns = int(rng.choice(4, p=[0.7, 0.12, 0.06, 0.12]))
        kind = str(rng.choice(["jpg", "pdf"], p=[0.85, 0.15]))
        return replace(
            look,
            capture="photo",
            dpi=int(rng.choice([150, 180, 220])),
            kind=kind,
            coloured=bool(rng.random() < 0.6),
            turns=turns,
            exif=bool(turns and kind == "jpg" and rng.random() < 0.5),
        )
    if style == "fax":
        kind = str(rng.choice(["tif", "pdf", "png"]))
        return replace(look, capture="fax", dpi=200, kind=kind, bilevel=True)
    if rng.random() < 0.2:
        return replace(look, bilevel=True)
    return replace(look, coloured=bool(look.dpi < 300 and rng.random() < 0.25))


def draw_sheet(
    form: Form,
    number: int,
    filling: Filling | None,
    look: Look,
    rng: np.random.Generator,
    *,
    happened: Accidents = NONE,
    inked: InInk = MappingProxyType({}),
) -> paper.Picture:
    """The form's page as it lies on the table: print and ink, no wear yet."""
    px_per_mm = look.dpi / MM_PER_INCH
    blank = printed_page(form, number, look)
    ink = np.zeros_like(blank)
    if filling:
        _write(ink, blank, form.zones_of(number), filling, look, rng, happened, inked)
    ink = np.asarray(cv2.GaussianBlur(ink, (0, 0), 0.05 * px_per_mm), dtype=np.uint8)
    return paper.ink_over(blank, ink, look.pen.colour, coloured=look.coloured)


def draw_page(
    form: Form,
    number: int,
    filling: Filling | None,
    look: Look,
    rng: np.random.Generator,
    *,
    happened: Accidents = NONE,
    inked: InInk = MappingProxyType({}),
) -> Leaf:
    """Fill in, wear and capture one page of the form, with the accidents that happened, and the
    texts that real ink writes."""
    sheet = draw_sheet(form, number, filling, look, rng, happened=happened, inked=inked)
    return capture(sheet, number, look, rng)


def capture(sheet: paper.Picture, number: int, look: Look, rng: np.random.Generator) -> Leaf:
    """Wear and capture a filled sheet, page ``number`` of its form."""
    px_per_mm = look.dpi / MM_PER_INCH
    sheet = paper.age(sheet, rng, px_per_mm=px_per_mm)
    high, wide = sheet.shape[:2]
    match look.capture:
        case "photo":
            shot = paper.photo(sheet, rng, px_per_mm=px_per_mm)
        case "fax":
            shot = paper.fax(sheet, rng, px_per_mm=px_per_mm)
        case _:
            shot = paper.scan(sheet, rng, px_per_mm=px_per_mm, bilevel=look.bilevel)
    if not look.exif:
        shot = paper.turn(shot, look.turns)
    edges = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], dtype=np.float64) - 0.5
    corners = np.column_stack([edges, np.ones(4)]) @ shot.matrix.T
    scale = look.fit * px_per_mm
    x, y = np.array(look.offset_mm) * px_per_mm - 0.5
    to_sheet = np.array([[scale, 0, x], [0, scale, y], [0, 0, 1]])
    matrix = shot.matrix @ to_sheet
    turns = 0 if look.exif else look.turns
    return Leaf(shot.image, number, matrix / matrix[2, 2], corners[:, :2] / corners[:, 2:], turns)


def printed_page(form: Form, number: int, look: Look) -> Gray:
    """The blank page as this sender's printer put it on paper."""
    blank = _render(form.blank_path, number, look.dpi)
    if look.fit != 1.0:
        shift = np.array(look.offset_mm) * look.dpi / MM_PER_INCH + (look.fit - 1) / 2
        matrix = np.column_stack([np.eye(2) * look.fit, shift])
        size = (blank.shape[1], blank.shape[0])
        blank = np.asarray(
            cv2.warpAffine(blank, matrix, size, flags=cv2.INTER_LINEAR, borderValue=255),
            dtype=np.uint8,
        )
    lighter = np.arange(256) * (255 - look.print_grey) / 255 + look.print_grey
    return np.asarray(cv2.LUT(blank, lighter.astype(np.uint8)), dtype=np.uint8)


def save(leaves: list[Leaf], path: Path, look: Look) -> None:
    """Write the pages as one file, its kind by the path's suffix; the same bytes each time."""
    images = [Image.fromarray(leaf.image) for leaf in leaves]
    if look.bilevel:
        images = [image.point(lambda v: 255 if v > 127 else 0, mode="1") for image in images]
    first, rest = images[0], images[1:]
    dpi = (look.dpi, look.dpi)
    quality: dict[str, Any] = {} if look.bilevel else {"quality": look.quality}
    match path.suffix:
        case ".pdf":
            first.save(
                path,
                save_all=True,
                append_images=rest,
                resolution=look.dpi,
                creationDate=None,
                modDate=None,
                **quality,
            )
        case ".tif":
            compression = "group4" if look.bilevel else "tiff_lzw"
            first.save(path, save_all=True, append_images=rest, dpi=dpi, compression=compression)
        case ".png":
            first.save(path, dpi=dpi)
        case _:
            exif = Image.Exif()
            if look.exif:
                # The camera stores the picture as its sensor saw it, and says how to turn it.
                first = first.rotate(-90 * look.turns, expand=True)
                exif[0x0112] = {1: 8, 2: 3, 3: 6}[look.turns]
            first.convert("L" if look.bilevel else first.mode).save(
                path, quality=look.quality, dpi=dpi, exif=exif if look.exif else b""
            )


def _write(
    ink: Gray,
    blank: Gray,
    zones: Sequence[Zone],
    filling: Filling,
    look: Look,
    rng: np.random.Generator,
    happened: Accidents,
    inked: InInk,
) -> None:
    px_per_mm = look.dpi / MM_PER_INCH
    for zone in zones:
        texts = filling.texts_in(zone)
        if zone.boxes:
            _mark(ink, blank, zone, texts, look, rng)
        if zone.comb:
            for char, cell in cells_written(zone, texts):
                write_in_cell(ink, char, _to_px(cell, look), look.pen, rng, px_per_mm=px_per_mm)
        if zone.comb or not zone.lines:
            continue
        lines = [where_to_write(blank, line, look) for line in zone.lines]
        places = [[line] for line in lines] if zone.repeated else [lines]
        for n, (text, where) in enumerate(zip(texts, places, strict=False)):
            accident, real = happened.get((zone.field, n)), inked.get((zone.field, n))
            # Written beside the page all the same: whatever follows is drawn as it would be.
            sheet = np.zeros_like(ink) if accident or real else ink
            write_zone_text(sheet, text, where, look.pen, rng, px_per_mm=px_per_mm)
            if real:
                write_inked(ink, real, where, look.pen, px_per_mm=px_per_mm)
            elif accident:
                accidents.write(ink, accident, text, where, look.pen, px_per_mm=px_per_mm)


def _mark(
    ink: Gray,
    blank: Gray,
    zone: Zone,
    chosen: Sequence[str],
    look: Look,
    rng: np.random.Generator,
) -> None:
    px_per_mm = look.dpi / MM_PER_INCH
    for option in chosen:
        if option not in zone.boxes_mm or zone.drawn is Drawn.SIGNATURE:
            continue
        if zone.drawn is Drawn.PICTURE:
            _glue(ink, blank, _to_px(zone.boxes[option], look), rng)
            continue
        box = _to_px(marks.place_of_tick(zone.boxes[option], rng), look)
        tick_box(ink, box, look.pen, rng, px_per_mm=px_per_mm)
    wide = max(1, round((0.35 + 0.15 * look.pen.weight) * px_per_mm))
    for curve in marks.curves_of(zone, chosen, rng):
        x, y = look.offset_mm
        stroke(ink, (curve * look.fit + (x, y)) * px_per_mm - 0.5, wide)


def _glue(ink: Gray, blank: Gray, box: BoxPx, rng: np.random.Generator) -> None:
    """Glue a picture into its box, over what is printed there."""
    x, y, wide, high = (round(v) for v in (box.x, box.y, box.w, box.h))
    blank[y : y + high, x : x + wide] = 255
    ink[y : y + high, x : x + wide] = marks.portrait(wide, high, rng)


def where_to_write(blank: Gray, line: BoxMm, look: Look) -> tuple[BoxPx, float]:
    """A line's box on the printed page, and the row of its leader dots or rule, both in px."""
    box = _to_px(line, look)
    return box, _dots_y(blank, box)


def _to_px(box: BoxMm, look: Look) -> BoxPx:
    scale = look.dpi / MM_PER_INCH
    x, y = look.offset_mm
    fit = look.fit
    return BoxPx(
        (box.x * fit + x) * scale - 0.5,
        (box.y * fit + y) * scale - 0.5,
        box.w * fit * scale,
        box.h * fit * scale,
    )


def _dots_y(blank: Gray, box: BoxPx) -> float:
    """The row of the leader dots or the rule one writes on: the darkest of the lower part."""
    top, bottom = round(box.y + 0.45 * box.h), round(box.y + box.h)
    rows = 255 - blank[top:bottom, max(round(box.x), 0) : round(box.x + box.w)].mean(axis=1)
    if not rows.size or rows.max() < 4:
        return box.y + 0.8 * box.h
    return float(top + int(rows.argmax()))


@lru_cache(maxsize=6)
def _render(path: Path, number: int, dpi: int) -> Gray:
    document = pypdfium2.PdfDocument(path)
    document.init_forms()  # what a viewer prints has the frames of form fields
    bitmap = document[number - 1].render(scale=dpi / 72, grayscale=True)
    image: Gray = np.array(bitmap.to_numpy(), dtype=np.uint8)
    document.close()
    image = image.reshape(image.shape[:2])
    image.flags.writeable = False
    return image
