"""The mail that a refused piece came with, or that gave nothing to read."""

import sqlalchemy as sa
from alembic import op

revision = "v0008"
down_revision = "v0007"


def upgrade() -> None:
    for name in ("sender", "subject", "received_at", "said"):
        op.add_column("receipt_rejections", sa.Column(name, sa.UnicodeText(), nullable=True))
