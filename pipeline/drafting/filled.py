"""A filled page of a form that nobody has described: what on it is print, and what is written.

The words of an engine are both. Print is what stands where nobody writes, and what the lexicon
knows as a label; what else stands on a line, in a frame, or behind a label's colon was written. On
the print alone the form is drafted, as on a blank.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from pipeline.drafting.answered import rooms, whole_lines, without_answers
from pipeline.drafting.draft import draft_of
from pipeline.drafting.drafted import Draft
from pipeline.drafting.held import held_words
from pipeline.drafting.kinds import is_label
from pipeline.drafting.linework import lines_of, overlap
from pipeline.drafting.places import in_reading_order, places_of
from pipeline.drafting.records import Place, Print, Shape, Sheet
from pipeline.drafting.sheets import Leaf, held, seen
from pipeline.drafting.ticked import is_square, with_ticked
from pipeline.forms.blank import PX_PER_MM
from pipeline.geometry import BoxMm
from pipeline.paper.dropout import flatten
from pipeline.records import Gray, Mask, Page, TextRun

_LEAST_LABELS, _LEAST_SHARE = 3, 0.3
"""A page is a fiche where so many labels that the lexicon knows have room to write, and where they
are this share of all that is asked."""
_NOBODY_ASKS, _LEAST_MM = 0.1, 1.8
_MOST_WORDS = 6
"""Words of a label."""
_LEAST_LETTERS = 4
"""In a place, fewer letters are no label: « le », « à »."""
_APART_MM = 3.0
"""Words so far apart are not of one label."""
_BEHIND_SQUARE_MM, _OPTION_APART_MM = 4.0, 2.5
_IN_PLACE = (Shape.LINE, Shape.CELL, Shape.COMB, Shape.AREA)
_RULE_GROWN_MM, _DOTS_GROWN_MM, _EDGE_MM = 0.25, 0.35, 0.6
_INK = 150
_MOST_PIECES_CM2, _MOST_INK = 60, 0.35
"""Dense print has some 25 pieces of ink on a square centimetre, and is white for the most part."""
_SHARPER = 1.5
"""Lines of text show in a page's profile, as rows when it is upright."""
_SAYS = re.compile(r"[^\W\d_]{2}")


@dataclass(frozen=True, slots=True, eq=False)
class Filled:
    """A filled page made straight, at ``PX_PER_MM``; ``print_`` is the same less what stands in its
    places to write, so that taking that from it leaves the writing."""

    picture: Gray
    print_: Gray
    sheet: Sheet
    draft: Draft
    lined: frozenset[str] = frozenset()
    """The known labels' fields that something drawn serves: a line, a frame, a cell."""
    runs: tuple[TextRun, ...] = ()
    """The text that the page's file holds, on the picture."""

    @property
    def written(self) -> float:
        """How much darker the writing makes the page, as a mean grey."""
        return float(self.print_.mean() - self.picture.mean())


def filled(page: Page, *, form_id: str) -> Filled | None:
    """The page with the draft of its form; None where it is no fiche, as far as labels tell.

    Raises EngineError or StalledError where its print cannot be read.
    """
    leaf = upright(page)
    if leaf is None or leaf.picture is None:
        return None
    sheet = with_ticked(replace(leaf.sheet, number=1, places=()), flatten(leaf.picture))
    drawn = places_of(replace(sheet, words=()))
    own = without_answers(replace(sheet, words=tuple(_print(sheet, drawn))), drawn)
    written = [word for word in sheet.words if not any(word is each for each in own)]
    printed = whole_lines(replace(sheet, words=own), own)
    printed = replace(printed, places=places_of(printed))
    places = in_reading_order((*printed.places, *rooms(printed, written)))
    printed = replace(printed, places=places)
    draft = _asked(draft_of([printed], form_id=form_id), printed)
    if not _is_fiche(draft):
        return None
    print_ = _without_writing(leaf.picture, printed, draft)
    lined = frozenset(_lined(draft, drawn))
    return Filled(leaf.picture, print_, printed, draft, lined, leaf.runs)


def _lined(draft: Draft, drawn: Sequence[Place]) -> Iterator[str]:
    for zone in draft.asked:
        over = (overlap(box, place.box_mm) > 0 for box in zone.lines for place in drawn)
        if zone.label and is_label(zone.label) and any(over):
            yield zone.field


def upright(page: Page) -> Leaf | None:
    """The page made straight, with its words; None where it shows no page of print.

    A page whose file holds its labels as text is straight, and nobody has to read it. Raises
    EngineError or StalledError.
    """
    words = held_words(page)
    if _labels_in(words) >= _LEAST_LABELS:
        return held(page, words)
    turns = _likely_turns(page)
    return None if turns is None else seen(page, turns=turns)


def _labels_in(words: Sequence[Print]) -> int:
    return sum(_label_end(line, at) > 0 for line in lines_of(words) for at in range(len(line)))


