"""Folding, and the similarity that knows OCR noise."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text import best_match, confusion_distance, fold, similarity, tidy

FRENCH = st.text("abcdefgéèêçôïABCDEÉÇ'’-. œŒ", max_size=12)

# The noise one engine made of a printed flyer, and what had been printed.
NOISE = [
    ("M.A.LS.", "M.A.I.S."),
    ("MAILS", "M.A.I.S."),
    ("MA..S", "M.A.I.S."),
    ("M.A.I.S", "M.A.I.S."),
    ("M.A.l.S", "M.A.I.S."),
    ("M.ALS", "M.A.I.S."),
    ("I’Abbé", "l'Abbé"),
    ("I'lnsertion", "l'Insertion"),
    ("I'Accompagnement", "l'Accompagnement"),
    ("I’Etablissement", "l'Établissement"),
    ("Il’action", "l'action"),
    ("Té|éph0ne", "Téléphone"),
    ("reglement", "règlement"),
    ("aratuité", "gratuité"),
    ("Ctifieatif", "justificatif"),
    ("derniére", "dernière"),
    ("bien-&tre", "bien-être"),
    ("CCOPERPPXXX", "CCOPFRPPXXX"),
]
OTHERS = (
    "Mairie",
    "Maison",
    "Association",
    "Foyer",
    "Abbaye",
    "Insertion",
    "adresse",
    "rattaché",
)
LEXICON = tuple(dict.fromkeys([*(target for _, target in NOISE), *OTHERS]))


@pytest.mark.parametrize(("noisy", "meant"), NOISE)
def test_ocr_noise_finds_the_word_it_was(noisy, meant):
    assert best_match(noisy, LEXICON)[0] == meant


@pytest.mark.parametrize("word", ["Collectif", "Rennes", "tarif", "x", ""])
def test_another_word_matches_nothing(word):
    assert best_match(word, LEXICON) is None


def test_confusions_cost_less_than_other_edits():
    assert similarity("Te1ephone", "Telephone") > similarity("Texephone", "Telephone")
    assert similarity("rnairie", "mairie") > similarity("xxairie", "mairie")
    assert similarity("HERVE", "HERVÉ") > similarity("HERVA", "HERVÉ")


def test_folding_keeps_only_what_two_spellings_share():
    assert fold("  L’Œuvre  d'ÉTÉ ") == "l'oeuvre d'ete"
    assert fold("Jean‑Yves") == "jean-yves"


def test_tidying_keeps_accents_case_and_ligatures():
    assert tidy("  L’Œuvre\u00a0 d’e\u0301te\u0301 ") == "L'Œuvre d'été"


@given(st.text())
def test_folding_and_tidying_are_stable(text):
    assert fold(fold(text)) == fold(text)
    assert tidy(tidy(text)) == tidy(text)
    assert tidy(text) == unicodedata.normalize("NFC", tidy(text))


@given(FRENCH, FRENCH)
def test_similarity_is_symmetric_and_between_0_and_1(one, two):
    assert 0.0 <= similarity(one, two) <= 1.0
    assert similarity(one, two) == pytest.approx(similarity(two, one))
    assert similarity(one, one) == 1.0
    assert confusion_distance(one, one) == 0.0
