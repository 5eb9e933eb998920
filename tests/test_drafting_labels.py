"""Which print labels which place to write on."""

from dataclasses import replace

import pytest
from drafted_sheets import Page
from hypothesis import given
from hypothesis import strategies as st

from pipeline.drafting.beside import How, Labelled
from pipeline.drafting.labels import labelled
from pipeline.drafting.phrases import phrases_of
from pipeline.drafting.records import Place, Shape, Sheet
from pipeline.drafting.tariffs import prices
from pipeline.geometry import BoxMm


def said(page: Page) -> list[tuple[str, How]]:
    return [(each.label, each.how) for each in labelled(page.sheet)]


def only(page: Page) -> Labelled:
    (each,) = labelled(page.sheet)
    return each


def test_a_label_stands_left_of_its_line() -> None:
    page = Page()
    page.ask(15, 40, "Nom :", 90)
    page.ask(95, 40, "Prénom :", 190)
    assert said(page) == [("Nom :", How.LEFT), ("Prénom :", How.LEFT)]


def test_small_print_beside_a_place_takes_nothing_from_the_label_above_it() -> None:
    page = Page()
    page.text(20, 100, "Bulletin à renvoyer à l'amicale, 3 place du Marché", size=2.4)
    page.text(120, 92, "Signature :")
    page.area(120, 94, 60, 20)
    assert only(page).label == "Signature :"


def test_rows_that_nearly_touch_keep_their_own_labels() -> None:
    page = Page()
    for n, label in enumerate(["Employeur :", "Tél. :", "Nom :"]):
        end = page.text(15, 40 + 7.5 * n, label)
        page.line(end + 1, 40 + 7.5 * n, 60, high=9.6)
    assert [label for label, _ in said(page)] == ["Employeur :", "Tél. :", "Nom :"]


def test_a_label_far_left_is_that_of_its_row() -> None:
    page = Page()
    for n, label in enumerate(["Nom", "Prénom"]):
        page.text(15, 40 + 12 * n, label)
        page.line(80, 40 + 12 * n, 100)
    assert [label for label, _ in said(page)] == ["Nom", "Prénom"]


def test_a_label_stands_above_its_frame() -> None:
    page = Page()
    for x, label in ((15, "Commune"), (80, "Courriel")):
        page.text(x, 40, label)
        page.line(x, 48, 60)
    assert said(page) == [("Commune", How.ABOVE), ("Courriel", How.ABOVE)]


def test_a_label_stands_in_its_frame() -> None:
    page = Page()
    page.text(17, 44, "Observations")
    page.area(15, 40, 120, 30)
    assert said(page) == [("Observations", How.INSIDE)]


def test_a_line_below_a_labelled_one_has_no_label() -> None:
    page = Page()
    page.ask(15, 40, "Adresse :", 190)
    page.line(15, 49, 175)
    assert said(page) == [("Adresse :", How.LEFT), ("", How.NOTHING)]


def test_of_two_lines_below_a_label_it_is_the_firsts() -> None:
    page = Page()
    page.text(15, 40, "Adresse")
    page.line(15, 45, 150, high=4)
    page.line(15, 50, 150, high=4)
    assert said(page) == [("Adresse", How.ABOVE), ("", How.NOTHING)]


def test_what_stands_behind_a_place_is_its_own_unless_it_labels_the_next() -> None:
    page = Page()
    page.ask(15, 40, "Repas :", 50)
    end = page.text(51, 40, "x 12,00 €")
    page.line(end + 2, 40, 20)
    page.ask(15, 50, "Âge :", 40)
    page.ask(42, 50, "Taille :", 80)
    behind = {each.label: each.behind for each in labelled(page.sheet)}
    assert behind["Repas :"] == "x 12,00 €"
    assert behind["Âge :"] == ""


