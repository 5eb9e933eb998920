"""What the blank of a next edition asks and the one before did not: zones put in, in doubt; and
rows of tables, which come and go."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import tomlkit

from pipeline.drafting import blocks
from pipeline.drafting.beside import NEAR_MM, Printed
from pipeline.drafting.doubts import doubted
from pipeline.drafting.drafted import Draft, DraftTable, DraftZone
from pipeline.drafting.edits import PLACES, names
from pipeline.drafting.followed import Followed, label_of
from pipeline.drafting.phrases import Phrase, phrases_of
from pipeline.drafting.records import Place, Shape, Sheet
from pipeline.drafting.wording import free_name, option_name
from pipeline.drafting.write import money_of, table_of, zone_of
from pipeline.geometry import BoxMm
from pipeline.pages import plural

_NEW = "Nouveau sur ce vierge\u00a0: est-ce demandé\u00a0?"
_COVERED = 0.3
"""So much of a place belongs to a zone that asks for it."""


def with_newcomers(text: str, new: Draft, pages: Mapping[int, Followed]) -> str:
    """The text with what the draft of the new blank asks beyond it, but for places that the form
    asked nothing for on the blank before."""
    by_new = {page.new.number: page for page in pages.values()}
    for zone in new.zones:
        text = _with_zone(text, zone, by_new.get(zone.page))
    for table in new.tables:
        text = _with_table(text, table, by_new.get(table.page))
    return text


def _with_zone(text: str, zone: DraftZone, page: Followed | None) -> str:
    document = blocks.parsed(text)
    taken = list(_taken(document, zone.page))
    fresh = [box for box in zone.places if not _covered(box, (b for _, b in taken))]
    fresh = [box for box in fresh if not _was_left_out(box, page)]
    if not fresh:
        return text
    if len(fresh) < len(zone.places):
        hosts = [n for box in zone.places for n, b in taken if n >= 0 and _covered(box, [b])]
        if not hosts:
            return text
        return _widened(text, max(hosts, key=hosts.count), zone, fresh)
    name = free_name(zone.field, names(document))
    marked = replace(zone, field=name, doubts=(_NEW, *zone.doubts), line_of="")
    return blocks.with_entry(text, "zones", zone_of(marked))


def _widened(text: str, host: int, zone: DraftZone, fresh: list[BoxMm]) -> str:
    """A zone with the lines or boxes that came to it."""
    document = blocks.parsed(text)
    entry = document["zones"][host]
    for box in zone.lines:
        if box in fresh and "lines_mm" in entry and "comb" not in entry:
            entry["lines_mm"].append(_numbers(box))
    for key, places in (("boxes_mm", zone.boxes), ("words_mm", zone.words)):
        for option, box in places.items():
            if box in fresh and "lines_mm" not in entry:
                _add_option(entry, key, zone, option, box)
    made = blocks.written(document, text)
    return doubted(made, f"zones.{host}", _NEW) if made != text else text


def _add_option(entry: Any, key: str, zone: DraftZone, option: str, box: BoxMm) -> None:
    name = option_name(option, [o for k in PLACES[1:] for o in entry.get(k, ())])
    said: dict[str, Any] = {key: _numbers(box)}
    if called := zone.options.get(option):
        said["options"] = called
    if option in zone.tariffs_cents:
        cents = zone.tariffs_cents[option]
        in_cents = "tariffs_cents" in entry
        said["tariffs_cents" if in_cents else "tariffs"] = cents if in_cents else money_of(cents)
    for part, value in said.items():
        if part not in entry:
            entry[part] = tomlkit.inline_table()
        entry[part][name] = value


def _with_table(text: str, table: DraftTable, page: Followed | None) -> str:
    document = blocks.parsed(text)
    taken = [box for _, box in _taken(document, table.page)]
    cells = [box for column in table.columns for box in column.places]
    fresh = [b for b in cells if not _covered(b, taken) and not _was_left_out(b, page)]
    if len(fresh) < len(cells) or not cells:
        return _with_rows(text, table, page) if cells and page else text
    known, columns = names(document), []
    for column in table.columns:
        known.append(free_name(column.field, known))
        columns.append(replace(column, field=known[-1], doubts=(_NEW, *column.doubts), line_of=""))
    return blocks.with_entry(text, "tables", table_of(replace(table, columns=tuple(columns))))


def _with_rows(text: str, drafted: DraftTable, page: Followed) -> str:
    """The table that stands where one was drafted, with the rows of that, where these came or
    went since the blank before."""
    document = blocks.parsed(text)
    cells = [box for column in drafted.columns for box in column.places]
    for n, table in enumerate(document.get("tables", ())):
        if int(table.get("page", 1)) != drafted.page:
            continue
        rows = [(float(y), float(height)) for y, height in table["rows_mm"]]
        x, width = min(_spans(table), key=lambda span: span[0])
        boxes = [BoxMm(x, y, width, height) for y, height in rows]
        if not any(_covered(box, cells) for box in boxes):
            continue
        head = _head_of(boxes[0], page.new)
        new = [box for box in cells if box.right > x and box.x < x + width]
        came = [b for b in new if not _covered(b, boxes) and not _was_there(b, head, page)]
        kept = [b for b in boxes if _is_there(b, page) or not _was_there(b, head, page)]
        if not kept or len(kept) + len(came) == len(rows):
            return text
        stays = [
            row for row, box in zip(table["rows_mm"].unwrap(), boxes, strict=True) if box in kept
        ]
        table["rows_mm"] = sorted([*stays, *([round(b.y, 2), round(b.h, 2)] for b in came)])
        return doubted(
            blocks.written(document, text),
            f"tables.{n}",
            f"Ce tableau avait {plural(len(rows), 'ligne', 'lignes')}, et en a "
            f"{len(kept) + len(came)} sur ce vierge.",
        )
    return text


def _head_of(first: BoxMm, sheet: Sheet) -> Phrase | None:
    print_ = Printed(sheet, phrases_of(sheet), sheet.places)
    return print_.above(Place(first, Shape.CELL), most_mm=NEAR_MM)


def _is_there(row: BoxMm, page: Followed) -> bool:
    return _covered(row, (place.box_mm for place in page.new.places))


def _was_there(row: BoxMm, head: Phrase | None, page: Followed) -> bool:
    """Whether somebody could write there on the blank before."""
    before = page.back(row, head)
    return before is not None and _covered(before, (place.box_mm for place in page.old.places))


def _spans(table: Any) -> Iterator[tuple[float, float]]:
    """Where the columns of a table are written in, across."""
    for column in table.get("columns", ()):
        spans = [column["x_mm"]] if "x_mm" in column else []
        spans += [span for key in PLACES[1:] for span in column.get(key, {}).values()]
        yield from ((float(x), float(width)) for x, width in spans)


def _taken(document: Any, page: int) -> Iterator[tuple[int, BoxMm]]:
    """Where a page has zones, tables and areas already, with the number of the zone, or -1."""
    for name in ("zones", "areas"):
        for n, entry in enumerate(document.get(name, ())):
            for key in PLACES if int(entry.get("page", 1)) == page else ():
                places = entry.get(key, ())
                for box in places.values() if isinstance(places, Mapping) else places:
                    yield (n if name == "zones" else -1), BoxMm(*map(float, box))
    for table in document.get("tables", ()):
        rows = [[float(v) for v in row] for row in table.get("rows_mm", ())]
        for x, width in _spans(table) if int(table.get("page", 1)) == page else ():
            yield from ((-1, BoxMm(x, y, width, h)) for y, h in rows)


def _covered(box: BoxMm, boxes: Iterable[BoxMm]) -> bool:
    return any(_share(box, other) >= _COVERED or _share(other, box) >= _COVERED for other in boxes)


def _share(box: BoxMm, other: BoxMm) -> float:
    """How much of a box lies in the other."""
    across = min(box.right, other.right) - max(box.x, other.x)
    down = min(box.bottom, other.bottom) - max(box.y, other.y)
    return across * down / (box.w * box.h) if across > 0 and down > 0 else 0.0


def _was_left_out(box: BoxMm, page: Followed | None) -> bool:
    """Whether the blank before had that place, too, and the form asked nothing there."""
    if page is None:
        return False
    sheet = page.new
    print_ = Printed(sheet, phrases_of(sheet), sheet.places)
    place = max(sheet.places, key=lambda place: _share(place.box_mm, box), default=None)
    before = page.back(box, label_of(print_, place) if place else None)
    return before is not None and _covered(before, (place.box_mm for place in page.old.places))


def _numbers(box: BoxMm) -> list[float]:
    return [round(value, 2) for value in (box.x, box.y, box.w, box.h)]
