"""What a person must still look at, and what in it is disputed."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from pipeline.decisions import Filed
from pipeline.forms.schema import Form
from pipeline.french import finding_label, label, sentence
from pipeline.judging import error_class
from pipeline.judging.duplicates import HELD, RULE
from pipeline.judging.error_class import ErrorClass, classes_of
from pipeline.judging.validate import MISSPELLED, UNSURE
from pipeline.judging.values import position, type_of
from pipeline.records import FieldReading, Finding, Origin, Registration, Status

_LEAST_DISAGREEING = 0.02
"""Characters that other candidates dispute with less probability in all are not marked."""
_COMPARED = 6
_UNSURE = re.compile(rf"^({UNSURE}|{MISSPELLED})\b.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a person must still look at: a field, or else the finding of a rule.

    ``type`` and ``confidence`` are the field's; a finding has none, and is not at all certain.
    """

    field: str
    rule: str
    type: str
    label: str
    reason: str
    confidence: float
    postponed: bool

    @property
    def name(self) -> str:
        """The field, or the rule: what tells the doubts of one registration apart."""
        return self.field or self.rule


def doubts(filed: Filed, form: Form) -> tuple[Doubt, ...]:
    """What a person must still look at: fields in the form's order, then findings.

    A finding is shown once the fields it names are decided, for that may clear it. Of a pair, only
    the later one is asked about, and nothing else, for the answer may spare it.
    """
    if filed.end is not None or any(f.rule == HELD for f in filed.registration.findings):
        return ()
    return tuple(doubts_of(filed.registration, form, postponed=filed.postponed))


def alternatives(reading: FieldReading, *, most: int = 9) -> tuple[str, ...]:
    """The texts a reading may stand for, best first, the read one first of all.

    Those that are only spelled otherwise are among them where that is the doubt.
    """
    if not reading.candidates:
        return ()
    is_spelling = reading.reason.startswith(MISSPELLED)
    doubted = ErrorClass.SPELLING if is_spelling else classes_of(reading.type)[0]
    return (reading.text, *error_class.alternatives(reading, doubted, most=most - 1))


def briefly(reason: str) -> str:
    """Why a field is in doubt, where its other readings are shown beside: without them."""
    return _UNSURE.sub(r"\1.", reason)


def doubtful_characters(reading: FieldReading) -> tuple[bool, ...]:
    """For each character of the reading's text, whether other candidates dispute it.

    Where they have something more, the characters on both sides of it are disputed.
    """
    text = reading.text
    against = [0.0] * len(text)
    offered = alternatives(reading)
    for other in reading.candidates[1:_COMPARED]:
        if other.text not in offered:
            continue
        disputed = set()
        for edit in Levenshtein.opcodes(text, other.text):
            if edit.tag == "insert":
                disputed |= {edit.src_start - 1, edit.src_start}
            elif edit.tag != "equal":
                disputed |= {*range(edit.src_start, edit.src_end)}
        for i in disputed & {*range(len(text))}:
            against[i] += other.probability
    return tuple(p >= _LEAST_DISAGREEING for p in against)


def counting(registration: Registration, form: Form) -> list[FieldReading]:
    """What the uncounted follow from: the counts and the people named."""
    names = (*form.counted, *form.people.zones_named) if form.people and form.uncounted else ()
    return [reading for name in names for reading in registration.repeated(name)]


def doubts_of(
    registration: Registration,
    form: Form,
    *,
    postponed: Collection[str] = (),
) -> Iterator[Doubt]:
    """The doubts of a registration, see ``doubts``."""
    asking = [finding for finding in registration.findings if finding.asks]
    if twice := [finding for finding in asking if finding.rule == RULE]:
        yield from _of_findings(registration, form, twice, postponed)
        return
    in_doubt = [r for r in registration.readings if r.status is Status.REVIEW]
    waits = any(part.status is Status.REVIEW for part in counting(registration, form))
    for reading in sorted(in_doubt, key=lambda r: position(form, r.field)):
        if is_computed(reading, form) and waits:
            continue  # decided together with the counts it follows from
        yield Doubt(
            field=reading.field,
            rule="",
            type=type_of(form, reading.field),
            label=label(reading.field, form.roles),
            reason=reading.reason or f"{UNSURE}.",
            confidence=reading.confidence,
            postponed=reading.field in postponed,
        )
    yield from _of_findings(registration, form, asking, postponed)


def _of_findings(
    registration: Registration, form: Form, asking: Sequence[Finding], postponed: Collection[str]
) -> Iterator[Doubt]:
    for rule in dict.fromkeys(finding.rule for finding in asking):
        of_rule = [finding for finding in asking if finding.rule == rule]
        named = [r for f in of_rule for r in named_by(registration, form, f)]
        if any(reading.status is Status.REVIEW for reading in named):
            continue
        message = " ".join(sentence(finding, form.roles) for finding in of_rule)
        yield Doubt("", rule, "", finding_label(rule), message, 0.0, rule in postponed)


def named_by(registration: Registration, form: Form, finding: Finding) -> list[FieldReading]:
    """The readings of the fields a finding names, but for those that are computed from others."""
    return [
        reading
        for reading in registration.readings
        if not {reading.field, reading.field.split(".")[0]}.isdisjoint(finding.fields)
        and not is_computed(reading, form)
    ]


def is_computed(reading: FieldReading, form: Form) -> bool:
    return reading.field == form.uncounted and reading.origin is not Origin.HUMAN
