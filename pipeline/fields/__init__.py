"""Field types, one file each: what is said of a type stands there; no other module names it.

A module here is called like its type, and holds ``TYPE``. A type of another package is found where
that declares the entry point ``fiches.fields``: the name of the type, and where its ``TYPE`` is.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from heapq import nlargest
from itertools import product
from operator import itemgetter
from typing import Any, Protocol

from rapidfuzz import fuzz

from pipeline import installed
from pipeline.decoding.evidence import CERTAIN
from pipeline.errors import ConfigError
from pipeline.language import tr
from pipeline.records import Candidate, FieldReading, FieldValue, LineEvidence
from pipeline.roles import BETWEEN, Roles, option_of

_NO_ROLES = Roles()
_MOST_A_LINE = 12
_MOST_TEXTS = _MOST_A_LINE**3
"""So many texts over several lines are gone on with: all there are of three lines."""
LEAST_PROBABILITY = 1e-4
"""Candidates less likely than this are not worth carrying along."""


class Nature(StrEnum):
    """What is looked for in a zone of the type."""

    WORD = "word"
    NUMBER = "number"
    MARK = "mark"
    """Marks on options: the zone has ``boxes_mm`` or ``words_mm`` instead of lines."""


class Means(StrEnum):
    """What a value is about: by that, sums, people and evidence know which fields are theirs."""

    OTHER = ""
    PERSON = "person"
    SURNAME = "surname"
    GIVEN_NAME = "given_name"
    ORGANISATION = "organisation"
    POSTAL_CODE = "postal_code"
    TOWN = "town"
    EMAIL = "email"
    PHONE = "phone"
    COUNT = "count"
    AMOUNT = "amount"
    """Of money, in cents."""


class Read(Protocol):
    def __call__(self, lines: Sequence[LineEvidence], /) -> tuple[Candidate, ...]: ...


class Drawn(StrEnum):
    """What stands in the boxes of a zone of options."""

    MARK = "mark"
    SIGNATURE = "signature"
    """Strokes without regard to the box."""
    PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class Mark:
    """What was seen of one option; ink is beyond the blank's own.

    ``ink_mm2``: in its box or cell and slightly around, or at its printed word; ``before_mm2``: as
    much of what is left of the box, where a line of writing that runs on over it leaves as much,
    and a tick nothing. Of a printed word, ``ringed`` is the share 0..1 of all directions in which a
    stroke lies around it, ``struck`` the share of its length that strokes go through.
    """

    ink_mm2: float = 0.0
    before_mm2: float = 0.0
    is_word: bool = False
    ringed: float = 0.0
    struck: float = 0.0


class ReadMarks(Protocol):
    def __call__(self, marks: Mapping[str, Mark], /) -> tuple[Candidate, ...]: ...


def _no_lines(_lines: Sequence[LineEvidence]) -> tuple[Candidate, ...]:
    raise ConfigError(tr("a zone of a type that reads marks has boxes_mm, not lines_mm."))


def _no_marks(_marks: Mapping[str, Mark]) -> tuple[Candidate, ...]:
    raise ConfigError(tr("a zone of a type that reads no marks has lines_mm, not boxes_mm."))


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two values that say where people belong are compared, for fiches that came twice.

    ``pieces``: of which one at least is right where the rest of a value is misread; ``near``:
    whether two values that differ are the same one misread. Both take values without case and
    accents.
    """

    pieces: Callable[[str], set[str]]
    near: Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class FieldType:
    """All there is to say of a type.

    ``label`` and ``plural``: what one value, and several, are called, in French. ``read`` turns the
    evidence of a field's inked lines into candidates, best first, whose probabilities sum to at
    most 1 (the rest is "something else"); no lines, an empty field. ``to_text`` writes a value as
    outputs do; ``parse`` reads what a person typed, None where it is no such value, which
    ``refused`` then says in French.

    ``read_marks`` is asked in the place of ``read`` where the nature is a mark. ``options``: those
    that a zone of the type may have, and what readers call each, ``""`` for none of them, where
    that says something; without it, a form's own. ``shown``: as ``to_text``, for readers.
    ``spelled``: ways in which a value may stand on the paper. ``compared``: for types that say
    where people belong. ``invent``: a value and its text as somebody writes it, for the simulator,
    which knows how to invent what means something; a type without it stays empty.
    """

    label: str
    plural: str
    to_text: Callable[[FieldValue], str]
    parse: Callable[[str], FieldValue]
    read: Read = _no_lines
    nature: Nature = Nature.WORD
    means: Means = Means.OTHER
    refused: str = "Cette valeur n'est pas possible ici."
    read_marks: ReadMarks = _no_marks
    options: tuple[tuple[str, str], ...] = ()
    several: bool = False
    """Whether several of its options may be chosen together."""
    drawn: Drawn = Drawn.MARK
    shown: Callable[[FieldValue], str] | None = None
    spelled: Callable[[FieldValue], Sequence[str]] | None = None
    compared: Comparison | None = None
    invent: Callable[[Any], tuple[str | int, str]] | None = None
    headings: tuple[str, ...] = ()
    """What a column of it is called in a list of members, without case and accents."""
    second_look: bool = False
    """Whether a second look at lines in doubt mends more than it spoils, as measured."""
    lettered: bool = False
    """Whether an engine may well take a letter for another in its typed text."""
    spelling: bool = False
    """Whether accents, case and signs are no more than how a value is spelled."""
    unchecked_digits: bool = False
    """Digits whose calibration says too little of how people write them. Those that a sum checks
    look sure all the same."""
    zone_key: str = ""
    """The key of a zone that the type goes by (``pattern``, ``unit``)."""
    bound: Callable[[str], "FieldType"] | None = None
    """The type as it is in a zone that gives that key; raises ValueError for what it cannot be."""

    def display(self, value: FieldValue) -> str:
        """A value as the secretary reads it."""
        return (self.shown or self.to_text)(value)

    def spellings(self, value: FieldValue) -> list[str]:
        """Ways in which a value may stand on the paper; none where it is unknown."""
        if value is None:
            return []
        return list(self.spelled(value)) if self.spelled else [self.to_text(value)]


