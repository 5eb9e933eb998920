"""The values of a form: what a person may type for one, and where its field stands."""

import re
from collections.abc import Mapping
from functools import lru_cache

from pipeline import fields
from pipeline.fields import Means, Nature, shown
from pipeline.forms.schema import Form
from pipeline.forms.unknown import form_of
from pipeline.forms.zone import Zone
from pipeline.records import Candidate, FieldReading, FieldValue, Registration
from pipeline.roles import BETWEEN
from pipeline.text import fold

_BETWEEN = re.compile("[|,;]")
"""What people type between the options of one value."""


def texts_of(registration: Registration, means: Means) -> list[str]:
    """What is written in the fields that mean that; of people who are two fields each, both, in the
    order in which mails have them."""
    texts = [r.text for r in registration.readings if fields.means(r.type) is means]
    if means is Means.PERSON and registration.roles.given:
        halves = (registration.name_parts(person) or () for person in registration.named)
        texts += [" ".join(filter(None, reversed(parts))) for parts in halves]
    return [text for text in texts if text]


def fitting_form(registration: Registration, forms: Mapping[str, Form]) -> Form | None:
    """The form of a registration; None where there is none, or it lost a field since that was read,
    until it is read again."""
    form = form_of(registration, forms)
    if form and all(type_of(form, reading.field) for reading in registration.readings):
        return form
    return None


def as_typed(form: Form, field: str, text: str) -> Candidate:
    """The value a person typed. Raises ValueError, in French, where the text is none."""
    if not type_of(form, field):
        raise ValueError(f"La fiche n'a pas de champ « {field} ».")
    field_type = form.field_type(field)
    if field_type.nature is Nature.MARK:
        return _chosen(form.zone(field), text, several=field_type.several)
    value: FieldValue
    if text.strip():
        value = field_type.parse(text)
        if value is None:
            raise ValueError(field_type.refused)
    else:
        value = field_type.read(())[0].value
    return Candidate(value, field_type.to_text(value), 1.0)


def _chosen(zone: Zone, text: str, *, several: bool) -> Candidate:
    """The options that a person named, by what readers call them or by the form's own names."""
    known = {fold(name): o for o in ("", *zone.boxes) for name in (zone.called(o), o)}
    names = _BETWEEN.split(text) if several and fold(text) not in known else [text]
    wanted = {known.get(fold(name)) for name in names}
    if None in wanted:
        between = " | " if several else ", "
        raise ValueError(f"Choisir : {between.join(map(zone.called, zone.boxes))}, ou rien.")
    value = BETWEEN.join(option for option in zone.boxes if option in wanted)
    return Candidate(value, value, 1.0)


def as_written(form: Form, reading: FieldReading, text: str) -> str:
    """What a person left or typed, as outputs write it; as typed where it cannot be that."""
    if is_shown(reading, text):
        return reading.text
    try:
        return as_typed(form, reading.field, text).text
    except ValueError:  # told by what decides
        return text


def is_shown(reading: FieldReading, text: str) -> bool:
    """Whether a person left there what was read."""
    left = (reading.text.split(), shown(reading).split())
    return bool(reading.candidates) and text.split() in left


@lru_cache(maxsize=4096)
def type_of(form: Form, field: str) -> str:
    """The type of a field, the uncounted among them; "" for what is no field, such as a rule."""
    name = field.split(".")[0]
    if name and name == form.uncounted:
        return form.count_type
    return next((zone.type for zone in form.zones if zone.field == name), "")


@lru_cache(maxsize=4096)
def position(form: Form, field: str) -> tuple[int, int]:
    """Where a field stands in the form's order; the uncounted come last, and rules after them."""
    name, _, number = field.partition(".")
    names = [*(zone.field for zone in form.zones), *filter(None, (form.uncounted,))]
    at = names.index(name) if name in names else len(names)
    return at, int(number) if number.isdigit() else 0
