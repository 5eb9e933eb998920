import re
from collections import Counter
from pathlib import Path

import flyers
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from pipeline.decoding.normalise import Normaliser
from pipeline.paths import FORMS

SEED = (Path(__file__).parent / "seed.txt").read_text("utf-8")
NAMES = ("M.A.I.S.", "ASKORIA", "L'ETAPE")
LOST = "la derniére réponse a des besoins, a la fin de la journée a Nantes, sphére et étre"
"""A line that shows that its text lost its accents."""
WORD = re.compile(r"[\w'.€@-]*\w[\w'.€@-]*")


@pytest.fixture(scope="module")
def normaliser() -> Normaliser:
    return Normaliser(NAMES)


@pytest.mark.parametrize(
    ("read", "printed"),
    [
        ("Mouvement pour I'Accompagnement", "Mouvement pour l'Accompagnement"),
        ("et I'lnsertion Sociale", "et l'Insertion Sociale"),
        ("finalités de Il’action sociale", "finalités de l'action sociale"),
        ("Té|éph0ne", "Téléphone"),
        ("le bien-&tre pour eux", "le bien-être pour eux"),
        ("sensibilisation & la méthodologie", "sensibilisation à la méthodologie"),
        ("la derniére rencontre", "la dernière rencontre"),
        ("problématiques identifiees ?", "problématiques identifiées ?"),
        ("Le M.A.LS. régional", "Le M.A.I.S. régional"),
        ("les Adhérents MLALLS", "les Adhérents M.A.I.S"),
        ("Parmail: nous@exemple.fr", "Par mail: nous@exemple.fr"),
        ("Pour les Adhérents x30€", "Pour les Adhérents x 30 €"),
        ("; D'ou la nécessité", "; D'où la nécessité"),
        ("12h : Pause- déjeuner", "12h : Pause-déjeuner"),
        ("le lycée hdtelier et le théitre", "le lycée hôtelier et le théâtre"),
        ("dans ia salle et fe parc", "dans la salle et le parc"),
        ("Liassociation vous invite", "L'association vous invite"),
        ("chez thabitant ou dans Véglise", "chez l'habitant ou dans l'église"),
        ("sur 'écoute et le matériel", "sur l'écoute et le matériel"),
        ("un a ccueil des enfants", "un accueil des enfants"),
        ("ouverte 4 tous les habitants", "ouverte à tous les habitants"),
        ("'Chaque érablissement", "Chaque établissement"),
    ],
)
def test_noise_of_an_engine_is_undone(normaliser: Normaliser, read: str, printed: str) -> None:
    assert normaliser.text(f"{LOST}\n{read}").split("\n")[1] == printed


def test_a_label_is_cut_where_its_blank_was_lost(normaliser: Normaliser) -> None:
    assert normaliser.text("Parmail: nous@exemple.fr") == "Par mail: nous@exemple.fr"


def test_a_lost_accent_is_given_back_where_the_text_has_lost_others(normaliser: Normaliser) -> None:
    assert normaliser.text(f"{LOST}\nVendredi 2 Février a Rennes").endswith("à Rennes")
    assert normaliser.text(f"{LOST}\nMichel Renault a évoqué les").endswith("a évoqué les")
    assert normaliser.text("Il a dit qu'il a fini.") == "Il a dit qu'il a fini."


def test_the_seed_reads_like_its_blank(normaliser: Normaliser) -> None:
    blank = pypdfium2.PdfDocument(FORMS / "mais-2018-02-02" / "blank.pdf")
    printed = " ".join(page.get_textpage().get_text_bounded() for page in blank)
    wanted = Counter(_words(printed))
    before, after = (_share_of(wanted, text) for text in (SEED, normaliser.text(SEED)))
    assert before < 0.92
    assert after >= 0.98


def _words(text: str) -> list[str]:
    """Without leader dots; a hyphen at a line's end may be the word's own or not: without all."""
    joined = re.sub(r"-\r\n|\x02|-", "", text.replace("’", "'"))
    return [w.strip(".'") for w in WORD.findall(joined) if "..." not in w and w.strip(".'")]


