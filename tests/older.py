"""Stores as earlier versions left them."""

from sqlalchemy import Connection

_ADDED: dict[str, tuple[str, ...]] = {
    "v0009": (),
    "v0008": tuple(
        f"receipt_rejections.{column}" for column in ("sender", "subject", "received_at", "said")
    ),
    "v0007": ("readings.typed", "readings.backing"),
    "v0006": (),
    "v0005": ("outcomes.judge", "receipts.opener", "registrations.read", "sources.said"),
    "v0004": ("findings.facts",),
    "v0003": ("readings.batch", "registrations.batch", "rejections.batch"),
    "v0002": ("readings.calibrated", "registrations.quality"),
}
_TABLES = {
    "v0009": ("booking_lines", "bookings", "batches", "takings", "movements", "statements"),
    "v0006": ("facts",),
    "v0003": ("decisions", "reviews", "placements"),
}


def made_older(connection: Connection, version: str) -> None:
    """Take away what later versions added, without what they converted."""
    for later in (one for one in _ADDED if one > version):
        for table in _TABLES.get(later, ()):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        for place in _ADDED[later]:
            table, column = place.split(".")
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN {column}")
    connection.exec_driver_sql(f"UPDATE fiches_schema SET version_num = '{version}'")
