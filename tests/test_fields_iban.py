import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schwifty import IBAN
from written import best, check_probabilities, held, probability_of, seen

from pipeline.fields.iban import TYPE, parse, to_text

ACCOUNT = "FR7630006000011234567890189"
ACCOUNTS = st.builds(lambda seed: TYPE.invent(np.random.default_rng(seed))[0], st.integers(0))


@pytest.mark.parametrize(
    "named",
    [
        "FR76 3000 6000 0112 3456 7890 189",
        "FR7630006000011234567890189",
        "fr76 3000 6000 0112 3456 7890 189",
        "FR76 3OOO 6OOO Oll2 3456 789O l89",
        "FR76-3000-6000-0112-3456-7890-189",
        "F R 7 6 3 0 0 0 6 0 0 0 0 1 1 2 3 4 5 6 7 8 9 0 1 8 9",
    ],
)
def test_an_account_is_read_however_it_is_grouped(named):
    value, probability = best(TYPE.read([seen(named)]))
    assert (value, probability > 0.9) == (ACCOUNT, True)


@pytest.mark.parametrize(
    "account",
    [
        "BE68539007547034",
        "CH9300762011623852957",
        "DE89370400440532013000",
        "ES9121000418450200051332",
        "GB29NWBK60161331926819",
        "IT60X0542811101000000123456",
        "LU280019400644750000",
        "NL91ABNA0417164300",
        "PT50000201231234567890154",
    ],
)
def test_an_account_of_a_neighbour_is_read(account):
    assert parse(account) == account
    assert best(TYPE.read([seen(account)]))[0] == account


def test_the_check_digits_decide_what_the_ink_leaves_open():
    unsure = {7: {"8": 0.6, "0": 0.3}, 13: {"7": 0.5, "1": 0.4}}
    assert best(TYPE.read([seen(ACCOUNT, unsure=unsure)]))[0] == ACCOUNT


@pytest.mark.parametrize(
    "text",
    [
        "FR7630006000011234567890188",
        "FR763000600001123456789018",
        "FR76300060000112345678901890",
        "FR76",
        "ZZ7630006000011234567890189",
        "IBAN",
        "ci-joint",
        "FR76" + 5000 * "O",
        "30006000011234567890189",
    ],
)
def test_what_is_not_proven_is_none(text):
    assert not parse(text)
    assert TYPE.read([held(text)]) in ((), TYPE.read([held("")]))


def test_the_label_before_an_account_is_none_of_it():
    assert parse("IBAN : FR76 3000 6000 0112 3456 7890 189") == ACCOUNT


@given(ACCOUNTS, st.integers(4, 26), st.integers(1, 9))
def test_one_digit_misread_is_never_another_account(account, place, by):
    wrong = f"{account[:place]}{(int(account[place]) + by) % 10}{account[place + 1 :]}"
    assert parse(wrong) is None


@settings(max_examples=10, deadline=None)
@given(ACCOUNTS, st.integers(4, 26), st.integers(1, 9))
def test_one_digit_misread_is_hardly_believed_to_be_another_account(account, place, by):
    wrong = f"{account[:place]}{(int(account[place]) + by) % 10}{account[place + 1 :]}"
    candidates = TYPE.read([seen(wrong)])
    check_probabilities(candidates)
    assert all(c.probability < 0.9 for c in candidates if c.value not in ("", account))
    assert probability_of(candidates, wrong) == 0.0


@settings(deadline=None)
@given(ACCOUNTS)
def test_an_account_reads_back_in_all_its_spellings(account):
    for text in (to_text(account), TYPE.display(account), *TYPE.spellings(account)):
        assert parse(text) == account
        assert best(TYPE.read([held(text)])) == (account, 0.999)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_what_is_invented_is_what_is_written(seed):
    value, text = TYPE.invent(np.random.default_rng(seed))
    assert parse(text) == value
    candidates = TYPE.read([seen(text)])
    check_probabilities(candidates)
    assert best(candidates)[0] == value


@given(st.text())
def test_any_text_is_a_proven_account_or_none(text):
    value = parse(text)
    assert not value or IBAN(value, validate_bban=True).is_valid
