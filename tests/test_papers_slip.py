from datetime import date

import pytest
from sheets import ORGANISER, beyond_margins, text, texts

from pipeline.ledger import PaidBy, Slip, Taking
from pipeline.papers.slip import slip_sheet

DAY = date(2018, 2, 1)


def cheque(cents: int, drawer: str, number: str = "", bank: str = "") -> Taking:
    return Taking(DAY, cents, PaidBy.CHEQUE, drawer, number, bank)


def test_a_slip_says_all_that_the_bank_wants() -> None:
    takings = (cheque(13630, "ESAT du Moulin", "1234567", "Crédit Coop"), cheque(100000, "Z. M."))
    told = text(slip_sheet(ORGANISER, Slip(12, date(2018, 2, 12), takings)))
    assert "Bordereau de remise de chèques n° 12" in told
    assert "Remettant Les Amis du Moulin" in told
    assert "Compte à créditer FR76 4255 9000 1121 0280 6540 308 BIC CCOPFRPPXXX" in told
    assert "Date de remise 12/02/2018" in told
    assert "1 ESAT du Moulin Crédit Coop 1234567 136,30 €" in told
    assert "2 Z. M. 1 000,00 € 2 chèques Total 1 136,30 €" in told
    assert "Date et signature du remettant" in told


def test_a_single_cheque_is_no_plural() -> None:
    assert "1 chèque Total 30,00 €" in text(
        slip_sheet(ORGANISER, Slip(1, DAY, (cheque(3000, "A"),)))
    )


@pytest.mark.parametrize("count", [50, 300])
def test_a_long_slip_goes_over_pages_with_its_heads(count: int) -> None:
    takings = tuple(cheque(100 + i, f"Ana MOREL{i:03}", f"{i:07}") for i in range(count))
    data = slip_sheet(ORGANISER, Slip(1, DAY, takings))
    pages = texts(data)
    assert all(f"Ana MOREL{i:03} {i:07} {1 + i // 100}," in " ".join(pages) for i in range(count))
    assert sum("Tireur Banque" in page for page in pages) == sum("MOREL" in page for page in pages)
    assert f"{count} chèques" in " ".join(pages)
    assert beyond_margins(data) == []
