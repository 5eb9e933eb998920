"""From the places and the print of a blank to its form."""

from dataclasses import replace
from pathlib import Path

import pytest
from drafted_sheets import Page, loaded, types
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.drafting.arithmetic import people_of
from pipeline.drafting.draft import draft, draft_of, id_of
from pipeline.drafting.drafted import DraftSum, DraftZone
from pipeline.drafting.kinds import lexicon
from pipeline.drafting.linework import overlap
from pipeline.drafting.records import Place, Shape
from pipeline.drafting.write import toml_of
from pipeline.forms.schema import load_form
from pipeline.forms.zone import Zone
from pipeline.geometry import BoxMm
from pipeline.paths import SHIPPED_FORM
from pipeline.simulate.layout import draw_form


def camp() -> Page:
    """A child, who answers for it, what is allowed, and what it costs."""
    page = Page()
    page.text(50, 20, "Fiche d'inscription", size=5, bold=True)
    page.text(15, 35, "L'enfant", bold=True)
    page.ask(15, 45, "Nom :", 90)
    page.ask(95, 45, "Prénom :", 190)
    page.ask(15, 55, "Né(e) le :", 80)
    page.ask(85, 55, "à", 140)
    page.text(15, 70, "Le responsable légal", bold=True)
    page.ask(15, 80, "Nom :", 90)
    page.ask(95, 80, "Prénom :", 190)
    page.ask(15, 90, "Adresse :", 190)
    page.line(15, 98, 175)
    page.text(15, 110, "Droit à l'image :")
    for x, option in ((80, "Oui"), (100, "Non")):
        page.square(x, 110)
        page.text(x + 5, 110, option)
    page.text(15, 122, "Semaines choisies :")
    for n, week in enumerate(["du 5 au 9 juillet 85 €", "du 12 au 16 juillet 68 €"]):
        page.square(17, 130 + 8 * n)
        page.text(22, 130 + 8 * n, week)
    page.text(15, 200, "Signature :")
    page.area(15, 203, 60, 20)
    return page


def dinner() -> Page:
    """Counts with their tariffs, amounts beside them, a gift and the total."""
    page = Page()
    page.ask(15, 40, "Nom, prénom :", 120)
    page.ask(15, 60, "Adultes :", 50)
    end = page.text(52, 60, "x 25,00 € =")
    page.line(end + 2, 60, 25)
    page.ask(15, 70, "Nombre de bouteilles à 6 € :", 95)
    page.ask(15, 80, "Don libre :", 60)
    page.text(61, 80, "€")
    page.ask(15, 90, "Total à payer :", 70)
    page.text(71, 90, "€")
    return page


def test_titles_tell_two_names_apart() -> None:
    drafted = camp().draft
    assert types(drafted) == {
        "enfant_nom": "surname",
        "enfant_prenom": "given_name",
        "naissance": "birth_date",
        "lieu_naissance": "town",
        "responsable_nom": "surname",
        "responsable_prenom": "given_name",
        "adresse": "address",
        "droit_image": "yes_no",
        "semaines": "ticks",
        "signature": "signature",
    }
    assert drafted.people
    assert drafted.people.named == ("enfant_nom", "enfant_prenom")


def test_lines_that_go_on_are_one_value() -> None:
    (address,) = (zone for zone in camp().draft.zones if zone.field == "adresse")
    assert len(address.lines) == 2
    assert not address.repeated


def test_options_with_a_price_have_tariffs() -> None:
    (weeks,) = (zone for zone in camp().draft.zones if zone.field == "semaines")
    assert list(weeks.tariffs_cents.values()) == [8500, 6800]
    assert [*weeks.options.values()] == ["Du 5 au 9 juillet", "Du 12 au 16 juillet"]


def test_counts_amounts_gifts_and_the_total_are_added_up() -> None:
    assert dinner().draft.sum == DraftSum(
        "total",
        {"adultes": 2500, "bouteilles": 600},
        ("don",),
        {"adultes": "adultes_montant"},
    )


