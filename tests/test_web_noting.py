"""A cheque or cash while it is noted: what follows from what was typed, and what is refused."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ledger import PaidBy
from pipeline.money import parse_cents
from pipeline.web.noting import AMOUNT, DAY, LINES, Draft, Line, Noted, as_typed, following, read
from pipeline.web.noting import with_line as add

TODAY = date(2018, 1, 31)
CENTS = st.integers(1, 99_999)


def line(name: str = "a", share: str = "42,10") -> Line:
    return Line(f"r-{name}", name, f"Foyer {name}", "", "RF92 3FA9 C2D4 1", 4210, share)


def draft(*lines: Line, amount: str = "42,10", day: str = "2018-01-12", **given: str) -> Draft:
    return Draft(lines, amount=amount, day=day, **given)


def problems(typed: Draft) -> set[str]:
    said = read(typed, today=TODAY)
    return set() if isinstance(said, Noted) else set(said.problems)


@given(CENTS)
def test_an_amount_that_is_offered_is_read_as_it_was_meant(cents: int) -> None:
    assert parse_cents(as_typed(cents)) == cents


@given(st.lists(CENTS, min_size=3, max_size=6), st.integers(-2, 2))
def test_parts_are_noted_only_if_they_come_to_the_cheque(parts: list[int], gap: int) -> None:
    lines = [line(str(n), as_typed(cents)) for n, cents in enumerate(parts)]
    said = read(draft(*lines, amount=as_typed(sum(parts) + gap)), today=TODAY)
    if gap:
        assert isinstance(said, Draft)
        assert set(said.problems) == {AMOUNT}
        assert ("de trop" if gap < 0 else "en moins") in said.problems[AMOUNT]
    else:
        assert isinstance(said, Noted)
        assert said.pays == tuple((str(n), cents) for n, cents in enumerate(parts))
        assert said.taking.amount_cents == sum(parts)


def test_of_one_fiche_the_amount_is_its_part_whatever_it_owes() -> None:
    said = read(draft(line(), amount="30"), today=TODAY)
    assert isinstance(said, Noted)
    assert said.pays == (("a", 3000),)


@pytest.mark.parametrize("amount", ["", "0", "-5", "abc", "1e9", "9999999999", "42,10 42,10"])
def test_what_is_no_amount_that_may_be_paid_is_refused(amount: str) -> None:
    assert problems(draft(line(), amount=amount)) == {AMOUNT}
    assert "r-b" in problems(draft(line(), line("b", amount), amount="50"))


@pytest.mark.parametrize("day", ["", "12/01/2018", "0018-01-12", "2018-02-01", "nan"])
def test_a_day_that_has_not_come_or_is_mistyped_is_refused(day: str) -> None:
    assert problems(draft(line(), day=day)) == {DAY}
    assert problems(draft(line(), day=TODAY.isoformat())) == set()
    assert problems(draft(line(), day=(TODAY + timedelta(1)).isoformat())) == {DAY}


def test_a_payment_is_for_some_fiche() -> None:
    assert problems(draft()) == {LINES}


def test_cash_has_neither_a_number_nor_a_bank() -> None:
    typed = draft(line(), drawer="Zoé", cheque="123", bank="CIC")
    for by, kept in ((PaidBy.CHEQUE, ("Zoé", "123", "CIC")), (PaidBy.CASH, ("Zoé", "", ""))):
        said = read(replace(typed, by=by), today=TODAY)
        assert isinstance(said, Noted)
        assert (said.taking.drawer, said.taking.cheque, said.taking.bank) == kept


def test_the_amount_follows_the_fiches_until_another_is_typed() -> None:
    both = add(add(draft(amount=""), line()), line("b", "10"))
    assert (both.amount, both.drawer) == ("52,10", "Foyer a")
    assert add(both, line()) == both
    assert following(both, both.lines[1:]).amount == "10,00"
    typed = add(replace(add(draft(amount=""), line()), amount="50", drawer="Luc"), line("b"))
    assert (typed.amount, typed.drawer) == ("50", "Luc")
