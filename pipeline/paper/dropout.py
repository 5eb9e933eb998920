"""Flatten a page onto its form and drop the form's own print, keeping the strokes that cross it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms.blank import PX_PER_MM, BlankPage, mm_to_raster
from pipeline.geometry import BoxMm
from pipeline.paper.pale import PaleInk, darkened, find_pale_ink, tint_depth, tint_of
from pipeline.paper.quality import has_grey
from pipeline.records import AlignedPage, Gray, Mask

Pixel = TypeVar("Pixel", bound=np.generic)

_BACKGROUND_PX = 8
_BLANKS = 8
_MAX_SPREAD_PX = 4
_MIN_SPECK_MM2 = 0.07
"""Smaller specks are a scanner's noise: a pen's full stop is 0.1 mm2 or more."""
_MIN_MARK_MM2, _MARK_GAP_MM = 0.03, 0.6
"""But so little may be an accent in small type on a coarse scan, this near above other ink."""
_BLACK_SHARE = 0.1
"""Fewer black pixels, of those of a blank's print, are dust on a pale scan."""
_SPREAD_EXCESS = 0.08
"""Print is taken to reach as far as pixels near it are this much oftener dark than pixels apart."""
_PRINT_BREADTH_MM = 2.4
"""What is broader than that is a tint; the tints of so many blanks are kept, 1 MB each."""
_FRINGE_PX = 3
"""So far from print its fading edge reaches."""
_BRIDGE_MM = 0.55
"""Over this much more than the removed print's own width, a stroke that enters print on one side
and leaves it on the other is taken to go on under it (a leader dot is 0.5 mm wide)."""


@dataclass(frozen=True, slots=True)
class CleanPage:
    """A page flattened onto its form at ``PX_PER_MM``: ``image`` as scanned, ``clean`` less print
    and with pale ink made dark.

    ``ink`` is 255 where somebody wrote, else 0; ``pale`` where with ink paler than print;
    ``traces`` where somebody may have written. All (height, width) on the mm frame.
    """

    image: Gray
    clean: Gray
    ink: Mask
    pale: Mask
    traces: Mask


def drop_print(aligned: AlignedPage, blank: BlankPage, *, beyond: Mask | None = None) -> CleanPage:
    """The page on the mm frame with even paper, with and without the form's own print.

    ``beyond``: 255 where the sheet is not, far from any print.
    """
    flat = flattened(aligned, blank)
    distance, from_dark = blank.from_print_px, blank.from_dark_print_px
    if beyond is not None:
        distance, from_dark = cv2.bitwise_or(distance, beyond), cv2.bitwise_or(from_dark, beyond)
    # A scanned blank's hairlines are grey: where it has letters, too, these say what black is.
    black = np.count_nonzero(from_dark == 0) > _BLACK_SHARE * np.count_nonzero(distance == 0)
    sharp = from_dark if black else distance
    dark: Mask = cv2.compare(flat, _ink_level(flat, sharp), cv2.CMP_LT)
    spread_px = _print_spread_px(dark, sharp)
    near_print = cv2.compare(distance, spread_px, cv2.CMP_LE)
    written = cv2.bitwise_and(dark, cv2.bitwise_not(near_print))
    if has_grey(aligned.page.image):
        boxes, tint = _tints(blank), _tint(blank)
        pale = find_pale_ink(flat, written, distance, spread_px=spread_px, boxes=boxes, tint=tint)
    else:
        pale = PaleInk(np.zeros_like(flat), np.zeros_like(flat))
    written = cv2.bitwise_or(written, pale.strokes)
    bridged = cv2.bitwise_and(_bridge(written, spread_px), dark)
    crossing = cv2.bitwise_and(bridged, near_print)
    ink = _without_specks(cv2.bitwise_or(written, crossing), distance, spread_px)
    # Print fades out over a pixel or two: what is grey there goes with it, unless it is by ink.
    apart_from_ink = cv2.bitwise_not(cv2.dilate(ink, np.ones((3, 3), np.uint8)))
    faded = cv2.bitwise_and(cv2.compare(distance, spread_px + 1, cv2.CMP_LE), apart_from_ink)
    clean = darkened(cv2.bitwise_or(flat, faded), pale.strokes)
    return CleanPage(flat, clean, ink, pale=cv2.bitwise_and(pale.strokes, ink), traces=pale.traces)


@lru_cache(maxsize=_BLANKS)
def _tints(blank: BlankPage) -> dict[BoxMm, float]:
    """The check boxes of a page, and how much darker than around them they are printed."""
    boxes = (box for zone in blank.form.zones_of(blank.number) for box in zone.filled)
    even = flatten(blank.image)
    return {box: tint_of(even, box) for box in boxes}


def flattened(aligned: AlignedPage, blank: BlankPage, px_per_mm: float = PX_PER_MM) -> Gray:
    """The page on the mm frame, so fine, on even white paper."""
    return flatten(_rectify(aligned, blank, px_per_mm))


def _rectify(aligned: AlignedPage, blank: BlankPage, px_per_mm: float) -> Gray:
    """The one interpolation: page px straight to the mm frame, skew and perspective undone."""
    to_raster = mm_to_raster(px_per_mm) @ aligned.homography.matrix
    height, width = blank.image.shape
    size = [round(side * px_per_mm / PX_PER_MM) for side in (width, height)]
    rectified: Gray = cv2.warpPerspective(
        aligned.page.image,
        to_raster,
        size,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=255,
    )
    return rectified