def test_what_is_free_costs_nothing() -> None:
    page = Page()
    page.text(15, 40, "Formule :")
    for n, option in enumerate(["Adulte 12 €", "Enfant gratuit"]):
        page.square(40 + 60 * n, 40)
        page.text(45 + 60 * n, 40, option)
    (zone,) = page.draft.zones
    assert dict(zone.tariffs_cents) == {"adulte": 1200, "enfant": 0}


def test_a_table_of_people_is_the_people() -> None:
    page = Page()
    for x, head in ((27, "Nom"), (77, "Prénom"), (127, "Fonction")):
        page.text(x, 45, head)
    for n in range(3):
        page.text(17, 53 + 8 * n, str(n + 1))
    page.cells(48, {25: 50, 75: 50, 125: 40}, 3)
    drafted = page.draft
    (table,) = drafted.tables
    assert len(table.rows_mm) == 3
    assert [column.type for column in table.columns] == ["surname", "given_name", "text"]
    assert drafted.people
    assert drafted.people.named == ("nom", "prenom")


def test_the_brothers_of_whom_a_form_is_about_are_not_its_people() -> None:
    page = Page()
    page.ask(15, 20, "Nom de l'élève :", 90)
    page.ask(95, 20, "Prénom de l'élève :", 190)
    for x, head in ((27, "Nom"), (77, "Prénom")):
        page.text(x, 45, head)
    page.cells(48, {25: 50, 75: 50}, 2)
    people = page.draft.people
    assert people
    assert people.named == ("eleve_nom", "eleve_prenom")


def test_a_table_that_goes_on_where_the_office_writes_is_asked(tmp_path: Path) -> None:
    page = Page()
    for x, head in ((27, "Nom"), (77, "Prénom")):
        page.text(x, 45, head)
    page.cells(48, {25: 50, 75: 50}, 3)
    page.frame(76, 65, 60, 20)
    page.text(78, 80, "Réservé au club")
    drafted = page.draft
    assert not drafted.areas
    assert len(loaded(drafted, tmp_path).tables[0].rows_mm) == 3


def test_squares_in_the_rows_of_a_table_are_its_column(tmp_path: Path) -> None:
    page = Page()
    for x, head in ((27, "Nom"), (77, "Repas")):
        page.text(x, 45, head)
    page.cells(48, {25: 50}, 2)
    page.square(80, 53)
    page.square(80, 61)
    drafted = page.draft
    assert types(drafted) == {"nom": "person", "repas_choisis": "checkbox"}
    assert loaded(drafted, tmp_path).tables[0].columns[1].boxes_mm


def test_a_table_of_prices_is_counted_and_added_up() -> None:
    page = Page()
    for x, head in ((17, "Formule"), (62, "Nombre"), (92, "Montant")):
        page.text(x, 45, head)
    for n, row in enumerate(["Adulte 25 €", "Enfant 12,50 €", "Bénévole gratuit", "TOTAL"]):
        page.text(17, 53 + 8 * n, row)
    page.cells(48, {60: 30, 90: 30}, 4)
    drafted = page.draft.sum
    assert drafted
    assert dict(drafted.tariffs_cents) == {"adultes": 2500, "enfants": 1250, "benevole": 0}
    assert drafted.total == "total"
    assert drafted.lines["adultes"] == "adultes_montant"


def test_a_table_of_two_people_asks_each_of_both() -> None:
    page = Page()
    for x, head in ((62, "Père"), (122, "Mère")):
        page.text(x, 45, head)
    for n, row in enumerate(["Nom", "Prénom", "Profession"]):
        page.text(17, 53 + 8 * n, row)
    page.cells(48, {60: 60, 120: 60}, 3)
    assert types(page.draft) == {
        "pere_nom": "surname",
        "mere_nom": "surname",
        "pere_prenom": "given_name",
        "mere_prenom": "given_name",
        "pere_profession": "text",
        "mere_profession": "text",
    }


