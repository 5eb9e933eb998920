import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written import best, check_probabilities, held, probability_of, seen

from pipeline.decoding.companies import is_siren, is_siret
from pipeline.fields.siret import TYPE, parse, to_text

NUMBER = "73282932000074"
NUMBERS = st.builds(lambda seed: TYPE.invent(np.random.default_rng(seed))[0], st.integers(0))


@pytest.mark.parametrize(
    "named",
    [
        "732 829 320 00074",
        "73282932000074",
        "732.829.320.00074",
        "7328293200OO74",
        "T32 829 32O 0O074",
        "7 3 2 8 2 9 3 2 0 0 0 0 7 4",
    ],
)
def test_a_number_is_read_however_it_is_grouped(named):
    value, probability = best(TYPE.read([seen(named)]))
    assert (value, probability > 0.5) == (NUMBER, True)


def test_the_check_digit_decides_what_the_ink_leaves_open():
    unsure = {4: {"7": 0.6, "2": 0.35}}
    assert best(TYPE.read([seen(NUMBER, unsure=unsure)]))[0] == NUMBER


def test_a_number_whose_company_fits_is_likelier_than_one_whose_place_alone_does():
    unsure = {8: {"0": 0.5, "5": 0.5}, 13: {"4": 0.5, "3": 0.5}}
    other = "73282932500073"
    candidates = TYPE.read([seen(NUMBER, unsure=unsure)])
    assert is_siret(other)
    assert 0.0 < 5 * probability_of(candidates, other) < probability_of(candidates, NUMBER)


@pytest.mark.parametrize(
    "text", ["73282932000075", "7328293200007", "732829320", "732829320000740", "néant", "²" * 14]
)
def test_what_is_not_proven_is_none(text):
    assert parse(text) is None
    assert TYPE.read([held(text)]) == ()


def test_the_label_before_a_number_is_none_of_it():
    assert parse("N° SIRET : 732 829 320 00074") == NUMBER


def test_the_post_office_counts_in_its_own_way():
    assert is_siret("35600000000048")
    assert is_siret("35600000049837")
    assert not is_siret("35600000049838")


@settings(deadline=None)
@given(NUMBERS, st.integers(0, 13), st.integers(1, 9))
def test_one_digit_misread_is_never_another_number(number, place, by):
    wrong = f"{number[:place]}{(int(number[place]) + by) % 10}{number[place + 1 :]}"
    assert parse(wrong) is None
    assert probability_of(TYPE.read([seen(wrong)]), wrong) == 0.0


@settings(deadline=None)
@given(NUMBERS)
def test_a_number_reads_back_in_all_its_spellings(number):
    assert is_siren(number[:9])
    for text in (to_text(number), TYPE.display(number), *TYPE.spellings(number)):
        assert parse(text) == number
        assert best(TYPE.read([held(text)])) == (number, 0.999)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_what_is_invented_is_what_is_written(seed):
    value, text = TYPE.invent(np.random.default_rng(seed))
    assert parse(text) == value
    candidates = TYPE.read([seen(text)])
    check_probabilities(candidates)
    assert best(candidates)[0] == value


@given(st.text())
def test_any_text_is_a_proven_number_or_none(text):
    assert not parse(text) or is_siret(parse(text))
