"""Each rule, and what is accepted."""

from dataclasses import replace

import pytest

from pipeline.fields.checkbox import read_marks
from pipeline.forms.schema import Form, load_form
from pipeline.judging.calibration import Gate, Map
from pipeline.judging.judge import judge
from pipeline.paths import FORMS
from pipeline.records import (
    Candidate,
    FieldReading,
    Finding,
    Quality,
    Registration,
    Severity,
    Status,
)
from tests.pages import words

_FORM = load_form(FORMS / "mais-2018-02-02")
_TYPES = {zone.type for zone in _FORM.zones}
_GATE = Gate(maps={}, thresholds=dict.fromkeys(_TYPES, 0.98), least_targets={})


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
    """A clean form whose boxes hold that much ink."""
    boxes = FieldReading("paiement", "checkbox", 1, None, "", read_marks(ink))
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
    both = judge(_marked(postal=0.3, virement=0.12), _FORM, _GATE)
    assert [words(f) for f in both.findings] == ["Paiement : plusieurs cases cochées."]
    assert both.status is Status.REVIEW
    reading = both.reading("paiement")
    assert reading is not None
    assert (reading.value, reading.text, reading.status) == (None, "", Status.REVIEW)
    assert reading.confidence < 0.5
    none = judge(_marked(postal=0.002, virement=0.0), _FORM, _GATE)
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
    gate = Gate(maps={}, thresholds=dict.fromkeys(_TYPES, 0.0), least_targets={})
    done = judge(_registration(total=7790), _FORM, gate)
    assert done.status is Status.REVIEW
    assert done.reading("total").status is Status.REVIEW  # type: ignore[union-attr]


def test_the_confidence_that_is_told_and_decides_is_the_calibrated_one() -> None:
    maps = {
        (kind, quality.value): Map(type=kind, quality=quality.value, a=1, b=1, c=-3)
        for kind in _TYPES
        for quality in Quality
    }
    gate = Gate(maps=maps, thresholds=dict.fromkeys(_TYPES, 0.98), least_targets={})
    done = judge(_registration(), _FORM, gate)
    reading = done.reading("email")
    assert reading is not None
    assert reading.posterior == 0.999
    assert reading.confidence == pytest.approx(0.9803, abs=1e-4)
    assert reading.status is Status.ACCEPTED
    strict = replace(gate, thresholds=dict.fromkeys(_TYPES, 0.99))
    reading = judge(_registration(), _FORM, strict).reading("email")
    assert reading is not None
    assert (reading.status, reading.reason) == (Status.REVIEW, "Lecture incertaine (98%).")


def test_a_reading_that_is_nearly_certain_is_not_told_as_certain() -> None:
    gate = Gate(maps={}, thresholds={}, least_targets={})
    reading = judge(_registration(), _FORM, gate).reading("email")
    assert reading is not None
    assert reading.reason == "Lecture incertaine (99%)."
