import pytest
from hypothesis import given
from hypothesis import strategies as st
from schwifty import IBAN

from pipeline.decoding import bank

RIGHT = "FR76 4255 9000 1121 0280 6540 308"


def test_an_account_is_found_as_it_is_written() -> None:
    (account,) = bank.ibans(f"ASS EXEMPLE\nIBAN : {RIGHT} BIC : CCOPFRPPXXX")
    assert (account.value, account.repaired) == ("FR7642559000112102806540308", False)
    (bic,) = bank.bics("BIC : CCOPFRPPXXX", [account])
    assert (bic.value, bic.repaired) == ("CCOPFRPPXXX", False)


@pytest.mark.parametrize(
    "read", ["FR76 4255 9O00 1121 O280 6540 308", "FR7G 4255 9000 1121 0280 6540 3O8"]
)
def test_letters_read_for_digits_are_put_right_where_the_check_digits_prove_it(read: str) -> None:
    (account,) = bank.ibans(f"IBAN : {read}")
    assert account.value == "FR7642559000112102806540308"
    assert account.repaired
    assert account.read == read


@given(st.integers(4, 26), st.integers(1, 9))
def test_a_wrong_digit_is_never_guessed(place: int, more: int) -> None:
    digits = bank.compact(RIGHT)
    wrong = digits[:place] + str((int(digits[place]) + more) % 10) + digits[place + 1 :]
    assert bank.iban(wrong) == ""


@given(st.from_regex(r"[0-9]{5}", fullmatch=True), st.from_regex(r"[0-9]{11}", fullmatch=True))
def test_every_right_account_stays_as_it_is(branch: str, number: str) -> None:
    right = str(IBAN.generate("FR", "42559", number, branch))
    assert bank.iban(right) == right


def test_a_bank_code_is_repaired_only_by_the_account_beside_it() -> None:
    accounts = [*bank.ibans(RIGHT)]
    (beside,) = bank.bics("BIC : CCOPERPPXXX", accounts)
    (alone,) = bank.bics("BIC : CCOPERPPXXX", [])
    (other,) = bank.bics("BIC : AGRIFRPPXXX", accounts)
    assert (beside.value, alone.value) == ("CCOPFRPPXXX", "")
    assert other.value != "CCOPFRPPXXX"
