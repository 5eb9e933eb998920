"""What a blank prints: the fields of its PDF form with it, and pale print as well as dark."""

from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from reportlab.lib.colors import Color, black
from reportlab.pdfgen.canvas import Canvas

from pipeline.forms.blank import PX_PER_MM, BlankPage, blank_pages
from pipeline.forms.schema import load_form
from pipeline.geometry import BoxMm
from pipeline.paper.covered import find_covered
from pipeline.paper.dropout import CleanPage, crop, drop_print
from pipeline.records import Gray
from pipeline.simulate.draw import _render
from tests.pages import flat

_MM, _HIGH = 72 / 25.4, 297.0
_FIELD, _BOX = BoxMm(20, 60, 80, 8), BoxMm(20, 90, 4.5, 4.5)
_FRAME_GRAY = 0.6
"""Paler than half: a telephone or a scanner shows it paler still, but to be seen."""
_FORM = f"""
title = "Stage"
[[zones]]
field = "nom"
type = "surname"
label = "Nom"
lines_mm = [[{_FIELD.x}, {_FIELD.y}, {_FIELD.w}, {_FIELD.h}]]
[[zones]]
field = "accord"
type = "checkbox"
label = "Accord"
boxes_mm = {{ oui = [{_BOX.x}, {_BOX.y}, {_BOX.w}, {_BOX.h}] }}
"""


class _Sheet:
    """A blank that is being drawn, in mm from its upper left corner."""

    def __init__(self) -> None:
        self._data = BytesIO()
        self.canvas = Canvas(self._data, pagesize=(210 * _MM, _HIGH * _MM), invariant=1)
        for row in range(20):
            self.canvas.drawString(120 * _MM, (20 + 12 * row) * _MM, "Stage de printemps, salle B")

    def box(self, box: BoxMm, *, fill: float | None = None, edge: float | None = None) -> None:
        self.canvas.setFillGray(1.0 if fill is None else fill)
        self.canvas.setStrokeGray(1.0 if edge is None else edge)
        self.canvas.setLineWidth(0.25 * _MM)
        at = (box.x * _MM, (_HIGH - box.bottom) * _MM, box.w * _MM, box.h * _MM)
        self.canvas.rect(*at, stroke=int(edge is not None), fill=int(fill is not None))

    def blank(self, folder: Path, form: str = _FORM) -> BlankPage:
        self.canvas.save()
        (folder / "blank.pdf").write_bytes(self._data.getvalue())
        (folder / "form.toml").write_text(f'id = "{folder.name}"\n{form}', "utf-8")
        return blank_pages(load_form(folder))[0]


def _fillable(folder: Path) -> BlankPage:
    sheet = _Sheet()
    at = {"x": _FIELD.x * _MM, "y": (_HIGH - _FIELD.bottom) * _MM}
    sheet.canvas.acroForm.textfield(
        name="nom", width=_FIELD.w * _MM, height=_FIELD.h * _MM, borderColor=black, borderWidth=1,
        fillColor=Color(1, 1, 1), **at,
    )  # fmt: skip
    return sheet.blank(folder)


def _framed(folder: Path) -> BlankPage:
    sheet = _Sheet()
    for box in (_FIELD, _BOX):
        sheet.box(box, edge=_FRAME_GRAY)
    return sheet.blank(folder)


def _scanned(blank: BlankPage, *strokes: tuple[BoxMm, float]) -> CleanPage:
    """The blank with thick lines across boxes, each so grey, as a soft scanner sees it."""
    image = blank.image.copy()
    for box, gray in strokes:
        start, end = ((box.x, box.y), (box.right, box.bottom))
        points = [tuple(round(v * PX_PER_MM) for v in point) for point in (start, end)]
        cv2.line(image, *points, round(255 * gray), 4)
    soft: Gray = np.asarray(cv2.GaussianBlur(image, (0, 0), 0.8), np.uint8)
    return drop_print(flat(soft), blank)


def _ink_px(clean: CleanPage, box: BoxMm) -> int:
    return cv2.countNonZero(crop(clean.ink, box.grown(1, 1)))


def test_a_form_field_is_print_as_a_viewer_prints_it(tmp_path: Path) -> None:
    blank = _fillable(tmp_path)
    for image in (blank.image, _render(blank.form.blank_path, 1, 203)):
        around = crop(image, _FIELD)
        assert all((side < 128).mean() > 0.9 for side in (around.min(axis=0), around.min(axis=1)))
    assert (crop(blank.image, _FIELD.grown(-1, -1)) == 255).all(), (
        "no colour that only screens have"
    )


def test_pale_frames_are_no_ink(tmp_path: Path) -> None:
    clean = _scanned(_framed(tmp_path))
    assert cv2.countNonZero(clean.ink) == 0
    assert cv2.countNonZero(crop(clean.traces, _BOX)) == 0
    assert crop(clean.clean, _FIELD.grown(0.5, 0.5)).min() > 230


@pytest.mark.parametrize("gray", [0.1, 0.6], ids=["pen", "pencil"])
def test_what_is_written_into_pale_frames_is_ink(tmp_path: Path, gray: float) -> None:
    clean = _scanned(_framed(tmp_path), (_FIELD, gray), (_BOX, gray))
    for box in (_FIELD, _BOX):
        length_px = np.hypot(box.w, box.h) * PX_PER_MM
        assert 3 * length_px < _ink_px(clean, box) < 9 * length_px


