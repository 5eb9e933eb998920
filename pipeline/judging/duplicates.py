"""The same fiche twice, found by what it says: scanned twice, by mail and by post, or corrected and
sent again.

Two registrations of one form are a pair where a person stands on both, and the service, the e-mail
address or the telephone number as well; what was misread by a little counts as the same. Until
somebody has decided, both are in review, and one of them, the one that came last, is counted.

Only those are compared that share a name but for one letter and a piece of a contact, or a word of
a name and a contact, so that neither a common name nor a large service makes all of its
registrations be compared with each other.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, combinations_with_replacement, product

from rapidfuzz import fuzz

from pipeline import fields
from pipeline.decisions import Filed
from pipeline.fields import Comparison
from pipeline.judging.members import name_key
from pipeline.records import Finding, Severity, Status
from pipeline.text import fold

RULE = "received_once_only"
"""The rule of the finding that both of a pair get."""

_LEAST_WORD = 3
_ALIKE = 88.0
"""Names that are alike by so many percent are one name, misread."""
_PEOPLE, _CONTACTS, _TOTAL = 0.5, 0.3, 0.2
"""What the score is made of: the share of people and contacts in common, and the same total."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two registrations, ``one`` before ``other`` in order; ``score`` 0..1; ``reasons`` French.

    ``people`` stand on both, each as the one and as the other writes them.
    """

    one: str
    other: str
    score: float
    reasons: tuple[str, ...]
    people: tuple[tuple[str, str], ...]

    def beside(self, subject: str) -> str:
        """The other one of the two."""
        return self.other if subject == self.one else self.one

    def named(self, subject: str) -> frozenset[str]:
        """The people on both, as that one of the two writes them."""
        return frozenset(pair[subject != self.one] for pair in self.people)


@dataclass(frozen=True, slots=True)
class _Values:
    """What of a registration is compared: names by their keys, contacts by their type.

    ``near`` are what the names share with those that differ by a letter, ``pieces`` of contacts are
    right where the rest is misread, and ``exact`` pairs contacts with words of names.
    """

    order: tuple[int, ...]
    subject: str
    where: str
    form_id: str
    people: Mapping[str, str]
    contacts: Mapping[str, str]
    total: str
    kept: frozenset[str]
    near: frozenset[str]
    pieces: frozenset[tuple[str, str]]
    exact: frozenset[tuple[str, str, str]]


class Twins:
    """The pairs among registrations; ``refresh`` one after each decision about it."""

    def __init__(self, filed: Iterable[Filed]) -> None:
        self._values = {one.subject: _values(one) for one in filed if not one.dropped}
        self._pairs: defaultdict[str, dict[str, Pair]] = defaultdict(dict)
        found = {
            (one.subject, other.subject)
            if one.order < other.order
            else (other.subject, one.subject)
            for one, other in _worth_comparing(self._values.values())
        }
        for one, other in found:
            self._compare(self._values[one], self._values[other])

    def refresh(self, subject: str, filed: Filed | None) -> frozenset[str]:
        """Take in a registration as it now is, None for gone; whose pairs that may have changed."""
        touched = {subject, *self._pairs.pop(subject, {})}
        for other in touched - {subject}:
            del self._pairs[other][subject]
        self._values.pop(subject, None)
        if filed is not None and not filed.dropped:
            one = self._values[subject] = _values(filed)
            for there in self._values.values():
                if there is not one and _is_worth_comparing(one, there):
                    self._compare(*sorted((one, there), key=lambda values: values.order))
        return frozenset(touched | self._pairs[subject].keys())

    def _compare(self, one: _Values, other: _Values) -> None:
        if other.subject in one.kept or one.subject in other.kept:
            return
        pair = _pair(one, other)
        if pair is not None:
            self._pairs[one.subject][other.subject] = pair
            self._pairs[other.subject][one.subject] = pair

    def pairs(self) -> tuple[Pair, ...]:
        """All of them, the surest first."""
        found = {(p.one, p.other): p for of_one in self._pairs.values() for p in of_one.values()}
        return tuple(sorted(found.values(), key=lambda p: (-p.score, p.one, p.other)))

    def marked(self, filed: Filed) -> Filed:
        """The registration in review, with a finding, as long as it is one of a pair."""
        pairs = sorted(
            self._pairs[filed.subject].values(), key=lambda p: (-p.score, p.one, p.other)
        )
        if not pairs:
            return filed
        best = pairs[0]
        other = self._values[best.beside(filed.subject)]
        contacts = best.reasons[len(best.people) :]
        because = ", ".join(reason.lower() for reason in contacts)
        people = ", ".join(sorted(best.named(filed.subject)))
        facts = (other.where, len(pairs) - 1, people, because)
        finding = Finding(RULE, Severity.REVIEW, facts=facts)
        registration = filed.registration
        findings = (*registration.findings, finding)
        return replace(
            filed,
            registration=replace(registration, findings=findings, status=Status.REVIEW),
        )

    def counted_elsewhere(self, subjects: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """Of registrations in the order they came, those that a later one is counted for.

        Each with the people whom such a one names, too, as it writes them itself.
        """
        counted: set[str] = set()
        found = {}
        for subject in reversed(subjects):
            pairs = self._pairs[subject].values()
            there = [pair for pair in pairs if pair.beside(subject) in counted]
            if there:
                found[subject] = frozenset(name for pair in there for name in pair.named(subject))
            else:
                counted.add(subject)
        return found


def _values(filed: Filed) -> _Values:
    registration = filed.registration
    people = {
        " ".join(name_key(reading.text)): reading.text
        for reading in registration.repeated(registration.roles.named)
    }
    people.pop("", None)
    belong = {registration.roles.who, *registration.roles.contacts}
    contacts: dict[str, str] = {}
    for reading in registration.readings:
        field_type = fields.find(reading.type)
        if reading.field in belong and field_type and field_type.compared and reading.text:
            contacts.setdefault(reading.type, fold(reading.text))
    total = registration.reading(registration.roles.total)
    return _Values(
        tuple(map(int, re.findall(r"\d+", filed.subject))),
        filed.subject,
        _where(filed),
        registration.form_id,
        people,
        contacts,
        total.text if total else "",
        frozenset(filed.kept),
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


def _where(filed: Filed) -> str:
    document = filed.sources[0].document if filed.sources else filed.id
    return f"« {document} », page {filed.registration.page}"


def _is_worth_comparing(one: _Values, other: _Values) -> bool:
    alike = not one.pieces.isdisjoint(other.pieces) and not one.near.isdisjoint(other.near)
    return one.form_id == other.form_id and (alike or not one.exact.isdisjoint(other.exact))


def _worth_comparing(values: Iterable[_Values]) -> Iterator[tuple[_Values, _Values]]:
    """All that ``_is_worth_comparing`` says so of, found without comparing each with each."""
    by_name: defaultdict[tuple[str, str], list[_Values]] = defaultdict(list)
    by_contact: defaultdict[tuple[str, ...], list[_Values]] = defaultdict(list)
    for one in values:
        for key in one.people:
            by_name[one.form_id, key].append(one)
        for exact in one.exact:
            by_contact[one.form_id, *exact].append(one)
    names: defaultdict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for form_id, key in by_name:
        for near in {*_near(key)}:
            names[form_id, near].append((form_id, key))
    alike = {two for block in names.values() for two in combinations_with_replacement(block, 2)}
    for first, second in alike:
        same = first == second
        there = by_name[first]
        for one, other in combinations(there, 2) if same else product(there, by_name[second]):
            if one is not other and not one.pieces.isdisjoint(other.pieces):
                yield one, other
    for block in by_contact.values():
        yield from combinations(block, 2)


def _near(key: str) -> Iterator[str]:
    """What a name has in common with each that differs in one letter: itself, or without it."""
    yield key
    yield from (key[:i] + key[i + 1 :] for i in range(len(key)))


def _compared(kind: str) -> Comparison:
    compared = fields.load(kind).compared
    if compared is None:
        raise TypeError(kind)
    return compared


def _pair(one: _Values, other: _Values) -> Pair | None:
    contacts = [*_contacts(one, other)]
    known = len(one.contacts.keys() & other.contacts.keys())
    people = [*_people(one, other)] if contacts else []
    if not people:
        return None
    same_total = bool(one.total) and one.total == other.total
    score = _PEOPLE * len(people) / max(len(one.people), len(other.people))
    score += _CONTACTS * len(contacts) / known + _TOTAL * same_total
    told = (reason for reason, _ in people)
    reasons = (*told, *contacts, *(("Même total",) if same_total else ()))
    return Pair(one.subject, other.subject, score, reasons, tuple(who for _, who in people))


def _people(one: _Values, other: _Values) -> Iterator[tuple[str, tuple[str, str]]]:
    """Whom both name, told as ``one`` writes them; each person of the other is taken once."""
    left = dict(other.people)
    for key, text in one.people.items():
        if key in left:
            yield f"Même personne : {text}", (text, left.pop(key))
    for key, text in one.people.items():
        near = max(left, key=lambda k: fuzz.ratio(key, k), default="")
        if key not in other.people and near and fuzz.ratio(key, near) >= _ALIKE:
            theirs = left.pop(near)
            yield f"Noms proches : {text}, {theirs}", (text, theirs)


def _contacts(one: _Values, other: _Values) -> Iterator[str]:
    for kind, text in one.contacts.items():
        theirs, label = other.contacts.get(kind, ""), fields.load(kind).label
        if text == theirs:
            yield f"Même {label}"
        elif _compared(kind).near(text, theirs):
            yield f"{label.capitalize()} proche"
