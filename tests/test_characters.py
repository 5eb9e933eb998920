"""Words are made of letters by where these stand."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.geometry import BoxMm
from pipeline.reading.characters import Letter, letters_of, text_of_row, words_of

EM = 4.0
_WIDTHS = {"I": 0.28, "i": 0.22, "l": 0.22, "M": 0.83, "W": 0.94}
_WORDS = st.lists(st.text("ABEIMOUWil", min_size=1, max_size=6), min_size=1, max_size=4)


def _at(char: str, x: float, width: float) -> Letter:
    return Letter(char, BoxMm(x, 10, width, EM))


def _in_cells(text: str, pitch: float, at: float) -> tuple[Letter, ...]:
    """Each letter in its cell: 0 at its left, 1 at its right."""
    letters = []
    for i, char in enumerate(text):
        width = _WIDTHS.get(char, 0.66) * EM
        if char != " ":
            letters.append(_at(char, i * pitch + at * (pitch - width), width))
    return tuple(letters)


@given(_WORDS, st.floats(4.6, 12), st.floats(0, 1), st.floats(0.97, 1.05))
def test_letters_in_cells_are_the_words_whatever_the_cells(
    words: list[str], pitch: float, at: float, drift: float
) -> None:
    text = " ".join(words)
    letters = _in_cells(text, pitch * drift, at)
    assert text_of_row(letters, cell_mm=pitch) == (text, True)


@given(st.text("ABEOUW", min_size=3, max_size=12), st.floats(5, 12))
def test_letters_in_cells_nobody_told_of_are_one_word(word: str, pitch: float) -> None:
    assert text_of_row(_in_cells(word, pitch, 0.5)) == (word, True)


def test_letters_spaced_unclearly_are_read_with_doubt() -> None:
    letters = tuple(_at(char, x, 2) for char, x in zip("ABCDE", (0, 4, 8, 13.6, 17.6), strict=True))
    assert not text_of_row(letters)[1]


def test_single_signs_are_no_word() -> None:
    letters = tuple(_at(char, x, 2) for char, x in zip("3+4", (0, 4, 8), strict=True))
    assert text_of_row(letters) == ("3 + 4", True)


def test_what_combines_is_one_letter_with_what_it_stands_on() -> None:
    e, accent = BoxMm(0, 0, 2, EM), BoxMm(1.2, 0, 0.8, EM)
    ligature, n = BoxMm(2, 0, 3, EM), BoxMm(5, 0, 2, EM)
    letters = letters_of("e\u0301fin", [e, accent, ligature, ligature, n])
    assert [letter.char for letter in letters] == ["e\u0301", "fi", "n"]
    assert text_of_row(letters) == ("éfin", True)


def test_a_blank_in_the_file_and_a_gap_on_the_page_part_words() -> None:
    boxes = [BoxMm(0, 0, 2, EM), None, BoxMm(2.2, 0, 2, EM), BoxMm(6, 0, 2, EM)]
    words = list(words_of(letters_of("a bc", boxes)))
    assert ["".join(letter.char for letter in word) for word in words] == ["a", "b", "c"]
