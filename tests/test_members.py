"""A list of members, as any spreadsheet saves it."""

from pathlib import Path

import pytest

from pipeline.errors import ConfigError
from pipeline.judging.members import load_known, load_members, save_known


def _write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "members.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize(
    "text",
    [
        "Nom;Prénom;Courriel\nLE GOFF;Zoé;z@exemple.fr\nPETIT;Luc;\n",
        "first name,last name,e-mail\r\nZoé,Le Goff,z@exemple.fr\r\nLuc,Petit,\r\n",
        "N°\tNom complet\tE-mail\n1\tZoé LE GOFF\tz@exemple.fr\n\n2\tM. Luc PETIT\t\n",
        'Adhérent,"E-mail"\n"LE GOFF, Zoé",z@exemple.fr\n"PETIT Luc",\n',
    ],
)
def test_a_list_is_read_whatever_spreadsheet_wrote_it(
    tmp_path: Path, text: str, encoding: str
) -> None:
    members = load_members(_write(tmp_path, text, encoding))
    assert members.lists("Zoé Le Goff")
    assert members.lists("Mme LE GOFF Zoe")
    assert members.lists("Luc PETIT")
    assert not members.lists("Luc PETITE")
    assert not members.lists("")
    assert members.emails == {"z@exemple.fr"}


def test_an_initial_may_stand_for_the_given_name(tmp_path: Path) -> None:
    members = load_members(_write(tmp_path, "nom;prenom\nPETIT;Luc\n"))
    assert members.lists("L. PETIT")
    assert not members.lists("A. PETIT")


def test_organisations_are_known_where_they_are_told(tmp_path: Path) -> None:
    text = "nom;prenom;structure\nPETIT;Luc;ESAT du Chêne\n"
    listed = load_members(_write(tmp_path, text)).organisations
    assert listed == {"esat du chene": "ESAT du Chêne"}


def test_what_reviews_confirmed_is_known_again_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    save_known(path, ["ROUX Léa"], ["ESAT du Chêne"], ["L.Roux@exemple.fr"])
    known = load_known(path)
    assert known.lists("Léa Roux")
    assert known.organisations == {"esat du chene": "ESAT du Chêne"}
    assert known.emails == {"l.roux@exemple.fr"}


def test_what_an_earlier_version_kept_without_addresses_is_known_again(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    path.write_text('{"people": ["ROUX Léa"], "organisations": []}', "utf-8")
    known = load_known(path)
    assert known.lists("Léa Roux")
    assert known.emails == frozenset()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "no column"),
        ("a;b\n1;2\n", "no column"),
        ("nom;prenom\n", "names nobody"),
        ("nom;prenom;ville\nPETIT;Luc;Rennes\n;;Nantes\n", "no name in row 3"),
        ("nom;prenom\nPE\0TIT;Luc\n", "not a CSV file"),
    ],
)
def test_a_bad_list_is_one_clear_error(tmp_path: Path, text: str, fault: str) -> None:
    path = _write(tmp_path, text)
    with pytest.raises(ConfigError, match=fault) as caught:
        load_members(path)
    assert str(path) in str(caught.value)
    assert "PETIT" not in str(caught.value)


def test_a_list_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nowhere"):
        load_members(tmp_path / "nowhere.csv")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_members(tmp_path)
