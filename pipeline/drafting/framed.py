"""Places in frames and on tints: check squares, combs, tables, lines, and areas to sign."""

import re
from collections.abc import Iterator, Sequence

from pipeline.drafting.grids import above, beside, combs, groups
from pipeline.drafting.linework import lines_of, overlap
from pipeline.drafting.records import Place, Print, Shape, Sheet
from pipeline.drafting.tables import ROOM_BELOW_MM, UNIT, Cell, Table, rows_of, tables_in
from pipeline.geometry import BoxMm, bounding_box
from pipeline.text import fold

_SQUARE_MM, _SQUARE_ASPECT = (1.7, 8.5), (0.74, 1.35)
_LEAST_LINE_MM, _LEAST_HIGH_MM = 8.0, 3.6
_AREA_MM = 14.0
"""A frame as high is more than a line."""
_PAGE_SHARE, _PAGE_HIGH, _STRIP_SHARE = 0.86, 0.4, 0.8
"""What is so wide and high frames the page."""
_EDGE_MM = 3.5
_ROOM_RIGHT_MM = 12.0
_MOST_PRINT_LINES = 2
_CENTRED_MM = 4.0
_CORNER_MM, _FEW_WORDS, _OPTION_MM = 2.5, 5, 4.0
_PHOTO_MM = (18.0, 65.0)
_PHOTO = re.compile(r"\bphotos?\b")
_SIGNED = re.compile(r"\b(?:signature|signatures|cachet|visa|tampon|paraphe)\b")


def in_frames(sheet: Sheet) -> Iterator[Place]:
    """The places that frames and tints are, or hold beside a label; none in what frames others."""
    cells = _cells(sheet)
    free = [cell.box for cell in cells if not cell.words]
    in_combs: set[BoxMm] = set()
    for run in combs(free):
        if len(run) == 1 and any(_is_option(word.box_mm, run[0]) for word in sheet.words):
            continue
        in_combs.update(run)
        yield Place(bounding_box(run), Shape.COMB, cells=len(run))
    rest = [cell for cell in cells if cell.box not in in_combs]
    by_box = {cell.box: cell for cell in rest}
    tables = 0
    for group in groups(list(by_box)):
        members = [by_box[box] for box in group]
        rows = rows_of(members)
        for table in tables_in(rows, sheet.words):
            tables += 1
            yield from _of_table(table, tables, sheet.tints)
            rows = [row for row in rows if row not in (table.head, *table.rows)]
        rest = [cell for row in rows for cell in row]
        free = [cell.box for cell in rest if cell.is_free]
        for cell in rest:
            if cell.is_free or not any(_labels(cell.box, box) for box in free):
                yield from _single(cell, sheet, alone=len(members) == 1)


def _of_table(table: Table, number: int, tints: Sequence[BoxMm]) -> Iterator[Place]:
    barred = set(_barred(table, tints))
    for n, row in enumerate(table.rows, 1):
        for cell in row:
            if cell.is_free and cell.box not in barred:
                column = table.column_of(cell)
                yield Place(_beside_unit(cell), Shape.CELL, row=n, column=column, table=number)


def _barred(table: Table, tints: Sequence[BoxMm]) -> Iterator[BoxMm]:
    """The cells that are shaded where others of their row, and of their column, are not: nothing
    is to be written there."""
    free = [(n, cell) for n, row in enumerate(table.rows) for cell in row if cell.is_free]
    shaded = {c.box for _, c in free if any(_fills(tint, c.box) for tint in tints)}
    clear = [(n, table.column_of(c)) for n, c in free if c.box not in shaded]
    rows, columns = ({key[at] for key in clear} for at in (0, 1))
    for n, cell in free:
        if cell.box in shaded and n in rows and table.column_of(cell) in columns:
            yield cell.box


def _is_option(word: BoxMm, square: BoxMm) -> bool:
    """Whether a word stands right behind a check square."""
    level = word.y < square.bottom and word.bottom > square.y
    return level and 0 <= word.x - square.right <= _OPTION_MM


def _labels(cell: BoxMm, free: BoxMm) -> bool:
    """Whether what is printed in a cell is said of the free one beside it, or below."""
    return beside(cell, free) or (above(cell, free) and abs(cell.w - free.w) <= 1.0)


def _cells(sheet: Sheet) -> list[Cell]:
    """The frames and tints that hold no others, and no line to write on."""
    boxes = [*sheet.frames]
    boxes += [tint for tint in sheet.tints if not any(_fills(tint, frame) for frame in boxes)]
    inner = [*boxes, *sheet.dots]
    inner += [rule for rule in sheet.rules if rule.w >= _LEAST_LINE_MM]
    leaves = [
        box
        for box in boxes
        if box.w < _PAGE_SHARE * sheet.width_mm or box.h < _PAGE_HIGH * sheet.height_mm
        if not any(_holds(box, other) for other in inner if other is not box)
    ]
    return [Cell(box, tuple(w for w in sheet.words if _lies_in(w.box_mm, box))) for box in leaves]


