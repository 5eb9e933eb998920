"""Light shades of a blank that a picture shows, and the white cells that they enclose."""

from collections.abc import Iterator

import cv2
import numpy as np

from pipeline.drafting.linework import without_doubles
from pipeline.geometry import BoxMm
from pipeline.records import Gray, Mask

_BROAD_MM = 2.4
"""No stroke of print is as broad."""
_LEAST_LONG_MM = 6.0
_SHADE_PX_PER_MM, _SHADE_MM = 6.0, 45.0
"""A shade is narrower than that in one direction: what is larger is the colour of the paper."""
_FAINT_DEPTH, _SHADE_DEPTH, _DARK_DEPTH, _PRINT_DEPTH = 5, 9, 75, 55
"""How much darker than paper a shade is, at least and at most; and print, than what it is on."""
_BESIDE_PRINT_MM, _LEAST_BESIDE = 3.5, 30
_LEAST_SHADE_MM, _LEAST_CELL_MM, _MOST_CELL_MM = 3.0, 2.3, 40.0
_INSET_MM, _AROUND_MM, _LEAST_STEP = 0.7, 2.2, 3
"""A shade is looked at so far inside its edge, and what is around it between so far and so far."""
_FILLED, _RIM_MM, _SHADED = 0.88, 0.4, 0.75


def shades_of(gray: Gray, px_per_mm: float) -> tuple[list[BoxMm], list[BoxMm]]:
    """Rectangles of a light shade, and the white ones that these enclose."""
    shade = _shade_depth(gray, _SHADE_PX_PER_MM / px_per_mm)
    mask = cv2.inRange(shade, _SHADE_DEPTH, _DARK_DEPTH)
    tints = _tints(mask)
    cells = [
        box
        for box in _filled(cv2.bitwise_not(mask), cv2.RETR_LIST)
        if _LEAST_CELL_MM <= min(box.w, box.h) <= _MOST_CELL_MM and _is_shaded_about(box, mask)
    ]
    # Over a broad area even the faintest shade stands out from the noise.
    faint = cv2.inRange(cv2.blur(shade, (7, 7)), _FAINT_DEPTH, _DARK_DEPTH)
    every = without_doubles([*tints, *_tints(faint)], share=0.5)
    return [tint for tint in every if _stands_out(tint, shade)], cells


def _stands_out(tint: BoxMm, shade: Gray) -> bool:
    """Whether it is darker than what is around it: light falls unevenly on a page."""
    inner = part_of(shade, tint.grown(-_INSET_MM, -_INSET_MM), _SHADE_PX_PER_MM)
    outer, between = (tint.grown(by, by) for by in (_AROUND_MM, _INSET_MM))
    around = part_of(shade, outer, _SHADE_PX_PER_MM).astype(np.float64)
    top, left = (
        round((a - b) * _SHADE_PX_PER_MM)
        for a, b in (
            (max(0.0, between.y), max(0.0, outer.y)),
            (max(0.0, between.x), max(0.0, outer.x)),
        )
    )
    high, wide = (round(v * _SHADE_PX_PER_MM) for v in (between.h, between.w))
    around[top : top + high, left : left + wide] = np.nan
    if not inner.size or np.isnan(around).all():
        return True
    return bool(np.median(inner) - np.nanmedian(around) >= _LEAST_STEP)


def _is_shaded_about(box: BoxMm, mask: Mask) -> bool:
    """Whether a white box has a shade all around it."""
    outer = part_of(mask, box.grown(_RIM_MM, _RIM_MM), _SHADE_PX_PER_MM)
    inner = part_of(mask, box, _SHADE_PX_PER_MM)
    rim = np.count_nonzero(outer) - np.count_nonzero(inner)
    return bool(rim >= _SHADED * (outer.size - inner.size))


def _tints(mask: Mask) -> list[BoxMm]:
    clean = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((7, 7), np.uint8))
    return [
        box
        for box in _filled(clean, cv2.RETR_EXTERNAL)
        if min(box.w, box.h) >= _LEAST_SHADE_MM and max(box.w, box.h) >= _LEAST_LONG_MM
    ]


def _shade_depth(gray: Gray, scale: float) -> Gray:
    """How much darker than the paper around it each point is, print left out."""
    small = np.asarray(
        cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
    )
    stroke = np.ones((round(_BROAD_MM * _SHADE_PX_PER_MM) | 1,) * 2, np.uint8)
    bare = cv2.morphologyEx(small, cv2.MORPH_CLOSE, stroke)
    printed = cv2.compare(cv2.subtract(bare, small), _PRINT_DEPTH, cv2.CMP_GE)
    printed = cv2.dilate(printed, np.ones((3, 3), np.uint8))
    lifted = cv2.medianBlur(_filled_in(small, np.asarray(printed, np.uint8), bare), 3)
    sixth = cv2.resize(lifted, None, fx=1 / 6, fy=1 / 6, interpolation=cv2.INTER_AREA)
    even = lit(lifted, np.asarray(sixth, np.uint8), _SHADE_PX_PER_MM / 6, blur_px=2)
    return np.asarray(cv2.blur(cv2.bitwise_not(even), (3, 3)), np.uint8)


def _filled_in(small: Gray, printed: Mask, bare: Gray) -> Gray:
    """The picture with its print as bright as what lies around it on the mean: its brightest, which
    ``bare`` shows, would look like paper on the noise of a faint shade."""
    rest = cv2.bitwise_not(printed)
    window = (round(_BESIDE_PRINT_MM * _SHADE_PX_PER_MM) | 1,) * 2
    share = cv2.blur(rest, window)
    mean = cv2.divide(cv2.blur(cv2.bitwise_and(small, rest), window), share, scale=255)
    mean = np.where(share >= _LEAST_BESIDE, mean, bare)
    return np.asarray(np.where(printed > 0, mean, small), np.uint8)


def _filled(mask: Mask, mode: int) -> Iterator[BoxMm]:
    """The boxes of what is a rectangle in a mask."""
    outlines, _ = cv2.findContours(mask, mode, cv2.CHAIN_APPROX_SIMPLE)
    for outline in outlines:
        x, y, w, h = cv2.boundingRect(outline)
        if min(w, h) > 4 and cv2.contourArea(outline) >= _FILLED * (w - 1) * (h - 1):
            yield in_mm(x, y, w, h, _SHADE_PX_PER_MM)


def lit(gray: Gray, small: Gray, px_per_mm: float, *, blur_px: float) -> Gray:
    """A picture on even paper; ``small`` is the same, so fine: the window is large."""
    side = round(_SHADE_MM * px_per_mm) | 1
    # Beyond the page is paper, too: else a broad band at its edge would be taken for that.
    white = int(np.percentile(small, 90))
    wide = cv2.copyMakeBorder(small, *(side,) * 4, cv2.BORDER_CONSTANT, value=white)
    closed = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    paper = cv2.GaussianBlur(closed[side:-side, side:-side], (0, 0), blur_px)
    paper = cv2.resize(paper, gray.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(gray, cv2.max(paper, 40), scale=255), np.uint8)


def part_of(mask: Mask, box: BoxMm, px_per_mm: float) -> Mask:
    edges = (box.x, box.y, box.right, box.bottom)
    x, y, right, bottom = (max(0, round(v * px_per_mm)) for v in edges)
    return mask[y : max(bottom, y + 1), x : max(right, x + 1)]


def in_mm(x: float, y: float, w: float, h: float, px_per_mm: float) -> BoxMm:
    return BoxMm(*(value / px_per_mm for value in (x, y, w, h)))
