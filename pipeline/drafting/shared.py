"""What filled copies of one form share: its print, for what people wrote stands on one copy alone.

The copies are laid over one another (ORB key points, Rublee et al., ICCV 2011; RANSAC, Fischler and
Bolles, CACM 1981), and of each point the middle grey is kept, the lighter of two.
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
_RANSAC_PX = 2.5


def shared_print(copies: Sequence[Gray]) -> Gray:
    """The print of straight pictures at ``PX_PER_MM`` of one form, as the first of them shows it.

    Copies that cannot be laid over the first are left out; of one alone nothing can be told, and it
    comes back as it is.
    """
    first, *others = (flatten(copy) for copy in copies[:MOST_COPIES])
    own = find_features(_coarse(first), most=_KEY_POINTS)
    laid = [first]
    for other in others:
        matrix = _onto(find_features(_coarse(other), most=_KEY_POINTS), own)
        if matrix is not None:
            size = (first.shape[1], first.shape[0])
            laid.append(
                np.asarray(cv2.warpPerspective(other, matrix, size, borderValue=255), np.uint8)
            )
    order = np.sort(np.stack(laid), axis=0)
    return np.ascontiguousarray(order[len(laid) // 2])


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
    scale = COARSE_PX_PER_MM / PX_PER_MM
    down, up = np.diag([scale, scale, 1.0]), np.diag([1 / scale, 1 / scale, 1.0])
    return np.asarray(up @ matrix @ down, np.float64)
