"""What is drawn into combs stands one letter a cell, on paper and in files."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.forms.schema import Form, load_form
from pipeline.forms.zone import Zone
from pipeline.simulate.combs import cells_written, fitting, in_cells
from pipeline.simulate.contents import Filling, invent
from pipeline.simulate.digital import fill_pdf
from pipeline.simulate.draw import choose_look, draw_sheet
from tests.combs import FORM, LINES, MM, line, make_form


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Form:
    root = tmp_path_factory.mktemp("forms")
    make_form(root)
    return load_form(root / FORM)


@pytest.mark.parametrize(
    ("text", "comb", "lines"),
    [
        ("LE GOFF", (10,), ["LE GOFF"]),
        ("07/11/1961", (2, 2, 4), ["07", "11", "1961"]),
        ("7.3.61", (2, 2, 4), ["07", "03", "61"]),
        ("07111961", (2, 2, 4), ["07", "11", "1961"]),
        ("02.99.34.56.78", (10,), ["0299345678"]),
        ("02 99 34 56 78", (2, 2, 2, 2, 2), ["02", "99", "34", "56", "78"]),
        ("LE GOFF ANNE", (8, 8), ["LE GOFF", "ANNE"]),
        ("7 novembre 1961", (2, 2, 4), None),
        ("LE GOFF", (6,), None),
    ],
)
def test_a_text_takes_the_cells_that_people_give_it(
    text: str, comb: tuple[int, ...], lines: list[str] | None
) -> None:
    assert in_cells(text, comb) == lines


_COMBS = st.lists(st.integers(1, 12), min_size=1, max_size=4)


@given(st.text("AB 12-/.", max_size=20), _COMBS)
def test_no_line_holds_more_than_its_cells(text: str, comb: list[int]) -> None:
    lines = in_cells(fitting(text, comb), comb)
    assert lines is not None
    assert len(lines) == len(comb)
    assert all(len(line) <= cells for line, cells in zip(lines, comb, strict=True))


@given(st.text("ABC ", min_size=1, max_size=8).filter(str.strip))
def test_each_letter_has_a_cell_of_its_own(text: str) -> None:
    zone = Zone(field="a", type="person", lines_mm=((10, 10, 40, 8),), comb=(8,))
    cells = [box for _, box in cells_written(zone, (text,))]
    assert len(cells) == len({box.x for box in cells}) == len("".join(text.split()))
    assert all(box.w == pytest.approx(5) for box in cells)


def test_whoever_is_invented_fits_into_the_combs(form: Form) -> None:
    born = 0
    for seed in range(30):
        filling = invent(form, np.random.default_rng(seed))
        for zone in form.zones:
            for text in filling.written[zone.field] if zone.comb else ():
                assert in_cells(text, zone.comb) is not None
        born += filling.fields["naissance"] != ""
    assert born > 20


def _filled(**texts: str) -> Filling:
    return Filling({}, {field: (texts.get(field, ""),) for field in LINES})


@pytest.mark.parametrize("style", ["typed", "hand"])
def test_letters_are_drawn_in_their_cells_and_nowhere_else(form: Form, style: str) -> None:
    rng = np.random.default_rng(2)
    look = replace(choose_look(rng, style), dpi=200, fit=1.0, offset_mm=(0.0, 0.0), coloured=False)
    blank = draw_sheet(form, 1, None, look, rng)
    sheet = draw_sheet(form, 1, _filled(nom="AB C"), look, rng)
    inked = np.abs(sheet.astype(int) - blank) > 60
    px, box = 200 / 25.4, line("nom")
    shares = [
        inked[
            round(box.y * px) : round(box.bottom * px),
            round((box.x + 5 * i + 0.6) * px) : round((box.x + 5 * i + 4.4) * px),
        ].mean()
        for i in range(8)
    ]
    assert [share > 0.02 for share in shares] == [True, True, False, True] + [False] * 4


def test_in_a_file_each_letter_of_a_comb_is_typed_into_its_cell(form: Form, tmp_path: Path) -> None:
    fill_pdf(form, _filled(nom="AB C", naissance="07/11/1961"), tmp_path / "a.pdf")
    with pdfium.PdfDocument(tmp_path / "a.pdf") as document:
        layer = document[0].get_textpage()
        texts = [
            (layer.get_text_range(i, 1), layer.get_charbox(i)[0] / MM)
            for i in range(layer.count_chars())
        ]
        layer.close()
    typed = texts[-30:]
    assert [int((x - 60) // 5) for text, x in typed if text in set("ABC")] == [0, 1, 3]
    assert [text for text, _ in typed if text.isdigit()] == list("07111961")
