"""What a person decides, and what follows from it."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from builders import doubtful, reading, registration, unread
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.calibration import Gate
from pipeline.decisions import Filed
from pipeline.forms.schema import load_form
from pipeline.paths import FORMS
from pipeline.records import Candidate, Finding, Origin, Registration, Severity, Status
from pipeline.review.deciding import add_line, closed, confirm, correct, illegible, settle
from pipeline.review.doubts import doubts
from pipeline.review.labels import SENDER
from pipeline.stages.validate import decide, validate

_FORM = load_form(FORMS / "mais-2018-02-02")
_TYPES = {zone.type for zone in _FORM.zones} | {"text"}
_LENIENT = Gate(maps={}, thresholds=dict.fromkeys(_TYPES, 0.9), least_targets={})
_STRUCK = Finding("not_struck_out", Severity.REVIEW, "email : texte barré.", ("email",))
_STRAY = Finding("no_stray_ink", Severity.REVIEW, "Écriture en dehors des zones prévues.")
_ASKING_TOO_MUCH = registration(total=9000)


def _decided(given: Registration) -> Registration:
    """The registration as a run leaves it."""
    return decide(validate(given, _FORM), _FORM, _LENIENT)


def _filed(given: Registration) -> Filed:
    return Filed("r1-1", "abc-1", 1, 0, given, ())


def _names(given: Registration) -> list[str]:
    return [doubt.name for doubt in doubts(_filed(given), _FORM)]


def _reading(given: Registration, field: str):  # type: ignore[no-untyped-def]
    found = given.reading(field)
    assert found is not None
    return found


def test_what_was_read_is_confirmed_and_closes_the_form() -> None:
    doubted = registration(more=(doubtful("personnes.2"),))
    done = confirm(doubted, _FORM, "personnes.2")
    person = _reading(done, "personnes.2")
    assert (person.text, person.origin, person.status) == ("Luc", Origin.HUMAN, Status.ACCEPTED)
    assert person.candidates == (Candidate("Luc", "Luc", 1.0),)
    assert (person.reason, person.confidence) == ("", 1.0)
    assert done.status is Status.ACCEPTED


def test_another_text_is_a_correction_and_the_same_one_a_confirmation() -> None:
    doubted = registration(more=(doubtful("personnes.2"),))
    assert _reading(correct(doubted, _FORM, "personnes.2", "Lue"), "personnes.2").status is (
        Status.CORRECTED
    )
    same = correct(doubted, _FORM, "personnes.2", "  Luc ")
    assert same == confirm(doubted, _FORM, "personnes.2")


def test_a_correction_that_is_confirmed_stays_one() -> None:
    once = correct(registration(), _FORM, "personnes.2", "Luce PETIT")
    again = confirm(once, _FORM, "personnes.2")
    assert _reading(again, "personnes.2").status is Status.CORRECTED


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("repas", 0, "0"),
        ("total", None, ""),
        ("email", "", ""),
        ("telephone", "", ""),
        ("personnes.1", "", ""),
        ("paiement", "", ""),
    ],
)
def test_nothing_typed_means_that_nothing_is_written(
    field: str, value: str | int | None, text: str
) -> None:
    done = _reading(correct(registration(), _FORM, field, " "), field)
    assert (done.value, done.text, done.status) == (value, text, Status.CORRECTED)
    assert done.candidates


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("repas", "deux", 2),
        ("total", "1 136,3", 113630),
        ("email", "Zoe@Exemple.FR", "zoe@exemple.fr"),
        ("telephone", "02.99.00.00.01", "0299000001"),
        ("paiement", "Postal", "postal"),
    ],
)
def test_values_are_read_as_people_type_them(field: str, typed: str, value: str | int) -> None:
    assert _reading(correct(registration(), _FORM, field, typed), field).value == value


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("repas", "beaucoup", "pas un nombre"),
        ("total", "cher", "pas un montant"),
        ("email", "zoe", "pas une adresse"),
        ("telephone", "12", "pas un numéro"),
        ("paiement", "troc", "Choisir : postal, virement"),
        ("personne", "Zoé", "pas de champ"),
    ],
)
def test_what_cannot_be_such_a_value_is_refused_in_words(field: str, typed: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        correct(registration(), _FORM, field, typed)


def test_what_nobody_can_read_is_unknown_and_a_sum_it_hides_needs_a_reason() -> None:
    given = _decided(registration(more=(unread("total"),)))
    done = illegible(given, _FORM, "total")
    total = _reading(done, "total")
    assert (total.candidates, total.status) == ((), Status.CORRECTED)
    assert [(f.rule, f.severity) for f in done.findings] == [
        ("total_is_written", Severity.INFO),
        ("total_matches_tariff", Severity.REVIEW),
    ]
    assert done.status is Status.REVIEW
    assert settle(done, _FORM, "total_matches_tariff", "agreed").status is Status.ACCEPTED


def test_counts_decide_what_is_due_and_how_many_students_there_are() -> None:
    done = correct(registration(), _FORM, "adherents", "1")
    assert done.total_due_cents == 3000 + 2 * 1210
    assert _reading(done, "etudiants").value == 1
    unknown = illegible(registration(), _FORM, "adherents")
    assert unknown.total_due_cents is None
    assert _reading(unknown, "etudiants").candidates == ()


def test_a_person_who_says_how_many_students_there_are_is_right() -> None:
    done = correct(correct(registration(), _FORM, "etudiants", "2"), _FORM, "adherents", "1")
    assert _reading(done, "etudiants").value == 2


def test_a_person_more_on_the_form_is_a_line_in_its_place() -> None:
    done = add_line(registration(), _FORM, "personnes.3", "Ana Lima")
    assert [r.text for r in done.repeated("personnes")] == ["Zoé MARTIN", "Luc PETIT", "Ana Lima"]
    added = _reading(done, "personnes.3")
    assert added.box_mm == _FORM.zone("personnes").lines[2]
    assert (added.origin, added.status, added.page) == (Origin.HUMAN, Status.CORRECTED, 2)
    assert _reading(done, "etudiants").value == 1
    assert [r.field for r in done.readings].index("personnes.3") == 5
    beyond = correct(done, _FORM, "personnes.5", "Éva Roy")
    assert _reading(beyond, "personnes.5").box_mm is None


def test_a_form_is_typed_from_nothing() -> None:
    given = Registration(_FORM.id, 1, (), roles=_FORM.roles)
    typed = {"organisation": "ESAT", "email": "", "telephone": "", "personnes.1": "Zoé MARTIN"}
    typed |= {"personnes.2": "Luc PETIT", "adherents": "1", "non_adherents": "", "repas": "1"}
    for field, text in {**typed, "total": "42,10", "paiement": ""}.items():
        given = correct(given, _FORM, field, text)
    assert given.status is Status.ACCEPTED
    assert (given.total_due_cents, _reading(given, "etudiants").value) == (4210, 1)


def test_a_gap_is_asked_about_last_and_settled_with_a_reason() -> None:
    given = _decided(_ASKING_TOO_MUCH)
    assert _names(given) == ["adherents", "non_adherents", "repas", "total"]
    for field in _names(given):
        given = confirm(given, _FORM, field)
    (gap,) = doubts(_filed(given), _FORM)
    assert (gap.rule, gap.label, gap.field) == ("total_matches_tariff", "Écart", "")
    assert given.status is Status.REVIEW
    done = settle(given, _FORM, gap.rule, SENDER)
    assert done.status is Status.ACCEPTED
    (finding,) = done.findings
    assert finding.severity is Severity.INFO
    assert finding.message.endswith("Réglé : erreur de l'expéditeur.")


def test_a_settled_gap_opens_again_when_it_becomes_another() -> None:
    given = _decided(_ASKING_TOO_MUCH)
    for field in _names(given):
        given = confirm(given, _FORM, field)
    settled = settle(given, _FORM, "total_matches_tariff", SENDER)
    assert confirm(settled, _FORM, "email").status is Status.ACCEPTED
    assert correct(settled, _FORM, "repas", "1").status is Status.REVIEW
    assert correct(settled, _FORM, "total", "84,20").findings == ()


def test_fields_that_only_a_gap_held_back_pass_the_gate_once_it_is_gone() -> None:
    given = _decided(_ASKING_TOO_MUCH)
    assert correct(given, _FORM, "total", "84,20", gate=_LENIENT).status is Status.ACCEPTED
    strict = correct(given, _FORM, "total", "84,20")
    assert _names(strict) == ["adherents", "non_adherents", "repas"]
    assert _reading(strict, "repas").reason.startswith("Lecture incertaine")


def test_a_correction_that_breaks_the_sum_doubts_what_the_sum_had_confirmed() -> None:
    done = correct(_decided(registration()), _FORM, "total", "90")
    assert _names(done) == ["adherents", "non_adherents", "repas"]
    assert _reading(done, "repas").reason.startswith("Total écrit")


def test_what_reading_found_stands_until_its_fields_are_decided() -> None:
    given = _decided(registration(findings=(_STRUCK, _STRAY)))
    assert _names(given) == ["email", "no_stray_ink"]
    done = confirm(given, _FORM, "email")
    assert [finding.rule for finding in done.findings] == ["no_stray_ink"]
    done = settle(done, _FORM, "no_stray_ink", "une remarque sans objet")
    assert done.status is Status.ACCEPTED
    with pytest.raises(ValueError, match="plus à régler"):
        settle(done, _FORM, "no_stray_ink", SENDER)


def test_what_the_store_adds_each_time_is_settled_by_its_rule() -> None:
    again = Finding("not_replaced", Severity.REVIEW, "Garder les deux fiches ?")
    given = registration(findings=(again,))
    assert closed(given, _FORM).status is Status.REVIEW
    assert closed(given, _FORM, (("not_replaced", "vu"),)).status is Status.ACCEPTED
    filed = replace(_filed(given), settled=(("not_replaced", "vu"),))
    assert doubts(filed, _FORM) == ()


def test_students_are_no_doubt_of_their_own_while_the_counts_are() -> None:
    unsure = registration()
    unsure = unsure.replacing(replace(_reading(unsure, "etudiants"), status=Status.REVIEW))
    assert _names(unsure) == ["etudiants"]
    counted = replace(_reading(unsure, "adherents"), status=Status.REVIEW)
    assert _names(unsure.replacing(counted)) == ["adherents"]
    done = confirm(unsure.replacing(counted), _FORM, "adherents")
    assert _reading(done, "etudiants").status is Status.ACCEPTED


_FIELDS = ("email", "personnes.1", "personnes.2", "adherents", "repas", "total", "etudiants")
_STEPS: dict[str, Callable[[Registration, str], Registration]] = {
    "confirm": lambda given, field: confirm(given, _FORM, field),
    "illegible": lambda given, field: illegible(given, _FORM, field),
    "empty": lambda given, field: correct(given, _FORM, field, ""),
    "one": lambda given, field: correct(given, _FORM, field, "1"),
    "five": lambda given, field: correct(given, _FORM, field, "5"),
    "line": lambda given, _: correct(given, _FORM, "personnes.3", "Ana Lima"),
    "gap": lambda given, _: settle(given, _FORM, "total_matches_tariff", SENDER),
    "counts": lambda given, _: settle(given, _FORM, "no_more_counted_than_named", SENDER),
    "stray": lambda given, _: settle(given, _FORM, "no_stray_ink", SENDER),
}


@settings(deadline=None, max_examples=60)
@given(
    total=st.sampled_from([None, 8420, 9000]),
    findings=st.sets(st.sampled_from([_STRUCK, _STRAY])),
    steps=st.lists(
        st.tuples(st.sampled_from(sorted(_STEPS)), st.sampled_from(_FIELDS)), max_size=12
    ),
)
def test_no_decision_loses_a_reading_and_accepted_means_without_doubt(
    total: int | None, findings: set[Finding], steps: list[tuple[str, str]]
) -> None:
    doubted = (doubtful("personnes.2"), reading("repas", "2", 2))
    given = _decided(registration(total=total, findings=tuple(findings), more=doubted))
    for name, field in steps:
        before = given
        try:
            given = _STEPS[name](given, field)
        except ValueError:
            continue
        assert {r.field for r in before.readings} <= {r.field for r in given.readings}
        human = {r.field: r for r in before.readings if r.origin is Origin.HUMAN}
        kept = {f for f, r in human.items() if given.reading(f) == r}
        assert set(human) - kept <= {field, "personnes.3"}
        assert (given.status is Status.ACCEPTED) == (_names(given) == [])
    for _ in range(40):
        names = _names(given)
        if not names:
            break
        known = given.reading(names[0])
        given = confirm(given, _FORM, names[0]) if known else settle(given, _FORM, names[0], SENDER)
    assert given.status is Status.ACCEPTED
