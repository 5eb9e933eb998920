"""A page of no known form is read by its labels and goes to a person, from run to review."""

import csv
import tomllib
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from filled_pages import ASKED, DPI, letter, on_lines
from PIL import Image
from pypdfium2 import PdfDocument
from small_blanks import SmallBlank

from pipeline import process
from pipeline.config import Settings
from pipeline.decisions import Act, Decision
from pipeline.engines import tesseract
from pipeline.forms.schema import load_forms
from pipeline.forms.unknown import UNKNOWN, described, form_of
from pipeline.guard import Guard
from pipeline.judging.deciding import apply
from pipeline.parts import Part, Stretch
from pipeline.paths import FORMS
from pipeline.process import process_document
from pipeline.reading.unknown_page import _is_answered
from pipeline.records import (
    Candidate,
    FieldReading,
    Gray,
    Outcome,
    Registration,
    Source,
    Status,
)
from pipeline.review.drawing import work
from pipeline.review.forming import Share, drafted
from pipeline.review.forming import work as form_work
from pipeline.review.pictures import Draw, Pictures
from pipeline.runner import run
from pipeline.store import Store
from pipeline.web.desk import Desk
from pipeline.web.strangers import strangers
from tests.judged import LENIENT

VALUES = {
    "nom": "Delacourt",
    "prenom": "Maëlle",
    "adresse": "12 rue des Tilleuls",
    "code_postal": "35000",
    "ville": "Rennes",
}


def saved(image: Gray, path: Path) -> Source:
    Image.fromarray(image).save(path, dpi=(DPI, DPI))
    return Source(path.name, path, "")


def read(image: Gray, folder: Path) -> Outcome:
    return process_document(saved(image, folder / "page.png"), Settings())


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("unknown")
    return read(on_lines(folder), folder)


def test_its_values_are_read_under_their_labels(outcome: Outcome) -> None:
    (registration,) = outcome.registrations
    assert outcome.rejections == ()
    assert registration.form_id == UNKNOWN
    values = {reading.field: reading.text for reading in registration.readings}
    assert VALUES.items() <= values.items()
    assert dict(registration.roles.titles)["code_postal"] == "Code postal"


def test_nothing_of_it_is_accepted_however_sure(outcome: Outcome) -> None:
    (registration,) = outcome.registrations
    assert registration.status is Status.REVIEW
    assert {reading.status for reading in registration.readings} == {Status.REVIEW}
    assert max(reading.posterior for reading in registration.readings) > 0.99


def test_it_is_done_when_a_person_has_decided_all_of_it(outcome: Outcome) -> None:
    (registration,) = outcome.registrations
    form = form_of(registration, {})
    assert form
    for reading in registration.readings:
        assert registration.status is Status.REVIEW
        decision = Decision(Act.CONFIRM, reading.field, reading.text)
        registration = apply(registration, form, decision, gate=LENIENT)
    assert {reading.status for reading in registration.readings} == {Status.CORRECTED} or (
        registration.status is not Status.REVIEW
    )


def test_a_page_that_is_no_fiche_stays_rejected_with_its_reason(tmp_path: Path) -> None:
    outcome = read(letter(tmp_path), tmp_path)
    assert outcome.registrations == ()
    assert [rejection.kind for rejection in outcome.rejections] == ["no-form"]


def event(folder: Path, *, filled: bool) -> Path:
    """A page that announces an outing as flyers do, and asks who comes, in frames."""
    values = ("Delacourt", "Maëlle", "02 99 12 34 56", "maelle@exemple.fr")
    with SmallBlank(folder / "outing.pdf") as blank:
        blank.text(20, 20, "Amicale laïque de Bessonne – sortie au parc animalier", size=14)
        blank.text(20, 28, "Dimanche 7 juin 2026, départ du car à 8 h, place de la Mairie")
        for n, label in enumerate(("Nom", "Prénom", "Téléphone", "Courriel")):
            blank.text(20, 50 + 18 * n, label)
            blank.frame(20, 52 + 18 * n, 120, 8)
            if filled:
                blank.text(24, 58 + 18 * n, values[n], font="Courier", size=12)
        blank.text(20, 130, "Adultes : 26 € – Enfants : 17,50 €")
        blank.prose(140, lines=3)
    return folder / "outing.pdf"


@pytest.mark.parametrize("filled", [True, False])
def test_a_fiche_that_announces_its_event_is_one_where_somebody_answered(
    tmp_path: Path, *, filled: bool
) -> None:
    path = event(tmp_path, filled=filled)
    outcome = process_document(Source(path.name, path, ""), Settings())
    read = [{r.field: r.text for r in fiche.readings} for fiche in outcome.registrations]
    wanted = {"nom": "Delacourt", "prenom": "Maëlle", "telephone": "02 99 12 34 56"}
    assert [wanted.items() <= each.items() for each in read] == [True] * filled
    assert bool(outcome.facts) is not filled


@pytest.fixture
def _no_tesseract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PATH", str(tmp_path / "none"))
    tesseract.is_installed.cache_clear()
    yield
    tesseract.is_installed.cache_clear()


