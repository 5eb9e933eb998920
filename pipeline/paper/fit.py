"""Fit a form page to where it is proposed, on small patches of its print; or find it is not there.

The patches refine the proposal and prove it: of the whole page, or of the piece that is shown.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms.blank import COARSE_PX_PER_MM, BlankPage, Patch
from pipeline.geometry import BoxMm, FloatArray
from pipeline.paper.index import editions_of
from pipeline.paper.propose import Proposal
from pipeline.records import Gray

_MIN_COVERAGE = 0.5
_MAX_RESIDUAL_MM = 0.35
_SEARCH_MM = (2.2, 0.8)
"""How far a patch is searched around its place, in the first and in the second fit."""
_MIN_CORRELATION = 0.55
_MIN_FOUND = 8
_ROUNDS, _NEAR_PX = 6, 2.0
"""How often a fit is carried on, and how far from their places patches still agree with it."""
_MIN_IN_THIRD = 3
"""A third of the page's length or width with fewer patches says nothing."""
_RIVAL = 0.9
"""A fit with this share of the best one's patches may be another edition of the same form."""
_MOST_REPLACED = 0.2
"""Share of a page's print in whose place other print lies: a tenth of a true page's, by writing
over it; of another form's with the same table, a quarter and more."""
_STROKE_PX, _AS_DARK, _AS_LIGHT = 7, 0.5, 0.8
"""Print is strokes no broader; and so dark, on paper so light, at least, as what is in place."""
_OTHER_PRINT = 40
_MIN_OTHER_PRINT_PX = 4


@dataclass(frozen=True, slots=True)
class Fit:
    """A form page fitted to the scan; ``homography``: coarse scan px to coarse px of the blank.

    ``inliers`` of the ``sought`` patches lie in their places, ``residual_mm`` from them by median.
    ``shown_mm``: the piece of the page that the scan shows, where it does not show all of it.
    """

    blank: BlankPage
    homography: FloatArray
    inliers: int
    sought: int
    residual_mm: float
    shown_mm: BoxMm | None = None

    @classmethod
    def proposed(cls, blank: BlankPage, homography: FloatArray) -> "Fit":
        """Nothing of it proven."""
        return cls(blank, homography, 0, len(blank.patches), 0.0)

    def outline(self) -> NDArray[np.int32]:
        """(4, 2): the corners of the fitted sheet, or of its piece, in px of the coarse scan."""
        height, width = self.blank.coarse.shape
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
        if self.shown_mm:
            corners = self.shown_mm.corners() * COARSE_PX_PER_MM - 0.5
        there = cv2.perspectiveTransform(corners[None], np.linalg.inv(self.homography))[0]
        return np.asarray(np.rint(there), dtype=np.int32)


Fitting = Callable[[FloatArray, BlankPage], Fit | None]


def best_fit(coarse: Gray, proposals: list[Proposal], blanks: Sequence[BlankPage]) -> Fit | None:
    """The whole page of most patches among the proposals that have not far fewer matches than the
    best; of its editions among the blanks, the one whose print is nearest.

    Where one of them lies, so may another, whichever the key points happened to propose. None where
    other print lies in the places of its own: another form may have the same table.
    """
    best = nearest(coarse, proposals, blanks, partial(fit_whole, coarse))
    return best if best is not None and _has_its_print(coarse, best) else None


def _has_its_print(coarse: Gray, fit: Fit) -> bool:
    patches = fit.blank.patches
    if len(patches) - fit.inliers <= _MOST_REPLACED * fit.inliers:
        return True  # however many of the others were replaced
    refined = refine(coarse, fit, patches, _SEARCH_MM[1:], least=_MIN_FOUND)
    if refined is None:
        return False
    fit, in_place = refined
    boxes = boxes_of(patches)
    seen = lie_in_picture(coarse, fit, boxes)
    return share_replaced(coarse, fit, boxes[seen], in_place[seen]) <= _MOST_REPLACED


def nearest(
    coarse: Gray, proposals: list[Proposal], blanks: Sequence[BlankPage], fit: Fitting
) -> Fit | None:
    """Of what fits, as ``fit`` has it, that of most patches; of its editions, the nearest."""
    fits = _fits_of(proposals, fit)
    best = max(fits, key=lambda fitted: fitted.inliers, default=None)
    if best is None:
        return None
    rivals = [fitted for fitted in fits if fitted.inliers > _RIVAL * best.inliers]
    others = set(editions_of(best.blank, tuple(blanks))) - {rival.blank for rival in rivals}
    again = [fit(best.homography, blank) for blank in blanks if blank in others]
    rivals += [fitted for fitted in again if fitted is not None]
    for rival in rivals:
        if rival.inliers > _RIVAL * best.inliers:
            best = _nearer(coarse, best, rival)
    return best


def _fits_of(proposals: list[Proposal], fit: Fitting) -> list[Fit]:
    """What fits, of the proposals that have not far fewer matches than the best."""
    likely = [p for p in proposals if p[0] >= proposals[0][0] / 2]
    return [fitted for _, blank, at in likely if (fitted := fit(at, blank)) is not None]


