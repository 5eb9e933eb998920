"""What people decide."""

import sqlalchemy as sa
from alembic import op

revision = "v0003"
down_revision = "v0002"


def upgrade() -> None:
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    for changed in ("readings", "registrations", "rejections"):
        op.add_column(changed, sa.Column("batch", sa.BigInteger(), nullable=True))
    op.create_table(
        "decisions",
        sa.Column("id", key, nullable=False, autoincrement=False),
        sa.Column("batch", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.UnicodeText(), nullable=False),
        sa.Column("outcome", key, nullable=True),
        sa.Column("act", sa.UnicodeText(), nullable=False),
        sa.Column("field", sa.UnicodeText(), nullable=False),
        sa.Column("value", sa.UnicodeText(), nullable=False),
        sa.Column("reason", sa.UnicodeText(), nullable=False),
        sa.Column("was", sa.UnicodeText(), nullable=False),
        sa.Column("who", sa.UnicodeText(), nullable=False),
        sa.Column("undoes", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["outcome"], ["outcomes.id"], name=op.f("fk_decisions_outcome")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    for column in ("subject", "outcome", "batch", "undoes"):
        op.create_index(op.f(f"ix_decisions_{column}"), "decisions", [column], unique=False)
    op.create_table(
        "reviews",
        sa.Column("id", key, nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.UnicodeText(), nullable=False),
        sa.Column("total_due_cents", sa.BigInteger(), nullable=True),
        sa.Column("findings", sa.UnicodeText(), nullable=False),
        sa.ForeignKeyConstraint(
            ["outcome", "number"],
            ["registrations.outcome", "registrations.number"],
            name=op.f("fk_reviews_outcome_number"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    op.create_index(
        op.f("ix_reviews_outcome_number"), "reviews", ["outcome", "number"], unique=False
    )
    op.create_table(
        "placements",
        sa.Column("id", key, nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=False),
        sa.Column("outcome", key, nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("form", sa.UnicodeText(), nullable=False),
        sa.Column("form_page", sa.Integer(), nullable=False),
        sa.Column("corners", sa.UnicodeText(), nullable=False),
        sa.Column("reader", sa.UnicodeText(), nullable=False),
        sa.ForeignKeyConstraint(["outcome"], ["outcomes.id"], name=op.f("fk_placements_outcome")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placements")),
    )
    op.create_index(op.f("ix_placements_outcome"), "placements", ["outcome"], unique=False)