def names() -> list[str]:
    """The field types a form may name."""
    return sorted({*_own(), *installed.additions(installed.FIELDS)})


@cache
def load(name: str) -> FieldType:
    """The field type of that name. Raises ConfigError naming the known ones."""
    if name in _own():
        field_type: FieldType = importlib.import_module(f"pipeline.fields.{name}").TYPE
        return field_type
    foreign = installed.load(installed.FIELDS, name)
    if foreign is None:
        raise ConfigError(
            tr(
                "type = {name!r} is not known; take one of: {known}.",
                name=name,
                known=", ".join(names()),
            )
        )
    if not isinstance(foreign, FieldType):
        raise ConfigError(
            tr("type = {name!r}: the package that brings it is made for another fiches.", name=name)
        )
    if foreign.nature is Nature.MARK and foreign.read_marks is _no_marks:
        raise ConfigError(
            tr("type = {name!r} is a mark, and its package brings no read_marks.", name=name)
        )
    return foreign


@cache
def find(name: str) -> FieldType | None:
    """The field type of that name; None for a type that is not known (any more)."""
    return load(name) if name in names() else None


@cache
def of(name: str, **keys: str) -> FieldType:
    """The field type of that name as it is in a zone that gives these ``keys``.

    Raises ConfigError naming the known types, and ValueError for what a key cannot be.
    """
    field_type = load(name)
    value = keys.get(field_type.zone_key)
    return field_type.bound(value) if value and field_type.bound else field_type


@cache
def means(name: str) -> Means:
    """What values of that type are about."""
    field_type = find(name)
    return field_type.means if field_type else Means.OTHER


@cache
def nature(name: str) -> Nature:
    """What is looked for in a zone of that type."""
    field_type = find(name)
    return field_type.nature if field_type else Nature.WORD


