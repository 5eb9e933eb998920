"""Frames that stand side by side: combs, rows and columns of tables."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from pipeline.geometry import BoxMm

_TOUCH_MM = 1.3
_SHARED = 0.8
_CELL_MM, _CELL_HIGH_MM = (2.3, 9.5), (2.8, 14.0)
_ALIKE_MM, _ALIKE = 0.6, 0.12
_APART, _LEAST_APART = 0.45, 4
"""Cells of a comb may stand apart by so much of their width, if there are so many at least."""
_LONG_COMB, _NARROW_MM = 8, 6.5
_EDGE_MM = 1.6
_LEAST_BEFORE, _GROUP_MM = 4, 6.0
"""A single cell is a character where so many stand so near before it."""


def groups(frames: Sequence[BoxMm]) -> list[list[BoxMm]]:
    """The frames by what they touch, directly or through others."""
    parent = list(range(len(frames)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for i, a in enumerate(frames):
        for j in range(i):
            if touch(a, frames[j]):
                parent[root(i)] = root(j)
    by_root: dict[int, list[BoxMm]] = {}
    for i, frame in enumerate(frames):
        by_root.setdefault(root(i), []).append(frame)
    return list(by_root.values())


def touch(a: BoxMm, b: BoxMm) -> bool:
    """Whether two frames share a side."""
    return beside(a, b) or beside(b, a) or above(a, b) or above(b, a)


def beside(a: BoxMm, b: BoxMm) -> bool:
    """Whether ``b`` stands right of ``a``."""
    shared = min(a.bottom, b.bottom) - max(a.y, b.y)
    return abs(b.x - a.right) <= _TOUCH_MM and shared >= _SHARED * min(a.h, b.h)


def above(a: BoxMm, b: BoxMm) -> bool:
    """Whether ``a`` stands above ``b``."""
    shared = min(a.right, b.right) - max(a.x, b.x)
    return abs(b.y - a.bottom) <= _TOUCH_MM and shared >= _SHARED * min(a.w, b.w)


def combs(cells: Sequence[BoxMm]) -> Iterator[list[BoxMm]]:
    """The runs of equal, narrow cells in one row that no like ones stand above or below."""
    small = [
        cell
        for cell in cells
        if _CELL_MM[0] <= cell.w <= _CELL_MM[1] and _CELL_HIGH_MM[0] <= cell.h <= _CELL_HIGH_MM[1]
    ]
    runs = _runs(small)
    for run in runs:
        if len(run) < 2:
            if any(_ends_comb(run[0], other) for other in runs if len(other) >= _LEAST_BEFORE):
                yield run
            continue
        apart = max(b.x - a.right for a, b in pairwise(run))
        if apart > _TOUCH_MM and len(run) < _LEAST_APART:
            continue
        stacked = sum(any(_stacked(cell, other) for other in cells) for cell in run)
        is_long = len(run) >= _LONG_COMB and run[0].w <= _NARROW_MM
        if stacked * 2 <= len(run) or is_long:
            yield run


def _ends_comb(cell: BoxMm, run: Sequence[BoxMm]) -> bool:
    """Whether a single cell is the last character, which stands apart from the others."""
    last = run[-1]
    alike = max(abs(last.w - cell.w), abs(last.h - cell.h), abs(last.y - cell.y)) <= _ALIKE_MM
    return alike and 0 < cell.x - last.right <= _GROUP_MM


def _runs(cells: Iterable[BoxMm]) -> list[list[BoxMm]]:
    runs: list[list[BoxMm]] = []
    for cell in sorted(cells, key=lambda cell: cell.x):
        for run in runs:
            if _goes_on(run, cell):
                run.append(cell)
                break
        else:
            runs.append([cell])
    return runs


def _goes_on(run: Sequence[BoxMm], cell: BoxMm) -> bool:
    last, alike = run[-1], max(_ALIKE_MM, _ALIKE * cell.w)
    level = abs(last.y - cell.y) <= _ALIKE_MM and abs(last.h - cell.h) <= 2 * _ALIKE_MM
    gap = cell.x - last.right
    near = -_ALIKE_MM <= gap <= max(_TOUCH_MM, _APART * cell.w)
    even = len(run) < 2 or abs((cell.x - last.x) - (last.x - run[-2].x)) <= alike
    return level and near and even and abs(last.w - cell.w) <= alike


def _stacked(cell: BoxMm, other: BoxMm) -> bool:
    alike = abs(cell.x - other.x) <= _ALIKE_MM and abs(cell.w - other.w) <= 2 * _ALIKE_MM
    return alike and (above(cell, other) or above(other, cell))


def rows_and_columns(cells: Sequence[BoxMm]) -> dict[BoxMm, tuple[int, int]]:
    """The row and column, from 0, in which each cell of a grid begins."""
    rows = _steps([cell.y for cell in cells])
    columns = _steps([cell.x for cell in cells])
    return {cell: (_nearest(rows, cell.y), _nearest(columns, cell.x)) for cell in cells}


def _steps(values: Iterable[float]) -> list[float]:
    steps: list[float] = []
    for value in sorted(values):
        if not steps or value - steps[-1] > _EDGE_MM:
            steps.append(value)
    return steps


def _nearest(steps: Sequence[float], value: float) -> int:
    return min(range(len(steps)), key=lambda i: abs(steps[i] - value))
