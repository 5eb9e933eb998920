"""Text that a file itself holds is read where it stands, and doubted where a pen went over it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from pipeline.config import Settings
from pipeline.forms.zone import Zone
from pipeline.geometry import BoxMm
from pipeline.intake.ingest import open_pages
from pipeline.process import process_document
from pipeline.reading.extract import _read_lines
from pipeline.records import Origin, Outcome, Registration, Source, Status
from tests.pages import fiche, form, words
from tests.written import held

MM = 72 / 25.4
WIDTH, HEIGHT = fiche().width_mm * MM, fiche().height_mm * MM
Drawing = Callable[[Canvas], None]
VALUES = {
    "organisation": "Foyer des Tilleuls",
    "email": "zoe.martin@exemple.fr",
    "telephone": "02 99 00 00 00",
    "personnes.1": "Zoé MARTIN",
    "personnes.2": "Luc LE GOFF",
    "adherents": "2",
    "non_adherents": "0",
    "repas": "1",
    "total": "72,10",
}
READ = VALUES | {"total": "72.10"}


def test_a_field_is_read_as_its_zone_has_it() -> None:
    zone = Zone(field="taille", type="number", unit="cm", lines_mm=((20, 20, 40, 8),))
    assert _read_lines("taille", zone, (held("180 cm"),), 1).value == 180


def _line(field: str) -> BoxMm:
    name, _, number = field.partition(".")
    return form().zone(name).lines[int(number) - 1 if number else -1]


def _read(tmp_path: Path, *drawings: Drawing, turns: int = 0, rotate: int = 0) -> Outcome:
    """The fiche with drawings over it: its contents turned clockwise, or the page as shown."""
    path = tmp_path / "fiche.pdf"
    size = (HEIGHT, WIDTH) if turns % 2 else (WIDTH, HEIGHT)
    # reportlab gives a page that is shown sideways the size it has as shown.
    canvas = Canvas(str(path), pagesize=size[::-1] if rotate % 180 else size)
    canvas.setPageRotation(rotate)
    canvas.translate(*[(0, 0), (0, WIDTH), (WIDTH, HEIGHT), (HEIGHT, 0)][turns])
    canvas.rotate(-90 * turns)
    canvas.drawImage(ImageReader(Image.fromarray(fiche().image)), 0, 0, WIDTH, HEIGHT)
    for draw in drawings:
        draw(canvas)
    canvas.showPage()
    canvas.save()
    return process_document(Source("fiche.pdf", path, ""), Settings())


def _text(x_mm: float, y_mm: float, text: str, *, size: float = 11) -> Drawing:
    """The text with its base line so far below the paper's top."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", size)
        canvas.drawString(x_mm * MM, HEIGHT - y_mm * MM, text)

    return draw


def _typed(**values: str) -> Drawing:
    """Every value of the fiche as a text layer; ``personnes_1`` is ``personnes.1``."""

    def draw(canvas: Canvas) -> None:
        given = {name.replace("personnes_", "personnes."): v for name, v in values.items()}
        for field, text in (VALUES | given).items():
            box = _line(field)
            _text(box.x + 1, box.y + 0.72 * box.h, text)(canvas)

    return draw


def _field(name: str, box: BoxMm, value: str, *, flags: str = "", border: int = 0) -> Drawing:
    def draw(canvas: Canvas) -> None:
        canvas.acroForm.textfield(
            name=name,
            value=value,
            x=box.x * MM,
            y=HEIGHT - box.bottom * MM,
            width=box.w * MM,
            height=box.h * MM,
            borderWidth=border,
            fontSize=11,
            fieldFlags=flags,
            fillColor=None,
        )

    return draw


def _box(option: str, *, checked: bool, name: str = "") -> Drawing:
    def draw(canvas: Canvas) -> None:
        box = form().zone("paiement").boxes[option]
        canvas.acroForm.checkbox(
            name=name or option,
            checked=checked,
            x=box.x * MM,
            y=HEIGHT - box.bottom * MM,
            size=box.w * MM,
            borderWidth=0,
            fillColor=None,
        )

    return draw


def _fields(**values: str) -> Drawing:
    """Every value of the fiche in a form field; ``personnes_1`` is ``personnes.1``."""

    def draw(canvas: Canvas) -> None:
        given = {name.replace("personnes_", "personnes."): v for name, v in values.items()}
        for field, text in (VALUES | given).items():
            _field(field.replace(".", "_"), _line(field), text)(canvas)

    return draw


def _pen(*points_mm: tuple[float, float]) -> Drawing:
    def draw(canvas: Canvas) -> None:
        canvas.setLineWidth(1.3)
        path = canvas.beginPath()
        path.moveTo(points_mm[0][0] * MM, HEIGHT - points_mm[0][1] * MM)
        for x, y in points_mm[1:]:
            path.lineTo(x * MM, HEIGHT - y * MM)
        canvas.drawPath(path)

    return draw


