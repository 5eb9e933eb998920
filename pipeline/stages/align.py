"""Fit a page to a known form: which form, which page of it, and where each of its mm lies.

Key points with RANSAC propose a homography; small patches of the blank's print, searched where it
puts them, refine it and prove it. A page is read only on that proof: zones on a wrong alignment
would be worse than no reading.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines import tesseract
from pipeline.errors import AlignmentError
from pipeline.forms.blank import (
    COARSE_PX_PER_MM,
    BlankPage,
    Features,
    find_features,
    mm_to_raster,
)
from pipeline.geometry import BoxPx, FloatArray, Homography
from pipeline.records import AlignedPage, Gray, Page, Placement
from pipeline.text import fold

Proposal = tuple[int, BlankPage, FloatArray]
"""How many matches agree, on which page, and the homography from coarse scan px to coarse px."""

_COARSE_HEIGHT_PX = 1100
_KEY_POINTS = (1200, 4000)
"""How many to take at first, and where a thick pen draws away all of those from the print."""
_MIN_MATCHES = 20
_MIN_WORDS = 6
_MIN_WORD_LENGTH = 4
_RATIO = 0.8
"""Lowe's ratio test (IJCV 2004)."""
_MIN_COVERAGE = 0.5
_MAX_RESIDUAL_MM = 0.35
_SEARCH_MM = (2.2, 0.8)
"""How far a patch is searched around its place, in the first and in the second fit."""
_PLACED_SEARCH_MM = (8.0, 2.2, 0.8)
"""The same around the place that a person's hand gives it."""
_LEAST_PLACED = 0.02
"""The least share of the picture that a form placed by hand takes."""
_MIN_CORRELATION = 0.55
_ROOM_FOR_ANOTHER = 0.35
"""Share of a picture outside the sheets found in which another sheet is looked for."""
_RIVAL = 0.9
"""A fit with this share of the best one's patches may be another edition of the same form."""
_OTHER_PRINT = 40
_MIN_OTHER_PRINT_PX = 4


def align_all(page: Page, blanks: Sequence[BlankPage]) -> list[AlignedPage]:
    """Every form on the page, the one that suits it best first: two sheets may share a picture.

    Raises AlignmentError (French, for the rejected list) where none fits well enough.
    """
    coarse, scale = _shrink(page.image)
    fit: _Fit | None = None
    for most in _KEY_POINTS:
        fit = fit or _best_fit(coarse, _propose_all(coarse, blanks, most))
    if fit is None and tesseract.is_installed():
        fit = _best_fit(coarse, _propose_by_words(coarse, blanks))
    if fit is None:
        raise AlignmentError(
            "Aucun formulaire connu ne correspond à cette page. Vérifiez que la fiche est entière "
            "et lisible, puis numérisez-la de nouveau, ou saisissez-la à la main."
        )
    aligned = []
    free = coarse.copy()
    while fit is not None:
        aligned.append(_aligned(page, fit, scale))
        sheet = _sheet(fit)
        cv2.fillConvexPoly(free, sheet, 255)
        room = free.size - cv2.contourArea(sheet.astype(np.float32)) * len(aligned)
        if room < _ROOM_FOR_ANOTHER * free.size:
            break
        fit = _best_fit(free, _propose_all(free, blanks, _KEY_POINTS[0]))
    return aligned


def align(page: Page, blanks: Sequence[BlankPage]) -> AlignedPage:
    """The page fitted to the form page that suits it best; raises as ``align_all``."""
    return align_all(page, blanks)[0]


def align_placed(page: Page, blank: BlankPage, placement: Placement) -> AlignedPage:
    """The page fitted where a person put the form's corners, and nearer if its print proves it.

    Without that proof ``coverage`` is 0. Raises AlignmentError for corners that no camera could
    see so.
    """
    coarse, scale = _shrink(page.image)
    height, width = coarse.shape
    corners = (np.array(placement.corners) * (width, height) - 0.5).astype(np.float32)
    high, wide = blank.coarse.shape
    paper = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32) - 0.5
    area = cv2.contourArea(corners, oriented=True)
    if area < _LEAST_PLACED * coarse.size or not cv2.isContourConvex(corners):
        raise AlignmentError(
            "Les quatre coins ne peuvent pas être ceux d'une fiche : posez-les dans l'ordre, en "
            "commençant par le coin en haut à gauche du formulaire."
        )
    proposed = cv2.getPerspectiveTransform(corners, paper)
    fit = _fit(coarse, proposed, blank, search_mm=_PLACED_SEARCH_MM)
    return _aligned(page, fit or _Fit(blank, proposed, 0, 0.0), scale)


