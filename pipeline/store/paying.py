"""Money as the store keeps it: what banks say, what people noted, and what was decided about it.

Rows are only ever added. A taking is noted together with what it pays; where that is undone, or
cancelled, it is as if it had never come.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select, true

from pipeline.decisions import MACHINE, Act
from pipeline.ledger import Ledger, Movement, PaidBy, Ruling, Taking
from pipeline.store import tables
from pipeline.store.current import UNDO

_OURS = or_(
    # An index knows these; what begins by a letter, SQLite looks for in every row.
    tables.decisions.c.subject.between("m", "n"),
    tables.decisions.c.subject.between("t", "u"),
)


def ledger(connection: Connection) -> Ledger:
    """All money, each movement and taking with its ruling."""
    ruled = rulings(connection)
    movements, takings = tables.movements, tables.takings
    came = connection.execute(select(movements).order_by(movements.c.id))
    noted = connection.execute(select(takings).order_by(takings.c.id))
    return Ledger(
        tuple(_with(movement(row), ruled) for row in came),
        tuple((_taking(row), ruled[f"t{row.id}"]) for row in noted if f"t{row.id}" in ruled),
    )


def newest(connection: Connection) -> tuple[int, int, int]:
    """The last movement, the last taking, and the last decision about any of them."""
    last = [
        connection.scalar(select(func.max(table.c.id)).where(where)) or 0
        for table, where in (
            (tables.movements, true()),
            (tables.takings, true()),
            (tables.decisions, _OURS),
        )
    ]
    return last[0], last[1], last[2]


def rulings(connection: Connection, subjects: Iterable[str] | None = None) -> dict[str, Ruling]:
    """What was decided about movements and takings: of these ``subjects``, or of all."""
    table = tables.decisions
    chosen = select(table).where(_OURS if subjects is None else table.c.subject.in_([*subjects]))
    everything = connection.execute(chosen.order_by(table.c.id)).all()
    undone = {row.undoes for row in everything if row.act == UNDO}
    heard: dict[str, _Heard] = defaultdict(_Heard)
    for row in everything:
        heard[row.subject].hear(row, is_undone=row.act == UNDO or row.batch in undone)
    return {subject: said.ruling(subject) for subject, said in heard.items()}


@dataclass(slots=True)
class _Heard:
    """What was decided about a subject: of each act, the last stroke counts."""

    version: int = 0
    batch: int = 0
    act: Act | None = None
    pays: tuple[tuple[str, int], ...] = ()
    slip: int = 0
    slip_day: date | None = None
    reason: str = ""
    who: str = ""
    touched: bool = False

    def hear(self, row: Row[Any], *, is_undone: bool) -> None:
        self.version = row.id
        self.touched |= row.who != MACHINE
        if is_undone:
            return
        is_taking = row.subject.startswith("t")
        if row.act == Act.DEPOSITED:
            self.slip = int(row.value)
            self.slip_day = date.fromisoformat(row.field) if row.field else None
            if is_taking:  # it still pays what it paid
                return
        elif row.act == Act.CANCEL or not is_taking:
            self.slip, self.slip_day = 0, None
        if row.batch != self.batch:
            self.pays = ()
        if row.act == Act.PAYS:
            self.pays += ((row.field, int(row.value)),)
        self.act = None if row.act == Act.CANCEL else Act(row.act)
        self.batch, self.reason, self.who = row.batch, row.reason, row.who

    def ruling(self, subject: str) -> Ruling:
        return Ruling(
            subject,
            self.version,
            self.act,
            self.pays,
            self.slip,
            self.slip_day,
            self.reason,
            self.who,
            self.touched,
        )


def credited(connection: Connection) -> set[int]:
    """The numbers of the slips that a movement credits."""
    ruled = rulings(connection).values()
    return {ruling.slip for ruling in ruled if ruling.subject.startswith("m") and ruling.slip}


def is_money(subject: str) -> bool:
    """Whether decisions about that subject are about a movement or a taking."""
    return subject[:1] in ("m", "t") and subject[1:].isdigit()


def standing(connection: Connection, subjects: Iterable[str]) -> dict[str, Ruling]:
    """The rulings of those of these movements and takings that there are."""
    numbers = {int(subject[1:]): subject for subject in subjects if len(subject) < len("m") + 16}
    there: set[str] = set()
    for kind, table in (("m", tables.movements), ("t", tables.takings)):
        ids = [number for number, subject in numbers.items() if subject.startswith(kind)]
        chosen = select(table.c.id).where(table.c.id.in_(ids))
        there |= {f"{kind}{key}" for key in connection.scalars(chosen)}
    ruled = rulings(connection, there)
    return {subject: ruled.get(subject, Ruling(subject)) for subject in there}


def _with(movement: Movement, ruled: Mapping[str, Ruling]) -> tuple[Movement, Ruling]:
    return movement, ruled.get(movement.subject, Ruling(movement.subject))


def movement(row: Row[Any]) -> Movement:
    return Movement(row.day, row.amount_cents, row.payer, row.label, row.bank_id, row.id)


def _taking(row: Row[Any]) -> Taking:
    by = PaidBy(row.paid_by)
    return Taking(row.day, row.amount_cents, by, row.drawer, row.cheque, row.bank, row.id)