def test_lines_of_names_are_the_people() -> None:
    page = Page()
    page.text(15, 40, "Nom et prénom des participants :")
    for n in range(4):
        page.line(15, 48 + 9 * n, 100)
    drafted = page.draft
    (zone,) = drafted.zones
    assert (zone.type, zone.repeated, len(zone.lines)) == ("person", True, 4)
    assert drafted.people
    assert drafted.people.named == (zone.field,)


def test_groups_of_cells_are_one_value() -> None:
    page = Page()
    page.text(15, 40, "Né(e) le")
    for x, cells in ((35, 2), (48, 2), (61, 4)):
        page.comb(x, 40, cells)
    (zone,) = page.draft.zones
    assert (zone.type, zone.comb) == ("birth_date", (2, 2, 4))


@pytest.mark.parametrize(
    "title",
    ["Cadre réservé à l'administration", "RÉSERVÉ AU CLUB", "À remplir par l'association"],
)
def test_what_is_the_offices_is_an_area_and_nothing_is_asked_there(title: str) -> None:
    page = camp()
    page.frame(15, 240, 180, 30)
    page.text(17, 246, title, bold=True)
    page.ask(17, 256, "Reçu le", 80)
    drafted = page.draft
    (area,) = drafted.areas
    assert (area.kind, area.box_mm.y, area.box_mm.h) == ("office", 240, 30)
    assert types(drafted) == types(camp().draft)


def test_what_is_reserved_for_members_is_no_office() -> None:
    page = camp()
    page.text(15, 250, "Stage réservé aux adhérents du secteur jeunesse")
    assert not page.draft.areas


def test_a_name_alone_is_perhaps_a_whole_one_and_in_doubt() -> None:
    page = Page()
    page.ask(15, 40, "Nom :", 120)
    (zone,) = page.draft.zones
    assert zone.type == "person"
    assert zone.why


def test_the_rest_of_the_print_tells_the_event_and_where_to_pay() -> None:
    page = camp()
    page.text(15, 275, "Jeudi 18 mars 2027, de 9 h 30 à 17 h, à la salle des fêtes de Vertou.")
    page.text(15, 281, "Renseignements : contact@exemple.fr")
    page.text(15, 287, "IBAN FR76 4255 9000 1121 0280 6540 308 BIC CCOPFRPPXXX")
    drafted = page.draft
    assert drafted.event.date == "2027-03-18"
    assert drafted.event.hours == "9 h 30 - 17 h"
    assert drafted.organiser.email == "contact@exemple.fr"
    assert drafted.organiser.iban == "FR7642559000112102806540308"
    assert drafted.organiser.bic == "CCOPFRPPXXX"


def test_a_form_is_called_what_its_first_page_says_on_top() -> None:
    assert camp().draft.title == "Fiche d'inscription"


@pytest.mark.parametrize("page", [camp(), dinner()], ids=["camp", "dinner"])
def test_a_draft_is_a_form_without_faults(page: Page, tmp_path: Path) -> None:
    drafted = page.draft
    form = loaded(drafted, tmp_path)
    assert {zone.field: zone.type for zone in form.zones} == types(drafted)
    assert form.title == drafted.title


def test_what_is_in_doubt_is_marked_in_the_file() -> None:
    page = Page()
    page.ask(15, 40, "Zorglub préféré", 120)
    text = toml_of(page.draft)
    assert "# À VÉRIFIER (" in text
    assert text.index("À VÉRIFIER") < text.index('field = "zorglub_prefere"')
    assert "À VÉRIFIER (" not in toml_of(dinner().draft)


def test_the_draft_of_the_shipped_blank_asks_what_its_form_does(tmp_path: Path) -> None:
    drafted = draft(SHIPPED_FORM / "blank.pdf", form_id="essai")
    form = load_form(SHIPPED_FORM)
    assert drafted.sum
    assert dict(drafted.sum.tariffs_cents) == form.tariffs_cents
    assert drafted.sum.total == "total"
    assert drafted.people
    assert drafted.people.counted == form.counted
    assert drafted.event.date == "2018-02-02"
    assert drafted.organiser.iban == form.organiser.iban
    meant = sorted(zone.type for zone in form.zones)
    assert sorted(zone.type.replace("choice", "checkbox") for zone in drafted.zones) == meant


