"""``badges.csv``: a badge for each person."""

from pipeline.exporters import csv_text
from pipeline.snapshot import Snapshot

FILE_NAME = "badges.csv"


def render(snapshot: Snapshot) -> str:
    return csv_text(
        ("badge",),
        ([person.text] for row in snapshot.registrations for person in row.registration.named),
    )
