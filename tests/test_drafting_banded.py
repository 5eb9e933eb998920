"""Sheets with a dark band along an edge, on a desk."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.drafting.banded import Corners, with_band

_WIDE, _HIGH = 506, 700
_DESK, _PAPER = 95, 215


def shown(
    *, turn_deg: float = 2.0, lean: float = 0.0, seed: int = 0
) -> tuple[np.ndarray, Corners, Corners]:
    """A small photo of an A4 sheet whose upper eleventh is dark; its corners, and those of what is
    bright of it."""
    rng = np.random.default_rng(seed)
    sheet = np.full((594, 420), _PAPER, np.uint8)
    sheet[:54] = 45
    cv2.putText(sheet, "CLUB", (30, 40), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 230, 3)
    flat = np.array([[0, 0], [420, 0], [420, 594], [0, 594]], np.float32)
    turn = cv2.getRotationMatrix2D((210, 297), turn_deg, 1.0)
    at = (cv2.transform(flat[None], turn)[0] + (45, 52)).astype(np.float32)
    at[:2, 0] += lean * np.array([1, -1], np.float32)
    matrix = cv2.getPerspectiveTransform(flat, at)
    size = (_WIDE, _HIGH)
    paper = cv2.warpPerspective(sheet, matrix, size)
    mask = cv2.warpPerspective(np.full_like(sheet, 255), matrix, size)
    picture = np.where(mask > 127, paper, _DESK).astype(np.float32)
    picture += rng.normal(0, 4, picture.shape)
    inner = np.array([[[0, 54], [420, 54], [420, 594], [0, 594]]], np.float32)
    bright = cv2.perspectiveTransform(inner, matrix)[0]
    return picture.clip(0, 255).astype(np.uint8), at, bright.astype(np.float32)


@settings(max_examples=25, deadline=None)
@given(turn_deg=st.floats(-4, 4), lean=st.floats(-10, 10), seed=st.integers(0, 99))
def test_a_sheet_goes_on_to_the_end_of_its_band(turn_deg: float, lean: float, seed: int) -> None:
    picture, corners, bright = shown(turn_deg=turn_deg, lean=lean, seed=seed)
    assert np.abs(with_band(picture, bright) - corners).max() < 8
    assert np.abs(bright - corners).max() > 40


@pytest.mark.parametrize("end", range(4))
def test_a_band_may_be_on_any_side(end: int) -> None:
    picture, corners, bright = shown()
    turned = np.ascontiguousarray(np.rot90(picture, end))
    high, wide = picture.shape

    def moved(points: Corners) -> Corners:
        for n in range(end):
            edge = wide if n % 2 == 0 else high
            points = np.stack([points[:, 1], edge - 1 - points[:, 0]], axis=1)
        return np.roll(points, end, axis=0).astype(np.float32)

    assert np.abs(with_band(turned, moved(bright)) - moved(corners)).max() < 8


def test_a_sheet_without_a_band_stays_as_it_is() -> None:
    picture, corners, _ = shown()
    assert np.array_equal(with_band(picture, corners), corners)


def test_what_goes_on_as_desk_is_no_band() -> None:
    picture, _, bright = shown()
    mask = np.zeros_like(picture)
    cv2.fillConvexPoly(mask, np.rint(bright).astype(np.int32), 255)
    desk = np.where(mask > 0, picture, _DESK).astype(np.uint8)
    assert np.array_equal(with_band(desk, bright), bright)
