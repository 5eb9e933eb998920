"""Money in the store: what banks say, what people note and decide, and the books."""

from dataclasses import replace
from datetime import date

import pytest
from builders import outcome, receipt, registration, source
from treasury import add, fiche

from pipeline.decisions import MACHINE, Act, Change, Decision, Fiches, Letter
from pipeline.errors import ConflictError
from pipeline.ledger import (
    Batch,
    Booking,
    Entry,
    EntryLine,
    Ledger,
    Movement,
    PaidBy,
    Ruling,
    Statement,
    Taking,
)
from pipeline.payments.overlap import new_movements
from pipeline.snapshot import Life, RegistrationRow
from pipeline.store import Store

IBAN = "FR7630004000031234567890143"
DAY = date(2018, 1, 15)
CREDIT = Movement(DAY, 13630, "SERVICE MOULIN", "INSCRIPTION", "b-1")
FEE = Movement(date(2018, 1, 31), -450, "", "FRAIS")


def the_statement(*movements: Movement, sha256: str = "a" * 64) -> Statement:
    days = [movement.day for movement in movements]
    return Statement(sha256, "OFX", IBAN, min(days), max(days), movements, 0, 1)


def record(store: Store, *movements: Movement, sha256: str = "a" * 64) -> int | None:
    statement = the_statement(*movements, sha256=sha256)
    return store.record_statement(statement, fresh=new_movements)


def pays(name: str, cents: int) -> Decision:
    return Decision(Act.PAYS, name, str(cents))


def decide(store: Store, subject: str, *decisions: Decision, who: str = "Ana") -> None:
    store.decide([Change(subject, ruling(store, subject).version, decisions)], who=who)


def ruling(store: Store, subject: str) -> Ruling:
    ledger = store.ledger()
    every = {r.subject: r for _, r in (*ledger.movements, *ledger.takings)}
    return every[subject]


def row(store: Store, name: str) -> RegistrationRow:
    return next(r for r in store.snapshot().registrations if r.id == name)


def test_movements_come_back_as_they_were_and_only_once(store_url: str) -> None:
    with Store.open(store_url) as store:
        before = store.moved()
        assert record(store, CREDIT, FEE) == 2
        assert record(store, CREDIT, FEE) is None
        assert record(store, CREDIT, replace(FEE, label="Frais de tenue"), sha256="b" * 64) == 0
        late = Movement(FEE.day, 3000, "LATE", "")
        assert record(store, CREDIT, FEE, late, sha256="c" * 64) == 1
        assert store.moved() != before
    with Store.open(store_url) as store:
        movements = [movement for movement, _ in store.ledger().movements]
        numbered = [replace(m, number=n) for n, m in enumerate((CREDIT, FEE, late), start=1)]
        assert movements == numbered
        assert all(r.is_open for _, r in store.ledger().movements)


def test_what_is_decided_last_counts_until_it_is_undone(store_url: str) -> None:
    with Store.open(store_url) as store:
        moulin, chene = (add(store, name, fiche(name)) for name in ("moulin", "chene"))
        record(store, CREDIT)
        decide(store, "m1", pays(moulin, 13630))
        assert (row(store, moulin).life, row(store, moulin).paid_cents) == (Life.PAID, 13630)
        decide(store, "m1", pays(moulin, 10000), pays(chene, 3630))
        assert ruling(store, "m1").pays == ((moulin, 10000), (chene, 3630))
        assert row(store, moulin).left_cents == 3630
        decide(store, "m1", Decision(Act.UNRELATED, reason="autre chose"))
        assert (ruling(store, "m1").state, ruling(store, "m1").pays) == ("unrelated", ())
        assert store.undo(who="Ana")[1] == ("m1",)
        assert ruling(store, "m1").pays == ((moulin, 10000), (chene, 3630))
        decide(store, "m1", Decision(Act.CANCEL, reason="mal lu"))
        assert ruling(store, "m1").is_open
        assert row(store, moulin).paid_cents == 0
        assert len(store.history("m1")) == 5


def test_who_decides_about_what_another_has_decided_is_told(store_url: str) -> None:
    with Store.open(store_url) as store:
        record(store, CREDIT)
        decide(store, "m1", Decision(Act.UNRELATED), who="Ana")
        change = Change("m1", 0, (Decision(Act.UNRELATED),))
        with pytest.raises(ConflictError, match="Ana"):
            store.decide([change], who="Luc")
        with pytest.raises(ConflictError):
            store.decide([Change("m7", 0, (Decision(Act.UNRELATED),))], who="Luc")


