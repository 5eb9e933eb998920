"""``inscriptions.csv``: one line a registration, for French spreadsheets and who reads them.

With fiches of several forms, it has what these share, and each form a table of its own beside it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from enum import IntEnum, auto

from pipeline import fields
from pipeline.exporters._by_form import heads, tables
from pipeline.exporters._sheet import Cell, Cents, Sheet, french_csv
from pipeline.exporters.registrations import groups
from pipeline.fields import Means, Nature
from pipeline.french import label, plural_of, sentence
from pipeline.french_states import state
from pipeline.records import Envelope, FieldReading, Registration
from pipeline.roles import Roles
from pipeline.snapshot import RegistrationRow, Snapshot

FILE_NAME = "inscriptions.csv"


class _Place(IntEnum):
    """Where columns stand, from the left."""

    STATE = auto()
    WHO = auto()
    CONTACTS = auto()
    NAMED = auto()
    PEOPLE = auto()
    CLASSES = auto()
    OTHERS = auto()
    MONEY = auto()
    PAYMENT = auto()
    FURTHER = auto()
    ORIGIN = auto()


_GROUPS = (
    *(_Place.WHO, _Place.CONTACTS, _Place.NAMED, _Place.CLASSES, _Place.OTHERS, _Place.MONEY),
    _Place.PAYMENT,
)
"""Where the fields stand that are for something, as ``registrations.groups`` gives them."""
_OWN = (_Place.CLASSES, _Place.OTHERS, _Place.FURTHER)
"""Where fields stand that one form may have alone."""
_WRITTEN = "Total écrit"
_Key = tuple[_Place, str, int]
"""A column: its place, its head, and which one it is of those so headed in a form."""
_NOTHING = RegistrationRow("", "", Registration("", 1, ()))
"""Has the columns of every table."""


def render(snapshot: Snapshot) -> str:
    return french_csv(sheet(snapshot))


def further(snapshot: Snapshot) -> dict[str, str]:
    """Of several forms, a table each."""
    return tables(
        FILE_NAME, snapshot.registrations, lambda rows: french_csv(sheet_of(rows, snapshot))
    )


def sheet(snapshot: Snapshot) -> Sheet:
    """The table; fields of several forms that readers call the same are one column.

    Of several forms, it has only fields that are for something, and of the counts those that two
    of them have: all stand in the sheet of the form.
    """
    rows = snapshot.registrations
    *lines, nothing = (_line(row, snapshot) for row in (*rows, _NOTHING))
    forms: dict[str, set[_Key]] = {}
    for row, line in zip(rows, lines, strict=True):
        forms.setdefault(row.registration.form_id, set()).update(line)
    have = Counter(key for keys in forms.values() for key in keys)
    keys = dict.fromkeys(key for line in (*lines, nothing) for key in line)
    if len(forms) > 1:
        keys = dict.fromkeys(key for key in keys if key[0] not in _OWN or have[key] > 1)
    columns = sorted(keys, key=lambda key: key[0])
    return Sheet.of(
        "Inscriptions",
        (head for _, head, _ in columns),
        ([line.get(key) for key in columns] for line in lines),
    )


def sheet_of(rows: Sequence[RegistrationRow], snapshot: Snapshot, *, name: str = "") -> Sheet:
    """The fiches of one form, with all its fields in its order; its total stands among them."""
    own = heads(rows)
    lines = [(_of_all(row, snapshot), row.registration) for row in rows]
    common = [key for key in lines[0][0] if key[1] != _WRITTEN or not lines[0][1].roles.total]
    before = [key for key in common if key[0] is _Place.STATE]
    after = [key for key in common if key[0] is not _Place.STATE]
    return Sheet.of(
        name,
        (*(head for _, head in before), *own.values(), *(head for _, head in after)),
        (
            [
                *(of_all[key] for key in before),
                *(_held(registration.repeated(field), registration.roles) for field in own),
                *(of_all[key] for key in after),
            ]
            for of_all, registration in lines
        ),
    )


def _line(row: RegistrationRow, snapshot: Snapshot) -> dict[_Key, Cell]:
    of_all = _of_all(row, snapshot)
    return {(*place, 1): cell for place, cell in of_all.items()} | dict(
        _of_fields(row.registration)
    )


def _of_all(row: RegistrationRow, snapshot: Snapshot) -> dict[tuple[_Place, str], Cell]:
    """What every registration has, whatever its form asks."""
    registration, envelope = row.registration, row.envelope
    return {
        (_Place.STATE, "État"): state(row),
        (_Place.STATE, "Comptée"): "oui" if row.counted else "non",
        (_Place.STATE, "Événement"): snapshot.occasion(row),
        (_Place.STATE, "Reçue le"): _day(envelope),
        (_Place.PEOPLE, "Nombre de personnes"): len(registration.named),
        (_Place.MONEY, _WRITTEN): Cents.of(registration.total_cents),
        (_Place.MONEY, "Total au tarif"): Cents.of(registration.total_due_cents),
        (_Place.MONEY, "Écart"): Cents.of(registration.gap_cents),
        (_Place.MONEY, "Dû"): Cents.of(row.owed_cents),
        (_Place.MONEY, "Payé"): Cents(row.paid_cents),
        (_Place.MONEY, "Reste dû"): Cents.of(row.left_cents),
        (_Place.ORIGIN, "Remarques"): " ".join(
            sentence(finding, registration.roles) for finding in registration.findings
        ),
        (_Place.ORIGIN, "Expéditeur"): envelope.sender if envelope else None,
        (_Place.ORIGIN, "Objet"): envelope.subject if envelope else None,
        (_Place.ORIGIN, "Document"): row.document,
        (_Place.ORIGIN, "Page"): registration.page,
        (_Place.ORIGIN, "Fiche"): row.id,
        (_Place.ORIGIN, "Référence de paiement"): row.reference,
    }


def _of_fields(registration: Registration) -> Iterator[tuple[_Key, Cell]]:
    """What the fields of a form hold; its total has a column by what it is for."""
    roles = registration.roles
    place_of = {
        field: place for place, group in zip(_GROUPS, groups(roles), strict=True) for field in group
    }
    names = [reading.field.split(".")[0] for reading in registration.readings]
    seen: Counter[tuple[_Place, str]] = Counter()
    for field in dict.fromkeys((*place_of, *names)):
        readings = registration.repeated(field)
        if field == roles.total or not readings:
            continue
        repeated = readings[0].field != field
        head = plural_of(label(field, roles)) if repeated else label(field, roles)
        place = place_of.get(field, _Place.FURTHER), head
        seen[place] += 1
        yield (*place, seen[place]), _held(readings, roles)


def _held(readings: Sequence[FieldReading], roles: Roles) -> Cell:
    """What a field holds, all of its lines in one cell."""
    if not readings:
        return None
    if readings[0].field.partition(".")[1]:
        return ", ".join(_text(reading, roles) for reading in readings if reading.text)
    return _cell(readings[0], roles)


def _cell(reading: FieldReading, roles: Roles) -> Cell:
    """Amounts and counts are numbers; a number of another type is a name of something."""
    value, means = reading.value, fields.means(reading.type)
    if isinstance(value, int) and means is Means.AMOUNT:
        return Cents(value)
    if isinstance(value, int) and means is Means.COUNT:
        return value
    return _text(reading, roles)


def _text(reading: FieldReading, roles: Roles) -> str:
    """As outputs write it, but options as the form has them called."""
    is_mark = fields.nature(reading.type) is Nature.MARK
    return fields.shown(reading, roles) if is_mark else reading.text


def _day(envelope: Envelope | None) -> Cell:
    """The day on which the mail came, by its sender's clock."""
    return envelope.received_at.date() if envelope and envelope.received_at else None
