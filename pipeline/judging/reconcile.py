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
from pipeline.forms.constraints import Arithmetic, Constraint
from pipeline.forms.schema import CHOSEN, Form
from pipeline.forms.zone import Zone
from pipeline.geometry import FloatArray
from pipeline.judging.background import Background, with_known
from pipeline.judging.backing import backing_of
from pipeline.judging.corroborate import (
    corroborations,
    members_are_listed,
    members_factor,
)
from pipeline.judging.inference import Factor, marginals
from pipeline.judging.named import (
    NAMED,
    counted_factors,
    lines_of_people,
    people_factors,
    people_priors,
    states_of,
)
from pipeline.judging.postal import agreeing, pairs
from pipeline.judging.sums import cost_cents, left_uncounted, sum_fields
from pipeline.judging.unknowns import (
    Unknown,
    of_count,
    of_total,
    of_words,
    ranked,
)
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

_SUPPORT, _LEAST_SUPPORT = 0.3, 0.1
"""A value that the others prefer is taken without a person where the paper gives it this much: with
less, a sender who errs, or a namesake, would overwrite what was written. With hardly any, or where
a total would be overwritten, all that is bound together is doubted."""
_USUAL_PEOPLE = 4
"""Counts up to this are possible on a form that names nobody."""
_CORROBORATED = (
    *(Means.PERSON, Means.EMAIL, Means.ORGANISATION, Means.PHONE),
    *(Means.POSTAL_CODE, Means.TOWN),
)
_WEIGHED = (*_CORROBORATED, Means.SURNAME, Means.GIVEN_NAME)

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
    lines, factors = lines_of_people(registration, form, unknowns)
    priors |= {line.name: line.prior for line in lines}
    words = {unknown.name: unknown for unknown in (*unknowns.values(), *lines)}
    postal = [(code.field, town.field) for code, town in pairs(registration, form)]
    hidden, spoken = corroborations(words.values(), background, postal)
    factors += spoken
    if form.people:
        priors |= people_priors(lines, listing=background.list is not None)
        states = states_of(len(lines), listing=background.list is not None)
        numbers[form.people.named] = states[:, 0]
        factors += people_factors(lines, states, background)
        if form.people.members and background.list:
            claimed = unknowns[form.people.members]
            factors.append(members_factor(NAMED, states[:, 1], claimed))
    if form.people and form.uncounted:
        counted, bound = counted_factors(form.people, len(lines), states[:, 0], numbers)
        priors |= counted
        factors += bound
        priors[form.uncounted] = np.ones(len(lines) + 2)
    if form.total and (chosen := _chosen(registration, form, unknowns)):
        priors |= {name: np.ones(len(sums)) for name, sums in chosen[0].items()}
        factors += chosen[1]
        numbers[CHOSEN] = chosen[0][CHOSEN]
    for bond in form.bonds:
        factors += _bond_factors(bond, form, unknowns, numbers)
    posteriors = marginals({**priors, **hidden}, factors)
    reconciled = registration
    for name, unknown in unknowns.items():
        reading = registration.reading(name)
        candidates = ranked(unknown.candidates, posteriors[name])
        if reading and candidates:
            reconciled = reconciled.replacing(replace(reading, candidates=candidates))
    if not form.uncounted:
        return reconciled
    numbers_left = posteriors[form.uncounted]
    left = [Candidate(n, str(n), 0.0) for n in range(len(numbers_left) - 1)]
    return _with_uncounted(reconciled, form, ranked(left, numbers_left))


def _unknowns(registration: Registration, form: Form) -> Iterator[Unknown]:
    """Every field that something binds or may corroborate, those of numbers first."""
    most = _USUAL_PEOPLE
    halves: tuple[str, ...] = ()
    if form.people:
        halves = (form.people.named, form.people.given) if form.people.given else ()
        most = len(registration.repeated(form.people.named)) or _USUAL_PEOPLE
    totals = {name for bond in form.bonds for name in bond.totals}
    bound = [
        name for bond in form.bonds for group in _groups(bond, registration, form) for name in group
    ]
    names = [name for name in (*form.counted, *bound) if name not in totals]
    for name in dict.fromkeys((*names, *totals)):
        reading = registration.reading(name)
        if name in form.counted or (reading and means(reading.type) is Means.COUNT):
            yield of_count(name, reading, most=most)
        elif reading:
            yield of_total(reading) if name in totals else of_words(reading)
    for reading in registration.readings:
        is_half = reading.field.partition(".")[0] in halves
        if (means(reading.type) in _CORROBORATED or is_half) and reading.field not in bound:
            yield of_words(reading)


