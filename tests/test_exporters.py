import csv
import errno
import io
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace

import pytest
from builders import (
    ENVELOPE,
    GAP,
    camp_registration,
    doubtful,
    other_registration,
    outcome,
    reading,
    receipt,
    registration,
    source,
    unread,
)
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline import exporters, installed
from pipeline.errors import ExportError
from pipeline.exporters import fields, guarded, participants, registrations, rejected, unguarded
from pipeline.judging.shares import shares
from pipeline.records import FieldReading, Finding, Registration, Rejection, Severity
from pipeline.snapshot import RegistrationRow, RejectedRow, Snapshot
from pipeline.store import Store

OUTPUTS = {
    "registrations.csv",
    "registrations.xlsx",
    "payments.csv",
    "inscriptions.csv",
    "fields.csv",
    "participants.csv",
    "rejected.csv",
    "events.json",
    "report.html",
}
LOCK = {".fiches.lock"}


def snapshot(*forms: Registration) -> Snapshot:
    rows = (
        RegistrationRow(
            f"0123456789ab-{n}", "mail.eml!a.pdf", form, ENVELOPE, shares=shares(form, {})
        )
        for n, form in enumerate(forms, start=1)
    )
    return Snapshot(tuple(rows), documents=1)


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def one(form: Registration) -> dict[str, str]:
    (row,) = table(registrations.render(snapshot(form)))
    return row


# registrations.csv


def test_registrations_csv_to_the_letter() -> None:
    form = registration(
        total=9000, findings=(GAP, Finding("x", Severity.INFO, said="Deux, « trois »."))
    )
    assert registrations.render(snapshot(form)) == (
        "registration,document,page,form,status,etat,comptee,reference,organisation,email,telephone,"
        "personnes,n_personnes,adherents,non_adherents,etudiants,repas,total,total_calcule,ecart,"
        "paye,paiement,confidence,findings,received_at,sender,subject\n"
        "0123456789ab-1,mail.eml!a.pdf,2,mais-2018-02-02,review,reçue,1,,ESAT du Moulin,"
        "zoe.martin@exemple.fr,02 99 00 00 00,Zoé MARTIN | Luc PETIT,2,2,0,0,2,90.00,84.20,5.80,"
        '0.00,virement,0.9900,"Total écrit 90,00 €, tarif attendu 84,20 € (écart 5,80 €). | Deux, '
        '« trois ».",2018-01-12T09:30:00+01:00,zoe.martin@exemple.fr,Inscription de Zoé\n'
    )


@pytest.mark.parametrize(
    ("total", "due", "cells"),
    [
        (8420, 8420, ("84.20", "84.20", "0.00")),
        (8415, 8420, ("84.15", "84.20", "-0.05")),
        (0, 123456, ("0.00", "1234.56", "-1234.56")),
        (None, 8420, ("", "84.20", "")),
        (8420, None, ("84.20", "", "")),
    ],
)
def test_the_three_amounts_stand_beside_each_other(
    total: int | None, due: int | None, cells: tuple[str, str, str]
) -> None:
    row = one(registration(total=total, due=due))
    assert (row["total"], row["total_calcule"], row["ecart"]) == cells


def test_what_no_mail_brought_has_no_sender() -> None:
    row = replace(snapshot(registration()).registrations[0], envelope=None)
    (cells,) = table(registrations.render(Snapshot((row,))))
    assert (cells["received_at"], cells["sender"], cells["subject"]) == ("", "", "")


@pytest.mark.parametrize("nothing", [unread("personnes.3"), reading("personnes.3", "")])
def test_a_line_read_as_nothing_is_no_person(nothing: FieldReading) -> None:
    form = registration(more=(nothing, replace(nothing, field="personnes.4")))
    row = one(form)
    assert (row["personnes"], row["n_personnes"]) == ("Zoé MARTIN | Luc PETIT", "2")
    people = table(participants.render(snapshot(form)))
    assert [(p["rang"], p["tarif"], p["repas"]) for p in people] == [
        ("1", "adhérent", "1"),
        ("2", "adhérent", "1"),
    ]


