"""Strokes paler than print: pencil, light blue, a pen that runs dry.

Ink is what differs from this paper. What is darker than its surroundings, by more than the paper's
own noise and than the halo of the form's print, and shaped as a pen draws, is a stroke however pale
it is. A fold, a stain's rim or a shadow is longer, or broader.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms.blank import PX_PER_MM
from pipeline.geometry import BoxMm
from pipeline.paper.components import find_components
from pipeline.paper.rims import find_rims
from pipeline.records import Gray, Mask

_SCALE = PX_PER_MM / 2
"""px per mm of the picture that is searched: half the page's own, for speed and against noise."""
_BREADTH_MM = 2.25
"""Broader than any pen's stroke: a shadow's edge is."""
_LEAST_DEPTH = 8.0
"""So much darker than paper, of 255, is seen as ink where there is no noise at all."""
_NOISE, _TAIL, _HALO = 6.0, 1.25, 1.5
"""Ink is so many times deeper than paper is by its usual noise, than paper's deepest hundredth, and
near print, than the deepest fiftieth of what surrounds print."""
_TRACE = 0.8
"""What is as deep as this share of it may be ink."""
_TINT, _TINT_EDGE, _TINT_REACH_MM = 1.5, 4.0, 1.0
"""A tint is up to so many times as deep as on the blank, and as much more where a hairline falls
between pixels; and lies so far askew: half of that."""
_PRINT_REACH_PX = 2
_NEAR_PRINT_PX, _FAR_FROM_PRINT_PX = 10, 12
_LEAST_MM, _LEAST_MM2, _SPECK_MM2 = 1.0, 0.7, 1.5
"""A shorter or smaller spot is a speck; so is one a good deal larger that is dark in its middle."""
_LEAVES_MM, _LEAVES_MM2 = 1.0, 0.08
"""A stroke leaves the surroundings of print, and of dark ink, so far and with so much of it."""
_MARK_MM2, _MARK_GAP_MM = 0.06, 1.5
"""But so little is a dot or an accent, this near to a stroke."""
_JOINED_MM = 3.0
_FOLD_MM = (40.0, 3.0)
"""Longer than that, and no broader, is a fold of the paper."""
_RING_MM, _RING_FILL = 18.0, 0.15
"""Higher than any line, and mostly empty, is the rim of a stain."""
_BOX_EDGE_MM, _BOX_HALO_MM = 0.7, 1.0
"""So near to a box's edge is its print, and so near the halo of print that lies a little askew."""
_BOX_PRINT_PX = 5
"""A box may be a cell of a table with print in it, of which so much around is no trace."""
_DARK_SHARE, _SPECKED_SHARE = 0.35, 0.1
"""A stroke of which so much is dark ink is no pale one but its soft edge: beside paler, and beside
darker strokes."""
_CORE_DEPTH, _CORE_SHARE = 100, 0.05
"""So is one of which so much is so deep."""
_DARK_DEPTH, _MOST_GAIN = 170.0, 14.0
"""So deep is the ink that an engine was taught to read; but what little there is stays little."""
_GAIN_REACH_MM = 1.5


@dataclass(frozen=True, slots=True)
class PaleInk:
    """255 where a pale stroke is, and where one may be; (height, width), as the page was given."""

    strokes: Mask
    traces: Mask


def find_pale_ink(
    flat: Gray,
    dark: Mask,
    from_print_px: NDArray[np.uint8],
    *,
    spread_px: int,
    boxes: Mapping[BoxMm, float],
    tint: Gray | None = None,
) -> PaleInk:
    """The pale ink of a page on the mm frame whose paper is even.

    ``dark``: where its dark ink is. ``from_print_px``: each pixel's distance from the form's print,
    which reaches ``spread_px`` further on this page. ``boxes``: the form's check boxes, which may
    be filled all over, and how much darker than their surroundings, of 255, they are
    printed. ``tint``: the form's own ``tint_depth``.
    """
    height, width = flat.shape[0] // 2, flat.shape[1] // 2
    even = (slice(2 * height), slice(2 * width))  # of which halving takes the mean, and little time
    half = _halved(flat)
    darkness = np.asarray(cv2.resize(dark[even], (width, height), interpolation=cv2.INTER_AREA))
    from_print = np.ascontiguousarray(from_print_px[even][::2, ::2])
    by_print = cv2.compare(from_print, spread_px + _PRINT_REACH_PX, cv2.CMP_LE)
    near_print = cv2.compare(from_print, _NEAR_PRINT_PX, cv2.CMP_LE)
    depth = _depth(half)
    if tint is not None:
        depth = cv2.subtract(depth, tint)
    apart = cv2.bitwise_not(cv2.dilate(darkness, _square(_LEAVES_MM)))
    far = cv2.compare(from_print, _FAR_FROM_PRINT_PX, cv2.CMP_GT) & apart
    around_print, off_print = near_print & ~by_print, ~near_print
    level, near_level, least = _levels(depth, far=far, near=around_print & apart)

    def deeper(share: float) -> Mask:
        near = cv2.compare(depth, share * near_level, cv2.CMP_GT) & around_print
        far = cv2.compare(depth, share * level, cv2.CMP_GT) & off_print
        return np.asarray(near | far, dtype=np.uint8)

    strokes, traces = _strokes(deeper(1.0), deeper(_TRACE), depth, darkness, from_print)
    for box, own in boxes.items():
        inside = _inside(box)
        middle = _pixels(box.grown(-_BOX_HALO_MM, -_BOX_HALO_MM))
        deep, is_free = depth[middle] > least, from_print[middle] > _BOX_PRINT_PX
        traces[middle][deep & is_free] = 255
        if _is_filled(half, darkness, box, near_level + own):
            strokes[inside] = 255
    return PaleInk(_doubled(strokes, flat), _doubled(traces, flat))


