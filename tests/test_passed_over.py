"""What stands at a line is the line's, or a person is told of it."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pipeline.forms.blank import PX_PER_MM, BlankPage, blank_pages, mm_to_raster
from pipeline.geometry import Homography
from pipeline.paper.align import align_all, upright
from pipeline.paper.dropout import CleanPage, drop_print
from pipeline.paper.lines import WrittenLine, find_lines
from pipeline.paper.passed_over import find_passed_over
from pipeline.records import AlignedPage, Gray
from tests.layouts import Layout
from tests.pages import blanks, drawn, fiche, page

_HIGH_MM = 4.0


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> BlankPage:
    layout = Layout()
    for row in range(6):
        for x in (45, 130):
            y = 40 + 22 * row
            layout.text(x - 28, y + 6, f"Rubrique {row}")
            layout.box(x, y + 7.5, 60, 0.3, gray=0)
            layout.zone(x, y, 60, 8)
    return blank_pages(layout.form(tmp_path_factory.mktemp("forms") / "layout"))[0]


def _write(image: Gray, text: str, x_mm: float, middle_mm: float) -> None:
    scale = _HIGH_MM * PX_PER_MM / 22
    at = (round(x_mm * PX_PER_MM), round((middle_mm + _HIGH_MM / 2) * PX_PER_MM))
    cv2.putText(image, text, at, cv2.FONT_HERSHEY_DUPLEX, scale, 20, 3)


def _clean(image: Gray, blank: BlankPage) -> tuple[CleanPage, list[WrittenLine]]:
    homography = Homography.from_matrix(np.linalg.inv(mm_to_raster(PX_PER_MM)))
    where = (page(image), blank.form.id, blank.number, homography)
    clean = drop_print(AlignedPage(*where, inliers=90, coverage=1.0, residual_mm=0.0), blank)
    return clean, find_lines(clean, blank.form.zones_of(blank.number))


def _passed_over(image: Gray, blank: BlankPage) -> list[str]:
    clean, lines = _clean(image, blank)
    return [field for finding in find_passed_over(clean, blank, lines) for field in finding.fields]


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_the_rest_of_a_name_above_or_below_its_line_is_told(
    blank: BlankPage, data: st.DataObject
) -> None:
    zone = data.draw(st.sampled_from(blank.form.zones))
    side = data.draw(st.sampled_from([-1, 1]))
    image, box = blank.image.copy(), zone.box_mm
    _write(image, "Jean", box.x + 2, box.y + box.h / 2)
    assert _passed_over(image, blank) == []
    _write(image, "Loup", box.x + 18, box.y + box.h / 2 + side * (box.h / 2 + 1.5))
    assert _passed_over(image, blank) == [zone.field]


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_what_stands_level_with_a_line_s_writing_is_part_of_it(
    blank: BlankPage, data: st.DataObject
) -> None:
    """A number that climbs out of its line, its first digit highest of all."""
    zone = data.draw(st.sampled_from(blank.form.zones))
    image, box = blank.image.copy(), zone.box_mm
    for n, digit in enumerate("1250"):
        _write(image, digit, box.x + 3 + 4 * n, box.y - 1.6 + 0.9 * n)
    clean, lines = _clean(image, blank)
    (line,) = lines
    assert line.box_mm.x < box.x + 4
    assert line.box_mm.right > box.x + 17
    assert find_passed_over(clean, blank, lines) == ()


@pytest.mark.parametrize("style", ["hand", "typed", "photo"])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_fiche_filled_in_as_usual_has_nothing_passed_over(style: str, seed: int) -> None:
    image = np.asarray(Image.fromarray(drawn(style, seed)[0].image).convert("L"))
    (aligned,) = align_all(page(image), blanks())
    clean = drop_print(upright(aligned), fiche())
    lines = find_lines(clean, fiche().form.zones_of(2))
    assert find_passed_over(clean, fiche(), lines) == ()
