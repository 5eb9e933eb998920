"""Text that a file holds is read by where its characters stand, whatever strings they came in."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from pipeline.config import Settings
from pipeline.forms.blank import PX_PER_MM
from pipeline.geometry import BoxPx
from pipeline.paths import FONTS
from pipeline.reading.text_layer import text_layer_lines
from pipeline.records import FieldReading, Origin, Registration, Status, TextRun
from tests import pages
from tests.combs import HEIGHT, LABELS, MM, Drawing, line, make_form, read, spelled, text_at


@pytest.fixture(scope="module", params=[True, False], ids=["combs told", "combs not told"])
def either(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return make_form(tmp_path_factory.mktemp("forms"), combed=request.param)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return make_form(tmp_path_factory.mktemp("forms"))


def _reading(registration: Registration, field: str) -> FieldReading:
    reading = registration.reading(field)
    assert reading is not None
    return reading


def _texts(registration: Registration) -> dict[str, str]:
    return {r.field: r.raw for r in registration.readings if r.raw}


def _is_sure(registration: Registration, field: str) -> bool:
    return _reading(registration, field).posterior > 0.9


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_name_typed_letter_by_letter_is_one(
    tmp_path: Path, either: Settings, rotate: int
) -> None:
    drawn = spelled("nom", "LE GOFF WILLIAM"), spelled("code", "35700")
    registration = read(tmp_path / "a.pdf", either, *drawn, rotate=rotate)
    assert _texts(registration) == {"nom": "LE GOFF WILLIAM", "code": "35700"}
    assert _reading(registration, "nom").origin is Origin.TEXT_LAYER
    assert _reading(registration, "nom").text == "LE GOFF WILLIAM"
    assert _is_sure(registration, "nom")
    assert _is_sure(registration, "code")


def test_a_blank_behind_each_letter_is_none(tmp_path: Path, either: Settings) -> None:
    box = line("nom")
    typed = text_at(box.x + 1, box.y + 5.8, "R I O U   A N N E")
    assert _texts(read(tmp_path / "a.pdf", either, typed)) == {"nom": "RIOU ANNE"}


def test_letters_spaced_out_to_the_cells_are_words(tmp_path: Path, either: Settings) -> None:
    def typed(canvas: Canvas) -> None:
        box = line("nom")
        text = canvas.beginText((box.x + 1) * MM, HEIGHT - (box.y + 5.8) * MM)
        text.setFont("Courier", 11)
        text.setCharSpace(5 * MM - stringWidth("M", "Courier", 11))
        text.textOut("RIOU ANNE")
        canvas.drawText(text)

    assert _texts(read(tmp_path / "a.pdf", either, typed)) == {"nom": "RIOU ANNE"}


def test_in_a_comb_two_letters_alone_are_a_word_and_drift_is_none(
    tmp_path: Path, settings: Settings
) -> None:
    drawn = spelled("nom", "LE ROY MARIE-CLAUDE", pitch_mm=5.35), spelled("naissance", "07")
    drawn += spelled("naissance", "11", n=1), spelled("naissance", "1961", n=2)
    registration = read(tmp_path / "a.pdf", settings, *drawn)
    assert _texts(registration)["nom"] == "LE ROY MARIE-CLAUDE"
    assert _reading(registration, "naissance").value == "1961-11-07"


def test_words_typed_over_a_comb_as_they_are_keep_their_blanks(
    tmp_path: Path, settings: Settings
) -> None:
    box = line("nom")
    typed = text_at(box.x + 1, box.y + 5.8, "Riou Anne Le Goff")
    assert _texts(read(tmp_path / "a.pdf", settings, typed)) == {"nom": "Riou Anne Le Goff"}


def test_a_string_over_a_value_and_the_next_label_is_cut_at_the_field(
    tmp_path: Path, settings: Settings
) -> None:
    """Narrow letters before, wide ones behind: by its share of the string the label came in."""
    value = "Lilli Illi-Jill"
    start = LABELS["tuteur"] - stringWidth(f"{value} ; ", "Helvetica", 11) / MM
    typed = text_at(start, line("membre").y + 5.8, f"{value} ; Tuteur : MMM MMMM")
    registration = read(tmp_path / "a.pdf", settings, typed)
    assert _texts(registration)["membre"] == f"{value} ;"
    assert "Tuteur" not in _texts(registration)["tuteur"]


def test_text_between_two_labels_that_touch_it_is_all_of_the_value(
    tmp_path: Path, settings: Settings
) -> None:
    """A file that was flattened holds its print, too; one string runs over label, value, label."""
    box, name = line("tuteur"), "Jeanne MMMMMM"
    label_end = 96 + stringWidth("Tuteur", "Helvetica", 11) / MM
    drawn = text_at(label_end, box.y + 5.8, ":"), text_at(box.x + 1, box.y + 5.8, name)
    registration = read(tmp_path / "a.pdf", settings, *drawn)
    assert _texts(registration) == {"tuteur": name}


def test_a_label_that_has_grown_together_with_a_value_is_no_part_of_it(
    tmp_path: Path, settings: Settings
) -> None:
    typed = text_at(LABELS["tuteur"], line("tuteur").y + 5.8, "Tuteur:Jeanne-Marguerite")
    held = _texts(read(tmp_path / "a.pdf", settings, typed))
    assert held == {"tuteur": "Jeanne-Marguerite"}


def test_a_value_that_runs_on_over_bare_paper_is_whole(tmp_path: Path, settings: Settings) -> None:
    box = line("droite")
    text = "Foyer des jeunes travailleurs"
    start = box.right - stringWidth(text, "Helvetica", 11) / MM + 20
    registration = read(tmp_path / "a.pdf", settings, text_at(start, box.y + 5.8, text))
    assert _texts(registration) == {"droite": text}


@pytest.mark.parametrize("text", ["Foyer Tilleuls", "FoyerDesTilleuls"])
def test_text_that_runs_over_two_fields_is_cut_between_them_and_doubted(
    tmp_path: Path, settings: Settings, text: str
) -> None:
    box = line("gauche")
    start = box.right - stringWidth(text, "Helvetica", 11) / MM / 2
    registration = read(tmp_path / "a.pdf", settings, text_at(start, box.y + 5.8, text))
    held = _texts(registration)
    assert held["gauche"] + held["droite"] == text.replace(" ", "")
    assert not _is_sure(registration, "gauche")
    assert not _is_sure(registration, "droite")


def test_two_strings_far_apart_in_two_fields_are_sure(tmp_path: Path, settings: Settings) -> None:
    box = line("gauche")
    drawn = (
        text_at(box.x + 2, box.y + 5.8, "Foyer"),
        text_at(box.right + 2, box.y + 5.8, "Tilleuls"),
    )
    registration = read(tmp_path / "a.pdf", settings, *drawn)
    assert _texts(registration) == {"gauche": "Foyer", "droite": "Tilleuls"}
    assert _is_sure(registration, "gauche")
    assert _is_sure(registration, "droite")


def test_ligatures_and_accents_that_combine_are_letters(tmp_path: Path, either: Settings) -> None:
    registerFont(TTFont("Source", str(FONTS / "source-sans-3-regular.ttf")))

    def typed(canvas: Canvas) -> None:
        box = line("service")
        canvas.setFont("Source", 11)
        canvas.drawString(
            (box.x + 1) * MM, HEIGHT - (box.y + 5.8) * MM, "Me\ufb01ance de l'E\u0301cluse"
        )

    assert _texts(read(tmp_path / "a.pdf", either, typed)) == {"service": "Mefiance de l'Écluse"}


def _form_field(name: str, field: str, value: str, *, cells: int = 0, cell: int = -1) -> Drawing:
    box = line(field)

    def draw(canvas: Canvas) -> None:
        x, width = (box.x, box.w) if cell < 0 else (box.x + 5 * cell, 5)
        canvas.acroForm.textfield(
            name=name,
            value=value,
            x=x * MM,
            y=HEIGHT - box.bottom * MM,
            width=width * MM,
            height=box.h * MM,
            borderWidth=0,
            fontSize=11,
            fieldFlags="comb" if cells else "",
            maxlen=cells or 100,
            fillColor=None,
        )

    return draw


def test_a_form_field_that_is_a_comb_holds_one_text(tmp_path: Path, either: Settings) -> None:
    registration = read(tmp_path / "a.pdf", either, _form_field("n", "nom", "RIOU ANNE", cells=25))
    assert _texts(registration) == {"nom": "RIOU ANNE"}
    assert _is_sure(registration, "nom")


def test_form_fields_of_one_letter_each_are_a_text(tmp_path: Path, either: Settings) -> None:
    name = "LE GOFF"
    drawn = [_form_field(f"n{i}", "nom", c, cell=i) for i, c in enumerate(name) if c != " "]
    registration = read(tmp_path / "a.pdf", either, *drawn)
    assert _texts(registration) == {"nom": name}
    assert _is_sure(registration, "nom")


def test_letters_that_the_page_hides_are_not_read(tmp_path: Path, settings: Settings) -> None:
    def erased(canvas: Canvas) -> None:
        box = line("nom")
        canvas.setFillGray(1)
        edges = (box.x * MM, HEIGHT - (box.bottom - 0.5) * MM, box.w * MM, (box.h - 1) * MM)
        canvas.rect(*edges, stroke=0, fill=1)
        canvas.setFillGray(0)

    drawn = spelled("nom", "RIOU ANNE"), erased, spelled("code", "35700")
    registration = read(tmp_path / "a.pdf", settings, *drawn)
    assert _reading(registration, "nom").text == ""
    assert _reading(registration, "nom").status is Status.REVIEW


_FOYER = pages.form().zone("personnes").lines[0]
_WORDS = st.lists(st.text("abcdeiIMW-é'", min_size=1, max_size=7), min_size=1, max_size=4).filter(
    lambda words: len(words) < 3 or any(len(word) > 1 for word in words)
)
"""Not letters alone, three and more: those are one word, typed letter by letter."""


def _laid_out(words: list[str], advances: list[float], em: float) -> list[tuple[str, BoxPx]]:
    """Each character with its box in px, words apart by an ordinary blank."""
    x, y = (_FOYER.x + 1) * PX_PER_MM, (_FOYER.y + 2) * PX_PER_MM
    letters, widths = [], iter(advances)
    for word in words:
        for char in word:
            width = next(widths) * em
            letters.append((char, BoxPx(x, y, width, em)))
            x += width
        x += 0.25 * em
    return letters


@given(_WORDS, st.data())
def test_any_split_of_a_text_into_runs_gives_the_same_words(
    words: list[str], data: st.DataObject
) -> None:
    count = sum(map(len, words))
    advances = data.draw(st.lists(st.floats(0.22, 0.95), min_size=count, max_size=count))
    letters = _laid_out(words, advances, em=16)
    cuts = sorted(data.draw(st.sets(st.integers(1, count), max_size=count)) | {count})
    runs = []
    for start, end in zip([0, *cuts], cuts, strict=False):
        if letters[start:end]:
            chars, boxes = zip(*letters[start:end], strict=True)
            left, right = boxes[0].x, boxes[-1].x + boxes[-1].w
            box = BoxPx(left, boxes[0].y, right - left, boxes[0].h)
            runs.append(TextRun("".join(chars), box, letters_px=boxes))
    runs = data.draw(st.permutations(runs))
    aligned = pages.flat(pages.fiche().image)
    held = replace(aligned, page=replace(aligned.page, runs=tuple(runs)))
    (evidence,) = text_layer_lines(held, pages.fiche())["personnes.1"]
    assert evidence.text == " ".join(words)
