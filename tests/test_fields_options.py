"""What marks on several options come to, for every type that reads them."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written import check_probabilities

from pipeline import fields
from pipeline.fields import BETWEEN, Mark, Nature
from pipeline.records import Candidate, FieldReading, Origin, Roles

ONE, ANY, PRESENT = ("checkbox", "choice", "yes_no"), ("ticks",), ("signature", "photo")
SHARE = st.floats(0.0, 1.0)
MM2 = st.floats(0.0, 500.0)
MARK = st.builds(Mark, MM2, MM2, st.booleans(), SHARE, SHARE)
CLEAN = Mark(is_word=True)
RINGED = Mark(18.0, is_word=True, ringed=0.95)
STRUCK = Mark(2.0, is_word=True, struck=0.9)
TICKED = Mark(2.5, is_word=True, ringed=0.1)


def _read(name: str, marks: Mapping[str, Mark]) -> tuple[Candidate, ...]:
    return fields.load(name).read_marks(marks)


def _best(name: str, **marks: Mark) -> tuple[object, float]:
    """The likeliest value, and how likely it is; nothing at all is not likely."""
    candidates = _read(name, marks)
    return (candidates[0].value, candidates[0].probability) if candidates else ("?", 0.0)


def _chance(name: str, value: str, marks: Mapping[str, Mark]) -> float:
    return sum(c.probability for c in _read(name, marks) if c.value == value)


def test_these_are_all_the_types_of_marks() -> None:
    of_marks = {name for name in fields.names() if fields.nature(name) is Nature.MARK}
    assert of_marks == {*ONE, *ANY, *PRESENT}


@pytest.mark.parametrize("name", [*ONE, *ANY])
@given(marks=st.dictionaries(st.sampled_from("abcdefghij"), MARK, min_size=1))
def test_any_marks_give_valid_probabilities(name: str, marks: dict[str, Mark]) -> None:
    check_probabilities(_read(name, marks))


@pytest.mark.parametrize("name", PRESENT)
@given(mark=MARK)
def test_any_ink_in_a_place_gives_valid_probabilities(name: str, mark: Mark) -> None:
    check_probabilities(_read(name, {"oui": mark}))


@pytest.mark.parametrize("name", [*ONE, *ANY, *PRESENT])
@given(inks=st.tuples(MM2, MM2).map(sorted))
def test_more_ink_makes_an_option_likelier_and_none_less(name: str, inks: list[float]) -> None:
    less, more = ({"oui": Mark(ink)} for ink in inks)
    assert _chance(name, "oui", less) <= _chance(name, "oui", more) + 1e-4
    assert _chance(name, "", less) >= _chance(name, "", more) - 1e-4


@pytest.mark.parametrize("name", ["choice", "yes_no"])
def test_the_one_ringed_word_is_chosen(name: str) -> None:
    for others in (CLEAN, STRUCK):
        value, chance = _best(name, oui=others, non=RINGED)
        assert value == "non"
        assert chance > 0.98


def test_the_one_word_that_is_not_struck_out_is_chosen() -> None:
    assert _best("choice", a=STRUCK, b=CLEAN, c=STRUCK)[0] == "b"
    assert _best("choice", a=STRUCK, b=CLEAN, c=STRUCK)[1] > 0.95
    assert _best("choice", a=STRUCK, b=CLEAN, c=CLEAN)[1] < 0.2


def test_words_that_are_all_struck_out_or_all_ringed_are_no_one_answer() -> None:
    assert _best("yes_no", oui=STRUCK, non=STRUCK)[1] < 0.2
    assert _best("yes_no", oui=RINGED, non=RINGED)[1] < 0.2


@pytest.mark.parametrize("name", ["yes_no", "ticks"])
def test_a_tick_beside_a_word_is_shown_to_a_person(name: str) -> None:
    value, chance = _best(name, oui=TICKED, non=CLEAN)
    assert value == "oui"
    assert 0.4 < chance < 0.7


@pytest.mark.parametrize("name", ["choice", "ticks"])
def test_what_is_left_of_a_words_print_is_no_mark_beside_a_ring(name: str) -> None:
    rest = Mark(1.3, is_word=True)
    assert _best(name, a=RINGED, b=rest, c=CLEAN)[0] == "a"
    assert _best(name, a=RINGED, b=TICKED, c=CLEAN)[1] < 0.9


def test_words_nobody_touched_choose_none() -> None:
    for name in ("yes_no", "ticks"):
        value, chance = _best(name, oui=CLEAN, non=CLEAN)
        assert value == ""
        assert chance > 0.99


def test_any_of_the_ticks_are_a_value_in_the_forms_order() -> None:
    ink = {"matin": Mark(3.0), "midi": Mark(), "soir": Mark(1.8)}
    best = _read("ticks", ink)[0]
    assert best.value == best.text == "matin | soir"
    assert best.probability > 0.95


def test_with_some_struck_out_the_other_words_are_chosen() -> None:
    assert _best("ticks", matin=CLEAN, midi=STRUCK, soir=CLEAN)[0] == "matin | soir"
    assert _best("ticks", matin=RINGED, midi=STRUCK, soir=CLEAN)[0] == "matin"
    assert _best("ticks", matin=STRUCK, midi=STRUCK)[1] < 0.3


def test_an_option_in_doubt_leaves_both_answers() -> None:
    candidates = _read("ticks", {"matin": Mark(3.0), "soir": Mark(0.42)})
    assert {c.value for c in candidates[:2]} == {"matin", "matin | soir"}
    assert all(c.probability < 0.6 for c in candidates)


def test_thirty_boxes_are_no_harder_than_three() -> None:
    ink = {f"n{i}": Mark(3.0 if i % 3 else 0.3) for i in range(30)}
    best = _read("ticks", ink)[0]
    assert best.value == BETWEEN.join(f"n{i}" for i in range(30) if i % 3)


@pytest.mark.parametrize(
    ("name", "dirt", "between", "present"),
    [
        ("signature", 0.1, 1.2, 12.0),
        ("photo", 0.3, 8.0, 200.0),
    ],
)
def test_what_is_there_and_what_is_not_are_sure_and_a_word_in_its_place_is_not(
    name: str, dirt: float, between: float, present: float
) -> None:
    assert _best(name, oui=Mark(dirt)) == ("", pytest.approx(1.0, abs=0.01))
    assert _best(name, oui=Mark(present)) == ("oui", pytest.approx(1.0, abs=0.01))
    assert _best(name, oui=Mark(between))[1] < 0.5


def _held(name: str, kind: str, value: str) -> FieldReading:
    candidates = (Candidate(value, value, 1.0),)
    return FieldReading(name, kind, 1, None, "", candidates, Origin.OCR)


def test_readers_read_options_as_the_form_has_them_called() -> None:
    titles = (("repas.2:", "x"), ("repas:midi", "Midi, au local"), ("signature:", "absente"))
    roles = Roles(titles=titles)
    assert fields.shown(_held("repas", "ticks", "midi | tard_le_soir"), roles) == (
        "Midi, au local, tard le soir"
    )
    assert fields.shown(_held("repas.2", "choice", "midi"), roles) == "Midi, au local"
    assert fields.shown(_held("signature", "signature", ""), roles) == "absente"
    assert fields.shown(_held("repas", "choice", ""), roles) == ""
