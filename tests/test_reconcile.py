"""The joint reading: same answer as brute force, sums repair counts, nothing written is lost."""

from dataclasses import replace
from functools import partial
from itertools import product
from math import prod
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from pipeline.forms.constraints import Constraint
from pipeline.forms.schema import Form, load_form
from pipeline.judging import reconcile as stage
from pipeline.judging.background import Background
from pipeline.judging.inference import marginals
from pipeline.judging.judge import broken_constraints, judge
from pipeline.judging.members import Members
from pipeline.judging.reconcile import reconcile
from pipeline.judging.sums import with_due
from pipeline.paths import FORMS
from pipeline.records import Backing, Candidate, FieldReading, Registration, Severity, Status
from tests.judged import accepting
from tests.pages import words

_FORM = load_form(FORMS / "mais-2018-02-02")
_ACCEPTS_ALL = accepting("count", "amount", "person", above=0.0)
_TARIFFS = {"adherents": 3000, "non_adherents": 4000, "repas": 1210}


def _reading(name: str, kind: str, candidates: dict[int, float]) -> FieldReading:
    listed = tuple(Candidate(v, str(v), p) for v, p in candidates.items())
    return FieldReading(name, kind, 1, None, "", listed)


def _registration(
    *, people: int, counts: dict[str, dict[int, float]], total: dict[int, float]
) -> Registration:
    named = tuple(
        FieldReading(
            f"personnes.{i + 1}", "person", 1, None, "", (Candidate("Zoé PETIT", "Zoé PETIT", 0.9),)
        )
        for i in range(people)
    )
    read = tuple(_reading(name, "count", found) for name, found in counts.items())
    readings = (*named, *read, _reading("total", "amount", total))
    return Registration("mais-2018-02-02", 1, readings, roles=_FORM.roles)


def _sure(**counts: int) -> dict[str, dict[int, float]]:
    return {name: {counts.get(name, 0): 0.98} for name in _TARIFFS}


def _value(registration: Registration, name: str) -> object:
    reading = registration.reading(name)
    assert reading is not None
    return reading.value


def test_a_sum_that_agrees_lifts_weak_readings_to_near_certainty() -> None:
    weak = {
        "adherents": {2: 0.6, 7: 0.4},
        "non_adherents": {1: 0.5, 7: 0.5},
        "repas": {3: 0.7, 8: 0.3},
    }
    done = reconcile(_registration(people=3, counts=weak, total={13630: 0.6, 73630: 0.3}), _FORM)
    assert [_value(done, n) for n in _TARIFFS] == [2, 1, 3]
    assert all(done.reading(n).confidence > 0.99 for n in (*_TARIFFS, "total"))  # type: ignore[union-attr]
    assert with_due(done, _FORM).total_due_cents == 13630


def test_a_misread_count_is_repaired_by_the_total() -> None:
    counts = {**_sure(adherents=1, repas=1), "repas": {1: 0.9, 0: 0.05}}
    done = reconcile(_registration(people=1, counts=counts, total={3000: 0.95}), _FORM)
    assert _value(done, "repas") == 0


def test_a_sum_against_the_writing_is_for_a_person_to_see() -> None:
    """One member, a slash for no other, and 10 too much: the false sum agrees with 0 + 1."""
    counts = {
        "adherents": {1: 0.966, 7: 0.015, 0: 0.012},
        "non_adherents": {1: 0.889, 0: 0.079},
        "repas": {0: 0.7, 1: 0.25},
    }
    done = reconcile(_registration(people=1, counts=counts, total={4000: 0.974}), _FORM)
    (finding,) = done.findings
    assert {"adherents", "non_adherents", "total"} <= set(finding.fields)
    assert finding.severity is Severity.REVIEW


def test_a_total_is_not_bent_to_the_sum() -> None:
    counts = _sure(adherents=1, repas=2)
    done = reconcile(
        _registration(people=2, counts=counts, total={5320: 0.42, 5520: 0.36, 5420: 0.004}), _FORM
    )
    assert _value(done, "total") == 5320
    assert with_due(done, _FORM).total_due_cents == 5420


def test_a_total_that_only_the_sum_prefers_is_for_a_person_to_see() -> None:
    counts = _sure(adherents=1, repas=2)
    done = reconcile(_registration(people=2, counts=counts, total={5320: 0.7, 5420: 0.2}), _FORM)
    assert _value(done, "total") == 5420
    assert [f.rule for f in done.findings] == ["reading_agrees_with_sum"]


