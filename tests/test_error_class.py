"""What an error costs depends on what differs, and in which field."""

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline import fields
from pipeline.fields import Nature
from pipeline.judging.error_class import ErrorClass, classes_of, error_class


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


def test_every_type_can_err_and_numbers_and_marks_cost_money() -> None:
    for kind in fields.names():
        is_word = fields.nature(kind) is Nature.WORD
        assert (ErrorClass.MONEY in classes_of(kind)) != is_word
        assert classes_of(kind) == tuple(sorted(classes_of(kind), key=list(ErrorClass).index))
