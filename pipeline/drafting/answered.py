"""Where people wrote on a filled page: what writing hides of a line is filled in, and a label that
nothing drawn serves has the room behind it, or below."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.drafting.kinds import is_label
from pipeline.drafting.linework import overlap
from pipeline.drafting.phrases import Phrase, is_level, phrases_of
from pipeline.drafting.records import Place, Print, Shape, Sheet
from pipeline.geometry import BoxMm, bounding_box

_SAME_LINE_MM, _LONGER_MM = 0.9, 3.0
_MARGIN_MM, _APART_MM = 10.0, 1.0
_BEHIND_MM, _BELOW_MM = 45.0, 4.5
_BAND_SIZES, _MOST_BAND_MM = 2.1, 8.0


def whole_lines(sheet: Sheet, print_: Sequence[Print]) -> Sheet:
    """The page with each line of dots, or rule to write on, as long as it was before writing hid
    parts of it: up to the print before it, and as far as another one goes on."""
    dots = _whole(sheet.dots, print_)
    level = [rule for rule in sheet.rules if rule.w >= rule.h]
    upright = tuple(rule for rule in sheet.rules if rule.w < rule.h)
    return replace(sheet, dots=dots, rules=(*_whole(level, print_, parts=True), *upright))


def _whole(
    runs: Sequence[BoxMm], print_: Sequence[Print], *, parts: bool = False
) -> tuple[BoxMm, ...]:
    """``parts``: only pieces of one are joined."""
    whole: list[BoxMm] = []
    for run in sorted(runs, key=lambda run: run.x):
        same = next((w for w in whole if _goes_on(w, run, print_)), None)
        if same is not None:
            whole[whole.index(same)] = bounding_box([same, run])
        else:
            whole.append(run)
    if parts:
        return tuple(whole)
    return tuple(_longer(run, whole, print_) for run in whole)


def _goes_on(run: BoxMm, other: BoxMm, print_: Sequence[Print]) -> bool:
    return abs(run.y - other.y) <= _SAME_LINE_MM and not _between(run.right, other.x, run, print_)


def _between(start_mm: float, end_mm: float, run: BoxMm, print_: Sequence[Print]) -> bool:
    """Whether print stands on a line, between two places."""
    return any(
        start_mm - 0.5 <= word.box_mm.x + word.box_mm.w / 2 <= end_mm + 0.5
        and word.box_mm.y < run.y < word.box_mm.bottom + 2.0
        for word in print_
    )


def _longer(run: BoxMm, runs: Sequence[BoxMm], print_: Sequence[Print]) -> BoxMm:
    before = [
        word.box_mm.right
        for word in print_
        if word.box_mm.right <= run.x + 0.5 and word.box_mm.y < run.y < word.box_mm.bottom + 2.0
    ]
    x = max(before, default=run.x)
    x = x + 0.5 if before and run.x - x < _BEHIND_MM else run.x
    others = [r.right for r in runs if r is not run]
    # One that ends where another does was not cut short: what goes further may be a fold.
    is_whole = any(abs(other - run.right) <= _LONGER_MM for other in others)
    further = [] if is_whole else [other for other in others if other > run.right]
    right = min(further, default=run.right)
    if _between(run.right, right, run, print_):
        right = run.right
    return BoxMm(x, run.y, right - x, run.h)


def without_answers(sheet: Sheet, places: Sequence[Place]) -> tuple[Print, ...]:
    """The words less those that somebody wrote below a label that no place serves, or a little
    above its row, behind its colon."""
    known = [phrase for phrase in phrases_of(sheet) if is_label(phrase.text.rstrip(" :"))]
    asking = [phrase for phrase in known if not _is_served(phrase, places)]
    labels = [phrase.box_mm for phrase in known]
    answers = [_answer(phrase, labels) for phrase in asking]
    return tuple(
        word
        for word in sheet.words
        if any(overlap(word.box_mm, label) > 0 for label in labels)
        or not any(overlap(word.box_mm, answer) > 0 for answer in answers)
    )


def _answer(phrase: Phrase, labels: Sequence[BoxMm]) -> BoxMm:
    """Where an answer begins, below a label or behind its colon, up to the next label."""
    label = phrase.box_mm
    beside = (b.x for b in labels if b.x > label.right and is_level(b, label))
    right = min(beside, default=label.right + 120.0) - _APART_MM
    if phrase.text.endswith(":"):
        high = min(_MOST_BAND_MM, _BAND_SIZES * phrase.size_mm)
        left = label.right + _APART_MM
        return BoxMm(left, label.bottom - high, max(0.0, right - left), high)
    return BoxMm(label.x - 1.0, label.bottom + 0.5, right - label.x, _BELOW_MM)


def rooms(sheet: Sheet, written: Sequence[Print]) -> Iterator[Place]:
    """The room of each label of the lexicon that no place of the page serves: behind its colon, or
    below it where somebody wrote there."""
    phrases = phrases_of(sheet)
    boxes = [place.box_mm for place in sheet.places]
    for phrase in phrases:
        if not is_label(phrase.text.rstrip(" :")) or _is_served(phrase, sheet.places):
            continue
        is_behind = phrase.text.endswith(":")
        room = _behind(phrase, sheet) if is_behind else _below(phrase, sheet)
        wrote = any(overlap(word.box_mm, room) > 0 for word in written)
        if (is_behind or wrote) and not any(overlap(box, room) > 0.2 * room.w for box in boxes):
            boxes.append(room)
            yield Place(room, Shape.LINE, sure=0.9)


def _is_served(phrase: Phrase, places: Sequence[Place]) -> bool:
    label = phrase.box_mm
    for place in places:
        box = place.box_mm
        behind = is_level(box, label) and -2.0 <= box.x - label.right <= 14.0
        shared = min(box.right, label.right) - max(box.x, label.x)
        if behind or (shared > 0 and -1.5 <= box.y - label.bottom <= _BELOW_MM):
            return True
    return False


def _behind(phrase: Phrase, sheet: Sheet) -> BoxMm:
    label = phrase.box_mm
    high = min(_MOST_BAND_MM, _BAND_SIZES * phrase.size_mm)
    left, top = label.right + _APART_MM, label.bottom - high
    return BoxMm(left, top, _end(left, top, label.bottom, sheet) - left, high)


def _below(phrase: Phrase, sheet: Sheet) -> BoxMm:
    label = phrase.box_mm
    high = 1.2 * min(_MOST_BAND_MM, _BAND_SIZES * phrase.size_mm)
    top = label.bottom + 0.3
    under = (w.box_mm.y for w in sheet.words if top < w.box_mm.y < top + high)
    bottom = min(under, default=top + high + 0.3) - 0.3
    beside = (
        w.box_mm.x
        for w in sheet.words
        if w.box_mm.x > label.right + 12 and is_level(w.box_mm, label)
    )
    right = min(beside, default=_end(label.right, top, bottom, sheet)) - _APART_MM
    return BoxMm(label.x, top, max(1.0, right - label.x), max(1.0, bottom - top))


def _end(left: float, top: float, bottom: float, sheet: Sheet) -> float:
    """Where the next print stands on a level, or the margin."""
    behind = (
        word.box_mm.x - _APART_MM
        for word in sheet.words
        if word.box_mm.x >= left - 0.5
        and min(word.box_mm.bottom, bottom) - max(word.box_mm.y, top) > 0.5
    )
    return max(left + 1.0, min(behind, default=sheet.width_mm - _MARGIN_MM))
