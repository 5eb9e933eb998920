"""What was read is kept beside what it was judged to be, with the mail's own text."""

import sqlalchemy as sa
from alembic import op

revision = "v0005"
down_revision = "v0004"


def upgrade() -> None:
    judge = sa.Column("judge", sa.UnicodeText(), nullable=False, server_default="")
    op.add_column("outcomes", judge)
    op.add_column("registrations", sa.Column("read", sa.UnicodeText(), nullable=True))
    op.add_column("sources", sa.Column("said", sa.UnicodeText(), nullable=True))
