"""The joint reading: same answer as brute force, sums repair counts, nothing written is lost."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.forms.schema import load_form
from pipeline.paths import FORMS
from pipeline.records import Candidate, FieldReading, Registration, Severity
from pipeline.stages import reconcile as stage
from pipeline.stages.reconcile import gap_cents, reconcile
from pipeline.stages.validate import min_confidence

_FORM = load_form(FORMS / "mais-2018-02-02")
_TARIFFS = {"adherents": 3000, "non_adherents": 4000, "repas": 1210}


def _reading(name: str, kind: str, candidates: dict[int, float]) -> FieldReading:
    listed = tuple(Candidate(v, str(v), p) for v, p in candidates.items())
    return FieldReading(name, kind, 1, None, "", listed)


def _registration(
    *, people: int, counts: dict[str, dict[int, float]], total: dict[int, float]
) -> Registration:
    named = tuple(
        FieldReading(f"personnes.{i + 1}", "person", 1, None, "", (Candidate("X Y", "X Y", 0.9),))
        for i in range(people)
    )
    read = tuple(_reading(name, "count", found) for name, found in counts.items())
    return Registration("mais-2018-02-02", 1, (*named, *read, _reading("total", "amount", total)))


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
    assert done.total_due_cents == 13630


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
    assert done.total_due_cents == 5420


def test_a_total_that_only_the_sum_prefers_is_for_a_person_to_see() -> None:
    counts = _sure(adherents=1, repas=2)
    done = reconcile(_registration(people=2, counts=counts, total={5320: 0.7, 5420: 0.2}), _FORM)
    assert _value(done, "total") == 5420
    assert [f.rule for f in done.findings] == ["reading_agrees_with_sum"]


def test_a_wrong_sum_stays_as_written_and_shows_its_gap() -> None:
    done = reconcile(_registration(people=3, counts=_sure(adherents=3), total={7790: 0.97}), _FORM)
    assert _value(done, "total") == 7790
    assert done.total_due_cents == 9000
    assert gap_cents(done, _FORM) == -1210


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
    assert 0.9 < reading.confidence < min_confidence("count")


_shares = st.dictionaries(st.integers(0, 5), st.floats(0.05, 1), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(
    _shares,
    _shares,
    _shares,
    st.dictionaries(
        st.sampled_from([3000, 4000, 7000, 1210, 4210, 8210, 13630]), st.floats(0.05, 1), min_size=1
    ),
    st.integers(0, 4),
)
def test_the_joint_step_agrees_with_brute_force(
    a: dict[int, float], b: dict[int, float], c: dict[int, float], t: dict[int, float], people: int
) -> None:
    def normal(shares: dict[int, float]) -> dict[int, float]:
        return {v: 0.95 * p / sum(shares.values()) for v, p in shares.items()}

    counts = dict(zip(_TARIFFS, map(normal, (a, b, c)), strict=True))
    total = normal(t)
    done = reconcile(_registration(people=people, counts=counts, total=total), _FORM)

    small = dict.fromkeys(range((people or 4) + 1), stage._FLOOR)
    weights: dict[tuple[int, ...], float] = {}
    for values in product(*({**small, **counts[name]} for name in _TARIFFS)):
        weight = 1.0
        for name, value in zip(_TARIFFS, values, strict=True):
            weight *= {**small, **counts[name]}[value]
        rest = people - values[0] - values[1]
        weight *= stage._P_TOO_MANY_COUNTED if rest < 0 else stage._P_UNCOUNTED**rest
        weight *= stage._P_MORE_THAN_PEOPLE if values[2] > people else 1.0
        due = sum(v * tariff for v, tariff in zip(values, _TARIFFS.values(), strict=True))
        slips = dict.fromkeys(_TARIFFS.values(), stage._P_SLIP) | {0: 1 - stage._P_WRONG_SUM}
        agreed = sum(
            p * slips.get(abs(cents - due), stage._P_EACH_WRONG_SUM) for cents, p in total.items()
        )
        weights[values] = weight * (agreed + 0.05 * stage._P_EACH_WRONG_SUM)
    whole = sum(weights.values())
    for i, name in enumerate(_TARIFFS):
        reading = done.reading(name)
        assert reading is not None
        assert sum(k.probability for k in reading.candidates) == pytest.approx(1, abs=1e-4)
        for candidate in reading.candidates:
            share = sum(w for values, w in weights.items() if values[i] == candidate.value) / whole
            assert candidate.probability == pytest.approx(share, abs=1e-6)
