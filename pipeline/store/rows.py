"""Records to rows and back."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, func, select, tuple_

from pipeline.geometry import BoxMm
from pipeline.records import (
    Candidate,
    Correction,
    Envelope,
    FieldReading,
    Finding,
    Origin,
    Outcome,
    Quality,
    Received,
    Registration,
    RegistrationRow,
    RejectedRow,
    Rejection,
    Roles,
    Severity,
    Snapshot,
    Source,
    Status,
)
from pipeline.store import tables

Values = dict[str, Any]


def latest() -> Select[tuple[int]]:
    """Selects the last outcome of each document."""
    return select(func.max(tables.outcomes.c.id)).group_by(tables.outcomes.c.sha256)


def of_receipt(received: Received) -> Values:
    return {"name": received.name, "size": received.size, "mtime_ns": received.mtime_ns}


def of_sources(received: Received) -> list[Values]:
    return [
        {
            "receipt": received.name,
            "position": position,
            "document": source.document,
            "path": str(source.path),
            "sha256": source.sha256,
            "superseded": False,
            **_of_envelope(source.envelope),
        }
        for position, source in enumerate(received.sources)
    ]


def superseded(connection: Connection, received: Received) -> list[Values]:
    """The sources of the receipt's earlier states that gave a registration, as rows to keep."""
    table, outcomes = tables.sources, tables.outcomes
    registered = select(outcomes.c.sha256).join(
        tables.registrations, tables.registrations.c.outcome == outcomes.c.id
    )
    earlier = connection.execute(
        select(table)
        .where(
            table.c.receipt == received.name,
            table.c.sha256.in_(registered),
            table.c.sha256.not_in([source.sha256 for source in received.sources]),
        )
        .order_by(table.c.position)
    )
    return [
        {**row._mapping, "position": position, "superseded": True}
        for position, row in enumerate(earlier, start=len(received.sources))
    ]


def of_receipt_rejections(received: Received) -> list[Values]:
    return [
        {"receipt": received.name, "position": position, "document": document}
        | _of_rejection(rejection)
        for position, (document, rejection) in enumerate(received.rejections)
    ]


def of_outcome(outcome: Outcome, *, reader: str) -> Values:
    return {
        "sha256": outcome.source.sha256,
        "document": outcome.source.document,
        "reader": reader,
        "pages": outcome.pages,
        "seconds": outcome.seconds,
    }


def of_parts(outcome: Outcome, key: int) -> list[tuple[Table, list[Values]]]:
    """The rows of an outcome's registrations and rejections, in the order to insert them."""
    numbered = list(enumerate(outcome.registrations, start=1))
    thumbnails = dict(enumerate(outcome.thumbnails, start=1))
    return [
        (
            tables.rejections,
            [
                {"outcome": key, "position": position} | _of_rejection(rejection)
                for position, rejection in enumerate(outcome.rejections)
            ],
        ),
        (
            tables.registrations,
            [
                {
                    "outcome": key,
                    "number": number,
                    "form": registration.form_id,
                    "page": registration.page,
                    "total_due_cents": registration.total_due_cents,
                    "status": registration.status,
                    "roles": json.dumps(asdict(registration.roles)),
                    "thumbnail": thumbnails.get(number),
                    "quality": registration.quality,
                }
                for number, registration in numbered
            ],
        ),
        (
            tables.findings,
            [
                {
                    "outcome": key,
                    "number": number,
                    "position": position,
                    "rule": finding.rule,
                    "severity": finding.severity,
                    "message": finding.message,
                    "fields": json.dumps(finding.fields),
                }
                for number, registration in numbered
                for position, finding in enumerate(registration.findings)
            ],
        ),
        (
            tables.readings,
            [
                {"outcome": key, "number": number} | _of_reading(reading)
                for number, registration in numbered
                for reading in registration.readings
            ],
        ),
    ]


def receipts(connection: Connection) -> dict[str, Received]:
    """Every receipt as it last was, by name."""
    sources, rejections = defaultdict(list), defaultdict(list)
    table = tables.sources
    current = select(table).where(~table.c.superseded).order_by(table.c.receipt, table.c.position)
    for row in connection.execute(current):
        sources[row.receipt].append(_source(row))
    table = tables.receipt_rejections
    for row in connection.execute(select(table).order_by(table.c.receipt, table.c.position)):
        rejections[row.receipt].append((row.document, _rejection(row)))
    return {
        row.name: Received(
            row.name,
            row.size,
            row.mtime_ns,
            tuple(sources[row.name]),
            tuple(rejections[row.name]),
        )
        for row in connection.execute(select(tables.receipts))
    }


