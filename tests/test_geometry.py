"""Boxes and the crossing between px and mm."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.geometry import BoxMm, Homography, bounding_box

_small = st.floats(-0.2, 0.2)


@given(_small, _small, st.floats(0.05, 2), st.floats(-50, 50), st.floats(-1e-5, 1e-5))
def test_a_point_taken_to_mm_and_back_returns(
    shear_x: float, shear_y: float, scale: float, shift: float, depth: float
) -> None:
    matrix = np.array(
        [[scale, shear_x * scale, shift], [shear_y * scale, scale, -shift], [depth, depth, 1]]
    )
    homography = Homography.from_matrix(matrix)
    points = np.array([[0.0, 0.0], [800.0, 20.0], [400.0, 1100.0]])
    assert np.allclose(homography.to_px(homography.to_mm(points)), points, atol=1e-4)


def test_a_singular_matrix_is_refused() -> None:
    with pytest.raises(ValueError, match="singular"):
        Homography.from_matrix(np.diag([1.0, 0.0, 1.0]))


def test_a_bounding_box_holds_every_box() -> None:
    boxes = [BoxMm(1, 2, 3, 4), BoxMm(0, 5, 1, 9)]
    assert bounding_box(boxes) == BoxMm(0, 2, 4, 12)


def test_a_grown_box_keeps_its_middle() -> None:
    grown = BoxMm(10, 10, 4, 2).grown(1, 2)
    assert grown == BoxMm(9, 8, 6, 6)
    assert grown.contains(12, 11)
    assert not grown.contains(8.9, 11)
