"""How registrations stand with what was paid: whose balance a person is asked about."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from builders import registration, source

from pipeline.decisions import Act, End, Filed, Waived
from pipeline.ledger import PaidBy, Payment
from pipeline.payments.standing import is_uneven, standings
from pipeline.records import Status
from pipeline.snapshot import Life

_END = End(Act.CANCEL, "", "ne vient pas", "Zoé", datetime(2018, 1, 20, tzinfo=UTC))
_FICHE = Filed("r1-1", "a", 1, 0, registration(), (source("a.pdf"),))
_OWED = _FICHE.registration.total_due_cents or 0


def uneven(fiche: Filed, *cents: int) -> tuple[Life, bool]:
    paid = [
        Payment(f"t{n}", date(2018, 1, 12), PaidBy.CHEQUE, (("a", c),)) for n, c in enumerate(cents)
    ]
    stands = standings([fiche], paid)["a"]
    return stands.life, is_uneven(fiche, stands)


@pytest.mark.parametrize(
    ("cents", "life", "asked"),
    [
        ((), Life.VERIFIED, False),
        ((_OWED,), Life.PAID, False),
        ((_OWED - 1,), Life.VERIFIED, True),
        ((_OWED, 1), Life.PAID, True),
        ((_OWED, -_OWED), Life.VERIFIED, False),
    ],
)
def test_a_part_and_a_surplus_are_asked_about(
    cents: tuple[int, ...], life: Life, asked: bool
) -> None:
    assert uneven(_FICHE, *cents) == (life, asked)


def test_what_came_for_a_cancelled_one_is_asked_about_until_it_is_given_back() -> None:
    ended = replace(_FICHE, end=_END)
    assert uneven(ended, _OWED) == (Life.CANCELLED, True)
    assert uneven(ended, _OWED, -_OWED) == (Life.REFUNDED, False)
    assert uneven(ended, _OWED, -_OWED, -1) == (Life.REFUNDED, True)
    assert uneven(ended) == (Life.CANCELLED, False)


def test_a_balance_is_settled_only_while_it_is_that_very_one() -> None:
    waived = replace(_FICHE, waived=Waived(-100, "remise accordée"))
    assert uneven(waived, _OWED - 100) == (Life.PAID, False)
    assert uneven(waived, _OWED - 101) == (Life.VERIFIED, True)
    assert uneven(waived, _OWED + 100) == (Life.PAID, True)


def test_nothing_is_asked_while_a_person_has_still_to_look_at_it() -> None:
    open_ = replace(_FICHE, registration=replace(_FICHE.registration, status=Status.REVIEW))
    assert uneven(open_, _OWED - 1) == (Life.RECEIVED, False)
