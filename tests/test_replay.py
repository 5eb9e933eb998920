"""A changed judgement comes from what was read before: no document is opened, none forgotten."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders import ENVELOPE, GAP, outcome, receipt, registration, source
from sqlalchemy import create_engine, update

from pipeline import process
from pipeline.config import Promise, Settings
from pipeline.decisions import Act, Change, Decision
from pipeline.forms.schema import load_form
from pipeline.judging import deciding
from pipeline.judging.verdict import criteria
from pipeline.paths import FORMS
from pipeline.records import Outcome, Registration, Rejection, Severity, Status
from pipeline.runner import run
from pipeline.simulate import simulate
from pipeline.store import Store, tables
from pipeline.store.opening import parse_url
from tests.pages import form
from tests.test_runner import outputs

Change_of = Callable[[Path, Settings], Settings]


def _another_target(_place: Path, settings: Settings) -> Settings:
    return settings.model_copy(
        update={"promise": Promise(money=1e-6, identity=1e-6, spelling=1e-6)}
    )


def _another_tariff(place: Path, settings: Settings) -> Settings:
    path = place / "forms" / form().id / "form.toml"
    path.write_text(path.read_text("utf-8").replace("repas = 1210", "repas = 1450"), "utf-8")
    return settings


def _members(place: Path, settings: Settings) -> Settings:
    (place / "members.csv").write_text("nom;prenom\nPETIT;Luc\n", "utf-8")
    return settings.model_copy(update={"members": place / "members.csv"})


def _copy_of_forms(place: Path) -> Settings:
    shutil.copytree(FORMS, place / "forms")
    return Settings(forms=(place / "forms",))


@pytest.fixture(scope="module")
def was_read(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An inbox of a scan and a mail, read into ``out``."""
    place = tmp_path_factory.mktemp("read")
    simulate(form(), place / "inbox", n=2, seed=5, styles=("typed", "digital"), mailed=0.5)
    (place / "inbox" / "truth.json").unlink()
    run(place / "inbox", place / "out", _copy_of_forms(place), jobs=0)
    return place


@pytest.mark.parametrize("change", [_another_target, _another_tariff, _members])
def test_a_changed_judgement_gives_what_reading_anew_would_and_opens_nothing(
    was_read: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Change_of
) -> None:
    place = tmp_path / "read"
    shutil.copytree(was_read, place)
    settings = change(place, Settings(forms=(place / "forms",)))
    before = outputs(place / "out")
    anew = run(place / "inbox", place / "anew", settings, jobs=0)
    opened = []
    monkeypatch.setattr(process, "open_pages", lambda *a: opened.append(a))
    summary = run(place / "inbox", place / "out", settings, jobs=0)
    assert opened == []
    assert (summary.read, summary.judged) == (0, anew.read)
    assert outputs(place / "out") == outputs(place / "anew")
    assert outputs(place / "out") != before
    assert run(place / "inbox", place / "out", settings, jobs=0).judged == 0


def test_children_judge_again_what_they_need_not_read(was_read: Path, tmp_path: Path) -> None:
    place = tmp_path / "read"
    shutil.copytree(was_read, place)
    settings = _another_target(place, Settings(forms=(place / "forms",)))
    summary = run(place / "inbox", place / "out", settings, jobs=2)
    assert (summary.read, summary.judged) == (0, 2)


def test_what_a_person_decided_outlives_another_judgement(was_read: Path, tmp_path: Path) -> None:
    place = tmp_path / "read"
    shutil.copytree(was_read, place)
    settings = Settings(forms=(place / "forms",))
    by = criteria(settings)
    with Store.open(f"sqlite:///{place / 'out' / 'fiches.sqlite'}") as store:
        one = store.filed()[0]
        decision = Decision(Act.CORRECT, "organisation", "ESAT du Moulin Neuf")
        after = deciding.apply(
            one.registration, load_form(place / "forms" / form().id), decision, gate=by.gate
        )
        store.decide([Change(one.subject, one.version, (decision,), after)], who="Anne")
        run(place / "inbox", place / "out", _another_target(place, settings), jobs=0)
        now = store.file_of(one.subject)
    assert now is not None
    assert (now.version, now.registration) == (1, after)


