"""The CSV of Crédit Agricole: prose above, and labels over several lines."""

import re

from pipeline.language import tr
from pipeline.statements.account import compact
from pipeline.statements.amounts import cents
from pipeline.statements.days import day
from pipeline.statements.section import Section, line_of, wrong
from pipeline.statements.table import Layout, has_header, lines, table

FORMAT = "CSV Crédit Agricole"
_LAYOUT = Layout(date="date", labels=("libelle",), debit="debiteuros", credit="crediteuros")
_ACCOUNT = re.compile(r"\bn(?:[°º]|um[ée]ro)\s*(\d{5,23})\b", re.IGNORECASE)
_BALANCE = re.compile(
    r"Solde au (\d\d/\d\d/\d{4})[^\S\r\n:;,]*([+-]?\d(?:[\d.,]|[^\S\r\n])*\d)", re.IGNORECASE
)
_DAYS = re.compile(r"entre le (\d\d/\d\d/\d{4}) et le (\d\d/\d\d/\d{4})", re.IGNORECASE)


def recognises(text: str) -> bool:
    return has_header(text, _LAYOUT)


def read(text: str) -> list[Section]:
    below = table(text, _LAYOUT)
    account, days, balance = (p.search(below.above) for p in (_ACCOUNT, _DAYS, _BALANCE))
    section = Section(
        tuple(line.movement for line in lines(below, _LAYOUT)),
        account=compact(account[1]) if account else "",
        first=day(days[1]) if days else None,
        last=day(days[2]) if days else None,
    )
    if not balance:
        return [section]
    when, closing = day(balance[1]), cents(balance[2])
    if when is None or closing is None:
        line = line_of(below.above, balance.start(1))
        raise wrong(line, tr("the balance above the table cannot be read"))
    return [section.closing_on(when, closing)]
