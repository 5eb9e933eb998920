"""A piece of a form: cut out with scissors, or half in the picture. Which piece is it?

The proof is as for a whole page, of the piece that is shown: nearly all print is found in it, in
every third of it both ways. What lies beyond is not the form's, be it paper, a desk or a neighbour;
but where the sheet goes on with other print in the places of the form's, it is another form with
the same table or headings.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms.blank import COARSE_PX_PER_MM, BlankPage, dense_patches
from pipeline.geometry import BoxMm, FloatArray, bounding_box
from pipeline.paper.dropout import CleanPage, crop, drop_print
from pipeline.paper.fit import (
    Fit,
    boxes_of,
    lie_in_picture,
    nearest,
    refine,
    share_replaced,
    worst_third,
)
from pipeline.paper.propose import Proposal
from pipeline.records import AlignedPage, Gray

_SEARCH_MM = (2.2, 0.8)
_MIN_FOUND, _MIN_SHARE = 12, 0.6
_MIN_EXTENT_MM = 45.0
"""A letterhead is shorter, a column of addresses narrower."""
_GRID_MM = 6.0
_MISSING = -2
"""What a patch weighs that should be there and is not, against one found: two in three are."""
_MARGIN_MM = 1.0
_AROUND_MM = 12.0
"""The print of another form goes on so near; what lies next to a cut-off piece is seldom printed in
the form's places."""
_MOST_REPLACED = 0.06
"""Share of the print in and around a piece in whose place other print lies: none of a true piece,
but for writing over it; a tenth of another form's."""


def best_piece(coarse: Gray, proposals: list[Proposal], blanks: Sequence[BlankPage]) -> Fit | None:
    """The piece of most patches, of a page that has anything to read; of its editions among the
    blanks, the one whose print is nearest."""
    zoned = [p for p in proposals if p[1].form.zones_of(p[1].number)]
    return nearest(coarse, zoned, blanks, partial(_fit_piece, coarse))


def _fit_piece(coarse: Gray, proposed: FloatArray, blank: BlankPage) -> Fit | None:
    outside, dots = dense_patches(blank)
    patches = outside + dots
    refined = refine(coarse, Fit.proposed(blank, proposed), patches, _SEARCH_MM, least=_MIN_FOUND)
    if refined is None:
        return None
    fit, in_place = refined
    # Ink may well hide dots: they count where they are found.
    must = np.arange(len(patches)) < len(outside)
    boxes = boxes_of(patches)
    in_picture = lie_in_picture(coarse, fit, boxes)
    in_place &= in_picture
    weights = np.where(in_place, 1, np.where(must, _MISSING, 0))
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    here = _richest(middles, weights)
    x0, y0 = boxes[here & in_place, :2].min(axis=0) / COARSE_PX_PER_MM
    x1, y1 = boxes[here & in_place, 2:].max(axis=0) / COARSE_PX_PER_MM
    proof = here & must
    seen = int(np.count_nonzero(proof & in_place))
    if seen < _MIN_FOUND or min(x1 - x0, y1 - y0) < _MIN_EXTENT_MM:
        return None
    if worst_third(middles[proof], in_place[proof]) < _MIN_SHARE:
        return None
    shown = BoxMm(float(x0), float(y0), float(x1 - x0), float(y1 - y0))
    middles_mm = middles / COARSE_PX_PER_MM
    around = must & in_picture & _lie_in(middles_mm, shown.grown(_AROUND_MM, _AROUND_MM))
    if share_replaced(coarse, fit, boxes[around], in_place[around]) > _MOST_REPLACED:
        return None
    shown = _with_lines(shown, blank, middles_mm[must & ~in_place])
    return replace(
        fit,
        inliers=seen,
        sought=int(np.count_nonzero(proof)),
        shown_mm=shown.grown(_MARGIN_MM, _MARGIN_MM),
    )


def _with_lines(shown: BoxMm, blank: BlankPage, lost_mm: FloatArray) -> BoxMm:
    """The piece with the lines next to it, whose dots writing may hide all along: as far as no
    print is known to be lost (n, 2)."""
    for zone in blank.form.zones_of(blank.number):
        for line in (*zone.lines, *zone.boxes.values()):
            larger = bounding_box([shown, line])
            if not _lie_in(lost_mm, larger).any():
                shown = larger
    return shown


def _lie_in(points_mm: FloatArray, box: BoxMm) -> NDArray[np.bool_]:
    """Which of the points (n, 2) lie in the box."""
    inside = (points_mm >= (box.x, box.y)) & (points_mm <= (box.right, box.bottom))
    return np.asarray(inside.all(axis=1))


def _richest(points: FloatArray, weights: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which points (n, 2), in coarse px, lie in the upright rectangle of the greatest weight."""
    columns, rows = (points / (_GRID_MM * COARSE_PX_PER_MM)).astype(int).T
    sums = np.zeros((rows.max() + 2, columns.max() + 2), int)
    np.add.at(sums, (rows + 1, columns + 1), weights)
    sums = sums.cumsum(axis=0).cumsum(axis=1)
    top, bottom = np.triu_indices(sums.shape[0], 1)
    left, right = np.triu_indices(sums.shape[1], 1)
    bands = sums[bottom] - sums[top]
    best = np.argmax(bands[:, right] - bands[:, left])
    band, span = np.unravel_index(int(best), (len(top), len(left)))
    inside = (rows >= top[band]) & (rows < bottom[band])
    return np.asarray(inside & (columns >= left[span]) & (columns < right[span]))


def clean_piece(aligned: AlignedPage, blank: BlankPage) -> CleanPage:
    """``drop_print``, with white paper around the piece that is shown: there lies a desk, or a
    neighbour's sheet."""
    if aligned.shown_mm is None:
        return drop_print(aligned, blank)
    shown = np.zeros(blank.image.shape, np.uint8)
    crop(shown, aligned.shown_mm)[:] = 255
    beyond = cv2.bitwise_not(shown)
    clean = drop_print(aligned, blank, beyond=beyond)
    return CleanPage(
        image=cv2.bitwise_or(clean.image, beyond),
        clean=cv2.bitwise_or(clean.clean, beyond),
        ink=cv2.bitwise_and(clean.ink, shown),
        pale=cv2.bitwise_and(clean.pale, shown),
        traces=cv2.bitwise_and(clean.traces, shown),
    )
