"""The checks, each a function whose name is its rule; and which fields a person must see."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from pipeline import fields
from pipeline.fields import Nature
from pipeline.forms.schema import Form
from pipeline.french import GAP, LINE_GAP, depends_on, sentence
from pipeline.judging.error_class import ErrorClass, alternatives
from pipeline.judging.gate import Gate
from pipeline.judging.people import names_are_whole, people_are_persons
from pipeline.judging.postal import town_has_its_code
from pipeline.judging.sums import pages_read
from pipeline.paper.covered import WHOLE_FORM
from pipeline.records import (
    FieldReading,
    Finding,
    Origin,
    Quality,
    Registration,
    Severity,
    Status,
)
from pipeline.roles import Roles

Rule = Callable[[Registration, Form], Iterator[Finding]]

UNSURE, MISSPELLED = "Lecture incertaine", "Orthographe incertaine"
"""How the reason begins where nothing but its confidence speaks against a reading, or against how
it is spelled."""
_OFFERED = 2


def total_matches_tariff(registration: Registration, form: Form) -> Iterator[Finding]:
    written, due, gap = (
        registration.total_cents,
        registration.total_due_cents,
        registration.gap_cents,
    )
    if form.is_priced and written is not None and due is not None and gap:
        parts = (*form.tariffs_cents, *(zone.field for zone in form.priced), *form.adds)
        fields = (form.total, *parts, *_uncounted(form))
        yield Finding(GAP, Severity.REVIEW, fields, (written, due))


def line_matches_tariff(registration: Registration, form: Form) -> Iterator[Finding]:
    """A finding for each amount beside a count that is not the count times its tariff."""
    for bond in form.line_amounts:
        line, (count,) = registration.reading(bond.total), bond.parts
        counted = registration.reading(count)
        if line is None or counted is None or bond.holds((counted.value, line.value)) is not False:
            continue
        due = int(counted.value or 0) * form.tariffs_cents[count]
        fields = (line.field, count, *(_uncounted(form) if count in form.counted else ()))
        yield Finding(LINE_GAP, Severity.REVIEW, fields, (line.value, due))


def total_is_written(registration: Registration, form: Form) -> Iterator[Finding]:
    lines = {bond.total for bond in form.line_amounts}  # who counts nothing writes no amount
    totals = dict.fromkeys(total for bond in form.bonds for total in bond.totals)
    for name in (name for name in totals if name not in lines):
        reading = registration.reading(name)
        if reading is not None and reading.value is None:
            yield Finding("total_is_written", Severity.REVIEW, (name,))


def somebody_is_named(registration: Registration, form: Form) -> Iterator[Finding]:
    if form.people and not registration.named:
        yield Finding("somebody_is_named", Severity.REVIEW, form.people.zones_named)


def no_more_counted_than_named(registration: Registration, form: Form) -> Iterator[Finding]:
    if form.people is None:
        return
    named = len(registration.named)
    counted = sum(
        reading.value
        for name in form.counted
        if (reading := registration.reading(name)) and isinstance(reading.value, int)
    )
    if counted > named:
        yield Finding(
            "no_more_counted_than_named",
            Severity.REVIEW,
            (*form.people.zones_named, *form.counted, *_uncounted(form)),
            (counted, named),
        )


def one_box_is_ticked(registration: Registration, form: Form) -> Iterator[Finding]:
    """Where one option has to be chosen that costs something, none chosen is a doubt, too."""
    priced = {zone.field for zone in form.priced}
    for reading in registration.readings:
        field_type = fields.find(reading.type)
        if field_type is None or field_type.nature is not Nature.MARK:
            continue
        if field_type.several or "" in dict(field_type.options):  # then none is an answer, too
            continue
        if reading.value == "":
            if reading.field.partition(".")[0] in priced:
                facts = (reading.field, 0)
                yield Finding("one_box_is_ticked", Severity.REVIEW, (reading.field,), facts)
            else:
                yield Finding("one_box_is_ticked", Severity.INFO, facts=(reading.field, 0))
        elif reading.value is None:  # no answer, for more than one box was given
            facts = (reading.field, 2)
            yield Finding("one_box_is_ticked", Severity.REVIEW, (reading.field,), facts)


def every_page_is_there(registration: Registration, form: Form) -> Iterator[Finding]:
    pages = {zone.page for zone in form.zones}
    read = pages_read(registration, form)
    cut_off = {
        f for finding in registration.findings if finding.rule == WHOLE_FORM for f in finding.fields
    }
    missing = [
        zone.field
        for zone in form.zones
        if not registration.repeated(zone.field)
        and zone.field not in cut_off
        # Lines that repeat are read only where written on: all of a page's are seldom left empty.
        and (not zone.repeated or (len(pages) > 1 and zone.page not in read))
    ]
    if missing:
        yield Finding("every_page_is_there", Severity.REVIEW, tuple(missing))


RULES: tuple[Rule, ...] = (
    total_matches_tariff,
    line_matches_tariff,
    total_is_written,
    somebody_is_named,
    people_are_persons,
    names_are_whole,
    no_more_counted_than_named,
    one_box_is_ticked,
    every_page_is_there,
    town_has_its_code,
)


def decide(
    registration: Registration, form: Form, gate: Gate, *, were: Mapping[str, str]
) -> Registration:
    """Accept or send to review each field that the machine read, with the reason.

    A finding wins over any confidence. What a person said stays as it is, and so does what was
    decided before about a reading, unless a finding doubts it now, or doubted it then and no more:
    ``were`` says which. The readings come back calibrated.
    """
    doubts = doubted(registration.findings, registration.roles)
    readings = tuple(
        _decide(reading, doubts, were, gate, registration.quality)
        for reading in registration.readings
    )
    if form.uncounted:  # who is not counted is known where the counts are
        unsure = [
            r.field for r in readings if r.field in form.counted and r.status is Status.REVIEW
        ]
        if unsure:
            doubts |= {form.uncounted: depends_on(unsure, registration.roles)}
            readings = tuple(
                _decide(reading, doubts, were, gate, registration.quality) for reading in readings
            )
    return replace(registration, readings=readings)


def doubted(findings: Iterable[Finding], roles: Roles) -> dict[str, str]:
    """The fields that findings doubt, each with the words of the last one."""
    asking = (finding for finding in findings if finding.asks)
    return {field: sentence(finding, roles) for finding in asking for field in finding.fields}


def _decide(
    reading: FieldReading,
    doubts: Mapping[str, str],
    were: Mapping[str, str],
    gate: Gate,
    quality: Quality,
) -> FieldReading:
    if reading.origin is Origin.HUMAN:
        return reading
    if reading.calibrated is None:
        reading = gate.calibrated(reading, quality)
    whole = reading.field.split(".")[0]
    doubt, was = (of.get(reading.field) or of.get(whole) for of in (doubts, were))
    if doubt:
        return replace(reading, status=Status.REVIEW, reason=doubt)
    freed = reading.reason in ("", was) or reading.origin is Origin.COMPUTED
    if reading.status is not Status.REVIEW or not freed:
        return reading
    reason = ""
    if not reading.candidates:
        reason = "Illisible."
    elif (error := gate.doubt(reading, quality)) is not None:
        others = alternatives(reading, error, most=_OFFERED)
        reason = MISSPELLED if error is ErrorClass.SPELLING else UNSURE
        if others:
            reason += f" ; peut-être : {', '.join(others)}".removesuffix(".")
        reason += "."
    status = Status.REVIEW if reason else Status.ACCEPTED
    return replace(reading, status=status, reason=reason)


def _uncounted(form: Form) -> tuple[str, ...]:
    return (form.uncounted,) if form.uncounted else ()
