"""Money in the store: what was handed in, and what may not be undone any more."""

from datetime import date

import pytest

from pipeline.decisions import MACHINE, Act, Change, Decision
from pipeline.errors import ConflictError
from pipeline.ledger import Movement, PaidBy, Statement, Taking
from pipeline.payments.overlap import new_movements
from pipeline.store import Store

_DAY = date(2018, 1, 15)


def _handed_in(store: Store, *, who: str) -> None:
    """A cheque on slip 1."""
    pays = (Decision(Act.PAYS, "abc-1", "4210"),)
    subject = store.take(Taking(_DAY, 4210, PaidBy.CHEQUE), pays, who=who)
    (_, ruling), *_ = store.ledger().takings
    handed_in = Decision(Act.DEPOSITED, _DAY.isoformat(), "1")
    store.decide([Change(subject, ruling.version, (handed_in,))], who=who)


def _credit(store: Store) -> None:
    movement = Movement(_DAY, 4210, label="REMISE CHEQUES")
    statement = Statement("0" * 64, "qif", "FR76", _DAY, _DAY, (movement,))
    store.record_statement(statement, fresh=new_movements)
    credits_it = Decision(Act.DEPOSITED, value="1")
    store.decide([Change("m1", 0, (credits_it,))], who=MACHINE)


def test_a_slip_is_undone_until_the_bank_has_credited_it(store_url: str) -> None:
    with Store.open(store_url) as store:
        _handed_in(store, who="Zoé")
        _credit(store)
        assert store.ledger().open_slips == ()
        with pytest.raises(ConflictError, match="crédité la remise n° 1"):
            store.undo(who="Zoé")
        assert [slip.number for slip in store.ledger().slips] == [1]
        store.undo(who=MACHINE)
        assert store.undo(who="Zoé")[1] == ("t1",)
        assert store.ledger().slips == ()
        assert len(store.ledger().payments) == 1


def test_a_cheque_that_is_taken_back_leaves_its_slip_and_comes_back_to_it(store_url: str) -> None:
    with Store.open(store_url) as store:
        _handed_in(store, who="Zoé")
        (_, ruling), *_ = store.ledger().takings
        store.decide(
            [Change("t1", ruling.version, (Decision(Act.CANCEL, reason="deux"),))], who="Zoé"
        )
        assert (store.ledger().slips, store.ledger().payments) == ((), ())
        store.undo(who="Zoé")
        assert [slip.number for slip in store.ledger().slips] == [1]
        assert len(store.ledger().payments) == 1
