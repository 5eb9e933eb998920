"""How a page came to be a picture."""

import numpy as np
import pytest

from pipeline.geometry import FloatArray, Homography
from pipeline.paper.quality import quality_of, worst
from pipeline.records import AlignedPage, Gray, Page, Quality

_PX_PER_MM = 8.0


def _aligned(image: Gray, to_px: FloatArray | None = None) -> AlignedPage:
    matrix = np.diag([_PX_PER_MM, _PX_PER_MM, 1.0]) if to_px is None else to_px
    homography = Homography.from_matrix(np.linalg.inv(matrix))
    return AlignedPage(Page(1, image, 200.0), "f", 1, homography, 50, 0.9, 0.1)


def _written(*, edge: int, noise: int = 0) -> Gray:
    """Strokes on paper, their edges of that grey; ``noise``: what a JPEG adds around them."""
    image = np.full((400, 300), 255, np.uint8)
    image[::10, :] = 0
    image[1::10, :] = edge
    image[2::10, :] = 255 - noise
    return image


def test_a_picture_of_two_levels_is_bilevel_as_a_jpeg_too() -> None:
    assert quality_of(_aligned(_written(edge=255))) is Quality.BILEVEL
    assert quality_of(_aligned(_written(edge=255, noise=25))) is Quality.BILEVEL


def test_soft_edges_are_those_of_a_grey_scan() -> None:
    assert quality_of(_aligned(_written(edge=120))) is Quality.GREY


@pytest.mark.parametrize("edge", [120, 255])
def test_perspective_betrays_a_photo(edge: int) -> None:
    tilted = np.array([[_PX_PER_MM, 0, 0], [0, _PX_PER_MM, 0], [1e-4, 0, 1]])
    assert quality_of(_aligned(_written(edge=edge), tilted)) is Quality.PHOTO


@pytest.mark.parametrize("angle", [0.03, np.pi / 2, 3.0])
def test_a_scan_laid_askew_is_no_photo(angle: float) -> None:
    c, s = _PX_PER_MM * np.cos(angle), _PX_PER_MM * np.sin(angle)
    turned = np.array([[c, -s, 900], [s, c, 900], [0, 0, 1]])
    assert quality_of(_aligned(_written(edge=120), turned)) is Quality.GREY


def test_the_worst_page_counts() -> None:
    assert worst({Quality.GREY, Quality.PHOTO, Quality.BILEVEL}) is Quality.PHOTO
    assert worst({Quality.GREY, Quality.BILEVEL}) is Quality.BILEVEL
    assert worst(set()) is Quality.GREY
