"""The same small blanks as a scanner and a camera give them: the places are found again."""

from pathlib import Path

import cv2
import numpy as np
import pypdfium2 as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.drafting.pixels import _strokes, sheet_of_pixels
from pipeline.drafting.places import places_of
from pipeline.drafting.records import Place, Print
from pipeline.drafting.straight import straightened
from pipeline.drafting.vectors import sheets_of_pdf
from pipeline.forms.blank import PX_PER_MM
from pipeline.geometry import BoxMm, FloatArray
from pipeline.records import Gray
from pipeline.simulate import paper
from tests.small_blanks import SmallBlank, differ_mm

SCAN_PX_PER_MM = 200 / 25.4
DPI = PX_PER_MM * 25.4


def drawn(path: Path) -> Gray:
    page = pdfium.PdfDocument(str(path))[0]
    return np.ascontiguousarray(page.render(scale=200 / 72, grayscale=True).to_numpy().squeeze())


def membership(blank: SmallBlank) -> None:
    """A blank with a place of each shape that pixels alone tell."""
    blank.text(20, 30, "Nom :")
    blank.rule(35, 31, 110)
    blank.text(20, 45, "Adresse :")
    blank.text(40, 45, "." * 90)
    blank.text(20, 60, "Code postal :")
    blank.cells(48, 54, 5.5, 7, 5)
    blank.text(100, 60, "Ville :")
    blank.frame(115, 53, 70, 8)
    blank.text(20, 75, "Courriel :")
    blank.frame(40, 68, 90, 8, fill="#c2ccd6")
    for n, day in enumerate(("lundi", "mardi", "jeudi")):
        blank.frame(40 + 30 * n, 82, 4, 4)
        blank.text(46 + 30 * n, 85.5, day)
    for r in range(3):
        for c in range(3):
            blank.frame(20 + 50 * c, 100 + 9 * r, 50, 9)
    for c, head in enumerate(("Nom", "Prénom", "Âge")):
        blank.text(22 + 50 * c, 106, head, font="Helvetica-Bold")
    blank.text(20, 150, "Signature :")
    blank.frame(20, 152, 70, 25)
    blank.prose(240)


def expected(tmp_path: Path) -> tuple[Path, tuple[Print, ...], list[Place]]:
    path = tmp_path / "blank.pdf"
    with SmallBlank(path) as blank:
        membership(blank)
    (sheet,) = sheets_of_pdf(path)
    return path, sheet.words, list(places_of(sheet))


def moved(words: tuple[Print, ...], matrix: FloatArray) -> tuple[Print, ...]:
    """The words where a level scan has them: moved as its middle was."""
    x, y = shift_mm(matrix)
    return tuple(
        Print(w.text, BoxMm(w.box_mm.x + x, w.box_mm.y + y, w.box_mm.w, w.box_mm.h), w.size_mm)
        for w in words
    )


def shift_mm(matrix: FloatArray) -> tuple[float, float]:
    middle = np.array([105 * SCAN_PX_PER_MM, 148.5 * SCAN_PX_PER_MM, 1.0])
    x, y, _ = (matrix @ middle - middle) / SCAN_PX_PER_MM
    return float(x), float(y)


@pytest.mark.parametrize("seed", range(6))
def test_a_scan_has_the_places_of_the_blank(tmp_path: Path, seed: int) -> None:
    path, words, sought = expected(tmp_path)
    rng = np.random.default_rng(seed)
    shot = paper.scan(drawn(path), rng, px_per_mm=SCAN_PX_PER_MM, bilevel=False)
    straight = straightened(shot.image, 200)
    seen = places_of(sheet_of_pixels(straight, DPI, 1, moved(words, shot.matrix)))
    x, y = shift_mm(shot.matrix)
    assert [(p.shape, p.cells, p.row, p.column) for p in seen] == [
        (p.shape, p.cells, p.row, p.column) for p in sought
    ]
    for place, other in zip(seen, sought, strict=True):
        box = other.box_mm
        assert differ_mm(place.box_mm, BoxMm(box.x + x, box.y + y, box.w, box.h)) < 1.5


def test_a_shade_that_a_black_and_white_scan_loses_is_a_gap(tmp_path: Path) -> None:
    path, words, sought = expected(tmp_path)
    rng = np.random.default_rng(1)
    shot = paper.scan(drawn(path), rng, px_per_mm=SCAN_PX_PER_MM, bilevel=True)
    straight = straightened(shot.image, 200)
    seen = places_of(sheet_of_pixels(straight, DPI, 1, moved(words, shot.matrix)))
    assert [p.shape for p in seen] == [p.shape for p in sought]
    assert [p.sure < 1 for p in seen].index(True) == 4


