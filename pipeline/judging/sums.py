"""The sum of a form, and who is left uncounted: what follows from its other fields."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from math import prod

from pipeline.forms.schema import Form
from pipeline.forms.zone import Zone
from pipeline.french import label
from pipeline.judging.values import as_typed
from pipeline.records import Candidate, FieldReading, FieldValue, Registration
from pipeline.roles import BETWEEN, option_of


@dataclass(frozen=True, slots=True)
class SumLine:
    """A count, or how often an option is chosen, and its price, both in ``amount_cents``; None
    where the count is unknown. Of an amount ``as_written``, there is one."""

    field: str
    label: str
    count: int | None
    tariff_cents: int
    amount_cents: int | None
    as_written: bool = False


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
    """The registration with what is due for what it holds: None where a count, a choice or an
    amount of it is unknown."""
    amounts = [line.amount_cents for line in lines(registration, form)]
    known = [amount for amount in amounts if amount is not None]
    due = sum(known) if form.is_priced and len(known) == len(amounts) else None
    return replace(registration, total_due_cents=due)


def gap(registration: Registration, form: Form, typed: Mapping[str, str]) -> Gap:
    """The sum with what is being typed, by field, in the place of what is held."""
    if not form.is_priced:
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
        asked=bool(form.total),
    )


def lines(registration: Registration, form: Form) -> list[SumLine]:
    """What a registration has of each tariff of its form, what all pay, and the amounts that are
    added to it."""
    counted = []
    for field, tariff in form.tariffs_cents.items():
        reading = registration.reading(field)
        count = reading.value if reading and isinstance(reading.value, int) else None
        counted.append(_line(form, field, count, tariff))
    for zone in form.priced:
        chosen = _chosen(registration, form, zone)
        for option, tariff in zone.tariffs_cents.items():
            count = None if chosen is None else chosen.count(option)
            counted.append(_line(form, option_of(zone.field, option), count, tariff))
    for name, cents in form.fixed_cents.items():
        counted.append(SumLine(name, label(name, form.roles), 1, cents, cents, as_written=True))
    for field in form.adds:
        added_cents = _added_cents(registration.reading(field))
        named = label(field, form.roles)
        line = SumLine(field, named, 1, added_cents or 0, added_cents, as_written=True)
        counted.append(line if added_cents is not None else replace(line, count=None))
    return counted


def _line(form: Form, field: str, count: int | None, tariff_cents: int) -> SumLine:
    amount_cents = None if count is None else count * tariff_cents
    return SumLine(field, label(field, form.roles), count, tariff_cents, amount_cents)


def sum_fields(registration: Registration, form: Form) -> tuple[str, ...]:
    """The fields that the total of the form is made of, as they were read, and then the total."""
    priced = {zone.field for zone in form.priced}
    chosen = (r.field for r in registration.readings if r.field.partition(".")[0] in priced)
    total = (form.total,) if form.total else ()
    return (*form.tariffs_cents, *chosen, *form.adds, *total)


def options_in(value: FieldValue, zone: Zone) -> tuple[str, ...] | None:
    """The options that a value chooses; None where it is unknown, or none of the zone's."""
    if not isinstance(value, str):
        return None
    options = tuple(value.split(BETWEEN)) if value else ()
    return options if {*options} <= zone.boxes.keys() else None


def cost_cents(value: FieldValue, zone: Zone) -> int | None:
    """What the options cost that a value chooses; None where that is unknown."""
    options = options_in(value, zone)
    if options is None:
        return None
    return sum(zone.tariffs_cents.get(option, 0) for option in options)


def _chosen(registration: Registration, form: Form, zone: Zone) -> list[str] | None:
    """The options chosen in all rows; None where one is unknown, or the page was not received.

    Rows that nobody wrote in have no reading, and may all be left so.
    """
    readings = registration.repeated(zone.field)
    if not readings and not (zone.repeated and zone.page in pages_read(registration, form)):
        return None
    options: list[str] = []
    for reading in readings:
        known = options_in(reading.value, zone)
        if known is None:
            return None
        options += known
    return options


def _added_cents(reading: FieldReading | None) -> int | None:
    """An amount that is added as it is written; what is left blank adds nothing."""
    if reading is None or not reading.candidates:
        return None
    if isinstance(reading.value, int):
        return reading.value
    return None if reading.text else 0


def pages_read(registration: Registration, form: Form) -> set[int]:
    """The pages of a form of which anything was received."""
    return {zone.page for zone in form.zones if registration.repeated(zone.field)}


def left_uncounted(registration: Registration, form: Form) -> tuple[Candidate, ...]:
    """How many people are named whom no count covers, as sure as the counts are; none if unknown.

    More counted than named leaves nobody.
    """
    if not form.uncounted:
        return ()
    counts = [reading for name in form.counted for reading in registration.repeated(name)]
    values = [count.value for count in counts if isinstance(count.value, int)]
    if len(values) < len(form.counted):
        return ()
    left = max(0, len(registration.named) - sum(values))
    return (Candidate(left, str(left), prod(count.confidence for count in counts)),)
