import os
import random
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from builders import (
    ENVELOPE,
    GAP,
    doubtful,
    other_registration,
    outcome,
    receipt,
    registration,
    source,
    unread,
)
from older import made_older
from sqlalchemy import create_engine, insert, select

import pipeline.store
from pipeline.errors import StoreError
from pipeline.event import About, Fact
from pipeline.records import Backing, Origin, Outcome, Quality, Rejection, Severity, Status
from pipeline.store import Store, opening, tables
from tests.pages import words

READER = "reader 1"


def engine_of(url: str):  # type: ignore[no-untyped-def]
    return create_engine(opening.parse_url(url))


def fill(store: Store, *outcomes: Outcome, reader: str = READER) -> None:
    for made in outcomes:
        store.record_received(receipt(made.source))
        store.record_outcome(made, reader=reader)


# what was received


def test_a_receipt_comes_back_as_it_was(store_url: str) -> None:
    mail = receipt(
        source("mail.eml!a.pdf", mail=ENVELOPE),
        source("mail.eml!b.pdf", mail=replace(ENVELOPE, received_at=None)),
        name="mail.eml",
    )
    mail = replace(mail, rejections=(("mail.eml!c.exe", Rejection("unsupported", "Non.", 3)),))
    plain = receipt(source("scan.pdf"))
    with Store.open(store_url) as store:
        store.record_received(mail)
        store.record_received(plain)
        assert store.known() == {"mail.eml": mail, "scan.pdf": plain}
        at = store.known()["mail.eml"].sources[0].envelope.received_at  # type: ignore[union-attr]
    assert at.isoformat() == "2018-01-12T09:30:00+01:00"  # type: ignore[union-attr]


def test_a_receipt_replaces_the_earlier_one_of_its_name(store_url: str) -> None:
    later = replace(receipt(source("a.pdf", content="rescanned")), size=7)
    with Store.open(store_url) as store:
        fill(store, outcome(source("a.pdf"), registration()))
        store.record_received(later)
        assert store.known() == {"a.pdf": later}


def test_what_another_opener_refused_is_opened_again(store_url: str) -> None:
    whole, refused = receipt(source("a.pdf")), receipt(name="b.eml")
    refused = replace(refused, rejections=(("b.eml", Rejection("unsupported", "Non.")),))
    with Store.open(store_url) as store:
        for one in (whole, refused):
            store.record_received(one, opener="earlier")
        assert store.known("earlier") == {"a.pdf": whole, "b.eml": refused}
        assert store.known("later") == {"a.pdf": whole}
        store.record_received(refused, opener="later")
        assert store.known("later") == {"a.pdf": whole, "b.eml": refused}


def test_a_registration_outlives_the_file_whose_name_another_took(store_url: str) -> None:
    later = source("a.pdf", content="another fiche")
    with Store.open(store_url) as store:
        fill(store, outcome(source("a.pdf"), registration()))
        for _ in range(2):  # as when every run finds the file changed
            store.record_received(replace(receipt(later), size=7))
            another = registration(people=("Ana LIMA",), adherents=1)
            store.record_outcome(outcome(later, another), reader="r")
        old, new = sorted(
            (row.registration for row in store.snapshot().registrations),
            key=lambda one: one.status is Status.ACCEPTED,
        )
    assert old.status is Status.REVIEW
    assert [finding.rule for finding in old.findings] == ["not_replaced"]
    assert new.findings == ()


def test_a_rejection_goes_with_the_file_that_was_replaced(store_url: str) -> None:
    with Store.open(store_url) as store:
        fill(store, outcome(source("a.pdf"), rejections=(Rejection("damaged", "Abîmée."),)))
        store.record_received(replace(receipt(source("a.pdf", content="whole")), size=7))
        assert store.snapshot().rejected == ()


@pytest.mark.parametrize(
    "name", ["caf\udce9.pdf", "deux\nlignes.pdf", "🎉 fiche.pdf", "x" * 250, "a'b\"c;--.pdf"]
)
def test_any_file_name_comes_back_as_it_was(store_url: str, name: str) -> None:
    with Store.open(store_url) as store:
        fill(store, outcome(source(name), registration()))
        assert store.known() == {name: receipt(source(name))}
        assert [row.document for row in store.snapshot().registrations] == [name]


