"""Boxes and points in px and mm, and the one crossing between the two frames.

px: the page image, top-left corner, x right, y down. mm: the printed form, the paper's top-left
corner, x right, y down. Knows nothing of images or OCR.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BoxPx:
    """An upright rectangle in a page image; left and top edge, width and height, in pixels."""

    x: float
    y: float
    w: float
    h: float

    def corners(self) -> FloatArray:
        """(4, 2): top-left, top-right, bottom-right, bottom-left."""
        return _corners(self.x, self.y, self.w, self.h)


@dataclass(frozen=True, slots=True)
class BoxMm:
    """An upright rectangle on the printed form; left and top edge, width and height, in mm."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        return self.x + self.w

    @property
    def bottom(self) -> float:
        return self.y + self.h

    def corners(self) -> FloatArray:
        """(4, 2): top-left, top-right, bottom-right, bottom-left."""
        return _corners(self.x, self.y, self.w, self.h)

    def grown(self, x_mm: float, y_mm: float) -> "BoxMm":
        """The box with a margin on each side (negative margins shrink it)."""
        return BoxMm(self.x - x_mm, self.y - y_mm, self.w + 2 * x_mm, self.h + 2 * y_mm)

    def contains(self, x_mm: float, y_mm: float) -> bool:
        return self.x <= x_mm <= self.right and self.y <= y_mm <= self.bottom


def bounding_box(boxes: list[BoxMm]) -> BoxMm:
    """The smallest box around all of them; ``boxes`` is not empty."""
    x, y = min(b.x for b in boxes), min(b.y for b in boxes)
    return BoxMm(x, y, max(b.right for b in boxes) - x, max(b.bottom for b in boxes) - y)


@dataclass(frozen=True, slots=True)
class Homography:
    """A projective map from px to mm, kept as nine numbers so that records compare and pickle.

    See Hartley and Zisserman, Multiple View Geometry, 2nd ed., section 2.3.
    """

    px_to_mm: tuple[float, ...]

    @classmethod
    def from_matrix(cls, matrix: FloatArray) -> "Homography":
        """``matrix``: (3, 3), px to mm, not singular. Raises ValueError otherwise."""
        if matrix.shape != (3, 3) or not np.isfinite(matrix).all() or abs(matrix[2, 2]) < 1e-12:
            raise ValueError("a homography is a finite 3x3 matrix with a non-zero last element")
        if abs(np.linalg.det(matrix)) < 1e-15:
            raise ValueError("a homography is not singular")
        return cls(tuple(float(v) for v in (matrix / matrix[2, 2]).ravel()))

    @property
    def matrix(self) -> FloatArray:
        """(3, 3), px to mm."""
        return np.array(self.px_to_mm, dtype=np.float64).reshape(3, 3)

    def to_mm(self, points_px: FloatArray) -> FloatArray:
        """Map (n, 2) points of the page image onto the form."""
        return _project(self.matrix, points_px)

    def to_px(self, points_mm: FloatArray) -> FloatArray:
        """Map (n, 2) points of the form into the page image."""
        return _project(np.asarray(np.linalg.inv(self.matrix), dtype=np.float64), points_mm)


def _corners(x: float, y: float, w: float, h: float) -> FloatArray:
    return np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], dtype=np.float64)


def _project(matrix: FloatArray, points: FloatArray) -> FloatArray:
    homogeneous = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return np.asarray(homogeneous[:, :2] / homogeneous[:, 2:], dtype=np.float64)
