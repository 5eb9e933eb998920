"""From readings whose truth is known to a calibration: pure sums, methods in ``calibration``."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.evaluate.truth import Truth, matches, truth_of
from pipeline.geometry import FloatArray
from pipeline.judging.calibration import (
    LEAST_DOUBT,
    NUMBERS,
    Calibration,
    Curve,
    Made,
    Map,
    Promise,
    Step,
    Tally,
    nature_of,
    sureness,
)
from pipeline.records import Origin, Registration

_FITTED = 0.25
"""The share of forms that the maps are fitted on: they need few errors, the proof many readings."""
_STEPS = 40
"""Thresholds to try, at equal shares of the fitted readings."""
_IDENTITY = (1.0, 1.0, 0.0)
_TYPE_SPREAD = (0.5, 0.5, 2.0)
_CELL_SPREAD = (0.2, 0.2, 0.7)
"""How far a type's map strays from the identity, and a cell's from its type's: the deviations of a
Gaussian prior on a, b and c."""
_LEAST_SLOPE = (0.0, 0.05)
"""Lower limits of a and b: a surer reading is never less probable."""
_TARGETS = (0.01, 0.003, 0.001, 0.0003)
"""Error rates whose promises are told to people; a run may ask for any other."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One reading of a form; ``free``: no finding would keep it from being accepted."""

    type: str
    quality: str
    posterior: float
    right: bool
    free: bool


def samples_of(registration: Registration, form: Mapping[str, Truth]) -> list[Sample]:
    """The readings of a form that a recogniser made, each against its truth."""
    fields = (r.field for r in registration.readings if r.field.split(".")[0] in form)
    return samples_against(registration, {field: truth_of(field, form) for field in fields})


def samples_against(
    registration: Registration, truths: Mapping[str, str | int | None]
) -> list[Sample]:
    """The same for the fields, and the lines of repeated fields, whose truth is told by name."""
    doubted = {name for finding in registration.findings if finding.asks for name in finding.fields}
    return [
        Sample(
            reading.type,
            registration.quality.value,
            reading.posterior,
            matches(reading.text, truths[reading.field]),
            free=not doubted & {reading.field, reading.field.split(".")[0]},
        )
        for reading in registration.readings
        if reading.origin in (Origin.OCR, Origin.COMPUTED)
        and reading.candidates
        and reading.field in truths
    ]


def fit(
    forms: Sequence[Sequence[Sample]],
    made: Made,
    *,
    reviewed: Iterable[Sample] = (),
    seed: int = 0,
) -> Calibration:
    """Maps from a part of the forms, thresholds from the rest; ``seed`` draws which are which.

    People look at what is doubtful: ``reviewed`` readings are no fair draw. A map says how often
    each posterior is right, and stays true whichever posteriors are chosen (what was accepted, and
    corrected by somebody who happened to see it, makes it too careful at most). A proof counts
    readings as they come, and would be wrong. So they join the maps only: neither the thresholds to
    try nor the proof; and only in types that the forms hold, since of others nothing is proven.
    """
    order = np.random.default_rng(seed).permutation(len(forms))
    cut = max(1, round(_FITTED * len(forms)))
    fitting = [sample for k in order[:cut] for sample in forms[k]]
    proving = [sample for k in order[cut:] for sample in forms[k]]
    types = {sample.type for sample in fitting}
    mapped = fit_maps([*fitting, *(sample for sample in reviewed if sample.type in types)])
    calibration = Calibration(made=made, maps=mapped, curves=())
    curves = (
        _curve(nature, fitted, _of_nature(proving, nature), calibration)
        for nature in sorted({nature_of(kind) for kind in types})
        if (fitted := _of_nature(fitting, nature))
    )
    whole = calibration.model_copy(update={"curves": tuple(curves)})
    return whole.model_copy(update={"promises": tuple(_promises(whole))})


def fit_maps(samples: Iterable[Sample]) -> tuple[Map, ...]:
    """A map for each type, and for each of its qualities."""
    by_type: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        by_type[sample.type].append(sample)
    maps = []
    for kind, of_type in sorted(by_type.items()):
        whole = fit_map(of_type, centre=_IDENTITY, spread=_TYPE_SPREAD)
        maps.append(_map(kind, "", whole, of_type))
        for quality in sorted({sample.quality for sample in of_type}):
            here = [sample for sample in of_type if sample.quality == quality]
            maps.append(_map(kind, quality, fit_map(here, centre=whole, spread=_CELL_SPREAD), here))
    return tuple(maps)


