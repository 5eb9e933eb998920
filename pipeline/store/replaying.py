"""Judges again what was read before: no document is opened for that.

Documents about which people have decided are left as they are: what stands there is theirs.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import (
    Connection,
    Select,
    String,
    Table,
    cast,
    func,
    insert,
    select,
    union,
    update,
)

from pipeline.decisions import Act, Decision
from pipeline.event import Fact
from pipeline.records import Origin, Outcome, Registration, Rejection, Source
from pipeline.store import rows, tables
from pipeline.store.current import ID_DIGITS, UNDO, Scope, by_machine, not_undone
from pipeline.store.reviewing import append as write_down
from pipeline.store.reviewing import entry_of, next_id


def decided_upon() -> tuple[Select[tuple[str]], ...]:
    """Selects the sha256 of what people have decided about, also as what stands for another one,
    or what was ever said to be paid, which may be booked; postponing decides nothing."""
    outcomes, decisions, readings = tables.outcomes, tables.decisions, tables.readings
    decided = (
        select(outcomes.c.sha256)
        .join(decisions, decisions.c.outcome == outcomes.c.id)
        .where(decisions.c.act.not_in((UNDO, Act.POSTPONE)), not_undone(decisions))
    )
    read = (
        select(outcomes.c.sha256)
        .join(readings, readings.c.outcome == outcomes.c.id)
        .where(readings.c.origin == Origin.HUMAN, not_undone(readings))
    )
    names = select(func.substr(decisions.c.field, 1, ID_DIGITS)).where(decisions.c.act == Act.PAYS)
    paid = select(outcomes.c.sha256).where(func.substr(outcomes.c.sha256, 1, ID_DIGITS).in_(names))
    stands = (
        select(outcomes.c.sha256)
        .join(decisions, decisions.c.value.startswith("r" + cast(outcomes.c.id, String) + "-"))
        .where(decisions.c.act.in_((Act.DROP, Act.REPLACE)), not_undone(decisions))
    )
    return decided, read, paid, stands


def unjudged(connection: Connection, judge: str, among: Collection[str]) -> list[Outcome]:
    """The documents that ``judge`` has not judged yet, as they were read, by their last outcome.

    What an earlier version read is not among them: it kept no reading.
    """
    outcomes, registrations = tables.outcomes, tables.registrations
    chosen = connection.execute(
        select(outcomes)
        .where(
            outcomes.c.id.in_(Scope().latest()),
            outcomes.c.judge != judge,
            outcomes.c.sha256.not_in(union(*decided_upon())),
        )
        .order_by(outcomes.c.id)
    )
    waiting = [row for row in chosen if row.sha256 in among]
    wanted = {row.id for row in waiting}
    if not wanted:
        return []
    read: dict[int, list[Registration | None]] = defaultdict(list)
    for row in connection.execute(
        select(registrations.c.outcome, registrations.c.read)
        .where(Scope().holds(registrations))
        .order_by(registrations.c.outcome, registrations.c.number)
    ):
        if row.outcome in wanted:
            read[row.outcome].append(rows.read(row.read) if row.read else None)
    rejected, facts = _rejections(connection, wanted), facts_of(connection)
    brought = _sources(connection)
    return [
        Outcome(
            source,
            row.pages,
            read=tuple(forms),
            rejections=tuple(rejected[row.id]),
            seconds=row.seconds,
            facts=facts[row.id],
        )
        for row in waiting
        if (source := brought.get((row.sha256, row.document)) or brought.get((row.sha256, "")))
        and (forms := _whole(read[row.id]))
    ]


def keep(connection: Connection, judged: Sequence[Outcome], *, judge: str) -> None:
    """Write down what ``judge`` made of documents: nothing more, where they come to the same.

    Else a document's last outcome is followed by another. What was read or decided meanwhile is
    left.
    """
    outcomes = tables.outcomes
    last = {
        row.sha256: row
        for row in connection.execute(
            select(outcomes)
            .where(
                outcomes.c.sha256.in_([outcome.source.sha256 for outcome in judged]),
                outcomes.c.sha256.not_in(union(*decided_upon())),
            )
            .order_by(outcomes.c.id)
        )
    }
    were = _as_kept(connection, Scope(tuple(row.id for row in last.values())))
    same, changed = [], []
    for outcome in judged:
        row = last.get(outcome.source.sha256)
        if row is None or were[row.id].read != [rows.of_read(form) for form in outcome.read]:
            continue
        if were[row.id].registrations == list(outcome.registrations):
            same.append(row.id)
        else:
            pictured = replace(outcome, thumbnails=tuple(were[row.id].thumbnails))
            changed.append((row, pictured))
    connection.execute(update(outcomes).where(outcomes.c.id.in_(same)).values(judge=judge))
    keys = append(connection, [(anew, row.reader) for row, anew in changed], judge=judge)
    _still_postponed(connection, {row.id: key for (row, _), key in zip(changed, keys, strict=True)})


@dataclass(slots=True)
class _Kept:
    """The forms of an outcome as the store holds them, in their order."""

    read: list[str | None] = field(default_factory=list)
    thumbnails: list[bytes] = field(default_factory=list)
    registrations: list[Registration] = field(default_factory=list)


def _as_kept(connection: Connection, scope: Scope) -> dict[int, _Kept]:
    by_outcome: dict[int, _Kept] = defaultdict(_Kept)
    table = tables.registrations
    chosen = select(table.c.outcome, table.c.read, table.c.thumbnail).where(scope.holds(table))
    for row in connection.execute(chosen.order_by(table.c.outcome, table.c.number)):
        by_outcome[row.outcome].read.append(row.read)
        by_outcome[row.outcome].thumbnails.append(row.thumbnail or b"")
    for (outcome, _), registration in by_machine(connection, scope).items():
        by_outcome[outcome].registrations.append(registration)
    return by_outcome


def _still_postponed(connection: Connection, key_of: Mapping[int, int]) -> None:
    """What a person put off waits under the registration's new name, too: ``key_of`` outcomes."""
    table = tables.decisions
    put_off = connection.execute(
        select(table)
        .where(table.c.outcome.in_(key_of), table.c.act == Act.POSTPONE, not_undone(table))
        .order_by(table.c.id)
    ).all()
    for row in put_off:
        subject = row.subject.replace(f"r{row.outcome}-", f"r{key_of[row.outcome]}-")
        entry = entry_of(subject, Decision(Act.POSTPONE, row.field))
        write_down(connection, [entry], batch=next_id(connection), who=row.who)


