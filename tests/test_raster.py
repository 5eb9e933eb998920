"""Colour tells ink from paper: what is gray of a page is how much it differs from its paper."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from pipeline.intake.raster import gray_of, ink_gray
from pipeline.records import Gray

_WHITE, _CREAM, _SKY = (250, 250, 250), (252, 243, 205), (205, 224, 246)


def _page(ink: tuple[int, int, int], paper: tuple[int, int, int]) -> tuple[Image.Image, Gray]:
    """A page of 1000 x 1414 px with a stroke of 3 px in an ink that paper shows through, and where
    the stroke is."""
    where = Image.new("L", (1000, 1414), 0)
    ImageDraw.Draw(where).line((300, 400, 600, 520), fill=255, width=3)
    seen = tuple(i * p // 255 for i, p in zip(ink, paper, strict=True))
    image = Image.new("RGB", where.size, paper)
    image.paste(seen, mask=where)
    return image, np.asarray(where)


def _contrast(gray: Gray, where: Gray) -> float:
    return 1 - float(np.median(gray[where > 0]) / np.median(gray[where == 0]))


_PALE_INKS = [(165, 205, 245), (250, 180, 195), (250, 225, 90)]


@pytest.mark.parametrize("paper", [_WHITE, _CREAM, _SKY])
@pytest.mark.parametrize("ink", _PALE_INKS)
def test_pale_ink_differs_from_any_paper(ink, paper) -> None:
    image, where = _page(ink, paper)
    assert _contrast(np.asarray(gray_of(image)), where) > 0.2


@pytest.mark.parametrize("ink", _PALE_INKS)
def test_pale_colours_are_darker_than_their_luminance(ink) -> None:
    image, where = _page(ink, _WHITE)
    luminance = _contrast(np.asarray(image.convert("L")), where)
    assert _contrast(np.asarray(gray_of(image)), where) > luminance + 0.03


@given(level=st.integers(0, 255), cast=st.integers(-6, 6))
def test_neutral_ink_keeps_its_luminance(level: int, cast: int) -> None:
    image, _ = _page(_WHITE, _WHITE)
    tinted = tuple(min(max(level + c, 0), 255) for c in (cast, 0, -cast))
    ImageDraw.Draw(image).line((300, 700, 600, 820), fill=tinted, width=3)
    assert np.array_equal(ink_gray(np.asarray(image)), np.asarray(image.convert("L")))


def test_coloured_paper_is_no_darker_than_its_luminance() -> None:
    image, _ = _page((30, 30, 40), _CREAM)
    corner = np.asarray(gray_of(image))[:100, :100]
    assert np.array_equal(corner, np.asarray(image.convert("L"))[:100, :100])


def test_what_a_highlighter_was_drawn_over_stays_readable() -> None:
    image, where = _page((40, 40, 45), _WHITE)
    marked = np.asarray(image).copy()
    marked[380:540, 250:650] = marked[380:540, 250:650] * np.array([1.0, 0.98, 0.1])
    gray = ink_gray(marked)[380:540, 250:650]
    stroke = where[380:540, 250:650] > 0
    assert np.median(gray[~stroke]) - np.median(gray[stroke]) > 120
