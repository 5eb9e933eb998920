"""The one judge of a form: what follows from what it holds, however each value came in.

A run asks it about what was read, a review about what people said: the same values are judged by
the same rules. What follows is computed anew each time from the values alone, so that the order in
which they came does not matter: who is left uncounted, the amount due, the findings of the rules
and of the form's constraints, and which of the machine's readings a person must see. A finding that
reading left stands until a person has decided every field that it names.
"""

from collections.abc import Iterator
from dataclasses import replace

from pipeline import fields
from pipeline.forms import constraints
from pipeline.forms.constraints import Arithmetic
from pipeline.forms.schema import CHOSEN, Form
from pipeline.french import GAP, LINE_GAP, broken, depends_on, label, people_named, sentence
from pipeline.judging.doubts import counting, doubts_of, is_computed, named_by
from pipeline.judging.gate import Gate
from pipeline.judging.postal import town_has_its_code
from pipeline.judging.sums import left_uncounted, sum_fields, with_due
from pipeline.judging.validate import (
    RULES,
    decide,
    doubted,
    one_box_is_ticked,
    total_is_written,
)
from pipeline.judging.values import type_of
from pipeline.records import (
    FieldReading,
    FieldValue,
    Finding,
    Origin,
    Registration,
    Severity,
    Status,
)

_ANEW = constraints.RULES | {rule.__name__ for rule in RULES}
"""The rules that are asked each time."""
_ANSWERED = frozenset(
    rule.__name__ for rule in (total_is_written, one_box_is_ticked, town_has_its_code)
)
"""They ask what is written; a person who says nothing, or nothing legible, has answered."""


def judge(registration: Registration, form: Form, gate: Gate) -> Registration:
    """The registration with all that follows from its values; judging it again changes nothing.

    ``gate`` decides about what the machine has read and no finding doubts, once: what was decided
    then stays, whatever the gate is now.
    """
    were = doubted(registration.findings, registration.roles)
    uncounted = _following(registration, form)
    if uncounted is not None:
        left = left_uncounted(registration, form)
        uncounted = replace(uncounted, candidates=left, calibrated=None)
        registration = registration.holding(uncounted)
    registration = with_due(registration, form)
    registration = replace(registration, findings=tuple(_findings(registration, form)))
    registration = decide(registration, form, gate, were=were)
    if uncounted is not None:
        registration = registration.replacing(_waiting(uncounted, registration, form))
    doubtful = any(True for _ in doubts_of(registration, form))
    return replace(registration, status=Status.REVIEW if doubtful else Status.ACCEPTED)


def _following(registration: Registration, form: Form) -> FieldReading | None:
    """Who is left uncounted, where that follows from what people said of the others."""
    if not any(part.origin is Origin.HUMAN for part in counting(registration, form)):
        return None
    name = form.uncounted
    uncounted = registration.reading(name)
    if uncounted is None:  # typed from nothing that was read
        return FieldReading(
            name, type_of(form, name), registration.page, None, "", (), Origin.COMPUTED
        )
    return uncounted if is_computed(uncounted, form) else None


def _waiting(uncounted: FieldReading, registration: Registration, form: Form) -> FieldReading:
    """Who is left uncounted is known as well as those that it follows from."""
    parts = counting(registration, form)
    waiting = [part.field for part in parts if part.status is Status.REVIEW]
    return replace(
        uncounted,
        status=Status.REVIEW if waiting else Status.ACCEPTED,
        reason=depends_on(waiting, form.roles) if waiting else "",
    )


def _findings(registration: Registration, form: Form) -> Iterator[Finding]:
    for finding in registration.findings:
        answered = finding.asks and _is_decided(registration, form, finding)
        if finding.rule not in _ANEW and not answered:
            yield finding
    # What an earlier version settled has no facts. Most rules' words say all, the form's own not.
    settled = {
        (f.rule, f.fields, f.facts if f.facts or not f.said else f.said): f.settled
        for f in registration.findings
        if f.settled
    }
    factless = {(f.rule, f.fields): f.settled for f in registration.findings if f.settled}
    broken = broken_constraints(registration, form)
    ruled = (finding for rule in RULES for finding in rule(registration, form))
    for finding in (*broken, *ruled, *_unverifiable(registration, form)):
        reason = settled.get((finding.rule, finding.fields, finding.facts), "")
        if not reason and not finding.said:
            words = sentence(finding, registration.roles)
            reason = settled.get((finding.rule, finding.fields, words), "")
            if not finding.facts:  # its rule and fields say all
                reason = reason or factless.get((finding.rule, finding.fields), "")
        if finding.rule in _ANSWERED and _is_decided(registration, form, finding):
            finding = replace(finding, severity=Severity.INFO)
        yield replace(finding, settled=reason) if reason else finding


def broken_constraints(registration: Registration, form: Form) -> Iterator[Finding]:
    """A finding for each of the form's ``[[constraints]]`` that the values do not keep to."""
    for bond in form.constraints:
        for group in bond.groups:
            added = set(group).difference(bond.totals) if isinstance(bond, Arithmetic) else set()
            shown = [_shown(registration, form, n, added=n in added) for n in group]
            if bond.holds([value for value, _ in shown]) is False:
                names = [label(name, form.roles) for name in group]
                words = bond.message or broken(bond.says, names, [text for _, text in shown])
                fields = tuple(name for name in group if not form.people_are(name))
                values = tuple(value for value, _ in shown)
                yield Finding(bond.rule, Severity.REVIEW, fields, values, said=words)


def _shown(
    registration: Registration, form: Form, name: str, *, added: bool
) -> tuple[FieldValue, str]:
    """What a field holds, and how the secretary reads it; what is left blank adds nothing."""
    if form.people and form.people_are(name):
        named = len(registration.named)
        return named, people_named(named)
    reading = registration.reading(name)
    if reading is None:
        return None, ""
    if added and reading.candidates and reading.value is None:
        return 0, "rien"
    return reading.value, fields.shown(reading, form.roles)


def _unverifiable(registration: Registration, form: Form) -> Iterator[Finding]:
    """A sum that cannot be checked, for what a person declared illegible, needs a reason, too."""
    for bond in form.bonds:
        if not isinstance(bond, Arithmetic):
            continue
        total = registration.reading(bond.total)
        own = bond.parts if CHOSEN not in bond.parts else sum_fields(registration, form)
        parts = (registration.reading(name) for name in own if name != bond.total)
        illegible = [
            r.field for r in (*parts, total) if r and r.origin is Origin.HUMAN and not r.candidates
        ]
        if illegible and (total is None or total.field in illegible or total.value is not None):
            yield Finding(_rule_of(bond, form), Severity.REVIEW, facts=tuple(illegible))


def _rule_of(bond: Arithmetic, form: Form) -> str:
    if bond in form.constraints:
        return bond.rule
    return LINE_GAP if bond in form.line_amounts else GAP


def _is_decided(registration: Registration, form: Form, finding: Finding) -> bool:
    named = named_by(registration, form, finding)
    return bool(named) and all(reading.origin is Origin.HUMAN for reading in named)
