import pytest

from pipeline.errors import ConfigError
from pipeline.fields import Mark
from pipeline.fields.checkbox import TYPE


def read_marks(**ink_mm2: float):
    return TYPE.read_marks({option: Mark(mm2) for option, mm2 in ink_mm2.items()})


@pytest.mark.parametrize("ink_mm2", [1.4, 3.6, 11.4])
def test_a_tick_a_cross_and_a_filled_box_are_chosen(ink_mm2):
    chosen = read_marks(postal=0.04, virement=ink_mm2)[0]
    assert chosen.value == "virement"
    assert chosen.probability > 0.95


def test_no_ink_is_no_choice():
    chosen = read_marks(postal=0.02, virement=0.0)[0]
    assert chosen.value == ""
    assert chosen.probability > 0.99


@pytest.mark.parametrize("ink_mm2", [0.5, 1.4, 3.0, 11.4])
def test_two_ticks_are_no_answer(ink_mm2):
    assert read_marks(postal=3.6, virement=ink_mm2) == ()


def test_a_faint_mark_is_left_to_a_person():
    assert all(0.05 < c.probability < 0.9 for c in read_marks(postal=0.42))


def test_an_option_reads_back():
    assert TYPE.parse(TYPE.to_text("virement")) == "virement"
    assert TYPE.parse(" ") == ""


def test_a_check_box_given_lines_is_a_fault_of_the_form():
    with pytest.raises(ConfigError, match="boxes_mm"):
        TYPE.read([])


def test_ink_that_runs_on_from_the_left_is_no_tick() -> None:
    crossed = TYPE.read_marks({"postal": Mark(4.8, before_mm2=3.6), "virement": Mark()})
    ticked = read_marks(postal=4.8, virement=0.0)
    assert ticked[0].value == "postal"
    assert ticked[0].probability > 0.99 > 0.6 > crossed[0].probability
    empty = TYPE.read_marks({"postal": Mark(0.0, before_mm2=3.6), "virement": Mark()})
    assert empty[0].text == ""
    assert empty[0].probability > 0.99
