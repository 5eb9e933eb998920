"""Who a form names, and who of them is counted, said in plain words."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.drafting import edits
from pipeline.drafting.people import countable, nameable, with_people
from pipeline.paths import SHIPPED_FORM

SHIPPED = (SHIPPED_FORM / "form.toml").read_text("utf-8")
PAIR = """\
id = "club"
title = "Club"

[[zones]]
field = "nom"
type = "surname"
lines_mm = [[20.0, 30.0, 50.0, 8.0]]

[[zones]]
field = "prenom"
label = "Prénom"
type = "given_name"
lines_mm = [[80.0, 30.0, 50.0, 8.0]]

[[zones]]
field = "adultes"
type = "count"
lines_mm = [[20.0, 60.0, 20.0, 8.0]]
"""


def people(text: str) -> Any:
    return tomllib.loads(text).get("people")


def test_people_are_named_by_persons_or_by_surnames_and_given_names() -> None:
    assert [str(each) for each in nameable(tomllib.loads(SHIPPED))] == ["personnes"]
    assert [str(each) for each in nameable(tomllib.loads(PAIR))] == ["nom prenom"]
    assert people(with_people(PAIR, "nom prenom", {})) == {"named": ["nom", "prenom"]}


def test_those_who_are_counted_have_a_name_each_and_the_others_one() -> None:
    made = with_people(PAIR, "nom prenom", {"adultes": " adulte "}, uncounted="enfant")
    assert people(made) == {
        "named": ["nom", "prenom"],
        "counted": ["adultes"],
        "uncounted": "autres",
        "labels": {"adultes": "adulte", "autres": "enfant"},
    }
    assert edits.faults(made, SHIPPED_FORM) == edits.faults(PAIR, SHIPPED_FORM)
    assert people(with_people(made, "nom prenom", {})) == {"named": ["nom", "prenom"]}
    assert with_people(made, "", {}).rstrip() == PAIR.rstrip()


def test_what_the_shipped_form_says_of_its_people_is_said_again_without_a_change() -> None:
    data = tomllib.loads(SHIPPED)
    ones = {each.field: each.single for each in countable(data) if each.is_counted}
    assert ones == {"adherents": "adhérent", "non_adherents": "non-adhérent"}
    said = {"uncounted": "étudiant", "members": "adherents"}
    assert with_people(SHIPPED, "personnes", ones, **said) == SHIPPED


def test_only_zones_that_are_there_name_or_count_people() -> None:
    for named, ones in (("repas", {}), ("nom", {}), ("nom prenom", {"x": ""})):
        with pytest.raises(ValueError, match="recharger la page"):
            with_people(PAIR, named, ones)


@given(st.sampled_from(["", "nom prenom"]), st.sets(st.just("adultes")), st.text(max_size=9))
def test_whatever_is_said_the_file_stays_one(named: str, counted: set[str], one: str) -> None:
    made = with_people(PAIR, named, dict.fromkeys(counted, one), uncounted=one, members=one)
    data = tomllib.loads(made)
    assert data["zones"] == tomllib.loads(PAIR)["zones"]
    assert ("people" in data) == bool(named)


def test_the_faults_of_people_are_told(tmp_path: Path) -> None:
    made = with_people(PAIR, "nom prenom", {"adultes": ""}, members="adultes")
    assert people(made)["members"] == "adultes"
    assert not [what for at, what in edits.faults(made, tmp_path) if at.startswith("people")]
