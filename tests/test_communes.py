"""The communes of France, and which postal code is whose."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.decoding import communes
from pipeline.errors import ConfigError

_NAMES = communes.names().entries


@pytest.mark.parametrize(
    ("town", "code"),
    [
        ("Rennes", "35000"),
        ("RENNES CEDEX 7", "35700"),
        ("Paris 11e", "75011"),
        ("Lyon 3ème arrondissement", "69003"),
        ("St Malo", "35400"),
        ("Ste-Marie", "35600"),
        ("SAINT BRIEUC", "22000"),
        ("chateaulin", "29150"),
        ("L'HAY LES ROSES", "94240"),
        ("Boulogne s/ Mer", "62200"),
        ("Brest", "29200"),
        ("Ajaccio", "20000"),
        ("Saint-Denis", "97400"),
        ("Château-Chinon", "58120"),
        ("Arbignieu", "01300"),
    ],
)
def test_a_town_has_its_code_however_it_is_spelled(town, code):
    assert code in communes.codes_of(town)
    assert communes.agree(code, town) is True


@pytest.mark.parametrize(
    ("code", "town", "agree"),
    [
        ("44000", "Rennes", False),
        ("35042", "Rennes cedex", None),
        ("44042", "Rennes", False),
        ("35000", "Kerlann-les-Bains", None),
        ("", "Rennes", None),
        ("35000", "", None),
        ("97499", "Saint-Denis", None),
        ("97199", "Sainte-Rose", None),
    ],
)
def test_a_code_of_no_commune_may_be_a_cedex_of_the_department(code, town, agree):
    assert communes.agree(code, town) is agree


def test_a_code_tells_its_towns_the_largest_first():
    assert communes.towns_of("35310")[:2] == ("Mordelles", "Bréal-sous-Montfort")
    assert communes.towns_of("00000") == ()


@given(st.sampled_from(_NAMES), st.sampled_from([str.upper, str.lower, str.title]))
def test_every_commune_agrees_with_its_codes(name, cased):
    codes = communes.codes_of(name)
    assert codes
    assert all(communes.agree(code, cased(name)) for code in codes)
    assert any(name in communes.towns_of(code) for code in codes)


@given(st.text(max_size=30), st.text(st.sampled_from("0123456789"), max_size=6))
def test_any_town_and_code_agree_or_not(town, code):
    assert communes.agree(code, town) in (True, False, None)


@pytest.mark.parametrize("data", [None, b"no gzip", gzip.compress(b"\xff\xfe")[:-9]])
def test_a_list_that_is_missing_or_damaged_says_what_to_do(tmp_path, monkeypatch, data):
    monkeypatch.setattr(communes, "LEXICONS", tmp_path)
    if data is not None:
        (tmp_path / "communes.tsv.gz").write_bytes(data)
    with pytest.raises(ConfigError, match="install fiches again"):
        communes._all.__wrapped__()
