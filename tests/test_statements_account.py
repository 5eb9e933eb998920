"""Whether a statement's account is the one of an IBAN."""

import pytest

from pipeline.statements.account import matches
from tests.bank_files import BANK, BRANCH, IBAN, NUMBER

LETTERED = "FR2120041010050500013M02606"


@pytest.mark.parametrize(
    "account",
    [
        IBAN,
        "fr76 3000 4000 0312 3456 7890 143",
        BANK + BRANCH + NUMBER,
        f"{BANK} {BRANCH} {NUMBER} 43",
        NUMBER,
        f"{NUMBER}43",
        "0" + NUMBER,
    ],
)
def test_an_account_is_known_however_a_bank_writes_it(account: str) -> None:
    assert matches(account, IBAN)
    assert matches(account, " ".join(IBAN.lower()))


@pytest.mark.parametrize("account", ["0500013M026", "500013M026", "0500013m026", LETTERED])
def test_the_letter_of_a_postal_account_counts(account: str) -> None:
    assert matches(account, LETTERED)
    assert not matches(account.upper().replace("M", "K"), LETTERED)


@pytest.mark.parametrize(
    "account",
    [
        "",
        " ",
        IBAN[:-1] + "4",
        "30004" + "00004" + NUMBER,
        NUMBER[:-1],
        NUMBER[1:],
        "12345678902",
        f"{NUMBER}44",
        BANK,
        "0",
    ],
)
def test_another_account_is_not_taken_for_it(account: str) -> None:
    assert not matches(account, IBAN)


def test_an_account_of_another_country_is_its_iban_or_all_behind_its_check_digits() -> None:
    german = "DE89370400440532013000"
    assert matches(german, german)
    assert matches(german[4:], german)
    assert not matches(german[12:], german)