def tint_depth(flat: Gray) -> Gray:
    """How deep a form's tints seem at most, where they end, half as large as the page.

    ``flat``: its blank, less the print, on the mm frame, with even paper.
    """
    own = _depth(_halved(flat))
    depth = cv2.add(cv2.multiply(own, _TINT), cv2.min(own, _TINT_EDGE))
    return np.asarray(cv2.dilate(depth, _square(_TINT_REACH_MM)), dtype=np.uint8)


def _halved(flat: Gray) -> Gray:
    """The page as it is searched, at ``_SCALE``."""
    height, width = flat.shape[0] // 2, flat.shape[1] // 2
    even = flat[: 2 * height, : 2 * width]
    half = cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(half, (0, 0), 0.6), dtype=np.uint8)


def _depth(half: Gray) -> Gray:
    """How much darker each pixel is than what lies around it, broader than any pen's stroke."""
    depth = cv2.morphologyEx(half, cv2.MORPH_BLACKHAT, _square(_BREADTH_MM))
    return np.asarray(depth, dtype=np.uint8)


def _doubled(mask: Mask, page: Gray) -> Mask:
    """The mask as large as the page."""
    if not mask.any():
        return np.zeros_like(page)
    return np.asarray(cv2.resize(mask, page.shape[::-1], interpolation=cv2.INTER_NEAREST))


def darkened(page: Gray, strokes: Mask) -> Gray:
    """The page with its pale ``strokes`` as dark as ink usually is; nothing else is changed."""
    if not strokes.any():
        return page
    x, y, w, h = cv2.boundingRect(strokes)
    part, ink = page[y : y + h, x : x + w], strokes[y : y + h, x : x + w]
    depth = np.where(ink > 0, 255 - part, 0).astype(np.uint8)
    reach = np.ones((round(_GAIN_REACH_MM * PX_PER_MM),) * 2, np.uint8)
    deepest = cv2.blur(cv2.dilate(depth, reach), reach.shape).astype(np.float32)
    paper = 255 - float(np.median(part))
    gain = np.clip(_DARK_DEPTH / np.maximum(deepest - paper, 1), 1, _MOST_GAIN)
    darker = np.clip(255 - (255 - part - paper) * gain, 0, 255).astype(np.uint8)
    edge = cv2.dilate(ink, np.ones((5, 5), np.uint8))
    copy = page.copy()
    copy[y : y + h, x : x + w] = np.where(edge > 0, np.minimum(darker, part), part)
    return copy


def _square(side_mm: float) -> Mask:
    return np.ones((round(side_mm * _SCALE),) * 2, np.uint8)


def _levels(depth: Gray, *, far: Mask, near: Mask) -> tuple[float, float, float]:
    """How deep ink is at least: apart from print, and near it; and what may be ink in a box of
    print, where most of print's halo is seen."""
    few = depth[::2, ::2]
    apart, halo = few[far[::2, ::2] > 0], few[near[::2, ::2] > 0]
    middle, usual, deepest = np.percentile(apart, (50, 84, 99)) if apart.size else (0, 0, 0)
    level = max(_LEAST_DEPTH, middle + _NOISE * (usual - middle), _TAIL * deepest)
    most, all_but_few = np.percentile(halo, (90, 98)) if halo.size else (0, 0)
    return level, max(level, _HALO * all_but_few), max(_LEAST_DEPTH, 2 * _HALO * most)


