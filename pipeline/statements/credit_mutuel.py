"""The CSV of Crédit Mutuel and CIC, with the balance after each movement."""

from pipeline.statements.balance import running
from pipeline.statements.section import Section
from pipeline.statements.table import Layout, has_header, lines, table

FORMAT = "CSV Crédit Mutuel, CIC"
_LAYOUT = Layout(
    date="date",
    beside="datedevaleur",
    labels=("libelle",),
    debit="debit",
    credit="credit",
    balance="solde",
)


def recognises(text: str) -> bool:
    return has_header(text, _LAYOUT)


def read(text: str) -> list[Section]:
    rows = lines(table(text, _LAYOUT), _LAYOUT)
    opening, closing = running(rows)
    movements = tuple(row.movement for row in rows)
    return [Section(movements, opening_cents=opening, closing_cents=closing)]
