"""Choose the fields of a form together, under the form's arithmetic.

The counts, the written total and the number of people named bind each other: counts x tariffs =
total, people named = those counted + those who pay nothing. Every combination of candidates is
weighed by its reading probabilities and by how well the sums agree; a field's confidence is then
the share of the weight that its value gathers. Senders do add up wrongly, so a total that disagrees
is unlikely, not impossible, and what was written is never overwritten.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from pipeline.forms.schema import Form, Sum
from pipeline.geometry import FloatArray
from pipeline.records import Candidate, FieldReading, Finding, Origin, Registration, Severity

_P_WRONG_SUM = 0.05
"""How often a sender's total is not what the tariff gives."""
_P_EACH_WRONG_SUM = _P_WRONG_SUM / 200
"""The same for one given wrong total: a sender errs by some round or plausible amount."""
_P_SLIP = 0.01
"""The same for a total that leaves out, or counts twice, one person or one meal."""
_P_TOO_MANY_COUNTED = 0.01
"""How often more people are counted than are named."""
_P_UNCOUNTED = 0.2
"""How often one person more is named than counted (a student)."""
_P_MORE_THAN_PEOPLE = 0.02
"""How often a count that is not of people (meals) exceeds the people named."""
_FLOOR = 1e-5
"""Least probability of a small count: no reading is so sure that arithmetic may not overrule it."""
_LEAST = 1e-6
"""Least probability that is still worth keeping."""
_COUNT_SUPPORT, _TOTAL_SUPPORT = 0.1, 0.3
"""A value that the sum prefers is taken without a person where the paper gives it this much; a
total needs more, for what a sender wrote is never overwritten."""
_LEAST_SHARE = 0.02
"""A total is a candidate where the paper gives it this much of what it gives the likeliest."""
_MAX_CANDIDATES = 12


def reconcile(registration: Registration, form: Form) -> Registration:
    """The registration with candidates re-weighed jointly, the computed total, and the uncounted.

    Exact: all combinations are weighed (a few thousand at most), one axis of an array for each
    count and the last one for the total. A form without arithmetic is returned as it is.
    """
    if form.sum is None:
        return registration
    people = _people_named(registration, form)
    counts = {n: _count_candidates(registration, n, people) for n in form.sum.tariffs_cents}
    total = registration.reading(form.sum.total)
    totals = _total_candidates(total) if total else ()

    values = dict(zip(counts, np.ix_(*(list(c) for c in counts.values())), strict=True))
    weights = np.asarray(1.0)
    for probabilities in np.ix_(*(list(c.values()) for c in counts.values())):
        weights = weights * probabilities
    due = np.asarray(sum(values[name] * t for name, t in form.sum.tariffs_cents.items()))
    rest = np.zeros_like(due)
    if form.people is not None and people is not None:
        rest = rest + people - sum(values[name] for name in form.people.counted)
        weights = weights * np.where(rest < 0, _P_TOO_MANY_COUNTED, _P_UNCOUNTED ** np.abs(rest))
        for name in set(counts) - set(form.people.counted):
            weights = weights * np.where(values[name] > people, _P_MORE_THAN_PEOPLE, 1.0)
    # The last total stands for every total not among the candidates: it agrees with nothing.
    cents = np.array([-1 if c.value is None else c.value for c in totals] + [-1], dtype=np.int64)
    read = np.array([c.probability for c in totals] + [0.0])
    read[-1] = max(_LEAST, 1.0 - read.sum())
    gap = np.abs(due[..., None] - cents)
    slips = np.isin(gap, list(form.sum.tariffs_cents.values()))
    agreement = np.where(slips, _P_SLIP, _P_EACH_WRONG_SUM)
    agreement = np.where(gap == 0, 1 - _P_WRONG_SUM, agreement)
    joint = weights[..., None] * agreement * read
    joint /= joint.sum()

    reconciled = registration
    for axis, (name, found) in enumerate(counts.items()):
        shares = joint.sum(axis=tuple(i for i in range(joint.ndim) if i != axis))
        ranked = _ranked(dict(zip(found, shares, strict=True)))
        reconciled = _with_candidates(reconciled, name, ranked)
    shares = joint.sum(axis=tuple(range(joint.ndim - 1)))
    again = [replace(c, probability=float(p)) for c, p in zip(totals, shares, strict=False)]
    again.sort(key=lambda c: -c.probability)
    reconciled = _with_candidates(reconciled, form.sum.total, tuple(again))
    registration = replace(
        reconciled, findings=(*registration.findings, *_overruled(registration, reconciled, form))
    )
    if form.people is not None and people is not None:
        registration = _with_uncounted(registration, form.people.uncounted, rest, joint)
    return replace(registration, total_due_cents=_total_due_cents(registration, form.sum))


