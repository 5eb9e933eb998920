"""Statements of an account as banks write them, each in its own format and with its own habits.

What a format has no room for is cut or left out, as by the bank: ``KEEPS`` says what survives.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from xml.sax.saxutils import escape

from pipeline.ledger import Movement, Statement
from pipeline.money import cents_text

IBAN = "FR7630004000031234567890143"
"""An invented account: bank 30004, branch 00003, number 12345678901, key 43."""
BANK, BRANCH, NUMBER = IBAN[4:9], IBAN[9:14], IBAN[14:25]

KEEPS = {
    "cfonb120": {"payer", "account", "opening", "closing", "days"},
    "ofx1": {"payer", "account", "closing", "days"},
    "ofx2": {"payer", "account", "closing", "days"},
    "camt053": {"payer", "account", "opening", "closing", "days"},
    "qif": {"payer"},
    "bpce": {"payer"},
    "banque_postale": {"account", "closing", "last"},
    "credit_agricole": {"account", "closing", "days"},
    "credit_mutuel": {"opening", "closing"},
}
"""Of each format, what it has a place of its own for. Where there is none for the payer, the name
stands in the label; days are otherwise those of the movements."""
FORMATS = tuple(KEEPS)
TEXT_WIDTH = 140
"""Characters of a label that every format has room for, as SEPA transfers have."""


def write(
    name: str,
    statement: Statement,
    *,
    encoding: str = "cp1252",
    end: str = "\r\n",
    newest_first: bool | None = None,
) -> bytes:
    """The file that a bank gives for ``statement``; ``name`` is one of ``FORMATS``.

    ``newest_first`` puts the last movement above, or below; None leaves that to the habit of the
    bank. What is not in ``encoding`` becomes ``?``. Balances are invented where the statement has
    none and the format needs them; CFONB without line ends is ``end=""``.
    """
    latest = name in _NEWEST_FIRST if newest_first is None else newest_first
    movements = sorted(statement.movements, key=lambda m: m.day, reverse=latest)
    lines = _WRITERS[name](statement, movements, encoding)
    return (end.join(lines) + end).encode(encoding, "replace")


def statement(
    movements: Iterable[Movement],
    *,
    account: str = IBAN,
    opening_cents: int | None = 100_000,
    first: date | None = None,
    last: date | None = None,
) -> Statement:
    """A statement whose balances fit its movements."""
    moved = tuple(movements)
    days = [m.day for m in moved]
    return Statement(
        sha256="",
        format="",
        account=account,
        first=first or min(days),
        last=last or max(days),
        movements=moved,
        opening_cents=opening_cents,
        closing_cents=None
        if opening_cents is None
        else opening_cents + sum(m.amount_cents for m in moved),
    )


def _opening(statement: Statement) -> int:
    return 100_000 if statement.opening_cents is None else statement.opening_cents


def _closing(statement: Statement) -> int:
    return _opening(statement) + sum(m.amount_cents for m in statement.movements)


def _comma(cents: int, *, plus: str = "", thousands: str = "") -> str:
    sign = "-" if cents < 0 else plus
    return f"{sign}{abs(cents) // 100:,}".replace(",", thousands) + f",{abs(cents) % 100:02d}"


def _registered(encoding: str) -> str:
    return "windows-1252" if encoding == "cp1252" else encoding


def _kind(movement: Movement) -> str:
    return "VIR SEPA" if movement.amount_cents > 0 else "PRLV SEPA"


def _cfonb120(statement: Statement, movements: list[Movement], encoding: str) -> list[str]:
    def record(code: str, day: date, middle: str, amount: str, rest: str = "") -> str:
        account = f"{code}{BANK}    {BRANCH}EUR2 {NUMBER}  {day:%d%m%y}"
        return f"{account}{middle:<50}{amount:<14}{rest:<16}"

    def overpunched(cents: int) -> str:
        digits = f"{abs(cents):014d}"
        return digits[:-1] + ("}JKLMNOPQR" if cents < 0 else "{ABCDEFGHI")[int(digits[-1])]

    before = statement.first - timedelta(days=1)
    lines = [record("01", before, "", overpunched(_opening(statement)))]
    for number, moved in enumerate(movements, 1):
        label = f"{_kind(moved)} {moved.payer or moved.label}"[:31]
        head = f"  {moved.day:%d%m%y}{label:<31}  {number:07d} 0"
        lines.append(record("04", moved.day, head, overpunched(moved.amount_cents)))
        name = "NPY" if moved.amount_cents > 0 else "NBE"
        details = {
            name: moved.payer[:70],
            "LCC": moved.label[:70],
            "LC2": moved.label[70:140],
            "LIB": "",
        }
        for qualifier, text in details.items():
            if text:
                lines.append(record("05", moved.day, f"     {qualifier}{text:<70}", "")[:120])
    lines.append(record("07", statement.last, "", overpunched(_closing(statement))))
    return lines


_OFX1_HEAD = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:{encoding}
CHARSET:{charset}
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE
"""


