"""``participants.csv``: one line a person; who stands on the same fiche twice has one line."""

from pipeline.decoding.personal_names import split_name
from pipeline.exporters import csv_text
from pipeline.snapshot import RegistrationRow, Snapshot

FILE_NAME = "participants.csv"


def render(snapshot: Snapshot) -> str:
    """``tarif`` and ``repas`` are filled only where the form settles them for everyone on it."""
    return csv_text(
        ("registration", "rang", "nom", "prenom", "tarif", "repas"),
        (line for row in snapshot.registrations for line in _lines(row)),
    )


def _lines(row: RegistrationRow) -> list[list[str]]:
    tariff, meal = _tariff(row), _meal(row)
    return [
        [row.id, str(rank), *split_name(person.text), tariff, meal]
        for rank, person in enumerate(row.registration.named, start=1)
        if person.text not in row.counted_elsewhere
    ]


def _tariff(row: RegistrationRow) -> str:
    people, roles = len(row.registration.named), row.registration.roles
    counts = {field: row.count(field) for field in roles.classes}
    if None in counts.values() or sum(count or 0 for count in counts.values()) != people:
        return ""
    return next((roles.label(field) for field, count in counts.items() if count == people), "")


def _meal(row: RegistrationRow) -> str:
    others = row.registration.roles.others
    if len(others) != 1 or row.registration.reading(others[0]) is None:
        return ""
    meals = row.count(others[0])
    return "0" if meals == 0 else "1" if meals == len(row.registration.named) else ""
