import json
import os
import random
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders import (
    ENVELOPE,
    GAP,
    doubtful,
    outcome,
    reading,
    receipt,
    registration,
    source,
)
from judged import LENIENT
from older import made_older
from sqlalchemy import create_engine, event, func, select, update

import pipeline
from pipeline.decisions import Act, Change, Decision, Filed
from pipeline.errors import ConflictError
from pipeline.forms.schema import load_form
from pipeline.french import SENDER
from pipeline.judging import shares
from pipeline.judging.deciding import apply, further_line
from pipeline.judging.duplicates import HELD, NO_MORE, RULE, Twins
from pipeline.judging.judge import judge
from pipeline.paths import FORMS
from pipeline.records import (
    Candidate,
    FieldReading,
    Finding,
    Origin,
    Outcome,
    Placement,
    Registration,
    Rejection,
    Severity,
    Status,
)
from pipeline.store import Store, opening, tables
from tests.pages import words

ZOE, LUC = "Zoé", "Luc"
BY_ZOE, BY_LUC = ({"who": who, "reader": "r"} for who in (ZOE, LUC))
NO_FORM = Rejection("no-form", "Aucune fiche.", 3)
DUE = replace(GAP, rule="due", severity=Severity.INFO, said="Tarif : 84,20 €.")


def fill(store: Store, *outcomes: Outcome, reader: str = "r") -> None:
    for made in outcomes:
        store.record_received(receipt(made.source))
        store.record_outcome(made, reader=reader)


def on_page(page: int, form: Registration) -> Registration:
    return replace(form, page=page, readings=tuple(replace(r, page=page) for r in form.readings))


OTHERS = registration(people=("Ana LIMA", "Éva ROY"))


def doubted(name: str = "a") -> Outcome:
    """Two forms, the first with a doubtful field and a gap, and a page between without any."""
    form = registration(more=(doubtful("organisation"),), findings=(GAP,))
    return outcome(source(name), form, on_page(4, OTHERS), rejections=(NO_FORM,))


def human(field: str, text: str, *, kind: str = "text", read: str = "") -> FieldReading:
    status = Status.ACCEPTED if text == read else Status.CORRECTED
    one = reading(field, text)
    best = (Candidate(text, text, 1.0),) if text else ()
    return replace(one, type=kind, candidates=best, origin=Origin.HUMAN, status=status)


def corrected(
    filed: Filed, field: str, text: str, *, act: Act = Act.CORRECT, kind: str = "text"
) -> Change:
    """A field corrected, and the form accepted with that."""
    after = filed.registration.replacing(human(field, text, kind=kind))
    after = replace(after, findings=(DUE,), status=Status.CORRECTED, total_due_cents=1)
    return Change(filed.subject, filed.version, (Decision(act, field, text),), after)


def said(filed_or_refused: object, act: Act, **facts: str) -> Change:
    subject, version = filed_or_refused.subject, filed_or_refused.version  # type: ignore[attr-defined]
    after = getattr(filed_or_refused, "registration", None)
    return Change(subject, version, (Decision(act, **facts),), after)


def text_of(store: Store, subject: str, field: str = "organisation") -> str:
    filed = store.file_of(subject)
    assert filed is not None
    found = filed.registration.reading(field)
    assert found is not None
    return found.text


def rows_in(url: str) -> dict[str, int]:
    with create_engine(opening.parse_url(url)).connect() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in tables.metadata.sorted_tables
        }


# what stands


def test_reviewers_get_what_is_exported_with_the_names_of_its_bytes(store_url: str) -> None:
    with Store.open(store_url) as store:
        fill(store, doubted("b"), doubted("a"))
        store.record_received(receipt(source("c", content="b", mail=ENVELOPE)))
        every = store.filed()
        exported = store.snapshot().registrations
        twins = Twins(every)
        assert {one.id: twins.marked(one).registration for one in every} == {
            row.id: row.registration for row in exported
        }
        assert [store.file_of(one.subject) for one in every] == list(every)
        twice = [one for one in every if len(one.sources) == 2]
    assert len(every) == 4
    assert [one.sources for one in twice] == [
        (source("b"), source("c", content="b", mail=ENVELOPE))
    ] * 2
    assert all(one.version == 0 and one.subject.endswith(f"-{one.number}") for one in every)


def test_only_the_last_outcome_of_a_received_document_is_reviewed(store_url: str) -> None:
    with Store.open(store_url) as store:
        fill(store, doubted())
        old = store.filed()[0]
        fill(store, doubted(), reader="r2")
        store.record_outcome(outcome(source("never received"), registration()), reader="r")
        assert len(store.filed()) == 2
        assert store.file_of(old.subject) is None
        with pytest.raises(ConflictError, match="lu à nouveau entre-temps"):
            store.decide([corrected(old, "organisation", "CCAS")], who=ZOE)
        assert store.decided() == ()


def test_subjects_that_never_were_are_none(store_url: str) -> None:
    with Store.open(store_url) as store:
        fill(store, doubted())
        subjects = ("r9-1", "r1-9", "x1-9", "x9-0", "p7")
        assert [store.file_of(s) for s in subjects if s[0] == "r"] == [None, None]
        assert [store.refusal_of(s) for s in subjects if s[0] != "r"] == [None] * 3


# deciding


