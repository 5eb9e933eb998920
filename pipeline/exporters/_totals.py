"""What many registrations come to together, as the report and the workbook say it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.exporters._sheet import Cell, Cents, Sheet, numbered
from pipeline.french import label, plural_of
from pipeline.french_states import LIVES, STATUSES, state
from pipeline.roles import Roles, option_of
from pipeline.snapshot import Life, RegistrationRow, Snapshot

_PAID = (Life.PAID, Life.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Sum:
    """A total over all registrations; ``unknown`` of them do not tell theirs."""

    value: int = 0
    unknown: int = 0

    @classmethod
    def of(cls, values: Iterable[int | None]) -> "Sum":
        known = list(values)
        return cls(sum(v for v in known if v is not None), known.count(None))


@dataclass(frozen=True, slots=True)
class Totals:
    """Of fiches that count, and each of their people once.

    ``classes``: the people of each class, by what one of them is called; ``others``: what else is
    counted and priced, by title; ``chosen``: how often each option is that costs something. What
    was written, and what is due, counts as unknown only where forms ask for it. Amounts are in
    cents; so many fiches have ``gaps``. ``paid`` and ``surplus`` are of all fiches: of one that
    counts no more, all that was paid is too much.
    """

    fiches: int
    people: int
    classes: Mapping[str, Sum]
    others: Mapping[str, Sum]
    chosen: Mapping[str, Sum]
    written: Sum
    due: Sum
    gap: Sum
    gaps: int
    owed: Sum
    paid: int
    left: Sum
    surplus: int

    @classmethod
    def of(cls, rows: Sequence[RegistrationRow]) -> "Totals":
        counted = [row for row in rows if row.counted]
        asked = [row for row in counted if row.registration.roles.total]
        priced = [row for row in counted if row.registration.roles.is_priced]
        return cls(
            fiches=len(counted),
            people=sum(len(row.people) for row in rows),
            classes=_classes(counted),
            others=_others(counted),
            chosen=_chosen(counted),
            written=Sum.of(row.registration.total_cents for row in asked),
            due=Sum.of(row.registration.total_due_cents for row in priced),
            gap=Sum.of(row.registration.gap_cents for row in counted),
            gaps=sum(1 for row in counted if row.registration.gap_cents),
            owed=Sum.of(row.owed_cents for row in counted),
            paid=sum(row.paid_cents for row in rows),
            left=Sum.of(row.left_cents for row in counted),
            surplus=sum(row.surplus_cents for row in rows),
        )


def others_of(rows: Iterable[RegistrationRow]) -> list[str]:
    """What is counted and priced beside people, as readers call it: two forms may call different
    things by one field, and by two fields the same thing."""
    return [*dict.fromkeys(title for row in rows for title in titled(row.registration.roles))]


def titled(roles: Roles) -> dict[str, str]:
    """The fields of a form that are counted and priced beside people, by what readers call them."""
    return dict(
        zip(numbered(label(name, roles) for name in roles.others), roles.others, strict=True)
    )


def sheet(snapshot: Snapshot) -> Sheet:
    """Of all that counts, by state, and by event if there are several; then what does not count."""
    rows = snapshot.registrations
    everything, others = Totals.of(rows), others_of(rows)
    parts = [("Toutes les fiches", list(rows))]
    parts += [
        (f"État : {words}", [row for row in rows if state(row) == words])
        for words in (*STATUSES.values(), *(LIVES[life] for life in _PAID))
    ]
    events = dict.fromkeys(map(snapshot.occasion, rows))
    if len(events) > 1:
        parts += [
            (f"Événement : {event}", [row for row in rows if snapshot.occasion(row) == event])
            for event in events
        ]
    lines = [_line(name, Totals.of(part), everything, others) for name, part in parts]
    lines.append([])
    held = sum(not (row.counted or row.ended) for row in rows)
    lines.append(["Non comptées, en attente d'une réponse (mêmes personnes)", held])
    lines += [
        [f"Fiches {LIVES[life]}s", sum(row.ended is life for row in rows)]
        for life in (Life.REPLACED, Life.CANCELLED, Life.REFUNDED)
    ]
    lines.append(["Documents et pages rejetés", len(snapshot.rejected)])
    return Sheet.of(
        "Totaux",
        (
            *("Quoi", "Fiches", "Personnes"),
            *(f"{name[:1].upper()}{plural_of(name)[1:]}" for name in everything.classes),
            *others,
            *everything.chosen,
            *("Total écrit", "Total au tarif", "Écart", "Dû", "Payé", "Reste dû", "Trop-perçu"),
            *("Fiches sans total écrit lisible", "Fiches sans nombres lisibles"),
        ),
        lines,
        filtered=False,
    )


def _line(name: str, totals: Totals, of_all: Totals, others: Iterable[str]) -> list[Cell]:
    classes = (totals.classes.get(name, Sum()) for name in of_all.classes)
    priced = (totals.others.get(title, Sum()) for title in others)
    chosen = (totals.chosen.get(title, Sum()) for title in of_all.chosen)
    known = (totals.written, totals.due, totals.gap, totals.owed)
    amounts = [amount.value for amount in known]
    return [
        *(name, totals.fiches, totals.people),
        *(counted.value for counted in (*classes, *priced, *chosen)),
        *map(Cents, (*amounts, totals.paid, totals.left.value, totals.surplus)),
        *(totals.written.unknown, totals.due.unknown),
    ]


def _classes(rows: Iterable[RegistrationRow]) -> dict[str, Sum]:
    counts: dict[str, list[int | None]] = {}
    for row in rows:
        roles = row.registration.roles
        for field in roles.classes:
            counts.setdefault(roles.label(field).replace("_", " "), []).append(row.count(field))
    return {label: Sum.of(values) for label, values in counts.items()}


def _others(rows: Iterable[RegistrationRow]) -> dict[str, Sum]:
    counts: dict[str, list[int | None]] = {}
    for row in rows:
        for title, field in titled(row.registration.roles).items():
            counts.setdefault(title, []).append(row.count(field))
    return {title: Sum.of(values) for title, values in counts.items()}


def _chosen(rows: Iterable[RegistrationRow]) -> dict[str, Sum]:
    counts: dict[str, list[int | None]] = {}
    for row in rows:
        roles = row.registration.roles
        for field, is_option, option in (name.partition(":") for name in roles.prices):
            if is_option:
                title = label(option_of(field, option), roles)
                counts.setdefault(title, []).append(row.chosen(field, option))
    return {title: Sum.of(values) for title, values in counts.items()}
