"""The treasurer's verbs, as typed: statements in, entries, letters and papers out."""

import csv
import threading
from dataclasses import replace
from datetime import date
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest
from bank_files import FORMATS, IBAN, statement, write
from judged import LENIENT
from pages import form
from treasury import ACCOUNTING, TARIFFS, fiche, fill

from pipeline.cli import main
from pipeline.config import Accounting
from pipeline.decisions import Act, Change, Decision, Letter
from pipeline.french import GAP
from pipeline.judging import deciding
from pipeline.ledger import Movement, PaidBy, Taking
from pipeline.money import cents_text
from pipeline.paths import SHIPPED_FORM, write_whole
from pipeline.payments.reference import reference_of
from pipeline.records import Status
from pipeline.store import Store
from pipeline.treasury.letters import write_letters


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


def test_who_owes_nothing_is_confirmed_without_a_receipt(desk: Path) -> None:
    with opened(desk) as store:
        ids = fill(store, etudiants=fiche("etudiants", adherents=0, non_adherents=0, repas=0))
    assert main(["letters"]) == 0
    (path,) = (desk / "outputs/letters").iterdir()
    mail = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    assert not [*mail.iter_attachments()]
    assert "rien à régler" in mail.get_body().get_content()
    (row,) = rows(desk / "outputs/registrations.csv")
    assert (row["registration"], row["etat"]) == (ids["etudiants"], "confirmée")


def test_the_same_days_in_another_format_bring_nothing_new(desk: Path) -> None:
    with opened(desk) as store:
        ids = fill(store, moulin=fiche("moulin"), chene=fiche("chene"), saule=fiche("saule"))
    january = [
        credit(15, 13630, "SERVICE MOULIN", reference_of(ids["moulin"])),
        credit(16, 13630, "SERVICE CHENE", "INSCRIPTION JOURNEE"),
        credit(16, 13630, "SERVICE CHENE", "INSCRIPTION JOURNEE"),
        credit(20, -450, "", "FRAIS DE TENUE DE COMPTE"),
    ]
    assert payments(bank_file(desk, *january)) == 0
    first = rows(desk / "outputs/payments.csv")
    assert len(first) == 4
    for kind in FORMATS:
        assert payments(bank_file(desk, *january, name=f"{kind}.dat", kind=kind)) == 0
        assert rows(desk / "outputs/payments.csv") == first
    late = credit(20, 13630, "SERVICE SAULE", reference_of(ids["saule"]))
    longer = bank_file(desk, *january, late, name="janvier.ofx", kind="ofx2")
    assert payments(longer, longer) == 0
    new = rows(desk / "outputs/payments.csv")
    assert len(new) == 5
    known = {row["movement"] for row in first}
    (brought,) = (row for row in new if row["movement"] not in known)
    assert (brought["registrations"], brought["state"]) == (ids["saule"], "matched")


