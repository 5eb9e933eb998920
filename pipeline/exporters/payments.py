"""``payments.csv``: one line a movement of the account, a cheque or cash, and what it pays."""

from collections.abc import Iterator

from pipeline.exporters import csv_text
from pipeline.exporters._sheet import Cell, Cents, Sheet, who
from pipeline.french_states import PAID_BY, RULED
from pipeline.ledger import Movement, PaidBy, Ruling, Taking, Waits
from pipeline.money import cents_text
from pipeline.snapshot import Snapshot

FILE_NAME = "payments.csv"

_COLUMNS = (
    *("movement", "date", "amount", "payer", "label", "state", "registrations", "amounts"),
    *("candidates", "reason"),
)
_NONE = Waits("")


def render(snapshot: Snapshot) -> str:
    """The table; registrations are named by their ids, candidates that pay together by ``+``."""
    return csv_text(
        _COLUMNS,
        (
            (
                ruling.subject,
                money.day.isoformat(),
                cents_text(money.amount_cents),
                _payer(money),
                _label(money),
                ruling.state,
                " | ".join(name for name, _ in ruling.pays),
                " | ".join(cents_text(cents) for _, cents in ruling.pays),
                " | ".join("+".join(name for name, _ in pays) for pays in waits.candidates),
                _reason(ruling, waits),
            )
            for money, ruling, waits in _lines(snapshot)
        ),
    )


def sheet(snapshot: Snapshot) -> Sheet:
    """The same for people: fiches by their reference, and by who registers."""
    named = {row.id: f"{row.reference} {who(row)}".strip() for row in snapshot.registrations}

    def fiches(*ids: str) -> str:
        return " + ".join(named.get(name, name) for name in ids)

    heads = ("Date", "Montant", "Mode", "Payeur", "Libellé", "État", "Fiches", "Montants")
    return Sheet.of(
        "Paiements",
        (*heads, "Fiches possibles", "Motif", "Mouvement"),
        (
            [
                *(money.day, Cents(money.amount_cents), PAID_BY[_way(money)]),
                *(_payer(money), _label(money), RULED[ruling.state]),
                "\n".join(fiches(name) for name, _ in ruling.pays),
                _amounts(ruling),
                "\n".join(fiches(*(name for name, _ in pays)) for pays in waits.candidates),
                *(_reason(ruling, waits), ruling.subject),
            ]
            for money, ruling, waits in _lines(snapshot)
        ),
        wraps=("Libellé", "Fiches", "Fiches possibles", "Motif"),
    )


def _lines(snapshot: Snapshot) -> Iterator[tuple[Movement | Taking, Ruling, Waits]]:
    """By day; a cheque or cash that was taken back is none."""
    ledger = snapshot.ledger
    all_money: list[tuple[Movement | Taking, Ruling]] = [*ledger.movements]
    all_money += [(taking, ruling) for taking, ruling in ledger.takings if not ruling.is_open]
    for money, ruling in sorted(all_money, key=lambda pair: pair[0].day):
        waits = snapshot.waits.get(money.number, _NONE) if isinstance(money, Movement) else _NONE
        yield money, ruling, waits if ruling.is_open else _NONE


def _way(money: Movement | Taking) -> PaidBy:
    return money.by if isinstance(money, Taking) else PaidBy.TRANSFER


def _payer(money: Movement | Taking) -> str:
    return money.drawer if isinstance(money, Taking) else money.payer


def _label(money: Movement | Taking) -> str:
    if isinstance(money, Movement):
        return money.label
    return " ".join(filter(None, (PAID_BY[money.by], money.cheque, money.bank)))


def _amounts(ruling: Ruling) -> Cell:
    match ruling.pays:
        case ():
            return None
        case ((_, cents),):
            return Cents(cents)
    return " + ".join(cents_text(cents).replace(".", ",") for _, cents in ruling.pays)


def _reason(ruling: Ruling, waits: Waits) -> str:
    said = (waits.reason, f"Remise n° {ruling.slip}." if ruling.slip else "", ruling.reason)
    return " ".join(filter(None, said))