def append(
    connection: Connection, read: Sequence[tuple[Outcome, str]], *, judge: str
) -> Sequence[int]:
    """A further outcome of each document, with who read it; the last one counts: their ids."""
    if not read:
        return ()
    table = tables.outcomes
    keys = connection.scalars(
        insert(table).returning(table.c.id, sort_by_parameter_order=True),
        [rows.of_outcome(outcome, reader=reader, judge=judge) for outcome, reader in read],
    ).all()
    parts: dict[Table, list[rows.Values]] = defaultdict(list)
    for (outcome, _), key in zip(read, keys, strict=True):
        for part, values in rows.of_parts(outcome, key):
            parts[part] += values
    for part, values in parts.items():
        if values:
            connection.execute(insert(part), values)
    return keys


def _whole(read: Iterable[Registration | None]) -> tuple[Registration, ...]:
    """The forms of a document; none where the reading of one was not kept."""
    forms = tuple(read)
    return tuple(form for form in forms if form) if None not in forms else ()


def _rejections(connection: Connection, outcomes: set[int]) -> dict[int, list[Rejection]]:
    by_outcome: dict[int, list[Rejection]] = defaultdict(list)
    table = tables.rejections
    chosen = select(table).where(Scope().holds(table)).order_by(table.c.outcome, table.c.position)
    for row in connection.execute(chosen):
        if row.outcome in outcomes:
            by_outcome[row.outcome].append(rows.rejection(row))
    return by_outcome


def facts_of(connection: Connection) -> Mapping[int, tuple[Fact, ...]]:
    """What each document's last outcome says of an event; nothing, of most."""
    by_outcome: dict[int, tuple[Fact, ...]] = defaultdict(tuple)
    table = tables.facts
    chosen = select(table).where(table.c.outcome.in_(Scope().latest()))
    for row in connection.execute(chosen.order_by(table.c.outcome, table.c.position)):
        by_outcome[row.outcome] += (rows.fact(row),)
    return by_outcome


def _sources(connection: Connection) -> dict[tuple[str, str], Source]:
    """What was received, by its sha256 and name; and under no name, any of the same bytes."""
    table, sources = tables.sources, {}
    for row in connection.execute(select(table).order_by(table.c.document.desc())):
        sources[row.sha256, row.document] = sources[row.sha256, ""] = rows.source(row)
    return sources