def snapshot(connection: Connection, *, thumbnails: int) -> Snapshot:
    """All there is to export. It is sorted here: databases do not agree on the order of text."""
    sources: dict[str, list[Source]] = defaultdict(list)
    current: set[str] = set()
    for row in connection.execute(select(tables.sources)):
        sources[row.sha256].append(_source(row))
        if not row.superseded:
            current.add(row.sha256)
    for same in sources.values():
        same.sort(key=lambda source: source.document)
    outcomes = tables.outcomes
    sha256 = {
        row.id: row.sha256
        for row in connection.execute(
            select(outcomes.c.id, outcomes.c.sha256).where(outcomes.c.id.in_(latest()))
        )
        if row.sha256 in sources
    }
    pieces = [
        RejectedRow(row.document, _rejection(row))
        for row in connection.execute(select(tables.receipt_rejections))
    ]
    rejected = pieces + [
        _rejected(_rejection(row), sources[sha256[row.outcome]])
        for row in _rows_of_latest(connection, tables.rejections)
        if sha256.get(row.outcome) in current
    ]
    registrations = {
        key: _registration_row(
            registration if sha256[key[0]] in current else _replaced(registration),
            key[1],
            sources[sha256[key[0]]],
        )
        for key, registration in _registrations(connection).items()
        if key[0] in sha256
    }
    order = sorted(registrations, key=lambda key: _order(registrations[key], key[1]))
    review = [k for k in order if registrations[k].registration.status is Status.REVIEW]
    images = _thumbnails(connection, review[:thumbnails])
    return Snapshot(
        tuple(replace(registrations[k], thumbnail=images.get(k, b"")) for k in order),
        tuple(sorted(rejected, key=_rejected_order)),
        len(current) + len(pieces),
    )


def corrections(connection: Connection) -> list[Correction]:
    """What people corrected in the last outcome of each document, as they last did."""
    sources = {row.sha256: _source(row) for row in connection.execute(select(tables.sources))}
    outcomes = tables.outcomes
    rows = connection.execute(select(outcomes.c.id, outcomes.c.sha256))
    sha256 = {row.id: row.sha256 for row in rows}
    return [
        Correction(
            sources[sha256[key]], number, reading.page, reading.field, reading.type, reading.value
        )
        for (key, number), registration in sorted(_registrations(connection).items())
        if sha256[key] in sources
        for reading in registration.readings
        if reading.status is Status.CORRECTED
    ]


def _rows_of_latest(connection: Connection, table: Table) -> Iterable[Row[Any]]:
    return connection.execute(select(table).where(table.c.outcome.in_(latest())))


def _registrations(connection: Connection) -> dict[tuple[int, int], Registration]:
    """The registrations of every document's last outcome, by outcome and number."""
    # A correction is a later row of the same field, and takes its place.
    readings: dict[tuple[int, int], dict[str, FieldReading]] = defaultdict(dict)
    for row in sorted(_rows_of_latest(connection, tables.readings), key=lambda row: int(row.id)):
        readings[row.outcome, row.number][row.field] = _reading(row)
    findings = defaultdict(list)
    for row in sorted(_rows_of_latest(connection, tables.findings), key=lambda r: int(r.position)):
        findings[row.outcome, row.number].append(
            Finding(row.rule, Severity(row.severity), row.message, tuple(json.loads(row.fields)))
        )
    table = tables.registrations
    columns = [column for column in table.c if column is not table.c.thumbnail]
    return {
        (row.outcome, row.number): Registration(
            row.form,
            row.page,
            tuple(readings[row.outcome, row.number].values()),
            tuple(findings[row.outcome, row.number]),
            row.total_due_cents,
            Status(row.status),
            _roles(row.roles),
            Quality(row.quality or Quality.GREY),
        )
        for row in connection.execute(select(*columns).where(table.c.outcome.in_(latest())))
    }


