"""Which print of a form's blank is which on the blank of its next edition, and where a place that
stood beside some stands now.

Phrases that stand once on both blanks hold the pages together, as words do in ``paper/propose``;
from these it is told which of the others, that stand several times, is which.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from rapidfuzz import fuzz

from pipeline.drafting.beside import NEAR_MM, Printed
from pipeline.drafting.phrases import Phrase, phrases_of
from pipeline.drafting.records import Place, Shape, Sheet
from pipeline.drafting.tariffs import without_prices
from pipeline.geometry import BoxMm
from pipeline.text import fold

_SAME, _ALIKE = 90.0, 60.0
"""Of 100: phrases so alike say the same; and, where they stand in the same place, nearly so."""
_LEAST_SHARED = 0.3
"""Pages with less print in common are not of one form."""
_LEAST_LETTERS = 3
_NEAR_MM, _STRAY_MM, _FAR_MM = 6.0, 25.0, 30.0
"""How far from where it is looked for a phrase may stand: one that was renamed, one of several
that are alike; and how far apart two are of which the scale is told."""
_MOST_SCALE = 1.25
_OVERLAP = 0.5
"""Places that share so much of both are one."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A phrase on both blanks; ``renamed`` where it says something else now."""

    old: Phrase
    new: Phrase
    renamed: bool = False


@dataclass(frozen=True, slots=True)
class Followed:
    """A page on both blanks: what of its print is paired, and how the paper's scale changed."""

    old: Sheet
    new: Sheet
    pairs: tuple[Pair, ...]
    scale: tuple[float, float] = (1.0, 1.0)

    def pair_of(self, phrase: Phrase) -> Pair | None:
        return next((pair for pair in self.pairs if pair.old == phrase), None)

    def nearest(self, box: BoxMm) -> Pair:
        """The paired phrase that is nearest to a box: in its row, if there is one."""
        return min(self.pairs, key=lambda pair: _apart_mm(pair.old.box_mm, box))

    def moved(self, box: BoxMm, by: Pair) -> BoxMm:
        """Where a box of the old page stands on the new one, if it moved with that phrase; on the
        edges of the place to write on that is seen there, if it stood on such edges."""
        guess = _beside(box, by, self.scale)
        old = _best(box, self.old.places)
        if old is None:
            return guess
        new = _best(_beside(old.box_mm, by, self.scale), self.new.places, old)
        return _on_edges(box, old.box_mm, new.box_mm, self.scale) if new else guess

    def back(self, box: BoxMm, label: Phrase | None) -> BoxMm | None:
        """Where a box of the new page with that label stood on the old one; None where its label
        is new, too."""
        of_label = [pair for pair in self.pairs if pair.new == label]
        if label and not of_label:
            return None
        near = min(self.pairs, key=lambda pair: _apart_mm(pair.new.box_mm, box))
        pair = next(iter(of_label), near)
        turned = Pair(pair.new, pair.old)
        return _beside(box, turned, (1 / self.scale[0], 1 / self.scale[1]))


def label_of(print_: Printed, place: Place) -> Phrase | None:
    """What is printed about a place: of a square behind it, of a line before it or above."""
    box = place.box_mm
    if place.shape is Shape.WORD:
        return None
    before, behind, above = (look(place) for look in (print_.before, print_.behind, print_.above))
    if place.shape is Shape.BOX:
        return behind or before or above
    near = before if before and box.x - before.box_mm.right <= NEAR_MM else None
    return near or above or before or behind


def followed(before: Sequence[Sheet], after: Sequence[Sheet]) -> dict[int, Followed]:
    """The pages of a blank that its next edition has, too, by their old numbers."""
    shares = [(_shared(old, new), old, new) for old in before for new in after]
    known: dict[int, Followed] = {}
    taken: set[int] = set()
    for share, old, new in sorted(shares, key=lambda each: -each[0]):
        if share < _LEAST_SHARED or old.number in known or new.number in taken:
            continue
        page = _paired(old, new)
        if page.pairs:
            known[old.number] = page
            taken.add(new.number)
    return known


def _shared(sheet: Sheet, other: Sheet) -> float:
    """How much of what is printed on a page is printed on the other."""
    mine, others = (set(_by_key(phrases_of(each))) for each in (sheet, other))
    return len(mine & others) / len(mine) if mine else 0.0


def _key(phrase: Phrase) -> str:
    """What a phrase says, but for its prices, years and signs."""
    words = re.sub(r"\d+", "#", fold(without_prices(phrase.text)))
    return " ".join(re.findall(r"[^\W_]+|#", words)) or fold(phrase.text)


def _by_key(phrases: Iterable[Phrase]) -> dict[str, list[Phrase]]:
    by_key: dict[str, list[Phrase]] = defaultdict(list)
    for phrase in phrases:
        by_key[_key(phrase)].append(phrase)
    return by_key