def _ofx1(statement: Statement, movements: list[Movement], encoding: str) -> list[str]:
    wide = encoding.startswith("utf")
    head = _OFX1_HEAD.format(
        encoding="UTF-8" if wide else "USASCII", charset="NONE" if wide else "1252"
    )
    return [*head.splitlines(), "", *_ofx(statement, movements, closed=False)]


def _ofx2(statement: Statement, movements: list[Movement], encoding: str) -> list[str]:
    return [
        f'<?xml version="1.0" encoding="{_registered(encoding)}" standalone="no"?>',
        '<?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>',
        *_ofx(statement, movements, closed=True),
    ]


def _ofx(statement: Statement, movements: list[Movement], *, closed: bool) -> list[str]:
    def leaf(tag: str, text: str) -> str:
        return f"<{tag}>{escape(text)}" + (f"</{tag}>" if closed else "")

    def moment(day: date) -> str:
        return f"{day:%Y%m%d}" + ("120000.000[+1:CET]" if closed else "")

    lines = [
        "<OFX><SIGNONMSGSRSV1><SONRS><STATUS>",
        *(leaf("CODE", "0"), leaf("SEVERITY", "INFO"), "</STATUS>"),
        *(leaf("DTSERVER", moment(statement.last)), leaf("LANGUAGE", "FRA")),
        "</SONRS></SIGNONMSGSRSV1>",
        "<BANKMSGSRSV1><STMTTRNRS>",
        *(leaf("TRNUID", "0"), "<STMTRS>", leaf("CURDEF", "EUR"), "<BANKACCTFROM>"),
        *(leaf("BANKID", BANK), leaf("BRANCHID", BRANCH), leaf("ACCTID", NUMBER)),
        *(leaf("ACCTTYPE", "CHECKING"), "</BANKACCTFROM>", "<BANKTRANLIST>"),
        *(leaf("DTSTART", moment(statement.first)), leaf("DTEND", moment(statement.last))),
    ]
    for number, moved in enumerate(movements, 1):
        amount = cents_text(moved.amount_cents)
        lines += [
            "<STMTTRN>",
            leaf("TRNTYPE", "CREDIT" if moved.amount_cents > 0 else "DEBIT"),
            leaf("DTPOSTED", moment(moved.day)),
            leaf("TRNAMT", amount if closed else f"{moved.amount_cents / 100:+.2f}"),
            leaf("FITID", moved.bank_id or f"{moved.day:%Y%m%d}{number:06d}"),
            leaf("NAME", (moved.payer or moved.label)[:32]),
            leaf("MEMO", moved.label[:255]),
            "</STMTTRN>",
        ]
    return [
        *(*lines, "</BANKTRANLIST>", "<LEDGERBAL>"),
        *(leaf("BALAMT", cents_text(_closing(statement))), leaf("DTASOF", moment(statement.last))),
        *("</LEDGERBAL>", "<AVAILBAL>", leaf("BALAMT", "0.00")),
        *(leaf("DTASOF", moment(statement.last)), "</AVAILBAL>"),
        "</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>",
    ]


