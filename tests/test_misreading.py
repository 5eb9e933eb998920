from hypothesis import given
from hypothesis import strategies as st

from pipeline.decoding.misreading import cost

_words = st.text("abcdefghilmnoprstuéèêàçôûîâ", min_size=1, max_size=8)


@given(_words)
def test_what_is_read_right_costs_nothing(word: str) -> None:
    assert cost(word, word) == 0


@given(_words, _words)
def test_a_misreading_always_costs(read: str, printed: str) -> None:
    assert cost(read, printed) > 0 or read == printed


def test_accents_are_lost_more_readily_than_letters_are_taken_for_others() -> None:
    assert (
        cost("derniére", "dernière") < cost("dernièrc", "dernière") < cost("derniète", "dernièze")
    )
    assert cost("rnaison", "maison") < cost("xyaison", "maison")


def test_an_accent_is_not_made_where_none_was_printed() -> None:
    assert cost("primes", "primés") < cost("primés", "primes")
