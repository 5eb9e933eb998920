"""Ink is what differs from this paper, however pale; folds, stains, shadows and noise do not."""

from io import BytesIO

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pipeline.forms.blank import PX_PER_MM
from pipeline.geometry import BoxMm
from pipeline.paper.dropout import CleanPage, crop, drop_print
from pipeline.records import Gray
from tests.pages import fiche, flat, form

_EMPTY_LINE = BoxMm(12, 114, 98, 12)
"""Paper without any print."""


def _px(mm: float) -> int:
    return round(mm * PX_PER_MM)


def _written(gray: int, text: str = "Lea 3", *, at: BoxMm = _EMPTY_LINE) -> Gray:
    """The blank with a word 4 mm high in letters 0.4 mm broad."""
    image = fiche().image.copy()
    corner = (_px(at.x + 20), _px(at.bottom - 3))
    cv2.putText(image, text, corner, cv2.FONT_HERSHEY_SIMPLEX, 1.5, gray, 3, cv2.LINE_AA)
    return image


def _on_paper(image: Gray, paper: int, *, grain: float = 0.0, seed: int = 0) -> Gray:
    noise = np.random.default_rng(seed).normal(0, 1, image.shape) * grain
    return np.clip(image.astype(float) * paper / 255 + noise, 0, 255).astype(np.uint8)


def _clean(image: Gray) -> CleanPage:
    return drop_print(flat(image), fiche())


def _mm2(mask: Gray, box: BoxMm = _EMPTY_LINE) -> float:
    return cv2.countNonZero(crop(mask, box)) / PX_PER_MM**2


@settings(max_examples=8, deadline=None)
@given(
    paper=st.integers(150, 255),
    contrast=st.floats(0.14, 0.5),
    grain=st.floats(0, 4),
    seed=st.integers(0, 99),
)
def test_writing_is_ink_on_any_paper(paper: int, contrast: float, grain: float, seed: int) -> None:
    image = _written(round(255 * (1 - contrast)))
    clean = _clean(_on_paper(image, paper, grain=grain, seed=seed))
    there = crop(image, _EMPTY_LINE) < 255 * (1 - 0.5 * contrast)
    # As pale as dark ink begins to be, a stroke has gaps of a pixel, which hide no letter.
    found = cv2.dilate(crop(clean.ink, _EMPTY_LINE), np.ones((3, 3), np.uint8)) > 0
    assert (found & there).sum() > 0.95 * there.sum()


@settings(max_examples=6, deadline=None)
@given(paper=st.integers(150, 255), grain=st.floats(0, 8), seed=st.integers(0, 99))
def test_paper_with_grain_holds_neither_ink_nor_traces(paper: int, grain: float, seed: int) -> None:
    clean = _clean(_on_paper(fiche().image, paper, grain=grain, seed=seed))
    for zone in form().zones_of(2):
        assert _mm2(clean.ink | clean.traces, zone.box_mm) < 0.15, zone.field


def test_a_jpegs_halo_of_print_is_no_ink() -> None:
    file = BytesIO()
    Image.fromarray(fiche().image).reduce(2).save(file, "JPEG", quality=35)
    small = np.asarray(Image.open(file))
    image = cv2.resize(small, fiche().image.shape[::-1], interpolation=cv2.INTER_LINEAR)
    clean = _clean(image)
    for zone in form().zones_of(2):
        assert _mm2(clean.ink | clean.traces, zone.box_mm) < 0.15, zone.field


def test_a_row_of_letters_that_touch_is_writing() -> None:
    image = fiche().image.copy()
    for i, letter in enumerate("enenenenenenep"):
        corner = (_px(_EMPTY_LINE.x + 5) + 14 * i, _px(_EMPTY_LINE.bottom - 4))
        cv2.putText(image, letter, corner, cv2.FONT_HERSHEY_SIMPLEX, 1.1, 205, 6, cv2.LINE_AA)
    there = crop(image, _EMPTY_LINE) < 225
    found = crop(_clean(image).ink, _EMPTY_LINE) > 0
    assert (found & there).sum() > 0.7 * there.sum()


def _folded() -> Gray:
    image = fiche().image.copy()
    cv2.line(image, (0, _px(120)), (image.shape[1], _px(120.4)), 205, 3)
    return image


def _stained() -> Gray:
    image = fiche().image.copy()
    cv2.circle(image, (_px(60), _px(140)), _px(24), 215, _px(1.2))
    return image


def _shadowed() -> Gray:
    image = fiche().image.copy()
    image[_px(120) :, :] = (image[_px(120) :, :] * 0.8).astype(np.uint8)
    return image


def _highlighted() -> Gray:
    image = fiche().image.copy()
    image[_px(117) : _px(123), _px(30) : _px(90)] = 222
    return image


@pytest.mark.parametrize("spoil", [_folded, _stained, _shadowed, _highlighted])
def test_what_no_pen_draws_is_no_ink(spoil) -> None:
    assert _mm2(_clean(spoil()).ink) < 0.5


def test_pale_ink_reaches_the_engine_as_dark_as_other_ink() -> None:
    image = _written(215)
    clean = _clean(_on_paper(image, 245))
    there = crop(image, _EMPTY_LINE) == 215
    assert np.median(crop(clean.clean, _EMPTY_LINE)[there]) < 120
    assert np.median(crop(clean.clean, _EMPTY_LINE)[~there]) > 245


def test_dark_ink_is_the_same_with_and_without_a_pale_word_elsewhere() -> None:
    elsewhere = BoxMm(12, 28, 98, 8)
    dark = _written(20)
    both = np.minimum(dark, _written(210, at=elsewhere))
    alone, beside = _clean(dark), _clean(both)
    assert np.array_equal(crop(alone.clean, _EMPTY_LINE), crop(beside.clean, _EMPTY_LINE))
    assert np.array_equal(crop(alone.ink, _EMPTY_LINE), crop(beside.ink, _EMPTY_LINE))
    assert not crop(beside.pale, _EMPTY_LINE).any()
    assert _mm2(beside.pale, elsewhere) > 3


def test_a_check_box_filled_with_pale_ink_is_ticked() -> None:
    (zone,) = (zone for zone in form().zones_of(2) if zone.boxes)
    filled, *others = zone.boxes.values()
    image = fiche().image.copy()
    inside = filled.grown(-0.5, -0.5)
    image[_px(inside.y) : _px(inside.bottom), _px(inside.x) : _px(inside.right)] = 205
    clean = _clean(image)
    assert _mm2(clean.ink, filled) > 0.3 * filled.w * filled.h
    assert all(_mm2(clean.ink, box) < 0.1 for box in others)


def test_what_is_hardly_deeper_than_the_noise_is_a_trace() -> None:
    clean = _clean(_on_paper(_written(248), 255))
    assert _mm2(clean.ink) == 0
    assert _mm2(clean.traces) > 1
