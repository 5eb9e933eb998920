"""Words to ring or to strike out, on small invented blanks."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from pipeline.drafting.places import places_of
from pipeline.drafting.records import Place, Shape
from pipeline.drafting.vectors import sheets_of_pdf
from tests.small_blanks import SmallBlank

Draw = Callable[[SmallBlank], object]


def ringed(draw: Draw) -> list[Place]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "blank.pdf"
        with SmallBlank(path) as blank:
            blank.text(20, 30, "Nom :")
            blank.rule(35, 31, 120)
            draw(blank)
        (sheet,) = sheets_of_pdf(path)
    return [place for place in places_of(sheet) if place.shape is Shape.WORD]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Taille de maillot : XS S M L XL", 5),
        ("Taille : S    M    L", 3),
        ("Permis de conduire : oui  ou  non", 2),
        ("Jours : lundi    mardi    jeudi", 3),
        ("Goûts : miel     noix     figue sèche     (entourer)", 3),
        ("Goûts (entourez) :  miel     noix", 2),
        ("Je choisis : tartine / brioche / pain d'épices", 3),
        ("Couleur :  bleu     vert     rouge", 0),
        ("Kafe / Te : ....................... Dour / Chug : ..................", 0),
        ("Tarif adulte : 12 €     tarif enfant : 8 €", 0),
    ],
)
def test_gaps_divide_options_where_it_is_clear_that_they_are_ringed(text: str, count: int) -> None:
    assert len(ringed(lambda blank: blank.text(20, 60, text))) == count


def test_a_question_about_ringing_may_stand_over_its_options() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.text(20, 60, "Entourez vos desserts :")
        blank.text(25, 67, "tarte      crème      sorbet")
        blank.text(25, 74, "fruits      fromage blanc")
        blank.prose(90)

    assert len(ringed(draw)) == 5


def test_options_to_ring_may_stand_one_below_the_other() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.text(20, 60, "Entourez un dessert :")
        for n, option in enumerate(("tarte", "crème", "sorbet")):
            blank.text(25, 67 + 7 * n, option)

    assert len(ringed(draw)) == 3


def test_heads_over_check_squares_are_not_ringed() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.text(20, 60, "Votre enfant porte :")
        blank.text(20, 70, "des lunettes")
        for x, head in ((60, "OUI"), (72, "NON")):
            blank.text(x, 60, head)
            blank.frame(x + 1, 66.5, 4, 4)

    assert not ringed(draw)


def test_sizes_in_the_rows_of_a_table_need_no_question() -> None:
    def draw(blank: SmallBlank) -> None:
        for n in range(3):
            blank.text(120, 60 + 9 * n, "S   M   L   XL")

    assert len(ringed(draw)) == 12


def test_what_stands_above_all_places_is_a_title() -> None:
    def title(blank: SmallBlank) -> None:
        blank.text(20, 20, "Bourse aux livres : bandes dessinées - romans")

    def asked(blank: SmallBlank) -> None:
        blank.text(20, 60, "Bourse aux livres : albums - romans")

    assert not ringed(title)
    assert len(ringed(asked)) == 2


def spaced(blank: SmallBlank, text: str, *, head: str) -> None:
    """Words with gaps between them, below a page's head."""
    blank.text(20, 20, head, size=8)
    x = blank.text(20, 60, "Ateliers :") + 4
    for word in text.split():
        x = blank.text(x, 60, word) + 3


def test_the_head_of_a_page_says_that_words_are_to_be_ringed() -> None:
    words = "poterie vannerie reliure"
    assert len(ringed(lambda blank: spaced(blank, words, head="Entourez les mots."))) == 3
    assert not ringed(lambda blank: spaced(blank, words, head="À rendre le 31 octobre."))


def test_a_title_beside_what_says_to_ring_is_none() -> None:
    def draw(blank: SmallBlank) -> None:
        blank.text(60, 14, "Week-end des savoir-faire – samedi 15 et dimanche 16")
        blank.text(70, 19, "Entourez ou rayez les mots.", size=8)

    assert not ringed(draw)
