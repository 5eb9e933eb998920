"""Another edition of a form, with its own date, labels or tariffs, is told from the known one."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from pipeline.config import Settings
from pipeline.forms.blank import PX_PER_MM, BlankPage, Word, blank_pages
from pipeline.forms.schema import Form, load_form
from pipeline.geometry import BoxMm
from pipeline.paper.align import align_all
from pipeline.paper.dropout import drop_print
from pipeline.paper.moved_lines import moved_lines
from pipeline.paper.other_words import printed_words
from pipeline.paper.same_print import check_print
from pipeline.paths import FONTS, FORMS
from pipeline.process import process_document
from pipeline.records import AlignedPage, Finding, Gray, Source, Status
from pipeline.simulate import STYLES
from pipeline.simulate.contents import invent
from pipeline.simulate.draw import choose_look, draw_page
from tests.pages import blanks, drawn, fiche, flat, form, page, words

_PAPER = [style for style in STYLES if style != "digital"]


def _word(text: str) -> Word:
    return next(w for w in fiche().words if w.text == text)


def _cut(box: BoxMm) -> tuple[slice, slice]:
    x, y, right, bottom = (round(v * PX_PER_MM) for v in (box.x, box.y, box.right, box.bottom))
    return slice(y - 2, bottom + 2), slice(x - 1, right + 1)


def _findings(aligned: AlignedPage, blank: BlankPage | None = None) -> tuple[Finding, ...]:
    blank = blank or fiche()
    return check_print(aligned, drop_print(aligned, blank), blank)


def _gray(image: Gray) -> Gray:
    return image if image.ndim == 2 else np.asarray(Image.fromarray(image).convert("L"))


def _with_digit(image: Gray, word: str, at: int, *, taken_from: tuple[str, int]) -> Gray:
    """The page with one printed digit replaced by another of the same size."""
    source = _cut(_word(taken_from[0]).char_boxes[taken_from[1]])
    digit = fiche().image[source]
    rows, columns = _cut(_word(word).char_boxes[at])
    changed = image.copy()
    changed[rows, columns] = 255
    height, width = digit.shape
    changed[rows.start : rows.start + height, columns.start : columns.start + width] = digit
    return changed


def _next_edition() -> Gray:
    """Members pay 70 instead of 30."""
    return _with_digit(fiche().image, "30", 0, taken_from=("75", 0))


def test_the_known_edition_is_itself() -> None:
    assert _findings(flat(fiche().image)) == ()
    for style in ("typed", "hand", "photo", "fax"):
        aligned = align_all(page(_gray(drawn(style, 3)[0].image)), blanks())[0]
        assert _findings(aligned) == ()


def test_another_tariff_is_noticed() -> None:
    (finding,) = _findings(flat(_next_edition()))
    assert "« 30 »" in words(finding)


def _edition_folder(tmp_path: Path, image: Gray) -> Form:
    folder = tmp_path / "edition-2019"
    shutil.copytree(FORMS / "mais-2018-02-02", folder, dirs_exist_ok=True)
    text = (folder / "form.toml").read_text("utf-8").replace("mais-2018-02-02", folder.name)
    (folder / "form.toml").write_text(text, "utf-8")
    pages = [Image.fromarray(i) for i in (blanks()[0].image, image)]
    pages[0].save(
        folder / "blank.pdf", save_all=True, append_images=pages[1:], resolution=PX_PER_MM * 25.4
    )
    return load_form(folder)


def test_of_two_known_editions_the_right_one_is_taken(tmp_path: Path) -> None:
    other = blank_pages(_edition_folder(tmp_path, _next_edition()))
    known = (*blanks(), *other)
    assert align_all(page(fiche().image), known)[0].form_id == "mais-2018-02-02"
    assert align_all(page(_next_edition()), known)[0].form_id == "edition-2019"
    photo = _gray(drawn("photo", 3)[0].image)
    assert align_all(page(photo), known)[0].form_id == "mais-2018-02-02"


def _edges(box: BoxMm, *, grown_mm: float = 0.0) -> tuple[slice, slice]:
    around = box.grown(grown_mm, grown_mm)
    edges = (around.x, around.y, around.right, around.bottom)
    x, y, right, bottom = (round(mm * PX_PER_MM) for mm in edges)
    return slice(y, bottom), slice(x, right)


def _renamed(of: str, text: str, *, thick: int = 0) -> Gray:
    """The blank with one word replaced."""
    box = _word(of).box_mm
    image = fiche().image.copy()
    image[_edges(box, grown_mm=0.3)] = 255
    sheet = Image.fromarray(image)
    font = ImageFont.truetype(str(FONTS / "carlito.ttf"), 36)
    left, base = box.x * PX_PER_MM, (box.y + 2.7) * PX_PER_MM
    ImageDraw.Draw(sheet).text(
        (left, base), text, font=font, fill=0, anchor="ls", stroke_width=thick
    )
    return np.asarray(sheet)


def _swapped(first: str, second: str) -> Gray:
    """The blank with two labels in each other's place."""
    image = fiche().image.copy()
    places = [_word(text).box_mm for text in (first, second)]
    pictures = [fiche().image[_edges(box, grown_mm=0.2)] for box in places]
    for box in places:
        image[_edges(box, grown_mm=0.2)] = 255
    for box, picture in zip(places, reversed(pictures), strict=True):
        rows, columns = _edges(box, grown_mm=0.2)
        part = image[rows.start :, columns.start :][: picture.shape[0], : picture.shape[1]]
        np.minimum(part, picture, out=part)
    return image