def three_forms() -> Snapshot:
    return snapshot(camp_registration(), registration(), other_registration(jeunes=1))


def test_of_several_forms_the_table_has_what_they_share_by_what_it_is_for() -> None:
    text = registrations.render(three_forms())
    assert text.splitlines()[0] == (
        "registration,document,page,form,status,etat,comptee,reference,famille,organisation,email,"
        "telephone,enfants,personnes,participants,n_personnes,repas,a_regler,total,montant,"
        "total_calcule,ecart,paye,paiement,confidence,findings,received_at,sender,subject"
    )
    camp, mais, row = table(text)
    assert (row["participants"], row["n_personnes"]) == ("Zoé MARTIN | Luc PETIT", "2")
    assert (row["montant"], row["total_calcule"], row["ecart"]) == ("25.00", "24.00", "1.00")
    assert (mais["total"], mais["personnes"]) == ("84.20", "Zoé MARTIN | Luc PETIT")
    assert (camp["repas"], mais["repas"], row["repas"]) == ("4", "2", "")
    assert (camp["email"], camp["famille"]) == ("ines.roux@exemple.fr", "Les ROUX")


def test_each_of_several_forms_has_a_table_in_its_order_under_its_labels() -> None:
    files = registrations.further(three_forms())
    assert [*files] == [
        *("registrations-camp.csv", "registrations-mais-2018-02-02.csv"),
        "registrations-sortie.csv",
    ]
    common = (
        "registration,document,page,form,status,etat,comptee,reference,n_personnes,total_calcule,"
        "ecart,paye,confidence,findings,received_at,sender,subject,"
    )
    assert [text.splitlines()[0].removeprefix(common) for text in files.values()] == [
        "Né le,Nom de famille,Email,Enfants,Repas,Nuits sous la tente,À régler",
        "Service,E-mail,Téléphone,Personnes,Adhérents,Non-adhérents,Repas,Total,Paiement,Étudiants",
        "Participants,Plein tarif,Jeunes,Gouters,Montant,Invites",
    ]
    (camp,), (mais,), (other,) = map(table, files.values())
    assert (camp["Né le"], camp["Enfants"]) == ("02/02/2010", "Inès ROUX | Tom ROUX")
    assert (camp["Nuits sous la tente"], camp["À régler"], camp["ecart"]) == ("2", "60.00", "0.00")
    assert (mais["registration"], mais["Repas"], mais["Étudiants"]) == ("0123456789ab-2", "2", "0")
    assert (other["form"], other["Jeunes"], other["Invites"]) == ("sortie", "1", "1")


def test_one_form_has_one_table() -> None:
    assert registrations.further(snapshot(registration(), registration())) == {}
    assert participants.further(snapshot(registration(), registration())) == {}


def test_the_table_of_a_form_goes_by_its_fullest_fiche_and_guards_its_heads() -> None:
    full = camp_registration(more=(reading("ville", "Rennes"), reading("notes", "=1+1")))
    roles = replace(full.roles, titles=(*full.roles.titles, ("ville", "Email"), ("notes", "=1+1")))
    earlier = replace(full, readings=(full.readings[-1], *full.readings[1:-2]))
    forms = snapshot(replace(earlier, roles=roles), replace(full, roles=roles), registration())
    head, first, second = registrations.further(forms)["registrations-camp.csv"].splitlines()
    assert head.endswith(
        ",Né le,Nom de famille,Email,Enfants,Repas,Nuits sous la tente,À régler,Email (2),'=1+1"
    )
    assert first.endswith(",60.00,,'=1+1")
    assert second.endswith(",60.00,Rennes,'=1+1")


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (("aB", "Ab"), ["registrations-Ab.csv", "registrations-aB (2).csv"]),
        (("../x", "x\\y"), ["registrations-.._x.csv", "registrations-x_y.csv"]),
        (("a:b?", "c\nd"), ["registrations-a_b_.csv", "registrations-c_d.csv"]),
        (("fête", "é" * 99), ["registrations-fête.csv", f"registrations-{'é' * 60}.csv"]),
    ],
)
def test_a_table_of_a_form_has_a_name_that_every_system_keeps(
    ids: tuple[str, str], expected: list[str]
) -> None:
    forms = (replace(registration(), form_id=form) for form in ids)
    assert [*registrations.further(snapshot(*forms))] == expected