def _three(x_mm: float, y_mm: float) -> Drawing:
    """A 3 as a hand draws it, from its top left corner."""
    shape = [(0, 0.5), (1.5, 0), (2.6, 1), (1.2, 2.3), (2.8, 3.4), (2.2, 5), (0, 5)]
    return _pen(*[(x_mm + x, y_mm + y) for x, y in shape])


def _only(outcome: Outcome) -> Registration:
    assert outcome.rejections == ()
    (registration,) = outcome.registrations
    return registration


def _values(registration: Registration) -> dict[str, str]:
    return {r.field: r.text for r in registration.readings if r.field in VALUES}


def _doubted(registration: Registration) -> set[str]:
    return {r.field for r in registration.readings if r.status is Status.REVIEW}


@pytest.mark.parametrize(
    ("turns", "rotate"), [(0, 0), (0, 90), (0, 180), (0, 270), (1, 0), (2, 0), (3, 0), (1, 270)]
)
def test_a_text_layer_on_a_turned_page_is_read_in_its_place(
    tmp_path: Path, turns: int, rotate: int
) -> None:
    registration = _only(_read(tmp_path, _typed(), turns=turns, rotate=rotate))
    assert _values(registration) == READ
    assert _doubted(registration) == set()
    origins = {r.origin for r in registration.readings if r.field in VALUES}
    assert origins == {Origin.TEXT_LAYER}


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_form_fields_on_a_turned_page_are_read_in_their_places(tmp_path: Path, rotate: int) -> None:
    drawings = (_fields(), _box("postal", checked=False), _box("virement", checked=True))
    registration = _only(_read(tmp_path, *drawings, rotate=rotate))
    assert _values(registration) == READ
    assert registration.reading("paiement").text == "virement"
    assert _doubted(registration) == set()


@pytest.mark.parametrize("fill", [_typed, _fields])
def test_a_typed_value_struck_out_and_corrected_by_hand_is_doubted(
    tmp_path: Path, fill: Callable[[], Drawing]
) -> None:
    box = _line("repas")
    strike = _pen((box.x, box.y + 5.4), (box.x + 5, box.y + 4.6))
    registration = _only(_read(tmp_path, fill(), strike, _three(box.x + 8, box.y + 2)))
    assert "repas" in _doubted(registration)
    assert "encre en plus du texte « 1 »" in registration.reading("repas").reason


@pytest.mark.parametrize("fill", [_typed, _fields])
def test_a_typed_name_struck_out_is_doubted(tmp_path: Path, fill: Callable[[], Drawing]) -> None:
    box = _line("personnes.2")
    strike = _pen((box.x, box.y + 5.4), (box.x + 26, box.y + 4.8))
    assert _doubted(_only(_read(tmp_path, fill(), strike))) == {"personnes.2"}


def test_a_hand_beside_a_typed_value_is_doubted(tmp_path: Path) -> None:
    box = _line("organisation")
    registration = _only(_read(tmp_path, _typed(), _three(box.x + 60, box.y + 2)))
    assert _doubted(registration) == {"organisation"}


def test_words_of_one_row_are_read_from_the_left_whatever_their_order(tmp_path: Path) -> None:
    box = _line("personnes.1")
    y = box.y + 6
    drawings = (_text(box.x + 40, y, "MARTIN"), _text(box.x + 2, y + 0.4, "Zoé"))
    registration = _only(_read(tmp_path, _typed(personnes_1=""), *drawings))
    assert registration.reading("personnes.1").text == "Zoé MARTIN"
    assert "personnes.1" not in _doubted(registration)


def test_two_typed_rows_on_one_line_are_read_one_after_the_other_and_doubted(
    tmp_path: Path,
) -> None:
    box = _line("personnes.1")
    rows = (_text(box.x + 1, box.y + 3.6, "Anne MARTIN", size=9),)
    rows += (_text(box.x + 3, box.y + 8.2, "Jean DURAND", size=9),)
    registration = _only(_read(tmp_path, _typed(personnes_1=""), *rows))
    assert registration.reading("personnes.1").text == "Anne MARTIN Jean DURAND"
    assert "personnes.1" in _doubted(registration)


def _empty_fields(border: int) -> Drawing:
    def draw(canvas: Canvas) -> None:
        for field in VALUES:
            _field(field.replace(".", "_"), _line(field), "", border=border)(canvas)

    return draw


def test_a_blank_form_with_unticked_boxes_is_blank(tmp_path: Path) -> None:
    boxes = (_box("postal", checked=False), _box("virement", checked=False))
    outcome = _read(tmp_path, _empty_fields(0), *boxes)
    assert outcome.registrations == ()
    assert [r.kind for r in outcome.rejections] == ["blank"]


