"""Two fiches that speak of the same people: scanned twice, by mail and by post, or corrected and
sent again.

Two registrations of one form are a pair where a person stands on both, and the service, the e-mail
address or the telephone number as well; what was misread by a little counts as the same. So they
are where contacts are lacking or people are two, if the whole names are the same. Until somebody
has decided, both are in review, and the one that came last is counted. That one asks: nothing else
is asked of either, for the answer may spare it.

Only those are compared that share a whole name, a name but for one letter and a piece of a contact,
or a word of a name and a contact, so that neither a common name nor a large service makes all of
its registrations be compared with each other.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations, combinations_with_replacement, product

from rapidfuzz import fuzz

from pipeline import fields
from pipeline.decisions import Filed
from pipeline.fields import Comparison
from pipeline.judging.members import name_key
from pipeline.records import Finding, Severity, Status
from pipeline.text import fold

RULE, HELD = "received_once_only", "replaced_by_none"
"""The rules of the findings of a pair: the later one asks, the earlier one waits for the answer."""
RULES = frozenset((RULE, HELD))
NO_MORE = "counts_no_more"
"""The rule of the finding that says why a registration is replaced or cancelled."""

_LEAST_WORD = 3
_CONTRADICTING = 2
"""Whoever bears the name of somebody, and shares none of so many contacts, is somebody else."""
_ALIKE = 88.0
"""Names that are alike by so many percent are one name, misread."""
_PEOPLE, _CONTACTS, _TOTAL = 0.5, 0.3, 0.2
"""What the score is made of: the share of people and contacts in common, and the same total."""


Came = tuple[float, str, int, int, str]
"""The order in which registrations came."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two registrations, ``first`` came before ``second``; ``score`` 0..1; ``reasons`` French.

    ``people`` stand on both, each as the first and as the second writes them.
    """

    first: str
    second: str
    score: float
    reasons: tuple[str, ...]
    people: tuple[tuple[str, str], ...]

    def beside(self, subject: str) -> str:
        """The other one of the two."""
        return self.second if subject == self.first else self.first

    def named(self, subject: str) -> frozenset[str]:
        """The people on both, as that one of the two writes them."""
        return frozenset(pair[subject != self.first] for pair in self.people)


@dataclass(frozen=True, slots=True)
class _Values:
    """What of a registration is compared: names by their keys, contacts by their type.

    ``whole`` names, with a surname and a given name, tell people apart. ``near`` are what names
    share with those that differ by a letter, ``pieces`` of contacts are right where the rest is
    misread, and ``exact`` pairs contacts with words of names.
    """

    order: Came
    subject: str
    where: str
    form_id: str
    people: Mapping[str, str]
    contacts: Mapping[str, str]
    total: str
    kept: frozenset[str]
    whole: frozenset[str]
    near: frozenset[str]
    pieces: frozenset[tuple[str, str]]
    exact: frozenset[tuple[str, str, str]]


class Twins:
    """The pairs among registrations; ``refresh`` one after each decision about it."""

    def __init__(self, all_filed: Iterable[Filed]) -> None:
        self._values = {f.subject: _values(f) for f in all_filed if f.end is None}
        self._pairs: defaultdict[str, dict[str, Pair]] = defaultdict(dict)
        self._held: frozenset[str] | None = None
        in_order = {
            (first.subject, second.subject)
            if first.order < second.order
            else (second.subject, first.subject)
            for first, second in _worth_comparing(self._values.values())
        }
        for earlier, later in in_order:
            self._compare(self._values[earlier], self._values[later])

    def refresh(self, subject: str, filed: Filed | None) -> frozenset[str]:
        """Take in a registration as it now is, None for gone; whose pairs that may have changed."""
        self._held = None
        touched = {subject, *self._pairs.pop(subject, {})}
        for other in touched - {subject}:
            del self._pairs[other][subject]
        self._values.pop(subject, None)
        if filed is not None and filed.end is None:
            renewed = self._values[subject] = _values(filed)
            for known in self._values.values():
                if known is not renewed and _is_worth_comparing(renewed, known):
                    self._compare(*sorted((renewed, known), key=lambda values: values.order))
        return frozenset(touched | self._pairs[subject].keys())

    def _compare(self, first: _Values, second: _Values) -> None:
        if second.subject in first.kept or first.subject in second.kept:
            return
        pair = _pair(first, second)
        if pair is not None:
            self._pairs[first.subject][second.subject] = pair
            self._pairs[second.subject][first.subject] = pair

    def pairs(self) -> tuple[Pair, ...]:
        """All of them, the surest first."""
        by_both = {(p.first, p.second): p for pairs in self._pairs.values() for p in pairs.values()}
        return tuple(sorted(by_both.values(), key=self._rank))

    def _rank(self, pair: Pair) -> tuple[float, Came, Came]:
        first, second = (self._values[subject].order for subject in (pair.first, pair.second))
        return -pair.score, first, second

    def of(self, subject: str) -> Pair | None:
        """The surest pair that a registration is in: of those in which it came last, if any is."""
        pairs = self._pairs[subject].values()
        return min(pairs, key=lambda p: (p.second != subject, self._rank(p)), default=None)

    def marked(self, filed: Filed) -> Filed:
        """The registration in review, with a finding, as long as it is one of a pair."""
        subject = filed.subject
        pairs = self._pairs[subject].values()
        later = [pair for pair in pairs if pair.first == subject]
        best = min(later, key=self._rank) if later else self.of(subject)
        if best is None:
            return filed
        other = self._values[best.beside(subject)]
        because = ", ".join(reason.lower() for reason in best.reasons[len(best.people) :])
        people = ", ".join(sorted(best.named(subject)))
        facts = (other.where, len(later or pairs) - 1, people, because)
        waits = (subject in self.held(),) if later else ()
        finding = Finding(HELD if later else RULE, Severity.REVIEW, facts=(*facts, *waits))
        registration = filed.registration
        findings = (*registration.findings, finding)
        return replace(
            filed,
            registration=replace(registration, findings=findings, status=Status.REVIEW),
        )

    def held(self) -> frozenset[str]:
        """The registrations that a later one is counted for until somebody has decided."""
        if self._held is not None:
            return self._held
        counted: set[str] = set()
        for subject in sorted(self._values, key=lambda s: self._values[s].order, reverse=True):
            if not any(p.beside(subject) in counted for p in self._pairs[subject].values()):
                counted.add(subject)
        self._held = frozenset(self._values.keys() - counted)
        return self._held

    def added(self, filed: Filed) -> frozenset[str]:
        """The people of a registration who stand on those that it adds to, as it writes them."""
        ours = self._values.get(filed.subject)
        if ours is None:  # it counts no more
            return frozenset()
        others = (self._values[s] for s in filed.added_to if s in self._values)
        pairs = (_pair(other, ours) for other in others)
        return frozenset(name for pair in pairs if pair for name in pair.named(filed.subject))


def came(filed: Filed) -> Came:
    """The order in which registrations came, as far as mails tell it; others come first."""
    source = filed.sources[0] if filed.sources else None
    at = source.envelope.received_at if source and source.envelope else None
    document = source.document if source else ""
    return at.timestamp() if at else 0.0, document, filed.registration.page, filed.number, filed.id


def _values(filed: Filed) -> _Values:
    registration = filed.registration
    people = {" ".join(name_key(reading.text)): reading.text for reading in registration.named}
    people.pop("", None)
    belong = {registration.roles.who, *registration.roles.contacts}
    contacts: dict[str, str] = {}
    for reading in registration.readings:
        field_type = fields.find(reading.type)
        if reading.field in belong and field_type and field_type.compared and reading.text:
            contacts.setdefault(reading.type, fold(reading.text))
    total = registration.reading(registration.roles.total)
    return _Values(
        came(filed),
        filed.subject,
        where_is(filed),
        registration.form_id,
        people,
        contacts,
        total.text if total else "",
        frozenset(filed.kept),
        frozenset(filter(_is_whole, people)),
        frozenset(near for key in people for near in _near(key)),
        frozenset(
            (kind, p) for kind, text in contacts.items() for p in _compared(kind).pieces(text)
        ),
        frozenset(
            (kind, text, word)
            for kind, text in contacts.items()
            for key in people
            for word in key.split()
            if len(word) >= _LEAST_WORD
        ),
    )


def where_is(filed: Filed) -> str:
    """The document and page of a registration, as readers are told it."""
    document = filed.sources[0].document if filed.sources else filed.id
    return f"« {document} », page {filed.registration.page}"


def _is_worth_comparing(first: _Values, second: _Values) -> bool:
    alike = not first.whole.isdisjoint(second.whole)
    alike |= not first.pieces.isdisjoint(second.pieces) and not first.near.isdisjoint(second.near)
    return first.form_id == second.form_id and (alike or not first.exact.isdisjoint(second.exact))


def _worth_comparing(all_values: Iterable[_Values]) -> Iterator[tuple[_Values, _Values]]:
    """All that ``_is_worth_comparing`` says so of, found without comparing each with each."""
    by_name: defaultdict[tuple[str, str], list[_Values]] = defaultdict(list)
    by_contact: defaultdict[tuple[str, ...], list[_Values]] = defaultdict(list)
    for values in all_values:
        for key in values.people:
            by_name[values.form_id, key].append(values)
        for exact in values.exact:
            by_contact[values.form_id, *exact].append(values)
    names: defaultdict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for form_id, key in by_name:
        for near in {*_near(key)}:
            names[form_id, near].append((form_id, key))
    alike = {pair for block in names.values() for pair in combinations_with_replacement(block, 2)}
    for left, right in alike:
        same = left == right
        bearers = by_name[left]
        for first, second in combinations(bearers, 2) if same else product(bearers, by_name[right]):
            is_alike = (same and _is_whole(left[1])) or not first.pieces.isdisjoint(second.pieces)
            if first is not second and is_alike:
                yield first, second
    for block in by_contact.values():
        yield from combinations(block, 2)


def _is_whole(key: str) -> bool:
    """Whether a name has a surname and a given name."""
    return " " in key


def _near(key: str) -> Iterator[str]:
    """What a name has in common with each that differs in one letter: itself, or without it."""
    yield key
    yield from (key[:i] + key[i + 1 :] for i in range(len(key)))


def _compared(kind: str) -> Comparison:
    compared = fields.load(kind).compared
    if compared is None:
        raise TypeError(kind)
    return compared


def _pair(first: _Values, second: _Values) -> Pair | None:
    contacts = [*_contacts(first, second)]
    known = len(first.contacts.keys() & second.contacts.keys())
    least = 0 if known < _CONTRADICTING else 1  # a namesake has other contacts, too
    if not contacts and len(first.whole & second.whole) <= least:
        return None
    people = [*_people(first, second)]
    if not people:
        return None
    same_total = bool(first.total) and first.total == second.total
    score = _PEOPLE * len(people) / max(len(first.people), len(second.people))
    score += _CONTACTS * len(contacts) / max(1, known) + _TOTAL * same_total
    of_people = (reason for reason, _ in people)
    reasons = (*of_people, *contacts, *(("Même total",) if same_total else ()))
    return Pair(first.subject, second.subject, score, reasons, tuple(who for _, who in people))


def _people(first: _Values, second: _Values) -> Iterator[tuple[str, tuple[str, str]]]:
    """Whom both name, told as ``first`` writes them; each person of ``second`` is taken once."""
    left = dict(second.people)
    for key, text in first.people.items():
        if key in left:
            yield f"Même personne : {text}", (text, left.pop(key))
    for key, text in first.people.items():
        near = max(left, key=lambda k: fuzz.ratio(key, k), default="")
        if key not in second.people and near and fuzz.ratio(key, near) >= _ALIKE:
            theirs = left.pop(near)
            yield f"Noms proches : {text}, {theirs}", (text, theirs)


def _contacts(first: _Values, second: _Values) -> Iterator[str]:
    for kind, text in first.contacts.items():
        theirs, label = second.contacts.get(kind, ""), fields.load(kind).label
        if text == theirs:
            yield f"Même {label}"
        elif _compared(kind).near(text, theirs):
            yield f"{label.capitalize()} proche"
