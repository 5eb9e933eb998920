"""Rows of a table that only stripes tell apart: every other one is shaded."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from pipeline.drafting.linework import in_order, lines_of, overlap, phrases_in
from pipeline.drafting.records import Print, Sheet
from pipeline.geometry import BoxMm, bounding_box

_HIGH_MM, _LEAST_WIDE_MM, _LEAST_STRIPES = (4.5, 14.5), 60.0, 2
_ALIKE_MM, _JOIN_MM = 0.8, 0.6
_HEAD_MM = 10.0
_LEAST_PART_MM = 2.0


def unstriped(sheet: Sheet) -> Sheet:
    """The page with a rule between the rows that stripes tell apart, which cut its frames, too; the
    stripes are no tints any more. A page without such a table stays as it is."""
    for stripes in _tables(sheet):
        edges = _edges(stripes, sheet)
        first = stripes[0]
        rules = [BoxMm(first.x, y, first.w, 0.0) for y in edges]
        frames = (part for frame in sheet.frames for part in _cut(frame, first, edges))
        tints = (tint for tint in sheet.tints if not any(overlap(tint, s) > 0 for s in stripes))
        sheet = replace(
            sheet,
            rules=in_order((*sheet.rules, *rules)),
            frames=in_order(frames),
            tints=tuple(tints),
        )
    return sheet


def _tables(sheet: Sheet) -> Iterator[list[BoxMm]]:
    """Stripes below each other that print stands in, as it does over them."""
    runs: list[list[BoxMm]] = []
    for stripe in sorted(_rows(sheet.tints), key=lambda box: box.y):
        run = next((run for run in runs if _goes_on(run[-1], stripe)), None)
        if run:
            run.append(stripe)
        else:
            runs.append([stripe])
    for run in runs:
        printed = sum(any(_stands_in(word, stripe) for word in sheet.words) for stripe in run)
        top = run[0].y - (0 if _first_is_shaded(run, sheet) else run[0].h)
        head = BoxMm(run[0].x, top - _HEAD_MM, run[0].w, _HEAD_MM)
        heads = [word for word in sheet.words if _stands_in(word, head)]
        is_headed = bool(heads) and len(phrases_in(lines_of(heads)[-1])) > 1
        if len(run) >= _LEAST_STRIPES and printed * 2 > len(run) and is_headed:
            yield run


def _rows(tints: Sequence[BoxMm]) -> Iterator[BoxMm]:
    """The shades as wide as a table, cells of one row made one."""
    low, high = _HIGH_MM
    small = sorted((t for t in tints if low <= t.h <= high), key=lambda t: (round(t.y, 1), t.x))
    for _, row in groupby(small, key=lambda tint: (round(tint.y, 1), round(tint.h, 1))):
        parts: list[BoxMm] = []
        for tint in row:
            if parts and tint.x - parts[-1].right <= _JOIN_MM:
                parts[-1] = bounding_box([parts[-1], tint])
            else:
                parts.append(tint)
        yield from (part for part in parts if part.w >= _LEAST_WIDE_MM)


def _goes_on(last: BoxMm, stripe: BoxMm) -> bool:
    alike = max(abs(last.x - stripe.x), abs(last.w - stripe.w), abs(last.h - stripe.h))
    step = stripe.y - last.y
    return alike <= _ALIKE_MM and min(abs(step - 2 * last.h), abs(step - last.h)) <= _ALIKE_MM


def _stands_in(word: Print, box: BoxMm) -> bool:
    return box.contains(word.box_mm.x + word.box_mm.w / 2, word.box_mm.y + word.box_mm.h / 2)


def _edges(stripes: Sequence[BoxMm], sheet: Sheet) -> list[float]:
    """Where rows begin and end, those without a shade before the first and behind the last one as
    well."""
    edges = [stripes[0].y, *(y for a, b in pairwise(stripes) for y in (a.bottom, b.y))]
    edges = [edge for n, edge in enumerate(edges) if not n or edge - edges[n - 1] > _ALIKE_MM]
    edges.append(stripes[-1].bottom)
    if not _first_is_shaded(stripes, sheet):
        edges.insert(0, stripes[0].y - stripes[0].h)
    below = replace(stripes[-1], y=stripes[-1].bottom)
    if _is_row(below, stripes, sheet):
        edges.append(below.bottom)
    return edges


def _first_is_shaded(stripes: Sequence[BoxMm], sheet: Sheet) -> bool:
    return not _is_row(replace(stripes[0], y=stripes[0].y - stripes[0].h), stripes, sheet)


def _is_row(band: BoxMm, stripes: Sequence[BoxMm], sheet: Sheet) -> bool:
    """Whether print counts on in it, or costs what it does in the shaded rows."""
    own = [word.text for word in sheet.words if _stands_in(word, band)]
    first = [[w.text for w in sheet.words if _stands_in(w, stripe)] for stripe in stripes]
    counted = all(words and words[0].strip(".)").isdecimal() for words in (own, *first))
    priced = all(any("€" in text for text in words) for words in (own, *first))
    return counted or priced


def _cut(frame: BoxMm, table: BoxMm, edges: Sequence[float]) -> Iterator[BoxMm]:
    """A frame, or what the rows of a table make of one that stands in several."""
    within = table.x - 1 <= frame.x and frame.right <= table.right + 1
    inside = [y for y in edges if frame.y + _LEAST_PART_MM < y < frame.bottom - _LEAST_PART_MM]
    if not within or not inside:
        yield frame
        return
    for top, bottom in pairwise([frame.y, *inside, frame.bottom]):
        yield BoxMm(frame.x, top, frame.w, bottom - top)
