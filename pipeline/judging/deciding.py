"""What a person decides about a registration.

A decision gives one reading (origin HUMAN, certain), or settles findings with a reason; then all is
judged anew. A settled finding of a rule is open again as soon as it is about other values.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from pipeline.decisions import Act, Decision
from pipeline.forms.schema import Form
from pipeline.forms.zone import Zone
from pipeline.geometry import BoxMm
from pipeline.judging.gate import Gate
from pipeline.judging.judge import judge
from pipeline.judging.values import as_typed, position
from pipeline.records import (
    Candidate,
    FieldReading,
    Origin,
    Registration,
    Status,
)
from pipeline.roles import in_row, row_of

_ADDED = "Personne ajoutée : écrire son nom, ou laisser vide pour n'en rien faire."


def apply(
    registration: Registration, form: Form, decision: Decision, *, gate: Gate
) -> Registration:
    """The registration once that is decided about it.

    What says nothing of its fields or findings leaves it as it is. ``gate`` decides about what the
    machine read. Raises ValueError, in French, for what cannot be decided.
    """
    match decision.act:
        case Act.CONFIRM:
            return _confirm(registration, form, decision.field, gate=gate)
        case Act.CORRECT:
            return _correct(registration, form, decision.field, decision.value, gate=gate)
        case Act.ILLEGIBLE:
            return _illegible(registration, form, decision.field, gate=gate)
        case Act.SETTLE:
            return _settle(registration, form, decision.field, decision.reason, gate=gate)
        case _:
            return registration


def _confirm(registration: Registration, form: Form, field: str, *, gate: Gate) -> Registration:
    """The field holds what was read; where nothing could be read, it is illegible.

    Raises ValueError where the field was not read.
    """
    reading = _read(registration, field)
    if not reading.candidates:
        return _illegible(registration, form, field, gate=gate)
    once_corrected = reading.status is Status.CORRECTED
    status = Status.CORRECTED if once_corrected else Status.ACCEPTED
    decided = _by_person(reading, (Candidate(reading.value, reading.text, 1.0),), status)
    return judge(registration.replacing(decided), form, gate)


def _correct(
    registration: Registration, form: Form, field: str, text: str, *, gate: Gate
) -> Registration:
    """The field holds ``text``, or nothing; a confirmation where that was read.

    A field that was not read is added, see ``_add_line``. Raises ValueError, in French, where the
    text cannot be such a value.
    """
    reading = registration.reading(field)
    if reading is None:
        return _add_line(registration, form, field, text, gate=gate)
    candidate = as_typed(form, field, text)
    if reading.candidates and candidate.value == reading.value:
        return _confirm(registration, form, field, gate=gate)
    decided = _by_person(reading, (candidate,), Status.CORRECTED)
    return judge(registration.replacing(decided), form, gate)


def _illegible(registration: Registration, form: Form, field: str, *, gate: Gate) -> Registration:
    """Nobody can read the field: its value stays unknown. Raises ValueError if it was not read."""
    decided = _by_person(_read(registration, field), (), Status.CORRECTED)
    return judge(registration.replacing(decided), form, gate)


def _add_line(
    registration: Registration, form: Form, field: str, text: str, *, gate: Gate
) -> Registration:
    """The registration with a field that was not read: a further person, a field of a lost page.

    ``personnes.5`` may lie beyond the form's lines. Raises ValueError, in French, where the text
    cannot be such a value, or the form knows no such field.
    """
    if not _is_field(form, field):
        raise ValueError(f"La fiche n'a pas de champ « {field} ».")
    if registration.reading(field):
        raise ValueError(f"Le champ « {field} » est déjà lu.")
    typed = (as_typed(form, field, text),)
    added = _by_person(_unread(registration, form, field), typed, Status.CORRECTED)
    registration = replace(registration, readings=(*registration.readings, added))
    if text.strip() and form.people:  # the other half of a name is asked, too
        halves = (in_row(name, row_of(field)) for name in form.people.zones_named)
        registration = with_added(registration, form, halves)
    readings = sorted(registration.readings, key=lambda r: position(form, r.field))
    return judge(replace(registration, readings=tuple(readings)), form, gate)


def further_line(registration: Registration, form: Form) -> tuple[str, ...]:
    """The fields of a person to be added, whose line may lie beyond the form's; none where the form
    has no lines of people."""
    if form.people is None or not form.zone(form.people.named).repeated:
        return ()
    names = form.people.zones_named
    lines = (line for name in names for line in registration.repeated(name))
    last = max((row_of(line.field) for line in lines), default=0)
    return tuple(in_row(name, last + 1) for name in names)


def with_added(registration: Registration, form: Form, fields: Iterable[str]) -> Registration:
    """The registration with those of the fields, empty, that are further lines of people."""
    for field in fields:
        named = form.people.zones_named if form.people else ()
        is_line = _is_field(form, field) and "." in field and field.split(".")[0] in named
        if is_line and not registration.reading(field):
            registration = registration.holding(_unread(registration, form, field))
    return registration


def _is_field(form: Form, field: str) -> bool:
    """Whether a form may have such a field; of a repeated one, there may be any number of lines."""
    name, _, number = field.partition(".")
    zone = next((z for z in form.zones if z.field == name), None)
    if zone is None or not zone.repeated:
        return zone is not None and field == name
    return re.fullmatch("[1-9][0-9]{0,2}", number) is not None


def _unread(registration: Registration, form: Form, field: str) -> FieldReading:
    """A field of the form of which nothing was read, for a person to say what it holds."""
    zone = form.zone(field)
    known = [r.page for r in registration.readings if _page(form, r.field) == zone.page]
    return FieldReading(
        field=field,
        type=zone.type,
        page=known[0] if known else registration.page,
        box_mm=_box(zone, int(field.partition(".")[2] or 1)),
        raw="",
        candidates=(),
        origin=Origin.HUMAN,
        reason=_ADDED,
    )


def _settle(
    registration: Registration, form: Form, rule: str, reason: str, *, gate: Gate
) -> Registration:
    """The findings of that rule are settled: one of ``french.REASONS``, or a person's own words.

    Raises ValueError where no finding of that rule asks for it.
    """
    if not any(finding.rule == rule and finding.asks for finding in registration.findings):
        raise ValueError("Cette remarque n'est plus à régler.")
    findings = tuple(
        replace(finding, settled=reason) if finding.rule == rule and finding.asks else finding
        for finding in registration.findings
    )
    return judge(replace(registration, findings=findings), form, gate)


def _read(registration: Registration, field: str) -> FieldReading:
    reading = registration.reading(field)
    if reading is None:
        raise ValueError(f"Le champ « {field} » n'a pas été lu.")
    return reading


def _by_person(
    reading: FieldReading, candidates: tuple[Candidate, ...], status: Status
) -> FieldReading:
    """What a person says of a field: certain, and without a reason to doubt."""
    return replace(
        reading,
        candidates=candidates,
        origin=Origin.HUMAN,
        status=status,
        reason="",
        calibrated=None,
    )


def _page(form: Form, field: str) -> int:
    return next((z.page for z in form.zones if z.field == field.split(".")[0]), 0)


def _box(zone: Zone, line: int) -> BoxMm | None:
    if not zone.repeated:
        return zone.box_mm
    if zone.lines:
        return zone.lines[line - 1] if line <= len(zone.lines) else None
    return zone.apart[line - 1].box_mm if line <= len(zone.apart) else None
