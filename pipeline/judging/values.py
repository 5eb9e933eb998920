"""The values of a form: what a person may type for one, and where its field stands."""

from functools import lru_cache

from pipeline import fields
from pipeline.forms.schema import Form
from pipeline.records import Candidate, FieldValue
from pipeline.text import fold

_NO_SUCH_VALUE = {
    "count": "Ce n'est pas un nombre : écrire par exemple 2, ou rien s'il n'y en a pas.",
    "amount": "Ce n'est pas un montant : écrire par exemple 84,20.",
    "email": "Ce n'est pas une adresse e-mail : écrire par exemple nom@exemple.fr.",
    "phone": "Ce n'est pas un numéro de téléphone : écrire dix chiffres, ou + et l'indicatif.",
}


def as_typed(form: Form, field: str, text: str) -> Candidate:
    """The value a person typed. Raises ValueError, in French, where the text is none."""
    kind = type_of(form, field)
    if not kind:
        raise ValueError(f"La fiche n'a pas de champ « {field} ».")
    if kind == "checkbox":
        options = {fold(option): option for option in ("", *form.zone(field).boxes)}
        if fold(text) not in options:
            raise ValueError(f"Choisir : {', '.join(form.zone(field).boxes)}, ou rien.")
        chosen = options[fold(text)]
        return Candidate(chosen, chosen, 1.0)
    field_type = fields.load(kind)
    value: FieldValue
    if text.strip():
        value = field_type.parse(text)
        if value is None:
            raise ValueError(_NO_SUCH_VALUE.get(kind, "Cette valeur n'est pas possible ici."))
    else:
        value = field_type.read(())[0].value
    return Candidate(value, field_type.to_text(value), 1.0)


@lru_cache(maxsize=4096)
def type_of(form: Form, field: str) -> str:
    """The type of a field, the uncounted among them; "" for what is no field, such as a rule."""
    name = field.split(".")[0]
    if form.people and name == form.people.uncounted:
        return "count"
    return next((zone.type for zone in form.zones if zone.field == name), "")


@lru_cache(maxsize=4096)
def position(form: Form, field: str) -> tuple[int, int]:
    """Where a field stands in the form's order; the uncounted come last, and rules after them."""
    name, _, number = field.partition(".")
    names = [zone.field for zone in form.zones] + ([form.people.uncounted] if form.people else [])
    at = names.index(name) if name in names else len(names)
    return at, int(number) if number.isdigit() else 0
