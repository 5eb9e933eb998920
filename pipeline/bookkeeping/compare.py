"""What is wanted held against what is booked: what is still to be booked."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from pipeline.bookkeeping.labels import reversing_label
from pipeline.bookkeeping.numbering import by_number
from pipeline.ledger import Booking, Entry

_REFERENCE = re.compile(r"\bRF\d\d(?: [0-9A-F]{1,4})+\b")
"""Names a registration in the label of a line."""


def due(
    wanted: Sequence[Entry], booked: Sequence[Booking], *, today: date, until: date | None
) -> list[tuple[Entry, int]]:
    """Entries to book, each with the id of the booking that it takes back, or 0.

    A source that is new gives its entry. One whose amounts, accounts or registrations are others
    now, or that is no more wanted, gives an entry that takes back what stands in the books, and one
    of what is wanted now, both dated today: what was booked stays as it was. ``until``: sources of
    later days wait, their corrections too. ``booked`` is all that is, in the order of the ids.
    """
    now = {entry.source: entry for entry in wanted}
    standing = _standing(booked)
    first_days: dict[str, date] = {}
    for earlier in booked:
        first_days.setdefault(earlier.entry.source, earlier.entry.day)
    steps = []
    for source in sorted({*now, *standing}, key=by_number):
        entry, booking = now.get(source), standing.get(source)
        day = entry.day if entry else first_days[source]
        if (until and day > until) or (entry and booking and _same(entry, booking.entry)):
            continue
        if booking:
            steps.append((_reversing(booking.entry, today), booking.id))
        if entry:
            steps.append((replace(entry, day=today) if source in first_days else entry, 0))
    return steps


def _standing(booked: Sequence[Booking]) -> dict[str, Booking]:
    """What the books say of each source: its booking that no other takes back."""
    reversed_ids = {booking.reverses for booking in booked}
    return {
        booking.entry.source: booking
        for booking in booked
        if not booking.reverses and booking.id not in reversed_ids
    }


def _same(entry: Entry, other: Entry) -> bool:
    """Whether they say the same of the same registrations, whatever these are called by now."""
    return _said(entry) == _said(other)


def _said(entry: Entry) -> list[tuple[str, int, int, tuple[str, ...]]]:
    return sorted(
        (line.account, line.debit_cents, line.credit_cents, tuple(_REFERENCE.findall(line.label)))
        for line in entry.lines
    )


def _reversing(entry: Entry, today: date) -> Entry:
    lines = (
        replace(
            line,
            label=reversing_label(line.label),
            debit_cents=line.credit_cents,
            credit_cents=line.debit_cents,
        )
        for line in entry.lines
    )
    return replace(entry, day=today, label=reversing_label(entry.label), lines=tuple(lines))