def test_a_decision_makes_the_registration_what_it_then_is(store_url: str) -> None:
    before_all = datetime.now(UTC)
    with Store.open(store_url) as store:
        fill(store, doubted())
        before, other = store.filed()
        change = corrected(before, "organisation", "CCAS")
        batch = store.decide([change], who=ZOE)
        after = store.file_of(before.subject)
        row, untouched = store.snapshot().registrations
        (told,) = store.history(before.subject)
    assert after is not None
    assert after.registration == row.registration == change.after
    assert untouched.registration == other.registration
    assert (after.version, after.id) == (batch, before.id)
    assert (told.id, told.batch, told.subject) == (batch, batch, before.subject)
    assert (told.decision, told.was, told.who, told.undone) == (
        change.decisions[0],
        "Luc",
        ZOE,
        False,
    )
    assert before_all <= told.at <= datetime.now(UTC)


def test_an_illegible_field_and_a_new_line_are_kept(store_url: str) -> None:
    with Store.open(store_url) as store:
        fill(store, doubted())
        one = store.filed()[0]
        after = one.registration.replacing(human("organisation", ""))
        after = replace(after, readings=(*after.readings, human("personnes.3", "Ève ROUX")))
        decisions = (Decision(Act.ILLEGIBLE, "organisation"), Decision(Act.CORRECT, "personnes.3"))
        store.decide([Change(one.subject, 0, decisions, after)], who=ZOE)
        (row, _) = store.snapshot().registrations
    assert row.registration == after
    assert [person.text for person in row.registration.named] == [
        "Zoé MARTIN",
        "Luc PETIT",
        "Ève ROUX",
    ]


def test_what_the_machine_computed_again_is_kept_too(store_url: str) -> None:
    with Store.open(store_url) as store:
        fill(store, doubted())
        one = store.filed()[0]
        students = one.registration.reading("etudiants")
        assert students is not None
        again = replace(students, candidates=(Candidate(1, "1", 1.0),))
        change = corrected(one, "personnes.2", "")
        after = change.after.replacing(again)  # type: ignore[union-attr]
        store.decide([replace(change, after=after)], who=ZOE)
        assert store.filed()[0].registration == after


def test_all_changes_of_a_stroke_are_one_batch(store_url: str) -> None:
    with Store.open(store_url) as store:
        fill(store, doubted("a"), doubted("b"))
        changes = [corrected(one, "organisation", "CCAS") for one in store.filed()]
        batch = store.decide(changes, who=ZOE)
        assert {one.batch for one in store.decided()} == {batch}
        assert [one.subject for one in store.decided()] == [c.subject for c in changes]
        assert {text_of(store, c.subject) for c in changes} == {"CCAS"}
        undone, subjects = store.undo(who=ZOE)
        assert (undone, set(subjects)) == (batch, {c.subject for c in changes})
        assert sorted(text_of(store, s) for s in subjects) == [
            *["ESAT du Moulin"] * 2,
            *["Luc"] * 2,
        ]


def test_deciding_nothing_writes_nothing(store_url: str) -> None:
    with Store.open(store_url) as store:
        assert store.decide([], who=ZOE) == 0
        assert store.undo(who=ZOE) == (0, ())
        assert store.decided() == ()


def test_postponing_settling_and_keeping_show_until_they_are_over(store_url: str) -> None:
    with Store.open(store_url) as store:
        fill(store, doubted())
        subject = store.filed()[0].subject

        def now() -> Filed:
            found = store.file_of(subject)
            assert found is not None
            return found

        store.decide([said(now(), Act.POSTPONE, field="organisation")], who=ZOE)
        assert now().postponed == ("organisation",)
        assert store.done("another") == frozenset()
        store.decide([said(now(), Act.SETTLE, field="gap", reason="erreur")], who=ZOE)
        store.decide([said(now(), Act.KEEP, value="r7-1")], who=ZOE)
        store.decide([corrected(now(), "organisation", "CCAS")], who=ZOE)
        assert (now().settled, now().kept) == ((("gap", "erreur"),), ("r7-1",))
        assert now().postponed == ()
        for _ in range(2):
            store.undo(who=ZOE)
        assert (now().settled, now().kept) == ((("gap", "erreur"),), ())
        assert now().postponed == ("organisation",)


