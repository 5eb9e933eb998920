"""Writes what people decide. Rows are only ever added: undoing adds some, too."""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select

from pipeline.decisions import Act, Change, Decided, Decision, Filed, Refused
from pipeline.errors import ConflictError
from pipeline.ledger import Ruling
from pipeline.records import Registration
from pipeline.store import paying, rows, tables
from pipeline.store.current import (
    REMARKS,
    UNDO,
    RefusedPiece,
    Scope,
    filed,
    not_undone,
    pieces,
    refused,
)
from pipeline.store.rows import Values


def decide(connection: Connection, changes: Sequence[Change], *, who: str) -> int:
    """Write down what one stroke decided: the batch; 0 for nothing. Raises ConflictError."""
    if not changes:
        return 0
    by_subject = standing_of(connection, {change.subject for change in changes})
    batch = next_id(connection)
    entries: list[Values] = []
    readings: list[Values] = []
    reviews: list[Values] = []
    current: dict[str, Registration] = {}
    for change in changes:
        now = unchanged(connection, by_subject, change.subject, change.seen)
        before = current.get(change.subject) or _registration(now)
        if isinstance(now, Ruling) and any(d.act is Act.CANCEL for d in change.decisions):
            _keep_credited(connection, {now.slip} if now.subject.startswith("t") else set())
        entries += [entry_of(change.subject, decision, before) for decision in change.decisions]
        if change.after is None or before is None:
            continue
        current[change.subject] = change.after
        outcome, number = numbers(change.subject)
        key: Values = {"outcome": outcome, "number": number, "batch": batch, "who": who}
        known = {reading.field: reading for reading in before.readings}
        readings += [
            key | rows.of_reading(reading)
            for reading in change.after.readings
            if known.get(reading.field) != reading
        ]
        reviews.append(review_of(change.after, outcome, number, batch=batch))
    append(connection, entries, batch=batch, who=who)
    insert_all(connection, tables.readings, readings)
    insert_all(connection, tables.reviews, reviews)
    return batch


def undo(connection: Connection, *, who: str) -> tuple[int, tuple[str, ...]]:
    """Undo the last batch of ``who``: the batch and its subjects. Raises ConflictError."""
    table = tables.decisions
    batch = connection.scalar(
        select(func.max(table.c.batch)).where(
            table.c.who == who, table.c.act != UNDO, not_undone(table)
        )
    )
    if batch is None:
        return 0, ()
    undone = connection.execute(
        select(table.c.subject, table.c.outcome).where(table.c.batch == batch).order_by(table.c.id)
    )
    subjects = dict(tuple(row) for row in undone)
    later = connection.execute(
        select(table)
        .where(
            table.c.subject.in_(subjects),
            table.c.batch > batch,
            table.c.act != UNDO,
            table.c.who != who,
            not_undone(table),
        )
        .order_by(table.c.id.desc())
    ).first()
    if later is not None:
        raise _conflict(later)
    handed_in = table.c.act == Act.DEPOSITED, table.c.subject.startswith("t")
    chosen = select(table.c.value).where(table.c.batch == batch, *handed_in)
    _keep_credited(connection, {int(number) for number in connection.scalars(chosen)})
    entries: list[Values] = [
        {
            "subject": subject,
            "outcome": outcome,
            "act": UNDO,
            "undoes": batch,
            **dict.fromkeys(("field", "value", "reason", "was"), ""),
        }
        for subject, outcome in subjects.items()
    ]
    append(connection, entries, batch=next_id(connection), who=who)
    return batch, tuple(subjects)


def _keep_credited(connection: Connection, slips: Set[int]) -> None:
    """Raises ConflictError where the bank has credited one of these slips, 0 for none."""
    asked = slips - {0}
    for number in sorted(asked and asked & paying.credited(connection)):
        raise ConflictError(f"La banque a crédité la remise n° {number} : elle ne s'annule plus.")


def history(connection: Connection, where: ColumnElement[bool]) -> tuple[Decided, ...]:
    """What was decided, oldest first; undoing shows in what it undid."""
    table = tables.decisions
    undone = set(connection.scalars(select(table.c.undoes).where(table.c.act == UNDO)))
    decided = connection.execute(
        select(table).where(where, table.c.act != UNDO).order_by(table.c.id)
    )
    return tuple(
        Decided(
            row.id,
            row.batch,
            row.subject,
            Decision(Act(row.act), row.field, row.value, row.reason),
            row.was,
            row.who,
            rows.aware(row.created_at),
            row.batch in undone,
        )
        for row in decided
    )