def test_a_nul_in_a_text_does_not_stop_the_run(store_url: str) -> None:
    form = registration(more=(replace(doubtful("organisation"), raw="a\0b", reason="\0"),))
    with Store.open(store_url) as store:
        fill(store, outcome(source("a.pdf"), form))
        kept = store.snapshot().registrations[0].registration.reading("organisation")
    assert kept is not None
    assert (kept.raw, kept.reason) == ("a\ufffdb", "\ufffd")


# what became of it


def test_a_registration_comes_back_as_it_was(store_url: str) -> None:
    form = registration(
        more=(doubtful("personnes.3"), unread("total")),
        findings=(GAP, replace(GAP, rule="other", severity=Severity.INFO, fields=())),
        due=None,
    )
    with Store.open(store_url) as store:
        fill(store, outcome(source("a.pdf", mail=ENVELOPE), form))
    with Store.open(store_url) as store:
        (row,) = store.snapshot().registrations
    assert row.registration == form
    assert row.id == f"{source('a.pdf').sha256[:12]}-1"
    assert (row.document, row.envelope) == ("a.pdf", ENVELOPE)


def test_what_the_fields_of_a_form_stand_for_is_kept_with_it(store_url: str) -> None:
    with Store.open(store_url) as store:
        fill(store, outcome(source("a.pdf"), other_registration()))
        (row,) = store.snapshot().registrations
    assert row.registration == other_registration()
    found = row.registration
    assert (len(found.named), found.total_cents, found.gap_cents) == (2, 2500, 100)


def test_what_documents_say_of_events_comes_back_as_it_was(store_url: str) -> None:
    place = Fact(About.PLACE, "Salle « Zoé »", read="a Salle « Zoé »", line=4, probability=0.75)
    bank = Fact(About.BIC, "CCOPFRPPXXX", "ASS", "CCOPERPPXXX", page=2, line=7)
    blank = Rejection("blank", "Fiche vierge.")
    said = replace(outcome(source("z.pdf"), rejections=(blank,)), facts=(place, bank))
    with Store.open(store_url) as store:
        fill(store, said, replace(said, source=source("a.pdf"), facts=(bank,)))
        announcements = store.snapshot().announcements
    assert [(a.document, a.facts) for a in announcements] == [
        ("a.pdf", (bank,)),
        ("z.pdf", (place, bank)),
    ]


def test_what_a_document_said_is_gone_with_it(store_url: str) -> None:
    said = replace(outcome(source("a.pdf")), facts=(Fact(About.DATE, "2018-02-02"),))
    with Store.open(store_url) as store:
        fill(store, said)
        store.record_received(replace(receipt(source("b.pdf")), name="a.pdf"))
        assert store.snapshot().announcements == ()


def test_rejections_of_pieces_documents_and_pages_are_told_in_order(store_url: str) -> None:
    bad, page = Rejection("damaged", "Abîmé."), Rejection("no-form", "Aucune fiche.", 2)
    mail = replace(receipt(name="m.eml"), rejections=(("m.eml", Rejection("mail", "Vide.")),))
    with Store.open(store_url) as store:
        store.record_received(mail)
        fill(
            store,
            outcome(source("z.pdf"), rejections=(bad,)),
            outcome(source("a.pdf"), registration(), rejections=(replace(page, page=10), page)),
        )
        snapshot = store.snapshot()
    told = [(row.document, row.rejection.page, row.rejection.kind) for row in snapshot.rejected]
    assert told == [
        ("a.pdf", 2, "no-form"),
        ("a.pdf", 10, "no-form"),
        ("m.eml", None, "mail"),
        ("z.pdf", None, "damaged"),
    ]
    assert (len(snapshot.registrations), snapshot.documents) == (1, 3)


def test_registrations_are_sorted_by_document_page_and_number(store_url: str) -> None:
    names = ["é.pdf", "b/1.pdf", "B.pdf", "a-b.pdf", "ab.pdf", "a b.pdf", "_.pdf"]
    forms = [registration(page=page) for page in (2, 10, 2)]
    with Store.open(store_url) as store:
        fill(store, *(outcome(source(name), *forms) for name in names))
        rows = store.snapshot().registrations
    assert [row.document for row in rows[::3]] == sorted(names)
    assert [(row.registration.page, row.id[-2:]) for row in rows[:3]] == [
        (2, "-1"),
        (2, "-3"),
        (10, "-2"),
    ]


