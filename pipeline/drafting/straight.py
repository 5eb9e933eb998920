"""A picture of a blank made straight: the sheet cut out of a photo, and turned until it is level.

The slope is the shear whose profile is the sharpest (Postl, "Detection of Linear Oblique Structures
and Skew Scan in Digitized Documents", ICPR 1986), sought coarsely, then finely.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.drafting.banded import with_band
from pipeline.forms.blank import PX_PER_MM
from pipeline.paper.dropout import flatten
from pipeline.records import Gray

_MM_PER_INCH = 25.4
_SMALL_PX = 700
_SHEET_SHARE = 0.3, 0.985
"""Of the picture, what a sheet takes that lies on a desk."""
_FILLED = 0.93
"""Share of the four-sided outline that is paper, at least."""
_LEVELS = np.linspace(0.5, 1.1, 13)
_GROUND, _EDGE = 0.25, 0.006
"""Share of the ground that may be as bright as paper; how near a side is to the picture's edge."""
_A4_MM, _ASPECT = (210.0, 297.0), 0.05
"""A sheet whose sides are in the proportion of A4, or nearly, is one."""
_COARSE_PX_PER_MM = 5.0
_MOST_SLOPE, _STEP, _FINE_STEP = 0.08, 0.002, 0.0002
_MOST_GROWTH, _CLEARER, _ROUNDS = 0.1, 1.1, 3
_MOST_POINTS, _LEAST_POINTS = 30_000, 200
_DARK = 150

_Points = NDArray[np.float64]


def straightened(image: Gray, dpi: float) -> Gray:
    """The sheet at ``PX_PER_MM``, level; a sheet that nothing shows the size of is taken for A4."""
    outline = _sheet_outline(image)
    straight = _resized(image, dpi) if outline is None else _cut_out(image, outline)
    return _level(straight)


def _sheet_outline(image: Gray) -> NDArray[np.float32] | None:
    """The corners of a sheet on a darker ground, clockwise from the upper left; None without."""
    scale = _SMALL_PX / max(image.shape)
    seen = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    # Print is no edge of the paper.
    small = cv2.GaussianBlur(cv2.morphologyEx(seen, cv2.MORPH_CLOSE, np.ones((9, 9))), (0, 0), 1.5)
    usual, _ = cv2.threshold(small, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    # The paper's darkest corner may be about as dark as the ground is elsewhere.
    outlines = (_outline(small, share * usual) for share in _LEVELS)
    best = max((outline for outline in outlines if outline), default=None, key=lambda o: o[0])
    return with_band(np.asarray(seen, np.uint8), best[1]) / np.float32(scale) if best else None


def _outline(small: Gray, level: float) -> tuple[float, NDArray[np.float32]] | None:
    """The sheet as what is brighter than a level shows it, and how well that is four-sided."""
    paper = np.asarray(cv2.compare(small, level, cv2.CMP_GT), np.uint8)
    outlines, _ = cv2.findContours(paper, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return None
    corners = _four_corners(cv2.convexHull(max(outlines, key=cv2.contourArea)))
    if corners is None or _is_cut(corners, small):
        return None
    area = cv2.contourArea(corners)
    inside = np.zeros_like(paper)
    cv2.fillConvexPoly(inside, np.rint(corners).astype(np.int32), 255)
    within = cv2.countNonZero(cv2.bitwise_and(inside, paper))
    beyond = cv2.countNonZero(paper) - within
    low, high = (share * small.size for share in _SHEET_SHARE)
    filled, ground = within / max(1.0, area), beyond / max(1.0, small.size - area)
    if not low <= area <= high or filled < _FILLED or ground > _GROUND:
        return None
    return filled - ground, corners


def _is_cut(corners: NDArray[np.float32], image: Gray) -> bool:
    """Whether corners lie at the picture's edge: a scan, with something dark beside the paper."""
    high, wide = image.shape
    near = _EDGE * max(high, wide)
    inside = (corners > near).all(axis=1) & (corners < (wide - 1 - near, high - 1 - near)).all(
        axis=1
    )
    return int(inside.sum()) < 3


def _four_corners(hull: NDArray[np.int32]) -> NDArray[np.float32] | None:
    length = cv2.arcLength(hull, closed=True)
    for share in (0.01, 0.02, 0.03, 0.05):
        outline = cv2.approxPolyDP(hull, share * length, closed=True).reshape(-1, 2)
        if len(outline) == 4:
            break
    else:
        return None
    total, apart = outline.sum(axis=1), np.diff(outline, axis=1).ravel()
    at = [total.argmin(), apart.argmin(), total.argmax(), apart.argmax()]
    return np.asarray(outline[at], np.float32) if len(set(map(int, at))) == 4 else None


def _cut_out(image: Gray, corners: NDArray[np.float32]) -> Gray:
    across = [np.linalg.norm(corners[1] - corners[0]), np.linalg.norm(corners[2] - corners[3])]
    down = [np.linalg.norm(corners[3] - corners[0]), np.linalg.norm(corners[2] - corners[1])]
    aspect = float(np.mean(down) / np.mean(across))
    short, long = _A4_MM
    if aspect < 1:
        width, height = long, long * aspect
    else:
        width, height = long / aspect, long
    if abs(max(aspect, 1 / aspect) / (long / short) - 1) <= _ASPECT:
        width, height = (long, short) if aspect < 1 else (short, long)
    wide, high = round(width * PX_PER_MM), round(height * PX_PER_MM)
    flat = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32) - np.float32(0.5)
    matrix = cv2.getPerspectiveTransform(corners, flat)
    cut = cv2.warpPerspective(
        image, matrix, (wide, high), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(cut, np.uint8)


def _resized(image: Gray, dpi: float) -> Gray:
    scale = PX_PER_MM / (dpi / _MM_PER_INCH)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=how), np.uint8)