def test_who_has_what_is_kept_as_it_was_said_last_and_undone(store_url: str) -> None:
    def said_of(store: Store) -> tuple[tuple[str, str, tuple[tuple[str, int], ...]], ...]:
        (row,) = store.snapshot().registrations
        return tuple((share.person, share.tariff, share.others) for share in row.shares)

    open_, first = (("repas", 1),), "personnes.1"
    with Store.open(store_url) as store:
        fill(store, outcome(source("a"), registration(adherents=1, non_adherents=1)))
        (one,) = store.filed()
        assert said_of(store) == ((first, "", open_), ("personnes.2", "", open_))
        late = Decision(Act.POSTPONE, shares.NAME)
        store.decide([Change(one.subject, 0, (late,), one.registration)], who=ZOE)
        (one,) = store.filed()
        assert one.postponed == (shares.NAME,)
        for ticked in ({(first, "adherents")}, {(first, "non_adherents")}):
            decisions = shares.shared(one.registration, ticked)
            (one,) = store.filed()
            change = Change(one.subject, one.version, decisions, one.registration)
            store.decide([change], who=ZOE)
            stale = replace(change, decisions=shares.shared(one.registration, ticked))
            with pytest.raises(ConflictError, match="Zoé a décidé ici entre-temps"):
                store.decide([stale], who=LUC)
    with Store.open(store_url) as store:
        (now,) = store.filed()
        assert now.shared == ((first, "non_adherents"), ("personnes.2", "adherents"))
        assert (now.registration, now.postponed) == (one.registration, ())
        assert said_of(store)[0] == (first, "non_adherents", open_)
        assert store.done("another") == {source("a").sha256}
        store.undo(who=ZOE)
        assert said_of(store)[0] == (first, "adherents", open_)
        store.undo(who=ZOE)
        assert said_of(store)[0] == (first, "", open_)
        assert store.filed()[0].postponed == (shares.NAME,)
        acts = [(entry.decision.act, entry.undone) for entry in store.history(one.subject)]
        assert acts == [(Act.POSTPONE, False), *[(Act.SHARE, True)] * 4]


def test_people_beyond_the_lines_outlive_whatever_reads_or_judges_again(store_url: str) -> None:
    form = load_form(FORMS / "mais-2018-02-02")
    four = ("Zoé MARTIN", "Luc PETIT", "Inès ROUX", "Yann LE GOFF")
    read = outcome(
        source("a"), registration(people=four, adherents=4, repas=4), rejections=(NO_FORM,)
    )
    read = replace(read, read=read.registrations)
    with Store.open(store_url) as store:
        fill(store, read)
        (one,) = store.filed()
        after, added = one.registration, []
        for name in ("Awa DIOP", "Théo GARCIA"):
            added.append(Decision(Act.CORRECT, *further_line(after, form), name))
            after = apply(after, form, added[-1], gate=LENIENT)
        assert [decision.field for decision in added] == ["personnes.5", "personnes.6"]
        store.decide([Change(one.subject, 0, tuple(added), after)], who=ZOE)
        store.record_outcome(read, reader="another")
        assert store.unjudged("another", {read.source.sha256}) == []
        store.record_judged([read], judge="another")
        page = store.refused()[0].subject
        placed = replace(placed_on("a", 3), registrations=read.registrations)
        store.replace_outcome(page, placed, judge=in_review, seen=0, **BY_LUC)
    with Store.open(store_url) as store:
        (row,) = store.snapshot().registrations
        named = [(person.field, person.text) for person in row.registration.named[3:]]
        assert named == [
            ("personnes.4", four[3]),
            ("personnes.5", "Awa DIOP"),
            ("personnes.6", "Théo GARCIA"),
        ]
        assert row.count("etudiants") == 2
        assert len(row.shares) == 6
        assert [c.field for c in store.corrections()] == ["personnes.5", "personnes.6"]
        store.undo(who=LUC)
        store.undo(who=ZOE)
        (row,) = store.snapshot().registrations
        assert [person.text for person in row.registration.named] == list(four)
        assert row.count("etudiants") == 0


def test_a_dropped_registration_leaves_the_tables_and_is_told(store_url: str) -> None:
    with Store.open(store_url) as store:
        fill(store, doubted())
        one = store.filed()[0]
        store.decide([said(one, Act.DROP, value="r7-1", reason="Doublon de b.")], who=ZOE)
        snapshot = store.snapshot()
        assert [row.id for row in snapshot.registrations] == [store.filed()[1].id]
        assert [(row.rejection.kind, row.rejection.message) for row in snapshot.rejected] == [
            ("duplicate", "Doublon de b."),
            ("no-form", "Aucune fiche."),
        ]
        assert [f.end and (f.end.reason, f.end.who) for f in store.filed()] == [
            ("Doublon de b.", ZOE),
            None,
        ]
        store.undo(who=ZOE)
        assert len(store.snapshot().registrations) == 2


@pytest.mark.parametrize(("act", "life"), [("replace", "replaced"), ("cancel", "cancelled")])
def test_a_fiche_that_counts_no_more_stays_in_the_tables_and_says_why(
    store_url: str, act: str, life: str
) -> None:
    with Store.open(store_url) as store:
        fill(store, doubted())
        one, other = store.filed()
        decision = said(one, Act(act), value=other.subject, reason="ne vient plus")
        store.decide([decision], who=ZOE)
        row = store.snapshot().registrations[0]
        assert (row.id, row.life, row.counted, row.people) == (one.id, life, False, ())
        assert row.registration.readings == one.registration.readings
        (why,) = [f for f in row.registration.findings if f.rule == NO_MORE]
        assert (why.severity, why.facts[0], why.facts[2]) == (Severity.INFO, act, ZOE)
        again = said(store.filed()[0], Act.RESTORE, value=other.subject)
        store.decide([again], who=ZOE)
        assert store.snapshot().registrations[0].life == "received"


def test_a_fiche_that_adds_to_another_may_be_cancelled(store_url: str) -> None:
    with Store.open(store_url) as store:
        fill(store, outcome(source("a"), registration()), outcome(source("b"), registration()))
        one, other = store.filed()
        store.decide([said(other, Act.ADD, value=one.subject)], who=ZOE)
        assert [len(row.people) for row in store.snapshot().registrations] == [2, 0]
        store.decide([said(store.filed()[1], Act.CANCEL, reason="ne vient plus")], who=ZOE)
        rows = store.snapshot().registrations
        assert [(row.counted, len(row.people)) for row in rows] == [(True, 2), (False, 0)]