def test_a_field_that_only_sounds_like_a_total_does_not_take_its_column() -> None:
    form = other_registration()
    form = replace(form, readings=(*form.readings, reading("total", "3", 3)))
    forms = snapshot(registration(), form)
    mais, row = table(registrations.render(forms))
    assert (row["total"], row["montant"], mais["total"]) == ("", "25.00", "84.20")
    (own,) = table(registrations.further(forms)["registrations-sortie.csv"])
    assert (own["Total"], own["Montant"]) == ("3", "25.00")


def test_fields_of_other_forms_become_further_columns() -> None:
    other = (
        reading("ville", "Rennes"),
        reading("enfants.1", "Léa"),
        reading("enfants.2", "Tom"),
        reading("page", "recto"),
    )
    text = registrations.render(snapshot(registration(), registration(more=other)))
    assert text.splitlines()[0].endswith(",subject,enfants,champ_page,ville")
    first, second = table(text)
    assert (first["enfants"], first["champ_page"], first["ville"]) == ("", "", "")
    assert (second["enfants"], second["champ_page"], second["ville"]) == (
        "Léa | Tom",
        "recto",
        "Rennes",
    )
    assert second["page"] == "2"


# fields.csv, rejected.csv, participants.csv


def test_fields_csv_has_a_line_for_each_reading() -> None:
    form = registration(people=(), more=(doubtful("personnes.1"),))
    text = fields.render(snapshot(form))
    lines = text.splitlines()
    assert lines[0] == (
        "document,page,registration,field,raw,value,confidence,status,reason,x_mm,y_mm,w_mm,h_mm,"
        "type,quality"
    )
    assert len(lines) == 1 + len(form.readings)
    assert (
        "mail.eml!a.pdf,2,0123456789ab-1,personnes.1,Luc,Luc,0.6200,review,"
        "Lecture incertaine ; peut-être : Lue.,11.50,26.60,100.70,9.20,words,grey"
    ) in lines
    assert "mail.eml!a.pdf,2,0123456789ab-1,etudiants,0,0,0.9900,accepted,,,,,,words,grey" in lines


def test_rejected_csv_leaves_the_page_of_a_whole_document_empty() -> None:
    rows = (
        RejectedRow("a.pdf", Rejection("damaged", "Fichier abîmé.")),
        RejectedRow("b.pdf", Rejection("no-form", "Aucune fiche.", 3)),
    )
    assert rejected.render(Snapshot(rejected=rows)) == (
        "document,page,kind,message\na.pdf,,damaged,Fichier abîmé.\nb.pdf,3,no-form,Aucune fiche.\n"
    )


def test_participants_csv_has_a_line_for_each_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(participants, "split_name", lambda name: tuple(name.split()[::-1]))
    assert participants.render(snapshot(registration())) == (
        "registration,rang,nom,prenom,tarif,repas\n"
        "0123456789ab-1,1,MARTIN,Zoé,adhérent,1\n"
        "0123456789ab-1,2,PETIT,Luc,adhérent,1\n"
    )


