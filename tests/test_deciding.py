"""What a person decides, and what follows from it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from builders import doubtful, reading, registration, unread
from desks import Inbox, fiche
from hypothesis import given, settings
from hypothesis import strategies as st
from judged import ASK_ALL, LENIENT, confirm, correct, illegible, settle

from pipeline.config import Settings
from pipeline.decisions import Act, Decision, Filed
from pipeline.forms.schema import Form, load_form
from pipeline.french import AGREED, SENDER
from pipeline.judging.deciding import further_line, with_added
from pipeline.judging.doubts import doubts
from pipeline.judging.judge import judge
from pipeline.judging.reconcile import reconcile
from pipeline.paths import FORMS
from pipeline.records import Candidate, Finding, Origin, Registration, Rejection, Severity, Status
from pipeline.review.pictures import Pictures
from pipeline.store import Store
from pipeline.web.desk import Desk
from tests.pages import words

_FORM = load_form(FORMS / "mais-2018-02-02")
_STRUCK = Finding("not_struck_out", Severity.REVIEW, ("email",), said="email : texte barré.")
_STRAY = Finding("no_stray_ink", Severity.REVIEW, said="Écriture en dehors des zones prévues.")
_ASKING_TOO_MUCH = registration(total=9000)


def _decided(given: Registration) -> Registration:
    """The registration as a run leaves it."""
    return judge(given, _FORM, LENIENT)


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
    done = correct(registration(), _FORM, "personnes.3", "Ana Lima")
    assert [r.text for r in done.repeated("personnes")] == ["Zoé MARTIN", "Luc PETIT", "Ana Lima"]
    added = _reading(done, "personnes.3")
    assert added.box_mm == _FORM.zone("personnes").lines[2]
    assert (added.origin, added.status, added.page) == (Origin.HUMAN, Status.CORRECTED, 2)
    assert _reading(done, "etudiants").value == 1
    assert [r.field for r in done.readings].index("personnes.3") == 5
    beyond = correct(done, _FORM, "personnes.5", "Éva Roy")
    assert _reading(beyond, "personnes.5").box_mm is None


def test_people_are_added_behind_the_last_as_many_as_there_are() -> None:
    given = registration()
    assert further_line(given, _FORM) == ("personnes.3",)
    asked = with_added(
        given, _FORM, ["personnes.5", "personnes.1", "total.2", "repas", "personnes.0"]
    )
    assert {r.field for r in asked.readings} - {r.field for r in given.readings} == {"personnes.5"}
    assert _reading(asked, "personnes.1") == _reading(given, "personnes.1")
    assert _reading(asked, "personnes.5").reason.startswith("Personne ajoutée")
    assert asked.named == given.named
    assert further_line(asked, _FORM) == ("personnes.6",)
    for n in range(3, 15):
        (field,) = further_line(given, _FORM)
        given = correct(given, _FORM, field, f"Ana{n} Lima")
    assert [r.text for r in given.named][2:] == [f"Ana{n} Lima" for n in range(3, 15)]
    assert _reading(given, "etudiants").value == 12
    nobody = _FORM.model_copy(update={"people": None})
    assert further_line(given, nobody) == ()


@pytest.mark.parametrize(
    "field", ["personnes.01", "personnes.1000", "personnes.", "personnes", "x.1"]
)
def test_no_line_is_added_that_is_none(field: str) -> None:
    with pytest.raises(ValueError, match="n'a pas de champ"):
        correct(registration(), _FORM, field, "Ana Lima")


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
    assert not finding.asks
    assert words(finding).endswith("Réglé : erreur de l'expéditeur.")


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
    assert correct(given, _FORM, "total", "84,20").status is Status.ACCEPTED
    strict = correct(given, _FORM, "total", "84,20", gate=ASK_ALL)
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


def test_what_the_store_adds_is_settled_like_any_other_finding() -> None:
    again = Finding("not_replaced", Severity.REVIEW, said="Garder les deux fiches ?")
    given = _decided(registration(findings=(again,)))
    assert given.status is Status.REVIEW
    assert settle(given, _FORM, "not_replaced", "vu").status is Status.ACCEPTED


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


_CAMP = Form.model_validate(
    {
        "id": "camp",
        "title": "Camp d'été",
        "folder": "camp",
        "event": {"name": "Camp", "date": "2019-07-06", "place": "Le lac"},
        "organiser": {"name": "Les Voisins", "email": "camp@exemple.fr"},
        "zones": [
            {"field": "groupe", "type": "organisation", "page": 1, "lines_mm": [[10, 10, 80, 9]]},
            {
                "field": "campeurs",
                "type": "person",
                "page": 1,
                "repeated": True,
                "lines_mm": [[10, 20 + 10 * n, 80, 9] for n in range(3)],
            },
            *(
                {"field": name, "type": kind, "page": 1, "lines_mm": [[10, 60 + 10 * n, 40, 9]]}
                for n, (name, kind) in enumerate(
                    [
                        ("tentes", "count"),
                        ("premier_jour", "count"),
                        ("dernier_jour", "count"),
                        ("rappel", "count"),
                        ("prix", "amount"),
                        ("montant", "amount"),
                    ]
                )
            ),
        ],
        "people": {"named": "campeurs", "counted": ["tentes"], "uncounted": "sous_le_toit"},
        "constraints": [
            {"kind": "at_most", "field": "tentes", "limit": "campeurs"},
            {"kind": "in_order", "fields": ["premier_jour", "dernier_jour"]},
            {"kind": "equal", "fields": ["tentes", "rappel"], "message": "Le rappel diffère."},
            {"kind": "product", "total": "montant", "of": ["tentes", "prix"]},
            {"kind": "check_digits", "field": "groupe", "scheme": "siren"},
        ],
    }
)
_KEPT_TO = {
    "groupe": "732829320",
    "campeurs.1": "Awa DIOP",
    "campeurs.2": "Théo GARCIA",
    "tentes": "2",
    "premier_jour": "6",
    "dernier_jour": "8",
    "rappel": "2",
    "prix": "15",
    "montant": "30",
}


def _typed(**told: str) -> Registration:
    given = Registration(_CAMP.id, 1, (), roles=_CAMP.roles)
    for field, text in {**_KEPT_TO, **told}.items():
        given = correct(given, _CAMP, field, text)
    return given


def _asked(given: Registration) -> list[str]:
    return [doubt.name for doubt in doubts(_filed(given), _CAMP)]


def test_a_fiche_that_keeps_to_its_form_is_accepted_as_it_is_typed() -> None:
    assert _typed().status is Status.ACCEPTED
    assert _typed().findings == ()


@pytest.mark.parametrize(
    ("told", "rules"),
    [
        ({"premier_jour": "9"}, ["in_order_holds"]),
        ({"rappel": "1"}, ["equal_holds"]),
        ({"montant": "45"}, ["product_holds"]),
        ({"groupe": "732829321"}, ["check_digits_holds"]),
        (
            {"tentes": "3", "rappel": "3", "montant": "45"},
            ["at_most_holds", "no_more_counted_than_named"],
        ),
    ],
)
def test_what_a_person_types_against_the_form_waits_for_a_reason(
    told: dict[str, str], rules: list[str]
) -> None:
    given, corrected = _typed(**told), _typed()
    for field, text in told.items():
        corrected = correct(corrected, _CAMP, field, text)
    for broken in (given, corrected):
        assert broken.status is Status.REVIEW
        assert _asked(broken) == rules
        for rule in rules:
            broken = settle(broken, _CAMP, rule, SENDER)
        assert broken.status is Status.ACCEPTED
        assert {finding.settled for finding in broken.findings} == {SENDER}
        assert confirm(broken, _CAMP, "prix").status is Status.ACCEPTED
        assert correct(broken, _CAMP, next(iter(told)), _KEPT_TO[next(iter(told))]).status is (
            Status.REVIEW if len(told) > 1 else Status.ACCEPTED
        )


def test_a_total_of_what_nobody_can_read_waits_for_a_reason_too() -> None:
    given = illegible(_typed(), _CAMP, "prix")
    assert _asked(given) == ["product_holds"]
    assert settle(given, _CAMP, "product_holds", AGREED).status is Status.ACCEPTED
    assert correct(given, _CAMP, "prix", "15").status is Status.ACCEPTED


def test_a_settled_constraint_opens_again_for_other_values_even_in_the_same_words() -> None:
    settled = settle(_typed(rappel="1"), _CAMP, "equal_holds", SENDER)
    assert settled.status is Status.ACCEPTED
    assert _asked(correct(settled, _CAMP, "rappel", "0")) == ["equal_holds"]


def test_confirming_what_the_run_held_against_the_form_does_not_settle_it() -> None:
    read = replace(_typed(), findings=(), readings=tuple(
        replace(r, origin=Origin.OCR, status=Status.ACCEPTED) for r in _typed(rappel="1").readings
    ))  # fmt: skip
    given = judge(reconcile(read, _CAMP), _CAMP, LENIENT)
    assert _asked(given) == ["tentes", "rappel"]
    for field in _asked(given):
        given = confirm(given, _CAMP, field)
    assert _asked(given) == ["equal_holds"]


def test_a_constraint_broken_at_the_desk_keeps_a_fiche_in_review(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    inbox.add("a.png", fiche())
    inbox.add("b.png", rejection=Rejection("no-form", "Aucune fiche."))
    typed = {"personnes.1": "Awa DIOP", "adherents": "1", "repas": "5", "total": "90,50"}
    rest = dict.fromkeys(("organisation", "email", "telephone", "non_adherents", "paiement"), "")
    five = Registration(_FORM.id, 1, (), roles=_FORM.roles)
    for field, text in {**rest, **typed}.items():
        five = correct(five, _FORM, field, text)
    with Store.open(inbox.url) as store:
        (one,) = store.refused()
        keyed = store.key_in(one.subject, five, who="Zoé", seen=one.version)
        desk = Desk(store, {_FORM.id: _FORM}, Pictures(tmp_path, Settings()), inbox.out, ASK_ALL)
        (read,) = (f.subject for f in store.filed() if f.subject != keyed)
        for field, text in {"repas": "5", "total": "90,50"}.items():
            desk.act(
                read,
                (Decision(Act.CORRECT, field, text),),
                seen=desk.file(read)[0].version,
                who="Zoé",
            )
        held = {f.subject: f.registration for f in store.filed()}
        desk.close()
    for subject in (keyed, read):
        assert held[subject].status is Status.REVIEW
        assert "at_most_holds" in [f.rule for f in held[subject].findings]