def test_the_day_of_a_cancellation_is_the_same_wherever_tables_are_written(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.open(store_url) as store:
        fill(store, outcome(source("a"), registration()))
        store.decide([said(store.filed()[0], Act.CANCEL, reason="x")], who=ZOE)
        days = set()
        for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):  # 25 hours apart
            monkeypatch.setenv("TZ", zone)
            time.tzset()
            days.add(store.snapshot().registrations[0].registration.findings[-1].facts[3])
        monkeypatch.undo()
        time.tzset()
    assert len(days) == 1


def test_a_fiche_sent_again_counts_once_until_both_are_kept_for_good(store_url: str) -> None:
    def mailed(people: tuple[str, ...], **counts: int) -> Registration:
        form = registration(people=people, **counts)
        return form.replacing(replace(reading("email", "zoe@exemple.fr"), type="email"))

    first, again = mailed(("Zoé MARTIN", "Luc PETIT")), mailed(("MARTIN Zoé",), adherents=1)
    with Store.open(store_url) as store:
        fill(store, outcome(source("a"), first), outcome(source("b"), again))
        rows = store.snapshot().registrations
        assert [row.registration.status for row in rows] == [Status.REVIEW] * 2
        assert [row.registration.findings[-1].rule for row in rows] == [HELD, RULE]
        assert [(row.counted, len(row.people)) for row in rows] == [(False, 0), (True, 1)]
        one, other = store.filed()
        assert one.registration.status is Status.ACCEPTED  # what others say of it is not kept
        keep = [
            Change(f.subject, 0, (Decision(Act.KEEP, value=value.subject),))
            for f, value in ((one, other), (other, one))
        ]
        store.decide(keep, who=ZOE)
        fill(store, outcome(source("a"), first), outcome(source("b"), again), reader="newer")
        rows = store.snapshot().registrations
        assert [row.registration.status for row in rows] == [Status.ACCEPTED] * 2
        assert all(row.counted for row in rows)


def test_a_replaced_file_is_doubted_until_that_is_settled(store_url: str) -> None:
    with Store.open(store_url) as store:
        fill(store, outcome(source("a"), registration()))
        store.record_received(replace(receipt(source("a", content="another")), size=7))
        (one,) = store.filed()
        assert [f.rule for f in one.registration.findings] == ["not_replaced"]
        after = replace(one.registration, findings=(), status=Status.ACCEPTED)
        settle = Decision(Act.SETTLE, "not_replaced", reason="deux fiches")
        store.decide([Change(one.subject, 0, (settle,), after)], who=ZOE)
        assert store.filed()[0].registration == after


def test_what_is_known_of_the_file_is_not_kept_twice(store_url: str) -> None:
    with Store.open(store_url) as store:
        fill(store, outcome(source("a"), registration(more=(doubtful("organisation"),))))
        store.record_received(receipt(source("b", content="a")))
        (one,) = store.filed()
        change = corrected(one, "organisation", "CCAS")
        after = replace(change.after, findings=one.registration.findings)  # type: ignore[type-var]
        store.decide([replace(change, after=after)], who=ZOE)
        assert store.filed()[0].registration == after


# undoing


def test_undoing_goes_back_across_forms_without_limit(store_url: str) -> None:
    with Store.open(store_url) as store:
        fill(store, doubted("a"), doubted("b"))
        first, _, second, _ = store.filed()
        batches = []
        for number in range(12):
            one = store.file_of((first, second)[number % 2].subject)
            assert one is not None
            batches.append(store.decide([corrected(one, "organisation", f"{number}")], who=ZOE))
        for number in reversed(range(12)):
            subject = (first, second)[number % 2].subject
            assert text_of(store, subject) == f"{number}"
            assert store.undo(who=ZOE) == (batches[number], (subject,))
        assert store.undo(who=ZOE) == (0, ())
        assert [one.registration for one in store.filed()][::2] == [
            first.registration,
            second.registration,
        ]
        history = store.history(first.subject)
    assert [one.decision.value for one in history] == [str(n) for n in range(0, 12, 2)]
    assert all(one.undone for one in history)


def test_after_an_undo_one_decides_and_undoes_again(store_url: str) -> None:
    with Store.open(store_url) as store:
        fill(store, doubted())
        subject = store.filed()[0].subject
        for text in ("first", "second"):
            one = store.file_of(subject)
            assert one is not None
            store.decide([corrected(one, "organisation", text)], who=ZOE)
            store.undo(who=ZOE)
        one = store.file_of(subject)
        assert one is not None
        store.decide([corrected(one, "organisation", "third")], who=ZOE)
        assert text_of(store, subject) == "third"
        assert [one.undone for one in store.history(subject)] == [True, True, False]
        store.undo(who=ZOE)
        assert store.undo(who=ZOE) == (0, ())
        assert text_of(store, subject) == "Luc"