def test_who_stands_on_a_fiche_and_on_what_it_adds_to_has_one_line() -> None:
    twice = snapshot(registration(people=("Zoé MARTIN", "Luc PETIT")), registration())
    first = replace(twice.registrations[0], counted_elsewhere=frozenset(("Zoé MARTIN",)))
    rows = (first, *twice.registrations[1:])
    people = table(participants.render(replace(twice, registrations=rows)))
    assert [(person["registration"][-1], person["nom"]) for person in people] == [
        ("1", "PETIT"),
        ("2", "MARTIN"),
        ("2", "PETIT"),
    ]


@pytest.mark.parametrize(
    ("form", "tariff", "meal"),
    [
        (registration(adherents=2), "adhérent", "1"),
        (registration(adherents=0, non_adherents=2, repas=0), "non-adhérent", "0"),
        (registration(adherents=0, etudiants=2, repas=1), "étudiant", ""),
        (registration(adherents=1, non_adherents=1), "", "1"),
        (registration(adherents=2, non_adherents=1), "", "1"),
        (registration(adherents=1, repas=3), "", ""),
        (registration(more=(unread("adherents"), unread("repas"))), "", ""),
        (registration(more=(unread("etudiants"),)), "", "1"),
    ],
)
def test_a_person_has_a_tariff_only_where_the_form_settles_it(
    form: Registration, tariff: str, meal: str
) -> None:
    for person in table(participants.render(snapshot(form))):
        assert (person["tarif"], person["repas"]) == (tariff, meal)


@pytest.mark.parametrize(
    ("jeunes", "gouters", "tariff", "meal"),
    [(2, 2, "jeune", "1"), (0, 0, "invites", "0"), (1, 1, "", "")],
)
def test_the_people_of_another_form_are_listed_with_its_tariffs(
    jeunes: int, gouters: int, tariff: str, meal: str
) -> None:
    form = other_registration(jeunes=jeunes, gouters=gouters)
    people = table(participants.render(snapshot(form)))
    assert [person["rang"] for person in people] == ["1", "2"]
    assert {(person["tarif"], person["gouters"]) for person in people} == {(tariff, meal)}


def test_each_person_has_what_was_said_of_them() -> None:
    form = registration(adherents=1, non_adherents=1, repas=1)
    said = {"personnes.1": "non_adherents repas=1", "personnes.2": "adherents repas=0"}
    row = replace(snapshot(form).registrations[0], shares=shares(form, said))
    people = table(participants.render(Snapshot((row,))))
    assert [(person["tarif"], person["repas"]) for person in people] == [
        ("non-adhérent", "1"),
        ("adhérent", "0"),
    ]


def test_each_kind_of_meal_has_its_column() -> None:
    form = other_registration(gouters=0)
    form = replace(form, roles=replace(form.roles, others=("gouters", "jeunes")))
    people = table(participants.render(snapshot(form)))
    assert {(person["gouters"], person["jeunes"]) for person in people} == {("0", "1")}


def test_of_several_forms_the_people_have_only_columns_that_are_filled() -> None:
    camp = camp_registration()
    camp = replace(camp, readings=tuple(r for r in camp.readings if r.field != "nuits"))
    unknown = registration(more=(unread("repas"),))
    text = participants.render(snapshot(camp, unknown, other_registration()))
    assert text.splitlines()[0] == "registration,rang,nom,prenom,tarif,gouters"
    files = participants.further(snapshot(camp, unknown, other_registration()))
    assert {name: of.splitlines()[0].split(",tarif,")[1] for name, of in files.items()} == {
        "participants-camp.csv": "Repas,Nuits sous la tente",
        "participants-mais-2018-02-02.csv": "Repas",
        "participants-sortie.csv": "Gouters",
    }
    people = table(files["participants-sortie.csv"])
    assert [(person["rang"], person["tarif"], person["Gouters"]) for person in people] == [
        ("1", "jeune", "1"),
        ("2", "jeune", "1"),
    ]


