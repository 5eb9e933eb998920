"""What filled copies of one form share: its print, for what people wrote stands on one copy alone.

The copies are laid over one another (ORB key points, Rublee et al., ICCV 2011; RANSAC, Fischler and
Bolles, CACM 1981; then by their greys, Evangelidis and Psarakis, PAMI 2008). Ink of the first copy
that most others have at its place is print.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from pipeline.forms.blank import COARSE_PX_PER_MM, PX_PER_MM, Features, find_features
from pipeline.geometry import FloatArray
from pipeline.paper.dropout import flatten
from pipeline.records import Gray

MOST_COPIES = 9
"""More show no more."""
_KEY_POINTS, _LEAST_ALIKE = 3000, 30
_RANSAC_PX, _STEPS = 1.5, 40
_NEAR_PX, _DARK, _MOST_HAVE = 3, 200, 0.6
"""Ink is print where this share of the others have some so near."""


def shared_print(copies: Sequence[Gray]) -> Gray:
    """The print of straight pictures at ``PX_PER_MM`` of one form, as the first of them shows it;
    best that with least writing on it.

    Copies that cannot be laid over the first are left out; of one alone nothing can be told, and it
    comes back as it is.
    """
    first, *others = (flatten(copy) for copy in copies[:MOST_COPIES])
    coarse = _coarse(first)
    own = find_features(coarse, most=_KEY_POINTS)
    size = (first.shape[1], first.shape[0])
    votes = np.zeros(first.shape, np.uint8)
    count = 0
    for other in others:
        small = _coarse(other)
        matrix = _onto(find_features(small, most=_KEY_POINTS), own)
        if matrix is None:
            continue
        matrix = _scaled(_nearer(coarse, small, matrix))
        laid = cv2.warpPerspective(other, matrix, size, borderValue=255)
        votes += cv2.erode(laid, np.ones((_NEAR_PX, _NEAR_PX))) < _DARK
        count += 1
    shared = votes >= _MOST_HAVE * count
    return np.where(shared | (first >= _DARK), first, np.uint8(255)) if count else first


def _coarse(picture: Gray) -> Gray:
    scale = COARSE_PX_PER_MM / PX_PER_MM
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def _onto(features: Features, own: Features) -> FloatArray | None:
    """Where the pixels of a copy lie on the first one; None where that is not clear."""
    if min(len(features.points), len(own.points)) < _LEAST_ALIKE:
        return None
    matches = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(
        features.descriptors, own.descriptors
    )
    if len(matches) < _LEAST_ALIKE:
        return None
    here = np.array([features.points[match.queryIdx] for match in matches])
    there = np.array([own.points[match.trainIdx] for match in matches])
    matrix, fitting = cv2.findHomography(here, there, cv2.RANSAC, _RANSAC_PX)
    if matrix is None or int(fitting.sum()) < _LEAST_ALIKE:
        return None
    return np.asarray(matrix, np.float64)


def _nearer(own: Gray, copy: Gray, matrix: FloatArray) -> FloatArray:
    """The same, more exactly, where the greys of both allow."""
    back = np.asarray(np.linalg.inv(matrix), np.float32)
    steps = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, _STEPS, 1e-5)
    try:
        _, back = cv2.findTransformECC(own, copy, back, cv2.MOTION_HOMOGRAPHY, steps, None, 5)
    except cv2.error:  # it does not converge
        return matrix
    return np.asarray(np.linalg.inv(back), np.float64)


def _scaled(matrix: FloatArray) -> FloatArray:
    scale = COARSE_PX_PER_MM / PX_PER_MM
    down, up = np.diag([scale, scale, 1.0]), np.diag([1 / scale, 1 / scale, 1.0])
    return np.asarray(up @ matrix @ down, np.float64)