def test_a_person_beyond_the_lines_outlives_another_judgement(
    was_read: Path, tmp_path: Path
) -> None:
    place = tmp_path / "read"
    shutil.copytree(was_read, place)
    settings = Settings(forms=(place / "forms",))
    of = load_form(place / "forms" / form().id)
    with Store.open(f"sqlite:///{place / 'out' / 'fiches.sqlite'}") as store:
        one = store.filed()[0]
        decision = Decision(Act.CORRECT, "personnes.5", "Awa DIOP")
        after = deciding.apply(one.registration, of, decision, gate=criteria(settings).gate)
        store.decide([Change(one.subject, one.version, (decision,), after)], who="Anne")
        run(place / "inbox", place / "out", _another_tariff(place, settings), jobs=0)
        now = store.file_of(one.subject)
    assert now is not None
    assert {*now.registration.readings} == {*after.readings}
    assert now.registration.named[-1].text == "Awa DIOP"
    for table in ("participants.csv", "registrations.csv"):
        assert "DIOP" in (place / "out" / table).read_text("utf-8")


# the store, on each database


def _judged(one: Outcome, *, status: Status = Status.ACCEPTED) -> Outcome:
    return replace(one, registrations=tuple(replace(r, status=status) for r in one.read))


@pytest.fixture
def as_read() -> Outcome:
    weighed = registration(findings=(GAP,))
    doubted = replace(weighed.readings[0], candidates=(), status=Status.REVIEW)
    read = replace(weighed, readings=(doubted, *weighed.readings[1:]), findings=())
    return Outcome(
        source("a.pdf"), 2, read=(read, registration(people=("Ana LIMA",), page=4)), seconds=1.5
    )


def _fill(store: Store, one: Outcome, *, judge: str = "") -> None:
    store.record_received(receipt(one.source))
    store.record_outcome(one, reader="r", judge=judge)


def test_a_form_is_kept_as_it_was_read(store_url: str, as_read: Outcome) -> None:
    with Store.open(store_url) as store:
        _fill(store, _judged(as_read), judge="one")
        assert store.unjudged("one", {as_read.source.sha256}) == []
        assert store.unjudged("two", {as_read.source.sha256}) == [as_read]


def test_what_comes_to_the_same_adds_nothing_to_the_store(store_url: str, as_read: Outcome) -> None:
    with Store.open(store_url) as store:
        _fill(store, _judged(as_read), judge="one")
        newest = store.newest()
        store.record_judged([_judged(as_read)], judge="two")
        assert (store.newest(), store.unjudged("two", {as_read.source.sha256})) == (newest, [])
        store.record_judged([_judged(as_read, status=Status.REVIEW)], judge="three")
        assert store.newest() > newest
        assert [r.registration.status for r in store.snapshot().registrations] == [
            Status.REVIEW,
            Status.REVIEW,
        ]
        assert store.done("r") == {as_read.source.sha256}


def test_thumbnails_and_rejections_stay_with_what_is_judged_again(
    store_url: str, as_read: Outcome
) -> None:
    pictured = replace(_judged(as_read, status=Status.REVIEW), thumbnails=(b"one", b"two"))
    with Store.open(store_url) as store:
        _fill(store, pictured, judge="one")
        (unjudged,) = store.unjudged("two", {as_read.source.sha256})
        gap = replace(unjudged.read[0], findings=(replace(GAP, severity=Severity.INFO),))
        other = replace(_judged(unjudged), registrations=(gap, unjudged.read[1]))
        store.record_judged([other], judge="two")
        assert store.snapshot().registrations[0].registration == gap
        assert store.snapshot().registrations[0].thumbnail == b"one"