# cells


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3", "'-2+3"),
        ("+33 2 99", "'+33 2 99"),
        ("\t=1", "'\t'=1"),
        ("\rx", "'\rx"),
        (' "=1', "' \"=1"),
        ("＝1+1", "'＝1+1"),
        ("a;=1", "a;'=1"),
        ("a\n-1+1", "a\n'-1+1"),
        ("'=1", "''=1"),
        ("-5.00", "-5.00"),
        ("12", "12"),
        ("-", "-"),
        ("=", "="),
        ("zoe@exemple.fr", "zoe@exemple.fr"),
        ("Jean-Yves | =x", "Jean-Yves | =x"),
        ("l'Abbé", "l'Abbé"),
        ("", ""),
    ],
)
def test_a_cell_is_never_a_formula(cell: str, safe: str) -> None:
    assert guarded(cell) == safe
    assert unguarded(safe) == cell


_CELLS = st.text(alphabet=st.sampled_from("=+-@'\"; \t\r\n,|aé1."), max_size=12)


@given(_CELLS)
def test_a_guarded_cell_can_be_given_back(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell


@given(st.lists(_CELLS, min_size=2, max_size=4))
def test_a_table_is_read_back_as_it_was_written(cells: list[str]) -> None:
    text = exporters.csv_text(["a", "b"], [cells, cells])
    _, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert [[unguarded(cell) for cell in row] for row in rows] == [cells, cells]


@given(_CELLS, st.sampled_from(";\t"))
def test_another_separator_lets_no_formula_through(cell: str, separator: str) -> None:
    assume(not re.fullmatch(r"-\d+(\.\d+)?", cell))
    for line in guarded(cell).splitlines():
        for part in line.split(separator):
            assert not re.match(r"[\s\"]*[=+@-]\s*\S", part)


def test_every_table_guards_its_cells() -> None:
    evil = '=HYPERLINK("http://x")'
    mail = replace(ENVELOPE, sender=evil, subject=evil)
    form = registration(more=(reading("organisation", evil), reading("personnes.1", evil)))
    everything = Snapshot(
        (RegistrationRow("0-1", evil, form, mail),), (RejectedRow(evil, Rejection("x", evil)),)
    )
    for exporter in (registrations, fields, participants, rejected):
        cells = [cell for row in table(exporter.render(everything)) for cell in row.values()]
        assert not [cell for cell in cells if cell.startswith("=")]
        assert [cell for cell in cells if cell.startswith("'=")]


# writing


def fake_store(text: str = "") -> SimpleNamespace:
    form = registration(more=(reading("organisation", text or "CCAS"),))
    return SimpleNamespace(snapshot=lambda: snapshot(form))


def test_all_is_written_in_utf8_and_nothing_else(tmp_path: Path) -> None:
    assert exporters.export_all(fake_store(), tmp_path) == fake_store().snapshot()
    assert {path.name for path in tmp_path.iterdir()} == OUTPUTS | LOCK
    data = (tmp_path / "registrations.csv").read_bytes()
    assert data.startswith(b"registration,")
    assert "Zoé".encode() in data
    assert b"\r" not in data


def test_a_byte_that_is_no_character_is_shown(tmp_path: Path) -> None:
    exporters.export_all(fake_store("caf\udce9"), tmp_path)
    assert rb"caf\udce9" in (tmp_path / "registrations.csv").read_bytes()


def test_a_new_exporter_is_a_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugins, out = tmp_path / "plugins", tmp_path / "out"
    plugins.mkdir()
    out.mkdir()
    (plugins / "count.py").write_text(
        "FILE_NAME = 'count.txt'\ndef render(snapshot): return str(len(snapshot.registrations))\n"
    )
    (plugins / "_shared.py").write_text("")
    monkeypatch.setattr(exporters, "__path__", [*exporters.__path__, str(plugins)])
    monkeypatch.delitem(sys.modules, "pipeline.exporters.count", raising=False)
    assert exporters.names() == (
        *("count", "events", "fields", "inscriptions", "participants", "payments"),
        *("registrations", "rejected", "report", "workbook"),
    )
    exporters.export_all(fake_store(), out)
    assert (out / "count.txt").read_text() == "1"


def fake_stores(*forms: Registration) -> SimpleNamespace:
    return SimpleNamespace(snapshot=lambda: snapshot(*forms))


OF_FORMS = {
    f"{table}-{form}.csv"
    for table in ("registrations", "participants", "inscriptions")
    for form in ("mais-2018-02-02", "sortie")
}


def test_the_tables_of_forms_that_are_gone_are_deleted_and_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "registrations-copie.csv").write_text("somebody's own")
    exporters.export_all(fake_stores(registration(), other_registration()), tmp_path)
    expected = OUTPUTS | OF_FORMS | {"registrations-copie.csv"}
    files = {path.name for path in tmp_path.iterdir()}
    assert {name for name in files if not name.startswith(".")} == expected
    listed = {path.name for path in exporters.outputs(tmp_path)}
    assert listed == OUTPUTS | OF_FORMS
    exporters.export_all(fake_stores(registration()), tmp_path)
    assert {path.name for path in exporters.outputs(tmp_path)} == OUTPUTS
    files = {path.name for path in tmp_path.iterdir() if not path.name.startswith(".")}
    assert files == OUTPUTS | {"registrations-copie.csv"}
    assert (tmp_path / "registrations-copie.csv").read_text() == "somebody's own"


