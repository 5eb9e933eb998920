"""What a person decides about a registration, and what follows from it: pure functions.

A decision gives one reading (origin HUMAN, certain). What depends on it is computed anew: the
uncounted people, the amount due, the rules of ``judging.validate``, the form's constraints, and
which of the machine's readings are doubted. A finding of a rule or a constraint stands as long as
that says so; one that reading left stands until a person has decided every field it names. Both may
be settled, with a reason: they are then for information. A settled finding of a rule is open again
as soon as it says something else.
"""

from collections.abc import Iterator
from dataclasses import replace
from math import prod

from pipeline.decisions import Act, Decision
from pipeline.forms.constraints import Arithmetic
from pipeline.forms.schema import Form, Zone
from pipeline.geometry import BoxMm
from pipeline.judging.calibration import Gate
from pipeline.judging.doubts import (
    ANEW,
    Settled,
    asks,
    counting,
    doubts_of,
    is_computed,
    is_settled,
    named_by,
)
from pipeline.judging.labels import REASONS, label
from pipeline.judging.reconcile import broken_constraints
from pipeline.judging.validate import (
    RULES,
    decide,
    one_box_is_ticked,
    total_is_written,
    total_matches_tariff,
)
from pipeline.judging.values import as_typed, gap, position
from pipeline.records import (
    Candidate,
    FieldReading,
    Finding,
    Origin,
    Registration,
    Severity,
    Status,
)

ASK_ALL = Gate(maps={}, thresholds={}, least_targets={})
"""The gate that accepts no reading of the machine but text that the file holds."""

_GAP = total_matches_tariff.__name__
_ANSWERED = frozenset(rule.__name__ for rule in (total_is_written, one_box_is_ticked))
"""They ask what is written; a person who says nothing, or nothing legible, has answered."""
_SETTLED = "Réglé :"


def apply(
    registration: Registration, form: Form, decision: Decision, *, gate: Gate = ASK_ALL
) -> Registration:
    """The registration once that is decided about it.

    What says nothing of its fields or findings leaves it as it is. ``gate`` decides about readings
    that only a finding held back which the decision resolves. Raises ValueError, in French, for
    what cannot be decided.
    """
    match decision.act:
        case Act.CONFIRM:
            return confirm(registration, form, decision.field, gate=gate)
        case Act.CORRECT:
            return correct(registration, form, decision.field, decision.value, gate=gate)
        case Act.ILLEGIBLE:
            return illegible(registration, form, decision.field, gate=gate)
        case Act.SETTLE:
            return settle(registration, form, decision.field, decision.reason, gate=gate)
        case _:
            return registration


def confirm(
    registration: Registration, form: Form, field: str, *, gate: Gate = ASK_ALL
) -> Registration:
    """The field holds what was read; where nothing could be read, it is illegible.

    ``gate`` decides about readings that only a finding held back which the decision resolves.
    Raises ValueError where the field was not read.
    """
    reading = _read(registration, field)
    if not reading.candidates:
        return illegible(registration, form, field, gate=gate)
    once_corrected = reading.status is Status.CORRECTED
    status = Status.CORRECTED if once_corrected else Status.ACCEPTED
    decided = _said(reading, (Candidate(reading.value, reading.text, 1.0),), status)
    return _anew(registration, registration.replacing(decided), form, gate)


def correct(
    registration: Registration, form: Form, field: str, text: str, *, gate: Gate = ASK_ALL
) -> Registration:
    """The field holds ``text``, or nothing; a confirmation where that was read.

    A field that was not read is added, see ``add_line``. Raises ValueError, in French, where the
    text cannot be such a value.
    """
    reading = registration.reading(field)
    if reading is None:
        return add_line(registration, form, field, text, gate=gate)
    candidate = as_typed(form, field, text)
    if reading.candidates and candidate.value == reading.value:
        return confirm(registration, form, field, gate=gate)
    decided = _said(reading, (candidate,), Status.CORRECTED)
    return _anew(registration, registration.replacing(decided), form, gate)


def illegible(
    registration: Registration, form: Form, field: str, *, gate: Gate = ASK_ALL
) -> Registration:
    """Nobody can read the field: its value stays unknown. Raises ValueError if it was not read."""
    decided = _said(_read(registration, field), (), Status.CORRECTED)
    return _anew(registration, registration.replacing(decided), form, gate)