def _share_of(wanted: Counter[str], text: str) -> float:
    there = Counter(_words(text))
    return sum((wanted & there).values()) / wanted.total()


def test_clean_french_stays_as_it_is(normaliser: Normaliser) -> None:
    assert [line.text for line in normaliser.lines(flyers.SENTENCES)] == list(flyers.SENTENCES)


def test_of_bad_scans_three_errors_of_four_are_undone_and_hardly_a_right_word_is_lost() -> None:
    normaliser = Normaliser()
    read = flyers.as_read(seed=13)
    made = [line.text for line in normaliser.lines(read)]
    raw, after = (_cer(texts) for texts in (read, made))
    assert raw > 0.02
    assert after <= raw / 4
    right, lost = 0, 0
    for before, now, printed in zip(read, made, flyers.SENTENCES, strict=True):
        kept = Counter(_words(before)) & Counter(_words(printed))
        right += kept.total()
        lost += (kept - Counter(_words(now))).total()
    assert lost <= right / 300


def _cer(texts: tuple[str, ...] | list[str]) -> float:
    pairs = zip(texts, flyers.SENTENCES, strict=True)
    wrong = sum(Levenshtein.distance(text, printed) for text, printed in pairs)
    return wrong / sum(map(len, flyers.SENTENCES))


_consonants, _vowels = st.sampled_from("bcdfgjklmnpqrtvxz"), st.sampled_from("aeiouy")
_rare_name = st.lists(st.tuples(_consonants, _vowels), min_size=2, max_size=4).map(
    lambda pairs: "".join(c + v for c, v in pairs).capitalize()
)
_near_word = st.tuples(
    st.sampled_from("BCDFGHKMNPRSTV"),
    st.sampled_from(("abri", "accueil", "atelier", "école", "église", "enfant", "hiver", "hier")),
    st.sampled_from(("er", "ec", "ois", "uy", "oz")),
).map("".join)
"""A name in small type that hides a word: ``Vhierec``; no list has it."""
_digits = st.text("0123456789", min_size=1, max_size=4)
_kept = st.one_of(
    _rare_name.map(lambda name: f"Mme {name}"),
    _rare_name.map(str.upper),
    st.text("ABCDEFGHILMNOPRSTU", min_size=2, max_size=4).map(lambda t: ".".join(t) + "."),
    st.dates().map(lambda day: day.strftime("%d/%m/%Y")),
    st.integers(0, 99999).map(lambda cents: f"{cents // 100},{cents % 100:02} €"),
    st.integers(0, 99).map(lambda n: f"{n}h30-{n}h45"),
    st.tuples(_rare_name, _rare_name).map(lambda two: f"{two[0]}.{two[1]}@exemple.fr".lower()),
    st.lists(_digits, min_size=2, max_size=6).map(lambda parts: "FR76 " + " ".join(parts)),
    _near_word.map(lambda name: f"49310 {name}-sur-Layon"),
    _near_word.map(lambda name: f"Lucie {name}"),
    st.integers(2, 9).map(lambda n: f"{n} ateliers"),
    st.integers(1, 9).map(lambda n: f"le {n} mai"),
    st.integers(2, 99).map(lambda n: f"{n} rue des Lilas"),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(_kept, min_size=1, max_size=3))
def test_what_no_list_proves_is_never_touched(kept: list[str]) -> None:
    line = f"Nous recevons {' et '.join(kept)} pour la journée"
    assert Normaliser(NAMES).text(f"{LOST}\n{line}").split("\n")[1] == line


def test_every_word_says_how_sure_it_is_and_where_it_stands(normaliser: Normaliser) -> None:
    (line,) = normaliser.lines(["Té|éph0ne : la derniére fiche"])
    first = line.words[0]
    assert line.raw[first.start : first.end] == first.raw == "Té|éph0ne"
    assert first.text == "Téléphone"
    for word in line.words:
        assert 0 <= word.probability <= 1
        assert word.probability + sum(p for _, p in word.alternatives) <= 1 + 1e-9
