"""On a filled page, print and writing are told apart by the labels that the lexicon knows."""

from contextlib import closing
from dataclasses import astuple
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from filled_pages import ANSWERS, ASKED, in_frames, letter, on_lines, page, picture
from hypothesis import given
from hypothesis import strategies as st
from small_blanks import SmallBlank

from pipeline.config import Settings
from pipeline.drafting.answered import whole_lines
from pipeline.drafting.filled import Filled, filled
from pipeline.drafting.kinds import is_label
from pipeline.drafting.records import Print, Sheet
from pipeline.drafting.ticked import with_ticked
from pipeline.forms.blank import PX_PER_MM
from pipeline.geometry import BoxMm
from pipeline.intake.ingest import open_pages
from pipeline.records import Gray, Page, Source

TYPES = ["surname", "given_name", "address", "postal_code", "town", "phone", "email"]


def seen(image: Gray) -> Filled:
    on_page = filled(page(image), form_id="inconnu")
    assert on_page is not None
    return on_page


def dark(image: Gray, box: BoxMm) -> int:
    x, y, right, bottom = (round(v * PX_PER_MM) for v in (box.x, box.y, box.right, box.bottom))
    return int(np.count_nonzero(image[y:bottom, x:right] < 128))


def test_labels_before_rules_are_asked_and_what_stands_on_them_is_not(tmp_path: Path) -> None:
    on_page = seen(on_lines(tmp_path))
    assert [zone.label for zone in on_page.draft.zones] == list(ASKED)
    assert [zone.type for zone in on_page.draft.zones] == TYPES
    words = {word.text for word in on_page.sheet.words}
    assert words.isdisjoint(" ".join(ANSWERS).split())


def test_labels_over_frames_are_asked_with_what_is_in_them(tmp_path: Path) -> None:
    asked = ("Nom et prénom", "Téléphone", "Courriel", "Ville")
    answers = ("Maëlle Delacourt", "02 99 12 34 56", "maelle@exemple.fr", "Le Havre")
    zones = seen(in_frames(tmp_path, asked, answers)).draft.zones
    assert [zone.label for zone in zones] == list(asked)
    assert [zone.type for zone in zones] == ["person", "phone", "email", "town"]


def test_what_was_written_is_missing_in_the_print_and_the_labels_are_not(tmp_path: Path) -> None:
    on_page = seen(on_lines(tmp_path))
    assert on_page.picture.shape == on_page.print_.shape
    for zone, label in zip(on_page.draft.zones, ASKED, strict=True):
        (box,) = zone.lines
        rule = dark(on_page.print_, BoxMm(box.x + 80, box.y, box.w - 80, box.h))
        written = dark(on_page.picture, box) - dark(on_page.print_, box)
        assert rule > 0
        assert written > 300, label
    before = BoxMm(20, 40, 8, 6)
    assert dark(on_page.print_, before) == dark(on_page.picture, before) > 0


def test_a_page_that_asks_nothing_is_no_fiche(tmp_path: Path) -> None:
    assert filled(page(letter(tmp_path)), form_id="inconnu") is None


def test_noise_is_no_fiche_and_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.drafting.sheets.words_on", pytest.fail)
    noise = np.random.default_rng(2).integers(0, 255, (2000, 1400)).astype(np.uint8)
    assert filled(page(noise), form_id="inconnu") is None


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_page_on_its_side_is_read_upright(tmp_path: Path, turns: int) -> None:
    turned = np.ascontiguousarray(np.rot90(on_lines(tmp_path), turns))
    assert [zone.label for zone in seen(turned).draft.zones] == list(ASKED)


def test_two_labels_are_too_few(tmp_path: Path) -> None:
    image = on_lines(tmp_path, ASKED[:2], ANSWERS[:2])
    assert filled(page(image), form_id="inconnu") is None


def test_a_ticked_square_is_one_of_its_row(tmp_path: Path) -> None:
    with SmallBlank(tmp_path / "squares.pdf") as blank:
        for n in range(3):
            blank.frame(30 + 25 * n, 40, 4, 4)
        blank.rule(54, 39, 60, 45)
        blank.rule(54, 45, 60, 39)
    image = picture(tmp_path / "squares.pdf")
    sheet = Sheet(1, 210, 297, (), frames=(BoxMm(30, 40, 4, 4), BoxMm(80, 40, 4, 4)))
    (ticked,) = with_ticked(sheet, image).frames[2:]
    assert ticked.x == pytest.approx(55, abs=0.5)
    assert ticked.y == pytest.approx(40, abs=0.5)


@given(cuts=st.lists(st.floats(70, 180), min_size=1, max_size=4, unique=True))
def test_dots_that_writing_hides_in_parts_are_one_line(cuts: list[float]) -> None:
    edges = [60.0, *sorted(cuts), 190.0]
    pieces = [BoxMm(a + 1, 50, max(0.5, b - a - 2), 0.4) for a, b in pairwise(edges)]
    label = Print("Adresse :", BoxMm(20, 47, 18, 4), 3.5)
    sheet = Sheet(1, 210, 297, (label,), dots=tuple(pieces))
    (line,) = set(whole_lines(sheet, (label,)).dots)
    assert line.x == pytest.approx(38.5)
    assert line.right == pytest.approx(pieces[-1].right)


