"""The CSV of Banque Populaire and Caisse d'Épargne (BPCE)."""

from pipeline.statements.section import Section
from pipeline.statements.table import Layout, has_header, lines, table

FORMAT = "CSV Banque Populaire, Caisse d'Épargne"
_LAYOUT = Layout(
    date="datedecomptabilisation",
    payer="libellesimplifie",
    labels=("libelleoperation", "informationscomplementaires"),
    bank_id="reference",
    debit="debit",
    credit="credit",
)


def recognises(text: str) -> bool:
    return has_header(text, _LAYOUT)


def read(text: str) -> list[Section]:
    rows = lines(table(text, _LAYOUT), _LAYOUT)
    return [Section(tuple(row.movement for row in rows))]
