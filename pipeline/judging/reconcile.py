"""Choose the fields of a form together, under all that binds them.

The counts, the written total and the people named bind each other, and so do other fields, as the
form says: counts x tariffs = total, people named = those counted + those who pay nothing, check
digits, dates in order. Names, addresses and what is known beside the form speak for each other
(``corroborate``). Every combination of candidates is weighed by its reading probabilities and by
how likely a sender writes so; a field's confidence is then the share of the weight that its value
gathers. Senders do add up wrongly, so a total that disagrees is unlikely, not impossible, and what
was written is never overwritten. How many people are named is itself unknown: a line may be dirt.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from pipeline.fields import Means, find, means
from pipeline.forms.constraints import Arithmetic, Constraint, People
from pipeline.forms.schema import Form
from pipeline.geometry import FloatArray
from pipeline.judging.background import Background, with_known
from pipeline.judging.backing import backing_of
from pipeline.judging.corroborate import (
    corroborations,
    members_are_listed,
    members_factor,
)
from pipeline.judging.inference import Factor, marginals
from pipeline.judging.postal import agreeing, pairs
from pipeline.judging.sums import left_uncounted
from pipeline.judging.unknowns import Unknown, of_count, of_total, of_words, ranked
from pipeline.judging.values import type_of
from pipeline.records import (
    Backing,
    Candidate,
    FieldReading,
    Finding,
    Origin,
    Registration,
    Severity,
)

_P_TOO_MANY_COUNTED = 0.01
"""How often more people are counted than are named."""
_P_UNCOUNTED = 0.2
"""How often one person more is named than counted (a student)."""
_SUPPORT, _LEAST_SUPPORT = 0.3, 0.1
"""A value that the others prefer is taken without a person where the paper gives it this much: with
less, a sender who errs, or a namesake, would overwrite what was written. With hardly any, or where
a total would be overwritten, all that is bound together is doubted."""
_USUAL_PEOPLE = 4
"""Counts up to this are possible on a form that names nobody."""
_LETTERS_OF_A_NAME = 4
"""Fewer letters in a line of people are likelier dirt."""
_CORROBORATED = (
    *(Means.PERSON, Means.EMAIL, Means.ORGANISATION, Means.PHONE),
    *(Means.POSTAL_CODE, Means.TOWN),
)
_NAMED = "people named"
_NOBODY, _SOMEBODY, _LISTED = range(3)

_NOTHING_KNOWN = Background()


def reconcile(
    registration: Registration, form: Form, background: Background = _NOTHING_KNOWN
) -> Registration:
    """The registration with candidates re-weighed jointly, and the uncounted.

    Exact for forms of ordinary size, see ``inference``. A field that nothing binds stays as it is.
    """
    if "joint" in background.without:
        reconciled = _as_read(registration, form)
    else:
        registration = with_known(registration, background)
        reconciled = _jointly(registration, form, background)
    at_home = agreeing(reconciled, form)
    reconciled = replace(
        reconciled,
        readings=tuple(
            replace(
                r,
                backing=Backing.KNOWN
                if r.field in at_home
                else backing_of(r, reconciled, background),
            )
            for r in reconciled.readings
        ),
    )
    findings = [*registration.findings, *_overruled(registration, reconciled, form)]
    people = form.people
    if people and people.members and background.list:
        named = reconciled.named
        findings += members_are_listed(reconciled, named, people.members, background.list)
    return replace(reconciled, findings=tuple(findings))


def _jointly(registration: Registration, form: Form, background: Background) -> Registration:
    unknowns = {unknown.name: unknown for unknown in _unknowns(registration, form)}
    priors = {name: unknown.prior for name, unknown in unknowns.items()}
    numbers = {name: unknown.numbers for name, unknown in unknowns.items()}
    postal = [(code.field, town.field) for code, town in pairs(registration, form)]
    hidden, factors = corroborations(unknowns.values(), background, postal)
    if form.people:
        lines = [unknowns[r.field] for r in registration.repeated(form.people.named)]
        priors |= _people_priors(lines, listing=background.list is not None)
        states = _states(len(lines), listing=background.list is not None)
        numbers[form.people.named] = states[:, 0]
        factors += _people_factors(lines, states, background)
        counted, bound = _counted(form.people, len(lines), states[:, 0], numbers)
        priors |= counted
        factors += bound
        if form.people.members and background.list:
            claimed = unknowns[form.people.members]
            factors.append(members_factor(_NAMED, states[:, 1], claimed))
        priors[form.people.uncounted] = np.ones(len(lines) + 2)
    for bond in form.bonds:
        factors += _bond_factors(bond, form, unknowns, numbers)
    posteriors = marginals({**priors, **hidden}, factors)
    reconciled = registration
    for name, unknown in unknowns.items():
        reading = registration.reading(name)
        candidates = ranked(unknown.candidates, posteriors[name])
        if reading and candidates:
            reconciled = reconciled.replacing(replace(reading, candidates=candidates))
    if form.people is None:
        return reconciled
    numbers_left = posteriors[form.people.uncounted]
    left = [Candidate(n, str(n), 0.0) for n in range(len(numbers_left) - 1)]
    return _with_uncounted(reconciled, form, ranked(left, numbers_left))


def _unknowns(registration: Registration, form: Form) -> Iterator[Unknown]:
    """Every field that something binds or may corroborate, those of numbers first."""
    most = _USUAL_PEOPLE
    if form.people:
        most = len(registration.repeated(form.people.named)) or _USUAL_PEOPLE
    totals = {name for bond in form.bonds for name in bond.totals}
    bound = [name for bond in form.bonds for group in bond.groups for name in group]
    counted = form.people.counted if form.people else ()
    names = [name for name in (*counted, *bound) if name not in totals]
    for name in dict.fromkeys((*names, *totals)):
        reading = registration.reading(name)
        if name in counted or (reading and means(reading.type) is Means.COUNT):
            yield of_count(name, reading, most=most)
        elif reading:
            yield of_total(reading) if name in totals else of_words(reading)
    for reading in registration.readings:
        if means(reading.type) in _CORROBORATED and reading.field not in bound:
            yield of_words(reading)


def _states(lines: int, *, listing: bool) -> FloatArray:
    """(states, 2): how many people are named and, of them, on the list of members."""
    return np.array([(n, m) for n in range(lines + 1) for m in range(n + 1 if listing else 1)])


def _people_priors(lines: Sequence[Unknown], *, listing: bool) -> dict[str, FloatArray]:
    """Hidden: what each line names (nobody, somebody, somebody listed), and how many so far."""
    size = len(_states(len(lines), listing=listing))
    priors = {}
    for i in range(len(lines)):
        priors[f"who {i}"] = np.ones(3)
        priors[_so_far(i + 1, len(lines))] = np.ones(size)
    return priors or {_NAMED: np.ones(size)}


def _so_far(count: int, lines: int) -> str:
    return _NAMED if count == lines else f"{_NAMED} on {count} lines"


def _people_factors(
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


def _counted(
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
    factors.append(
        Factor.of_table((_NAMED, before, people.uncounted), likely[:, :, None] * is_left)
    )
    return priors, factors


def _bond_factors(
    bond: Constraint, form: Form, unknowns: Mapping[str, Unknown], numbers: Mapping[str, FloatArray]
) -> Iterator[Factor]:
    """What a constraint says of its fields; nothing where one of them was not received."""
    for group in bond.groups:
        if not all(name in numbers for name in group):
            continue
        variables = tuple(_NAMED if form.people_are(name) else name for name in group)
        if isinstance(bond, Arithmetic):
            *parts, total = group
            added = [unknowns[n].added if n in unknowns else numbers[n] for n in parts]
            yield _arithmetic_factor(bond, variables, [*added, numbers[total]])
            continue
        values = [
            [c.value for c in unknowns[name].candidates] + [None]
            if name in unknowns
            else numbers[name].tolist()
            for name in group
        ]
        weights = np.empty([len(of_field) for of_field in values])
        for at in np.ndindex(*weights.shape):
            together = [of_field[i] for of_field, i in zip(values, at, strict=True)]
            weights[at] = bond.weight(holds=bond.holds(together))
        yield Factor.of_table(variables, weights)


def _arithmetic_factor(
    bond: Arithmetic, variables: tuple[str, ...], numbers: Sequence[FloatArray]
) -> Factor:
    """A total that was not read, or is not among the candidates, agrees with nothing."""
    agreeing, other = bond.weight(holds=True), bond.weight(holds=False)

    def weigh(*at: FloatArray) -> FloatArray:
        *parts, total = (of_field[i] for of_field, i in zip(numbers, at, strict=True))
        known = np.all([*np.broadcast_arrays(*(value >= 0 for value in (*parts, total)))], axis=0)
        slipped = [np.zeros_like(known), *(total == wrong for wrong in bond.mistaken(parts))]
        weights = np.where(np.any(np.broadcast_arrays(*slipped), axis=0), bond.slip, other)
        return np.where(known, np.where(bond.due(parts) == total, agreeing, weights), other)

    return Factor(variables, weigh)


def _as_read(registration: Registration, form: Form) -> Registration:
    """Each field by itself, and the uncounted as these say: what the joint step is measured by."""
    if form.people is None:
        return registration
    left = left_uncounted(registration, form)
    return _with_uncounted(registration, form, left)


def _with_uncounted(
    registration: Registration, form: Form, candidates: tuple[Candidate, ...]
) -> Registration:
    """The people named whom no count covers; more counted than named is none, never negative."""
    name = form.people.uncounted if form.people else ""
    reading = FieldReading(
        field=name,
        type=type_of(form, name),
        page=registration.page,
        box_mm=None,
        raw="",
        candidates=candidates,
        origin=Origin.COMPUTED,
    )
    return replace(registration, readings=(*registration.readings, reading))


def _overruled(before: Registration, after: Registration, form: Form) -> Iterator[Finding]:
    """Where the others prefer what the paper gives little support.

    A sender who errs and a slash that looks like a 1 can conspire to make a false sum agree.
    """
    bound_names = [name for bond in form.bonds for group in bond.groups for name in group]
    known_names = [r.field for r in before.readings if means(r.type) in _CORROBORATED]
    for name in dict.fromkeys((*bound_names, *known_names)):
        written, chosen = before.reading(name), after.reading(name)
        if written is None or chosen is None or written.value == chosen.value:
            continue
        support = sum(c.probability for c in written.candidates if c.value == chosen.value)
        if support >= _SUPPORT or _is_proposed(chosen):
            continue
        bonds = [b for b in form.bonds if any(name in group for group in b.groups)]
        bound = [name]
        if support < _LEAST_SUPPORT or any(name in bond.totals for bond in bonds):
            bound = [n for bond in bonds for g in bond.groups for n in g if not form.people_are(n)]
        if form.people and not set(form.people.counted).isdisjoint(bound):
            bound.append(form.people.uncounted)
        summed = any(isinstance(bond, Arithmetic) for bond in bonds)
        rule = f"reading_agrees_with_{'sum' if summed else 'rest'}"
        facts = (name, _shown(written) or written.raw, _shown(chosen))
        fields = tuple(dict.fromkeys((name, *bound)))
        yield Finding(rule, Severity.REVIEW, fields, facts)


def _is_proposed(reading: FieldReading) -> bool:
    """Whether it is an address or a service that is known, which reading alone could not prefer."""
    is_offered = means(reading.type) in (Means.EMAIL, Means.ORGANISATION)
    return is_offered and reading.backing is Backing.KNOWN


def _shown(reading: FieldReading) -> str:
    """What a reading holds, as the secretary reads it."""
    field_type = find(reading.type)
    return field_type.display(reading.value) if field_type and reading.text else reading.text