def _strokes(
    deep: Mask, deepish: Mask, depth: Gray, darkness: Gray, from_print_px: NDArray[np.uint8]
) -> tuple[Mask, Mask]:
    """What a pen has drawn of what is ``deep``, but for the strokes that are dark; and what it may
    have drawn of what is ``deepish``."""
    linked = cv2.morphologyEx(deepish, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    labels, stats, _ = find_components(linked)
    count = len(stats)
    at = np.flatnonzero(deepish > 0)
    label = labels.ravel()[at]
    area = np.bincount(label, minlength=count)
    share = np.bincount(label, darkness.ravel()[at], minlength=count) / np.maximum(255 * area, 1)
    core = np.bincount(label[depth.ravel()[at] > _CORE_DEPTH], minlength=count)
    dark = (share > _DARK_SHARE) | (core > _CORE_SHARE * area)
    # Who writes with a dark pen writes thinly, too: only all in all a page tells a pale one.
    if 2 * area[dark].sum() > area.sum():
        small = area < _SPECK_MM2 * _SCALE**2
        dark |= (share > _SPECKED_SHARE) & (small | (core > 0))
    halo = cv2.dilate(_of(dark[label], at, deep), _square(2 * _LEAVES_MM))
    apart = from_print_px.ravel()[at] > round(_LEAVES_MM * PX_PER_MM)
    apart &= halo.ravel()[at] == 0
    sides = stats[:, cv2.CC_STAT_WIDTH : cv2.CC_STAT_AREA].max(axis=1)
    shaped = ~dark & (sides >= _LEAST_MM * _SCALE)
    shaped[0] = False

    def drawn(of: NDArray[np.bool_]) -> NDArray[np.bool_]:
        total, leaving = (
            np.bincount(label[chosen], minlength=count) for chosen in (of, of & apart)
        )
        large = (total >= _LEAST_MM2 * _SCALE**2) & (leaving >= _LEAVES_MM2 * _SCALE**2)
        return np.asarray(shaped & large, dtype=np.bool_)

    is_deep = deep.ravel()[at] > 0
    stroke, trace = drawn(is_deep), drawn(np.ones_like(is_deep))
    rim = find_rims(labels, stats, trace, px_per_mm=_SCALE)
    stroke, trace = stroke & ~rim, trace & ~rim
    if not trace.any():
        return np.zeros_like(deep), np.zeros_like(deep)
    smooth = _creases(linked).ravel()[at] == 0
    lines = _of(stroke[label] & is_deep & smooth, at, deep)
    beside = cv2.dilate(lines, _square(2 * _MARK_GAP_MM)).ravel()[at] > 0
    mark = ~dark & (area >= _MARK_MM2 * _SCALE**2)
    strokes = _of((stroke[label] | mark[label] & beside) & is_deep & smooth, at, deep)
    return strokes, _of(trace[label] & smooth, at, deep)


def _of(chosen: NDArray[np.bool_], at: NDArray[np.intp], shaped: Mask) -> Mask:
    """255 at the ``chosen`` of the pixels ``at``, in a mask ``shaped`` like another."""
    mask = np.zeros_like(shaped)
    mask.ravel()[at[chosen]] = 255
    return mask


def _creases(ink: Mask) -> Mask:
    """255 where the paper is folded, or the rim of a stain is."""
    scale = _SCALE / 2  # what is so large is seen at half the size, in a quarter of the time
    coarse = cv2.dilate(ink, np.ones((2, 2), np.uint8))[1::2, 1::2]
    creases = np.zeros_like(coarse)
    joint = 2 * round(_JOINED_MM * scale / 2) + 1  # odd, or closing would shift what it joins
    for kernel in (np.ones((1, joint), np.uint8), np.ones((joint, 1), np.uint8)):
        joined = cv2.morphologyEx(coarse, cv2.MORPH_CLOSE, kernel)
        labels, stats, _ = find_components(joined)
        width, height, area = (stats[:, cv2.CC_STAT_WIDTH :] / (scale, scale, scale**2)).T
        longer, shorter = np.maximum(width, height), np.minimum(width, height)
        fold = (longer > _FOLD_MM[0]) & (shorter < _FOLD_MM[1])
        fold |= (height > _RING_MM) & (area < _RING_FILL * width * height)
        fold[0] = False
        if fold.any():
            creases |= fold.astype(np.uint8)[labels] * np.uint8(255)
    size = ink.shape[::-1]
    return np.asarray(cv2.resize(creases, size, interpolation=cv2.INTER_NEAREST), dtype=np.uint8)


def tint_of(image: Gray, box: BoxMm, *, px_per_mm: float = PX_PER_MM) -> float:
    """How much darker most of a check box is than its surroundings, of 255; 0 off the page."""
    inside, outside = _inside(box, px_per_mm), _pixels(box.grown(box.w, box.h), px_per_mm)
    if not image[inside].size:
        return 0.0
    return max(0.0, float(np.median(image[outside]) - np.median(image[inside])))


def _is_filled(half: Gray, darkness: Gray, box: BoxMm, level: float) -> bool:
    """Whether most of a check box is darker than its surroundings, but not dark."""
    inside = darkness[_inside(box)]
    if not inside.size or inside.mean() > 255 * _CORE_SHARE:
        return False
    return tint_of(half, box, px_per_mm=_SCALE) > level


def _inside(box: BoxMm, px_per_mm: float = _SCALE) -> tuple[slice, slice]:
    return _pixels(box.grown(-_BOX_EDGE_MM, -_BOX_EDGE_MM), px_per_mm)


def _pixels(box: BoxMm, px_per_mm: float = _SCALE) -> tuple[slice, slice]:
    """The rows and columns of a box."""
    top, bottom, left, right = (
        max(0, round(mm * px_per_mm)) for mm in (box.y, box.bottom, box.x, box.right)
    )
    return slice(top, bottom), slice(left, right)
