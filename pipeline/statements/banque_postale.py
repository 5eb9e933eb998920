"""The CSV of La Banque Postale: account, day and balance stand above; francs may stand beside."""

import re

from pipeline.language import tr
from pipeline.statements.account import compact
from pipeline.statements.amounts import cents
from pipeline.statements.days import day
from pipeline.statements.section import Section, line_of, wrong
from pipeline.statements.table import Layout, has_header, lines, table

FORMAT = "CSV La Banque Postale"
_LAYOUT = Layout(date="date", labels=("libelle",), amount="montant(euros)")
_SAYS = r"^[ \t]*\"?{what}\"?[ \t]*[;,\t][ \t]*\"?([^\";\r\n]*)"
_ACCOUNT = re.compile(_SAYS.format(what="Num[ée]ro (?:de )?compte"), re.MULTILINE | re.IGNORECASE)
_DAY = re.compile(_SAYS.format(what="Date"), re.MULTILINE | re.IGNORECASE)
_BALANCE = re.compile(_SAYS.format(what=r"Solde \(EUROS\)"), re.MULTILINE | re.IGNORECASE)


def recognises(text: str) -> bool:
    return has_header(text, _LAYOUT)


def read(text: str) -> list[Section]:
    below = table(text, _LAYOUT)
    account, when, balance = (p.search(below.above) for p in (_ACCOUNT, _DAY, _BALANCE))
    section = Section(
        tuple(line.movement for line in lines(below, _LAYOUT)),
        account=compact(account[1]) if account else "",
    )
    if not when or not balance:
        return [section]
    last, closing = day(when[1]), cents(balance[1])
    if last is None or closing is None:
        line = line_of(below.above, balance.start(1))
        raise wrong(line, tr("the day or the balance above the table cannot be read"))
    return [section.closing_on(last, closing)]
