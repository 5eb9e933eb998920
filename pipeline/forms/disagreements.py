"""What one part of a ``form.toml`` says and the others deny."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from pipeline import fields
from pipeline.config import Fault
from pipeline.fields import Means, Nature
from pipeline.forms.constraints import NAMES_PEOPLE, Constraint, Part, People, Sum, Use
from pipeline.forms.places import misplaced
from pipeline.forms.tables import Table
from pipeline.forms.zone import Area, Asked, Zone
from pipeline.language import tr

_P = TypeVar("_P", bound=Part)
_CONSTRAINT: TypeAdapter[Constraint] = TypeAdapter(Constraint)


def disagreements(data: Mapping[str, Any], folder: Path) -> Iterator[Fault]:
    """What each part may say but the others deny; a part that is bad by itself is left out."""
    if data.get("id", folder.name) != folder.name:
        wrong = tr("{id!r} is not the folder's name {folder!r}", id=data["id"], folder=folder.name)
        yield "id", wrong
    raw, tables = _listed(data.get("zones")), _listed(data.get("tables"))
    if not raw and not tables and not data.get("zones"):
        yield "zones", tr("a form has zones, or tables")
    zones = {f"zones.{i}": _valid(Zone, zone) for i, zone in enumerate(raw)}
    columns = dict(_columns(tables))
    asked = {where: zone for where, zone in {**zones, **columns}.items() if zone}
    yield from _ill_asked(asked)
    areas = {
        i: a for i, entry in enumerate(_listed(data.get("areas"))) if (a := _valid(Area, entry))
    }
    yield from misplaced(asked, areas, folder / str(data.get("blank", "blank.pdf")))
    # A zone that is bad by itself has been told: what names it is not wrong for that.
    bad = {*_bad(raw, Zone), *(name for table in tables for name in _bad_columns(table))}
    by_name = {zone.field: zone for zone in asked.values()} | dict.fromkeys(bad)
    arithmetic, people = _valid(Sum, data.get("sum")), _valid(People, data.get("people"))
    yield from _misuses(arithmetic, people, data.get("constraints"), by_name)
    if arithmetic:
        of_options = any(zone.tariffs_cents for zone in asked.values())
        costs = arithmetic.tariffs_cents or arithmetic.adds or arithmetic.fixed_cents
        if not (costs or of_options or bad):
            yield "sum", tr("nothing is added up: it, or the options of a zone, have tariffs")
        for count in arithmetic.lines:
            if count not in arithmetic.tariffs_cents:
                yield f"sum.lines.{count}", tr("{name!r} has no tariff", name=count)
        for name in arithmetic.fixed_cents.keys() & by_name.keys():
            yield f"sum.fixed.{name}", tr("{name!r} stands twice", name=name)
        for name in arithmetic.labels.keys() - arithmetic.fixed_cents.keys():
            yield f"sum.labels.{name}", tr("{name!r} has no tariff", name=name)
    if people:
        yield from _ill_named(people, by_name, tables)


def _listed(raw: object) -> list[Any]:
    return raw if isinstance(raw, list) else []


def _columns(tables: Iterable[object]) -> Iterator[tuple[str, Zone]]:
    """The zones of each good table, by the place of its column."""
    for i, entry in enumerate(tables):
        if table := _valid(Table, entry):
            for n, zone in enumerate(table.zones):
                yield f"tables.{i}.columns.{n}", zone


def _bad(raw: Iterable[object], kind: type[Asked]) -> Iterator[str]:
    """The names of what is bad by itself."""
    for entry in raw:
        if isinstance(entry, dict) and not _valid(kind, entry):
            yield str(entry.get("field"))


def _bad_columns(table: object) -> Iterator[str]:
    """All of a bad table's, for where they stand is not known."""
    if isinstance(table, dict) and not _valid(Table, table):
        for column in _listed(table.get("columns")):
            if isinstance(column, dict):
                yield str(column.get("field"))


def _ill_asked(asked: Mapping[str, Zone]) -> Iterator[Fault]:
    """What zones and columns ask in a way that their types cannot answer, or twice."""
    names = [zone.field for zone in asked.values()]
    for where, zone in asked.items():
        if names.count(zone.field) > 1:
            yield f"{where}.field", tr("{name!r} stands twice", name=zone.field)
        if zone.type not in fields.names():
            known = ", ".join(fields.names())
            wrong = tr("{name!r} is not known; take one of: {known}", name=zone.type, known=known)
            yield f"{where}.type", wrong
        elif (fields.nature(zone.type) is Nature.MARK) != bool(zone.boxes):
            yield f"{where}.type", _other_place(zone)
        elif (usual := dict(fields.load(zone.type).options)) and zone.boxes.keys() - usual:
            options = ", ".join(filter(None, usual))
            yield (
                f"{where}.type",
                tr("{name!r} has the options {options}", name=zone.type, options=options),
            )
        else:
            yield from _unfit_keys(where, zone)
        for key in ("tariffs", "options"):
            for option in zone.tariffs_cents if key == "tariffs" else zone.options:
                if option not in zone.boxes:
                    yield f"{where}.{key}.{option}", tr("no option is called {name!r}", name=option)
        if zone.tariffs_cents and (free := zone.boxes.keys() - zone.tariffs_cents.keys()):
            key = "tariffs" if zone.written_cents else "tariffs_cents"
            wrong = tr("option {name!r} has no tariff: write 0 if it is free", name=min(free))
            yield f"{where}.{key}", wrong