def numbers(subject: str) -> tuple[int, int]:
    """The outcome, and the registration's number or the rejection's position; 0, 0 for a piece."""
    parts = re.fullmatch(r"[rx]([0-9]{1,15})-([0-9]{1,9})", subject)
    return (int(parts[1]), int(parts[2])) if parts else (0, 0)


def one_filed(connection: Connection, subject: str) -> Filed | None:
    outcome, number = numbers(subject)
    return next(iter(filed(connection, Scope((outcome,), number))), None)


def all_refused(connection: Connection) -> tuple[Refused, ...]:
    received = tuple(piece.refused for piece in pieces(connection) if not piece.keyed_in)
    return received + refused(connection, Scope())


def one_refused(connection: Connection, subject: str) -> Refused | None:
    if subject.startswith("p"):
        piece = piece_of(connection, subject)
        return None if piece is None or piece.keyed_in else piece.refused
    refusals = refused(connection, Scope((numbers(subject)[0],)))
    return next((refusal for refusal in refusals if refusal.subject == subject), None)


Subject = Filed | Refused | Ruling
"""What may be decided about."""


def standing_of(connection: Connection, subjects: Iterable[str]) -> Mapping[str, Subject]:
    """What the subjects now are; those that are no more are missing."""
    money = {subject for subject in subjects if paying.is_money(subject)}
    registrations = {subject for subject in subjects if subject.startswith("r")}
    outcomes = sorted({numbers(subject)[0] for subject in registrations})
    by_subject: dict[str, Subject] = {}
    if registrations:
        by_subject = {fiche.subject: fiche for fiche in filed(connection, Scope(tuple(outcomes)))}
    if money:
        by_subject |= paying.standing(connection, money)
    for subject in set(subjects) - registrations - money:
        refusal = one_refused(connection, subject)
        if refusal is not None:
            by_subject[subject] = refusal
    return by_subject


def unchanged(
    connection: Connection, by_subject: Mapping[str, Subject], subject: str, seen: int
) -> Subject:
    """What the subject is. Raises ConflictError where it has changed since it was ``seen``."""
    now = by_subject.get(subject)
    if now is not None and now.version <= seen:
        return now
    table = tables.decisions
    later = connection.execute(
        select(table)
        .where(table.c.subject == subject, table.c.id > seen)
        .order_by(table.c.id.desc())
    ).first()
    if later is None:
        raise ConflictError("Ce document a été lu à nouveau entre-temps : rouvrir la liste.")
    raise _conflict(later)


def _conflict(row: Row[Any]) -> ConflictError:
    at = rows.aware(row.created_at).astimezone()
    return ConflictError(
        f"{row.who} a décidé ici entre-temps, le {at:%d/%m/%Y à %H:%M} : "
        "rien n'a été enregistré. Revoir ce qui a changé."
    )


def entry_of(subject: str, decision: Decision, before: Registration | None = None) -> Values:
    reading = before.reading(decision.field) if before else None
    return {
        "subject": subject,
        "outcome": numbers(subject)[0] or None,
        "act": decision.act,
        "field": decision.field,
        "value": decision.value,
        "reason": decision.reason,
        "was": reading.text if reading else "",
        "undoes": None,
    }


def append(connection: Connection, entries: list[Values], *, batch: int, who: str) -> None:
    at = datetime.now(UTC)
    common: Values = {"batch": batch, "who": who, "created_at": at}
    numbered = enumerate(entries, start=batch)
    insert_all(connection, tables.decisions, [common | {"id": i} | entry for i, entry in numbered])


def insert_all(connection: Connection, table: Any, values: Sequence[Values]) -> None:
    if values:
        connection.execute(insert(table), values)


def next_id(connection: Connection) -> int:
    """The next decision's; nobody else writes meanwhile."""
    return (connection.scalar(select(func.max(tables.decisions.c.id))) or 0) + 1


def _registration(now: Subject) -> Registration | None:
    return now.registration if isinstance(now, Filed) else None


def as_stored(registration: Registration) -> Registration:
    findings = tuple(f for f in registration.findings if f.rule not in REMARKS)
    return replace(registration, findings=findings)


def review_of(registration: Registration, outcome: int, number: int, *, batch: int) -> Values:
    return rows.of_review(as_stored(registration), outcome, number, batch=batch)


def piece_of(connection: Connection, subject: str) -> RefusedPiece | None:
    return next((piece for piece in pieces(connection) if piece.refused.subject == subject), None)
