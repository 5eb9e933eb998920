"""Writes what people make of rejected documents: typed by hand, or a form placed on a page."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from sqlalchemy import Connection, func, insert, select

from pipeline.decisions import Act, Decision, Filed, Refused
from pipeline.records import Outcome, Registration, Rejection
from pipeline.store import rows, tables
from pipeline.store.current import Scope, filed, not_undone, pieces
from pipeline.store.reviewing import (
    append,
    as_stored,
    entry_of,
    insert_all,
    next_id,
    numbers,
    review_of,
    standing_of,
    unchanged,
)
from pipeline.store.rows import Values

Judge = Callable[[Registration], Registration]
"""What follows from what a registration holds."""


def key_in(
    connection: Connection, subject: str, registration: Registration, *, who: str, seen: int
) -> str:
    """Add the registration that was typed from a rejection: its subject. Raises ConflictError."""
    unchanged(connection, standing_of(connection, {subject}), subject, seen)
    outcome = numbers(subject)[0] or _outcome_of_piece(connection, subject)
    batch = next_id(connection)
    number = _next_number(connection, outcome)
    typed = f"r{outcome}-{number}"
    for table, values in rows.of_registration(registration, outcome, number, batch=batch, who=who):
        insert_all(connection, table, values)
    entries = [
        entry_of(subject, Decision(Act.KEY_IN, value=typed)) | {"outcome": outcome},
        entry_of(typed, Decision(Act.KEY_IN, value=subject)),
    ]
    append(connection, entries, batch=batch, who=who)
    return typed


def place(
    connection: Connection,
    subject: str,
    outcome: Outcome,
    *,
    judge: Judge,
    who: str,
    seen: int,
    reader: str,
) -> None:
    """Add what a document gave with a form placed by hand on it. Raises ConflictError.

    Whatever people have decided about stays; of a registration among that, only the fields that it
    lacks are added, and it is judged anew. What nobody touched gives way to what was read now.
    """
    now = unchanged(connection, standing_of(connection, {subject}), subject, seen)
    key = numbers(subject)[0]
    batch = next_id(connection)
    kept = filed(connection, Scope((key,)))
    entries = [entry_of(subject, Decision(Act.PLACE))]
    number = _next_number(connection, key)
    left = list(kept)
    for new, read, thumbnail in rows.forms_of(outcome):
        old = next((fiche for fiche in left if _same_paper(fiche.registration, new)), None)
        if old is not None:
            left.remove(old)
            if old.version:
                entries += _complete(connection, old, new, batch=batch, judge=judge)
                continue
            if as_stored(old.registration) == new:
                continue
            entries.append(entry_of(old.subject, Decision(Act.PLACE), old.registration))
        parts = rows.of_registration(new, key, number, read=read, thumbnail=thumbnail, batch=batch)
        for table, values in parts:
            insert_all(connection, table, values)
        entries.append(entry_of(f"r{key}-{number}", Decision(Act.PLACE)))
        number += 1
    entries += [entry_of(fiche.subject, Decision(Act.PLACE)) for fiche in left if not fiche.version]
    entries += _reject_anew(connection, key, subject, outcome.rejections, batch=batch)
    placed = now.source.placed if isinstance(now, Refused) and now.source else ()
    added = [placement for placement in outcome.source.placed if placement not in placed]
    append(connection, entries, batch=batch, who=who)
    insert_all(
        connection,
        tables.placements,
        [rows.of_placement(placement, key, batch=batch, reader=reader) for placement in added],
    )


def _same_paper(first: Registration, second: Registration) -> bool:
    return first.form_id == second.form_id and not _pages(first).isdisjoint(_pages(second))


def _pages(registration: Registration) -> set[int]:
    return {registration.page} | {r.page for r in registration.readings if r.box_mm is not None}


def _complete(
    connection: Connection, old: Filed, new: Registration, *, batch: int, judge: Judge
) -> list[Values]:
    """Add the fields that a registration people worked on lacks: the decisions to write down."""
    known = {reading.field: reading for reading in old.registration.readings}
    added = tuple(reading for reading in new.readings if reading.field not in known)
    if not added:
        return []
    rules = {(finding.rule, finding.fields) for finding in old.registration.findings}
    settled = dict(old.settled)
    findings = (
        f for f in new.findings if (f.rule, f.fields) not in rules and f.rule not in settled
    )
    before = as_stored(old.registration)
    after = judge(
        replace(
            before,
            readings=(*before.readings, *added),
            findings=(*before.findings, *findings),
        )
    )
    outcome, number = numbers(old.subject)
    key: Values = {"outcome": outcome, "number": number, "batch": batch, "who": None}
    changed = [reading for reading in after.readings if known.get(reading.field) != reading]
    insert_all(connection, tables.readings, [key | rows.of_reading(reading) for reading in changed])
    insert_all(connection, tables.reviews, [review_of(after, outcome, number, batch=batch)])
    return [entry_of(old.subject, Decision(Act.PLACE, r.field, r.text)) for r in added]


def _reject_anew(
    connection: Connection, outcome: int, subject: str, new: Iterable[Rejection], *, batch: int
) -> list[Values]:
    """Replace a document's rejections by the new ones: the decisions to write down."""
    table = tables.rejections
    earlier = connection.execute(select(table).where(table.c.outcome == outcome)).all()
    gone = select(tables.decisions.c.subject).where(
        tables.decisions.c.outcome == outcome,
        tables.decisions.c.act == Act.PLACE,
        not_undone(tables.decisions),
    )
    hidden = {*connection.scalars(gone), subject}
    valid = select(table).where(table.c.outcome == outcome, not_undone(table))
    old = {
        name: rows.rejection(row)
        for row in connection.execute(valid.order_by(table.c.position))
        if (name := f"x{outcome}-{row.position}") not in hidden
    }
    added = []
    for rejection in new:
        same = next((name for name, former in old.items() if former == rejection), None)
        if same is None:
            added.append(rejection)
        else:
            del old[same]
    first = max((row.position for row in earlier), default=-1) + 1
    insert_all(connection, table, rows.of_rejections(added, outcome, first=first, batch=batch))
    return [entry_of(name, Decision(Act.PLACE)) for name in old]


def _next_number(connection: Connection, outcome: int) -> int:
    table = tables.registrations
    last = select(func.max(table.c.number)).where(table.c.outcome == outcome)
    return (connection.scalar(last) or 0) + 1


def _outcome_of_piece(connection: Connection, subject: str) -> int:
    """An outcome for a piece that has none, under its name; the earlier one where it was undone."""
    piece = next(p for p in pieces(connection) if p.refused.subject == subject)
    outcomes, sources = tables.outcomes, tables.sources
    known: int | None = connection.scalar(
        select(func.max(outcomes.c.id)).where(outcomes.c.sha256 == piece.sha256)
    )
    if known is not None:
        return known
    brought = connection.execute(
        select(sources).where(sources.c.receipt == piece.receipt).order_by(sources.c.position)
    ).all()
    mail = piece.refused.mail or (rows.source(brought[0]).envelope if brought else None)
    values = {
        "receipt": piece.receipt,
        "position": brought[-1].position + 1 if brought else 0,
        "document": piece.refused.document,
        "path": "",
        "sha256": piece.sha256,
        "superseded": False,
    } | rows.of_envelope(mail)
    connection.execute(insert(sources), values)
    made: int = connection.execute(
        insert(outcomes).returning(outcomes.c.id),
        {
            "sha256": piece.sha256,
            "document": piece.refused.document,
            "reader": "",
            "judge": "",
            "pages": 0,
            "seconds": 0.0,
        },
    ).scalar_one()
    return made