def test_what_is_sure_is_decided_once_and_never_over_a_person(store_url: str) -> None:
    with Store.open(store_url) as store:
        moulin = add(store, "moulin", fiche("moulin"))
        record(store, CREDIT, FEE)
        asked: list[Ledger] = []

        def judge(ledger: Ledger, claims: object) -> dict[str, tuple[Decision, ...]]:
            asked.append(ledger)
            opened = [r.subject for _, r in ledger.movements if r.is_open and not r.touched]
            return {subject: (pays(moulin, 13630),) for subject in opened if subject == "m1"}

        assert store.decide_surely(judge) == 1
        assert (ruling(store, "m1").who, ruling(store, "m1").state) == (MACHINE, "matched")
        assert store.decide_surely(judge) == 0
        decide(store, "m1", Decision(Act.CANCEL, reason="non"))
        assert store.decide_surely(judge) == 0
        assert ruling(store, "m1").touched
        decide(store, "m1", Decision(Act.UNRELATED))
        decide(store, "m2", Decision(Act.UNRELATED))
        count = len(asked)
        assert store.decide_surely(judge) == 0
        assert len(asked) == count  # nothing is open: nobody is asked


def test_what_is_sure_once_another_is_paid_is_decided_with_it(store_url: str) -> None:
    with Store.open(store_url) as store:
        moulin, chene = add(store, "moulin", fiche("moulin")), add(store, "chene", fiche("chene"))
        record(store, CREDIT, replace(CREDIT, label="CHENE"))

        def judge(ledger: Ledger, _claims: object) -> dict[str, tuple[Decision, ...]]:
            (first, second) = (ruling for _, ruling in ledger.movements)
            if first.is_open:
                return {"m1": (pays(moulin, 13630),)}
            return {"m2": (pays(chene, 13630),)} if second.is_open else {}

        assert store.decide_surely(judge) == 2
        assert ruling(store, "m2").pays == ((chene, 13630),)


def test_a_cheque_pays_is_handed_in_and_taken_back(store_url: str) -> None:
    cheque = Taking(DAY, 13630, PaidBy.CHEQUE, "M. Moulin", "0012345", "BPCE")
    with Store.open(store_url) as store:
        moulin = add(store, "moulin", fiche("moulin"))
        subject = store.take(cheque, [pays(moulin, 13630)], who="Ana")
        ((noted, _),) = store.ledger().takings
        assert noted == replace(cheque, number=1)
        assert row(store, moulin).life is Life.PAID
        decide(store, subject, Decision(Act.DEPOSITED, "2018-01-20", "1"))
        (slip,) = store.ledger().slips
        assert (slip.number, slip.day, slip.amount_cents) == (1, date(2018, 1, 20), 13630)
        assert store.ledger().open_slips == (slip,)
        assert row(store, moulin).life is Life.PAID
        decide(store, subject, pays(moulin, 10000))  # it is still in the slip
        assert store.ledger().slips == (slip,)
        assert row(store, moulin).paid_cents == 10000
        record(store, Movement(date(2018, 1, 22), 13630, "", "REMISE CHEQUES"))
        decide(store, "m1", Decision(Act.DEPOSITED, value="1"))
        assert store.ledger().open_slips == ()
        assert row(store, moulin).paid_cents == 10000  # and not paid twice
        with pytest.raises(ConflictError, match="remise n° 1"):
            decide(store, subject, Decision(Act.CANCEL, reason="rendu"))
        decide(store, "m1", Decision(Act.CANCEL, reason="autre chose"))
        decide(store, subject, Decision(Act.CANCEL, reason="rendu"))
        assert store.ledger().slips == ()
        assert row(store, moulin).paid_cents == 0


def test_a_balance_left_so_counts_while_it_is_that_one(store_url: str) -> None:
    with Store.open(store_url) as store:
        moulin = add(store, "moulin", fiche("moulin"))
        record(store, replace(CREDIT, amount_cents=13000), FEE)
        decide(store, "m1", pays(moulin, 13000))
        filed = next(f for f in store.filed() if f.id == moulin)
        waive = Decision(Act.WAIVE, value="-630", reason="arrondi")
        store.decide([Change(filed.subject, filed.version, (waive,))], who="Ana")
        assert (row(store, moulin).life, row(store, moulin).left_cents) == (Life.PAID, 0)
        decide(store, "m2", pays(moulin, -450))
        assert (row(store, moulin).life, row(store, moulin).left_cents) == (Life.VERIFIED, 1080)


