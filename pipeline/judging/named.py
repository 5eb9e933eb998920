"""The people named on a form, as unknowns: whom each line names, how many there are, how many of
them are counted.

A line may be dirt, and where surnames stand apart from given names, two fields make one person.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from pipeline.forms.constraints import People
from pipeline.forms.schema import Form
from pipeline.geometry import FloatArray
from pipeline.judging.background import Background
from pipeline.judging.inference import Factor
from pipeline.judging.unknowns import Unknown, pairing, together
from pipeline.records import Registration
from pipeline.roles import in_row, row_of

_P_TOO_MANY_COUNTED = 0.01
"""How often more people are counted than are named."""
_P_UNCOUNTED = 0.2
"""How often one person more is named than counted (a student)."""
_LETTERS_OF_A_NAME = 4
"""Fewer letters in a line of people are likelier dirt."""
NAMED = "people named"
"""The hidden variable of how many they are."""
_NOBODY, _SOMEBODY, _LISTED = range(3)


def lines_of_people(
    registration: Registration, form: Form, unknowns: Mapping[str, Unknown]
) -> tuple[list[Unknown], list[Factor]]:
    """Each line of people as an unknown; where surnames and given names stand apart, both of a row
    together, and what binds them to these."""
    if form.people is None:
        return [], []
    named, given = form.people.named, form.people.given
    if not given:
        return [unknowns[r.field] for r in registration.repeated(named)], []
    rows = (row_of(r.field) for name in (named, given) for r in registration.repeated(name))
    lines, factors = [], []
    for row in sorted({*rows}):
        parts = (in_row(named, row), in_row(given, row))
        known = [unknowns[part] for part in parts if part in unknowns]
        line = together(f"{NAMED} in row {row}", known)
        lines.append(line)
        factors.append(Factor.of_table((*(part.name for part in known), line.name), pairing(known)))
    return lines, factors


def states_of(lines: int, *, listing: bool) -> FloatArray:
    """(states, 2): how many people are named and, of them, on the list of members."""
    return np.array([(n, m) for n in range(lines + 1) for m in range(n + 1 if listing else 1)])


def people_priors(lines: Sequence[Unknown], *, listing: bool) -> dict[str, FloatArray]:
    """Hidden: what each line names (nobody, somebody, somebody listed), and how many so far."""
    size = len(states_of(len(lines), listing=listing))
    priors = {}
    for i in range(len(lines)):
        priors[f"who {i}"] = np.ones(3)
        priors[_so_far(i + 1, len(lines))] = np.ones(size)
    return priors or {NAMED: np.ones(size)}


def _so_far(count: int, lines: int) -> str:
    return NAMED if count == lines else f"{NAMED} on {count} lines"


def people_factors(
    lines: Sequence[Unknown], states: FloatArray, background: Background
) -> Iterator[Factor]:
    """Each line names somebody or not; and the people named are counted from line to line."""
    kinds = np.array([(0, 0), (1, 0), (1, 1)])
    if background.list is None:
        kinds[_LISTED] = kinds[_SOMEBODY]
    reached = states[:, None, None, :] + kinds[None, :, None, :]
    counts = (reached == states[None, None, :, :]).all(axis=-1).astype(float)
    start = int(np.flatnonzero((states == 0).all(axis=1))[0])
    for i, line in enumerate(lines):
        who, after = f"who {i}", _so_far(i + 1, len(lines))
        yield Factor.of_table((line.name, who), _who(line, background))
        if i == 0:
            yield Factor.of_table((who, after), counts[start])
        else:
            yield Factor.of_table((_so_far(i, len(lines)), who, after), counts)


def _who(line: Unknown, background: Background) -> FloatArray:
    """(candidates + 1, 3): whom each candidate names; another text names as they do, on average."""
    table = np.zeros((len(line.prior), 3))
    for row, candidate in enumerate(line.candidates):
        listed = background.list is not None and background.list.lists(candidate.text)
        nobody = 1.0 - min(1.0, sum(map(str.isalpha, candidate.text)) / _LETTERS_OF_A_NAME)
        table[row, _NOBODY] = nobody
        table[row, _LISTED if listed else _SOMEBODY] = 1.0 - nobody
    somebody = 1.0 - line.nobody
    share = 0.5 if background.list else 0.0
    table[-1] = line.nobody, somebody * (1.0 - share), somebody * share
    return table


def counted_factors(
    people: People, lines: int, named: FloatArray, numbers: Mapping[str, FloatArray]
) -> tuple[dict[str, FloatArray], list[Factor]]:
    """Hidden: how many are counted by the first counts, and what binds them to the people named.

    The uncounted are those left, never negative; the last value of each stands for unknown, the one
    before, of those counted, for more than there are lines.
    """
    too_many, unknown = lines + 1, lines + 2
    before, sums = "counted so far", np.zeros(1, dtype=np.int64)
    priors, factors = {before: np.ones(1)}, []
    for name in people.counted:
        after, count = f"counted up to {name}", numbers[name]
        reached = np.minimum(sums[:, None] + count, too_many)
        lost = (sums[:, None] == unknown) | (count < 0)
        at = np.where(lost, unknown, reached)[:, :, None] == np.arange(unknown + 1)
        factors.append(Factor.of_table((before, name, after), at.astype(float)))
        before, sums = after, np.arange(unknown + 1)
        priors[after] = np.ones(unknown + 1)
    left = named[:, None] - sums
    likely = np.where(left < 0, _P_TOO_MANY_COUNTED, _P_UNCOUNTED ** np.abs(left))
    likely = np.where(sums == unknown, _P_UNCOUNTED, likely)
    ends = np.where(sums == unknown, lines + 1, np.maximum(left, 0))
    is_left = ends[:, :, None] == np.arange(lines + 2)
    factors.append(Factor.of_table((NAMED, before, people.uncounted), likely[:, :, None] * is_left))
    return priors, factors
