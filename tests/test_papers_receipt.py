from dataclasses import replace
from datetime import date

from sheets import OCCASION, RECEIPT, beyond_margins, text, texts

from pipeline.ledger import PaidBy
from pipeline.papers.occasion import Occasion, Organiser
from pipeline.papers.receipt import Paid, receipt_sheet


def page(**changes: object) -> str:
    return text(receipt_sheet(OCCASION, replace(RECEIPT, **changes)))


def test_a_receipt_says_who_paid_what_for_whom_when_and_how() -> None:
    told = page()
    for words in (
        "Les Amis du Moulin Maison des associations 3 rue des Lilas 35000 Rennes amis@exemple.fr",
        "SIREN 123 456 782",
        "Reçu n° 2018-0007 établi le 14 février 2018",
        "Reçu de ESAT du Moulin",
        "Pour l'inscription de Zoé MARTIN, Luc PETIT, Éloïse L'HÔTE",
        "Événement Journée d'été Date 1er février 2018 Lieu Salle Émile-Zola, Rennes",
        "Référence RF92 3FA9 C2D4 1",
        "Adultes 2 30,00 € 60,00 € Jeunes 1 40,00 € 40,00 € Goûters 3 12,10 € 36,30 €",
        "Total 136,30 €",
        "Réglé le 20/01/2018 par virement 100,00 €",
        "Réglé le 03/02/2018 par chèque n° 1234567 36,30 €",
        "Total réglé 136,30 €",
        "TVA non applicable, article 293 B du CGI.",
    ):
        assert words in told
    assert not any(words in told for words in ("Reste dû", "Trop-perçu", "Écart convenu"))


def test_a_receipt_is_none_for_a_donation() -> None:
    assert not any(word in page().lower() for word in ("don ", "dons", "fiscal", "réduction"))


def test_what_is_left_to_pay_and_what_is_too_much_is_said() -> None:
    assert "Total réglé 100,00 € Reste dû 36,30 €" in page(payments=RECEIPT.payments[:1])
    more = Paid(date(2018, 2, 5), 1000, PaidBy.CASH)
    told = page(payments=(*RECEIPT.payments, more))
    assert "par espèces 10,00 € Total réglé 146,30 € Trop-perçu 10,00 €" in told
    assert "Reste dû" not in told


def test_money_given_back_is_told_as_such() -> None:
    back = Paid(date(2018, 2, 9), -1000, PaidBy.TRANSFER)
    assert "Remboursé le 09/02/2018 par virement −10,00 € Total réglé 126,30 €" in page(
        payments=(*RECEIPT.payments, back)
    )


def test_what_was_agreed_beside_the_tariff_is_a_line_of_its_own() -> None:
    assert "36,30 € Écart convenu −6,30 € Total 130,00 €" in page(owed_cents=13000)


def test_what_an_organiser_does_not_have_is_not_there() -> None:
    bare = Occasion("Journée", Organiser("Amis"))
    told = text(receipt_sheet(bare, replace(RECEIPT, reference="", people=())))
    for word in ("SIREN", "TVA", "Référence", "Date ", "Lieu", "None"):
        assert word not in told


def test_the_payer_has_the_lines_together_however_many_people() -> None:
    crowd = tuple(f"MOREL{i:03}" for i in range(600))
    data = receipt_sheet(OCCASION, replace(RECEIPT, people=crowd))
    pages = texts(data)
    assert all(name in " ".join(pages) for name in crowd)
    assert beyond_margins(data) == []
    assert sum("36,30 € Total 136,30 €" in page for page in pages) == 1
