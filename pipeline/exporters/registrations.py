"""``registrations.csv``: one line a registration, with a column for each field of its form.

With fiches of several forms, it has what these share, and each form a table of its own beside it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from pipeline.exporters import csv_text, guarded
from pipeline.exporters._by_form import heads, tables
from pipeline.exporters._sheet import numbered
from pipeline.french import sentence
from pipeline.french_states import LIVES
from pipeline.money import cents_text
from pipeline.records import Registration
from pipeline.roles import Roles
from pipeline.snapshot import RegistrationRow, Snapshot

FILE_NAME = "registrations.csv"

_FIRST = ("registration", "document", "page", "form", "status", "etat", "comptee", "reference")
_NAMED, _DUE, _GAP, _PAID = "n_personnes", "total_calcule", "ecart", "paye"
_LAST = ("confidence", "findings", "received_at", "sender", "subject")
_OWN = "champ_"
_COMMON = (*_FIRST, _NAMED, _DUE, _GAP, _PAID, *_LAST)
_TAKEN = {*_COMMON}


def render(snapshot: Snapshot) -> str:
    """The table; the fields of all its forms stand together by what they are for.

    Fields that are for nothing in particular follow, by name. Of several forms, these, and counts
    that one of them alone has, stand only in its own table: in this one, most cells were empty.
    """
    rows = snapshot.registrations
    forms = {row.registration.form_id: row.registration.roles for row in rows}
    roles = [forms[form_id] for form_id in sorted(forms)] or [Roles()]
    between = [*dict.fromkeys(_between(roles))]
    lines = [_cells(row, between, forms[row.registration.form_id]) for row in rows]
    others = {column for line in lines for column in line} - {*_FIRST, *between, *_LAST}
    further = sorted(others, key=lambda column: column.removeprefix(_OWN))
    columns = [*_FIRST, *between, *_LAST, *(further if len(roles) == 1 else ())]
    return csv_text(columns, ([line.get(column, "") for column in columns] for line in lines))


def further(snapshot: Snapshot) -> dict[str, str]:
    """Of several forms, a table each: what all forms share, then the form's own fields in its
    order, under their labels."""
    return tables(FILE_NAME, snapshot.registrations, _of_form)


def _of_form(rows: Sequence[RegistrationRow]) -> str:
    own = heads(rows)
    lines = ((_common(row), row.registration) for row in rows)
    return csv_text(
        map(guarded, numbered((*_COMMON, *own.values()))),
        (
            [*(common[column] for column in _COMMON), *(_text(of, field) for field in own)]
            for common, of in lines
        ),
    )


def column_of(field: str) -> str:
    """The column of a field; one of a form may be called ``page`` or ``status``."""
    return f"{_OWN}{field}" if field in _TAKEN else field


def _between(roles: list[Roles]) -> Iterator[str]:
    """The columns of the fields with a role, and of what is computed from them; of several forms,
    only the counts that two of them have."""
    computed = {2: (_NAMED,), 5: (_DUE, _GAP, _PAID)}
    counted = Counter(field for form in roles for field in {*form.classes, *form.others})
    for at, alike in enumerate(zip(*map(groups, roles), strict=True)):
        for field in (field for group in alike for field in group):
            if len(roles) == 1 or counted[field] != 1:
                yield column_of(field)
        yield from computed.get(at, ())


def groups(roles: Roles) -> tuple[tuple[str, ...], ...]:
    """The fields of a form by what they are for."""
    groups = (
        (roles.who,),
        roles.contacts,
        (roles.named,),
        roles.classes,
        roles.others,
        (roles.total,),
        (roles.payment,),
    )
    return tuple(tuple(field for field in group if field) for group in groups)


def _cells(row: RegistrationRow, between: list[str], roles: Roles) -> dict[str, str]:
    """What stands in each column; a field that only sounds like what another form calls its total
    does not take that column."""
    registration = row.registration
    own = {field for group in groups(roles) for field in group}
    cells = {}
    for field in dict.fromkeys(reading.field.split(".")[0] for reading in registration.readings):
        sounds_like = field in between and field not in own
        column = f"{_OWN}{field}" if sounds_like else column_of(field)
        cells[column] = _text(registration, field)
    return cells | _common(row)


def _common(row: RegistrationRow) -> dict[str, str]:
    """What every registration has, whatever its form asks."""
    registration, envelope = row.registration, row.envelope
    at = envelope.received_at if envelope else None
    return {
        "registration": row.id,
        "document": row.document,
        "page": str(registration.page),
        "form": registration.form_id,
        "status": registration.status.value,
        "etat": LIVES[row.life],
        "comptee": "1" if row.counted else "0",
        "reference": row.reference,
        _NAMED: str(len(registration.named)),
        _DUE: _cents(registration.total_due_cents),
        _GAP: _cents(registration.gap_cents),
        _PAID: cents_text(row.paid_cents),
        "confidence": f"{registration.confidence:.4f}",
        "findings": " | ".join(sentence(f, registration.roles) for f in registration.findings),
        "received_at": at.isoformat() if at else "",
        "sender": envelope.sender if envelope else "",
        "subject": envelope.subject if envelope else "",
    }


def _cents(amount: int | None) -> str:
    return "" if amount is None else cents_text(amount)


def _text(registration: Registration, field: str) -> str:
    return " | ".join(r.text for r in registration.repeated(field) if r.text)
