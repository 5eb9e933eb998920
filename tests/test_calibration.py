"""Confidence becomes a probability, and what is accepted keeps the promise."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import Promise, Settings
from pipeline.errors import ConfigError
from pipeline.judging import calibration
from pipeline.judging.calibration import (
    Basis,
    Calibration,
    Curve,
    Made,
    Map,
    Proof,
    Step,
    Tally,
    Writing,
)
from pipeline.judging.error_class import EMPTY, ErrorClass, classes_of, error_class
from pipeline.judging.gate import Gate, writing_of
from pipeline.rates import upper_bound
from pipeline.records import Backing, Candidate, FieldReading, Origin, Quality
from tests.judged import accepting

MONEY, IDENTITY, SPELLING = ErrorClass
ANY, PRINT, HAND, NONE = Writing
KINDS = ("count", "amount", "email", "person")

BASIS = Basis(engine="ppocr", weights="w", learned="", code="c", without=())
MADE = Made(date="2018-02-02", form="f", drawn=9, seed=0, labelled=0, basis=BASIS)
PROBABILITIES = st.floats(0, 1)
MAPS = st.builds(
    Map,
    type=st.just("count"),
    error=st.just(ErrorClass.MONEY),
    a=st.floats(0, 5),
    b=st.floats(0.05, 5),
    c=st.floats(-5, 5),
)
SHARES = st.floats(0.0005, 0.3)


@st.composite
def curves(draw: st.DrawFn) -> Curve:
    """Of any class: each step accepts what the one before it does, and more."""
    accepted, wrong, steps = 0, 0, []
    for k in range(draw(st.integers(0, 8))):
        more = draw(st.integers(0, 4000))
        accepted, wrong = accepted + more, wrong + min(more, draw(st.integers(0, 6)))
        steps.append(_step(1 - k / 10, count=(accepted, wrong)))
    return _curve(draw(st.sampled_from(ErrorClass)), *steps)


def _map(kind: str, error: ErrorClass, **cell: object) -> Map:
    return Map.model_validate({"type": kind, "error": error, "a": 1, "b": 1, "c": 0} | cell)


def _step(threshold: float, **proof: tuple[int, int]) -> Step:
    tallies = {kind: Tally(accepted=n, wrong=k) for kind, (n, k) in proof.items()}
    return Step(threshold=threshold, proof=tallies)


def _calibration(*curves: Curve, maps: tuple[Map, ...] = ()) -> Calibration:
    plain = [_map(kind, error) for kind in KINDS for error in classes_of(kind)]
    return Calibration(made=MADE, maps=maps or tuple(plain), curves=curves)


def _curve(
    error: ErrorClass, *steps: Step, writing: Writing = Writing.ANY, given: float | None = None
) -> Curve:
    return Curve(error=error, writing=writing, readings=99999, steps=steps, given=given)


def _numbers(*steps: Step) -> Curve:
    return _curve(MONEY, *steps)


def _hands(*steps: Step) -> Curve:
    return _curve(IDENTITY, *steps, writing=HAND)


def _reading(
    kind: str, posterior: float, origin: Origin = Origin.OCR, *, typed: bool = False
) -> FieldReading:
    best = (Candidate("x", "x", posterior),)
    return FieldReading("x", kind, 1, None, "", best, origin, typed=typed)


def test_digits_and_joints_of_an_address_by_hand_that_the_engine_did_not_see_are_not_sure() -> None:
    gate = accepting("email", above=0.9)

    def doubt(
        text: str, raw: str, *, typed: bool = False, backing: Backing = Backing.FAMILIAR
    ) -> ErrorClass | None:
        best = (Candidate(text, text, 0.999),)
        reading = FieldReading(
            "x", "email", 1, None, raw, best, Origin.OCR, typed=typed, backing=backing
        )
        return gate.doubt(reading, Quality.GREY)

    assert doubt("le-goff4@orange.fr", "le-gofftt@orange.fr") is not None
    assert doubt("le-goff4@orange.fr", "le-gofftt@orange.fr", typed=True) is None
    assert doubt("le-goff14@orange.fr", "le-goff14@orangefr") is None
    assert doubt("jean.le-goff@orange.fr", "jeanle-goff@orange.fr") is not None
    assert doubt("jean.le-goff@orange.fr", "jean-le-goff@orange.fr") is not None
    assert doubt("legoff@orange.fr", "-.legoff@orange.fr") is None, "specks are no joints"
    known = doubt("jean.le-goff@orange.fr", "jeanle-goff@orange.fr", backing=Backing.KNOWN)
    assert known is None


def _promising(share: float) -> Promise:
    return Promise(money=share, identity=share, spelling=share)


@given(MAPS, PROBABILITIES, PROBABILITIES)
def test_a_calibrated_confidence_is_a_probability_and_keeps_the_order(
    one: Map, p: float, q: float
) -> None:
    low, high = one(min(p, q)), one(max(p, q))
    assert 0 <= low <= high <= 1


@given(st.floats(1e-6, 1 - 1e-6))
def test_the_identity_is_among_the_maps(p: float) -> None:
    assert _map("count", MONEY)(p) == pytest.approx(p, rel=1e-9)


@pytest.mark.parametrize(("wrong", "of"), [(0, 2995), (0, 10), (1, 10), (3, 1000), (40, 900)])
def test_at_the_upper_bound_so_few_errors_are_seen_once_in_twenty(wrong: int, of: int) -> None:
    p = upper_bound(wrong, of)
    seen = sum(math.comb(of, k) * p**k * (1 - p) ** (of - k) for k in range(wrong + 1))
    assert seen == pytest.approx(0.05, rel=1e-6)


@given(st.integers(0, 60), st.integers(1, 3000))
def test_the_upper_bound_lies_above_what_was_seen(wrong: int, of: int) -> None:
    bound = upper_bound(min(wrong, of), of)
    assert min(wrong, of) / of <= bound <= 1
    assert upper_bound(0, of) <= bound


def test_nothing_seen_bounds_nothing() -> None:
    assert upper_bound(0, 0) == 1.0


def test_the_most_lenient_threshold_that_keeps_the_promise_is_taken() -> None:
    steps = (
        _step(0.999, count=(9000, 0)),
        _step(0.99, count=(15000, 2)),
        _step(0.9, count=(16000, 40)),
        _step(0.5, count=(99999, 40)),
    )
    curve = _numbers(*steps)
    assert curve.step(0.001) == steps[1]
    assert curve.step(0.01) == steps[3]


def test_a_threshold_after_the_first_failure_is_not_tried() -> None:
    curve = _numbers(_step(0.9, count=(9000, 40)), _step(0.5, count=(99999, 40)))
    assert curve.step(0.001) is None


def test_steps_too_few_to_prove_anything_are_passed_over() -> None:
    curve = _numbers(_step(0.999, count=(20, 1)), _step(0.99, count=(3000, 0)))
    assert curve.step(0.001) == curve.steps[1]
    assert _numbers(_step(0.99, count=(2900, 0))).step(0.001) is None


def test_a_proof_begins_where_enough_is_accepted_to_bear_an_error() -> None:
    """An early error among few spends the proof only where more is never accepted."""
    few, ample = _step(0.99, count=(3000, 1)), _step(0.9, count=(9000, 2))
    assert few.bound() > 0.001 > ample.bound()
    assert _numbers(few, ample).step(0.001) == ample
    assert _numbers(few, _step(0.9, count=(5900, 1))).step(0.001) is None, "few are half of all"
    assert _numbers(few, _step(0.9, count=(6100, 1))).step(0.001) is not None


@given(curves(), SHARES)
def test_a_proof_never_begins_where_it_does_for_how_much_is_right(c: Curve, target: float) -> None:
    """Were all right, the step taken would be the last: so whatever is left out, is by its size."""
    spotless = tuple(_step(s.threshold, count=(s.accepted, 0)) for s in c.steps)
    without = c.model_copy(update={"steps": spotless}).step(target)
    taken = c.step(target)
    if taken is not None:
        assert without is not None
        assert c.limit(taken) <= target
        after = c.steps[c.steps.index(taken) + 1 :]
        assert not after or c.limit(after[0]) > target


@pytest.mark.parametrize(
    ("error", "easy", "hard"),
    [(MONEY, "count", "amount"), (IDENTITY, "person", "email"), (SPELLING, "person", "email")],
)
def test_easy_types_do_not_hide_the_errors_of_a_hard_one(
    error: ErrorClass, easy: str, hard: str
) -> None:
    curve = _curve(error, _step(0.9, **{easy: (9000, 0), hard: (900, 2)}))
    assert curve.steps[0].bound() < 0.001
    assert curve.step(0.001) is None
    assert curve.step(0.003) is not None


def test_each_class_and_writing_has_the_threshold_of_its_own_target() -> None:
    made = _calibration(
        _numbers(_step(0.99, count=(9000, 0)), _step(0.9, count=(9500, 50))),
        _curve(IDENTITY, _step(0.8, email=(3000, 2)), writing=PRINT),
        _curve(IDENTITY, _step(0.95, email=(3000, 2)), writing=HAND),
    )
    gate = Gate.of(made, Promise(money=0.001, identity=0.005))
    assert gate.thresholds == {(MONEY, ANY): 0.99, (IDENTITY, PRINT): 0.8, (IDENTITY, HAND): 0.95}
    for typed, error in ((True, None), (False, IDENTITY)):
        assert gate.doubt(_reading("email", 0.9, typed=typed), Quality.GREY) is error
    assert Gate.of(made, Promise(money=0.01, identity=0.0001)).thresholds == {(MONEY, ANY): 0.9}


def test_the_spelling_is_proven_of_what_has_passed_for_its_letters() -> None:
    letters = _hands(_step(0.99, person=(2000, 0)), _step(0.9, person=(4000, 40)))
    spelled = [
        _curve(SPELLING, _step(at, person=(2000, 5)), writing=HAND, given=given)
        for given, at in ((0.99, 0.7), (0.9, 0.8))
    ]
    made = _calibration(letters, *spelled)
    for identity, (of_letters, of_spelling) in ((0.005, (0.99, 0.7)), (0.02, (0.9, 0.8))):
        gate = Gate.of(made, Promise(identity=identity, spelling=0.02))
        assert gate.thresholds == {(IDENTITY, HAND): of_letters, (SPELLING, HAND): of_spelling}
    assert Gate.of(made, Promise(identity=0.0001, spelling=0.02)).thresholds == {}


def test_a_lower_target_never_accepts_more() -> None:
    money = _numbers(*(_step(1 - k / 50, count=(4000 * k, k * k // 4)) for k in range(1, 9)))
    hands = _hands(*(_step(1 - k / 50, person=(4000 * k, k * k)) for k in range(1, 9)))
    promises = [_promising(t) for t in (0.0005, 0.001, 0.003, 0.01, 0.1)]
    gates = [Gate.of(_calibration(money, hands), promise) for promise in promises]
    for key in ((MONEY, ANY), (IDENTITY, HAND)):
        thresholds = [gate.thresholds.get(key, 1.0) for gate in gates]
        assert thresholds == sorted(thresholds, reverse=True)
        assert thresholds[0] > thresholds[-1]


def test_where_nothing_is_proven_nothing_is_accepted_and_the_gate_says_what_would_be() -> None:
    gate = Gate.of(_calibration(_numbers(_step(0.9, count=(100, 0)))), Promise())
    assert gate.doubt(_reading("count", 1.0), Quality.GREY) is MONEY
    assert gate.least_targets == {MONEY: 0.03}


@given(curves())
def test_what_the_gate_says_it_would_prove_it_proves_as_it_is_told(curve: Curve) -> None:
    least = curve.least_target
    assert float(f"{least:.2g}") == least
    assert least == 1 or curve.step(least) is not None


def test_a_quality_has_its_own_map_and_else_its_writing_s_and_else_its_type_s() -> None:
    cell = {"typed": True, "backing": Backing.KNOWN}
    maps = (
        _map("count", MONEY),
        _map("count", MONEY, c=1.0, **cell),
        _map("count", MONEY, c=-2.0, quality="photo", **cell),
    )
    gate = Gate.of(_calibration(_numbers(_step(0.9, count=(9999, 0))), maps=maps), Promise())
    plain = _reading("count", 0.95)
    backed = replace(plain, typed=True, backing=Backing.KNOWN)
    for reading, quality, odds in (
        (plain, Quality.PHOTO, 0.0),
        (replace(plain, typed=True), Quality.GREY, 0.0),
        (backed, Quality.GREY, 1.0),
        (backed, Quality.PHOTO, -2.0),
    ):
        told = gate.calibrated(reading, quality)
        assert told.confidence == pytest.approx(1 / (1 + math.exp(-odds) * 0.05 / 0.95))
        assert told.posterior == 0.95
        assert gate.doubt(told, quality) is (MONEY if odds < 0 else None)


def test_a_type_that_was_never_measured_is_never_accepted() -> None:
    gate = Gate.of(_calibration(_hands(_step(0.5, email=(9999, 0)))), Promise())
    assert gate.doubt(_reading("email", 1.0), Quality.GREY) is None
    assert gate.doubt(_reading("iban", 1.0), Quality.GREY) is IDENTITY
    assert gate.calibrated(_reading("iban", 0.9), Quality.GREY).calibrated is None


def test_text_of_the_file_itself_is_accepted_where_its_place_is_sure() -> None:
    gate = Gate.of(_calibration(), Promise())
    for kind, dearest in (("email", IDENTITY), ("person", IDENTITY), ("amount", MONEY)):
        for posterior, doubt in ((0.999, None), (0.5, dearest)):
            reading = _reading(kind, posterior, Origin.TEXT_LAYER)
            assert gate.calibrated(reading, Quality.GREY) is reading
            assert gate.doubt(reading, Quality.GREY) is doubt


@pytest.mark.parametrize(
    ("shares", "doubt"),
    [
        ({"Zoé ROUX": 0.96, "Zoe ROUX": 0.03}, None),
        ({"Zoé ROUX": 0.6, "Zoe ROUX": 0.38}, SPELLING),
        ({"Zoé ROUX": 0.6, "Zoé ROUL": 0.38}, IDENTITY),
        ({"Zoé ROUX": 0.5, "Zoe ROUX": 0.2, "Zoé ROUL": 0.2}, IDENTITY),
    ],
)
def test_the_dearest_class_in_doubt_is_named(
    shares: dict[str, float], doubt: ErrorClass | None
) -> None:
    candidates = tuple(Candidate(text, text, p) for text, p in shares.items())
    reading = FieldReading("x", "person", 1, None, "", candidates)
    assert accepting("person", above=0.9).doubt(reading, Quality.GREY) is doubt


def _written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "calibration.json"
    path.write_text(text, "utf-8")
    return path


def test_a_calibration_survives_its_file(tmp_path: Path) -> None:
    proof = Proof(target=0.1, error=SPELLING, writing=PRINT, threshold=0.3, wrong=1)
    curves = (
        _numbers(_step(0.1 + 0.2, count=(9, 1))),
        _curve(SPELLING, _step(0.7, person=(9, 1)), writing=PRINT, given=0.1 + 0.2),
    )
    cell = _map("person", SPELLING, typed=True, backing=Backing.FAMILIAR, quality="grey", c=0.1)
    made = _calibration(*curves, maps=(cell,)).model_copy(update={"proofs": (proof,)})
    assert calibration.load(_written(tmp_path, made.model_dump_json(indent=1))) == made


def _damage(**changes: object) -> str:
    return json.dumps(json.loads(_calibration().model_dump_json()) | changes)


_CELL = {"type": "count", "error": "money", "a": 1, "b": 1, "c": 0}
_OF_MONEY = {"error": "money", "writing": "", "readings": 1, "steps": []}


def test_what_is_damaged_below_is_whole_by_itself(tmp_path: Path) -> None:
    whole = _damage(maps=[_CELL], curves=[_OF_MONEY])
    assert calibration.load(_written(tmp_path, whole)).maps == (_map("count", MONEY),)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        _damage(maps=[_CELL | {"a": -1}]),
        _damage(maps=[_CELL | {"c": "NaN"}]),
        _damage(maps=[_CELL | {"error": "colour"}]),
        _damage(maps=[_CELL | {"backing": "hearsay"}]),
        _damage(version=2),
        _damage(curves=[_OF_MONEY | {"steps": [{"threshold": 2, "proof": {}}]}]),
        _damage(curves=[_OF_MONEY | {"writing": "runes"}]),
        _damage(curves=[{"nature": "numbers", "readings": 1, "steps": []}]),
    ],
)
def test_a_damaged_calibration_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"calibration\.json: damaged.*fiches calibrate"):
        calibration.load(_written(tmp_path, text))


def test_a_missing_calibration_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.json: cannot be read.*fiches calibrate"):
        calibration.load(tmp_path / "none.json")


def test_a_foreign_basis_is_named() -> None:
    assert calibration.foreign(BASIS, BASIS) == ""
    other = BASIS.model_copy(update={"weights": "v", "without": ("joint",)})
    assert calibration.foreign(BASIS, other) == "weights, without"


def test_what_posteriors_depend_on_is_in_the_basis() -> None:
    plain = calibration.basis(Settings())
    assert plain == calibration.basis(Settings(promise=_promising(0.01), max_pages=3))
    assert plain != calibration.basis(Settings(without=("joint",)))
    assert plain != calibration.basis(Settings(learned=Path("001-0.npz")))


def test_the_shipped_calibration_is_for_the_shipped_weights() -> None:
    made = calibration.load().made.basis
    assert made.weights == calibration.basis(Settings()).weights, "type make calibrate"


@pytest.mark.parametrize(("kind", "error"), [("phone", IDENTITY), ("count", MONEY)])
def test_written_digits_that_no_sum_checks_are_not_accepted_for_what_fonts_showed(
    kind: str, error: ErrorClass
) -> None:
    """Drawn phone numbers are right more often than reading says; those people write are not."""
    boost = _map(kind, error, c=5.0)
    gate, quality = accepting(kind, above=0.99, maps=(boost,)), Quality.GREY
    doubtful = _reading(kind, 0.95)
    assert boost(0.95) > 0.99
    assert gate.doubt(doubtful, quality) is error
    assert gate.doubt(_reading(kind, 0.995), quality) is None
    assert gate.doubt(_reading(kind, 0.95, typed=True), quality) is None
    assert gate.doubt(_reading(kind, 0.95, Origin.COMPUTED), quality) is None
    for backing, doubt in ((Backing.KNOWN, None), (Backing.FAMILIAR, error)):
        assert gate.doubt(replace(doubtful, backing=backing), quality) is doubt


def test_a_digit_alone_does_not_tell_who_wrote_it() -> None:
    typed, written = (_reading("person", 0.95, typed=typed) for typed in (True, False))
    assert [writing_of(MONEY, reading) for reading in (typed, written)] == [ANY, ANY]
    for error in (IDENTITY, SPELLING):
        assert [writing_of(error, reading) for reading in (typed, written)] == [PRINT, HAND]


def test_what_keeps_its_line_but_is_not_clear_may_be_a_tidy_hand() -> None:
    for error in (IDENTITY, SPELLING):
        assert writing_of(error, _reading("person", 0.8, typed=True)) is HAND


def test_what_is_left_blank_is_measured_for_itself_but_no_money() -> None:
    """Whether writing was missed has nothing to do with what it would have said."""
    written = (_map("date", IDENTITY), _map("number", MONEY), _map("amount", MONEY))
    maps = (_map(EMPTY, IDENTITY, c=5.0), *written)
    cells = {(m.type, m.error, None, None, ""): m for m in maps}
    gate = Gate(cells, {}, {}, further={EMPTY: {(IDENTITY, NONE): 0.99}})
    assert gate.doubt(_reading("date", 0.9), Quality.GREY) is IDENTITY
    for kind, doubt in (("date", None), ("number", None), ("amount", MONEY), ("iban", IDENTITY)):
        reading = replace(_reading(kind, 0.9), candidates=(Candidate(None, "", 0.9),))
        assert gate.doubt(reading, Quality.GREY) is doubt
        assert error_class(kind, "", "12") is (doubt or IDENTITY)
