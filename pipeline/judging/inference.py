"""Weigh many unknowns together: the posterior of each, given how well their values go together.

Knows nothing of forms. A variable is an array of prior weights, one a value; a ``Factor`` weighs
combinations of some variables' values. Where the tables stay small, the answer is exact: bucket
elimination with a pass back (Dechter, "Bucket Elimination", Artificial Intelligence 113, 1999;
Kask et al., "Unifying tree decompositions for reasoning in graphical models", 2005). Otherwise the
combinations are enumerated best first, and what was not looked at counts as doubt.
"""

import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from pipeline.geometry import FloatArray

MAX_CELLS = 1_000_000
"""No table of the exact way grows larger: some tens of milliseconds."""
_MAX_STEPS = 4000
"""So many partial combinations are taken further at most: a tenth of a second or so."""
_TAIL_CELLS = 4096
"""The last variables are weighed all at once where their combinations are no more than this."""
_LEAST_DOUBT = 1e-4
"""Enumeration ends where so little of the weight is left."""
_NEGLIGIBLE = 1e-9
"""Combinations with less than this share of the weight found are not followed, only counted."""

_Table = tuple[tuple[str, ...], FloatArray]


@dataclass(frozen=True, eq=False)
class Factor:
    """How well the values of some variables go together.

    ``weigh`` takes, for each variable, the index of its value or an array of such indices (which
    broadcast), and returns weights from 0 (never) to 1.
    """

    variables: tuple[str, ...]
    weigh: Callable[..., FloatArray]

    @classmethod
    def of_table(cls, variables: Sequence[str], weights: FloatArray) -> "Factor":
        """``weights``: one axis a variable."""
        return cls(tuple(variables), lambda *at: np.asarray(weights[at]))


def marginals(
    priors: Mapping[str, FloatArray], factors: Iterable[Factor], *, max_cells: int = MAX_CELLS
) -> dict[str, FloatArray]:
    """The posterior of each variable's values: adds to 1, or to less by what was not looked at.

    Variables that no factor joins are weighed apart. Raises ValueError where no combination has any
    weight.
    """
    factors = tuple(factors)
    posteriors: dict[str, FloatArray] = {}
    for names in _joined(priors, factors):
        own = {name: priors[name] for name in priors if name in names}
        inside = [factor for factor in factors if factor.variables[0] in names]
        sizes = {name: len(prior) for name, prior in own.items()}
        order, cells = _elimination(sizes, [factor.variables for factor in inside])
        weighed = exact(own, inside, order) if cells <= max_cells else best_first(own, inside)
        posteriors |= weighed
    return posteriors


def exact(
    priors: Mapping[str, FloatArray], factors: Sequence[Factor], order: Sequence[str]
) -> dict[str, FloatArray]:
    """The marginals by elimination in that order: once up the tree of buckets, and once back."""
    rank = {name: i for i, name in enumerate(order)}
    buckets: dict[str, list[_Table]] = {name: [((name,), priors[name])] for name in order}
    for factor in factors:
        first = min(factor.variables, key=rank.__getitem__)
        buckets[first].append(_tabulated(priors, factor))
    sent: dict[str, tuple[str, _Table]] = {}
    for name in order:
        scope, table = _product(buckets[name])
        rest = tuple(other for other in scope if other != name)
        message = _scaled(table.sum(axis=scope.index(name)))
        if rest:
            parent = min(rest, key=rank.__getitem__)
            buckets[parent].append((rest, message))
            sent[name] = parent, (rest, message)
    posteriors: dict[str, FloatArray] = {}
    beliefs: dict[str, _Table] = {}
    for name in reversed(order):
        tables = buckets[name]
        if name in sent:
            parent, (rest, message) = sent[name]
            scope, belief = beliefs[parent]
            others = tuple(i for i, other in enumerate(scope) if other not in rest)
            kept = tuple(other for other in scope if other in rest)
            back = belief.sum(axis=others).transpose([kept.index(other) for other in rest])
            tables = [*tables, (rest, np.divide(back, message, where=message > 0, out=0 * message))]
        scope, table = _product(tables)
        beliefs[name] = scope, _scaled(table)
        posterior = table.sum(axis=tuple(i for i, other in enumerate(scope) if other != name))
        posteriors[name] = posterior / posterior.sum()
    return posteriors


