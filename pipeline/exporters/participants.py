"""``participants.csv``: one line a person; who stands on the same fiche twice has one line.

With fiches of several forms, each form has a table of its own beside it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pipeline.decoding.personal_names import split_name
from pipeline.exporters import csv_text, guarded
from pipeline.exporters._by_form import by_form, tables
from pipeline.exporters._sheet import Sheet, numbered, who, who_head
from pipeline.exporters._totals import others_of, titled
from pipeline.french import label
from pipeline.french_states import state
from pipeline.records import FieldReading, Registration
from pipeline.roles import BETWEEN, in_row, row_of
from pipeline.snapshot import RegistrationRow, Snapshot

FILE_NAME = "participants.csv"


_COLUMNS = ("registration", "rang", "nom", "prenom", "tarif")


def render(snapshot: Snapshot) -> str:
    """``tarif``, and what else is counted and priced (meals), by its field, are filled only where
    that is settled: by the form, by the list of members, or by a person. What the form says of each
    person follows, by its field. Of several forms, only what is filled for somebody has a column;
    what one of them says of each person stands in its own table."""
    rows = snapshot.registrations
    fields = sorted({field for row in rows for field in row.registration.roles.others})
    said: list[str] = []
    if len(by_form(rows)) > 1:
        filled = zip(*(line for row in rows for line in _lines(row, fields)), strict=True)
        of_fields = [*filled][len(_COLUMNS) :]
        fields = [field for field, cells in zip(fields, of_fields, strict=False) if any(cells)]
    else:
        said = [*dict.fromkeys(field for row in rows for field in row.registration.roles.said)]
    taken = {*_COLUMNS, *fields}
    columns = (
        *(f"champ_{field}" if field in _COLUMNS else field for field in fields),
        *(f"champ_{field}" if field in taken else field for field in said),
    )
    return csv_text(
        (*_COLUMNS, *columns),
        (
            [*line, *_said(row, person, said)]
            for row in rows
            for line, person in zip(_lines(row, fields), _people(row), strict=True)
        ),
    )


def further(snapshot: Snapshot) -> dict[str, str]:
    """Of several forms, a table each: what is counted and priced, and what is said of each person,
    stands there under its label."""
    return tables(FILE_NAME, snapshot.registrations, _of_form)


def _of_form(rows: Sequence[RegistrationRow]) -> str:
    others, said = others_of(rows), _heads(rows)
    return csv_text(
        map(guarded, numbered((*_COLUMNS, *others, *said.values()))),
        (
            [*line, *_said(row, person, said)]
            for row in rows
            for line, person in zip(_titled_lines(row, others), _people(row), strict=True)
        ),
    )


def sheet(snapshot: Snapshot) -> Sheet:
    """The same for people: of a fiche all that tells whose it is, and what it says of each person,
    where that of several forms stands together if readers call it the same."""
    rows = snapshot.registrations
    others = others_of(rows)
    heads = {form: _heads(own) for form, own in by_form(rows).items()}
    said = [*dict.fromkeys(head for of_form in heads.values() for head in of_form.values())]
    return Sheet.of(
        "Participants",
        (
            *("Nom", "Prénom", "Tarif", *others, *said),
            *(who_head(rows), "État", "Événement", "Document", "Fiche", "Rang"),
        ),
        (
            [
                *(last, first, tariff.replace("_", " ")),
                *(int(number) if number else None for number in each),
                *_under(said, _said(row, person, own := heads[row.registration.form_id]), own),
                who(row),
                state(row),
                snapshot.occasion(row),
                row.document,
                *(row_id, int(rank)),
            ]
            for row in rows
            for (row_id, rank, last, first, tariff, *each), person in zip(
                _titled_lines(row, others), _people(row), strict=True
            )
        ),
    )


def _heads(rows: Iterable[RegistrationRow]) -> dict[str, str]:
    """What the fiches of one form say of each person: the fields, with what readers call each."""
    heads: dict[str, str] = {}
    for row in rows:
        roles = row.registration.roles
        heads = {field: label(field, roles) for field in roles.said} | heads
    return dict(zip(heads, numbered(heads.values()), strict=True))


def _said(row: RegistrationRow, person: FieldReading, fields: Iterable[str]) -> list[str]:
    """What the fiche says of a person: in the same row of a table, or on the only one's fiche."""
    return [
        BETWEEN.join(r.text for r in _beside(row.registration, person, field) if r.text)
        for field in fields
    ]


def _beside(registration: Registration, person: FieldReading, field: str) -> Sequence[FieldReading]:
    number = row_of(person.field)
    if not number:
        return registration.repeated(field)
    reading = registration.reading(in_row(field, number))
    return (reading,) if reading else ()


def _under(
    heads: Iterable[str], texts: Iterable[str], own: Mapping[str, str]
) -> Iterator[str | None]:
    held = dict(zip(own.values(), texts, strict=True))
    return (held.get(head) for head in heads)


def _titled_lines(row: RegistrationRow, titles: Iterable[str]) -> list[list[str]]:
    """The same by what readers call what the form of the row counts and prices."""
    fields = titled(row.registration.roles)
    return _lines(row, [fields.get(title, "") for title in titles])


def _people(row: RegistrationRow) -> list[FieldReading]:
    """Those of the people named who are counted here."""
    return [person for person in row.registration.named if person in row.people]


def _lines(row: RegistrationRow, fields: Iterable[str]) -> list[list[str]]:
    return [
        [row.id, str(rank), *_name(row, person), *_settled(row, person.field, fields)]
        for rank, person in enumerate(row.registration.named, start=1)
        if person in row.people
    ]


def _name(row: RegistrationRow, person: FieldReading) -> tuple[str, str]:
    """The surname and the given name: as they are written, where these are two fields."""
    return row.registration.name_parts(person) or split_name(person.text)


def _settled(row: RegistrationRow, person: str, fields: Iterable[str]) -> list[str]:
    share = row.share(person)
    others = {field: str(count) for field, count in share.others}
    tariff = row.registration.roles.label(share.tariff) if share.tariff else ""
    return [tariff, *(others.get(field, "") for field in fields)]
