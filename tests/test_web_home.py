"""The page to start from: files dropped there are read, and lead to the review and the tables."""

import csv
import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from builders import other_registration
from playwright.sync_api import Browser, Page, expect

from pipeline.config import Accounting
from pipeline.exporters import occasion
from pipeline.forms.schema import load_forms
from pipeline.paths import FORMS
from pipeline.store import Store
from pipeline.treasury.tables import write_tables
from tests import warm
from tests.desks import PEOPLE, REPOSITORY, Inbox, assert_open_to_all, fiche, serving

SAMPLES = sorted((REPOSITORY / "samples" / "inbox").glob("*"))


@contextmanager
def started(folder: Path, *flags: str) -> Iterator[str]:
    """The address that ``fiches`` prints where nothing was read before."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    arguments = ("start", "--no-browser", *flags)
    with warm.forked(*arguments, folder=folder, environment=environment) as said:
        yield next(line.strip() for line in said if re.match(r"http://\S+", line))


@pytest.fixture
def page(chromium: Browser, tmp_path: Path) -> Iterator[Page]:
    with started(tmp_path) as address:
        page = chromium.new_page()
        page.goto(address)
        page.goto(address.partition("/entrer")[0] + "/accueil")
        yield page
        page.close()


def read(page: Page) -> None:
    expect(page.locator("#standing")).to_contain_text("Lecture terminée", timeout=120_000)


def test_what_is_dropped_is_read_reviewed_and_handed_over(page: Page, tmp_path: Path) -> None:
    expect(page.locator("#standing")).not_to_contain_text("Les tableaux")
    page.set_input_files("#files", SAMPLES[:3])
    expect(page.locator("#dropped")).to_contain_text("Fichiers déposés\N{NO-BREAK SPACE}: 3 sur 3.")
    read(page)
    names = {path.name for path in (tmp_path / "fiches-recues").iterdir()}
    assert names == {path.name for path in SAMPLES[:3]}
    with page.expect_download() as download:
        page.get_by_role("link", name="registrations.csv").click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8"))))
    events = page.locator("#standing tbody tr")
    event, fiches, *_ = events.locator("td").all_inner_texts()
    assert (int(fiches), "2 février 2018" in event) == (len(rows), True)
    page.get_by_role("link", name="Relire Entrée").click()
    expect(page.locator("#work h1")).to_be_visible()


def test_two_fiches_of_the_same_people_are_one_that_waits(chromium: Browser, inbox: Inbox) -> None:
    for name in ("a.png", "b.png"):
        inbox.add(name, fiche())
    with serving(inbox.out) as address:
        page = chromium.new_page()
        page.goto(address)
        page.goto(address.partition("/entrer")[0] + "/accueil")
        cells = page.locator("#standing tbody td").all_inner_texts()
        for width in (1366, 390):
            page.set_viewport_size({"width": width, "height": 800})
            for path in ("/accueil", "/doublons", "/bilan", "/relire"):
                page.goto(address.partition("/entrer")[0] + path)
                assert_open_to_all(page, f"{path} at {width}")
        page.close()
    assert cells[1:] == ["1", "1", "42,10\N{NO-BREAK SPACE}€", "1"]


def write(inbox: Inbox) -> None:
    with Store.open(inbox.url) as store:
        write_tables(store, inbox.out, load_forms(FORMS), Accounting())


def test_the_tables_of_each_form_are_named_and_go_with_its_last_fiche(
    chromium: Browser, inbox: Inbox
) -> None:
    inbox.add("a.png", fiche())
    inbox.add("b.png", other_registration())
    write(inbox)
    with serving(inbox.out) as address:
        page = chromium.new_page()
        page.goto(address)
        home = address.partition("/entrer")[0]
        page.goto(f"{home}/accueil")
        listed = page.locator(".tables").inner_text()
        shown = page.request.get(f"{home}/tableaux/registrations-mais-2018-02-02.csv").text()
        inbox.add("b.png", fiche(people=(PEOPLE[1],)))
        write(inbox)
        gone = page.request.get(f"{home}/tableaux/registrations-sortie.csv")
        page.close()
    (event,) = {occasion(of) for of in load_forms(FORMS)}
    for_programs = "registrations-mais-2018-02-02.csv Les inscriptions, pour un programme"
    assert f"{for_programs}\N{NO-BREAK SPACE}: {event}" in listed
    assert "participants-sortie.csv" in listed
    assert shown.startswith("registration,document,page,form,")
    assert gone.status == 404


def test_nothing_to_read_is_said_in_french_and_the_page_is_left_in_peace(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_response("**/lire") as answer:
        page.get_by_role("button", name="Lire ce qui est nouveau").click()
    assert 'href="/accueil" aria-current="page"' in answer.value.text()
    expect(page.get_by_role("alert").last).to_contain_text("Rien à lire dans ce dossier")
    asked.clear()
    page.wait_for_timeout(4500)
    assert asked == []


def test_the_same_file_dropped_twice_is_read_once(page: Page, tmp_path: Path) -> None:
    for _ in range(2):
        page.set_input_files("#files", SAMPLES[:1])
        expect(page.locator("#dropped")).to_contain_text(
            "Fichiers déposés\N{NO-BREAK SPACE}: 1 sur 1."
        )
        read(page)
    assert len(list((tmp_path / "fiches-recues").iterdir())) == 2
    rows = (tmp_path / "outputs" / "registrations.csv").read_text("utf-8").splitlines()
    assert len(rows) == 2


def test_of_a_dropped_folder_all_files_come_but_hidden_ones(page: Page, tmp_path: Path) -> None:
    page.evaluate(
        """() => {
            const file = (name) =>
                ({ isFile: true, name, file: (take) => take(new File(["x"], name)) });
            const folder = (inner, name = "d") => ({ isFile: false, name, createReader: () => {
                const rounds = [...inner.map((entry) => [entry]), []];  // as browsers do, in parts
                return { readEntries: (take) => take(rounds.shift()) };
            } });
            const within = folder([file("b.png"), file(".DS_Store")]);
            const dropped = folder([file("a.png"), within, folder([])]);
            const event = new Event("drop", { cancelable: true });
            event.dataTransfer = { items: [{ webkitGetAsEntry: () => dropped }], files: [] };
            document.getElementById("drop").dispatchEvent(event);
        }"""
    )
    expect(page.locator("#dropped")).to_contain_text("Fichiers déposés\N{NO-BREAK SPACE}: 2 sur 2.")
    assert {path.name for path in (tmp_path / "fiches-recues").iterdir()} == {"a.png", "b.png"}


def test_no_name_leads_out_of_the_inbox_or_hides_a_file(page: Page, tmp_path: Path) -> None:
    names = ["../../evil.png", "..", "a\\b.png", "CON.png", ".hidden", f"{'x' * 300}.png", ""]
    for kept, name in enumerate(names, start=1):
        answer = page.evaluate(
            """async (name) => {
                const { "X-Fiches": csrf } = JSON.parse(document.body.getAttribute("hx-headers"));
                const url = `/deposer?nom=${encodeURIComponent(name)}`;
                const headers = { "X-Fiches": csrf };
                return (await fetch(url, { method: "POST", body: "x", headers })).status;
            }""",
            name,
        )
        assert answer == 200, name
        files = [*(tmp_path / "fiches-recues").iterdir()]
        assert len(files) == kept, name
        assert not any(file.name.startswith(".") for file in files), name
        assert {path.name for path in tmp_path.iterdir()} <= {"fiches-recues", "outputs"}, name


def test_a_drop_from_elsewhere_is_refused(page: Page, tmp_path: Path) -> None:
    status = page.evaluate(
        """async () => (await fetch("/deposer?nom=a.png", { method: "POST", body: "x" })).status"""
    )
    assert status == 403
    assert not (tmp_path / "fiches-recues").exists()


def test_only_tables_are_handed_out(page: Page) -> None:
    for name in ("fiches.sqlite", "..%2f..%2fetc%2fpasswd", "known.json"):
        answer = page.request.get(page.url.replace("/accueil", f"/tableaux/{name}"))
        assert answer.status == 404, name
