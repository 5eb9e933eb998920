"""Statements that overlap bring only what is new."""

import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from payers import in_the_label, season

from pipeline.ledger import Movement
from pipeline.payments.overlap import new_movements

_DAY = date(2018, 1, 15)
_MOVEMENTS = st.lists(
    st.builds(
        Movement,
        st.dates(_DAY, _DAY + timedelta(days=2)),
        st.sampled_from((3000, 4000, -3000)),
        st.sampled_from(("", "FOYER LES TILLEULS", "MME MARTIN ZOE")),
        st.sampled_from(("", "INSCRIPTION", "RF92 3FA9 C2D4 1")),
    ),
    max_size=8,
)
_DAYS = st.sets(st.dates(_DAY, _DAY + timedelta(days=2)))


def _by_key(movements: list[Movement]) -> Counter[tuple[date, int]]:
    return Counter((movement.day, movement.amount_cents) for movement in movements)


def test_the_same_statement_again_brings_nothing_in_any_format() -> None:
    movements = season(1).movements
    days = {movement.day for movement in movements}
    for seed in range(3):
        again = in_the_label(movements, random.Random(seed))
        assert new_movements(again, movements, covered=days) == []


def test_two_equal_movements_on_a_day_are_two() -> None:
    twice = [Movement(_DAY, 3000, "FOYER LES TILLEULS", "INSCRIPTION")] * 2
    assert new_movements(twice, [], covered={_DAY}) == twice
    assert new_movements(twice, twice[:1], covered={_DAY}) == twice[:1]
    assert new_movements(twice, twice, covered={_DAY}) == []


def test_of_equal_amounts_that_is_new_whose_label_is_like_no_other() -> None:
    earlier = [Movement(_DAY, 3000, "FOYER LES TILLEULS", "INSCRIPTION MARTIN")]
    same = Movement(_DAY, 3000, "", "VIR SEPA FOYER LES TILLEULS INSCR")
    other = Movement(_DAY, 3000, "", "VIR SEPA MAIRIE DE BREST INSCRIPTION MARTIN")
    assert new_movements([same, other], earlier, covered={_DAY}) == [other]
    assert new_movements([other, same], earlier, covered={_DAY}) == [other]


def test_the_bank_s_own_name_of_a_movement_counts_more_than_its_label() -> None:
    earlier = [Movement(_DAY, 3000, "MAIRIE", "INSCRIPTION", "A1")]
    same, other = (
        Movement(_DAY, 3000, "", "VIR", "A1"),
        Movement(_DAY, 3000, "MAIRIE", "INSCRIPTION"),
    )
    assert new_movements([other, same], earlier, covered={_DAY}) == [other]


def test_another_day_or_amount_is_another_movement() -> None:
    movement = Movement(_DAY, 3000, "MAIRIE", "INSCRIPTION")
    later = replace(movement, day=_DAY + timedelta(days=1))
    back = replace(movement, amount_cents=-3000)
    days = {movement.day, later.day}
    assert new_movements([later, back], [movement], covered=days) == [later, back]


def test_on_days_that_nothing_covered_all_is_new() -> None:
    movement = Movement(_DAY, 3000, "MAIRIE", "INSCRIPTION")
    assert new_movements([movement], [movement], covered=set()) == [movement]


@given(_MOVEMENTS, _MOVEMENTS, _DAYS)
def test_what_is_new_is_what_is_too_much_of_a_day_and_amount(
    movements: list[Movement], earlier: list[Movement], covered: set[date]
) -> None:
    new = new_movements(movements, earlier, covered=covered)
    known = Counter({key: n for key, n in _by_key(earlier).items() if key[0] in covered})
    assert _by_key(new) == _by_key(movements) - known
    rest = iter(movements)
    assert all(movement in rest for movement in new), "in their order"


def test_what_was_missing_is_what_is_new_where_days_are_crowded() -> None:
    missing, wrong = 0, 0
    for seed in range(5):
        rng = random.Random(seed)
        crowded = [replace(m, day=_DAY) for m in season(seed).movements]
        earlier = [m for m in crowded if rng.random() < 0.8]
        new = new_movements(in_the_label(crowded, rng), in_the_label(earlier, rng), covered={_DAY})
        absent = {m.number for m in crowded} - {m.number for m in earlier}
        missing += len(absent)
        wrong += len(absent - {m.number for m in new})
    assert wrong <= missing / 20, "only those of which banks say nothing are mistaken"