def test_a_cell_is_labelled_by_its_column_and_its_row() -> None:
    page = Page()
    for x, head in ((62, "Nombre"), (92, "Montant")):
        page.text(x, 45, head)
    for n, row in enumerate(["Adulte 25 €", "Enfant 12 €"]):
        page.text(17, 53 + 8 * n, row)
    page.cells(48, {60: 30, 90: 30}, 2)
    cells = {(e.place.row, e.place.column): (e.head, e.row) for e in labelled(page.sheet)}
    assert cells[(1, 1)] == ("Nombre", "Adulte 25 €")
    assert cells[(2, 2)] == ("Montant", "Enfant 12 €")


def test_a_cell_with_a_price_in_it_is_nobodys_to_fill() -> None:
    page = Page()
    page.text(62, 53, "25,00 €")
    page.cells(48, {60: 30, 90: 30}, 1)
    assert [each.place.column for each in labelled(page.sheet)] == [2]


def test_dots_between_an_option_and_its_price_are_no_place() -> None:
    page = Page()
    page.square(15, 40)
    end = page.text(20, 40, "Dirigeant")
    page.line(end + 1, 40, 30)
    page.text(end + 33, 40, "gratuit")
    each = only(page)
    assert (each.place.shape, each.label) == (Shape.BOX, "Dirigeant gratuit")


def test_squares_stand_before_what_they_are_for() -> None:
    page = Page()
    page.text(15, 40, "Sexe :")
    for x, option in ((40, "F"), (60, "M")):
        page.square(x, 40)
        page.text(x + 5, 40, option)
    marks = labelled(page.sheet)
    assert [mark.label for mark in marks] == ["F", "M"]
    assert [mark.question for mark in marks] == ["Sexe :", ""]


def test_squares_stand_behind_what_they_are_for() -> None:
    page = Page()
    page.text(15, 40, "Sait nager :")
    for x, option in ((60, "Oui"), (78, "Non")):
        page.text(x, 40, option)
        page.square(x + 7, 40)
    page.text(95, 40, "(cocher)")
    marks = labelled(page.sheet)
    assert [mark.label for mark in marks] == ["Oui", "Non"]
    assert marks[0].question == "Sait nager :"


def test_squares_stand_under_the_heads_of_their_columns() -> None:
    page = Page()
    page.text(40, 20, "Chacun vient quand il veut, mais le dit une semaine avant à la cantine")
    for n, day in enumerate(["Lundi", "Mardi", "Jeudi"]):
        page.text(50 + 25 * n, 40, day)
        page.square(63 + 25 * n, 50)
        page.square(63 + 25 * n, 58)
    page.text(15, 50, "Matin")
    page.text(15, 58, "Midi")
    marks = labelled(page.sheet)
    assert [mark.label for mark in marks] == ["Lundi", "Mardi", "Jeudi"] * 2
    assert [mark.question for mark in marks if mark.question] == ["Matin", "Midi"]


def test_a_question_stands_over_a_stack_of_squares() -> None:
    page = Page()
    page.text(15, 40, "Formule choisie")
    for n, option in enumerate(["Journée", "Soirée"]):
        page.square(17, 47 + 7 * n)
        page.text(22, 47 + 7 * n, option)
    assert [mark.question for mark in labelled(page.sheet)] == ["Formule choisie", ""]


def test_words_to_ring_are_options_of_what_stands_before() -> None:
    page = Page()
    page.text(15, 40, "Menu :")
    page.ring(40, 40, "viande")
    page.ring(65, 40, "poisson")
    marks = labelled(page.sheet)
    assert [mark.label for mark in marks] == ["viande", "poisson"]
    assert [mark.question for mark in marks] == ["Menu :", ""]


@pytest.mark.parametrize("bold", [True, False])
def test_a_title_tells_what_the_places_below_are_about(*, bold: bool) -> None:
    page = Page()
    page.text(15, 30, "L'ENFANT" if not bold else "L'enfant", bold=bold)
    page.ask(15, 40, "Nom :", 90)
    page.text(15, 55, "Le responsable légal", bold=True)
    page.ask(15, 65, "Nom :", 90)
    assert [e.section.lower() for e in labelled(page.sheet)] == ["l'enfant", "le responsable légal"]


