"""The start page offers to make a form of fiches that fit none."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from attacked import Attacked, Attacker, attacked
from filled_pages import ANSWERS, ASKED, DPI, on_lines
from PIL import Image

from pipeline.forms.unknown import UNKNOWN, described, roles_of
from pipeline.records import Candidate, FieldReading, Finding, Registration, Severity

TEXT = """\
id = "inconnu"
title = "Carte"

[[zones]]
field = "nom"
label = "Nom"
type = "surname"
lines_mm = [[30.0, 38.0, 120.0, 8.0]]

[[zones]]
field = "ville"
label = "Commune du domicile"
type = "town"
lines_mm = [[30.0, 52.0, 120.0, 8.0]]
"""


def unknown(name: str, text: str = TEXT) -> Registration:
    form = described(text)
    assert form
    readings = (
        FieldReading(
            "nom", "surname", 1, form.zone("nom").box_mm, name, (Candidate(name, name, 0.99),)
        ),
        FieldReading("ville", "town", 1, form.zone("ville").box_mm, "", (Candidate("", "", 0.9),)),
    )
    finding = Finding("no_known_form", Severity.REVIEW, ("nom", "ville"))
    return Registration(UNKNOWN, 1, readings, (finding,), roles=roles_of(form, text))


@pytest.fixture
def review(tmp_path: Path) -> Iterator[Attacked]:
    with attacked(tmp_path) as review:
        picture = on_lines(tmp_path, ASKED, ANSWERS)
        for name in ("Delacourt", "Roux"):
            path = tmp_path / f"{name}.png"
            Image.fromarray(picture + (name == "Roux")).save(path, dpi=(DPI, DPI))
            review.inbox.add(path.name, unknown(name), data=path.read_bytes())
        review.desk.reload()
        yield review


@pytest.fixture
def client(review: Attacked) -> Attacker:
    return review.entered()


def test_the_start_page_tells_of_them_by_what_they_ask(client: Attacker) -> None:
    page = client.get("/accueil").text
    assert "Formulaires inconnus" in page
    assert "2\u00a0fiches d'un formulaire inconnu (Nom, Commune du domicile)" in page


def test_a_fiche_is_shown_with_its_printed_labels(client: Attacker) -> None:
    page = client.get("/fiche/r6-1/ville").text
    assert "Commune du domicile" in page
    assert "Formulaire inconnu" in page


def test_they_become_a_form_to_be_checked(review: Attacked, client: Attacker) -> None:
    group = client.get("/accueil").text.partition('name="groupe" value="')[2].partition('"')[0]
    signed = {**client.signed(), "hx-request": "true"}
    answer = client.post("/formulaires/reunir", headers=signed, data={"groupe": group})
    assert answer.status_code < 400, answer.text
    assert (review.inbox.out / "brouillons" / "nouveau-formulaire" / "etapes.json").is_file()
    assert "Fiche à vérifier" in client.get("/formulaires/nouveau-formulaire").text


def test_a_group_that_is_gone_is_told(client: Attacker) -> None:
    signed = {**client.signed(), "hx-request": "true"}
    answer = client.post("/formulaires/reunir", headers=signed, data={"groupe": "r99-1"})
    assert answer.status_code >= 400
    assert "plus là" in answer.text
