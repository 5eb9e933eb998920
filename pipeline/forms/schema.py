"""What a ``form.toml`` may say, checked where it enters: all faults at once, with their lines."""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import Field, TypeAdapter, ValidationError, ValidationInfo, field_validator

from pipeline import fields
from pipeline.config import Fault, faulty, read_toml
from pipeline.errors import ConfigError
from pipeline.fields import FieldType, Means, Nature
from pipeline.forms.constraints import (
    Constraint,
    Part,
    People,
    Sum,
    SumOf,
    Use,
    is_iban,
)
from pipeline.forms.faults import hinted, placed
from pipeline.forms.places import misplaced
from pipeline.forms.zone import Area, Role, Zone
from pipeline.geometry import BoxMm
from pipeline.language import tr
from pipeline.records import Roles

_P = TypeVar("_P", bound=Part)
_CONSTRAINT: TypeAdapter[Constraint] = TypeAdapter(Constraint)
_USUAL_ROLES: dict[Means, Role] = {
    Means.ORGANISATION: "who",
    Means.EMAIL: "contact",
    Means.PHONE: "contact",
}
_TITLED = (Means.ORGANISATION, Means.EMAIL, Means.PHONE, Means.PERSON)


class Event(Part):
    name: str = ""
    date: datetime.date | None = None
    hours: str = ""
    place: str = ""


class Organiser(Part):
    name: str = ""
    email: str = ""
    iban: str = ""
    bic: str = ""

    @field_validator("iban")
    @classmethod
    def _is_an_account(cls, iban: str) -> str:
        if iban and not is_iban("".join(iban.split()).upper()):
            raise ValueError(tr("no IBAN: look at each digit, letters ask people to pay there"))
        return iban


class Form(Part):
    """A known printed layout. ``folder`` is where it was read from, and its name the form's id.

    ``edition_of``: the id of the form that it is another edition of; empty for none.
    """

    id: str
    title: str
    edition_of: str = ""
    folder: Annotated[Path, Field(exclude=True)]
    blank: str = "blank.pdf"
    event: Annotated[Event, Field(validate_default=True)] = Event()
    organiser: Organiser = Organiser()
    zones: tuple[Zone, ...]
    areas: tuple[Area, ...] = ()
    sum: Sum | None = None
    people: People | None = None
    constraints: tuple[Constraint, ...] = ()

    def __hash__(self) -> int:
        return hash((self.id, self.folder))

    @field_validator("event")
    @classmethod
    def _is_called_like_the_form(cls, event: Event, info: ValidationInfo) -> Event:
        """An event without a name has the form's title."""
        return (
            event if event.name else event.model_copy(update={"name": info.data.get("title", "")})
        )

    @property
    def blank_path(self) -> Path:
        return self.folder / self.blank

    @property
    def count_type(self) -> str:
        """The type of those who are counted nowhere: that of those who are."""
        counted = self.people.counted if self.people else ()
        return self.zone(counted[0]).type if counted else fields.meaning(Means.COUNT)[0]

    @property
    def bonds(self) -> tuple[Constraint, ...]:
        """All that binds its fields but ``people``: ``[sum]``, then ``[[constraints]]``."""
        if self.sum is None or not self.sum.total:
            return self.constraints
        times = self.sum.tariffs_cents
        return (SumOf(kind="sum", total=self.sum.total, times=times), *self.constraints)

    def people_are(self, field: str) -> bool:
        """Whether the field is the lines of people: as a number, they are as many as are named."""
        return self.people is not None and self.people.named == field

    @property
    def roles(self) -> Roles:
        """What the fields stand for, as registrations carry it."""
        people, arithmetic = self.people, self.sum
        counted = people.counted if people else ()
        return Roles(
            named=people.named if people else "",
            counted=counted,
            uncounted=people.uncounted if people else "",
            total=arithmetic.total if arithmetic else "",
            others=tuple(
                n for n in (arithmetic.tariffs_cents if arithmetic else ()) if n not in counted
            ),
            labels=tuple(people.labels.items()) if people else (),
            who=next(iter(self._fields_for("who")), ""),
            contacts=self._fields_for("contact"),
            payment=next(iter(self._fields_for("payment")), ""),
            titles=tuple(
                (zone.field, title) for zone in self.zones if (title := self._title(zone))
            ),
        )

    def _title(self, zone: Zone) -> str:
        """What readers call a field: its label, or that of its type where no other is of it."""
        alike = [other for other in self.zones if other.type == zone.type]
        if zone.label or len(alike) > 1 or fields.means(zone.type) not in _TITLED:
            return zone.label
        return fields.load(zone.type).label.capitalize()

    def _fields_for(self, role: Role) -> tuple[str, ...]:
        """The fields of that role; without a word on it, by what their type means."""
        return tuple(
            zone.field
            for zone in self.zones
            if (zone.role or _USUAL_ROLES.get(fields.means(zone.type), "none")) == role
        )

    def zones_of(self, page: int) -> tuple[Zone, ...]:
        return tuple(zone for zone in self.zones if zone.page == page)

    def written_mm(self, page: int) -> tuple[BoxMm, ...]:
        """Where people may write on a page: its zones, and the areas that nobody reads."""
        zones = (box for zone in self.zones_of(page) for box in (*zone.lines, *zone.boxes.values()))
        return (*zones, *(box for area in self.areas if area.page == page for box in area.boxes))

    def field_type(self, field: str) -> FieldType:
        """The type of that field, as its zone has it; who is counted nowhere is counted, too."""
        if self.people and field == self.people.uncounted:
            return fields.load(self.count_type)
        return self.zone(field).field_type

    def zone(self, field: str) -> Zone:
        """The zone of that field; ``personnes.2`` belongs to the zone ``personnes``."""
        return next(z for z in self.zones if z.field == field.split(".")[0])


