"""Files as banks really give them, written by hand: the habits that each format has."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipeline.errors import StatementError
from pipeline.ledger import Movement, Statement
from pipeline.statements import read

Reads = Callable[[str], Statement]


@pytest.fixture(name="reads")
def _reads(tmp_path: Path) -> Reads:
    def reads(text: str) -> Statement:
        path = tmp_path / "releve"
        path.write_bytes(text.encode("cp1252"))
        return read(path)

    return reads


def refused(reads: Reads, text: str, says: str) -> None:
    with pytest.raises(StatementError, match=says):
        reads(text)


def record(code: str, day: str, middle: str = "", amount: str = "", *, head: str = "2 ") -> str:
    account = f"{code}30004    00003EUR{head}12345678901  {day}"
    return f"{account}{middle:<50}{amount:<30}"[:120].ljust(120)


def moved(day: str, label: str, amount: str, number: int = 0) -> str:
    return record("04", day, f"  {day}{label:<31}  {number:07d} 0", amount)


def detail(day: str, qualifier: str, text: str) -> str:
    return record("05", day, f"     {qualifier}{text}"[:50], f"     {qualifier}{text}"[50:])


OPENED = record("01", "310118", amount="0000000010000{")
VIREMENT = moved("020218", "VIR SEPA ESAT DU CHENE", "0000000001363{")
CLOSED = record("07", "280218", amount="0000000011363{")


def test_cfonb_without_line_ends_is_read(reads: Reads) -> None:
    got = reads(OPENED + VIREMENT + CLOSED)
    assert [(m.day, m.amount_cents) for m in got.movements] == [(date(2018, 2, 2), 13630)]
    assert (got.opening_cents, got.closing_cents) == (100000, 113630)
    assert (got.first, got.last) == (date(2018, 2, 1), date(2018, 2, 28))
    assert got.account == "300040000312345678901"
    assert got.movements[0].bank_id == ""


def test_cfonb_whose_blanks_at_the_ends_of_lines_are_lost_is_read(reads: Reads) -> None:
    text = "\n".join(line.rstrip() for line in (OPENED, VIREMENT, CLOSED))
    assert reads(text).closing_cents == 113630


@pytest.mark.parametrize(
    ("amount", "cents"),
    [
        ("0000000001363{", 13630),
        ("0000000001363}", -13630),
        ("0000000001363A", 13631),
        ("0000000001363I", 13639),
        ("0000000001363J", -13631),
        ("0000000001363R", -13639),
        ("0000000001363é", 13630),
        ("0000000001363è", -13630),
    ],
)
def test_the_last_digit_of_cfonb_has_the_sign(reads: Reads, amount: str, cents: int) -> None:
    closing = abs(100000 + cents)
    punched = f"{closing // 10:013d}" + "{ABCDEFGHI"[closing % 10]
    lines = OPENED, moved("020218", "VIR", amount), record("07", "280218", amount=punched)
    assert reads("\n".join(lines)).movements[0].amount_cents == cents


def test_cfonb_says_how_many_decimals_an_amount_has(reads: Reads) -> None:
    lines = [line.replace("EUR2 ", "EUR3 ") for line in (OPENED, VIREMENT, CLOSED)]
    assert reads("\n".join(lines)).movements[0].amount_cents == 1363
    bad = VIREMENT.replace("0000000001363{", "0000000001363A").replace("EUR2 ", "EUR3 ")
    refused(reads, "\n".join((lines[0], bad, lines[2])), "line 2: the amount cannot be read")


def test_what_cfonb_adds_to_a_movement_is_its_payer_and_label(reads: Reads) -> None:
    text = "INSCRIPTIONS A LA JOURNEE DU 2 FEVRIER 2018, REFERENCE RF92 3FA9 C2D4 1 ET SUITE"
    details = [
        detail("020218", "NPY", "ESAT DU CHENE"),
        detail("020218", "NBE", "ASSOCIATION DES ESSAIS"),
        detail("020218", "LCC", text[:70]),
        detail("020218", "LC2", text[70:]),
        detail("020218", "RCN", f"{'NOTPROVIDED':<35}FORMATION"),
        detail("020218", "XYZ", "RIEN"),
    ]
    got = reads("\r\n".join((OPENED, VIREMENT, *details, CLOSED))).movements[0]
    assert got.payer == "ESAT DU CHENE"
    assert got.label == f"VIR SEPA ESAT DU CHENE {text} FORMATION"


def test_of_a_debit_cfonb_names_who_was_paid(reads: Reads) -> None:
    paid = moved("020218", "VIR SEPA", "0000000001363}", number=12)
    names = detail("020218", "NPY", "ASSOCIATION DES ESSAIS"), detail("020218", "NBE", "TRAITEUR")
    closed = record("07", "280218", amount="0000000008637{")
    got = reads("\n".join((OPENED, paid, *names, closed))).movements[0]
    assert (got.payer, got.bank_id) == ("TRAITEUR", "0000012")


def test_sections_of_cfonb_follow_one_another_whatever_their_order(reads: Reads) -> None:
    march = [
        record("01", "280218", amount="0000000011363{"),
        moved("050318", "PRLV", "0000000001363}"),
        record("07", "310318", amount="0000000010000{"),
    ]
    for lines in ([OPENED, VIREMENT, CLOSED, *march], [*march, OPENED, VIREMENT, CLOSED]):
        got = reads("\n".join(lines))
        assert [m.amount_cents for m in got.movements] == [13630, -13630]
        assert (got.first, got.last) == (date(2018, 2, 1), date(2018, 3, 31))
        assert (got.opening_cents, got.closing_cents) == (100000, 100000)


def test_a_gap_between_sections_is_refused(reads: Reads) -> None:
    april = [
        record("01", "310318", amount="0000000010000{"),
        record("07", "300418", amount="0000000010000{"),
    ]
    says = r"comes to 1.136,30.*writes 1.000,00"
    refused(reads, "\n".join((OPENED, VIREMENT, CLOSED, *april)), says)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ((OPENED, VIREMENT), "line 2: the file ends"),
        ((OPENED, OPENED, CLOSED), "line 2: a record 01 or 07 is missing"),
        ((CLOSED,), "line 1: a record 01 or 07 is missing"),
        ((OPENED, detail("020218", "NPY", "X"), CLOSED), "line 2: a record that has no place"),
        ((OPENED, VIREMENT.replace("020218", "310218"), CLOSED), "line 2: the date"),
        ((OPENED, VIREMENT.replace("1363{", "1363*"), CLOSED), "line 2: the amount"),
        ((OPENED, VIREMENT.replace("EUR", "USD"), CLOSED), "line 2: it is not in euros"),
        ((OPENED, VIREMENT.replace("12345678901", "12345678902"), CLOSED), "line 2: its account"),
        ((OPENED, "99" + VIREMENT[2:], CLOSED), "line 2: a record that has no place"),
    ],
)
def test_cfonb_that_is_damaged_says_where(reads: Reads, lines: tuple[str, ...], says: str) -> None:
    refused(reads, "\r\n".join(lines), says)


SGML = """OFXHEADER:100
DATA:OFXSGML
ENCODING:USASCII
CHARSET:1252

