"""Lexicons raise what they know and forbid nothing."""

import time

import pytest

from pipeline.decoding import lexicon
from pipeline.decoding.lexicon import Lexicon
from pipeline.errors import ConfigError

NAMES = Lexicon(["Marie", "Hélène", "Yann", "Helene", "Kervella", "Le Goff", "Rouxel"])


def test_an_unknown_word_is_neither_raised_nor_lowered():
    assert NAMES.log_prior("Zébulon") == 0.0


def test_a_commoner_name_is_likelier_in_any_case():
    assert NAMES.log_prior("marie") > NAMES.log_prior("rouxel") > 0.0
    assert NAMES.log_prior("ROUXEL") == NAMES.log_prior("Rouxel")


def test_the_usual_accents_are_likelier_and_less_so_in_capitals():
    small = NAMES.log_prior("Hélène") - NAMES.log_prior("Helene")
    capitals = NAMES.log_prior("HÉLÈNE") - NAMES.log_prior("HELENE")
    assert small > capitals > 0.0


def test_a_first_capital_is_written_without_its_accent_as_often_as_not():
    towns = Lexicon(["Étape", "Évron"])
    assert towns.log_prior("Etape") == towns.log_prior("Étape")
    assert towns.log_prior("Evron") > 0.0


def test_a_short_word_is_raised_only_as_far_as_it_is_common():
    others = [f"Nom{'abcdefghij'[i % 10]}{'abcdefghij'[i // 10 % 10]}{i}" for i in range(5000)]
    names = Lexicon(["Léa", *others, "Yza", "Kerouac"])
    assert names.log_prior("Léa") > 1.0
    assert names.log_prior("Yza") == 0.0 < names.log_prior("Kerouac")


def test_near_words_come_nearest_first():
    assert NAMES.neighbours("Kervela") == ["Kervella"]
    assert NAMES.neighbours("helane") == ["Hélène", "Helene"]
    assert NAMES.neighbours("Zébulon") == []


def test_a_name_of_two_words_is_known_by_each_of_them():
    assert "goff" in NAMES.of_words()
    assert "goff" not in NAMES


def test_a_missing_lexicon_says_what_to_do():
    with pytest.raises(ConfigError, match="install fiches again"):
        lexicon.load("no-such-lexicon")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("given_names", ["Nolwenn", "Jean-Yves", "Gaëlle", "Zoé"]),
        ("surnames", ["Quemener", "Le Goff", "Lefèvre"]),
        ("given_names", ["Gwenaëlle", "Yannick", "Padrig", "Mériadec"]),
        ("given_names", ["Khadija", "Ahmed", "Omar", "Mohammed"]),
        ("given_names", ["João", "Carlos", "Fernanda", "Jorge"]),
        ("given_names", ["Aïssatou", "Ngoné", "Kouamé", "Tshala"]),
        ("given_names", ["Thi", "Nguyet", "Khoa", "Mehmet", "Hasan"]),
        ("surnames", ["Le Goff", "Goff", "Mével", "Guivarc'h"]),
        ("surnames", ["Benali", "El Khattabi", "Khattabi", "Ouazzani"]),
        ("surnames", ["Ferreira", "Conceição", "Pacheco"]),
        ("surnames", ["Diallo", "Traoré", "Diaye", "Guessan", "Ilboudo", "Rakotoarisoa"]),
        ("surnames", ["Nguyen", "Khuong", "Souvannavong", "Yildiz"]),
        ("organisation_words", ["CHRS", "Ille-et-Vilaine", "M.A.I.S."]),
        ("organisation_words", ["Coallia", "Emmaüs", "SAMSAH", "PRAHDA", "cormiers", "glycines"]),
        ("organisation_words", ["Corse-du-Sud", "Boulogne-Billancourt", "Auvergne-Rhône-Alpes"]),
        ("email_domains", ["gmail.com", "laposte.net", "coallia.org", "ac-mayotte.fr"]),
        ("email_endings", ["fr", "asso.fr"]),
    ],
)
def test_what_ships_holds_what_a_form_needs(name, words):
    shipped = lexicon.load(name)
    assert all(word in shipped for word in words)
    assert not any(entry.startswith("#") for entry in shipped.entries)


@pytest.mark.parametrize(
    ("name", "spelled", "bare"),
    [
        *(("given_names", "Aïssatou", "Aïssatoù"), ("given_names", "Kouamé", "Kouamè")),
        *(("surnames", "Traoré", "Traorè"), ("surnames", "Mével", "Mèvel")),
        *(("surnames", "Guèye", "Guéye"), ("surnames", "Nguyen", "Nguyên")),
    ],
)
def test_the_accents_of_a_name_are_those_its_bearers_write(name, spelled, bare):
    shipped = lexicon.load(name)
    assert shipped.log_prior(spelled) > shipped.log_prior(bare) + 0.5


def test_the_lexicons_are_small_and_load_at_once():
    from pipeline.paths import LEXICONS

    assert sum(path.stat().st_size for path in LEXICONS.iterdir()) < 2_000_000
    times_s = []
    for _ in range(3):  # the machine may be busy with something else
        lexicon.load.cache_clear()
        start = time.process_time()
        for name in ("given_names", "surnames", "organisation_words", "email_domains"):
            lexicon.load(name).log_prior("Marie")
        times_s.append(time.process_time() - start)
    assert min(times_s) < 0.3
