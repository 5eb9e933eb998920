"""A file that breaks a rule is never written: each rule, broken in good files."""

from datetime import date

import pytest
from booked import ACCOUNTING, DAY, batch_of, example, payable, payment

from pipeline.bookkeeping import fec, paheko
from pipeline.bookkeeping.check import check
from pipeline.bookkeeping.compare import due
from pipeline.bookkeeping.files import files
from pipeline.bookkeeping.numbering import numbered
from pipeline.bookkeeping.wanted import wanted
from pipeline.errors import BooksError, ExitCode
from pipeline.ledger import PaidBy, Slip, Taking

YEAR = date(2018, 1, 1)
_SLIP = Slip(1, DAY, (Taking(DAY, 3000, PaidBy.CHEQUE, number=2),))
_GIVEN = [payment("m1", ("a", 13630)), payment("t2", ("b", 3000), by=PaidBy.CHEQUE)]
_PAYABLES = {"a": example(), "b": payable("b", adherents=1)}
_STEPS = due(wanted(_PAYABLES, _GIVEN, [_SLIP], ACCOUNTING), [], today=DAY, until=None)
BATCH = batch_of(*numbered(_STEPS, [], ACCOUNTING))
CSV, TXT = paheko.render(BATCH, YEAR).decode(), fec.render(BATCH, YEAR).decode()


def refused(*, csv: str = CSV, txt: str = TXT) -> str:
    with pytest.raises(BooksError) as caught:
        check(BATCH, YEAR, for_paheko=csv.encode(), for_others=txt.encode())
    assert caught.value.exit_code == ExitCode.EXPORT
    return str(caught.value)


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


def test_good_files_pass() -> None:
    check(BATCH, YEAR, for_paheko=CSV.encode(), for_others=TXT.encode())


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("JournalCode", "\ufeffJournalCode", "its columns"),
        ("Montantdevise", "MontantDevise", "its columns"),
        ("\r\n", "\n", "its columns"),
        ("0,00\t\t\t20180112\t\t\r\nBQ", "0,00\t\t\t20180112\t\t\nBQ", "cells"),
        ("0,00\t\t\t20180112\t\t\r\nBQ", "0,00\t\t\t20180112\t\tEUR\r\nBQ", "a bad Idevise"),
        ("IME", '"IME', "a bad EcritureLib"),
        ("IME", "I|ME", "a bad EcritureLib"),
        ("IME", "I\\ME", "a bad EcritureLib"),
        ("IME", "I\tME", "cells"),
        ("IME", "I\u2028ME", "a bad EcritureLib"),
        ("IME", "I\nME", "a bad EcritureLib"),
        ("IME", "é" * 100, "a bad EcritureLib"),
        ("\t512\t", "\t51\t", "a bad CompteNum"),
        ("\t512\tBanques\t\t", "\t512\tBanques\tZM\t", "a bad CompAuxNum"),
        ("20180112\t512", "12/01/2018\t512", "a bad EcritureDate"),
        ("20180112\t512", "20181312\t512", "a bad EcritureDate"),
        ("136,30", "136.30", "a bad Debit"),
        ("136,30", "-136,30", "a bad Debit"),
        ("\t0,00", "\t", "a bad Credit"),
        ("60,00", "61,00", "does not balance"),
        ("0,00\t60,00", "60,00\t60,00", "no amount, or two"),
        ("BQ\tBanque\t1", "BQ\tBanque\t9", "not in a row"),
        ("BQ\tBanque\t1", "CA\tCaisse\t1", "not in a row"),
        ("F2018-000001", "F2018-000009", "not in a row"),
        ("\t20180112\t\t\r\n", "\t20180113\t\t\r\n", "the day of the batch"),
    ],
)
def test_a_broken_rule_of_the_fec_is_refused(old: str, new: str, rule: str) -> None:
    message = refused(txt=changed(TXT, old, new))
    assert "ASSOFEC20181231.txt" in message
    assert rule in message


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("Libellé;", "\ufeffLibellé;", "its columns"),
        ("Référence ligne;", "", "its columns"),
        ("12/01/2018", "2018-01-12", "a bad Date"),
        ("12/01/2018", "32/01/2018", "a bad Date"),
        ("F2018-000001", "", "too few cells"),
        ("F2018-000001", "1", "a bad Numéro pièce comptable"),
        ("136,30", "136,3", "a bad Débit"),
        ("36,30;;", "36,30;x;", "a bad Référence ligne"),
        ("IME", "I\\ME", "a bad Libellé"),
        ("IME", "I;ME", "cells"),
        (";;;;706", ";12/01/2018;;;706", "too few cells"),
        ("60,00", "61,00", "does not balance"),
        ("0,00;60,00", "0,00;0,00", "no amount, or two"),
    ],
)
def test_a_broken_rule_of_paheko_is_refused(old: str, new: str, rule: str) -> None:
    message = refused(csv=changed(CSV, old, new))
    assert "paheko-2018.csv" in message
    assert rule in message


def test_lines_without_an_entry_are_refused() -> None:
    heads, _, *rest = CSV.split("\r\n")
    assert "too few cells" in refused(csv="\r\n".join([heads, *rest]))


def test_an_entry_of_another_year_is_refused() -> None:
    assert "of another year" in refused(txt=TXT.replace("20180112", "20190112"))


def test_what_was_not_booked_is_refused() -> None:
    """It balances, and keeps every rule of its format."""
    more = TXT.replace("136,30", "137,30").replace("60,00", "61,00")
    assert "what was booked" in refused(txt=more)
    assert "what was booked" in refused(txt=TXT.replace("\t7088\t", "\t7089\t"))


def test_files_that_disagree_are_refused() -> None:
    for other in (
        CSV.replace("136,30", "137,30").replace("60,00", "61,00"),
        CSV.replace("12/01/2018", "13/01/2018"),
        CSV.replace(";7088;", ";7089;"),
        CSV.partition("Chèque,")[0],
    ):
        assert "what the other file says" in refused(csv=other)


def test_a_file_that_is_cut_off_is_refused() -> None:
    assert "its end" in refused(txt=TXT.removesuffix("\r\n"))
    assert "not in a row" in refused(txt=TXT.split("\r\n")[0] + "\r\n")


def test_a_label_of_200_bytes_is_refused() -> None:
    label = "IME Les Tilleuls, RF92 3FA9 C2D4 1, Repas × 3"
    longest = label + "x" * (199 - len(label.encode()))
    check(BATCH, YEAR, for_paheko=CSV.replace(label, longest).encode(), for_others=TXT.encode())
    assert "a bad Libellé ligne" in refused(csv=CSV.replace(label, f"{longest}x"))


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(BooksError, match="not UTF-8"):
        check(BATCH, YEAR, for_paheko=CSV.encode(), for_others=TXT.encode("latin-1", "replace"))


def test_nothing_of_a_batch_is_given_that_breaks_a_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paheko, "render", lambda *_: CSV.replace("60,00", "61,00").encode())
    with pytest.raises(BooksError):
        files(BATCH)


def test_a_refusal_names_no_value() -> None:
    assert "Tilleuls" not in refused(txt=changed(TXT, "IME Les Tilleuls", 'IME "Les Tilleuls"'))
