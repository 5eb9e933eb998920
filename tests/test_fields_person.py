import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from written import best, held, probability_of, said, seen

from pipeline.decoding.personal_names import split_name
from pipeline.fields.person import parse, read

AS_WRITTEN = [
    "TRÉMEL Nina",
    "Jean-Yves TRÉMEL",
    "Nina Le Dantec",
    "LE DANTEC Nina",
    "L'HELGOUALC'H Maël",
    "Anne de la Rivière",
    "Loïc Ben Amar",
    "J. Trémel",
    "Gaëlle D'HAENE",
    "Zoé MAHÉ-LE BRAS",
]


@pytest.mark.parametrize("name", AS_WRITTEN)
def test_a_name_clearly_written_stays_as_written(name):
    assert best(read([seen(name, sure=0.9999)]))[0] == name


@pytest.mark.parametrize(
    "name",
    [
        *("Gwenaëlle LE GOFF", "Yannick Guivarc'h", "Khadija Benali", "Omar EL KHATTABI"),
        *("Fernanda Ferreira", "Aïssatou DIALLO", "Koffi N'Guessan", "Thi Nguyen"),
        *("Mehmet Yildiz", "Tsiry Rakotoarisoa", "Ewenn KERZHERO", "Oumou Bassabaté"),
        *("Ximun Etxebarne", "Lalla Zoubeïda TIJJINI", "Thuy Vân Huynhtrong"),
    ],
)
def test_a_name_of_any_origin_clearly_written_stays_as_written(name):
    assert best(read([seen(name, sure=0.9999)]))[0] == name


@pytest.mark.parametrize(
    ("named", "blurred", "name"),
    [
        ("Omar Ouazzami", {11: {"m": 0.6, "n": 0.35}}, "Omar Ouazzani"),
        ("Carlos Pachcco", {11: {"c": 0.6, "e": 0.35}}, "Carlos Pacheco"),
        ("Awa Ilbaudo", {7: {"a": 0.6, "o": 0.35}}, "Awa Ilboudo"),
        ("Nina Rakotoarisaa", {15: {"a": 0.5, "o": 0.45}}, "Nina Rakotoarisoa"),
        ("Lan Khuomg", {8: {"m": 0.6, "n": 0.35}}, "Lan Khuong"),
        ("Nina Le Gaff", {9: {"a": 0.6, "o": 0.35}}, "Nina Le Goff"),
    ],
)
def test_a_blurred_letter_of_a_name_of_any_origin_is_pulled_to_it(named, blurred, name):
    assert best(read([seen(named, unsure=blurred)]))[0] == name


@settings(max_examples=40, deadline=None)
@given(st.from_regex(r"[BDGHKLMNPRT][eiuy]?[bdfghklmnprt][eiuy][bdghkmnprt]{1,2}", fullmatch=True))
def test_a_rare_name_clearly_written_is_never_rewritten(surname):
    assert best(read([seen(f"Marie {surname}", sure=0.9999)]))[0] == f"Marie {surname}"


@pytest.mark.parametrize(
    "name", ["MAURIE Elisaeth", "MARNEL Khalinl", "Melkvin LAVA", "OUKRIF Joseph"]
)
def test_a_rare_name_is_not_cut_into_known_ones(name):
    assert best(read([seen(name)]))[0] == name


def _half_seen(text: str, share: float):
    """A line whose first blank is one with the probability ``share``, and else nothing."""
    return seen(text, unsure={text.index(" "): {" ": share, "": 0.999 - share}})


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5])
@pytest.mark.parametrize("spread", ["GAR IN", "DORI AN", "FAN TIN Chab", "MURG IA Faton"])
def test_capitals_set_apart_are_one_word_where_a_blank_is_half_seen(spread, share):
    assert best(read([_half_seen(spread, share)]))[0] == spread.replace(" ", "", 1)


@pytest.mark.parametrize("share", [0.5, 0.9])
@pytest.mark.parametrize("name", ["Nina Trémel", "LE BARS Nina", "NODAR AGEZ"])
def test_two_words_stay_two_where_the_blank_between_them_is_half_seen(name, share):
    assert best(read([_half_seen(name, share)]))[0] == name


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["DUPAS", "LE", "MARIE", "TRAN"]),
    st.sampled_from(["BARS", "NOAH", "MARTIN", "GUEN"]),
)
def test_short_words_with_a_clear_blank_between_them_stay_apart(first, second):
    assert best(read([seen(f"{first} {second}", sure=0.9999)]))[0] == f"{first} {second}"


