"""What every field type owes to the stages that use it."""

import importlib
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written import ALPHABET, check_probabilities, held, said, seen

from pipeline import fields
from pipeline.errors import ConfigError

EMPTY = {
    "age": None,
    "amount": None,
    "birth_date": "",
    "count": 0,
    "date": "",
    "email": "",
    "iban": "",
    "number": None,
    "organisation": "",
    "person": "",
    "phone": "",
    "postal_code": "",
    "siret": "",
}
WRITTEN = tuple(EMPTY)
MARKS = ("checkbox", "choice", "photo", "signature", "ticks", "yes_no")


def test_a_type_is_found_by_the_name_of_its_file():
    assert fields.names() == sorted([*WRITTEN, *MARKS])
    assert fields.load("phone") is importlib.import_module("pipeline.fields.phone").TYPE


def test_an_unknown_type_names_the_known_ones():
    with pytest.raises(ConfigError, match=", ".join(fields.names())):
        fields.load("stamp")


@pytest.mark.parametrize("name", WRITTEN)
def test_an_empty_field_is_empty_almost_surely(name):
    (candidate,) = fields.load(name).read([])
    assert candidate.value == EMPTY[name]
    assert candidate.probability >= 0.95


@pytest.mark.parametrize("name", WRITTEN)
def test_ink_that_is_no_writing_is_an_empty_field(name):
    candidates = fields.load(name).read([seen("")])
    assert candidates == () or candidates[0].value == EMPTY[name]


@pytest.mark.parametrize("name", WRITTEN)
@settings(max_examples=25, deadline=None)
@given(text=st.text(ALPHABET, max_size=14), sure=st.floats(0.4, 1.0))
def test_any_evidence_gives_valid_probabilities(name, text, sure):
    check_probabilities(fields.load(name).read([seen(text, sure=sure)]))


@pytest.mark.parametrize("name", WRITTEN)
@settings(max_examples=25, deadline=None)
@given(text=st.text(max_size=20), confidence=st.floats(0.0, 1.0))
def test_any_string_gives_valid_probabilities(name, text, confidence):
    check_probabilities(fields.load(name).read([said(text, confidence=confidence)]))
    check_probabilities(fields.load(name).read([held(text)]))


@pytest.mark.parametrize("name", [*WRITTEN, *MARKS])
@settings(deadline=None)
@given(text=st.text(st.characters() | st.sampled_from(string.printable), max_size=30))
def test_what_was_typed_once_is_written_so_that_it_reads_back(name, text):
    field_type = fields.load(name)
    value = field_type.parse(text)
    if value is not None:
        assert field_type.parse(field_type.to_text(value)) == value


def test_words_over_two_lines_join_at_a_hyphen():
    two = [{"Saint-": 0.9, "Saint": 0.1}, {"Malo": 1.0}]
    assert fields.joined(two) == pytest.approx({"Saint-Malo": 0.9, "Saint Malo": 0.1})


def test_a_line_nothing_is_read_in_takes_half_of_all_certainty():
    assert fields.joined([{"Foyer": 0.8}, {}]) == pytest.approx({"Foyer": 0.4})
