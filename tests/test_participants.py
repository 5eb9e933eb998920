"""What the tables of participants say of each person beside their name."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.exporters import participants
from pipeline.forms.schema import Form
from pipeline.snapshot import Snapshot
from tests.builders import registration
from tests.family import child, family_form, read, registered
from tests.tables import everything, row

_HEAD = ["registration", "rang", "nom", "prenom", "tarif"]


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Form:
    return family_form(tmp_path_factory.mktemp("forms"))


@pytest.fixture
def families(form: Form) -> Snapshot:
    """Two families: three children, of whom one has no given name, and one."""
    first = registered(
        form,
        *child(1, "Le Goff", "Anne", "loisir"),
        *child(3, "ROUX", "", "competition"),
        read("email", "email", "r@exemple.fr"),
    )
    second = registered(form, *child(2, "LIMA", "Ana Rosa", ""))
    return Snapshot((row(first, 1), row(second, 2)))


def _cells(text: str) -> list[list[str]]:
    return [*csv.reader(io.StringIO(text))]


def test_what_stands_in_the_row_of_a_person_is_said_of_them(families: Snapshot) -> None:
    head, *lines = _cells(participants.render(families))
    assert head == [*_HEAD, "maillots", "age", "formule"]
    assert [line[1:] for line in lines] == [
        ["1", "Le Goff", "Anne", "", "0", "9", "loisir"],
        ["2", "ROUX", "", "", "0", "9", "competition"],
        ["1", "LIMA", "Ana Rosa", "", "0", "9", ""],
    ]


def test_readers_get_it_under_labels(families: Snapshot) -> None:
    sheet = participants.sheet(families)
    assert sheet.heads[:6] == ("Nom", "Prénom", "Tarif", "Maillots", "Âge", "Formule")
    assert [line[:2] + line[4:6] for line in sheet.rows] == [
        *(("Le Goff", "Anne", "9", "loisir"), ("ROUX", "", "9", "competition")),
        ("LIMA", "Ana Rosa", "9", ""),
    ]


def test_of_several_forms_each_table_says_what_its_form_does(families: Snapshot) -> None:
    both = replace(families, registrations=(*families.registrations, row(registration(), 3)))
    head, *_ = _cells(participants.render(both))
    assert head == [*_HEAD, "maillots", "repas"]
    tables = participants.further(both)
    assert set(tables) == {"participants-famille.csv", "participants-mais-2018-02-02.csv"}
    head, first, *_ = _cells(tables["participants-famille.csv"])
    assert head == [*_HEAD, "Maillots", "Âge", "Formule"]
    assert first[-2:] == ["9", "loisir"]
    sheet = participants.sheet(both)
    of_other = next(line for line in sheet.rows if line[0] == "MARTIN")
    assert of_other[sheet.heads.index("Âge")] is None


def test_a_form_about_one_person_says_all_of_them(form: Form, tmp_path: Path) -> None:
    assert form.people
    zones = (
        '[[zones]]\nfield = "nom"\ntype = "surname"\nlines_mm = [[20, 92, 50, 9]]\n'
        '[[zones]]\nfield = "prenom"\ntype = "given_name"\nlines_mm = [[72, 92, 40, 9]]\n\n'
    )
    named = 'named = ["enfant_nom", "enfant_prenom"]'
    alone = family_form(
        tmp_path, (named, 'named = ["nom", "prenom"]'), ("[[tables]]", f"{zones}[[tables]]")
    )
    given = registered(
        alone,
        read("nom", "surname", "ROUX"),
        read("prenom", "given_name", "Inès"),
        read("don", "amount", 500),
        *child(1, "ROUX", "Tom", "loisir"),
        *child(2, "ROUX", "Zoé", "loisir"),
    )
    head, line = _cells(participants.render(Snapshot((row(given),))))
    said = dict(zip(head, line, strict=True))
    assert (said["nom"], said["prenom"], said["don"]) == ("ROUX", "Inès", "500")
    assert said["enfant_prenom"] == "Tom | Zoé"
    assert "total" not in said
    assert "prix_maillots" not in said


def test_the_shipped_form_says_nothing_more(families: Snapshot) -> None:
    assert families.registrations
    head, *_ = _cells(participants.render(everything(row(registration()))))
    assert head == [*_HEAD, "repas"]
