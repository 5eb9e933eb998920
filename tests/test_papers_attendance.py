import re
from itertools import pairwise

import pytest
from sheets import OCCASION, ORGANISER, beyond_margins, letters, middle_mm, sizes_mm, text, texts

from pipeline.papers.attendance import Attendee, attendance
from pipeline.papers.occasion import Occasion, Organiser

HEAD = ("Journée d'été", "1er février 2018", "9 h - 17 h", "Salle Émile-Zola", "Les Amis du Moulin")


def crowd(count: int) -> list[Attendee]:
    return [Attendee(f"Ana MOREL{i:03}", "ESAT du Moulin") for i in range(count)]


@pytest.mark.parametrize("count", [0, 1, 50, 300])
def test_everybody_is_on_the_sheet_and_every_page_has_head_and_foot(count: int) -> None:
    data = attendance(OCCASION, crowd(count))
    pages = texts(data)
    named = re.findall(r"MOREL(\d{3}) Ana", " ".join(pages))
    assert named == [f"{i:03}" for i in range(count)]
    assert sizes_mm(data) == {(297, 210)}
    assert beyond_margins(data) == []
    for number, page in enumerate(pages, 1):
        assert all(fact in page for fact in HEAD)
        assert "Matin Après-midi" in page
        assert f"page {number}/{len(pages)} " in page


def test_people_stand_by_surname_whatever_its_accents() -> None:
    people = ["Zoé MARTIN", "Luc ÉVAIN", "Anne FABRE", "Émile MARTIN"]
    page = text(attendance(OCCASION, map(Attendee, people)))
    names = ["ÉVAIN Luc", "FABRE Anne", "MARTIN Émile", "MARTIN Zoé"]
    assert sorted(names, key=page.index) == names
    assert re.findall(r"\b(\d) (?:ÉVAIN|FABRE|MARTIN)", page) == ["1", "2", "3", "4"]


def test_there_is_room_to_sign_in_every_row() -> None:
    data = attendance(OCCASION, crowd(5), trainers=("Nadia B. SALEM", "Yves LE GOFF"))
    rows = [middle_mm(data, f"MOREL{i:03}") for i in range(5)]
    assert all(above - below >= 9 for above, below in pairwise(rows))
    assert middle_mm(data, "Nadia B. SALEM") - middle_mm(data, "Yves LE GOFF") >= 9


def test_trainers_are_named_or_have_two_blank_boxes() -> None:
    named = text(attendance(OCCASION, crowd(1), trainers=("Nadia B. SALEM",)))
    assert "Intervenants Nom Organisation Matin Après-midi Nadia B. SALEM" in named
    blank = attendance(OCCASION, [], unannounced=0)
    assert "Intervenants" in text(blank)
    three = attendance(OCCASION, [], unannounced=0, trainers=("", "", ""))
    assert len(blank) < len(three)


def test_blank_lines_are_for_those_who_come_unannounced() -> None:
    assert "Venus sans inscription" in text(attendance(OCCASION, crowd(1)))
    assert "Venus sans inscription" not in text(attendance(OCCASION, crowd(1), unannounced=0))
    few, many = (texts(attendance(OCCASION, [], unannounced=n)) for n in (8, 40))
    assert len(few) == 1
    assert len(many) > 2


def test_long_names_are_whole_and_stay_in_one_row() -> None:
    surname = "de la Rochefoucauld-Montbazon du Plessis-Bellière d'Aubeterre"
    service = "Service d'accompagnement à la vie sociale de l'agglomération et de la presqu'île FIN"
    people = [Attendee(f"Ana {surname.upper()} {i:02}", service) for i in range(60)]
    for page in texts(attendance(OCCASION, people, unannounced=0)):
        whole = len(re.findall(re.escape(letters(surname.upper())) + r"\d\d", letters(page)))
        assert whole == letters(page).count(letters(service))


def test_a_word_without_end_is_broken_and_not_lost() -> None:
    data = attendance(OCCASION, [Attendee("A" * 60, "B" * 200)])
    assert "A" * 60 in letters(text(data))
    assert "B" * 200 in letters(text(data))
    assert beyond_margins(data) == []


def test_what_is_not_known_of_the_event_is_left_for_a_pen() -> None:
    page = text(attendance(Occasion("Journée", ORGANISER), []))
    assert page.count("……") >= 3
    assert text(attendance(Occasion("Journée", Organiser("")), [])).count("……") > page.count("……")
    assert "None" not in page


def test_the_sheet_says_nothing_of_money() -> None:
    page = text(attendance(OCCASION, crowd(3)))
    assert not re.search(r"€|IBAN|FR76|tarif|pay[ée]|réglé", page, re.IGNORECASE)