def _fills(tint: BoxMm, frame: BoxMm) -> bool:
    """Whether a shade is a frame's own, or a part of it."""
    shared = overlap(tint, frame)
    is_row = frame.h < _AREA_MM and shared >= 0.5 * min(tint.w * tint.h, frame.w * frame.h)
    return is_row or shared >= 0.8 * max(tint.w * tint.h, frame.w * frame.h)


def _holds(outer: BoxMm, inner: BoxMm) -> bool:
    """Whether the inner box lies within the outer, not along its edge."""
    inside = outer.grown(-0.4, -0.7)
    return (
        inside.x <= inner.x + 0.2
        and inner.right - 0.2 <= inside.right
        and inside.y <= inner.y
        and inner.bottom <= inside.bottom
        and inner.w * inner.h < 0.9 * outer.w * outer.h
    )


def _lies_in(word: BoxMm, box: BoxMm) -> bool:
    return box.contains(word.x + word.w / 2, word.y + word.h / 2)


def _beside_unit(cell: Cell) -> BoxMm:
    """The cell as far as the unit that is printed at its right."""
    box = cell.box
    if not cell.words:
        return box
    left = min(word.box_mm.x for word in cell.words)
    return BoxMm(box.x, box.y, left - box.x, box.h) if left - box.x > _LEAST_LINE_MM else box


def _single(cell: Cell, sheet: Sheet, *, alone: bool) -> Iterator[Place]:
    """The place that a frame is, or leaves beside its label."""
    box = cell.box
    if not cell.words:
        is_square = _SQUARE_ASPECT[0] <= box.w / box.h <= _SQUARE_ASPECT[1]
        if is_square and _SQUARE_MM[0] <= box.h <= _SQUARE_MM[1]:
            yield Place(box, Shape.BOX)
        elif alone and _bleeds(box, sheet):
            return
        elif box.w >= _LEAST_LINE_MM and box.h >= _LEAST_HIGH_MM:
            yield Place(box, _shape(box))
        return
    text = fold(cell.text)
    if _PHOTO.search(text) and all(_PHOTO_MM[0] <= v <= _PHOTO_MM[1] for v in (box.w, box.h)):
        yield Place(box, Shape.AREA)
        return
    if cell.is_free:
        yield Place(_beside_unit(cell), _shape(box))
        return
    yield from _beside_label(cell, sheet, alone=alone)


def _bleeds(box: BoxMm, sheet: Sheet) -> bool:
    """Whether it reaches to the paper's edge, where nobody writes."""
    paper = BoxMm(0, 0, sheet.width_mm, sheet.height_mm).grown(-_EDGE_MM, -_EDGE_MM)
    return not (paper.contains(box.x, box.y) and paper.contains(box.right, box.bottom))


def _shape(box: BoxMm) -> Shape:
    return Shape.AREA if box.h >= _AREA_MM else Shape.LINE


def _beside_label(cell: Cell, sheet: Sheet, *, alone: bool) -> Iterator[Place]:
    """What a label in the frame leaves free: below it, or to its right, up to a unit."""
    words, unit = _unit_apart(cell)
    box, label = cell.box, bounding_box([word.box_mm for word in words])
    lines = len(lines_of(words))
    text = " ".join(word.text for word in words)
    asks = bool(unit) or text.rstrip(" *").endswith(":") or bool(_SIGNED.search(fold(text)))
    below = box.bottom - label.bottom
    is_top = label.y - box.y < max(4.0, below)
    if lines <= _MOST_PRINT_LINES + asks and is_top and below >= ROOM_BELOW_MM:
        if asks or not alone or below >= _AREA_MM or _heads_room(label, words, box):
            free = BoxMm(box.x, label.bottom + 0.3, box.w, below - 0.3)
            yield Place(free, _shape(free), sure=1.0 if asks else 0.7)
        return
    end = unit[0].box_mm.x - 0.5 if unit else box.right
    right, left = end - label.right, label.x - box.x
    if lines > 1 or right < _ROOM_RIGHT_MM:
        return
    is_title = right - left < _CENTRED_MM or any(word.bold or word.text.isupper() for word in words)
    if asks or not (alone or is_title or box.w > _STRIP_SHARE * sheet.width_mm):
        free = BoxMm(label.right + 0.8, box.y, right - 0.8, box.h)
        yield Place(free, _shape(free), sure=0.9 if asks else 0.6)


def _unit_apart(cell: Cell) -> tuple[Sequence[Print], Sequence[Print]]:
    """The words of a label, and those of a unit at the end of its line, with room between."""
    lines = lines_of(cell.words)
    for at in range(1, len(lines[0])):
        before, unit = lines[0][:at], lines[0][at:]
        is_apart = unit[0].box_mm.x - before[-1].box_mm.right >= _ROOM_RIGHT_MM
        if is_apart and UNIT.fullmatch(fold(" ".join(word.text for word in unit))):
            return [*before, *(word for line in lines[1:] for word in line)], unit
    return cell.words, ()


def _heads_room(label: BoxMm, words: Sequence[Print], box: BoxMm) -> bool:
    """Whether a few small words stand in a frame's upper left corner, and nothing else in it."""
    in_corner = max(label.x - box.x, label.y - box.y) <= _CORNER_MM
    return in_corner and len(words) <= _FEW_WORDS and box.bottom - label.bottom >= 1.5 * label.h