def test_drawn_forms_that_nobody_has_seen_are_drafted_right(tmp_path: Path) -> None:
    right = asked = drawn = 0
    for seed in range(3):
        folder = tmp_path / f"dessin-{seed}"
        draw_form(folder, seed=seed)
        form, drafted = load_form(folder), draft(folder / "blank.pdf", form_id="essai")
        asked += len(form.zones)
        drawn += len(drafted.zones)
        right += sum(
            any(is_at(zone, other) and zone.type == other.type for other in drafted.zones)
            for zone in form.zones
        )
        costs = set(drafted.sum.tariffs_cents.values()) if drafted.sum else set()
        assert costs == set(form.tariffs_cents.values())
    assert right > 0.9 * asked
    assert drawn < 1.05 * asked


def is_at(zone: Zone, drafted: DraftZone) -> bool:
    """Whether a drafted zone has the place of that one."""
    own = (*zone.lines, *zone.boxes.values())[0]
    same = (overlap(own, box) > 0.5 * own.w * own.h for box in drafted.places)
    return zone.page == drafted.page and any(same)


def test_a_file_is_called_with_small_letters_and_hyphens() -> None:
    assert id_of("Fiche d'inscription ÉTÉ_2027 (v2)") == "fiche-d-inscription-ete-2027-v2"
    assert id_of("???")


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([*(entry.label for entry in lexicon()), "Oui", "Réservé au club", "€"]),
            st.sampled_from(["line", "comb", "square", "area", "ring", "cells"]),
            st.sampled_from(["", " 12 €", " x 12 € =", " gratuit", ' "\\ #']),
            st.integers(5, 150),
            st.integers(12, 270),
        ),
        min_size=1,
        max_size=16,
    )
)
def test_whatever_stands_on_a_blank_its_draft_loads(
    tmp_path_factory: pytest.TempPathFactory, things: list[tuple[str, str, str, int, int]]
) -> None:
    page = Page()
    for label, shape, more, x, y in things:
        end = min(page.text(x, y, label + more) + 2, 170)
        match shape:
            case "line":
                page.line(end, y, 30)
            case "comb":
                page.comb(end, y, 5)
            case "square":
                page.square(end, y)
            case "ring":
                page.ring(end, y, "oui")
            case "area":
                page.area(x, y + 2, 40, 20)
            case _:
                page.cells(y, {x: 20.0, x + 20: 20.0}, 3, high=6)
    drafted = page.draft
    if drafted.asked:
        names = [zone.field for zone in loaded(drafted, tmp_path_factory.mktemp("essai")).zones]
        assert len(names) == len(set(names))


def test_a_draft_knows_every_page() -> None:
    first, second = Page(1), Page(2)
    first.ask(15, 40, "Nom :", 90)
    second.ask(15, 40, "Courriel :", 90)
    drafted = draft_of([first.sheet, second.sheet], form_id="essai")
    assert [zone.page for zone in drafted.zones] == [1, 2]
    assert "--- Page 2 ---" in toml_of(drafted)


def test_buttons_that_exclude_each_other_are_a_choice() -> None:
    print_ = Page()
    print_.text(15, 40, "Je m'inscris à")
    buttons = []
    for n, option in enumerate(["Yoga", "Chant"]):
        print_.text(66 + 40 * n, 40, option)
        box = BoxMm(60.0 + 40 * n, 37, 3.5, 3.5)
        buttons.append(Place(box, Shape.BOX, name="cours", asked="radio", option=str(n)))
    sheet = replace(print_.sheet, places=tuple(buttons))
    (zone,) = draft_of([sheet], form_id="essai").zones
    assert (zone.type, [*zone.options]) == ("choice", ["yoga", "chant"])


def test_those_whom_no_count_covers_are_called_like_no_field() -> None:
    page = Page()
    page.text(15, 40, "Noms des participants :")
    page.line(15, 48, 100)
    page.line(15, 57, 100)
    page.ask(15, 80, "Adhérents :", 60)
    page.text(61, 80, "x 12 €")
    zones = page.draft.zones
    people = people_of(zones, ())
    assert people
    assert (people.counted, people.uncounted) == (("adherents",), "autres")
    taken = people_of([*zones, DraftZone("autres", "text", "Autres", 1)], ())
    assert taken
    assert taken.uncounted == "non_comptes"