def fit_whole(
    coarse: Gray,
    proposed: FloatArray,
    blank: BlankPage,
    *,
    search_mm: Sequence[float] = _SEARCH_MM,
) -> Fit | None:
    """The proposal refined on the blank's patches; None where too few lie in their places."""
    least = max(_MIN_FOUND, _MIN_COVERAGE / 2 * len(blank.patches))
    start = Fit.proposed(blank, proposed)
    fit = _proven(coarse, start, search_mm, least=least)
    if fit is None and (grown := _grown(coarse, start, search_mm[0])):
        fit = _proven(coarse, grown, search_mm, least=least)
    return fit


def _proven(coarse: Gray, start: Fit, search_mm: Sequence[float], *, least: float) -> Fit | None:
    """The fit refined; None where the print is not found all over the page."""
    patches = start.blank.patches
    refined = refine(coarse, start, patches, search_mm, least=least)
    if refined is None:
        return None
    fit, in_place = refined
    places = np.array([(patch.x, patch.y) for patch in patches], np.float64)
    worst = min(worst_third(places, in_place), _worst_stretch(places, in_place))
    return fit if worst >= _MIN_COVERAGE else None


def _grown(coarse: Gray, fit: Fit, reach_mm: float) -> Fit | None:
    """The fit carried on from the part of the page where it is right: key points that lie close
    together propose what is centimetres off elsewhere. None where it is right nowhere."""
    patches = fit.blank.patches
    places = np.array([(patch.x, patch.y) for patch in patches], np.float64)
    agreeing = _MIN_FOUND
    grown = None
    for _ in range(_ROUNDS):
        seen_at = _find_patches(rectify(coarse, fit), patches, reach_mm)
        seen = np.isfinite(seen_at[:, 0])
        if np.count_nonzero(seen) <= agreeing:
            break
        correction, mask = cv2.findHomography(
            seen_at[seen], places[seen], cv2.USAC_MAGSAC, _NEAR_PX, maxIters=1000, confidence=0.999
        )
        if correction is None or np.count_nonzero(mask) <= agreeing:
            break
        agreeing = int(np.count_nonzero(mask))
        fit = grown = replace(fit, homography=correction @ fit.homography)
    return grown


def refine(
    coarse: Gray, fit: Fit, patches: Sequence[Patch], search_mm: Sequence[float], *, least: float
) -> tuple[Fit, NDArray[np.bool_]] | None:
    """The fit moved to where the patches lie, and which of them it finds there; None where they are
    fewer than ``least``, or lie too far from where the fit has them."""
    places = np.array([(patch.x, patch.y) for patch in patches], np.float64)
    for reach_mm in search_mm:
        seen_at = _find_patches(rectify(coarse, fit), patches, reach_mm)
        seen = np.isfinite(seen_at[:, 0])
        if np.count_nonzero(seen) < least:
            return None
        correction, _ = cv2.findHomography(seen_at[seen], places[seen], cv2.LMEDS)
        if correction is None:
            return None
        moved = cv2.perspectiveTransform(seen_at[None, seen], correction)[0]
        distance_mm = np.linalg.norm(moved - places[seen], axis=1) / COARSE_PX_PER_MM
        in_place = seen.copy()
        in_place[seen] = distance_mm < 2 * _MAX_RESIDUAL_MM
        fit = replace(
            fit,
            homography=correction @ fit.homography,
            inliers=int(in_place.sum()),
            residual_mm=float(np.median(distance_mm)),
        )
    return (fit, in_place) if fit.residual_mm <= _MAX_RESIDUAL_MM else None


