"""Fiches of a form that nobody has described become one in the browser, and are read with it."""

import csv
from pathlib import Path

import pytest
from filled_pages import ASKED, DPI, on_lines
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.desks import press
from tests.test_web_home import read, started

PEOPLE = (
    ("Delacourt", "Maëlle", "12 rue des Tilleuls", "35000", "Rennes"),
    ("Roux", "Zoé", "3 place du Marché", "44000", "Nantes"),
    ("Le Goff", "Pierre", "128 rue Victor-Hugo", "29200", "Brest"),
)
REACHED = (("02 99 12 34 56", "maelle@exemple.fr"), ("02 40 11 22 33", "zoe.roux@exemple.fr"),
           ("02 98 44 55 66", "le.goff@exemple.fr"))  # fmt: skip


@pytest.fixture
def fiches(tmp_path: Path) -> list[Path]:
    paths = []
    for n, (person, reached) in enumerate(zip(PEOPLE, REACHED, strict=True)):
        paths.append(tmp_path / f"scan-{n}.png")
        image = on_lines(tmp_path, ASKED, (*person, *reached))
        Image.fromarray(image).save(paths[-1], dpi=(DPI, DPI))
    return paths


def test_fiches_alike_are_offered_as_one_form_and_read_with_it_once_it_is_kept(
    chromium: Browser, tmp_path: Path, fiches: list[Path]
) -> None:
    with started(tmp_path) as address:
        page = chromium.new_page()
        page.goto(address)
        home = address.partition("/entrer")[0] + "/accueil"
        page.goto(home)
        page.set_input_files("#files", fiches)
        read(page)
        assert _forms(tmp_path) == ["inconnu-1"] * 3
        _make_a_form(page)
        page.goto(home)
        read(page)
        expect(page.locator("#standing")).to_contain_text("Par événement")
        expect(page.locator("#standing")).not_to_contain_text("Formulaires inconnus")
        page.close()
    assert _forms(tmp_path) == ["nouveau-formulaire"] * 3
    read_again = {row["value"] for row in _rows(tmp_path, "fields.csv") if row["field"] == "ville"}
    assert read_again == {"Rennes", "Nantes", "Brest"}


def _make_a_form(page: Page) -> None:
    standing = page.locator("#standing")
    expect(standing).to_contain_text("Formulaires inconnus")
    offered = "3\N{NO-BREAK SPACE}fiches d'un formulaire inconnu (Nom, Prénom, Adresse, …)"
    expect(standing).to_contain_text(offered)
    page.get_by_role("button", name="En faire un formulaire").press("Enter")
    page.wait_for_url("**/formulaires/nouveau-formulaire?*", timeout=60_000)
    for label in ASKED:
        expect(page.locator(".zones")).to_contain_text(label)
    press(page, "s")
    expect(page.locator(".notice[role=status]")).to_contain_text("Le modèle est enregistré")


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    (path,) = folder.rglob(name)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _forms(folder: Path) -> list[str]:
    return [row["form"] for row in _rows(folder, "registrations.csv")]
