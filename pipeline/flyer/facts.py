"""Find the facts of an event in the lines of a page, normalised.

Each kind of fact has a form of its own (a day, a time, an amount, an account), or words that French
flyers put before it.
"""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.decoding.normalise import Line
from pipeline.event import Fact
from pipeline.flyer.addresses import postal
from pipeline.flyer.contacts import contacts
from pipeline.flyer.days import days
from pipeline.flyer.occasion import confirmation, organiser, title
from pipeline.flyer.payment import accounts, tariffs
from pipeline.flyer.programme import programme
from pipeline.flyer.rows import Row, Rows, rows_of, sourced, whole_rows_of
from pipeline.flyer.speakers import speakers
from pipeline.flyer.where import where


def facts_of(lines: Sequence[Line], *, page: int = 1) -> tuple[Fact, ...]:
    """What the lines of a page say of an event, in the order of ``About``.

    The ``probability`` of a fact is how likely all its words were read right (``Word``), times how
    sure its kind is: 1 where something proves it, as check digits prove an account and a weekday
    its day, a little less where digits are as they were read, and less for what only its place on
    the page tells, as a title. An account that cannot be right has no value, and 0.
    """
    rows = rows_of(lines)
    raw = Rows(tuple(Row(n, line.raw, "") for n, line in enumerate(lines, start=1)))
    entries = [*programme(rows)]
    facts = [
        *title(rows),
        *organiser(rows),
        *days(rows),
        *where(rows),
        *entries,
        *speakers(rows, entries),
        *tariffs(whole_rows_of(lines)),
        *contacts(rows),
        *postal(rows),
    ]
    facts = [sourced(fact, lines) for fact in facts]
    facts += accounts(raw)
    facts += (sourced(fact, lines) for fact in confirmation(rows))
    return tuple(replace(fact, page=page) for fact in facts)
