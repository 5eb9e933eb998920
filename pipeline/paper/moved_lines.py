"""Are the rules, leader dots and boxes of the fields where the blank has them, or beside?

Each is searched about its place. Whoever writes on a line leaves it where it is: one that is gone
from its place, and stands a little beside, is another edition's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms.blank import PX_PER_MM, BlankPage
from pipeline.geometry import BoxMm
from pipeline.paper.dropout import crop
from pipeline.paper.lines import line_field
from pipeline.records import Gray

_BLANKS = 8
_PX_PER_MM = PX_PER_MM / 2
_NEAR_MM, _BESIDE_MM, _FAR_MM = 0.75, 1.5, 5.0
"""A line so near its place stands in it; from the second on, it stands beside; beyond the last, it
is not sought."""
_ALONG_MM = 0.75
"""So far print may lie along a line: leader dots stand 1.3 mm apart, and look the same moved on."""
_LINE, _BOX = (0.5, 0.75), (0.9, 0.95)
"""The shares of what is usual of print that is seen where it does not stand, at most, and where it
does, at least: writing may hide a stretch of a line, but half of a box beside is in its place."""
_FAINT = 0.5
"""On a page that usually shows less of its lines, nothing can be said of them."""
_ALIKE_MM = 0.5
_ROW_MM = 0.6
"""So much above and below the middle of a rule or a row of dots belongs to it."""
_CELL_MM = 12.0
"""A line is sought in pieces so long: some are free of writing, and none lies askew."""
_AGREE = 2
"""So many pieces at least, or all there are, have to stand beside."""
_DARK = 96
"""So much darker than paper is surely print or ink."""


@dataclass(frozen=True, slots=True)
class _Stand:
    """Whether a piece of a line is seen in its place, or else where beside, in px."""

    in_place: bool
    beside: tuple[int, int] | None


@dataclass(frozen=True, slots=True, eq=False)
class _Print:
    """A piece of a line or a box: its ``name``, as ``telephone`` or ``paiement:postal``; its print,
    0..1, where its corner lies, and how far it may lie across and down, all in px; ``limits``:
    ``_LINE`` or ``_BOX``; ``alike``: by shift, where the blank has print like it."""

    name: str
    image: NDArray[np.float32]
    corner: tuple[int, int]
    reach: tuple[int, int]
    limits: tuple[float, float]
    alike: NDArray[np.bool_]


def moved_lines(image: Gray, blank: BlankPage, shown: frozenset[str]) -> tuple[str, ...]:
    """The fields, of those ``shown``, of which a line or box stands over 1.5 mm beside its place.

    ``image`` is the page on the mm frame.
    """
    dark = _dark(image)
    pieces = [p for p in _prints(blank) if p.name.partition(":")[0].split(".")[0] in shown]
    near = [_near(dark, piece) for piece in pieces]
    usual = float(np.median(near)) if near else 0.0
    if usual < _FAINT:
        return ()
    stand: dict[str, list[_Stand]] = {}
    for piece, there in zip(pieces, near, strict=True):
        beside = _beside(dark, piece, usual) if there < piece.limits[0] * usual else None
        stand.setdefault(piece.name, []).append(_Stand(there >= piece.limits[1] * usual, beside))
    moved = [name.partition(":")[0] for name, line in stand.items() if _is_moved(line)]
    return tuple(dict.fromkeys(moved))


def _is_moved(line: Sequence[_Stand]) -> bool:
    """Whether pieces of the line that stand beside agree how far, and outvote those in place."""
    beside = [stand.beside for stand in line if stand.beside is not None]
    if not beside:
        return False
    off = np.abs(np.array(beside) - np.median(beside, axis=0)).max(axis=1)
    agree = int(np.count_nonzero(off <= _px(_ALIKE_MM)))
    in_place = sum(stand.in_place for stand in line)
    return agree >= min(_AGREE, len(line)) and agree > in_place


def _dark(image: Gray) -> NDArray[np.float32]:
    """How surely print or ink is there or a pixel beside, 0..1, on a raster half as fine."""
    height, width = (n // 2 for n in image.shape)
    spread = cv2.dilate(255 - image[: 2 * height, : 2 * width], np.ones((3, 3), np.uint8))
    half = cv2.resize(spread, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(np.minimum(half.astype(np.float32) / _DARK, 1.0), np.float32)


def _near(dark: NDArray[np.float32], piece: _Print) -> float:
    """The share of the piece's print that is seen in its place; all, where nothing can be said."""
    seen = _coverage(dark, piece, (_px(_NEAR_MM), _px(_NEAR_MM)))
    return 1.0 if seen is None else float(seen.max())


