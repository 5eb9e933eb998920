"""The entries that payments, slips and what is owed come to."""

from datetime import date, timedelta

import pytest
from booked import ACCOUNTING, DAY, example, net, payable, payment, signed

from pipeline.bookkeeping.wanted import wanted
from pipeline.config import Accounting
from pipeline.errors import ConfigError
from pipeline.ledger import Entry, PaidBy, Payable, Payment, Slip, Taking

LATER = DAY + timedelta(days=9)


def entries(
    *payments: Payment, of: tuple[Payable, ...] = (example(),), slips: tuple[Slip, ...] = ()
) -> list[Entry]:
    return wanted({one.id: one for one in of}, payments, slips, ACCOUNTING)


def test_a_payment_in_full_is_income_a_line_a_tariff() -> None:
    (entry,) = entries(payment("m1", ("a", 13630)))
    assert signed(entry) == [("512", 13630), ("706", -6000), ("706", -4000), ("7088", -3630)]
    assert (entry.source, entry.day) == ("m1", DAY)
    assert entry.label == "Virement, IME Les Tilleuls, RF92 3FA9 C2D4 1"
    assert [line.label for line in entry.lines] == [
        "Virement, IME Les Tilleuls, RF92 3FA9 C2D4 1",
        "IME Les Tilleuls, RF92 3FA9 C2D4 1, Adhérents × 2",
        "IME Les Tilleuls, RF92 3FA9 C2D4 1, Non-adhérents × 1",
        "IME Les Tilleuls, RF92 3FA9 C2D4 1, Repas × 3",
    ]


@pytest.mark.parametrize(
    ("by", "account"),
    [(PaidBy.TRANSFER, "512"), (PaidBy.CHEQUE, "5112"), (PaidBy.CASH, "530")],
)
def test_money_is_where_it_came(by: PaidBy, account: str) -> None:
    (entry,) = entries(payment("t1", ("a", 13630), by=by))
    assert signed(entry)[0] == (account, 13630)


def test_a_part_waits_until_what_completes_it() -> None:
    first, second = entries(payment("m2", ("a", 3630), day=LATER), payment("m1", ("a", 10000)))
    assert signed(first) == [("512", 10000), ("4191", -10000)]
    assert signed(second) == [
        ("512", 3630),
        ("706", -6000),
        ("706", -4000),
        ("7088", -3630),
        ("4191", 10000),
    ]


def test_payments_of_a_day_add_up_by_their_numbers() -> None:
    first, second = entries(payment("m10", ("a", 3630)), payment("m2", ("a", 10000)))
    assert (first.source, second.source) == ("m2", "m10")
    assert signed(first) == [("512", 10000), ("4191", -10000)]


def test_what_is_too_much_is_owed_to_whoever_paid() -> None:
    (entry,) = entries(payment("m1", ("a", 15000)))
    assert signed(entry)[-1] == ("4191", -1370)
    second = entries(payment("m1", ("a", 13630)), payment("m2", ("a", 50)))[1]
    assert signed(second) == [("512", 50), ("4191", -50)]


def test_a_refund_is_the_reverse_of_what_was_paid() -> None:
    paid, back = entries(payment("m1", ("a", 13630)), payment("m2", ("a", -13630), day=LATER))
    assert signed(back) == [(account, -cents) for account, cents in signed(paid)]
    assert back.label == "Remboursement ou impayé, IME Les Tilleuls, RF92 3FA9 C2D4 1"
    assert min(min(line.debit_cents, line.credit_cents) for line in back.lines) == 0


def test_a_part_given_back_is_no_income_any_more() -> None:
    back = entries(payment("m1", ("a", 13630)), payment("m2", ("a", -1210), day=LATER))[1]
    assert net([back]) == {"512": -1210, "706": 10000, "7088": 3630, "4191": -12420}


def test_an_unpaid_cheque_leaves_the_bank_and_the_income() -> None:
    """It went through 5112 and a slip; the bank takes it back."""
    cheque = Taking(DAY, 13630, PaidBy.CHEQUE, number=1)
    booked = entries(
        payment("t1", ("a", 13630), by=PaidBy.CHEQUE),
        payment("m7", ("a", -13630), day=LATER),
        slips=(Slip(1, DAY, (cheque,)),),
    )
    assert net(booked) == {}
    assert [entry.source for entry in booked] == ["s1", "t1", "m7"]