def _aligned(page: Page, fit: "_Fit", scale: float) -> AlignedPage:
    # Pixel centres lie at whole numbers: resizing scales about the image's corner, half a px off.
    shift = (scale - 1) / 2
    to_coarse = np.array([[scale, 0, shift], [0, scale, shift], [0, 0, 1.0]])
    to_mm = np.linalg.inv(mm_to_raster(COARSE_PX_PER_MM))
    return AlignedPage(
        page=page,
        form_id=fit.blank.form.id,
        form_page=fit.blank.number,
        homography=Homography.from_matrix(to_mm @ fit.homography @ to_coarse),
        inliers=fit.inliers,
        coverage=fit.inliers / len(fit.blank.patches),
        residual_mm=fit.residual_mm,
    )


def _sheet(fit: "_Fit") -> NDArray[np.int32]:
    """(4, 2): the corners of the fitted sheet in px of the coarse scan."""
    height, width = fit.blank.coarse.shape
    corners = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], np.float64)
    there = cv2.perspectiveTransform(corners, np.linalg.inv(fit.homography))[0]
    return np.asarray(np.rint(there), dtype=np.int32)


@dataclass(frozen=True, slots=True)
class _Fit:
    """A form page fitted to the scan; ``homography``: coarse scan px to coarse px of the blank."""

    blank: BlankPage
    homography: FloatArray
    inliers: int
    residual_mm: float


def _best_fit(coarse: Gray, proposals: list[Proposal]) -> _Fit | None:
    """The fit of most patches among the proposals that have not far fewer matches than the best."""
    likely = [p for p in proposals if p[0] >= proposals[0][0] / 2]
    fits = [fit for _, b, proposed in likely if (fit := _fit(coarse, proposed, b)) is not None]
    best = max(fits, key=lambda fit: fit.inliers, default=None)
    for rival in fits:
        if best is not None and rival.inliers > _RIVAL * best.inliers:
            best = _nearer(coarse, best, rival)
    return best


def _nearer(coarse: Gray, one: _Fit, other: _Fit) -> _Fit:
    """Two editions of a form fit equally well: where their print differs, the scan decides."""
    if one.blank.coarse.shape != other.blank.coarse.shape:
        return one
    prints = [cv2.GaussianBlur(fit.blank.coarse, (0, 0), 1).astype(float) for fit in (one, other)]
    differ = np.abs(prints[0] - prints[1]) > _OTHER_PRINT
    if np.count_nonzero(differ) < _MIN_OTHER_PRINT_PX:
        return one
    seen = cv2.GaussianBlur(_rectify(coarse, one), (0, 0), 1)[differ]
    alike, alike_other = (float(np.corrcoef(seen, p[differ])[0, 1]) for p in prints)
    return other if alike_other > alike else one