def _moved(box: BoxMm, *, x_mm: float = 0.0, y_mm: float = 0.0) -> Gray:
    """The blank with what is printed in a box beside its place."""
    image = fiche().image.copy()
    picture = image[_edges(box)].copy()
    image[_edges(box)] = 255
    rows, columns = _edges(replace(box, x=box.x + x_mm, y=box.y + y_mm))
    part = image[rows.start :, columns.start :][: picture.shape[0], : picture.shape[1]]
    np.minimum(part, picture, out=part)
    return image


_TELEPHONE = BoxMm(33.0, 63.5, 79.0, 3.0)
_POSTAL = BoxMm(118.4, 50.2, 4.8, 4.8)
_EDITIONS: dict[str, Callable[[], Gray]] = {
    "repas": lambda: _renamed("repas", "nuits"),
    "Février": lambda: _renamed("Février", "Mars", thick=1),
    "Téléphone": lambda: _swapped("Téléphone", "Adresse"),
}


@cache
def _copies(name: str, folder: Path) -> list[AlignedPage]:
    """Filled copies of another edition, taken for the known one."""
    other = _edition_folder(folder, _EDITIONS[name]())
    copies = []
    for k, style in enumerate(_PAPER):
        rng = np.random.default_rng([k, 23])
        leaf = draw_page(other, 2, invent(form(), rng), choose_look(rng, style), rng)
        copies.append(align_all(page(_gray(leaf.image)), blanks())[0])
    return copies


