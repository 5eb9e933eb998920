"""Confidence becomes a probability, and what is accepted keeps the promise."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import Settings
from pipeline.errors import ConfigError
from pipeline.judging import calibration
from pipeline.judging.calibration import (
    Basis,
    Calibration,
    Curve,
    Gate,
    Made,
    Map,
    Step,
    Tally,
)
from pipeline.rates import upper_bound
from pipeline.records import Candidate, FieldReading, Origin, Quality

BASIS = Basis(engine="ppocr", weights="w", learned="", code="c", without=())
MADE = Made(date="2018-02-02", form="f", drawn=9, seed=0, labelled=0, basis=BASIS)
PROBABILITIES = st.floats(0, 1)
MAPS = st.builds(
    Map,
    type=st.just("count"),
    quality=st.just(""),
    a=st.floats(0, 5),
    b=st.floats(0.05, 5),
    c=st.floats(-5, 5),
)


def _map(kind: str, quality: str = "", **weights: float) -> Map:
    return Map(type=kind, quality=quality, **({"a": 1.0, "b": 1.0, "c": 0.0} | weights))


def _step(threshold: float, **proof: tuple[int, int]) -> Step:
    tallies = {kind: Tally(accepted=n, wrong=k) for kind, (n, k) in proof.items()}
    return Step(threshold=threshold, proof=tallies)


def _calibration(*curves: Curve, maps: tuple[Map, ...] = ()) -> Calibration:
    return Calibration(made=MADE, maps=maps or (_map("count"), _map("person")), curves=curves)


def _numbers(*steps: Step) -> Curve:
    return Curve(nature="numbers", readings=9999, steps=steps)


def _words(*steps: Step) -> Curve:
    return Curve(nature="words", readings=9999, steps=steps)


def _reading(kind: str, posterior: float, origin: Origin = Origin.OCR) -> FieldReading:
    return FieldReading("x", kind, 1, None, "", (Candidate("x", "x", posterior),), origin)


@given(MAPS, PROBABILITIES, PROBABILITIES)
def test_a_calibrated_confidence_is_a_probability_and_keeps_the_order(
    one: Map, p: float, q: float
) -> None:
    low, high = one(min(p, q)), one(max(p, q))
    assert 0 <= low <= high <= 1


@given(st.floats(1e-6, 1 - 1e-6))
def test_the_identity_is_among_the_maps(p: float) -> None:
    assert _map("count")(p) == pytest.approx(p, rel=1e-9)


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
        _step(0.999, count=(3000, 0)),
        _step(0.99, count=(5000, 1)),
        _step(0.9, count=(5100, 9)),
        _step(0.5, count=(99999, 9)),
    )
    curve = _numbers(*steps)
    assert curve.step(0.001) == steps[1]
    assert curve.step(0.01) == steps[3]


def test_a_threshold_after_the_first_failure_is_not_tried() -> None:
    curve = _numbers(_step(0.9, count=(3000, 9)), _step(0.5, count=(99999, 9)))
    assert curve.step(0.001) is None


def test_steps_too_few_to_prove_anything_are_passed_over() -> None:
    curve = _numbers(_step(0.999, count=(20, 1)), _step(0.99, count=(3000, 0)))
    assert curve.step(0.001) == curve.steps[1]


def test_counts_do_not_hide_wrong_amounts() -> None:
    curve = _numbers(_step(0.9, count=(9000, 0), amount=(900, 2)))
    assert curve.step(0.001) is None
    assert curve.step(0.003) is not None


def test_words_use_up_what_sums_leave_over() -> None:
    sums = _numbers(_step(0.9, count=(9000, 0)))
    names = _words(_step(0.99, person=(1000, 3)), _step(0.9, person=(2000, 30)))
    steps = _calibration(sums, names).steps(0.001)
    assert steps == {"numbers": sums.steps[0], "words": names.steps[0]}
    assert _calibration(names).steps(0.001) == {"words": None}


def test_a_lower_target_never_accepts_more() -> None:
    curves = (
        _numbers(*(_step(1 - k / 50, count=(1000 * k, k * k // 4)) for k in range(1, 9))),
        _words(*(_step(1 - k / 50, person=(500 * k, k * k)) for k in range(1, 9))),
    )
    gates = [Gate.of(_calibration(*curves), t) for t in (0.0005, 0.001, 0.003, 0.01, 0.1)]
    for kind in ("count", "person"):
        thresholds = [gate.thresholds[kind] for gate in gates]
        assert thresholds == sorted(thresholds, reverse=True)
        assert thresholds[0] > thresholds[-1]


def test_where_nothing_is_proven_nothing_is_accepted_and_the_gate_says_what_would_be() -> None:
    gate = Gate.of(_calibration(_numbers(_step(0.9, count=(100, 0)))), 0.001)
    assert not gate.accepts(gate.calibrated(_reading("count", 1.0), Quality.GREY))
    assert gate.least_targets == {"numbers": pytest.approx(0.0295, abs=1e-4)}


def test_a_quality_has_its_own_map_and_else_its_type_s() -> None:
    maps = (_map("count"), _map("count", "photo", c=-2.0))
    gate = Gate.of(_calibration(_numbers(_step(0.9, count=(9999, 0))), maps=maps), 0.001)
    assert gate.calibrated(_reading("count", 0.95), Quality.GREY).confidence == pytest.approx(0.95)
    photo = gate.calibrated(_reading("count", 0.95), Quality.PHOTO)
    assert photo.confidence == pytest.approx(1 / (1 + math.exp(2) * 0.05 / 0.95))
    assert photo.posterior == 0.95
    assert not gate.accepts(photo)


def test_a_type_that_was_never_measured_is_never_accepted() -> None:
    gate = Gate.of(_calibration(_numbers(_step(0.5, count=(9999, 0)))), 0.001)
    assert not gate.accepts(gate.calibrated(_reading("iban", 1.0), Quality.GREY))


def test_text_of_the_file_itself_is_accepted_where_its_place_is_sure() -> None:
    gate = Gate.of(_calibration(), 0.001)
    for posterior, accepted in ((0.999, True), (0.5, False)):
        reading = gate.calibrated(_reading("count", posterior, Origin.TEXT_LAYER), Quality.GREY)
        assert reading.confidence == posterior
        assert gate.accepts(reading) is accepted


# files


def _written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "calibration.json"
    path.write_text(text, "utf-8")
    return path


def test_a_calibration_survives_its_file(tmp_path: Path) -> None:
    made = _calibration(_numbers(_step(0.1 + 0.2, count=(9, 1))))
    assert calibration.load(_written(tmp_path, made.model_dump_json(indent=1))) == made


def _damage(**changes: object) -> str:
    return json.dumps(json.loads(_calibration().model_dump_json()) | changes)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        _damage(maps=[{"type": "count", "quality": "", "a": -1, "b": 1, "c": 0}]),
        _damage(maps=[{"type": "count", "quality": "", "a": 1, "b": 1, "c": "NaN"}]),
        _damage(version=2),
        _damage(curves=[{"nature": "numbers", "readings": 1, "steps": [{"threshold": 2}]}]),
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
    assert plain == calibration.basis(Settings(target_error=0.01, max_pages=3))
    assert plain != calibration.basis(Settings(without=("joint",)))
    assert plain != calibration.basis(Settings(learned=Path("001-0.npz")))


def test_the_shipped_calibration_is_for_the_shipped_weights() -> None:
    made = calibration.load().made.basis
    assert made.weights == calibration.basis(Settings()).weights, "type make calibrate"


def test_digits_that_no_sum_checks_are_not_accepted_for_what_fonts_showed() -> None:
    """Drawn phone numbers are right more often than reading says; those people write are not."""
    boost = Map(type="phone", quality="", a=1.0, b=1.0, c=5.0)
    quality = Quality.GREY
    gate = Gate({("phone", quality.value): boost}, {"phone": 0.99, "email": 0.99}, {})
    doubtful = _reading("phone", 0.95)
    assert gate.calibrated(doubtful, quality).confidence > 0.99
    assert not gate.accepts(gate.calibrated(doubtful, quality))
    assert gate.accepts(gate.calibrated(_reading("phone", 0.995), quality))
