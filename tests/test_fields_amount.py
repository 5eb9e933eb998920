import pytest
from hypothesis import given
from hypothesis import strategies as st
from written import best, held, probability_of, seen

from pipeline.fields.amount import parse, read, to_text


@pytest.mark.parametrize(
    ("named", "cents"),
    [
        ("136,30", 13630),
        ("136.30 €", 13630),
        ("136€30", 13630),
        ("136E30", 13630),
        ("40", 4000),
        ("40 €", 4000),
        ("40,-", 4000),
        ("1 136,30", 113630),
        ("l36,3O", 13630),
        ("84,2O€", 8420),
        (".154,20", 15420),
        ("60 €.", 6000),
    ],
)
def test_an_amount_is_read_in_cents(named, cents):
    assert best(read([seen(named)]))[0] == cents


def test_a_lost_separator_leaves_both_amounts():
    candidates = read([seen("13630")])
    assert best(candidates)[0] == 13630
    assert probability_of(candidates, 1_363_000) > 0.001


def test_three_digits_are_whole_euros_first():
    candidates = read([seen("150")])
    assert best(candidates)[0] == 15000
    assert probability_of(candidates, 150) > 0.001


def test_soft_evidence_keeps_alternatives_for_the_arithmetic():
    unsure = {0: {"1": 0.6, "7": 0.39}, 2: {"2": 0.6, "7": 0.39}, 3: {",": 0.6, "": 0.39}}
    candidates = read([seen("142,10", unsure=unsure)])
    assert len(candidates) >= 8
    assert probability_of(candidates, 14210) > 0.1
    assert probability_of(candidates, 74210) > 0.03


def test_what_is_no_amount_is_hardly_believed():
    assert all(c.probability < 0.5 for c in read([seen("gratuit")]))


def test_an_unreadable_amount_is_never_zero():
    assert 0 not in [c.value for c in read([seen("~~~~")]) if c.probability > 0.1]


def test_a_text_layer_is_certain_or_says_nothing():
    assert best(read([held("136,30 €")])) == (13630, 0.999)
    assert read([held("à régler")]) == ()


def test_outputs_write_a_point():
    assert to_text(13630) == "136.30"
    assert to_text(None) == ""


@given(st.integers(0, 9_999_999))
def test_an_amount_reads_back(cents):
    assert parse(to_text(cents)) == cents


@pytest.mark.parametrize(
    ("named", "cents"), [("30 euros", 3000), ("12,10 Euros", 1210), ("42 EUR", 4200)]
)
def test_an_amount_with_its_unit_in_letters_is_read(named, cents):
    assert best(read([seen(named)]))[0] == cents
