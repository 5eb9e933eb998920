"""``[accounting]`` of ``fiches.toml``, checked where it enters."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from pipeline.config import Accounting, Configuration, load_settings
from pipeline.errors import ConfigError, ExitCode


def test_without_a_word_the_usual_accounts_are_booked_on() -> None:
    given = Configuration().accounting
    assert given == Accounting()
    assert (given.bank, given.cheques, given.cash, given.advances) == ("512", "5112", "530", "4191")
    assert (given.rebates, given.extras, dict(given.tariffs)) == ("709", "7588", {})
    assert "cotisation" in given.other_purposes


def test_a_file_names_accounts_and_the_association(tmp_path: Path) -> None:
    path = tmp_path / "fiches.toml"
    path.write_text(
        """[accounting]
        bank = "5121CM"
        siren = "732829320"
        first_day = "09-01"
        tariffs = { adherents = "706", repas = "7088" }
        labels = { "706" = "Journées" }
        """,
        "utf-8",
    )
    given = load_settings(path).accounting
    assert (given.bank, given.siren, given.first_day) == ("5121CM", "732829320", "09-01")
    assert given.tariffs == {"adherents": "706", "repas": "7088"}
    assert given.labels == {"706": "Journées"}


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "fiches.toml"
    path.write_text(
        """[accounting]
        bank = "51"
        tariffs = { repas = "vente" }
        siren = "732829321"
        first_day = "02-29"
        labels = { ventes = "Ventes" }
        bnak = "512"
        """,
        "utf-8",
    )
    with pytest.raises(ConfigError) as caught:
        load_settings(path)
    assert caught.value.exit_code == ExitCode.CONFIG
    for said in (
        r"accounting.bank: Value error, an account begins with three digits, like 706 or 4191",
        r"accounting.tariffs.repas: Value error, an account begins with three digits",
        r"accounting.siren: Value error, no SIREN has these digits",
        r"accounting.first_day: Value error, not a day of every year",
        r"accounting.labels.ventes.[key]: String should match pattern",
        r"accounting.bnak",
    ):
        assert said in str(caught.value)


@pytest.mark.parametrize("account", ["", "5", "51", "5a2", "A512", "512-1", "512 ", "٥١٢", "512é"])
def test_an_account_begins_with_three_digits(account: str) -> None:
    with pytest.raises(ValidationError, match="three digits"):
        Accounting(cash=account)


@pytest.mark.parametrize(
    "siren", ["73282932", "7328293200", "73282932O", "732 829 320", "٧٣٢٨٢٩٣٢٠"]
)
def test_a_siren_has_nine_digits(siren: str) -> None:
    with pytest.raises(ValidationError, match="nine digits"):
        Accounting(siren=siren)


def test_one_wrong_digit_of_a_siren_is_seen() -> None:
    right = "732829320"
    for place in range(9):
        for digit in set("0123456789") - {right[place]}:
            with pytest.raises(ValidationError, match="one of them is wrong"):
                Accounting(siren=right[:place] + digit + right[place + 1 :])


@pytest.mark.parametrize("day", ["02-29", "13-01", "00-10", "9-1", "09-31", "01-01-01", "W01-1"])
def test_a_year_begins_on_a_day_of_every_year(day: str) -> None:
    with pytest.raises(ValidationError, match="not a day of every year"):
        Accounting(first_day=day)