def flatten(image: Gray) -> Gray:
    """Divide by the paper's brightness, so that shadow and grey paper become white."""
    h, w = image.shape
    small = cv2.resize(
        image, (w // _BACKGROUND_PX, h // _BACKGROUND_PX), interpolation=cv2.INTER_AREA
    )
    paper = cv2.dilate(small, np.ones((5, 5), np.uint8))
    paper = cv2.GaussianBlur(cv2.medianBlur(paper, 9), (0, 0), 3)
    paper = np.asarray(cv2.resize(paper, (w, h), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
    np.maximum(paper, 40, out=paper)
    flat: Gray = cv2.divide(image, paper, scale=255)
    return flat


def _ink_level(flat: Gray, distance: Mask) -> float:
    """Grey below which a pixel is ink: a pen may be a good deal fainter than the print."""
    on_print = flat[distance == 0]
    print_gray = float(np.percentile(on_print, 30)) if on_print.size else 0.0
    return 255 - 0.35 * (255 - print_gray)


@lru_cache(maxsize=_BLANKS)
def _tint(blank: BlankPage) -> Gray:
    """What the form's tints look like, before anybody writes, to who seeks pale ink."""
    stroke = np.ones((round(_PRINT_BREADTH_MM * PX_PER_MM),) * 2, np.uint8)
    closed = cv2.morphologyEx(blank.image, cv2.MORPH_CLOSE, stroke)
    # What is too pale for print stays: hairlines of the tint between white cells.
    without_print = np.where(blank.from_print_px <= _FRINGE_PX, closed, blank.image)
    return tint_depth(flatten(np.asarray(without_print, dtype=np.uint8)))


def _print_spread_px(dark: Mask, distance: Mask) -> int:
    """How far this scan's print reaches beyond the blank's: blur, bleeding, misalignment."""
    reach = _MAX_SPREAD_PX + 8
    counts, darkness = (
        cv2.calcHist([distance], [0], mask, [reach], [0, reach]).ravel() for mask in (None, dark)
    )
    share = darkness.astype(np.float64) / np.maximum(counts, 1)
    apart = float(share[_MAX_SPREAD_PX + 1 :].mean())
    for spread in range(_MAX_SPREAD_PX):
        if share[spread + 1] - apart < _SPREAD_EXCESS:
            return spread
    return _MAX_SPREAD_PX


def _bridge(written: Mask, spread_px: int) -> Mask:
    """Close short gaps in the strokes along eight directions, as far as a leader dot is wide."""
    length = round(_BRIDGE_MM * PX_PER_MM) + 2 * spread_px + 1
    closed = np.zeros_like(written)
    for angle in np.arange(0, 180, 22.5):
        closed |= cv2.morphologyEx(written, cv2.MORPH_CLOSE, segment(length, float(angle)))
    return closed


def _without_specks(ink: Mask, distance: Mask, spread_px: int) -> Mask:
    """Ink that never leaves the surroundings of print is a rest of it; a few pixels are noise, but
    right above other ink they may be an accent."""
    count, labels = cv2.connectedComponents(ink)
    # One pixel in a hundred: the page itself is not gone through again; of bools, zeros are quick.
    at = np.flatnonzero(ink > 0)
    label = labels.ravel()[at]
    area_mm2 = np.bincount(label, minlength=count) / PX_PER_MM**2
    beyond = np.zeros(count, dtype=bool)
    beyond[label[distance.ravel()[at] > spread_px + 1]] = True
    cleaned = np.zeros_like(ink)
    cleaned.ravel()[at[(beyond & (area_mm2 >= _MIN_SPECK_MM2))[label]]] = 255
    upwards = np.ones((round(_MARK_GAP_MM * PX_PER_MM) + 1, 3), np.uint8)
    above = cv2.dilate(cleaned, upwards, anchor=(1, 0)).ravel()[at] > 0
    marks = np.zeros(count, dtype=bool)
    marks[label[above]] = True
    cleaned.ravel()[at[(beyond & marks & (area_mm2 >= _MIN_MARK_MM2))[label]]] = 255
    return cleaned


def segment(length: int, angle_deg: float) -> Mask:
    """A straight line one px wide through a square of that many px, for morphology."""
    kernel = np.zeros((length, length), np.uint8)
    middle = (length - 1) / 2
    dx, dy = np.cos(np.radians(angle_deg)) * middle, np.sin(np.radians(angle_deg)) * middle
    start = (round(middle - dx), round(middle - dy))
    end = (round(middle + dx), round(middle + dy))
    return np.asarray(cv2.line(kernel, start, end, 1, 1), dtype=np.uint8)


def crop(image: NDArray[Pixel], box_mm: BoxMm) -> NDArray[Pixel]:
    """The part of a rectified image under a box, cut off at the page's edge."""
    h, w = image.shape
    x0, y0 = max(0, round(box_mm.x * PX_PER_MM)), max(0, round(box_mm.y * PX_PER_MM))
    x1, y1 = min(w, round(box_mm.right * PX_PER_MM)), min(h, round(box_mm.bottom * PX_PER_MM))
    return image[y0:y1, x0:x1]
