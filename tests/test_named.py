"""People whose surname and given name stand in two fields."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.decisions import Filed
from pipeline.forms.schema import Form
from pipeline.judging.background import Background
from pipeline.judging.deciding import with_added
from pipeline.judging.duplicates import Twins
from pipeline.judging.judge import judge
from pipeline.judging.members import Members, name_key
from pipeline.judging.people import with_repeated_surnames
from pipeline.judging.reconcile import reconcile
from pipeline.judging.validate import names_are_whole, people_are_persons
from pipeline.records import Candidate, Envelope, FieldReading, Origin, Registration, Status
from pipeline.review.spoken import spoken_of
from pipeline.treasury.payable import who
from tests.builders import source
from tests.family import child, family_form, read, registered
from tests.judged import ASK_ALL, correct

_COUNTED = (
    ('named = ["enfant_nom", "enfant_prenom"]', 'named = ["enfant_nom", "enfant_prenom"]\n'
     'counted = ["maillots"]\nuncounted = "sans"\nmembers = "maillots"'),
)  # fmt: skip


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Form:
    return family_form(tmp_path_factory.mktemp("forms"))


@pytest.fixture(scope="module")
def counting(form: Form, tmp_path_factory: pytest.TempPathFactory) -> Form:
    """The same form, where as many shirts as children are members."""
    assert form.people
    return family_form(tmp_path_factory.mktemp("counting"), *_COUNTED)


@pytest.fixture(scope="module")
def alone(form: Form, tmp_path_factory: pytest.TempPathFactory) -> Form:
    """A form about one person, who has a surname and a given name."""
    zones = (
        '[[zones]]\nfield = "nom"\ntype = "surname"\nlines_mm = [[20, 92, 50, 9]]\n'
        '[[zones]]\nfield = "prenom"\ntype = "given_name"\nlines_mm = [[72, 92, 40, 9]]\n'
    )
    assert form.people
    folder = tmp_path_factory.mktemp("alone")
    changes = (
        ("rows_mm = [[92, 9]", "rows_mm = [[95, 5]"),
        ('named = ["enfant_nom", "enfant_prenom"]', 'named = ["nom", "prenom"]'),
        ("[[tables]]", f"{zones}\n[[tables]]"),
    )
    return family_form(folder, *changes)


def _texts(registration: Registration) -> list[str]:
    return [person.text for person in registration.named]


def _part(registration: Registration, field: str) -> FieldReading:
    reading = registration.reading(field)
    assert reading is not None
    return reading


def test_a_person_is_a_surname_and_the_given_name_beside_it(form: Form) -> None:
    given = registered(
        form, *child(2, "Le Goff", "Anne", "loisir"), *child(1, "ROUX", "Inès", "loisir")
    )
    assert _texts(given) == ["ROUX Inès", "LE GOFF Anne"]
    assert [person.field for person in given.named] == ["enfant_nom.1", "enfant_nom.2"]
    assert [given.name_parts(person) for person in given.named] == [
        *(("ROUX", "Inès"), ("Le Goff", "Anne"))
    ]
    assert given.named[0].posterior == pytest.approx(0.99**2)


def test_a_person_of_whom_one_name_is_missing_is_somebody(form: Form) -> None:
    rows = (*child(1, "ROUX", "", "loisir"), read("enfant_prenom.2", "given_name", "Tom"))
    assert _texts(registered(form, *rows)) == ["ROUX", "Tom"]
    assert _texts(registered(form, *child(1, "", "", "loisir"))) == []


def test_who_is_one_person_of_a_form_about_one(alone: Form) -> None:
    named = (read("nom", "surname", "Roux"), read("prenom", "given_name", "Inès"))
    given = registered(alone, *named)
    assert _texts(given) == ["ROUX Inès"]
    assert given.named[0].field == "nom"
    assert who(given) == "ROUX Inès"
    assert "age" in alone.roles.said
    assert not {"nom", "prenom", "total", "maillots"} & {*alone.roles.said}


def test_one_half_in_doubt_is_a_person_in_doubt(form: Form) -> None:
    first, second, *rest = child(1, "ROUX", "Inès", "loisir")
    decided = replace(first, status=Status.ACCEPTED)
    (person,) = registered(form, decided, second, *rest).named
    assert person.status is Status.REVIEW
    corrected = replace(second, status=Status.CORRECTED)
    (person,) = registered(form, decided, corrected, *rest).named
    assert person.status is Status.CORRECTED


def test_an_address_speaks_for_the_name_it_is_made_of(form: Form) -> None:
    row = [
        read("enfant_nom.1", "surname", "GIRAUIT", 0.5, GIRAULT=0.48),
        read("enfant_prenom.1", "given_name", "Loup", 0.97),
    ]
    address = read("email", "email", "loup.girault@exemple.fr")
    done = reconcile(registered(form, *row, address), form)
    assert _texts(done) == ["GIRAULT Loup"]
    assert _part(done, "enfant_nom.1").posterior > 0.9


def test_a_half_that_cannot_be_read_costs_the_other_nothing(form: Form) -> None:
    row = [
        read("enfant_nom.1", "surname", "ROUX", 0.97),
        replace(read("enfant_prenom.1", "given_name", ""), candidates=()),
    ]
    done = reconcile(registered(form, *row), form)
    assert _part(done, "enfant_nom.1").posterior == pytest.approx(0.97, abs=0.02)
    assert _part(done, "enfant_prenom.1").candidates == ()


def test_people_of_two_columns_are_counted(counting: Form) -> None:
    children = (*child(1, "ROUX", "Inès", "loisir"), *child(2, "ROUX", "Tom", "loisir"))
    unsure = replace(
        read("maillots", "count", 7, 0.5),
        candidates=(Candidate(7, "7", 0.5), Candidate(1, "1", 0.45)),
    )
    done = reconcile(registered(counting, *children, unsure), counting)
    assert _part(done, "maillots").value == 1
    assert _part(done, "sans").value == 1
    assert judge(done, counting, ASK_ALL).reading("sans") is not None


def test_a_list_of_members_holds_surname_and_given_name_together(counting: Form) -> None:
    members = Members(frozenset([name_key("Inès ROUX")]))
    children = (*child(1, "Roux", "Inès", "loisir"), *child(2, "Lima", "Ana", "loisir"))
    given = registered(counting, *children, read("maillots", "count", 2))
    done = reconcile(given, counting, Background(members=members))
    (listed,) = (f for f in done.findings if f.rule == "members_are_listed")
    assert listed.facts == (2, 1, "LIMA Ana")


def test_two_fiches_of_the_same_people_are_a_pair(form: Form) -> None:
    address = read("email", "email", "r@exemple.fr")
    filed = [
        Filed(f"r{n}", f"{n}", 1, 0, registered(form, *row, address), (source(f"{n}.pdf"),))
        for n, row in enumerate((child(1, "ROUX", "Inès", "loisir"), child(3, "Roux", "Ines", "")))
    ]
    (pair,) = Twins(filed).pairs()
    assert pair.people == (("ROUX Inès", "ROUX Ines"),)


def test_what_a_mail_says_of_a_whole_name_is_of_its_fiche(form: Form) -> None:
    given = registered(form, *child(1, "ROUX", "Inès", "loisir"))
    other = registered(form, *child(1, "ROUX", "Tom", "loisir"))
    filed = [
        Filed(f"r{n}", f"{n}", 1, 0, r, (source("f.pdf"),)) for n, r in enumerate((given, other))
    ]
    mail = Envelope("", "Inscription", None, "Inès Roux ne viendra pas.")
    assert [spoken.subject for spoken in spoken_of(mail, filed)] == ["r0"]


def test_a_half_of_a_name_that_is_missing_is_asked(form: Form) -> None:
    given = registered(form, *child(1, "ROUX", "Inès", ""), *child(2, "", "Tom", ""))
    (finding,) = names_are_whole(given, form)
    assert finding.fields == ("enfant_nom.2",)
    assert finding.facts == ("half", "Tom")
    answered = replace(_part(given, "enfant_nom.2"), origin=Origin.HUMAN)
    assert [*names_are_whole(given.replacing(answered), form)] == []


def test_a_sign_beneath_a_surname_repeats_it(form: Form) -> None:
    ditto = replace(read("enfant_nom.2", "surname", ""), raw='"')
    given = registered(
        form, *child(1, "ROUX", "Inès", ""), ditto, read("enfant_prenom.2", "given_name", "Tom")
    )
    (finding,) = names_are_whole(given, form)
    assert finding.facts == ("ditto", '"')
    offered = _part(with_repeated_surnames(given), "enfant_nom.2").candidates
    assert [candidate.text for candidate in offered] == ["", "ROUX"]
    assert with_repeated_surnames(registered(form, ditto)) == registered(form, ditto)


def test_a_service_in_two_columns_is_no_person(form: Form) -> None:
    given = registered(form, *child(1, "SERVICE", "comptabilité", ""))
    (finding,) = people_are_persons(given, form)
    assert finding.fields == ("enfant_nom.1",)
    assert [*people_are_persons(registered(form, *child(1, "ROUX", "Inès", "")), form)] == []


def test_whoever_adds_a_surname_is_asked_for_the_given_name(form: Form) -> None:
    given = registered(form, *child(1, "ROUX", "Inès", "loisir"))
    added = correct(given, form, "enfant_nom.2", "LIMA")
    asked = _part(added, "enfant_prenom.2")
    assert (asked.status, asked.candidates) == (Status.REVIEW, ())
    named = correct(added, form, "enfant_prenom.2", "Ana")
    assert _texts(named) == ["ROUX Inès", "LIMA Ana"]
    nothing = correct(given, form, "enfant_nom.2", "")
    assert nothing.reading("enfant_prenom.2") is None


def test_further_lines_of_both_names_may_be_added(form: Form) -> None:
    given = registered(form, *child(1, "ROUX", "Inès", "loisir"))
    fields = ["enfant_nom.2", "enfant_prenom.2", "age.2", "don.2", "don"]
    more = with_added(given, form, fields).readings[len(given.readings) :]
    assert [reading.field for reading in more] == ["enfant_nom.2", "enfant_prenom.2"]


def test_a_form_without_people_or_counts_has_nobody_uncounted(tmp_path: Path, form: Form) -> None:
    assert (form.counted, form.uncounted) == ((), "")
    given = registered(form, *child(1, "ROUX", "Inès", "loisir"))
    done = judge(reconcile(given, form), form, ASK_ALL)
    assert {r.field for r in done.readings} == {r.field for r in given.readings}
    nobody = family_form(tmp_path, ('\n[people]\nnamed = ["enfant_nom", "enfant_prenom"]\n', ""))
    assert reconcile(registered(nobody, *child(1, "ROUX", "Inès", "loisir")), nobody).named == ()