def _likely_turns(page: Page) -> tuple[int, ...] | None:
    """The quarter turns by which a page may become upright; None for noise, or a photo of
    anything: reading these takes long, and gives nothing."""
    px_per_mm = min(PX_PER_MM, page.dpi / 25.4)
    scale = px_per_mm * 25.4 / page.dpi
    image = cv2.resize(page.image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    ink = cv2.compare(flatten(np.asarray(image, np.uint8)), _INK, cv2.CMP_LT)
    count, _ = cv2.connectedComponents(ink)
    crowded = count > _MOST_PIECES_CM2 * ink.size / (10 * px_per_mm) ** 2
    if crowded or np.count_nonzero(ink) > _MOST_INK * ink.size:
        return None
    down, across = (float(np.var(ink.mean(axis=axis))) for axis in (1, 0))
    return (1, 3) if across > _SHARPER * down else (2,)


def _asked(draft: Draft, sheet: Sheet) -> Draft:
    """The draft less places that no label speaks of: strokes of a pen, stains, tints; and less
    those that are no room to write in."""
    page = BoxMm(0, 0, sheet.width_mm, sheet.height_mm).grown(-_LEAST_MM, -_LEAST_MM)
    zones = (
        zone
        for zone in draft.zones
        if zone.sure >= _NOBODY_ASKS and all(_is_room(box, page) for box in zone.places)
    )
    return replace(draft, zones=tuple(zones))


def _is_room(box: BoxMm, page: BoxMm) -> bool:
    is_large = min(box.w, box.h) >= _LEAST_MM
    return is_large and page.contains(box.x, box.y) and page.contains(box.right, box.bottom)


def _is_fiche(draft: Draft) -> bool:
    known = [zone for zone in draft.asked if zone.label and is_label(zone.label)]
    return len(known) >= max(_LEAST_LABELS, _LEAST_SHARE * len(draft.asked))


def _print(sheet: Sheet, places: Sequence[Place]) -> Iterator[Print]:
    """The words that are the form's own."""
    squares = [frame for frame in sheet.frames if is_square(frame)]
    legible = [word for word in sheet.words if not _is_mark(word, squares)]
    for line in lines_of(legible):
        yield from _print_in(line, places, squares)


def _print_in(
    line: Sequence[Print], places: Sequence[Place], squares: Sequence[BoxMm]
) -> Iterator[Print]:
    lined = any(_place_of(word, places) for word in line)
    at, asked = 0, False
    while at < len(line):
        word, before = line[at], line[at - 1] if at else None
        is_first = before is None or word.box_mm.x - before.box_mm.right > _APART_MM
        end = _label_end(line, at)
        colon = bool(end) and line[end - 1].text.endswith(":")
        long = sum(len(each.text) for each in line[at:end]) >= _LEAST_LETTERS
        if end and (colon or (is_first and (long or _place_of(word, places) is None))):
            yield from line[at:end]
            asked, at = colon and not lined, end
        elif _is_behind_square(word, squares):
            end = at + 1
            while end < len(line) and _goes_on(line[end - 1], line[end]):
                end += 1
            yield from line[at:end]
            asked, at = False, end
        else:
            if not asked and _place_of(word, places) is None:
                yield word
            at += 1


def _label_end(line: Sequence[Print], at: int) -> int:
    """Where the label ends that begins there; 0 where none does."""
    best = 0
    for end in range(at + 1, min(len(line), at + _MOST_WORDS) + 1):
        if end > at + 1 and not _goes_on(line[end - 2], line[end - 1], most_mm=_APART_MM):
            break
        text = " ".join(word.text for word in line[at:end])
        if _SAYS.search(text) and is_label(text.rstrip(" :")):
            best = end
        if line[end - 1].text.endswith(":"):
            break
    return best


def _goes_on(before: Print, word: Print, *, most_mm: float = _OPTION_APART_MM) -> bool:
    return word.box_mm.x - before.box_mm.right <= most_mm


def _place_of(word: Print, places: Sequence[Place]) -> Place | None:
    """The place that a word stands in."""
    x, y = word.box_mm.x + word.box_mm.w / 2, word.box_mm.y + 0.6 * word.box_mm.h
    inside = (p for p in places if p.shape in _IN_PLACE and p.box_mm.contains(x, y))
    return next(inside, None)


def _is_mark(word: Print, squares: Sequence[BoxMm]) -> bool:
    """Whether an engine took a square, or the mark in it, for letters."""
    box = word.box_mm
    return any(overlap(box, square) > 0.4 * square.w * square.h for square in squares)


def _is_behind_square(word: Print, squares: Sequence[BoxMm]) -> bool:
    middle = word.box_mm.y + word.box_mm.h / 2
    return any(
        -1.0 <= word.box_mm.x - square.right <= _BEHIND_SQUARE_MM
        and square.y - 1 <= middle <= square.bottom + 1
        for square in squares
    )


def _without_writing(picture: Gray, sheet: Sheet, draft: Draft) -> Gray:
    """The picture with its places as white as paper, but for rules and dots in them."""
    room = np.zeros(picture.shape, np.uint8)
    for zone in draft.asked:
        for box in zone.places:
            _fill(room, box, 255)
    for word in sheet.words:
        _fill(room, word.box_mm, 0)
    for rule in sheet.rules:
        if not _is_stroke(rule, draft):
            _fill(room, rule.grown(_RULE_GROWN_MM, _RULE_GROWN_MM), 0)
    for run in sheet.dots:
        _fill(room, run.grown(_DOTS_GROWN_MM, _DOTS_GROWN_MM), 0)
    return np.where(room > 0, np.uint8(255), picture)


def _is_stroke(rule: BoxMm, draft: Draft) -> bool:
    """Whether an upright stroke is of a letter, or a « 1 », that stands on a line."""
    x, y = rule.x + rule.w / 2, rule.y + rule.h / 2
    return rule.h > rule.w and any(
        not zone.comb and box.grown(-_EDGE_MM, 0).contains(x, y) and rule.h < 0.8 * box.h
        for zone in draft.asked
        for box in zone.lines
    )


def _fill(mask: Mask, box: BoxMm, value: int) -> None:
    edges = (box.x, box.y, box.right, box.bottom)
    x, y, right, bottom = (max(0, round(v * PX_PER_MM)) for v in edges)
    mask[y:bottom, x:right] = value
