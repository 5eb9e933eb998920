"""The checks, each a function whose name is its rule; and which fields a person must see."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from pipeline import fields
from pipeline.fields import Nature
from pipeline.forms.schema import Form
from pipeline.french import GAP, depends_on, sentence
from pipeline.judging.calibration import Gate
from pipeline.judging.error_class import ErrorClass, alternatives
from pipeline.judging.people import names_are_whole, people_are_persons
from pipeline.judging.postal import town_has_its_code
from pipeline.paper.covered import WHOLE_FORM
from pipeline.records import (
    FieldReading,
    Finding,
    Origin,
    Quality,
    Registration,
    Roles,
    Severity,
    Status,
)

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
    if form.sum is not None and written is not None and due is not None and gap:
        yield Finding(
            GAP,
            Severity.REVIEW,
            (form.sum.total, *form.sum.tariffs_cents, *_uncounted(form)),
            (written, due),
        )


def total_is_written(registration: Registration, form: Form) -> Iterator[Finding]:
    for name in dict.fromkeys(total for bond in form.bonds for total in bond.totals):
        reading = registration.reading(name)
        if reading is not None and reading.value is None:
            yield Finding("total_is_written", Severity.REVIEW, (name,))


def somebody_is_named(registration: Registration, form: Form) -> Iterator[Finding]:
    if form.people and not registration.named:
        yield Finding("somebody_is_named", Severity.REVIEW, (form.people.named,))


def no_more_counted_than_named(registration: Registration, form: Form) -> Iterator[Finding]:
    if form.people is None:
        return
    named = len(registration.named)
    counted = sum(
        reading.value
        for name in form.people.counted
        if (reading := registration.reading(name)) and isinstance(reading.value, int)
    )
    if counted > named:
        yield Finding(
            "no_more_counted_than_named",
            Severity.REVIEW,
            (form.people.named, *form.people.counted, *_uncounted(form)),
            (counted, named),
        )


def one_box_is_ticked(registration: Registration, _form: Form) -> Iterator[Finding]:
    for reading in registration.readings:
        if fields.nature(reading.type) is not Nature.MARK:
            continue
        if reading.value == "":
            yield Finding("one_box_is_ticked", Severity.INFO, facts=(reading.field, 0))
        elif reading.value is None:  # no answer, for more than one box was given
            facts = (reading.field, 2)
            yield Finding("one_box_is_ticked", Severity.REVIEW, (reading.field,), facts)


def every_page_is_there(registration: Registration, form: Form) -> Iterator[Finding]:
    pages = {zone.page for zone in form.zones}
    read = {zone.page for zone in form.zones if registration.repeated(zone.field)}
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
    if form.people is not None:  # who is not counted is known where the counts are
        unsure = [
            r.field
            for r in readings
            if r.field in form.people.counted and r.status is Status.REVIEW
        ]
        if unsure:
            doubts |= {form.people.uncounted: depends_on(unsure, registration.roles)}
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
    return (form.people.uncounted,) if form.people else ()