def _beside(dark: NDArray[np.float32], piece: _Print, usual: float) -> tuple[int, int] | None:
    """How far across and down, in px, the piece stands beside its place, if that is to be seen."""
    seen = _coverage(dark, piece, piece.reach)
    if seen is None:
        return None
    seen = np.where(piece.alike, 0.0, seen)
    y, x = np.unravel_index(int(seen.argmax()), seen.shape)
    off = int(x) - piece.reach[0], int(y) - piece.reach[1]
    is_far = max(map(abs, off)) >= _px(_BESIDE_MM)
    return off if is_far and seen[y, x] >= piece.limits[1] * usual else None


def _coverage(
    dark: NDArray[np.float32], piece: _Print, reach: tuple[int, ...]
) -> NDArray[np.float32] | None:
    """By shift, the share of the piece's print that is dark; None at the paper's edge."""
    (height, width), (x, y) = piece.image.shape, piece.corner
    left, top, right, bottom = (
        x - reach[0],
        y - reach[1],
        x + width + reach[0],
        y + height + reach[1],
    )
    if left < 0 or top < 0 or bottom > dark.shape[0] or right > dark.shape[1]:
        return None
    covered = cv2.matchTemplate(dark[top:bottom, left:right], piece.image, cv2.TM_CCORR)
    return np.asarray(covered / piece.image.sum(), np.float32)


def _under(image: NDArray[np.float32], box: BoxMm) -> NDArray[np.float32]:
    return image[max(0, _px(box.y)) : _px(box.bottom), max(0, _px(box.x)) : _px(box.right)]


def _px(mm: float) -> int:
    return round(mm * _PX_PER_MM)


@lru_cache(maxsize=_BLANKS)
def _prints(blank: BlankPage) -> tuple[_Print, ...]:
    """The print of each line and box of the page's zones."""
    dark = _dark(blank.image)
    height, width = dark.shape
    print_ = (blank.from_dark_print_px == 0).astype(np.float32)[: 2 * height, : 2 * width]
    half = cv2.resize(print_, (width, height), interpolation=cv2.INTER_AREA)
    prints = []
    for name, box, is_box in _places(blank):
        image = np.ascontiguousarray(_under(half, box))
        if image.sum() == 0:
            continue
        reach = (_px(_FAR_MM if is_box else _ALONG_MM), _px(_FAR_MM))
        limits = _BOX if is_box else _LINE
        corner, unknown = (_px(box.x), _px(box.y)), np.zeros((0, 0), np.bool_)
        piece = _Print(name, image, corner, reach, limits, unknown)
        own = _coverage(dark, piece, reach)
        if own is not None:
            # Its own place, too, is not beside it.
            alike = cv2.dilate((own >= _LINE[0]).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
            prints.append(replace(piece, alike=alike))
    return tuple(prints)


def _places(blank: BlankPage) -> Iterator[tuple[str, BoxMm, bool]]:
    """Name, box, and whether it is a check box, of each piece of print to look for."""
    for zone in blank.form.zones_of(blank.number):
        for i, line in enumerate(zone.lines):
            row = _row(blank, line)
            if row is not None:
                for piece in _cut_along(row):
                    yield line_field(zone, i), piece, False
        for option, box in zone.boxes.items():
            yield f"{zone.field}:{option}", box.grown(_ROW_MM, _ROW_MM), True


def _row(blank: BlankPage, line: BoxMm) -> BoxMm | None:
    """Where on a line its rule or leader dots lie: the darkest row of its lower half, where hardly
    anything else is printed."""
    lower = BoxMm(line.x, line.y + line.h / 2, line.w, line.h / 2 + _ROW_MM)
    dark = (255 - crop(blank.image, lower)).mean(axis=1)
    if dark.size == 0 or dark.max() < 8:
        return None
    middle = lower.y + float(dark.argmax()) / PX_PER_MM
    return BoxMm(line.x, middle - _ROW_MM, line.w, 2 * _ROW_MM)


def _cut_along(row: BoxMm) -> Iterator[BoxMm]:
    count = max(1, round(row.w / _CELL_MM))
    width = row.w / count
    for i in range(count):
        yield BoxMm(row.x + i * width, row.y, width, row.h)