@pytest.mark.usefixtures("_no_tesseract")
@pytest.mark.parametrize(("suffix", "least"), [("pdf", len(VALUES)), ("png", 3)])
def test_without_tesseract_it_is_read_all_the_same(tmp_path: Path, suffix: str, least: int) -> None:
    saved(on_lines(tmp_path), tmp_path / "lines.png")
    source = Source("", tmp_path / f"lines.{suffix}", "")
    (registration,) = process_document(source, Settings()).registrations
    values = {reading.field: reading.text for reading in registration.readings}
    assert len(VALUES.items() & values.items()) >= least


def test_many_of_them_in_one_file_are_all_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spent_s = count(0.0, 9.0)
    monkeypatch.setattr("pipeline.process.spent_s", lambda: next(spent_s))
    on_lines(tmp_path)
    with PdfDocument.new() as pile, PdfDocument(tmp_path / "lines.pdf") as one:
        for _ in range(6):
            pile.import_pages(one)
        pile.save(tmp_path / "pile.pdf")
    outcome = process_document(Source("", tmp_path / "pile.pdf", ""), Settings(time_limit_s=10))
    assert [fiche.page for fiche in outcome.registrations] == [1, 2, 3, 4, 5, 6]
    assert outcome.rejections == ()


def slow(task: Stretch | Outcome, settings: Settings) -> Iterator[Part | Registration]:
    """The work of a run, in a child for which reading by labels takes for ever."""

    def spin(*_: object) -> None:
        while True:
            pass

    process.read_unknown = spin  # type: ignore[assignment]
    return process.work(task, settings)


def test_one_that_takes_too_long_stays_a_page_of_no_known_form(tmp_path: Path) -> None:
    source = saved(on_lines(tmp_path), tmp_path / "page.png")
    guard = Guard("tests.test_unknown_page:slow", Settings(time_limit_s=4))
    try:
        outcome = guard.read(source)
    finally:
        guard.close()
    assert outcome.registrations == ()
    assert [(r.kind, r.page) for r in outcome.rejections] == [("no-form", 1)]


def test_what_describes_no_form_is_none() -> None:
    assert described("") is None
    assert described("zones = 3") is None


def test_from_the_run_to_the_review(tmp_path: Path) -> None:
    inbox, out = tmp_path / "inbox", tmp_path / "out"
    inbox.mkdir()
    others = ("Roux", "Zoé", "3 place du Marché", "44000", "Nantes", "02 40 11 22 33", "z@ex.fr")
    saved(on_lines(tmp_path), inbox / "a.png")
    saved(on_lines(tmp_path, ASKED, others), inbox / "b.png")
    summary = run(inbox, out, Settings(), jobs=0)
    assert (summary.accepted, summary.rejected) == (0, 0)
    with (out / "registrations.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["form"] for row in rows] == ["inconnu-1", "inconnu-1"]
    assert (out / "rejected.csv").read_text("utf-8-sig").count("\n") == 1
    assert "Code postal" in (out / "inscriptions.csv").read_text("utf-8-sig")
    assert "Formulaire inconnu" in (out / "report.html").read_text("utf-8")

    forms = {form.id: form for form in load_forms(FORMS)}
    with Store.open(f"sqlite:///{out / 'fiches.sqlite'}") as store:
        pictures = Pictures(tmp_path / "cache", Settings())
        desk = Desk(store, forms, pictures, out, LENIENT)
        try:
            _reviewed(desk, pictures, tmp_path)
        finally:
            desk.close()
            pictures.close()


def _reviewed(desk: Desk, pictures: Pictures, folder: Path) -> None:
    assert desk.counts().to_review == 2
    filed, _ = desk.file("r1-1")
    town = filed.registration.reading("ville")
    assert town
    assert town.box_mm
    crop = pictures.crop(filed.sources[0], number=1, page=1, box_mm=town.box_mm, width_px=600)
    assert crop.startswith(b"\xff\xd8")
    (group,) = strangers(desk)
    assert len(group.copies) == 2
    assert group.labels == "Nom, Prénom, Adresse, …"
    decision = (Decision(Act.CORRECT, "ville", "Vitré"),)
    after = desk.act("r1-1", decision, seen=filed.version, who="Zoé")
    assert after.registration.reading("ville").text == "Vitré"  # type: ignore[union-attr]
    drafter = f"{drafted.__module__}:{drafted.__name__}"
    task = Share(group.copies, folder / "blank.pdf", "nouveau", drafter)
    text = form_work(task, Settings())
    labels = [zone["label"] for zone in tomllib.loads(text)["zones"]]
    assert labels == list(ASKED)
    assert (folder / "blank.pdf").is_file()


def test_people_on_lines_of_their_own_answer_a_fiche() -> None:
    """Lines that repeat are read apart: ``participant.1``."""
    names = (("participant.1", "person"), ("participant.2", "person"), ("note", "text"))
    readings = tuple(
        FieldReading(field, kind, 1, None, "x", (Candidate("x", "x", 0.9),))
        for field, kind in names
    )
    registration = Registration("unknown", 1, readings)
    assert _is_answered(registration, {"participant", "note"})
    assert not _is_answered(registration, {"note"})


def test_its_page_is_drawn_as_its_places_are_stated(tmp_path: Path) -> None:
    source = saved(on_lines(tmp_path), tmp_path / "page.png")
    (drawn,) = work(Draw(source, 1, 1), Settings())
    assert drawn[1, 1].startswith(b"\xff\xd8")