def test_a_bad_file_costs_only_itself(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with opened(desk) as store:
        ids = fill(store, moulin=fiche("moulin"))
    good = bank_file(desk, credit(15, 13630, "SERVICE MOULIN", reference_of(ids["moulin"])))
    data = good.read_bytes()
    wrong = desk / "faux.txt"
    wrong.write_bytes(data[:-30])
    other = desk / "autre.txt"
    other.write_text("bonjour")
    assert main(["payments", str(good), "--account", "FR7642559000112102806540308"]) == 4
    assert "account" in capsys.readouterr().err
    assert payments(wrong, good, other) == 8
    said = capsys.readouterr()
    assert "faux.txt" in said.err
    assert "autre.txt" in said.err
    assert [row["state"] for row in rows(desk / "outputs/payments.csv")] == ["matched"]
    assert payments(wrong, desk / "rien.txt") == 4


def test_an_account_that_is_none_is_refused(desk: Path) -> None:
    with opened(desk) as store:
        fill(store, moulin=fiche("moulin"))
    file = bank_file(desk, credit(15, 13630, "SERVICE MOULIN", ""), name="releve.qif", kind="qif")
    for account in ("FR7630004000031234567890144", "compte"):
        with pytest.raises(SystemExit, match="2"):
            main(["payments", str(file), "--account", account])
    assert main(["payments", str(file), "--account", "fr76 3000 4000 0312 3456 7890 143"]) == 0
    assert payments(file) == 0
    assert len(rows(desk / "outputs/payments.csv")) == 1


def test_without_the_form_that_was_paid_by_nothing_is_booked(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = (SHIPPED_FORM / "form.toml").read_text("utf-8")
    own = desk / "mine" / "own"
    own.mkdir(parents=True)
    (own / "form.toml").write_text(shipped.replace('id = "mais-2018-02-02"', 'id = "own"'), "utf-8")
    (own / "blank.pdf").write_bytes((SHIPPED_FORM / "blank.pdf").read_bytes())
    settings = f'forms = ["mine"]\n[accounting]\n{ACCOUNTING}\n'
    (desk / "fiches.toml").write_text(settings)
    with opened(desk) as store:
        ids = fill(store, moulin=replace(fiche("moulin"), form_id="own"))
    assert payments(bank_file(desk, credit(15, 13630, "", reference_of(ids["moulin"])))) == 0
    assert main(["book"]) == 0
    (desk / "fiches.toml").unlink()
    assert main(["book"]) == 3
    assert "No form own" in capsys.readouterr().err
    assert income(desk / "outputs/accounting") == 13630
    assert not (desk / "outputs/accounting/0002").exists()


def test_a_receipt_asks_for_nothing_that_was_left_unpaid(desk: Path) -> None:
    with opened(desk) as store:
        ids = fill(store, moulin=fiche("moulin"))
        cash = Taking(date(2018, 1, 12), 13000, PaidBy.CASH)
        store.take(cash, [pays(ids["moulin"], 13000)], who="Ana")
        (filed,) = store.filed()
        waive = Decision(Act.WAIVE, value="-630", reason="arrondi")
        store.decide([Change(filed.subject, filed.version, (waive,))], who="Ana")
    (desk / "mine").mkdir()
    says = "{{ total }}, écart {{ ecart }}, reste {{ reste or 'aucun' }}"
    (desk / "mine/confirmation.txt.j2").write_text(f"Objet : Reçu\n{says}", "utf-8")
    (desk / "fiches.toml").write_text('letters = "mine"\n')
    assert main(["letters"]) == 0
    (path,) = (desk / "outputs/letters").iterdir()
    mail = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    said = " ".join(mail.get_body().get_content().split())
    assert said == "130,00 €, écart \N{MINUS SIGN}6,30 €, reste aucun"


def test_two_who_draft_letters_at_once_draft_each_once(desk: Path) -> None:
    names = ("moulin", "chene", "saule", "tilleul")
    with opened(desk) as store, opened(desk) as another:
        ids = fill(store, **{name: fiche(name) for name in names})
        for name in names:
            cash = Taking(date(2018, 1, 12), 13630, PaidBy.CASH)
            store.take(cash, [pays(ids[name], 13630)], who="Ana")
        forms, settings = {form().id: form()}, Accounting()
        here, there = (
            write_letters(each, desk, forms, settings, today=date(2018, 1, 20))
            for each in (store, another)
        )
        drafted = [next(here), next(there), *here, *there]
        sent = {dict(filed.sent)[Letter.CONFIRMATION] for filed in store.filed()}
    assert len(drafted) == len({letter.path for letter in drafted}) == len(names)
    assert all(letter.path.is_file() for letter in drafted)
    assert sent == {f"2018-{number:04d}" for number in range(1, len(names) + 1)}


def test_two_who_book_at_once_write_whole_files(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(desk) as store:
        ids = fill(store, moulin=fiche("moulin"))
    assert payments(bank_file(desk, credit(15, 13630, "", reference_of(ids["moulin"])))) == 0
    others: list[threading.Thread] = []
    codes: list[int] = []

    def while_another_books(path: Path, data: bytes, *, durable: bool) -> None:
        if not others:
            others.append(threading.Thread(target=lambda: codes.append(main(["book"]))))
            others[0].start()
            others[0].join(0.5)  # it waits until this one is done
        write_whole(path, data, durable=durable)

    monkeypatch.setattr("pipeline.treasury.books.write_whole", while_another_books)
    assert main(["book"]) == 0
    others[0].join()
    assert codes == [0]
    files = (desk / "outputs/accounting").rglob("*")
    assert sorted(path.name for path in files) == [
        "0001",
        "ASSOFEC20181231.txt",
        "paheko-2018.csv",
    ]


def test_a_month_later_only_what_changed_is_booked(desk: Path) -> None:
    """A second statement, three corrections, a cancellation, a refund and an unpaid cheque."""
    names = ("moulin", "chene", "saule", "tilleul", "orme", "frene")
    with opened(desk) as store:
        ids = fill(store, **{name: fiche(name, repas=2 + (name != "chene")) for name in names})
        subjects = {filed.id: filed.subject for filed in store.filed()}
        cheque = Taking(date(2018, 1, 12), 13630, PaidBy.CHEQUE, "SERVICE FRENE", "0012345", "BPCE")
        taken = store.take(cheque, [pays(ids["frene"], 13630)], who="Ana")
        deposit = Decision(Act.DEPOSITED, "2018-01-14", "1")
        store.decide([Change(taken, 10**6, (deposit,))], who="Ana")
    owed = dict.fromkeys(names, 13630) | {"chene": 12420}
    january = [
        credit(15, owed[name], f"SERVICE {name.upper()}", reference_of(ids[name]))
        for name in ("moulin", "chene", "saule", "tilleul")
    ]
    january.append(credit(17, 13630, "", "REMISE CHEQUES 1"))
    assert payments(bank_file(desk, *january, first=date(2018, 1, 1))) == 0
    states = [row["state"] for row in rows(desk / "outputs/payments.csv")]
    assert states == ["confirmed", *["matched"] * 5]
    assert main(["book"]) == 0
    batches = desk / "outputs/accounting"
    first = {path.name: path.read_bytes() for path in (batches / "0001").iterdir()}
    assert income(batches) == 4 * 13630 + 12420

    with opened(desk) as store:
        # Two meals, not three; three, not two; and a lower total, on which both agree.
        correct(store, subjects[ids["moulin"]], repas=2)
        correct(store, subjects[ids["chene"]], repas=3)
        agree(store, subjects[ids["saule"]], total=13000)
        filed = store.file_of(subjects[ids["tilleul"]])
        assert filed is not None
        cancel = Decision(Act.CANCEL, reason="empêchée")
        store.decide([Change(filed.subject, filed.version, (cancel,))], who="Ana")
    february = [
        *january[2:],
        credit(5, 1210, "SERVICE CHENE", f"COMPLEMENT {reference_of(ids['chene'])}", month=2),
        credit(6, 13630, "SERVICE ORME", "INSCRIPTION JOURNEE", month=2),
        Movement(date(2018, 2, 7), -13630, "SERVICE TILLEUL", "REMBOURSEMENT"),
        Movement(date(2018, 2, 8), -13630, "", "CHEQUE IMPAYE 0012345"),
    ]
    assert payments(bank_file(desk, *february, name="fevrier.xml", kind="camt053")) == 0
    waiting = [row for row in rows(desk / "outputs/payments.csv") if row["state"] == "to decide"]
    assert [row["amount"] for row in waiting] == ["12.10", "-136.30", "-136.30"]
    with opened(desk) as store:
        for row, name, cents in zip(
            waiting, ("chene", "tilleul", "frene"), (1210, -13630, -13630), strict=True
        ):
            change = Change(row["movement"], 10**6, (pays(ids[name], cents),))
            store.decide([change], who="Ana")
    assert main(["book"]) == 0
    table = {row["registration"]: row for row in rows(desk / "outputs/registrations.csv")}
    assert main(["letters"]) == 0
    table = {row["registration"]: row for row in rows(desk / "outputs/registrations.csv")}
    assert {name: (table[ids[name]]["etat"], table[ids[name]]["paye"]) for name in names} == {
        "moulin": ("confirmée", "136.30"),
        "chene": ("confirmée", "136.30"),
        "saule": ("confirmée", "136.30"),
        "tilleul": ("remboursée", "0.00"),
        "orme": ("confirmée", "136.30"),
        "frene": ("vérifiée", "0.00"),
    }
    assert income(batches) == (13630 - 1210) + 13630 + 13000 + 13630
    assert advances(batches) == 1210 + 630
    assert {path.name: path.read_bytes() for path in (batches / "0001").iterdir()} == first
    for number in ("1", "2"):
        before = {p: p.read_bytes() for p in batches.rglob("*.*") if p.is_file()}
        assert main(["book", "--again", number]) == 0
        assert {p: p.read_bytes() for p in batches.rglob("*.*") if p.is_file()} == before
    assert main(["book"]) == 0
    assert sorted(path.name for path in batches.iterdir()) == ["0001", "0002"]


def pays(name: str, cents: int) -> Decision:
    return Decision(Act.PAYS, name, str(cents))


def correct(store: Store, subject: str, **counts: int) -> None:
    """A person corrects counts, and the total with them."""
    _decide(store, subject, counts | {"total": None})


def agree(store: Store, subject: str, *, total: int) -> None:
    """The total was read wrongly; the sender and the secretary agreed on what it says."""
    _decide(store, subject, {"total": total}, settled="agreed")


def _decide(
    store: Store, subject: str, values: dict[str, int | None], *, settled: str = ""
) -> None:
    filed = store.file_of(subject)
    assert filed is not None
    after, decisions = filed.registration, []
    counts = {f: r.value for f in TARIFFS if (r := after.reading(f))} | values
    if counts.get("total") is None:
        counts["total"] = sum(TARIFFS[f] * int(counts[f] or 0) for f in TARIFFS)
    for field, value in counts.items():
        if value == after.reading(field).value:  # type: ignore[union-attr]
            continue
        text = cents_text(value) if field == "total" else str(value)
        decisions.append(Decision(Act.CORRECT, field, text))
    if settled:
        decisions += [Decision(Act.CONFIRM, field) for field in TARIFFS]
        decisions.append(Decision(Act.SETTLE, GAP, reason=settled))
    for decision in decisions:
        after = deciding.apply(after, form(), decision, gate=LENIENT)
    assert after.status is not Status.REVIEW, [f for f in after.findings if f.asks]
    store.decide([Change(subject, filed.version, tuple(decisions), after)], who="Ana")


def income(batches: Path) -> int:
    """What all batches booked on accounts of class 7."""
    return _net(batches, "7")


def advances(batches: Path) -> int:
    return _net(batches, "4191")


def _net(batches: Path, account: str) -> int:
    cents = 0
    for path in batches.rglob("*FEC*.txt"):
        with path.open(encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file, delimiter="\t"):
                if line["CompteNum"].startswith(account):
                    credit_, debit = (int(line[c].replace(",", "")) for c in ("Credit", "Debit"))
                    cents += credit_ - debit
    return cents
