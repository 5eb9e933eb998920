"""What a logo draws is no place to write on."""

from tests.drafted_sheets import Page, types


def form(*, logo_x: float, logo_y: float = 12.0) -> Page:
    page = Page()
    page.text(60, 20, "JUDO CLUB DES RIVIÈRES", size=6, bold=True)
    page.line(logo_x, logo_y + 8, 9, high=9)
    page.line(logo_x + 10, logo_y + 14, 11, high=11)
    page.ask(20, 60, "Nom :", 100)
    page.ask(110, 60, "Prénom :", 190)
    page.ask(20, 70, "Adresse :", 190)
    return page


def test_shapes_above_all_labels_are_of_a_logo() -> None:
    assert list(types(form(logo_x=16).draft)) == ["nom", "prenom", "adresse"]


def test_a_logo_may_stand_right_of_the_name() -> None:
    assert list(types(form(logo_x=175).draft)) == ["nom", "prenom", "adresse"]


def test_a_line_below_the_first_label_is_kept_without_a_label() -> None:
    assert len(form(logo_x=16, logo_y=70).draft.zones) > 3


def test_a_first_line_with_an_unknown_label_is_kept() -> None:
    page = form(logo_x=16)
    page.ask(20, 48, "Surnom de scène", 120)
    assert len(page.draft.zones) == 4
