"""A form's blank, for alignment, dropout and the search for ink.

Many forms may be known, and few of them seen: key points, by which a page is recognised, are sought
once a process; the rest is drawn where a page of the form was seen, and the last few are kept.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray

from pipeline.fingerprint import code_digest
from pipeline.forms.kept import kept
from pipeline.forms.schema import Form
from pipeline.geometry import BoxMm, FloatArray, bounding_box
from pipeline.records import Gray

PX_PER_MM = 8.0
"""Scale of the rectified page, 203 dpi: enough for the recogniser, whose lines are 48 px high."""

PRINT_LEVEL = 128
"""What is darker on a blank is print."""

COARSE_PX_PER_MM = 3.7
"""Scale at which a page is recognised and fitted: print shows, noise and JPEG blocks do not."""
_KEPT_PAGES, _KEPT_COARSE = 4, 32
"""So many pages are kept drawn: some 4 MB each, and 4 to 8 MB of distances; coarse, 0.9 MB."""

_MM_PER_PT = 25.4 / 72
_PALE_DEPTH, _PALE_BREADTH_MM = 24, 1.5
"""Print is also what is thin and so much darker than what lies around it, as the frames of fields
often are. What is broader is tinted paper to write on."""
_SCANNED_DEPTH, _SCANNED_BREADTH_MM = 38, 2.4
"""The same of a blank that is itself a scan, whose hairlines are grey and whose paper is noisy."""
_FRINGE_PX = 1
"""So near to dark print, what is pale is only its edge."""
_PICTURE_SHARE = 0.5
"""A blank whose pictures cover so much of the page is a scan."""
_PATCH_MM = (9.0, 4.5)
_MAX_PATCHES, _MAX_DENSE_PATCHES = 90, 400
_MIN_VARIANCE = 0.002
"""Of a patch, black being 0 and white 1: fainter print is lost in the noise of a scan."""
_MIN_CORNERS = 0.03
"""Strength of corners against variance, the least: of text .5, of a table's corner .1, of a band's
.03; a patch of edges alone has none."""
_MIN_WHERE = 0.65
"""Share of a patch that lies where it is wanted: the corner of a box reaches into its zone."""
_CROWD_MM, _CROWDED = 25.0, np.float32(0.8)
"""How far around a patch others count for less, and how much less."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A piece of the form's print to look for on a scan; ``x``, ``y`` its corner in coarse px."""

    x: int
    y: int
    image: Gray


@dataclass(frozen=True, slots=True)
class Features:
    """Key points (n, 2) in px of the image they were found in, with their binary descriptors; what
    each spans, and which way it is turned."""

    points: NDArray[np.float32]
    descriptors: NDArray[np.uint8]
    sizes_px: NDArray[np.float32]
    angles_deg: NDArray[np.float32]


_KEY_POINT = np.dtype(
    [
        ("page", "i4"),
        ("points", "f4", 2),
        ("descriptors", "u1", 32),
        ("sizes_px", "f4"),
        ("angles_deg", "f4"),
    ]
)
"""As they are kept."""


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
    """One page of a form's blank: its key points and, when asked for, its print at both scales,
    patches to look for, and its words."""

    form: Form
    number: int
    width_mm: float
    height_mm: float
    features: Features

    @property
    def image(self) -> Gray:
        return _fine(self.form.blank_path, self.number)

    @property
    def from_print_px(self) -> NDArray[np.uint8]:
        """Each fine pixel's distance from the nearest print, rounded, at most 255."""
        return _distance_from_print(self.form.blank_path, self.number)

    @property
    def from_dark_print_px(self) -> NDArray[np.uint8]:
        """The same from print that a scan, too, shows dark: not from pale frames and rules."""
        return _distance_from_dark_print(self.form.blank_path, self.number)

    @property
    def from_sure_print_px(self) -> NDArray[np.uint8]:
        """The same of print that every copy shows: of what is dark, or of all on a scanned blank,
        which shows black in grey."""
        is_scan = _is_scan(self.form.blank_path, self.number)
        return self.from_print_px if is_scan else self.from_dark_print_px

    @property
    def coarse(self) -> Gray:
        return _coarse(self.form.blank_path, self.number)

    @property
    def patches(self) -> tuple[Patch, ...]:
        return _choose_patches(self)

    @property
    def words(self) -> tuple[Word, ...]:
        """The printed words where the blank's file holds them as text, leader dots left out."""
        return _words(self.form.blank_path, self.number)


def mm_to_raster(px_per_mm: float) -> FloatArray:
    """(3, 3): mm on the form to px of an image of it, whose pixel centres are whole numbers."""
    return np.array([[px_per_mm, 0, -0.5], [0, px_per_mm, -0.5], [0, 0, 1.0]])


