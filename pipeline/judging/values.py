"""The values of a form: what a person may type for one, and where its field stands."""

from functools import lru_cache

from pipeline import fields
from pipeline.fields import Nature
from pipeline.forms.schema import Form
from pipeline.records import Candidate, FieldValue
from pipeline.text import fold


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


@lru_cache(maxsize=4096)
def type_of(form: Form, field: str) -> str:
    """The type of a field, the uncounted among them; "" for what is no field, such as a rule."""
    name = field.split(".")[0]
    if form.people and name == form.people.uncounted:
        return form.count_type
    return next((zone.type for zone in form.zones if zone.field == name), "")


@lru_cache(maxsize=4096)
def position(form: Form, field: str) -> tuple[int, int]:
    """Where a field stands in the form's order; the uncounted come last, and rules after them."""
    name, _, number = field.partition(".")
    names = [zone.field for zone in form.zones] + ([form.people.uncounted] if form.people else [])
    at = names.index(name) if name in names else len(names)
    return at, int(number) if number.isdigit() else 0
