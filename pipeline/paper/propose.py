"""Where may a known form lie on a page? Key points of the picture, or words read on it, say so."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines import tesseract
from pipeline.forms.blank import COARSE_PX_PER_MM, BlankPage, Features
from pipeline.geometry import BoxPx, FloatArray
from pipeline.paper.index import best_few, likely_pages
from pipeline.records import Gray
from pipeline.text import fold

Proposal = tuple[int, BlankPage, FloatArray]
"""How many matches agree, on which page, and the homography from coarse scan px to coarse px."""

MIN_MATCHES = 20
_MIN_WORDS = 6
_MIN_WORD_LENGTH = 4
_WORDS_PX = 1754
"""The longer side of what words are read on: small print is legible at 150 dpi of A4."""
_TURNS = (0, 2, 1, 3)
"""Quarter turns, the likeliest first."""
_LEGIBLE, _LEAST_SURE, _LEAST_WORD = 60, 0.6, 3
"""With so many letters in words that are surely read, a page stands upright."""
_RATIO = 0.8
"""Lowe's ratio test (IJCV 2004)."""


def propose_by_features(features: Features, blanks: Sequence[BlankPage]) -> list[Proposal]:
    """A proposal for each likely page that key points of the scan agree on, most matches first."""
    proposals = [
        (matches, blank, homography)
        for blank in likely_pages(features, blanks)
        for matches, homography in [_propose(features, blank.features)]
        if homography is not None
    ]
    return sorted(proposals, key=lambda proposal: -proposal[0])


def _propose(scan: Features, blank: Features) -> tuple[int, FloatArray | None]:
    """(inliers, homography from coarse scan px to coarse blank px), by RANSAC on matched points.

    MAGSAC++ (Barath et al., CVPR 2020) as OpenCV's USAC offers it; its seed is fixed, so the same
    page always gives the same alignment.
    """
    if len(scan.points) < MIN_MATCHES or len(blank.points) < MIN_MATCHES:
        return 0, None
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(scan.descriptors, blank.descriptors, k=2)
    good = [a for a, b in pairs if a.distance < _RATIO * b.distance]
    if len(good) < MIN_MATCHES:
        return 0, None
    source = scan.points[[m.queryIdx for m in good]]
    target = blank.points[[m.trainIdx for m in good]]
    homography, mask = cv2.findHomography(
        source, target, cv2.USAC_MAGSAC, 3.0, maxIters=3000, confidence=0.999
    )
    inliers = 0 if mask is None else int(mask.sum())
    if homography is None or inliers < MIN_MATCHES or not _is_plausible(homography, scan.points):
        return 0, None
    return inliers, homography


def propose_by_words(
    image: Gray, blanks: Sequence[BlankPage], *, coarse_scale: float
) -> list[Proposal]:
    """Proposals from the print that Tesseract reads on the page as it is, whichever way it is
    turned: noise, blur, or letters that are all alike, leave no key points.

    A word counts where it stands once on the scan and once on the blank. ``coarse_scale``: coarse
    px per px of the page.
    """
    scale = min(1.0, _WORDS_PX / max(image.shape))
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    page = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    for turns in _TURNS:
        turned = np.ascontiguousarray(np.rot90(page, turns))
        read = tesseract.read_print(turned)
        words = [
            (fold(text), _turned_back(box.corners(), turned.shape, turns) * coarse_scale / scale)
            for text, _, box in read
        ]
        proposals = _propose_words(_unique(words), blanks)
        if proposals or _is_upright(read):
            return proposals
    return []


def _is_upright(read: Iterable[tuple[str, float, BoxPx]]) -> bool:
    sure = (text for text, confidence, _ in read if confidence >= _LEAST_SURE)
    return sum(len(t) for t in sure if len(t) >= _LEAST_WORD and t.isalpha()) >= _LEGIBLE


def _propose_words(seen: dict[str, FloatArray], blanks: Sequence[BlankPage]) -> list[Proposal]:
    shared = np.array([len(seen.keys() & _printed(blank).keys()) for blank in blanks], float)
    proposals: list[Proposal] = []
    for blank in (blanks[i] for i in best_few(shared) if shared[i] >= _MIN_WORDS):
        printed = _printed(blank)
        words = sorted(seen.keys() & printed.keys())
        source = np.concatenate([seen[word] for word in words])
        target = np.concatenate([printed[word] for word in words]) * COARSE_PX_PER_MM - 0.5
        homography, mask = cv2.findHomography(source, target, cv2.RANSAC, 2 * COARSE_PX_PER_MM)
        if homography is not None and _is_plausible(homography, source):
            proposals.append((int(mask.sum()), blank, homography))
    return sorted(proposals, key=lambda proposal: -proposal[0])


def _turned_back(points: FloatArray, shape: tuple[int, ...], turns: int) -> FloatArray:
    """Points (n, 2) of a picture turned counterclockwise so often, where they were before."""
    height, width = shape
    for _ in range(turns):
        points = np.column_stack([height - points[:, 1], points[:, 0]])
        height, width = width, height
    return points


@cache
def _printed(blank: BlankPage) -> dict[str, FloatArray]:
    """The words that stand once on a blank, with their corners in mm."""
    return _unique((fold(word.text), word.box_mm.corners()) for word in blank.words)


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