def find_features(image: Gray, *, most: int = 1200) -> Features:
    """The strongest ORB key points (Rublee et al., ICCV 2011): they do not mind quarter turns."""
    orb = cv2.ORB.create(nfeatures=most, scaleFactor=1.2, nlevels=6)
    points, descriptors = orb.detectAndCompute(image, None)
    if descriptors is None:
        nothing = np.zeros(0, np.float32)
        return Features(nothing.reshape(0, 2), np.zeros((0, 32), np.uint8), nothing, nothing)
    seen = np.array([(*p.pt, p.size, p.angle) for p in points], np.float32)
    return Features(seen[:, :2].copy(), descriptors, seen[:, 2], seen[:, 3])


@cache
def blank_pages(form: Form) -> tuple[BlankPage, ...]:
    """Every page of the form's blank, in order."""
    path = form.blank_path
    with closing(pdfium.PdfDocument(str(path))) as document:
        sizes_mm = [[v * _MM_PER_PT for v in document[i].get_size()] for i in range(len(document))]
    numbers = range(1, len(sizes_mm) + 1)
    content = hashlib.sha256(path.read_bytes()).hexdigest()
    held = kept(f"{content}-{_finder()}", lambda: _key_points(path, numbers))
    return tuple(
        BlankPage(form, number, width_mm, height_mm, _features(held[held["page"] == number]))
        for number, (width_mm, height_mm) in zip(numbers, sizes_mm, strict=True)
    )


def _key_points(path: Path, numbers: Sequence[int]) -> NDArray[Any]:
    """Those of all pages, to be kept."""
    every = [find_features(_coarse(path, number)) for number in numbers]
    held = np.zeros(sum(len(features.points) for features in every), _KEY_POINT)
    held["page"] = np.repeat(numbers, [len(features.points) for features in every])
    for part in fields(Features):
        held[part.name] = np.concatenate([getattr(features, part.name) for features in every])
    return held


def _features(held: NDArray[Any]) -> Features:
    return Features(*(np.ascontiguousarray(held[part.name]) for part in fields(Features)))


@cache
def _finder() -> str:
    """Names what finds the key points of a blank: this code, and what it draws and seeks with."""
    drawn_by = str(pdfium.PDFIUM_INFO)
    code = code_digest(f"{__name__}:_coarse", f"{__name__}:find_features")
    return hashlib.sha256(f"{code} {drawn_by} {cv2.__version__}".encode()).hexdigest()[:16]


@lru_cache(maxsize=_KEPT_PAGES)
def _fine(path: Path, number: int) -> Gray:
    with closing(pdfium.PdfDocument(str(path))) as document:
        # Needed before any page is loaded: a viewer prints the frames of form fields, too.
        document.init_forms()
        drawn = document[number - 1].render(scale=PX_PER_MM * _MM_PER_PT, grayscale=True)
        return np.ascontiguousarray(drawn.to_numpy().squeeze())


@lru_cache(maxsize=_KEPT_COARSE)
def _coarse(path: Path, number: int) -> Gray:
    with closing(pdfium.PdfDocument(str(path))) as document:
        size_pt = document[number - 1].get_size()
    size = [round(v * _MM_PER_PT * COARSE_PX_PER_MM) for v in size_pt]
    coarse: Gray = cv2.resize(_fine(path, number), size, interpolation=cv2.INTER_AREA)
    return coarse


@lru_cache(maxsize=_KEPT_PAGES)
def _distance_from_print(path: Path, number: int) -> NDArray[np.uint8]:
    from_dark_px = _distance_from_dark_print(path, number)
    return _from_all_print(_fine(path, number), from_dark_px, is_scan=_is_scan(path, number))


def _from_all_print(
    image: Gray, from_dark_px: NDArray[np.uint8], *, is_scan: bool
) -> NDArray[np.uint8]:
    breadth_mm = _SCANNED_BREADTH_MM if is_scan else _PALE_BREADTH_MM
    # Odd, or closing would shift what it closes.
    breadth = np.ones((round(breadth_mm * PX_PER_MM) | 1,) * 2, np.uint8)
    contrast = cv2.morphologyEx(image, cv2.MORPH_BLACKHAT, breadth)
    pale = contrast >= (_SCANNED_DEPTH if is_scan else _PALE_DEPTH)
    pale &= is_scan | (from_dark_px > _FRINGE_PX)
    return np.minimum(from_dark_px, _distance_from(pale)) if pale.any() else from_dark_px


