"""The sum of a form, and who is left uncounted: what follows from its other fields."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from math import prod

from pipeline.forms.schema import Form
from pipeline.french import label
from pipeline.judging.values import as_typed
from pipeline.records import Candidate, FieldReading, Registration


@dataclass(frozen=True, slots=True)
class SumLine:
    """A count and its price, both in ``amount_cents``; None where the count is unknown."""

    field: str
    label: str
    count: int | None
    tariff_cents: int
    amount_cents: int | None


@dataclass(frozen=True, slots=True)
class Gap:
    """The sum of a form as it stands: what is due, what was written, written minus due.

    None where unknown. Not ``asked``: the form has no place for the total.
    """

    lines: tuple[SumLine, ...] = ()
    due_cents: int | None = None
    written_cents: int | None = None
    gap_cents: int | None = None
    asked: bool = True


def with_due(registration: Registration, form: Form) -> Registration:
    """The registration with what is due for what it holds: None where a count is unknown."""
    amounts = [line.amount_cents for line in lines(registration, form)]
    known = [amount for amount in amounts if amount is not None]
    due = sum(known) if form.sum and len(known) == len(amounts) else None
    return replace(registration, total_due_cents=due)


def gap(registration: Registration, form: Form, typed: Mapping[str, str]) -> Gap:
    """The sum with what is being typed, by field, in the place of what is held."""
    if form.sum is None:
        return Gap()
    for field, text in typed.items():
        candidates: tuple[Candidate, ...] = ()
        with suppress(ValueError):  # what is typed is no such value yet
            candidates = (as_typed(form, field, text),)
        reading = registration.reading(field) or FieldReading(field, "", 0, None, "", ())
        registration = registration.holding(replace(reading, candidates=candidates))
    held = with_due(registration, form)
    written = held.total_cents
    return Gap(
        tuple(lines(held, form)),
        held.total_due_cents,
        written,
        held.gap_cents,
        asked=bool(form.sum.total),
    )


def lines(registration: Registration, form: Form) -> list[SumLine]:
    """What a registration counts of each tariff of its form."""
    counted = []
    for field, tariff in form.sum.tariffs_cents.items() if form.sum else ():
        reading = registration.reading(field)
        count = reading.value if reading and isinstance(reading.value, int) else None
        amount = None if count is None else count * tariff
        counted.append(SumLine(field, label(field, form.roles), count, tariff, amount))
    return counted


def left_uncounted(registration: Registration, form: Form) -> tuple[Candidate, ...]:
    """How many people are named whom no count covers, as sure as the counts are; none if unknown.

    More counted than named leaves nobody.
    """
    if form.people is None:
        return ()
    counts = [reading for name in form.people.counted for reading in registration.repeated(name)]
    values = [count.value for count in counts if isinstance(count.value, int)]
    if len(values) < len(form.people.counted):
        return ()
    left = max(0, len(registration.named) - sum(values))
    return (Candidate(left, str(left), prod(count.confidence for count in counts)),)
