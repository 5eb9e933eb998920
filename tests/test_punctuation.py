import pytest

from pipeline.decoding.punctuation import mended

SENTENCE = "Les enfants restent sous la responsabilité de leurs parents"


def _is_word(word: str) -> bool:
    return word.lower() not in ("nantes", "lavenus", "mercier")


@pytest.mark.parametrize(
    ("read", "printed"),
    [
        (f"{SENTENCE},", f"{SENTENCE}."),
        (f"{SENTENCE}..", f"{SENTENCE}."),
        ("prévoir une gourde. le sac est tiré", "prévoir une gourde, le sac est tiré"),
        ("le tél. portable et etc. dans la salle", "le tél. portable et etc. dans la salle"),
        (
            "Comment aider les familles en difficulté 7",
            "Comment aider les familles en difficulté ?",
        ),
        ("les photographies :les clichés", "les photographies : les clichés"),
        ("une pause- café", "une pause-café"),
        ("les sous- et surcharges", "les sous- et surcharges"),
        ("'Cette formation", "Cette formation"),
        ("[T] Règlement", "[T] Règlement"),
    ],
)
def test_a_mark_is_what_the_words_around_it_prove(read: str, printed: str) -> None:
    assert mended([read], _is_word) == [printed]


def test_a_comma_ends_no_line_that_goes_on_or_is_followed_by_a_name() -> None:
    lines = [f"{SENTENCE},", "et de leurs amis", f"{SENTENCE},", "LAVENUS Nolwenn"]
    assert mended(lines, _is_word) == lines


def test_an_address_keeps_its_commas() -> None:
    lines = [
        "Centre d'Habitat L'ETAPE,",
        "A l'attention de Véronique MERCIER,",
        "291 rte de Ste LUCE,",
    ]
    assert mended(lines, _is_word) == lines


def test_a_lost_stop_is_given_back_only_where_sentences_end_with_one() -> None:
    stopped = [f"{SENTENCE}."] * 9
    assert mended([*stopped, SENTENCE], _is_word)[-1] == f"{SENTENCE}."
    assert mended([SENTENCE] * 10, _is_word) == [SENTENCE] * 10