def test_a_wrong_sum_stays_as_written_and_shows_its_gap() -> None:
    done = reconcile(_registration(people=3, counts=_sure(adherents=3), total={7790: 0.97}), _FORM)
    assert _value(done, "total") == 7790
    assert with_due(done, _FORM).total_due_cents == 9000
    assert with_due(done, _FORM).gap_cents == -1210


def test_people_named_and_not_counted_are_students() -> None:
    done = reconcile(
        _registration(people=3, counts=_sure(adherents=1, repas=2), total={5420: 0.97}), _FORM
    )
    assert _value(done, "etudiants") == 2


def test_more_counted_than_named_never_gives_negative_students() -> None:
    done = reconcile(
        _registration(people=1, counts=_sure(non_adherents=4), total={16000: 0.97}), _FORM
    )
    assert _value(done, "etudiants") == 0


def test_a_blurred_count_is_not_settled_by_a_sum_that_may_have_a_meal_too_many():
    counts = {"adherents": {1: 0.99}, "non_adherents": {0: 0.99}, "repas": {0: 0.7, 1: 0.25}}
    done = reconcile(_registration(people=1, counts=counts, total={4210: 0.97}), _FORM)
    reading = done.reading("repas")
    assert reading is not None
    assert 0.9 < reading.confidence < 0.99


_shares = st.dictionaries(st.integers(0, 4), st.floats(0.05, 1), min_size=1, max_size=3)
_totals = st.sampled_from([3000, 4000, 7000, 1210, 4210, 8210, 13630])


@settings(max_examples=25, deadline=None)
@given(
    st.lists(_shares, min_size=3, max_size=3),
    st.dictionaries(_totals, st.floats(0.05, 1), min_size=1, max_size=3),
    st.lists(st.floats(0.05, 0.95), min_size=1, max_size=2),
)
def test_the_joint_step_agrees_with_brute_force(
    shares: list[dict[int, float]], total: dict[int, float], dirty: list[float]
) -> None:
    """Two sums over all there may be: counts, total, and lines that may be people or dirt."""

    def normal(of_one: dict[int, float]) -> dict[int, float]:
        return {v: 0.95 * p / sum(of_one.values()) for v, p in of_one.items()}

    counts = dict(zip(_TARIFFS, map(normal, shares), strict=True))
    total = normal(total)
    registration = _registration(people=0, counts=counts, total=total)
    lines = tuple(_line(i, nobody=p) for i, p in enumerate(dirty, start=1))
    done = reconcile(replace(registration, readings=(*lines, *registration.readings)), _FORM)

    # Of what nobody proposed, half is dirt.
    dirt = {line.field: (p, 0.9 * p + 0.05) for line, p in zip(lines, dirty, strict=True)}
    least = 0.02 * total[next(iter(total))]
    total = {cents: p for cents, p in total.items() if p >= least}
    unseen = [set(range((len(lines) or 4) + 1)).difference(c) for c in counts.values()]
    small = [
        dict.fromkeys(values, max(1e-5, 0.5 * (1 - _sum(c)) / max(1, len(values))))
        for c, values in zip(counts.values(), unseen, strict=True)
    ]
    shares_of = [{**few, **c} for few, c in zip(small, counts.values(), strict=True)]
    options: list[dict[int | None, float]] = [
        *({**s, None: max(1e-6, 1 - _sum(s))} for s in shares_of),
        {**total, None: max(1e-6, 1 - _sum(total))},
        *({0: 0.9 * p + 0.1 * n, 1: 0.9 * (1 - p) + 0.1 * (1 - n)} for p, n in dirt.values()),
    ]
    found: dict[tuple[str, int | None], float] = {}
    for values in product(*options):
        weight = prod(of_one[value] for of_one, value in zip(options, values, strict=True))
        a, b, c, cents, *named = values
        people = sum(n or 0 for n in named)
        left = None if a is None or b is None else people - a - b
        weight *= 0.2 if left is None else 0.01 if left < 0 else 0.2**left
        weight *= 0.5 if c is None else 0.98 if c <= people else 0.02
        known = None not in (a, b, c, cents)
        due = sum((v or 0) * t for v, t in zip(values, _TARIFFS.values(), strict=False))
        off = abs((cents or 0) - due)
        left_out = [(v or 0) * t for v, t in zip(values, _TARIFFS.values(), strict=False)]
        slipped = off in _TARIFFS.values() or due - (cents or 0) in left_out
        agrees = 0.95 if off == 0 else 0.01 if slipped else 0.05 / 200
        weight *= agrees if known else 0.05 / 200
        uncounted = None if left is None else max(0, left)
        names = (*_TARIFFS, "total", *(f"personnes.{i + 1}" for i in range(len(dirty))))
        for name, value in (*zip(names, values, strict=True), ("etudiants", uncounted)):
            found[name, value] = found.get((name, value), 0.0) + weight
    whole = sum(w for (name, _), w in found.items() if name == "total")
    for reading in done.readings:
        assert sum(k.probability for k in reading.candidates) <= 1 + 1e-9
        for candidate in reading.candidates:
            if reading.type == "person":
                p, n = dirt[reading.field]
                is_name = int(bool(candidate.text))
                own, other = (0.9 * (1 - p), 0.1 * (1 - n)) if is_name else (0.9 * p, 0.1 * n)
                share = own / (own + other) * found[reading.field, is_name]
            else:
                assert not isinstance(candidate.value, str)
                share = found[reading.field, candidate.value]
            assert candidate.probability == pytest.approx(share / whole, abs=1e-5)


