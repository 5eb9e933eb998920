"""A draft as ``form.toml``, for a person to read and mend: what is in doubt has a comment."""

import datetime
from collections.abc import Mapping, Sequence

import tomlkit
from tomlkit.items import AoT, Array, InlineTable, Table

from pipeline.drafting.drafted import Draft, DraftPeople, DraftSum, DraftTable, DraftZone
from pipeline.geometry import BoxMm
from pipeline.money import format_cents

_ROLES = ("who", "contact", "payment")
_USUAL = {"organisation": "who", "email": "contact", "phone": "contact"}
"""Roles that types have by themselves."""
_HEAD = (
    "Proposé d'après le vierge\u00a0: relisez-le, surtout là où il est écrit À VÉRIFIER.",
    "Les places sont en millimètres du coin en haut à gauche\u00a0: [x, y, largeur, hauteur].",
)


def toml_of(draft: Draft, *, blank: str = "blank.pdf") -> str:
    """The text of a ``form.toml`` that ``forms.schema.load_form`` takes.

    ``blank``: the file of the blank beside it.
    """
    document = tomlkit.document()
    for line in _HEAD:
        document.add(tomlkit.comment(line))
    document.add(tomlkit.nl())
    document.add("id", tomlkit.item(draft.id))
    document.add("title", tomlkit.item(draft.title))
    document.add("blank", tomlkit.item(blank))
    parts = {"event": _event(draft), "organiser": _organiser(draft)}
    for name, part in parts.items():
        if part is not None:
            document.add(tomlkit.nl())
            document.add(name, part)
    pages = sorted({zone.page for zone in draft.asked} | {area.page for area in draft.areas})
    zones = AoT([])
    for page in pages:
        own = [zone for zone in draft.zones if zone.page == page]
        for n, zone in enumerate(own):
            head = f"--- Page {page} ---" if len(pages) > 1 and not n else ""
            zones.append(zone_of(zone, head=head))
    if draft.zones:
        document.add("zones", zones)
    if draft.tables:
        document.add("tables", AoT([table_of(table) for table in draft.tables]))
    if draft.areas:
        document.add("areas", _areas(draft))
    if draft.sum:
        document.add("sum", _sum(draft.sum))
    if draft.people:
        document.add("people", _people(draft.people))
    return tomlkit.dumps(document)


def _event(draft: Draft) -> Table | None:
    event = draft.event
    day = datetime.date.fromisoformat(event.date) if event.date else None
    said = {"name": event.name, "date": day, "hours": event.hours, "place": event.place}
    return _filled(said)


def _organiser(draft: Draft) -> Table | None:
    who = draft.organiser
    return _filled({"name": who.name, "email": who.email, "iban": who.iban, "bic": who.bic})


def _filled(said: Mapping[str, object]) -> Table | None:
    """A table of what is known; None where nothing is."""
    known = {key: value for key, value in said.items() if value}
    if not known:
        return None
    table = tomlkit.table()
    for key, value in known.items():
        table.add(key, tomlkit.item(value))
    return table


def zone_of(zone: DraftZone, *, head: str = "") -> Table:
    """An entry of ``zones``."""
    table = tomlkit.table()
    if head:
        table.add(tomlkit.comment(head))
    _ask(table, zone)
    table.add("page", tomlkit.item(zone.page))
    if zone.repeated:
        table.add("repeated", tomlkit.item(True))  # noqa: FBT003 - a value of the file
    if zone.lines:
        table.add("lines_mm", _boxes(zone.lines))
    if zone.comb:
        table.add("comb", tomlkit.item(list(zone.comb)))
    for key, places in (("boxes_mm", zone.boxes), ("words_mm", zone.words)):
        if places:
            table.add(key, _inline({option: _numbers(box) for option, box in places.items()}))
    _price(table, zone)
    return table


