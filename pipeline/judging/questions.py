"""What a person is asked of a whole fiche at once, and what all the answers decide together.

Each doubtful field is a question. A sum that does not come out is a single one, with all its
numbers: once it has its reason, none of them needs a look of its own. So is each further finding
that no doubtful field shows already.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from pipeline.decisions import Act, Decision, Filed
from pipeline.forms import constraints
from pipeline.forms.schema import Form
from pipeline.french import GAP, LINE_GAP, SEEN, sentence
from pipeline.judging import deciding, duplicates
from pipeline.judging.doubts import Doubt, doubts, named_by
from pipeline.judging.gate import Gate
from pipeline.judging.sums import sum_fields
from pipeline.judging.values import as_typed, is_shown, position
from pipeline.records import FieldReading, Finding, Origin, Registration, Status

_MISSING = (
    "Écrire (m) ce qui est sur l'image, ou dire que rien n'y est écrit (v) "
    "ou que personne ne peut le lire (i)."
)
_REASON = "Choisir un motif, ou corriger un nombre : sans cela, rien n'est accepté."


@dataclass(frozen=True, slots=True)
class Question:
    """The finding of a ``rule`` with the ``fields`` it is about, or else one field.

    ``words``: what is doubted, in French.
    """

    rule: str
    fields: tuple[str, ...]
    words: str

    @property
    def name(self) -> str:
        """Tells the questions of one registration apart."""
        return self.rule or self.fields[0]


@dataclass(frozen=True, slots=True)
class Answers:
    """What stood on the screen when all of it was confirmed.

    ``texts``: what each field holds; ``empty`` and ``illegible``: the fields of which a person said
    so. ``reasons``: by rule. ``said``: by rule, the words of its finding.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    empty: Collection[str] = ()
    illegible: Collection[str] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settled:
    """What answers decide, in order, and what it comes to; ``problems``: French, by field or rule,
    where they do not suffice, and then nothing may be kept."""

    decisions: tuple[Decision, ...]
    after: Registration
    problems: Mapping[str, str]


def needs_reason(rule: str) -> bool:
    """Whether nobody may pass over such a finding without saying why."""
    return rule in (GAP, LINE_GAP) or rule in constraints.RULES


def questions(filed: Filed, form: Form, *, also: Collection[str] = ()) -> tuple[Question, ...]:
    """All there is to ask of a registration, in the form's order, findings without a field last.

    ``also``: fields to be asked though nobody doubts them.
    """
    registration = filed.registration
    in_doubt = {doubt.field: doubt for doubt in doubts(filed, form) if doubt.field}
    asked = [r.field for r in registration.readings if r.field in {*in_doubt, *also}]
    asking = words_of(registration, form)
    about = {
        rule: [r.field for f in findings for r in named_by(registration, form, f)]
        for rule, findings in _asking(registration).items()
    }
    made: list[Question] = []
    taken: set[str] = set()
    summed = sum_fields(registration, form)
    added = [f for f in summed if registration.reading(f) and (GAP in asking or f in asked)]
    if added:
        made.append(Question(GAP, tuple(added), asking.pop(GAP, "")))
        taken.update(added)
    for rule in [rule for rule in asking if needs_reason(rule)]:
        fields = [
            name for name in dict.fromkeys(about[rule]) if name in asked and name not in taken
        ]
        made.append(Question(rule, tuple(fields), asking.pop(rule)))
        taken.update(fields)
    alone = [name for name in asked if name not in taken]
    for name in alone:
        own = [asking[rule] for rule in asking if name in about[rule]]
        made.append(Question("", (name,), " ".join(own) or _words(in_doubt.get(name))))
    for rule, words in asking.items():
        if not set(about[rule]) & set(alone):  # where it says why
            made.append(Question(rule, (), words))
    return tuple(sorted(made, key=lambda q: position(form, q.fields[0] if q.fields else q.rule)))


def words_of(registration: Registration, form: Form) -> dict[str, str]:
    """What each rule that asks for a person says, all its findings together."""
    return {
        rule: " ".join(sentence(finding, form.roles) for finding in findings)
        for rule, findings in _asking(registration).items()
    }


def settle(
    registration: Registration,
    form: Form,
    answers: Answers,
    *,
    gate: Gate,
    checked: Collection[str] = (),
) -> Settled:
    """What a person decides by confirming all that is shown.

    A finding is settled only if its own words were shown, and where it needs a reason only by one:
    what follows from a number that was just typed is asked first. ``checked``: fields that are
    decided though nobody doubted them.
    """
    decisions: list[Decision] = []
    problems: dict[str, str] = {}
    after = registration
    # Twice, for what is typed into one field may cast doubt on another that is shown with it.
    for name in 2 * sorted(answers.texts, key=lambda name: position(form, name)):
        reading = after.reading(name)
        if name in problems or any(d.field == name for d in decisions):
            continue
        try:
            decision = (
                _decision(reading, form, answers, checked)
                if reading
                else _added(name, answers.texts[name])
            )
            if decision is not None:
                after = deciding.apply(after, form, decision, gate=gate)
                decisions.append(decision)
        except ValueError as err:
            problems[name] = str(err)
    for rule, words in words_of(after, form).items() if not problems else ():
        if rule in duplicates.RULES:  # the other one has to be seen
            continue
        reason = answers.reasons.get(rule, "")
        if not reason and needs_reason(rule):
            problems[rule] = _REASON
        elif rule != GAP and answers.said.get(rule, "").split() != words.split():
            problems[rule] = words  # of a gap, all is shown as it changes
        else:
            decisions.append(Decision(Act.SETTLE, rule, reason=reason or SEEN))
            after = deciding.apply(after, form, decisions[-1], gate=gate)
    return Settled(tuple(decisions), after, problems)


def decided(reading: FieldReading, form: Form, text: str, *, empty: bool = False) -> Decision:
    """That a field holds what a person left or typed there; ``empty``: said that nothing is there.

    Raises ValueError, in French.
    """
    confirmed = Decision(Act.CONFIRM, reading.field, reading.text)
    if is_shown(reading, text):
        return confirmed  # whatever the machine made of it
    if not text and not reading.candidates and not empty:
        raise ValueError(_MISSING)
    candidate = as_typed(form, reading.field, text)
    if reading.candidates and candidate.value == reading.value:
        return confirmed
    return Decision(Act.CORRECT, reading.field, candidate.text)


def _decision(
    reading: FieldReading, form: Form, answers: Answers, checked: Collection[str]
) -> Decision | None:
    """None where that says nothing new. Raises ValueError, in French."""
    name, text = reading.field, answers.texts[reading.field]
    if name in answers.illegible:
        return Decision(Act.ILLEGIBLE, name)
    empty = name in answers.empty
    if not (text or empty or reading.candidates) and reading.origin is Origin.HUMAN:
        return None
    decision = decided(reading, form, text, empty=empty)
    stands = decision.act is Act.CONFIRM and reading.status is not Status.REVIEW
    return None if stands and name not in checked else decision


def _added(name: str, text: str) -> Decision | None:
    """A person more than were read; without a name, nobody."""
    return Decision(Act.CORRECT, name, text) if text else None


def _asking(registration: Registration) -> dict[str, list[Finding]]:
    asking: dict[str, list[Finding]] = {}
    for finding in registration.findings:
        if finding.asks:
            asking.setdefault(finding.rule, []).append(finding)
    return asking


def _words(doubt: Doubt | None) -> str:
    return doubt.reason if doubt else ""
