"""What findings are about, and why they were settled, are facts beside their words."""

import json

import sqlalchemy as sa
from alembic import op

revision = "v0004"
down_revision = "v0003"

_SETTLED = " Réglé : "


def upgrade() -> None:
    op.add_column("findings", sa.Column("facts", sa.UnicodeText(), nullable=True))
    key = sa.column("id", sa.BigInteger())
    reviews = sa.table("reviews", key, sa.column("findings", sa.UnicodeText()))
    connection = op.get_bind()
    for row in connection.execute(sa.select(reviews)).all():
        findings = json.dumps([_with_facts(*finding) for finding in json.loads(row.findings)])
        connection.execute(sa.update(reviews).where(key == row.id).values(findings=findings))


def _with_facts(rule: str, severity: str, message: str, fields: list[str]) -> list[object]:
    """What was settled was kept for information, with the reason behind its words."""
    said, settled, reason = message.rpartition(_SETTLED)
    if severity != "info" or not settled:
        return [rule, severity, message, fields, [], ""]
    return [rule, "review", said, fields, [], reason.removesuffix(".")]