def test_each_undoes_only_their_own(store_url: str) -> None:
    with Store.open(store_url) as store:
        fill(store, doubted())
        first, second = store.filed()
        store.decide([corrected(first, "organisation", "CCAS")], who=ZOE)
        store.decide([corrected(second, "organisation", "Foyer")], who=LUC)
        assert store.undo(who=ZOE)[1] == (first.subject,)
        assert text_of(store, second.subject) == "Foyer"


def test_nothing_is_ever_deleted_or_changed(store_url: str) -> None:
    with Store.open(store_url) as store:
        written: list[str] = []

        @event.listens_for(store._engine, "before_cursor_execute")
        def _listen(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
            written.append(statement.split()[0].upper())

        fill(store, doubted())
        before = rows_in(store_url)
        written.clear()
        one = store.filed()[0]
        store.decide([corrected(one, "organisation", "CCAS")], who=ZOE)
        store.undo(who=ZOE)
        store.key_in(store.refused()[0].subject, registration(page=3), who=ZOE, seen=0)
        store.undo(who=ZOE)
    assert {"INSERT", "SELECT"} <= set(written)
    assert not {"DELETE", "UPDATE"} & set(written)
    after = rows_in(store_url)
    assert all(after[name] >= count for name, count in before.items())
    assert after["decisions"] == 1 + 1 + 2 + 2


# two people


def test_nobody_overwrites_what_another_decided(store_url: str) -> None:
    with Store.open(store_url) as store:
        fill(store, doubted())
        seen_by_both, other = store.filed()
        store.decide([corrected(seen_by_both, "organisation", "CCAS")], who=ZOE)
        late = [corrected(one, "organisation", "Foyer") for one in (other, seen_by_both)]
        today = datetime.now().astimezone()
        with pytest.raises(ConflictError, match=rf"^Zoé a décidé .* {today:%d/%m/%Y} à \d\d:\d\d"):
            store.decide(late, who=LUC)
        assert text_of(store, seen_by_both.subject) == "CCAS"
        assert text_of(store, other.subject) == "ESAT du Moulin"
        assert len(store.decided()) == 1


def test_an_undoing_is_seen_by_who_decides_next(store_url: str) -> None:
    with Store.open(store_url) as store:
        fill(store, doubted())
        one = store.filed()[0]
        store.decide([corrected(one, "organisation", "CCAS")], who=ZOE)
        seen = store.file_of(one.subject)
        assert seen is not None
        store.undo(who=ZOE)
        with pytest.raises(ConflictError, match="Zoé"):
            store.decide([corrected(seen, "email", "a@exemple.fr")], who=LUC)


def test_what_another_built_upon_is_not_undone(store_url: str) -> None:
    with Store.open(store_url) as store:
        fill(store, doubted())
        one = store.filed()[0]
        store.decide([corrected(one, "organisation", "CCAS")], who=ZOE)
        then = store.file_of(one.subject)
        assert then is not None
        store.decide([corrected(then, "email", "a@exemple.fr")], who=LUC)
        with pytest.raises(ConflictError, match=r"^Luc a décidé"):
            store.undo(who=ZOE)
        assert text_of(store, one.subject) == "CCAS"
        store.undo(who=LUC)
        store.undo(who=ZOE)
        assert store.filed()[0].registration == one.registration


# rejected documents


def test_a_rejection_that_was_set_aside_stays_with_the_reason(store_url: str) -> None:
    mail = replace(receipt(name="m.eml"), rejections=(("m.eml", Rejection("mail", "Vide.")),))
    with Store.open(store_url) as store:
        fill(store, doubted())
        store.record_received(mail)
        page, piece = sorted(store.refused(), key=lambda one: one.document)
        assert (page.document, page.source, page.rejection) == ("a", source("a"), NO_FORM)
        assert (piece.document, piece.source, piece.subject[0]) == ("m.eml", None, "p")
        assert store.done("another") == frozenset()
        for one in (page, piece):
            store.decide([said(one, Act.SET_ASIDE, reason="publicité")], who=ZOE)
        assert [row.rejection.message for row in store.snapshot().rejected] == [
            "Aucune fiche. (écarté : publicité)",
            "Vide. (écarté : publicité)",
        ]
        assert [one.set_aside for one in store.refused()] == ["publicité"] * 2
        for one in (page, piece):
            now = store.refusal_of(one.subject)
            assert now is not None
            assert now == replace(one, set_aside="publicité", version=now.version)
            with pytest.raises(ConflictError, match="Zoé"):
                store.decide([said(one, Act.SET_ASIDE, reason="x")], who=LUC)
        assert store.done("another") == {source("a").sha256}
        store.record_received(
            replace(mail, size=7)
        )  # another file may be refused for another fault
        assert [one.set_aside for one in store.refused() if one.source is None] == [""]


def test_a_page_typed_by_hand_is_a_registration_beside_the_others(store_url: str) -> None:
    form = registration(page=3, people=("Ève ROUX",))
    typed = replace(form, readings=tuple(human(r.field, r.text) for r in form.readings))
    with Store.open(store_url) as store:
        fill(store, doubted())
        one = store.filed()[0]
        store.decide([corrected(one, "organisation", "CCAS")], who=LUC)
        (page,) = store.refused()
        subject = store.key_in(page.subject, typed, who=ZOE, seen=page.version)
        snapshot = store.snapshot()
        assert snapshot.rejected == ()
        assert [row.registration.page for row in snapshot.registrations] == [2, 3, 4]
        assert snapshot.registrations[1].registration == typed
        assert snapshot.registrations[1].id == f"{source('a').sha256[:12]}-3"
        filed = store.file_of(subject)
        assert filed is not None
        assert (filed.registration, filed.sources) == (typed, (source("a"),))
        assert text_of(store, one.subject) == "CCAS"
        assert [d.decision.act for d in store.history(subject)] == [Act.KEY_IN]
        assert [d.decision.value for d in store.history(page.subject)] == [subject]
        assert [c.number for c in store.corrections()] == [1]
        with pytest.raises(ConflictError, match="Zoé"):
            store.key_in(page.subject, typed, who=LUC, seen=page.version)

        store.decide([corrected(filed, "email", "b@exemple.fr")], who=LUC)
        with pytest.raises(ConflictError, match="Luc"):
            store.undo(who=ZOE)
        store.undo(who=LUC)
        assert store.undo(who=ZOE)[1] == (page.subject, subject)
        assert len(store.snapshot().registrations) == 2
        (again,) = store.refused()
        assert again == replace(page, version=again.version)
        assert text_of(store, one.subject) == "CCAS"
        assert store.key_in(page.subject, typed, who=ZOE, seen=again.version) != subject
        assert len(store.snapshot().registrations) == 3


def test_a_piece_refused_on_receipt_can_be_typed(store_url: str) -> None:
    whole = source("m.eml!a.pdf", mail=ENVELOPE)
    broken = Rejection("damaged", "Abîmé.")
    mail = replace(receipt(whole, name="m.eml"), rejections=(("m.eml!b.pdf", broken),))
    with Store.open(store_url) as store:
        store.record_received(mail)
        store.record_outcome(outcome(whole, registration()), reader="r")
        before = store.snapshot()
        (piece,) = store.refused()
        for _ in range(2):
            now = store.refusal_of(piece.subject)
            assert now is not None
            subject = store.key_in(piece.subject, registration(), who=ZOE, seen=now.version)
            assert store.refused() == ()
            assert store.refusal_of(piece.subject) is None
            snapshot = store.snapshot()
            assert [row.document for row in snapshot.registrations] == [
                "m.eml!a.pdf",
                "m.eml!b.pdf",
            ]
            assert snapshot.registrations[1].envelope == ENVELOPE
            assert (snapshot.rejected, snapshot.documents) == ((), before.documents)
            assert store.known() == {"m.eml": mail}
            assert store.file_of(subject) is not None
            store.undo(who=ZOE)
            assert store.snapshot() == before


def placed_on(document: str, *pages: int) -> Outcome:
    square = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.5))
    placements = tuple(Placement(page, "mais-2018-02-02", 2, square) for page in pages)
    return outcome(replace(source(document), placed=placements))


