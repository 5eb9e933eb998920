"""A stain's rim is no writing, whatever print cuts it into; what a pen bends and joins is."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.forms.blank import PX_PER_MM
from pipeline.paper.dropout import crop, drop_print
from pipeline.paper.rims import find_rims
from pipeline.records import Mask
from pipeline.simulate.paper import noise
from tests.pages import fiche, flat, form

_SCALE = 4.0
_WHITE = np.zeros((400, 800), np.uint8)


def _rims(drawn: Mask) -> tuple[int, int]:
    """How many strokes there are, and how many of them are a rim's."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(drawn)
    strokes = np.arange(count) > 0
    found = find_rims(labels, stats, strokes, px_per_mm=_SCALE)
    return count - 1, int(found.sum())


@given(
    radius=st.integers(48, 160),
    start=st.integers(0, 359),
    bow=st.integers(100, 360),
    thick=st.integers(2, 6),
)
def test_a_long_bow_of_a_circle_is_a_rim(radius: int, start: int, bow: int, thick: int) -> None:
    drawn = _WHITE.copy()
    cv2.ellipse(drawn, (400, 200), (radius, radius), start, 0, bow, 255, thick)
    assert _rims(drawn) == (1, 1)


def test_short_pieces_beside_a_long_one_are_of_the_same_rim() -> None:
    drawn = _WHITE.copy()
    for start, bow in ((0, 120), (130, 10), (150, 15)):
        cv2.ellipse(drawn, (400, 200), (100, 100), start, 0, bow, 255, 4)
    cv2.putText(drawn, "m", (390, 210), cv2.FONT_HERSHEY_SIMPLEX, 1, 255, 2)
    assert _rims(drawn) == (4, 3)


def _bracket(drawn: Mask) -> None:
    cv2.ellipse(drawn, (400, 200), (12, 24), 0, 90, 270, 255, 3)


def _underline(drawn: Mask) -> None:
    cv2.line(drawn, (100, 200), (500, 206), 255, 5)


def _touching_letters(drawn: Mask) -> None:
    for i, letter in enumerate("enenenenenenepdirection"):
        cv2.putText(drawn, letter, (100 + 10 * i, 200), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 255, 3)


def _slanting_word(drawn: Mask) -> None:
    for i, letter in enumerate("mouvement"):
        at = (100 + 16 * i, 200 - 5 * i)
        cv2.putText(drawn, letter, at, cv2.FONT_HERSHEY_SIMPLEX, 0.8, 255, 3)


def _struck_out(drawn: Mask) -> None:
    wave = [(100 + 10 * i, 200 + (14 if i % 2 else -14)) for i in range(20)]
    cv2.polylines(drawn, [np.array(wave)], isClosed=False, color=255, thickness=3)


@pytest.mark.parametrize(
    "write", [_bracket, _underline, _touching_letters, _slanting_word, _struck_out]
)
def test_what_a_pen_writes_is_no_rim(write) -> None:
    drawn = _WHITE.copy()
    write(drawn)
    assert _rims(drawn)[1] == 0


def _lines_with_ink_by_a_ring(rng: np.random.Generator) -> int:
    """On a blank on which a cup stood, here and there a little off its circle."""
    image = fiche().image
    height, width = image.shape
    radius = rng.uniform(12, 40) * PX_PER_MM
    x, y = rng.uniform(0, 0.55) * width, rng.uniform(0.1, 0.65) * height
    away = np.hypot(np.arange(width)[None] - x, np.arange(height)[:, None] - y)
    away *= 1 + 0.03 * noise(rng, image.shape, cell=radius)
    ring = np.exp(-(((away - radius) / (0.8 * PX_PER_MM)) ** 2)) + 0.35 * (away < radius)
    stained = np.rint(image * (1 - rng.uniform(0.06, 0.28) * ring)).astype(np.uint8)
    ink = drop_print(flat(stained), fiche()).ink
    lines = [box for zone in form().zones_of(2) for box in zone.lines]
    return sum(cv2.countNonZero(crop(ink, box)) > 0.5 * PX_PER_MM**2 for box in lines)


def test_rings_across_the_lines_of_forms_name_hardly_anybody() -> None:
    rng = np.random.default_rng(11)
    assert sum(_lines_with_ink_by_a_ring(rng) for _ in range(10)) <= 4
