import hashlib
import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from builders import (
    ENVELOPE,
    GAP,
    camp_registration,
    doubtful,
    other_registration,
    reading,
    registration,
    unread,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.workbook import Workbook
from tables import EVENT, HOSTILE, everything, holding, row, three

from pipeline.exporters import workbook
from pipeline.records import Status
from pipeline.snapshot import RegistrationRow, Snapshot

SHEETS = ["Inscriptions", "Participants", "À relire", "Rejetés", "Paiements", "Totaux"]


def opened(snapshot: Snapshot) -> Workbook:
    return load_workbook(io.BytesIO(workbook.render(snapshot)))


def table(snapshot: Snapshot, sheet: str) -> list[dict[str, object]]:
    heads, *rows = opened(snapshot)[sheet].iter_rows(values_only=True)
    return [dict(zip(map(str, heads), cells, strict=True)) for cells in rows]


def cells(book: Workbook) -> Iterator[Cell]:
    return (cell for page in book for line in page.iter_rows() for cell in line)


def cell(snapshot: Snapshot, head: str) -> Cell:
    """What stands under a head in the first line of the first sheet."""
    page = opened(snapshot)["Inscriptions"]
    (column,) = (c for c in page.iter_cols(max_row=2) if c[0].value == head)
    return column[1]


def test_each_sheet_has_a_head_that_stays_filters_and_columns_wide_enough() -> None:
    book = opened(three())
    assert book.sheetnames == SHEETS
    for page in book:
        assert page.freeze_panes == "A2"
        assert page["A1"].font.b
        filters = None if page.title == "Totaux" else page.dimensions
        assert page.auto_filter.ref == filters
    first = book["Inscriptions"].column_dimensions
    assert 20 <= first["F"].width <= 30  # an address
    assert all(8 <= column.width <= 51 for column in first.values())


def of_events(*events: str) -> Snapshot:
    """A fiche of each event, every one by a form of its own."""
    rows = (row(replace(registration(), form_id=f"form-{n}"), n) for n in range(1, len(events) + 1))
    occasions = {f"form-{n}": event for n, event in enumerate(events, start=1)}
    return replace(everything(*rows), occasions=occasions)


def test_each_of_several_forms_has_a_sheet_with_its_fields_behind_the_first() -> None:
    forms = (camp_registration(), registration(), other_registration())
    snapshot = everything(*(row(form, n) for n, form in enumerate(forms, start=1)))
    first, *others = SHEETS
    names = ["camp", "Journée régionale, 2 février 20", "sortie"]
    assert opened(snapshot).sheetnames == [first, *names, *others]
    (camp,) = table(snapshot, "camp")
    assert [*camp][4:11] == [
        *("Né le", "Nom de famille", "Email", "Enfants", "Repas", "Nuits sous la tente"),
        "À régler",
    ]
    assert (camp["À régler"], camp["Nuits sous la tente"], camp["Né le"]) == (60, 2, "02/02/2010")
    assert len(table(snapshot, first)) == len(forms)


def test_what_two_forms_call_by_one_field_is_not_added_up_nor_headed_as_one() -> None:
    other = other_registration()
    nights = (reading("repas", "2", 2), reading("gouters", "0", 0))
    kept = tuple(r for r in other.readings if r.field != "gouters")
    titles = (("repas", "Nuits"), ("gouters", "Repas"))
    roles = replace(other.roles, others=("repas", "gouters"), titles=titles)
    other = replace(other, readings=(*kept, *nights), roles=roles)
    snapshot = everything(row(registration()), row(other, 2))
    totals = table(snapshot, "Totaux")
    assert [(line["Repas"], line["Nuits"]) for line in totals[:2]] == [(2, 2), (2, 2)]
    by_event = {line["Quoi"]: (line["Repas"], line["Nuits"]) for line in totals}
    assert by_event[f"Événement : {EVENT}"] == (2, 0)
    assert by_event["Événement : sortie"] == (0, 2)
    (zoe, _, *others) = table(snapshot, "Participants")
    assert (zoe["Repas"], zoe["Nuits"]) == (1, None)
    assert {(line["Repas"], line["Nuits"]) for line in others} == {(0, 1)}


def test_two_forms_of_one_event_have_sheets_of_their_names() -> None:
    assert opened(of_events("Fête", "Fête", "Sortie")).sheetnames[1:4] == [
        *("form-1", "form-2", "Sortie")
    ]


def test_sheets_have_names_that_excel_takes() -> None:
    names = [
        *("Participants", "HISTORY", "a/b: [c]*?", "'x'", "\x00\udce9", "🎉", "é" * 40, "é" * 41),
        "Fête\N{NO-BREAK SPACE}?",
    ]
    assert opened(of_events(*names)).sheetnames[1 : len(names) + 1] == [
        *("Participants (2)", "HISTORY (2)", "a b c", "x", "Fiches", "Fiches (2)", "é" * 31),
        *("é" * 27 + " (2)", "Fête"),
    ]


@given(st.lists(st.text(min_size=1), min_size=2, max_size=4))
@settings(deadline=None, max_examples=50)
def test_no_event_breaks_the_workbook(events: list[str]) -> None:
    names = opened(of_events(*events)).sheetnames
    assert len({name.casefold() for name in names}) == len(SHEETS) + len(events)
    assert all(len(name.encode("utf-16-le")) <= 62 for name in names)
    assert not any(re.search(r"[\[\]:*?/\\]|^'|'$", name) for name in names)


def test_amounts_counts_and_days_are_what_they_are() -> None:
    total, people = cell(three(), "Total écrit"), cell(three(), "Nombre de personnes")
    assert (total.value, total.data_type, total.number_format) == (84.2, "n", '#,##0.00\\ "€"')
    assert (people.value, people.data_type) == (2, "n")
    day = cell(three(), "Reçue le")
    assert (day.value, day.is_date) == (datetime(2018, 1, 12), True)  # noqa: DTZ001
    assert day.number_format == "dd/mm/yyyy"
    phone = cell(three(), "Téléphone")
    assert (phone.value, phone.data_type, phone.number_format) == ("02 99 00 00 00", "s", "@")
    assert (cell(three(), "Fiche").data_type, cell(three(), "Page").data_type) == ("s", "n")


@pytest.mark.parametrize(
    ("day", "held"),
    [
        ((1900, 3, 1), datetime(1900, 3, 1)),  # noqa: DTZ001
        ((1900, 2, 28), "28/02/1900"),
        ((1, 1, 1), "01/01/0001"),
        ((9999, 12, 31), datetime(9999, 12, 31)),  # noqa: DTZ001
    ],
)
def test_a_day_that_excel_does_not_know_is_text(day: tuple[int, int, int], held: object) -> None:
    mail = replace(ENVELOPE, received_at=datetime(*day, tzinfo=UTC))
    assert cell(everything(row(registration(), envelope=mail)), "Reçue le").value == held


def test_who_came_twice_stands_once_among_the_people() -> None:
    people = table(three(), "Participants")
    assert [(p["Nom"], p["Prénom"], p["Tarif"], p["Repas"]) for p in people] == [
        ("MARTIN", "Zoé", "adhérent", 1),
        ("PETIT", "Luc", "adhérent", 1),
        ("L'HÔTE", "Éloïse", None, None),
        ("ROUX", "Inès", None, None),
        ("Luc", None, None, None),
    ]
    assert {(p["Service"], p["Événement"]) for p in people} == {("ESAT du Moulin", EVENT)}
    assert [p["État"] for p in people] == ["acceptée"] * 2 + ["à relire"] * 3


def test_the_people_of_forms_that_call_the_sender_differently() -> None:
    other = other_registration()
    roles = replace(other.roles, who="club", titles=(("club", "Club"),))
    people = table(
        everything(row(registration()), row(replace(other, roles=roles), 2)), "Participants"
    )
    assert [p["Inscrit par"] for p in people] == ["ESAT du Moulin"] * 2 + [None] * 2
    assert [(p["Tarif"], p["Repas"], p["Gouters"]) for p in people][1:3] == [
        ("adhérent", 1, None),
        ("jeune", None, 1),
    ]


def test_each_question_that_waits_has_a_line_and_none_stands_twice() -> None:
    form = registration(
        findings=(GAP, replace(GAP, rule="somebody_is_named", said="Seul constat.")),
        more=(doubtful("total", reason=GAP.said), doubtful("email", reason="")),
    )
    asked = table(everything(row(form)), "À relire")
    assert [(a["Champ"], a["Lu"], a["Question"]) for a in asked] == [
        ("Total", "Luc", GAP.said),
        ("E-mail", "Luc", "À vérifier."),
        ("Aucune personne inscrite", None, "Seul constat."),
    ]
    assert {(a["Service"], a["Document"], a["Page"]) for a in asked} == {
        ("ESAT du Moulin", "scan 1.pdf", 2)
    }


def test_what_was_read_stands_as_people_write_it() -> None:
    total = replace(reading("total", "1136.30", 113630), status=Status.REVIEW, reason="Lu ?")
    (asked,) = table(everything(row(registration(more=(total,)))), "À relire")
    assert asked["Lu"] == "1\u202f136,30\xa0€"


def test_what_was_rejected_has_its_reason() -> None:
    assert table(three(), "Rejetés") == [
        {"Document": "photo.jpg", "Page": 2, "Raison": "Aucune fiche connue."}
    ]


def test_long_sentences_are_broken_into_lines_that_can_be_seen() -> None:
    long = replace(GAP, said="Une phrase que personne ne lit sur une seule ligne. " * 4)
    page = opened(everything(row(registration(findings=(long,)))))["À relire"]
    assert page["D2"].alignment.wrap_text
    assert page.row_dimensions[2].height >= 60


def test_the_totals_of_a_treasurer() -> None:
    first, *states, nothing, held, replaced, cancelled, refunded, rejected = table(
        three(), "Totaux"
    )
    assert [*first.items()] == [
        ("Quoi", "Toutes les fiches"),
        ("Fiches", 2),
        ("Personnes", 5),
        ("Adhérents", 3),
        ("Non-adhérents", 1),
        ("Étudiants", 0),
        ("Repas", 3),
        ("Total écrit", 1220.5),
        ("Total au tarif", 166.3),
        ("Écart", 1054.2),
        ("Dû", 166.3),
        ("Payé", 0),
        ("Reste dû", 166.3),
        ("Trop-perçu", 0),
        ("Fiches sans total écrit lisible", 0),
        ("Fiches sans nombres lisibles", 0),
    ]
    assert [(s["Quoi"], s["Fiches"], s["Personnes"], s["Total écrit"]) for s in states] == [
        ("État : acceptée", 1, 2, 84.2),
        ("État : corrigée", 0, 0, 0),
        ("État : à relire", 1, 3, 1136.3),
        ("État : payée", 0, 0, 0),
        ("État : confirmée", 0, 0, 0),
    ]
    assert set(nothing.values()) == {None}
    waiting = "Non comptées, en attente d'une réponse (mêmes personnes)"
    assert (held["Quoi"], held["Fiches"]) == (waiting, 1)
    assert (replaced["Quoi"], replaced["Fiches"]) == ("Fiches remplacées", 0)
    assert (cancelled["Quoi"], cancelled["Fiches"]) == ("Fiches annulées", 0)
    assert (refunded["Quoi"], refunded["Fiches"]) == ("Fiches remboursées", 0)
    assert (rejected["Quoi"], rejected["Fiches"]) == ("Documents et pages rejetés", 1)


def test_several_events_have_their_totals_each() -> None:
    snapshot = everything(row(registration()), row(other_registration(), 2))
    by_event = [line for line in table(snapshot, "Totaux") if "Événement" in str(line["Quoi"])]
    assert [(e["Quoi"], e["Repas"], e["Gouters"], e["Total écrit"]) for e in by_event] == [
        (f"Événement : {EVENT}", 2, 0, 84.2),
        ("Événement : sortie", 0, 2, 25),
    ]


def test_what_could_not_be_read_is_counted_as_such() -> None:
    form = registration(total=None, due=None, more=(unread("repas"),))
    first = table(everything(row(form), row(registration(), 2)), "Totaux")[0]
    unknown = ("Fiches sans total écrit lisible", "Fiches sans nombres lisibles")
    assert [first[head] for head in unknown] == [1, 1]
    assert (first["Repas"], first["Total écrit"]) == (2, 84.2)


_COUNTS = st.integers(0, 40)
_CENTS = st.none() | st.integers(-10_000_00, 10_000_00)


@st.composite
def _rows(draw: st.DrawFn) -> RegistrationRow:
    form = registration(
        adherents=draw(_COUNTS), repas=draw(_COUNTS), total=draw(_CENTS), due=draw(_CENTS)
    )
    form = replace(form, status=draw(st.sampled_from(Status)))
    return row(form, draw(st.integers(1, 9)), counted=draw(st.booleans()))


@settings(max_examples=25)
@given(st.lists(_rows(), max_size=6))
def test_the_totals_are_the_sums_of_the_lines_that_count(rows: list[RegistrationRow]) -> None:
    snapshot = everything(*rows)
    counted = [line for line in table(snapshot, "Inscriptions") if line["Comptée"] == "oui"]
    first, *others = table(snapshot, "Totaux")
    states = [line for line in others if str(line["Quoi"]).startswith("État")]
    for head in {"Adhérents", "Repas", "Total écrit", "Total au tarif", "Écart"} & {*first}:
        whole = pytest.approx(first[head], abs=1e-6)
        assert sum(float(str(line[head] or 0)) for line in counted) == whole
        assert sum(float(str(state[head])) for state in states) == whole


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_a_formula_or_a_link(text: str) -> None:
    snapshot = holding(text)
    book = opened(snapshot)
    assert not any(cell.data_type == "f" or cell.hyperlink for cell in cells(book))
    assert not [page for page in book if page._hyperlinks]
    held = [cell.value for cell in cells(book) if cell.data_type == "s"]
    marked = f"{text} " if text.startswith("<r>") else text
    assert held.count(marked) >= 14
    with ZipFile(io.BytesIO(workbook.render(snapshot))) as archive:
        assert not [name for name in archive.namelist() if "external" in name.lower()]
        xml = "".join(archive.read(n).decode() for n in archive.namelist() if "sheets/" in n)
    assert not re.search(r"<f[ >]|<hyperlink", xml)


@pytest.mark.parametrize("text", ["\x00\x1b", "\udce9", "\ufffe", "é" * 40_000, "𝐅" * 40_000])
def test_no_text_breaks_the_file(text: str) -> None:
    (line,) = table(holding(text), "Rejetés")
    assert line["Document"] == line["Raison"]
    assert len(str(line["Raison"]).encode("utf-16-le")) <= 2 * 32_767


@settings(max_examples=60)
@given(st.text(min_size=1, max_size=30))
def test_whatever_was_read_stays_text(text: str) -> None:
    book = opened(holding(text))
    assert {cell.data_type for cell in cells(book)} <= {"s", "n", "d"}
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    if re.fullmatch(r"[^\x00-\x08\x0b-\x1f\ufffe\uffff]*", plain) and "x005F_" not in plain:
        assert book["Rejetés"]["C2"].value == plain


def test_nothing_is_left_in_a_folder_for_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "not there"))
    assert workbook.render(three()).startswith(b"PK")


_PRINT_DIGEST = """
import sys, hashlib
sys.path[:0] = [{tests!r}, {root!r}]
from tables import three
from pipeline.exporters import workbook
print(hashlib.sha256(workbook.render(three())).hexdigest())
"""


def test_the_same_store_gives_the_same_bytes_anywhere_at_any_time() -> None:
    tests = Path(__file__).parent
    script = _PRINT_DIGEST.format(tests=str(tests), root=str(tests.parent))
    digests = {hashlib.sha256(workbook.render(three())).hexdigest()}
    for zone, seed in (("Pacific/Kiritimati", "1"), ("America/Los_Angeles", "2")):
        environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "LANG": "C"}
        command = [sys.executable, "-c", script]
        printed = subprocess.run(command, env=environment, capture_output=True, check=True).stdout
        digests.add(printed.decode().strip())
    assert len(digests) == 1


def test_an_empty_store_gives_a_workbook() -> None:
    book = opened(Snapshot())
    assert book.sheetnames == SHEETS
    assert book["Totaux"]["B2"].value == 0
