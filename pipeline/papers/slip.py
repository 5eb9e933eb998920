"""Bordereau de remise de chèques: what a bank is handed, cheque by cheque."""

from pipeline.ledger import Slip
from pipeline.pages import euros, plural
from pipeline.papers.occasion import Organiser, in_fours
from pipeline.papers.sheet import (
    INK,
    RULE,
    SHADE,
    Flowable,
    gap,
    labelled,
    pdf,
    signature,
    table,
    words,
)

_TITLE = "Bordereau de remise de chèques"
_WIDTHS_MM = (10.0, 66.0, 42.0, 32.0, 30.0)


def slip_sheet(organiser: Organiser, slip: Slip) -> bytes:
    """The slip to print, sign and hand in with the cheques."""
    number = f"{_TITLE} n° {slip.number}"
    facts = (
        ("Remettant", organiser.name),
        ("Compte à créditer", in_fours(organiser.iban)),
        ("BIC", organiser.bic),
        ("Date de remise", f"{slip.day:%d/%m/%Y}"),
    )
    story: list[Flowable] = [
        words(_TITLE, size=16, strong=True),
        words(f"n° {slip.number}", size=12, grey=True),
        gap(5),
        labelled(facts),
        gap(6),
        _cheques(slip),
        gap(10),
        signature("Date et signature du remettant"),
    ]
    return pdf(story, title=number, author=organiser.name)


def _cheques(slip: Slip) -> Flowable:
    heads = ("N°", "Tireur", "Banque", "N° de chèque", "Montant")
    rows = [[words(head, size=9, strong=True, right=head == heads[-1]) for head in heads]]
    rows += [
        [
            words(str(number), grey=True),
            words(taking.drawer),
            words(taking.bank),
            words(taking.cheque),
            words(euros(taking.amount_cents), right=True),
        ]
        for number, taking in enumerate(slip.takings, 1)
    ]
    count = plural(len(slip.takings), "chèque", "chèques")
    total = euros(slip.amount_cents)
    rows.append(["", words(count, strong=True), "", words("Total", strong=True), _total(total)])
    style = [
        ("BACKGROUND", (0, 0), (-1, 0), SHADE),
        ("LINEABOVE", (0, 0), (-1, 0), 0.8, INK),
        ("LINEBELOW", (0, 0), (-1, -2), 0.4, RULE),
        ("LINEBELOW", (0, -1), (-1, -1), 0.8, INK),
        ("NOSPLIT", (0, -2), (-1, -1)),
    ]
    return table(rows, _WIDTHS_MM, least_mm=8, heads=1, style=style)


def _total(amount: str) -> Flowable:
    return words(amount, strong=True, right=True)