def _rectify(coarse: Gray, fit: _Fit) -> Gray:
    size = (fit.blank.coarse.shape[1], fit.blank.coarse.shape[0])
    rectified: Gray = cv2.warpPerspective(
        coarse, fit.homography, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return rectified


def _shrink(image: Gray) -> tuple[Gray, float]:
    scale = _COARSE_HEIGHT_PX / max(image.shape)
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small: Gray = cv2.resize(image, size, interpolation=how)
    return small, scale


def _propose_all(coarse: Gray, blanks: Sequence[BlankPage], most: int) -> list[Proposal]:
    """A proposal for each form page that key points of the scan agree on, most matches first."""
    features = find_features(coarse, most=most)
    proposals = [
        (matches, blank, homography)
        for blank in blanks
        for matches, homography in [_propose(features, blank.features)]
        if homography is not None
    ]
    return sorted(proposals, key=lambda proposal: -proposal[0])


def _propose(scan: Features, blank: Features) -> tuple[int, FloatArray | None]:
    """(inliers, homography from coarse scan px to coarse blank px), by RANSAC on matched points.

    MAGSAC++ (Barath et al., CVPR 2020) as OpenCV's USAC offers it; its seed is fixed, so the same
    page always gives the same alignment.
    """
    if len(scan.points) < _MIN_MATCHES or len(blank.points) < _MIN_MATCHES:
        return 0, None
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(scan.descriptors, blank.descriptors, k=2)
    good = [a for a, b in pairs if a.distance < _RATIO * b.distance]
    if len(good) < _MIN_MATCHES:
        return 0, None
    source = scan.points[[m.queryIdx for m in good]]
    target = blank.points[[m.trainIdx for m in good]]
    homography, mask = cv2.findHomography(
        source, target, cv2.USAC_MAGSAC, 3.0, maxIters=3000, confidence=0.999
    )
    inliers = 0 if mask is None else int(mask.sum())
    if homography is None or inliers < _MIN_MATCHES or not _is_plausible(homography, scan.points):
        return 0, None
    return inliers, homography


def _propose_by_words(coarse: Gray, blanks: Sequence[BlankPage]) -> list[Proposal]:
    """Proposals from the print that Tesseract reads, where noise or blur leaves no key points.

    A word counts where it stands once on the scan and once on the blank.
    """
    seen = _unique((fold(text), box.corners()) for text, box in tesseract.read_words(coarse))
    proposals: list[Proposal] = []
    for blank in blanks:
        printed = _unique((fold(w.text), w.box_mm.corners()) for w in blank.words)
        shared = sorted(seen.keys() & printed.keys())
        if len(shared) < _MIN_WORDS:
            continue
        source = np.concatenate([seen[word] for word in shared])
        target = np.concatenate([printed[word] for word in shared]) * COARSE_PX_PER_MM - 0.5
        homography, mask = cv2.findHomography(source, target, cv2.RANSAC, 2 * COARSE_PX_PER_MM)
        if homography is not None and _is_plausible(homography, source):
            proposals.append((int(mask.sum()), blank, homography))
    return sorted(proposals, key=lambda proposal: -proposal[0])


def _unique(words: Iterable[tuple[str, FloatArray]]) -> dict[str, FloatArray]:
    """The words that stand once, and are long enough not to be a chance reading."""
    listed = [(word, corners) for word, corners in words if len(word) >= _MIN_WORD_LENGTH]
    times = Counter(word for word, _ in listed)
    return {word: corners for word, corners in listed if times[word] == 1}


def _is_plausible(homography: FloatArray, points: NDArray[np.float32] | FloatArray) -> bool:
    """No mirror image, no horizon across the page: what a camera can see of a sheet of paper."""
    lo, hi = points.min(axis=0), points.max(axis=0)
    corners = np.array([[lo[0], lo[1]], [hi[0], lo[1]], [hi[0], hi[1]], [lo[0], hi[1]]])
    depth = corners @ homography[2, :2] + homography[2, 2]
    if (depth <= 0.2 * depth.max()).any():
        return False
    mapped = cv2.perspectiveTransform(corners[None].astype(np.float64), homography)[0]
    return bool(cv2.contourArea(mapped.astype(np.float32), oriented=True) > 0)


def _fit(
    coarse: Gray,
    proposed: FloatArray,
    blank: BlankPage,
    *,
    search_mm: Sequence[float] = _SEARCH_MM,
) -> _Fit | None:
    """The proposal refined on the blank's patches; None where too few lie in their places."""
    fit = _Fit(blank, proposed, 0, np.inf)
    for reach_mm in search_mm:
        expected, found = _find_patches(_rectify(coarse, fit), blank, reach_mm)
        if len(expected) < max(8, _MIN_COVERAGE / 2 * len(blank.patches)):
            return None
        correction, _ = cv2.findHomography(found, expected, cv2.LMEDS)
        if correction is None:
            return None
        moved = cv2.perspectiveTransform(found[None], correction)[0]
        distance_mm = np.linalg.norm(moved - expected, axis=1) / COARSE_PX_PER_MM
        close = distance_mm < 2 * _MAX_RESIDUAL_MM
        residual_mm = float(np.median(distance_mm))
        fit = _Fit(blank, correction @ fit.homography, int(close.sum()), residual_mm)
    proven = _band_coverage(expected[close], blank) >= _MIN_COVERAGE
    return fit if proven and residual_mm <= _MAX_RESIDUAL_MM else None


def _band_coverage(found: FloatArray, blank: BlankPage) -> float:
    """The share of patches found in the worst third of the page: no part of it goes unproven."""
    heights = np.sort([float(patch.y) for patch in blank.patches])
    edges = heights[[len(heights) // 3, 2 * len(heights) // 3]]
    sought, seen = (
        np.bincount(np.searchsorted(edges, ys, "right"), minlength=3)
        for ys in (heights, found[:, 1])
    )
    return float((seen / np.maximum(sought, 1)).min())


def _find_patches(
    rectified: Gray, blank: BlankPage, search_mm: float
) -> tuple[FloatArray, FloatArray]:
    """Where each patch is expected and where it is found, (n, 2) coarse px, only those found."""
    expected, found = [], []
    search_px = round(search_mm * COARSE_PX_PER_MM)
    height, width = rectified.shape
    for patch in blank.patches:
        h, w = patch.image.shape
        x0, y0 = max(0, patch.x - search_px), max(0, patch.y - search_px)
        x1, y1 = min(width, patch.x + w + search_px), min(height, patch.y + h + search_px)
        response = cv2.matchTemplate(rectified[y0:y1, x0:x1], patch.image, cv2.TM_CCOEFF_NORMED)
        _, peak, _, (px, py) = cv2.minMaxLoc(response)
        if peak >= _MIN_CORRELATION:
            expected.append((patch.x, patch.y))
            found.append((x0 + px + _peak(response[py], px), y0 + py + _peak(response[:, px], py)))
    return np.array(expected, np.float64).reshape(-1, 2), np.array(found, np.float64).reshape(-1, 2)


def _peak(values: NDArray[np.float32], at: int) -> float:
    """Sub-pixel offset of a maximum, by the parabola through it and its neighbours."""
    if not 0 < at < len(values) - 1:
        return 0.0
    before, here, after = (float(v) for v in values[at - 1 : at + 2])
    bend = before - 2 * here + after
    return 0.5 * (before - after) / bend if bend < -1e-9 else 0.0


def upright(aligned: AlignedPage) -> AlignedPage:
    """The page turned by exact quarter turns so that the form stands upright."""
    height, width = aligned.page.image.shape
    middle = np.array([[0.4, 0.5], [0.6, 0.5]]) * (width, height)
    a, b = aligned.homography.to_mm(middle)
    turns = round(float(np.degrees(np.arctan2(*(b - a)[::-1]))) / 90) % 4
    if turns == 0:
        return aligned
    # Turning the image clockwise by `turns` quarters: the map from new px back to old px.
    back = {
        1: np.array([[0, 1, 0], [-1, 0, height - 1], [0, 0, 1]]),
        2: np.array([[-1, 0, width - 1], [0, -1, height - 1], [0, 0, 1]]),
        3: np.array([[0, -1, width - 1], [1, 0, 0], [0, 0, 1]]),
    }[turns]
    image = np.ascontiguousarray(np.rot90(aligned.page.image, -turns))
    image.flags.writeable = False
    runs = tuple(
        replace(run, box_px=_turned(run.box_px, turns, width, height)) for run in aligned.page.runs
    )
    return replace(
        aligned,
        page=replace(aligned.page, image=image, runs=runs),
        homography=Homography.from_matrix(aligned.homography.matrix @ back),
    )


def _turned(box: BoxPx, turns: int, width: float, height: float) -> BoxPx:
    """The box after quarter turns clockwise of the image it lies in, of that size."""
    for _ in range(turns):
        box = BoxPx(height - box.y - box.h, box.x, box.h, box.w)
        width, height = height, width
    return box
