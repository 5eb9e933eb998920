"""Letters drafted: what is owed to whoever has not paid, and a confirmation to whoever has.

Each letter is drafted once. Its file is written first and then noted in the store, so that a run
which is killed in between only writes the same file again; meanwhile nobody else drafts one.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from pipeline import fields
from pipeline.config import Accounting
from pipeline.decisions import MACHINE, Act, Decision, Fiches, Filed
from pipeline.decisions import Letter as Kind
from pipeline.errors import ConflictError
from pipeline.fields import Means
from pipeline.forms.schema import Form
from pipeline.ledger import Ledger
from pipeline.letters.draft import draft
from pipeline.letters.letter import Confirmation, Letter, Request
from pipeline.papers.receipt import Paid, Receipt
from pipeline.payments.reference import reference_of
from pipeline.payments.standing import Standing, standings
from pipeline.records import Registration
from pipeline.snapshot import Life
from pipeline.store import Store
from pipeline.treasury.occasions import occasion_of
from pipeline.treasury.payable import followed, items_of, who
from pipeline.treasury.writing import lay

FOLDER = "letters"


@dataclass(frozen=True, slots=True)
class Drafted:
    """A letter that was drafted; without an address, it says to nobody."""

    path: Path
    kind: Kind
    has_address: bool


@dataclass(frozen=True, slots=True)
class _Season:
    """All that letters tell of, as it stands."""

    standing: Mapping[str, Standing]
    paid: Mapping[str, tuple[Paid, ...]]
    forms: Mapping[str, Form]
    accounting: Accounting
    today: date

    def letter(self, kind: Kind, filed: Filed, *, receipts: Collection[str]) -> Letter:
        """The letter of that kind about a registration; ``receipts``: the numbers of all so far."""
        registration = filed.registration
        form = self.forms[registration.form_id]
        occasion = occasion_of(form, self.accounting)
        people = tuple(person.text for person in registration.named)
        items, owed = items_of(registration, form), self.standing[filed.id].due_cents
        paid = self.paid.get(filed.id, ())
        if kind is Kind.REQUEST:
            return Request(
                occasion,
                address_of(registration),
                who(registration),
                people,
                reference_of(filed.id),
                items,
                owed,
                sum(payment.amount_cents for payment in paid),
            )
        is_receipted = sum(payment.amount_cents for payment in paid) > 0
        receipted = Receipt(
            next_receipt(receipts, self.today.year) if is_receipted else "",
            self.today,
            who(registration),
            people,
            items,
            owed,
            paid,
            reference_of(filed.id),
        )
        return Confirmation(occasion, address_of(registration), receipted)


def _payments(fiches: Fiches, money: Ledger) -> Mapping[str, tuple[Paid, ...]]:
    """What was paid of each registration, by id."""
    cheques = {taking.subject: taking.cheque for taking, _ in money.takings}
    paid: dict[str, tuple[Paid, ...]] = defaultdict(tuple)
    for payment in followed(money.payments, fiches.filed):
        for name, cents in payment.shares:
            cheque = cheques.get(payment.source, "")
            paid[name] += (Paid(payment.day, cents, payment.by, cheque),)
    return paid


def write_letters(
    store: Store,
    out: Path,
    forms: Mapping[str, Form],
    accounting: Accounting,
    *,
    today: date,
    templates: Path | None = None,
) -> Iterator[Drafted]:
    """Draft every letter that is due, into ``out``; ``templates``: a folder of one's own.

    Raises ConfigError for a faulty template, StoreError and ExportError.
    """
    fiches, money = store.fiches(), store.ledger()
    standing = standings(fiches.filed, money.payments)
    season = _Season(standing, _payments(fiches, money), forms, accounting, today)
    for filed, kind in due_letters(fiches, standing, forms):
        path = out / FOLDER / file_name(kind, filed)
        drafter = partial(_drafted, season, kind, filed, path, templates)
        try:
            store.send(filed, drafter, who=MACHINE)
        except ConflictError:  # somebody has just decided about it: next time, as it then is
            continue
        yield Drafted(path, kind, bool(address_of(filed.registration)))


def due_letters(
    fiches: Fiches, standing: Mapping[str, Standing], forms: Collection[str]
) -> Iterator[tuple[Filed, Kind]]:
    """The letters that are due, none of which was drafted yet: each registration, and which.

    ``standing``: how registrations stand, by id; ``forms``: those that are known, by id.
    """
    for filed in fiches.filed:
        kind = _due(filed, standing[filed.id])
        is_known = filed.registration.form_id in forms and filed.subject not in fiches.held
        if kind is not None and is_known:
            yield filed, kind


def file_name(kind: Kind, filed: Filed) -> str:
    """What the draft of a letter is called."""
    words = {Kind.REQUEST: "demande", Kind.CONFIRMATION: "confirmation"}
    return f"{words[kind]}-{reference_of(filed.id).replace(' ', '')}.eml"


def address_of(registration: Registration) -> str:
    """Where to write to whoever registered; empty where that is not known."""
    addresses = fields.meaning(Means.EMAIL)
    readings = map(registration.reading, registration.roles.contacts)
    return next((r.text for r in readings if r and r.type in addresses and r.text), "")


def _due(filed: Filed, stands: Standing) -> Kind | None:
    """The letter that is due for a registration, if any."""
    sent = dict(filed.sent)
    is_free = stands.life is Life.VERIFIED and stands.owed_cents == 0
    if stands.life is Life.PAID or is_free:
        return None if Kind.CONFIRMATION in sent else Kind.CONFIRMATION
    is_unpaid = stands.life is Life.VERIFIED and stands.balance_cents < 0
    return Kind.REQUEST if is_unpaid and Kind.REQUEST not in sent else None


def next_receipt(numbers: Iterable[str], year: int) -> str:
    """The number that follows those of a year, also those of receipts that were taken back."""
    of_year = (re.fullmatch(rf"{year}-([0-9]+)", number) for number in numbers)
    last = max((int(match[1]) for match in of_year if match), default=0)
    return f"{year}-{last + 1:04d}"


def _drafted(
    season: _Season,
    kind: Kind,
    filed: Filed,
    path: Path,
    templates: Path | None,
    receipts: Collection[str],
) -> Decision:
    """Write the draft of a letter: what is decided with it."""
    letter = season.letter(kind, filed, receipts=receipts)
    lay(path, draft(letter, folder=templates))
    number = letter.receipt.number if isinstance(letter, Confirmation) else ""
    return Decision(Act.SENT, kind, number)
