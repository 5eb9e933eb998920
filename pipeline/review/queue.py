"""The order in which doubts are shown, kept up to date while people decide.

Registrations and doubts come in the order of what a look at them is worth: the money at risk times
the doubt, for a wrong field costs what it is about as often as it is wrong.

- **Doubt** is 1 - confidence; a finding is in doubt altogether.
- **Money at risk**: for a count with a tariff, that tariff times the farthest of the other numbers
  that may have been read; for the finding of a gap, the gap; for all else, the form's total (the
  amount written or due, whichever is more), for with it the registration stands or falls. At
  least ``_LEAST_CENTS``: a fiche without money still names somebody.

Who has what of the people on a form (``judging.shares``) is asked behind all doubts, and only of a
form that has none: it is accepted without.

A registration is worth what its doubts are together. What something is worth is fixed when it is
first seen, so that no decision reorders what lies ahead of the person who takes it.
"""

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pipeline import fields
from pipeline.decisions import Filed
from pipeline.fields import Means
from pipeline.forms.schema import Form
from pipeline.forms.zone import Zone
from pipeline.french import GAP
from pipeline.judging import shares
from pipeline.judging.doubts import Doubt, doubts
from pipeline.judging.sums import cost_cents
from pipeline.judging.values import fitting_form, position, texts_of, type_of
from pipeline.records import Registration, Status
from pipeline.text import fold

_LEAST_CENTS = 100
_VIEWS = 16
"""So many ways through the queue, each with its filters, are kept sorted at once."""
_SEARCHED = (Means.ORGANISATION, Means.EMAIL, Means.PHONE)

_Key = tuple[int, int, float, str, tuple[int, int], str]
"""What there is to do is sorted by: the rank, the type, minus the worth, and the place."""


class Way(StrEnum):
    """A way through the doubts."""

    BY_FORM = "by-form"
    """All of a registration, then the next one."""
    BY_FIELD = "by-field"
    """All of a field type, then the next one."""


class Kind(StrEnum):
    """Which registrations are looked at."""

    ALL = "all"
    REVIEW = "review"
    """In which something is in doubt, or open."""
    FINDINGS = "findings"
    """With a finding that asks for a person."""
    ACCEPTED = "accepted"
    SHARES = "shares"
    """Of which nobody has said yet who has what."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What is looked at; an empty one lets all pass.

    ``type``: a field type in doubt. ``text``: words, each of which is somewhere in the name of the
    document, a person, the organisation, the e-mail address, the telephone number or the sender.
    """

    kind: Kind = Kind.ALL
    form_id: str = ""
    type: str = ""
    text: str = ""


ALL = Filters()


