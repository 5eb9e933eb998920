"""``registrations.csv``: one line a registration."""

from pipeline.exporters import csv_text
from pipeline.money import cents_text
from pipeline.records import Registration, RegistrationRow, Snapshot

FILE_NAME = "registrations.csv"

_TEXT_FIELDS = ("organisation", "email", "telephone", "personnes")
_COUNTS = ("adherents", "non_adherents", "etudiants", "repas")
_FIELDS = {*_TEXT_FIELDS, *_COUNTS, "total", "paiement"}
_COLUMNS = (
    *("registration", "document", "page", "form", "status"),
    *(*_TEXT_FIELDS, "n_personnes", *_COUNTS, "total", "total_calcule", "ecart", "paiement"),
    *("confidence", "findings", "received_at", "sender", "subject"),
)


def render(snapshot: Snapshot) -> str:
    """The table; fields that have no column above follow as further columns, by name."""
    others = sorted(
        {r.field.split(".")[0] for row in snapshot.registrations for r in row.registration.readings}
        - _FIELDS
    )
    return csv_text(
        [*_COLUMNS, *(column_of(field) for field in others)],
        (
            [*_cells(row), *(_text(row.registration, field) for field in others)]
            for row in snapshot.registrations
        ),
    )


def column_of(field: str) -> str:
    """The column of a field; one of a form of one's own may be called ``page`` or ``status``."""
    return field if field in _FIELDS or field not in _COLUMNS else f"champ_{field}"


def _cells(row: RegistrationRow) -> list[str]:
    registration, envelope = row.registration, row.envelope
    read, due, gap = row.total_cents, registration.total_due_cents, row.gap_cents
    at = envelope.received_at if envelope else None
    return [
        row.id,
        row.document,
        str(registration.page),
        registration.form_id,
        registration.status.value,
        *(_text(registration, field) for field in _TEXT_FIELDS),
        str(len(row.people)),
        *(_text(registration, field) for field in _COUNTS),
        *("" if cents is None else cents_text(cents) for cents in (read, due, gap)),
        _text(registration, "paiement"),
        f"{registration.confidence:.4f}",
        " | ".join(finding.message for finding in registration.findings),
        at.isoformat() if at else "",
        envelope.sender if envelope else "",
        envelope.subject if envelope else "",
    ]


def _text(registration: Registration, field: str) -> str:
    return " | ".join(r.text for r in registration.repeated(field) if r.text)
