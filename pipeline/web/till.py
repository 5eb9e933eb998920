"""What the pages know of money: what came, what it pays, and what waits for a person."""

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from pathlib import Path

from pipeline.config import Accounting
from pipeline.decisions import Change, Decision, Fiches, Filed
from pipeline.forms.schema import Form
from pipeline.ledger import Ledger, Movement, Payment, Ruling, Slip, Taking, Waits
from pipeline.payments.deciding import Matcher, sure, waits
from pipeline.payments.standing import Standing, claims, standings
from pipeline.store import Store
from pipeline.treasury.letters import Drafted, write_letters
from pipeline.treasury.payable import followed
from pipeline.treasury.tables import matcher_of


@dataclass(frozen=True)
class Money:
    """All money at one moment, and the registrations that it is for."""

    ledger: Ledger
    fiches: Fiches
    matcher: Matcher

    @cached_property
    def standing(self) -> Mapping[str, Standing]:
        """How each registration stands, by its id."""
        return standings(self.fiches.filed, self.ledger.payments)

    def standing_of(self, filed: Filed) -> Standing:
        """How one registration stands: while nothing is paid, the others need not be asked."""
        if self.ledger.payments and filed.id in self.standing:
            return self.standing[filed.id]
        return standings([filed], ())[filed.id]

    @cached_property
    def filed(self) -> Mapping[str, Filed]:
        """The registrations by id."""
        return {fiche.id: fiche for fiche in self.fiches.filed}

    @cached_property
    def paid(self) -> Mapping[str, Sequence[tuple[Payment, int]]]:
        """What was paid of each registration, by its id: the payments, with its cents of each."""
        paid: dict[str, list[tuple[Payment, int]]] = defaultdict(list)
        for payment in followed(self.ledger.payments, self.fiches.filed):
            for name, cents in payment.shares:
                paid[name].append((payment, cents))
        return paid

    @cached_property
    def movements(self) -> Mapping[str, tuple[Movement, Ruling]]:
        """The movements by subject."""
        return {movement.subject: (movement, r) for movement, r in self.ledger.movements}

    @cached_property
    def takings(self) -> Mapping[str, tuple[Taking, Ruling]]:
        """The cheques and the cash that count, by subject."""
        noted = self.ledger.takings
        return {taking.subject: (taking, r) for taking, r in noted if not r.is_open}

    @cached_property
    def waits(self) -> Mapping[int, Waits]:
        """Why movements wait, and what they may pay, by number."""
        every = claims(self.fiches.filed, self.standing, held=self.fiches.held)
        return waits(self.ledger, every, matcher=self.matcher)

    @cached_property
    def slips(self) -> Mapping[int, Sequence[Slip]]:
        """The slips that the bank has not credited yet, by what they come to."""
        slips: dict[int, list[Slip]] = defaultdict(list)
        for slip in self.ledger.open_slips:
            slips[slip.amount_cents].append(slip)
        return slips

    @cached_property
    def to_decide(self) -> Sequence[Movement]:
        """The movements that wait: first those that may pay something, then by day."""
        waiting = [movement for movement, ruling in self.ledger.movements if ruling.is_open]
        return sorted(waiting, key=lambda m: (not self.waits[m.number].candidates, m.day, m.number))


class Till:
    """One for a server; its methods may be called from any thread."""

    def __init__(
        self,
        store: Store,
        fiches: Callable[[], Fiches],
        changed: Callable[[], None],
        forms: Mapping[str, Form],
        accounting: Accounting,
    ) -> None:
        """``fiches`` gives the registrations as they now stand; ``changed`` is called once anything
        is decided."""
        self._store, self._fiches, self._changed = store, fiches, changed
        self.forms, self.accounting = forms, accounting
        self.templates: Path | None = None
        """A folder of templates of one's own for letters."""
        self._matcher = matcher_of(forms.values(), accounting)
        self._lock = threading.Lock()
        self._kept: tuple[object, Ledger] | None = None
        self._known: Money | None = None

    @property
    def ledger(self) -> Ledger:
        """All money, read anew only once any of it has changed."""
        moved = self._store.moved()
        with self._lock:
            if self._kept is None or self._kept[0] != moved:
                self._kept = moved, self._store.ledger()
            return self._kept[1]

    def now(self) -> Money:
        """All money as it stands."""
        ledger, fiches = self.ledger, self._fiches()
        with self._lock:
            known = self._known
            if known is None or known.ledger is not ledger or known.fiches != fiches:
                self._known = known = Money(ledger, fiches, self._matcher)
            return known

    def waiting(self) -> int:
        """How many movements wait for a person; cheap to ask."""
        return sum(ruling.is_open for _, ruling in self.ledger.movements)

    def decide(self, subject: str, decisions: Sequence[Decision], *, seen: int, who: str) -> None:
        """Keep what a person decides about a movement or a taking. Raises ConflictError."""
        self.decide_all([Change(subject, seen, tuple(decisions))], who=who)

    def decide_all(self, changes: Sequence[Change], *, who: str) -> None:
        """Keep what a person decides at one stroke. Raises ConflictError."""
        try:
            self._store.decide(changes, who=who)
        finally:
            self._changed()

    def decide_surely(self) -> int:
        """Decide about the movements that surely pay something: how many."""
        count = self._store.decide_surely(partial(sure, matcher=self._matcher))
        self._changed()
        return count

    def take(self, taking: Taking, pays: Sequence[Decision], *, who: str) -> str:
        """Note a cheque or cash, and what it pays: its subject."""
        subject = self._store.take(taking, pays, who=who)
        self._changed()
        return subject

    def deposit(self, seen: Mapping[str, int], *, day: date, who: str) -> int:
        """Hand these cheques in together, each as it was ``seen``: the number of the slip, which no
        other ever had, for that may be on paper. Raises ConflictError."""
        try:
            return self._store.deposit(seen, day=day, who=who)
        finally:
            self._changed()

    def draft_letters(self, out: Path) -> list[Drafted]:
        """Draft all letters that are due into ``out``. Raises ConfigError, ExportError."""
        given = (self._store, out, self.forms, self.accounting)
        return [*write_letters(*given, today=today(), templates=self.templates)]


def today() -> date:
    """The day where the server is: that of the treasurer, too."""
    return date.today()  # noqa: DTZ011
