"""``payments.csv``, and the sheet Paiements: what came, what it pays, and what waits."""

from dataclasses import replace
from datetime import date, datetime

from builders import registration
from tables import HOSTILE, everything, row
from test_workbook import opened, table

from pipeline.decisions import MACHINE, Act
from pipeline.exporters import payments
from pipeline.ledger import Ledger, Movement, PaidBy, Ruling, Taking, Waits
from pipeline.snapshot import Snapshot


def day(of_january: int) -> date:
    return date(2018, 1, of_january)


FIRST, SECOND = "0123456789ab-1", "0123456789ab-2"


def the_snapshot() -> Snapshot:
    pays = ((FIRST, 8420),)
    ledger = Ledger(
        (
            (
                Movement(day(15), 8420, "ESAT", "RF15", number=1),
                Ruling("m1", 1, Act.PAYS, pays, who=MACHINE),
            ),
            (Movement(day(16), 8419, "", "VIR ESAT", number=2), Ruling("m2")),
            (
                Movement(day(17), -450, "", "FRAIS", number=3),
                Ruling("m3", 2, Act.UNRELATED, reason="frais", who="Ana"),
            ),
            (
                Movement(day(18), 8420, "", "REMISE CHEQUES", number=4),
                Ruling("m4", 3, Act.DEPOSITED, slip=1, who="Ana"),
            ),
        ),
        (
            (
                Taking(day(12), 8420, PaidBy.CHEQUE, "M. Roux", "0012345", "BPCE", 1),
                Ruling("t1", 4, Act.PAYS, ((SECOND, 4000), (FIRST, 4420)), 1, day(14), who="Ana"),
            ),
            (Taking(day(12), 100, PaidBy.CASH, number=2), Ruling("t2", 5, None, who="Ana")),
        ),
    )
    rows = everything(row(registration()), row(registration(), 2))
    candidates = (((SECOND, 8420),), ((FIRST, 4000), (SECOND, 4419)))
    return replace(rows, ledger=ledger, waits={2: Waits("À un centime près.", candidates)})


def test_payments_csv_to_the_letter() -> None:
    assert payments.render(the_snapshot()) == (
        "movement,date,amount,payer,label,state,registrations,amounts,candidates,reason\n"
        f"t1,2018-01-12,84.20,M. Roux,chèque 0012345 BPCE,confirmed,{SECOND} | {FIRST},"
        "40.00 | 44.20,,Remise n° 1.\n"
        f"m1,2018-01-15,84.20,ESAT,RF15,matched,{FIRST},84.20,,\n"
        f"m2,2018-01-16,84.19,,VIR ESAT,to decide,,,{SECOND} | {FIRST}+{SECOND},"
        "À un centime près.\n"
        "m3,2018-01-17,-4.50,,FRAIS,unrelated,,,,frais\n"
        "m4,2018-01-18,84.20,,REMISE CHEQUES,confirmed,,,,Remise n° 1.\n"
    )


def test_the_sheet_names_fiches_by_reference_and_service() -> None:
    noted, matched, waits, fee, deposit = table(the_snapshot(), "Paiements")
    assert (noted["Mode"], noted["État"], noted["Montant"]) == ("chèque", "confirmé", 84.2)
    assert noted["Fiches"] == "RF85 0123 4567 2 ESAT du Moulin\nRF15 0123 4567 1 ESAT du Moulin"
    assert noted["Montants"] == "40,00 + 44,20"
    assert (matched["Date"], matched["État"]) == (datetime(2018, 1, 15), "rapproché")  # noqa: DTZ001
    assert matched["Montants"] == 84.2
    assert (waits["État"], waits["Motif"]) == ("à décider", "À un centime près.")
    assert str(waits["Fiches possibles"]).count("\n") == 1
    assert (fee["Montant"], fee["État"]) == (-4.5, "sans rapport")
    assert deposit["Motif"] == "Remise n° 1."


def test_what_a_bank_writes_is_no_formula() -> None:
    hostile = tuple(
        (Movement(day(15), 1, text, text, number=n), Ruling(f"m{n}"))
        for n, text in enumerate(HOSTILE, start=1)
    )
    shown = replace(the_snapshot(), ledger=Ledger(hostile), waits={})
    page = opened(shown)["Paiements"]
    assert page.max_row == len(HOSTILE) + 1
    assert all(cell.data_type != "f" and not cell.hyperlink for line in page.rows for cell in line)
    assert not [line for line in payments.render(shown).split("\n")[1:] if ",=" in line]
