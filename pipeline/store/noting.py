"""Writes what banks say and what people note of money; rows are only ever added."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection, insert, select

from pipeline.decisions import MACHINE, Act, Change, Decision, Filed
from pipeline.ledger import Claim, Ledger, Movement, Statement, Taking
from pipeline.store import tables
from pipeline.store.paying import ledger, movement
from pipeline.store.reviewing import append, decide, entry_of, next_id, standing_of, unchanged
from pipeline.store.snapshots import claims_of, fiches_of


class Fresh(Protocol):
    """Tells those of a statement's movements that are not among the ``earlier`` ones of its
    account, of the days ``covered``."""

    def __call__(
        self,
        movements: Sequence[Movement],
        earlier: Sequence[Movement],
        /,
        *,
        covered: Collection[date],
    ) -> Sequence[Movement]: ...


Judge = Callable[[Ledger, Sequence[Claim]], Mapping[str, tuple[Decision, ...]]]
"""What is surely to be decided, by subject."""
Drafter = Callable[[Collection[str]], Decision]
"""Drafts a letter, given the numbers of all receipts so far: what is decided with it."""


def record(connection: Connection, statement: Statement, *, fresh: Fresh) -> int | None:
    """Keep a statement and what is new in it: how many movements; None where the very same file is
    kept already."""
    table, movements = tables.statements, tables.movements
    known = connection.execute(select(table).where(table.c.account == statement.account)).all()
    if any(row.sha256 == statement.sha256 for row in known):
        return None
    covered = {day for row in known for day in _days(row.first_day, row.last_day)}
    earlier = [
        movement(row)
        for row in connection.execute(
            select(movements)
            .where(movements.c.statement.in_([row.id for row in known]))
            .order_by(movements.c.id)
        )
    ]
    new = fresh(statement.movements, earlier, covered=covered)
    key = connection.scalar(
        insert(table).returning(table.c.id),
        {
            "sha256": statement.sha256,
            "format": statement.format,
            "account": statement.account,
            "first_day": statement.first,
            "last_day": statement.last,
            "opening_cents": statement.opening_cents,
            "closing_cents": statement.closing_cents,
        },
    )
    if new:
        connection.execute(insert(movements), [_of_movement(m) | {"statement": key} for m in new])
    return len(new)


def take(connection: Connection, taking: Taking, pays: Sequence[Decision], *, who: str) -> str:
    """Note a cheque or cash, and what it pays: its subject."""
    table = tables.takings
    key = connection.scalar(
        insert(table).returning(table.c.id),
        {
            "day": taking.day,
            "amount_cents": taking.amount_cents,
            "paid_by": taking.by,
            "drawer": taking.drawer,
            "cheque": taking.cheque,
            "bank": taking.bank,
        },
    )
    subject = f"t{key}"
    entries = [entry_of(subject, decision) for decision in pays]
    append(connection, entries, batch=next_id(connection), who=who)
    return subject


def deposit(connection: Connection, seen: Mapping[str, int], *, day: date, who: str) -> int:
    """Hand these takings in together, each as it was ``seen``: the number of the slip, which no
    other ever had, for that may be on paper. Raises ConflictError."""
    table = tables.decisions
    given = connection.scalars(select(table.c.value).where(table.c.act == Act.DEPOSITED))
    number = 1 + max(map(int, given), default=0)
    handed_in = (Decision(Act.DEPOSITED, day.isoformat(), str(number)),)
    changes = [Change(subject, version, handed_in) for subject, version in seen.items()]
    decide(connection, changes, who=who)
    return number


def decide_surely(connection: Connection, judge: Judge) -> int:
    """Keep what ``judge`` is sure of, each of it at a stroke of its own: how many.

    Once that is paid, something else may be sure; so it is asked until nothing more is.
    """
    if all(not ruling.is_open for _, ruling in ledger(connection).movements):
        return 0
    fiches, count = fiches_of(connection), 0
    while sure := judge(money := ledger(connection), claims_of(fiches, money)):
        for subject, decisions in sure.items():
            entries = [entry_of(subject, decision) for decision in decisions]
            append(connection, entries, batch=next_id(connection), who=MACHINE)
        count += len(sure)
    return count


def send(connection: Connection, seen: Filed, letter: Drafter, *, who: str) -> None:
    """Let a letter be drafted, and keep that. Raises ConflictError before it is drafted."""
    now = standing_of(connection, [seen.subject])
    unchanged(connection, now, seen.subject, seen.version)
    table = tables.decisions
    numbers = connection.scalars(select(table.c.value).where(table.c.act == Act.SENT))
    change = Change(seen.subject, seen.version, (letter(frozenset(numbers)),))
    decide(connection, [change], who=who)


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days) for days in range((last - first).days + 1))


def _of_movement(movement: Movement) -> dict[str, Any]:
    return {
        "day": movement.day,
        "amount_cents": movement.amount_cents,
        "payer": movement.payer,
        "label": movement.label,
        "bank_id": movement.bank_id,
    }
