"""Two days of a secretary, and a second event: whatever is done, all that is shown is the truth."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from pipeline.bench.looks import _look, _subject
from pipeline.money import format_cents
from tests.desks import await_keys, press
from tests.season import MAIS, Books, Fiche, Tables, mail, registers, visit
from tests.test_web_home import started

expect.set_options(timeout=30_000)  # a busy machine stalls now and then
_FIRST_DAY, _SECOND_DAY = datetime(2018, 1, 9, 8, tzinfo=UTC), datetime(2018, 1, 16, 8, tzinfo=UTC)
_TABLES = ("registrations.csv", "inscriptions.csv", "participants.csv", "registrations.xlsx")


class Desk:
    """A secretary before the browser, with an inbox, and the books that say the truth."""

    def __init__(self, chromium: Browser, folder: Path) -> None:
        self.chromium, self.folder, self.books = chromium, folder, Books()
        self.page: Page = None  # type: ignore[assignment]
        self.home = ""
        self.asked: list[tuple[str, str]] = []

    def sit_down(self, address: str) -> None:
        """At a page that was just opened."""
        self.page, self.home = self.chromium.new_page(), address.partition("/entrer")[0]
        self.page.goto(address)
        self.page.goto(f"{self.home}/accueil")

    def drop(self, files: Mapping[str, bytes]) -> None:
        """Lay files on the page, and wait until they are read."""
        place = self.folder / "desk"
        place.mkdir(exist_ok=True)
        for name, data in files.items():
            (place / name).write_bytes(data)
        self.page.goto(f"{self.home}/accueil")
        with self.page.expect_response("**/lire"):
            self.page.set_input_files("#files", [place / name for name in files])
        expect(self.page.locator("#dropped")).to_contain_text(
            f"{len(files)} sur {len(files)} déposé(s)."
        )
        expect(self.page.locator("#standing progress")).to_have_count(0)
        expect(self.page.locator("#standing")).to_contain_text(
            "Lecture terminée", timeout=120_000
        )

    def tables(self) -> Tables:
        files = {}
        self.page.goto(f"{self.home}/accueil")
        for name in _TABLES:
            with self.page.expect_download() as download:
                self.page.get_by_role("link", name=name).click()
            files[name] = download.value.path().read_bytes()
        return Tables.of(files)

    def agree(self) -> Tables:
        """All that can be seen says what the books say; the tables."""
        tables = self.tables()
        tables.check(self.books)
        waits = [r for r in tables.registrations if r["status"] == "review"]
        shown = [
            row.locator("td").all_inner_texts()
            for row in self.page.locator("#standing tbody tr").all()
        ]
        truth = {event.name: self.books.sums(event) for event in self.books.events}
        assert {row[0]: row[1:4] for row in shown} == {
            name: [str(one.fiches), str(one.people), format_cents(one.due_cents)]
            for name, one in truth.items()
        }
        return tables

    def documents(self) -> dict[str, str]:
        """The document of each fiche, by what addresses call the fiche."""
        self.page.goto(f"{self.home}/?etat=toutes")
        links = self.page.locator("main tbody td:first-child > a").all()
        return {
            str(link.get_attribute("href")).split("/")[2].partition("?")[0]: link.inner_text()
            for link in links
        }

    def review(self, answers: Mapping[tuple[str, str], str]) -> None:
        """Clear the queue by keyboard; ``answers``: the keys of what is said of pairs, the later
        one first."""
        documents = self.documents()
        self.page.goto(self.home)
        press(self.page, "Enter")
        while True:
            await_keys(self.page)
            expect(self.page.locator("#work h1")).to_be_visible()
            if self.page.locator(".done, .people").count():
                return
            if self.page.locator(".pair").count():
                self.answer(answers)
                continue
            subject = _subject(self.page)
            fiche = self.books.entries[documents[subject]].fiche
            looked = _look(self.page, fiche.event.form, subject, fiche.truth)
            assert not looked.given_up, documents[subject]

    def answer(self, answers: Mapping[tuple[str, str], str]) -> None:
        """What is on the screen: two fiches of the same people."""
        first, second = (
            text.partition(",")[0]
            for text in self.page.locator("figcaption .soft").all_inner_texts()
        )
        self.asked.append((second, first))
        one, other = (self.books.entries[document].fiche for document in (first, second))
        differ = {row.inner_text().split("\t")[0] for row in self.page.locator("tr.differs").all()}
        print(first, second, differ)
        self.page.evaluate("document.querySelector('.pair').dataset.looked = 1")
        press(self.page, answers[second, first])
        self.page.wait_for_selector(".pair[data-looked]", state="detached")


@pytest.fixture
def desk(chromium: Browser, tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "fiches.toml").write_text("quality_sample = 0\n", "utf-8")
    yield Desk(chromium, tmp_path)


def _letter(fiche: Fiche, at: datetime, *, name: str = "fiche.pdf", data: bytes = b"") -> bytes:
    text = "Bonjour,\n\nVoici notre fiche.\n\nCordialement\n"
    sender = f"{fiche.people[0]} <{fiche.email}>"
    return mail(sender, "Inscription", text, at, name=name, data=data or fiche.pdf())


def test_two_days_and_a_second_event(desk: Desk, tmp_path: Path) -> None:
    fiches = [registers(MAIS, n) for n in range(25)]
    fiches[2] = registers(MAIS, 2, people=2, counts=(1, 1, 1), extra_cents=-90)
    fiches[4] = registers(MAIS, 4, people=3, counts=(0, 2, 3))
    fiches[6] = registers(MAIS, 6, people=2)
    fiches[14] = registers(MAIS, 14, people=2, counts=(2, 0, 2))
    files = {f"fiche-{n:02}.pdf": fiches[n].pdf() for n in range(9)}
    files |= {f"fiche-{n:02}.png": fiches[n].scan("typed", n) for n in (9, 10)}
    files |= {"fiche-11.png": fiches[11].scan("hand", 1)}
    mails = {
        f"mail-{n}.eml": _letter(fiches[n], _FIRST_DAY + timedelta(hours=n)) for n in range(12, 19)
    }
    mails["mail-19.eml"] = _letter(fiches[1], _FIRST_DAY, data=files["fiche-01.pdf"])
    with started(tmp_path) as address:
        desk.sit_down(address)
        desk.drop(files | mails)
        desk.books.enter(
            {name: fiche for name, fiche in zip(files, fiches, strict=False)}
            | {f"mail-{n}.eml!fiche.pdf": fiches[n] for n in range(12, 19)}
        )
        desk.agree()
        desk.review({})
        assert desk.asked == []
        desk.agree().check_fields(desk.books)