def test_a_name_is_found_in_the_lexicon_however_many_of_its_letters_are_blurred():
    blurred = {
        i: {c: 0.55, other: 0.4}
        for i, c, other in (
            (8, "H", "K"),
            (11, "r", "v"),
            (13, "b", "l"),
            (14, "b", "l"),
            (15, "u", "a"),
        )
    }
    assert best(read([seen("Nolwenn Herrebbu", unsure=blurred)]))[0] == "Nolwenn Kervella"


def test_a_blurred_letter_is_pulled_to_a_likely_name():
    blurred = {5: {"q": 0.5, "n": 0.4}}
    assert best(read([seen("Nolwenn Trémel", unsure=blurred)]))[0] == "Nolwenn Trémel"


def test_the_name_as_seen_stays_beside_the_likely_one():
    candidates = read([seen("Nolwean Trémel", unsure={5: {"a": 0.5, "n": 0.4}})])
    assert best(candidates)[0] == "Nolwenn Trémel"
    assert probability_of(candidates, "Nolwean Trémel") > 0.01


@pytest.mark.parametrize(
    ("named", "name"),
    [
        ("NiColaS Trémel", "Nicolas Trémel"),
        ("nina TRÉMEL", None),
        ("Lucien..TRÉMEL", "Lucien TRÉMEL"),
        ("Lucien TRÉMEL..", "Lucien TRÉMEL"),
        ("MERClER Nina", "MERCIER Nina"),
        ("S0IZIC TRÉMEL", "SOIZIC TRÉMEL"),
        ("L’HELGOUALC’H Maël", "L'HELGOUALC'H Maël"),
    ],
)
def test_what_engines_confuse_is_told_by_the_rest_of_the_word(named, name):
    value, _ = best(read([seen(named)]))
    assert value == name if name else value in ("nina TRÉMEL", "Nina TRÉMEL")


def test_a_lost_accent_leaves_both_spellings():
    candidates = read([seen("Anais Trémel", sure=0.9)])
    assert probability_of(candidates, "Anais Trémel") > 0.1
    assert probability_of(candidates, "Anaïs Trémel") > 0.02


def test_a_string_alone_is_read_too():
    assert best(read([said("Nina TRÉMEL", confidence=0.95)]))[0] == "Nina TRÉMEL"


def test_a_text_layer_is_certain():
    assert best(read([held("Nina  L’Helgoualc’h")])) == ("Nina L'Helgoualc'h", 0.999)


@pytest.mark.parametrize("name", AS_WRITTEN)
def test_a_name_that_the_file_holds_is_certain(name):
    assert best(read([held(name)])) == (name, 0.999)


@pytest.mark.parametrize("text", ["-", "--", "//", "—", "/", "néant", "Aucun", "aucune.", "idem"])
def test_a_typed_sign_for_nobody_is_nobody(text):
    assert best(read([held(text)])) == ("", 0.999)


@pytest.mark.parametrize(
    "text",
    [
        "Anne MARTIN, Luc PETIT et Eve ROUX",
        "Anne MARTIN et Luc PETIT",
        "Anne MARTIN + Luc PETIT",
        "Anne MARTIN / Luc PETIT",
        "Anne MARTIN Luc PETIT",
        "dont 1 étudiant",
        "dont un étudiant",
        "Zoé MARTIN (étudiante)",
        "@SUM(1+1)*cmd|A",
        "2 personnes",
        "zoe.martin@exemple.fr",
        "?",
        "\x07",
    ],
)
def test_typed_text_that_is_not_one_name_is_kept_and_doubted(text):
    value, probability = best(read([held(text)]))
    assert value == text
    assert probability <= 0.5


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("TRÉMEL Nina", ("TRÉMEL", "Nina")),
        ("Jean-Yves TRÉMEL", ("TRÉMEL", "Jean-Yves")),
        ("Marie Claire DUPONT", ("DUPONT", "Marie Claire")),
        ("LE DANTEC Nina", ("LE DANTEC", "Nina")),
        ("L'HOSTIS Marc", ("L'HOSTIS", "Marc")),
        ("Charles de GAULLE", ("de GAULLE", "Charles")),
        ("Nolwenn Le Goff", ("Le Goff", "Nolwenn")),
        ("Le Goff Nolwenn", ("Le Goff", "Nolwenn")),
        ("Kervella Soizic", ("Kervella", "Soizic")),
        ("DUBOIS SARAH", ("DUBOIS", "SARAH")),
        ("Thomas Martin", ("Martin", "Thomas")),
        ("Mme Martin", ("Martin", "")),
        ("J. Martin", ("Martin", "J.")),
        ("Ronan de la Villemarqué", ("de la Villemarqué", "Ronan")),
        ("Zblorg Pfuitt", ("Pfuitt", "Zblorg")),
        ("", ("", "")),
    ],
)
def test_the_surname_is_told_by_capitals_then_lexicon_then_habit(name, parts):
    assert split_name(name) == parts