def test_a_slip_brings_cheques_to_the_bank() -> None:
    cheques = tuple(Taking(DAY, cents, PaidBy.CHEQUE, number=cents) for cents in (3000, 1210))
    (entry,) = entries(slips=(Slip(3, LATER, cheques),))
    assert signed(entry) == [("512", 4210), ("5112", -4210)]
    assert (entry.source, entry.day, entry.label) == (
        "s3",
        LATER,
        "Remise de chèques n° 3, 2 chèques",
    )
    assert not entries(slips=(Slip(4, LATER, ()),))


def test_a_payment_of_several_is_one_entry_with_the_lines_of_each() -> None:
    of = (example("a"), payable("b", "Zoé MARTIN", adherents=1), payable("c", repas=1))
    (entry,) = entries(payment("m1", ("a", 13630), ("b", 3000), ("c", 1000)), of=of)
    assert signed(entry) == [
        ("512", 17630),
        ("706", -6000),
        ("706", -4000),
        ("7088", -3630),
        ("706", -3000),
        ("4191", -1000),
    ]
    assert entry.label == "Virement, IME Les Tilleuls, RF92 3FA9 C2D4 1 et 2 autres"
    (entry,) = entries(payment("m1", ("b", 3000), ("c", 1210)), of=of)
    assert entry.label.endswith(" et 1 autre")


def test_less_than_the_tariff_is_a_rebate_and_more_an_extra() -> None:
    (less,) = entries(payment("m1", ("a", 2500)), of=(payable(owed=2500, adherents=1),))
    assert signed(less) == [("512", 2500), ("706", -3000), ("709", 500)]
    (more,) = entries(payment("m1", ("a", 3100)), of=(payable(owed=3100, adherents=1),))
    assert signed(more) == [("512", 3100), ("706", -3000), ("7588", -100)]


def test_what_counts_no_more_waits_to_be_given_back() -> None:
    cancelled = payable(owed=0)
    paid, back = entries(
        payment("m1", ("a", 3000)), payment("m2", ("a", -3000), day=LATER), of=(cancelled,)
    )
    assert signed(paid) == [("512", 3000), ("4191", -3000)]
    assert signed(back) == [("512", -3000), ("4191", 3000)]


def test_what_costs_nothing_is_never_income() -> None:
    free = payable(owed=0, adherents=1)
    back = entries(payment("m1", ("a", -3000)), of=(free,))
    assert signed(back[0]) == [("512", -3000), ("4191", 3000)]


def test_nothing_paid_is_nothing_to_book() -> None:
    assert entries(of=(example(), payable("b"))) == []
    assert entries(payment("m1"), payment("m2", ("a", 0))) == []


def test_money_moved_between_registrations_needs_no_money_line() -> None:
    of = (payable("a", owed=0), payable("b", adherents=1))
    moved = entries(payment("m1", ("a", 3000)), payment("t2", ("a", -3000), ("b", 3000)), of=of)
    assert signed(moved[1]) == [("4191", 3000), ("706", -3000)]
    assert moved[1].label.startswith("Virement, ")


def test_tariffs_without_an_account_are_named_at_once() -> None:
    of = {"a": example(), "b": payable("b", adherents=1)}
    given = [payment("m1", ("a", 1)), payment("m2", ("b", 1))]
    with pytest.raises(ConfigError, match=r"no account for adherents, non_adherents, repas\.") as e:
        wanted(of, given, [], Accounting())
    assert e.value.exit_code == 3
    assert 'tariffs = { adherents = "706" }' in str(e.value)
    only_meals = Accounting(tariffs={"repas": "7088"})
    nobody = {"a": payable(adherents=0, repas=1)}
    assert wanted(nobody, given[:1], [], only_meals)


def test_an_entry_depends_on_no_later_payment() -> None:
    earlier = payment("m1", ("a", 10000))
    assert entries(earlier, payment("m2", ("a", 3630), day=date(2019, 1, 1)))[:1] == entries(
        earlier
    )
