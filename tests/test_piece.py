"""A cut-out fiche is read for what it shows; half of another is told; a scrap is no form."""

import cv2
import numpy as np
import pytest

from pipeline.config import Settings
from pipeline.errors import AlignmentError
from pipeline.forms.blank import PX_PER_MM
from pipeline.geometry import BoxMm
from pipeline.judging.verdict import criteria, register
from pipeline.paper.align import align_all
from pipeline.paper.covered import find_covered, shown_fields
from pipeline.paper.dropout import crop
from pipeline.paper.piece import clean_piece
from pipeline.paper.stray import find_stray_ink
from pipeline.process import as_read
from pipeline.reading.page import FormPage, context, read_page
from pipeline.records import Gray, Rejection, Status
from tests.pages import blanks, fiche, page, words


def _cut(left_mm: float, top_mm: float, right_mm: float, bottom_mm: float) -> Gray:
    edges = (left_mm, top_mm, right_mm, bottom_mm)
    x0, y0, x1, y1 = (round(v * PX_PER_MM) for v in edges)
    return np.array(fiche().image[y0:y1, x0:x1])


def _on_a_desk(piece: Gray) -> Gray:
    height, width = piece.shape
    grain = np.random.default_rng(2).normal(110, 25, (height // 4 + 100, 12))
    desk = cv2.resize(grain, (width + 500, height + 400)).clip(0, 255).astype(np.uint8)
    desk[200 : 200 + height, 250 : 250 + width] = piece
    return desk


_COUPON = (9.5, 10.0, 113.0, 200.0)


@pytest.mark.parametrize("turns", [0, 2])
def test_a_fiche_cut_out_is_fitted_and_what_was_cut_off_is_told(turns: int) -> None:
    image = np.rot90(_on_a_desk(_cut(*_COUPON)), turns)
    (piece,) = align_all(page(image), blanks())
    assert piece.shown_mm is not None
    assert shown_fields(piece, fiche()) == {
        *("organisation", "email", "telephone", "personnes"),
        *("adherents", "non_adherents", "repas", "total"),
    }
    corner = piece.homography.to_mm(np.array([[250.0, 200.0]]))
    if turns == 0:
        assert np.abs(corner - (9.5, 10.0)).max() < 0.5
    clean = clean_piece(piece, fiche())
    assert find_stray_ink(clean, fiche()) == ()
    (cut,) = find_covered(piece, clean, fiche())
    assert cut.fields == ("paiement",)
    assert "coupée" in words(cut)


def test_of_half_a_fiche_the_fields_below_the_cut_are_not_received() -> None:
    (piece,) = align_all(page(_on_a_desk(_cut(8.0, 8.0, 114.0, 117.0))), blanks())
    shown = shown_fields(piece, fiche())
    assert shown == {"organisation", "email", "telephone", "personnes"}


def test_a_half_beside_a_whole_fiche_is_found_after_it() -> None:
    a3 = np.hstack([fiche().image, fiche().image[:, : round(105 * PX_PER_MM)]])
    whole, half = align_all(page(a3), blanks())
    assert whole.shown_mm is None
    assert half.shown_mm is not None


def test_a_piece_without_fields_is_told_and_a_coupon_is_read_for_what_it_shows() -> None:
    ctx = context(Settings())
    a3 = np.hstack([fiche().image, fiche().image[:, round(140 * PX_PER_MM) :]])
    whole, scrap = read_page(page(a3, number=3), ctx)
    assert isinstance(whole, FormPage)
    assert isinstance(scrap, Rejection)
    assert (scrap.kind, scrap.page) == ("cut", 3)
    (coupon,) = read_page(page(_on_a_desk(_cut(*_COUPON))), ctx)
    assert isinstance(coupon, FormPage)
    registration = register(as_read([coupon]), criteria(Settings()))
    assert registration.reading("paiement") is None
    assert registration.status is Status.REVIEW
    rules = [finding.rule for finding in registration.findings]
    assert "whole_form" in rules
    assert "every_page_is_there" not in rules


def test_two_cut_out_fiches_on_one_sheet_are_two() -> None:
    gap = np.full((_cut(*_COUPON).shape[0], 150), 250, np.uint8)
    sheet = np.hstack([_cut(*_COUPON), gap, np.rot90(_cut(*_COUPON), 2)])
    assert len(align_all(page(sheet), blanks())) == 2


@pytest.mark.parametrize("box_mm", [(0, 0, 210, 32), (0, 120, 60, 160), (0, 220, 210, 297)])
def test_a_scrap_proves_nothing(box_mm: tuple[float, float, float, float]) -> None:
    with pytest.raises(AlignmentError, match="Aucun formulaire connu"):
        align_all(page(_on_a_desk(_cut(*box_mm))), blanks())


def test_beside_a_whole_page_there_is_no_piece() -> None:
    (whole,) = align_all(page(_on_a_desk(np.array(fiche().image))), blanks())
    assert whole.shown_mm is None


def _another_form(kept_mm: BoxMm) -> Gray:
    """Laid out as the fiche, but of its words those of a part alone: others stand in all others'
    places."""
    other = np.array(fiche().image)
    for word in fiche().words:
        if not kept_mm.contains(*word.box_mm.corners().mean(axis=0)):
            place = crop(other, word.box_mm)
            place[:] = place[:, ::-1].copy()
    return other


@pytest.mark.parametrize("kept_mm", [BoxMm(0, 50, 114, 160), BoxMm(8, 8, 106, 109)])
def test_another_form_with_a_part_alike_is_no_piece_of_this_one(kept_mm: BoxMm) -> None:
    with pytest.raises(AlignmentError, match="Aucun formulaire connu"):
        align_all(page(_another_form(kept_mm)), blanks())
