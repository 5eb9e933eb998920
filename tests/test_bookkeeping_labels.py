"""Labels that any file holds, whatever people wrote, and the names of accounts."""

import pytest
from booked import example, payable
from hypothesis import example as example_of
from hypothesis import given
from hypothesis import strategies as st

from pipeline.bookkeeping.accounts import account_name
from pipeline.bookkeeping.labels import (
    cut,
    line_label,
    payment_label,
    reversing_label,
    safe,
    slip_label,
)
from pipeline.ledger import PaidBy


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("IME  Les\tTilleuls\r\n", "IME Les Tilleuls"),
        ("a|b\\c", "a/b/c"),
        ('Foyer "Le Gué" ; Rennes', "Foyer 'Le Gué' , Rennes"),
        ("=SOMME(A1)", "SOMME(A1)"),
        ("  '-+@Zoé", "Zoé"),
        ("Jean-Luc + 2", "Jean-Luc + 2"),
        ("'s Gravenhage", "'s Gravenhage"),
        ("a\x00b\x85c\u2028d\u202ee\ufefff", "a b c d e f"),
        ("\ud800x", "x"),
        ("l\u2019\u00e9te\u0301", "l'été"),
        ("\u037e", ","),  # a Greek mark whose composed form is the semicolon
    ],
)
def test_a_text_is_kept_on_a_line_that_needs_no_quotes(written: str, kept: str) -> None:
    assert safe(written) == kept


@given(st.text(st.characters(), max_size=300))
@example_of("é" * 300)
def test_any_name_makes_a_label_that_every_file_holds(who: str) -> None:
    of = payable("a", who)
    labels = [line_label(of, who), payment_label(PaidBy.CASH, 1, [of, of])]
    for label in [*labels, *map(reversing_label, labels)]:
        assert 0 < len(label.encode()) < 200
        assert not set(label) & set('\t\r\n|\\";\x85\u2028\u2029')
        assert label[0] not in "=+-@"
        assert "RF92 3FA9 C2D4 1" in label


@given(st.text(st.characters(codec="utf-8")), st.integers(0, 30))
def test_a_text_is_cut_between_characters(text: str, most: int) -> None:
    kept = cut(text, most)
    assert text.startswith(kept)
    assert len(kept.encode()) <= most
    rest = text[len(kept) :]
    assert (
        not rest.strip() or len((kept + rest[: len(rest) - len(rest.lstrip()) + 1]).encode()) > most
    )


def test_what_takes_back_is_called_so_in_no_more_bytes() -> None:
    assert reversing_label("é" * 99) == f"Annulation\u00a0: {'é' * 92}"


def test_labels_say_how_it_was_paid() -> None:
    of = [example()]
    named = ", IME Les Tilleuls, RF92 3FA9 C2D4 1"
    assert [payment_label(by, 1, of) for by in PaidBy] == [
        f"{how}{named}" for how in ("Virement", "Chèque", "Espèces")
    ]
    assert [payment_label(by, -1, of) for by in PaidBy] == [
        f"{how}{named}"
        for how in ("Remboursement ou impayé", "Chèque impayé", "Remboursement en espèces")
    ]
    assert payment_label(PaidBy.CASH, 1, [payable(who="")]) == "Espèces, RF92 3FA9 C2D4 1"
    assert slip_label(2, 1) == "Remise de chèques n° 2, 1 chèque"


@pytest.mark.parametrize(
    ("account", "name"),
    [
        ("512", "Banques"),
        ("5121CM", "Banques"),
        ("5112", "Chèques à encaisser"),
        ("530", "Caisse"),
        ("4191", "Clients - Avances et acomptes reçus"),
        ("706", "Prestations de services"),
        ("7088", "Autres produits d'activités annexes"),
        ("709", "Rabais, remises et ristournes accordés"),
        ("7588", "Autres produits divers de gestion courante"),
        ("7561", "Cotisations"),
        ("7063", "Journées régionales"),
        ("890", "890"),
    ],
)
def test_an_account_is_called_by_its_longest_beginning(account: str, name: str) -> None:
    assert account_name(account, {"7063": " Journées\trégionales", "891": "x"}) == name