def _thumbnails(
    connection: Connection, keys: list[tuple[int, int]]
) -> Mapping[tuple[int, int], bytes]:
    table = tables.registrations
    rows = connection.execute(
        select(table.c.outcome, table.c.number, table.c.thumbnail).where(
            tuple_(table.c.outcome, table.c.number).in_(keys), table.c.thumbnail.is_not(None)
        )
    )
    return {(row.outcome, row.number): row.thumbnail for row in rows}


def _registration_row(
    registration: Registration, number: int, sources: list[Source]
) -> RegistrationRow:
    first = sources[0]
    if len(sources) > 1:
        also = Finding("received_once", Severity.INFO, _also(sources))
        registration = replace(registration, findings=(*registration.findings, also))
    identity = f"{first.sha256[:12]}-{number}"
    return RegistrationRow(identity, first.document, registration, first.envelope)


def _replaced(registration: Registration) -> Registration:
    """A registration whose file is no longer there under its name: kept, for a person to judge."""
    message = "Un autre fichier a pris depuis le nom de celui-ci : garder les deux fiches ?"
    found = Finding("not_replaced", Severity.REVIEW, message)
    findings = (*registration.findings, found)
    return replace(registration, findings=findings, status=Status.REVIEW)


def _rejected(rejection: Rejection, sources: list[Source]) -> RejectedRow:
    if len(sources) > 1:
        rejection = replace(rejection, message=f"{rejection.message} {_also(sources)}")
    return RejectedRow(sources[0].document, rejection)


def _also(sources: list[Source]) -> str:
    names = [f"« {source.document} »" for source in sources[1:]]
    return f"Reçu aussi sous {'le nom' if len(names) == 1 else 'les noms'} {', '.join(names)}."


def _order(row: RegistrationRow, number: int) -> tuple[str, int, int, str]:
    return (row.document, row.registration.page, number, row.id)


def _rejected_order(row: RejectedRow) -> tuple[str, int, str, str]:
    return (row.document, row.rejection.page or 0, row.rejection.kind, row.rejection.message)


def _of_reading(reading: FieldReading) -> Values:
    box = reading.box_mm
    return {
        "field": reading.field,
        "type": reading.type,
        "page": reading.page,
        "x_mm": box.x if box else None,
        "y_mm": box.y if box else None,
        "w_mm": box.w if box else None,
        "h_mm": box.h if box else None,
        "raw": reading.raw,
        "value": reading.text,
        "candidates": json.dumps(
            [[c.value, c.text, float(c.probability)] for c in reading.candidates]
        ),
        "probability": float(reading.posterior),
        "calibrated": reading.calibrated,
        "status": reading.status,
        "reason": reading.reason,
        "origin": reading.origin,
    }


def _reading(row: Row[Any]) -> FieldReading:
    return FieldReading(
        row.field,
        row.type,
        row.page,
        None if row.x_mm is None else BoxMm(row.x_mm, row.y_mm, row.w_mm, row.h_mm),
        row.raw,
        tuple(Candidate(*candidate) for candidate in json.loads(row.candidates)),
        Origin(row.origin),
        Status(row.status),
        row.reason,
        row.calibrated,
    )


def _roles(text: str) -> Roles:
    roles = json.loads(text)
    return Roles(
        roles["named"],
        tuple(roles["counted"]),
        roles["uncounted"],
        roles["total"],
        tuple(roles["others"]),
        tuple((field, label) for field, label in roles["labels"]),
    )


def _of_rejection(rejection: Rejection) -> Values:
    return {"kind": rejection.kind, "message": rejection.message, "page": rejection.page}


def _rejection(row: Row[Any]) -> Rejection:
    return Rejection(row.kind, row.message, row.page)


def _of_envelope(envelope: Envelope | None) -> Values:
    at = envelope.received_at if envelope else None
    return {
        "sender": envelope.sender if envelope else None,
        "subject": envelope.subject if envelope else None,
        "received_at": at.isoformat() if at else None,
    }


def _source(row: Row[Any]) -> Source:
    at = datetime.fromisoformat(row.received_at) if row.received_at else None
    envelope = None if row.sender is None else Envelope(row.sender, row.subject, at)
    return Source(row.document, Path(row.path), row.sha256, envelope)
