"""What every field type owes to the stages that use it."""

import importlib
import string
import time
import tracemalloc
from itertools import product
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written import ALPHABET, check_probabilities, held, said, seen

from pipeline import fields
from pipeline.errors import ConfigError

EMPTY = {
    "address": "",
    "age": None,
    "amount": None,
    "birth_date": "",
    "count": 0,
    "date": "",
    "email": "",
    "given_name": "",
    "iban": "",
    "licence": "",
    "long_text": "",
    "number": None,
    "organisation": "",
    "person": "",
    "phone": "",
    "postal_code": "",
    "postal_town": "",
    "siret": "",
    "surname": "",
    "text": "",
    "town": "",
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


def _all_ways(lines):
    """What ``joined`` says, each combination tried."""
    texts = {}
    for parts in product(*(line.items() for line in lines)):
        text = ""
        for part, _ in parts:
            text = text + part if text.endswith("-") else f"{text} {part}".strip()
        texts[text] = texts.get(text, 0.0) + prod(p for _, p in parts)
    return texts


_LINES = st.dictionaries(st.text("ab -", max_size=3), st.floats(0.01, 1.0), min_size=1, max_size=12)


@given(st.lists(_LINES, min_size=1, max_size=3))
def test_up_to_three_lines_are_joined_in_every_way(lines):
    assert fields.joined(lines) == pytest.approx(_all_ways(lines))


def test_ten_filled_lines_cost_no_more_than_ten_times_one():
    lines = [
        seen(" ".join([f"mot{i}"] * 5), sure=0.6, unsure={1: {"o": 0.5, "a": 0.4}})
        for i in range(10)
    ]
    read = fields.load("organisation").read
    read(lines[:1])  # what is loaded once is no part of it
    tracemalloc.start()
    started = time.process_time()
    candidates = read(lines)
    seconds, (_, most_bytes) = time.process_time() - started, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    check_probabilities(candidates)
    assert seconds < 30  # 3 s without tracemalloc's own work on an idle machine
    assert most_bytes < 100e6
    many = [{f"{i}{c}": 0.08 for c in "abcdefghijkl"} for i in range(10)]
    assert len(fields.joined(many)) <= 12**3


def test_a_beam_over_many_lines_keeps_the_likeliest_text():
    lines = [{"mot": 0.6, **{f"mot{c}": 0.03 for c in "abcdefghijk"}}] * 8
    best = max(fields.joined(lines).items(), key=lambda pair: pair[1])
    assert best == (" ".join(["mot"] * 8), pytest.approx(0.6**8))


def test_a_line_nothing_is_read_in_takes_half_of_all_certainty():
    assert fields.joined([{"Foyer": 0.8}, {}]) == pytest.approx({"Foyer": 0.4})