def test_a_line_ends_at_the_next_label_in_its_row() -> None:
    labels = (
        Print("Nom :", BoxMm(20, 47, 10, 4), 3.5),
        Print("Prénom :", BoxMm(100, 47, 14, 4), 3.5),
    )
    dots = (BoxMm(31, 50, 60, 0.4), BoxMm(115, 50, 70, 0.4))
    sheet = Sheet(1, 210, 297, labels, dots=dots)
    first, second = sorted(whole_lines(sheet, labels).dots, key=lambda run: run.x)
    assert (first.right, second.right) == (91, 185)


def test_a_fold_across_the_page_makes_no_line_longer() -> None:
    labels = tuple(Print("Nom :", BoxMm(20, 47 + 12 * n, 10, 4), 3.5) for n in range(3))
    lines = tuple(BoxMm(31, 50 + 12 * n, 100 + n, 0.4) for n in range(3))
    sheet = Sheet(1, 210, 297, labels, dots=(*lines, BoxMm(60, 140, 150, 0.3)))
    ends = sorted(run.right for run in whole_lines(sheet, labels).dots)
    assert ends == [131, 132, 133, 210]


def test_a_part_of_a_word_is_no_ticked_square(tmp_path: Path) -> None:
    with SmallBlank(tmp_path / "squares.pdf") as blank:
        for x in (30, 55):
            blank.frame(x, 40, 4, 4)
    image = picture(tmp_path / "squares.pdf")
    word = Print("50.00", BoxMm(50, 40, 12, 4), 4)
    for words, more in (((), 1), ((word,), 0)):
        sheet = Sheet(1, 210, 297, words, frames=(BoxMm(30, 40, 4, 4),))
        assert len(with_ticked(sheet, image).frames) == 1 + more


def test_a_grey_photo_has_no_squares_but_its_own(tmp_path: Path) -> None:
    with SmallBlank(tmp_path / "squares.pdf") as blank:
        for n, label in enumerate(("Nom", "Prénom", "Téléphone", "Courriel")):
            blank.text(20, 40 + 16 * n, label)
            blank.frame(20, 42 + 16 * n, 120, 8)
            blank.text(24, 48 + 16 * n, ANSWERS[n], font="Courier", size=12)
        for x, option in ((20, "oui"), (60, "non")):
            blank.frame(x, 110, 4, 4)
            blank.text(x + 6, 113.5, option)
    image = picture(tmp_path / "squares.pdf")
    on_page = seen(np.asarray(40 + image * 0.5, np.uint8))
    assert len([frame for frame in on_page.sheet.frames if max(frame.w, frame.h) < 7]) == 2


def test_what_hangs_below_a_line_and_stands_on_its_dots_is_no_print(tmp_path: Path) -> None:
    with SmallBlank(tmp_path / "dots.pdf") as blank:
        for n, label in enumerate(ASKED[:4]):
            y = 45 + 14 * n
            x = blank.text(20, y, f"{label} :") + 2
            blank.text(x, y + 0.5, "." * 90)
            blank.text(x + 8, y + 1, "gypjqgypjq", font="Times-Italic", size=16)
    on_page = seen(picture(tmp_path / "dots.pdf"))
    for n in range(4):
        below = BoxMm(40, 45.9 + 14 * n, 30, 2)
        assert dark(on_page.picture, below) > 200
        assert dark(on_page.print_, below) < 20
        dots = BoxMm(100, 44 + 14 * n, 40, 3)
        assert dark(on_page.print_, dots) == dark(on_page.picture, dots) > 0


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.drafting.sheets.words_on", pytest.fail)


@pytest.mark.usefixtures("unread")
def test_the_text_of_a_pdf_is_taken_as_it_is_where_it_stands(tmp_path: Path) -> None:
    on_lines(tmp_path)
    with closing(open_pages(Source("", tmp_path / "lines.pdf", ""), Settings())) as pages:
        held = pages.page(1)
    assert isinstance(held, Page)
    on_page = filled(held, form_id="inconnu")
    assert on_page
    assert [(zone.label, zone.type) for zone in on_page.draft.zones] == [
        *zip(ASKED, TYPES, strict=True)
    ]
    assert {word.text for word in on_page.sheet.words}.isdisjoint(" ".join(ANSWERS).split())
    (name,) = (run for run in on_page.runs if ANSWERS[0] in run.text)
    letter = name.letters_px[-1]
    assert letter
    assert dark(on_page.picture, BoxMm(*(v / PX_PER_MM for v in astuple(letter)))) > 20


@pytest.mark.parametrize("text", ["Nom", "Prénom", "Code postal", "Téléphone", "Télephone"])
def test_labels_of_the_lexicon_are_known(text: str) -> None:
    assert is_label(text)


@pytest.mark.parametrize("text", ["Delacourt", "12 rue des Tilleuls", "06 12", "Bonjour à tous"])
def test_what_people_write_is_no_label(text: str) -> None:
    assert not is_label(text)
