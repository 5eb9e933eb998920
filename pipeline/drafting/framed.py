"""Places in frames and on tints: check squares, combs, tables, lines, and areas to sign."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.drafting.grids import above, beside, combs, groups, rows_and_columns
from pipeline.drafting.linework import overlap
from pipeline.drafting.records import Place, Print, Shape, Sheet
from pipeline.geometry import BoxMm, bounding_box
from pipeline.text import fold

_SQUARE_MM, _SQUARE_ASPECT = (1.7, 8.5), (0.74, 1.35)
_LEAST_LINE_MM, _LEAST_HIGH_MM = 8.0, 3.6
_AREA_MM = 14.0
"""A frame as high is more than a line."""
_PAGE_SHARE, _STRIP_SHARE = 0.86, 0.8
"""What is so wide frames the page, or is a strip across it."""
_ROOM_RIGHT_MM, _ROOM_BELOW_MM = 12.0, 5.5
_MOST_PRINT_LINES = 2
_HEAD_SHARE = 0.6
_CENTRED_MM = 4.0
_PHOTO_MM = (18.0, 65.0)
_PHOTO = re.compile(r"\bphotos?\b")
_SIGNED = re.compile(r"\b(?:signature|signatures|cachet|visa|tampon|paraphe)\b")
_UNIT = re.compile(r"(?:€|eur|euros?|km|cm|ans?|kg|[x×]?\s*\d+(?:[,.]\d\d)?\s*€)\.?")


@dataclass(frozen=True, slots=True)
class Cell:
    """A frame with the words in it; ``tinted`` where it is only a shade."""

    box: BoxMm
    words: tuple[Print, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def is_free(self) -> bool:
        """Whether all of it is to write in, but for a unit."""
        return not self.words or bool(_UNIT.fullmatch(fold(self.text)))


def in_frames(sheet: Sheet) -> Iterator[Place]:
    """The places that frames and tints are, or hold beside a label; none in what frames others."""
    cells = _cells(sheet)
    free = [cell.box for cell in cells if not cell.words]
    in_combs: set[BoxMm] = set()
    for run in combs(free):
        in_combs.update(run)
        yield Place(bounding_box(run), Shape.COMB, cells=len(run))
    rest = [cell for cell in cells if cell.box not in in_combs]
    by_box = {cell.box: cell for cell in rest}
    tables = 0
    for group in groups(list(by_box)):
        members = [by_box[box] for box in group]
        free_boxes = [cell.box for cell in members if cell.is_free]
        table = list(_table(members, tables + 1)) if len(members) > 1 else []
        tables += bool(table)
        yield from table or (
            place
            for cell in members
            if cell.is_free or not any(_labels(cell.box, box) for box in free_boxes)
            for place in _single(cell, sheet, alone=len(members) == 1)
        )


def _labels(cell: BoxMm, free: BoxMm) -> bool:
    """Whether what is printed in a cell is said of the free one beside it, or below."""
    return beside(cell, free) or (above(cell, free) and abs(cell.w - free.w) <= 1.0)


def _cells(sheet: Sheet) -> list[Cell]:
    """The frames and tints that hold no others, and no line to write on."""
    boxes = [*sheet.frames]
    boxes += [tint for tint in sheet.tints if not any(_same(tint, frame) for frame in boxes)]
    inner = [*boxes, *sheet.dots]
    inner += [rule for rule in sheet.rules if rule.w >= _LEAST_LINE_MM]
    leaves = [
        box
        for box in boxes
        if box.w < _PAGE_SHARE * sheet.width_mm or box.h < _AREA_MM
        if not any(_holds(box, other) for other in inner if other is not box)
    ]
    return [Cell(box, tuple(w for w in sheet.words if _lies_in(w.box_mm, box))) for box in leaves]


def _same(a: BoxMm, b: BoxMm) -> bool:
    return overlap(a, b) >= 0.8 * max(a.w * a.h, b.w * b.h)


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


def _table(members: Sequence[Cell], number: int) -> Iterator[Place]:
    """The cells to write in of a grid that has a row of heads; nothing where it has none."""
    at = rows_and_columns([cell.box for cell in members])
    rows: dict[int, list[Cell]] = {}
    for cell in members:
        rows.setdefault(at[cell.box][0], []).append(cell)
    head = next((row for row in sorted(rows) if _is_head(row, rows, at)), None)
    if head is None:
        return
    written = [r for r in sorted(rows) if r > head and any(c.is_free for c in rows[r])]
    for place, row in enumerate(written, 1):
        for cell in sorted(rows[row], key=lambda cell: cell.box.x):
            if cell.is_free:
                yield Place(
                    _beside_unit(cell),
                    Shape.CELL,
                    row=place,
                    column=at[cell.box][1] + 1,
                    table=number,
                )


def _is_head(row: int, rows: dict[int, list[Cell]], at: dict[BoxMm, tuple[int, int]]) -> bool:
    """Whether a row says what is to be written below it."""
    labelled = [cell for cell in rows[row] if cell.words]
    asking = sum(cell.text.rstrip().endswith(":") for cell in labelled)
    if len(labelled) < max(2, _HEAD_SHARE * len(rows[row])) or asking * 2 > len(labelled):
        return False
    headed = {at[cell.box][1] for cell in labelled}
    below = {
        at[cell.box][1] for later in rows if later > row for cell in rows[later] if cell.is_free
    }
    return bool(headed & below)


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
        elif alone and box.w > _PAGE_SHARE * sheet.width_mm:
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


def _shape(box: BoxMm) -> Shape:
    return Shape.AREA if box.h >= _AREA_MM else Shape.LINE


def _beside_label(cell: Cell, sheet: Sheet, *, alone: bool) -> Iterator[Place]:
    """What a label in the frame leaves free: below it, or to its right."""
    box, label = cell.box, bounding_box([word.box_mm for word in cell.words])
    lines = len({round(word.box_mm.y / 2) for word in cell.words})
    asks = cell.text.rstrip(" *").endswith(":") or bool(_SIGNED.search(fold(cell.text)))
    below = box.bottom - label.bottom
    is_top = label.y - box.y < max(4.0, below)
    if lines <= _MOST_PRINT_LINES + asks and is_top and below >= _ROOM_BELOW_MM:
        if asks or not alone or below >= _AREA_MM:
            free = BoxMm(box.x, label.bottom + 0.3, box.w, below - 0.3)
            yield Place(free, _shape(free), sure=1.0 if asks else 0.7)
        return
    right, left = box.right - label.right, label.x - box.x
    if lines > 1 or right < _ROOM_RIGHT_MM:
        return
    is_title = right - left < _CENTRED_MM or any(
        word.bold or word.text.isupper() for word in cell.words
    )
    if asks or not (alone or is_title or box.w > _STRIP_SHARE * sheet.width_mm):
        free = BoxMm(label.right + 0.8, box.y, right - 0.8, box.h)
        yield Place(free, _shape(free), sure=0.9 if asks else 0.6)
