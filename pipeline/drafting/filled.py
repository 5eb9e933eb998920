"""A filled page of a form that nobody has described: what on it is print, and what is written.

The words of an engine are both. Print is what stands where nobody writes, and what the lexicon
knows as a label; what else stands on a line, in a frame, or behind a label's colon was written. On
the print alone the form is drafted, as on a blank.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from pipeline.drafting.answered import rooms, whole_lines, without_answers
from pipeline.drafting.draft import draft_of
from pipeline.drafting.drafted import Draft
from pipeline.drafting.held import held_words
from pipeline.drafting.kinds import is_label
from pipeline.drafting.linework import overlap
from pipeline.drafting.own_print import labels_in, own_print
from pipeline.drafting.places import in_reading_order, places_of
from pipeline.drafting.records import Place, Sheet
from pipeline.drafting.sheets import Leaf, held, seen
from pipeline.drafting.ticked import with_ticked
from pipeline.forms.blank import PX_PER_MM
from pipeline.geometry import BoxMm
from pipeline.paper.dropout import flatten
from pipeline.records import Gray, Mask, Page, TextRun

_LEAST_LABELS, _LEAST_SHARE = 3, 0.3
"""A page is a fiche where so many labels that the lexicon knows have room to write, and where they
are this share of all that is asked."""
_NOBODY_ASKS, _LEAST_MM = 0.1, 1.8
_BELOW_LINE_MM, _DOT_MM = 2.2, 0.95
_RULE_GROWN_MM, _DOTS_GROWN_MM, _EDGE_MM = 0.25, 0.35, 0.6
_INK = 150
_MOST_PIECES_CM2, _MOST_INK = 60, 0.35
"""Dense print has some 25 pieces of ink on a square centimetre, and is white for the most part."""
_SHARPER = 1.5
"""Lines of text show in a page's profile, as rows when it is upright."""


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
    own = without_answers(replace(sheet, words=tuple(own_print(sheet, drawn))), drawn)
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
    if labels_in(words) >= _LEAST_LABELS:
        return held(page, words)
    turns = _likely_turns(page)
    return None if turns is None else seen(page, turns=turns)


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


def _without_writing(picture: Gray, sheet: Sheet, draft: Draft) -> Gray:
    """The picture with its places as white as paper, but for rules and dots in them; of what is
    written on a line, a part hangs below it."""
    room = np.zeros(picture.shape, np.uint8)
    for zone in draft.asked:
        for box in zone.places:
            _fill(room, replace(box, h=box.h + _BELOW_LINE_MM) if box in zone.lines else box, 255)
    for word in sheet.words:
        _fill(room, word.box_mm, 0)
    for rule in sheet.rules:
        if not _is_stroke(rule, draft):
            _fill(room, rule.grown(_RULE_GROWN_MM, _RULE_GROWN_MM), 0)
    strokes = _higher_than_dots(picture)
    for run in sheet.dots:
        part = _part(room, run.grown(_DOTS_GROWN_MM, _DOTS_GROWN_MM))
        part &= _part(strokes, run.grown(_DOTS_GROWN_MM, _DOTS_GROWN_MM))
    return np.where(room > 0, np.uint8(255), picture)


def _is_stroke(rule: BoxMm, draft: Draft) -> bool:
    """Whether an upright stroke is of a letter, or a « 1 », that stands on a line."""
    x, y = rule.x + rule.w / 2, rule.y + rule.h / 2
    return rule.h > rule.w and any(
        not zone.comb and box.grown(-_EDGE_MM, 0).contains(x, y) and rule.h < 0.8 * box.h
        for zone in draft.asked
        for box in zone.lines
    )


def _higher_than_dots(picture: Gray) -> Mask:
    """255 where ink is that is no dot and no dash, else 0."""
    ink = np.asarray(cv2.compare(picture, _INK, cv2.CMP_LT), np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    high = stats[:, cv2.CC_STAT_HEIGHT] > _DOT_MM * PX_PER_MM
    high[0] = False
    return np.asarray(cv2.dilate(high[labels] * np.uint8(255), np.ones((3, 3))), np.uint8)


def _fill(mask: Mask, box: BoxMm, value: int) -> None:
    _part(mask, box)[:] = value


def _part(mask: Mask, box: BoxMm) -> Mask:
    edges = (box.x, box.y, box.right, box.bottom)
    x, y, right, bottom = (max(0, round(v * PX_PER_MM)) for v in edges)
    return mask[y:bottom, x:right]