def test_pale_frames_do_not_make_paler_dirt_ink(tmp_path: Path) -> None:
    sheet = _Sheet()
    for row in range(30):
        sheet.box(BoxMm(10, 10 + 9 * row, 100, 8), edge=_FRAME_GRAY)
    blank, dot = sheet.blank(tmp_path), BoxMm(50, 64, 0.3, 0.3)
    assert _ink_px(_scanned(blank, (dot, 0.1)), dot) > 0
    assert _ink_px(_scanned(blank, (dot, 0.7)), dot) == 0


def test_a_tint_to_write_on_is_paper(tmp_path: Path) -> None:
    sheet = _Sheet()
    sheet.box(_FIELD, fill=0.8)
    blank = sheet.blank(tmp_path)
    assert crop(blank.from_print_px, _FIELD).min() > 50
    assert _ink_px(_scanned(blank, (_FIELD, 0.1)), _FIELD) > 3 * _FIELD.w * PX_PER_MM


def test_hairlines_of_a_tint_between_white_cells_are_no_ink(tmp_path: Path) -> None:
    """They are too pale for print, and a copy may show them deeper than the blank."""
    sheet = _Sheet()
    sheet.box(_FIELD.grown(10, 6), fill=0.93)
    for n in range(16):
        sheet.box(BoxMm(_FIELD.x + 5 * n, _FIELD.y, 4.75, _FIELD.h), fill=1.0)
    blank = sheet.blank(tmp_path)
    deeper = np.clip(255 - 1.7 * (255.0 - blank.image), 0, 255).astype(np.uint8)
    clean = drop_print(flat(deeper), blank)
    assert cv2.countNonZero(crop(clean.ink | clean.traces, _FIELD)) == 0
    assert _ink_px(_scanned(blank, (_FIELD, 0.6)), _FIELD) > 3 * _FIELD.w * PX_PER_MM


def test_the_hairlines_of_letters_are_print(tmp_path: Path) -> None:
    """The bar of an e lies between two rows of pixels on the blank, and in one on a scan."""
    sheet = _Sheet()
    sheet.canvas.setFont("Times-Roman", 10)
    for row in range(40):
        y = (_HIGH - 20 - 6.03 * row) * _MM
        sheet.canvas.drawString(30 * _MM, y, "chèque / espèces / virement / le reste ensemble")
    blank = sheet.blank(tmp_path)
    scan = cv2.resize(_render(blank.form.blank_path, 1, 200), blank.image.shape[::-1])
    assert cv2.countNonZero(drop_print(flat(np.asarray(scan, np.uint8)), blank).ink) == 0


def test_a_square_in_a_cell_to_tick_is_no_trace(tmp_path: Path) -> None:
    cell = BoxMm(_BOX.x, _BOX.y - 2, _BOX.w, 8.5)
    form = _FORM.replace(
        f"[{_BOX.x}, {_BOX.y}, {_BOX.w}, {_BOX.h}]", f"[{cell.x}, {cell.y}, {cell.w}, {cell.h}]"
    )
    sheet = _Sheet()
    sheet.box(_BOX, edge=0.0)
    blank = sheet.blank(tmp_path, form)
    sharp = drop_print(flat(blank.image), blank)
    assert cv2.countNonZero(crop(sharp.traces, cell)) == 0
    ticked = blank.image.copy()
    crop(ticked, _BOX.grown(-1.8, -1.0))[:] = 225
    assert cv2.countNonZero(crop(drop_print(flat(ticked), blank).traces, cell)) > 0


@pytest.mark.parametrize("down_px", [-5, 0, 5])
def test_a_rule_at_the_edge_of_a_field_may_lie_a_little_outside(
    tmp_path: Path, down_px: int
) -> None:
    sheet = _Sheet()
    sheet.box(BoxMm(_FIELD.x, _FIELD.bottom, _FIELD.w, 0.0), edge=0.0)
    blank = sheet.blank(tmp_path)

    def covered(image: Gray) -> bool:
        aligned = flat(np.roll(image, down_px, axis=0))
        return bool(find_covered(aligned, drop_print(aligned, blank), blank))

    assert not covered(blank.image)
    labelled = blank.image.copy()
    crop(labelled, BoxMm(_FIELD.x + 20, _FIELD.y, 30, _FIELD.h + 3))[:] = 255
    assert covered(labelled)


def test_a_tinted_check_box_is_filled_in_only_where_it_is_darker_than_printed(
    tmp_path: Path,
) -> None:
    sheet = _Sheet()
    sheet.box(_BOX, fill=0.9, edge=0.0)
    blank = sheet.blank(tmp_path)
    assert _ink_px(_scanned(blank), _BOX) == 0
    shaded = blank.image.copy()
    crop(shaded, _BOX.grown(-0.4, -0.4))[:] = round(255 * 0.75)
    assert _ink_px(drop_print(flat(shaded), blank), _BOX) > 300


def test_dark_print_has_no_pale_rim(tmp_path: Path) -> None:
    blank = _Sheet().blank(tmp_path)
    np.testing.assert_array_equal(blank.from_print_px, blank.from_dark_print_px)