def _sum(shares: dict[int, float]) -> float:
    return sum(shares.values())


def _line(number: int, *, nobody: float, name: str = "Zoé PETIT") -> FieldReading:
    """A line that was read with 0.9 as nobody or as that one name."""
    candidates = (Candidate(name, name, 0.9 * (1 - nobody)), Candidate("", "", 0.9 * nobody))
    ordered = tuple(sorted(candidates, key=lambda c: -c.probability))
    return FieldReading(f"personnes.{number}", "person", 1, None, name, ordered)


def test_the_counts_tell_whether_a_line_is_a_person_or_dirt() -> None:
    clear, doubtful = _line(1, nobody=0.0), _line(2, nobody=0.6)
    shares = []
    for adherents in (1, 2):
        form = _registration(
            people=0, counts=_sure(adherents=adherents), total={3000 * adherents: 0.97}
        )
        form = replace(form, readings=(clear, doubtful, *form.readings))
        line = reconcile(form, _FORM).reading("personnes.2")
        assert line is not None
        shares.append(sum(c.probability for c in line.candidates if not c.text))
    assert shares[0] > 0.75 > 0.1 > shares[1]


def test_a_value_nobody_proposed_is_never_counted_as_certainty() -> None:
    """A count half unread, where nothing binds it: it stays half unread."""
    form = _FORM.model_copy(update={"sum": None, "people": None, "constraints": ()})
    counts = {**_sure(), "repas": {2: 0.5}}
    done = reconcile(_registration(people=1, counts=counts, total={0: 0.9}), form)
    assert done.reading("repas").confidence == 0.5  # type: ignore[union-attr]
    bound = reconcile(_registration(people=2, counts=counts, total={9990: 0.9}), _FORM)
    assert bound.reading("repas").confidence < 0.7  # type: ignore[union-attr]


def test_a_form_too_large_for_the_exact_way_is_weighed_alike() -> None:
    """The whole form, with an address, an organisation and a list of members."""
    counts = {"adherents": {1: 0.6, 7: 0.3}, "non_adherents": {1: 0.5, 0: 0.4}, "repas": {2: 0.7}}
    form = _registration(people=0, counts=counts, total={9420: 0.8, 3420: 0.1})
    lines = (_line(1, nobody=0.01, name="Zoé PETIT"), _line(2, nobody=0.4, name="Luc ROY"))
    texts = (
        FieldReading(
            "email", "email", 1, None, "", (Candidate("z.petit@a.fr", "z.petit@a.fr", 0.7),)
        ),
        FieldReading("organisation", "organisation", 1, None, "", (Candidate("A", "A", 0.7),)),
    )
    form = replace(form, readings=(*texts, *lines, *form.readings))
    known = Background(members=Members(frozenset({("petit", "zoe")})))
    exactly = reconcile(form, _FORM, known)
    with patch.object(stage, "marginals", partial(marginals, max_cells=1)):
        enumerated = reconcile(form, _FORM, known)
    for one, other in zip(exactly.readings, enumerated.readings, strict=True):
        assert one.text == other.text
        assert one.confidence == pytest.approx(other.confidence, abs=0.02)
        assert other.confidence <= one.confidence + 1e-9


