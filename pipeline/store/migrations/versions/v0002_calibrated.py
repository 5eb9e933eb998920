"""How often a reading is right, and how the paper came to be a picture."""

import sqlalchemy as sa
from alembic import op

revision = "v0002"
down_revision = "v0001"


def upgrade() -> None:
    op.add_column("readings", sa.Column("calibrated", sa.Double(), nullable=True))
    op.add_column("registrations", sa.Column("quality", sa.UnicodeText(), nullable=True))
