"""``registrations.csv``: one line a registration."""

from pipeline.exporters import csv_text
from pipeline.french import told
from pipeline.money import cents_text
from pipeline.records import Registration
from pipeline.snapshot import RegistrationRow, Snapshot

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
    further = [_further(row.registration) for row in snapshot.registrations]
    others = sorted({c for cells in further for c in cells}, key=lambda c: c.removeprefix("champ_"))
    return csv_text(
        [*_COLUMNS, *others],
        (
            [*_cells(row), *(cells.get(column, "") for column in others)]
            for row, cells in zip(snapshot.registrations, further, strict=True)
        ),
    )


def column_of(field: str) -> str:
    """The column of a field; one of a form of one's own may be called ``page`` or ``status``."""
    return field if field in _FIELDS or field not in _COLUMNS else f"champ_{field}"


def _further(registration: Registration) -> dict[str, str]:
    """The fields that do not stand, under their own name, in a column every table has."""
    sources = _by_role(registration)
    taken = {name for name, field in sources.items() if name != field}
    return {
        f"champ_{field}" if field in taken else column_of(field): _text(registration, field)
        for field in dict.fromkeys(r.field.split(".")[0] for r in registration.readings)
        if field in taken or field not in _FIELDS
    }


def _by_role(registration: Registration) -> dict[str, str]:
    """The field shown in each column that has a role; a form without the role, its namesake."""
    roles = registration.roles
    return {
        "personnes": roles.named or "personnes",
        "etudiants": roles.uncounted or "etudiants",
        "total": roles.total or "total",
    }


def _cells(row: RegistrationRow) -> list[str]:
    registration, envelope = row.registration, row.envelope
    sources = _by_role(registration)
    shown = {f: _text(registration, sources.get(f, f)) for f in _FIELDS}
    at = envelope.received_at if envelope else None
    return [
        row.id,
        row.document,
        str(registration.page),
        registration.form_id,
        registration.status.value,
        *(shown[field] for field in _TEXT_FIELDS),
        str(len(registration.named)),
        *(shown[field] for field in _COUNTS),
        shown["total"],
        *(_cents(amount) for amount in (registration.total_due_cents, registration.gap_cents)),
        shown["paiement"],
        f"{registration.confidence:.4f}",
        " | ".join(told(finding) for finding in registration.findings),
        at.isoformat() if at else "",
        envelope.sender if envelope else "",
        envelope.subject if envelope else "",
    ]


def _cents(amount: int | None) -> str:
    return "" if amount is None else cents_text(amount)


def _text(registration: Registration, field: str) -> str:
    return " | ".join(r.text for r in registration.repeated(field) if r.text)