<OFX><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0</STATUS><STMTRS><CURDEF>EUR
<BANKACCTFROM><BANKID>30004<BRANCHID>00003<ACCTID>12345678901<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20180201<DTEND>20180228235959
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20180202<TRNAMT>+136,30<FITID>A1<NAME>ESAT DU CHENE
<MEMO>INSCRIPTION A & B</STMTTRN>
<STMTTRN><TRNTYPE>CHECK<DTPOSTED>20180205120000[+1:CET]<TRNAMT>-1136,3<FITID>A2<CHECKNUM>123
<NAME><MEMO></STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>1 000,00<DTASOF>20180228</LEDGERBAL>
<AVAILBAL><BALAMT>5,00<DTASOF>20180228</AVAILBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""


def test_ofx_without_closing_tags_and_with_commas_is_read(reads: Reads) -> None:
    got = reads(SGML)
    assert got.movements == (
        Movement(date(2018, 2, 2), 13630, "ESAT DU CHENE", "INSCRIPTION A & B", "A1"),
        Movement(date(2018, 2, 5), -113630, "", "123", "A2"),
    )
    assert (got.first, got.last) == (date(2018, 2, 1), date(2018, 2, 28))
    assert (got.opening_cents, got.closing_cents) == (None, 100000)


@pytest.mark.parametrize(
    ("bank", "branch", "number", "account"),
    [
        ("30004", "00003", "12345678901", "300040000312345678901"),
        ("30004", "00003", "1234567890143", "300040000312345678901"),
        ("30004", "00003", "30004000031234567890143", "300040000312345678901"),
        ("30004", "00003", "FR7630004000031234567890143", "FR7630004000031234567890143"),
        ("30004", "", "12345678901", "12345678901"),
        ("20041", "01005", "0500013M026", "20041010050500013M026"),
        ("30004", "00003", "1234567", "1234567"),
    ],
)
def test_the_account_of_ofx_is_whole_where_its_parts_are(
    reads: Reads, bank: str, branch: str, number: str, account: str
) -> None:
    text = SGML.replace("<BANKID>30004", f"<BANKID>{bank}")
    text = text.replace("<BRANCHID>00003", f"<BRANCHID>{branch}")
    assert reads(text.replace("<ACCTID>12345678901", f"<ACCTID>{number}")).account == account


