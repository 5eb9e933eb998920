"""What stands in the cells of a comb is set side by side, each character in its cell."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import Settings
from pipeline.forms.blank import PX_PER_MM, BlankPage, blank_pages, mm_to_raster
from pipeline.forms.schema import load_form
from pipeline.geometry import BoxMm, Homography
from pipeline.paper.comb import Combed, in_one_row, set_side_by_side
from pipeline.paper.dropout import drop_print
from pipeline.paper.lines import WrittenLine, find_lines
from pipeline.process import process_document
from pipeline.reading.extract import weighed_by_cells
from pipeline.records import AlignedPage, Candidate, FieldReading, Gray, Page, Source
from pipeline.simulate.contents import Filling
from pipeline.simulate.draw import choose_look, draw_page, save
from tests.combs import FORM, line, make_form, only

_CELL = 5.0
_COMB = BoxMm(10, 10, 60, 8)
_CELLS = 12
_TEXTS = {
    "nom": "Le Goff Anne",
    "service": "",
    "code": "35700",
    "naissance": "07 11 1961",
    "telephone": "0299345678",
    "membre": "",
    "tuteur": "",
    "gauche": "",
    "droite": "",
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return make_form(tmp_path_factory.mktemp("forms"))


@pytest.fixture(scope="module")
def blank(settings: Settings) -> BlankPage:
    return blank_pages(load_form(settings.forms[0] / FORM))[0]


def _paper() -> Gray:
    return np.full((round(8 * PX_PER_MM), round(60 * PX_PER_MM)), 255, np.uint8)


def _stroke(image: Gray, *points_mm: tuple[float, float], wide: int = 4) -> None:
    points = (np.array(points_mm) * PX_PER_MM).round().astype(np.int32)
    cv2.polylines(image, [points], isClosed=False, color=20, thickness=wide)


def _letter(image: Gray, cell: int, *, off_mm: float = 0.0) -> None:
    x = (cell + 0.5) * _CELL + off_mm
    _stroke(image, (x - 1, 2), (x + 1, 2), (x + 1, 6), (x - 1, 6), (x - 1, 2))


def _set(image: Gray, **options: bool) -> Combed | None:
    return set_side_by_side(image, _COMB, _COMB, _CELLS, **options)


def _pieces(image: Gray) -> int:
    return cv2.connectedComponents((image < 128).astype(np.uint8))[0] - 1


@given(st.sets(st.integers(0, _CELLS - 1), min_size=1), st.floats(-2.0, 2.0))
def test_a_character_is_in_the_cell_that_holds_its_middle(cells: set[int], off_mm: float) -> None:
    image = _paper()
    for cell in cells:
        _letter(image, cell, off_mm=off_mm)
    combed = _set(image)
    assert combed is not None
    assert combed.filled == len(cells)
    assert _pieces(combed.image) == len(cells)
    assert combed.image.shape[1] < image.shape[1] or len(cells) > _CELLS / 2


def test_an_empty_cell_is_a_blank() -> None:
    close, apart = _paper(), _paper()
    for cell in (1, 2, 3):
        _letter(close, cell)
        _letter(apart, cell + (cell > 2))
    one, two = _set(close), _set(apart)
    assert one is not None
    assert two is not None
    assert two.image.shape[1] > one.image.shape[1] + 8
    assert one.filled == two.filled == 3


def test_what_is_left_of_the_frame_is_no_character() -> None:
    image = _paper()
    for x in (0, 10, 25.3):
        _stroke(image, (x, 0.5), (x, 7.5), wide=2)
    _stroke(image, (5, 7.8), (9, 7.8), wide=2)
    assert _set(image) is None
    _letter(image, 3)
    combed = _set(image)
    assert combed is not None
    assert combed.filled == 1


def test_letters_that_touch_are_parted_between_their_cells() -> None:
    image = _paper()
    for cell in (2, 3, 4):
        _letter(image, cell)
    _stroke(image, (12, 4), (22, 4))
    combed = _set(image)
    assert combed is not None
    assert combed.filled == 3


def test_what_stands_behind_a_comb_goes_on_unless_the_next_one_does() -> None:
    image = _paper()
    _letter(image, 1)
    _letter(image, 8)
    shorter = replace(_COMB, w=6 * _CELL)
    on = set_side_by_side(image, _COMB, shorter, 6)
    off = set_side_by_side(image, _COMB, shorter, 6, is_last=False)
    assert on is not None
    assert off is not None
    assert (on.filled, off.filled) == (2, 1)


def test_combs_in_one_row_keep_their_heights() -> None:
    left = Combed(np.zeros((10, 5), np.uint8), 1)
    both = in_one_row([left, left], [0, 6])
    assert both.filled == 2
    assert both.image.shape[0] == 16
    assert (both.image[:10, :5] == 0).all()
    assert (both.image[6:, -5:] == 0).all()
    assert (both.image[10:, :5] == 255).all()


def _flat(blank: BlankPage) -> AlignedPage:
    image = blank.image.copy()
    for field, text in (("nom", "RIOU"), ("code", "35700")):
        box = line(field)
        for i, char in enumerate(text):
            at = (round((box.x + i * 5 + 1) * PX_PER_MM), round((box.y + 6) * PX_PER_MM))
            cv2.putText(image, char, at, cv2.FONT_HERSHEY_DUPLEX, 1.1, 20, 2, cv2.LINE_AA)
    frame = Homography.from_matrix(np.linalg.inv(mm_to_raster(PX_PER_MM)))
    return AlignedPage(Page(1, image, 203.0), FORM, 1, frame, 90, 1.0, 0.0)


def test_the_picture_of_a_comb_is_that_of_the_page(blank: BlankPage) -> None:
    clean = drop_print(_flat(blank), blank)
    zones = blank.form.zones_of(1)
    plain = tuple(zone.model_copy(update={"comb": ()}) for zone in zones)
    lines, others = find_lines(clean, zones), find_lines(clean, plain)
    assert [one.field for one in lines] == ["nom", "code"]
    for one, other in zip(lines, others, strict=True):
        assert one.box_mm == other.box_mm
        assert np.array_equal(one.image, other.image)
        assert other.comb is None
        assert one.as_read.shape[1] < one.image.shape[1]


def _in_comb(blank: BlankPage, filled: int) -> WrittenLine:
    zone = blank.form.zone("nom")
    return WrittenLine(zone, 0, zone.lines[0], _paper(), comb=Combed(_paper(), filled))


def _read_as(raw: str, *texts: str, sure: float = 0.9) -> FieldReading:
    shares = [sure if i == 0 else 0.09 for i in range(len(texts))]
    candidates = tuple(Candidate(t, t, p) for t, p in zip(texts, shares, strict=True))
    return FieldReading("nom", "person", 1, None, raw, candidates)


def test_a_value_that_fills_another_number_of_cells_is_less_probable(blank: BlankPage) -> None:
    (fits,) = weighed_by_cells([_read_as("RIOU", "RIOU", "RIVOU")], [_in_comb(blank, 4)])
    assert (fits.text, fits.posterior > 0.95) == ("RIOU", True)
    (other,) = weighed_by_cells([_read_as("RIOU", "RIOU", "RIVOU")], [_in_comb(blank, 5)])
    assert other.posterior < 0.6
    (none,) = weighed_by_cells([_read_as("RIOU", "RIOU", sure=0.998)], [_in_comb(blank, 7)])
    assert none.posterior < 0.5


@pytest.mark.parametrize("filled", [8, 9])
def test_a_sign_between_letters_may_stand_in_a_cell_or_not(blank: BlankPage, filled: int) -> None:
    (reading,) = weighed_by_cells([_read_as("x", "Zoé-Anne X")], [_in_comb(blank, filled)])
    assert reading.posterior == pytest.approx(0.9)


def test_a_field_without_a_comb_is_left_as_it_is(blank: BlankPage) -> None:
    reading = _read_as("RIOU", "RIOU", "RIVOU")
    line_without = replace(_in_comb(blank, 9), comb=None)
    assert weighed_by_cells([reading], [line_without]) == (reading,)


@pytest.mark.parametrize("style", ["typed", "hand"])
def test_combs_on_paper_are_read(
    tmp_path: Path, settings: Settings, blank: BlankPage, style: str
) -> None:
    written = {field: (text,) for field, text in _TEXTS.items()}
    rng = np.random.default_rng(4)
    look = replace(choose_look(rng, style), kind="png", dpi=200, bilevel=False)
    leaf = draw_page(blank.form, 1, Filling({}, written), look, rng)
    path = tmp_path / "a.png"
    save([leaf], path, look)
    registration = only(process_document(Source("a.png", path, ""), settings))
    texts = {r.field: r.text for r in registration.readings if r.text}
    assert texts == {
        "nom": "Le Goff Anne",
        "code": "35700",
        "naissance": "1961-11-07",
        "telephone": "02 99 34 56 78",
    }


def test_a_letter_that_slipped_into_the_next_cell_leaves_no_blank() -> None:
    slipped, apart = _paper(), _paper()
    for image, off_mm in ((slipped, 0.3), (apart, 2.4)):
        _letter(image, 1, off_mm=2.4)
        _letter(image, 3, off_mm=off_mm - 2.4)
    near, far = _set(slipped), _set(apart)
    assert near is not None
    assert far is not None
    assert near.image.shape[1] < far.image.shape[1]


def test_narrow_letters_in_cells_of_one_word_have_no_blank_between() -> None:
    narrow, wide = _paper(), _paper()
    for cell in (1, 2, 3):
        x = (cell + 0.5) * _CELL
        _stroke(narrow, (x, 2), (x, 6))
        _letter(wide, cell)
    one, other = _set(narrow), _set(wide)
    assert one is not None
    assert other is not None
    letter = round(2 * PX_PER_MM)
    assert one.image.shape[1] == pytest.approx(other.image.shape[1] - 3 * letter, abs=4)


def test_a_small_bold_letter_beside_empty_cells_is_no_dirt(blank: BlankPage) -> None:
    aligned = _flat(blank)
    image, box = blank.image.copy(), line("nom")
    for cell, half in ((0, 1.2), (2, 0.7), (4, 1.2)):
        x, y = box.x + 5 * cell + 2.5, box.y + 4
        start, stop = (
            (round((x + side) * PX_PER_MM), round((y + side) * PX_PER_MM)) for side in (-half, half)
        )
        cv2.rectangle(image, start, stop, 20, 3 if half > 1 else -1)
    page = replace(aligned.page, image=image)
    (only_line,) = find_lines(
        drop_print(replace(aligned, page=page), blank), blank.form.zones_of(1)
    )
    assert only_line.comb is not None
    assert only_line.comb.filled == 3


def test_small_letters_in_a_row_are_neither_dirt_nor_accents_of_the_next_line(
    blank: BlankPage,
) -> None:
    aligned = _flat(blank)
    image, box, below = blank.image.copy(), line("nom"), line("service")
    spots = [(box.x + 5 * cell + 2.5, box.y + 4, 0.7, 0.7) for cell in (1, 3)]
    tall = (box.x + 17.5, below.y + 1.5, 1.5, 5.0)
    for x, y, wide, high in ((box.x + 2.5, box.y + 4, 1.2, 1.2), *spots, tall):
        start, stop = (
            (round((x + s * wide) * PX_PER_MM), round((y + s * high) * PX_PER_MM)) for s in (-1, 1)
        )
        cv2.rectangle(image, start, stop, 20, 3 if high > 1 else -1)
    page = replace(aligned.page, image=image)
    clean = drop_print(replace(aligned, page=page), blank)
    seen = {written.field: written for written in find_lines(clean, blank.form.zones_of(1))}
    assert seen["nom"].comb is not None
    assert seen["nom"].comb.filled == 3
