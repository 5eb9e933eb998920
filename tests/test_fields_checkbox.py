import pytest
from hypothesis import given
from hypothesis import strategies as st
from written import check_probabilities

from pipeline.errors import ConfigError
from pipeline.fields.checkbox import parse, read, read_marks, to_text

INK = st.floats(0.0, 1.0)


@pytest.mark.parametrize("ink", [0.12, 0.3, 0.95])
def test_a_tick_a_cross_and_a_filled_box_are_chosen(ink):
    chosen = read_marks({"postal": 0.003, "virement": ink})[0]
    assert chosen.value == "virement"
    assert chosen.probability > 0.95


def test_no_ink_is_no_choice():
    chosen = read_marks({"postal": 0.002, "virement": 0.0})[0]
    assert chosen.value == ""
    assert chosen.probability > 0.99


@pytest.mark.parametrize("ink", [0.04, 0.12, 0.25, 0.95])
def test_two_ticks_are_no_answer(ink):
    assert read_marks({"postal": 0.3, "virement": ink}) == ()


def test_a_faint_mark_is_left_to_a_person():
    assert all(0.05 < c.probability < 0.9 for c in read_marks({"postal": 0.035}))


@given(INK, INK)
def test_probabilities_are_valid(postal, virement):
    candidates = read_marks({"postal": postal, "virement": virement})
    check_probabilities(candidates)


@given(INK, INK)
def test_more_ink_makes_a_box_likelier(one, two):
    less, more = sorted((one, two))
    chance = {
        ink: next((c.probability for c in read_marks({"x": ink}) if c.value == "x"), 0.0)
        for ink in (less, more)
    }
    assert chance[less] <= chance[more]


def test_an_option_reads_back():
    assert parse(to_text("virement")) == "virement"
    assert parse(" ") == ""


def test_a_check_box_given_lines_is_a_fault_of_the_form():
    with pytest.raises(ConfigError, match="boxes_mm"):
        read([])


def test_ink_that_runs_on_from_the_left_is_no_tick() -> None:
    ticked = read_marks({"postal": 0.4, "virement": 0.0}, beside={"postal": 0.0, "virement": 0.0})
    crossed = read_marks({"postal": 0.4, "virement": 0.0}, beside={"postal": 0.3, "virement": 0.0})
    assert ticked[0].value == "postal"
    assert ticked[0].probability > 0.99 > 0.6 > crossed[0].probability
    empty = read_marks({"postal": 0.0, "virement": 0.0}, beside={"postal": 0.3, "virement": 0.0})
    assert empty[0].text == ""
    assert empty[0].probability > 0.99