def load_form(folder: Path) -> Form:
    """Read and check ``folder/form.toml``. Raises ConfigError with every fault and its line."""
    path = folder / "form.toml"
    data = read_toml(path)
    faults: list[Fault] = []
    try:
        form = Form.model_validate({**data, "folder": folder})
    except ValidationError as err:
        faults = [(where or "form", what) for where, what in hinted(err, Form)]
    faults += _disagreements(data, folder)
    if faults:
        raise faulty(path, placed(faults, path.read_text("utf-8")))
    return form


def load_forms(*roots: Path) -> tuple[Form, ...]:
    """Every form below the given folders of forms, by id; a later folder's form wins.

    Raises ConfigError where a folder is missing or holds a bad form, a form is an edition of one
    that is not there, or no form was found at all.
    """
    missing = [str(root) for root in roots if not root.is_dir()]
    if missing:
        raise ConfigError(
            tr(
                "No folder {missing}: mend forms = [...] in fiches.toml.",
                missing=", ".join(missing),
            )
        )
    forms = {
        path.parent.name: load_form(path.parent)
        for root in roots
        for path in sorted(root.glob("*/form.toml"))
    }
    if not forms:
        raise ConfigError(
            tr(
                "No form in {folders}: add a folder with a form.toml.",
                folders=", ".join(map(str, roots)),
            )
        )
    for form in forms.values():
        if form.edition_of and form.edition_of not in forms.keys() - {form.id}:
            path = form.folder / "form.toml"
            wrong = tr("no other form is called {name!r}", name=form.edition_of)
            raise faulty(path, placed([("edition_of", wrong)], path.read_text("utf-8")))
    return tuple(forms[name] for name in sorted(forms))


def find_form(forms: Iterable[Form], form_id: str) -> Form:
    """The form of that id. Raises ConfigError naming the known ones."""
    by_id = {form.id: form for form in forms}
    if form_id not in by_id:
        raise ConfigError(
            tr(
                "No form is called {name!r}: use one of {known}.",
                name=form_id,
                known=", ".join(by_id),
            )
        )
    return by_id[form_id]


