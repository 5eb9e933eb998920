"""OFX, as SGML (1.x), whose elements are not closed, and as XML (2.x): https://www.ofx.net.

Both are the same tags with text behind them. No entity but the characters' own is known, so none
can grow.
"""

import html
import re
from dataclasses import dataclass, field
from datetime import date

from pipeline.language import tr
from pipeline.ledger import Movement
from pipeline.statements.account import compact, written_as_iban
from pipeline.statements.amounts import cents, decimal_mark
from pipeline.statements.days import of
from pipeline.statements.section import (
    EURO,
    Section,
    joined_words,
    line_of,
    no_amount,
    no_day,
    no_end,
    not_euros,
    own_entities,
    wrong,
)

FORMAT = "OFX"
_BEGINS = re.compile(r"OFXHEADER|<OFX>", re.IGNORECASE)
_ENDS = re.compile(r"</OFX>\s*\Z", re.IGNORECASE)
_DECLARES = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([A-Za-z0-9_.]+)\s*>([^<]*)")
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,5}|#x[0-9a-fA-F]{1,4});")
_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{2,6}(?:\.\d+)?)?(?:\[.*\])?", re.ASCII)
_GROUPS = frozenset(
    (
        *("STMTRS", "CCSTMTRS", "INVSTMTRS", "BANKACCTFROM", "BANKTRANLIST", "STMTTRN"),
        *("PAYEE", "BANKACCTTO", "CCACCTTO", "CURRENCY", "ORIGCURRENCY"),
        *("LEDGERBAL", "AVAILBAL", "BALLIST"),
    )
)
"""What holds elements that are asked for, or that have the names of such; others hold nothing."""
_ONCE = "TRNAMT"
_BANK_AND_BRANCH = (5, 5)
_NUMBER, _KEY = 11, 2
_RIB = sum(_BANK_AND_BRANCH) + _NUMBER


@dataclass(slots=True)
class _Group:
    name: str
    at: int
    fields: dict[str, str] = field(default_factory=dict)
    groups: list["_Group"] = field(default_factory=list)

    def all(self, name: str) -> list["_Group"]:
        return [group for group in self.groups if group.name == name]

    def first(self, name: str) -> "_Group":
        return next(iter(self.all(name)), _Group(name, self.at))


def recognises(text: str) -> bool:
    return _BEGINS.search(text[:4000]) is not None


def read(text: str) -> list[Section]:
    if _DECLARES.search(text):
        raise own_entities()
    plain = _without_cdata(text)
    if not _ENDS.search(plain):
        raise no_end(line_of(plain, len(plain)))
    return [_section(plain, group) for group in _tree(plain).all("STMTRS")]


def _without_cdata(text: str) -> str:
    """Text that is marked not to hold tags, written like any other."""
    head, *marked = text.split("<![CDATA[")
    pieces = (piece.partition("]]>") for piece in marked)
    return head + "".join(html.escape(inside) + behind for inside, _, behind in pieces)


def _tree(text: str) -> _Group:
    root = _Group("", 0)
    opened = [root]
    for match in _TAG.finditer(text):
        closes, name, value = match[1], match[2].upper(), match[3]
        if name not in _GROUPS:
            if name == _ONCE and not closes and name in opened[-1].fields:
                raise wrong(line_of(text, match.start()), tr("two movements are in one there"))
            if not closes:
                opened[-1].fields.setdefault(name, _unescaped(value.strip()))
        elif not closes:
            group = _Group(name, match.start())
            opened[-1].groups.append(group)
            opened.append(group)
        elif opened[-1].name == name:
            opened.pop()
        else:
            raise wrong(line_of(text, match.start()), tr("<{tag}> is not closed", tag=name))
    if len(opened) > 1:
        raise wrong(line_of(text, opened[-1].at), tr("<{tag}> is not closed", tag=opened[-1].name))
    return root


def _section(text: str, statement: _Group) -> Section:
    if statement.fields.get("CURDEF", EURO).upper() != EURO:
        raise not_euros(line_of(text, statement.at))
    listed, balance = statement.first("BANKTRANLIST"), statement.first("LEDGERBAL")
    entries = listed.all("STMTTRN")
    amounts = [group.fields.get("TRNAMT", "") for group in entries]
    mark = decimal_mark([*amounts, balance.fields.get("BALAMT", "")])
    section = Section(
        movements=tuple(_movement(text, entry, mark) for entry in entries),
        account=_account(statement.first("BANKACCTFROM").fields),
        first=_day(text, listed, "DTSTART"),
        last=_day(text, listed, "DTEND"),
    )
    if not balance.fields:
        return section
    closing = cents(balance.fields.get("BALAMT", ""), mark)
    if closing is None:
        raise no_amount(line_of(text, balance.at))
    day = _day(text, balance, "DTASOF") or section.last
    return section.closing_on(day, closing) if day else section


def _movement(text: str, entry: _Group, mark: str) -> Movement:
    told_in = entry.first("CURRENCY").fields.get("CURSYM", EURO)
    if told_in.upper() != EURO:
        raise not_euros(line_of(text, entry.at))
    amount = cents(entry.fields.get("TRNAMT", ""), mark)
    if amount is None:
        raise no_amount(line_of(text, entry.at))
    day = _day(text, entry, "DTPOSTED")
    if day is None:
        raise no_day(line_of(text, entry.at))
    name = entry.fields.get("NAME") or entry.first("PAYEE").fields.get("NAME", "")
    return Movement(
        day=day,
        amount_cents=amount,
        payer=joined_words([name]),
        label=joined_words(entry.fields.get(n, "") for n in ("MEMO", "CHECKNUM")),
        bank_id=joined_words([entry.fields.get("FITID", "")]),
    )


def _account(fields: dict[str, str]) -> str:
    bank, branch, number = (compact(fields.get(n, "")) for n in ("BANKID", "BRANCHID", "ACCTID"))
    if written_as_iban(number):
        return number
    if (len(bank), len(branch)) == _BANK_AND_BRANCH and len(number) in (_NUMBER, _NUMBER + _KEY):
        number = bank + branch + number
    return number[:_RIB] if len(number) == _RIB + _KEY else number


def _day(text: str, group: _Group, name: str) -> date | None:
    """The day as it is written, in the time of the bank; None where there is none."""
    written = group.fields.get(name, "")
    if not written:
        return None
    match = _DATE.fullmatch(written)
    day = of(*map(int, match.groups())) if match else None
    if day is None:
        raise no_day(line_of(text, group.at))
    return day


def _unescaped(value: str) -> str:
    """Characters written as entities; a lone ``&``, as some banks write it, stays."""
    return _ENTITY.sub(lambda match: html.unescape(match[0]), value)