@pytest.mark.parametrize("day", ["20180315", "20180204"])
def test_a_balance_of_another_day_is_not_that_of_the_last(reads: Reads, day: str) -> None:
    assert reads(SGML.replace("<DTASOF>20180228", f"<DTASOF>{day}")).closing_cents is None


def test_a_balance_after_the_last_movement_is_that_of_the_last_day(reads: Reads) -> None:
    assert reads(SGML.replace("<DTASOF>20180228", "<DTASOF>20180206")).closing_cents == 100000


def test_other_names_and_characters_of_ofx_are_read(reads: Reads) -> None:
    text = SGML.replace("<NAME>ESAT DU CHENE", "<PAYEE><NAME>Foyer L&apos;&Eacute;toile</PAYEE>")
    text = text.replace("INSCRIPTION A & B", "<![CDATA[A <B> &amp; C]]>&#233;&amp;lt;")
    got = reads(text).movements[0]
    assert got.payer == "Foyer L'&Eacute;toile"
    assert got.label == "A <B> &amp; Cé&lt;"


def test_a_card_beside_the_account_is_left_out(reads: Reads) -> None:
    card = "<CREDITCARDMSGSRSV1><CCSTMTTRNRS><CCSTMTRS><CURDEF>EUR<CCACCTFROM><ACCTID>4970"
    card += "</CCACCTFROM><BANKTRANLIST><STMTTRN><DTPOSTED>20180202<TRNAMT>-1,00</STMTTRN>"
    card += "</BANKTRANLIST></CCSTMTRS></CCSTMTTRNRS></CREDITCARDMSGSRSV1></OFX>"
    assert len(reads(SGML.replace("</OFX>", card)).movements) == 2
    refused(reads, "OFXHEADER:100\n<OFX>" + card, "holds no account")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("<CURDEF>EUR", "<CURDEF>CHF", "line 6: it is not in euros"),
        ("<FITID>A1", "<CURRENCY><CURSYM>USD</CURRENCY>", "line 9: it is not in euros"),
        ("+136,30", "136,3O", "line 9: the amount"),
        ("+136,30", "136.30", "line 9: the amount"),
        ("1 000,00", "x", "line 13: the amount"),
        ("<DTPOSTED>20180202", "<DTPOSTED>20180232", "line 9: the date"),
        ("<DTPOSTED>20180202", "", "line 9: the date"),
        ("</OFX>", "", "the file ends"),
        ("</STMTTRN>\n<STMTTRN>", "", "line 10: two movements"),
        ("</STMTTRN>\n<STMTTRN>", "\n<STMTTRN>", "line 13: <BANKTRANLIST> is not closed"),
    ],
)
def test_ofx_that_is_damaged_says_where(reads: Reads, old: str, new: str, says: str) -> None:
    assert old in SGML
    refused(reads, SGML.replace(old, new, 1), says)


CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<n:Document xmlns:n="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><n:BkToCstmrStmt><n:Stmt>
<n:Acct><n:Id><n:IBAN>FR76 3000 4000 0312 3456 7890 143</n:IBAN></n:Id></n:Acct>
<n:Bal><n:Tp><n:CdOrPrtry><n:Cd>PRCD</n:Cd></n:CdOrPrtry></n:Tp><n:Amt Ccy="EUR">10.5</n:Amt>
<n:CdtDbtInd>DBIT</n:CdtDbtInd><n:Dt><n:Dt>2018-01-31</n:Dt></n:Dt></n:Bal>
<n:Bal><n:Tp><n:CdOrPrtry><n:Cd>CLBD</n:Cd></n:CdOrPrtry></n:Tp><n:Amt Ccy="EUR">125.80</n:Amt>
<n:CdtDbtInd>CRDT</n:CdtDbtInd><n:Dt><n:DtTm>2018-02-28T23:00:00Z</n:DtTm></n:Dt></n:Bal>
<n:Ntry><n:NtryRef>7</n:NtryRef><n:Amt Ccy="EUR">136.30</n:Amt><n:CdtDbtInd>CRDT</n:CdtDbtInd>
<n:Sts><n:Cd>BOOK</n:Cd></n:Sts><n:BookgDt><n:DtTm>2018-02-02T10:00:00+01:00</n:DtTm></n:BookgDt>
<n:NtryDtls>
<n:TxDtls><n:Refs><n:EndToEndId>E2E-1</n:EndToEndId></n:Refs><n:Amt Ccy="EUR">60.00</n:Amt>
<n:RltdPties><n:Dbtr><n:Pty><n:Nm>ESAT du Chene</n:Nm></n:Pty></n:Dbtr></n:RltdPties>
<n:RmtInf><n:Ustrd>Inscription</n:Ustrd><n:Ustrd>au nom de</n:Ustrd></n:RmtInf></n:TxDtls>
<n:TxDtls><n:Refs><n:EndToEndId>NOTPROVIDED</n:EndToEndId></n:Refs><n:Amt Ccy="EUR">76.30</n:Amt>
<n:RltdPties><n:Dbtr><n:Nm>Foyer &amp; Cie</n:Nm></n:Dbtr><n:Cdtr><n:Nm>Nous</n:Nm></n:Cdtr>
</n:RltdPties><n:RmtInf><n:Strd><n:CdtrRefInf><n:Ref>RF923FA9C2D41</n:Ref></n:CdtrRefInf></n:Strd>
</n:RmtInf></n:TxDtls></n:NtryDtls><n:AddtlNtryInf>VIREMENTS RECUS</n:AddtlNtryInf></n:Ntry>
<n:Ntry><n:Amt Ccy="EUR">99.00</n:Amt><n:CdtDbtInd>CRDT</n:CdtDbtInd><n:Sts>PDNG</n:Sts>
<n:BookgDt><n:Dt>2018-02-03</n:Dt></n:BookgDt></n:Ntry>
</n:Stmt></n:BkToCstmrStmt></n:Document>
"""


def test_an_entry_of_camt_is_one_movement_however_many_transfers_it_holds(reads: Reads) -> None:
    got = reads(CAMT)
    label = "E2E-1 RF923FA9C2D41 VIREMENTS RECUS"
    assert got.movements == (
        Movement(
            date(2018, 2, 2),
            13630,
            "ESAT du Chene, Foyer & Cie",
            "Inscription au nom de " + label,
            "7",
        ),
    )
    assert (got.opening_cents, got.closing_cents) == (-1050, 12580)
    assert (got.first, got.last) == (date(2018, 2, 1), date(2018, 2, 28))
    assert got.account == "FR7630004000031234567890143"


def test_statements_of_camt_follow_one_another(reads: Reads) -> None:
    stmt = CAMT[CAMT.index("<n:Stmt>") : CAMT.index("</n:Stmt>") + len("</n:Stmt>")]
    march = stmt.replace("10.5<", "125.80<").replace("DBIT", "CRDT").replace("2018-02", "2018-03")
    march = (
        march.replace("2018-01-31", "2018-02-28")
        .replace("125.80<", "262.10<")
        .replace("262.10<", "125.80<", 1)
    )
    got = reads(CAMT.replace(stmt, stmt + march))
    assert [m.day for m in got.movements] == [date(2018, 2, 2), date(2018, 3, 2)]
    assert (got.opening_cents, got.closing_cents) == (-1050, 26210)
    refused(reads, CAMT.replace(stmt, march + stmt.replace("10.5<", "10.6<")), "comes to")


@pytest.mark.parametrize("version", ["001.02", "001.13"])
def test_every_version_of_camt_is_read(reads: Reads, version: str) -> None:
    assert len(reads(CAMT.replace("001.08", version)).movements) == 1


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('Ccy="EUR">136.30', 'Ccy="USD">136.30', "line 8: it is not in euros"),
        (">136.30<", ">136,30<", "line 8: the amount"),
        (">136.30<", ">136.305<", "line 8: the amount"),
        ("<n:CdtDbtInd>CRDT</n:CdtDbtInd>\n<n:Sts>", "<n:Sts>", "line 8: the amount"),
        ("2018-02-02T10", "2018-02-30T10", "line 8: the date"),
        ("<n:Sts>PDNG</n:Sts>", "", "line 18: an entry without <Sts>"),
        ("</n:Stmt>", "", "line 20: the XML is damaged"),
        ("&amp;", "&eacute;", "line 15: the XML is damaged"),
    ],
)
def test_camt_that_is_damaged_says_where(reads: Reads, old: str, new: str, says: str) -> None:
    assert old in CAMT
    refused(reads, CAMT.replace(old, new, 1), says)


QIF = """!Account
NCompte courant
TBank
^
!Type:Bank
D02/03/2018
T136,30
CX
N0001234
PVIR ESAT DU CHENE
MINSCRIPTION
MDEUX PERSONNES
SFormation
EMoitie
$100,00
SRepas
$36,30
^
D5/3'18
U-1.136,30
PEDF
^
"""


def test_qif_is_read_with_the_day_first_and_the_comma_before_the_cents(reads: Reads) -> None:
    got = reads(QIF)
    text = "INSCRIPTION DEUX PERSONNES 0001234"
    assert got.movements == (
        Movement(date(2018, 3, 2), 13630, "VIR ESAT DU CHENE", text),
        Movement(date(2018, 3, 5), -113630, "EDF", ""),
    )


def test_amounts_of_qif_are_read_alike_in_the_whole_file(reads: Reads) -> None:
    got = reads("!Type:Bank\nD02/03/18\nT1,136\n^\nD02/03/18\nT1,136.30\n^\n")
    assert [m.amount_cents for m in got.movements] == [113600, 113630]
    mixed = "!Type:Bank\nD02/03/18\nT1,50\n^\nD02/03/18\nT2,50\n^\nD02/03/18\nT136.30\n^\n"
    refused(reads, mixed, "line 8: the amount")
    refused(reads, "!Type:Bank\nD02/03/18\nT1,136\n^\n", "line 2: the amount")


def test_the_opening_balance_of_qif_is_no_movement(reads: Reads) -> None:
    opened = "!Type:Bank\nD01/03/2018\nT50,00\nPOpening Balance\nL[Compte]\n^\n"
    got = reads(opened + "D02/03/2018\nT136,30\nPX\n^\n")
    assert [m.amount_cents for m in got.movements] == [13630]
    assert got.opening_cents == 5000


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (QIF.removesuffix("^\n"), "the file ends"),
        (QIF.replace("^\nD5", "D5"), "line 6: two movements"),
        (QIF + "!Type:Bank\n" + QIF, "several accounts"),
        ("!Type:Invst\n" + QIF, "line 1: what begins there is no account"),
        (QIF.replace("D5/3'18", "D5/13'18"), "line 19: the date"),
        (QIF.replace("^\n!Type:Bank", "!Type:Bank"), "line 4: the file ends"),
    ],
)
def test_qif_that_is_damaged_says_where(reads: Reads, text: str, says: str) -> None:
    refused(reads, text, says)
