"""Copies of a form with bands and frames are placed by its own print, and by no other form's."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.errors import AlignmentError
from pipeline.forms.blank import COARSE_PX_PER_MM, BlankPage, blank_pages
from pipeline.geometry import FloatArray, Homography
from pipeline.paper.align import align_all
from pipeline.paper.fit import fit_whole
from pipeline.records import Gray
from pipeline.simulate.contents import invent
from pipeline.simulate.draw import choose_look, draw_page
from tests.layouts import KINDS, Layout, banded, invented
from tests.pages import blanks, page

_WORDS = ("association", "sportive", "et", "culturelle", "du", "canton", "bulletin", "annuel")
_STYLES = ("typed", "hand", "photo")


@pytest.fixture(scope="module")
def club(tmp_path_factory: pytest.TempPathFactory) -> BlankPage:
    (blank,) = blank_pages(banded().form(tmp_path_factory.mktemp("forms") / "alpin"))
    return blank


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> tuple[BlankPage, ...]:
    """Forms that look as much like it as any."""
    folder = tmp_path_factory.mktemp("others")
    drawn = (blank_pages(invented(kind, 3).form(folder / kind)) for kind in KINDS)
    return (*(blank for pages in drawn for blank in pages), *blanks())


def _copies(blank: BlankPage, numbers: range) -> Iterator[tuple[Gray, FloatArray]]:
    """Filled in, with where mm on the form lie in the picture."""
    for k in numbers:
        rng = np.random.default_rng([k, 18])
        look = choose_look(rng, _STYLES[k % len(_STYLES)])
        leaf = draw_page(blank.form, 1, invent(blank.form, rng), look, rng)
        coloured = leaf.image.ndim == 3
        image = cv2.cvtColor(leaf.image, cv2.COLOR_RGB2GRAY) if coloured else leaf.image
        yield np.asarray(image, np.uint8), leaf.mm_to_px


def test_all_copies_of_a_form_with_bands_and_frames_are_placed(
    club: BlankPage, others: tuple[BlankPage, ...]
) -> None:
    spots_mm = np.array([[20.0, 40.0], [190, 40], [105, 150], [20, 270], [190, 270]])
    off_mm = []
    for image, mm_to_px in _copies(club, range(24)):
        (aligned,) = align_all(page(image), (club, *others))
        truth = Homography.from_matrix(np.linalg.inv(mm_to_px))
        assert (aligned.form_id, aligned.shown_mm) == ("alpin", None)
        placed_mm = aligned.homography.to_mm(truth.to_px(spots_mm))
        off_mm.append(np.linalg.norm(placed_mm - spots_mm, axis=1).max())
    assert len(off_mm) == 24
    assert max(off_mm) < 0.8


def test_no_copy_is_placed_on_a_wrong_form(club: BlankPage, others: tuple[BlankPage, ...]) -> None:
    for image, _ in _copies(club, range(6)):
        with pytest.raises(AlignmentError):
            align_all(page(image), others)


def test_a_proposal_that_is_right_in_one_corner_is_carried_on_over_the_page(
    club: BlankPage,
) -> None:
    stretched = np.array([[1.04, 0, 0], [0, 1.04, 0], [0, 0, 1.0]])
    fit = fit_whole(club.coarse, stretched, club)
    assert fit is not None
    assert np.abs(fit.homography / fit.homography[2, 2] - np.eye(3)).max() < 0.05


def _headed() -> Layout:
    """Much is printed at the top, and little at the bottom."""
    layout = Layout()
    for row in range(9):
        words = " ".join(_WORDS[(row * 5 + n) % len(_WORDS)] for n in range(9))
        layout.text(15, 15 + 5 * row, words)
    layout.zone(20, 100, 150, 10)
    layout.text(15, 280, "Signature du représentant légal, précédée de la mention lue")
    return layout


def test_print_that_crowds_at_the_top_does_not_prove_the_rest(tmp_path: Path) -> None:
    (blank,) = blank_pages(_headed().form(tmp_path / "tete"))
    folded = blank.coarse.copy()
    folded[round(150 * COARSE_PX_PER_MM) :] = 255
    assert fit_whole(blank.coarse, np.eye(3), blank) is not None
    assert fit_whole(folded, np.eye(3), blank) is None
