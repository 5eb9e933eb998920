"""Whether a reading is of print, and what beside the writing speaks for it."""

import sqlalchemy as sa
from alembic import op

revision = "v0007"
down_revision = "v0006"


def upgrade() -> None:
    op.add_column("readings", sa.Column("typed", sa.Boolean(), nullable=True))
    op.add_column("readings", sa.Column("backing", sa.UnicodeText(), nullable=True))