def best_first(
    priors: Mapping[str, FloatArray], factors: Sequence[Factor]
) -> dict[str, FloatArray]:
    """The marginals from the likeliest combinations, likeliest first.

    Variables are given values one after another, the surest first, and the likeliest partial
    combination is taken further first (A*: Hart, Nilsson and Raphael, 1968); the last few variables
    are weighed all at once. What hangs on combinations not taken further is bounded, and is missing
    from every posterior.
    """
    names = sorted(priors, key=lambda name: _unsureness(priors[name]))
    sizes = [len(priors[name]) for name in names]
    head = len(names) - 1
    while head > 0 and prod(sizes[head - 1 :]) <= _TAIL_CELLS:
        head -= 1
    ready = [
        [f for f in factors if max(map(names.index, f.variables)) == k] for k in range(len(names))
    ]
    bounds = [_bounds(priors, name, ready[k]) for k, name in enumerate(names)]
    best = [prod(largest for largest, _ in bounds[k:]) for k in range(len(names) + 1)]
    mass = [prod(summed for _, summed in bounds[k:]) for k in range(len(names) + 1)]
    gathered = {name: np.zeros(len(priors[name])) for name in names}
    open_mass, passed_over, total = mass[0], 0.0, 0.0
    waiting: list[tuple[float, tuple[int, ...], float]] = [(-best[0], (), 1.0)]
    for _ in range(_MAX_STEPS):
        if not waiting or open_mass <= _LEAST_DOUBT * total:
            break
        _, chosen, weight = heapq.heappop(waiting)
        k = len(chosen)
        open_mass -= weight * mass[k]
        following = names[k:] if k == head else names[k : k + 1]
        at: dict[str, int | FloatArray] = dict(zip(names, chosen, strict=False))
        at |= zip(following, np.ix_(*(np.arange(len(priors[n])) for n in following)), strict=True)
        weights = np.asarray(weight)
        for name, at_name in zip(following, ready[k : k + len(following)], strict=True):
            weights = weights * priors[name][at[name]]
            for factor in at_name:
                weights = weights * factor.weigh(*(at[other] for other in factor.variables))
        if k == head:
            summed = float(weights.sum())
            total += summed
            for name, value in zip(names, chosen, strict=False):
                gathered[name][value] += summed
            for axis, name in enumerate(following):
                others = tuple(i for i in range(len(following)) if i != axis)
                gathered[name] += weights.sum(axis=others)
            continue
        for value, share in enumerate(weights.tolist()):
            if share * mass[k + 1] <= _NEGLIGIBLE * total:
                passed_over += share * mass[k + 1]
            else:
                open_mass += share * mass[k + 1]
                heapq.heappush(waiting, (-share * best[k + 1], (*chosen, value), share))
    doubt = sum(weight * mass[len(chosen)] for _, chosen, weight in waiting) + passed_over
    if total + doubt <= 0:
        raise ValueError("no combination of values has any weight")
    return {name: weights / (total + doubt) for name, weights in gathered.items()}


def _unsureness(prior: FloatArray) -> float:
    """0..1 for what has a likely value; what has none stays behind, in its order."""
    share = float(prior.max() / prior.sum())
    return 1.0 - share if share >= 0.5 else 1.0


def _bounds(
    priors: Mapping[str, FloatArray], name: str, ready: Sequence[Factor]
) -> tuple[float, float]:
    """The most that any value of a variable, and all together, add to a combination's weight.

    ``ready``: the factors that this variable completes; of large ones only that they are 1 at most.
    """
    tables: list[_Table] = [((name,), priors[name])]
    scope = {name}
    for factor in ready:
        joined = scope | set(factor.variables)
        if prod(len(priors[other]) for other in joined) <= _TAIL_CELLS:
            tables.append(_tabulated(priors, factor))
            scope = joined
    names, table = _product(tables)
    return float(table.max()), float(table.sum(axis=names.index(name)).max())


def _tabulated(priors: Mapping[str, FloatArray], factor: Factor) -> _Table:
    grid = np.ix_(*(np.arange(len(priors[name])) for name in factor.variables))
    return factor.variables, factor.weigh(*grid)


def _joined(priors: Mapping[str, FloatArray], factors: Sequence[Factor]) -> list[set[str]]:
    """The variables in groups that no factor crosses."""
    groups = [{name} for name in priors]
    for factor in factors:
        touched = [group for group in groups if not group.isdisjoint(factor.variables)]
        groups = [group for group in groups if group not in touched]
        groups.append(set().union(*touched))
    return groups


def _elimination(
    sizes: Mapping[str, int], scopes: Iterable[Sequence[str]]
) -> tuple[list[str], int]:
    """An order of elimination that keeps tables small, greedily, and the largest one's cells."""
    left = [frozenset(scope) for scope in scopes]
    order: list[str] = []
    largest = 1
    waiting = dict.fromkeys(sizes)
    while waiting:
        joined = {n: frozenset({n}).union(*(s for s in left if n in s)) for n in waiting}
        cells = {name: prod(sizes[other] for other in joined[name]) for name in waiting}
        name = min(waiting, key=cells.__getitem__)
        largest = max(largest, cells[name])
        left = [scope for scope in left if name not in scope] + [joined[name] - {name}]
        order.append(name)
        del waiting[name]
    return order, largest


def _product(tables: Sequence[_Table]) -> _Table:
    """The product of tables over all their variables together."""
    scope = tuple(dict.fromkeys(name for names, _ in tables for name in names))
    product = np.ones((1,) * len(scope))
    for names, table in tables:
        order = sorted(range(len(names)), key=lambda i: scope.index(names[i]))
        sizes = dict(zip(names, table.shape, strict=True))
        spread = [sizes.get(name, 1) for name in scope]
        product = product * table.transpose(order).reshape(spread)
    return scope, product


def _scaled(table: FloatArray) -> FloatArray:
    """The table with 1 as its largest weight, so that long products do not vanish."""
    largest = float(table.max())
    if largest <= 0:
        raise ValueError("no combination of values has any weight")
    result: FloatArray = table / largest
    return result