def worst_third(places: FloatArray, in_place: NDArray[np.bool_]) -> float:
    """The share ``in_place`` of those at the places (n, 2) in the worst third across or down: no
    part of the page goes unproven."""
    shares = []
    for along in places.T:
        inner = np.sort(along)[[len(along) // 3, 2 * len(along) // 3]]
        third = np.searchsorted(inner, along, "right")
        shares.append(np.bincount(third, in_place, 3) / np.maximum(np.bincount(third, None, 3), 1))
    return float(np.min(shares))


def _worst_stretch(places: FloatArray, in_place: NDArray[np.bool_]) -> float:
    """As ``worst_third``, of thirds of equal length or width: where print crowds in one place, it
    speaks for no other."""
    shares = []
    for along in places.T:
        start, length = along.min(), max(float(np.ptp(along)), 1.0)
        third = np.minimum((3 * (along - start) / length).astype(int), 2)
        count = np.bincount(third, None, 3)
        lying = np.bincount(third, in_place, 3)[count >= _MIN_IN_THIRD]
        shares += list(lying / count[count >= _MIN_IN_THIRD])
    return float(min(shares))


def _nearer(coarse: Gray, best: Fit, rival: Fit) -> Fit:
    """Two editions of a form fit equally well: where their print differs, the scan decides."""
    if best.blank.coarse.shape != rival.blank.coarse.shape:
        return best
    differ, prints = _other_print(best.blank, rival.blank)
    shown = _shown(best)[differ]
    if np.count_nonzero(shown) < _MIN_OTHER_PRINT_PX:
        return best
    seen = cv2.GaussianBlur(rectify(coarse, best), (0, 0), 1)[differ][shown]
    alike, alike_rival = (float(np.corrcoef(seen, print_[shown])[0, 1]) for print_ in prints)
    return rival if alike_rival > alike else best


def _shown(fit: Fit) -> NDArray[np.bool_]:
    """Which px of the coarse blank the scan shows."""
    if fit.shown_mm is None:
        return np.ones(fit.blank.coarse.shape, np.bool_)
    shown = np.zeros(fit.blank.coarse.shape, np.uint8)
    corners = fit.shown_mm.corners() * COARSE_PX_PER_MM - 0.5
    cv2.fillConvexPoly(shown, np.rint(corners).astype(np.int32), 1)
    return shown.astype(np.bool_)


@lru_cache(maxsize=16)
def _other_print(
    best: BlankPage, rival: BlankPage
) -> tuple[NDArray[np.bool_], tuple[FloatArray, FloatArray]]:
    """Where the print of two blanks differs, and the print of each there."""
    first, second = (
        cv2.GaussianBlur(blank.coarse, (0, 0), 1).astype(np.float64) for blank in (best, rival)
    )
    differ = np.abs(first - second) > _OTHER_PRINT
    return differ, (first[differ], second[differ])


def rectify(coarse: Gray, fit: Fit) -> Gray:
    """The picture as the fit lays it on the coarse blank."""
    """The picture as the fit puts it over the coarse blank."""
    size = (fit.blank.coarse.shape[1], fit.blank.coarse.shape[0])
    rectified: Gray = cv2.warpPerspective(
        coarse, fit.homography, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return rectified


def _find_patches(
    rectified: Gray, patches: Sequence[Patch], search_mm: float
) -> NDArray[np.float64]:
    """(n, 2): where each patch is found, in coarse px; not a number where it is not."""
    seen_at = np.full((len(patches), 2), np.nan)
    search_px = round(search_mm * COARSE_PX_PER_MM)
    height, width = rectified.shape
    for i, patch in enumerate(patches):
        h, w = patch.image.shape
        x0, y0 = max(0, patch.x - search_px), max(0, patch.y - search_px)
        x1, y1 = min(width, patch.x + w + search_px), min(height, patch.y + h + search_px)
        response = cv2.matchTemplate(rectified[y0:y1, x0:x1], patch.image, cv2.TM_CCOEFF_NORMED)
        _, peak, _, (px, py) = cv2.minMaxLoc(response)
        if peak >= _MIN_CORRELATION:
            seen_at[i] = x0 + px + _peak(response[py], px), y0 + py + _peak(response[:, px], py)
    return seen_at


def _peak(values: NDArray[np.float32], at: int) -> float:
    """Sub-pixel offset of a maximum, by the parabola through it and its neighbours."""
    if not 0 < at < len(values) - 1:
        return 0.0
    before, here, after = (float(v) for v in values[at - 1 : at + 2])
    bend = before - 2 * here + after
    return 0.5 * (before - after) / bend if bend < -1e-9 else 0.0


def boxes_of(patches: Sequence[Patch]) -> NDArray[np.int64]:
    """(n, 4): left, top, right, bottom of each, in px of the coarse blank."""
    return np.array(
        [(p.x, p.y, p.x + p.image.shape[1], p.y + p.image.shape[0]) for p in patches], np.int64
    )


def share_replaced(
    coarse: Gray, fit: Fit, boxes: NDArray[np.int64], in_place: NDArray[np.bool_]
) -> float:
    """The share of boxes (n, 4) of print in which other print lies instead, on the same paper:
    strokes, which the edge of a cut is not, nor a grey desk beyond it."""
    kernel = np.ones((_STROKE_PX, _STROKE_PX), np.uint8)
    pictures = (rectify(coarse, fit), fit.blank.coarse)
    paper, own_paper = (cv2.morphologyEx(p, cv2.MORPH_CLOSE, kernel) for p in pictures)
    print_, own_print = (p - q for p, q in zip((paper, own_paper), pictures, strict=True))
    spots = [np.s_[y0:y1, x0:x1] for x0, y0, x1, y1 in boxes]
    as_dark = np.array([print_[spot].mean() / max(own_print[spot].mean(), 1.0) for spot in spots])
    light = np.array([np.percentile(paper[spot], 10) for spot in spots])
    other = ~in_place & (as_dark > _AS_DARK * np.median(as_dark[in_place]))
    other &= light > _AS_LIGHT * np.median(light[in_place])
    return float(np.count_nonzero(other) / np.count_nonzero(other | in_place))


def lie_in_picture(coarse: Gray, fit: Fit, boxes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which boxes (n, 4) of the blank lie in the picture."""
    height, width = coarse.shape
    corners = boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(1, -1, 2).astype(np.float64)
    there = cv2.perspectiveTransform(corners, np.linalg.inv(fit.homography))[0]
    inside = (there >= -1).all(axis=1) & (there <= (width, height)).all(axis=1)
    return np.asarray(inside.reshape(-1, 4).all(axis=1))
