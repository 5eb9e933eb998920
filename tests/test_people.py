"""Lines of people that hold no person, or half a name."""

from dataclasses import replace

import numpy as np
import pytest
from builders import registration

from pipeline.forms.schema import find_form, load_forms
from pipeline.judging.people import (
    names_are_whole,
    people_are_persons,
    reads_like_service,
    with_repeated_surnames,
)
from pipeline.paths import FORMS
from pipeline.records import Origin, Registration
from pipeline.simulate.contents import Habits, invent_organisation, invent_person, write_person

_FORM = find_form(load_forms(FORMS), "mais-2018-02-02")


def _given(*people: str, raw: dict[int, str] | None = None) -> Registration:
    given = registration(people=people)
    types = {"organisation": "organisation", "email": "email"}
    for reading in given.readings:
        name, _, number = reading.field.partition(".")
        if name == "personnes":
            seen = (raw or {}).get(int(number), reading.text)
            given = given.replacing(replace(reading, type="person", raw=seen))
        elif name in types:
            given = given.replacing(replace(reading, type=types[name]))
    return given


def _doubted(rule, given: Registration) -> list[str]:
    return [finding.fields[0] for finding in rule(given, _FORM)]


@pytest.mark.parametrize(
    "text",
    [
        *("IME La Clairière", "S.E.S.S.A.D. du Gué", "Foyer Pauline", "Adapei du Morbihan"),
        *("Les Capucines", "La Maison Bleue", "Infirmière", "Cheffe de service", "avenue Foch"),
        *("Centre social Anne Frank", "SAVS", "Zoé Le Gall secrétaire", "Mairie de Redon"),
    ],
)
def test_a_service_a_function_an_address_is_no_person(text: str) -> None:
    assert reads_like_service(text)


@pytest.mark.parametrize(
    "text",
    [
        *("Paul MAISON", "MAISON Paul", "HOSPITALIER Jean", "Martin Accueil", "Rose Fontaine"),
        *(
            "DUPONT",
            "PETIT",
            "Ngo Thi Lan",
            "Anne de Bretagne",
            "J. Martin",
            "Jean-Marie LE MOULIN",
        ),
    ],
)
def test_a_name_made_of_words_of_services_is_a_person(text: str) -> None:
    assert not reads_like_service(text)


def test_invented_people_are_people_and_their_services_are_not() -> None:
    rng = np.random.default_rng(31)
    people = [write_person(invent_person(rng), rng, Habits(i % 5, 0, "", 0)) for i in range(4000)]
    services = {invent_organisation(rng) for _ in range(1000)}
    assert sum(map(reads_like_service, people)) <= 4
    assert sum(map(reads_like_service, services)) >= 0.98 * len(services)


def test_what_the_form_calls_its_service_is_no_person() -> None:
    assert reads_like_service("Kan ar Mor", own=("Kan ar mor",))
    assert reads_like_service("Kerhuella", own=("KERHUELLA",))
    assert reads_like_service("Roz Avel", domains=("rozavel.example",))
    assert not reads_like_service("Paul ROZAVEL", own=("Paul Rozavel",), domains=("rozavel.fr",))


def test_a_service_doubts_its_line_and_who_is_not_counted_until_somebody_looked() -> None:
    given = _given("IME La Clairière", "Zoé MARTIN")
    (finding,) = people_are_persons(given, _FORM)
    assert finding.fields == ("personnes.1", "etudiants")
    reading = given.reading("personnes.1")
    assert reading is not None
    seen = given.replacing(replace(reading, origin=Origin.HUMAN))
    assert _doubted(people_are_persons, seen) == []


@pytest.mark.parametrize(
    "raw", ['" Luc', "'' Luc", "— Luc", "- Luc", "idem Luc", "id. Luc", "// Luc", "1/ Luc", "n Luc"]
)
def test_a_given_name_beneath_a_ditto_mark_is_half_a_name(raw: str) -> None:
    read = "Luc" if not raw[0].isalpha() else raw.title()
    given = _given("MARTIN Zoé", read, raw={2: raw})
    assert _doubted(names_are_whole, given) == ["personnes.2"]


def test_two_given_names_beneath_a_ditto_mark_are_half_a_name() -> None:
    given = _given("MARTIN Zoé", "Jean Pierre", raw={2: "— Jean Pierre"})
    assert _doubted(names_are_whole, given) == ["personnes.2"]


def test_one_name_among_whole_ones_is_doubted_and_among_its_like_is_not() -> None:
    assert _doubted(names_are_whole, _given("Luc", "Zoé MARTIN")) == ["personnes.1"]
    assert _doubted(names_are_whole, _given("MARTIN", "PETIT")) == []
    assert _doubted(names_are_whole, _given("MARTIN")) == []


@pytest.mark.parametrize(
    "people", [("Zoé MARTIN", "Luc PETIT"), ("J. Martin", "L. Petit"), ("Ana EL AMRANI", "O. Gall")]
)
def test_whole_names_are_not_doubted(people: tuple[str, ...]) -> None:
    assert _doubted(names_are_whole, _given(*people)) == []


def test_bullets_are_no_ditto_marks() -> None:
    given = _given("Zoé MARTIN", "Luc PETIT", raw={1: "- Zoé MARTIN", 2: "- Luc PETIT"})
    assert _doubted(names_are_whole, given) == []


@pytest.mark.parametrize(
    ("above", "whole"), [("MARTIN Zoé", "MARTIN Luc"), ("Zoé MARTIN", "Luc MARTIN")]
)
def test_the_surname_above_is_offered(above: str, whole: str) -> None:
    reading = with_repeated_surnames(_given(above, "Luc")).reading("personnes.2")
    assert reading is not None
    assert reading.text == "Luc"
    assert whole in [candidate.text for candidate in reading.candidates]
