"""The order in which doubts are shown, and what the list shows."""

from dataclasses import replace
from typing import Any

import pytest
from builders import ENVELOPE, doubtful, registration, source
from hypothesis import given, settings
from hypothesis import strategies as st
from judged import ENDED, confirm, settle

from pipeline.decisions import Filed
from pipeline.forms.schema import load_form
from pipeline.french import SENDER
from pipeline.judging.doubts import doubts
from pipeline.judging.shares import NAME
from pipeline.paths import FORMS
from pipeline.records import Candidate, FieldReading, Finding, Registration, Severity, Status
from pipeline.review.queue import ALL, Filters, Kind, Place, Queue, Way, listed

_FORM = load_form(FORMS / "mais-2018-02-02")
_STRAY = Finding("no_stray_ink", Severity.REVIEW, said="Écriture en dehors des zones prévues.")


def _unsure(field: str, p: float = 0.5) -> FieldReading:
    best = registration().reading(field)
    assert best is not None
    candidate = replace(best.candidates[0], probability=p)
    return replace(best, candidates=(candidate,), status=Status.REVIEW, reason="Incertain.")


def _filed(subject: str, *fields: str, p: float = 0.5, **changes: Any) -> Filed:
    doubted = tuple(_unsure(field, p) for field in fields)
    given = registration(more=doubted, findings=changes.pop("findings", ()))
    return Filed(subject, f"id-{subject}", 1, 0, given, (source(f"{subject}.pdf"),), **changes)


def _walk(queue: Queue, *, way: Way, filters: Filters = ALL) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    place = queue.next(None, way=way, filters=filters)
    while place:
        found.append((place.subject, place.name))
        assert len(found) < 1000
        place = queue.next(place, way=way, filters=filters)
    return found


def _changed(filed: Filed, after: Registration) -> Filed:
    return replace(filed, registration=after, version=filed.version + 1)


def test_a_form_is_done_field_by_field_before_the_next_and_the_dearest_first() -> None:
    cheap = _filed("r1-1", "telephone", p=0.99)
    dear = _filed("r2-1", "paiement", "email", findings=(_STRAY,))
    queue = Queue.of([cheap, dear], [_FORM])
    assert _walk(queue, way=Way.BY_FORM) == [
        ("r2-1", "email"),
        ("r2-1", "paiement"),
        ("r2-1", "no_stray_ink"),
        ("r1-1", "telephone"),
    ]


def test_a_field_type_is_done_across_forms_in_the_order_of_the_form_the_most_doubtful_first() -> (
    None
):
    queue = Queue.of(
        [
            _filed("r1-1", "telephone", "email", p=0.9, findings=(_STRAY,)),
            _filed("r2-1", "telephone", "personnes.2"),
        ],
        [_FORM],
    )
    assert _walk(queue, way=Way.BY_FIELD) == [
        ("r1-1", "email"),
        ("r2-1", "telephone"),
        ("r1-1", "telephone"),
        ("r2-1", "personnes.2"),
        ("r1-1", "no_stray_ink"),
    ]


def test_a_decision_does_not_reorder_what_lies_ahead() -> None:
    one = _filed("r1-1", "email", "telephone", p=0.5)
    queue = Queue.of([one, _filed("r2-1", "email", "telephone", p=0.6)], [_FORM])
    place = queue.next(None, way=Way.BY_FORM)
    assert place == Place("r1-1", "email")
    queue.refresh(_changed(one, confirm(one.registration, _FORM, "email")))
    assert queue.next(place, way=Way.BY_FORM) == Place("r1-1", "telephone")


def test_one_may_go_on_from_a_field_without_doubt_and_from_a_form_that_is_gone() -> None:
    one = _filed("r1-1", "email", "telephone")
    queue = Queue.of([one, _filed("r2-1", "email", p=0.9)], [_FORM])
    assert queue.next(Place("r1-1", "organisation"), way=Way.BY_FORM) == Place("r1-1", "email")
    queue.refresh(replace(one, end=ENDED))
    assert queue.next(Place("r1-1", "email"), way=Way.BY_FORM) == Place("r2-1", "email")
    assert queue.next(Place("r9-1", "email"), way=Way.BY_FORM) == Place("r2-1", "email")


def test_what_was_postponed_comes_last_and_can_be_postponed_again() -> None:
    one = _filed("r1-1", "email", "telephone")
    queue = Queue.of([one, _filed("r2-1", "email", p=0.9)], [_FORM])
    queue.refresh(replace(one, postponed=("email",)))
    assert queue.next(Place("r1-1", "email"), way=Way.BY_FORM) == Place("r1-1", "telephone")
    last = queue.next(Place("r2-1", "email"), way=Way.BY_FORM)
    assert last == Place("r1-1", "email", late=True)
    assert queue.next(last, way=Way.BY_FORM) is None