def fit_map(
    samples: Sequence[Sample],
    *,
    centre: tuple[float, float, float],
    spread: tuple[float, float, float],
) -> tuple[float, float, float]:
    """The likeliest a, b, c of beta calibration under a Gaussian prior, by Newton's method."""
    p = np.clip([sample.posterior for sample in samples], LEAST_DOUBT, 1 - LEAST_DOUBT)
    x = np.column_stack([np.log(p), -np.log1p(-p), np.ones(len(p))])
    right = np.array([sample.right for sample in samples], dtype=np.float64)
    prior, precision = np.array(centre), 1 / np.square(spread)
    least = np.array([*_LEAST_SLOPE, -np.inf])

    def loss(w: FloatArray) -> float:
        odds = x @ w
        pull = (precision * (w - prior) ** 2).sum() / 2
        return float(np.logaddexp(0, odds).sum() - right @ odds + pull)

    w = np.maximum(prior, least)
    for _ in range(100):
        q = 1 / (1 + np.exp(-(x @ w)))
        gradient = x.T @ (q - right) + precision * (w - prior)
        curvature = (x.T * (q * (1 - q))) @ x + np.diag(precision)
        free = (w > least) | (gradient < 0)  # a weight at its limit leaves it only upwards
        step = np.zeros(3)
        step[free] = np.linalg.solve(curvature[np.ix_(free, free)], gradient[free])
        new = _descend(loss, w, step, least)
        if np.abs(new - w).max() < 1e-9:
            break
        w = new
    a, b, c = (float(v) for v in w)
    return a, b, c


def _descend(
    loss: Callable[[FloatArray], float], w: FloatArray, step: FloatArray, least: FloatArray
) -> FloatArray:
    """The step, halved until it leads down."""
    for halving in range(30):
        new: FloatArray = np.maximum(w - step / 2**halving, least)
        if loss(new) < loss(w):
            return new
    return w


def _map(kind: str, quality: str, w: tuple[float, float, float], of: Sequence[Sample]) -> Map:
    a, b, c = (float(f"{v:.6g}") for v in w)
    wrong = sum(not sample.right for sample in of)
    return Map(type=kind, quality=quality, a=a, b=b, c=c, readings=len(of), wrong=wrong)


def _of_nature(samples: Iterable[Sample], nature: str) -> list[Sample]:
    """The readings that one promise is about: what a finding blocks is never accepted."""
    return [sample for sample in samples if sample.free and nature_of(sample.type) == nature]


def _curve(
    nature: str,
    fitted: Sequence[Sample],
    proving: Sequence[Sample],
    calibration: Calibration,
) -> Curve:
    ours, theirs = (_surenesses(part, calibration) for part in (fitted, proving))
    ranked = np.sort(ours)[::-1]
    ends = np.linspace(0, len(ranked), _STEPS + 1).astype(int)[1:] - 1
    types = np.array([sample.type for sample in proving])
    right = np.array([sample.right for sample in proving], dtype=bool)
    steps = []
    for threshold in sorted({float(t) for t in ranked[ends]}, reverse=True):
        accepted = theirs >= threshold
        proof = {
            str(kind): Tally(
                accepted=int((accepted & (types == kind)).sum()),
                wrong=int((accepted & (types == kind) & ~right).sum()),
            )
            for kind in np.unique(types)
        }
        steps.append(Step(threshold=threshold, proof=proof))
    return Curve(nature=nature, readings=len(proving), steps=tuple(steps))


def _promises(calibration: Calibration) -> Iterator[Promise]:
    readings = {curve.nature: curve.readings for curve in calibration.curves}
    for target in _TARGETS:
        steps = calibration.steps(target)
        for nature, step in steps.items():
            promise = Promise(target=target, nature=nature)
            if step is not None:
                beside = steps.get(NUMBERS) if nature != NUMBERS else None
                proven = {
                    "threshold": step.threshold,
                    "accepted": step.accepted / max(1, readings[nature]),
                    "wrong": step.wrong,
                    "bound": step.bound(beside),
                }
                promise = promise.model_copy(update=proven)
            yield promise


def _surenesses(samples: Sequence[Sample], calibration: Calibration) -> FloatArray:
    maps = {(m.type, m.quality): m for m in calibration.maps}
    calibrated = [
        maps.get((s.type, s.quality), maps.get((s.type, ""), _never))(s.posterior) for s in samples
    ]
    return np.array(
        [sureness(s.type, s.posterior, p) for s, p in zip(samples, calibrated, strict=True)]
    )


def _never(_posterior: float) -> float:
    """A type that only the proving part holds was not fitted, and is not accepted."""
    return -1.0
