"""Streaks of a scanner's glass are taken out; what a form prints stays, be it as straight."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.forms.blank import blank_pages
from pipeline.paper.streaks import remove_streaks
from pipeline.records import Gray
from tests.layouts import KINDS, banded, invented
from tests.pages import fiche


def _paper(*, noise: float = 4.0) -> Gray:
    rng = np.random.default_rng(1)
    return (246 + rng.normal(0, noise, (2339, 1653))).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=4)
@given(seed=st.integers(0, 2**32))
def test_a_clean_blank_of_any_layout_stays_as_it_is(kind: str, seed: int) -> None:
    with TemporaryDirectory() as folder:
        (blank,) = blank_pages(invented(kind, seed).form(Path(folder, "fiche")))
        assert np.array_equal(remove_streaks(blank.image), blank.image)


def test_a_clean_page_with_bands_and_frames_stays_as_it_is(tmp_path: Path) -> None:
    (blank,) = blank_pages(banded().form(tmp_path / "alpin"))
    assert np.array_equal(remove_streaks(blank.image), blank.image)


@pytest.mark.parametrize("margin_px", [24, 60, 200])
@pytest.mark.parametrize("wide_px", [1, 3])
def test_a_rule_between_the_margins_is_no_streak(margin_px: int, wide_px: int) -> None:
    image = _paper()
    image[margin_px:-margin_px, 700 : 700 + wide_px] = 40
    image[1000 : 1000 + wide_px, margin_px:-margin_px] = 40
    assert np.array_equal(remove_streaks(image), image)


@pytest.mark.parametrize("gray", [205, 160, 90])
def test_gray_columns_and_bands_over_the_whole_page_stay(gray: int) -> None:
    image = _paper()
    for x in range(100, 1500, 300):
        image[:, x : x + 150] = gray
        image[:, x + 200 : x + 214] = gray
    image[400:520] = gray
    assert np.array_equal(remove_streaks(image), image)


def test_a_dithered_tint_stays() -> None:
    order = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]])
    for level in range(1, 16):
        image = np.tile(np.where(order < level, 0, 255).astype(np.uint8), (580, 400))
        assert np.array_equal(remove_streaks(image), image)


@pytest.mark.parametrize("wide_px", [1, 2, 4])
@pytest.mark.parametrize("gray", [60, 190, 220])
@pytest.mark.parametrize("is_across", [False, True])
def test_a_streak_from_edge_to_edge_is_taken_out(
    wide_px: int, gray: int, *, is_across: bool
) -> None:
    clean = fiche().image.T if is_across else fiche().image
    image = clean.copy()
    image[:, 500 : 500 + wide_px] = np.minimum(image[:, 500 : 500 + wide_px], gray)
    cleaned = remove_streaks(image.T).T if is_across else remove_streaks(image)
    around = slice(490, 515)
    paper = (clean[:, around] > 250).all(axis=1)
    assert np.count_nonzero(paper) > 0.4 * len(clean)
    assert image[paper, 500].max() <= gray
    assert cleaned[paper, around].min() > 240


def test_a_streak_is_taken_out_that_ends_where_the_dark_lid_begins() -> None:
    image = _paper()
    image[:, 800:802] = 170
    image[:60] = image[-60:] = 40
    cleaned = remove_streaks(image)
    assert cleaned[60:-60, 800:802].min() > 225
    assert np.all(cleaned[:60] == 40)