def test_the_same_bytes_under_three_names_are_one_registration(store_url: str) -> None:
    first = source("a.pdf", content="same")
    second = source("b.eml!x.pdf", content="same", mail=ENVELOPE)
    third = source("c.pdf", content="same")
    rejection = Rejection("no-form", "Aucune fiche.", 3)
    with Store.open(store_url) as store:
        store.record_received(receipt(third))
        store.record_received(receipt(second, name="b.eml"))
        store.record_outcome(
            outcome(third, registration(findings=(GAP,)), rejections=(rejection,)), reader=READER
        )
        alone = store.snapshot().registrations[0]
        store.record_received(receipt(first))
        snapshot = store.snapshot()
    (row,), (rejected,) = snapshot.registrations, snapshot.rejected
    assert (alone.document, alone.envelope) == ("b.eml!x.pdf", ENVELOPE)
    assert (row.document, row.envelope, row.id) == ("a.pdf", None, alone.id)
    also = "Reçu aussi sous les noms « b.eml!x.pdf », « c.pdf »."
    assert [words(finding) for finding in row.registration.findings] == [GAP.said, also]
    assert row.registration.findings[-1].severity is Severity.INFO
    assert (rejected.document, rejected.rejection.message) == ("a.pdf", f"Aucune fiche. {also}")
    assert snapshot.documents == 1


def test_a_new_outcome_takes_the_place_of_the_earlier_which_is_kept(store_url: str) -> None:
    with Store.open(store_url) as store:
        fill(store, outcome(source("a.pdf"), registration(), registration(page=4)))
        fill(store, outcome(source("a.pdf"), registration(total=None)), reader="reader 2")
        (row,) = store.snapshot().registrations
    assert row.registration.total_cents is None
    with engine_of(store_url).connect() as connection:
        totals = connection.execute(
            select(tables.readings.c.value, tables.readings.c.outcome)
            .where(tables.readings.c.field == "total")
            .order_by(tables.readings.c.id)
        ).all()
    assert [value for value, _ in totals] == ["84.20", "84.20", ""]
    assert len({key for _, key in totals}) == 2


def test_only_the_first_registrations_in_review_carry_thumbnails(store_url: str) -> None:
    doubted, done = registration(people=(), findings=(GAP,)), registration(people=())
    with Store.open(store_url) as store:
        fill(
            store,
            outcome(source("a"), doubted, done, doubted, thumbnails=(b"1", b"2", b"3")),
            outcome(source("b"), doubted),
            outcome(source("c"), doubted, thumbnails=(b"5",)),
        )
        rows = store.snapshot(thumbnails=3).registrations
    assert [row.thumbnail for row in rows] == [b"1", b"", b"3", b"", b""]


# what need not be read again


def test_done_is_what_the_same_reader_read_or_rejected(store_url: str) -> None:
    read, rejected, other = source("read"), source("rejected"), source("other")
    with Store.open(store_url) as store:
        fill(store, outcome(read, registration()))
        fill(store, outcome(rejected, rejections=(Rejection("damaged", "Abîmé."),)))
        fill(store, outcome(other, registration()), reader="reader 2")
        assert store.done(READER) == {read.sha256, rejected.sha256}
        store.record_outcome(outcome(read), reader="reader 2")
        assert store.done(READER) == {rejected.sha256}


@pytest.mark.parametrize("kind", ["stalled", "bug", "unavailable"])
def test_a_passing_trouble_is_tried_again(store_url: str, kind: str) -> None:
    with Store.open(store_url) as store:
        fill(store, outcome(source("a"), rejections=(Rejection(kind, "Raté."),)))
        assert store.done(READER) == frozenset()
        fill(store, outcome(source("a"), registration()))
        assert store.done(READER) == {source("a").sha256}
        assert store.snapshot().rejected == ()


@pytest.mark.parametrize("kind", ["time-limit", "memory-limit", "crash"])
def test_what_cost_too_much_is_tried_again_by_whoever_asks(store_url: str, kind: str) -> None:
    with Store.open(store_url) as store:
        fill(store, outcome(source("a"), rejections=(Rejection(kind, "Trop."),)))
        assert store.done(READER) == {source("a").sha256}
        assert store.done(READER, again=True) == frozenset()
        assert store.done("newer") == frozenset()


