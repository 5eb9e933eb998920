import pytest
from written import best, held, said, seen

from pipeline.fields.organisation import read


@pytest.mark.parametrize(
    "name",
    [
        "Foyer de l'Étang",
        "CHRS Le Zébrule",
        "UDAF du Morbihan",
        "ADAPEI 44",
        "M.A.I.S.",
        "MAIS",
        "Association Kerzu Avel",
        "I.M.E. Les Korrigans",
        "Collectif 2 Rives",
        "SAVS DE QUIMPER",
    ],
)
def test_a_name_clearly_written_stays_as_written(name):
    assert best(read([seen(name, sure=0.9999)]))[0] == name


@pytest.mark.parametrize(
    ("named", "name"),
    [
        ("UDAF.du Morbihan.", "UDAF du Morbihan"),
        ("cADA de Laval", "CADA de Laval"),
        ("I'Abbé", "l'Abbé"),
        ("Foyer I’Abri", "Foyer l'Abri"),
        ("M.A.l.S.", "M.A.I.S."),
    ],
)
def test_ocr_noise_becomes_the_name_it_was(named, name):
    candidates = read([seen(named)])
    assert best(candidates)[0] == name
    assert len(candidates) > 1


@pytest.mark.parametrize(
    ("said_text", "name"),
    [
        ("M.A.LS. régional", "M.A.I.S. régional"),
        ("I’Abbé", "l'Abbé"),
        ("pour I'lnsertion", "pour l'Insertion"),
    ],
)
def test_the_noise_of_an_engine_without_evidence_is_mended_too(said_text, name):
    candidates = read([said(said_text, confidence=0.6)])
    assert name.casefold() in [str(c.value).casefold() for c in candidates[:2]]


def test_a_name_over_two_lines_is_joined():
    assert best(read([seen("Mission Locale"), seen("de Vannes")]))[0] == "Mission Locale de Vannes"
    assert best(read([seen("CCAS de Saint-"), seen("Malo")]))[0] == "CCAS de Saint-Malo"


def test_a_speck_on_a_line_of_its_own_is_no_part_of_the_name():
    assert best(read([seen(""), seen("CCAS de Rennes")]))[0] == "CCAS de Rennes"


def test_blurred_letters_are_read_as_a_likely_word_has_them():
    blurred = {1: {"a": 0.7, "o": 0.25}, 8: {"F": 0.5, "B": 0.3}}
    assert best(read([seen("Fayer de vie", unsure={1: blurred[1]})]))[0] == "Foyer de vie"


def test_a_house_that_an_engine_half_saw_is_told_by_the_words_of_the_field():
    blurred = {4: {"i": 0.5, "ü": 0.35}, 5: {"i": 0.55, "": 0.4}, 19: {"e": 0.6, "": 0.35}}
    candidates = read([seen("Emmaiis Les Cormieres", unsure=blurred)])
    assert best(candidates)[0] == "Emmaüs Les Cormiers"
    clearly = best(read([seen("Emmaiis Les Cormieres", sure=0.9999)]))
    assert clearly[0] == "Emmaiis Les Cormieres"


def test_two_strokes_that_an_engine_took_for_i_s_are_offered_as_the_letter_they_may_be():
    candidates = read([said("Emmaiis Connect", confidence=0.6)])
    assert "Emmaüs Connect" in [c.value for c in candidates[:2]]


@pytest.mark.parametrize(
    ("named", "blurred", "name"),
    [
        ("Oppelio Redon", {6: {"o": 0.6, "a": 0.35}}, "Oppelia Redon"),
        ("PRAHBA", {4: {"B": 0.6, "D": 0.35}}, "PRAHDA"),
        ("Les Pervemches", {9: {"m": 0.6, "n": 0.35}}, "Les Pervenches"),
    ],
)
def test_operators_kinds_and_houses_are_known(named, blurred, name):
    assert best(read([seen(named, unsure=blurred)]))[0] == name


def test_a_text_layer_is_certain():
    assert best(read([held("Foyer de"), held("l’Étang")])) == ("Foyer de l'Étang", 0.999)


@pytest.mark.parametrize("text", ["-", "//", "…", "Foyer\x1b[2J", "\x07"])
def test_typed_signs_or_control_characters_are_doubted(text):
    assert best(read([held(text)])) == (text, 0.5)