def _level(image: Gray) -> Gray:
    """Each row made level: on a photo, they may lean more at its top than at its foot."""
    high, wide = image.shape
    x = np.arange(wide, dtype=np.float32)[None] - np.float32(wide / 2)
    y = np.arange(high, dtype=np.float32)[:, None]
    middle, growth = _slopes(image)
    slope = middle + growth * (y - high / 2)
    # A turn, whose slope differs from row to row.
    turned = 1 / np.sqrt(1 + np.float32(middle) ** 2)
    from_x = np.asarray(wide / 2 + (x - middle * (y - high / 2)) * turned, np.float32)
    from_y = np.asarray(high / 2 + (y - high / 2 + slope * x) * turned, np.float32)
    paper = int(np.percentile(image[::16, ::16], 80))
    level = cv2.remap(
        *(image, from_x, from_y, cv2.INTER_CUBIC),
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=paper,
    )
    return np.asarray(level, np.uint8)


def _slopes(image: Gray) -> tuple[float, float]:
    """How much print and rules fall a pixel to the right in the middle, and how much more they do
    a pixel further down."""
    scale = _COARSE_PX_PER_MM / PX_PER_MM
    coarse = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    dark = flatten(np.asarray(coarse, np.uint8)) < _DARK
    # A scanner's lid and the edge of the sheet are no print.
    margin = round(4 * _COARSE_PX_PER_MM)
    dark[:margin] = dark[-margin:] = dark[:, :margin] = dark[:, -margin:] = False
    rows, columns = (values.astype(np.float64) for values in np.nonzero(dark))
    if len(rows) < _LEAST_POINTS:
        return 0.0, 0.0
    step = len(rows) // _MOST_POINTS + 1
    y, x = rows[::step], columns[::step] - coarse.shape[1] / 2
    down = y - coarse.shape[0] / 2
    growths = np.linspace(-_MOST_GROWTH, _MOST_GROWTH, 41) / coarse.shape[0]
    coarsely = np.arange(-_MOST_SLOPE, _MOST_SLOPE + _STEP, _STEP)
    finely = np.arange(-2 * _STEP, 2 * _STEP, _FINE_STEP)
    growth = 0.0
    for _ in range(_ROUNDS):
        level = y - growth * down * x
        middle = _sharpest(level, x, coarsely)
        middle = _sharpest(level, x, middle + finely)
        # It counts only where it is clear: on a level sheet all are about as good.
        growth = _sharpest(y - middle * x, down * x, growths, clearly=True)
    return middle, growth * scale


def _sharpest(y: _Points, x: _Points, slopes: _Points, *, clearly: bool = False) -> float:
    """The slope along which the points gather most; 0 where that is to be, and is not, clear."""
    # Anywhere in their pixels: on their lattice, the level rows would always look sharp.
    y = y + np.random.default_rng(0).random(len(y))
    sharpness = []
    for slope in slopes:
        rows = np.floor(y - slope * x).astype(np.int64)
        sharpness.append(float((np.bincount(rows - rows.min()).astype(np.float64) ** 2).sum()))
    smooth = np.convolve(np.pad(sharpness, 1, mode="edge"), [0.25, 0.5, 0.25], "valid")
    best = int(smooth.argmax())
    if clearly and smooth[best] < _CLEARER * smooth[len(smooth) // 2]:
        return 0.0
    return float(slopes[best])