def print_distances(scan: Gray) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Of a scanned blank at ``PX_PER_MM``, each pixel's distance from any print, and from dark
    print, as ``BlankPage`` tells them."""
    from_dark_px = _distance_from(scan < PRINT_LEVEL)
    return _from_all_print(scan, from_dark_px, is_scan=True), from_dark_px


@lru_cache(maxsize=_KEPT_PAGES)
def _distance_from_dark_print(path: Path, number: int) -> NDArray[np.uint8]:
    return _distance_from(_fine(path, number) < PRINT_LEVEL)


def _distance_from(print_: NDArray[np.bool_]) -> NDArray[np.uint8]:
    distance = cv2.distanceTransform((~print_).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    return np.asarray(np.minimum(np.rint(distance), 255), dtype=np.uint8)


@cache
def _is_scan(path: Path, number: int) -> bool:
    """Whether pictures make up the page, in strips perhaps, rather than lines and letters."""
    with closing(pdfium.PdfDocument(str(path))) as document:
        page = document[number - 1]
        width_pt, height_pt = page.get_size()
        boxes = [
            picture.get_bounds() for picture in page.get_objects([pdfium.raw.FPDF_PAGEOBJ_IMAGE])
        ]
    areas = [(right - left) * (top - bottom) for left, bottom, right, top in boxes]
    return bool(sum(areas) > _PICTURE_SHARE * width_pt * height_pt)


@cache
def _words(path: Path, number: int) -> tuple[Word, ...]:
    with closing(pdfium.PdfDocument(str(path))) as document:
        return tuple(_words_on(document[number - 1]))


def _words_on(page: pdfium.PdfPage) -> Iterator[Word]:
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


@cache
def _choose_patches(blank: BlankPage) -> tuple[Patch, ...]:
    """Pieces of print all over the page, outside the zones, where nobody is asked to write."""
    outside = ~_within(blank.coarse, [z.box_mm for z in blank.form.zones_of(blank.number)])
    return _patches(blank.coarse, outside, most=_MAX_PATCHES)


@cache
def dense_patches(blank: BlankPage) -> tuple[tuple[Patch, ...], tuple[Patch, ...]]:
    """All pieces of print outside the zones and, of their leader dots, inside: to know a cut-off
    piece of the page by, which shows few of them."""
    zones = _within(blank.coarse, [z.box_mm for z in blank.form.zones_of(blank.number)])
    return (
        _patches(blank.coarse, ~zones, most=_MAX_DENSE_PATCHES),
        _patches(blank.coarse, zones, most=_MAX_DENSE_PATCHES),
    )


def _within(coarse: Gray, zones_mm: list[BoxMm]) -> NDArray[np.bool_]:
    inside = np.zeros(coarse.shape, dtype=bool)
    for zone in zones_mm:
        edges_mm = (zone.x, zone.y, zone.right, zone.bottom)
        x, y, right, bottom = (round(v * COARSE_PX_PER_MM) for v in edges_mm)
        inside[y:bottom, x:right] = True
    return inside


def _patches(coarse: Gray, where: NDArray[np.bool_], *, most: int) -> tuple[Patch, ...]:
    """The pieces of print that lie mostly ``where`` it is wanted, none over another, and say best
    where they are: of corners, not of edges, along which a piece would slide.

    A corner is where the lesser eigenvalue of the gradients' covariance is large (Shi and Tomasi,
    CVPR 1994). Pieces are taken all over the page rather than where they crowd.
    """
    w, h = (round(v * COARSE_PX_PER_MM) for v in _PATCH_MM)
    corners = np.asarray(cv2.cornerMinEigenVal(coarse, blockSize=3, ksize=3) * where, np.float32)
    light = np.asarray(coarse / 255, np.float32)
    variance = _means(light**2, (w, h)) - _means(light, (w, h)) ** 2
    # Corners at a piece's very edge look beyond it.
    inner = np.roll(_means(corners, (w - 4, h - 4)), (-2, -2), (0, 1))
    useful = (variance >= _MIN_VARIANCE) & (inner >= _MIN_CORNERS * variance)
    useful &= _means(where.astype(np.float32), (w, h)) >= _MIN_WHERE
    score = np.where(useful, inner, np.float32(0))
    score[-h:] = score[:, -w:] = 0
    crowd = round(_CROWD_MM * COARSE_PX_PER_MM)
    patches: list[Patch] = []
    while len(patches) < most:
        y, x = (int(i) for i in np.unravel_index(int(np.argmax(score)), score.shape))
        if score[y, x] <= 0:
            break
        patches.append(Patch(x, y, coarse[y : y + h, x : x + w].copy()))
        score[max(0, y - crowd) : y + crowd, max(0, x - crowd) : x + crowd] *= _CROWDED
        score[max(0, y - h) : y + h, max(0, x - w) : x + w] = 0
    return tuple(patches)


def _means(values: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """The mean in the box of that size, (width, height), whose upper left corner each pixel is."""
    means = cv2.blur(values, size, anchor=(0, 0), borderType=cv2.BORDER_CONSTANT)
    return np.asarray(means, np.float32)
