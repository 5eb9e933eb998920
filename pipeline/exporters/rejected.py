"""``rejected.csv``: one line a document, or page of one, that gave no registration."""

from pipeline.exporters import csv_text
from pipeline.exporters._sheet import Sheet
from pipeline.snapshot import Snapshot

FILE_NAME = "rejected.csv"


def render(snapshot: Snapshot) -> str:
    return csv_text(
        ("document", "page", "kind", "message"),
        (
            [row.document, str(row.rejection.page or ""), row.rejection.kind, row.rejection.message]
            for row in snapshot.rejected
        ),
    )


def sheet(snapshot: Snapshot) -> Sheet:
    """The same for people."""
    return Sheet.of(
        "Rejetés",
        ("Document", "Page", "Raison"),
        ((row.document, row.rejection.page, row.rejection.message) for row in snapshot.rejected),
        wraps=("Raison",),
    )
