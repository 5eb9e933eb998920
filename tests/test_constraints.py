"""What binds the fields of a form, as ``form.toml`` states it."""

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from pipeline.forms.constraints import Constraint, date_of
from pipeline.french import broken
from pipeline.records import FieldValue

_ANY: TypeAdapter[Constraint] = TypeAdapter(Constraint)


def _stated(**facts: Any) -> Constraint:
    return _ANY.validate_python(facts)


@pytest.mark.parametrize(
    ("facts", "good", "bad"),
    [
        (
            {"kind": "sum", "total": "t", "times": {"a": 3000, "b": 1}},
            [(2, 550, 6550)],
            [(2, 550, 6000)],
        ),
        ({"kind": "product", "total": "t", "of": ["n", "price"]}, [(3, 1210, 3630)], [(3, 3, 6)]),
        ({"kind": "at_most", "field": "a", "limit": "b"}, [(2, 2), (0, 1)], [(3, 2)]),
        (
            {"kind": "equal", "fields": ["a", "b"]},
            [(2, 2), ("Zoé MARTIN", "zoe martin")],
            [(2, 3), ("Zoé", "Luc")],
        ),
        (
            {"kind": "in_order", "fields": ["a", "b"]},
            [(1, 2), ("1/2/2018", "02.02.18"), ("2018-02-01", "1/2/2018")],
            [(2, 1), ("3/2/2018", "2018-02-02")],
        ),
        (
            {"kind": "check_digits", "field": "a", "scheme": "iban"},
            [("FR76 4255 9000 1121 0280 6540 308",), ("GB82WEST12345698765432",)],
            [("FR7642559000112102806540380",), ("GB82WEST1234569876543",), ("42",)],
        ),
        (
            {"kind": "check_digits", "field": "a", "scheme": "siret"},
            [("732 829 320 00074",), ("35600000000048",), ("35600000049837",)],
            [("73282932000047",), ("7328293200007",)],
        ),
        ({"kind": "check_digits", "field": "a", "scheme": "siren"}, [("732829320",)], [("1" * 9,)]),
    ],
)
def test_a_constraint_tells_what_keeps_to_it(
    facts: dict[str, Any], good: list[tuple[FieldValue, ...]], bad: list[tuple[FieldValue, ...]]
) -> None:
    constraint = _stated(**facts)
    assert [constraint.holds(values) for values in good] == [True] * len(good)
    assert [constraint.holds(values) for values in bad] == [False] * len(bad)
    (group, *_) = constraint.groups
    assert constraint.holds([None] * len(group)) is None
    told = broken(constraint.says, group, [str(value) for value in bad[0]])
    assert group[0] in told or group[-1] in told
    weights = [constraint.weight(holds=holds) for holds in (True, False, None)]
    assert 0 < weights[1] <= weights[2] <= weights[0] <= 1


@given(st.text(alphabet="0123456789", min_size=13, max_size=13), st.integers(0, 12))
def test_one_wrong_digit_breaks_a_siret(digits: str, at: int) -> None:
    constraint = _stated(kind="check_digits", field="a", scheme="siret")
    if digits.startswith("356000000"):
        return
    whole = next(digits + last for last in "0123456789" if constraint.holds([digits + last]))
    wrong = whole[:at] + str((int(whole[at]) + 1) % 10) + whole[at + 1 :]
    assert wrong.startswith("356000000") or constraint.holds([wrong]) is False


def test_dates_are_read_the_french_way() -> None:
    assert date_of("2/1/2018") == datetime.date(2018, 1, 2)
    assert date_of("31/02/2018") is None
    assert date_of("demain") is None
    assert date_of(None) is None


@pytest.mark.parametrize(
    "facts",
    [
        {"kind": "sums", "total": "t"},
        {"kind": "sum", "total": "t", "times": {}},
        {"kind": "equal", "fields": ["a"]},
        {"kind": "check_digits", "field": "a", "scheme": "isbn"},
        {"kind": "at_most", "field": "a", "limit": "b", "broken": 1.0},
    ],
)
def test_nonsense_is_refused(facts: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        _stated(**facts)