def test_without_the_joint_step_each_field_stands_by_itself() -> None:
    counts = {**_sure(adherents=1, repas=1), "repas": {1: 0.9, 0: 0.05}}
    form = _registration(people=3, counts=counts, total={3000: 0.95})
    done = reconcile(form, _FORM, Background(without=("joint",)))
    assert [replace(r, backing=Backing.NOTHING) for r in done.readings[:-1]] == list(form.readings)
    backed = {r.field for r in done.readings if r.backing is not Backing.NOTHING}
    assert backed == {r.field for r in form.readings if r.type == "person"}
    assert _value(done, "etudiants") == 2
    assert with_due(done, _FORM).total_due_cents == 4210


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.integers(0, 3), min_size=3, max_size=3),
    st.integers(0, 4),
    st.integers(0, 40000),
    st.floats(0.7, 0.989),
    st.integers(0, 5),
)
def test_a_clearly_written_sum_that_is_wrong_is_never_accepted(
    written: list[int], people: int, cents: int, sure: float, misread: int
) -> None:
    """Whatever else the engine offers, and be it the very count that makes the sum agree."""
    counts = {
        name: {value: sure, **({misread: 0.99 - sure} if misread != value else {})}
        for name, value in zip(_TARIFFS, written, strict=True)
    }
    due = sum(v * t for v, t in zip(written, _TARIFFS.values(), strict=True))
    total = {cents: sure, **({due: 0.99 - sure} if cents != due else {})}
    form = _registration(people=people, counts=counts, total=total)
    done = judge(reconcile(form, _FORM), _FORM, _ACCEPTS_ALL)
    assert cents == due or done.status is Status.REVIEW


def _made_up(*constraints: dict[str, object]) -> Form:
    stated = [TypeAdapter(Constraint).validate_python(one) for one in constraints]
    return _FORM.model_copy(update={"sum": None, "people": None, "constraints": tuple(stated)})


def _texts(name: str, candidates: dict[str, float]) -> FieldReading:
    listed = tuple(Candidate(v, v, p) for v, p in candidates.items())
    return FieldReading(name, "iban", 1, None, "", listed)


def test_check_digits_choose_among_readings() -> None:
    form = _made_up({"kind": "check_digits", "field": "iban", "scheme": "iban"})
    right, wrong = "FR7642559000112102806540308", "FR7642559000112102806540303"
    read = Registration("made-up", 1, (_texts("iban", {wrong: 0.5, right: 0.45}),))
    done = reconcile(read, form)
    assert done.readings[0].text == right
    assert done.readings[0].confidence > 0.95
    assert done.findings == ()
    clear = reconcile(replace(read, readings=(_texts("iban", {wrong: 0.99}),)), form)
    assert clear.readings[0].text == wrong
    assert [f.rule for f in broken_constraints(clear, form)] == ["check_digits_holds"]


def test_dates_in_order_choose_among_readings() -> None:
    form = _made_up({"kind": "in_order", "fields": ["arrivee", "depart"]})
    arrival, departure = {"03/02/2018": 0.9}, {"01/02/2018": 0.5, "07/02/2018": 0.45}
    read = Registration("made-up", 1, (_texts("arrivee", arrival), _texts("depart", departure)))
    done = reconcile(read, form)
    assert done.readings[1].text == "07/02/2018"
    assert done.readings[1].confidence > 0.85


def test_equal_fields_and_products_lift_each_other() -> None:
    form = _made_up(
        {"kind": "equal", "fields": ["nuits", "rappel"]},
        {"kind": "product", "total": "montant", "of": ["nuits", "prix"]},
    )
    readings = (
        _reading("nuits", "count", {2: 0.5, 7: 0.45}),
        _reading("rappel", "count", {7: 0.6, 1: 0.3}),
        _reading("prix", "amount", {4500: 0.7, 4600: 0.2}),
        _reading("montant", "amount", {31500: 0.8}),
    )
    done = reconcile(Registration("made-up", 1, readings), form)
    assert [r.value for r in done.readings] == [7, 7, 4500, 31500]
    assert all(r.confidence > 0.95 for r in done.readings)


def test_a_sum_of_many_counts_is_reconciled_too() -> None:
    """Nine counts of a dozen candidates each: too many for an exact answer, not for a good one."""
    names = [f"stage_{i}" for i in range(9)]
    form = _made_up(
        {"kind": "sum", "total": "total", "times": {n: 1000 + 70 * i for i, n in enumerate(names)}}
    )
    readings = tuple(_reading(n, "count", {1: 0.7, 7: 0.25}) for n in names[:5])
    readings += tuple(_reading(n, "count", {0: 0.95}) for n in names[5:])
    due = sum(1000 + 70 * i for i in range(5))
    readings += (_reading("total", "amount", {due: 0.9}),)
    done = reconcile(Registration("made-up", 1, readings), form)
    assert [r.value for r in done.readings] == [1] * 5 + [0] * 4 + [due]
    assert all(0.9 < r.confidence <= 1.0 for r in done.readings)