def _people_named(registration: Registration, form: Form) -> int | None:
    if form.people is None:
        return None
    prefix = f"{form.people.named}."
    return sum(1 for r in registration.readings if r.field.startswith(prefix) and r.text)


def _count_candidates(
    registration: Registration, name: str, people: int | None
) -> dict[int, float]:
    """The probability of each value of a count, with every small number as a last resort."""
    reading = registration.reading(name)
    candidates = reading.candidates[:_MAX_CANDIDATES] if reading else ()
    found = {c.value: c.probability for c in candidates if isinstance(c.value, int)}
    return dict.fromkeys(range((people or 4) + 1), _FLOOR) | found


def _total_candidates(total: FieldReading) -> tuple[Candidate, ...]:
    """What the sender may have written: nothing so unlikely that only the sum would suggest it."""
    least = _LEAST_SHARE * total.confidence
    return tuple(c for c in total.candidates[:_MAX_CANDIDATES] if c.probability >= least)


def _ranked(shares: Mapping[int, float]) -> tuple[Candidate, ...]:
    ranked = sorted(shares.items(), key=lambda item: -item[1])
    return tuple(Candidate(v, str(v), float(p)) for v, p in ranked if p > _LEAST)


def _with_candidates(
    registration: Registration, name: str, candidates: tuple[Candidate, ...]
) -> Registration:
    reading = registration.reading(name)
    if reading is None or not candidates:
        return registration
    return registration.replacing(replace(reading, candidates=candidates))


def _overruled(before: Registration, after: Registration, form: Form) -> Iterator[Finding]:
    """Where the sum prefers what the paper hardly supports: all that the sum binds is doubted.

    A sender who errs and a slash that looks like a 1 can conspire to make a false sum agree.
    """
    if form.sum is None:
        return
    uncounted = (form.people.uncounted,) if form.people else ()
    bound = (form.sum.total, *form.sum.tariffs_cents, *uncounted)
    for name in (form.sum.total, *form.sum.tariffs_cents):
        written, chosen = before.reading(name), after.reading(name)
        if written is None or chosen is None or written.value == chosen.value:
            continue
        support = sum(c.probability for c in written.candidates if c.value == chosen.value)
        if support < (_TOTAL_SUPPORT if name == form.sum.total else _COUNT_SUPPORT):
            seen = written.text or written.raw or "illisible"
            message = f"{name} : « {seen} » d'après l'écriture, {chosen.text} d'après la somme."
            yield Finding("reading_agrees_with_sum", Severity.REVIEW, message, bound)


def _with_uncounted(
    registration: Registration, name: str, rest: FloatArray, joint: FloatArray
) -> Registration:
    """The people named whom no count covers; more counted than named is none, never negative."""
    shares: dict[int, float] = defaultdict(float)
    by_rest = np.broadcast_to(np.maximum(rest, 0), joint.shape[:-1])
    for value, weight in zip(by_rest.ravel(), joint.sum(axis=-1).ravel(), strict=True):
        shares[int(value)] += float(weight)
    reading = FieldReading(
        field=name,
        type="count",
        page=registration.page,
        box_mm=None,
        raw="",
        candidates=_ranked(shares),
        origin=Origin.COMPUTED,
    )
    return replace(registration, readings=(*registration.readings, reading))


def _total_due_cents(registration: Registration, arithmetic: Sum) -> int | None:
    """The counts as read times their tariffs; None where a count is missing."""
    due = 0
    for name, tariff in arithmetic.tariffs_cents.items():
        reading = registration.reading(name)
        if reading is None or not isinstance(reading.value, int):
            return None
        due += reading.value * tariff
    return due


def gap_cents(registration: Registration, form: Form) -> int | None:
    """The total as read minus the total as computed; None where one of them is unknown."""
    total = registration.reading(form.sum.total) if form.sum else None
    due = registration.total_due_cents
    if total is None or not isinstance(total.value, int) or due is None:
        return None
    return total.value - due