def test_what_people_decided_or_another_run_read_meanwhile_is_left(
    store_url: str, as_read: Outcome
) -> None:
    judged = _judged(as_read)
    again = replace(as_read, read=as_read.read[:1])
    with Store.open(store_url) as store:
        _fill(store, judged, judge="one")
        _fill(store, _judged(again), judge="one")
        newest = store.newest()
        store.record_judged([_judged(as_read, status=Status.REVIEW)], judge="two")
        assert store.newest() == newest
        assert store.unjudged("two", {as_read.source.sha256}) == [again]
        (one,) = store.filed()
        settle = Change(one.subject, 0, (Decision(Act.SETTLE, "x", reason="y"),), one.registration)
        store.decide([settle], who="Anne")
        assert store.unjudged("two", {as_read.source.sha256}) == []
        store.record_judged([_judged(again, status=Status.REVIEW)], judge="two")
        assert store.newest() == newest


def test_what_an_earlier_version_read_is_not_judged_from_nothing(store_url: str) -> None:
    with Store.open(store_url) as store:
        _fill(store, outcome(source("a.pdf"), registration()))
        assert store.unjudged("two", {source("a.pdf").sha256}) == []


def test_probabilities_of_any_kind_of_number_are_kept_exactly(store_url: str) -> None:
    def precise(one: Registration) -> Registration:
        third = np.float64(1) / 3
        readings = tuple(
            replace(r, candidates=tuple(replace(c, probability=third) for c in r.candidates))
            for r in one.readings
        )
        return replace(one, readings=readings)

    made = Outcome(source("a.pdf"), 2, read=(precise(registration()),))
    with Store.open(store_url) as store:
        _fill(store, _judged(made), judge="one")
        (unjudged,) = store.unjudged("two", {made.source.sha256})
    assert unjudged.read == made.read


def test_only_what_lies_in_the_inbox_is_judged_again(store_url: str, as_read: Outcome) -> None:
    """Another inbox may share the store, with other forms, members and tariffs."""
    with Store.open(store_url) as store:
        _fill(store, _judged(as_read), judge="one")
        assert store.unjudged("two", {"of another inbox"}) == []


def test_a_form_that_cannot_be_judged_again_stays_as_it_was(
    store_url: str, as_read: Outcome
) -> None:
    with Store.open(store_url) as store:
        _fill(store, _judged(as_read), judge="one")
        was = store.snapshot()
        failed = replace(_judged(as_read), rejections=(Rejection("time-limit", "Trop long."),))
        failed = replace(failed, read=failed.read[:1], registrations=failed.registrations[:1])
        store.record_judged([failed], judge="two")
        assert store.snapshot() == was


def test_the_same_bytes_under_another_name_are_judged_again(
    store_url: str, as_read: Outcome
) -> None:
    renamed = replace(as_read.source, document="b.pdf")
    with Store.open(store_url) as store:
        _fill(store, _judged(as_read), judge="one")
        store.record_received(replace(receipt(renamed), name="a.pdf"))
        (unjudged,) = store.unjudged("two", {renamed.sha256})
    assert (unjudged.source.document, unjudged.read) == ("b.pdf", as_read.read)


def test_what_was_put_off_waits_when_it_was_judged_again(store_url: str, as_read: Outcome) -> None:
    with Store.open(store_url) as store:
        _fill(store, _judged(as_read), judge="one")
        one = store.filed()[0]
        later = Change(one.subject, 0, (Decision(Act.POSTPONE, "email"),), one.registration)
        store.decide([later], who="Anne")
        store.record_judged([_judged(as_read, status=Status.REVIEW)], judge="two")
        assert [filed.postponed for filed in store.filed()] == [("email",), ()]


def test_a_mail_whose_text_an_earlier_version_forgot_is_opened_again(store_url: str) -> None:
    mail = replace(source("m.eml!a.pdf"), envelope=replace(ENVELOPE, said="Bien cordialement"))
    with Store.open(store_url) as store:
        store.record_received(receipt(mail, name="m.eml"))
        (known,) = store.known()["m.eml"].sources
        assert known.envelope is not None
        assert known.envelope.said == "Bien cordialement"
        with create_engine(parse_url(store_url)).begin() as connection:
            connection.execute(update(tables.sources).values(said=None))
        assert store.known() == {}