def test_a_form_placed_by_hand_adds_its_registration(store_url: str) -> None:
    second = Rejection("no-form", "Aucune fiche.", 6)
    first = doubted()
    placed = placed_on("a", 3)
    placed = replace(
        placed,
        registrations=(
            first.registrations[0],
            on_page(3, registration()),
            first.registrations[1],
        ),
        thumbnails=(b"1", b"2", b"3"),
        rejections=(second,),
    )
    with Store.open(store_url) as store:
        fill(store, replace(first, rejections=(NO_FORM, second)))
        one, untouched = store.filed()
        store.decide([corrected(one, "organisation", "CCAS")], who=LUC)
        page, other = store.refused()
        store.replace_outcome(page.subject, placed, judge=in_review, seen=page.version, **BY_ZOE)
        assert [row.registration.page for row in store.snapshot().registrations] == [2, 3, 4]
        assert text_of(store, one.subject) == "CCAS"
        same = store.file_of(untouched.subject)
        assert same is not None
        assert same.registration == untouched.registration
        assert all(f.sources == (placed.source,) for f in store.filed())
        assert all(f.sources[0].placed == placed.source.placed for f in store.filed())
        (left,) = store.refused()
        assert left == replace(other, source=placed.source)
        assert left.source is not None
        assert left.source.placed == placed.source.placed
        assert store.done("another") == {source("a").sha256}
        with pytest.raises(ConflictError, match="Zoé"):
            store.replace_outcome(page.subject, placed, judge=in_review, seen=0, **BY_LUC)
        store.undo(who=ZOE)
        assert [r.subject for r in store.refused()] == [page.subject, other.subject]
        assert [r.source.placed for r in store.refused() if r.source] == [(), ()]
        assert len(store.snapshot().registrations) == 2
        assert text_of(store, one.subject) == "CCAS"


def in_review(held: Registration) -> Registration:
    """A judge who doubts whatever was added."""
    return replace(held, status=Status.REVIEW)


