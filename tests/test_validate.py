"""Each rule, and what is accepted."""

from dataclasses import replace

import pytest

from pipeline.fields import Mark
from pipeline.fields.checkbox import TYPE
from pipeline.forms.schema import Form, load_form
from pipeline.judging.calibration import Map
from pipeline.judging.error_class import ErrorClass
from pipeline.judging.judge import judge
from pipeline.paths import FORMS
from pipeline.records import (
    Backing,
    Candidate,
    FieldReading,
    Finding,
    Quality,
    Registration,
    Severity,
    Status,
)
from tests.judged import ASK_ALL, accepting
from tests.pages import words

_FORM = load_form(FORMS / "mais-2018-02-02")
_TYPES = {zone.type for zone in _FORM.zones}
_GATE = accepting(*_TYPES, above=0.98)


def _reading(name: str, kind: str, value: str | int | None, p: float = 0.999) -> FieldReading:
    text = "" if value is None else str(value)
    return FieldReading(name, kind, 1, None, text, (Candidate(value, text, p),))


def _registration(**changes: str | int | None) -> Registration:
    values: dict[str, tuple[str, str | int | None]] = {
        "organisation": ("organisation", "Foyer du Chêne"),
        "email": ("email", "a@exemple.fr"),
        "telephone": ("phone", "0240123456"),
        "adherents": ("count", 1),
        "non_adherents": ("count", 0),
        "repas": ("count", 1),
        "total": ("amount", 4210),
        "paiement": ("checkbox", "postal"),
    }
    readings = [
        _reading(name, kind, changes.get(name, value)) for name, (kind, value) in values.items()
    ]
    readings.append(_reading("personnes.1", "person", "Zélie MARCHAND"))
    due = sum(
        (changes.get(n, values[n][1]) or 0) * t  # type: ignore[operator]
        for n, t in (("adherents", 3000), ("non_adherents", 4000), ("repas", 1210))
    )
    return Registration(
        "mais-2018-02-02", 1, tuple(readings), total_due_cents=due, roles=_FORM.roles
    )


def _marked(**ink: float) -> Registration:
    """A clean form whose boxes hold that much ink, in mm²."""
    marks = {option: Mark(mm2) for option, mm2 in ink.items()}
    boxes = FieldReading("paiement", "checkbox", 1, None, "", TYPE.read_marks(marks))
    return _registration().replacing(boxes)


def _rules(registration: Registration) -> set[str]:
    return {f.rule for f in judge(registration, _FORM, _GATE).findings}


def test_a_clean_form_is_accepted_without_a_finding() -> None:
    done = judge(_registration(), _FORM, _GATE)
    assert done.findings == ()
    assert done.status is Status.ACCEPTED
    assert all(r.status is Status.ACCEPTED for r in done.readings)


def test_a_total_that_does_not_add_up_is_never_accepted() -> None:
    done = judge(_registration(total=7790), _FORM, _GATE)
    assert done.status is Status.REVIEW
    finding = next(f for f in done.findings if f.rule == "total_matches_tariff")
    assert "77,90\u00a0€" in words(finding)
    assert "42,10\u00a0€" in words(finding)
    assert done.reading("total").status is Status.REVIEW  # type: ignore[union-attr]
    assert done.reading("adherents").status is Status.REVIEW  # type: ignore[union-attr]
    assert done.reading("email").status is Status.ACCEPTED  # type: ignore[union-attr]


def test_a_total_nobody_wrote_goes_to_review() -> None:
    assert "total_is_written" in _rules(_registration(total=None))


def test_a_form_that_names_nobody_goes_to_review() -> None:
    registration = _registration()
    bare = replace(registration, readings=registration.readings[:-1])
    assert "somebody_is_named" in _rules(bare)


def test_more_people_paid_for_than_named_goes_to_review() -> None:
    assert "no_more_counted_than_named" in _rules(_registration(adherents=3, total=10210))


def test_two_ticked_boxes_go_to_review_and_none_is_only_told() -> None:
    both = judge(_marked(postal=3.6, virement=1.4), _FORM, _GATE)
    assert [words(f) for f in both.findings] == ["Paiement : plusieurs cases cochées."]
    assert both.status is Status.REVIEW
    reading = both.reading("paiement")
    assert reading is not None
    assert (reading.value, reading.text, reading.status) == (None, "", Status.REVIEW)
    assert reading.confidence < 0.5
    none = judge(_marked(postal=0.02, virement=0.0), _FORM, _GATE)
    assert [(f.severity, words(f)) for f in none.findings] == [
        (Severity.INFO, "Paiement : aucune case cochée.")
    ]
    assert none.status is Status.ACCEPTED


def test_a_missing_page_goes_to_review() -> None:
    registration = _registration()
    cut = replace(registration, readings=registration.readings[1:])
    assert "every_page_is_there" in _rules(cut)


def _with_people_overleaf() -> Form:
    """The form, its people on a page of their own, and no arithmetic that would miss them."""
    zones = tuple(
        zone.model_copy(update={"page": 1}) if zone.repeated else zone for zone in _FORM.zones
    )
    return _FORM.model_copy(update={"zones": zones, "people": None})


def test_a_missing_page_that_holds_only_people_goes_to_review() -> None:
    form, both = _with_people_overleaf(), _registration()
    alone = replace(both, readings=both.readings[:-1])
    assert judge(both, form, _GATE).findings == ()
    (finding,) = judge(alone, form, _GATE).findings
    assert (finding.rule, finding.severity) == ("every_page_is_there", Severity.REVIEW)
    assert finding.fields == ("personnes",)


