"""Two days of a secretary, and a second event: at each step, all that is shown is the truth."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from pipeline.bench.looks import _look, _subject
from pipeline.money import format_cents
from tests.desks import await_keys, press
from tests.downloaded import Tables
from tests.season import (
    CANCELLED,
    MAIS,
    REJECTED,
    REPLACED,
    WAITS,
    Books,
    Event,
    Fiche,
    mail,
    registers,
    visit,
)
from tests.test_web_home import started

expect.set_options(timeout=30_000)  # a busy machine stalls now and then
_FIRST_DAY, _SECOND_DAY = datetime(2018, 1, 9, tzinfo=UTC), datetime(2018, 1, 16, tzinfo=UTC)
_THIRD_DAY = datetime(2018, 5, 2, tzinfo=UTC)
_TABLES = (
    *("registrations.csv", "inscriptions.csv", "participants.csv", "rejected.csv"),
    "registrations.xlsx",
)
_REPLACES, _ADDS, _SAME, _OTHER = "1", "2", "3", "4"
"""The keys of the answers to whether two fiches are one registration."""

Pair = tuple[str, str]
"""Documents that speak of the same people, the later one first."""


class Desk:
    """A secretary before the browser, with an inbox, and books that say the truth.

    ``asked``: the pairs that the review has asked about.
    """

    def __init__(self, page: Page, address: str, folder: Path, books: Books) -> None:
        self.page, self.home = page, address.partition("/entrer")[0]
        self.folder, self.books = folder, books
        self.asked: list[Pair] = []
        page.goto(address)
        self.go("/accueil")

    def go(self, path: str) -> None:
        self.page.goto(f"{self.home}{path}")

    def drop(self, files: Mapping[str, bytes]) -> None:
        """Lay files on the page to start from, and wait until they are read."""
        self.folder.mkdir(exist_ok=True)
        for name, data in files.items():
            (self.folder / name).write_bytes(data)
        self.go("/accueil")
        with self.page.expect_response("**/lire"):
            self.page.set_input_files("#files", [self.folder / name for name in files])
        standing = self.page.locator("#standing")
        expect(standing).to_contain_text("Lecture en cours")
        expect(standing).to_contain_text("Lecture terminée", timeout=120_000)
        told = f"Fichiers déposés\N{NO-BREAK SPACE}: {len(files)} sur {len(files)}."
        expect(self.page.locator("#dropped")).to_have_text(told)

    def tables(self) -> Tables:
        """As they are downloaded from the page to start from."""
        self.go("/accueil")
        files = {}
        links = self.page.locator(".tables a").all_inner_texts()
        of_forms = [name for name in links if name.startswith("registrations-")]
        for name in (*_TABLES, *of_forms):
            with self.page.expect_download() as download:
                self.page.get_by_role("link", name=name).click()
            files[name] = download.value.path().read_bytes()
        return Tables.of(files)

    def agree(self) -> Tables:
        """The tables: all of them, and the page beside them, say what the books say."""
        tables = self.tables()
        tables.check(self.books)
        rows = self.page.locator("#standing tbody tr").all()
        cells = [row.locator("td").all_inner_texts() for row in rows]
        assert {event: told for event, *told in cells} == {
            event.name: [
                str(sums.fiches),
                str(sums.people),
                format_cents(sums.due_cents),
                str(tables.waiting(event)),
            ]
            for event in self.books.events
            for sums in (self.books.sums(event),)
        }
        to_review, accepted, to_treat = self.page.locator(".tally dd").all_inner_texts()
        assert int(to_review) == sum(map(tables.waiting, self.books.events))
        assert int(accepted) == tables.accepted
        assert int(to_treat) == len(self.books.letters)
        return tables

    def asks(self, pairs: Collection[Pair]) -> None:
        """Each of these pairs is one question, and both its rows say so, in every table."""
        tables = self.tables()
        for words in tables.remarks():
            for later, earlier in pairs:
                assert f"Même inscription ? « {earlier} »" in words[later]
                assert f"plus récente parle des mêmes personnes : « {later} »" in words[earlier]
            asking = {name for name, said in words.items() if "pour « " in said}
            assert asking == {document for pair in pairs for document in pair}
        self.go("/doublons")
        rows = self.page.locator("table").first.locator("tbody tr:has(a)").all()
        shown = [tuple(row.locator("td").all_inner_texts()[:2]) for row in rows]
        assert sorted(shown) == sorted(pairs)

    def review(self, answers: Mapping[Pair, str]) -> None:
        """Clear the queue by keyboard, with these answers about pairs."""
        self.go("/?etat=toutes")
        links = self.page.locator("main tbody td:first-child > a")
        documents = dict(
            links.evaluate_all("a => a.map(one => [one.pathname.split('/')[2], one.innerText])")
        )
        self.go("/")
        press(self.page, "Enter")
        while True:
            await_keys(self.page)
            expect(self.page.locator("#work h1")).to_be_visible()
            if self.page.locator(".done, .people").count():
                return
            if self.page.locator("#work .pair").count():
                self._answer(answers)
                continue
            subject = _subject(self.page)
            fiche = self.books.entries[documents[subject]].fiche
            looked = _look(self.page, fiche.event.form, subject, fiche.truth)
            assert not looked.given_up, documents[subject]

    def _answer(self, answers: Mapping[Pair, str]) -> None:
        """The screen shows both, marks what differs, and proposes what is likely: answer it."""
        said = self.page.locator("figcaption .soft").all_inner_texts()
        earlier, later = (text.partition(",")[0] for text in said)
        self.asked.append((later, earlier))
        one, other = (self.books.entries[name].fiche.lines for name in (earlier, later))
        differing = {line for line in one | other if one.get(line) != other.get(line)}
        expect(self.page.locator("tr.differs")).to_have_count(len(differing))
        proposed = self.page.locator(".pair .choices .primary kbd").first
        expect(proposed).to_have_text(_REPLACES if differing else _SAME)
        self.page.evaluate("document.querySelector('#work .pair').dataset.looked = 1")
        press(self.page, answers[later, earlier])
        self.page.wait_for_selector(".pair[data-looked]", state="detached")

    def cancel(self, letter: str, document: str) -> None:
        """A mail that brought no fiche says that the one person of a fiche does not come."""
        (person,) = self.books.entries[document].fiche.people
        self.go("/accueil")
        self.page.get_by_role("link", name="documents à traiter").click()
        self.page.get_by_role("link", name=letter).click()
        first = self.page.locator("#fiche optgroup").first
        expect(first).to_have_attribute("label", "Fiches dont parle ce mail")
        expect(self.page.locator("#fiche option:checked")).to_contain_text(person)
        self.page.get_by_label("Ce qu'il en dit").fill("ne viendra pas")
        self.page.get_by_role("button", name="Annuler l'inscription").click()
        expect(self.page.get_by_role("status")).to_contain_text(f"annule {document}")

    def restore(self, words: str) -> None:
        """Let the fiche count again of which the page says these words."""
        self.go("/doublons")
        row = self.page.get_by_role("row").filter(has_text=words)
        row.get_by_role("button", name="Rétablir").click()
        expect(self.page.locator("#work h1")).to_be_visible()


def _letter(fiche: Fiche, at: datetime, *, piece: str = "fiche.pdf", data: bytes = b"") -> bytes:
    sender = f"{fiche.people[0]} <{fiche.email}>"
    text = "Bonjour,\n\nVoici notre fiche.\n\nCordialement\n"
    return mail(sender, "Inscription", text, at, piece=piece, data=data or fiche.pdf())


def _first_day(desk: Desk, fiches: list[Fiche]) -> None:
    """Twelve files, and eight mails, of which one brings the very bytes of a file."""
    files = {f"fiche-{n:02}.pdf": fiches[n].pdf() for n in range(9)}
    files |= {f"fiche-{n:02}.png": fiches[n].scan("typed", n) for n in (9, 10)}
    files |= {"fiche-11.png": fiches[11].scan("hand", 1)}
    mails = {
        f"mail-{n}.eml": _letter(fiches[n], _FIRST_DAY + timedelta(hours=n)) for n in range(12, 19)
    }
    mails["mail-19.eml"] = _letter(fiches[1], _FIRST_DAY, data=files["fiche-01.pdf"])
    assert (len(files), len(mails)) == (12, 8)
    desk.drop(files | mails)
    desk.books.enter(dict(zip(files, fiches, strict=False)))
    desk.books.enter({f"mail-{n}.eml!fiche.pdf": fiches[n] for n in range(12, 19)})
    desk.agree()
    desk.asks(())
    desk.review({})
    assert desk.asked == []
    tables = desk.agree()
    tables.check_fields(desk.books)
    assert tables.accepted == 19
    assert all("mail-19.eml!fiche.pdf" in words["fiche-01.pdf"] for words in tables.remarks())


def _second_day(desk: Desk, fiches: list[Fiche]) -> None:
    """Ten mails: two correct a fiche, one repeats one, one cancels one, six bring new ones."""
    more = replace(fiches[4], people=(*fiches[4].people, "Nora PELTIER"), counts=(1, 2, 4))
    less = replace(fiches[14], counts=(2, 0, 1))
    came = {21: more, 22: less, **{n: fiches[n] for n in range(24, 30)}}
    mails = {
        f"mail-{n}.eml": _letter(fiche, _SECOND_DAY + timedelta(hours=n))
        for n, fiche in came.items()
    }
    again, gone = fiches[6], fiches[15]
    printed = again.scan("typed", 23)
    mails["mail-23.eml"] = _letter(again, _SECOND_DAY, piece="scan.png", data=printed)
    text = f"Bonjour,\n\n{gone.people[0]} ne pourra pas venir.\n"
    mails["mail-20.eml"] = mail(gone.email, "Annulation", text, _SECOND_DAY)
    assert len(mails) == 10
    desk.drop(mails)
    books = desk.books
    books.enter({f"mail-{n}.eml!fiche.pdf": fiche for n, fiche in came.items()})
    books.enter({"mail-23.eml!scan.png": again})
    books.letters.add("mail-20.eml")
    corrected = {
        ("mail-21.eml!fiche.pdf", "fiche-04.pdf"): _REPLACES,
        ("mail-22.eml!fiche.pdf", "mail-14.eml!fiche.pdf"): _REPLACES,
    }
    pairs = {**corrected, ("mail-23.eml!scan.png", "fiche-06.pdf"): _SAME}
    books.now(WAITS, *(earlier for _, earlier in pairs))
    desk.agree()
    desk.asks(pairs)
    desk.review(pairs)
    assert sorted(desk.asked) == sorted(pairs)
    books.now(REPLACED, *(earlier for _, earlier in corrected))
    books.now(REJECTED, "fiche-06.pdf")
    desk.agree().check_fields(books)
    desk.asks(())
    _cancelled(desk, "mail-20.eml", "mail-15.eml!fiche.pdf")


def _cancelled(desk: Desk, letter: str, document: str) -> None:
    """A mail cancels a fiche; that is taken back, and done again."""
    desk.cancel(letter, document)
    desk.books.letters.remove(letter)
    desk.books.now(CANCELLED, document)
    tables = desk.agree()
    assert all("ne viendra pas" in words[document] for words in tables.remarks())
    desk.restore("ne viendra pas")
    desk.books.now("", document)
    desk.agree()
    desk.cancel(letter, document)
    desk.books.now(CANCELLED, document)
    desk.agree()


def _second_event(desk: Desk, event: Event, of_first: Fiche) -> None:
    """Of people who registered for the first event, too; somebody adds a colleague, and two fiches
    name one person, and are two registrations all the same."""
    alone, first, shared = (registers(event, n) for n in range(30, 33))
    of_both = replace(of_first, event=event, counts=(1, 1, 1), extra_cents=100)
    adds = replace(first, people=(*first.people, "Paul VERDIER"), counts=(0, 1, 1))
    other = replace(shared, people=(*shared.people, "Rose VASSEUR"), counts=(2, 0, 0))
    files = {"visite-0.pdf": alone, "visite-1.pdf": first, "visite-2.pdf": shared}
    mails = {"mail-31.eml": of_both, "mail-32.eml": adds, "mail-33.eml": other}
    desk.drop(
        {name: fiche.pdf() for name, fiche in files.items()}
        | {name: _letter(fiche, _THIRD_DAY) for name, fiche in mails.items()}
    )
    books = desk.books
    books.enter(files | {f"{name}!fiche.pdf": fiche for name, fiche in mails.items()})
    pairs = {
        ("mail-32.eml!fiche.pdf", "visite-1.pdf"): _ADDS,
        ("mail-33.eml!fiche.pdf", "visite-2.pdf"): _OTHER,
    }
    books.now(WAITS, *(earlier for _, earlier in pairs))
    desk.agree()
    desk.asks(pairs)
    desk.asked.clear()
    desk.review(pairs)
    assert sorted(desk.asked) == sorted(pairs)
    books.now("", *(earlier for _, earlier in pairs))
    books.entries["mail-32.eml!fiche.pdf"].elsewhere = first.people
    tables = desk.agree()
    tables.check_fields(books)
    assert tables.sheets["À relire"] == []


def test_two_days_and_a_second_event(chromium: Browser, tmp_path: Path) -> None:
    fiches = [registers(MAIS, n) for n in range(30)]
    fiches[2] = registers(MAIS, 2, people=2, counts=(1, 1, 1), extra_cents=-90)
    fiches[4] = registers(MAIS, 4, people=3, counts=(0, 2, 3))
    fiches[6] = registers(MAIS, 6, people=2)
    fiches[14] = registers(MAIS, 14, people=2)
    books, event = Books(), visit(tmp_path / "forms")
    (tmp_path / "fiches.toml").write_text('forms = ["forms"]\nquality_sample = 0\n', "utf-8")
    with started(tmp_path) as address:
        _first_day(Desk(chromium.new_page(), address, tmp_path / "desk", books), fiches)
    with started(tmp_path) as address:
        desk = Desk(chromium.new_page(), address, tmp_path / "desk", books)
        _second_day(desk, fiches)
        _second_event(desk, event, fiches[14])
