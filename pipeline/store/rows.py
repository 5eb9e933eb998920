"""Records to rows and back."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, Table, select

from pipeline.event import About, Fact
from pipeline.geometry import BoxMm
from pipeline.records import (
    Backing,
    Candidate,
    Envelope,
    FieldReading,
    Origin,
    Outcome,
    Placement,
    Received,
    Registration,
    Rejection,
    Source,
    Status,
)
from pipeline.roles import Roles
from pipeline.store import tables

Values = dict[str, Any]
_decode = json.JSONDecoder().raw_decode
_READ, _ROLES = TypeAdapter(Registration), TypeAdapter(Roles)


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
            **of_envelope(source.envelope),
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
        | of_envelope(rejection.envelope)
        for position, (document, rejection) in enumerate(received.rejections)
    ]


def of_outcome(outcome: Outcome, *, reader: str, judge: str) -> Values:
    return {
        "sha256": outcome.source.sha256,
        "document": outcome.source.document,
        "reader": reader,
        "judge": judge,
        "pages": outcome.pages,
        "seconds": outcome.seconds,
    }


def of_parts(outcome: Outcome, key: int) -> list[tuple[Table, list[Values]]]:
    """The rows of an outcome's registrations and rejections, in the order to insert them."""
    parts: dict[Table, list[Values]] = {}
    for number, (registration, read, thumbnail) in enumerate(forms_of(outcome), start=1):
        for table, values in of_registration(
            registration, key, number, read=read, thumbnail=thumbnail
        ):
            parts.setdefault(table, []).extend(values)
    return [
        (tables.rejections, of_rejections(outcome.rejections, key)),
        (tables.facts, [of_fact(fact, key, at) for at, fact in enumerate(outcome.facts)]),
        *parts.items(),
    ]


def forms_of(
    outcome: Outcome,
) -> Iterator[tuple[Registration, Registration | None, bytes | None]]:
    """Each registration of an outcome, with what was read and its thumbnail, where these are."""
    padded = zip_longest(outcome.registrations, outcome.read, outcome.thumbnails)
    return islice(padded, len(outcome.registrations))


def of_read(registration: Registration) -> str:
    """A form as it was read."""
    return _READ.dump_json(registration).decode()


def read(text: str) -> Registration:
    return _READ.validate_json(text)


def of_rejections(
    rejections: Iterable[Rejection], outcome: int, *, first: int = 0, batch: int | None = None
) -> list[Values]:
    return [
        {"outcome": outcome, "position": position, "batch": batch} | _of_rejection(rejection)
        for position, rejection in enumerate(rejections, start=first)
    ]


def of_registration(
    registration: Registration,
    outcome: int,
    number: int,
    *,
    read: Registration | None = None,
    thumbnail: bytes | None = None,
    batch: int | None = None,
    who: str | None = None,
) -> list[tuple[Table, list[Values]]]:
    """The rows of one registration, in the order to insert them."""
    key: Values = {"outcome": outcome, "number": number}
    return [
        (
            tables.registrations,
            [
                {
                    **key,
                    "form": registration.form_id,
                    "page": registration.page,
                    "total_due_cents": registration.total_due_cents,
                    "status": registration.status,
                    "roles": json.dumps(asdict(registration.roles)),
                    "read": of_read(read) if read else None,
                    "thumbnail": thumbnail,
                    "quality": registration.quality,
                    "batch": batch,
                }
            ],
        ),
        (
            tables.findings,
            [
                {
                    **key,
                    "position": position,
                    "rule": finding.rule,
                    "severity": finding.severity,
                    "message": finding.said,
                    "fields": json.dumps(finding.fields),
                    "facts": json.dumps(finding.facts),
                }
                for position, finding in enumerate(registration.findings)
            ],
        ),
        (
            tables.readings,
            [
                {**key, "batch": batch, "who": who} | of_reading(reading)
                for reading in registration.readings
            ],
        ),
    ]


