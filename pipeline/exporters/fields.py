"""``fields.csv``: one line a reading."""

from pipeline.exporters import csv_text
from pipeline.geometry import BoxMm
from pipeline.records import FieldReading, Origin, Registration
from pipeline.snapshot import Snapshot

FILE_NAME = "fields.csv"

_COLUMNS = (
    *("document", "page", "registration", "field", "raw", "value", "confidence", "status"),
    *("reason", "x_mm", "y_mm", "w_mm", "h_mm", "type", "quality"),
)


def render(snapshot: Snapshot) -> str:
    return csv_text(
        _COLUMNS,
        (
            [
                row.document,
                str(reading.page),
                row.id,
                reading.field,
                reading.raw,
                reading.text,
                f"{reading.confidence:.4f}",
                reading.status.value,
                reading.reason,
                *_box(reading.box_mm),
                reading.type,
                source_of(row.registration, reading),
            ]
            for row in snapshot.registrations
            for reading in row.registration.readings
        ),
    )


def source_of(registration: Registration, reading: FieldReading) -> str:
    """Where a reading was taken from: the file's own text, or a picture of what quality."""
    if reading.origin in (Origin.OCR, Origin.COMPUTED):
        return registration.quality.value
    return reading.origin.value


def _box(box: BoxMm | None) -> tuple[str, ...]:
    if box is None:
        return ("",) * 4
    return tuple(f"{mm:.2f}" for mm in (box.x, box.y, box.w, box.h))
