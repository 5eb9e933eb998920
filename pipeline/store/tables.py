"""The store's tables as they are now; how they came to be is in ``migrations``."""

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UnicodeText,
)
from sqlalchemy.types import TypeDecorator

SCHEMA = "v0009"
"""The migration that makes these tables."""

# Half of a surrogate pair (Python's stand-in for a byte that is not UTF-8 in a file's name) cannot
# be stored as text; it is kept as a character of plane 16, which nobody uses, and given back.
_UNSTORABLE, _KEPT = re.compile("[\0\ud800-\udfff]"), re.compile("[\U0010d800-\U0010dfff]")
_PLANE_16 = 0x100000


class AnyText(TypeDecorator[str]):
    """Text as it comes; only NUL, which PostgreSQL cannot hold, becomes U+FFFD."""

    impl = UnicodeText
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        # psycopg would write the name of a StrEnum, not its value.
        return None if value is None else _UNSTORABLE.sub(_kept, str(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return value and _KEPT.sub(lambda kept: chr(ord(kept[0]) - _PLANE_16), value)


def _kept(sign: re.Match[str]) -> str:
    return chr(_PLANE_16 + ord(sign[0])) if sign[0] != "\0" else "\N{REPLACEMENT CHARACTER}"


def _now() -> datetime:
    return datetime.now(UTC)


def _text(name: str, **options: Any) -> Column[str]:
    return Column(name, AnyText, **({"nullable": False} | options))


def _key(*, autoincrement: bool = True) -> Column[int]:
    kind = BigInteger().with_variant(Integer, "sqlite")
    return Column("id", kind, primary_key=True, autoincrement=autoincrement)


def _batch(*, nullable: bool = True) -> Column[int]:
    return Column("batch", BigInteger, nullable=nullable)


def _created() -> Column[datetime]:
    return Column("created_at", DateTime(timezone=True), nullable=False, default=_now)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

receipts = Table(
    "receipts",
    metadata,
    _text("name", primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    _text("opener"),
    _created(),
)

# What a receipt brought: ``sender`` is null where no mail brought it, ``said`` is the mail's text.
# ``superseded``: the file has since been replaced by another of its name, but its registrations
# stay. ``path`` is empty where a piece that gave no file was keyed in.
sources = Table(
    "sources",
    metadata,
    Column("receipt", ForeignKey(receipts.c.name, ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    _text("document"),
    _text("path"),
    _text("sha256"),
    _text("sender", nullable=True),
    _text("subject", nullable=True),
    _text("received_at", nullable=True),
    _text("said", nullable=True),
    Column("superseded", Boolean, nullable=False, default=False),
    Index(None, "sha256"),
)

receipt_rejections = Table(
    "receipt_rejections",
    metadata,
    Column("receipt", ForeignKey(receipts.c.name, ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    _text("document"),
    _text("kind"),
    _text("message"),
    Column("page", Integer),
    _text("sender", nullable=True),
    _text("subject", nullable=True),
    _text("received_at", nullable=True),
    _text("said", nullable=True),
)

# Append-only from here on: of a document's outcomes, the last counts. A row with a ``batch`` came
# with those decisions, and counts until they are undone. ``reader`` and ``judge`` are fingerprints
# of all that reading, and judging what was read, depends on.
outcomes = Table(
    "outcomes",
    metadata,
    _key(),
    _text("sha256"),
    _text("document"),
    _text("reader"),
    _text("judge"),
    Column("pages", Integer, nullable=False),
    Column("seconds", Double, nullable=False),
    _created(),
    Index(None, "sha256"),
)

rejections = Table(
    "rejections",
    metadata,
    Column("outcome", ForeignKey(outcomes.c.id), primary_key=True),
    Column("position", Integer, primary_key=True),
    _text("kind"),
    _text("message"),
    Column("page", Integer),
    _batch(),
)

# What an outcome's pages say of an event: see ``pipeline.event``.
facts = Table(
    "facts",
    metadata,
    Column("outcome", ForeignKey(outcomes.c.id), primary_key=True),
    Column("position", Integer, primary_key=True),
    _text("about"),
    _text("value"),
    _text("detail"),
    _text("read"),
    Column("page", Integer, nullable=False),
    Column("line", Integer, nullable=False),
    Column("probability", Double, nullable=False),
)

# ``number`` is 1-based within the document. ``roles``: JSON, what the form's fields stand for.
# ``read``: JSON, the form as it was read, before anything was judged; null where an earlier version
# read it, or a person typed it.
registrations = Table(
    "registrations",
    metadata,
    Column("outcome", ForeignKey(outcomes.c.id), primary_key=True),
    Column("number", Integer, primary_key=True),
    _text("form"),
    Column("page", Integer, nullable=False),
    Column("total_due_cents", BigInteger),
    _text("status"),
    _text("roles"),
    _text("read", nullable=True),
    Column("thumbnail", LargeBinary),
    _text("quality", nullable=True),
    _batch(),
)


def _of_registration() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["outcome", "number"], [registrations.c.outcome, registrations.c.number]
    )


# ``fields``: JSON, a list of names; ``facts``: of values, null where an earlier version wrote it.
# ``message``: words of its own, empty where its rule and facts say all.
findings = Table(
    "findings",
    metadata,
    Column("outcome", BigInteger, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    _text("rule"),
    _text("severity"),
    _text("message"),
    _text("fields"),
    _text("facts", nullable=True),
    _of_registration(),
)

# Of a field's readings, the last counts: a correction is a new row, with ``origin`` "human" and
# ``who``. ``candidates``: JSON, a list of [value, text, probability], best first; ``value`` and
# ``probability`` are the best one's; ``calibrated`` is how often such a reading is right.
# ``typed`` and ``backing``: as in ``records``; null where an earlier version wrote it.
readings = Table(
    "readings",
    metadata,
    _key(),
    Column("outcome", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    _text("field"),
    _text("type"),
    Column("page", Integer, nullable=False),
    Column("x_mm", Double),
    Column("y_mm", Double),
    Column("w_mm", Double),
    Column("h_mm", Double),
    _text("raw"),
    _text("value"),
    _text("candidates"),
    Column("probability", Double, nullable=False),
    Column("calibrated", Double),
    Column("typed", Boolean),
    _text("backing", nullable=True),
    _text("status"),
    _text("reason"),
    _text("origin"),
    _text("who", nullable=True),
    _created(),
    _batch(),
    _of_registration(),
    Index(None, "outcome", "number"),
)

# What people decided. ``batch``: the first decision of the same stroke. ``subject``: ``r`` and
# ``x`` with the ``outcome``, ``p`` without one until it is keyed in (see ``pipeline.decisions``).
# An undoing is a row of its own for each subject: ``undoes`` is the batch.
decisions = Table(
    "decisions",
    metadata,
    _key(autoincrement=False),
    Column("batch", BigInteger, nullable=False),
    _text("subject"),
    Column("outcome", ForeignKey(outcomes.c.id)),
    _text("act"),
    _text("field"),
    _text("value"),
    _text("reason"),
    _text("was"),
    _text("who"),
    Column("undoes", BigInteger),
    _created(),
    Index(None, "subject"),
    Index(None, "outcome"),
    Index(None, "batch"),
    Index(None, "undoes"),
)

# What a registration came to by a batch, in place of its own row and findings: the last counts.
# ``findings``: JSON, a list of [rule, severity, said, fields, facts, settled].
reviews = Table(
    "reviews",
    metadata,
    _key(),
    _batch(nullable=False),
    Column("outcome", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    _text("status"),
    Column("total_due_cents", BigInteger),
    _text("findings"),
    _of_registration(),
    Index(None, "outcome", "number"),
)

# Where people put forms on a document's pages, and what then read it. ``corners``: JSON, a list of
# [x, y].
placements = Table(
    "placements",
    metadata,
    _key(),
    _batch(nullable=False),
    Column("outcome", ForeignKey(outcomes.c.id), nullable=False),
    Column("page", Integer, nullable=False),
    _text("form"),
    Column("form_page", Integer, nullable=False),
    _text("corners"),
    _text("reader"),
    Index(None, "outcome"),
)

# What banks say. ``account``: the IBAN, where it is known.
statements = Table(
    "statements",
    metadata,
    _key(),
    _text("sha256"),
    _text("format"),
    _text("account"),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("opening_cents", BigInteger),
    Column("closing_cents", BigInteger),
    _created(),
    Index(None, "sha256"),
)

# What statements brought that none before had: the subject ``m`` and the ``id`` of decisions.
movements = Table(
    "movements",
    metadata,
    _key(),
    Column("statement", ForeignKey(statements.c.id), nullable=False),
    Column("day", Date, nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    _text("payer"),
    _text("label"),
    _text("bank_id"),
    Index(None, "statement"),
)

# Cheques and cash that people noted: the subject ``t`` and the ``id`` of decisions.
takings = Table(
    "takings",
    metadata,
    _key(),
    Column("day", Date, nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    _text("paid_by"),
    _text("drawer"),
    _text("cheque"),
    _text("bank"),
    _created(),
)

# The books. ``settings``: JSON, what the files of a batch say beside its entries.
batches = Table(
    "batches",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("day", Date, nullable=False),
    _text("settings"),
    _text("who"),
    _created(),
)

# ``year``: the first day of the accounting year in which ``number`` counts; ``source``: the subject
# that was booked, or ``s`` and the number of a slip; ``reverses``: the booking it takes back.
bookings = Table(
    "bookings",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("batch", ForeignKey(batches.c.number), nullable=False),
    Column("year", Date, nullable=False),
    Column("number", Integer, nullable=False),
    Column("day", Date, nullable=False),
    _text("source"),
    _text("label"),
    Column("reverses", BigInteger),
    Index(None, "year", "number", unique=True),
    Index(None, "batch"),
)

booking_lines = Table(
    "booking_lines",
    metadata,
    Column("booking", ForeignKey(bookings.c.id), primary_key=True),
    Column("position", Integer, primary_key=True),
    _text("account"),
    _text("label"),
    Column("debit_cents", BigInteger, nullable=False),
    Column("credit_cents", BigInteger, nullable=False),
)
