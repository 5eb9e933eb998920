"""What the pages of a document say of an event is kept with its outcome."""

import sqlalchemy as sa
from alembic import op

revision = "v0006"
down_revision = "v0005"


def upgrade() -> None:
    op.create_table(
        "facts",
        sa.Column("outcome", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.UnicodeText(), nullable=False)
            for name in ("about", "value", "detail", "read")
        ),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("outcome", "position", name=op.f("pk_facts")),
        sa.ForeignKeyConstraint(["outcome"], ["outcomes.id"], name=op.f("fk_facts_outcome")),
    )
