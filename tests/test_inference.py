"""Weighing unknowns together: exact where it can be, bounded where not, probabilities always."""

from itertools import product
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.geometry import FloatArray
from pipeline.judging import inference
from pipeline.judging.inference import Factor, best_first, marginals

Problem = tuple[dict[str, FloatArray], list[Factor]]


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Up to five unknowns of up to four values, and factors over up to three of them."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    names = [f"v{i}" for i in range(draw(st.integers(1, 5)))]
    priors = {name: rng.random(int(rng.integers(1, 5))) ** 3 + 1e-6 for name in names}
    factors = []
    for _ in range(draw(st.integers(0, 5))):
        scope = [str(n) for n in rng.permutation(names)[: int(rng.integers(1, 4))]]
        weights = rng.random([len(priors[name]) for name in scope]) ** 4
        weights *= rng.random(weights.shape) < 0.8  # some combinations are impossible
        factors.append(Factor.of_table(scope, weights + 1e-9))
    return priors, factors


def brute_force(priors: dict[str, FloatArray], factors: list[Factor]) -> dict[str, FloatArray]:
    shares = {name: np.zeros(len(prior)) for name, prior in priors.items()}
    for chosen in product(*(range(len(prior)) for prior in priors.values())):
        at = dict(zip(priors, chosen, strict=True))
        weight = float(np.prod([priors[name][i] for name, i in at.items()]))
        for factor in factors:
            weight *= float(factor.weigh(*(at[name] for name in factor.variables)))
        for name, i in at.items():
            shares[name][i] += weight
    return {name: share / share.sum() for name, share in shares.items()}


@settings(max_examples=150, deadline=None)
@given(problems())
def test_the_exact_way_agrees_with_brute_force(problem: Problem) -> None:
    found, expected = marginals(*problem), brute_force(*problem)
    for name, posterior in expected.items():
        assert found[name] == pytest.approx(posterior, abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(problems(), st.sampled_from([1, 5, 50]))
def test_best_first_equals_exact_but_for_the_doubt_it_admits(problem: Problem, cells: int) -> None:
    """However many of the last unknowns are weighed at once."""
    with patch.object(inference, "_TAIL_CELLS", cells):
        found, expected = best_first(*problem), brute_force(*problem)
    for name, posterior in expected.items():
        doubt = 1.0 - found[name].sum()
        assert -1e-9 <= doubt <= 2e-4
        assert (found[name] <= posterior + 1e-9).all()
        assert (posterior <= found[name] + doubt + 1e-9).all()


@settings(max_examples=100, deadline=None)
@given(problems(), st.integers(1, 300))
def test_posteriors_are_probabilities(problem: Problem, max_cells: int) -> None:
    for posterior in marginals(*problem, max_cells=max_cells).values():
        assert (posterior >= 0).all()
        assert posterior.sum() <= 1 + 1e-9


def test_a_space_too_large_to_enumerate_leaves_doubt_and_never_more_certainty() -> None:
    """Twelve unknowns of ten values that only their sum binds: a million million combinations."""
    rng = np.random.default_rng(1)
    priors = {f"n{i}": rng.dirichlet(np.full(10, 0.7)) for i in range(12)}

    def weigh(*at: FloatArray) -> FloatArray:
        return np.where(sum(at) == 40, 0.95, 0.001)

    found = marginals(priors, [Factor(tuple(priors), weigh)])
    masses = [posterior.sum() for posterior in found.values()]
    assert max(masses) == pytest.approx(min(masses))
    assert 0 < masses[0] < 1


def test_a_large_sum_of_sure_readings_is_settled_without_the_exact_way() -> None:
    priors = {f"n{i}": np.array([0.9, 0.06, 0.03, *[1e-5] * 7]) for i in range(9)}

    def weigh(*at: FloatArray) -> FloatArray:
        return np.where(sum(at) == 1, 0.95, 0.00025)

    found = marginals(priors, [Factor(tuple(priors), weigh)])
    for posterior in found.values():
        assert posterior.sum() > 0.98
        assert posterior[1] == pytest.approx(1 / 9, abs=0.02)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_true_evidence_never_lowers_the_posterior_of_the_truth_on_average(seed: int) -> None:
    """Over all truths and all they may bring about, each as often as the model says."""
    rng = np.random.default_rng(seed)
    priors = {"a": rng.dirichlet(np.ones(3)), "b": rng.dirichlet(np.ones(4))}
    seen = rng.dirichlet(np.full(5, 0.5), size=(3, 4))  # P(evidence | a, b)
    without = sum(float((prior**2).sum()) for prior in priors.values())
    with_it = 0.0
    for evidence in range(5):
        found = marginals(priors, [Factor.of_table(("a", "b"), seen[:, :, evidence])])
        both = np.outer(priors["a"], priors["b"]) * seen[:, :, evidence]
        with_it += float(both.sum(axis=1) @ found["a"] + both.sum(axis=0) @ found["b"])
    assert with_it >= without - 1e-9


def test_what_cannot_be_is_told() -> None:
    impossible = Factor.of_table(("a",), np.zeros(2))
    with pytest.raises(ValueError, match="no combination"):
        marginals({"a": np.ones(2)}, [impossible])
    with pytest.raises(ValueError, match="no combination"):
        best_first({"a": np.ones(2)}, [impossible])