def test_titles_side_by_side_are_each_of_their_column() -> None:
    page = Page()
    for x, title in ((15, "Père"), (110, "Mère")):
        page.text(x, 30, title, bold=True)
        page.ask(x, 38, "Nom :", x + 80)
    assert [each.section for each in labelled(page.sheet)] == ["Père", "Mère"]


def test_a_form_field_without_print_has_its_own_name() -> None:
    place = Place(BoxMm(40, 40, 60, 7), Shape.LINE, name="Courriel", asked="text")
    (each,) = labelled(Sheet(1, 210, 297, (), places=(place,)))
    assert (each.label, each.how) == ("Courriel", How.NAME)


def test_leader_dots_are_no_print() -> None:
    page = Page()
    page.text(15, 40, "Nom ........ Prénom ________ Âge:.....")
    assert [phrase.text for phrase in phrases_of(page.sheet)] == ["Nom", "Prénom", "Âge:"]


@given(
    st.lists(
        st.tuples(st.integers(10, 180), st.integers(10, 280), st.integers(3, 60)), max_size=12
    ),
    st.lists(st.tuples(st.integers(10, 180), st.integers(10, 280)), max_size=8),
)
def test_every_place_is_kept_and_once(
    lines: list[tuple[int, int, int]], words: list[tuple[int, int]]
) -> None:
    page = Page()
    for x, y, wide in lines:
        page.line(x, y, wide)
    for x, y in words:
        page.text(x, y, "Nom et prénom")
    places = [each.place for each in labelled(page.sheet)]
    assert sorted(map(repr, places)) == sorted(map(repr, page.sheet.places))


def test_a_square_at_the_end_of_a_row_is_for_all_of_it() -> None:
    page = Page()
    page.text(17, 40, "Catégorie")
    page.text(127, 40, "Cotisation")
    page.text(165, 40, "Cochez")
    for n, (who, cost) in enumerate([("Membre actif", "25 €"), ("Couple", "40 €")]):
        page.text(17, 48 + 8 * n, who)
        page.text(127, 48 + 8 * n, cost)
        page.square(170, 48 + 8 * n)
    marks = labelled(page.sheet)
    assert [mark.label for mark in marks] == ["Membre actif – 25 €", "Couple – 40 €"]
    assert [mark.question for mark in marks] == ["Catégorie", ""]


def test_the_empty_corner_of_a_table_of_squares_is_nobodys_to_fill() -> None:
    page = Page()
    page.line(15, 45, 40)
    for n, head in enumerate(["Matin", "Soir"]):
        page.text(60 + 30 * n, 45, head)
        page.square(63 + 30 * n, 52)
    page.text(17, 52, "Samedi")
    assert [each.place.shape for each in labelled(page.sheet)] == [Shape.BOX, Shape.BOX]


def test_a_gap_behind_a_word_is_a_place_only_where_the_word_is_a_label() -> None:
    page = Page()
    page.ask(15, 40, "Bienvenue", 90, sure=0.6)
    page.ask(15, 60, "Courriel", 90, sure=0.6)
    assert [each.label for each in labelled(page.sheet)] == ["Courriel"]


def test_a_gap_that_leads_to_a_line_is_no_place() -> None:
    page = Page()
    page.ask(15, 40, "Nom :", 60, sure=0.8)
    page.line(61, 40, 90)
    assert only(page).place.box_mm.x == 61


def test_what_is_agreed_to_by_a_tick_needs_no_question() -> None:
    page = Page()
    page.text(15, 40, "Nos statuts sont sur le site de l'association")
    page.square(15, 46)
    page.text(20, 46, "J'autorise l'association à publier des photos")
    assert only(page).question == ""


def test_a_gap_between_a_question_and_its_squares_is_no_place() -> None:
    page = Page()
    page.ask(15, 40, "Droit à l'image :", 110, sure=0.6)
    for x, option in ((115, "Oui"), (140, "Non")):
        page.text(x, 40, option)
        page.square(x + 8, 40)
    marks = labelled(page.sheet)
    assert [mark.place.shape for mark in marks] == [Shape.BOX, Shape.BOX]
    assert marks[0].question == "Droit à l'image :"


