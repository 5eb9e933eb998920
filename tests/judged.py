"""What a person decides about a registration, as a test says it; and the gates tests judge by."""

from collections.abc import Iterable
from datetime import UTC, datetime

from pipeline.decisions import Act, Decision, End
from pipeline.forms.schema import Form
from pipeline.judging.calibration import Map, Writing
from pipeline.judging.deciding import apply
from pipeline.judging.error_class import EMPTY, ErrorClass, classes_of
from pipeline.judging.gate import Gate
from pipeline.records import Registration

ASK_ALL = Gate(maps={}, thresholds={}, least_targets={})
"""Accepts no reading of the machine but text that the file holds."""


def accepting(*types: str, above: float, maps: Iterable[Map] = ()) -> Gate:
    """Accepts readings of these types that are at least so sure, whoever wrote them.

    Confidence stays as it was read, but for the cells of ``maps``.
    """
    identity = [
        Map(type=kind, error=error, a=1.0, b=1.0, c=0.0)
        for kind in (*types, EMPTY)
        for error in classes_of(kind)
    ]
    return Gate(
        maps={(m.type, m.error, m.typed, m.backing, m.quality): m for m in (*identity, *maps)},
        thresholds={(error, writing): above for error in ErrorClass for writing in Writing},
        least_targets={},
    )


ENDED = End(Act.CANCEL, "", "ne vient pas", "Zoé", datetime(2018, 2, 2, tzinfo=UTC))
LENIENT = accepting(
    *("text", "words", "person", "organisation", "email", "phone", "count", "amount", "checkbox"),
    above=0.9,
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
