"""Which squares answer one question, what each of them is, and what it costs."""

import pytest

from tests.drafted_sheets import Page, types


def squares(page: Page, y: float, *options: tuple[float, str]) -> None:
    for x, text in options:
        page.square(x, y)
        page.text(x + 5, y, text)


def test_each_question_of_a_row_has_its_own_yes_and_no() -> None:
    page = Page()
    x = page.text(20, 50, "Permis B :")
    page.square(x + 2, 50)
    x = page.text(x + 7, 50, "oui") + 2
    page.square(x, 50)
    x = page.text(x + 5, 50, "non Formation aux premiers secours :") + 2
    page.square(x, 50)
    x = page.text(x + 5, 50, "oui") + 2
    page.square(x, 50)
    page.text(x + 5, 50, "non")
    zones = page.draft.zones
    assert [(zone.type, list(zone.boxes)) for zone in zones] == [("yes_no", ["oui", "non"])] * 2
    assert [zone.label for zone in zones] == ["Permis B", "Formation aux premiers secours"]


def test_the_answer_before_a_square_is_no_part_of_the_question() -> None:
    page = Page()
    x = 20.0
    for question in ("asthme", "aliments"):
        for text in (f"{question} oui", "non"):
            x = page.text(x, 50, text) + 1
            page.square(x, 50)
            x += 8
    zones = page.draft.zones
    assert [(zone.type, list(zone.boxes)) for zone in zones] == [("yes_no", ["oui", "non"])] * 2
    assert [zone.label for zone in zones] == ["Asthme", "Aliments"]


def test_a_no_on_the_next_line_answers_the_same_question() -> None:
    page = Page()
    x = page.text(20, 50, "J'accepte que mon enfant soit filmé :") + 2
    squares(page, 50, (x, "oui"))
    squares(page, 55, (20, "non"))
    (zone,) = page.draft.zones
    assert (zone.type, list(zone.boxes)) == ("yes_no", ["oui", "non"])


def test_a_price_in_a_question_is_what_its_yes_costs_and_is_in_doubt() -> None:
    page = Page()
    x = page.text(20, 50, "Déjeuner du vendredi (22 €) :") + 2
    squares(page, 50, (x, "oui"), (x + 20, "non"))
    (zone,) = page.draft.zones
    assert zone.tariffs_cents == {"oui": 2200, "non": 0}
    assert any("prix" in doubt for doubt in zone.doubts)


def test_a_price_behind_yes_leaves_no_free() -> None:
    page = Page()
    x = page.text(20, 50, "Cours collectifs :") + 2
    squares(page, 50, (x, "oui (+ 120 €)"), (x + 45, "non"))
    (zone,) = page.draft.zones
    assert zone.type == "yes_no"
    assert zone.tariffs_cents == {"oui": 12000, "non": 0}


def test_how_one_pays_is_no_option_of_what_costs() -> None:
    page = Page()
    squares(page, 50, (20, "Adhésion à l'association : 20 €"))
    squares(page, 57, (20, "paiement en 1 fois"), (80, "paiement en 3 fois"))
    first, second = page.draft.zones
    assert (first.type, list(first.tariffs_cents.values())) == ("checkbox", [2000])
    assert (len(second.boxes), second.tariffs_cents) == (2, {})


def test_what_is_paid_on_top_is_no_option_of_a_choice() -> None:
    page = Page()
    squares(page, 50, (20, "Individuelle : 42,50 €"))
    squares(page, 57, (20, "Familiale : 78 €"))
    squares(page, 64, (20, "Abonnement à la revue : + 10 €"))
    choice, extra = page.draft.zones
    assert list(choice.tariffs_cents.values()) == [4250, 7800]
    assert list(extra.tariffs_cents.values()) == [1000]


def test_prices_in_the_cells_of_a_row_are_called_by_their_columns() -> None:
    page = Page()
    page.text(62, 40, "Adhérents")
    page.text(102, 40, "Extérieurs")
    page.text(20, 50, "Les deux journées")
    for x, price in ((60, "45 €"), (100, "70 €")):
        page.frame(x, 44, 38, 9)
        page.square(x + 2, 50)
        page.text(x + 7, 50, price)
    (zone,) = page.draft.zones
    assert zone.type == "choice"
    assert zone.tariffs_cents == {"adherents": 4500, "exterieurs": 7000}


@pytest.mark.parametrize(
    ("options", "field"),
    [
        (("Lundi 18 h 30 (hatha)", "Jeudi 9 h (doux)"), "jours"),
        (("Baby-gym – 2 à 4 ans – mercredi 10 h", "Éveil – 4 à 6 ans – mardi 11 h"), "activites"),
    ],
)
def test_hours_are_no_men_and_days_that_come_late_no_options(
    options: tuple[str, str], field: str
) -> None:
    page = Page()
    page.text(20, 42, "Cours :")
    for n, option in enumerate(options):
        squares(page, 50 + 7 * n, (20, option))
    assert list(types(page.draft)) == [field]


def test_what_one_agrees_to_is_no_option_of_what_costs() -> None:
    page = Page()
    squares(page, 50, (20, "1 langue : 135 euros"))
    squares(page, 57, (20, "2 langues : 220 euros"))
    squares(page, 64, (20, "J'accepte le règlement intérieur"))
    choice, agreed = page.draft.zones
    assert list(choice.tariffs_cents.values()) == [13500, 22000]
    assert (agreed.type, agreed.tariffs_cents) == ("checkbox", {})


def test_one_choice_among_rows_with_prices_is_one() -> None:
    page = Page()
    page.text(20, 40, "COURS", bold=True)
    page.text(160, 40, "MON CHOIX", bold=True)
    for n, (what, costs) in enumerate((("Trampoline", "189 €"), ("Gym douce", "96 €"))):
        page.text(20, 50 + 9 * n, what)
        page.text(100, 50 + 9 * n, costs)
        page.frame(155, 44 + 9 * n, 35, 9)
        page.square(170, 50 + 9 * n)
    (zone,) = page.draft.zones
    assert (zone.type, list(zone.tariffs_cents.values())) == ("choice", [18900, 9600])