@cache
def several(name: str) -> bool:
    """Whether several options may be chosen together in a zone of that type."""
    field_type = find(name)
    return field_type is not None and field_type.several


def shown(
    reading: FieldReading, roles: Roles = _NO_ROLES, candidate: Candidate | None = None
) -> str:
    """What a field was read as, or may be, as the secretary reads it; options as the form has them
    called."""
    candidate = candidate or next(iter(reading.candidates), None)
    if candidate is None:
        return ""
    field_type = find(reading.type)
    if field_type is None or candidate.value is None:
        return candidate.text
    if field_type.nature is not Nature.MARK:
        return field_type.display(candidate.value)
    name, titles = reading.field.partition(".")[0], dict(roles.titles)
    options = str(candidate.value).split(BETWEEN)
    return ", ".join(titles.get(option_of(name, o), o.replace("_", " ")) for o in options)


def meaning(*wanted: Means) -> list[str]:
    """The names of the types that mean one of these; the product's own come first."""
    mine = _own()
    return [n for n in sorted(names(), key=lambda n: (n not in mine, n)) if means(n) in wanted]


@cache
def _own() -> frozenset[str]:
    modules = (module.name for module in pkgutil.iter_modules(__path__))
    return frozenset(name for name in modules if not name.startswith("_"))


def ranked(
    probabilities: Mapping[FieldValue, float], to_text: Callable[[FieldValue], str]
) -> tuple[Candidate, ...]:
    """Candidates from the probability of each value: best first, at most 1 in all."""
    total = max(1.0, sum(probabilities.values()))
    kept = [(v, p / total) for v, p in probabilities.items() if p / total >= LEAST_PROBABILITY]
    return tuple(
        Candidate(value, to_text(value), probability)
        for value, probability in sorted(kept, key=lambda pair: -pair[1])
    )


def exact_text(lines: Sequence[LineEvidence]) -> str | None:
    """The lines' text where the file itself held all of it; None where some was seen by OCR."""
    if not lines or not all(line.exact for line in lines):
        return None
    return " ".join(line.text for line in lines)


def certain(value: FieldValue, to_text: Callable[[FieldValue], str]) -> tuple[Candidate, ...]:
    """The one candidate of a value the file itself held; none where it could not be parsed."""
    return () if value is None else (Candidate(value, to_text(value), CERTAIN),)


def joined(lines: Sequence[Mapping[str, float]]) -> dict[FieldValue, float]:
    """The probability of each text over several lines; a hyphen at a line's end joins words.

    A line nothing could be read in is left out, and takes half of all certainty with it.

    Up to three lines all texts are weighed. From there on it is a beam search (Lowerre, "The Harpy
    Speech Recognition System", 1976): only the likeliest beginnings go on, so that ten lines cost
    ten times as much as one. What it loses is a text whose beginning is less likely than so many
    others, and with it whatever that text would have gained by being spelled in several ways: its
    probability stays with "something else", and no other text gains by it.
    """
    texts: dict[FieldValue, float] = {"": 1.0}
    for line in lines:
        best = sorted(line.items(), key=lambda pair: -pair[1])[:_MOST_A_LINE] or [("", 0.5)]
        longer: dict[FieldValue, float] = {}
        for (before, p), (text, q) in product(texts.items(), best):
            whole = _join(str(before), text)
            longer[whole] = longer.get(whole, 0.0) + p * q
        texts = longer
        if len(longer) > _MOST_TEXTS:
            texts = dict(nlargest(_MOST_TEXTS, longer.items(), key=itemgetter(1)))
    return texts


def _join(before: str, text: str) -> str:
    return before + text if before.endswith("-") else f"{before} {text}".strip()


def halves(text: str) -> set[str]:
    """The halves of a text, of which one is right where a letter is misread."""
    half = len(text) // 2
    return {text[:half], text[half:]}


def alike(first: str, second: str, percent: float) -> bool:
    """Whether two texts are alike by so many percent."""
    return fuzz.ratio(first, second, score_cutoff=percent) > 0