@dataclass(frozen=True, slots=True)
class Place:
    """A doubt's place: its registration, and its field or rule, or the name of ``shares``.

    ``late``: found among the postponed; it tells where to go on from a doubt that has just been
    postponed (not late: with the others) and from one that waits at the end.
    """

    subject: str
    name: str
    late: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """The headline. ``by_type`` counts doubts by field type; "" are findings. ``to_share``: the
    accepted ones of which it is open who has what."""

    to_review: int
    accepted: int
    doubts: int
    by_type: Mapping[str, int]
    to_share: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A registration in the list view; the gap and the total, as written, None where unknown.

    ``to_share``: it is open who has what.
    """

    subject: str
    id: str
    document: str
    form_id: str
    who: str
    people: tuple[str, ...]
    status: Status
    doubts: int
    gap_cents: int | None
    total_cents: int | None
    to_share: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """Some rows of ``of``, in the order of their documents."""

    rows: tuple[Row, ...]
    of: int


@dataclass(frozen=True, slots=True)
class _Entry:
    """A registration in the queue, with what each of its doubts was worth when first seen."""

    filed: Filed
    doubts: tuple[Doubt, ...]
    words: str
    worths: Mapping[str, float]
    worth: float
    to_share: bool

    @property
    def listed(self) -> tuple[str, int, int, str]:
        source, filed = self.filed.sources[:1], self.filed
        document = source[0].document if source else ""
        return document, filed.registration.page, filed.number, filed.subject

    def passes(self, filters: Filters) -> bool:
        registration = self.filed.registration
        if filters.kind is Kind.REVIEW and not (self.doubts or self.to_share):
            return False
        if filters.kind is Kind.SHARES and not self.to_share:
            return False
        if filters.kind is Kind.ACCEPTED and registration.status is Status.REVIEW:
            return False
        if filters.kind is Kind.FINDINGS and not any(
            finding.asks for finding in registration.findings
        ):
            return False
        if filters.form_id and filters.form_id != registration.form_id:
            return False
        if filters.type and all(doubt.type != filters.type for doubt in self.doubts):
            return False
        return holds_all(self.words, filters.text)


@dataclass(slots=True)
class Queue:
    """What is to be reviewed; every registration of ``forms`` that is in the tables.

    ``refresh`` it after each decision. A step takes the logarithm of what there is, and the first
    step of a way with its filters the whole.
    """

    forms: Mapping[str, Form]
    _entries: dict[str, _Entry] = field(default_factory=dict)
    _gone: dict[str, _Entry] = field(default_factory=dict)
    _types: dict[str, int] = field(default_factory=dict)
    _by_type: Counter[str] = field(default_factory=Counter)
    _to_review: int = 0
    _accepted: int = 0
    _to_share: int = 0
    _ways: dict[tuple[Way, Filters], list[_Key]] = field(default_factory=dict)
    _lists: dict[Filters, list[tuple[str, int, int, str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, filed: Iterable[Filed], forms: Iterable[Form]) -> "Queue":
        queue = cls({form.id: form for form in forms})
        zones = (zone for form in queue.forms.values() for zone in form.zones)
        queue._types = {name: i for i, name in enumerate(dict.fromkeys(z.type for z in zones))}
        for fiche in filed:
            queue.refresh(fiche)
        return queue

    def refresh(self, filed: Filed) -> None:
        """Take in a registration as it now is; one that counts no more leaves the queue."""
        was = self._entries.get(filed.subject) or self._gone.get(filed.subject)
        self.remove(filed.subject)
        form = fitting_form(filed.registration, self.forms)
        if filed.end or form is None:
            return
        entry = _entry(filed, form, was)
        self._gone.pop(filed.subject, None)
        self._entries[filed.subject] = entry
        self._tally(entry, 1)
        for (way, filters), keys in self._ways.items():
            for key in self._keys(entry, way, filters):
                insort(keys, key)
        for filters, listed in self._lists.items():
            if entry.passes(filters):
                insort(listed, entry.listed)

    def remove(self, subject: str) -> None:
        """Forget a registration, if it is there."""
        entry = self._entries.pop(subject, None)
        if entry is None:
            return
        self._gone[subject] = entry
        self._tally(entry, -1)
        for (way, filters), keys in self._ways.items():
            for key in self._keys(entry, way, filters):
                del keys[bisect_left(keys, key)]
        for filters, listed in self._lists.items():
            if entry.passes(filters):
                del listed[bisect_left(listed, entry.listed)]

    def next(self, after: Place | None, *, way: Way, filters: Filters = ALL) -> Place | None:
        """The doubt behind ``after``, a doubt or any other field; None at the end.

        From None to None it visits each doubt once. Those that were left out lie ahead of the end:
        begin again with None until there is none.
        """
        keys = self._ways.get((way, filters))
        if keys is None:
            entries = self._entries.values()
            keys = sorted(key for e in entries for key in self._keys(e, way, filters))
            _make_room(self._ways)
            self._ways[way, filters] = keys
        at = 0
        if after is not None:
            entry = self._entries.get(after.subject) or self._gone.get(after.subject)
            if entry is not None:
                at = bisect_right(keys, self._key(entry, after.name, way, late=after.late))
        if at == len(keys):
            return None
        rank, *_, subject, _, name = keys[at]
        return Place(subject, name, late=bool(rank % 2))

    def counts(self) -> Counts:
        return Counts(
            to_review=self._to_review,
            accepted=self._accepted,
            doubts=self._by_type.total(),
            by_type={kind: n for kind, n in self._by_type.items() if n},
            to_share=self._to_share,
        )

    def listing(self, filters: Filters = ALL, *, start: int = 0, most: int = 50) -> Listing:
        """``most`` rows of those that pass, from the one at ``start`` (0-based)."""
        listed = self._lists.get(filters)
        if listed is None:
            listed = sorted(e.listed for e in self._entries.values() if e.passes(filters))
            _make_room(self._lists)
            self._lists[filters] = listed
        entries = (self._entries[subject] for *_, subject in listed[start : start + most])
        rows = (_row(e) for e in entries)
        return Listing(tuple(rows), len(listed))

    def _tally(self, entry: _Entry, sign: int) -> None:
        for doubt in entry.doubts:
            self._by_type[doubt.type] += sign
        self._to_review += sign * bool(entry.doubts)
        self._accepted += sign * (entry.filed.registration.status is not Status.REVIEW)
        self._to_share += sign * entry.to_share

    def _keys(self, entry: _Entry, way: Way, filters: Filters) -> list[_Key]:
        if not entry.passes(filters):
            return []
        keys = [
            self._key(entry, doubt.name, way, late=doubt.postponed)
            for doubt in entry.doubts
            if not filters.type or doubt.type == filters.type
        ]
        if entry.to_share and not filters.type:
            late = shares.NAME in entry.filed.postponed
            keys.append(self._key(entry, shares.NAME, way, late=late))
        return keys

    def _key(self, entry: _Entry, name: str, way: Way, *, late: bool) -> _Key:
        registration = entry.filed.registration
        form = fitting_form(registration, self.forms) or self.forms[registration.form_id]
        subject, place = entry.filed.subject, position(form, name)
        rank = late + 2 * (name == shares.NAME)  # the postponed behind the others
        if way is Way.BY_FORM:
            return rank, 0, -entry.worth, subject, place, name
        kind = self._types.get(type_of(form, name), len(self._types))
        return rank, kind, -entry.worths.get(name, 0.0), subject, place, name


def listed(
    every: Iterable[Filed],
    forms: Mapping[str, Form],
    filters: Filters = ALL,
    *,
    start: int = 0,
    most: int = 50,
) -> Listing:
    """``most`` rows, from the one at ``start`` (0-based), of those of these registrations that
    pass, though they may count no more."""
    known = ((filed, fitting_form(filed.registration, forms)) for filed in every)
    entries = [_entry(filed, form, None) for filed, form in known if form]
    passing = sorted((e for e in entries if e.passes(filters)), key=lambda entry: entry.listed)
    return Listing(tuple(map(_row, passing[start : start + most])), len(passing))


def holds_all(words: str, sought: str) -> bool:
    """Whether folded ``words`` hold every word that is sought, or a part of it."""
    return all(word in words for word in fold(sought).split())


def _entry(filed: Filed, form: Form, was: _Entry | None) -> _Entry:
    in_doubt = doubts(filed, form)
    known = was.worths if was else {}
    worths = {
        doubt.name: money_at_risk(filed.registration, form, doubt) * (1.0 - doubt.confidence)
        for doubt in in_doubt
        if doubt.name not in known
    }
    worths = {**known, **worths}
    worth = was.worth if was and was.worth else sum(worths.values())
    registration = filed.registration
    texts = [
        r.text for r in registration.readings if fields.means(type_of(form, r.field)) in _SEARCHED
    ]
    texts += texts_of(registration, Means.PERSON)
    for source in filed.sources:
        texts += [source.document, source.envelope.sender if source.envelope else ""]
    to_share = not in_doubt and shares.is_open(filed)
    return _Entry(filed, in_doubt, fold("\n".join([filed.id, *texts])), worths, worth, to_share)


def money_at_risk(registration: Registration, form: Form, doubt: Doubt) -> int:
    """In cents, what a wrong reading may cost: see the formula above."""
    due, gap = registration.total_due_cents or 0, registration.gap_cents or 0
    tariffs = form.tariffs_cents
    reading = registration.reading(doubt.field)
    at_risk = max(due, due + gap, registration.total_cents or 0)
    if doubt.rule == GAP:
        at_risk = abs(gap)
    elif doubt.field in tariffs and reading and isinstance(reading.value, int):
        others = [c.value for c in reading.candidates if isinstance(c.value, int)]
        steps = max(1, *(abs(other - reading.value) for other in others))
        at_risk = tariffs[doubt.field] * steps
    elif reading and (priced := _priced(form, doubt.field)):
        costs = [cost for c in reading.candidates if (cost := cost_cents(c.value, priced))]
        at_risk = max(costs or priced.tariffs_cents.values())
    return max(_LEAST_CENTS, at_risk)


def _priced(form: Form, field: str) -> Zone | None:
    """The zone of a field where its options cost something."""
    return next((z for z in form.priced if z.field == field.partition(".")[0]), None)


def _row(entry: _Entry) -> Row:
    filed, registration = entry.filed, entry.filed.registration
    who = registration.reading(registration.roles.who)
    return Row(
        subject=filed.subject,
        id=filed.id,
        document=entry.listed[0],
        form_id=registration.form_id,
        who=who.text if who else "",
        people=tuple(reading.text for reading in registration.named),
        status=registration.status,
        doubts=len(entry.doubts),
        gap_cents=registration.gap_cents,
        total_cents=registration.total_cents,
        to_share=entry.to_share,
    )


def _make_room(views: dict[Any, Any]) -> None:
    """Forget the view that was made first, where there are enough."""
    if len(views) >= _VIEWS:
        del views[next(iter(views))]
