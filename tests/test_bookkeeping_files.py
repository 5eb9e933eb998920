"""Both files of a batch, byte for byte."""

from dataclasses import replace
from datetime import date

import pytest
from booked import ACCOUNTING, DAY, batch_of, example, payment

from pipeline.bookkeeping.compare import due
from pipeline.bookkeeping.files import files
from pipeline.bookkeeping.numbering import numbered
from pipeline.bookkeeping.wanted import wanted
from pipeline.config import Accounting
from pipeline.ledger import Batch, PaidBy, Payment, Slip, Taking

BOOKED_ON = date(2018, 3, 1)
CHEQUE = Taking(DAY, 13630, PaidBy.CHEQUE, number=2)
SLIP = Slip(3, date(2018, 2, 1), (CHEQUE,))
_FEC_HEADS = (
    "JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\tCompAuxNum\t"
    "CompAuxLib\tPieceRef\tPieceDate\tEcritureLib\tDebit\tCredit\tEcritureLet\tDateLet\t"
    "ValidDate\tMontantdevise\tIdevise\r\n"
)
_PAHEKO_HEADS = (
    "Libellé;Date;Remarques;Numéro pièce comptable;Numéro compte;Libellé compte;Débit;Crédit;"
    "Référence ligne;Libellé ligne\r\n"
)


def batch(
    *payments: Payment, slips: tuple[Slip, ...] = (), accounting: Accounting = ACCOUNTING
) -> Batch:
    entries = wanted({"a": example()}, payments, slips, accounting)
    steps = due(entries, [], today=BOOKED_ON, until=None)
    bookings = numbered(steps, [], accounting)
    return batch_of(*bookings, day=BOOKED_ON, accounting=accounting)


def test_paheko_gets_the_example_as_it_imports_it() -> None:
    written = files(batch(payment("m1", ("a", 13630))))["paheko-2018.csv"]
    who = "IME Les Tilleuls, RF92 3FA9 C2D4 1"
    assert written.decode() == _PAHEKO_HEADS + (
        f"Virement, {who};12/01/2018;Fiches, lot 1;F2018-000001;"
        f"512;Banques;136,30;0,00;;Virement, {who}\r\n"
        f";;;;706;Prestations de services;0,00;60,00;;{who}, Adhérents × 2\r\n"
        f";;;;706;Prestations de services;0,00;40,00;;{who}, Non-adhérents × 1\r\n"
        f";;;;7088;Autres produits d'activités annexes;0,00;36,30;;{who}, Repas × 3\r\n"
    )


def test_other_programs_get_a_line_an_account_with_the_journal() -> None:
    given = batch(payment("t1", ("a", 100), by=PaidBy.CASH), slips=(SLIP,))
    who = "IME Les Tilleuls, RF92 3FA9 C2D4 1"
    cash = "CA\tCaisse\t1\t20180112\t"
    slip = "BQ\tBanque\t2\t20180201\t"
    piece = "\t\t\tF2018-00000"
    valid = "\t\t\t20180301\t\t\r\n"
    said = "Remise de chèques n° 3, 1 chèque"
    assert files(given)["ASSOFEC20181231.txt"].decode() == _FEC_HEADS + (
        f"{cash}530\tCaisse{piece}1\t20180112\tEspèces, {who}\t1,00\t0,00{valid}"
        f"{cash}4191\tClients - Avances et acomptes reçus{piece}1\t20180112"
        f"\t{who}, avance\t0,00\t1,00{valid}"
        f"{slip}512\tBanques{piece}2\t20180201\t{said}\t136,30\t0,00{valid}"
        f"{slip}5112\tChèques à encaisser{piece}2\t20180201\t{said}\t0,00\t136,30{valid}"
    )


def test_entries_stand_by_their_numbers() -> None:
    given = batch(payment("m1", ("a", 100)), payment("m2", ("a", 100)))
    assert files(replace(given, bookings=given.bookings[::-1])) == files(given)


def test_slips_are_not_for_paheko_which_makes_them_itself() -> None:
    both = files(batch(payment("t2", ("a", 13630), by=PaidBy.CHEQUE), slips=(SLIP,)))
    assert b"Remise" not in both["paheko-2018.csv"]
    assert both["ASSOFEC20181231.txt"].count(b"Remise") == 2
    assert set(files(batch(slips=(SLIP,)))) == {"ASSOFEC20181231.txt"}


@pytest.mark.parametrize(
    ("by", "journal"), [(PaidBy.TRANSFER, "BQ"), (PaidBy.CHEQUE, "CH"), (PaidBy.CASH, "CA")]
)
def test_money_has_its_journal(by: PaidBy, journal: str) -> None:
    written = files(batch(payment("m1", ("a", 13630), by=by)))["ASSOFEC20181231.txt"]
    assert {line[:2] for line in written.decode().splitlines()[1:]} == {journal}


def test_what_moves_no_money_has_a_journal_too() -> None:
    moved = payment("m2", ("a", -100), ("a", 100))
    written = files(batch(moved))["ASSOFEC20181231.txt"]
    assert written.decode().splitlines()[1].startswith("OD\tOpérations diverses\t1\t")


def test_each_accounting_year_has_its_own_pair() -> None:
    school = ACCOUNTING.model_copy(update={"first_day": "09-01", "siren": "732829320"})
    days = (date(2018, 8, 31), date(2018, 9, 1))
    given = [payment(f"m{place}", ("a", 100), day=day) for place, day in enumerate(days)]
    assert list(files(batch(*given, accounting=school))) == [
        "732829320FEC20180831.txt",
        "paheko-2017.csv",
        "732829320FEC20190831.txt",
        "paheko-2018.csv",
    ]


def test_a_batch_keeps_all_that_its_files_say() -> None:
    named = ACCOUNTING.model_copy(update={"labels": {"706": "Journées"}, "siren": "732829320"})
    given = batch(payment("m1", ("a", 13630)), accounting=named)
    assert "Journées" in files(given)["paheko-2018.csv"].decode()
    assert all(isinstance(value, str) for value in given.settings.values())
    assert files(given) == files(given)