def add_line(
    registration: Registration, form: Form, field: str, text: str, *, gate: Gate = ASK_ALL
) -> Registration:
    """The registration with a field that was not read: a further person, a field of a lost page.

    ``personnes.5`` may lie beyond the form's lines. Raises ValueError, in French, where the text
    cannot be such a value, or the form knows no such field.
    """
    name, _, number = field.partition(".")
    zone = next((z for z in form.zones if z.field == name), None)
    numbered = number.isascii() and number.isdigit() and number == str(int(number or 0))
    if zone is None or zone.repeated != bool(number) or (number and (not numbered or number < "1")):
        raise ValueError(f"La fiche n'a pas de champ « {field} ».")
    if registration.reading(field):
        raise ValueError(f"Le champ « {field} » est déjà lu.")
    candidate = as_typed(form, field, text)
    line = int(number or 1)
    known = [r.page for r in registration.readings if _page(form, r.field) == zone.page]
    added = FieldReading(
        field=field,
        type=zone.type,
        page=known[0] if known else registration.page,
        box_mm=_box(zone, line),
        raw="",
        candidates=(candidate,),
        origin=Origin.HUMAN,
        status=Status.CORRECTED,
    )
    readings = [*registration.readings, added]
    readings.sort(key=lambda r: position(form, r.field))
    return _anew(registration, replace(registration, readings=tuple(readings)), form, gate)


def settle(
    registration: Registration, form: Form, rule: str, reason: str, *, gate: Gate = ASK_ALL
) -> Registration:
    """The findings of that rule are settled: one of ``labels.REASONS``, or a person's own words.

    Raises ValueError where no finding of that rule asks for it.
    """
    open_ones = [f for f in registration.findings if f.rule == rule and asks(f)]
    if not open_ones:
        raise ValueError("Cette remarque n'est plus à régler.")
    findings = tuple(_settled(f, reason) if f in open_ones else f for f in registration.findings)
    return _anew(registration, replace(registration, findings=findings), form, gate)


def closed(registration: Registration, form: Form, settled: Settled = ()) -> Registration:
    """The same with its status: accepted once no doubt is left.

    ``settled`` counts for findings that no rule computes, such as the store adds.
    """
    reasons = dict(settled)
    findings = tuple(
        _settled(f, reasons[f.rule]) if asks(f) and is_settled(f, reasons) else f
        for f in registration.findings
    )
    registration = replace(registration, findings=findings)
    doubtful = any(True for _ in doubts_of(registration, form))
    return replace(registration, status=Status.REVIEW if doubtful else Status.ACCEPTED)


def _read(registration: Registration, field: str) -> FieldReading:
    reading = registration.reading(field)
    if reading is None:
        raise ValueError(f"Le champ « {field} » n'a pas été lu.")
    return reading


def _said(reading: FieldReading, candidates: tuple[Candidate, ...], status: Status) -> FieldReading:
    """What a person says of a field: certain, and without a reason to doubt."""
    return replace(
        reading,
        candidates=candidates,
        origin=Origin.HUMAN,
        status=status,
        reason="",
        calibrated=None,
    )


def _anew(before: Registration, after: Registration, form: Form, gate: Gate) -> Registration:
    """``after`` a decision: with all that follows from it."""
    after = replace(after, total_due_cents=gap(after, form, {}).due_cents)
    after = replace(after, findings=tuple(_findings(before, after, form)))
    after = _counted(before, _doubted_anew(before, after, form, gate), form)
    return closed(after, form)


def _findings(before: Registration, registration: Registration, form: Form) -> Iterator[Finding]:
    for finding in registration.findings:
        answered = finding.severity is Severity.REVIEW and _is_decided(registration, form, finding)
        if finding.rule not in ANEW and not answered:
            yield finding
    ruled = [found for rule in RULES for found in rule(registration, form)]
    broken = dict(_broken(before, registration, form))
    for finding in (*broken, *ruled, *_unverifiable(registration, form)):
        told = f"{finding.message} {_SETTLED}"
        settled = [f for f in registration.findings if f.message.startswith(told)]
        if settled and not broken.get(finding):
            yield settled[0]
        elif finding.rule in _ANSWERED and _is_decided(registration, form, finding):
            yield replace(finding, severity=Severity.INFO)
        else:
            yield finding