@pytest.mark.parametrize("upper", [False, True])
def test_of_boxes_that_lie_on_one_another_any_tick_counts(tmp_path: Path, upper: bool) -> None:
    both = (_box("postal", checked=upper), _box("postal", checked=not upper, name="again"))
    outcome = _read(tmp_path, _typed(), *both, _box("virement", checked=False))
    assert _only(outcome).reading("paiement").text == "postal"


def test_a_pen_ticks_a_box_that_the_file_leaves_unticked(tmp_path: Path) -> None:
    boxes = (_box("postal", checked=False), _box("virement", checked=False))
    box = form().zone("paiement").boxes["postal"]
    tick = _pen((box.x + 0.4, box.y + 1.5), (box.x + 1.4, box.y + 2.8), (box.x + 4, box.y - 0.5))
    assert _only(_read(tmp_path, _typed(), *boxes, tick)).reading("paiement").text == "postal"


def _over(*fields: str) -> BoxMm:
    first, last = _line(fields[0]), _line(fields[-1])
    return BoxMm(first.x, first.y, first.w, last.bottom - first.y)


@pytest.mark.parametrize("rotate", [0, 90])
@pytest.mark.parametrize(
    "names",
    [["Zoé MARTIN"], ["Zoé MARTIN", "Luc LE GOFF"], ["Zoé MARTIN", "Luc LE GOFF", "A. ROY"]],
)
def test_the_rows_of_a_field_over_several_lines_fill_them_in_order(
    tmp_path: Path, names: list[str], rotate: int
) -> None:
    box = _over("personnes.1", "personnes.4")
    field = _field("people", box, "\n".join(names), flags="multiline")
    drawings = (_typed(personnes_1="", personnes_2=""), field)
    registration = _only(_read(tmp_path, *drawings, rotate=rotate))
    found = {r.field: r.text for r in registration.repeated("personnes")}
    assert found == {f"personnes.{i}": name for i, name in enumerate(names, 1)}


def test_more_rows_than_lines_lose_nobody_and_are_doubted(tmp_path: Path) -> None:
    names = ["Anne ROY", "Luc PETIT", "Eve ROUX", "Max BLANC", "Lou NOIR"]
    field = _field("people", _over("personnes.1", "personnes.4"), "\n".join(names))
    drawings = (_typed(personnes_1="", personnes_2=""), field)
    registration = _only(_read(tmp_path, *drawings))
    people = [r.text for r in registration.repeated("personnes")]
    assert people == ["Anne ROY", "Luc PETIT", "Eve ROUX", "Max BLANC Lou NOIR"]
    assert "personnes.4" in _doubted(registration)


def _erased(field: str) -> Drawing:
    def draw(canvas: Canvas) -> None:
        box = _line(field)
        canvas.setFillGray(0.97)
        edges = (box.x * MM, HEIGHT - box.bottom * MM, box.w * MM, box.h * MM)
        canvas.rect(*edges, stroke=0, fill=1)
        canvas.setFillGray(0)

    return draw


def test_a_value_that_was_erased_is_not_read_and_a_person_is_told(tmp_path: Path) -> None:
    registration = _only(_read(tmp_path, _typed(), _erased("telephone")))
    assert registration.reading("telephone").text == ""
    assert _doubted(registration) == {"telephone"}
    (finding,) = (f for f in registration.findings if f.rule == "no_hidden_text")
    assert "« 02 99 00 00 00 »" in words(finding)


def test_a_name_in_the_paper_s_colour_is_nobody(tmp_path: Path) -> None:
    def white(canvas: Canvas) -> None:
        canvas.setFillGray(1)
        box = _line("personnes.3")
        _text(box.x + 1, box.y + 0.72 * box.h, "Max BLANC")(canvas)
        canvas.setFillGray(0)

    registration = _only(_read(tmp_path, _typed(), white))
    assert registration.reading("personnes.3") is None
    assert registration.status is Status.REVIEW


def test_text_over_the_ink_of_a_scan_is_doubted(tmp_path: Path) -> None:
    """A copier's guess, drawn over what it was made of."""
    box = _line("organisation")
    again = _text(box.x + 1.2, box.y + 0.72 * box.h, "Foyer des Tilleu1s")
    path = tmp_path / "printed.pdf"
    _read(tmp_path, _typed(organisation="Foyer des Tilleuls")).source.path.rename(path)
    scan = next(iter(open_pages(Source("printed.pdf", path, ""), Settings()))).image

    def scanned(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(Image.fromarray(scan)), 0, 0, WIDTH, HEIGHT)

    assert "organisation" in _doubted(_only(_read(tmp_path, scanned, again)))
