"""A form's file as it is drawn over its blank: every zone with its rectangles, good or not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline import fields
from pipeline.config import Fault
from pipeline.drafting.edits import PLACES, Spot
from pipeline.geometry import BoxMm
from pipeline.money import cents_text


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle that may be moved; ``name`` is the option it stands for, if any. ``axes``: of a
    table's column only ``x``, of its row only ``y``."""

    spot: Spot
    box: BoxMm
    name: str = ""
    axes: str = "xy"


@dataclass(frozen=True, slots=True)
class Option:
    name: str
    called: str
    price: str


@dataclass(frozen=True, slots=True)
class Item:
    """A zone, a column, a table (its rows) or an area. ``sort`` says which. ``doubt`` and
    ``faults`` are why a person is to look at it."""

    where: str
    sort: str
    field: str
    label: str
    type: str
    page: int
    rects: tuple[Rect, ...]
    repeated: bool = False
    role: str = ""
    extra: str = ""
    options: tuple[Option, ...] = ()
    price: str = ""
    is_total: bool = False
    is_added: bool = False
    doubt: str = ""
    faults: tuple[str, ...] = ()


def items(
    data: Mapping[str, Any], doubts: Mapping[str, str], faults: Sequence[Fault]
) -> tuple[Item, ...]:
    """What is drawn of a form, in its file's order; ``doubts`` and ``faults`` by their places."""
    arithmetic = data.get("sum", {})

    def item(where: str, sort: str, entry: Mapping[str, Any], page: int, *rects: Rect) -> Item:
        name, kind = str(entry.get("field", "")), str(entry.get("type", ""))
        return Item(
            where,
            sort,
            name,
            str(entry.get("label", "")) or _called(sort, name, entry),
            kind,
            page,
            rects,
            repeated=bool(entry.get("repeated", False)),
            role=str(entry.get("role", "")),
            extra=str(entry.get("pattern", "") or entry.get("unit", "")),
            options=tuple(_options(entry)),
            price=_price(_tariffs(arithmetic), name),
            is_total=bool(name) and arithmetic.get("total") == name,
            is_added=name in arithmetic.get("adds", ()),
            doubt=doubts.get(where, ""),
            faults=tuple(what for at, what in faults if _is_of(at, where, sort)),
        )

    drawn = []
    for n, zone in enumerate(data.get("zones", ())):
        where, page = f"zones.{n}", int(zone.get("page", 1))
        drawn.append(item(where, "zone", zone, page, *_rects(where, zone)))
    for n, table in enumerate(data.get("tables", ())):
        where, page = f"tables.{n}", int(table.get("page", 1))
        rows, columns = table.get("rows_mm", ()), table.get("columns", ())
        drawn.append(item(where, "table", {}, page, *_rows(where, rows, columns)))
        for m, column in enumerate(columns):
            at = f"{where}.columns.{m}"
            drawn.append(item(at, "column", column, page, *_column_rects(at, column, rows)))
    for n, area in enumerate(data.get("areas", ())):
        where, page = f"areas.{n}", int(area.get("page", 1))
        drawn.append(item(where, str(area.get("kind", "")), area, page, *_rects(where, area)))
    return tuple(drawn)


def elsewhere(faults: Sequence[Fault], drawn: Sequence[Item]) -> tuple[str, ...]:
    """The faults that are of nothing that is drawn."""
    return tuple(what for at, what in faults if not any(_is_of(at, i.where, i.sort) for i in drawn))


def _is_of(at: str, where: str, sort: str) -> bool:
    if sort == "table" and at.startswith(f"{where}.columns."):
        return False
    return at == where or at.startswith(f"{where}.")


def _called(sort: str, name: str, entry: Mapping[str, Any]) -> str:
    if sort == "table":
        return "Lignes du tableau"
    if "kind" in entry:
        return "Réservé au club" if entry["kind"] == "office" else "À ne pas lire"
    return name.replace("_", " ").capitalize()


def _rects(where: str, entry: Mapping[str, Any]) -> Iterator[Rect]:
    for key in PLACES:
        places = entry.get(key, ())
        named = places.items() if isinstance(places, Mapping) else enumerate(places)
        for name, box in named:
            option = name if isinstance(name, str) else ""
            yield Rect(Spot(where, key, str(name)), BoxMm(*map(float, box)), option)


def _rows(where: str, rows: Sequence[Any], columns: Sequence[Any]) -> Iterator[Rect]:
    spans = [span for column in columns for span in _spans(column)]
    left = min((float(x) for x, _ in spans), default=0.0)
    right = max((float(x) + float(w) for x, w in spans), default=left + 1)
    for n, (y, height) in enumerate(rows):
        box = BoxMm(left, float(y), right - left, float(height))
        yield Rect(Spot(where, "rows_mm", str(n)), box, axes="y")


def _spans(column: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
    if "x_mm" in column:
        yield column["x_mm"]
    for key in PLACES[1:]:
        yield from column.get(key, {}).values()


def _column_rects(where: str, column: Mapping[str, Any], rows: Sequence[Any]) -> Iterator[Rect]:
    top = min((float(y) for y, _ in rows), default=0.0)
    bottom = max((float(y) + float(height) for y, height in rows), default=top + 1)
    spans = [("x_mm", "", column["x_mm"])] if "x_mm" in column else []
    spans += [(key, name, s) for key in PLACES[1:] for name, s in column.get(key, {}).items()]
    for key, name, (x, width) in spans:
        box = BoxMm(float(x), top, float(width), bottom - top)
        yield Rect(Spot(where, key, name), box, name, axes="x")


def _options(entry: Mapping[str, Any]) -> Iterator[Option]:
    if "kind" in entry:
        return
    field_type = fields.find(str(entry.get("type", "")))
    usual = dict(field_type.options) if field_type else {}
    called, tariffs = entry.get("options", {}), _tariffs(entry)
    for key in PLACES[1:]:
        for name in entry.get(key, ()):
            words = called.get(name) or usual.get(name) or name.replace("_", " ")
            yield Option(name, words, _price(tariffs, name))


def _tariffs(part: Mapping[str, Any]) -> Mapping[str, Any]:
    tariffs: Mapping[str, Any] = part.get("tariffs") or part.get("tariffs_cents") or {}
    return tariffs


def _price(tariffs: Mapping[str, Any], name: str) -> str:
    """As people write it, ``12,10``; "" where there is none."""
    value = tariffs.get(name, "")
    return cents_text(value).replace(".", ",") if isinstance(value, int) else str(value)
