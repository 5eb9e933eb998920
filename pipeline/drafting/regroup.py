"""Edits that make several zones of one, or one of several: see ``edits`` for what they share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import tomlkit

from pipeline.drafting import blocks
from pipeline.drafting.edits import delete, entry_at, forget, names
from pipeline.drafting.wording import free_name, option_name
from pipeline.geometry import BoxMm

_HERE = ("lines_mm", "boxes_mm", "words_mm", "comb", "options", "tariffs", "tariffs_cents")
"""What a zone has for each of its places."""


def split(text: str, where: str) -> str:
    """Each line or box a zone of its own; a single line, cut in two."""
    document = blocks.parsed(text)
    zone = entry_at(document, where)
    if not where.startswith("zones"):
        raise ValueError("Seule une zone se partage.")
    common = {k: v for k, v in zone.unwrap().items() if k not in (*_HERE, "repeated", "role")}
    first, *others = _parts(zone)
    for key in _HERE:
        if key in zone and key not in first:
            del zone[key]
    zone.pop("repeated", None)
    _keep(zone, first)
    text = blocks.written(document, text)
    taken = names(document)
    for part in others:
        taken.append(free_name(str(zone["field"]), taken))
        text = blocks.with_entry(text, "zones", {**common, "field": taken[-1], **part})
    return text


def _parts(zone: Any) -> list[dict[str, Any]]:
    """What each of the zones that come of it has in the place of ``_HERE``."""
    if "lines_mm" in zone:
        lines, comb = zone["lines_mm"].unwrap(), zone.get("comb", [])
        if len(lines) > 1:
            cells = [{"comb": [int(n)]} for n in comb] or [{}] * len(lines)
            return [{"lines_mm": [line], **c} for line, c in zip(lines, cells, strict=False)]
        x, y, w, h = map(float, lines[0])
        half = round(w / 2, 2)
        return [
            {"lines_mm": [[x, y, half, h]]},
            {"lines_mm": [[round(x + half, 2), y, round(w - half, 2), h]]},
        ]
    parts: list[dict[str, Any]] = [
        {key: {name: box}}
        for key in ("boxes_mm", "words_mm")
        for name, box in zone.get(key, tomlkit.table()).unwrap().items()
    ]
    if len(parts) < 2:
        raise ValueError("Une case seule ne se partage pas.")
    for part in parts:
        ((name, _),) = next(iter(part.values())).items()
        for key in ("options", "tariffs", "tariffs_cents"):
            if name in zone.get(key, ()):
                part[key] = {name: zone[key].unwrap()[name]}
    return parts


def _keep(zone: Any, part: dict[str, Any]) -> None:
    """Of lists and tables only what stands in ``part``; a line that is cut, with its new width."""
    for key, value in part.items():
        if isinstance(value, dict):
            for name in [name for name in zone[key] if name not in value]:
                del zone[key][name]
        else:
            del zone[key][1:]
            if zone[key] != value:
                zone[key][0] = value[0]


def join(text: str, where: str, other: str) -> str:
    """Two zones made one: the places of the second are those of the first, too."""
    document = blocks.parsed(text)
    zone, second = entry_at(document, where), entry_at(document, other)
    if where == other or not (where.startswith("zones") and other.startswith("zones")):
        raise ValueError("Choisir deux zones différentes, hors des tableaux.")
    if int(zone.get("page", 1)) != int(second.get("page", 1)):
        raise ValueError("Les deux zones sont sur des pages différentes.")
    if ("lines_mm" in zone) != ("lines_mm" in second):
        raise ValueError("Une zone de lignes et une zone de cases ne se réunissent pas.")
    if "lines_mm" in zone:
        for line in second["lines_mm"].unwrap():
            zone["lines_mm"].append(line)
        if "comb" in zone and "comb" in second:
            zone["comb"].extend(second["comb"].unwrap())
        else:
            zone.pop("comb", None)
    else:
        _join_boxes(zone, second)
    name = str(second["field"])
    return forget(blocks.without(blocks.written(document, text), other), name)


def _join_boxes(zone: Any, second: Any) -> None:
    taken = [name for key in ("boxes_mm", "words_mm") for name in zone.get(key, ())]
    for key in ("boxes_mm", "words_mm"):
        for name, box in second.get(key, tomlkit.table()).unwrap().items():
            new = option_name(name, taken)
            taken.append(new)
            if key not in zone:
                zone[key] = tomlkit.inline_table()
            zone[key][new] = box
            for beside in ("options", "tariffs", "tariffs_cents"):
                if name in second.get(beside, ()):
                    if beside not in zone:
                        zone[beside] = tomlkit.inline_table()
                    zone[beside][new] = second[beside].unwrap()[name]


@dataclass(frozen=True, slots=True)
class _Cell:
    where: str
    box: BoxMm

    def along(self, axis: int) -> tuple[float, float, float]:
        """Where it begins, its middle, and where it ends: across the page (0) or down it (1)."""
        box = self.box
        if axis == 0:
            return box.x, box.x + box.w / 2, box.right
        return box.y, box.y + box.h / 2, box.bottom


def with_row(text: str, where: str) -> str:
    """A table with a row more, or a zone with a line more, as far below the last one as that is
    below the one before."""
    document = blocks.parsed(text)
    entry = entry_at(document, where)
    rows = entry.get("rows_mm") or entry.get("lines_mm")
    if not rows:
        raise ValueError("Seuls un tableau et une zone de lignes ont des lignes.")
    top = 0 if "rows_mm" in entry else 1
    last = [float(value) for value in rows[-1]]
    tops = sorted({float(row[top]) for row in rows})  # two lines may stand side by side
    step_mm = tops[-1] - tops[-2] if len(tops) > 1 else last[-1]
    rows.append([*last[:top], round(last[top] + step_mm, 2), *last[top + 1 :]])
    if "comb" in entry:
        entry["comb"].append(entry["comb"][-1])
    return blocks.written(document, text)


def without_row(text: str, where: str) -> str:
    """A table or a zone without its last row or line."""
    document = blocks.parsed(text)
    entry = entry_at(document, where)
    rows = entry.get("rows_mm") or entry.get("lines_mm")
    if not rows or len(rows) < 2:
        raise ValueError("La dernière ligne qui reste ne se retire qu'avec toute la zone.")
    del rows[-1]
    if "comb" in entry:
        del entry["comb"][-1]
    return blocks.written(document, text)


def with_column(text: str, where: str) -> tuple[str, str]:
    """A table with a column for text more, right of the last one; the text, and where it stands."""
    document = blocks.parsed(text)
    table = entry_at(document, where)
    if "columns" not in table:
        raise ValueError("Seul un tableau a des colonnes.")
    spans = [s for c in table["columns"] for s in _spans_of(c)]
    begin, width = max(spans, key=sum)
    name = free_name("colonne", names(document))
    place = [round(begin + width, 2), round(width, 2)]
    table["columns"].append({"field": name, "type": "text", "x_mm": place})
    return blocks.written(document, text), f"{where}.columns.{len(table['columns']) - 1}"


def _spans_of(column: Any) -> list[tuple[float, float]]:
    spans = [column["x_mm"]] if "x_mm" in column else []
    spans += [span for key in ("boxes_mm", "words_mm") for span in column.get(key, {}).values()]
    return [(float(x), float(width)) for x, width in spans]


def tabulate(text: str, wheres: Sequence[str]) -> str:
    """A table of zones that stand in rows and columns: each column is called and typed like its
    zone in the first row."""
    document = blocks.parsed(text)
    cells = []
    for where in wheres:
        zone = entry_at(document, where)
        if not where.startswith("zones") or "lines_mm" not in zone:
            raise ValueError("Un tableau se fait de zones de lignes, et non de cases.")
        cells += [_Cell(where, BoxMm(*map(float, line))) for line in zone["lines_mm"]]
    pages = {int(entry_at(document, where).get("page", 1)) for where in wheres}
    rows, columns = _lanes(cells, 1), _lanes(cells, 0)
    is_whole = all(len(lane) == len(columns) for lane in rows)
    if len(pages) != 1 or len(rows) < 2 or not is_whole or len(rows) * len(columns) != len(cells):
        raise ValueError(
            "Ces zones ne forment pas un tableau\u00a0: il faut au moins deux lignes, et une zone "
            "dans chaque colonne de chaque ligne."
        )
    made = [_column(document, lane) for lane in columns]
    kept = [column["field"] for column in made]
    spans = [_span(lane, 1) for lane in rows]
    table = {"page": pages.pop(), "rows_mm": spans, "columns": made}
    for where in sorted(wheres, key=lambda where: -int(where.split(".")[1])):
        name = str(entry_at(document, where)["field"])
        text = blocks.without(text, where) if name in kept else delete(text, where)
    return blocks.with_entry(text, "tables", table)


def _lanes(cells: Sequence[_Cell], axis: int) -> list[list[_Cell]]:
    """The cells in rows (axis 1) or columns (0): the middle of each lies in the lane's first."""
    lanes: list[list[_Cell]] = []
    for cell in sorted(cells, key=lambda cell: cell.along(axis)[1]):
        if lanes and cell.along(axis)[1] < lanes[-1][0].along(axis)[2]:
            lanes[-1].append(cell)
        else:
            lanes.append([cell])
    return lanes


def _span(lane: Sequence[_Cell], axis: int) -> list[float]:
    """Where all cells of a lane can be written in."""
    begin = min(cell.along(axis)[0] for cell in lane)
    end = max(cell.along(axis)[2] for cell in lane)
    return [round(begin, 2), round(end - begin, 2)]


def _column(document: Any, lane: Sequence[_Cell]) -> dict[str, Any]:
    top = min(lane, key=lambda cell: cell.along(1)[1])
    zone = entry_at(document, top.where).unwrap()
    asked = {k: v for k, v in zone.items() if k not in (*_HERE, "page", "repeated")}
    return {**asked, "x_mm": _span(lane, 0)}
