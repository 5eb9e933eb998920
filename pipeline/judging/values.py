"""The values of a form: what a person may type for one, and the sum that they make."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from pipeline import fields
from pipeline.forms.schema import Form
from pipeline.judging.labels import label
from pipeline.records import Candidate, FieldValue, Registration
from pipeline.text import fold

_NO_SUCH_VALUE = {
    "count": "Ce n'est pas un nombre : écrire par exemple 2, ou rien s'il n'y en a pas.",
    "amount": "Ce n'est pas un montant : écrire par exemple 84,20.",
    "email": "Ce n'est pas une adresse e-mail : écrire par exemple nom@exemple.fr.",
    "phone": "Ce n'est pas un numéro de téléphone : écrire dix chiffres, ou + et l'indicatif.",
}


@dataclass(frozen=True, slots=True)
class SumLine:
    """A count and its price, both in ``amount_cents``; None where the count is unknown."""

    field: str
    label: str
    count: int | None
    tariff_cents: int
    amount_cents: int | None


@dataclass(frozen=True, slots=True)
class Gap:
    """The sum of a form as it stands: what is due, what was written, written minus due.

    None where unknown. ``malformed``: the fields whose typed text is no such value.
    """

    lines: tuple[SumLine, ...] = ()
    due_cents: int | None = None
    written_cents: int | None = None
    gap_cents: int | None = None
    malformed: tuple[str, ...] = ()


def gap(registration: Registration, form: Form, typed: Mapping[str, str]) -> Gap:
    """The sum with what is being typed, by field, in the place of what is held."""
    if form.sum is None:
        return Gap()
    malformed = []

    def number(field: str) -> int | None:
        reading = registration.reading(field)
        value = reading.value if reading else None
        if field in typed:
            try:
                value = as_typed(form, field, typed[field]).value
            except ValueError:
                malformed.append(field)
                return None
        return value if isinstance(value, int) else None

    lines = []
    for field, tariff in form.sum.tariffs_cents.items():
        count = number(field)
        amount = None if count is None else count * tariff
        lines.append(SumLine(field, label(field, form.roles), count, tariff, amount))
    amounts = [line.amount_cents for line in lines if line.amount_cents is not None]
    due = sum(amounts) if len(amounts) == len(lines) else None
    written = number(form.sum.total)
    difference = None if due is None or written is None else written - due
    return Gap(tuple(lines), due, written, difference, tuple(malformed))


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