@settings(max_examples=8, deadline=None)
@given(turn_deg=st.floats(-2.5, 2.5), dpi=st.sampled_from([150, 200, 300]))
def test_a_sheet_laid_askew_is_made_level(turn_deg: float, dpi: int) -> None:
    scale = dpi / 25.4
    image = np.full((round(297 * scale), round(210 * scale)), 250, np.uint8)
    for n in range(12):
        y = round((40 + 18 * n) * scale)
        cv2.line(
            image, (round(30 * scale), y), (round(170 * scale), y), 0, max(1, round(scale / 4))
        )
    middle = (image.shape[1] / 2, image.shape[0] / 2)
    turn = cv2.getRotationMatrix2D(middle, turn_deg, 1)
    turned = cv2.warpAffine(image, turn, image.shape[::-1], borderValue=250)
    sheet = sheet_of_pixels(straightened(np.asarray(turned, np.uint8), dpi), DPI, 1)
    level = [rule for rule in sheet.rules if rule.w > 100]
    assert len(level) == 12
    assert max(rule.h for rule in level) < 1.0


@pytest.mark.parametrize("seed", [2, 3, 5])
def test_a_photo_shows_the_sheet_at_its_size(tmp_path: Path, seed: int) -> None:
    path, _, _ = expected(tmp_path)
    rng = np.random.default_rng(seed)
    shot = paper.photo(drawn(path), rng, px_per_mm=SCAN_PX_PER_MM)
    grey = shot.image if shot.image.ndim == 2 else cv2.cvtColor(shot.image, cv2.COLOR_RGB2GRAY)
    straight = straightened(np.asarray(grey, np.uint8), max(grey.shape) / 11.69)
    assert straight.shape == (round(297 * PX_PER_MM), round(210 * PX_PER_MM))
    frames = sheet_of_pixels(straight, DPI, 1).frames
    signature = max(frames, key=lambda frame: frame.h)
    assert differ_mm(signature, BoxMm(20, 152, 70, 25)) < 2.5


@pytest.mark.parametrize("seed", [0, 2, 3])
def test_a_dark_band_at_the_edge_of_a_photographed_sheet_is_of_the_sheet(
    tmp_path: Path, seed: int
) -> None:
    path = tmp_path / "blank.pdf"
    with SmallBlank(path) as blank:
        blank.frame(0, 0, 210, 24, fill="#1a2230")
        membership(blank)
    shot = paper.photo(drawn(path), np.random.default_rng(seed), px_per_mm=SCAN_PX_PER_MM)
    grey = shot.image if shot.image.ndim == 2 else cv2.cvtColor(shot.image, cv2.COLOR_RGB2GRAY)
    straight = straightened(np.asarray(grey, np.uint8), max(grey.shape) / 11.69)
    signature = max(sheet_of_pixels(straight, DPI, 1).frames, key=lambda frame: frame.h)
    assert differ_mm(signature, BoxMm(20, 152, 70, 25)) < 2.5


def test_letters_and_noise_are_no_strokes(tmp_path: Path) -> None:
    path = tmp_path / "blank.pdf"
    with SmallBlank(path) as blank:
        for n in range(8):
            blank.prose(30 + 30 * n)
    (sheet,) = sheets_of_pdf(path)
    rng = np.random.default_rng(4)
    shot = paper.scan(drawn(path), rng, px_per_mm=SCAN_PX_PER_MM, bilevel=False)
    words = moved(sheet.words, shot.matrix)
    seen = sheet_of_pixels(straightened(shot.image, 200), DPI, 1, words)
    assert places_of(seen) == ()


def noisy(page: Gray) -> Gray:
    """As a scanner sees it: white is hardly ever all white."""
    noise = np.random.default_rng(7).normal(0, 3, page.shape)
    return np.clip(page - 4 + noise, 0, 255).astype(np.uint8)


def px(mm: float) -> int:
    return round(mm * PX_PER_MM)


def paper_of(high_mm: float = 150) -> Gray:
    return np.full((px(high_mm), px(210)), 255, np.uint8)


def written(page: Gray, x: float, y: float, right: float) -> None:
    """Letters of a broad pen that stand on a level."""
    while x < right:
        cv2.ellipse(page, (px(x), px(y - 2)), (px(1.6), px(2)), 0, 0, 300, 40, px(0.8))
        x += 4.0


@pytest.mark.parametrize("high_mm", [15, 30])
def test_a_broad_dark_band_at_the_edge_is_no_shade_and_holds_no_dots(high_mm: float) -> None:
    page = paper_of()
    page[: px(high_mm)] = 45
    page = noisy(page)
    sheet = sheet_of_pixels(page, DPI, 1)
    assert (sheet.tints, sheet.dots) == ((), ())


def test_a_faint_shade_is_whole_under_what_is_written_on_it() -> None:
    page = paper_of()
    page[px(40) : px(47.5), px(15) : px(190)] = 246
    written(page, 18, 46, 80)
    (tint,) = sheet_of_pixels(noisy(page), DPI, 1).tints
    assert differ_mm(tint, BoxMm(15, 40, 175, 7.5)) < 1.5


def test_a_rule_on_which_letters_stand_is_whole() -> None:
    ink = np.zeros((px(20), px(160)), np.uint8)
    ink[px(10) : px(10.4), px(30) : px(150)] = 255
    for x in (40, 45, 50):  # as broad at their foot as any
        ink[px(9) : px(10), px(x) : px(x + 3.2)] = 255
    (rule,) = _strokes(ink, PX_PER_MM)
    assert differ_mm(rule, BoxMm(30, 10, 120, 0.4)) < 0.5
