"""From readings whose truth is known to a calibration: pure sums, methods in ``calibration``."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any, Self

import numpy as np

from pipeline.config import Promise
from pipeline.evaluate.truth import Truth, matches, plain_truth, truth_of
from pipeline.geometry import FloatArray
from pipeline.judging.calibration import (
    LEAST_DOUBT,
    Calibration,
    Curve,
    Made,
    Map,
    Proof,
    Step,
    Tally,
    Writing,
)
from pipeline.judging.error_class import (
    EMPTY,
    ErrorClass,
    certainty,
    classes_of,
    error_class,
    is_spared,
    kind_of,
)
from pipeline.judging.gate import Gate, writing_of
from pipeline.rates import DELTA
from pipeline.records import Backing, FieldReading, Origin, Quality, Registration

_FITTED = 0.25
"""The share of forms that the maps are fitted on: they need few errors, the proof many readings."""
_STEPS = (*np.linspace(0.05, 0.6, 12), *np.linspace(0.62, 1.0, 39))
"""Thresholds to try, by the share of the fitted readings that they accept."""
_SPELLING_STEPS = (*np.linspace(0.3, 0.8, 6), *np.linspace(0.85, 1.0, 7))
_Weights = tuple[float, float, float]
_IDENTITY = (1.0, 1.0, 0.0)
_TYPE_SPREAD = (0.5, 0.5, 2.0)
_KIND_SPREAD = (0.4, 0.4, 2.0)
_CELL_SPREAD = (0.2, 0.2, 0.7)
"""How far a type's map strays from the identity, that of a writing and backing from its type's, and
that of a quality from theirs: the deviations of a Gaussian prior on a, b and c."""
_LEAST_SLOPE = (0.0, 0.05)
"""Lower limits of a and b: a surer reading is never less probable."""
_HALVED, _DOUBLED = 0.5, 2.0
"""Beside what is promised by default, these times it are told to people."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One reading of a form, and the class of its error, None where it is right.

    ``free``: no finding would keep it from being accepted.
    """

    reading: FieldReading
    quality: Quality
    error: ErrorClass | None
    free: bool

    @property
    def kind(self) -> str:
        """What it is measured as."""
        return kind_of(self.reading)


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
            reading,
            registration.quality,
            _error(reading, truths[reading.field]),
            free=not doubted & {reading.field, reading.field.split(".")[0]},
        )
        for reading in registration.readings
        if reading.origin in (Origin.OCR, Origin.COMPUTED)
        and reading.candidates
        and reading.field in truths
    ]


def _error(reading: FieldReading, truth: str | int | None) -> ErrorClass | None:
    if matches(reading.text, truth):
        return None
    return error_class(reading.type, reading.text, plain_truth(truth))


def fit(
    forms: Sequence[Sequence[Sample]],
    made: Made,
    *,
    further: Sequence[Sequence[Sample]] = (),
    reviewed: Iterable[Sample] = (),
    seed: int = 0,
) -> Calibration:
    """Maps from a part of the forms, thresholds from the rest; ``seed`` draws which are which.

    People look at what is doubtful: ``reviewed`` readings are no fair draw. A map says how often
    each posterior is right, and stays true whichever posteriors are chosen (what was accepted, and
    corrected by somebody who happened to see it, makes it too careful at most). A proof counts
    readings as they come, and would be wrong. So they join the maps only: neither the thresholds to
    try nor the proof; and only in types that the forms hold, since of others nothing is proven.
    ``further`` forms are of other layouts: they serve the types that ``forms`` do not have. What
    was left blank is measured on both.
    """
    own = [[s for s in samples if s.kind != EMPTY] for samples in forms]
    types = {sample.kind for samples in own for sample in samples}
    others = [[s for s in samples if s.kind not in types] for samples in (*further, *forms)]
    parts = {False: _Part.of(own, seed), True: _Part.of(others, seed)}
    fitting = [sample for part in parts.values() for sample in part.fitting]
    mapped_types = {sample.kind for sample in fitting}
    mapped = fit_maps([*fitting, *(s for s in reviewed if s.kind in mapped_types)])
    calibration = Calibration(made=made, maps=mapped, curves=())
    gate = Gate.of(calibration, Promise())
    curves = tuple(
        curve for further, part in parts.items() for curve in _curves(part, gate, further=further)
    )
    whole = calibration.model_copy(update={"curves": curves})
    return whole.model_copy(update={"proofs": tuple(_proofs(whole))})


@dataclass(frozen=True, slots=True)
class _Part:
    """Readings that share thresholds: those the maps are fitted on, and those of the proof."""

    fitting: Sequence[Sample]
    proving: Sequence[Sample]

    @classmethod
    def of(cls, forms: Sequence[Sequence[Sample]], seed: int) -> Self:
        order = np.random.default_rng(seed).permutation(len(forms))
        cut = max(1, round(_FITTED * len(forms)))
        fitting, proving = (
            [sample for k in some for sample in forms[k]] for some in (order[:cut], order[cut:])
        )
        return cls(fitting, proving)


def fit_maps(samples: Iterable[Sample]) -> tuple[Map, ...]:
    """A map for each type and class of error, each writing and backing of it, and each of its
    qualities."""
    by_type: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        by_type[sample.kind].append(sample)
    maps = []
    for kind, of_type in sorted(by_type.items()):
        for error in classes_of(kind):
            whole = _fitted(of_type, error, _IDENTITY, _TYPE_SPREAD)
            maps.append(_map(whole, of_type, error, type=kind))
            for typed, backing in product((False, True), Backing):
                same = [
                    sample
                    for sample in of_type
                    if (sample.reading.typed, sample.reading.backing) == (typed, backing)
                ]
                cell: dict[str, Any] = {"type": kind, "typed": typed, "backing": backing}
                ours = _fitted(same, error, whole, _KIND_SPREAD)
                maps += [_map(ours, same, error, **cell)] if same else []
                for quality in sorted({sample.quality for sample in same}):
                    here = [sample for sample in same if sample.quality is quality]
                    weights = _fitted(here, error, ours, _CELL_SPREAD)
                    maps.append(_map(weights, here, error, quality=quality.value, **cell))
    return tuple(maps)


def _fitted(
    samples: Sequence[Sample], error: ErrorClass, centre: _Weights, spread: _Weights
) -> _Weights:
    said = [certainty(sample.reading, error) for sample in samples]
    right = [is_spared(sample.error, error) for sample in samples]
    return fit_map(said, right, centre=centre, spread=spread)


def fit_map(
    said: Sequence[float], is_right: Sequence[bool], *, centre: _Weights, spread: _Weights
) -> _Weights:
    """The likeliest a, b, c of beta calibration under a Gaussian prior, by Newton's method."""
    p = np.clip(np.array(said, dtype=np.float64), LEAST_DOUBT, 1 - LEAST_DOUBT)
    x = np.column_stack([np.log(p), -np.log1p(-p), np.ones(len(p))])
    right = np.array(is_right, dtype=np.float64)
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


