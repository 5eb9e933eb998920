"""What other programs get of the store: all that is exported, and what people taught."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from sqlalchemy import Connection, func, select, true, tuple_

from pipeline.decisions import Act, End, Fiches, Filed, Refused
from pipeline.drafting.alike import groups_of
from pipeline.forms.unknown import UNKNOWN, described
from pipeline.judging.checks import error_rates, types_of
from pipeline.judging.duplicates import NO_MORE, Twins, where_is
from pipeline.judging.shares import shares
from pipeline.ledger import Claim, Ledger
from pipeline.payments.reference import reference_of
from pipeline.payments.standing import claims, standings
from pipeline.records import (
    Correction,
    Finding,
    Origin,
    Registration,
    Rejection,
    Severity,
    Status,
)
from pipeline.snapshot import Announcement, RegistrationRow, RejectedRow, Snapshot
from pipeline.store import rows, tables
from pipeline.store.current import Scope, by_machine, filed, pieces, received, refused
from pipeline.store.paying import ledger
from pipeline.store.replaying import facts_of
from pipeline.store.reviewing import history


def snapshot(connection: Connection, *, thumbnails: int) -> Snapshot:
    """All there is to export. It is sorted here: databases do not agree on the order of text."""
    fiches = fiches_of(connection)
    every, held = fiches.filed, fiches.held
    opened = pieces(connection)
    closed = [piece.refused for piece in opened if not piece.keyed_in]
    rejected = [_rejected(refusal) for refusal in (*closed, *refused(connection, Scope()))]
    rejected += [_duplicate(fiche, fiche.end) for fiche in every if _is_same(fiche) and fiche.end]
    kept = [fiche for fiche in every if not _is_same(fiche)]
    where = {fiche.subject: where_is(fiche) for fiche in every}
    money = ledger(connection)
    standing = standings(every, money.payments)
    unknown = _unknown(kept)
    waiting = [f for f in kept if f.end is None and f.registration.status is Status.REVIEW]
    images = _thumbnails(connection, waiting[:thumbnails])
    sources = tables.sources
    documents = select(sources.c.sha256).where(~sources.c.superseded, sources.c.path != "")
    return Snapshot(
        tuple(
            RegistrationRow(
                fiche.id,
                fiche.sources[0].document,
                _apart(_ended(fiche, where), unknown.get(fiche.subject)),
                fiche.sources[0].envelope,
                images.get(fiche.subject, b""),
                standing[fiche.id].life if fiche.end else None,
                fiche.end is None and fiche.subject not in held,
                fiches.added[fiche.subject],
                shares(fiche.registration, dict(fiche.shared)),
                reference_of(fiche.id),
                standing[fiche.id].owed_cents,
                standing[fiche.id].paid_cents,
                standing[fiche.id].life,
            )
            for fiche in kept
        ),
        tuple(sorted(rejected, key=_rejected_order)),
        len(connection.execute(documents.distinct()).all()) + len(opened),
        error_rates(history(connection, true()), types_of(every)),
        _announcements(connection),
        ledger=money,
        claims=claims(every, standing, held=held),
    )


def fiches_of(connection: Connection) -> Fiches:
    """Every registration as it now stands, in the order of the tables."""
    every = sorted(filed(connection, Scope()), key=_order)
    twins = Twins(every)
    added = {fiche.subject: twins.added(fiche) for fiche in every}
    return Fiches(tuple(map(twins.marked, every)), twins.held(), added)


def claims_of(fiches: Fiches, money: Ledger) -> tuple[Claim, ...]:
    """What payments may be for."""
    standing = standings(fiches.filed, money.payments)
    return claims(fiches.filed, standing, held=fiches.held)


def _announcements(connection: Connection) -> tuple[Announcement, ...]:
    """What the documents that are still there say of events, in the order of their names."""
    documents = received(connection, Scope())
    said = [
        Announcement(documents[outcome].sources[0].document, facts)
        for outcome, facts in facts_of(connection).items()
        if outcome in documents and documents[outcome].current
    ]
    return tuple(sorted(said, key=lambda announcement: announcement.document))


def corrections(connection: Connection) -> list[Correction]:
    """What people corrected in the last outcome of each document, as they last did.

    Not what they typed from a document or placed by hand: reading it again would not find it.
    """
    outcomes, registrations, readings = tables.outcomes, tables.registrations, tables.readings
    sources = {
        row.sha256: rows.source(row)
        for row in connection.execute(select(tables.sources).where(tables.sources.c.path != ""))
    }
    by_people = connection.execute(
        select(outcomes.c.sha256, readings)
        .join(readings, readings.c.outcome == outcomes.c.id)
        .join(
            registrations,
            (registrations.c.outcome == readings.c.outcome)
            & (registrations.c.number == readings.c.number),
        )
        .where(
            readings.c.origin == Origin.HUMAN,
            registrations.c.batch.is_(None),
            Scope().holds(readings),
        )
        .order_by(readings.c.id)
    )
    last = {(row.outcome, row.number, row.field): row for row in by_people}
    return [
        Correction(
            sources[row.sha256],
            row.number,
            row.page,
            row.field,
            row.type,
            rows.reading(row).value,
        )
        for _, row in sorted(last.items(), key=lambda item: item[0])
        if row.sha256 in sources and row.status == Status.CORRECTED
    ]


def confirmed(connection: Connection, types: Collection[str]) -> tuple[tuple[str, str], ...]:
    """The type and text of each field of these types that a person read, or agreed with.

    Not those confirmed in bulk: a misreading that nobody saw would speak for itself.
    """
    table, in_bulk = tables.readings, _in_bulk(connection)
    by_people = connection.execute(
        select(table)
        .where(table.c.origin == Origin.HUMAN, table.c.type.in_(types), Scope().holds(table))
        .order_by(table.c.id)
    )
    last = {(row.outcome, row.number, row.field): row for row in by_people}
    seen = [row for row in last.values() if row.batch not in in_bulk and row.value]
    return tuple(sorted({(row.type, row.value) for row in seen}))


def _in_bulk(connection: Connection) -> set[int]:
    """The batches that confirmed fields of several fiches at one stroke: nobody looked at these."""
    table = tables.decisions
    return set(
        connection.scalars(
            select(table.c.batch)
            .where(table.c.act == Act.CONFIRM)
            .group_by(table.c.batch)
            .having(func.count(table.c.subject.distinct()) > 1)
        )
    )


def reviewed(connection: Connection) -> tuple[tuple[Registration, Mapping[str, str]], ...]:
    """Registrations as first read, each with the text of the fields that a person then read.

    Not the fields nobody can read, nor those confirmed in bulk.
    """
    readings = tables.readings
    in_bulk = _in_bulk(connection)
    by_people = connection.execute(
        select(readings)
        .where(readings.c.origin == Origin.HUMAN, Scope().holds(readings))
        .order_by(readings.c.id)
    )
    last = {(row.outcome, row.number, row.field): row for row in by_people}
    texts: dict[tuple[int, int], dict[str, str]] = defaultdict(dict)
    for (outcome, number, field), row in last.items():
        if row.batch not in in_bulk and rows.reading(row).candidates:
            texts[outcome, number][field] = row.value
    read = by_machine(connection, Scope())
    return tuple((read[key], texts[key]) for key in sorted(texts.keys() & read.keys()))


def _thumbnails(connection: Connection, review: list[Filed]) -> Mapping[str, bytes]:
    table = tables.registrations
    keys = [tuple(map(int, fiche.subject[1:].split("-"))) for fiche in review]
    pictured = connection.execute(
        select(table.c.outcome, table.c.number, table.c.thumbnail).where(
            tuple_(table.c.outcome, table.c.number).in_(keys), table.c.thumbnail.is_not(None)
        )
    )
    return {f"r{row.outcome}-{row.number}": row.thumbnail for row in pictured}


def _is_same(fiche: Filed) -> bool:
    return fiche.end is not None and fiche.end.act is Act.DROP


def _duplicate(fiche: Filed, end: End) -> RejectedRow:
    rejection = Rejection("duplicate", end.reason or "Doublon.", fiche.registration.page)
    return RejectedRow(fiche.sources[0].document, rejection)


def _ended(fiche: Filed, where: Mapping[str, str]) -> Registration:
    """The registration, with why it counts no more; ``where`` the others are, by subject."""
    registration, end = fiche.registration, fiche.end
    if end is None:
        return registration
    said = end.reason if end.act is Act.CANCEL else where.get(end.by, "")
    facts = (end.act.value, said, end.who, end.day.isoformat())
    finding = Finding(NO_MORE, Severity.INFO, facts=facts)
    return replace(registration, findings=(*registration.findings, finding))


def _unknown(every: Iterable[Filed]) -> dict[str, str]:
    """What the form of each fiche is called that no folder knows, by subject: « inconnu-1 » of all
    copies of one, as far as their labels tell."""
    forms = {
        fiche.subject: form
        for fiche in every
        if fiche.registration.form_id == UNKNOWN
        and (form := described(fiche.registration.roles.described))
    }
    groups = enumerate(groups_of(forms.items()), start=1)
    return {subject: f"{UNKNOWN}-{n}" for n, group in groups for subject in group}


def _apart(registration: Registration, form_id: str | None) -> Registration:
    return replace(registration, form_id=form_id) if form_id else registration


def _rejected(refusal: Refused) -> RejectedRow:
    rejection = refusal.rejection
    if refusal.set_aside:
        message = f"{rejection.message} (écarté : {refusal.set_aside})"
        rejection = Rejection(rejection.kind, message, rejection.page)
    return RejectedRow(refusal.document, rejection)


def _order(fiche: Filed) -> tuple[str, int, int, str]:
    return (fiche.sources[0].document, fiche.registration.page, fiche.number, fiche.id)


def _rejected_order(row: RejectedRow) -> tuple[str, int, str, str]:
    return (row.document, row.rejection.page or 0, row.rejection.kind, row.rejection.message)
