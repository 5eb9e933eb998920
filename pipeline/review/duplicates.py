"""The same fiche twice, found by what it says: scanned twice, or sent by mail and by post.

Two registrations of one form are a pair where a person stands on both, and the service, the e-mail
address or the telephone number as well; what was misread by a little counts as the same.

Only those are compared that share a person's name but for one letter, or a contact and a word of a
name. A contact that few have is enough by itself.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from rapidfuzz import fuzz

from pipeline.decisions import Filed
from pipeline.members import name_key
from pipeline.records import FieldReading, Registration
from pipeline.text import fold

_FEW = 30
"""A contact that no more registrations have tells enough to compare all of them."""
_LEAST_WORD = 3
_ALIKE = 88.0
"""Texts that are alike by so many percent are one text, misread; telephone numbers by more."""
_ALIKE_PHONE = 90.0
_CONTACTS_OF = {"organisation": "service", "email": "e-mail", "phone": "téléphone"}
"""What the field types that say where people belong are called."""
_PEOPLE, _CONTACTS, _TOTAL = 0.5, 0.3, 0.2
"""What the score is made of: the share of people and contacts in common, and the same total."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two registrations, ``one`` before ``other`` in order; ``score`` 0..1; ``reasons`` French."""

    one: str
    other: str
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Values:
    """What of a registration is compared: names by their keys, contacts by their kind."""

    subject: str
    form_id: str
    people: Mapping[str, str]
    contacts: Mapping[str, str]
    total: str


def duplicates(
    filed: Iterable[Filed], *, kept: Collection[frozenset[str]] = ()
) -> tuple[Pair, ...]:
    """The pairs, the surest first; but for those ``kept`` apart, and what left the tables."""
    values = {one.subject: _values(one) for one in filed if not one.dropped}
    apart = set(kept)
    pairs = (
        _pair(values[one], values[other])
        for one, other in _compared(values.values())
        if frozenset((one, other)) not in apart
    )
    return tuple(
        sorted((p for p in pairs if p), key=lambda pair: (-pair.score, pair.one, pair.other))
    )


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
    return _Values(filed.subject, registration.form_id, people, contacts, _total(registration))


def _total(registration: Registration) -> str:
    reading: FieldReading | None = registration.reading(registration.roles.total)
    return reading.text if reading else ""


def _compared(values: Collection[_Values]) -> set[tuple[str, str]]:
    """The pairs of subjects worth a comparison."""
    by_contact = _blocks(values, lambda one: one.contacts.items())
    by_name = _blocks(values, lambda one: (near for key in one.people for near in _near(key)))
    by_both = _blocks(
        (one for block in by_contact if len(block) > _FEW for one in block),
        lambda one: (
            (k, text, word)
            for k, text in one.contacts.items()
            for person in one.people
            for word in person.split()
            if len(word) >= _LEAST_WORD
        ),
    )
    blocks = [*by_name, *by_both, *(block for block in by_contact if len(block) <= _FEW)]
    return {
        (one.subject, other.subject) for block in blocks for one, other in combinations(block, 2)
    }


def _blocks(
    values: Iterable[_Values], keys: Callable[[_Values], Iterable[Hashable]]
) -> list[list[_Values]]:
    """The registrations of one form that have a key in common, in order and each once."""
    blocks: defaultdict[Hashable, dict[str, _Values]] = defaultdict(dict)
    for one in values:
        for key in keys(one):
            blocks[one.form_id, key][one.subject] = one
    return [[*block.values()] for block in blocks.values() if len(block) > 1]


def _near(key: str) -> Iterator[str]:
    """What a name has in common with each that differs in one letter: itself, or without it."""
    yield key
    yield from (key[:i] + key[i + 1 :] for i in range(len(key)))


def _pair(one: _Values, other: _Values) -> Pair | None:
    people = [*_people(one, other)]
    contacts = [*_contacts(one, other)]
    if not people or not contacts:
        return None
    known = len(one.contacts.keys() & other.contacts.keys())
    same_total = bool(one.total) and one.total == other.total
    score = _PEOPLE * len(people) / max(len(one.people), len(other.people))
    score += _CONTACTS * len(contacts) / known + _TOTAL * same_total
    reasons = (*people, *contacts, *(("Même total",) if same_total else ()))
    return Pair(one.subject, other.subject, score, reasons)


def _people(one: _Values, other: _Values) -> Iterator[str]:
    """Whom both name, as ``one`` writes them; each person of the other is taken once."""
    left = dict(other.people)
    for key, text in one.people.items():
        if left.pop(key, None):
            yield f"Même personne : {text}"
    for key, text in one.people.items():
        near = max(left, key=lambda k: fuzz.ratio(key, k), default="")
        if key not in other.people and near and fuzz.ratio(key, near) >= _ALIKE:
            yield f"Noms proches : {text}, {left.pop(near)}"


def _contacts(one: _Values, other: _Values) -> Iterator[str]:
    for kind, text in one.contacts.items():
        least = _ALIKE_PHONE if kind == "téléphone" else _ALIKE
        alike = fuzz.ratio(text, other.contacts.get(kind, ""))
        if alike >= least:
            yield f"Même {kind}" if alike == 100 else f"{kind.capitalize()} proche"
