"""Places on rules, leader dots and underscores; not on what underlines print or divides a page."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline.drafting.kinds import is_label
from pipeline.drafting.linework import is_level
from pipeline.drafting.records import Place, Print, Shape, Sheet
from pipeline.geometry import BoxMm

LINE_HIGH_MM = 7.5
"""How high a place above a rule is, where no print stands in the way."""
_LEAST_HIGH_MM = 3.2
_LEAST_LINE_MM = 7.0
_BELOW_RULE_MM, _BELOW_DOTS_MM = 0.4, 0.9
_THICK_MM = 0.75
_STANDS_MM = (-1.6, 2.2)
"""How far below the box of a word the rule lies on which it stands."""
_UNDERLINED = 0.6
_FULL_SHARE, _MARGIN_MM = 0.8, 8.0
_SERIES_MM = (4.5, 14.5)
_LABEL_ABOVE_MM = 12.0
_PRICE = re.compile(r"\d+(?:[.,]\d\d)?(?:€|euros?)?", re.IGNORECASE)
_AFTER_MM = 6.0
_TEETH_MM = (1.0, 9.0)
_LEAST_TEETH = 3
_BELOW_TOOTH_MM = 1.7
_SIDE_MM, _CORNER_MM, _LEAST_SIDE_MM = 0.7, 4.0, 8.0


def on_dots(sheet: Sheet) -> Iterator[Place]:
    """A place on each run of leaders, but for those that lead to a price."""
    for run in sheet.dots:
        if run.w < _LEAST_LINE_MM - 1 or _leads_to_price(run, sheet.words):
            continue
        box = _above(run, sheet, _BELOW_DOTS_MM)
        if box.h >= _LEAST_HIGH_MM:
            yield Place(box, Shape.LINE)


def _leads_to_price(run: BoxMm, words: Sequence[Print]) -> bool:
    """Whether a label and an amount stand before and behind the dots, as in a list of tariffs."""
    after = _next_to(run, words)
    if not after or not _PRICE.fullmatch(after[0].text):
        return False
    return "€" in after[0].text or (len(after) > 1 and after[1].text[:1] in "€eE")


def _next_to(run: BoxMm, words: Sequence[Print]) -> list[Print]:
    level = (w for w in words if w.box_mm.y <= run.y + 0.5 and w.box_mm.bottom >= run.y - 1)
    right = sorted((w for w in level if w.box_mm.x >= run.right - 0.5), key=lambda w: w.box_mm.x)
    return right if right and right[0].box_mm.x - run.right <= _AFTER_MM else []


def on_rules(sheet: Sheet, *, but: Sequence[BoxMm] = ()) -> Iterator[Place]:
    """A place on each rule that is no side of a frame, no comb, and divides nothing.

    ``but``: the rules of tables.
    """
    long = (rule for rule in sheet.rules if is_level(rule) and rule.w >= _LEAST_LINE_MM)
    level = [rule for rule in long if rule not in but]
    free = [rule for rule in level if not (_is_side(rule, sheet) or _is_legend(rule, sheet))]
    for rule in free:
        teeth = _teeth(rule, sheet)
        if teeth:
            yield _open_comb(rule, teeth)
            continue
        rest = _unprinted(rule, sheet)
        if rest is None or rule.h > _THICK_MM:
            continue
        if rest.w > 0.99 * rule.w and _divides(rule, free, sheet):
            continue
        box = _above(rest, sheet, _BELOW_RULE_MM)
        if box.h >= _LEAST_HIGH_MM:
            yield Place(box, Shape.LINE, sure=1.0 if _is_labelled(rest, sheet) else 0.5)


def _is_side(rule: BoxMm, sheet: Sheet) -> bool:
    """Whether frames or tints have their edges along most of it."""
    middle = rule.y + rule.h / 2
    covered = sum(
        max(0.0, min(rule.right, box.right) - max(rule.x, box.x))
        for box in (*sheet.frames, *sheet.tints)
        if min(abs(box.y - middle), abs(box.bottom - middle)) <= _SIDE_MM
    )
    return covered >= 0.5 * rule.w or (
        _has_corner(rule.x, rule, sheet) and _has_corner(rule.right, rule, sheet)
    )


def _is_legend(rule: BoxMm, sheet: Sheet) -> bool:
    """Whether it goes on from the middle of a word: the upper side of a frame with a title."""
    middle = rule.y + rule.h / 2
    before = any(
        is_level(other) and abs(other.y - rule.y) <= _SIDE_MM and other.right < rule.x
        for other in sheet.rules
    )
    if not (before or _has_corner(rule.right, rule, sheet)):
        return False
    return any(
        -1 <= rule.x - box.right <= _AFTER_MM and box.y < middle < box.bottom - 0.38 * box.h
        for box in (word.box_mm for word in sheet.words if not word.text.endswith(":"))
    )


def _has_corner(x: float, rule: BoxMm, sheet: Sheet) -> bool:
    """Whether an upright stroke ends near that end of a rule, as in frames with round corners."""
    return any(
        abs(stroke.x - x) <= _CORNER_MM
        and min(abs(stroke.y - rule.y), abs(stroke.bottom - rule.y)) <= _CORNER_MM
        for stroke in sheet.rules
        if not is_level(stroke) and stroke.h >= _LEAST_SIDE_MM
    )


def _teeth(rule: BoxMm, sheet: Sheet) -> list[float]:
    """Where upright strokes, evenly, stand on a rule: the cells of a comb that is open above."""
    middle = rule.y + rule.h / 2
    at = sorted(
        tooth.x + tooth.w / 2
        for tooth in sheet.rules
        if not is_level(tooth)
        and _TEETH_MM[0] <= tooth.h <= _TEETH_MM[1]
        and -_SIDE_MM <= tooth.bottom - middle <= _BELOW_TOOTH_MM
        and tooth.y < middle - _SIDE_MM
        and rule.x - _SIDE_MM <= tooth.x <= rule.right + _SIDE_MM
    )
    edges = [rule.x, *(x for x in at if rule.x + 1 < x < rule.right - 1), rule.right]
    steps = [b - a for a, b in pairwise(edges)]
    even = max(steps) - min(steps) <= 0.25 * max(steps)
    return edges if even and len(steps) >= _LEAST_TEETH else []


def _open_comb(rule: BoxMm, edges: Sequence[float]) -> Place:
    high = min(LINE_HIGH_MM, max(5.0, 1.3 * (edges[1] - edges[0])))
    box = BoxMm(rule.x, rule.y + rule.h / 2 - high, rule.w, high)
    return Place(box, Shape.COMB, cells=len(edges) - 1)


def _unprinted(rule: BoxMm, sheet: Sheet) -> BoxMm | None:
    """The widest part of a rule on which no words stand; None where it underlines them."""
    standing = sorted(
        (word for word in sheet.words if _stands_on(word, rule)), key=lambda w: w.box_mm.x
    )
    if not standing:
        return rule
    covered = sum(min(w.box_mm.right, rule.right) - max(w.box_mm.x, rule.x) for w in standing)
    # What a heading says is no label, and the rule below it goes on to the margin.
    asks = any(word.text.endswith(":") for word in standing)
    usual = sorted(word.size_mm for word in sheet.words)[len(sheet.words) // 2]
    is_heading = not asks and (
        standing[0].bold or standing[0].size_mm > 1.15 * usual or _heads_page(standing, rule, sheet)
    )
    starts = standing[0].box_mm.x - rule.x < 5
    if not asks and _is_ruled_off(standing, rule, sheet):
        return None
    if covered >= _UNDERLINED * rule.w or (is_heading and starts):
        return None
    edges = [rule.x, *(e for w in standing for e in (w.box_mm.x, w.box_mm.right)), rule.right]
    left, right = max(zip(edges[::2], edges[1::2], strict=True), key=lambda part: part[1] - part[0])
    if right - left < _LEAST_LINE_MM:
        return None
    before = [word for word in standing if word.box_mm.right <= left + 0.1]
    if before and len(before) < len(standing) and not before[-1].text.endswith(":"):
        return None  # a line of print that it runs below
    return BoxMm(left + 0.8 * (left > rule.x), rule.y, right - left - 0.8 * (left > rule.x), rule.h)


def _is_ruled_off(standing: Sequence[Print], rule: BoxMm, sheet: Sheet) -> bool:
    """Whether a rule across all the print only ends what is said above it, which is no label."""
    left = min(word.box_mm.x for word in sheet.words)
    right = max(word.box_mm.right for word in sheet.words)
    is_across = rule.x <= left + _MARGIN_MM and rule.w >= _FULL_SHARE * (right - left)
    if not is_across or any(_in_series(rule, other) for other in sheet.rules if is_level(other)):
        return False
    return not is_label(" ".join(word.text for word in standing))


def _heads_page(standing: Sequence[Print], rule: BoxMm, sheet: Sheet) -> bool:
    """Whether it is the first line of a page, ruled off across all the print."""
    top = min(word.box_mm.y for word in standing)
    is_first = all(word.box_mm.y > top - 1 for word in sheet.words)
    return is_first and rule.w >= _FULL_SHARE * (sheet.width_mm - 2 * rule.x)


def _stands_on(word: Print, rule: BoxMm) -> bool:
    box = word.box_mm
    shared = min(box.right, rule.right) - max(box.x, rule.x)
    return shared > 0.5 * box.w and _STANDS_MM[0] <= rule.y - box.bottom <= _STANDS_MM[1]


def _divides(rule: BoxMm, free: Sequence[BoxMm], sheet: Sheet) -> bool:
    """Whether it runs across all the print, alone, and no label asks above it."""
    if not sheet.words:
        return False
    left = min(word.box_mm.x for word in sheet.words)
    right = max(word.box_mm.right for word in sheet.words)
    if rule.w < _FULL_SHARE * (right - left) or rule.x > left + _MARGIN_MM:
        return False
    if any(_in_series(rule, other) for other in (*free, *sheet.dots)):
        return False
    above = _words_above(rule, sheet.words)
    asks = bool(above) and (
        above[-1].text.endswith(":") or is_label(" ".join(word.text for word in above))
    )
    return not (asks and rule.y - above[-1].box_mm.bottom > 3)


def _in_series(rule: BoxMm, other: BoxMm) -> bool:
    near = _SERIES_MM[0] <= abs(other.y - rule.y) <= _SERIES_MM[1]
    return near and abs(other.right - rule.right) <= 4 and other.w >= 0.4 * rule.w


def _words_above(rule: BoxMm, words: Sequence[Print]) -> list[Print]:
    """The last line of print close above a rule, from the left."""
    near = [w for w in words if 0 < rule.y - w.box_mm.bottom <= _LABEL_ABOVE_MM]
    if not near:
        return []
    low = max(word.box_mm.bottom for word in near)
    return sorted((w for w in near if low - w.box_mm.bottom < 1.5), key=lambda w: w.box_mm.x)


def _is_labelled(rule: BoxMm, sheet: Sheet) -> bool:
    """Whether print stands to its left, close below it, or in a line that it goes on from."""
    for word in sheet.words:
        box = word.box_mm
        level = box.y <= rule.y + 1 and box.bottom >= rule.y - 4
        below = 0 <= box.y - rule.y <= 5 and box.right > rule.x and box.x < rule.right
        if (level and -1 <= rule.x - box.right <= 60) or below:
            return True
    others = (*sheet.rules, *sheet.dots)
    return any(_in_series(rule, other) for other in others if is_level(other))


def _above(rule: BoxMm, sheet: Sheet, below_mm: float) -> BoxMm:
    """Where one writes on a rule, up to the print or the stroke above it."""
    bottom = rule.y + rule.h / 2 + below_mm
    top = rule.y - LINE_HIGH_MM
    for word in sheet.words:
        box = word.box_mm
        # Units and commas that stand on the line itself are not above it.
        if _overhangs(box, rule) and rule.y - box.bottom > _STANDS_MM[1] - 1:
            top = max(top, box.bottom)
    for other in (*sheet.rules, *sheet.dots, *sheet.tints):
        if is_level(other) and _overhangs(other, rule) and other.bottom < rule.y - 2:
            top = max(top, other.bottom + 0.2)
    for frame in sheet.frames:
        edge = frame.bottom if frame.bottom < rule.y - 2 else frame.y
        if _overhangs(frame, rule) and edge < rule.y - 2:
            top = max(top, edge + 0.2)
    return BoxMm(rule.x, top, rule.w, bottom - top)


def _overhangs(box: BoxMm, rule: BoxMm) -> bool:
    return min(box.right, rule.right) - max(box.x, rule.x) > 1.0