def test_a_table_that_was_open_when_its_form_went_is_deleted_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporters.export_all(fake_stores(registration(), other_registration()), tmp_path)
    unlink = Path.unlink

    def locked(self: Path, *, missing_ok: bool = False) -> None:
        if self.name == "registrations-sortie.csv":
            raise PermissionError(errno.EACCES, "Permission denied")
        unlink(self, missing_ok=missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", locked)
        exporters.export_all(fake_stores(registration()), tmp_path)
    assert (tmp_path / "registrations-sortie.csv").exists()
    exporters.export_all(fake_stores(registration()), tmp_path)
    assert not (tmp_path / "registrations-sortie.csv").exists()


def test_a_run_killed_while_it_writes_leaves_no_table_that_nobody_deletes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = exporters.write_whole

    def write(path: Path, data: bytes, *, durable: bool) -> None:
        if path.name == "registrations.csv":
            raise KeyboardInterrupt
        written(path, data, durable=durable)

    store = fake_stores(registration(), other_registration())
    with monkeypatch.context() as patch:
        patch.setattr(exporters, "write_whole", write)
        with pytest.raises(KeyboardInterrupt):
            exporters.export_all(store, tmp_path)
    assert (tmp_path / "participants-sortie.csv").exists()
    exporters.export_all(fake_stores(registration()), tmp_path)
    assert not [*tmp_path.glob("participants-*.csv"), *tmp_path.glob("registrations-*.csv")]


def test_tables_stay_where_their_exporter_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporters.export_all(fake_stores(registration(), other_registration()), tmp_path)
    brought = EntryPoint("badges", f"{__name__}:_Stumbles", installed.EXPORTERS)
    monkeypatch.setattr(installed, "additions", lambda _group: {"badges": brought})
    with pytest.raises(ExportError, match="'badges' failed"):
        exporters.export_all(fake_stores(registration()), tmp_path)
    assert {path.name for path in exporters.outputs(tmp_path)} >= OF_FORMS


def test_a_full_disk_leaves_the_earlier_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporters.export_all(fake_store(), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(_fd: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ExportError, match=r"\.(csv|json): cannot be written \(No space.*Free some"):
        exporters.export_all(fake_store("changed"), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_table_that_a_spreadsheet_keeps_open_keeps_back_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(path: Path, data: bytes, *, durable: bool) -> None:
        if path.name == "inscriptions.csv":  # as Windows refuses to replace what Excel shows
            raise PermissionError(errno.EACCES, "Permission denied")
        path.write_bytes(data)

    monkeypatch.setattr(exporters, "write_whole", write)
    with pytest.raises(ExportError, match=r"inscriptions\.csv: .*Permission denied.*Close it"):
        exporters.export_all(fake_store(), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == OUTPUTS - {"inscriptions.csv"} | LOCK


def test_what_a_killed_run_left_half_written_is_replaced(tmp_path: Path) -> None:
    (tmp_path / ".fields.csv.17-4.part").write_text("half a ta")
    (tmp_path / ".report.html.tmp").write_text("half a page")
    (tmp_path / ".known.json.17-4.part").write_text("another's")
    exporters.export_all(fake_store(), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == OUTPUTS | LOCK | {".known.json.17-4.part"}


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"nowhere: cannot be opened.*--out"):
        exporters.export_all(fake_store(), tmp_path / "nowhere")


def test_two_runs_may_write_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        runs = [pool.submit(exporters.export_all, fake_store(), tmp_path) for _ in range(12)]
        for run in runs:
            run.result()
    assert {path.name for path in tmp_path.iterdir()} == OUTPUTS | LOCK


def test_outputs_depend_on_the_inbox_alone(store_url: str, tmp_path: Path) -> None:
    made = [
        outcome(
            source(f"{'zéaÉ'[i % 4]}{i}", content=str(i // 2), mail=ENVELOPE if i % 3 else None),
            registration(more=(doubtful("personnes.3"),), findings=(GAP,)),
            registration(page=4, total=None),
            rejections=(Rejection("no-form", "Aucune fiche.", 6),),
            thumbnails=(b"\xff\xd8", b""),
        )
        for i in range(8)
    ]

    def export(url: str, out: Path, *, often: int) -> dict[str, bytes]:
        out.mkdir()
        for _ in range(often):
            with Store.open(url) as store:
                for one in made if often == 1 else made[::-1]:
                    store.record_received(receipt(one.source))
                    store.record_outcome(replace(one, seconds=often), reader=f"reader {often}")
                exporters.export_all(store, out)
        return {name: (out / name).read_bytes() for name in OUTPUTS}

    expected = export(f"sqlite:///{tmp_path / 'plain.sqlite'}", tmp_path / "plain", often=1)
    assert export(store_url, tmp_path / "other", often=2) == expected


def test_what_one_form_counts_and_another_prices_has_one_column() -> None:
    other = other_registration()
    other = replace(other, roles=replace(other.roles, others=("adherents", "gouters")))
    header = registrations.render(snapshot(registration(), other)).splitlines()[0].split(",")
    assert len(header) == len(set(header))
    assert header.count("adherents") == 1


def test_a_table_without_fiches_has_the_columns_of_every_table() -> None:
    header = registrations.render(snapshot()).splitlines()[0]
    assert "n_personnes,total_calcule,ecart," in header


# exporters of other packages


class _Stumbles:
    FILE_NAME = "badges.csv"

    @staticmethod
    def render(_snapshot: Snapshot) -> str:
        raise ValueError("Zoé MARTIN")


def test_an_exporter_of_another_package_that_fails_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought = EntryPoint("badges", f"{__name__}:_Stumbles", installed.EXPORTERS)
    monkeypatch.setattr(installed, "additions", lambda _group: {"badges": brought})
    failing = pytest.raises(ExportError, match=r"badges\.csv.*'badges' failed")
    with Store.open(f"sqlite:///{tmp_path / 'fiches.sqlite'}") as store, failing as caught:
        exporters.export_all(store, tmp_path)
    assert "MARTIN" not in str(caught.value)


def test_a_table_that_a_spreadsheet_holds_open_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replace(self: Path, target: Path) -> Path:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(ExportError, match=r"cannot be written.*Close it in the program"):
        exporters.export_all(fake_store(), tmp_path)
