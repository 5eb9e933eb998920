"""The treasurer's verbs, as typed: statements in, entries, letters and papers out."""

import csv
from datetime import date
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest
from bank_files import IBAN, statement, write
from treasury import ACCOUNTING, fiche, fill

from pipeline.cli import main
from pipeline.ledger import Movement
from pipeline.payments.reference import reference_of
from pipeline.store import Store


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with settings, in which verbs are typed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANGUAGE", "en")
    (tmp_path / "outputs").mkdir()
    (tmp_path / "fiches.toml").write_text(f"[accounting]\n{ACCOUNTING}\n")
    return tmp_path


def opened(folder: Path) -> Store:
    return Store.open(f"sqlite:///{folder / 'outputs' / 'fiches.sqlite'}")


def bank_file(
    folder: Path,
    *movements: Movement,
    name: str = "releve.txt",
    kind: str = "cfonb120",
    **told: object,
) -> Path:
    path = folder / name
    path.write_bytes(write(kind, statement(movements, account=IBAN, **told)))  # type: ignore[arg-type]
    return path


def payments(*files: Path) -> int:
    return main(["payments", *map(str, files), "--account", IBAN])


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def credit(day: int, cents: int, payer: str, label: str, *, month: int = 1) -> Movement:
    return Movement(date(2018, month, day), cents, payer, label)


def test_a_payment_is_matched_booked_and_confirmed(desk: Path) -> None:
    with opened(desk) as store:
        ids = fill(store, moulin=fiche("moulin"), chene=fiche("chene", adherents=1, repas=0))
    paid = credit(15, 13630, "SERVICE MOULIN", reference_of(ids["moulin"]))
    assert payments(bank_file(desk, paid)) == 0
    table = {row["registration"]: row for row in rows(desk / "outputs/registrations.csv")}
    moulin, chene = table[ids["moulin"]], table[ids["chene"]]
    assert (moulin["etat"], moulin["paye"]) == ("payée", "136.30")
    assert moulin["reference"] == reference_of(ids["moulin"])
    assert (chene["etat"], chene["paye"]) == ("vérifiée", "0.00")
    (movement,) = rows(desk / "outputs/payments.csv")
    assert movement == {
        "movement": "m1",
        "date": "2018-01-15",
        "amount": "136.30",
        "payer": "SERVICE MOULIN",
        "label": movement["label"],
        "state": "matched",
        "registrations": ids["moulin"],
        "amounts": "136.30",
        "candidates": "",
        "reason": "",
    }

    assert main(["book"]) == 0
    folder = desk / "outputs/accounting/0001"
    assert sorted(path.name for path in folder.iterdir()) == [
        "ASSOFEC20181231.txt",
        "paheko-2018.csv",
    ]
    with (folder / "paheko-2018.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file, delimiter=";"))
    assert [(x["Numéro compte"], x["Débit"], x["Crédit"]) for x in lines] == [
        ("512", "136,30", "0,00"),
        ("706", "0,00", "60,00"),
        ("706", "0,00", "40,00"),
        ("7088", "0,00", "36,30"),
    ]
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert main(["book"]) == 0
    assert not (desk / "outputs/accounting/0002").exists()
    assert main(["book", "--again", "1"]) == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before

    assert main(["letters"]) == 0
    mails = {}
    for path in (desk / "outputs/letters").iterdir():
        mails[path.name] = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    reference = reference_of(ids["moulin"]).replace(" ", "")
    confirmation = mails.pop(f"confirmation-{reference}.eml")
    assert confirmation["X-Unsent"] == "1"
    assert confirmation["To"] == "moulin@exemple.fr"
    assert [part.get_content_type() for part in confirmation.iter_attachments()] == [
        "application/pdf"
    ]
    (request,) = mails.values()
    assert "70,00" in request.get_body().get_content()
    assert reference_of(ids["chene"]) in request.get_body().get_content()
    table = {row["registration"]: row for row in rows(desk / "outputs/registrations.csv")}
    assert table[ids["moulin"]]["etat"] == "confirmée"
    assert main(["letters"]) == 0
    assert len([*(desk / "outputs/letters").iterdir()]) == 2

    assert main(["day", "mais-2018-02-02"]) == 0
    papers = {p.name for p in (desk / "outputs/day/mais-2018-02-02").iterdir()}
    assert papers == {"emargement.pdf", "repas.pdf"}
