import pytest
from sheets import OCCASION, beyond_margins, text, texts

from pipeline.papers.meals import Order, Ordered, meals

NAMED = Order("ESAT du Moulin", 2, ("Zoé MARTIN", "Luc PETIT"))
OPEN = Order("Foyer des Genêts", 2, (), ("Inès ROUX", "Ana MOREL", "Yves LE GOFF"))


def page(*orders: Order, label: str = "Repas") -> str:
    return text(meals(OCCASION, [Ordered(label, orders)]))


def test_who_eats_has_a_box_to_tick_under_who_ordered() -> None:
    told = page(NAMED)
    assert "Total : 2 repas ESAT du Moulin 2 repas □ Zoé MARTIN □ Luc PETIT" in told


def test_who_eats_is_said_to_be_open_where_it_is() -> None:
    told = page(NAMED, OPEN)
    assert "Total : 4 repas, dont 2 à préciser" in told
    assert "2 repas, 3 personnes : à préciser □ □ Inès ROUX, Ana MOREL, Yves LE GOFF" in told


def test_what_is_left_beside_those_who_are_known_is_open() -> None:
    told = page(Order("CHRS", 3, ("Zoé MARTIN",), ("Luc PETIT", "Ana MOREL", "Inès ROUX")))
    assert "CHRS 3 repas □ Zoé MARTIN 2 repas, 3 personnes : à préciser □ □" in told


def test_a_number_that_nobody_could_read_is_not_nought() -> None:
    told = page(NAMED, Order("Amis", None, (), ("Luc PETIT",)))
    assert "Total : 2 repas, sans compter 1 fiche illisible" in told
    assert "Amis nombre illisible 1 personne : à préciser Luc PETIT" in told


def test_who_orders_nothing_is_not_on_the_list() -> None:
    told = page(NAMED, Order("Sans faim", 0))
    assert "Sans faim" not in told
    assert "Total : 0 repas" in page(Order("Sans faim", 0))


def test_things_go_by_what_the_form_calls_them() -> None:
    told = page(Order("ESAT", 1, ("Zoé MARTIN",)), Order("Foyer", 1), label="Goûter")
    assert "Goûter Total : 2 goûters, dont 1 à préciser" in told
    assert "ESAT 1 goûter □" in told
    assert "repas" not in told.lower()


def test_orders_stand_by_who_ordered() -> None:
    told = page(OPEN, NAMED, Order("Évasion", 1), Order("Fabrique", 1))
    names = ["ESAT du Moulin", "Évasion", "Fabrique", "Foyer des Genêts"]
    assert sorted(names, key=told.index) == names


@pytest.mark.parametrize("count", [0, 1, 50, 300])
def test_lists_of_any_length_keep_who_ordered_with_who_eats(count: int) -> None:
    orders = [Order(f"Service {i:03}", 1, (f"Ana MOREL{i:03}",)) for i in range(count)]
    data = meals(OCCASION, [Ordered("Repas", tuple(orders))])
    assert beyond_margins(data) == []
    pages = texts(data)
    for i in range(count):
        assert sum(f"Service {i:03} 1 repas □ Ana MOREL{i:03}" in told for told in pages) == 1


def test_a_service_that_orders_for_hundreds_goes_over_pages() -> None:
    people = tuple(f"Ana MOREL{i:03}" for i in range(300))
    told = page(Order("Ville", 300, people), Order("Pays", 300, (), people))
    assert all(told.count(name) == 2 for name in people)
    assert "Total : 600 repas, dont 300 à préciser" in told
