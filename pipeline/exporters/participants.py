"""``participants.csv``: one line a person; who stands on the same fiche twice has one line."""

from pipeline.decoding.personal_names import split_name
from pipeline.exporters import csv_text
from pipeline.snapshot import RegistrationRow, Snapshot

FILE_NAME = "participants.csv"


_COLUMNS = ("registration", "rang", "nom", "prenom", "tarif")


def render(snapshot: Snapshot) -> str:
    """``tarif``, and what else is counted and priced (meals), by its field, are filled only where
    that is settled: by the form, by the list of members, or by a person."""
    rows = snapshot.registrations
    others = {field for row in rows for field in row.registration.roles.others}
    fields = sorted(others)
    columns = (f"champ_{field}" if field in _COLUMNS else field for field in fields)
    return csv_text(
        (*_COLUMNS, *columns),
        (line for row in rows for line in _lines(row, fields)),
    )


def _lines(row: RegistrationRow, fields: list[str]) -> list[list[str]]:
    return [
        [row.id, str(rank), *split_name(person.text), *_settled(row, person.field, fields)]
        for rank, person in enumerate(row.registration.named, start=1)
        if person.text not in row.counted_elsewhere
    ]


def _settled(row: RegistrationRow, person: str, fields: list[str]) -> list[str]:
    share = row.share(person)
    others = {field: str(count) for field, count in share.others}
    tariff = row.registration.roles.label(share.tariff) if share.tariff else ""
    return [tariff, *(others.get(field, "") for field in fields)]
