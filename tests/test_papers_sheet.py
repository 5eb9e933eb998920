import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import pypdfium2 as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets import (
    OCCASION,
    ORGANISER,
    RECEIPT,
    are_embedded,
    beyond_margins,
    letters,
    sizes_mm,
    text,
    texts,
)

from pipeline.ledger import Item, PaidBy, Slip, Taking
from pipeline.papers.attendance import Attendee, attendance
from pipeline.papers.meals import Order, Ordered, meals
from pipeline.papers.occasion import Occasion, Organiser, in_fours
from pipeline.papers.receipt import Paid, Receipt, receipt_sheet
from pipeline.papers.sheet import drawable, pdf, words
from pipeline.papers.slip import slip_sheet

SLIP = Slip(3, date(2018, 2, 12), (Taking(date(2018, 2, 1), 113630, PaidBy.CHEQUE, "A. B."),))
PAPERS = {
    "attendance": lambda: attendance(OCCASION, [Attendee("Zoé MARTIN", "ESAT du Moulin")]),
    "meals": lambda: meals(OCCASION, [Ordered("Goûter", (Order("ESAT", 1, ("Zoé MARTIN",)),))]),
    "slip": lambda: slip_sheet(ORGANISER, SLIP),
    "receipt": lambda: receipt_sheet(OCCASION, RECEIPT),
}


@pytest.mark.parametrize("paper", PAPERS)
def test_every_font_of_a_paper_is_in_its_file(paper: str) -> None:
    data = PAPERS[paper]()
    assert are_embedded(data) == {True}
    assert b"Helvetica" not in data


@pytest.mark.parametrize("paper", PAPERS)
def test_a_paper_is_a4_and_keeps_its_margins(paper: str) -> None:
    data = PAPERS[paper]()
    assert sizes_mm(data) == {(297, 210) if paper == "attendance" else (210, 297)}
    assert beyond_margins(data) == []


def test_the_same_input_gives_the_same_bytes_whatever_was_drawn_between() -> None:
    first = {name: draw() for name, draw in PAPERS.items()}
    assert {name: PAPERS[name]() for name in reversed(PAPERS)} == first


@pytest.mark.parametrize("paper", PAPERS)
def test_a_paper_says_its_title_and_author_to_programs(paper: str) -> None:
    facts = pdfium.PdfDocument(PAPERS[paper]()).get_metadata_dict()
    assert facts["Author"] == "Les Amis du Moulin"
    assert facts["Title"].startswith(
        {
            "attendance": "Feuille d'émargement, Journée d'été",
            "meals": "Commandes, Journée d'été",
            "slip": "Bordereau de remise de chèques n° 3",
            "receipt": "Reçu n°\u00a02018-0007, Journée d'été",
        }[paper]
    )


def test_letters_of_all_of_europe_are_drawn_as_they_are() -> None:
    names = "Łukasz ÇELİK, Šárka HAŸ, Ngọc NGUYỄN, Œuvre, Ştefan, Ελένη, Ольга"
    assert letters(names) in letters(text(pdf([words(names)], title="", author="")))


def test_what_the_font_lacks_is_seen_and_never_breaks_a_line() -> None:
    assert drawable("a\u0001\u200bb\u2028c\r\nd\ud800") == "ab c  d"
    assert drawable("Zoe\u0301") == "Zoé"
    assert drawable("李 \U0001d400") == "? A"
    assert drawable("1\u202f136,30\u00a0€") == "1\u00a0136,30\u00a0€"


def test_a_text_is_no_markup() -> None:
    data = pdf([words("<b>A</b> & <img src='x'/> &nbsp;")], title="<b>", author="")
    assert letters("<b>A</b>&<img src='x'/>&nbsp;") in letters(text(data))


def test_amounts_and_quotes_are_not_torn_apart() -> None:
    data = pdf(
        [words("x" * n + " 1\u202f136,30\u00a0€") for n in range(70, 110)], title="", author=""
    )
    page = "\n".join(page.get_textpage().get_text_range() for page in pdfium.PdfDocument(data))
    assert page.replace("\u00a0", " ").count("1 136,30 €") == 40


def test_what_is_far_too_long_is_seen_to_be_cut() -> None:
    data = pdf([words("a" * 2_000)], title="b" * 500, author="c")
    (page,) = texts(data)
    assert "a […]" in page
    assert "b […]" in page
    assert beyond_margins(data) == []


def test_every_page_says_which_of_how_many_it_is() -> None:
    pages = texts(pdf([words(f"line {i}") for i in range(200)], title="T", author="A"))
    assert len(pages) == 4
    assert [re.findall(r"page (\S+)", page) for page in pages] == [[f"{n}/4"] for n in (1, 2, 3, 4)]
    assert all("T · A" in page for page in pages)


def test_a_story_of_nothing_is_a_page() -> None:
    assert texts(pdf([], title="T", author="A")) == ["T · A page 1/1"]


def test_accounts_and_references_stand_in_groups_of_four() -> None:
    assert in_fours("fr76 42559 000", blank=" ") == "fr76 4255 9000"
    assert in_fours("RF92 3FA9 C2D4 1") == "RF92\u00a03FA9\u00a0C2D4\u00a01"
    assert in_fours("") == ""


def papers_of(text: Callable[[], str], count: int | None, cents: int) -> Iterator[bytes]:
    """Every paper, with texts and numbers of any kind."""
    organiser = Organiser(*(text() for _ in range(7)))
    occasion = Occasion(text(), organiser, None, text(), text())
    people = tuple(text() for _ in range(5))
    yield attendance(occasion, [Attendee(name, text()) for name in people], trainers=people)
    order = Order(text(), count, people[:2], people)
    yield meals(occasion, [Ordered(text(), (order,) * 2)])
    taking = Taking(date(2018, 2, 1), cents, PaidBy.CHEQUE, text(), text(), text())
    yield slip_sheet(organiser, Slip(7, date(2018, 2, 12), (taking,) * 2))
    item, paid = Item("f", text(), count or 0, cents), Paid(date(2018, 2, 1), cents, PaidBy.CASH)
    receipt = Receipt(text(), date(2018, 2, 1), text(), people, (item,) * 2, cents, (paid,) * 2)
    yield receipt_sheet(occasion, replace(receipt, reference=text()))


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_no_text_and_no_number_breaks_a_paper(data: st.DataObject) -> None:
    count = data.draw(st.none() | st.integers(0, 10**6))
    cents = data.draw(st.integers(-(10**12), 10**12))
    for paper in papers_of(lambda: data.draw(st.text(max_size=350)), count, cents):
        pages = texts(paper)
        assert f"page {len(pages)}/{len(pages)}" in pages[-1]


@pytest.mark.parametrize(
    "text",
    ["W" * 3_000, "⸻" * 300, "WWWWWWWWWWW " * 99, "i" * 3_000, "e\u0301\u0328" * 999, "\n" * 99],
)
def test_no_text_is_so_wide_that_it_leaves_the_page(text: str) -> None:
    for paper in papers_of(lambda: text, 10**6, 10**12):
        assert beyond_margins(paper) == []
