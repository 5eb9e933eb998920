"""What lies over a field, and what the picture does not show of it, is told; ink hides nothing."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from pipeline.forms.blank import PX_PER_MM
from pipeline.geometry import BoxMm, BoxPx, Homography
from pipeline.paper.align import align_all, upright
from pipeline.paper.covered import find_covered, find_overlaid, shown_fields
from pipeline.paper.dropout import crop, drop_print
from pipeline.records import AlignedPage, Finding, Gray, TextRun
from tests.pages import blanks, drawn, fiche, flat, form, page, words


def _zone(field: str, line: int = 0) -> BoxMm:
    zone = form().zone(field)
    return (*zone.lines, *zone.boxes.values())[line]


def _sheet() -> Gray:
    return np.array(fiche().image)


def _cover(image: Gray, box: BoxMm, gray: int = 250) -> None:
    crop(image, box)[:] = gray


def _found(aligned: AlignedPage) -> tuple[Finding, ...]:
    return find_covered(aligned, drop_print(aligned, fiche()), fiche())


def _fields(image: Gray) -> set[str]:
    return {field for finding in _found(flat(image)) for field in finding.fields}


@pytest.mark.parametrize(
    ("field", "line", "told"),
    [
        ("email", 0, {"email"}),
        ("organisation", 1, {"organisation"}),
        ("personnes", 2, {"personnes.3", "etudiants"}),
        ("non_adherents", 0, {"non_adherents", "etudiants"}),
        ("total", 0, {"total"}),
    ],
)
@pytest.mark.parametrize("gray", [255, 215, 120, 20])
def test_a_label_over_part_of_a_line_is_told(
    field: str, line: int, told: set[str], gray: int
) -> None:
    image = _sheet()
    box = _zone(field, line)
    _cover(image, replace(box, x=box.x + 4, w=16.0).grown(0, 1.0), gray)
    assert _fields(image) == told


def test_a_label_over_a_check_box_is_told() -> None:
    image = _sheet()
    _cover(image, _zone("paiement").grown(2, 2))
    assert _fields(image) == {"paiement"}


def test_a_label_with_a_drawn_edge_is_told() -> None:
    image = _sheet()
    box = _zone("telephone")
    edge = replace(box, x=box.x + 10, w=30.0).grown(0, -1.0)
    _cover(image, edge, 0)
    _cover(image, edge.grown(-0.25, -0.25))
    assert _fields(image) == {"telephone"}


def _typed(image: Gray, box: BoxMm, text: str) -> None:
    at = (round((box.x + 2) * PX_PER_MM), round((box.bottom - 4) * PX_PER_MM))
    cv2.putText(image, text, at, cv2.FONT_HERSHEY_SIMPLEX, 1.1, 20, 3)


def test_text_that_hides_the_dots_in_a_box_of_its_own_is_no_cover() -> None:
    image = _sheet()
    box = _zone("email")
    _cover(image, replace(box, w=52.0), 255)
    _typed(image, box, "a.martin@example.org xyz")
    assert _fields(image) == set()


def test_a_form_field_may_paint_its_paper_over_the_dots() -> None:
    image = _sheet()
    box = _zone("email")
    _cover(image, box, 255)
    _typed(image, box, "a@b.fr")
    widget = BoxPx(*(v * PX_PER_MM for v in (box.x, box.y, box.w, box.h)))
    aligned = flat(image)
    held = replace(aligned.page, runs=(TextRun("a@b.fr", widget),))
    assert _fields(image) == {"email"}
    assert _found(replace(aligned, page=held)) == ()


def test_a_faint_copy_that_loses_dots_all_over_is_no_cover() -> None:
    image = _sheet()
    rng = np.random.default_rng(3)
    cell = round(1.6 * PX_PER_MM)
    for zone in form().zones_of(2):
        for box in zone.lines:
            line = crop(image, box)
            for x in range(0, line.shape[1], cell):
                if rng.random() < 0.3:
                    line[:, x : x + cell] = 255
    assert _fields(image) == set()


@pytest.mark.parametrize("style", ["typed", "hand", "photo", "fax"])
@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_lies_over_an_ordinary_page(style: str, seed: int) -> None:
    image = drawn(style, seed)[0].image
    gray = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    assert _found(upright(align_all(page(gray), blanks())[0])) == ()


def test_what_the_picture_does_not_show_is_not_received() -> None:
    image = _sheet()[:, : round(100 * PX_PER_MM)]
    aligned = flat(image)
    assert "paiement" not in shown_fields(aligned, fiche())
    assert "email" in shown_fields(aligned, fiche())
    cut, *partly = _found(aligned)
    assert "rien n'a été reçu pour paiement" in words(cut)
    assert {finding.fields[0] for finding in partly} >= {"email", "telephone", "personnes.4"}
    assert "total" not in {field for finding in partly for field in finding.fields}


@pytest.mark.parametrize(("shift_mm", "overlaid"), [(-100.0, True), (0.5, True), (300.0, False)])
def test_a_sheet_that_lies_over_anothers_zones_is_told(shift_mm: float, overlaid: bool) -> None:
    own = flat(_sheet())
    moved = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, shift_mm], [0.0, 0.0, 1.0]])
    other = replace(own, homography=Homography.from_matrix(moved @ own.homography.matrix))
    found = find_overlaid(own, fiche(), [(other, fiche())])
    assert [finding.rule for finding in found] == ["whole_form"] * overlaid
