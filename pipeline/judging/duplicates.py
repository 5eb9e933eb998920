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
    """Two registrations, ``first`` before ``second`` in order; ``score`` 0..1; ``reasons`` French.

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

    def __init__(self, all_filed: Iterable[Filed]) -> None:
        self._values = {f.subject: _values(f) for f in all_filed if not f.dropped}
        self._pairs: defaultdict[str, dict[str, Pair]] = defaultdict(dict)
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
        touched = {subject, *self._pairs.pop(subject, {})}
        for other in touched - {subject}:
            del self._pairs[other][subject]
        self._values.pop(subject, None)
        if filed is not None and not filed.dropped:
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
        return tuple(sorted(by_both.values(), key=lambda p: (-p.score, p.first, p.second)))

    def marked(self, filed: Filed) -> Filed:
        """The registration in review, with a finding, as long as it is one of a pair."""
        pairs = sorted(
            self._pairs[filed.subject].values(), key=lambda p: (-p.score, p.first, p.second)
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
        elsewhere = {}
        for subject in reversed(subjects):
            pairs = self._pairs[subject].values()
            counted_pairs = [pair for pair in pairs if pair.beside(subject) in counted]
            if counted_pairs:
                elsewhere[subject] = frozenset(
                    name for pair in counted_pairs for name in pair.named(subject)
                )
            else:
                counted.add(subject)
        return elsewhere


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


def _is_worth_comparing(first: _Values, second: _Values) -> bool:
    alike = not first.pieces.isdisjoint(second.pieces) and not first.near.isdisjoint(second.near)
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
            if first is not second and not first.pieces.isdisjoint(second.pieces):
                yield first, second
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


def _pair(first: _Values, second: _Values) -> Pair | None:
    contacts = [*_contacts(first, second)]
    known = len(first.contacts.keys() & second.contacts.keys())
    people = [*_people(first, second)] if contacts else []
    if not people:
        return None
    same_total = bool(first.total) and first.total == second.total
    score = _PEOPLE * len(people) / max(len(first.people), len(second.people))
    score += _CONTACTS * len(contacts) / known + _TOTAL * same_total
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