def test_a_second_page_placed_by_hand_completes_its_form(store_url: str) -> None:
    """What people read stays, what they did not see is added; what nobody touched gives way."""
    more = replace(doubtful("remarques"), page=3)
    blot = Finding("blot", Severity.REVIEW, ("remarques",), said="Une tache.")
    whole = [
        replace(form, readings=(*form.readings, replace(more, page=page + 1)))
        for page in (2, 7)
        for form in [on_page(page, registration(findings=(GAP, blot)))]
    ]
    first = outcome(
        source("a"),
        registration(findings=(GAP,)),
        on_page(7, registration()),
        rejections=(NO_FORM, replace(NO_FORM, page=8)),
    )
    with Store.open(store_url) as store:
        fill(store, first)
        touched, bare = store.filed()
        change = corrected(touched, "organisation", "CCAS")
        store.decide([change], who=LUC)
        page, _ = store.refused()
        placed = replace(placed_on("a", 3, 8), registrations=tuple(whole))
        store.replace_outcome(page.subject, placed, judge=in_review, seen=0, **BY_ZOE)
        assert store.refused() == ()
        kept, new = store.filed()
        assert kept.subject == touched.subject
        assert new.subject not in {touched.subject, bare.subject}
        assert new.registration == whole[1]
        assert store.file_of(bare.subject) is None
        assert kept.registration.readings == (*change.after.readings, more)  # type: ignore[union-attr]
        assert kept.registration.findings == (DUE, GAP, blot)
        assert kept.registration.status is Status.REVIEW
        store.undo(who=ZOE)
        assert [one.subject for one in store.filed()] == [touched.subject, bare.subject]
        assert store.filed()[0].registration == change.after


# what runs make of it


def test_a_run_never_reads_over_what_was_decided(store_url: str) -> None:
    with Store.open(store_url) as store:
        fill(store, doubted("a"), doubted("b"))
        one = store.filed()[0]
        store.decide([corrected(one, "organisation", "CCAS")], who=ZOE)
        assert store.done("another") == {source("a").sha256}
        # It was begun before the decision.
        store.record_outcome(doubted("a"), reader="another")
        assert text_of(store, one.subject) == "CCAS"
        store.undo(who=ZOE)
        assert store.done("another") == frozenset()
        store.record_outcome(doubted("a"), reader="another")
        assert store.file_of(one.subject) is None


def test_corrections_and_confirmed_names_are_those_that_hold(store_url: str) -> None:
    with Store.open(store_url) as store:
        fill(store, doubted("a"), doubted("b"))
        first, second, third, fourth = store.filed()
        store.decide([corrected(first, "organisation", "CCAS", kind="organisation")], who=ZOE)
        store.decide([corrected(second, "email", "a@exemple.fr", kind="email")], who=ZOE)
        agreed = human("personnes.1", "Zoé MARTIN", kind="person", read="Zoé MARTIN")
        after = third.registration.replacing(agreed)
        confirm = Decision(Act.CONFIRM, "personnes.1", "Zoé MARTIN")
        store.decide([Change(third.subject, 0, (confirm,), after)], who=ZOE)
        store.decide([corrected(fourth, "organisation", "Faux", kind="organisation")], who=ZOE)
        store.undo(who=ZOE)
        assert store.confirmed() == (
            ("email", "a@exemple.fr"),
            ("organisation", "CCAS"),
            ("person", "Zoé MARTIN"),
        )
        assert [(c.number, c.field, c.value) for c in store.corrections()] == [
            (1, "organisation", "CCAS"),
            (2, "email", "a@exemple.fr"),
        ]


def _confirming(filed: Filed, *fields: str, kind: str = "text") -> Change:
    after, decisions = filed.registration, []
    for field in fields:
        told = after.reading(field)
        assert told is not None
        after = after.replacing(human(field, told.text, kind=kind, read=told.text))
        decisions.append(Decision(Act.CONFIRM, field, told.text))
    return Change(filed.subject, filed.version, tuple(decisions), after)


def test_what_was_reviewed_is_told_beside_the_first_reading(store_url: str) -> None:
    made = doubted()
    with Store.open(store_url) as store:
        fill(store, made)
        first, second = store.filed()
        store.decide([corrected(first, "organisation", "CCAS")], who=ZOE)
        ((read, texts),) = store.reviewed()
        assert read == made.registrations[0]
        assert texts == {"organisation": "CCAS"}
        store.decide([corrected(second, "email", "", act=Act.ILLEGIBLE)], who=ZOE)
        bulk = [_confirming(filed, "personnes.1") for filed in store.filed()]
        store.decide(bulk, who=ZOE)
        assert len(store.reviewed()) == 1, "illegible, and confirmed in bulk: nobody read them"
        look = _confirming(store.filed()[1], "personnes.2", "organisation")
        store.decide([look], who=ZOE)
        assert [texts.keys() for _, texts in store.reviewed()] == [
            {"organisation"},
            {"personnes.2", "organisation"},
        ], "one look at a fiche"
        for _ in range(4):
            store.undo(who=ZOE)
        assert store.reviewed() == ()


def test_what_was_confirmed_in_bulk_is_no_evidence_for_later_fiches(store_url: str) -> None:
    with Store.open(store_url) as store:
        fill(store, doubted())
        first, second = store.filed()
        bulk = [_confirming(filed, "personnes.1", kind="person") for filed in (first, second)]
        store.decide(bulk, who=ZOE)
        assert store.confirmed() == ()
        look = _confirming(store.filed()[1], "personnes.2", kind="person")
        store.decide([look], who=ZOE)
        assert len(store.confirmed()) == 1


