"""What one of something costs, as blanks print it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.drafting.tariffs import costs_of_one, prices, says_times, tariff_cents, without_prices
from pipeline.money import format_cents

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
