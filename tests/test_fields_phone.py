import pytest
from hypothesis import given
from hypothesis import strategies as st
from written import best, held, probability_of, seen

from pipeline.fields.phone import parse, read, to_text

NUMBERS = st.from_regex(r"0[1-9][0-9]{8}", fullmatch=True)


@pytest.mark.parametrize(
    "named",
    [
        "02 66 16 40 60",
        "02.66.16.40.60",
        "0266164060",
        "02-66-16-40-60",
        "02/66/16/40/60",
        "O2 66 l6 4O 6O",
        "02 66 16 4060",
        ".02 66 16 40 60..",
        "02,66,16,40,60",
        "0266 164 060",
        "+33 2 66 16 40 60",
        "0033 2 66 16 40 60",
        "+33 (0)2 66 16 40 60",
    ],
)
def test_a_number_is_read_however_it_is_grouped(named):
    assert best(read([seen(named)]))[0] == "0266164060"


def test_letters_are_the_digits_they_look_like():
    assert best(read([seen("O6 SB IZ Z4 7B")]))[0] == "0658122478"


def test_of_two_numbers_the_first_is_taken():
    assert best(read([seen("0266164060 0612345678")]))[0] == "0266164060"


def test_a_digit_in_doubt_leaves_both_numbers():
    candidates = read([seen("0266164060", unsure={4: {"1": 0.6, "7": 0.4}})])
    assert best(candidates)[0] == "0266164060"
    assert probability_of(candidates, "0266764060") > 0.2


def test_a_number_too_short_is_not_believed():
    assert all(c.probability < 0.5 for c in read([seen("02 66 16 40")]))


def test_a_foreign_prefix_within_a_national_number_breaks_nothing():
    assert all(len(str(c.value)) in (0, 10) for c in read([seen("0033 123456")]))


def test_a_text_layer_is_certain_or_says_nothing():
    assert best(read([held("+33 2 66 16 40 60")])) == ("0266164060", 0.999)
    assert read([held("par mail")]) == ()


@given(NUMBERS, st.sampled_from(["", " ", ".", "-", "/", "\u00a0"]))
def test_a_number_reads_back(number, separator):
    pairs = separator.join(number[i : i + 2] for i in range(0, 10, 2))
    assert parse(pairs) == number
    assert parse(to_text(number)) == number
    assert parse(f"+33 (0){to_text(number)[1:]}") == number
    assert parse(f"0033{number[1:]}") == number


def test_outputs_write_pairs_and_keep_foreign_numbers():
    assert to_text("0266164060") == "02 66 16 40 60"
    assert to_text(parse("+32 2 123 45 67")) == "+3221234567"
    assert parse("demander Yann") is None
