"""What was read is kept beside what it was judged to be, with the mail's own text.

And what the fields of a form are for is said with each registration; before, it was their types
that told.
"""

import json
from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = "v0005"
down_revision = "v0004"

_WHO, _CONTACTS, _PAYMENT = ("organisation",), ("email", "phone"), ("checkbox",)
_TITLES = {"organisation": "Service", "email": "E-mail", "telephone": "Téléphone"}
"""By the field's name, as they were."""


def upgrade() -> None:
    judge = sa.Column("judge", sa.UnicodeText(), nullable=False, server_default="")
    op.add_column("outcomes", judge)
    opener = sa.Column("opener", sa.UnicodeText(), nullable=False, server_default="")
    op.add_column("receipts", opener)
    op.add_column("registrations", sa.Column("read", sa.UnicodeText(), nullable=True))
    op.add_column("sources", sa.Column("said", sa.UnicodeText(), nullable=True))
    registrations = sa.table("registrations", *_key(), sa.column("roles", sa.UnicodeText()))
    columns = (sa.column("field", sa.UnicodeText()), sa.column("type", sa.UnicodeText()))
    readings = sa.table("readings", sa.column("id", sa.BigInteger()), *_key(), *columns)
    connection = op.get_bind()
    types: dict[tuple[int, int], dict[str, str]] = defaultdict(dict)
    for row in connection.execute(sa.select(readings).order_by(readings.c.id)):
        types[row.outcome, row.number][row.field.split(".")[0]] = row.type
    for row in connection.execute(sa.select(registrations)).all():
        roles = json.loads(row.roles)
        roles |= _by_type(types[row.outcome, row.number], named=roles["named"])
        same = (registrations.c.outcome == row.outcome, registrations.c.number == row.number)
        connection.execute(sa.update(registrations).where(*same).values(roles=json.dumps(roles)))


def _key() -> tuple[sa.ColumnClause[int], ...]:
    return sa.column("outcome", sa.BigInteger()), sa.column("number", sa.Integer())


def _by_type(types: dict[str, str], *, named: str) -> dict[str, object]:
    def of(*wanted: str) -> list[str]:
        return [field for field, kind in types.items() if kind in wanted]

    return {
        "who": next(iter(of(*_WHO)), ""),
        "contacts": of(*_CONTACTS),
        "payment": next(iter(of(*_PAYMENT)), ""),
        "titles": [
            *([field, _TITLES[field]] for field in types if field in _TITLES),
            *([[named, "Personne"]] if named in types else []),
        ],
    }
