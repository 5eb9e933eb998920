"""The letters there are, and what each of them tells its template."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.intake.naming import one_line
from pipeline.ledger import Item
from pipeline.pages import euros
from pipeline.papers.occasion import Occasion, in_fours
from pipeline.papers.receipt import Receipt

REQUEST, CONFIRMATION = "demande.txt.j2", "confirmation.txt.j2"
"""The templates, by name."""


@dataclass(frozen=True, slots=True)
class Request:
    """Asks for what is left of what a registration owes; ``to`` is an address, or empty.

    ``payer``: the service, or whoever else registered; ``people``: those registered.
    """

    occasion: Occasion
    to: str
    payer: str
    people: tuple[str, ...]
    reference: str
    items: tuple[Item, ...]
    owed_cents: int
    paid_cents: int = 0


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Confirms a registration that is paid, with its receipt; ``to`` is an address, or empty. A
    receipt without a number is none: nothing was to be paid."""

    occasion: Occasion
    to: str
    receipt: Receipt


Letter = Request | Confirmation
Value = str | Sequence[str] | Sequence[dict[str, str]]


def template_of(letter: Letter) -> str:
    return REQUEST if isinstance(letter, Request) else CONFIRMATION


def values(letter: Letter) -> dict[str, Value]:
    """What templates may say, by its French name; empty is what is not so, or not known.

    Amounts and days are written as readers write them, and no text has a line break.
    """
    receipt = letter.receipt if isinstance(letter, Confirmation) else None
    registered = letter if isinstance(letter, Request) else letter.receipt
    occasion, organiser = letter.occasion, letter.occasion.organiser
    left = registered.owed_cents - registered.paid_cents
    agreed = registered.owed_cents - sum(item.amount_cents for item in registered.items)
    texts = {
        "evenement": occasion.name,
        "date": occasion.date,
        "horaires": occasion.hours,
        "lieu": occasion.place,
        "organisateur": organiser.name,
        "email": organiser.email,
        "payeur": registered.payer,
        "recu": receipt.number if receipt else "",
    }
    return {
        **{name: one_line(text) for name, text in texts.items()},
        "iban": in_fours(organiser.iban, blank=" "),
        "bic": one_line(organiser.bic),
        "reference": in_fours(registered.reference, blank=" "),
        "personnes": tuple(map(one_line, registered.people)),
        "lignes": [_line(item) for item in registered.items],
        "ecart": _unless_nought(agreed),
        "total": euros(registered.owed_cents),
        "paye": _unless_nought(registered.paid_cents),
        "reste": _unless_nought(max(left, 0)),
        "reglements": [
            {
                "date": f"{paid.day:%d/%m/%Y}",
                "mode": one_line(paid.how),
                "montant": euros(paid.amount_cents),
            }
            for paid in (receipt.payments if receipt else ())
        ],
    }


def _line(item: Item) -> dict[str, str]:
    return {
        "libelle": one_line(item.label),
        "nombre": str(item.count),
        "tarif": euros(item.tariff_cents),
        "montant": euros(item.amount_cents),
    }


def _unless_nought(cents: int) -> str:
    return euros(cents) if cents else ""