@pytest.mark.parametrize("name", _EDITIONS)
def test_another_label_is_noticed_in_every_copy(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for aligned in _copies(name, tmp_path_factory.mktemp(f"edition-{len(name)}")):
        (finding,) = _findings(aligned)
        assert f"« {name} »" in words(finding)


def test_swapped_labels_are_both_named() -> None:
    (finding,) = _findings(flat(_swapped("Téléphone", "Adresse")))
    assert {"Téléphone", "Adresse"} <= {*finding.facts}


def test_a_label_that_is_gone_is_noticed() -> None:
    image = fiche().image.copy()
    image[_edges(_word("Téléphone").box_mm, grown_mm=0.3)] = 255
    (finding,) = _findings(flat(image))
    assert finding.facts == ("Téléphone",)


@pytest.mark.parametrize("blurred_px", [0.5, 2.0])
def test_a_form_that_holds_no_text_is_compared_as_a_picture(
    blurred_px: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = cv2.GaussianBlur(_renamed("repas", "nuits"), (0, 0), blurred_px)
    monkeypatch.setattr("pipeline.forms.blank._words", lambda _path, _number: ())
    silent = replace(fiche())  # of which nothing is kept yet
    assert _findings(flat(fiche().image), silent) == ()
    (finding,) = _findings(flat(np.asarray(changed, np.uint8)), silent)
    assert "à 4 cm du bord gauche et 17 cm du haut" in words(finding)


def test_ink_over_labels_is_no_other_print() -> None:
    image = fiche().image.copy()
    for text in ("Téléphone", "Adhérents", "Nombre", "Cordialement,"):
        rows, columns = _edges(_word(text).box_mm, grown_mm=0.5)
        for up, down in ((rows.start, rows.stop), (rows.stop, rows.start)):
            cv2.line(image, (columns.start, up), (columns.stop, down), 40, 7)
        cv2.line(image, (columns.start, rows.start + 18), (columns.stop, rows.start + 18), 0, 9)
    assert _findings(flat(image)) == ()


def test_print_beyond_the_picture_is_not_missed() -> None:
    aligned = flat(fiche().image)
    shown = round(168 * PX_PER_MM)
    cut = replace(aligned, page=page(aligned.page.image[:, :shown]))
    assert _findings(cut) == ()
    image = fiche().image.copy()
    image[:, shown:] = 255
    assert _findings(flat(image)) != ()


@pytest.mark.parametrize(
    ("box", "x_mm", "y_mm", "field"),
    [
        (_TELEPHONE, 0.0, 2.0, "telephone"),
        (_TELEPHONE, 0.0, -2.5, "telephone"),
        (_POSTAL, -2.5, 0.0, "paiement"),
        (_POSTAL, 0.0, 2.5, "paiement"),
    ],
)
def test_a_line_or_box_beside_its_place_is_told_with_its_field(
    box: BoxMm, x_mm: float, y_mm: float, field: str
) -> None:
    of_page, of_field = _findings(flat(_moved(box, x_mm=x_mm, y_mm=y_mm)))
    assert of_page.rule == "same_print"
    assert (of_field.rule, of_field.fields) == ("same_place", (field,))
    assert "autre édition" in words(of_field)


def test_writing_does_not_move_its_line() -> None:
    shown = frozenset(zone.field for zone in form().zones)
    for style in _PAPER:
        aligned = align_all(page(_gray(drawn(style, 4)[0].image)), blanks())[0]
        assert moved_lines(drop_print(aligned, fiche()).image, fiche(), shown) == ()


def test_what_people_write_on_is_not_compared() -> None:
    written = form().written_mm(2)
    for word in printed_words(fiche()):
        x, y = word.box_mm.corners().mean(axis=0)
        assert not any(box.contains(x, y) for box in written)


@given(
    x_mm=st.floats(-0.35, 0.35),
    y_mm=st.floats(-0.35, 0.35),
    blurred_px=st.floats(0.3, 2.5),
    print_grey=st.integers(0, 120),
)
@examples(max_examples=12, deadline=None)
@example(x_mm=0.35, y_mm=-0.35, blurred_px=2.5, print_grey=120)
def test_blurred_pale_print_a_little_beside_is_the_same(
    x_mm: float, y_mm: float, blurred_px: float, print_grey: int
) -> None:
    move = np.array([[1, 0, x_mm * PX_PER_MM], [0, 1, y_mm * PX_PER_MM]])
    size = fiche().image.shape[::-1]
    image = cv2.warpAffine(fiche().image, move, size, borderValue=255)
    image = cv2.GaussianBlur(image, (0, 0), blurred_px)
    pale = print_grey + image * ((255 - print_grey) / 255)
    assert _findings(flat(pale.astype(np.uint8))) == ()


def test_nothing_of_another_edition_is_accepted_without_a_person(tmp_path: Path) -> None:
    other = _edition_folder(tmp_path, _renamed("repas", "nuits"))
    rng = np.random.default_rng(5)
    leaf = draw_page(other, 2, invent(form(), rng), choose_look(rng, "typed"), rng)
    path = tmp_path / "copy.png"
    Image.fromarray(leaf.image).save(path, dpi=(200, 200))
    (registration,) = process_document(Source("copy.png", path, ""), Settings()).registrations
    assert registration.status is Status.REVIEW
    assert {reading.status for reading in registration.readings} == {Status.REVIEW}


def test_of_two_editions_with_other_labels_the_right_one_is_taken(tmp_path: Path) -> None:
    other = blank_pages(_edition_folder(tmp_path, _renamed("repas", "nuits")))
    known = (*blanks(), *other)
    for style in _PAPER:
        assert align_all(page(_gray(drawn(style, 3)[0].image)), known)[0].form_id == form().id
    for aligned in _copies("repas", tmp_path):
        assert align_all(aligned.page, known)[0].form_id == "edition-2019"
