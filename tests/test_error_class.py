"""What an error costs depends on what differs, and in which field."""

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline import fields
from pipeline.fields import Drawn, Nature
from pipeline.judging.error_class import (
    ErrorClass,
    alternatives,
    certainty,
    class_name,
    classes_of,
    error_class,
    is_spared,
)
from pipeline.records import Candidate, FieldReading


@pytest.mark.parametrize(
    ("kind", "read", "truth", "expected"),
    [
        ("person", "Fanch Le Goff", "Fañch Le Goff", ErrorClass.SPELLING),
        ("person", "LE-GOFF Nina", "LE GOFF Nina", ErrorClass.SPELLING),
        ("person", "Dhervé", "D'Hervé", ErrorClass.SPELLING),
        ("person", "Le Goft", "Le Goff", ErrorClass.IDENTITY),
        ("organisation", "Foyer l'enfance", "Foyer L'Enfance", ErrorClass.SPELLING),
        ("organisation", "M.A.I.S", "MAIS", ErrorClass.SPELLING),
        ("organisation", "CADA 36", "CADA 35", ErrorClass.IDENTITY),
        ("organisation", "", "CADA", ErrorClass.IDENTITY),
        ("email", "yrouxel@orange.fr", "y.rouxel@orange.fr", ErrorClass.IDENTITY),
        ("phone", "0299000001", "0299000002", ErrorClass.IDENTITY),
        ("amount", "136.30", "136.80", ErrorClass.MONEY),
        ("count", "1", "2", ErrorClass.MONEY),
        ("checkbox", "cheque", "virement", ErrorClass.MONEY),
    ],
)
def test_an_error_costs_what_it_would_do(
    kind: str, read: str, truth: str, expected: ErrorClass
) -> None:
    assert error_class(kind, read, truth) is expected


_NAMES = st.text("abcdeéèçïñABCDÉ '-.", min_size=1, max_size=12)


@given(_NAMES, _NAMES)
def test_how_a_name_is_spelled_is_never_another_name(read: str, truth: str) -> None:
    assume(read != truth)
    plain, other = (
        [c for c in unicodedata.normalize("NFD", text).lower() if c.isascii() and c.isalpha()]
        for text in (read, truth)
    )
    spelled = error_class("person", read, truth) is ErrorClass.SPELLING
    assert spelled == (plain == other)


def test_every_type_can_err_and_numbers_and_choices_cost_money() -> None:
    for kind in fields.names():
        is_word = fields.nature(kind) is Nature.WORD
        is_presence = fields.load(kind).drawn is not Drawn.MARK
        assert (ErrorClass.MONEY in classes_of(kind)) == (not is_word and not is_presence)
        assert classes_of(kind) == tuple(sorted(classes_of(kind), key=list(ErrorClass).index))


# what a reading says of each class

_SPELLINGS = st.sampled_from(
    ("Zoé ROUX", "Zoe Roux", "ZOÉ-ROUX", "Zoé Roul", "ZOE ROUL", "Léa ROUX", "Lea roux")
)


@st.composite
def _readings(draw: st.DrawFn, kind: str) -> FieldReading:
    """Candidates that sum to one at most, the likeliest first."""
    texts = draw(st.lists(_SPELLINGS, min_size=1, max_size=7, unique=True))
    shares = draw(st.lists(st.floats(0.001, 1), min_size=len(texts), max_size=len(texts)))
    whole = sum(shares) * draw(st.floats(1, 2))
    ordered = sorted((share / whole for share in shares), reverse=True)
    listed = tuple(Candidate(t, t, p) for t, p in zip(texts, ordered, strict=True))
    return FieldReading("x", kind, 1, None, texts[0], listed)


@given(st.sampled_from(("person", "organisation", "email", "count")).flatmap(_readings))
def test_a_dearer_class_is_never_less_sure_than_the_whole_reading(reading: FieldReading) -> None:
    sure = [certainty(reading, error) for error in classes_of(reading.type)]
    assert sure == sorted(sure, reverse=True)
    assert sure[-1] == reading.posterior
    assert sure[0] <= 1


@given(_readings("person"))
def test_what_differs_in_spelling_only_speaks_for_the_same_letters(reading: FieldReading) -> None:
    same = sum(
        candidate.probability
        for candidate in reading.candidates
        if candidate.text == reading.text
        or error_class("person", candidate.text, reading.text) is ErrorClass.SPELLING
    )
    assert certainty(reading, ErrorClass.IDENTITY) == pytest.approx(min(1.0, same))


def test_of_an_address_another_case_or_sign_is_another_address() -> None:
    shares = {"l.roux@a.fr": 0.6, "lroux@a.fr": 0.3}
    reading = _reading("email", shares)
    assert certainty(reading, ErrorClass.IDENTITY) == 0.6
    assert alternatives(reading, ErrorClass.IDENTITY, most=2) == ("lroux@a.fr",)


def _reading(kind: str, shares: dict[str, float]) -> FieldReading:
    listed = tuple(Candidate(text, text, p) for text, p in shares.items())
    return FieldReading("x", kind, 1, None, listed[0].text, listed)


_NAMED = {"Zoé ROUX": 0.4, "Zoe ROUX": 0.2, "ZOE ROUL": 0.15, "Zoé ROUL": 0.1, "Léa ROUX": 0.05}


@pytest.mark.parametrize(
    ("doubted", "most", "offered"),
    [
        (ErrorClass.IDENTITY, 9, ("ZOE ROUL", "Léa ROUX")),
        (ErrorClass.IDENTITY, 1, ("ZOE ROUL",)),
        (ErrorClass.SPELLING, 9, ("Zoe ROUX", "ZOE ROUL", "Zoé ROUL", "Léa ROUX")),
        (ErrorClass.SPELLING, 2, ("Zoe ROUX", "ZOE ROUL")),
    ],
)
def test_spellings_are_offered_only_where_the_spelling_is_in_doubt(
    doubted: ErrorClass, most: int, offered: tuple[str, ...]
) -> None:
    assert alternatives(_reading("person", _NAMED), doubted, most=most) == offered


@given(_readings("person"), st.sampled_from((ErrorClass.IDENTITY, ErrorClass.SPELLING)))
def test_what_was_read_is_no_alternative_to_itself(
    reading: FieldReading, doubted: ErrorClass
) -> None:
    offered = alternatives(reading, doubted, most=9)
    assert reading.text not in offered
    if doubted is ErrorClass.IDENTITY:
        others = {c.text for c in reading.candidates} - {reading.text}
        differ = {error_class("person", text, reading.text) for text in others}
        is_another = ErrorClass.IDENTITY in differ
        wanted = ErrorClass.IDENTITY if is_another else ErrorClass.SPELLING
        assert {error_class("person", text, reading.text) for text in offered} <= {wanted}
        assert bool(offered) == bool(others)


def test_an_error_spares_the_dearer_classes() -> None:
    classes = list(ErrorClass)
    for of in classes:
        assert is_spared(None, of)
        for error in classes:
            assert is_spared(error, of) is (classes.index(error) > classes.index(of))


def test_each_class_has_a_name_of_its_own() -> None:
    assert len({class_name(error) for error in ErrorClass}) == len(ErrorClass)