def test_hours_in_one_column_are_no_thousands_of_the_price_in_the_next() -> None:
    page = Page()
    page.text(17, 40, "Yoga")
    page.text(60, 40, "9 h – 10 h 45")
    page.text(127, 40, "128,00 €")
    page.square(170, 40)
    assert prices(only(page).label)[0].cents == 12800


def test_the_label_in_a_places_own_frame_is_its_label() -> None:
    page = Page()
    page.frame(15, 30, 45, 11)
    page.text(48, 38, "M")
    page.frame(60, 30, 60, 11)
    page.text(61, 33, "TÉLÉPHONE", size=2)
    page.line(61, 39, 58)
    assert said(page)[0] == ("TÉLÉPHONE", How.ABOVE)


def test_a_label_in_the_cell_before_counts_more_than_one_above() -> None:
    page = Page()
    page.frame(15, 30, 35, 8)
    page.text(17, 35, "Nom")
    page.text(52, 28, "Le responsable")
    page.frame(50, 30, 60, 8)
    page.line(50, 37, 60, high=8)
    assert said(page) == [("Nom", How.LEFT)]


def test_a_price_is_no_label_of_what_is_below_it() -> None:
    page = Page()
    page.text(40, 34, "TOTAL")
    page.text(80, 28, "x 10 €")
    page.line(80, 36, 40)
    assert said(page) == [("TOTAL", How.LEFT)]


def test_the_price_of_an_option_is_not_the_question_of_the_next() -> None:
    page = Page()
    for x, option, cost in ((15, "Stage", "65 €"), (75, "Recyclage", "35 €")):
        page.square(x, 40)
        page.text(x + 5, 40, option)
        page.text(x + 32, 40, cost)
    assert [(mark.label, mark.question) for mark in labelled(page.sheet)] == [
        ("Stage 65 €", ""),
        ("Recyclage 35 €", ""),
    ]


def test_what_stands_above_a_row_that_has_its_question_asks_nothing() -> None:
    page = Page()
    page.text(60, 33, "NOM DU PARENT")
    page.text(15, 40, "Jours :")
    for x, day in ((40, "lundi"), (65, "mardi")):
        page.square(x, 40)
        page.text(x + 5, 40, day)
    assert [mark.question for mark in labelled(page.sheet)] == ["Jours :", ""]


def test_dots_that_lead_to_columns_of_squares_are_no_place() -> None:
    page = Page()
    page.text(150, 33, "OUI")
    page.text(170, 33, "NON")
    end = page.text(15, 40, "Porte des lunettes")
    page.line(end + 1, 40, 90)
    page.square(151, 40)
    page.square(171, 40)
    assert {each.place.shape for each in labelled(page.sheet)} == {Shape.BOX}


def test_a_line_is_no_corner_where_the_row_below_has_its_own_line() -> None:
    page = Page()
    page.line(15, 40, 90)
    page.text(120, 40, "Règlement")
    page.ask(15, 48, "Courriel :", 105)
    page.square(120, 48)
    page.text(126, 48, "chèque")
    assert len(labelled(page.sheet)) == 3


def test_half_a_word_is_an_option_of_its_own() -> None:
    page = Page()
    page.text(15, 40, "Nage :")
    page.text(40, 40, "oui/non")
    sheet = page.sheet
    words = [Place(BoxMm(x, 37.4, 5.25, 3.5), Shape.WORD) for x in (40.0, 47.0)]
    marks = labelled(replace(sheet, places=tuple(words)))
    assert [mark.label for mark in marks] == ["oui", "non"]


def test_places_a_little_askew_are_read_from_the_left() -> None:
    page = Page()
    page.text(15, 40, "Vélo :")
    for n, option in enumerate(("ville", "route", "piste")):
        page.square(40 + 30 * n, 40 - 0.1 * n)
        page.text(45 + 30 * n, 40, option)
    assert [mark.label for mark in labelled(page.sheet)] == ["ville", "route", "piste"]
