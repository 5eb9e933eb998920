"""Of the words on a filled page, the form's own are told from those that people wrote."""

from collections.abc import Sequence

import pytest

from pipeline.drafting.own_print import labels_in, own_print
from pipeline.drafting.records import Place, Print, Shape, Sheet
from pipeline.geometry import BoxMm


def words(text: str, y: float, x: float = 20) -> list[Print]:
    """The words of a line, each letter 2 mm wide."""
    made = []
    for word in text.split(" "):
        made.append(Print(word, BoxMm(x, y, 2.0 * len(word), 4), 4))
        x += 2.0 * len(word) + 1.5
    return made


def line(x: float, y: float, right: float = 190) -> Place:
    """One to write on, for words at ``y``."""
    return Place(BoxMm(x, y - 2, right - x, 7), Shape.LINE)


def printed(every: Sequence[Print], places: Sequence[Place]) -> str:
    return " ".join(word.text for word in own_print(Sheet(1, 210, 297, tuple(every)), places))


def test_what_hides_the_beginning_of_its_line_behind_a_colon_is_written() -> None:
    every = words("Téléphone : 07 88 14 45 85", 40)
    assert printed(every, [line(60, 40)]) == "Téléphone :"
    every = words("Adultes : 2", 40) + words("x 26 €", 40, 150)
    assert printed(every, [line(46, 40, 145)]) == "Adultes : x 26 €"


def test_what_hides_the_middle_of_its_line_is_written_and_no_label() -> None:
    every = words("Ville : A", 40) + words("vranches", 40, 45)
    assert printed(every, [line(37, 40, 50), line(57, 40)]) == "Ville :"


def test_a_hint_in_brackets_before_the_line_is_print() -> None:
    every = words("Nom : (capitales)", 40) + words("ROUX", 40, 90)
    assert printed(every, [line(70, 40)]) == "Nom : (capitales)"


@pytest.mark.parametrize(
    ("labels", "known"), [(("Nom :", "Prénom :", "Adresse :"), "Ville"), (("Nom",), "Ville Rennes")]
)
def test_a_colon_that_an_engine_missed_is_taken_as_there_where_labels_end_so(
    labels: Sequence[str], known: str
) -> None:
    every = [word for n, label in enumerate(labels) for word in words(label, 100 + 10 * n)]
    every = words("Ville Rennes", 40) + every
    said = printed(every, [line(50, 40)])
    assert said.startswith(known)
    assert ("Rennes" in said) == ("Rennes" in known)


def test_all_that_stands_in_a_column_of_labels_is_print() -> None:
    labels = ("Nom", "Prénom", "Téléphone", "Sait nager")
    every, places = [], []
    for n, label in enumerate(labels):
        y = 40 + 12 * n
        every += words(label, y) + words("Delacourt", y, 90)
        places += [line(15, y, 80), line(82, y)]
    assert printed(every, places) == "Nom Prénom Téléphone Sait nager"


def test_labels_are_counted_wherever_they_stand() -> None:
    every = words("Nom : Roux", 40) + words("Prénom : Zoé", 40, 110) + words("Ville : Brest", 60)
    assert labels_in(every) == 3
    assert labels_in(words("Bonjour à tous les bénévoles", 40)) == 0
