"""The same fiche twice, found by what it says: scanned twice, by mail and by post, or corrected and
sent again.

Two registrations of one form are a pair where a person stands on both, and the service, the e-mail
address or the telephone number as well; what was misread by a little counts as the same. Until
somebody has decided, both are in review, and one of them, the one that came last, is counted.

Only those are compared that share a piece of a name and a piece of a contact, so that neither a
common name nor a large service makes all of its registrations be compared with each other.
"""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from rapidfuzz import fuzz

from pipeline.decisions import Filed
from pipeline.members import name_key
from pipeline.records import Finding, Registration, Severity, Status
from pipeline.text import fold

RULE = "received_once_only"
"""The rule of the finding that both of a pair get."""

_PIECE = 4
"""So many letters at a word's start, or its end, are right even where the other end is misread."""
_LEAST_WORD = 3
_ALIKE = 88.0
"""Texts that are alike by so many percent are one text, misread; telephone numbers by more."""
_ALIKE_PHONE = 90.0
_ALIKE_WORD, _SHARED = 80.0, 0.6
"""A service is the same where all words of one are words of the other, each alike by so many
percent, and make up this share of its letters: « Centre social de Dinan » is not that of Dinard."""
_CONTACTS_OF = {"organisation": "service", "email": "e-mail", "phone": "téléphone"}
"""What the field types that say where people belong are called."""
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
    """What of a registration is compared: names by their keys, contacts by their kind.

    ``marks``: two registrations without a mark in common are no pair.
    """

    order: tuple[int, ...]
    subject: str
    where: str
    form_id: str
    people: Mapping[str, str]
    contacts: Mapping[str, str]
    total: str
    kept: frozenset[str]
    marks: frozenset[Hashable]


class Twins:
    """The pairs among registrations; ``refresh`` one after each decision about it."""

    def __init__(self, filed: Iterable[Filed]) -> None:
        self._values = {one.subject: _values(one) for one in filed if not one.dropped}
        self._pairs: defaultdict[str, dict[str, Pair]] = defaultdict(dict)
        by_mark: defaultdict[Hashable, list[_Values]] = defaultdict(list)
        for one in self._values.values():
            for mark in one.marks:
                by_mark[mark].append(one)
        compared: set[tuple[str, str]] = set()
        for block in by_mark.values():
            for one, other in combinations(block, 2):
                if (one.subject, other.subject) not in compared:
                    compared.add((one.subject, other.subject))
                    self._compare(one, other)

    def refresh(self, subject: str, filed: Filed | None) -> frozenset[str]:
        """Take in a registration as it now is, None for gone; whose pairs that may have changed."""
        touched = {subject, *self._pairs.pop(subject, {})}
        for other in touched - {subject}:
            del self._pairs[other][subject]
        self._values.pop(subject, None)
        if filed is not None and not filed.dropped:
            one = self._values[subject] = _values(filed)
            for there in self._values.values():
                if there is not one and not one.marks.isdisjoint(there.marks):
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
        because = f" ({', '.join(reason.lower() for reason in contacts)})" if contacts else ""
        further = f", et {len(pairs) - 1} autre(s) fiche(s)" if len(pairs) > 1 else ""
        message = (
            f"Reçue deux fois ? {other.where}{further} : même(s) personne(s) "
            f"« {', '.join(sorted(best.named(filed.subject)))} »{because}. "
            "Une seule est comptée : garder l'une ou les deux (fiches review, page Doublons)."
        )
        finding = Finding(RULE, Severity.REVIEW, message)
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
    contacts: dict[str, str] = {}
    for reading in registration.readings:
        kind = _CONTACTS_OF.get(reading.type)
        if kind and reading.text:
            contacts.setdefault(kind, fold(reading.text))
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
        frozenset(_marks(registration, people, contacts)),
    )


def _where(filed: Filed) -> str:
    document = filed.sources[0].document if filed.sources else filed.id
    return f"« {document} », page {filed.registration.page}"


def _marks(
    registration: Registration, people: Mapping[str, str], contacts: Mapping[str, str]
) -> Iterator[Hashable]:
    names = {piece for key in people for word in key.split() for piece in _pieces(word)}
    for kind, text in contacts.items():
        for piece in _contact_pieces(kind, text):
            yield from ((registration.form_id, kind, piece, name) for name in names)


def _contact_pieces(kind: str, text: str) -> set[str]:
    """Of which one at least is right where a contact is misread by a little."""
    if kind == "service":
        return {*_words(text)}
    if kind == "téléphone":
        text = re.sub(r"\D", "", text) or text
        half = len(text) // 2
        return {text[:half], text[half:]}
    return _pieces(text.partition("@")[0])


def _pieces(word: str) -> set[str]:
    return {word[:_PIECE], word[-_PIECE:]} if len(word) >= _LEAST_WORD else set()


def _words(service: str) -> list[str]:
    words = re.findall(r"[a-z0-9]+", service.replace(".", ""))
    return [word for word in words if len(word) >= _LEAST_WORD] or words


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
        theirs = other.contacts.get(kind, "")
        if text == theirs:
            yield f"Même {kind}"
        elif _is_near(kind, text, theirs):
            yield f"{kind.capitalize()} proche"


def _is_near(kind: str, text: str, other: str) -> bool:
    if kind != "service":
        least = _ALIKE_PHONE if kind == "téléphone" else _ALIKE
        return fuzz.ratio(text, other, score_cutoff=least) > 0
    few, many = sorted((_words(text), _words(other)), key=len)
    found = [word for word in few if any(fuzz.ratio(word, w) >= _ALIKE_WORD for w in many)]
    shared = sum(map(len, found)) / max(1, sum(map(len, many)))
    return bool(few) and len(found) == len(few) and shared >= _SHARED
