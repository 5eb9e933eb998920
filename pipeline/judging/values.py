"""The values of a form: what a person may type for one, and where its field stands."""

from functools import lru_cache

from pipeline import fields
from pipeline.fields import Means, Nature
from pipeline.forms.schema import Form
from pipeline.records import Candidate, FieldReading, FieldValue, Registration
from pipeline.text import fold


def texts_of(registration: Registration, means: Means) -> list[str]:
    """What is written in the fields that mean that; of people who are two fields each, both, in the
    order in which mails have them."""
    texts = [r.text for r in registration.readings if fields.means(r.type) is means]
    if means is Means.PERSON and registration.roles.given:
        halves = (registration.name_parts(person) or () for person in registration.named)
        texts += [" ".join(filter(None, reversed(parts))) for parts in halves]
    return [text for text in texts if text]


def as_typed(form: Form, field: str, text: str) -> Candidate:
    """The value a person typed. Raises ValueError, in French, where the text is none."""
    kind = type_of(form, field)
    if not kind:
        raise ValueError(f"La fiche n'a pas de champ « {field} ».")
    field_type = fields.load(kind)
    if field_type.nature is Nature.MARK:
        options = {fold(option): option for option in ("", *form.zone(field).boxes)}
        if fold(text) not in options:
            raise ValueError(f"Choisir : {', '.join(form.zone(field).boxes)}, ou rien.")
        chosen = options[fold(text)]
        return Candidate(chosen, chosen, 1.0)
    value: FieldValue
    if text.strip():
        value = field_type.parse(text)
        if value is None:
            raise ValueError(field_type.refused)
    else:
        value = field_type.read(())[0].value
    return Candidate(value, field_type.to_text(value), 1.0)


def shown(reading: FieldReading, candidate: Candidate | None = None) -> str:
    """What a field was read as, or may be, as the secretary reads and types it."""
    candidate = candidate or next(iter(reading.candidates), None)
    if candidate is None:
        return ""
    field_type = fields.find(reading.type)
    if field_type is None or candidate.value is None:
        return candidate.text
    return field_type.display(candidate.value)


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
