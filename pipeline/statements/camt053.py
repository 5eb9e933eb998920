"""CAMT.053, ISO 20022's statement of an account, in every version (001.02 to 001.13).

https://www.iso20022.org; CFONB's "Guide d'utilisation du relevé de compte camt.053". An entry that
is booked is a movement, however many transfers it holds.
"""

import re
from datetime import date, timedelta

from pipeline.language import tr
from pipeline.ledger import Movement
from pipeline.statements.account import compact
from pipeline.statements.amounts import plain_cents
from pipeline.statements.days import day
from pipeline.statements.section import (
    EURO,
    Section,
    joined_words,
    no_amount,
    no_day,
    not_euros,
    wrong,
)
from pipeline.statements.xml_tree import Node, tree

FORMAT = "CAMT.053"
_BEGINS = re.compile(r"<(?:[\w.-]+:)?BkToCstmrStmt\b")
_SIDES = {"CRDT": 1, "DBIT": -1}
_BOOKED = "BOOK"
_SAYS_NOTHING = "NOTPROVIDED"
_WORDS = (
    "RmtInf/Ustrd",
    "RmtInf/Strd/CdtrRefInf/Ref",
    "RmtInf/Strd/AddtlRmtInf",
    "Refs/EndToEndId",
    "AddtlTxInf",
)


def recognises(text: str) -> bool:
    return _BEGINS.search(text[:10_000]) is not None


def read(text: str) -> list[Section]:
    statements = tree(text).all("Document/BkToCstmrStmt/Stmt")
    return [_section(statement) for statement in statements]


def _section(statement: Node) -> Section:
    opening = _balance(statement, "OPBD") or _balance(statement, "PRCD")
    closing = _balance(statement, "CLBD")
    first = _said_day(statement, "FrToDt/FrDtTm", "FrToDt/FrDt") or _first_day(statement)
    last = _said_day(statement, "FrToDt/ToDtTm", "FrToDt/ToDt")
    last = last or (_said_day(closing, "Dt/Dt", "Dt/DtTm") if closing else None)
    entries = [entry for entry in statement.all("Ntry") if _status(entry) == _BOOKED]
    return Section(
        movements=tuple(map(_movement, entries)),
        account=compact(statement.said("Acct/Id/IBAN", "Acct/Id/Othr/Id")),
        first=min(first, last) if first and last else first,
        last=last,
        opening_cents=_cents(opening) if opening else None,
        closing_cents=_cents(closing) if closing else None,
    )


def _balance(statement: Node, code: str) -> Node | None:
    balances = statement.all("Bal")
    return next((b for b in balances if b.said("Tp/CdOrPrtry/Cd", "Tp/Cd") == code), None)


def _first_day(statement: Node) -> date | None:
    """What the opening balance tells of it: its own day, or the day after a previous closing."""
    if opening := _balance(statement, "OPBD"):
        return _said_day(opening, "Dt/Dt", "Dt/DtTm")
    closed = _balance(statement, "PRCD")
    before = _said_day(closed, "Dt/Dt", "Dt/DtTm") if closed else None
    return before + timedelta(days=1) if before else None


def _status(entry: Node) -> str:
    status = entry.said("Sts/Cd", "Sts/Prtry", "Sts")
    if not status:
        raise wrong(entry.line, tr("an entry without <Sts>"))
    return status


def _movement(entry: Node) -> Movement:
    amount = _cents(entry)
    booked = _said_day(entry, "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")
    if booked is None:
        raise no_day(entry.line)
    transfers = [*entry.all("NtryDtls/TxDtls"), *entry.all("TxDtls")]
    side = "Dbtr" if amount > 0 else "Cdtr"
    names = (_name(transfer, side) for transfer in transfers)
    words = [
        node.text
        for transfer in transfers
        for path in _WORDS
        for node in transfer.all(path)
        if node.text != _SAYS_NOTHING
    ]
    behind = (_name(transfer, f"Ultmt{side}") for transfer in transfers)
    return Movement(
        day=booked,
        amount_cents=amount,
        payer=joined_words(names, ", "),
        label=joined_words([*words, *behind, entry.said("AddtlNtryInf")]),
        bank_id=entry.said("AcctSvcrRef", "NtryRef"),
    )


def _name(transfer: Node, side: str) -> str:
    return transfer.said(f"RltdPties/{side}/Nm", f"RltdPties/{side}/Pty/Nm")


def _cents(node: Node) -> int:
    side = _SIDES.get(node.said("CdtDbtInd"))
    value = plain_cents(node.said("Amt"))
    if value is None or side is None:
        raise no_amount(node.line)
    if node.said("Amt/Ccy") not in ("", EURO):
        raise not_euros(node.line)
    return side * value


def _said_day(node: Node, *paths: str) -> date | None:
    written = node.said(*paths)
    if not written:
        return None
    # A zone may stand behind: 2018-02-02+01:00.
    read_day = day(written[:10])
    if read_day is None:
        raise no_day(node.line)
    return read_day