def test_more_meals_than_people_goes_to_review() -> None:
    done = reconcile(
        _registration(people=1, counts=_sure(adherents=1, repas=2), total={5420: 0.97}), _FORM
    )
    (finding,) = broken_constraints(done, _FORM)
    assert (finding.rule, finding.fields, finding.facts) == ("at_most_holds", ("repas",), (2, 1))
    assert words(finding) == "Repas : 2 pour 1 personne(s) nommée(s)."


def test_the_form_may_word_a_finding_itself() -> None:
    stated = {"kind": "at_most", "field": "a", "limit": "b", "message": "Trop de a."}
    readings = (_reading("a", "count", {3: 0.99}), _reading("b", "count", {2: 0.99}))
    done = reconcile(Registration("made-up", 1, readings), _made_up(stated))
    broken = broken_constraints(done, _made_up(stated))
    assert [(words(f), f.facts) for f in broken] == [("Trop de a.", (3, 2))]


def test_ink_that_spells_no_name_does_not_make_a_student() -> None:
    """A blot on the third line: the counts say that one person came, and pay for one."""
    counts = _sure(adherents=1)
    form = _registration(people=1, counts=counts, total={3000: 0.97})
    blot = FieldReading("personnes.2", "person", 1, None, "", tuple(_few({"LO": 0.04, "g": 0.03})))
    done = reconcile(replace(form, readings=(*form.readings, blot)), _FORM)
    assert _value(done, "etudiants") == 0


def _few(shares: dict[str, float]) -> list[Candidate]:
    return [Candidate(text, text, p) for text, p in shares.items()]


def test_a_blank_count_is_in_doubt_where_the_total_is_one_of_it_more() -> None:
    """A stroke too faint to be seen, or a sender who adds a meal: neither can be told."""
    counts = {**_sure(adherents=1), "repas": {0: 0.98}}
    done = reconcile(_registration(people=1, counts=counts, total={4210: 0.97}), _FORM)
    assert _value(done, "repas") == 0
    assert done.reading("repas").confidence < 0.9  # type: ignore[union-attr]
    agreeing = reconcile(_registration(people=1, counts=counts, total={3000: 0.97}), _FORM)
    assert agreeing.reading("repas").confidence > 0.999  # type: ignore[union-attr]


def test_a_line_left_out_of_the_sum_is_no_reason_to_read_a_clear_count_as_nothing() -> None:
    counts = {"adherents": {2: 0.99}, "non_adherents": {0: 0.99}, "repas": {2: 0.87, 0: 0.11}}
    form = _registration(people=2, counts=counts, total={6000: 0.99})
    done = reconcile(form, _FORM)
    meals = done.reading("repas")
    assert meals is not None
    assert meals.value == 2 or meals.posterior < 0.95
    assert judge(done, _FORM, _ACCEPTS_ALL).status is Status.REVIEW


def test_a_long_list_of_people_is_weighed_exactly_and_none_is_accepted_unweighed() -> None:
    counts = _sure(adherents=23)
    listed = Background(members=Members(frozenset({("petit", "zoe")})))
    form = _registration(people=24, counts=counts, total={23 * 3000: 0.99})
    done = reconcile(form, _FORM)
    assert _value(done, "adherents") == 23
    assert _value(done, "etudiants") == 1
    assert all(r.posterior > 0.99 for r in done.readings if r.field in _TARIFFS)
    with patch.object(stage, "marginals", partial(marginals, max_cells=1)):
        lost = reconcile(form, _FORM, listed)
    assert all(r.posterior < 0.9 for r in lost.readings if r.type == "count")


def test_what_is_left_blank_adds_nothing_to_a_sum() -> None:
    form = _made_up({"kind": "sum", "total": "c", "times": {"a": 1, "b": 1}})

    def amount(name: str, cents: int | None) -> FieldReading:
        text = "" if cents is None else f"{cents / 100:.2f}"
        return FieldReading(name, "amount", 1, None, "", (Candidate(cents, text, 0.95),))

    def rules(*cents: int | None) -> list[str]:
        readings = tuple(map(amount, "abc", cents))
        done = judge(reconcile(Registration("made-up", 1, readings), form), form, _ACCEPTS_ALL)
        return [f.rule for f in done.findings if f.rule != "every_page_is_there"]

    assert rules(1000, None, 1000) == []
    assert rules(1000, None, 2500) == ["sum_holds"]
    assert rules(1000, 500, None) == ["total_is_written"]