def test_who_has_what_comes_behind_all_doubts_and_is_counted_apart() -> None:
    mixed = registration(adherents=1, non_adherents=1)
    one, two = (replace(_filed(f"r{n}-1"), registration=mixed) for n in (1, 2))
    readings = (_unsure("email"), *mixed.readings[2:])
    doubted = replace(mixed, readings=readings, status=Status.REVIEW)
    three = replace(_filed("r3-1"), registration=doubted)
    queue = Queue.of(
        [replace(one, postponed=(NAME,)), two, three, _filed("r4-1", "email")], [_FORM]
    )
    for way in Way:
        walked = _walk(queue, way=way)
        assert {name for _, name in walked[:2]} == {"email"}
        assert walked[2:] == [("r2-1", NAME), ("r1-1", NAME)]
    last = queue.next(Place("r2-1", NAME), way=Way.BY_FORM)
    assert last == Place("r1-1", NAME, late=True)
    assert queue.next(last, way=Way.BY_FORM) is None
    counts = queue.counts()
    assert (counts.to_review, counts.accepted, counts.doubts, counts.to_share) == (2, 2, 2, 2)
    for kind, subjects in (
        (Kind.REVIEW, {"r1-1", "r2-1", "r3-1", "r4-1"}),
        (Kind.ACCEPTED, {"r1-1", "r2-1"}),
        (Kind.SHARES, {"r1-1", "r2-1"}),
        (Kind.FINDINGS, set()),
    ):
        rows = queue.listing(Filters(kind)).rows
        assert {row.subject for row in rows} == subjects
        assert {row.subject for row in rows if row.to_share} == subjects & {"r1-1", "r2-1"}
    assert _walk(queue, way=Way.BY_FORM, filters=Filters(type="email")) == [
        ("r3-1", "email"),
        ("r4-1", "email"),
    ]
    said = (("personnes.1", "adherents"), ("personnes.2", "non_adherents"))
    queue.refresh(replace(two, shared=said))
    assert queue.counts() == replace(counts, to_share=1)


def test_a_settled_finding_that_is_gone_keeps_its_place() -> None:
    one = _filed("r1-1", "telephone", findings=(_STRAY,))
    queue = Queue.of([one], [_FORM])
    after = settle(one.registration, _FORM, "no_stray_ink", SENDER)
    queue.refresh(_changed(one, replace(after, findings=())))
    assert queue.next(Place("r1-1", "no_stray_ink"), way=Way.BY_FIELD) is None


@pytest.mark.parametrize(
    ("filters", "subjects"),
    [
        (Filters(), {"r1-1", "r2-1", "r3-1"}),
        (Filters(Kind.REVIEW), {"r1-1", "r2-1"}),
        (Filters(Kind.FINDINGS), {"r2-1"}),
        (Filters(Kind.ACCEPTED), {"r3-1"}),
        (Filters(form_id="sortie"), set()),
        (Filters(type="phone"), {"r1-1"}),
        (Filters(text="martin ZOE"), {"r1-1", "r2-1", "r3-1"}),
        (Filters(text="r3-1.pdf"), {"r3-1"}),
        (Filters(Kind.REVIEW, text="r3-1"), set()),
        (Filters(text="inconnu"), set()),
    ],
)
def test_filters_choose(filters: Filters, subjects: set[str]) -> None:
    filed = [
        _filed("r1-1", "telephone", "email"),
        _filed("r2-1", "email", findings=(_STRAY,)),
        _filed("r3-1"),
    ]
    queue = Queue.of(filed, [_FORM])
    for _ in range(2):  # as first asked, and as kept up to date
        listing = queue.listing(filters)
        assert ({row.subject for row in listing.rows}, listing.of) == (subjects, len(subjects))
        walked = _walk(queue, way=Way.BY_FORM, filters=filters)
        assert {subject for subject, _ in walked} == subjects - {"r3-1"}
        assert not filters.type or {name for _, name in walked} == {"telephone"}
        for one in filed:
            queue.refresh(one)


def test_the_sender_is_found() -> None:
    mailed = replace(_filed("r1-1"), sources=(source("a.pdf", mail=ENVELOPE),))
    queue = Queue.of([replace(mailed), _filed("r2-1")], [_FORM])
    assert queue.listing(Filters(text=ENVELOPE.sender)).of == 2
    other = replace(mailed, sources=(source("b.eml", mail=replace(ENVELOPE, sender="x@y.fr")),))
    queue.refresh(other)
    assert [row.subject for row in queue.listing(Filters(text="X@Y")).rows] == ["r1-1"]


