"""Three forms in one inbox, read and looked at: each carries its own labels everywhere."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
from associations.choir import CHOIR
from associations.club import CLUB
from associations.copies import draw
from desks import by_field, form, picture, serving
from playwright.sync_api import Browser, expect

from pipeline.config import Settings
from pipeline.runner import run
from pipeline.store import Store

SHIPPED = form().id
OWN = {
    SHIPPED: {"Service", "Adhérents"},
    CLUB.id: {"Formule", "Options", "Droit à l'image"},
    CHOIR.id: {"Pupitre", "Chœur actuel"},
}
"""What each form calls some of its fields, and no other does."""


@dataclass(frozen=True)
class Read:
    """An inbox of three forms, read."""

    out: Path
    forms: Path

    def rows(self, name: str) -> list[list[str]]:
        text = (self.out / name).read_text("utf-8-sig")
        return list(csv.reader(text.splitlines()))


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    folder = tmp_path_factory.mktemp("three")
    forms, inbox, out = folder / "forms", folder / "inbox", folder / "out"
    for blank in (CLUB, CHOIR):
        blank.lay_out(forms)
    draw((CLUB, CHOIR), inbox, each=1, seed=11, media=["typed"], cache=folder / "cache")
    (inbox / "truth.json").unlink(missing_ok=True)
    (inbox / "fiche.png").write_bytes(picture("three"))
    run(inbox, out, Settings(forms=(forms,)), jobs=0)
    return Read(out, forms)


def test_each_form_has_a_table_of_its_own_under_its_labels(read: Read) -> None:
    for name, own in OWN.items():
        head, *rows = read.rows(f"registrations-{name}.csv")
        assert len(rows) == 1
        assert own <= set(head)
        for other, labels in OWN.items():
            assert other == name or not labels & set(head), (name, other)


def test_the_common_table_has_no_column_that_one_form_alone_fills_for_itself(read: Read) -> None:
    head, *rows = read.rows("registrations.csv")
    assert len(rows) == len(OWN)
    assert {row[head.index("form")] for row in rows} == set(OWN)
    assert not {"formule", "options", "pupitre", "droit_image"} & set(head)


def test_the_workbook_has_a_sheet_for_each_form_under_its_labels(read: Read) -> None:
    sheets = [
        {str(cell.value) for cell in sheet[1]}
        for sheet in openpyxl.load_workbook(read.out / "registrations.xlsx")
    ]
    for name, own in OWN.items():
        assert any(
            own <= heads and not any(other & heads for n, other in OWN.items() if n != name)
            for heads in sheets
        ), name


def test_the_report_tells_the_three_apart(read: Read) -> None:
    report = (read.out / "report.html").read_text("utf-8")
    headings = re.findall(r"<h3[^>]*>\s*(.*?)\s*</h3>", report, re.DOTALL)
    for title in ("Volant-Club", "M.A.I.S.", "stage"):
        assert any(title.casefold() in heading.casefold() for heading in headings), title


def test_the_review_shows_each_fiche_under_its_own_labels(chromium: Browser, read: Read) -> None:
    with Store.open(f"sqlite:///{read.out / 'fiches.sqlite'}") as store:
        subjects = {filed.registration.form_id: filed.subject for filed in store.filed()}
    with serving(read.out, also=f'forms = ["{read.forms}"]\n') as address:
        page = chromium.new_page()
        page.goto(address)
        home = address.partition("/entrer")[0]
        by_field(page, address)
        for name, own in OWN.items():
            page.goto(f"{home}/fiche/{subjects[name]}")
            shown = page.locator("main").inner_text()
            for label in own:
                assert label.casefold() in shown.casefold(), (name, label)
        page.goto(home)
        for name in (CLUB.id, CHOIR.id):  # the third was accepted
            expect(page.locator(f'main a[href*="/fiche/{subjects[name]}"]').first).to_be_visible()
        page.close()
