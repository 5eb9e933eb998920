"""What a ``form.toml`` may say, checked where it enters: all faults at once, with their lines."""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, ValidationInfo, field_validator

from pipeline import fields
from pipeline.config import Fault, faulty, read_toml
from pipeline.errors import ConfigError
from pipeline.fields import FieldType, Means
from pipeline.forms.constraints import Constraint, Part, People, Sum, SumOf, is_iban
from pipeline.forms.disagreements import disagreements
from pipeline.forms.faults import hinted, placed
from pipeline.forms.tables import Table
from pipeline.forms.zone import Area, Role, Zone
from pipeline.geometry import BoxMm
from pipeline.language import tr
from pipeline.roles import Roles, option_of

CHOSEN = "options chosen"
"""Stands for all that options cost in what binds the total; no field can be called so."""
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
    tables: tuple[Table, ...] = ()
    zones: Annotated[tuple[Zone, ...], Field(validate_default=True)] = ()
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

    @field_validator("zones")
    @classmethod
    def _has_those_of_tables(
        cls, zones: tuple[Zone, ...], info: ValidationInfo
    ) -> tuple[Zone, ...]:
        """The zones that are stated, then the columns of tables."""
        columns = (zone for table in info.data.get("tables", ()) for zone in table.zones)
        return (*zones, *columns)

    @property
    def blank_path(self) -> Path:
        return self.folder / self.blank

    @property
    def count_type(self) -> str:
        """The type of those who are counted nowhere: that of those who are."""
        counted = self.people.counted if self.people else ()
        return self.zone(counted[0]).type if counted else fields.meaning(Means.COUNT)[0]

    @property
    def counted(self) -> tuple[str, ...]:
        """The counts that class the people named."""
        return self.people.counted if self.people else ()

    @property
    def uncounted(self) -> str:
        """What those are called whom no count covers; empty where nobody is counted."""
        return self.people.uncounted if self.people else ""

    @property
    def total(self) -> str:
        """The zone of the written total; empty where nobody is asked to write it."""
        return self.sum.total if self.sum else ""

    @property
    def tariffs_cents(self) -> dict[str, int]:
        """Cents that one of each counted field costs."""
        return self.sum.tariffs_cents if self.sum else {}

    @property
    def adds(self) -> tuple[str, ...]:
        """The amounts that are added to what is due as they are written."""
        return self.sum.adds if self.sum else ()

    @property
    def fixed_cents(self) -> dict[str, int]:
        """What every form costs, whatever is written on it."""
        return self.sum.fixed_cents if self.sum else {}

    @property
    def priced(self) -> tuple[Zone, ...]:
        """The zones of which options cost something."""
        return tuple(zone for zone in self.zones if zone.tariffs_cents)

    @property
    def is_priced(self) -> bool:
        """Whether anything on it carries a tariff, or is added up."""
        return bool(self.tariffs_cents or self.adds or self.priced or self.fixed_cents)

    @property
    def bonds(self) -> tuple[Constraint, ...]:
        """All that binds its fields but ``people``: ``[sum]``, then ``[[constraints]]``."""
        return (*self._of_total, *self.line_amounts, *self.constraints)

    @property
    def _of_total(self) -> tuple[Constraint, ...]:
        times = {**self.tariffs_cents, **dict.fromkeys(self.adds, 1)}
        if self.priced:
            times[CHOSEN] = 1
        if not (self.total and times):
            return ()
        fixed_cents = sum(self.fixed_cents.values())
        return (SumOf(kind="sum", total=self.total, times=times, fixed_cents=fixed_cents),)

    @property
    def line_amounts(self) -> tuple[SumOf, ...]:
        """That the amount written beside a count is that count times its tariff."""
        return tuple(
            SumOf(kind="sum", total=line, times={count: self.tariffs_cents[count]})
            for count, line in (self.sum.lines if self.sum else {}).items()
        )

    def people_are(self, field: str) -> bool:
        """Whether the field is the lines of people: as a number, they are as many as are named."""
        return self.people is not None and self.people.named == field

    @property
    def roles(self) -> Roles:
        """What the fields stand for, as registrations carry it."""
        people = self.people
        priced = (option_of(z.field, option) for z in self.priced for option in z.tariffs_cents)
        return Roles(
            named=people.named if people else "",
            given=people.given if people else "",
            counted=self.counted,
            uncounted=self.uncounted,
            total=self.total,
            others=tuple(n for n in self.tariffs_cents if n not in self.counted),
            prices=(*priced, *self.adds),
            said=self._said_of_each(),
            priced=self.is_priced,
            labels=tuple(people.labels.items()) if people else (),
            who=next(iter(self._fields_for("who")), ""),
            contacts=self._fields_for("contact"),
            payment=next(iter(self._fields_for("payment")), ""),
            titles=(
                *((zone.field, title) for zone in self.zones if (title := self._title(zone))),
                *(title for zone in self.zones for title in _option_titles(zone)),
                *(self.sum.labels.items() if self.sum else ()),
            ),
        )

    def _said_of_each(self) -> tuple[str, ...]:
        """The fields that say something of each person: the columns of the table whose rows are
        people or, of a form about one person, all but the sum."""
        if self.people is None:
            return ()
        named = (self.people.named, self.people.given)
        beside = next((table.fields for table in self.tables if named[0] in table.fields), ())
        if not beside and not self.zone(named[0]).repeated:
            summed = (self.total, *self.tariffs_cents, *self.counted)
            summed += tuple(self.sum.lines.values()) if self.sum else ()
            beside = tuple(zone.field for zone in self.zones if zone.field not in summed)
        return tuple(field for field in beside if field not in named)

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
        """As they are read, see ``Zone.apart``."""
        return tuple(part for zone in self.zones if zone.page == page for part in zone.apart)

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
    form, faults = checked(read_toml(path), folder)
    if form is None:
        raise faulty(path, placed(faults, path.read_text("utf-8")))
    return form


def checked(data: Mapping[str, Any], folder: Path) -> tuple[Form | None, list[Fault]]:
    """The form that a file says, or all that is wrong with it, each by its place in the file."""
    faults: list[Fault] = []
    form = None
    try:
        form = Form.model_validate({**data, "folder": folder})
    except ValidationError as err:
        faults = [(where or "form", what) for where, what in hinted(err, Form)]
    faults += disagreements(data, folder)
    return (None if faults else form), faults


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


def _option_titles(zone: Zone) -> Iterator[tuple[str, str]]:
    """The options of a zone that readers call otherwise than the form's file names them."""
    for option in (*zone.boxes, "") if zone.boxes else ():
        if (called := zone.called(option)) != option.replace("_", " "):
            yield option_of(zone.field, option), called
