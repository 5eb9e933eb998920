"""What now stands: what was read, and what people have decided about it and not undone."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, and_, func, or_, select

from pipeline.decisions import ENDS, Act, End, Filed, Refused, Waived
from pipeline.french import also
from pipeline.judging import duplicates, shares
from pipeline.records import (
    FieldReading,
    Finding,
    Origin,
    Placement,
    Quality,
    Registration,
    Rejection,
    Severity,
    Source,
    Status,
)
from pipeline.store import rows, tables

UNDO = "undo"
"""The act of a row that undoes a batch."""
ID_DIGITS = 12
"""A registration's name in the tables begins with so many digits of its document's sha256."""

_ANSWERS = frozenset({Act.CONFIRM, Act.CORRECT, Act.ILLEGIBLE})
_Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Scope:
    """What to load: all, or these outcomes, and of them only the registration of that number.

    Outcomes that are not the last of their document are never loaded.
    """

    outcomes: tuple[int, ...] | None = None
    number: int | None = None

    def latest(self) -> Select[tuple[int]]:
        outcomes = tables.outcomes
        last = select(func.max(outcomes.c.id)).group_by(outcomes.c.sha256)
        if self.outcomes is None:
            return last
        same = select(outcomes.c.sha256).where(outcomes.c.id.in_(self.outcomes))
        return last.where(outcomes.c.sha256.in_(same))

    def holds(self, table: Table) -> ColumnElement[bool]:
        """Which rows of a table count: of the last outcomes, and not undone."""
        conditions: list[ColumnElement[bool]] = [table.c.outcome.in_(self.latest())]
        if self.outcomes is not None:
            conditions.append(table.c.outcome.in_(self.outcomes))
        if self.number is not None:
            conditions.append(table.c.number == self.number)
        if "batch" in table.c:
            conditions.append(not_undone(table))
        return and_(*conditions)


def not_undone(table: Table) -> ColumnElement[bool]:
    undoes = tables.decisions.c.undoes
    undone = select(undoes).where(undoes.is_not(None))
    return or_(table.c.batch.is_(None), table.c.batch.not_in(undone))


@dataclass(slots=True)
class Said:
    """What was decided about one subject; ``batches`` placed a form on it."""

    version: int = 0
    settled: dict[str, str] = field(default_factory=dict)
    postponed: dict[str, None] = field(default_factory=dict)
    kept: dict[str, None] = field(default_factory=dict)
    added_to: dict[str, None] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    shared: dict[str, str] = field(default_factory=dict)
    end: End | None = None
    waived: Waived | None = None
    sent: dict[str, str] = field(default_factory=dict)
    set_aside: str = ""
    keyed_in: bool = False
    placed: set[int] = field(default_factory=set)

    def hear(self, row: Row[Any]) -> None:
        if row.act == Act.SETTLE:
            self.settled[row.field] = row.reason
        elif row.act == Act.POSTPONE:
            self.postponed[row.field] = None
        elif row.act in _ANSWERS:
            self.postponed.pop(row.field, None)
        elif row.act in ENDS:
            self.end = End(Act(row.act), row.value, row.reason, row.who, rows.aware(row.created_at))
        elif row.act == Act.RESTORE:
            self.end = None
            self.kept.pop(row.value, None)
            self.added_to.pop(row.value, None)
        elif row.act in (Act.KEEP, Act.ADD):
            self.kept[row.value], self.end = None, None
            if row.act == Act.ADD:
                self.added_to[row.value] = None
        elif row.act == Act.NOTE:
            self.notes[row.value] = row.reason
        elif row.act == Act.SHARE:
            self.shared[row.field] = row.value
            self.postponed.pop(shares.NAME, None)
        elif row.act == Act.WAIVE:
            self.waived = Waived(int(row.value), row.reason)
        elif row.act == Act.SENT:
            self.sent[row.field] = row.value
        elif row.act == Act.SET_ASIDE:
            self.set_aside = row.reason or "Sans suite."
        elif row.act == Act.KEY_IN:
            self.keyed_in = True
        elif row.act == Act.PLACE and not row.field:
            self.placed.add(row.batch)


def filed(connection: Connection, scope: Scope) -> tuple[Filed, ...]:
    """The registrations whose documents were received, dropped ones too."""
    documents = received(connection, scope)
    decided = decided_on(connection, scope, "r")
    placed = _placed(connection, scope)
    reviews = {
        (row.outcome, row.number): row
        for row in _rows(connection, tables.reviews, scope, by=tables.reviews.c.id)
    }
    readings = _readings(connection, scope)
    findings = _findings(connection, scope)
    fiches = []
    for row in connection.execute(_registrations(scope)):
        key = (row.outcome, row.number)
        subject = f"r{row.outcome}-{row.number}"
        then = decided.get(subject) or Said()
        if row.outcome not in documents or then.placed - {row.batch}:
            continue
        document = documents[row.outcome]
        came_to = reviews.get(key, row)
        last_findings = tuple(findings[key]) if came_to is row else _reviewed(came_to)
        registration = _registration(row, readings[key], last_findings, came_to)
        fiches.append(
            Filed(
                subject,
                f"{document.sources[0].sha256[:ID_DIGITS]}-{row.number}",
                row.number,
                then.version,
                document.remark(registration, then.settled),
                document.placed(placed.get(row.outcome, ())),
                tuple(then.settled.items()),
                tuple(then.postponed),
                tuple(then.kept),
                tuple(then.added_to),
                tuple(then.notes.items()),
                tuple(then.shared.items()),
                then.end,
                then.waived,
                tuple(then.sent.items()),
            )
        )
    return tuple(fiches)


def by_machine(connection: Connection, scope: Scope) -> dict[_Key, Registration]:
    """The registrations of the last outcomes as the machine left them, by outcome and number.

    Not those that people typed or placed, nor what was added to one by placing.
    """
    table, own = tables.readings, tables.registrations.c.batch.is_(None)
    readings = _readings(connection, scope, table.c.batch.is_(None), table.c.origin != Origin.HUMAN)
    findings = _findings(connection, scope)
    return {
        (key := (row.outcome, row.number)): _registration(row, readings[key], findings[key], row)
        for row in connection.execute(_registrations(scope).where(own))
    }


def refused(connection: Connection, scope: Scope) -> tuple[Refused, ...]:
    """What outcomes rejected, while nothing was made of it."""
    documents = received(connection, scope)
    decided = decided_on(connection, scope, "x")
    placed = _placed(connection, scope)
    refusals = []
    table = tables.rejections
    chosen = select(table).where(replace(scope, number=None).holds(table))
    for row in connection.execute(chosen.order_by(table.c.outcome, table.c.position)):
        subject = f"x{row.outcome}-{row.position}"
        then = decided.get(subject) or Said()
        document = documents.get(row.outcome)
        if document is None or not document.current or then.keyed_in or then.placed:
            continue
        source = document.placed(placed.get(row.outcome, ()))[0]
        rejection = document.tell(rows.rejection(row))
        refusals.append(
            Refused(subject, then.version, source.document, rejection, source, then.set_aside)
        )
    return tuple(refusals)


@dataclass(frozen=True, slots=True)
class RefusedPiece:
    """A piece refused on receipt; ``sha256`` stands for the bytes that nobody could get at."""

    sha256: str
    receipt: str
    refused: Refused
    keyed_in: bool


def pieces(connection: Connection) -> list[RefusedPiece]:
    """The pieces refused on receipt; each is another one when its file has changed."""
    table, receipts = tables.receipt_rejections, tables.receipts
    decided = decided_on(connection, Scope(), "p")
    refused_pieces = []
    for row in connection.execute(
        select(table, receipts.c.size, receipts.c.mtime_ns).join(receipts)
    ):
        facts = f"{row.receipt}\0{row.size}\0{row.mtime_ns}\0{row.position}"
        digest = sha256(facts.encode("utf-8", "surrogatepass")).hexdigest()
        subject = f"p{int(digest[:12], 16)}"
        then = decided.get(subject) or Said()
        refusal = Refused(
            subject, then.version, row.document, rows.piece(row), None, then.set_aside
        )
        refused_pieces.append(RefusedPiece(digest, row.receipt, refusal, then.keyed_in))
    return refused_pieces


def decided_on(connection: Connection, scope: Scope, kind: str) -> dict[str, Said]:
    """What was decided about each subject that begins with ``kind``."""
    table = tables.decisions
    unused = ("outcome", "was")
    columns = [column for column in table.c if column.name not in unused]
    chosen = select(*columns).where(table.c.subject.startswith(kind))
    if scope.outcomes is not None:
        chosen = chosen.where(table.c.outcome.in_(scope.outcomes))
    everything = connection.execute(chosen.order_by(table.c.id)).all()
    undone = {row.undoes for row in everything if row.act == UNDO}
    by_subject: dict[str, Said] = defaultdict(Said)
    for row in everything:
        by_subject[row.subject].version = row.id
        if row.act != UNDO and row.batch not in undone:
            by_subject[row.subject].hear(row)
    return by_subject


@dataclass(frozen=True, slots=True)
class Document:
    """The names under which a document was received, sorted; ``current`` while one still is."""

    sources: tuple[Source, ...]
    current: bool

    def placed(self, placements: tuple[Placement, ...]) -> tuple[Source, ...]:
        if not placements:
            return self.sources
        return tuple(replace(source, placed=placements) for source in self.sources)

    def tell(self, rejection: Rejection) -> Rejection:
        if len(self.sources) == 1:
            return rejection
        return replace(rejection, message=f"{rejection.message} {also(self._others)}")

    def remark(self, registration: Registration, settled: Iterable[str]) -> Registration:
        """With what is to be said of its file: it may be gone, or have come under other names."""
        findings, status = registration.findings, registration.status
        if not self.current and "not_replaced" not in settled:
            findings += (Finding("not_replaced", Severity.REVIEW),)
            status = Status.REVIEW
        if len(self.sources) > 1:
            findings += (Finding("received_once", Severity.INFO, facts=self._others),)
        if findings is registration.findings:
            return registration
        return replace(registration, findings=findings, status=status)

    @property
    def _others(self) -> tuple[str, ...]:
        return tuple(source.document for source in self.sources[1:])


REMARKS = frozenset({"not_replaced", "received_once", *duplicates.RULES})
"""The rules of the findings that are not stored: they follow from what was received."""


def received(connection: Connection, scope: Scope) -> dict[int, Document]:
    """The documents that were received, by their last outcome."""
    outcomes, sources = tables.outcomes, tables.sources
    same: dict[int, list[Source]] = defaultdict(list)
    current: set[int] = set()
    joined = select(outcomes.c.id, sources).join(sources, sources.c.sha256 == outcomes.c.sha256)
    for row in connection.execute(joined.where(outcomes.c.id.in_(scope.latest()))):
        same[row.id].append(rows.source(row))
        if not row.superseded:
            current.add(row.id)
    return {
        outcome: Document(tuple(sorted(alike, key=lambda s: s.document)), outcome in current)
        for outcome, alike in same.items()
    }


def _placed(connection: Connection, scope: Scope) -> dict[int, tuple[Placement, ...]]:
    placements: dict[int, tuple[Placement, ...]] = defaultdict(tuple)
    table = tables.placements
    for row in _rows(connection, table, replace(scope, number=None), by=table.c.id):
        corners = tuple((x, y) for x, y in json.loads(row.corners))
        placements[row.outcome] += (Placement(row.page, row.form, row.form_page, corners),)
    return placements


def _registrations(scope: Scope) -> Select[Any]:
    table = tables.registrations
    columns = [column for column in table.c if column.name not in ("thumbnail", "read")]
    return select(*columns).where(scope.holds(table)).order_by(table.c.outcome, table.c.number)


def _registration(
    row: Row[Any],
    readings: Mapping[str, FieldReading],
    findings: Iterable[Finding],
    came_to: Row[Any],
) -> Registration:
    return Registration(
        row.form,
        row.page,
        tuple(readings.values()),
        tuple(findings),
        came_to.total_due_cents,
        Status(came_to.status),
        rows.roles(row.roles),
        Quality(row.quality or Quality.GREY),
    )


def _readings(
    connection: Connection, scope: Scope, *where: ColumnElement[bool]
) -> dict[_Key, dict[str, FieldReading]]:
    # A correction is a later row of the same field, and takes its place.
    readings: dict[_Key, dict[str, FieldReading]] = defaultdict(dict)
    table = tables.readings
    unused = ("value", "probability", "who", "created_at", "batch")
    columns = [column for column in table.c if column.name not in unused]
    chosen = select(*columns).where(scope.holds(table), *where).order_by(table.c.id)
    for row in connection.execute(chosen):
        readings[row.outcome, row.number][row.field] = rows.reading(row)
    return readings


def _findings(connection: Connection, scope: Scope) -> dict[_Key, list[Finding]]:
    findings: dict[_Key, list[Finding]] = defaultdict(list)
    for row in _rows(connection, tables.findings, scope, by=tables.findings.c.position):
        findings[row.outcome, row.number].append(
            Finding(
                row.rule,
                Severity(row.severity),
                tuple(json.loads(row.fields)),
                tuple(json.loads(row.facts or "[]")),
                said=row.message,
            )
        )
    return findings


def _reviewed(row: Row[Any]) -> tuple[Finding, ...]:
    # A review of an earlier version that is still open writes neither facts nor reasons.
    findings = ((*finding, [], "")[:6] for finding in json.loads(row.findings))
    return tuple(
        Finding(rule, Severity(severity), tuple(fields), tuple(facts), settled, said)
        for rule, severity, said, fields, facts, settled in findings
    )


def _rows(
    connection: Connection, table: Table, scope: Scope, *, by: ColumnElement[int]
) -> Iterable[Row[Any]]:
    return connection.execute(select(table).where(scope.holds(table)).order_by(by))
