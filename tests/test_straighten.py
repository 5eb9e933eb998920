"""Lines made level, upright and as high as their crop."""

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.records import Gray
from pipeline.simulate.pen import Pen, write_line
from pipeline.straighten import straighten

_HAND = Pen("patrick-hand", printed=False, cap_mm=3.0, lift_mm=0.0)


def _line(text: str, *, cap_px: float = 40.0, slope: float = 0.0, slant: float = 0.0) -> Gray:
    """A line of writing that falls by ``slope`` a pixel and leans to the right by ``slant``."""
    strip = write_line(text, _HAND, np.random.default_rng(0), cap_px=cap_px)
    paper = cv2.copyMakeBorder(255 - strip.coverage, 90, 90, 90, 90, 0, value=255)
    high, wide = paper.shape
    shear = np.array([[1.0, 0.0], [slope, 1.0]]) @ np.array([[1.0, -slant], [0.0, 1.0]])
    middle = np.array([wide / 2, high / 2])
    moved = np.column_stack([shear, middle - shear @ middle])
    return np.asarray(cv2.warpAffine(paper, moved, (wide, high), borderValue=255), dtype=np.uint8)


def _lean(crop: Gray) -> float:
    """How far the writing leans to the right a pixel up: the shear that makes its columns sharp."""
    high, wide = crop.shape
    leans = np.linspace(-0.2, 1.3, 61)
    ink = np.asarray(255 - crop, dtype=np.uint8)
    sharpness = []
    for lean in leans:
        shear = np.array([[1.0, lean, 0.0], [0.0, 1.0, 0.0]])
        columns = cv2.warpAffine(ink, shear, (round(wide + 1.3 * high), high)).sum(axis=0)
        sharpness.append(np.square(columns.astype(np.float64)).sum())
    return float(leans[int(np.argmax(sharpness))])


def _rows(crop: Gray) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Where the ink stands in each tenth of the line: its middle row, in heights of the crop."""
    ink = crop < 128
    columns = np.flatnonzero(ink.any(axis=0))
    parts = np.array_split(np.arange(columns[0], columns[-1] + 1), 6)
    return np.array([np.nonzero(ink[:, part])[0].mean() for part in parts]) / crop.shape[0]


@settings(max_examples=25, deadline=None)
@given(slope=st.floats(-0.12, 0.12))
def test_a_line_that_climbs_or_falls_is_made_level(slope: float) -> None:
    level = _rows(straighten(_line("Camille Lefèvre anime une maison")))
    straightened = _rows(straighten(_line("Camille Lefèvre anime une maison", slope=slope)))
    assert np.abs(straightened - level).max() < 0.12


@settings(max_examples=15, deadline=None)
@given(slant=st.floats(0.8, 1.1))
@example(slant=0.875)
@example(slant=1.1)
def test_writing_that_leans_far_is_set_up(slant: float) -> None:
    text = "Camille Lefèvre HILL"
    usual, leaning = (straighten(_line(text, slant=lean)) for lean in (0.5, slant))
    assert _lean(leaning) == pytest.approx(_lean(usual), abs=0.12)
    assert _lean(_line(text, slant=slant)) > _lean(leaning) + 0.2


@pytest.mark.parametrize("room", [0, 15, 60])
def test_writing_fills_its_crop_whatever_room_it_was_left(room: int) -> None:
    line = straighten(_line("LEFÈVRE Camille"))
    roomy = straighten(cv2.copyMakeBorder(line, room, 2 * room, 0, 0, 0, value=255))
    assert roomy.shape == pytest.approx(line.shape, abs=3)


def test_what_hangs_in_from_another_line_does_not_make_writing_small() -> None:
    line = _line("MORENA DEBARNOT")
    dirty = cv2.copyMakeBorder(line, 120, 0, 0, 0, 0, value=255)
    dirty[2:8, 300:306] = 0
    assert straighten(dirty).shape[0] < 0.6 * dirty.shape[0]


@given(st.integers(1, 90), st.integers(1, 200), st.integers(0, 255))
def test_paper_without_writing_stays_as_it_is(high: int, wide: int, shade: int) -> None:
    blank = np.full((high, wide), shade, np.uint8)
    assert straighten(blank).shape == (high, wide)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(1, 240))
def test_any_crop_gives_a_crop(seed: int, high: int, wide: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (high, wide), dtype=np.uint8)
    straightened = straighten(noise)
    assert straightened.dtype == np.uint8
    assert min(straightened.shape) > 0