def test_a_page_where_nobody_is_named_is_not_missing() -> None:
    bare = replace(_registration(), readings=_registration().readings[:-1])
    assert "every_page_is_there" not in _rules(bare)


def test_a_doubtful_field_keeps_the_form_in_review_and_says_the_alternatives() -> None:
    registration = _registration()
    doubtful = FieldReading(
        "email",
        "email",
        1,
        None,
        "",
        (
            Candidate("a@exemple.fr", "a@exemple.fr", 0.6),
            Candidate("a@exempie.fr", "a@exempie.fr", 0.3),
        ),
    )
    done = judge(registration.replacing(doubtful), _FORM, _GATE)
    reading = done.reading("email")
    assert reading is not None
    assert reading.status is Status.REVIEW
    assert "a@exempie.fr" in reading.reason
    assert done.status is Status.REVIEW


def test_an_earlier_finding_for_review_keeps_the_form_in_review() -> None:
    stray = Finding("no_stray_ink", Severity.REVIEW, said="Écriture en dehors des zones prévues.")
    done = judge(replace(_registration(), findings=(stray,)), _FORM, _GATE)
    assert done.status is Status.REVIEW


def test_students_are_unsure_where_the_counts_are() -> None:
    students = _reading("etudiants", "count", 0, 0.9999)
    sure = _registration()
    sure = replace(sure, readings=(*sure.readings, students))
    doubtful = sure.replacing(_reading("adherents", "count", 1, 0.9))
    assert judge(sure, _FORM, _GATE).reading("etudiants").status is Status.ACCEPTED  # type: ignore[union-attr]
    reading = judge(doubtful, _FORM, _GATE).reading("etudiants")
    assert reading is not None
    assert reading.status is Status.REVIEW
    assert reading.reason == "Dépend de : adhérents."


def test_a_finding_wins_over_any_confidence() -> None:
    gate = accepting(*_TYPES, above=0.0)
    done = judge(_registration(total=7790), _FORM, gate)
    assert done.status is Status.REVIEW
    assert done.reading("total").status is Status.REVIEW  # type: ignore[union-attr]


def test_the_confidence_that_is_told_and_decides_is_the_calibrated_one() -> None:
    doubts_all = [
        Map(type="email", error=ErrorClass.IDENTITY, quality=q.value, a=1, b=1, c=-3, **cell)
        for q in Quality
        for cell in ({"typed": False, "backing": backing} for backing in Backing)
    ]
    gates = (accepting(*_TYPES, above=above, maps=doubts_all) for above in (0.98, 0.99))
    lenient, strict = (judge(_registration(), _FORM, gate).reading("email") for gate in gates)
    assert lenient is not None
    assert lenient.posterior == 0.999
    assert lenient.confidence == pytest.approx(0.9803, abs=1e-4)
    assert lenient.status is Status.ACCEPTED
    assert strict is not None
    assert (strict.status, strict.reason) == (Status.REVIEW, "Lecture incertaine.")


def test_a_reading_that_is_nearly_certain_is_not_told_as_certain() -> None:
    for reading in judge(_registration(), _FORM, ASK_ALL).readings:
        assert (reading.status, reading.reason) == (Status.REVIEW, "Lecture incertaine.")


# what is in doubt: who it is, or how it is spelled


def _named(*spelled: tuple[str, float]) -> FieldReading:
    """The person on the first line, as judged with 0.9 for each class of error."""
    listed = tuple(Candidate(text, text, p) for text, p in spelled)
    person = FieldReading("personnes.1", "person", 1, None, spelled[0][0], listed)
    done = judge(_registration().replacing(person), _FORM, accepting(*_TYPES, above=0.9))
    judged = done.reading("personnes.1")
    assert judged is not None
    return judged


def test_where_only_the_spelling_is_in_doubt_spellings_are_offered() -> None:
    judged = _named(("Zélie MARCHAND", 0.55), ("Zelie MARCHAND", 0.4), ("Zélie MARCHANT", 0.03))
    assert judged.status is Status.REVIEW
    assert judged.reason == "Orthographe incertaine ; peut-être : Zelie MARCHAND, Zélie MARCHANT."


def test_where_the_person_is_in_doubt_others_are_offered_and_no_spelling_of_the_same() -> None:
    judged = _named(("Zélie MARCHAND", 0.5), ("Zelie MARCHAND", 0.2), ("Zélie MARCHANT", 0.25))
    assert judged.status is Status.REVIEW
    assert judged.reason == "Lecture incertaine ; peut-être : Zélie MARCHANT."
    judged = _named(("Zélie M.", 0.5), ("Aurélie M.", 0.4))
    assert judged.reason == "Lecture incertaine ; peut-être : Aurélie M.", "one point ends both"


def test_a_person_who_is_sure_in_letters_and_spelling_is_accepted() -> None:
    judged = _named(("Zélie MARCHAND", 0.95), ("Zelie MARCHAND", 0.04))
    assert (judged.status, judged.reason) == (Status.ACCEPTED, "")


def test_a_spelling_that_was_never_proven_is_not_accepted_however_sure_the_letters() -> None:
    gate = accepting(*_TYPES, above=0.9)
    proven = {k: v for k, v in gate.thresholds.items() if k[0] is not ErrorClass.SPELLING}
    done = judge(_registration(), _FORM, replace(gate, thresholds=proven))
    for reading in done.readings:
        is_spelled = reading.type in ("person", "organisation")
        expected = (
            (Status.REVIEW, "Orthographe incertaine.") if is_spelled else (Status.ACCEPTED, "")
        )
        assert (reading.status, reading.reason) == expected
