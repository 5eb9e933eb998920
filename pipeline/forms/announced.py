"""What flyers say, by event; and what they say otherwise than the ``form.toml`` of that event.

A flyer of another day or tariff than its form's is found before anybody pays by it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from rapidfuzz import fuzz

from pipeline.event import About, Fact
from pipeline.forms.schema import Form
from pipeline.records import Finding, Severity
from pipeline.snapshot import Announcement, Event
from pipeline.text import fold

RULE = "flyer_agrees_with_form"
_ALIKE_PERCENT = 85.0
_SAME_PLACE_PERCENT = 60.0
_EXCEPT = re.compile(r"\b(?:sauf|hors)\b", re.IGNORECASE)
_LEAST_AGREEMENTS = 2
"""A day, a place or a name alone may be another organiser's."""


def by_event(announcements: Sequence[Announcement], forms: Sequence[Form]) -> tuple[Event, ...]:
    """The announcements of each event together, in the order of their first documents.

    They are of one event where they go with the same form and say the same days; what goes with no
    form is an event of its own.
    """
    groups: dict[tuple[object, ...], list[Announcement]] = defaultdict(list)
    form_of: dict[tuple[object, ...], Form | None] = {}
    for announcement in announcements:
        form = _form_of(announcement.facts, forms)
        days = tuple(sorted(_values(announcement.facts, About.DATE)))
        key = (form.id, days) if form else (announcement.document,)
        groups[key].append(announcement)
        form_of[key] = form
    return tuple(_event(group, form_of[key]) for key, group in groups.items())


def _event(announcements: Sequence[Announcement], form: Form | None) -> Event:
    if form is None:
        return Event("", tuple(announcements))
    findings = {
        (finding, announcement.document)
        for announcement in announcements
        for finding in _contradictions(announcement.facts, form)
    }
    by_finding = sorted(findings, key=lambda pair: (pair[0].fields, pair[0].facts, pair[1]))
    return Event(form.id, tuple(announcements), tuple(by_finding), form.roles)


def _form_of(facts: Sequence[Fact], forms: Sequence[Form]) -> Form | None:
    """The form that most of what is said agrees with: of an event, or of an organiser at least."""
    scored = [(sum(_agreements(facts, form)), form.id, form) for form in forms]
    agreed, _, form = max(scored, key=lambda entry: entry[:2], default=(0, "", None))
    return form if agreed >= _LEAST_AGREEMENTS else None


def _agreements(facts: Sequence[Fact], form: Form) -> Iterator[int]:
    """How much each thing speaks for the form: an account or an address is enough by itself."""
    organiser, event = form.organiser, form.event
    yield 2 * (organiser.iban in _values(facts, About.IBAN))
    yield 2 * (organiser.email.lower() in _values(facts, About.EMAIL))
    yield bool(event.date and event.date.isoformat() in _values(facts, About.DATE))
    names = _values(facts, About.ORGANISER)
    yield any(fuzz.token_set_ratio(fold(n), fold(organiser.name)) > _ALIKE_PERCENT for n in names)
    yield bool(event.place) and _is_place(facts, event.place)


def _contradictions(facts: Sequence[Fact], form: Form) -> Iterator[Finding]:
    organiser, event = form.organiser, form.event
    stated = (
        (About.DATE, event.date.isoformat() if event.date else ""),
        (About.EMAIL, organiser.email.lower()),
    )
    for about, known in stated:
        said = _values(facts, about)
        if known and said and known not in said:
            yield _finding(about, "", sorted(said)[0], known)
    for about, known in ((About.IBAN, organiser.iban), (About.BIC, organiser.bic)):
        # One more account is one too many.
        for other in sorted(_values(facts, about) - {known}) if known else ():
            yield _finding(about, "", other, known)
    if event.place and _values(facts, About.PLACE) and not _is_place(facts, event.place):
        yield _finding(About.PLACE, "", sorted(_values(facts, About.PLACE))[0], event.place)
    yield from _other_tariffs(facts, form)


def _other_tariffs(facts: Sequence[Fact], form: Form) -> Iterator[Finding]:
    """Each priced count of the form with a tariff on the flyer that is not its own."""
    said = [fact for fact in facts if fact.about is About.TARIFF]
    for field, cents in form.tariffs_cents.items():
        named = form.roles.label(field)
        near = [(_same_payer(fact.detail, named), fact) for fact in said]
        best = max((alike for alike, _ in near), default=0.0)
        values = {fact.value for alike, fact in near if alike == best > _ALIKE_PERCENT}
        if values and str(cents) not in values:
            yield _finding(About.TARIFF, field, min(values, key=int), str(cents))


def _same_payer(said: str, named: str) -> float:
    """0..100: how well two names of those who pay go together; members are no non-members, and what
    is excepted is not what is named."""
    words, others = _stems(_EXCEPT.split(said)[0]), _stems(named)
    if ("non" in words) != ("non" in others):
        return 0.0
    return fuzz.token_set_ratio(" ".join(words), " ".join(others))


def _stems(text: str) -> list[str]:
    """The words of a text, all of them in the singular."""
    return [word.rstrip("sx") for word in re.findall(r"[^\W_]+", fold(text))]


def _is_place(facts: Iterable[Fact], place: str) -> bool:
    said = [f.value for f in facts if f.about in (About.PLACE, About.ADDRESS)]
    name = fold(place.partition(",")[0])
    return any(name in fold(s) for s in said) or any(
        fuzz.token_set_ratio(fold(s), fold(place)) > _SAME_PLACE_PERCENT for s in said
    )


def _values(facts: Iterable[Fact], about: About) -> set[str]:
    return {fact.value for fact in facts if fact.about is about and fact.value}


def _finding(about: About, field: str, said: str, known: str) -> Finding:
    fields = (field,) if field else ()
    return Finding(RULE, Severity.REVIEW, fields, (str(about), said, known))
