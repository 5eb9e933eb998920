"""Fit a page to a known form: which form, which page of it, and where each of its mm lies.

Key points with RANSAC propose a homography; small patches of the blank's print, searched where it
puts them, refine it and prove it. A page is read only on that proof: zones on a wrong alignment
would be worse than no reading.
"""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from pipeline.engines import tesseract
from pipeline.errors import AlignmentError
from pipeline.forms.blank import (
    COARSE_PX_PER_MM,
    BlankPage,
    Features,
    find_features,
    mm_to_raster,
)
from pipeline.geometry import BoxPx, Homography
from pipeline.paper.fit import Fit, best_fit, fit_whole
from pipeline.paper.piece import best_piece
from pipeline.paper.propose import Proposal, propose_by_features, propose_by_words
from pipeline.records import AlignedPage, Gray, Page, Placement, TextRun

_COARSE_HEIGHT_PX = 1100
_KEY_POINTS = (1200, 4000)
"""How many to take at first, and where a thick pen draws away all of those from the print."""
_PLACED_SEARCH_MM = (8.0, 2.2, 0.8)
"""How far a patch is searched around the place that a person's hand gives it."""
_LEAST_PLACED = 0.02
"""The least share of the picture that a form placed by hand takes."""
_ROOM_FOR_ANOTHER = 0.35
"""Share of a picture outside the sheets found in which another sheet is looked for."""
_POINTS_OUTSIDE = 3
"""With fewer key points there, of the whole picture's strongest, nothing is printed."""
_SAME_SHEET_MM = 20.0
_UNKNOWN = (
    "Aucun formulaire connu ne correspond à cette page. Vérifiez que la fiche est entière et "
    "lisible, puis numérisez-la de nouveau, ou saisissez-la à la main."
)


def align_all(page: Page, blanks: Sequence[BlankPage]) -> list[AlignedPage]:
    """Every form on the page, whole ones first, and the one that suits it best: sheets, and pieces
    cut off from some, may share a picture.

    Raises AlignmentError (French, for the rejected list) where none fits well enough.
    """
    coarse, scale = _shrink(page.image)
    features = find_features(coarse, most=_KEY_POINTS[0])
    fits, tried = _whole_sheets(page.image, coarse, features, blanks)
    if not fits:
        fits = [piece] if (piece := best_piece(coarse, tried, blanks)) else []
    if not fits:
        raise AlignmentError(_UNKNOWN)
    fits += _beside(coarse, features, fits, blanks)
    return [_aligned(page, fit, scale) for fit in fits]


def _whole_sheets(
    image: Gray, coarse: Gray, features: Features, blanks: Sequence[BlankPage]
) -> tuple[list[Fit], list[Proposal]]:
    """The whole form pages in the picture; where there is none, the proposals that were tried."""
    tried = propose_by_features(features, blanks)
    fit = best_fit(coarse, tried, blanks)
    if fit is None:
        more = propose_by_features(find_features(coarse, most=_KEY_POINTS[1]), blanks)
        fit, tried = best_fit(coarse, more, blanks), tried + more
    if fit is None and tesseract.is_installed():
        scale = coarse.shape[0] / image.shape[0]
        more = propose_by_words(image, blanks, coarse_scale=scale)
        fit, tried = best_fit(coarse, more, blanks), tried + more
    fits: list[Fit] = []
    while fit is not None:
        fits.append(fit)
        free = _free(coarse, fits)
        if cv2.countNonZero(free) < _ROOM_FOR_ANOTHER * free.size:
            break
        rest = cv2.bitwise_or(coarse, cv2.bitwise_not(free))
        proposals = propose_by_features(find_features(rest, most=_KEY_POINTS[0]), blanks)
        fit = best_fit(rest, proposals, blanks)
    return fits, tried


def _beside(
    coarse: Gray, features: Features, fits: Sequence[Fit], blanks: Sequence[BlankPage]
) -> list[Fit]:
    """Further forms, or pieces of some, sought where key points lie outside the sheets found."""
    more: list[Fit] = []
    while True:
        free = _free(coarse, [*fits, *more])
        rest = cv2.bitwise_or(coarse, cv2.bitwise_not(free))
        columns, rows = np.rint(features.points).astype(int).T
        if np.count_nonzero(free[rows, columns]) < _POINTS_OUTSIDE:
            return more
        proposals = propose_by_features(find_features(rest, most=_KEY_POINTS[0]), blanks)
        fit = best_fit(rest, proposals, blanks) or best_piece(rest, proposals, blanks)
        if fit is None or any(_is_same_sheet(fit, other) for other in (*fits, *more)):
            return more
        more.append(fit)


def _shrink(image: Gray) -> tuple[Gray, float]:
    scale = _COARSE_HEIGHT_PX / max(image.shape)
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small: Gray = cv2.resize(image, size, interpolation=how)
    return small, scale


def _free(coarse: Gray, fits: Sequence[Fit]) -> Gray:
    """255 where none of the sheets and pieces lies, else 0."""
    free = np.full_like(coarse, 255)
    for fit in fits:
        cv2.fillConvexPoly(free, fit.outline(), 0)
    return free


def _is_same_sheet(fit: Fit, other: Fit) -> bool:
    """Whether both have the page in one place: what lies over its middle leaves two pieces."""
    if fit.blank is not other.blank:
        return False
    height, width = fit.blank.coarse.shape
    middle = np.array([[[width / 2, height / 2]]])
    seen = cv2.perspectiveTransform(middle, np.linalg.inv(fit.homography))
    apart = cv2.perspectiveTransform(seen, other.homography) - middle
    return float(np.linalg.norm(apart)) < _SAME_SHEET_MM * COARSE_PX_PER_MM


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
    fit = fit_whole(coarse, proposed, blank, search_mm=_PLACED_SEARCH_MM)
    return _aligned(page, fit or Fit.proposed(blank, proposed), scale)


def _aligned(page: Page, fit: Fit, scale: float) -> AlignedPage:
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
        coverage=fit.inliers / fit.sought,
        residual_mm=fit.residual_mm,
        shown_mm=fit.shown_mm,
    )


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
    runs = tuple(_turned_run(run, turns, width, height) for run in aligned.page.runs)
    return replace(
        aligned,
        page=replace(aligned.page, image=image, runs=runs),
        homography=Homography.from_matrix(aligned.homography.matrix @ back),
    )


def _turned_run(run: TextRun, turns: int, width: float, height: float) -> TextRun:
    letters = (box and _turned(box, turns, width, height) for box in run.letters_px)
    box = _turned(run.box_px, turns, width, height)
    return replace(run, box_px=box, letters_px=tuple(letters))


def _turned(box: BoxPx, turns: int, width: float, height: float) -> BoxPx:
    """The box after quarter turns clockwise of the image it lies in, of that size."""
    for _ in range(turns):
        box = BoxPx(height - box.y - box.h, box.x, box.h, box.w)
        width, height = height, width
    return box
