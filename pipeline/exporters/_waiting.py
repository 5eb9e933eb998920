"""What waits for a person in a registration, and what is asked there."""

from collections.abc import Iterator

from pipeline import fields
from pipeline.exporters._sheet import Cell, Sheet, who, who_head
from pipeline.french import finding_label, label, sentence
from pipeline.records import FieldReading, Finding, Registration, Status
from pipeline.snapshot import RegistrationRow, Snapshot


def asking(registration: Registration) -> list[tuple[Finding, str]]:
    """The findings that a person has to look at, with what they say."""
    roles = registration.roles
    return [
        (finding, sentence(finding, roles)) for finding in registration.findings if finding.asks
    ]


def in_doubt(registration: Registration) -> list[tuple[FieldReading, str]]:
    """The fields that a person has to look at, with the reason."""
    return [
        (reading, reading.reason or "À vérifier.")
        for reading in registration.readings
        if reading.status is Status.REVIEW
    ]


def sheet(snapshot: Snapshot) -> Sheet:
    """A line for each field, and for each finding that no field already tells of."""
    rows = snapshot.registrations
    return Sheet.of(
        "À relire",
        (who_head(rows), "Champ", "Lu", "Question", "Événement", "Document", "Page", "Fiche"),
        (line for row in rows if not row.ended for line in _lines(row, snapshot)),
        wraps=("Question",),
    )


def _lines(row: RegistrationRow, snapshot: Snapshot) -> Iterator[list[Cell]]:
    registration = row.registration
    doubts = in_doubt(registration)
    reasons = {words for _, words in doubts}
    asked = [
        (label(r.field, registration.roles), fields.shown(r, registration.roles), words)
        for r, words in doubts
    ]
    asked += [
        (finding_label(finding.rule), "", words)
        for finding, words in asking(registration)
        if words not in reasons
    ]
    where = (snapshot.occasion(row), row.document, registration.page, row.id)
    return ([who(row), *question, *where] for question in asked)
