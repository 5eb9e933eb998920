"""What a person decides about a registration, as a test says it; and the gates tests judge by."""

from pipeline.decisions import Act, Decision
from pipeline.forms.schema import Form
from pipeline.judging.calibration import Gate
from pipeline.judging.deciding import apply
from pipeline.records import Registration

ASK_ALL = Gate(maps={}, thresholds={}, least_targets={})
"""Accepts no reading of the machine but text that the file holds."""
LENIENT = Gate(
    maps={},
    thresholds=dict.fromkeys(
        ("text", "person", "organisation", "email", "phone", "count", "amount", "checkbox"), 0.9
    ),
    least_targets={},
)


def confirm(given: Registration, form: Form, field: str, *, gate: Gate = LENIENT) -> Registration:
    return apply(given, form, Decision(Act.CONFIRM, field), gate=gate)


def correct(
    given: Registration, form: Form, field: str, text: str, *, gate: Gate = LENIENT
) -> Registration:
    return apply(given, form, Decision(Act.CORRECT, field, text), gate=gate)


def illegible(given: Registration, form: Form, field: str, *, gate: Gate = LENIENT) -> Registration:
    return apply(given, form, Decision(Act.ILLEGIBLE, field), gate=gate)


def settle(
    given: Registration, form: Form, rule: str, reason: str, *, gate: Gate = LENIENT
) -> Registration:
    return apply(given, form, Decision(Act.SETTLE, rule, reason=reason), gate=gate)