def test_lives_follow_from_what_was_paid_sent_cancelled_and_given_back(store_url: str) -> None:
    with Store.open(store_url) as store:
        moulin = add(store, "moulin", fiche("moulin"))
        record(store, CREDIT, Movement(FEE.day, -13630, "", "REMBOURSEMENT"))
        lives = [row(store, moulin).life]
        decide(store, "m1", pays(moulin, 13630))
        lives.append(row(store, moulin).life)
        (filed,) = store.filed()
        for decision in (
            Decision(Act.SENT, Letter.CONFIRMATION, "2018-0001"),
            Decision(Act.CANCEL, reason="empêchée"),
        ):
            (filed,) = store.filed()
            store.decide([Change(filed.subject, filed.version, (decision,))], who="Ana")
            lives.append(row(store, moulin).life)
        assert row(store, moulin).surplus_cents == 13630
        decide(store, "m2", pays(moulin, -13630))
        lives.append(row(store, moulin).life)
    assert lives == [Life.VERIFIED, Life.PAID, Life.CONFIRMED, Life.CANCELLED, Life.REFUNDED]


def test_what_was_paid_for_a_replaced_fiche_counts_for_what_took_its_place(store_url: str) -> None:
    with Store.open(store_url) as store:
        old, new = (add(store, name, fiche(name)) for name in ("vieille", "neuve"))
        record(store, CREDIT)
        decide(store, "m1", pays(old, 13630))
        by_id = {filed.id: filed for filed in store.filed()}
        replaced = Decision(Act.REPLACE, value=by_id[new].subject)
        store.decide([Change(by_id[old].subject, 0, (replaced,))], who="Ana")
        assert (row(store, old).life, row(store, old).paid_cents) == (Life.REPLACED, 0)
        assert (row(store, new).life, row(store, new).paid_cents) == (Life.PAID, 13630)


def test_a_document_with_a_paid_fiche_is_never_read_again(store_url: str) -> None:
    paid, other = source("payee.pdf"), source("autre.pdf")
    with Store.open(store_url) as store:
        for document in (paid, other):
            store.record_received(receipt(document))
            store.record_outcome(outcome(document, registration()), reader="first")
        record(store, CREDIT)
        decide(store, "m1", pays(f"{paid.sha256[:12]}-1", 8420))
        assert store.done("second") == {paid.sha256}
        store.undo(who="Ana")  # it may be booked
        assert store.done("second") == {paid.sha256}
        again = outcome(paid, registration(people=("Autre NOM",)))
        store.record_outcome(again, reader="second")
        texts = [r.text for r in row(store, f"{paid.sha256[:12]}-1").registration.named]
        assert texts == ["Zoé MARTIN", "Luc PETIT"]


def test_what_took_the_place_of_a_paid_fiche_is_never_read_again(store_url: str) -> None:
    fiches = {"ancienne": fiche("ancienne"), "nouvelle": fiche("nouvelle")}
    with Store.open(store_url) as store:
        old, new = (add(store, name, read) for name, read in fiches.items())
        by_id = {filed.id: filed for filed in store.filed()}
        same = Decision(Act.DROP, value=by_id[new].subject)
        store.decide([Change(by_id[old].subject, 0, (same,))], who="Ana")
        record(store, CREDIT)
        decide(store, "m1", pays(old, 13630))
        add(store, "nouvelle", fiches["nouvelle"])
        assert (row(store, new).life, row(store, new).paid_cents) == (Life.PAID, 13630)


def test_batches_come_back_as_they_were_booked(store_url: str) -> None:
    lines = (EntryLine("512", "à la banque", 13630), EntryLine("706", "« x »", 0, 13630))
    first = Booking(1, date(2018, 1, 1), 1, Entry("m1", DAY, "Virement", lines))
    back = Booking(2, date(2018, 1, 1), 2, Entry("m1", FEE.day, "Annulation", lines[::-1]), 1)
    batches = {
        1: Batch(1, date(2018, 2, 1), (first,), {"siren": "", "é": "è"}),
        2: Batch(2, date(2018, 3, 1), (back,), {}),
    }

    def bookkeeper(fiches: Fiches, money: Ledger, booked: object, number: int) -> Batch | None:
        assert fiches.filed == ()
        return batches.get(number)

    with Store.open(store_url) as store:
        assert store.book(bookkeeper, who="Ana") == batches[1]
        assert store.book(bookkeeper, who="Ana") == batches[2]
        assert store.book(bookkeeper, who="Ana") is None
        assert store.bookings() == (first, back)
        assert [store.batch(number) for number in store.batches()] == [*batches.values()]
        assert store.batch(3) is None