def _paired(old: Sheet, new: Sheet) -> Followed:
    before, after = _by_key(phrases_of(old)), _by_key(phrases_of(new))
    pairs: list[Pair] = []
    for key in before.keys() & after.keys():  # as many on both: in their order
        if len(before[key]) == len(after[key]):
            pairs += map(Pair, before[key], after[key])
    pairs.sort(key=lambda pair: (pair.old.middle_mm, pair.old.box_mm.x))
    alone = [p for p in pairs if len(before[_key(p.old)]) == 1 and _says(p.old)] or pairs
    page = Followed(old, new, tuple(pairs), _scale(alone))
    if not pairs:
        return page
    page = _with_nearest(page, before, after, within_mm=_STRAY_MM, least=_SAME)
    return _with_nearest(page, before, after, within_mm=_NEAR_MM, least=0.0)


def _says(phrase: Phrase) -> bool:
    return len(re.sub(r"[\W\d_]", "", phrase.text)) >= _LEAST_LETTERS


def _scale(pairs: Sequence[Pair]) -> tuple[float, float]:
    """Of what lies across the page, between any two; down it only between neighbours, for rows
    that were put in lie between the others."""
    across = [
        (b.new.box_mm.x - a.new.box_mm.x) / (b.old.box_mm.x - a.old.box_mm.x)
        for n, a in enumerate(pairs)
        for b in pairs[n + 1 :]
        if abs(b.old.box_mm.x - a.old.box_mm.x) >= _FAR_MM
    ]
    down = [
        (b.new.middle_mm - a.new.middle_mm) / (b.old.middle_mm - a.old.middle_mm)
        for a, b in pairwise(pairs)
        if b.old.middle_mm - a.old.middle_mm > 2
    ]
    x, y = (median(each) if len(each) > 2 else 1.0 for each in (across, down))
    return _plausible(x), _plausible(y)


def _plausible(scale: float) -> float:
    return scale if 1 / _MOST_SCALE < scale < _MOST_SCALE else 1.0


def _with_nearest(
    page: Followed,
    before: dict[str, list[Phrase]],
    after: dict[str, list[Phrase]],
    *,
    within_mm: float,
    least: float,
) -> Followed:
    """With what stands no further from where it is looked for, the nearest first; where it says
    something else, it was renamed."""
    mine = {id(pair.old) for pair in page.pairs}
    taken = {id(pair.new) for pair in page.pairs}
    free = [p for phrases in after.values() for p in phrases if id(p) not in taken]
    near = []
    for old in (p for phrases in before.values() for p in phrases if id(p) not in mine):
        box = _beside(old.box_mm, page.nearest(old.box_mm), page.scale)
        for new in free:
            alike = fuzz.ratio(_key(old), _key(new))
            far_mm = abs(new.box_mm.x - box.x) + abs(new.middle_mm - (box.y + box.h / 2))
            if alike >= least and far_mm <= (_STRAY_MM if alike >= _ALIKE else within_mm):
                near.append((alike < _SAME, far_mm, old, new))
    pairs = list(page.pairs)
    for renamed, _, old, new in sorted(near, key=lambda each: each[:2]):
        if id(old) not in mine and id(new) not in taken:
            mine.add(id(old))
            taken.add(id(new))
            pairs.append(Pair(old, new, renamed=renamed))
    return Followed(page.old, page.new, tuple(pairs), page.scale)


def _apart_mm(phrase: BoxMm, box: BoxMm) -> float:
    """How far apart they are; what stands in other rows is further."""
    across = max(phrase.x - box.right, box.x - phrase.right, 0.0)
    down = max(phrase.y - box.bottom, box.y - phrase.bottom, 0.0)
    return across / 3 + down


def _beside(box: BoxMm, by: Pair, scale: tuple[float, float]) -> BoxMm:
    x = by.new.box_mm.x + scale[0] * (box.x - by.old.box_mm.x)
    y = by.new.middle_mm + scale[1] * (box.y - by.old.middle_mm)
    return BoxMm(x, y, box.w * scale[0], box.h * scale[1])


def _best(box: BoxMm, places: Iterable[Place], like: Place | None = None) -> Place | None:
    shaped = (place for place in places if like is None or place.shape is like.shape)
    best = max(shaped, key=lambda place: overlap(place.box_mm, box), default=None)
    return best if best and overlap(best.box_mm, box) >= _OVERLAP else None


def overlap(a: BoxMm, b: BoxMm) -> float:
    """What two boxes share of all that they cover (intersection over union)."""
    across = min(a.right, b.right) - max(a.x, b.x)
    down = min(a.bottom, b.bottom) - max(a.y, b.y)
    if across <= 0 or down <= 0:
        return 0.0
    return across * down / (a.w * a.h + b.w * b.h - across * down)


def _on_edges(box: BoxMm, old: BoxMm, new: BoxMm, scale: tuple[float, float]) -> BoxMm:
    """A box that stood on the edges of one, as it stands on those of the other."""
    x = new.x + scale[0] * (box.x - old.x)
    y = new.y + scale[1] * (box.y - old.y)
    right = new.right + scale[0] * (box.right - old.right)
    bottom = new.bottom + scale[1] * (box.bottom - old.bottom)
    return BoxMm(x, y, right - x, bottom - y)
