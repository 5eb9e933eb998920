"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "v0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "outcomes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sha256", sa.UnicodeText(), nullable=False),
        sa.Column("document", sa.UnicodeText(), nullable=False),
        sa.Column("reader", sa.UnicodeText(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcomes")),
    )
    op.create_index(op.f("ix_outcomes_sha256"), "outcomes", ["sha256"], unique=False)
    op.create_table(
        "receipts",
        sa.Column("name", sa.UnicodeText(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_receipts")),
    )
    op.create_table(
        "receipt_rejections",
        sa.Column("receipt", sa.UnicodeText(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("document", sa.UnicodeText(), nullable=False),
        sa.Column("kind", sa.UnicodeText(), nullable=False),
        sa.Column("message", sa.UnicodeText(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["receipt"],
            ["receipts.name"],
            name=op.f("fk_receipt_rejections_receipt"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("receipt", "position", name=op.f("pk_receipt_rejections")),
    )
    op.create_table(
        "registrations",
        sa.Column("outcome", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("form", sa.UnicodeText(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("total_due_cents", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.UnicodeText(), nullable=False),
        sa.Column("roles", sa.UnicodeText(), nullable=False),
        sa.Column("thumbnail", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["outcome"], ["outcomes.id"], name=op.f("fk_registrations_outcome")
        ),
        sa.PrimaryKeyConstraint("outcome", "number", name=op.f("pk_registrations")),
    )
    op.create_table(
        "rejections",
        sa.Column("outcome", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.UnicodeText(), nullable=False),
        sa.Column("message", sa.UnicodeText(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["outcome"], ["outcomes.id"], name=op.f("fk_rejections_outcome")),
        sa.PrimaryKeyConstraint("outcome", "position", name=op.f("pk_rejections")),
    )
    op.create_table(
        "sources",
        sa.Column("receipt", sa.UnicodeText(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("document", sa.UnicodeText(), nullable=False),
        sa.Column("path", sa.UnicodeText(), nullable=False),
        sa.Column("sha256", sa.UnicodeText(), nullable=False),
        sa.Column("sender", sa.UnicodeText(), nullable=True),
        sa.Column("subject", sa.UnicodeText(), nullable=True),
        sa.Column("received_at", sa.UnicodeText(), nullable=True),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["receipt"], ["receipts.name"], name=op.f("fk_sources_receipt"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("receipt", "position", name=op.f("pk_sources")),
    )
    op.create_index(op.f("ix_sources_sha256"), "sources", ["sha256"], unique=False)
    op.create_table(
        "findings",
        sa.Column("outcome", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("rule", sa.UnicodeText(), nullable=False),
        sa.Column("severity", sa.UnicodeText(), nullable=False),
        sa.Column("message", sa.UnicodeText(), nullable=False),
        sa.Column("fields", sa.UnicodeText(), nullable=False),
        sa.ForeignKeyConstraint(
            ["outcome", "number"],
            ["registrations.outcome", "registrations.number"],
            name=op.f("fk_findings_outcome_number"),
        ),
        sa.PrimaryKeyConstraint("outcome", "number", "position", name=op.f("pk_findings")),
    )
    op.create_table(
        "readings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("outcome", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("field", sa.UnicodeText(), nullable=False),
        sa.Column("type", sa.UnicodeText(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("x_mm", sa.Double(), nullable=True),
        sa.Column("y_mm", sa.Double(), nullable=True),
        sa.Column("w_mm", sa.Double(), nullable=True),
        sa.Column("h_mm", sa.Double(), nullable=True),
        sa.Column("raw", sa.UnicodeText(), nullable=False),
        sa.Column("value", sa.UnicodeText(), nullable=False),
        sa.Column("candidates", sa.UnicodeText(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("status", sa.UnicodeText(), nullable=False),
        sa.Column("reason", sa.UnicodeText(), nullable=False),
        sa.Column("origin", sa.UnicodeText(), nullable=False),
        sa.Column("who", sa.UnicodeText(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["outcome", "number"],
            ["registrations.outcome", "registrations.number"],
            name=op.f("fk_readings_outcome_number"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readings")),
    )
    op.create_index(
        op.f("ix_readings_outcome_number"), "readings", ["outcome", "number"], unique=False
    )
