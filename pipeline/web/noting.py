"""A cheque or cash while it is noted: what was typed, what follows from it, and why it does not
do."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from pipeline.ledger import PaidBy, Taking
from pipeline.money import parse_cents
from pipeline.pages import euros

MOST_LINES = 40
"""Fiches that one cheque may pay."""
_MOST_CENTS = 100_000_000
_FIRST_DAY = date(2000, 1, 1)
SOUGHT, AMOUNT, DAY, LINES = "sought", "amount", "day", "lines"
"""Fields that a problem may be with, beside the parts of fiches."""


@dataclass(frozen=True, slots=True)
class Line:
    """A fiche that is paid, or may be; ``share``: its part, as typed."""

    subject: str
    id: str
    heading: str
    people: str
    reference: str
    left_cents: int
    share: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed, and by field why it does not do.

    Where one fiche is paid, the amount is its part. ``offered``: fiches that a search gave, of
    which one is to be picked, and ``further`` so many more.
    """

    lines: tuple[Line, ...] = ()
    by: PaidBy = PaidBy.CHEQUE
    amount: str = ""
    drawer: str = ""
    cheque: str = ""
    bank: str = ""
    day: str = ""
    sought: str = ""
    offered: tuple[Line, ...] = ()
    further: int = 0
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_shared(self) -> bool:
        return len(self.lines) > 1

    def but(self, name: str, problem: str) -> "Draft":
        """With what is wrong in a field."""
        return replace(self, problems={**self.problems, name: problem})


@dataclass(frozen=True, slots=True)
class Noted:
    """What came, and what it pays: registrations by id, with the cents of each."""

    taking: Taking
    pays: tuple[tuple[str, int], ...]


def with_line(draft: Draft, line: Line) -> Draft:
    """The draft with a fiche more. Who the drawer is follows from the first one."""
    if any(known.subject == line.subject for known in draft.lines):
        return draft
    longer = following(draft, (*draft.lines, line))
    return replace(longer, drawer=draft.drawer or line.heading, sought="")


def following(draft: Draft, lines: tuple[Line, ...]) -> Draft:
    """The draft with these fiches; the amount follows from them, unless another was typed."""
    cents = _sum(lines)
    if cents is None or (draft.amount and parse_cents(draft.amount) != _sum(draft.lines)):
        return replace(draft, lines=lines)
    return replace(draft, lines=lines, amount=as_typed(cents) if cents else "")


def as_typed(cents: int) -> str:
    """An amount as one types it: ``42,10``."""
    return f"{cents // 100},{cents % 100:02d}"


def read(draft: Draft, *, today: date) -> Noted | Draft:
    """What is to be noted, or the draft with what is wrong."""
    amount, day = _cents(draft.amount), day_of(draft.day, today=today)
    shares = {line.subject: _cents(line.share) for line in draft.lines}
    if not draft.is_shared:
        shares = dict.fromkeys(shares, amount)
    if not draft.lines:
        draft = draft.but(LINES, "Chercher d'abord la fiche que ce règlement paie.")
    if amount is None:
        draft = draft.but(AMOUNT, "Écrire un montant, par exemple 42,10.")
    if day is None:
        draft = draft.but(DAY, "Écrire un jour déjà venu, au plus tard aujourd'hui.")
    if draft.is_shared:
        for subject, cents in shares.items():
            if cents is None:
                draft = draft.but(subject, "Écrire la part de cette fiche.")
    if amount is None or day is None or draft.problems:
        return draft
    pays = tuple((line.id, shares[line.subject] or 0) for line in draft.lines)
    gap = sum(cents for _, cents in pays) - amount
    if gap:
        parts, side = euros(gap + amount), "de trop" if gap > 0 else "en moins"
        words = f"Les parts font {parts}, le règlement {euros(amount)} : {euros(abs(gap))} {side}."
        return draft.but(AMOUNT, words)
    is_cheque = draft.by is PaidBy.CHEQUE
    cheque, bank = (draft.cheque, draft.bank) if is_cheque else ("", "")
    return Noted(Taking(day, amount, draft.by, draft.drawer, cheque, bank), pays)


def day_of(text: str, *, today: date) -> date | None:
    """A day that has come, as browsers send it; None for any other text."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if _FIRST_DAY <= day <= today else None


def _cents(text: str) -> int | None:
    """An amount that may have been paid; None for any other text."""
    cents = parse_cents(text)
    return cents if cents and cents <= _MOST_CENTS else None


def _sum(lines: tuple[Line, ...]) -> int | None:
    """What the parts come to; None where one of them is no amount."""
    parts = [parse_cents(line.share) if line.share else 0 for line in lines]
    return None if None in parts else sum(part or 0 for part in parts)
