"""Where names bear accents and cedillas."""

import pytest

from pipeline.decoding import lexicon
from pipeline.decoding.lexicon import Lexicon
from pipeline.decoding.marks import Marks

_NAMES = Marks(
    (lexicon.load("given_names"), lexicon.load("surnames")), frozenset(("de", "le", "la"))
)


@pytest.mark.parametrize("word", ["Çarole", "Nicolaç", "Luçie", "Rousséau", "Alaïn", "Dé", "LÉ"])
def test_a_mark_that_no_name_bears_counts_against_a_spelling(word: str) -> None:
    assert _NAMES.log_prior(word) == -3.0


@pytest.mark.parametrize("word", ["Carole", "François", "GONÇALVES", "Çelik", "Hélène", "Elodie"])
def test_a_listed_spelling_is_not_doubted(word: str) -> None:
    assert _NAMES.log_prior(word) == 0.0


def test_an_unlisted_name_may_bear_marks_where_names_do() -> None:
    assert _NAMES.log_prior("Kergué") > -1.0 > _NAMES.log_prior("Kérgue") - 1.0
    assert _NAMES.log_prior("Brégançon") > _NAMES.log_prior("Brégaçnon")


def test_a_pair_of_spellings_that_both_are_names_is_never_told_apart_by_marks() -> None:
    both = Marks((Lexicon(("Fanch", "Fañch")),), frozenset())
    assert both.log_prior("Fañch") == both.log_prior("Fanch") == 0.0
