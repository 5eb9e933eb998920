"""What banks say, the money that people note, and the books."""

import sqlalchemy as sa
from alembic import op

revision = "v0009"
down_revision = "v0008"


def upgrade() -> None:
    big = sa.BigInteger()
    key = big.with_variant(sa.Integer(), "sqlite")

    def text(*names: str) -> list[sa.Column[str]]:
        return [sa.Column(name, sa.UnicodeText(), nullable=False) for name in names]

    def created() -> sa.Column[object]:
        return sa.Column("created_at", sa.DateTime(timezone=True), nullable=False)

    op.create_table(
        "statements",
        sa.Column("id", key, autoincrement=True, nullable=False),
        *text("sha256", "format", "account"),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("opening_cents", big, nullable=True),
        sa.Column("closing_cents", big, nullable=True),
        created(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statements")),
    )
    op.create_index(op.f("ix_statements_sha256"), "statements", ["sha256"])
    op.create_table(
        "movements",
        sa.Column("id", key, autoincrement=True, nullable=False),
        sa.Column("statement", key, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount_cents", big, nullable=False),
        *text("payer", "label", "bank_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movements")),
        sa.ForeignKeyConstraint(
            ["statement"], ["statements.id"], name=op.f("fk_movements_statement")
        ),
    )
    op.create_index(op.f("ix_movements_statement"), "movements", ["statement"])
    op.create_table(
        "takings",
        sa.Column("id", key, autoincrement=True, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount_cents", big, nullable=False),
        *text("paid_by", "drawer", "cheque", "bank"),
        created(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takings")),
    )
    op.create_table(
        "batches",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *text("settings", "who"),
        created(),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_batches")),
    )
    op.create_table(
        "bookings",
        sa.Column("id", big, autoincrement=False, nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("year", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *text("source", "label"),
        sa.Column("reverses", big, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookings")),
        sa.ForeignKeyConstraint(["batch"], ["batches.number"], name=op.f("fk_bookings_batch")),
    )
    op.create_index(op.f("ix_bookings_year_number"), "bookings", ["year", "number"], unique=True)
    op.create_index(op.f("ix_bookings_batch"), "bookings", ["batch"])
    op.create_table(
        "booking_lines",
        sa.Column("booking", big, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        *text("account", "label"),
        sa.Column("debit_cents", big, nullable=False),
        sa.Column("credit_cents", big, nullable=False),
        sa.PrimaryKeyConstraint("booking", "position", name=op.f("pk_booking_lines")),
        sa.ForeignKeyConstraint(
            ["booking"], ["bookings.id"], name=op.f("fk_booking_lines_booking")
        ),
    )