def test_a_correction_is_exported_and_never_read_over(store_url: str) -> None:
    with Store.open(store_url) as store:
        fill(store, outcome(source("a"), registration(more=(doubtful("organisation"),))))
        with engine_of(store_url).begin() as connection:
            row = connection.execute(
                select(tables.readings).where(tables.readings.c.field == "organisation")
            ).one()
            candidates = '[["CCAS", "CCAS", 1.0]]'
            corrected = {"value": "CCAS", "candidates": candidates, "status": "corrected"}
            values = row._asdict() | corrected | {"origin": "human", "who": "Zoé"}
            del values["id"]
            connection.execute(insert(tables.readings), values)
        assert store.done("another reader") == {source("a").sha256}
        kept = store.snapshot().registrations[0].registration
        (correction,) = store.corrections()
    reading = kept.reading("organisation")
    assert reading is not None
    assert (reading.text, reading.status, reading.origin) == (
        "CCAS",
        Status.CORRECTED,
        Origin.HUMAN,
    )
    assert len(kept.repeated("organisation")) == 1
    assert (correction.source, correction.number) == (source("a"), 1)
    assert (correction.field, correction.value) == ("organisation", "CCAS")


# opening


def test_the_migrations_make_the_tables(store_url: str) -> None:
    with Store.open(store_url):
        pass
    folder = Path(pipeline.store.__file__).parent / "migrations"
    assert ScriptDirectory(str(folder)).get_heads() == [tables.SCHEMA]
    with engine_of(store_url).connect() as connection:
        options = {"version_table": opening.VERSION_TABLE}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, tables.metadata) == []


def test_opening_again_changes_nothing(store_url: str) -> None:
    for _ in range(2):
        with Store.open(store_url) as store:
            fill(store, outcome(source("a"), registration()))
    with Store.open(store_url) as store:
        assert len(store.snapshot().registrations) == 1


def test_a_store_of_a_newer_version_is_refused(store_url: str) -> None:
    with Store.open(store_url):
        pass
    with engine_of(store_url).begin() as connection:
        connection.exec_driver_sql("UPDATE fiches_schema SET version_num = 'v9999'")
    with pytest.raises(StoreError, match=r"v9999.*newer version.*Upgrade"):
        Store.open(store_url)


@pytest.mark.parametrize(
    "url", ["", "fiches.sqlite", "mysql://u:secret@h/d", "sqlite:///", "sqlite://", "postgresql//x"]
)
def test_an_address_that_is_none_says_how_to_write_one(url: str) -> None:
    with pytest.raises(StoreError, match="sqlite:///FOLDER/FILE") as caught:
        Store.open(url)
    assert "secret" not in str(caught.value)


def test_any_folder_name_can_hold_a_store(tmp_path: Path) -> None:
    path = tmp_path / "a?b=c%20é" / "new" / "fiches.sqlite"
    with Store.open(f"sqlite:///{path}") as store:
        fill(store, outcome(source("a"), registration()))
    assert [p.name for p in path.parent.iterdir()] == ["fiches.sqlite"]


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "fiches.sqlite"
    path.write_text("Ceci n'est pas une base de données. " * 100)
    with pytest.raises(StoreError, match=r"fiches.sqlite: file is not a database.*Move the file"):
        Store.open(f"sqlite:///{path}")
    assert path.read_text().startswith("Ceci")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"file: the folder of the store cannot be made"):
        Store.open(f"sqlite:///{tmp_path / 'file' / 'fiches.sqlite'}")


def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'fiches.sqlite'}") as store:
        fill(store, outcome(source("a"), registration()))
        with store._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1")
        big = outcome(source("b"), registration(), thumbnails=(b"x" * 1_000_000,))
        with pytest.raises(StoreError, match=r"full.*Free some space"):
            fill(store, big)
        assert [row.document for row in store.snapshot().registrations] == ["a"]


# several at once


def test_runs_at_once_lose_nothing(store_url: str) -> None:
    together = Barrier(4, timeout=30)

    def run(worker: int) -> None:
        together.wait()
        with Store.open(store_url) as store:
            for i in range(15):
                fill(store, outcome(source(f"own-{worker}-{i}"), registration()))
                together.wait()
                fill(store, outcome(source(f"shared-{i}"), registration()))

    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(run, worker) for worker in range(4)]:
            future.result(timeout=60)
    with Store.open(store_url) as store:
        assert len(store.snapshot().registrations) == 4 * 15 + 15
        assert len(store.known()) == 4 * 15 + 15


