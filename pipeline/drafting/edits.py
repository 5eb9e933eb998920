"""Edits of a form's file, one step each: a text in, the new text out.

Comments, and all that an edit does not speak of, stay as they are. What an edit leaves wrong with
the form is for ``faults`` to say, so that two steps may lead from one good form to another; what
cannot be done at all is a ValueError, in French.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit import TOMLDocument

from pipeline import fields
from pipeline.config import Fault
from pipeline.drafting import blocks
from pipeline.drafting.wording import free_name
from pipeline.fields import Nature
from pipeline.forms.constraints import date_of
from pipeline.forms.schema import checked
from pipeline.geometry import BoxMm

_ENTRY = re.compile(r"(?:zones|areas|tables)\.\d{1,6}(?:\.columns\.\d{1,6})?", re.ASCII)
_LEAST_MM = 0.5
_NOT_THERE = "Cette zone n'est plus là\u00a0: recharger la page."
PRICES = ("tariffs", "tariffs_cents")
PLACES = ("lines_mm", "boxes_mm", "words_mm")


@dataclass(frozen=True, slots=True)
class Spot:
    """A rectangle of the file: that of ``entry`` (a number from 0, an option, or nothing) under the
    ``key`` of the zone, column, table or area that stands at ``where``, as ``zones.3``."""

    where: str
    key: str
    entry: str = ""

    @classmethod
    def of(cls, text: str) -> "Spot":
        where, key, entry = [*text.split("/", 2), "", ""][:3]
        return cls(where, key, entry)

    def __str__(self) -> str:
        return f"{self.where}/{self.key}/{self.entry}"


def faults(text: str, folder: Path) -> list[Fault]:
    """All that is wrong with a form, by its place in the file. ``folder`` holds its blank."""
    return checked(tomllib.loads(text), folder)[1]


def put(text: str, spot: Spot, box: BoxMm) -> str:
    """A rectangle moved or resized, in mm; of a column only sideways, of a row only up and down."""
    if box.x < 0 or box.y < 0 or min(box.w, box.h) < _LEAST_MM:
        raise ValueError("Une zone reste sur la page, et a une largeur et une hauteur.")
    document = blocks.parsed(text)
    numbers = _place(document, spot)
    values: tuple[float, ...] = (box.x, box.y, box.w, box.h)
    if len(numbers) == 2:
        values = (box.y, box.h) if spot.key == "rows_mm" else (box.x, box.w)
    for n, value in enumerate(values):
        if round(value, 2) != round(float(numbers[n]), 2):
            numbers[n] = round(value, 2)
    return blocks.written(document, text)


def _place(document: TOMLDocument, spot: Spot) -> Any:
    try:
        place: Any = entry_at(document, spot.where)[spot.key]
        if spot.key != "x_mm":
            place = place[spot.entry if isinstance(place, Mapping) else int(spot.entry)]
        float(place[0])
    except (LookupError, ValueError, TypeError) as err:
        raise ValueError(_NOT_THERE) from err
    return place


def entry_at(document: Any, where: str) -> Any:
    """The table of a zone, column, table or area. Raises ValueError where there is none."""
    if not _ENTRY.fullmatch(where):
        raise ValueError(_NOT_THERE)
    at = document
    try:
        for part in where.split("."):
            at = at[int(part) if part.isdecimal() else part]
    except (LookupError, TypeError) as err:
        raise ValueError(_NOT_THERE) from err
    return at


def entries(document: Any) -> Iterator[tuple[str, Any]]:
    """Every zone and column of a form, with where it stands."""
    for n, zone in enumerate(document.get("zones", ())):
        yield f"zones.{n}", zone
    for n, table in enumerate(document.get("tables", ())):
        for m, column in enumerate(table.get("columns", ())):
            yield f"tables.{n}.columns.{m}", column


def names(document: Any) -> list[str]:
    """The names that a form has given: to its fields, in its order, and to what all pay."""
    fields_ = [str(entry.get("field", "")) for _, entry in entries(document)]
    return [*fields_, *document.get("sum", {}).get("fixed", ())]


def relabel(text: str, where: str, label: str) -> str:
    """What readers call a zone; empty for the name of its field."""
    return with_key(text, where, "label", " ".join(label.split()))


def with_key(text: str, where: str, key: str, value: Any) -> str:
    """A key of a zone, table or area set; nothing ("", None, False) takes it out."""
    document = blocks.parsed(text)
    set_key(entry_at(document, where), key, value)
    return blocks.written(document, text)


def set_key(table: Any, key: str, value: Any) -> None:
    """As ``with_key``, in a table."""
    if value in ("", None) or value is False:
        table.pop(key, None)
    elif table.get(key) != value:
        table[key] = value


def rename(text: str, where: str, name: str) -> str:
    """Another name of a field, in all that speaks of it, too."""
    document = blocks.parsed(text)
    entry = entry_at(document, where)
    if "field" not in entry:
        raise ValueError("Ce n'est pas un champ\u00a0: il n'a pas de nom.")
    old = str(entry["field"])
    new = free_name(name, [other for other in names(document) if other != old])
    if new == old:
        return text
    entry["field"] = new
    for part in _speaking(document):
        _rename_in(part, old, new)
    return blocks.written(document, text)


def _speaking(document: Any) -> Iterator[Any]:
    """The tables that speak of fields."""
    yield from (document[key] for key in ("sum", "people") if key in document)
    yield from document.get("constraints", ())


def _rename_in(part: Any, old: str, new: str) -> None:
    for key, value in list(part.items()):
        if key in ("kind", "message", "uncounted", "scheme"):
            continue
        if isinstance(value, str) and value == old:
            part[key] = new
        elif isinstance(value, list):
            for n, item in enumerate(value):
                if item == old:
                    value[n] = new
        elif isinstance(value, Mapping):
            if key == "lines":  # of a sum: of each count the zone of its amount
                _rename_in(value, old, new)
            if old in value:
                rename_key(value, old, new)


def rename_key(table: Any, old: str, new: str) -> None:
    """Another name of a key, where it stands; what is behind it on its line stays, too."""
    table.value._replace(old, new, table[old])  # tomlkit offers no other way


def retype(text: str, where: str, kind: str) -> str:
    """Another type of a zone: where it is of marks, its lines become boxes, and the reverse."""
    if kind not in fields.names():
        raise ValueError("Ce type n'existe pas.")
    document = blocks.parsed(text)
    entry = entry_at(document, where)
    field_type, is_marks = fields.load(kind), fields.nature(kind) is Nature.MARK
    if where.startswith("tables"):
        if is_marks == ("x_mm" in entry):
            _turn_column(entry, [option for option, _ in field_type.options if option])
    elif is_marks and "lines_mm" in entry:
        _to_boxes(entry, [option for option, _ in field_type.options if option])
    elif not is_marks and "lines_mm" not in entry:
        _to_lines(entry)
    for key in ("pattern", "unit"):
        if field_type.zone_key != key:
            entry.pop(key, None)
    entry["type"] = kind
    return blocks.written(document, text)


def _turn_column(column: Any, usual: list[str]) -> None:
    """Of a column for writing one of options, each of which has its part; and the reverse."""
    spans = [column.get("x_mm"), *(s for key in PLACES[1:] for s in column.get(key, {}).values())]
    begin = min(float(span[0]) for span in spans if span)
    end = max(float(span[0]) + float(span[1]) for span in spans if span)
    if "x_mm" not in column:
        for key in (*PLACES[1:], "options", *PRICES):
            column.pop(key, None)
        column["x_mm"] = [begin, round(end - begin, 2)]
        return
    for key in ("x_mm", "comb"):
        column.pop(key, None)
    options = usual or ["choix_1"]
    each = (end - begin) / len(options)
    column["boxes_mm"] = tomlkit.inline_table()
    for n, option in enumerate(options):
        column["boxes_mm"][option] = [round(begin + n * each, 2), round(each, 2)]


def _to_boxes(entry: Any, usual: list[str]) -> None:
    lines = entry.pop("lines_mm").unwrap()
    called = [*usual, *(f"choix_{n}" for n in range(len(usual) + 1, len(lines) + 1))]
    entry["boxes_mm"] = tomlkit.inline_table()
    entry["boxes_mm"].update(dict(zip(called, lines, strict=False)))
    for key in ("repeated", "comb"):
        entry.pop(key, None)


def _to_lines(entry: Any) -> None:
    boxes = list(boxes_of(entry))
    for key in (*PLACES, "options", *PRICES):
        entry.pop(key, None)
    entry["lines_mm"] = [[float(value) for value in box] for box in boxes]


def delete(text: str, where: str) -> str:
    """A zone, column, table or area taken out, with what the sum and the people say of it."""
    document = blocks.parsed(text)
    entry = entry_at(document, where)
    if where.startswith("tables") and ".columns." not in where:
        text = blocks.without(text, where)
        for column in entry["columns"]:
            text = forget(text, str(column["field"]))
        return text
    name = str(entry.get("field", ""))
    if ".columns." in where:
        columns = entry_at(document, where.rpartition(".columns.")[0])["columns"]
        if len(columns) > 1:
            del columns[int(where.rpartition(".")[2])]
            return forget(blocks.written(document, text), name)
        where = where.rpartition(".columns.")[0]
    return forget(blocks.without(text, where), name)


def forget(text: str, name: str) -> str:
    """What the sum, the people and constraints say of a field taken out."""
    if not name:
        return text
    document = blocks.parsed(text)
    for part in (document[key] for key in ("sum", "people") if key in document):
        _forget_in(part, name)
    lost = [
        n
        for n, constraint in enumerate(document.get("constraints", ()))
        if any(_speaks_of(value, name) for key, value in constraint.items() if key != "kind")
    ]
    text = blocks.written(document, text)
    if "people" in document and "named" not in document["people"]:
        text = blocks.without(text, "people")
    if "sum" in document and not document["sum"]:
        text = blocks.without(text, "sum")
    for n in reversed(lost):
        text = blocks.without(text, f"constraints.{n}")
    return text


def _speaks_of(value: Any, name: str) -> bool:
    return bool(value == name or (isinstance(value, list | Mapping) and name in value))


def _forget_in(part: Any, name: str) -> None:
    key: str
    value: Any
    for key, value in list(part.items()):
        if isinstance(value, str):
            if value == name and key in ("total", "named", "members"):
                del part[key]
        elif isinstance(value, MutableMapping):
            for inner in [k for k, v in value.items() if name in (k, v if key == "lines" else k)]:
                del value[inner]
            if not value:
                del part[key]
        elif name in value:
            value.remove(name)
            if key == "named":  # of surnames and given names, one is left
                part[key] = value[0]
            elif not value:
                del part[key]


def add(text: str, kind: str, page: int, box: BoxMm) -> tuple[str, str]:
    """A new zone (a ``kind`` of field), or an area (``office``, ``ignore``); the text, and where it
    stands."""
    place = [round(value, 2) for value in (box.x, box.y, box.w, box.h)]
    document = blocks.parsed(text)
    if kind in ("office", "ignore"):
        entry = {"kind": kind, "page": page, "boxes_mm": [place]}
        return blocks.with_entry(text, "areas", entry), f"areas.{len(document.get('areas', ()))}"
    name = free_name(fields.load(kind).label, names(document))
    entry = {"field": name, "type": kind, "page": page}
    if fields.nature(kind) is Nature.MARK:
        usual = [option for option, _ in fields.load(kind).options if option]
        entry["boxes_mm"] = {(usual or ["choix_1"])[0]: place}
    else:
        entry["lines_mm"] = [place]
    return blocks.with_entry(text, "zones", entry), f"zones.{len(document.get('zones', ()))}"


def as_area(text: str, where: str, kind: str) -> str:
    """A zone that is not to be read: an area in its place (``office``, ``ignore``)."""
    entry = blocks.parsed(text)
    if where.startswith("areas"):
        return with_key(text, where, "kind", kind)
    zone = entry_at(entry, where)
    boxes = [list(box) for box in boxes_of(zone)]
    if not boxes:
        raise ValueError("Une colonne de tableau n'est pas une partie que l'on laisse.")
    area = {"kind": kind, "page": int(zone.get("page", 1)), "boxes_mm": boxes}
    return blocks.with_entry(delete(text, where), "areas", area)


def boxes_of(zone: Any) -> Iterator[Any]:
    """Every rectangle of a zone or area, as four numbers."""
    for key in PLACES:
        places = zone.get(key, ())
        yield from places.values() if isinstance(places, Mapping) else places


def head(text: str, values: Mapping[str, str]) -> str:
    """What the form is called and says of its event and organiser: ``title``, ``event.date``, ...;
    a day the French way."""
    document = blocks.parsed(text)
    for name, value in values.items():
        table, _, key = name.rpartition(".")
        plain: Any = " ".join(value.split())
        if name == "event.date" and plain:
            plain = date_of(plain)
            if plain is None:
                raise ValueError("Écrire le jour ainsi\u00a0: 02/02/2018.")
        if table and table not in document:
            if not plain:
                continue
            text = blocks.with_table(blocks.written(document, text), table)
            document = blocks.parsed(text)
        set_key(document[table] if table else document, key, plain)
    return blocks.written(document, text)
