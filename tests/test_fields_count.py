from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written import best, held, probability_of, seen

from pipeline.fields.count import parse, read, to_text


@pytest.mark.parametrize(
    ("named", "count"),
    [
        ("3", 3),
        ("12", 12),
        ("O", 0),
        ("o", 0),
        ("l", 1),
        ("I", 1),
        ("|", 1),
        ("Z", 2),
        ("S", 5),
        ("-", 0),
        ("—", 0),
        ("/", 0),
        ("2 x", 2),
        ("2.", 2),
        (".3..", 3),
        ("05", 5),
    ],
)
def test_a_count_is_read_whatever_its_digits_look_like(named, count):
    assert best(read([seen(named)]))[0] == count


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("néant", 0),
        ("Zéro", 0),
        ("deux", 2),
        ("1 repas", 1),
        ("trois personnes", 3),
        ("aucun", 0),
        ("x 7", 7),
    ],
)
def test_a_count_in_words_is_read(words, count):
    value, probability = best(read([seen(words)]))
    assert (value, probability > 0.5) == (count, True)


def test_every_plausible_count_is_listed_for_the_arithmetic():
    candidates = read([seen("7", unsure={0: {"7": 0.6, "1": 0.2, "2": 0.15}})])
    assert best(candidates)[0] == 7
    assert probability_of(candidates, 1) > 0.1
    assert probability_of(candidates, 2) > 0.05
    assert len(candidates) >= 8


def test_a_z_is_a_two_or_a_crossed_seven():
    candidates = read([seen("z")])
    assert best(candidates)[0] == 2
    assert probability_of(candidates, 7) > 0.1


def test_a_clear_count_is_nearly_certain():
    assert best(read([seen("2", sure=0.9999)]))[1] > 0.95


def test_what_is_no_count_is_hardly_believed():
    assert all(c.probability < 0.5 for c in read([seen("Rennes")]))


def test_a_text_layer_is_certain_or_says_nothing():
    assert best(read([held("3")])) == (3, 0.999)
    assert read([held("voir ci-joint")]) == ()


@given(st.integers(0, 99))
def test_a_count_reads_back(count):
    assert parse(to_text(count)) == count
    assert parse(f" {count} repas ") == count


@given(st.text())
def test_no_text_raises(text):
    assert parse(text) is None or 0 <= parse(text) <= 99


@pytest.mark.parametrize(
    ("slant_deg", "count"), [(0.0, 1), (-12.0, 1), (28.0, 0), (88.0, 0), (None, 1)]
)
def test_a_lone_stroke_is_a_one_or_nothing_by_its_slant(slant_deg, count):
    line = replace(seen("1"), slant_deg=slant_deg)
    assert best(read([line]))[0] == count


def test_a_stroke_between_the_two_keeps_both_alive():
    candidates = read([replace(seen("1"), slant_deg=17.0)])
    assert probability_of(candidates, 0) > 0.2
    assert probability_of(candidates, 1) > 0.2