def of_review(registration: Registration, outcome: int, number: int, *, batch: int) -> Values:
    findings = [
        [f.rule, f.severity, f.said, f.fields, f.facts, f.settled] for f in registration.findings
    ]
    return {
        "batch": batch,
        "outcome": outcome,
        "number": number,
        "status": registration.status,
        "total_due_cents": registration.total_due_cents,
        "findings": json.dumps(findings),
    }


def of_placement(placement: Placement, outcome: int, *, batch: int, reader: str) -> Values:
    return {
        "batch": batch,
        "outcome": outcome,
        "page": placement.page,
        "form": placement.form_id,
        "form_page": placement.form_page,
        "corners": json.dumps(placement.corners),
        "reader": reader,
    }


def receipts(connection: Connection, *, opener: str) -> dict[str, Received]:
    """Every receipt as it last was, by name.

    Not those of which another opener refused something, nor mails of which an earlier version did
    not keep the text.
    """
    sources, rejections = defaultdict(list), defaultdict(list)
    unsaid: set[str] = set()
    table = tables.sources
    current = select(table).where(~table.c.superseded, table.c.path != "")
    for row in connection.execute(current.order_by(table.c.receipt, table.c.position)):
        sources[row.receipt].append(source(row))
        if row.sender is not None and row.said is None:
            unsaid.add(row.receipt)
    table = tables.receipt_rejections
    for row in connection.execute(select(table).order_by(table.c.receipt, table.c.position)):
        rejections[row.receipt].append((row.document, piece(row)))
    return {
        row.name: Received(
            row.name,
            row.size,
            row.mtime_ns,
            tuple(sources[row.name]),
            tuple(rejections[row.name]),
        )
        for row in connection.execute(select(tables.receipts))
        if (row.opener == opener or not rejections[row.name]) and row.name not in unsaid
    }


def aware(at: datetime) -> datetime:
    """With its zone, which SQLite forgets."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def of_fact(fact: Fact, outcome: int, position: int) -> Values:
    return {"outcome": outcome, "position": position} | asdict(fact)


def fact(row: Row[Any]) -> Fact:
    """A fact, from a row of ``tables.facts``."""
    where = (row.page, row.line, row.probability)
    return Fact(About(row.about), row.value, row.detail, row.read, *where)


def of_reading(reading: FieldReading) -> Values:
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
        "typed": reading.typed,
        "backing": reading.backing,
        "status": reading.status,
        "reason": reading.reason,
        "origin": reading.origin,
    }


def reading(row: Row[Any]) -> FieldReading:
    return FieldReading(
        row.field,
        row.type,
        row.page,
        None if row.x_mm is None else BoxMm(row.x_mm, row.y_mm, row.w_mm, row.h_mm),
        row.raw,
        # A third of the time that json.loads takes, and there are a dozen of them a form.
        tuple(Candidate(*candidate) for candidate in _decode(row.candidates)[0]),
        Origin(row.origin),
        Status(row.status),
        row.reason,
        row.calibrated,
        bool(row.typed),
        Backing(row.backing or ""),
    )


@cache
def roles(text: str) -> Roles:
    return _ROLES.validate_json(text)


def _of_rejection(rejection: Rejection) -> Values:
    return {"kind": rejection.kind, "message": rejection.message, "page": rejection.page}


def rejection(row: Row[Any]) -> Rejection:
    return Rejection(row.kind, row.message, row.page)


def piece(row: Row[Any]) -> Rejection:
    """A piece refused on receipt, from a row of ``tables.receipt_rejections``."""
    return Rejection(row.kind, row.message, row.page, _envelope(row))


def of_envelope(envelope: Envelope | None) -> Values:
    at = envelope.received_at if envelope else None
    return {
        "sender": envelope.sender if envelope else None,
        "subject": envelope.subject if envelope else None,
        "received_at": at.isoformat() if at else None,
        "said": envelope.said if envelope else None,
    }


def source(row: Row[Any]) -> Source:
    return Source(row.document, Path(row.path), row.sha256, _envelope(row))


def _envelope(row: Row[Any]) -> Envelope | None:
    at = datetime.fromisoformat(row.received_at) if row.received_at else None
    return None if row.sender is None else Envelope(row.sender, row.subject, at, row.said or "")
