"""What only PostgreSQL has; test_store.py runs on both databases."""

import sys

import pytest
from builders import outcome, receipt, registration, source
from sqlalchemy import text

from pipeline.errors import StoreError
from pipeline.store import Store


def test_it_is_a_real_postgresql_that_sorts_as_the_french_do(postgres: str) -> None:
    with Store.open(postgres) as store, store._engine.connect() as connection:
        assert "PostgreSQL" in str(connection.execute(text("SELECT version()")).scalar())
        assert connection.execute(text("SELECT 'é' < 'z'")).scalar() is True


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_each_way_to_write_the_address_is_understood(postgres: str, scheme: str) -> None:
    with Store.open(postgres.replace("postgresql", scheme, 1)) as store:
        store.record_received(receipt(source("a")))
        store.record_outcome(outcome(source("a"), registration()), reader="r")
        assert len(store.snapshot().registrations) == 1


def test_a_missing_psycopg_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"pip install 'fiches\[postgres\]'") as caught:
        Store.open("postgresql://me:secret@127.0.0.1/d")
    assert "secret" not in str(caught.value)


def test_a_server_that_does_not_answer_is_told_without_the_password() -> None:
    with pytest.raises(StoreError, match="Check that it can be reached") as caught:
        Store.open("postgresql://me:secret@127.0.0.1:1/d")
    assert "127.0.0.1:1/d" in str(caught.value)
    assert "secret" not in str(caught.value)
