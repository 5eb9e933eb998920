"""A form's blank, prepared once a process for alignment, dropout and the search for ink."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray

from pipeline.forms.schema import Form
from pipeline.geometry import BoxMm, FloatArray, bounding_box
from pipeline.records import Gray

PX_PER_MM = 8.0
"""Scale of the rectified page, 203 dpi: enough for the recogniser, whose lines are 48 px high."""

COARSE_PX_PER_MM = 3.7
"""Scale at which a page is recognised and fitted: print shows, noise and JPEG blocks do not."""

_MM_PER_PT = 25.4 / 72
_PRINT_LEVEL = 128
_PATCH_MM = (9.0, 4.5)
_MIN_PATCH_INK = 0.06
_MAX_PATCHES = 90
_MIN_DOTS_INK, _MAX_DENSE_PATCHES = 0.02, 400


@dataclass(frozen=True, slots=True)
class Patch:
    """A piece of the form's print to look for on a scan; ``x``, ``y`` its corner in coarse px."""

    x: int
    y: int
    image: Gray


@dataclass(frozen=True, slots=True)
class Features:
    """Key points (n, 2) in px of the image they were found in, with their binary descriptors."""

    points: NDArray[np.float32]
    descriptors: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Word:
    """A printed word of the blank's text layer, with the box of each of its characters."""

    text: str
    char_boxes: tuple[BoxMm, ...]

    @property
    def box_mm(self) -> BoxMm:
        return bounding_box(list(self.char_boxes))


@dataclass(frozen=True, slots=True, eq=False)
class BlankPage:
    """One page of a form's blank: its print at both scales, its key points, patches to look for.

    ``from_print_px``: each fine pixel's distance from the nearest print, rounded, at most 255.
    ``words``: the printed words where the blank's file holds them as text, leader dots left out.
    """

    form: Form
    number: int
    width_mm: float
    height_mm: float
    image: Gray
    from_print_px: NDArray[np.uint8]
    coarse: Gray
    features: Features
    patches: tuple[Patch, ...]
    words: tuple[Word, ...]


def mm_to_raster(px_per_mm: float) -> FloatArray:
    """(3, 3): mm on the form to px of an image of it, whose pixel centres are whole numbers."""
    return np.array([[px_per_mm, 0, -0.5], [0, px_per_mm, -0.5], [0, 0, 1.0]])


def find_features(image: Gray, *, most: int = 1200) -> Features:
    """The strongest ORB key points (Rublee et al., ICCV 2011): they do not mind quarter turns."""
    orb = cv2.ORB.create(nfeatures=most, scaleFactor=1.2, nlevels=6)
    points, descriptors = orb.detectAndCompute(image, None)
    if descriptors is None:
        return Features(np.zeros((0, 2), np.float32), np.zeros((0, 32), np.uint8))
    return Features(np.array([p.pt for p in points], np.float32), descriptors)


@cache
def blank_pages(form: Form) -> tuple[BlankPage, ...]:
    """Every page of the form's blank, in order."""
    document = pdfium.PdfDocument(str(form.blank_path))
    try:
        return tuple(_prepare(form, i + 1, document[i]) for i in range(len(document)))
    finally:
        document.close()


def _prepare(form: Form, number: int, page: pdfium.PdfPage) -> BlankPage:
    width_mm, height_mm = (v * _MM_PER_PT for v in page.get_size())
    fine = page.render(scale=PX_PER_MM * _MM_PER_PT, grayscale=True).to_numpy().squeeze()
    size = (round(width_mm * COARSE_PX_PER_MM), round(height_mm * COARSE_PX_PER_MM))
    coarse: Gray = cv2.resize(fine, size, interpolation=cv2.INTER_AREA)
    return BlankPage(
        form=form,
        number=number,
        width_mm=width_mm,
        height_mm=height_mm,
        image=np.ascontiguousarray(fine),
        from_print_px=_distance_from_print(fine),
        coarse=coarse,
        features=find_features(coarse),
        patches=_choose_patches(coarse, [z.box_mm for z in form.zones_of(number)]),
        words=tuple(_words(page)),
    )


def _words(page: pdfium.PdfPage) -> Iterator[Word]:
    height_pt = page.get_height()
    text_page = page.get_textpage()
    try:
        text = text_page.get_text_range()
        for match in re.finditer(r"[^\s.…_]+(?:\.[^\s.…_]+)*", text):
            edges = (text_page.get_charbox(i) for i in range(*match.span()))
            boxes = tuple(
                BoxMm(
                    *(v * _MM_PER_PT for v in (left, height_pt - top, right - left, top - bottom))
                )
                for left, bottom, right, top in edges
            )
            yield Word(match[0], boxes)
    finally:
        text_page.close()


def _distance_from_print(fine: Gray) -> NDArray[np.uint8]:
    paper = (fine >= _PRINT_LEVEL).astype(np.uint8)
    distance = cv2.distanceTransform(paper, cv2.DIST_L2, cv2.DIST_MASK_5)
    return np.asarray(np.minimum(np.rint(distance), 255), dtype=np.uint8)


def _choose_patches(coarse: Gray, zones_mm: list[BoxMm]) -> tuple[Patch, ...]:
    """Pieces of print all over the page, outside the zones, where nobody is asked to write."""
    outside = ~_within(coarse, zones_mm)
    return _patches(coarse, outside, least_ink=_MIN_PATCH_INK, most=_MAX_PATCHES)


@cache
def dense_patches(blank: BlankPage) -> tuple[tuple[Patch, ...], tuple[Patch, ...]]:
    """All pieces of print outside the zones and, of their leader dots, inside: to know a cut-off
    piece of the page by, which shows few of them."""
    zones = _within(blank.coarse, [z.box_mm for z in blank.form.zones_of(blank.number)])
    return (
        _patches(blank.coarse, ~zones, least_ink=_MIN_PATCH_INK, most=_MAX_DENSE_PATCHES),
        _patches(blank.coarse, zones, least_ink=_MIN_DOTS_INK, most=_MAX_DENSE_PATCHES),
    )


def _within(coarse: Gray, zones_mm: list[BoxMm]) -> NDArray[np.bool_]:
    inside = np.zeros(coarse.shape, dtype=bool)
    for zone in zones_mm:
        edges_mm = (zone.x, zone.y, zone.right, zone.bottom)
        x, y, right, bottom = (round(v * COARSE_PX_PER_MM) for v in edges_mm)
        inside[y:bottom, x:right] = True
    return inside


def _patches(
    coarse: Gray, where: NDArray[np.bool_], *, least_ink: float, most: int
) -> tuple[Patch, ...]:
    """The darkest pieces of print that lie all ``where`` it is wanted, none over another."""
    w, h = (round(v * COARSE_PX_PER_MM) for v in _PATCH_MM)
    darkness = np.where(where, (255 - coarse).astype(np.float32) / 255, np.float32(-1.0))
    density = cv2.blur(darkness, (w, h), anchor=(0, 0), borderType=cv2.BORDER_CONSTANT)
    density[-h:] = density[:, -w:] = 0
    patches: list[Patch] = []
    while len(patches) < most:
        y, x = (int(i) for i in np.unravel_index(int(np.argmax(density)), density.shape))
        if density[y, x] < least_ink:
            break
        patches.append(Patch(x, y, coarse[y : y + h, x : x + w].copy()))
        density[max(0, y - h) : y + h, max(0, x - w) : x + w] = 0
    return tuple(patches)