def test_what_was_typed_or_placed_is_no_first_reading(store_url: str) -> None:
    with Store.open(store_url) as store:
        fill(store, doubted())
        (page,) = store.refused()
        typed = replace(registration(), readings=(human("organisation", "CCAS"),))
        store.key_in(page.subject, typed, who=ZOE, seen=page.version)
        fill(store, doubted("b"))
        page = next(one for one in store.refused() if one.document == "b")
        store.decide([corrected(store.filed()[-1], "organisation", "CCAS")], who=LUC)
        more = replace(registration(), readings=(reading("personnes.9", "Zoé MARTIN"),))
        placed = replace(placed_on("b", 3), registrations=(on_page(4, more), on_page(3, more)))
        store.replace_outcome(page.subject, placed, judge=in_review, seen=0, **BY_ZOE)
        for one in store.filed():
            if one.registration.reading("personnes.9"):
                store.decide([corrected(one, "personnes.9", "Luc PETIT")], who=ZOE)
        ((read, texts),) = store.reviewed()
    assert read == on_page(4, OTHERS)
    assert texts == {"organisation": "CCAS", "personnes.9": "Luc PETIT"}


_ENDLESS = """
import sys
sys.path.insert(0, sys.argv[2])
from test_store_review import corrected
from pipeline.store import Store
with Store.open(sys.argv[1]) as store:
    subject = store.filed()[0].subject
    for number in range(10_000):
        batch = store.decide(
            [corrected(store.file_of(subject), "organisation", str(number))], who="Zoé"
        )
        print(batch, flush=True)
"""


def test_a_killed_reviewer_loses_no_decision(store_url: str) -> None:
    chance = random.Random(7)
    with Store.open(store_url) as store:
        fill(store, doubted())
    returned: list[int] = []
    for _ in range(3):
        child = subprocess.Popen(
            [sys.executable, "-c", _ENDLESS, store_url, str(Path(__file__).parent)],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(Path(pipeline.__file__).parents[1])},
        )
        assert child.stdout is not None
        returned += [int(child.stdout.readline()) for _ in range(chance.randrange(1, 8))]
        child.kill()
        returned += [int(line) for line in child.stdout if line.endswith("\n")]
        child.wait(timeout=20)
        child.stdout.close()
    with Store.open(store_url) as store:
        kept = store.decided()
        (one, _) = store.filed()
        organisation = one.registration.reading("organisation")
    assert set(returned) <= {decided.batch for decided in kept}
    assert organisation is not None
    assert organisation.text == kept[-1].decision.value
    assert one.version == kept[-1].id


def test_decisions_wait_for_the_disk_and_readings_do_not(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'fiches.sqlite'}") as store:
        told: list[str] = []

        @event.listens_for(store._engine, "before_cursor_execute")
        def _listen(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
            if "synchronous" in statement:
                told.append(statement.rpartition("=")[2])

        fill(store, doubted())
        store.decide([corrected(store.filed()[0], "organisation", "CCAS")], who=ZOE)
        store.undo(who=ZOE)
    assert told == ["NORMAL", "NORMAL", "FULL", "FULL"]


def test_what_an_earlier_version_settled_stays_settled(store_url: str) -> None:
    form = load_form(FORMS / "mais-2018-02-02")
    asked = judge(registration(total=9000), form, LENIENT)
    with Store.open(store_url) as store:
        fill(store, outcome(source("a"), asked))
        (one,) = store.filed()
        decisions = [
            Decision(Act.CONFIRM, name) for name in ("adherents", "non_adherents", "repas", "total")
        ]
        decisions.append(Decision(Act.SETTLE, "total_matches_tariff", reason=SENDER))
        after = one.registration
        for decision in decisions:
            after = apply(after, form, decision, gate=LENIENT)
        store.decide([Change(one.subject, 0, tuple(decisions), after)], who=ZOE)
    (gap,) = after.findings
    assert words(gap).endswith(" Réglé : erreur de l'expéditeur.")
    note = "Note dans le PDF : « Réglé : 84,20 par virement »."
    earlier = json.dumps(
        [
            ["note_is_read", "review", note, []],
            ["total_matches_tariff", "info", words(gap), gap.fields],
        ]
    )
    with create_engine(store_url).begin() as connection:
        connection.execute(update(tables.reviews).values(findings=earlier))
        made_older(connection, "v0003")
    with Store.open(store_url) as store:
        (one,) = store.filed()
    open_one, kept = one.registration.findings
    assert (words(open_one), open_one.asks) == (note, True)
    assert kept.said == words(replace(gap, settled=""))
    assert (words(kept), kept.asks) == (words(gap), False)
    read = Decision(Act.SETTLE, "note_is_read", reason="vu")
    settled = apply(one.registration, form, read, gate=LENIENT)
    assert settled.status is Status.ACCEPTED
    changed = apply(one.registration, form, Decision(Act.CORRECT, "repas", "1"), gate=LENIENT)
    assert changed.status is Status.REVIEW


def test_what_a_review_of_an_earlier_version_writes_meanwhile_is_read(store_url: str) -> None:
    with Store.open(store_url) as store:
        fill(store, doubted())
        one = store.filed()[0]
        store.decide([corrected(one, "organisation", "CCAS")], who=ZOE)
        four = json.dumps([[GAP.rule, GAP.severity, GAP.said, GAP.fields]])
        with create_engine(store_url).begin() as connection:
            connection.execute(update(tables.reviews).values(findings=four))
        assert store.filed()[0].registration.findings == (GAP,)
