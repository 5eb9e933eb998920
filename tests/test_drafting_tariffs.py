"""What one of something costs, as blanks print it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.drafting.drafted import DraftZone
from pipeline.drafting.tariffs import costs_of_one, prices, says_times, tariff_cents, without_prices
from pipeline.money import format_cents
from tests.drafted_sheets import Page

CENTS = st.integers(1, 999_999)
WORDS = st.sampled_from(["Adulte", "Repas du soir", "Cours 2e cycle", "Moins de 12 ans", "T-shirt"])


@pytest.mark.parametrize(
    ("text", "cents", "rest"),
    [
        ("x 12.10 €", 1210, ""),
        ("Repas x 12,10 =", 1210, "Repas"),
        ("Loisir 185 €", 18500, "Loisir"),
        ("Adultes : 1 136,30 €", 113630, "Adultes"),
        ("12 € 50 le repas", 1250, "le repas"),
        ("40,- €", 4000, ""),
        ("€ 15", 1500, ""),
        ("Nombre de chaises à 2 euros", 200, "Nombre de chaises"),
        ("Enfant (gratuit)", 0, "Enfant"),
        ("Étudiants : gratuit", 0, "Étudiants"),
        ("Compétition (dont 30 € de licence) : 210 €", 21000, "Compétition (dont 30 € de licence)"),
        ("Adulte 12 € x", 1200, "Adulte"),
    ],
)
def test_a_price_is_read_and_taken_out(text: str, cents: int, rest: str) -> None:
    assert tariff_cents(text) == cents
    assert without_prices(text) == rest


@pytest.mark.parametrize(
    "text",
    [
        "du 12 au 14 mai",
        "moins de 10 €",
        "à partir de 600 €",
        "30 € / 25 €",
        "caution de 50 €",
        "affiche de 20 x 30 cm",
        "Nom",
        "",
    ],
)
def test_what_is_no_tariff_costs_nothing(text: str) -> None:
    assert tariff_cents(text) is None


def test_a_number_is_multiplied_where_a_sign_says_so() -> None:
    assert says_times("x 30,00 € =")
    assert says_times("12 € x")
    assert not says_times("Loisir 185 €")


def test_what_is_multiplied_counts_more_than_another_price() -> None:
    assert tariff_cents("Repas (valeur 15 €) x 12 €") == 1200


@given(CENTS, WORDS)
def test_an_amount_written_the_french_way_is_its_cents(cents: int, words: str) -> None:
    text = f"{words}: {format_cents(cents)}"
    assert tariff_cents(text) == cents
    assert without_prices(text).split() == words.split()


@given(st.text(max_size=40))
def test_no_text_breaks_it_and_prices_stand_apart_in_it(text: str) -> None:
    known = prices(text)
    assert all(0 <= p.start < p.end <= len(text) and p.cents >= 0 for p in known)
    assert all(a.end <= b.start for a, b in pairwise(known))


@pytest.mark.parametrize(
    ("texts", "costs"),
    [
        (["Location d'un violon (18 € par mois)"], {"moi": 1800}),
        (["Repas : 12,10 €"], {"repa": 1210}),
        (["Adultes = 14 € – Enfants : 7,50 €"], {"adulte": 1400, "enfant": 750}),
        (["Nuit : 20 €", "35 € la nuit"], {}),
        (["185 € à régler avant le 3 mai"], {}),
    ],
)
def test_print_says_what_one_of_something_costs(texts: list[str], costs: dict[str, int]) -> None:
    assert costs_of_one(texts) == costs


def priced(*lines: str, options: tuple[str, ...] = (), label: str = "") -> DraftZone:
    """The only zone of a page on which these lines are printed."""
    page = Page()
    for n, line in enumerate(lines):
        page.text(20, 30 + 7 * n, line)
    x = page.text(20, 80, label) + 3
    for option in options:
        x = page.ring(x, 80, option) + 5
    if not options:
        page.line(x, 80, 25)
    (zone,) = page.draft.zones
    return zone


def test_what_a_count_costs_may_stand_in_a_sentence() -> None:
    sentence = "Je m'inscris au stage (55 € par personne) et au repas (16,50 € par personne)"
    stage = priced(sentence, label="Nombre de stagiaires :")
    assert stage.tariff_cents == 5500
    assert stage.doubts
    assert priced(sentence, label="Nombre de repas :").tariff_cents == 1650


@pytest.mark.parametrize(
    ("sentence", "label"),
    [
        ("Location d'un personnage (50 € par personnage)", "Nombre de personnes :"),
        ("La carte (10 € par carte) est en vente", "Nombre de cartons :"),
    ],
)
def test_words_that_only_begin_alike_share_no_price(sentence: str, label: str) -> None:
    assert priced(sentence, label=label).tariff_cents is None


@pytest.mark.parametrize(
    ("question", "options"),
    [
        ("Avez-vous déjà payé l'acompte de 50 € ?", ("oui", "non")),
        ("Êtes-vous adhérent ?", ("oui", "non (remise 5 €)")),
    ],
)
def test_what_is_paid_or_taken_off_is_no_price_of_an_answer(
    question: str, options: tuple[str, ...]
) -> None:
    assert not priced("", label=question, options=options).tariffs_cents


def test_a_half_day_is_a_morning_or_an_afternoon() -> None:
    options = ("matin", "après-midi", "journée")
    zone = priced("(demi-journée : 18 € ; journée : 32 €)", label="Samedi :", options=options)
    assert zone.type == "choice"
    assert list(zone.tariffs_cents.values()) == [1800, 1800, 3200]
    assert zone.doubts


def test_options_of_which_one_has_no_price_elsewhere_get_none() -> None:
    zone = priced("(journée : 32 €)", label="Samedi :", options=("matin", "après-midi", "journée"))
    assert zone.tariffs_cents == {}


def test_a_meal_behind_a_line_is_counted_with_its_price() -> None:
    page = Page()
    x = page.text(20, 50, "réserve(nt) :") + 1
    page.line(x, 50, 16)
    x = page.text(x + 17, 50, "repas à 22 € soit") + 1
    page.line(x, 50, 30)
    page.text(x + 31, 50, "€")
    count, amount = page.draft.zones
    assert (count.type, count.tariff_cents) == ("count", 2200)
    assert (amount.type, amount.line_of) == ("amount", count.field)