def _ask(table: Table, zone: DraftZone) -> None:
    """What a zone, or a column, asks, and what is in doubt about it."""
    if zone.why:
        table.add(
            tomlkit.comment(f"À VÉRIFIER ({round(100 * zone.sure)}\u00a0%)\u00a0: {zone.why}")
        )
    table.add("field", tomlkit.item(zone.field))
    table.add("label", tomlkit.item(zone.label)) if zone.label else None
    table.add("type", tomlkit.item(zone.type))
    if zone.role in _ROLES and _USUAL.get(zone.type) != zone.role:
        table.add("role", tomlkit.item(zone.role))
    for key, of_type in (("pattern", "licence"), ("unit", "number")):
        value = getattr(zone, key)
        if value and zone.type == of_type:
            table.add(key, tomlkit.string(value, literal="'" not in value))


def _price(table: Table, zone: DraftZone) -> None:
    """What options are called, and what each costs."""
    options = {key: text for key, text in zone.options.items() if text and text != key}
    if options and zone.type != "yes_no":
        table.add("options", _inline(options))
    if zone.tariffs_cents:
        table.add("tariffs", _inline({k: money_of(c) for k, c in zone.tariffs_cents.items()}))


def table_of(drafted: DraftTable) -> Table:
    """An entry of ``tables``."""
    table = tomlkit.table()
    table.add("page", tomlkit.item(drafted.page))
    rows = tomlkit.array()
    for y, height in drafted.rows_mm:
        rows.append([_round(y), _round(height)])
    table.add("rows_mm", rows.multiline(len(drafted.rows_mm) > 3))
    columns = AoT([])
    for zone in drafted.columns:
        column = tomlkit.table()
        _ask(column, zone)
        if zone.lines:
            column.add("x_mm", _span(zone.lines[0]))
        if zone.comb:
            column.add("comb", tomlkit.item(zone.comb[0]))
        for key, places in (("boxes_mm", zone.boxes), ("words_mm", zone.words)):
            if places:
                column.add(key, _inline({option: _span(box) for option, box in places.items()}))
        _price(column, zone)
        columns.append(column)
    table.add("columns", columns)
    return table


def _areas(draft: Draft) -> AoT:
    areas = AoT([])
    for area in draft.areas:
        table = tomlkit.table()
        if area.label:
            table.add(tomlkit.comment(f"« {area.label} »"))
        table.add("kind", tomlkit.item(area.kind))
        table.add("page", tomlkit.item(area.page))
        table.add("boxes_mm", _boxes([area.box_mm]))
        areas.append(table)
    return areas


def _sum(drafted: DraftSum) -> Table:
    table = tomlkit.table()
    _doubt(table, drafted.why)
    if drafted.total:
        table.add("total", tomlkit.item(drafted.total))
    if drafted.tariffs_cents:
        table.add("tariffs", _inline({k: money_of(c) for k, c in drafted.tariffs_cents.items()}))
    if drafted.adds:
        table.add("adds", tomlkit.item(list(drafted.adds)))
    if drafted.lines:
        table.add("lines", _inline(drafted.lines))
    return table


def _people(drafted: DraftPeople) -> Table:
    table = tomlkit.table()
    _doubt(table, drafted.why)
    named = drafted.named
    table.add("named", tomlkit.item(list(named) if len(named) > 1 else named[0]))
    if drafted.counted:
        table.add("counted", tomlkit.item(list(drafted.counted)))
        table.add("uncounted", tomlkit.item(drafted.uncounted))
        table.add("labels", _inline(drafted.labels))
    return table


def _doubt(table: Table, why: Sequence[str]) -> None:
    if why:
        table.add(tomlkit.comment(f"À VÉRIFIER\u00a0: {' '.join(why)}"))


def _inline(values: Mapping[str, object]) -> InlineTable:
    table = tomlkit.inline_table()
    for key, value in values.items():
        table.append(key, value)
    return table


def _boxes(boxes: Sequence[BoxMm]) -> Array:
    array = tomlkit.array()
    for box in boxes:
        array.append(_numbers(box))
    return array.multiline(len(boxes) > 2)


def _numbers(box: BoxMm) -> list[float]:
    return [_round(max(box.x, 0)), _round(max(box.y, 0)), _round(box.w), _round(box.h)]


def _span(box: BoxMm) -> list[float]:
    return [_round(max(box.x, 0)), _round(box.w)]


def _round(mm: float) -> float:
    return round(mm, 1)


def money_of(cents: int) -> str:
    """As people write it."""
    return format_cents(cents).removesuffix("\u00a0€").removesuffix(",00")
