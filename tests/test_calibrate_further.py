"""Types that the form has not are measured on other forms, and take nothing from its own."""

import numpy as np
import pytest

from pipeline.calibrate.fit import Sample, fit
from pipeline.config import Promise
from pipeline.judging.calibration import Calibration, Writing
from pipeline.judging.error_class import ErrorClass
from pipeline.judging.gate import Gate
from pipeline.records import Candidate, FieldReading, Quality
from tests.test_calibration import MADE

_IDENTITY, _HAND = ErrorClass.IDENTITY, Writing.HAND
_KEY = (_IDENTITY, _HAND)


def _sample(kind: str, p: float, *, wrong: bool = False) -> Sample:
    text, other = ("1961-11-07", "1967-11-07") if kind == "date" else ("a@b.fr", "o@b.fr")
    candidates = (Candidate(text, text, p), Candidate(other, other, 1 - p))
    reading = FieldReading("x", kind, 1, None, text, candidates)
    return Sample(reading, Quality.GREY, _IDENTITY if wrong else None, free=True)


def _drawn(kind: str, count: int, seed: int, *, hardness: float = 1.0) -> list[list[Sample]]:
    """Readings as often wrong as they say, times ``hardness``."""
    rng = np.random.default_rng([seed, 3])
    sure = 1 - 0.2 * rng.random(count) ** 6
    wrong = rng.random(count) < hardness * (1 - sure)
    return [[_sample(kind, p, wrong=bool(w))] for p, w in zip(sure, wrong, strict=True)]


def _together(*drawn: list[list[Sample]]) -> list[list[Sample]]:
    return [sample for samples in drawn for sample in samples]


@pytest.fixture(scope="module")
def forms() -> list[list[Sample]]:
    return _drawn("email", 4000, 1)


def _gate(made: Calibration) -> Gate:
    return Gate.of(made, Promise())


def test_a_type_that_the_form_has_is_measured_on_it_alone(forms: list[list[Sample]]) -> None:
    others = _together(_drawn("email", 3000, 2, hardness=9), _drawn("date", 6000, 3))
    made, alone = fit(forms, MADE, further=others), fit(forms, MADE)
    assert _gate(made).thresholds == _gate(alone).thresholds
    assert [m for m in made.maps if m.type == "email"] == list(alone.maps)
    assert set(_gate(made).further) == {"date"}
    assert _gate(made).doubt(_sample("date", 0.9999).reading, Quality.GREY) is None
    assert _gate(alone).doubt(_sample("date", 0.9999).reading, Quality.GREY) is _IDENTITY
    assert [_gate(made).proves(kind) for kind in ("email", "date", "iban")] == [True, True, False]


def test_further_types_share_a_threshold_of_their_own(forms: list[list[Sample]]) -> None:
    others = _together(_drawn("date", 6000, 3), _drawn("iban", 6000, 4))
    gate = _gate(fit(forms, MADE, further=others))
    assert gate.further["date"] == gate.further["iban"]
    assert gate.further["date"][_KEY] != gate.thresholds[_KEY]


@pytest.mark.parametrize(("wrong", "blocks"), [(1, False), (12, True)])
def test_an_error_of_a_rare_type_proves_nothing_against_it_and_many_do(
    forms: list[list[Sample]], wrong: int, blocks: bool
) -> None:
    """All look alike, so that one threshold takes all of them or none."""
    usual = [[_sample("date", 0.999)] for _ in range(6000)]
    rare = [[_sample("iban", 0.999, wrong=n < wrong)] for n in range(60)]
    made = fit(forms, MADE, further=[*usual, *rare])
    (curve,) = (c for c in made.curves if c.further and c.error is _IDENTITY)
    step = curve.steps[-1]
    assert (step.proof["iban"].wrong > 0) or wrong == 1
    proven = curve.step(0.005)
    assert proven is not None
    assert (proven.proof["iban"].accepted == 0) == blocks


def test_what_is_left_blank_is_measured_on_all_forms(forms: list[list[Sample]]) -> None:
    def blank(kind: str) -> Sample:
        reading = FieldReading("x", kind, 1, None, "", (Candidate("", "", 0.9),))
        return Sample(reading, Quality.GREY, None, free=True)

    own = [[*samples, blank("email")] for samples in forms]
    others = [[blank("date")] for _ in range(1000)]
    made = fit(own, MADE, further=others)
    assert [m for m in made.maps if m.type == "email"] == list(fit(forms, MADE).maps)
    (curve,) = (c for c in made.curves if c.writing is Writing.NONE)
    assert (curve.further, curve.readings) == (True, round(0.75 * 5000))
    gate = _gate(made)
    assert gate.doubt(blank("email").reading, Quality.GREY) is None
    # What might have been written there could not be accepted either.
    assert gate.doubt(blank("iban").reading, Quality.GREY) is _IDENTITY