def test_a_line_whose_label_is_lost_goes_on_nothing() -> None:
    page = Page()
    page.ask(15, 40, "Adresse :", 150)
    page.ask(15, 50, "Né(e) le :", 80)
    page.line(85, 50, 60)
    assert [len(zone.lines) for zone in page.draft.zones] == [1, 1, 1]


def test_a_week_of_empty_cells_under_priced_heads_is_ticked(tmp_path: Path) -> None:
    page = Page()
    for x, head, cost in ((50, "Accueil", "1,20 €"), (90, "Repas", "3,85 €")):
        page.text(x, 41, head)
        page.text(x, 45, cost)
    for n, day in enumerate(("Lundi", "Mardi", "Jeudi")):
        page.text(17, 53 + 8 * n, day)
    page.cells(48, {45: 40, 85: 40}, 3)
    drafted = page.draft
    assert types(drafted) == {"lundi": "ticks", "mardi": "ticks", "jeudi": "ticks"}
    assert dict(drafted.zones[0].tariffs_cents) == {"accueil": 120, "repas": 385}
    assert len(loaded(drafted, tmp_path).zones) == 3


def test_cells_that_count_under_priced_heads_are_written_in() -> None:
    page = Page()
    for x, head in ((50, "Nombre"), (90, "Montant")):
        page.text(x, 45, head)
    for n, row in enumerate(("Crêpes à 2 €", "Galettes à 5 €")):
        page.text(17, 53 + 8 * n, row)
    page.cells(48, {45: 40, 85: 40}, 2)
    assert sorted(zone.type for zone in page.draft.zones) == ["amount", "amount", "count", "count"]


def two_tables(page: Page) -> None:
    """Two grids of three rows, squares between them."""
    page.text(22, 45, "Nom")
    page.text(152, 45, "Poids")
    for n, (left, right) in enumerate(((20, 150),) * 2):
        places = {left: 60.0} if n == 0 else {right: 30.0}
        page.cells(48, places, 3, table=n + 1)


def test_squares_between_two_grids_join_them_and_are_one_column(tmp_path: Path) -> None:
    page = Page()
    two_tables(page)
    for x, head in ((95, "F"), (105, "M")):
        page.text(x, 45, head)
        for n in range(3):
            page.square(x, 54 + 8 * n)
    drafted = page.draft
    (table,) = drafted.tables
    assert [column.type for column in table.columns] == ["person", "choice", "number"]
    assert list(table.columns[1].boxes) == ["f", "m"]
    assert loaded(drafted, tmp_path).tables[0].zones[1].rows == 3


def test_two_grids_with_nothing_between_stay_two() -> None:
    page = Page()
    two_tables(page)
    assert len(page.draft.tables) == 2


def test_squares_of_meals_in_the_rows_of_a_table_may_all_be_ticked() -> None:
    page = Page()
    page.text(27, 45, "Nom")
    page.cells(48, {25: 50}, 2)
    for x, head in ((90, "Lampion"), (100, "Flambeau")):
        page.text(x, 45, head, size=2)
        page.square(x, 53)
        page.square(x, 61)
    (table,) = page.draft.tables
    assert [column.type for column in table.columns] == ["person", "ticks"]


def test_statements_below_each_other_are_agreed_to_one_by_one() -> None:
    page = Page()
    for n, said in enumerate(("J'ai lu le règlement intérieur", "J'autorise les soins urgents")):
        page.square(15, 40 + 8 * n)
        page.text(20, 40 + 8 * n, said)
    assert [zone.type for zone in page.draft.zones] == ["checkbox", "checkbox"]


