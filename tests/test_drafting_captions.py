"""Labels that stand below their lines."""

from pathlib import Path

import pytest

from pipeline.drafting.draft import draft
from tests.drafted_sheets import types
from tests.small_blanks import SmallBlank

ROWS = ("Nom", "Prénom", "Adresse", "Courriel")
FIELDS = {
    "nom": "surname",
    "prenom": "given_name",
    "adresse": "address",
    "courriel": "email",
}


def test_print_below_the_last_line_of_a_stack_says_that_all_labels_stand_below(
    tmp_path: Path,
) -> None:
    path = tmp_path / "blank.pdf"
    with SmallBlank(path) as blank:
        blank.text(20, 20, "AVIRON DU LAC", size=16)
        for n, label in enumerate(ROWS):
            blank.rule(20, 50 + 12 * n, 120)
            blank.text(20, 53.5 + 12 * n, label, size=8)
    assert types(draft(path)) == FIELDS


@pytest.mark.parametrize("step_mm", [12, 15])
def test_labels_above_their_lines_stay_theirs(tmp_path: Path, step_mm: float) -> None:
    path = tmp_path / "blank.pdf"
    with SmallBlank(path) as blank:
        blank.text(20, 20, "AVIRON DU LAC", size=16)
        for n, label in enumerate(ROWS):
            blank.text(20, 50 + step_mm * n, label)
            blank.rule(20, 58 + step_mm * n, 120)
    assert types(draft(path)) == FIELDS