_ENDLESS = """
import sys, itertools
sys.path.insert(0, sys.argv[2])
from builders import registration, source, receipt, outcome
from pipeline.store import Store
with Store.open(sys.argv[1]) as store:
    done = len(store.done("r"))
    print("open", flush=True)
    for i in itertools.count(done):
        document = source(f"{i:05}")
        store.record_received(receipt(document))
        forms = registration(people=()), registration(people=(), page=4)
        store.record_outcome(outcome(document, *forms), reader="r")
"""


def test_a_killed_run_leaves_whole_documents_and_goes_on(store_url: str) -> None:
    chance = random.Random(4)
    done = 0
    for _ in range(5):
        child = subprocess.Popen(
            [sys.executable, "-c", _ENDLESS, store_url, str(Path(__file__).parent)],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(Path(pipeline.__file__).parents[1])},
        )
        assert child.stdout is not None
        assert child.stdout.readline() == b"open\n"
        time.sleep(chance.uniform(0.02, 0.3))
        child.kill()
        child.wait()
        child.stdout.close()
        with Store.open(store_url) as store:
            rows = store.snapshot().registrations
            assert store.done("r") >= {source(row.document).sha256 for row in rows}
        assert len(rows) >= 2 * done
        done = len(rows) // 2
        assert [row.document for row in rows] == [f"{i // 2:05}" for i in range(2 * done)]
        assert all(
            row.registration == registration(people=(), page=row.registration.page) for row in rows
        )
    assert done > 0
    if store_url.startswith("sqlite"):
        with sqlite3.connect(store_url.removeprefix("sqlite:///")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_the_order_of_recording_does_not_show(store_url: str, tmp_path: Path) -> None:
    made = [
        outcome(source(f"{i % 7}é{i}", content=str(i // 2)), registration(), registration(page=4))
        for i in range(12)
    ]
    rejections = (Rejection("damaged", "Abîmé."), Rejection("no-form", "Aucune.", 2))
    made += [outcome(source(name), rejections=rejections) for name in ("B", "a", "É")]
    with Store.open(store_url) as store:
        fill(store, *made)
        expected = store.snapshot()
    with Store.open(f"sqlite:///{tmp_path / 'other.sqlite'}") as store:
        fill(store, *reversed(made))
        assert store.snapshot() == expected


def test_what_was_calibrated_is_kept_beside_what_was_read(store_url: str) -> None:
    form = registration()
    surer = tuple(replace(r, calibrated=0.5 + i / 100) for i, r in enumerate(form.readings))
    form = replace(form, readings=surer, quality=Quality.PHOTO)
    with Store.open(store_url) as store:
        fill(store, outcome(source("a"), form))
        (row,) = store.snapshot().registrations
    assert row.registration == form
    assert row.registration.readings[1].confidence == 0.51
    assert row.registration.readings[1].posterior == 0.99


def test_who_wrote_and_what_speaks_for_it_is_kept_beside_what_was_read(store_url: str) -> None:
    form = registration()
    backed = tuple(
        replace(r, typed=i % 2 == 1, backing=list(Backing)[i % 3])
        for i, r in enumerate(form.readings)
    )
    form = replace(form, readings=backed)
    with Store.open(store_url) as store:
        fill(store, outcome(source("a"), form))
        (row,) = store.snapshot().registrations
    assert row.registration == form


def test_a_store_that_does_not_say_who_wrote_takes_it_for_a_hand_that_nothing_backs(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'fiches.sqlite'}"
    form = registration()
    backed = tuple(replace(r, typed=True, backing=Backing.KNOWN) for r in form.readings)
    with Store.open(url) as store:
        fill(store, outcome(source("a"), replace(form, readings=backed)))
    with engine_of(url).begin() as connection:
        made_older(connection, "v0006")
    with Store.open(url) as store:
        (row,) = store.snapshot().registrations
        assert row.registration == form
        fill(store, outcome(source("b"), replace(form, readings=backed)))
        _, added = store.snapshot().registrations
    assert added.registration.readings == backed


def test_a_store_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'fiches.sqlite'}"
    types = {"organisation": "organisation", "email": "email", "telephone": "phone"}
    types |= {"personnes": "person", "paiement": "checkbox"}
    plain = registration()
    typed = (replace(r, type=types.get(r.field.split(".")[0], "text")) for r in plain.readings)
    form = replace(plain, readings=tuple(typed))
    with Store.open(url) as store:
        fill(store, outcome(source("a"), form))
    with engine_of(url).begin() as connection:
        made_older(connection, "v0001")
    with Store.open(url) as store:
        (row,) = store.snapshot().registrations
    assert row.registration == form
