"""``report.html``: one page, whole in itself, for whoever keeps the accounts."""

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Template

from pipeline.event import About, Fact
from pipeline.exporters._by_form import by_form
from pipeline.exporters._sheet import who, who_head
from pipeline.exporters._totals import Sum, Totals, others_of, titled
from pipeline.exporters._waiting import asking, in_doubt
from pipeline.french import label, plural_of, sentence, small
from pipeline.french_event import ABOUT, announced, day_and_month, french_date
from pipeline.french_states import LIVES, state
from pipeline.pages import plural, templates
from pipeline.snapshot import Event, Life, RegistrationRow, Snapshot
from pipeline.text import fold

FILE_NAME = "report.html"

_SINGLE = (About.TITLE, About.ORGANISER, About.PLACE, About.ADDRESS, About.CONFIRMATION)
"""What an event has one of. An account that one flyer alone gives must be seen."""
_SURE = 0.8
_NAMED = 3
"""Of the documents that say the same, so many are named."""
_TEMPLATES = Path(__file__).parent / "templates"
_THUMBNAILS = 60
# What differs from one form to the next in an otherwise equal reason: figures, amounts, quotations,
# a remark in brackets that has figures, the alternatives after " ; ".
_PARTICULARS = re.compile(
    r" ;.*|\s*\([^()]*\d[^()]*\)|«[^»]*»|-?\d[\d\s.,]*(?:€|%)?(?<!\s)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class _Line:
    """One registration as the page shows it."""

    row: RegistrationRow
    status: str
    reasons: tuple[str, ...]

    @property
    def in_review(self) -> bool:
        return self.row.life is Life.RECEIVED

    def text(self, field: str) -> str:
        reading = self.row.registration.reading(field)
        return reading.text if reading else ""

    def other(self, title: str) -> str:
        """What stands in the field that readers call so, of those that are counted and priced."""
        return self.text(titled(self.row.registration.roles).get(title, ""))

    @property
    def who(self) -> str:
        return who(self.row)

    @property
    def people(self) -> Iterable[tuple[str, str]]:
        """Everybody named, with what is settled that they have."""
        roles = self.row.registration.roles
        for person in self.row.registration.named:
            share = self.row.share(person.field)
            things = [small(label(field, roles)) for field, count in share.others if count]
            yield person.text, ", ".join([roles.label(share.tariff)] * bool(share.tariff) + things)

    @property
    def image(self) -> str:
        return b64encode(self.row.thumbnail).decode("ascii")


@dataclass(frozen=True, slots=True)
class _Part:
    """What came of one event: its fiches, what they add up to, and why how many of them wait.

    ``others``: the sum of what else is counted and priced, by what readers call it.
    """

    event: str
    lines: tuple[_Line, ...] = ()

    @property
    def rows(self) -> list[RegistrationRow]:
        return [line.row for line in self.lines]

    @property
    def totals(self) -> Totals:
        return Totals.of(self.rows)

    @property
    def others(self) -> dict[str, Sum]:
        sums = self.totals.others
        return {title: sums.get(title, Sum()) for title in others_of(self.rows)}

    @property
    def who(self) -> str:
        return who_head(self.rows)

    @property
    def to_share(self) -> int:
        return sum(map(_to_share, self.rows))

    @property
    def to_say(self) -> str:
        """What it is not known of everybody: a tariff only where people are counted by theirs."""
        things = [small(title) for title in self.others]
        is_classed = any(row.registration.roles.classes for row in self.rows)
        words = ", ".join(["tarif"] * is_classed + things)
        return words[:1].upper() + words[1:]

    @property
    def names_people(self) -> bool:
        return not self.rows or any(row.registration.roles.named for row in self.rows)

    @property
    def asks_total(self) -> bool:
        return not self.rows or any(row.registration.roles.total for row in self.rows)

    @property
    def is_priced(self) -> bool:
        return not self.rows or any(row.registration.roles.is_priced for row in self.rows)

    @property
    def twice(self) -> int:
        return sum(not (row.counted or row.ended) for row in self.rows)

    @property
    def review(self) -> int:
        return sum(line.in_review for line in self.lines)

    @property
    def groups(self) -> list[tuple[str, int]]:
        groups = Counter(
            group for line in self.lines if line.in_review for group in _groups(line.row)
        )
        return sorted(groups.items(), key=lambda item: (-item[1], item[0]))


@dataclass(frozen=True, slots=True)
class _Card:
    """What is said of one event: ``entries`` pairs what it is about with the facts, as shown."""

    title: str
    entries: tuple[tuple[str, tuple["_Told", ...]], ...]
    documents: str

    @classmethod
    def of(cls, event: Event) -> "_Card":
        facts = [fact for announcement in event.announcements for fact in announcement.facts]
        entries = {about: _agreed(facts, about) for about in ABOUT}
        title = next(iter(entries.pop(About.TITLE)), None)
        return cls(
            title.text if title else "Annonce",
            tuple((ABOUT[about], facts) for about, facts in entries.items() if facts),
            _some([announcement.document for announcement in event.announcements]),
        )


@dataclass(frozen=True, slots=True)
class _Told:
    """A fact as the card shows it: ``note`` says what was repaired, or how unsure it is."""

    text: str
    detail: str
    note: str


def _agreed(facts: Iterable[Fact], about: About) -> tuple[_Told, ...]:
    """The facts about that; where several documents say it differently, as most say it."""
    by_value: dict[tuple[str, str], list[Fact]] = {}
    for fact in facts:
        if fact.about is about:
            by_value.setdefault((fact.value, fold(fact.detail)), []).append(fact)
    most = max(map(len, by_value.values()), default=0)
    return tuple(
        _told(max(alike, key=lambda fact: fact.probability))
        for alike in by_value.values()
        if len(alike) > most / 2 or about not in _SINGLE
    )


def _contradictions(events: Iterable[Event]) -> Iterable[tuple[str, str]]:
    """What flyers say otherwise than their form, and which of them do."""
    documents: dict[tuple[str, str], list[str]] = {}
    for event in events:
        for finding, document in event.findings:
            said = sentence(finding, event.roles)
            documents.setdefault((event.form, said), []).append(document)
    return [(said, _some(names)) for (_, said), names in documents.items()]


def _some(documents: Sequence[str]) -> str:
    """The first names of a list, and how many more there are."""
    further = len(documents) - _NAMED
    more = f" et {plural(further, 'autre document', 'autres documents')}" if further > 0 else ""
    return ", ".join(documents[:_NAMED]) + more


def _told(fact: Fact) -> _Told:
    note = ""
    if fact.repaired:
        note = f"lu « {fact.read} », rétabli"
    elif not fact.value:
        note = f"lu « {fact.read} »"
    elif fact.probability < _SURE:
        note = "lecture incertaine"
    return _Told(announced(fact.about, fact.value), fact.detail, note)


def render(snapshot: Snapshot) -> str:
    rows = snapshot.registrations
    lines = [_Line(row, state(row), tuple(_reasons(row))) for row in rows]
    review = [line for line in lines if line.in_review]
    events: dict[str, list[_Line]] = {}
    for line in lines:
        events.setdefault(snapshot.occasion(line.row), []).append(line)
    return _template().render(
        documents=snapshot.documents,
        dates=_period(rows),
        lines=lines,
        review=review,
        parts=[_Part(event, tuple(own)) for event, own in events.items()] or [_Part("")],
        pictured=[line for line in review if line.row.thumbnail][:_THUMBNAILS],
        occasion=snapshot.occasion,
        of_forms=len(by_form(rows)) > 1,
        rejected=snapshot.rejected,
        ended=Counter(LIVES[row.ended] for row in rows if row.ended),
        rates=snapshot.rates,
        cards=[_Card.of(event) for event in snapshot.events],
        contradictions=[*_contradictions(snapshot.events)],
    )


def general(reason: str) -> str:
    """What a reason shares with the same reason on other forms: its figures become ``…``."""
    plain = _PARTICULARS.sub(lambda m: "" if m[0].lstrip()[:1] in "(;" else "…", reason)
    return plain.strip().rstrip(".")


def _reasons(row: RegistrationRow) -> Iterable[str]:
    """Why a registration is to be reviewed, field by field; or counts no more."""
    roles = row.registration.roles
    if row.ended:
        yield sentence(row.registration.findings[-1], roles)
        return
    messages = [words for _, words in asking(row.registration)]
    yield from messages
    for reading, words in in_doubt(row.registration):
        if words not in messages:
            yield f"{label(reading.field, roles)} : {small(words)}"


def _groups(row: RegistrationRow) -> set[str]:
    return {general(re.sub(r"^([^:]+) \d+ :", r"\1 :", reason)) for reason in _reasons(row)}


def _to_share(row: RegistrationRow) -> int:
    """Of how many people it is not settled what they have."""
    roles = row.registration.roles
    others = sum(row.registration.reading(field) is not None for field in roles.others)
    return sum(
        bool(roles.classes and not share.tariff) or len(share.others) < others
        for person in row.people
        for share in (row.share(person.field),)
    )


def _period(rows: Iterable[RegistrationRow]) -> str:
    """When the mails came; empty where none says."""
    days = [r.envelope.received_at for r in rows if r.envelope and r.envelope.received_at]
    if not days:
        return ""
    first, last = min(days), max(days)
    if first.date() == last.date():
        return f"le {french_date(last)}"
    start = french_date(first) if first.year != last.year else day_and_month(first)
    return f"du {start} au {french_date(last)}"


@cache
def _template() -> Template:
    environment = templates(_TEMPLATES)
    environment.filters["plural_of"] = plural_of
    return environment.get_template("report.html.j2")
