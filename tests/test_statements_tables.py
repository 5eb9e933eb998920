"""The CSVs of French banks by hand: what stands above and below the rows, and rows that are bad."""

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


BPCE = """Date de comptabilisation;Libelle simplifie;Libelle operation;Reference;\
Informations complementaires;Type operation;Categorie;Sous categorie;Debit;Credit;\
Date operation;Date de valeur;Pointage operation
28/02/2018;ESAT DU CHENE;VIR SEPA ESAT DU CHENE;17K10732335;RF92 3FA9 C2D4 1;Virement recu;\
A categoriser;Virement recu;;+2521,14;28/02/2018;28/02/2018;0
27/02/2018;TRAITEUR;CB TRAITEUR FACT 260218;;;Carte bancaire;Repas;Restaurant;-13,11;;\
26/02/2018;02/03/2018;0
"""


def test_bpce_is_read(reads: Reads) -> None:
    got = reads(BPCE)
    assert got.movements == (
        Movement(date(2018, 2, 27), -1311, "TRAITEUR", "CB TRAITEUR FACT 260218"),
        Movement(
            date(2018, 2, 28),
            252114,
            "ESAT DU CHENE",
            "VIR SEPA ESAT DU CHENE RF92 3FA9 C2D4 1",
            "17K10732335",
        ),
    )
    assert (got.account, got.opening_cents, got.closing_cents) == ("", None, None)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("-13,11", "13,11"),
        ("-13,11;;", "-13.11;0.00;"),
        (";;+2521,14", ";0,00;2 521,14"),
        ("27/02/2018;TRAITEUR", "27/02/18;TRAITEUR"),
        ("27/02/2018;TRAITEUR", "2018-02-27;TRAITEUR"),
        ("Date de comptabilisation", "DATE DE  COMPTABILISATION "),
        ("Libelle operation", '"Libellé opération"'),
    ],
)
def test_the_same_written_otherwise_is_the_same(reads: Reads, old: str, new: str) -> None:
    assert old in BPCE
    text = BPCE.replace(old, new)
    if "." in new:
        text = text.replace("2521,14", "2521.14")
    assert reads(text).movements == reads(BPCE).movements


@pytest.mark.parametrize("delimiter", ["\t", ","])
def test_cells_are_parted_by_tabs_or_commas_too(reads: Reads, delimiter: str) -> None:
    text = BPCE.replace("+2521,14", '"+2521,14"').replace("-13,11", '"-13,11"')
    assert reads(text.replace(";", delimiter)).movements == reads(BPCE).movements


def test_a_comma_that_parts_cells_cannot_be_that_of_the_cents(reads: Reads) -> None:
    refused(reads, BPCE.replace(";", ","), "line 2: it has more or fewer cells")


POSTALE = """Numéro Compte   ;0123456A020
Type         ;CCP
Compte tenu en  ;euros
Date            ;28/02/2018
Solde (EUROS)   ;1234,56
Solde (FRANCS)  ;8098,18

Date;Libellé;Montant(EUROS);Montant(FRANCS)
27/02/2018;"VIREMENT DE MME   NATHALIE ROCHE REFERENCE: 0190248000073017 ";850,00;5575,63
24/02/2018;"ACHAT CB ""CHEZ LULU"" 23.02.18";-680,00;-4460,51
"""


def test_la_banque_postale_says_account_day_and_balance_above_the_table(reads: Reads) -> None:
    got = reads(POSTALE)
    assert (got.account, got.closing_cents, got.opening_cents) == ("0123456A020", 123456, None)
    assert (got.first, got.last) == (date(2018, 2, 24), date(2018, 2, 28))
    assert [m.amount_cents for m in got.movements] == [-68000, 85000]
    assert got.movements[0].label == 'ACHAT CB "CHEZ LULU" 23.02.18'


def test_tabs_and_no_francs_are_read_as_well(reads: Reads) -> None:
    text = POSTALE.replace("Solde (FRANCS)  ;8098,18\n", "").replace(";Montant(FRANCS)", "")
    text = text.replace(";5575,63", "").replace(";-4460,51", "").replace(";", "\t")
    assert reads(text).movements == reads(POSTALE).movements
    assert reads(text).closing_cents == 123456


def test_a_balance_above_that_cannot_be_read_is_refused(reads: Reads) -> None:
    refused(reads, POSTALE.replace("1234,56", "12,34,56"), "line 5: the day or the balance")


AGRICOLE = """Téléchargement du 31/01/2018;

M. ET MME ESSAI
Compte de Dépôt carte n° 12345678901;
Solde au 31/01/2018 1\u00a0234,56 €

Liste des opérations du compte entre le 01/01/2018 et le 31/01/2018;

Date;Libellé;Débit euros;Crédit euros;
30/01/2018;"VIREMENT EN VOTRE FAVEUR
ESAT DU CHENE
RF92 3FA9 C2D4 1
";;1\u00a0136,30;
05/01/2018;"PRELEVEMENT   EDF
";23,40;;
"""


