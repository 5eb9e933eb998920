"""What the heads and the other print of a table say of its cells."""

from pathlib import Path

from pipeline.drafting.draft import draft
from tests.drafted_sheets import Page, types
from tests.small_blanks import SmallBlank


def test_a_price_is_of_the_table_in_which_it_stands() -> None:
    page = Page()
    for table, x, rows in ((1, 20, (("Géranium", "3,50 €"),)), (2, 110, (("Tomate", "1,50 €"),))):
        page.text(x, 45, "Plant")
        page.text(x + 52, 45, "Qté")
        for n, (what, costs) in enumerate(rows):
            page.text(x, 56 + 8 * n, what)
            page.text(x + 32, 56 + 8 * n, costs)
        page.cells(50, {x + 50: 15}, len(rows), table=table)
    prices = {zone.field: zone.tariff_cents for zone in page.draft.zones}
    assert prices == {"geranium": 350, "tomate": 150}


def grid(blank: SmallBlank, rows: tuple[tuple[str, ...], ...], *, high: float = 8.0) -> None:
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            blank.frame(20 + 42 * c, 50 + high * r, 42, high)
            if text:
                blank.text(22 + 42 * c, 55 + high * r, text, size=9)


def test_labels_with_cells_between_them_head_no_table(tmp_path: Path) -> None:
    path = tmp_path / "blank.pdf"
    with SmallBlank(path) as blank:
        blank.text(20, 30, "Inscription", size=16)
        grid(
            blank,
            (
                ("Né(e) le", "", "Pièce", "à joindre"),
                ("Code postal", "", "Ville", ""),
                ("Téléphone", "", "Courriel", ""),
            ),
        )
    assert list(types(draft(path)).values()) == [
        *("birth_date", "postal_code", "town", "phone", "email"),
    ]


def test_captions_with_room_below_them_head_no_table(tmp_path: Path) -> None:
    path = tmp_path / "blank.pdf"
    with SmallBlank(path) as blank:
        blank.text(20, 30, "Inscription", size=16)
        for n, (a, b) in enumerate((("Code postal", "Ville"), ("", "Courriel"))):
            for x, text in ((20, a), (90, b)):
                blank.frame(x, 50 + 12 * n, 70, 12)
                if text:
                    blank.text(x + 1, 53 + 12 * n, text, size=7)
    assert {"postal_code", "town", "email"} <= {*types(draft(path)).values()}


def test_a_cell_that_alone_is_shaded_is_not_to_write_in(tmp_path: Path) -> None:
    path = tmp_path / "blank.pdf"
    with SmallBlank(path) as blank:
        blank.text(20, 30, "Réservation", size=16)
        blank.frame(146, 66, 42, 8, fill="#c0c0c0")
        grid(
            blank,
            (
                ("Places", "Prix", "Nombre", "Montant"),
                ("Plein tarif", "15 €", "", ""),
                ("Enfants", "gratuit", "", ""),
            ),
        )
    zones = draft(path).zones
    counts = [zone.tariff_cents for zone in zones if zone.type == "count"]
    assert counts == [1500, 0]
    assert [zone.type for zone in zones].count("amount") == 1


def test_a_narrow_first_column_without_a_head_only_counts_rows() -> None:
    page = Page()
    page.text(32, 46, "Nom")
    page.text(92, 46, "Prénom")
    page.cells(50, {20: 8, 30: 58, 90: 58}, 3)
    (table,) = page.draft.tables
    assert [column.type for column in table.columns] == ["surname", "given_name"]
