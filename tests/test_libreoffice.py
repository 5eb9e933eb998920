"""The tables as LibreOffice itself reads them where the computer speaks French."""

import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import registration
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from tables import HOSTILE, everything, holding, row, three

from pipeline.exporters import inscriptions, unguarded, workbook
from pipeline.snapshot import Snapshot

_FRENCH = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse">
<value>fr-FR</value></prop></item></oor:items>
"""
# ";" between cells, quotes, UTF-8, from the first line on, in French, numbers and dates as such, as
# Excel takes them: https://help.libreoffice.org/latest/en-US/text/shared/guide/csv_params.html
_CSV = "Text - txt - csv (StarCalc):59,34,UTF8,1,,1036,false,true"
_TABLE, _OFFICE, _TEXT, _LINK = (
    f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}"
    for name in ("table", "office", "text", "xlink")
)
_MOST = 100
"""Columns of a table; what is beyond them are blanks that fill the sheet."""

Convert = Callable[..., Path]
Read = tuple[str, str]
"""A cell's type, and what it holds: a number or a date in their plain form, else its text."""


@pytest.fixture(scope="module")
def convert(libreoffice: str, tmp_path_factory: pytest.TempPathFactory) -> Convert:
    """Lets LibreOffice open a file, by a filter if need be, and save it as something else."""
    profile = tmp_path_factory.mktemp("profile")
    (profile / "user").mkdir()
    (profile / "user" / "registrymodifications.xcu").write_text(_FRENCH, "utf-8")

    def run(file: Path, to: str, *, by: str = "") -> Path:
        out = tmp_path_factory.mktemp("converted")
        command = [libreoffice, f"-env:UserInstallation={profile.as_uri()}", "--headless"]
        command += [f"--infilter={by}"] * bool(by)
        command += ["--convert-to", to, "--outdir", str(out), str(file)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        made = [*out.iterdir()]
        assert made, done.stdout + done.stderr
        return made[0]

    return run


def _sheets(document: Path) -> dict[str, list[list[Read]]]:
    """The cells of each sheet of a flat OpenDocument; a formula or a link is an error."""
    root = ET.parse(document).getroot()
    assert not root.findall(f".//{_TEXT}a")
    sheets = {}
    for table in root.iter(f"{_TABLE}table"):
        rows: list[list[Read]] = []
        for line in table.iter(f"{_TABLE}table-row"):
            cells: list[Read] = []
            for cell in line.findall(f"{_TABLE}table-cell"):
                assert cell.get(f"{_TABLE}formula") is None
                times = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
                cells += [_read(cell)] * min(times, _MOST)
            if any(kind for kind, _ in cells):  # not the blank rows that fill the sheet
                rows.append(cells)
        sheets[table.get(f"{_TABLE}name", "")] = rows
    return sheets


def _read(cell: ET.Element) -> Read:
    kind = cell.get(f"{_OFFICE}value-type", "")
    plain = cell.get(f"{_OFFICE}value") or cell.get(f"{_OFFICE}date-value")
    return kind, plain or "\n".join(_words(p) for p in cell.findall(f"{_TEXT}p"))


def _words(paragraph: ET.Element) -> str:
    """Its text, with the blanks that OpenDocument counts."""
    blanks = {f"{_TEXT}s": " ", f"{_TEXT}tab": "\t"}
    words = paragraph.text or ""
    for part in paragraph:
        times = int(part.get(f"{_TEXT}c", "1"))
        words += blanks.get(part.tag, "") * times or _words(part)
        words += part.tail or ""
    return words


def _column(rows: list[list[Read]], head: str) -> list[Read]:
    at = [text for _, text in rows[0]].index(head)
    return [cells[at] for cells in rows[1:]]


@pytest.fixture
def files(tmp_path: Path) -> Callable[[Snapshot], tuple[Path, Path]]:
    def write(snapshot: Snapshot) -> tuple[Path, Path]:
        comma, book = tmp_path / inscriptions.FILE_NAME, tmp_path / workbook.FILE_NAME
        comma.write_text(inscriptions.render(snapshot), "utf-8", newline="")
        book.write_bytes(workbook.render(snapshot))
        return comma, book

    return write


Files = Callable[[Snapshot], tuple[Path, Path]]


def test_both_tables_have_numbers_dates_and_accents(convert: Convert, files: Files) -> None:
    comma, book = files(three())
    (read,) = _sheets(convert(comma, "fods", by=_CSV)).values()
    sheets = _sheets(convert(book, "fods"))
    for rows in (read, sheets["Inscriptions"]):
        assert _column(rows, "État") == [
            ("string", s) for s in ("acceptée", "à relire", "acceptée")
        ]
        assert _column(rows, "Reçue le") == [("date", "2018-01-12")] * 3
        assert _column(rows, "Nombre de personnes") == [("float", n) for n in "232"]
        totals = [(kind, float(value)) for kind, value in _column(rows, "Total écrit")]
        assert [value for _, value in totals] == [84.2, 1136.3, 84.2]
        assert {kind for kind, _ in totals} <= {"float", "currency"}
        assert _column(rows, "Téléphone") == [("string", "02 99 00 00 00")] * 3
        assert _column(rows, "Personnes")[1] == ("string", "Éloïse L'HÔTE, Inès ROUX, Luc")
        assert _column(rows, "Remarques")[1] == (
            "string",
            "Total écrit 90,00 €, tarif attendu 84,20 € (écart 5,80 €).",
        )
    assert [*sheets] == [
        "Inscriptions",
        "Participants",
        "À relire",
        "Rejetés",
        "Paiements",
        "Totaux",
    ]
    assert _column(sheets["Totaux"], "Repas")[0] == ("float", "3")


def test_a_negative_gap_is_a_number_in_both(convert: Convert, files: Files) -> None:
    comma, book = files(everything(row(registration(total=8415))))
    for made in (convert(comma, "fods", by=_CSV), convert(book, "fods")):
        rows = next(iter(_sheets(made).values()))
        ((_, gap),) = _column(rows, "Écart")
        assert float(gap) == pytest.approx(-0.05)


def test_both_tables_add_up(convert: Convert, files: Files, tmp_path: Path) -> None:
    """LibreOffice's own SUM over the cells as it read them; that of text would be 0."""
    wanted = {"Total écrit": 1304.7, "Total au tarif": 250.5, "Écart": 1054.2, "Repas": 5}
    comma, book = files(three())
    for opened in (convert(comma, "xlsx", by=_CSV), book):
        summed = load_workbook(opened)
        page = summed.worksheets[0]
        heads = [cell.value for cell in page[1]]
        for head in wanted:
            letter = get_column_letter(heads.index(head) + 1)
            page[f"{letter}5"] = f"=SUM({letter}2:{letter}4)"
        with_sums = tmp_path / "with sums.xlsx"
        summed.save(with_sums)
        rows = next(iter(_computed(convert(with_sums, "fods")).values()))
        sums = {head: float(_column(rows, head)[3][1]) for head in wanted}
        assert sums == pytest.approx(wanted)


def _computed(document: Path) -> dict[str, list[list[Read]]]:
    """As ``_sheets``, where formulas are wanted."""
    text = document.read_text("utf-8").replace("table:formula=", "table:computed-by=")
    document.write_text(text, "utf-8")
    return _sheets(document)


def test_hostile_text_stays_text(convert: Convert, files: Files) -> None:
    texts = [text for text in HOSTILE if "\n" not in text]
    snapshots = [holding(text).registrations[0] for text in texts]
    _, book = files(everything(*snapshots))
    rows = _sheets(convert(book, "fods"))["Inscriptions"]
    services = _column(rows, "Service")
    assert [kind for kind, _ in services] == ["string"] * len(texts)
    assert [text.rstrip() for _, text in services] == [text.rstrip() for text in texts]


def test_no_cell_of_the_csv_is_a_formula(convert: Convert, files: Files) -> None:
    texts = [t for t in HOSTILE if "\n" not in t and "\t" not in t]
    comma, _ = files(everything(*(holding(text).registrations[0] for text in texts)))
    (rows,) = _sheets(convert(comma, "fods", by=_CSV)).values()
    services = [unguarded(text) for _, text in _column(rows, "Service")]
    dangerous = [text for text in texts if text.lstrip("'")[0] in "=+-@"]
    assert len(dangerous) >= 6
    assert set(dangerous) <= set(services)