def test_credit_agricole_writes_labels_over_several_lines_below_prose(reads: Reads) -> None:
    got = reads(AGRICOLE)
    label = "VIREMENT EN VOTRE FAVEUR ESAT DU CHENE RF92 3FA9 C2D4 1"
    assert got.movements == (
        Movement(date(2018, 1, 5), -2340, "", "PRELEVEMENT EDF"),
        Movement(date(2018, 1, 30), 113630, "", label),
    )
    assert (got.account, got.closing_cents) == ("12345678901", 123456)
    assert (got.first, got.last) == (date(2018, 1, 1), date(2018, 1, 31))


def test_the_balance_of_a_later_day_is_not_that_of_the_last(reads: Reads) -> None:
    assert reads(AGRICOLE.replace("Solde au 31/01", "Solde au 15/02")).closing_cents is None


def test_a_label_whose_quotes_do_not_end_is_refused(reads: Reads) -> None:
    refused(reads, AGRICOLE.replace('EDF\n"', "EDF\n"), "line 14: the quotes")


MUTUEL = """Date;Date de valeur;Débit;Crédit;Libellé;Solde
01/02/2018;01/02/2018;-234,56;;PRLV SEPA LOYER;765,44
02/02/2018;02/02/2018;;136,30;VIR ESAT DU CHENE;901,74
02/02/2018;02/02/2018;45,90;;CB TRAITEUR;855,84
"""


def test_credit_mutuel_proves_each_line_oldest_or_newest_first(reads: Reads) -> None:
    head, *rows = MUTUEL.splitlines()
    for text in (MUTUEL, "\n".join([head, *rows[::-1], ""])):
        got = reads(text)
        assert [m.amount_cents for m in got.movements] == [-23456, 13630, -4590]
        assert (got.opening_cents, got.closing_cents) == (100000, 85584)


def test_movements_of_a_single_day_are_proven_in_either_order(reads: Reads) -> None:
    head, *rows = MUTUEL.replace("01/02", "02/02").splitlines()
    for text in (MUTUEL, "\n".join([head, *rows[::-1], ""])):
        assert reads(text).closing_cents == 85584
    refused(reads, "\n".join([head, rows[1], rows[0], rows[2], ""]), "the balance comes to")


def test_a_balance_that_is_left_out_is_added_up(reads: Reads) -> None:
    got = reads(MUTUEL.replace(";901,74", ";").replace(";765,44", ";"))
    assert (got.opening_cents, got.closing_cents) == (100000, 85584)
    refused(reads, MUTUEL.replace(";901,74", ";").replace("45,90", "45,80"), "line 4: the balance")


def test_a_line_that_does_not_add_up_is_named_with_both_balances(reads: Reads) -> None:
    says = r"line 3: the balance comes to 901,74.€, and the bank writes 901,75"
    refused(reads, MUTUEL.replace("901,74", "901,75"), says)


@pytest.mark.parametrize(
    "below",
    [
        "Total;;-280,46;136,30;;\n",
        "Solde au 28/02/2018;;;;;855,84\n",
        ";;;;;\n\n",
        "\nLes informations ci-dessus sont sans valeur contractuelle\n",
        "Total;;-280,46;136,30\nDocument sans valeur;\n",
    ],
)
def test_what_stands_below_the_rows_is_no_movement(reads: Reads, below: str) -> None:
    assert reads(MUTUEL + below).movements == reads(MUTUEL).movements


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("02/02/2018;02/02/2018;;", "O2/02/2018;02/02/2018;;", "line 3: the date"),
        ("02/02/2018;02/02/2018;;", ";02/02/2018;;", "line 3: the date"),
        ("02/02/2018;02/02/2018;;", "Texte;;;", "line 3: the date"),
        ("02/02/2018;02/02/2018;;", "Total;;;", "line 3: the date"),
        (";;136,30;", ";;136,3O;", "line 3: the amount"),
        (";;136,30;", ";;;", "line 3: the amount"),
        (";;136,30;", ";-1,00;136,30;", "line 3: it has both"),
        ("901,74", "901,7x", "line 3: the amount"),
        (";VIR ESAT DU CHENE;901,74", "", "line 3: it has more or fewer"),
        (";901,74", ";901,74;5", "line 3: it has more or fewer"),
        ("02/02/2018;02/02/2018;45,90;;CB TRAITEUR;855,84\n", "02/0", "line 4: it has more or"),
        ("855,84\n", "855,8", "line 4: the file ends"),
        ("01/02/2018;01/02", "Texte seul\n01/02/2018;01/02", "line 2: it has more or fewer"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(reads: Reads, old: str, new: str, says: str) -> None:
    assert old in MUTUEL
    refused(reads, MUTUEL.replace(old, new, 1), says)


def test_a_ledger_of_another_program_is_not_taken_for_a_bank(reads: Reads) -> None:
    refused(reads, "Date;Libellé;Débit;Crédit;Solde\n02/02/2018;VIR;136,30;;136,30\n", "no format")
