"""The books as the store keeps them: nothing in them is ever changed."""

import json
from collections import defaultdict
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, func, insert, select

from pipeline.decisions import Fiches
from pipeline.ledger import Batch, Booking, Entry, EntryLine, Ledger
from pipeline.store import tables
from pipeline.store.paying import ledger
from pipeline.store.snapshots import fiches_of

Bookkeeper = Callable[[Fiches, Ledger, Sequence[Booking], int], Batch | None]
"""What is to be booked of all registrations and money, beside what is; under the number of the
batch. None where there is nothing."""


def bookings(connection: Connection, *, batch: int | None = None) -> tuple[Booking, ...]:
    """All that is in the books, or in one batch of them, as it was written."""
    table, lines = tables.bookings, tables.booking_lines
    chosen = select(table) if batch is None else select(table).where(table.c.batch == batch)
    by_booking: dict[int, list[EntryLine]] = defaultdict(list)
    for row in connection.execute(select(lines).order_by(lines.c.booking, lines.c.position)):
        line = EntryLine(row.account, row.label, row.debit_cents, row.credit_cents)
        by_booking[row.booking].append(line)
    return tuple(
        Booking(
            row.id,
            row.year,
            row.number,
            Entry(row.source, row.day, row.label, tuple(by_booking[row.id])),
            row.reverses or 0,
        )
        for row in connection.execute(chosen.order_by(table.c.id))
    )


def batch(connection: Connection, number: int) -> Batch | None:
    """A batch as it was booked; None where there is none of that number."""
    table = tables.batches
    row = connection.execute(select(table).where(table.c.number == number)).first()
    if row is None:
        return None
    return Batch(number, row.day, bookings(connection, batch=number), json.loads(row.settings))


def numbers(connection: Connection) -> tuple[int, ...]:
    """The numbers of all batches."""
    table = tables.batches
    return tuple(connection.scalars(select(table.c.number).order_by(table.c.number)))


def book(connection: Connection, bookkeeper: Bookkeeper, *, who: str) -> Batch | None:
    """Write into the books what is due, all at one stroke: the batch; None for nothing."""
    last = connection.scalar(select(func.max(tables.batches.c.number))) or 0
    fiches, money = fiches_of(connection), ledger(connection)
    made = bookkeeper(fiches, money, bookings(connection), last + 1)
    if made is None:
        return None
    settings = json.dumps(dict(made.settings), ensure_ascii=False, sort_keys=True)
    head = {"number": made.number, "day": made.day, "settings": settings, "who": who}
    connection.execute(insert(tables.batches), head)
    connection.execute(
        insert(tables.bookings),
        [
            {
                "id": booking.id,
                "batch": made.number,
                "year": booking.year,
                "number": booking.number,
                "day": booking.entry.day,
                "source": booking.entry.source,
                "label": booking.entry.label,
                "reverses": booking.reverses or None,
            }
            for booking in made.bookings
        ],
    )
    connection.execute(
        insert(tables.booking_lines),
        [
            {
                "booking": booking.id,
                "position": position,
                "account": line.account,
                "label": line.label,
                "debit_cents": line.debit_cents,
                "credit_cents": line.credit_cents,
            }
            for booking in made.bookings
            for position, line in enumerate(booking.entry.lines)
        ],
    )
    return made