def test_the_list_tells_what_a_fiche_is() -> None:
    queue = Queue.of([_filed("r2-1", "email"), _filed("r1-1")], [_FORM])
    listing = queue.listing(start=1, most=1)
    (row,) = listing.rows
    assert (row.subject, row.document, row.doubts) == ("r2-1", "r2-1.pdf", 1)
    assert row.people == ("Zoé MARTIN", "Luc PETIT")
    assert (row.who, row.total_cents, row.gap_cents) == ("ESAT du Moulin", 8420, 0)
    assert listing.of == 2


def test_the_headline_counts_what_is_left() -> None:
    one = _filed("r1-1", "email", "telephone", findings=(_STRAY,))
    queue = Queue.of([one, _filed("r2-1")], [_FORM])
    counts = queue.counts()
    assert (counts.to_review, counts.accepted, counts.doubts) == (1, 1, 3)
    assert counts.by_type == {"email": 1, "phone": 1, "": 1}
    queue.remove("r1-1")
    assert queue.counts() == replace(counts, to_review=0, doubts=0, by_type={})


def test_a_count_is_worth_its_tariff_and_a_total_what_is_written() -> None:
    meals = replace(
        _unsure("repas"),
        candidates=(Candidate(2, "2", 0.5), Candidate(7, "7", 0.4), Candidate(1, "1", 0.1)),
    )
    person = replace(doubtful("personnes.2"), candidates=(Candidate("Luc", "Luc", 0.45),))
    given = registration(more=(meals, person))
    other = Filed("r2-1", "b", 1, 0, given, ())
    queue = Queue.of([_filed("r1-1", "repas"), other], [_FORM])
    # 5 x 12.10 EUR in doubt is more than 1 x 12.10.
    assert _walk(queue, way=Way.BY_FIELD)[1:] == [("r2-1", "repas"), ("r1-1", "repas")]


_SOME = st.lists(
    st.sampled_from(["email", "telephone", "personnes.1", "adherents", "total"]), unique=True
)


@settings(deadline=None, max_examples=60)
@given(
    forms=st.lists(st.tuples(_SOME, _SOME, st.sampled_from([0.2, 0.9]), st.booleans()), max_size=5),
    way=st.sampled_from(Way),
    seen=st.booleans(),
)
def test_every_doubt_is_visited_once(
    forms: list[tuple[list[str], list[str], float, bool]], way: Way, *, seen: bool
) -> None:
    filed = [
        _filed(f"r{i}-1", *names, p=p, postponed=tuple(late), findings=(_STRAY,) * stray)
        for i, (names, late, p, stray) in enumerate(forms)
    ]
    queue = Queue.of([] if seen else filed, [_FORM])
    if seen:
        queue.next(None, way=way)
        for one in [*filed, *filed]:
            queue.refresh(one)
    walked = _walk(queue, way=way)
    assert sorted(walked) == sorted((f.subject, d.name) for f in filed for d in doubts(f, _FORM))
    assert len(walked) == queue.counts().doubts
    late = [name in one.postponed for s, name in walked for one in filed if one.subject == s]
    assert late == sorted(late)


@settings(deadline=None, max_examples=30)
@given(forms=st.lists(_SOME, min_size=1, max_size=4), way=st.sampled_from(Way))
def test_deciding_one_after_the_other_ends_with_everything_accepted(
    forms: list[list[str]], way: Way
) -> None:
    filed = {f"r{i}-1": _filed(f"r{i}-1", *names) for i, names in enumerate(forms)}
    queue = Queue.of(filed.values(), [_FORM])
    place, steps = queue.next(None, way=way), 0
    while place:
        one = filed[place.subject]
        one = _changed(one, confirm(one.registration, _FORM, place.name))
        queue.refresh(one)
        filed[place.subject] = one
        steps += 1
        place = queue.next(place, way=way)
    assert steps == sum(map(len, forms))
    assert queue.counts().to_review == 0


def test_those_that_count_no_more_are_listed_where_they_are_chosen() -> None:
    chosen = [_filed("r3-1"), replace(_filed("r1-1"), end=ENDED), _filed("r2-1", "email")]
    forms = {_FORM.id: _FORM}
    rows = listed(chosen, forms)
    assert ([row.document for row in rows.rows], rows.of) == (
        ["r1-1.pdf", "r2-1.pdf", "r3-1.pdf"],
        3,
    )
    later = listed(chosen, forms, start=1, most=1)
    assert ([row.subject for row in later.rows], later.of) == (["r2-1"], 3)
    assert [row.subject for row in listed(chosen, forms, Filters(text="r3-1")).rows] == ["r3-1"]
    assert listed(chosen, {}).of == 0