def _unfit_keys(where: str, zone: Zone) -> Iterator[Fault]:
    """What a zone says that its type does not go by, or that can be no such thing."""
    for key in ("pattern", "unit"):
        if getattr(zone, key) and fields.load(zone.type).zone_key != key:
            yield f"{where}.{key}", tr("{type!r} has no {key}", type=zone.type, key=key)
    try:
        zone.field_type  # noqa: B018  (that there is one is all that is asked)
    except ValueError as err:
        yield f"{where}.{fields.load(zone.type).zone_key}", str(err)


def _other_place(zone: Zone) -> str:
    if zone.repeated:
        return (
            tr("{name!r} has boxes_mm, not x_mm", name=zone.type)
            if zone.lines
            else tr("{name!r} has x_mm, not boxes_mm", name=zone.type)
        )
    return (
        tr("{name!r} has boxes_mm, not lines_mm", name=zone.type)
        if zone.lines
        else tr("{name!r} has lines_mm, not boxes_mm", name=zone.type)
    )


def _misuses(
    arithmetic: Sum | None,
    people: People | None,
    constraints: object,
    by_name: Mapping[str, Zone | None],
) -> Iterator[Fault]:
    """What names a zone that is not there, of another type, or twice."""
    named: set[tuple[tuple[str, ...], str]] = set()
    for where, name, wanted in [*_uses(arithmetic, people), *_constraint_uses(constraints)]:
        yield from _misused(where, name, wanted, by_name, people)
        part = tuple(where.split(".")[: 2 if where.startswith("constraints.") else 1])
        if (part, name) in named:
            yield where, tr("{name!r} stands twice", name=name)
        named.add((part, name))


def _uses(arithmetic: Sum | None, people: People | None) -> Iterator[Use]:
    """Where the arithmetic names a zone, the zone's name, and of what type it must be."""
    if arithmetic:
        if arithmetic.total:
            yield "sum.total", arithmetic.total, (Means.AMOUNT,)
        key = "tariffs" if arithmetic.written_cents else "tariffs_cents"
        for name in arithmetic.tariffs_cents:
            yield f"sum.{key}.{name}", name, (Means.COUNT,)
        for i, name in enumerate(arithmetic.adds):
            yield f"sum.adds.{i}", name, (Means.AMOUNT,)
        for count, name in arithmetic.lines.items():
            yield f"sum.lines.{count}", name, (Means.AMOUNT,)
    if people:
        if people.given:
            yield "people.named.0", people.named, (Means.SURNAME,)
            yield "people.named.1", people.given, (Means.GIVEN_NAME,)
        else:
            yield "people.named", people.named, (Means.PERSON,)
        for i, name in enumerate(people.counted):
            yield f"people.counted.{i}", name, (Means.COUNT,)


def _constraint_uses(raw: object) -> Iterator[Use]:
    for i, entry in enumerate(_listed(raw)):
        try:
            constraint = _CONSTRAINT.validate_python(entry)
        except ValidationError:  # told already
            continue
        for where, name, wanted in constraint.uses():
            yield f"constraints.{i}.{where}", name, wanted


def _misused(
    where: str,
    name: str,
    wanted: tuple[Means, ...],
    zones: Mapping[str, Zone | None],
    people: People | None,
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
    counts_people = fields.means(zone.type) in NAMES_PEOPLE and Means.COUNT in wanted
    is_of_people = counts_people or where.startswith("people.named")
    if counts_people and not (people and people.named == name):
        yield where, tr("zone {name!r} counts people only where it is people.named", name=name)
    elif zone.repeated and not is_of_people:
        yield where, tr("zone {name!r} must not be repeated", name=name)
    elif is_of_people and not zone.repeated and len(zone.lines) > 1:
        yield where, tr("zone {name!r} must be repeated", name=name)


def _ill_named(
    people: People, by_name: Mapping[str, Zone | None], tables: Iterable[object]
) -> Iterator[Fault]:
    surname, given = by_name.get(people.named), by_name.get(people.given)
    if surname and given and (surname.repeated or given.repeated):
        of_tables = [t.fields for table in tables if (t := _valid(Table, table))]
        if not any({surname.field, given.field} <= {*columns} for columns in of_tables):
            wrong = tr(
                "{surname!r} and {given!r} are no columns of one table",
                surname=surname.field,
                given=given.field,
            )
            yield "people.named", wrong
    if people.uncounted in by_name:
        wrong = tr("{name!r} is a zone: it is computed, never read", name=people.uncounted)
        yield "people.uncounted", wrong
    for name in people.labels:
        if name not in (*people.counted, people.uncounted):
            yield f"people.labels.{name}", tr("is neither counted nor uncounted")
    if people.members and people.members not in people.counted:
        yield "people.members", tr("{name!r} is not counted", name=people.members)


def _valid(kind: type[_P], raw: object) -> _P | None:
    try:
        return kind.model_validate(raw)
    except ValidationError:
        return None
