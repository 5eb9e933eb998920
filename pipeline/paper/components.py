"""The connected strokes of a mask, measured by their own pixels.

A page is a hundredth ink. OpenCV's own statistics go through the paper, too, for most of the time.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import FloatArray
from pipeline.records import Mask

Labels = NDArray[np.int32]


def find_components(ink: Mask) -> tuple[Labels, Labels, FloatArray]:
    """Labels, statistics (n, 5) and middles (n, 2) as OpenCV's ``connectedComponentsWithStats`` has
    them, but for the first, the paper: that has the whole mask's box, and no middle.
    """
    height, width = ink.shape
    # OpenCV ends the process at a mask of no pixels: there, all is paper.
    count, labels = cv2.connectedComponents(ink) if ink.size else (1, np.zeros(ink.shape, np.int32))
    at = np.flatnonzero(ink != 0)
    label = labels.ravel()[at]
    rows, columns = np.divmod(at, width)
    area = np.bincount(label, minlength=count)
    stats = np.empty((count, 5), np.int32)
    for along, side, (start, extent) in (
        (columns, width, (cv2.CC_STAT_LEFT, cv2.CC_STAT_WIDTH)),
        (rows, height, (cv2.CC_STAT_TOP, cv2.CC_STAT_HEIGHT)),
    ):
        first, last = np.full(count, side), np.full(count, -1)
        first[0], last[0] = 0, side - 1
        np.minimum.at(first, label, along)
        np.maximum.at(last, label, along)
        stats[:, start], stats[:, extent] = first, last - first + 1
    stats[:, cv2.CC_STAT_AREA] = area
    stats[0, cv2.CC_STAT_AREA] = ink.size - len(at)
    sums = [np.bincount(label, along, count) for along in (columns, rows)]
    middles = np.stack(sums, axis=1) / np.maximum(area, 1)[:, None]
    return np.asarray(labels, dtype=np.int32), stats, middles