@settings(deadline=None)
@given(st.text(max_size=40))
@example("0\x85¯")
def test_no_text_raises(text):
    surname, given_name = split_name(text)
    assert set(surname.split()) | set(given_name.split()) <= set(parse(text).split())


@pytest.mark.parametrize(
    ("seen_as", "meant"),
    [("Mael ROUX", "Maël ROUX"), ("Luc TOURE", "Luc TOURÉ")],
)
def test_an_accent_may_have_been_too_faint_to_see(seen_as, meant):
    """However clear the evidence: a clear letter without its accent looks the same."""
    found = {c.text: c.probability for c in read([seen(seen_as, sure=0.9999)])}
    assert 0.01 < found[meant] < 0.2
    assert max(found, key=found.__getitem__) == seen_as


def test_a_name_without_accented_namesakes_stays_as_sure_as_it_was_seen():
    assert best(read([seen("Luc MARTIN", sure=0.9999)]))[1] > 0.96


def test_breton_names_keep_their_apostrophe():
    assert best(read([seen("Yann LE FLOC'H", sure=0.995)]))[0] == "Yann LE FLOC'H"
    assert best(read([seen("Guyomarc'h Anne", sure=0.995)]))[0] == "Guyomarc'h Anne"


@pytest.mark.parametrize(
    ("written", "rival"),
    [
        *(("Cécile COLLET", "Çécile COLLET"), ("Luc VINCENT", "Luc VINÇENT")),
        *(("Anne ROUSSEAU", "Anne ROUSSÉAU"), ("Zoé DUPONT", "Zoé DUPoNT")),
        *(("Alain LE GOFF", "Alaïn LE GOFF"), ("Odile DE CASTRO", "Odile DÉ CASTRO")),
    ],
)
def test_a_spelling_that_no_name_has_is_no_rival(written: str, rival: str) -> None:
    candidates = read((seen(written),))
    assert candidates[0].text == written
    assert probability_of(candidates, rival) < 1e-3


def test_a_mark_that_was_clearly_seen_stays_even_where_no_name_bears_it() -> None:
    for written in ("Ana BÂ", "Çarole PETIT", "Kader CHAÏB"):
        assert read((seen(written),))[0].text == written


def test_a_cedilla_in_doubt_where_names_bear_one_is_in_doubt() -> None:
    line = seen("Francois", unsure={4: {"c": 0.6, "ç": 0.4}})
    assert probability_of(read((line,)), "François") > 0.1


@pytest.mark.parametrize("text", ["0", "1", "01", "8", "1/", "A", "AA", "O", "l"])
def test_a_letter_or_two_alone_are_likelier_dirt_than_a_name(text: str) -> None:
    candidates = read([seen(text)])
    assert best(candidates)[0] == ""
    assert best(candidates)[1] > 0.6


@pytest.mark.parametrize("name", ["Li", "Ly", "LY", "Ba"])
def test_a_short_name_alone_is_kept_and_doubted(name: str) -> None:
    candidates = read([seen(name)])
    assert best(candidates)[0] == name
    assert best(candidates)[1] < 0.75


@pytest.mark.parametrize("name", ["O Ly", "J. Li", "M. Ba", "Léa", "A. B"])
def test_a_short_name_beside_an_initial_is_not_taken_for_dirt(name: str) -> None:
    candidates = read([seen(name)])
    assert best(candidates)[0] == name
    assert probability_of(candidates, "") < 0.1
