"""``participants.csv``: one line a person; who stands on the same fiche twice has one line.

With fiches of several forms, each form has a table of its own beside it.
"""

from collections.abc import Iterable, Sequence

from pipeline.decoding.personal_names import split_name
from pipeline.exporters import csv_text, guarded
from pipeline.exporters._by_form import by_form, tables
from pipeline.exporters._sheet import Sheet, numbered, who, who_head
from pipeline.exporters._totals import others_of, titled
from pipeline.french import state
from pipeline.snapshot import RegistrationRow, Snapshot

FILE_NAME = "participants.csv"


_COLUMNS = ("registration", "rang", "nom", "prenom", "tarif")


def render(snapshot: Snapshot) -> str:
    """``tarif``, and what else is counted and priced (meals), by its field, are filled only where
    that is settled: by the form, by the list of members, or by a person. Of several forms, only
    what is filled for somebody has a column."""
    rows = snapshot.registrations
    fields = sorted({field for row in rows for field in row.registration.roles.others})
    if len(by_form(rows)) > 1:
        filled = zip(*(line for row in rows for line in _lines(row, fields)), strict=True)
        of_fields = [*filled][len(_COLUMNS) :]
        fields = [field for field, cells in zip(fields, of_fields, strict=False) if any(cells)]
    columns = (f"champ_{field}" if field in _COLUMNS else field for field in fields)
    return csv_text(
        (*_COLUMNS, *columns),
        (line for row in rows for line in _lines(row, fields)),
    )


def further(snapshot: Snapshot) -> dict[str, str]:
    """Of several forms, a table each: what is counted and priced stands there under its label."""
    return tables(FILE_NAME, snapshot.registrations, _of_form)


def _of_form(rows: Sequence[RegistrationRow]) -> str:
    others = others_of(rows)
    return csv_text(
        map(guarded, numbered((*_COLUMNS, *others))),
        (line for row in rows for line in _titled_lines(row, others)),
    )


def sheet(snapshot: Snapshot) -> Sheet:
    """The same for people: of a fiche all that tells whose it is."""
    rows = snapshot.registrations
    others = others_of(rows)
    heads = ("Nom", "Prénom", "Tarif", *others)
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
            for row_id, rank, last, first, tariff, *each in _titled_lines(row, others)
        ),
    )


def _titled_lines(row: RegistrationRow, titles: Iterable[str]) -> list[list[str]]:
    """The same by what readers call what the form of the row counts and prices."""
    fields = titled(row.registration.roles)
    return _lines(row, [fields.get(title, "") for title in titles])


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
