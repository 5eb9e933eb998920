"""Reçu: who paid how much for a registration, when and how."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.french_event import french_date
from pipeline.ledger import Item, PaidBy
from pipeline.pages import euros
from pipeline.papers.occasion import Occasion, Organiser, in_fours
from pipeline.papers.sheet import INK, RULE, SHADE, Flowable, gap, labelled, pdf, table, words

_NBSP = "\N{NO-BREAK SPACE}"
_BY = {PaidBy.TRANSFER: "virement", PaidBy.CHEQUE: "chèque", PaidBy.CASH: "espèces"}
_WIDTHS_MM = (92.0, 24.0, 32.0, 32.0)


@dataclass(frozen=True, slots=True)
class Paid:
    """Money that came, or was given back where it is negative; ``cheque`` is a cheque's number."""

    day: date
    amount_cents: int
    by: PaidBy
    cheque: str = ""

    @property
    def how(self) -> str:
        """``chèque n° 1234567``"""
        return f"{_BY[self.by]} n°{_NBSP}{self.cheque}" if self.cheque else _BY[self.by]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is receipted: ``number`` as it stands there (``2018-0001``), on ``day``.

    ``payer``: the service, or whoever else registered; ``people``: those registered. ``items`` are
    what the tariff gives, ``owed_cents`` what was owed for them all.
    """

    number: str
    day: date
    payer: str
    people: tuple[str, ...]
    items: tuple[Item, ...]
    owed_cents: int
    payments: tuple[Paid, ...]
    reference: str = ""

    @property
    def paid_cents(self) -> int:
        return sum(paid.amount_cents for paid in self.payments)


def receipt_sheet(occasion: Occasion, receipt: Receipt) -> bytes:
    """The receipt of a registration, for who paid; it is none for a donation."""
    organiser = occasion.organiser
    number = f"Reçu n°{_NBSP}{receipt.number}"
    facts = (
        ("Reçu de", receipt.payer),
        ("Pour l'inscription de", *receipt.people),
        ("Événement", occasion.name),
        ("Date", occasion.date),
        ("Lieu", occasion.place),
        ("Référence", in_fours(receipt.reference)),
    )
    story: list[Flowable] = [
        *_letterhead(organiser),
        gap(12),
        words(number, size=18, strong=True),
        words(f"établi le {french_date(receipt.day)}", grey=True),
        gap(6),
        labelled(facts),
        gap(7),
        _items(receipt),
        gap(7),
        _payments(receipt),
        gap(8),
        words(*organiser.vat.splitlines(), joint="\n", size=9, grey=True),
    ]
    return pdf(story, title=f"{number}, {occasion.name}", author=organiser.name)


def _letterhead(organiser: Organiser) -> list[Flowable]:
    lines = [*organiser.address.splitlines(), organiser.email]
    if organiser.siren:
        lines.append(f"SIREN {_siren(organiser.siren)}")
    return [
        words(organiser.name, size=12, strong=True),
        words(*filter(None, lines), joint="\n", size=9.5, grey=True),
    ]


def _items(receipt: Receipt) -> Flowable:
    rows = [
        (item.label, str(item.count), euros(item.tariff_cents), item.amount_cents)
        for item in receipt.items
    ]
    given = sum(item.amount_cents for item in receipt.items)
    if given != receipt.owed_cents:
        rows.append(("Écart convenu", "", "", receipt.owed_cents - given))
    return _amounts(
        ("Désignation", "Nombre", "Tarif", "Montant"),
        rows,
        [("Total", receipt.owed_cents)],
    )


def _payments(receipt: Receipt) -> Flowable:
    rows = [
        (
            f"{'Remboursé' if paid.amount_cents < 0 else 'Réglé'} le {paid.day:%d/%m/%Y}"
            f" par {paid.how}",
            "",
            "",
            paid.amount_cents,
        )
        for paid in receipt.payments
    ]
    sums = [("Total réglé", receipt.paid_cents)]
    left = receipt.owed_cents - receipt.paid_cents
    if left:
        sums.append(("Reste dû", left) if left > 0 else ("Trop-perçu", -left))
    return _amounts(("Règlement", "", "", "Montant"), rows, sums)


def _amounts(
    heads: Sequence[str],
    rows: Sequence[tuple[str, str, str, int]],
    sums: Sequence[tuple[str, int]],
) -> Flowable:
    """Lines with an amount each, and below them what they come to."""
    cells = [[words(h, size=9, strong=True, right=i > 0) for i, h in enumerate(heads)]]
    cells += [
        [words(label), *(words(t, right=True) for t in (count, tariff, euros(cents)))]
        for label, count, tariff, cents in rows
    ]
    cells += [
        [words(label, strong=True), "", "", words(euros(cents), strong=True, right=True)]
        for label, cents in sums
    ]
    style = [
        ("BACKGROUND", (0, 0), (-1, 0), SHADE),
        ("LINEABOVE", (0, 0), (-1, 0), 0.8, INK),
        ("LINEBELOW", (0, 0), (-1, -1 - len(sums)), 0.4, RULE),
        ("LINEABOVE", (0, -len(sums)), (-1, -len(sums)), 0.8, INK),
        ("NOSPLIT", (0, -1 - len(sums)), (-1, -1)),
    ]
    return table(cells, _WIDTHS_MM, least_mm=7.5, heads=1, style=style)


def _siren(siren: str) -> str:
    """``123 456 789``"""
    digits = "".join(siren.split())
    return _NBSP.join(digits[i : i + 3] for i in range(0, len(digits), 3))
