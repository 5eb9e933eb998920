"""A blank that somebody scanned: a picture, with noise, whose hairlines are grey, on a tint."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from pipeline.forms.blank import PX_PER_MM, BlankPage, blank_pages
from pipeline.forms.schema import load_form
from pipeline.geometry import BoxMm
from pipeline.paper.covered import find_covered
from pipeline.paper.dropout import CleanPage, crop, drop_print
from pipeline.paper.stray import find_stray_ink
from pipeline.paths import FONTS
from pipeline.records import Gray
from tests.pages import flat

_DRAWN, _SCANNED = 24, 8  # px a mm
_TINT = BoxMm(10, 30, 190, 90)
_LINES = [BoxMm(50, 36 + 11 * n, 140, 7.6) for n in range(4)]
_BOXES = {"loisir": BoxMm(60, 95, 5.5, 5.5), "competition": BoxMm(110, 95, 5.5, 5.5)}
_FIRST = _BOXES["loisir"]


def _printed() -> Image.Image:
    """The sheet as it was printed, before anybody scanned it."""
    image = Image.new("L", (210 * _DRAWN, 297 * _DRAWN), 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(str(next(FONTS.glob("*.ttf"))), 4 * _DRAWN)
    draw.rectangle(_edges(_TINT), 216)
    for box in (*_LINES, *_BOXES.values()):
        draw.rectangle(_edges(box), 255, outline=70, width=round(0.15 * _DRAWN))
    for n in range(1, 20):
        x = (50 + 7 * n) * _DRAWN
        draw.line((x, 36 * _DRAWN, x, 43.6 * _DRAWN), 70, round(0.15 * _DRAWN))
    for n in range(12):
        draw.text((14 * _DRAWN, (12 + 22 * n) * _DRAWN), "Ligue d'arc", 0, font)
    return image


def _edges(box: BoxMm) -> tuple[float, ...]:
    return tuple(v * _DRAWN for v in (box.x, box.y, box.right, box.bottom))


def _scanned(image: Image.Image, *, blur: float, noise: float, seed: int) -> Gray:
    scan = image.resize((210 * _SCANNED, 297 * _SCANNED), Image.Resampling.BOX)
    seen = cv2.GaussianBlur(np.asarray(scan, np.float32) * 0.97, (0, 0), blur)
    seen += np.random.default_rng(seed).normal(0, noise, seen.shape)
    return np.asarray(seen.clip(0, 255), np.uint8)


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> BlankPage:
    folder: Path = tmp_path_factory.mktemp("forms") / "licence"
    folder.mkdir()
    scan = _scanned(_printed(), blur=0.9, noise=3, seed=1)
    Image.fromarray(scan).save(folder / "blank.pdf", resolution=_SCANNED * 25.4)
    lines = ", ".join(f"[{box.x}, {box.y}, {box.w}, {box.h}]" for box in _LINES)
    boxes = ", ".join(f"{o} = [{b.x}, {b.y}, {b.w}, {b.h}]" for o, b in _BOXES.items())
    (folder / "form.toml").write_text(
        f"""id = "licence"
title = "Licence"
[[zones]]
field = "nom"
type = "long_text"
label = "Nom"
lines_mm = [{lines}]
[[zones]]
field = "formule"
type = "choice"
label = "Formule"
boxes_mm = {{ {boxes} }}
""",
        "utf-8",
    )
    return blank_pages(load_form(folder))[0]


def _copy(
    blank: BlankPage, *, noise: float = 3, tick: bool = False, label: BoxMm | None = None
) -> CleanPage:
    """What a scanner saw of a copy that was printed of the blank."""
    copy = _printed()
    if label:
        ImageDraw.Draw(copy).rectangle(_edges(label), 255)
    if tick:
        x, y, right, bottom = _edges(_FIRST.grown(-1, -1))
        ImageDraw.Draw(copy).line((x, bottom, right, y), 40, round(0.5 * _DRAWN))
    return drop_print(flat(_scanned(copy, blur=1.2, noise=noise, seed=2)), blank)


def _ink_mm2(clean: CleanPage, box: BoxMm) -> float:
    return cv2.countNonZero(crop(clean.ink, box)) / PX_PER_MM**2


@pytest.mark.parametrize("noise", [3.0, 10.0], ids=["scanner", "phone"])
def test_frames_and_tint_of_a_scanned_blank_leave_no_ink(blank: BlankPage, noise: float) -> None:
    clean = _copy(blank, noise=noise)
    assert [_ink_mm2(clean, box.grown(1, 1)) for box in (*_LINES, *_BOXES.values())] == [0] * 6


def test_a_tick_in_a_box_of_a_scanned_blank_stays_whole(blank: BlankPage) -> None:
    clean = _copy(blank, tick=True)
    assert 1.8 < _ink_mm2(clean, _FIRST.grown(1, 1)) < 4.5  # 5 mm of a pen of 0.5 mm
    assert _ink_mm2(clean, _BOXES["competition"].grown(1, 1)) == 0


def test_the_edges_of_a_tint_are_no_pale_writing_beside_the_zones(blank: BlankPage) -> None:
    clean = _copy(blank)
    assert cv2.countNonZero(clean.pale) == 0
    assert find_stray_ink(clean, blank) == ()


def test_a_label_over_the_cells_of_a_scanned_blank_covers_the_field(blank: BlankPage) -> None:
    whole, labelled = _copy(blank), _copy(blank, label=_LINES[0].grown(2, 1))
    assert find_covered(flat(whole.image), whole, blank) == ()
    (finding,) = find_covered(flat(labelled.image), labelled, blank)
    assert (finding.rule, finding.fields) == ("whole_field", ("nom",))