def _disagreements(data: Mapping[str, Any], folder: Path) -> Iterator[Fault]:
    """What each part may say but the others deny; a part that is bad by itself is left out."""
    if data.get("id", folder.name) != folder.name:
        wrong = tr("{id!r} is not the folder's name {folder!r}", id=data["id"], folder=folder.name)
        yield "id", wrong
    raw = data.get("zones")
    zones = [(zone, _valid(Zone, zone)) for zone in (raw if isinstance(raw, list) else ())]
    good = {i: zone for i, (_, zone) in enumerate(zones) if zone}
    names = [zone.field for zone in good.values()]
    for i, zone in good.items():
        if names.count(zone.field) > 1:
            yield f"zones.{i}.field", tr("{name!r} stands twice", name=zone.field)
        if zone.type not in fields.names():
            known = ", ".join(fields.names())
            wrong = tr("{name!r} is not known; take one of: {known}", name=zone.type, known=known)
            yield f"zones.{i}.type", wrong
        elif (fields.nature(zone.type) is Nature.MARK) != bool(zone.boxes):
            yield (
                f"zones.{i}.type",
                (
                    tr("{name!r} has boxes_mm, not lines_mm", name=zone.type)
                    if zone.lines
                    else tr("{name!r} has lines_mm, not boxes_mm", name=zone.type)
                ),
            )
        else:
            yield from _unfit_keys(i, zone)
    raw = data.get("areas")
    listed = enumerate(raw if isinstance(raw, list) else ())
    areas = {i: area for i, entry in listed if (area := _valid(Area, entry))}
    yield from misplaced(good, areas, folder / str(data.get("blank", "blank.pdf")))
    arithmetic, people = _valid(Sum, data.get("sum")), _valid(People, data.get("people"))
    # A zone that is bad by itself has been told: what names it is not wrong for that.
    bad = {str(raw.get("field")) for raw, zone in zones if not zone and isinstance(raw, dict)}
    by_name = {zone.field: zone for zone in good.values()} | dict.fromkeys(bad)
    uses = [*_uses(arithmetic, people), *_constraint_uses(data.get("constraints"))]
    named: set[tuple[tuple[str, ...], str]] = set()
    for where, name, wanted in uses:
        yield from _misused(where, name, wanted, by_name)
        part = tuple(where.split(".")[: 2 if where.startswith("constraints.") else 1])
        if (part, name) in named:
            yield where, tr("{name!r} stands twice", name=name)
        named.add((part, name))
        zone_named = by_name.get(name)
        counts_people = Means.COUNT in wanted and zone_named and _names_people(zone_named)
        if counts_people and not (people and people.named == name):
            yield where, tr("zone {name!r} counts people only where it is people.named", name=name)
    if people:
        if people.uncounted in by_name:
            wrong = tr("{name!r} is a zone: it is computed, never read", name=people.uncounted)
            yield "people.uncounted", wrong
        for name in people.labels:
            if name not in (*people.counted, people.uncounted):
                yield f"people.labels.{name}", tr("is neither counted nor uncounted")
        if people.members and people.members not in people.counted:
            yield "people.members", tr("{name!r} is not counted", name=people.members)


def _unfit_keys(i: int, zone: Zone) -> Iterator[Fault]:
    """What a zone says that its type does not go by, or that can be no such thing."""
    for key in ("pattern", "unit"):
        if getattr(zone, key) and fields.load(zone.type).zone_key != key:
            yield f"zones.{i}.{key}", tr("{type!r} has no {key}", type=zone.type, key=key)
    try:
        zone.field_type  # noqa: B018  (that there is one is all that is asked)
    except ValueError as err:
        yield f"zones.{i}.{fields.load(zone.type).zone_key}", str(err)


def _uses(arithmetic: Sum | None, people: People | None) -> Iterator[Use]:
    """Where the arithmetic names a zone, the zone's name, and of what type it must be."""
    if arithmetic:
        if arithmetic.total:
            yield "sum.total", arithmetic.total, (Means.AMOUNT,)
        key = "tariffs" if arithmetic.written_cents else "tariffs_cents"
        for name in arithmetic.tariffs_cents:
            yield f"sum.{key}.{name}", name, (Means.COUNT,)
    if people:
        yield "people.named", people.named, (Means.PERSON,)
        for i, name in enumerate(people.counted):
            yield f"people.counted.{i}", name, (Means.COUNT,)


def _constraint_uses(raw: object) -> Iterator[Use]:
    for i, entry in enumerate(raw if isinstance(raw, list) else ()):
        try:
            constraint = _CONSTRAINT.validate_python(entry)
        except ValidationError:  # told already
            continue
        for where, name, wanted in constraint.uses():
            yield f"constraints.{i}.{where}", name, wanted


def _misused(
    where: str, name: str, wanted: tuple[Means, ...], zones: Mapping[str, Zone | None]
) -> Iterator[Fault]:
    if name not in zones:
        yield where, tr("no zone is called {name!r}", name=name)
    zone = zones.get(name)
    if zone is None:
        return
    if wanted and fields.means(zone.type) not in wanted:
        types = tr(" or ").join(repr(kind) for means in wanted for kind in fields.meaning(means))
        yield (
            where,
            tr(
                "zone {name!r} is of type {type!r}, not {types}",
                name=name,
                type=zone.type,
                types=types,
            ),
        )
    people = Means.PERSON in wanted and (_names_people(zone) or len(wanted) == 1)
    if zone.repeated is not people:
        yield (
            where,
            (
                tr("zone {name!r} must not be repeated", name=name)
                if zone.repeated
                else tr("zone {name!r} must be repeated", name=name)
            ),
        )


def _names_people(zone: Zone) -> bool:
    return fields.means(zone.type) is Means.PERSON


def _valid(kind: type[_P], raw: object) -> _P | None:
    try:
        return kind.model_validate(raw)
    except ValidationError:
        return None