def _camt053(statement: Statement, movements: list[Movement], encoding: str) -> list[str]:
    def money(cents: int) -> str:
        side = "DBIT" if cents < 0 else "CRDT"
        amount = f'<Amt Ccy="EUR">{cents_text(abs(cents))}</Amt>'
        return f"{amount}<CdtDbtInd>{side}</CdtDbtInd>"

    def balance(code: str, cents: int, day: date) -> str:
        kind = f"<Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        return f"<Bal>{kind}{money(cents)}<Dt><Dt>{day}</Dt></Dt></Bal>"

    first, last = statement.first, statement.last
    lines = [
        f'<?xml version="1.0" encoding="{_registered(encoding)}"?>',
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">',
        "<BkToCstmrStmt><GrpHdr><MsgId>RELEVE1</MsgId>",
        f"<CreDtTm>{last}T23:00:00+01:00</CreDtTm></GrpHdr>",
        f"<Stmt><Id>1</Id><CreDtTm>{last}T23:00:00+01:00</CreDtTm>",
        f"<FrToDt><FrDtTm>{first}T00:00:00</FrDtTm><ToDtTm>{last}T23:59:59</ToDtTm></FrToDt>",
        f"<Acct><Id><IBAN>{statement.account or IBAN}</IBAN></Id><Ccy>EUR</Ccy></Acct>",
        balance("OPBD", _opening(statement), first),
        balance("CLBD", _closing(statement), last),
    ]
    for number, moved in enumerate(movements, 1):
        side = "Dbtr" if moved.amount_cents > 0 else "Cdtr"
        party = f"<{side}><Nm>{escape(moved.payer[:70])}</Nm></{side}>" if moved.payer else ""
        words = moved.label[:TEXT_WIDTH]
        remittance = f"<RmtInf><Ustrd>{escape(words)}</Ustrd></RmtInf>" if words else ""
        reference = escape(moved.bank_id or f"{moved.day:%Y%m%d}{number:06d}")
        lines += [
            f"<Ntry>{money(moved.amount_cents)}<Sts>BOOK</Sts>",
            f"<BookgDt><Dt>{moved.day}</Dt></BookgDt><ValDt><Dt>{moved.day}</Dt></ValDt>",
            f"<AcctSvcrRef>{reference}</AcctSvcrRef>",
            "<BkTxCd><Prtry><Cd>VIR</Cd></Prtry></BkTxCd>",
            "<NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>",
            f"<RltdPties>{party}</RltdPties>{remittance}</TxDtls></NtryDtls></Ntry>",
        ]
    return [*lines, "</Stmt></BkToCstmrStmt></Document>"]


def _qif(statement: Statement, movements: list[Movement], encoding: str) -> list[str]:
    lines = ["!Type:Bank"]
    for moved in movements:
        lines += [f"D{moved.day:%d/%m/%y}", f"T{_comma(moved.amount_cents, thousands=' ')}"]
        lines += [f"P{moved.payer or _kind(moved)}", f"M{moved.label[:TEXT_WIDTH]}", "^"]
    return lines


def _rows(rows: Iterable[Iterable[str]]) -> list[str]:
    return [
        ";".join(
            '"' + cell.replace('"', '""') + '"' if set(cell) & set(';"\r\n') else cell
            for cell in row
        )
        for row in rows
    ]


_BPCE = (
    "Date de comptabilisation;Libelle simplifie;Libelle operation;Reference;"
    "Informations complementaires;Type operation;Categorie;Sous categorie;Debit;Credit;"
    "Date operation;Date de valeur;Pointage operation"
)


