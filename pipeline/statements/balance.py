"""Whether a statement adds up: balances prove that no movement is missing, doubled or misread."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from pipeline.errors import StatementError
from pipeline.language import tr
from pipeline.ledger import Movement
from pipeline.money import format_cents
from pipeline.statements.section import Section, several_accounts, wrong


@dataclass(frozen=True, slots=True)
class Period:
    """All that a file says of its account, added up and in the order of days."""

    account: str
    first: date
    last: date
    movements: tuple[Movement, ...]
    opening_cents: int | None
    closing_cents: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table, with the balance after it where the bank writes that."""

    number: int
    movement: Movement
    balance_cents: int | None = None


def whole(sections: Sequence[Section]) -> Period:
    """The sections of a file in one, in the order of their days, whatever theirs was.

    Raises StatementError where they are of several accounts, leave a gap, or do not add up.
    """
    if len({section.account for section in sections}) > 1:
        raise several_accounts()
    periods = sorted((_period(section) for section in sections), key=lambda p: (p.first, p.last))
    if not periods:
        raise StatementError(
            tr("it holds no account. Download the statement of the account from the bank.")
        )
    for before, after in pairwise(periods):
        _same(before.closing_cents, after.opening_cents)
    first, last = periods[0], periods[-1]
    return replace(
        first,
        last=max(period.last for period in periods),
        movements=tuple(movement for period in periods for movement in period.movements),
        closing_cents=last.closing_cents,
    )


def _period(section: Section) -> Period:
    moved = section.movements
    if moved and moved[0].day > moved[-1].day:
        moved = moved[::-1]
    moved = tuple(sorted(moved, key=lambda movement: movement.day))
    days = [movement.day for movement in (*moved[:1], *moved[-1:])]
    firsts = [day for day in (section.first or section.last, *days) if day]
    lasts = [day for day in (section.last or section.first, *days) if day]
    if not firsts:
        raise StatementError(
            tr(
                "it holds no movement, and does not say of which days it is. Download the "
                "statement of a time in which there were movements."
            )
        )
    if section.opening_cents is not None:
        total_cents = sum(movement.amount_cents for movement in moved)
        _same(section.opening_cents + total_cents, section.closing_cents)
    return Period(
        section.account,
        min(firsts),
        max(lasts),
        moved,
        section.opening_cents,
        section.closing_cents,
    )


def _same(added_cents: int | None, written_cents: int | None) -> None:
    if added_cents is None or written_cents is None:
        return
    if added_cents != written_cents:
        raise StatementError(
            tr(
                "it does not add up: the balance comes to {added}, and the bank writes {written}. "
                "Movements are missing, or were changed: download the file from the bank once "
                "more.",
                added=format_cents(added_cents),
                written=format_cents(written_cents),
            )
        )


def running(lines: Sequence[Line]) -> tuple[int | None, int | None]:
    """The balances before and after all lines, which are the oldest or the newest first.

    Raises StatementError at the first line whose balance is not that of the line before it, plus
    its movement.
    """
    orders = [lines, lines[::-1]]
    if lines and lines[0].movement.day > lines[-1].movement.day:
        orders.reverse()
    faults = []
    for order in orders:
        try:
            return _walked(order)
        except StatementError as err:
            faults.append(err)
    raise faults[0]


def _walked(lines: Sequence[Line]) -> tuple[int | None, int | None]:
    opening: int | None = None
    balance: int | None = None
    before_cents = 0
    for line in lines:
        before_cents += line.movement.amount_cents
        if balance is not None:
            balance += line.movement.amount_cents
        if line.balance_cents is None:
            continue
        if balance is None:
            opening = line.balance_cents - before_cents
        elif balance != line.balance_cents:
            raise wrong(
                line.number,
                tr(
                    "the balance comes to {added}, and the bank writes {written}",
                    added=format_cents(balance),
                    written=format_cents(line.balance_cents),
                ),
            )
        balance = line.balance_cents
    return opening, balance
