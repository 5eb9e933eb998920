"""Numbers and bullets before the lines of a list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written import held, seen

from pipeline.decoding.numbering import bare, without_numbers

_NAMES = ("Zoé Le Gall", "Luc PETIT", "Ana Lima")


def _read(*texts: str) -> list[str]:
    found = without_numbers({i: (held(text),) for i, text in enumerate(texts)})
    return [line[0].text for line in found.values()]


@pytest.mark.parametrize(
    "marks",
    [
        *(("1. ", "2. ", "3. "), ("1) ", "2) ", "3) "), ("1 - ", "2 - ", "3 - ")),
        *(("n°1 ", "n°2 ", "n°3 "), ("(1) ", "(2) ", "(3) "), ("1/", "2/", "3/")),
        *(("I. ", "Z. ", "3. "), ("1 ", "2 ", "3 "), ("a) ", "b) ", "c) ")),
        *(("A. ", "B. ", "C. "), ("- ", "- ", "- "), ("•", "•", "•"), ("1. ", "? ", "3. ")),
        *(("n1 ", "n2 ", "n3 "), ("a) ", "bl ", "c) ")),
    ],
)
def test_a_list_is_read_without_its_marks(marks: tuple[str, ...]) -> None:
    texts = [mark + name for mark, name in zip(marks, _NAMES, strict=True)]
    assert _read(*texts) == list(_NAMES)


@pytest.mark.parametrize(
    "texts",
    [
        *(("J. Martin", "S. Petit"), ("I. Martin",), ("Z. Martin", "I. Petit")),
        *(("A. Martin", "B. Petit"), ("Martine Dupont", "- Alain"), ("3. Zoé Le Gall",)),
    ],
)
def test_initials_and_ditto_marks_are_no_list(texts: tuple[str, ...]) -> None:
    assert _read(*texts) == list(texts)


def test_a_clear_figure_is_a_number_on_a_line_of_its_own() -> None:
    assert _read("1. Zoé Le Gall") == ["Zoé Le Gall"]
    assert _read("Ana Lima", "2) Zoé Le Gall") == ["Ana Lima", "Zoé Le Gall"]
    assert _read("1. Zoé") == ["1. Zoé"]


def test_lines_left_blank_do_not_shift_the_numbers() -> None:
    lines = {0: (held("1. Zoé Le Gall"),), 2: (held("2. Ana Lima"),), 3: (held("4. Luc PETIT"),)}
    found = [line[0].text for line in without_numbers(lines).values()]
    assert found == ["Zoé Le Gall", "Ana Lima", "Luc PETIT"]


def test_what_was_seen_of_the_name_stays() -> None:
    lines = {i: (seen(f"{i + 1}. {name}"),) for i, name in enumerate(_NAMES)}
    for (line,), name in zip(without_numbers(lines).values(), _NAMES, strict=True):
        assert line.log_probs is not None
        best = [int(i) for i in line.log_probs.argmax(axis=1)]
        assert "".join(line.alphabet[i - 1] for i in best if i) == name == line.text


@given(st.lists(st.sampled_from(_NAMES), min_size=1, max_size=4))
def test_names_alone_are_left_alone(names: list[str]) -> None:
    assert _read(*names) == names
    assert [bare(name) for name in names] == names