def _map(weights: _Weights, of: Sequence[Sample], error: ErrorClass, **cell: Any) -> Map:
    a, b, c = (float(f"{v:.6g}") for v in weights)
    wrong = sum(not is_spared(sample.error, error) for sample in of)
    return Map(error=error, a=a, b=b, c=c, readings=len(of), wrong=wrong, **cell)


def _curves(part: _Part, gate: Gate, *, further: bool) -> Iterator[Curve]:
    """The curves of each class and writing; what a finding blocks is never accepted."""
    for error in (ErrorClass.MONEY, ErrorClass.IDENTITY):
        parts, proofs = _by_writing(error, part.fitting), _by_writing(error, part.proving)
        outside = DELTA / max(1, len(parts))
        for writing, fitted in sorted(parts.items()):
            proven = proofs.get(writing, [])
            curve = partial(Curve, further=further, writing=writing, outside=outside)
            steps = _steps(error, fitted, proven, gate, _STEPS)
            yield curve(error=error, readings=len(proven), steps=steps)
            spelled = error is ErrorClass.IDENTITY and writing is not Writing.NONE
            for given in steps if spelled else ():
                ours, theirs = (
                    _passed(samples, given.threshold, gate) for samples in (fitted, proven)
                )
                yield curve(
                    error=ErrorClass.SPELLING,
                    given=given.threshold,
                    readings=len(theirs),
                    steps=_steps(ErrorClass.SPELLING, ours, theirs, gate, _SPELLING_STEPS),
                )


def _by_writing(error: ErrorClass, samples: Iterable[Sample]) -> dict[Writing, list[Sample]]:
    parts: dict[Writing, list[Sample]] = defaultdict(list)
    for sample in samples:
        if sample.free and error in classes_of(sample.kind):
            parts[writing_of(error, sample.reading)].append(sample)
    return parts


def _passed(samples: Iterable[Sample], threshold: float, gate: Gate) -> list[Sample]:
    """Those that may be misspelled, and whose letters are sure enough."""
    return [
        s
        for s in samples
        if ErrorClass.SPELLING in classes_of(s.kind)
        and gate.sure(s.reading, ErrorClass.IDENTITY, s.quality) >= threshold
    ]


def _steps(
    error: ErrorClass,
    fitted: Sequence[Sample],
    proving: Sequence[Sample],
    gate: Gate,
    shares: Sequence[float],
) -> tuple[Step, ...]:
    """Thresholds from strict to lenient that accept these shares of the fitted readings, and what
    they accept of the others."""
    ours, theirs = (
        np.array([gate.sure(s.reading, error, s.quality) for s in part])
        for part in (fitted, proving)
    )
    ranked = np.sort(ours)[::-1]
    shares = shares if len(ranked) else ()
    ends = np.maximum(1, np.round(np.array(shares) * len(ranked))).astype(int) - 1
    types = np.array([sample.kind for sample in proving])
    wrong = np.array([sample.error is error for sample in proving], dtype=bool)
    steps = []
    for threshold in sorted({float(t) for t in ranked[ends] if t >= 0}, reverse=True):
        accepted = theirs >= threshold
        proof = {
            str(kind): Tally(
                accepted=int((accepted & (types == kind)).sum()),
                wrong=int((accepted & (types == kind) & wrong).sum()),
            )
            for kind in np.unique(types)
        }
        steps.append(Step(threshold=threshold, proof=proof))
    return tuple(steps)


def _proofs(calibration: Calibration) -> Iterator[Proof]:
    """What is proven for the promise made by default, and for half and twice of it; of further
    types, for what is promised."""
    default = Promise()
    for times, further in ((_HALVED, False), (1.0, False), (_DOUBLED, False), (1.0, True)):
        promise = Promise(**{e.value: times * default.target(e) for e in ErrorClass})
        chosen = calibration.chosen(promise, further=further)
        for (error, writing), (curve, step) in chosen.items():
            proof = Proof(
                target=promise.target(error), error=error, writing=writing, further=further
            )
            if step is not None:
                proven = {
                    "threshold": step.threshold,
                    "accepted": step.accepted / max(1, curve.readings),
                    "wrong": step.wrong,
                    "bound": step.bound(curve.outside),
                }
                proof = proof.model_copy(update=proven)
            yield proof
