"""A page is fitted to the form it is, and to no other."""

import cv2
import numpy as np
import pytest

from pipeline.errors import AlignmentError
from pipeline.forms.blank import PX_PER_MM
from pipeline.geometry import Homography
from pipeline.paper import align as stage
from pipeline.paper.align import align_all, align_placed, upright
from pipeline.records import Gray, Placement
from tests.pages import blanks, drawn, fiche, form, page

_SPOTS_MM = np.array([[15.0, 30.0], [105.0, 30.0], [15.0, 185.0], [105.0, 185.0], [185.0, 60.0]])


def _gray(image: Gray) -> Gray:
    return image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)


@pytest.mark.parametrize("style", ["typed", "hand", "photo", "fax"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_page_is_fitted_within_half_a_millimetre(style: str, seed: int) -> None:
    leaf, _ = drawn(style, seed)
    aligned = align_all(page(_gray(leaf.image)), blanks())[0]
    truth = Homography.from_matrix(np.linalg.inv(leaf.mm_to_px))
    found_mm = aligned.homography.to_mm(truth.to_px(_SPOTS_MM))
    assert (aligned.form_id, aligned.form_page) == ("mais-2018-02-02", 2)
    assert np.linalg.norm(found_mm - _SPOTS_MM, axis=1).max() < 0.5
    assert aligned.residual_mm < 0.1


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_turned_page_is_set_upright_exactly(turns: int) -> None:
    image = _gray(drawn("hand", 1)[0].image)
    straight = upright(align_all(page(image), blanks())[0])
    turned = upright(align_all(page(np.rot90(straight.page.image, turns)), blanks())[0])
    assert np.array_equal(turned.page.image, straight.page.image)
    spots_px = straight.homography.to_px(_SPOTS_MM)
    assert np.abs(turned.homography.to_px(_SPOTS_MM) - spots_px).max() < 1.0
    assert not turned.page.image.flags.writeable


def test_the_flyer_is_known_as_the_page_without_zones() -> None:
    assert align_all(page(blanks()[0].image), blanks())[0].form_page == 1


def _letter() -> Gray:
    image = np.full((2339, 1653), 250, np.uint8)
    rng = np.random.default_rng(4)
    for y in range(250, 2100, 45):
        words = " ".join("".join(rng.choice(list("aeinrstlu"), 6)) for _ in range(9))
        cv2.putText(image, words, (150, y), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 30, 2)
    return image


def _noise() -> Gray:
    return np.random.default_rng(5).integers(0, 255, (2339, 1653)).astype(np.uint8)


@pytest.mark.parametrize("image", [_letter(), _noise(), np.full((1800, 1200), 255, np.uint8)])
def test_a_page_of_no_known_form_is_refused(image: Gray) -> None:
    with pytest.raises(AlignmentError, match="Aucun formulaire connu"):
        align_all(page(image), blanks())


def test_a_mirror_image_is_refused() -> None:
    with pytest.raises(AlignmentError):
        align_all(page(fiche().image[:, ::-1]), blanks())


def test_a_third_of_a_page_is_a_piece_and_says_so() -> None:
    image = fiche().image.copy()
    image[image.shape[0] // 3 :] = 255
    (aligned,) = align_all(page(image), blanks())
    assert aligned.shown_mm is not None
    assert aligned.shown_mm.bottom < 0.5 * fiche().height_mm


def test_a_form_that_only_shares_the_letterhead_is_refused() -> None:
    image = fiche().image.copy()
    rows = slice(230, 1500)
    image[rows, :1653] = _letter()[rows]
    with pytest.raises(AlignmentError):
        align_all(page(image), blanks())


def test_printed_words_align_a_page_without_key_points(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "propose_by_features", lambda *_: [])
    leaf, _ = drawn("typed", 2)
    straight = np.rot90(_gray(leaf.image), leaf.turns)
    aligned = align_all(page(straight), blanks())[0]
    assert aligned.form_page == 2
    assert aligned.residual_mm < 0.1


def _placed(quarters: int, *, off: float) -> tuple[Gray, Placement, Homography]:
    """A drawn page turned clockwise, where a hand puts the paper's corners, and where they are."""
    leaf = drawn("photo", 1)[0]
    truth = Homography.from_matrix(np.linalg.inv(leaf.mm_to_px))
    image = _gray(leaf.image)
    high, wide = fiche().image.shape
    paper_mm = np.array([[0, 0], [wide, 0], [wide, high], [0, high]]) / PX_PER_MM
    shares = (truth.to_px(paper_mm) + 0.5) / image.shape[::-1]
    for _ in range(quarters):
        shares = np.column_stack([1 - shares[:, 1], shares[:, 0]])
    corners = tuple((float(x) + off, float(y) - off) for x, y in shares)
    return np.rot90(image, -quarters), Placement(1, form().id, 2, corners), truth


@pytest.mark.parametrize("off", [0.0, 0.008, -0.008])
def test_a_form_placed_by_a_careless_hand_is_fitted_as_its_print_shows(off: float) -> None:
    image, placement, truth = _placed(0, off=off)
    aligned = align_placed(page(image), fiche(), placement)
    assert aligned.coverage > 0.5
    found_mm = aligned.homography.to_mm(truth.to_px(_SPOTS_MM))
    assert np.linalg.norm(found_mm - _SPOTS_MM, axis=1).max() < 0.5


def test_the_order_of_the_corners_tells_which_way_up_a_form_lies() -> None:
    image, placement, _ = _placed(1, off=0.0)
    aligned = upright(align_placed(page(image), fiche(), placement))
    assert aligned.coverage > 0.5
    assert aligned.page.image.shape == image.shape[::-1]


def test_a_form_placed_where_no_print_shows_it_is_not_proven() -> None:
    corners = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9))
    aligned = align_placed(page(_noise()), fiche(), Placement(1, form().id, 2, corners))
    assert aligned.coverage == 0


def test_corners_in_a_wrong_order_are_refused() -> None:
    corners = ((0.1, 0.1), (0.9, 0.9), (0.9, 0.1), (0.1, 0.9))
    with pytest.raises(AlignmentError, match="quatre coins"):
        align_placed(page(_noise()), fiche(), Placement(1, form().id, 2, corners))
