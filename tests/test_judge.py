"""One judge: the same values are worth the same, however and in whatever order they came in."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from tempfile import TemporaryDirectory

from builders import outcome, reading, receipt, source
from hypothesis import given, settings
from hypothesis import strategies as st
from judged import ASK_ALL, LENIENT, confirm, correct, illegible, settle

from pipeline.decisions import Act, Change, Decision
from pipeline.forms import constraints
from pipeline.forms.schema import load_form
from pipeline.french import GAP, SENDER, finding_label
from pipeline.judging import duplicates
from pipeline.judging.deciding import apply
from pipeline.judging.judge import judge
from pipeline.judging.values import as_typed, position, type_of
from pipeline.paths import FORMS
from pipeline.records import Candidate, Finding, Origin, Registration, Severity, Status
from pipeline.store import Store

_FORM = load_form(FORMS / "mais-2018-02-02")
_EMPTY = Registration(_FORM.id, 2, (), roles=_FORM.roles)
_KNOWN = {
    "organisation": "Foyer du Chêne",
    "email": "accueil@foyer-du-chene.fr",
    "telephone": "02 40 12 34 56",
    "paiement": "virement",
}
_PEOPLE = ("Zoé MARTIN", "Luc PETIT", "Awa DIOP")
_ONE = {"people": 1, "adherents": 1, "non_adherents": 0, "repas": 1, "total": "42,10"}
_STRUCK = Finding("not_struck_out", Severity.REVIEW, ("repas",), said="repas : texte barré.")

_FILLINGS = st.fixed_dictionaries(
    {
        "people": st.integers(0, 3),
        "adherents": st.integers(0, 3),
        "non_adherents": st.integers(0, 2),
        "repas": st.integers(0, 5),
        "total": st.sampled_from(["", "30", "42,10", "84,20", "90,50", "126,30"]),
    }
)


def _values(filling: Mapping[str, int | str]) -> dict[str, str]:
    told = {name: str(value) for name, value in filling.items() if name != "people"}
    people = _PEOPLE[: int(filling["people"])]
    return {**_KNOWN, **{f"personnes.{n}": who for n, who in enumerate(people, 1)}, **told}


def _read(values: Mapping[str, str]) -> Registration:
    """What a machine reads without any doubt."""
    readings = []
    for field, text in values.items():
        candidate = replace(as_typed(_FORM, field, text), probability=1.0)
        kind = type_of(_FORM, field)
        readings.append(replace(reading(field, text), type=kind, candidates=(candidate,)))
    readings.sort(key=lambda r: position(_FORM, r.field))
    given = replace(_EMPTY, readings=tuple(readings))
    people = len(given.named)
    counted = sum(int(values[name]) for name in ("adherents", "non_adherents"))
    left = max(0, people - counted)
    uncounted = replace(
        reading("etudiants", str(left), left), type="count", origin=Origin.COMPUTED, box_mm=None
    )
    uncounted = replace(uncounted, candidates=(Candidate(left, str(left), 1.0),))
    return judge(replace(given, readings=(*given.readings, uncounted)), _FORM, LENIENT)


def _typed(values: Mapping[str, str], order: Sequence[str]) -> Registration:
    given = _EMPTY
    for field in order:
        given = correct(given, _FORM, field, values[field])
    return given


def _worth(given: Registration) -> object:
    """What it is judged to be, without who said it."""
    return (
        given.status,
        given.total_due_cents,
        given.findings,
        {(r.field, r.value, r.status is Status.REVIEW) for r in given.readings},
    )


@settings(deadline=None, max_examples=30)
@given(filling=_FILLINGS, random=st.randoms(use_true_random=False))
def test_the_order_in_which_values_are_typed_does_not_matter(filling, random) -> None:  # type: ignore[no-untyped-def]
    values = _values(filling)
    orders = [random.sample(list(values), len(values)) for _ in range(2)]
    one, other = (_typed(values, order) for order in orders)
    assert _worth(one) == _worth(other)


@settings(deadline=None, max_examples=30)
@given(filling=_FILLINGS)
def test_what_is_typed_is_judged_as_what_is_read(filling) -> None:  # type: ignore[no-untyped-def]
    values = _values(filling)
    read, typed = _read(values), _typed(values, list(values))
    unanswered = ("total_is_written", "one_box_is_ticked")  # a person who leaves it empty has said
    rules = [[f for f in of.findings if f.rule not in unanswered] for of in (read, typed)]
    assert rules[0] == rules[1]
    assert read.total_due_cents == typed.total_due_cents
    assert read.reading("etudiants").value == typed.reading("etudiants").value  # type: ignore[union-attr]
    if not any(f.rule in unanswered for f in read.findings):
        assert read.status is typed.status


@settings(deadline=None, max_examples=30)
@given(was=_FILLINGS, is_now=_FILLINGS, random=st.randoms(use_true_random=False))
def test_what_is_corrected_is_judged_as_what_is_typed_at_once(was, is_now, random) -> None:  # type: ignore[no-untyped-def]
    is_now = {**is_now, "people": was["people"]}
    before, after = _values(was), _values(is_now)
    corrected = _read(before)
    for field in random.sample(list(after), len(after)):
        corrected = correct(corrected, _FORM, field, after[field])
    assert _worth(corrected) == _worth(_typed(after, list(after)))


@settings(deadline=None, max_examples=30)
@given(filling=_FILLINGS, doubted=st.booleans(), asked=st.booleans())
def test_judging_again_changes_nothing(filling, doubted: bool, asked: bool) -> None:  # type: ignore[no-untyped-def]
    gate = ASK_ALL if asked else LENIENT
    given = replace(_read(_values(filling)), findings=(_STRUCK,) if doubted else ())
    once = judge(given, _FORM, gate)
    assert judge(once, _FORM, gate) == once
    half = confirm(once, _FORM, "repas", gate=gate)
    assert judge(half, _FORM, gate) == half


_STEPS = st.lists(
    st.one_of(
        st.just("undo"),
        st.tuples(st.just(Act.CORRECT), st.just("repas"), st.sampled_from(["0", "1", "5", "x"])),
        st.tuples(st.just(Act.CORRECT), st.just("total"), st.sampled_from(["42,10", "90", ""])),
        st.tuples(st.just(Act.CORRECT), st.just("personnes.2"), st.sampled_from(["Luc PETIT", ""])),
        st.tuples(st.just(Act.CONFIRM), st.sampled_from(["adherents", "repas"]), st.just("")),
        st.tuples(st.just(Act.ILLEGIBLE), st.just("total"), st.just("")),
        st.tuples(st.just(Act.SETTLE), st.just(GAP), st.just(SENDER)),
    ),
    max_size=8,
)


@settings(deadline=None, max_examples=25)
@given(filling=_FILLINGS, steps=_STEPS)
def test_what_is_undone_is_as_if_it_had_never_been_decided(filling, steps) -> None:  # type: ignore[no-untyped-def]
    """The store, after any decisions and undoings, holds what the decisions left make of it."""
    states = [_read(_values(filling))]
    with TemporaryDirectory() as folder, Store.open(f"sqlite:///{folder}/fiches.sqlite") as store:
        first = outcome(source("a.pdf"), states[0])
        store.record_received(receipt(first.source))
        store.record_outcome(first, reader="r", judge="j")
        for step in steps:
            (one,) = store.filed()
            if step == "undo":
                store.undo(who="Zoé")
                states = states[:-1] or states
            else:
                act, field, said = step
                value, reason = ("", said) if act is Act.SETTLE else (said, "")
                decision = Decision(act, field, value, reason)
                try:
                    after = apply(one.registration, _FORM, decision, gate=LENIENT)
                except ValueError:
                    continue
                store.decide([Change(one.subject, one.version, (decision,), after)], who="Zoé")
                states.append(after)
            assert _in_form_order(store.filed()[0].registration) == _in_form_order(states[-1])


def _in_form_order(held: Registration) -> Registration:
    readings = sorted(held.readings, key=lambda r: position(_FORM, r.field))
    return replace(held, readings=tuple(readings))


def test_five_meals_for_one_person_wait_for_a_person_however_they_came_in() -> None:
    values = _values(
        {"people": 1, "adherents": 1, "non_adherents": 0, "repas": 5, "total": "90,50"}
    )
    read, typed = _read(values), _typed(values, list(values))
    one = _read({**values, "repas": "1", "total": "42,10"})
    corrected = correct(correct(one, _FORM, "repas", "5"), _FORM, "total", "90,50")
    for fiche in (read, typed, corrected):
        assert fiche.status is Status.REVIEW
        assert [f.rule for f in fiche.findings if f.asks] == ["at_most_holds"]
    assert settle(typed, _FORM, "at_most_holds", SENDER).status is Status.ACCEPTED
    again = correct(settle(typed, _FORM, "at_most_holds", SENDER), _FORM, "repas", "4")
    assert "at_most_holds" in [f.rule for f in again.findings if f.asks]


def test_a_settled_finding_stays_so_while_it_is_about_the_same_values() -> None:
    values = _values(
        {"people": 1, "adherents": 1, "non_adherents": 0, "repas": 1, "total": "90,50"}
    )
    fiche = settle(_typed(values, list(values)), _FORM, "total_matches_tariff", SENDER)
    assert fiche.status is Status.ACCEPTED
    assert correct(fiche, _FORM, "email", "autre@exemple.fr").status is Status.ACCEPTED
    assert illegible(fiche, _FORM, "total").status is Status.REVIEW
    back = correct(illegible(fiche, _FORM, "total"), _FORM, "total", "90,50")
    assert back.status is Status.REVIEW


def test_a_decision_leaves_what_another_gate_decided_about_other_fields() -> None:
    lenient = judge(_read(_values(_ONE)), _FORM, LENIENT)
    strict = replace(
        lenient,
        readings=tuple(
            replace(r, status=Status.REVIEW, reason="Lecture incertaine.")
            if r.field == "personnes.1"
            else r
            for r in lenient.readings
        ),
    )
    for gate in (ASK_ALL, LENIENT):
        for before in (lenient, strict):
            after = confirm(before, _FORM, "email", gate=gate)
            others = [r for r in after.readings if r.field != "email"]
            assert others == [r for r in before.readings if r.field != "email"]


def test_a_constraint_in_words_of_the_form_that_an_earlier_version_settled_is_asked_again() -> None:
    bond = _FORM.constraints[0].model_copy(update={"message": "Trop de repas."})
    form = _FORM.model_copy(update={"constraints": (bond,)})
    read = judge(_read(_values({**_ONE, "repas": 5, "total": "90,50"})), form, LENIENT)
    without_facts = tuple(replace(f, facts=(), settled=SENDER) for f in read.findings)
    assert judge(replace(read, findings=without_facts), form, LENIENT).status is Status.REVIEW


def test_titles_are_those_of_the_rules() -> None:
    assert {finding_label(rule) for rule in constraints.RULES} == {"Incohérence"}
    assert finding_label(duplicates.RULE) == "Même inscription ?"
