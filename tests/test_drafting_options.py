"""What options that are ticked or ringed answer: one, several, yes or no."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.drafting.options import answer_of, how_many, marked_kind


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("Atelier choisi :", "one"),
        ("Ateliers choisis :", "several"),
        ("Vos ateliers", "several"),
        ("Option(s)", "several"),
        ("L'instrument", "one"),
        ("LES COURS", "several"),
        ("Cours :", ""),
        ("Choix", ""),
        ("Je m'inscris à l'atelier", "one"),
        ("Je m'inscris aux ateliers", "several"),
        ("Je m'inscris", ""),
        ("Comment avez-vous connu le club ?", ""),
        ("Quel jour préférez-vous ?", "one"),
        ("", ""),
    ],
)
def test_a_question_says_how_many_it_asks_for(question: str, number: str) -> None:
    assert how_many(question) == number


@pytest.mark.parametrize(
    ("option", "answer"),
    [
        ("Oui", "oui"),
        ("J'accepte", "oui"),
        ("J'autorise la diffusion de mon image", "oui"),
        ("Non", "non"),
        ("Je refuse", "non"),
        ("Je n'autorise pas la diffusion", "non"),
        ("n'accepte pas", "non"),
        ("Nonante", ""),
        ("Piano", ""),
    ],
)
def test_an_option_says_yes_or_no_in_its_own_words(option: str, answer: str) -> None:
    assert answer_of(option) == answer


@given(st.text(max_size=40))
def test_no_text_breaks_it(text: str) -> None:
    assert how_many(text) in ("one", "several", "")
    assert answer_of(text) in ("oui", "non", "")


@pytest.mark.parametrize(
    ("question", "options", "type_name"),
    [
        ("Photographies :", ["J'accepte", "Je refuse"], "yes_no"),
        ("Lampion choisi", ["rond", "carré"], "choice"),
        ("Lampions choisis", ["rond", "carré"], "ticks"),
        ("Je veux m'inscrire à l'atelier", ["Vannerie", "Poterie"], "choice"),
        ("Options", ["Casque", "Gourde"], "ticks"),
        ("Option", ["Casque", "Gourde"], "choice"),
        ("Les cours", ["Solfège seul", "Instrument seul"], "choice"),
        ("Retrait", ["vendredi 4 décembre", "samedi 5 décembre"], "choice"),
        ("Présence", ["lundi", "mardi"], "ticks"),
        ("Régime", ["sans porc", "végétarien"], "ticks"),
        ("Vendredi 12", ["repas", "nuit"], "ticks"),
    ],
)
def test_how_many_are_asked_for_tells_the_type(
    question: str, options: list[str], type_name: str
) -> None:
    assert marked_kind(question, options).type == type_name


def test_an_answer_without_a_question_is_called_by_itself() -> None:
    kind = marked_kind("", ["J'autorise les photos", "Je n'autorise pas les photos"])
    assert kind.type == "yes_no"
    assert kind.field == "droit_image"