def _bpce(statement: Statement, movements: list[Movement], encoding: str) -> list[str]:
    def row(moved: Movement) -> list[str]:
        day, amount = f"{moved.day:%d/%m/%Y}", _comma(moved.amount_cents, plus="+")
        credit = moved.amount_cents >= 0
        kind = "Virement recu" if credit else "Prelevement"
        simple, operation = moved.payer or _kind(moved), f"{_kind(moved)} {moved.payer}".strip()
        text, theme = moved.label[:TEXT_WIDTH], "A categoriser"
        amounts = ["", amount] if credit else [amount, ""]
        head = [day, simple, operation, moved.bank_id, text, kind, theme, theme]
        return [*head, *amounts, day, day, "0"]

    return [_BPCE, *_rows(map(row, movements))]


def _banque_postale(statement: Statement, movements: list[Movement], encoding: str) -> list[str]:
    francs = 6.55957
    closing = _closing(statement)
    rows = [
        [
            f"{moved.day:%d/%m/%Y}",
            f"{'VIREMENT DE' if moved.amount_cents > 0 else 'VIREMENT POUR'} "
            f"{moved.payer} {moved.label[:TEXT_WIDTH]} ",
            _comma(moved.amount_cents),
            _comma(round(moved.amount_cents * francs)),
        ]
        for moved in movements
    ]
    return [
        f"Numéro Compte   ;{NUMBER}",
        "Type         ;CCP",
        "Compte tenu en  ;euros",
        f"Date            ;{statement.last:%d/%m/%Y}",
        f"Solde (EUROS)   ;{_comma(closing)}",
        f"Solde (FRANCS)  ;{_comma(round(closing * francs))}",
        "",
        "Date;Libellé;Montant(EUROS);Montant(FRANCS)",
        *_rows(rows),
    ]


def _credit_agricole(statement: Statement, movements: list[Movement], encoding: str) -> list[str]:
    def row(moved: Movement) -> list[str]:
        credit = moved.amount_cents >= 0
        amount = _comma(abs(moved.amount_cents), thousands="\u00a0")
        kind = "VIREMENT EN VOTRE FAVEUR" if credit else "PRELEVEMENT"
        label = f"{kind}             \n{moved.payer}\n{moved.label[:TEXT_WIDTH]}\n"
        return [f"{moved.day:%d/%m/%Y}", label, *(["", amount] if credit else [amount, ""]), ""]

    first, last = f"{statement.first:%d/%m/%Y}", f"{statement.last:%d/%m/%Y}"
    balance = _comma(_closing(statement), thousands="\u00a0")
    return [
        f"Téléchargement du {last};",
        "",
        "ASSOCIATION DES ESSAIS",
        f"Compte de Dépôt n° {NUMBER};",
        f"Solde au {last} {balance} €",
        "",
        f"Liste des opérations du compte entre le {first} et le {last};",
        "",
        "Date;Libellé;Débit euros;Crédit euros;",
        *_rows(map(row, movements)),
    ]


def _credit_mutuel(statement: Statement, movements: list[Movement], encoding: str) -> list[str]:
    newest_first = len(movements) > 1 and movements[0].day > movements[-1].day
    chronological = movements[::-1] if newest_first else movements
    balance, rows = _opening(statement), []
    for moved in chronological:
        balance += moved.amount_cents
        day, amount = f"{moved.day:%d/%m/%Y}", _comma(moved.amount_cents)
        amounts = ["", amount] if moved.amount_cents >= 0 else [amount, ""]
        label = f"{_kind(moved)} {moved.payer} {moved.label[:TEXT_WIDTH]}"
        rows.append([day, day, *amounts, label, _comma(balance)])
    return [
        "Date;Date de valeur;Débit;Crédit;Libellé;Solde",
        *_rows(rows[::-1] if newest_first else rows),
    ]


_NEWEST_FIRST = {"bpce", "banque_postale", "credit_agricole", "credit_mutuel"}
_WRITERS: dict[str, Callable[[Statement, list[Movement], str], list[str]]] = {
    "cfonb120": _cfonb120,
    "ofx1": _ofx1,
    "ofx2": _ofx2,
    "camt053": _camt053,
    "qif": _qif,
    "bpce": _bpce,
    "banque_postale": _banque_postale,
    "credit_agricole": _credit_agricole,
    "credit_mutuel": _credit_mutuel,
}
