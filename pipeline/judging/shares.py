"""Who of the people on a form has which tariff, and who eats: what its counts settle.

A form says how many there are of each, and seldom who. Everybody named has one of the tariffs, or
is left uncounted, and has each further thing that is priced (a meal) once or not at all. What holds
however the counts are shared out is settled. So is who is a member, where as many of the people are
on the list of members as pay as members. All else is open until a person says who has what: counts
that are unreadable, or do not fit the people, settle nothing. What a person said holds as long as
the counts allow it.

Each tariff is a kind, called by its field, and so are having a thing (``repas=1``) and having none
(``repas=0``). Those of whom nothing is known may be of any kind that is left to give, so they are
settled where that is one kind.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from pipeline.decisions import Act, Decision, Filed
from pipeline.french import label, plural_of, small
from pipeline.judging.corroborate import LISTED_RULE
from pipeline.pages import plural
from pipeline.records import FieldReading, Registration, Status
from pipeline.roles import Roles
from pipeline.snapshot import Share

NAME = "qui-a-quoi"
"""What the question is called in the queue and in addresses: no field or rule can be called so."""
_NBSP = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Column:
    """A kind to be given to ``count`` of some people, and what readers call it."""

    kind: str
    words: str
    count: int
    people: frozenset[str]

    @property
    def is_tariff(self) -> bool:
        """Whether nobody has another one beside it."""
        return not _thing(self.kind)


@dataclass(frozen=True, slots=True)
class Sharing:
    """Who is of which kind, as it is asked: each of ``people``, by the columns they may be in.

    ``given`` pairs people with the kinds that they are known to be of. Not ``is_open``: all of that
    is known, since a person has said so, and may be said otherwise.
    """

    words: str
    people: tuple[FieldReading, ...]
    columns: tuple[Column, ...]
    given: frozenset[tuple[str, str]]
    is_open: bool


@dataclass(frozen=True, slots=True)
class _Group:
    """How many of ``people`` are of each kind, of which everybody is of one.

    ``listed``: of whom the list of members tells it; ``said``: of whom a person did.
    """

    people: tuple[str, ...]
    counts: Mapping[str, int]
    listed: Mapping[str, str]
    said: Mapping[str, str]

    def left(self, known: Mapping[str, str]) -> dict[str, int]:
        """How many of each kind there are beside those who are known; fewer than none: too many."""
        kinds = [*known.values()]
        return {kind: count - kinds.count(kind) for kind, count in self.counts.items()}

    def settled(self, known: Mapping[str, str]) -> dict[str, str]:
        """Those who are known, and all others if only one kind is left for them."""
        left = [kind for kind, count in self.left(known).items() if count]
        rest = dict.fromkeys(self.people, left[0]) if len(left) == 1 else {}
        return {**rest, **known}

    @property
    def known(self) -> dict[str, str]:
        """Of whom anything tells it, as far as the counts allow it."""
        allowed = self.said and min(self.left(self.said).values()) >= 0
        return self.settled(self.said if allowed else self.listed)


def shares(registration: Registration, said: Mapping[str, str]) -> tuple[Share, ...]:
    """What each of the people named has. ``said``: what a person said of them, see ``shared``."""
    made = {person.field: Share(person.field) for person in registration.named}
    for group in _groups(registration, said):
        for person, kind in group.known.items():
            thing, share = _thing(kind), made[person]
            made[person] = (
                replace(share, others=(*share.others, (thing, int(kind[-1]))))
                if thing
                else replace(share, tariff=kind)
            )
    return tuple(made.values())


def sharing(registration: Registration, said: Mapping[str, str]) -> Sharing | None:
    """What a person has to say of who has what; None where that is settled without."""
    groups = [(g, _columns(g, registration.roles)) for g in _groups(registration, said)]
    asked = [(group, columns) for group, columns in groups if columns]
    columns = [column for _, of_group in asked for column in of_group]
    people = {person for column in columns for person in column.people}
    if not columns:
        return None
    return Sharing(
        _question(columns, registration.roles),
        tuple(person for person in registration.named if person.field in people),
        tuple(columns),
        frozenset(known for group, _ in asked for known in group.known.items()),
        is_open=any(len(group.known) < len(group.people) for group, _ in asked),
    )


def is_open(filed: Filed) -> bool:
    """Whether a person may be asked who has what: of a form about which nothing else is asked."""
    asked = sharing(filed.registration, dict(filed.shared))
    return asked is not None and asked.is_open


def shared(registration: Registration, ticked: Collection[tuple[str, str]]) -> tuple[Decision, ...]:
    """What is decided by giving kinds to people; what nobody gave follows from the counts.

    A decision names a person's field and all of their kinds that were asked. Raises ValueError, in
    French, where what is given does not agree with the counts, or leaves something open.
    """
    kinds: dict[str, list[str]] = {person.field: [] for person in registration.named}
    problems = [
        f"{person.text}{_NBSP}: un seul tarif par personne."
        for person in registration.named
        if sum(who == person.field and not _thing(kind) for who, kind in ticked) > 1
    ]
    missing: list[str] = []
    for group in _groups(registration, {}):
        columns = _columns(group, registration.roles)
        if not columns:
            continue
        asked = {(person, column.kind) for column in columns for person in column.people}
        known = {**group.listed, **dict(asked.intersection(ticked))}
        left, settled = group.left(known), group.settled(known)
        problems += [_too_many(c, left[c.kind]) for c in columns if left[c.kind] < 0]
        if len(settled) < len(group.people):
            missing += [_so_many(left[c.kind], c.words) for c in columns if left[c.kind] > 0]
        for person, kind in settled.items():
            kinds[person].append(kind)
    if missing and not problems:
        problems.append(f"Il reste à donner{_NBSP}: {', '.join(missing)}.")
    if problems:
        raise ValueError(" ".join(problems))
    return tuple(Decision(Act.SHARE, who, " ".join(own)) for who, own in kinds.items() if own)


def in_words(said: str, roles: Roles) -> str:
    """What a person was said to have, as readers call it."""
    words = [
        f"{_words(kind, roles)}{_NBSP}: non" if kind.endswith("=0") else _words(kind, roles)
        for kind in said.split()
    ]
    return ", ".join(words)


def _groups(registration: Registration, said: Mapping[str, str]) -> Iterator[_Group]:
    """The tariffs, then each thing, as far as their counts are known and fit the people."""
    roles = registration.roles
    people = tuple(person.field for person in registration.named)
    tariffs = {field: _count(registration, field) for field in roles.classes}
    listed = _listed(registration, tariffs)
    groups = [(tariffs, listed)]
    for field in roles.others:
        count = _count(registration, field)
        without = None if count is None else len(people) - count
        if registration.reading(field) is not None:
            groups.append(({f"{field}=1": count, f"{field}=0": without}, {}))
    for unsure, of_list in groups:
        counts = {kind: count for kind, count in unsure.items() if count is not None}
        fits = sum(counts.values()) == len(people) and min(counts.values(), default=-1) >= 0
        if fits and len(counts) == len(unsure):
            own = {who: {*said.get(who, "").split()} & counts.keys() for who in people}
            yield _Group(people, counts, of_list, {who: k.pop() for who, k in own.items() if k})


def _columns(group: _Group, roles: Roles) -> list[Column]:
    """What a person may give: every kind that is left to those who are not listed, if several."""
    left = group.left(group.listed)
    kinds = [kind for kind, count in left.items() if count]
    people = frozenset(group.people).difference(group.listed)
    return [
        Column(kind, _words(kind, roles), left[kind], people)
        for kind in (kinds if len(kinds) > 1 else ())
        if not kind.endswith("=0")
    ]


def _listed(registration: Registration, counts: Mapping[str, int | None]) -> dict[str, str]:
    """Who is a member, where as many are on the list as pay as members; of nobody else else.

    Whether a name that a person has corrected or added is on the list, nobody knows here.
    """
    finding = next((f for f in registration.findings if f.rule == LISTED_RULE), None)
    if finding is None or any(p.status is Status.CORRECTED for p in registration.named):
        return {}
    members, (listed, *unlisted) = finding.fields[0], finding.facts[1:] or (None,)
    people = [person.field for person in registration.named if person.text not in unlisted]
    return dict.fromkeys(people, members) if counts.get(members) == listed == len(people) else {}


def _count(registration: Registration, field: str) -> int | None:
    """The number a field holds: 0 where the form has no such field, None where unreadable."""
    reading = registration.reading(field)
    if reading is None:
        return 0
    return reading.value if isinstance(reading.value, int) else None


def _thing(kind: str) -> str:
    """The field of a thing that one has or has not; empty for a tariff."""
    thing, is_thing, _ = kind.partition("=")
    return thing if is_thing else ""


def _words(kind: str, roles: Roles) -> str:
    thing = _thing(kind)
    return small(label(thing, roles)) if thing else roles.label(kind).replace("_", " ")


def _question(columns: Collection[Column], roles: Roles) -> str:
    """``Qui est adhérent ? Repas : pour qui ?``; who has the last tariff follows."""
    tariffs = [column.words for column in columns if column.is_tariff]
    asked = [f"Qui est {', '.join(tariffs[:-1])}{_NBSP}?"] if tariffs else []
    things = [label(_thing(c.kind), roles) for c in columns if not c.is_tariff]
    return " ".join(asked + [f"{thing}{_NBSP}: pour qui{_NBSP}?" for thing in things])


def _too_many(column: Column, left: int) -> str:
    given = column.count - left
    return f"{_so_many(given, column.words)} pour {column.count} sur la fiche."


def _so_many(count: int, words: str) -> str:
    return plural(count, words, plural_of(words))