def _groups(bond: Constraint, registration: Registration, form: Form) -> Iterator[tuple[str, ...]]:
    """The fields that a constraint binds, with those of which options are chosen."""
    for group in bond.groups:
        yield sum_fields(registration, form) if CHOSEN in group else group


def _chosen(
    registration: Registration, form: Form, unknowns: Mapping[str, Unknown]
) -> tuple[dict[str, FloatArray], list[Factor]] | None:
    """Hidden: what the options chosen so far cost, from field to field, -1 for unknown; the last is
    ``CHOSEN``. None where nothing costs anything, or a field of it was not received."""
    readings = [(zone, registration.repeated(zone.field)) for zone in form.priced]
    fields = [(zone, reading.field) for zone, own in readings for reading in own]
    if not fields or any(not own and not zone.repeated for zone, own in readings):
        return None
    sums: dict[str, FloatArray] = {}
    factors = []
    before = ""
    reached: FloatArray = np.array([0], dtype=np.int64)
    for i, (zone, field) in enumerate(fields, start=1):
        costs = np.array([*(_cost(c, zone) for c in unknowns[field].candidates), -1])
        added = np.where(costs < 0, -1, reached[:, None] + costs)
        added[reached < 0] = -1
        after = CHOSEN if i == len(fields) else f"{CHOSEN} up to {field}"
        sums[after] = np.unique(added)
        table = (added[:, :, None] == sums[after]).astype(float)
        variables = (before, field, after) if before else (field, after)
        factors.append(Factor.of_table(variables, table if before else table[0]))
        before, reached = after, sums[after]
    return sums, factors


def _cost(candidate: Candidate, zone: Zone) -> int:
    cents = cost_cents(candidate.value, zone)
    return -1 if cents is None else cents


def _bond_factors(
    bond: Constraint, form: Form, unknowns: Mapping[str, Unknown], numbers: Mapping[str, FloatArray]
) -> Iterator[Factor]:
    """What a constraint says of its fields; nothing where one of them was not received."""
    for group in bond.groups:
        if not all(name in numbers for name in group):
            continue
        variables = tuple(NAMED if form.people_are(name) else name for name in group)
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
    if not form.uncounted:
        return registration
    left = left_uncounted(registration, form)
    return _with_uncounted(registration, form, left)


def _with_uncounted(
    registration: Registration, form: Form, candidates: tuple[Candidate, ...]
) -> Registration:
    """The people named whom no count covers; more counted than named is none, never negative."""
    reading = FieldReading(
        field=form.uncounted,
        type=type_of(form, form.uncounted),
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
    groups = [(bond, [*_groups(bond, before, form)]) for bond in form.bonds]
    bound_names = [
        name for _, bound_together in groups for group in bound_together for name in group
    ]
    known_names = [r.field for r in before.readings if means(r.type) in _WEIGHED]
    for name in dict.fromkeys((*bound_names, *known_names)):
        written, chosen = before.reading(name), after.reading(name)
        if written is None or chosen is None or written.value == chosen.value:
            continue
        support = sum(c.probability for c in written.candidates if c.value == chosen.value)
        if support >= _SUPPORT or _is_proposed(chosen):
            continue
        own = [(bond, g) for bond, g in groups if any(name in group for group in g)]
        bound = [name]
        if support < _LEAST_SUPPORT or any(name in bond.totals for bond, _ in own):
            bound = [n for _, g in own for group in g for n in group if not form.people_are(n)]
        if form.uncounted and not set(form.counted).isdisjoint(bound):
            bound.append(form.uncounted)
        summed = any(isinstance(bond, Arithmetic) for bond, _ in own)
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