def test_a_statement_and_its_refusal_are_one_question() -> None:
    page = Page()
    for n, said in enumerate(("J'autorise la photographie", "Je n'autorise pas la photographie")):
        page.square(15, 40 + 8 * n)
        page.text(20, 40 + 8 * n, said)
    (zone,) = page.draft.zones
    assert (zone.type, [*zone.boxes]) == ("yes_no", ["oui", "non"])


def test_a_count_in_each_cell_costs_what_stands_in_it() -> None:
    page = Page()
    for x, head in ((72, "Adhérent"), (122, "Extérieur")):
        page.text(x, 45, head)
    for n, (row, costs) in enumerate((("Adulte", ("18", "22")), ("Enfant", ("8", "10")))):
        page.text(17, 53 + 8 * n, row)
        for x, cost in zip((100, 150), costs, strict=True):
            page.text(x, 53 + 8 * n, f"x {cost} €")
    page.cells(48, {70: 29, 120: 29}, 2)
    drafted = page.draft
    assert [zone.type for zone in drafted.zones] == ["count"] * 4
    assert drafted.sum
    assert sorted(drafted.sum.tariffs_cents.values()) == [800, 1000, 1800, 2200]


def test_a_count_costs_what_the_print_says_elsewhere_and_is_in_doubt() -> None:
    page = Page()
    page.text(15, 30, "Location d'un vélo (18 € par jour)")
    page.ask(15, 40, "Nombre de jours :", 90)
    page.ask(15, 50, "Total :", 90)
    drafted = page.draft
    assert drafted.sum
    assert list(drafted.sum.tariffs_cents.values()) == [1800]
    assert "ailleurs" in drafted.zones[0].why


def test_the_only_amount_of_a_form_on_which_things_cost_is_its_total() -> None:
    page = Page()
    page.ask(15, 40, "Tourtes :", 60)
    page.text(61, 40, "x 4 €")
    page.ask(15, 50, "Montant", 60)
    page.text(61, 50, "€")
    drafted = page.draft
    assert drafted.sum
    assert drafted.sum.total == drafted.zones[1].field


@pytest.mark.parametrize("paid", ["Acompte versé", "Caution"])
def test_what_was_paid_before_is_no_total(paid: str) -> None:
    page = Page()
    page.ask(15, 40, "Tourtes :", 60)
    page.text(61, 40, "x 4 €")
    page.ask(15, 50, paid, 60)
    page.text(61, 50, "€")
    drafted = page.draft.sum
    assert drafted
    assert not drafted.total


def test_children_are_counted_beside_adults_and_told_by_a_family() -> None:
    family, trip = Page(), Page()
    family.ask(15, 40, "Nombre d'enfants :", 90)
    trip.ask(15, 40, "Nombre d'adultes :", 90)
    trip.ask(15, 50, "Nombre d'enfants :", 90)
    assert [zone.type for zone in family.draft.zones] == ["number"]
    assert [zone.type for zone in trip.draft.zones] == ["count", "count"]


def test_a_name_is_a_surname_where_the_given_name_is_asked_apart() -> None:
    apart, whole = Page(), Page()
    apart.ask(15, 40, "Nom du tuteur :", 90)
    apart.ask(95, 40, "Son prénom :", 190)
    whole.ask(15, 40, "Nom du tuteur :", 90)
    assert [zone.type for zone in apart.draft.zones] == ["surname", "given_name"]
    assert [zone.type for zone in whole.draft.zones] == ["person"]


def test_rows_of_words_to_ring_answer_one_question() -> None:
    page = Page()
    page.text(15, 40, "Entourez vos desserts :")
    for n, row in enumerate((("tarte", "crème"), ("sorbet", "fruits"))):
        for m, option in enumerate(row):
            page.ring(20 + 40 * m, 47 + 7 * n, option)
    (zone,) = page.draft.zones
    assert [*zone.words] == ["tarte", "creme", "sorbet", "fruits"]


def test_the_second_line_of_the_shipped_blank_goes_on_from_the_first() -> None:
    drafted = draft(SHIPPED_FORM / "blank.pdf", form_id="essai")
    (who,) = (zone for zone in drafted.zones if zone.type == "organisation")
    assert len(who.lines) == 2
