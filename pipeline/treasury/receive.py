"""Statements taken in: what they bring that none before had."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pipeline.errors import StatementError
from pipeline.forms.schema import Form
from pipeline.language import tr
from pipeline.ledger import Statement
from pipeline.payments.overlap import new_movements
from pipeline.statements import parse, read
from pipeline.statements.account import compact, matches, written_as_iban
from pipeline.store import Store

_FLAG = "--account IBAN"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a bank's file: ``new`` of its movements no other file had brought, None where
    this very file had come before. ``fault``: why it was refused, and nothing of it is kept."""

    path: Path
    statement: Statement | None = None
    new: int | None = None
    fault: str = ""


def take(paths: Iterable[Path], store: Store, accounts: Sequence[str]) -> Iterator[Taken]:
    """Keep what is new in these files; ``accounts``: the IBANs that they may be of.

    A file that cannot be read costs only itself.
    """
    for path in paths:
        yield _taken(path, partial(read, path), store, accounts, field=_FLAG)


def take_bytes(
    data: bytes, name: str, store: Store, accounts: Sequence[str], *, field: str
) -> Taken:
    """The same of one file that lies nowhere: what it holds, and what it is called; ``field`` is
    where another account is named."""
    path = Path(name)
    return _taken(path, partial(parse, data, path), store, accounts, field=field)


def _taken(
    path: Path,
    reads: Callable[[], Statement],
    store: Store,
    accounts: Sequence[str],
    *,
    field: str,
) -> Taken:
    try:
        statement = _of_account(path, reads(), accounts, field=field)
    except StatementError as err:
        return Taken(path, fault=str(err))
    return Taken(path, statement, store.record_statement(statement, fresh=new_movements))


def accounts_of(forms: Iterable[Form], named: str = "") -> tuple[str, ...]:
    """The accounts that are paid into: the one that is ``named``, or those of the forms."""
    ibans = [named] if named else [form.organiser.iban for form in forms]
    return tuple(dict.fromkeys(compact(iban) for iban in ibans if iban))


def _of_account(
    path: Path, statement: Statement, accounts: Sequence[str], *, field: str
) -> Statement:
    """The statement under the IBAN of its account. Raises StatementError for another account."""
    if statement.account:
        known = [iban for iban in accounts if matches(statement.account, iban)]
        if accounts and not known:
            raise StatementError(
                tr(
                    "{path}: a statement of the account {account}, not of {accounts}. Give the one "
                    "of the form's account, or name this account: {field}.",
                    path=path,
                    account=statement.account,
                    accounts=", ".join(accounts),
                    field=field,
                )
            )
        if known or written_as_iban(statement.account):
            return replace(statement, account=(known or [compact(statement.account)])[0])
    if len(accounts) != 1:
        raise StatementError(
            tr(
                "{path}: does not say of which account it is. Name it: {field}.",
                path=path,
                field=field,
            )
        )
    return replace(statement, account=accounts[0])
