"""``participants.csv``: one line a person; who stands on the same fiche twice has one line."""

from collections.abc import Iterable

from pipeline.decoding.personal_names import split_name
from pipeline.exporters import csv_text
from pipeline.exporters._sheet import Sheet, who, who_head
from pipeline.exporters._totals import others_of
from pipeline.french import state
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


def sheet(snapshot: Snapshot) -> Sheet:
    """The same for people: of a fiche all that tells whose it is."""
    rows = snapshot.registrations
    others = others_of(rows)
    heads = ("Nom", "Prénom", "Tarif", *others.values())
    return Sheet.of(
        "Participants",
        (*heads, who_head(rows), "État", "Événement", "Document", "Fiche", "Rang"),
        (
            [
                *(last, first, tariff.replace("_", " ")),
                *(int(number) if number else None for number in each),
                who(row),
                state(row),
                snapshot.occasion(row),
                row.document,
                *(row_id, int(rank)),
            ]
            for row in rows
            for row_id, rank, last, first, tariff, *each in _lines(row, others)
        ),
    )


def _lines(row: RegistrationRow, fields: Iterable[str]) -> list[list[str]]:
    return [
        [row.id, str(rank), *split_name(person.text), *_settled(row, person.field, fields)]
        for rank, person in enumerate(row.registration.named, start=1)
        if person in row.people
    ]


def _settled(row: RegistrationRow, person: str, fields: Iterable[str]) -> list[str]:
    share = row.share(person)
    others = {field: str(count) for field, count in share.others}
    tariff = row.registration.roles.label(share.tariff) if share.tariff else ""
    return [tariff, *(others.get(field, "") for field in fields)]
