"""Two days of a secretary, and a second event: whatever is done, all that is shown is the truth."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from pipeline.bench.looks import _look, _subject
from pipeline.money import format_cents
from tests.desks import await_keys, press
from tests.season import MAIS, Books, Entry, Event, Fiche, Tables, mail, registers, visit
from tests.test_web_home import started

expect.set_options(timeout=30_000)  # a busy machine stalls now and then
_FIRST_DAY, _SECOND_DAY = datetime(2018, 1, 9, 8, tzinfo=UTC), datetime(2018, 1, 16, 8, tzinfo=UTC)
_TABLES = ("registrations.csv", "inscriptions.csv", "participants.csv", "registrations.xlsx")


class Desk:
    """A secretary before the browser, with an inbox, and the books that say the truth."""

    def __init__(self, chromium: Browser, folder: Path) -> None:
        self.chromium, self.folder, self.books = chromium, folder, Books()
        self.settings = folder / "fiches.toml"
        self.page: Page = None  # type: ignore[assignment]
        self.home = ""
        self.asked: list[tuple[str, str]] = []
        self.restored: list[Fiche] = []

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

    def asks(self, pairs: Collection[tuple[str, str]]) -> None:
        """Each pair is one question, and both rows say so, in every table."""
        tables = self.tables()
        for heads in (tables.registrations, tables.inscriptions, tables.sheets["Inscriptions"]):
            document, said = ("Document", "Remarques") if "État" in heads[0] else ("document", "findings")
            words = {row[document]: row[said] or "" for row in heads}
            for later, earlier in pairs:
                assert f"Même inscription ? « {earlier} »" in words[later], words[later]
                assert f"Une fiche plus récente parle des mêmes personnes : « {later} »" in words[earlier]
            asking = [name for name, text in words.items() if "mêmes personnes" in text or "Même inscription" in text]
            assert sorted(asking) == sorted(name for pair in pairs for name in pair)
        self.page.goto(f"{self.home}/doublons")
        rows = self.page.locator("table").first.locator("tbody tr").all()
        shown = [tuple(row.locator("td").all_inner_texts()[:2]) for row in rows]
        assert sorted(shown) == sorted(pairs)

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

    def cancel(self, letter: str, document: str) -> None:
        """A mail that brought no fiche says that somebody does not come."""
        self.page.goto(f"{self.home}/accueil")
        self.page.get_by_role("link", name="documents à traiter").click()
        self.page.get_by_role("link", name=letter).click()
        offered = self.page.locator("#fiche optgroup").first
        expect(offered).to_have_attribute("label", "Fiches dont parle ce mail")
        (person,) = self.books.entries[document].fiche.people
        expect(self.page.locator("#fiche option:checked")).to_contain_text(person)
        self.page.get_by_label("Ce qu'il en dit").fill("ne pourra pas venir")
        self.page.get_by_role("button", name="Annuler l'inscription").click()
        expect(self.page.get_by_role("status")).to_contain_text(f"annule {document}")

    def is_restored(self, entry: Entry) -> bool:
        """Let a cancelled fiche count again, the first time."""
        if entry.fiche in self.restored:
            return False
        self.restored.append(entry.fiche)
        self.page.goto(f"{self.home}/doublons")
        row = self.page.get_by_role("row").filter(has_text="ne pourra pas venir")
        row.get_by_role("button", name="Rétablir").click()
        expect(self.page.locator("#work h1")).to_be_visible()
        return True


@pytest.fixture
def desk(chromium: Browser, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(chromium, tmp_path)
    desk.settings.write_text("quality_sample = 0\n", "utf-8")
    yield desk


def _letter(fiche: Fiche, at: datetime, *, name: str = "fiche.pdf", data: bytes = b"") -> bytes:
    text = "Bonjour,\n\nVoici notre fiche.\n\nCordialement\n"
    sender = f"{fiche.people[0]} <{fiche.email}>"
    return mail(sender, "Inscription", text, at, name=name, data=data or fiche.pdf())


_REPLACES, _ADDS, _SAME, _OTHER = "1", "2", "3", "4"
"""The keys of the answers to whether two fiches are one registration."""


def _first_day(desk: Desk, fiches: list[Fiche]) -> None:
    files = {f"fiche-{n:02}.pdf": fiches[n].pdf() for n in range(9)}
    files |= {f"fiche-{n:02}.png": fiches[n].scan("typed", n) for n in (9, 10)}
    files |= {"fiche-11.png": fiches[11].scan("hand", 1)}
    mails = {
        f"mail-{n}.eml": _letter(fiches[n], _FIRST_DAY + timedelta(hours=n)) for n in range(12, 19)
    }
    mails["mail-19.eml"] = _letter(fiches[1], _FIRST_DAY, data=files["fiche-01.pdf"])
    desk.drop(files | mails)
    desk.books.enter(dict(zip(files, fiches, strict=False)))
    desk.books.enter({f"mail-{n}.eml!fiche.pdf": fiches[n] for n in range(12, 19)})
    desk.agree()  # the same bytes in mail 19 are the fiche that is there
    desk.review({})
    assert desk.asked == []
    desk.agree().check_fields(desk.books)


def _second_day(desk: Desk, fiches: list[Fiche]) -> None:
    more = replace(fiches[4], people=(*fiches[4].people, "Nora PELTIER"), counts=(1, 2, 4))
    less = replace(fiches[14], counts=(2, 0, 1))
    came = {n: fiches[n] for n in range(24, 30)} | {21: more, 22: less, 23: fiches[6]}
    mails = {
        f"mail-{n}.eml": _letter(fiche, _SECOND_DAY + timedelta(hours=n))
        for n, fiche in sorted(came.items())
        if n != 23
    }
    mails["mail-23.eml"] = _letter(
        fiches[6],
        _SECOND_DAY + timedelta(hours=23),
        name="scan.png",
        data=fiches[6].scan("typed", 23),
    )
    gone = fiches[15]
    mails["mail-20.eml"] = mail(
        f"{gone.people[0]} <{gone.email}>",
        "Annulation",
        f"Bonjour,\n\n{gone.people[0]} ne pourra pas venir.\n",
        _SECOND_DAY,
    )
    desk.drop(mails)
    names = {n: f"mail-{n}.eml!{'scan.png' if n == 23 else 'fiche.pdf'}" for n in came}
    desk.books.enter({names[n]: fiche for n, fiche in came.items()})
    pairs = {
        (names[21], "fiche-04.pdf"): _REPLACES,
        (names[22], "mail-14.eml!fiche.pdf"): _REPLACES,
        (names[23], "fiche-06.pdf"): _SAME,
    }
    for _, first in pairs:
        desk.books.entries[first].state = "waits"
    desk.agree()
    desk.asks(pairs)
    desk.review(pairs)
    assert sorted(desk.asked) == sorted(pairs)
    desk.books.entries["fiche-04.pdf"].state = "remplacée"
    desk.books.entries["mail-14.eml!fiche.pdf"].state = "remplacée"
    desk.books.entries["fiche-06.pdf"].state = "rejected"
    desk.agree().check_fields(desk.books)
    _cancelled(desk, "mail-20.eml", "mail-15.eml!fiche.pdf")


def _cancelled(desk: Desk, letter: str, document: str) -> None:
    """A mail without a fiche cancels one; that is taken back, and done again."""
    entry = desk.books.entries[document]
    for _ in range(2):
        desk.cancel(letter, document)
        entry.state = "annulée"
        tables = desk.agree()
        (row,) = [row for row in tables.registrations if row["document"] == document]
        assert "Annulée" in row["findings"], row
        assert "ne pourra pas venir" in row["findings"], row
        if desk.is_restored(entry):
            entry.state = ""
            desk.agree()


def _second_event(desk: Desk, event: Event, same: Fiche) -> None:
    """Fiches of another form: of somebody who registered for the first event, too, of somebody who
    adds a colleague, and of one service twice."""
    fiches = [registers(event, n) for n in range(30, 33)]
    of_both = replace(
        same, event=event, people=same.people[:2], counts=(1, 1, 1), extra_cents=100
    )
    first, colleague = fiches[1], "Paul VERDIER"
    adds = replace(first, people=(*first.people, colleague), counts=(0, 1, 1))
    namesake = replace(fiches[2], people=(*fiches[2].people, "Rose VASSEUR"), counts=(2, 0, 0))
    files = {"visite-0.pdf": fiches[0], "visite-1.pdf": first, "visite-2.pdf": fiches[2]}
    mails = {"mail-31.eml": of_both, "mail-32.eml": adds, "mail-33.eml": namesake}
    desk.drop(
        {name: fiche.pdf() for name, fiche in files.items()}
        | {
            name: _letter(fiche, _SECOND_DAY + timedelta(days=90, hours=n))
            for n, (name, fiche) in enumerate(mails.items())
        }
    )
    desk.books.enter(files | {f"{name}!fiche.pdf": fiche for name, fiche in mails.items()})
    entries = desk.books.entries
    pairs = {
        ("mail-32.eml!fiche.pdf", "visite-1.pdf"): _ADDS,
        ("mail-33.eml!fiche.pdf", "visite-2.pdf"): _OTHER,
    }
    for _, earlier in pairs:
        entries[earlier].state = "waits"
    desk.agree()
    desk.asks(pairs)
    desk.asked.clear()
    desk.review(pairs)
    assert sorted(desk.asked) == sorted(pairs)
    for _, earlier in pairs:
        entries[earlier].state = ""
    entries["mail-32.eml!fiche.pdf"].also = first.people
    desk.agree().check_fields(desk.books)


def test_two_days_and_a_second_event(desk: Desk, tmp_path: Path) -> None:
    fiches = [registers(MAIS, n) for n in range(30)]
    fiches[2] = registers(MAIS, 2, people=2, counts=(1, 1, 1), extra_cents=-90)
    fiches[4] = registers(MAIS, 4, people=3, counts=(0, 2, 3))
    fiches[6] = registers(MAIS, 6, people=2)
    fiches[14] = registers(MAIS, 14, people=2, counts=(2, 0, 2))
    for day in (_first_day, _second_day):
        with started(tmp_path) as address:
            desk.sit_down(address)
            day(desk, fiches)
    event = visit(tmp_path / "forms")
    desk.settings.write_text('forms = ["forms"]\nquality_sample = 0\n', "utf-8")
    with started(tmp_path) as address:
        desk.sit_down(address)
        _second_event(desk, event, fiches[14])
