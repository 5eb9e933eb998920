"""Places on small invented blanks, as their vectors show them."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.drafting.places import places_of
from pipeline.drafting.records import Place, Shape
from pipeline.drafting.vectors import sheets_of_pdf
from pipeline.geometry import BoxMm
from tests.small_blanks import A4, SmallBlank, differ_mm, shapes

Draw = Callable[[SmallBlank], object]


def places(draw: Draw, *, size_mm: tuple[float, float] = (210.0, 297.0)) -> list[Place]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "blank.pdf"
        with SmallBlank(path, size_mm=size_mm) as blank:
            draw(blank)
        (sheet,) = sheets_of_pdf(path)
    return list(places_of(sheet))


def where(x: float, y: float, w: float, h: float) -> Draw:
    return lambda blank: blank.frame(x, y, w, h)


near = st.floats(20, 120)


@settings(max_examples=25, deadline=None)
@given(x=near, y=st.floats(30, 250), w=st.floats(20, 70), h=st.floats(5, 13))
def test_a_frame_is_a_line_wherever_it_stands(x: float, y: float, w: float, h: float) -> None:
    def draw(blank: SmallBlank) -> None:
        blank.text(8, y + 4, "Nom :", size=8)
        blank.frame(x, y, w, h)

    (place,) = places(draw)
    assert place.shape is Shape.LINE
    assert differ_mm(place.box_mm, BoxMm(x, y, w, h)) < 0.5


@settings(max_examples=25, deadline=None)
@given(x=near, y=st.floats(30, 250), w=st.floats(15, 80), size=st.floats(8, 12))
def test_one_writes_above_a_rule(x: float, y: float, w: float, size: float) -> None:
    def draw(blank: SmallBlank) -> None:
        blank.text(5, y, "Nom :", size=size)
        blank.rule(x, y + 0.5, x + w)

    (place,) = places(draw)
    assert place.shape is Shape.LINE
    assert differ_mm(place.box_mm, BoxMm(x, y - 7, w, 7.9)) < 0.5


@settings(max_examples=25, deadline=None)
@given(
    x=st.floats(20, 100),
    y=st.floats(30, 250),
    size=st.floats(8, 12),
    leader=st.sampled_from([".", "_", "…", ". "]),
)
def test_one_writes_on_leaders(x: float, y: float, size: float, leader: str) -> None:
    ends = []

    def draw(blank: SmallBlank) -> None:
        blank.text(5, y, "Nom :", size=size)
        ends.append(blank.text(x, y, (leader * 30).strip(), size=size, font="Times-Roman"))

    (place,) = places(draw)
    assert place.shape is Shape.LINE
    assert place.box_mm.y < y - 5
    assert y <= place.box_mm.bottom < y + 1.5
    assert abs(place.box_mm.x - x) < 1
    assert abs(place.box_mm.right - min(ends[-1], A4[0])) < 1


@settings(max_examples=25, deadline=None)
@given(
    x=st.floats(20, 80),
    y=st.floats(30, 250),
    w=st.floats(3.5, 7),
    h=st.floats(4, 9),
    count=st.integers(3, 16),
)
def test_equal_cells_in_a_row_are_a_comb(
    x: float, y: float, w: float, h: float, count: int
) -> None:
    (place,) = places(lambda blank: blank.cells(x, y, w, h, count))
    assert (place.shape, place.cells) == (Shape.COMB, count)
    assert differ_mm(place.box_mm, BoxMm(x, y, w * count, h)) < 0.5


@settings(max_examples=25, deadline=None)
@given(x=st.floats(20, 150), y=st.floats(30, 250), side=st.floats(2.2, 7))
def test_a_square_is_to_be_ticked(x: float, y: float, side: float) -> None:
    def draw(blank: SmallBlank) -> None:
        blank.frame(x, y, side, side)
        blank.text(x + side + 1.5, y + side, "Oui")

    (place,) = places(draw)
    assert place.shape is Shape.BOX
    assert differ_mm(place.box_mm, BoxMm(x, y, side, side)) < 0.5


def test_a_label_and_its_leaders_may_be_typed_in_one() -> None:
    (name, given_name) = places(
        lambda blank: blank.text(20, 50, "Nom:..................... Prénom :__________________")
    )
    assert name.box_mm.x > 27
    assert name.box_mm.right < given_name.box_mm.x - 10


def test_a_date_is_one_place_whatever_divides_it() -> None:
    (place,) = places(lambda blank: blank.text(20, 50, "Né(e) le : ...../...../........"))
    assert place.box_mm.w > 15


def test_dots_that_lead_to_a_price_are_none() -> None:
    assert not places(lambda blank: blank.text(20, 50, "Adhésion .................. 185,00 €"))
    assert places(lambda blank: blank.text(20, 50, "Adhésion .................. x 185,00 €"))
    assert places(lambda blank: blank.text(20, 50, "Je verse .................. €"))


def test_lines_below_each_other_share_the_room() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.text(20, 50, "Remarques :")
        for n in range(3):
            blank.rule(20, 56 + 6 * n, 190)

    boxes = [place.box_mm for place in places(draw)]
    assert len(boxes) == 3
    assert boxes[0].y > 50
    assert all(a.bottom < b.y + 1 for a, b in pairwise(boxes))


def underlined(blank: SmallBlank) -> None:
    end = blank.text(20, 50, "RENSEIGNEMENTS", font="Helvetica-Bold", size=12)
    blank.rule(20, 51, end)


def headed(blank: SmallBlank) -> None:
    blank.text(20, 50, "Vos coordonnées", font="Helvetica-Bold", size=13)
    blank.rule(20, 51.5, 190)
    blank.prose(60)


def divided(blank: SmallBlank) -> None:
    blank.prose(40)
    blank.rule(20, 62, 190)
    blank.prose(70)


def banded(blank: SmallBlank) -> None:
    blank.frame(0, 0, 210, 25, fill="#1f3a5f")
    blank.frame(15, 40, 180, 8, fill="#e0e0e0")
    blank.text(80, 45.5, "VOTRE ADHÉSION", font="Helvetica-Bold")
    blank.prose(60)


def barred(blank: SmallBlank) -> None:
    blank.prose(40)
    blank.canvas.setLineWidth(3)
    blank.rule(60, 70, 110)


def bleeding(blank: SmallBlank) -> None:
    blank.frame(150, 0, 60, 22, fill="#d9dde2")
    blank.prose(60)


def page_framed(blank: SmallBlank) -> None:
    blank.frame(8, 8, 194, 281)
    blank.prose(60)


def boxed_text(blank: SmallBlank) -> None:
    blank.frame(18, 50, 120, 26)
    blank.prose(56)


@pytest.mark.parametrize(
    "draw", [underlined, headed, divided, banded, barred, bleeding, page_framed, boxed_text]
)
def test_what_adorns_a_page_is_no_place(draw: Draw) -> None:
    assert places(draw) == []


def test_a_rule_that_begins_below_its_label_is_written_on_behind_it() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.text(20, 50, "Nom et prénom :")
        blank.rule(20, 51.2, 120)
        blank.prose(80)

    (place,) = places(draw)
    assert place.box_mm.x > 45
    assert abs(place.box_mm.right - 120) < 0.5


def table(blank: SmallBlank) -> None:
    for r, row in enumerate((("", "Nom", "Prénom"), ("1", "", ""), ("2", "", ""))):
        for c, text in enumerate(row):
            x, w = (20.0, 10.0) if c == 0 else (30.0 + 60 * (c - 1), 60.0)
            blank.frame(x, 50 + 8 * r, w, 8)
            blank.text(x + 2, 55.5 + 8 * r, text)


def test_a_table_has_rows_and_columns_and_no_place_in_its_heads() -> None:
    cells = places(table)
    assert {cell.shape for cell in cells} == {Shape.CELL}
    assert [(cell.row, cell.column) for cell in cells] == [(1, 2), (1, 3), (2, 2), (2, 3)]
    assert differ_mm(cells[0].box_mm, BoxMm(30, 58, 60, 8)) < 0.5


def test_a_table_may_have_level_rules_only() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.text(80, 48, "Parent 1")
        blank.text(130, 48, "Parent 2")
        for n, label in enumerate(("Nom", "Téléphone", "Courriel", "")):
            blank.rule(20, 50 + 8 * n, 180)
            blank.text(21, 55.5 + 8 * n, label)

    cells = places(draw)
    assert {cell.shape for cell in cells} == {Shape.CELL}
    assert [(cell.row, cell.column) for cell in cells] == [
        (row, column) for row in (1, 2, 3) for column in (2, 3)
    ]
    assert differ_mm(cells[0].box_mm, BoxMm(80, 50, 49, 8)) < 1


def test_cells_beside_labels_are_lines() -> None:
    def draw(blank: SmallBlank) -> None:
        for r, (left, right) in enumerate((("Nom", "Prénom"), ("Adresse", "Ville"))):
            for x, text in ((20, left), (105, right)):
                blank.frame(x, 50 + 9 * r, 25, 9)
                blank.text(x + 1, 56 + 9 * r, text)
                blank.frame(x + 25, 50 + 9 * r, 60, 9)

    lines = places(draw)
    assert shapes(lines) == [Shape.LINE] * 4
    assert differ_mm(lines[0].box_mm, BoxMm(45, 50, 60, 9)) < 0.5


def test_a_label_in_a_cell_leaves_its_room_to_write() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.frame(20, 50, 85, 9)
        blank.text(21, 56, "Nom :")
        blank.frame(105, 50, 85, 9)
        blank.text(106, 56, "Prénom :")
        blank.frame(20, 59, 170, 22)
        blank.text(21, 63, "Remarques :")

    name, given_name, remarks = places(draw)
    assert name.box_mm.x > 31
    assert abs(name.box_mm.right - 105) < 0.5
    assert given_name.box_mm.x > 119
    assert remarks.shape is Shape.AREA
    assert remarks.box_mm.y > 63


def test_a_photo_and_a_signature_are_areas() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.frame(160, 20, 35, 45)
        blank.text(170, 43, "Photo")
        blank.frame(20, 200, 70, 25)
        blank.text(22, 205, "Signature :")

    photo, signature = places(draw)
    assert (photo.shape, signature.shape) == (Shape.AREA, Shape.AREA)
    assert differ_mm(photo.box_mm, BoxMm(160, 20, 35, 45)) < 0.5
    assert signature.box_mm.y > 205


@pytest.mark.parametrize("text", ["□ Oui □ Non", "o Oui   o Non"])
def test_printed_squares_are_ticked(text: str) -> None:
    def draw(blank: SmallBlank) -> None:
        x = blank.text(20, 50, "Licencié : ")
        for word in text.split():
            font = "ZapfDingbats" if word == "□" else "Helvetica"
            x = blank.text(x + 2, 50, word.replace("□", "❑"), font=font)

    assert shapes(places(draw)) == [Shape.BOX, Shape.BOX]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Licencié : Oui / Non", 2),
        ("M. - Mme", 2),
        ("Civilité : M. / Mme / Mlle", 3),
        ("Sexe : F/M", 2),
        ("Le club Oise - Aisne vous accueille du 3 - 5 mai", 0),
        ("Lundi et/ou mardi de 18h à 20h", 0),
    ],
)
def test_alternatives_are_ringed(text: str, count: int) -> None:
    ringed = places(lambda blank: blank.text(20, 50, text))
    assert shapes(ringed) == [Shape.WORD] * count


def test_alternatives_with_squares_are_not_ringed() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.frame(40, 46.5, 4, 4)
        blank.text(45, 50, "Oui /")
        blank.frame(60, 46.5, 4, 4)
        blank.text(65, 50, "Non")

    assert shapes(places(draw)) == [Shape.BOX, Shape.BOX]


def test_without_any_lines_one_writes_behind_labels() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.text(20, 50, "Nom :")
        blank.text(110, 50, "Prénom :")
        blank.prose(100)

    name, given_name = places(draw)
    assert 29 < name.box_mm.x < 33
    assert name.box_mm.right < 110 < given_name.box_mm.x
    assert name.box_mm.bottom > 50


def test_white_cells_on_a_shade_are_a_comb() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.text(20, 55, "Code postal :")
        blank.frame(48, 49, 30, 9, fill="#dde6f0")
        for n in range(5):
            blank.frame(49 + 5.8 * n, 50, 5, 7, fill="#ffffff")

    (place,) = places(draw)
    assert (place.shape, place.cells) == (Shape.COMB, 5)


def test_white_strokes_make_a_comb_of_a_shade() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.frame(48, 49, 30, 8, fill="#dde6f0")
        blank.canvas.setStrokeColorRGB(1, 1, 1)
        for n in range(1, 6):
            blank.rule(48 + 5 * n, 49, 48 + 5 * n, 57)

    (place,) = places(draw)
    assert (place.shape, place.cells) == (Shape.COMB, 6)


def test_a_comb_may_be_open_above() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.text(20, 55, "Code postal :")
        blank.rule(48, 56, 73)
        for n in range(6):
            blank.rule(48 + 5 * n, 53, 48 + 5 * n, 56)

    (place,) = places(draw)
    assert (place.shape, place.cells) == (Shape.COMB, 5)
    assert place.box_mm.y < 51


def test_a_comb_may_be_typed() -> None:
    (place,) = places(lambda blank: blank.text(20, 55, "Code postal : |_|_|_|_|_|", size=14))
    assert (place.shape, place.cells) == (Shape.COMB, 5)


def test_a_shade_is_written_on_and_a_dark_band_is_not() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.text(20, 55, "Nom :")
        blank.frame(40, 49, 60, 8, fill="#e6ebf2")
        blank.frame(40, 70, 60, 8, fill="#224466")

    (place,) = places(draw)
    assert differ_mm(place.box_mm, BoxMm(40, 49, 60, 8)) < 0.5


def test_a_form_with_lines_may_leave_gaps_too() -> None:
    def draw(blank: SmallBlank) -> None:
        for n in range(3):
            blank.text(20, 40 + 9 * n, "Nom :")
            blank.rule(35, 41 + 9 * n, 100)
        blank.text(20, 70, "Courriel :")
        blank.text(20, 85, "Les tarifs :")
        blank.prose(89)

    *_, gap = places(draw)
    assert gap.shape is Shape.LINE
    assert gap.sure < 0.8
    assert 60 < gap.box_mm.y < gap.box_mm.bottom < 72


def test_one_signs_below_the_word_where_no_frame_is() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.text(20, 40, "Fait le ........................")
        blank.text(120, 40, "Signature :")
        blank.prose(75)

    _, area = places(draw)
    assert area.shape is Shape.AREA
    assert 36 < area.box_mm.y < 40
    assert 55 < area.box_mm.bottom < 73


def test_rounded_frames_are_frames() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.text(20, 55, "Nom :")
        scale = 72 / 25.4
        blank.canvas.roundRect(40 * scale, blank.up(58), 60 * scale, 8 * scale, 2 * scale)

    (place,) = places(draw)
    assert differ_mm(place.box_mm, BoxMm(40, 50, 60, 8)) < 0.5


def test_a_dotted_stroke_is_a_line() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.text(20, 55, "Nom :")
        for n in range(60):
            blank.frame(35 + n, 54.6, 0.3, 0.3, fill="#000000")

    (place,) = places(draw)
    assert abs(place.box_mm.w - 59) < 1.5


def test_squares_of_a_font_that_is_not_in_the_file_are_as_large_as_they_are_drawn() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.text(20, 50, "❑", font="ZapfDingbats", size=16)
        blank.text(27, 50, "Oui")

    (square,) = places(draw)
    assert square.shape is Shape.BOX
    assert differ_mm(square.box_mm, BoxMm(20.2, 46.1, 3.9, 3.9)) < 0.6


def test_a_bullet_of_a_picture_font_is_no_square() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.text(20, 50, "■", font="ZapfDingbats")
        blank.text(25, 50, "Apporter un pique-nique")

    assert not places(draw)


@pytest.mark.parametrize("square", ["[ ]", "[_]", "( )", "[]", "|_|"])
def test_squares_may_be_typed(square: str) -> None:
    boxes = places(lambda blank: blank.text(20, 50, f"{square} J'ai lu le règlement"))
    assert shapes(boxes) == [Shape.BOX]
    assert boxes[0].box_mm.right < 29


def test_one_signs_right_of_the_word_where_print_is_above_and_below() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.prose(20)
        blank.text(20, 50, "Signature :")
        blank.prose(75)

    (area,) = places(draw)
    assert area.shape is Shape.AREA
    assert area.box_mm.w > 60
    assert area.box_mm.y < 50 < 65 < area.box_mm.bottom < 74


def test_what_a_signature_is_preceded_by_is_no_room() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.prose(20)
        blank.text(20, 50, "Signature des parents,")
        blank.text(20, 54.5, "précédée de « lu et approuvé »", size=9)
        blank.prose(90)

    (area,) = places(draw)
    assert area.shape is Shape.AREA
    assert area.box_mm.bottom > 70


def test_the_room_to_sign_stays_on_the_paper() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.prose(20)
        blank.text(20, 188, "Signature :")

    (area,) = places(draw, size_mm=(297, 210))
    assert 200 < area.box_mm.bottom <= 210


def test_a_gap_ends_where_a_photo_is_glued() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.frame(150, 40, 35, 45)
        blank.text(160, 62, "Photo")
        for n, label in enumerate(("Nom :", "Prénom :", "Ville :")):
            blank.text(20, 48 + 11 * n, label)

    gaps = [place.box_mm for place in places(draw) if place.shape is Shape.LINE]
    assert len(gaps) == 3
    assert all(140 < gap.right <= 150 for gap in gaps)


def test_what_a_count_comes_to_is_written_behind_its_price() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.text(20, 50, "Adultes :")
        blank.text(80, 50, "x 12 € =")
        blank.text(150, 50, "€")

    count, amount = places(draw)
    assert count.box_mm.right < 81
    assert amount.box_mm.x > 91
    assert amount.box_mm.right < 150


def test_a_long_text_goes_on_below_where_there_is_room() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.text(20, 50, "Remarques :")
        blank.text(20, 90, "Ville :")
        blank.prose(110)

    remarks, further, town = places(draw)
    assert further.box_mm.y > remarks.box_mm.bottom
    assert further.box_mm.x < 21
    assert town.box_mm.y > 80


def test_a_label_above_squares_with_their_own_question_keeps_its_gap() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.text(20, 50, "ADRESSE")
        blank.text(20, 58, "Présent :")
        for n, day in enumerate(("samedi", "dimanche")):
            blank.frame(40 + 30 * n, 54.5, 4, 4)
            blank.text(46 + 30 * n, 58, day)

    assert shapes(places(draw)).count(Shape.LINE) == 1


def test_a_label_in_the_corner_of_a_frame_leaves_the_rest_of_it() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.prose(20)
        blank.frame(20, 60, 40, 11)
        blank.text(21.2, 63.2, "DATE", size=6.5)

    (date,) = places(draw)
    assert date.shape is Shape.LINE
    assert date.box_mm.y > 62


def test_a_unit_ends_the_room_behind_a_label() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.prose(20)
        blank.frame(20, 60, 60, 9)
        blank.text(22, 66, "TOTAL", font="Helvetica-Bold")
        blank.text(76, 66, "€")

    (total,) = places(draw)
    assert total.box_mm.x > 34
    assert 70 < total.box_mm.right < 76


def test_heads_may_be_printed_over_a_grid() -> None:
    def draw(blank: SmallBlank) -> None:
        for c, head in enumerate(("Nom", "Prénom")):
            blank.text(22 + 60 * c, 48, head)
            for r in range(3):
                blank.frame(20 + 60 * c, 50 + 9 * r, 60, 9)

    cells = places(draw)
    assert [(cell.shape, cell.row, cell.column) for cell in cells] == [
        (Shape.CELL, row, column) for row in (1, 2, 3) for column in (1, 2)
    ]


def test_a_title_ends_a_table_and_other_cells_are_lines() -> None:
    def draw(blank: SmallBlank) -> None:
        for c, head in enumerate(("Vaccin", "Date")):
            blank.frame(20 + 60 * c, 50, 60, 8)
            blank.text(22 + 60 * c, 55.5, head)
            blank.frame(20 + 60 * c, 58, 60, 8)
        blank.text(22, 63.5, "Tétanos")
        blank.frame(20, 66, 120, 7)
        blank.text(22, 71, "Le médecin", font="Helvetica-Bold")
        blank.frame(20, 73, 30, 8)
        blank.text(22, 78.5, "Nom")
        blank.frame(50, 73, 90, 8)

    date, doctor = places(draw)
    assert (date.shape, date.row) == (Shape.CELL, 1)
    assert doctor.shape is Shape.LINE
    assert differ_mm(doctor.box_mm, BoxMm(50, 73, 90, 8)) < 0.5


def striped(blank: SmallBlank) -> None:
    for n in (1, 3):
        blank.frame(20, 50 + 8 * n, 160, 8, fill="#f0f0f4")
    for head, x in (("N°", 22), ("Nom", 50), ("Prénom", 110)):
        blank.text(x, 47, head)
    for row in range(4):
        blank.text(22, 55.5 + 8 * row, str(row + 1))


def test_stripes_are_the_rows_of_a_table() -> None:
    cells = places(striped)
    assert {cell.shape for cell in cells} == {Shape.CELL}
    assert [(cell.row, cell.column) for cell in cells] == [
        (row, column) for row in (1, 2, 3, 4) for column in (2, 3)
    ]
    assert differ_mm(cells[0].box_mm, BoxMm(49, 50, 60, 8)) < 1.5


def test_stripes_cut_the_columns_that_upright_rules_make() -> None:
    def draw(blank: SmallBlank) -> None:
        striped(blank)
        for x in (20, 45, 100, 180):
            blank.rule(x, 50, x, 82)
        blank.rule(20, 50, 180)
        blank.rule(20, 82, 180)

    cells = places(draw)
    assert [(cell.row, cell.column) for cell in cells] == [
        (row, column) for row in (1, 2, 3, 4) for column in (2, 3)
    ]
    assert differ_mm(cells[0].box_mm, BoxMm(45, 50, 55, 8)) < 0.6


def test_heads_may_stand_in_the_middle_of_open_columns() -> None:
    def draw(blank: SmallBlank) -> None:
        for head, middle in (("Nom", 60), ("Prénom", 115), ("Âge", 165)):
            wide = blank.canvas.stringWidth(head, "Helvetica", 10) / 72 * 25.4
            blank.text(middle - wide / 2, 48, head)
        for n in range(4):
            blank.rule(30, 50 + 9 * n, 180)

    cells = places(draw)
    assert len(cells) == 9
    assert differ_mm(cells[0].box_mm, BoxMm(40, 50, 40, 9)) < 11
    assert [round(cell.box_mm.x + cell.box_mm.w / 2) for cell in cells[:3]] == [60, 115, 165]


def test_a_last_character_may_stand_apart() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.text(20, 55, "Licence :")
        blank.cells(40, 50, 5, 7, 7)
        blank.cells(78, 50, 5, 7, 1)

    digits, letter = places(draw)
    assert [(p.shape, p.cells) for p in (digits, letter)] == [(Shape.COMB, 7), (Shape.COMB, 1)]


def test_a_square_with_an_option_behind_a_comb_is_none_of_its_cells() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.text(20, 55, "Licence :")
        blank.cells(40, 50, 5, 5, 7)
        blank.cells(79, 50, 5, 5, 1)
        blank.text(85.5, 54, "aucune")

    assert shapes(places(draw)) == [Shape.COMB, Shape.BOX]


def test_the_ruled_off_head_of_a_page_is_no_line_to_write_on() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.text(15, 15, "Fiche d'inscription, suite")
        blank.rule(15, 17, 195)
        blank.text(15, 40, "Nom :")
        blank.rule(30, 41, 120)

    (name,) = places(draw)
    assert name.box_mm.y > 30


@settings(max_examples=25, deadline=None)
@given(x=st.floats(-8, 200), y=st.floats(-4, 290), w=st.floats(9, 60), h=st.floats(4, 30))
def test_every_place_is_on_the_paper(x: float, y: float, w: float, h: float) -> None:
    def draw(blank: SmallBlank) -> None:
        blank.text(20, 30, "Nom :")
        blank.frame(x, y, w, h)
        blank.text(20, 292, "Signature :")

    for place in places(draw):
        box = place.box_mm
        assert min(box.x, box.y) >= 0
        assert box.right <= 210.01
        assert box.bottom <= 297.01