def _broken(
    before: Registration, registration: Registration, form: Form
) -> Iterator[tuple[Finding, bool]]:
    """Each constraint that is not kept to, and whether by other values than before.

    The form's own words for it do not say which.
    """
    wordless = [bond.model_copy(update={"message": ""}) for bond in form.constraints]
    plain = form.model_copy(update={"constraints": tuple(wordless)})
    were = set(broken_constraints(before, plain))
    told = broken_constraints(registration, plain)
    for finding, now in zip(broken_constraints(registration, form), told, strict=True):
        yield finding, now not in were


def _unverifiable(registration: Registration, form: Form) -> Iterator[Finding]:
    """A sum that cannot be checked, for what a person declared illegible, needs a reason, too."""
    for bond in form.bonds:
        if not isinstance(bond, Arithmetic):
            continue
        total = registration.reading(bond.total)
        parts = (registration.reading(name) for name in bond.parts)
        illegible = [
            r.field for r in (*parts, total) if r and r.origin is Origin.HUMAN and not r.candidates
        ]
        if illegible and (total is None or total.field in illegible or total.value is not None):
            told = ", ".join(label(field, form.roles) for field in illegible)
            rule = bond.rule if bond in form.constraints else _GAP
            yield Finding(rule, Severity.REVIEW, f"Somme invérifiable : {told} illisible.")


def _doubted_anew(
    before: Registration, after: Registration, form: Form, gate: Gate
) -> Registration:
    """The machine's readings doubted where a finding is new; free, if the gate lets them, where
    the finding that held them back is gone."""
    were, are = _doubted(before), _doubted(after)
    for reading in after.readings:
        if reading.origin is Origin.HUMAN or is_computed(reading, form):
            continue
        was, told = (
            of.get(reading.field, of.get(reading.field.split(".")[0])) for of in (were, are)
        )
        if told and told != was:
            after = after.replacing(replace(reading, status=Status.REVIEW, reason=told))
        elif was and not told and reading.status is Status.REVIEW and reading.reason == was:
            alone = replace(after, readings=(reading,), findings=())
            after = after.replacing(decide(alone, form, gate).readings[0])
    return after


def _doubted(registration: Registration) -> dict[str, str]:
    """The fields that findings doubt, each with the message, as ``judging.validate`` has it."""
    asking = filter(asks, registration.findings)
    return {field: finding.message for finding in asking for field in finding.fields}


def _counted(before: Registration, after: Registration, form: Form) -> Registration:
    """The uncounted people as the others now say, unless a person said how many they are.

    They are known as well as those they follow from.
    """
    if form.people is None:
        return after
    uncounted = after.reading(form.people.uncounted)
    if uncounted is None:  # typed from nothing that was read
        name, origin = form.people.uncounted, Origin.COMPUTED
        uncounted = FieldReading(name, "count", after.page, None, "", (), origin)
        after = replace(after, readings=(*after.readings, uncounted))
    parts = counting(after, form)
    if not is_computed(uncounted, form) or parts == counting(before, form):
        return after
    counts = [part for part in parts if part.field in form.people.counted]
    values = [part.value for part in counts if isinstance(part.value, int)]
    candidates: tuple[Candidate, ...] = ()
    if len(values) == len(form.people.counted):
        named = sum(1 for part in parts if part not in counts and part.text)
        left = max(0, named - sum(values))
        sure = prod(part.confidence for part in counts)
        candidates = (Candidate(left, str(left), sure),)
    waiting = [label(part.field, form.roles) for part in parts if part.status is Status.REVIEW]
    return after.replacing(
        replace(
            uncounted,
            candidates=candidates,
            status=Status.REVIEW if waiting else Status.ACCEPTED,
            reason=f"Dépend de : {', '.join(waiting)}." if waiting else "",
            calibrated=None,
        )
    )


def _is_decided(registration: Registration, form: Form, finding: Finding) -> bool:
    named = named_by(registration, form, finding)
    return bool(named) and all(reading.origin is Origin.HUMAN for reading in named)


def _settled(finding: Finding, reason: str) -> Finding:
    message = f"{finding.message} {_SETTLED} {REASONS.get(reason, reason)}."
    return replace(finding, severity=Severity.INFO, message=message)


def _page(form: Form, field: str) -> int:
    return next((z.page for z in form.zones if z.field == field.split(".")[0]), 0)


def _box(zone: Zone, line: int) -> BoxMm | None:
    if not zone.repeated:
        return zone.box_mm
    return zone.lines[line - 1] if line <= len(zone.lines) else None
