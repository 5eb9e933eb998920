"""Which printed words of the scan are others than the blank's?

A word is seen where it correlates with its own print as words of this page usually do. One that
does not may only lie under ink: it is another word if also some of its own strokes are missing, for
ink and folds add to print and take nothing away.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from pipeline.forms.blank import PX_PER_MM, BlankPage
from pipeline.geometry import BoxMm
from pipeline.records import Gray

_BLURS_PX = (0.7, 1.0, 1.7, 2.5)
"""So much the print of a page may be blurred, in fine px."""
_BLANKS = 8
"""What is found of so many blanks is kept, 4 MB each."""
_COARSER = 2
"""Correlations are taken on a coarser raster: a sixth of the time, and as telling."""
_SURROUND_MM = 0.125
_REACH_MM, _BENT_MM = 0.75, 1.5
"""So far from its place print is looked for, at first and where it was not seen: bent paper."""
_SHARP = 32
"""How many words it takes to know how blurred a page is."""
_MIN_USUAL = 0.5
"""On a page whose words correlate less, hardly any print can be made out."""
_FEWEST = 8
"""Of fewer words nobody knows what is usual."""
_SUSPECT = 0.85
"""A word that correlates with its print less than this share of the usual."""
_BENT = 0.75
"""Nor is it seen this well a little further off, where bent paper may have it."""
_UNLIKELY = 4.5
"""So many times as unlike its print as three quarters of the page's words are at most, by size."""
_USUALLY_MM = (0.09, 0.9)
"""Within these bounds, these are so unlike theirs, see ``_unlike``."""
_COMPARED = 16
"""So many words of about its size show what a suspect may have lost by chance."""
_LACKING = 0.08
"""So much more of its print another word lacks, somewhere along it, than words that lose most."""
_UNLIKE, _GONE, _EXTRA = 0.6, 0.85, 0.05
"""And it correlates less than this, or all of it is gone, or other print is there: a fax loses fine
strokes."""
_WINDOW = 0.6
"""How long a stretch of a word is looked at, in heights of it: a letter or two."""
_STRAY_PX = 4
_LEAST_MM = (2.5, 1.3)
"""Smaller print, by width and height, is not held against its page."""
_MOST_MM = (60.0, 9.0)
_INSIDE = 0.25
"""Print that lies so much within where people write may be written over, or painted over."""
_JOINED_MM = (0.7, 0.6)
"""Pieces of print so near each other, across and down, are one word, where no text says so."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A word of the blank, or a piece of its print that it does not hold as text."""

    text: str
    box_mm: BoxMm


@dataclass(frozen=True, slots=True)
class _Difference:
    """Shares of a word's print: what is ``lacking`` where along it most is, what is ``gone`` all
    along it, and what is there that is none of its print."""

    lacking: float
    gone: float
    extra: float

    def is_other(self, lost: float) -> bool:
        """``lost``: what is lacking of words that lose most on this page."""
        return self.lacking > lost + _LACKING and (self.gone > _GONE or self.extra > _EXTRA)


def other_words(image: Gray, blank: BlankPage, shown: NDArray[np.bool_]) -> tuple[Printed, ...]:
    """The blank's words in whose places the page, on the mm frame, shows something else or nothing.

    ``shown`` (n) says which of ``printed_words`` lie within what the picture shows.
    """
    words = [word for word, is_there in zip(printed_words(blank), shown, strict=True) if is_there]
    if len(words) < _FEWEST:
        return ()
    coarse = _shrunk(image)
    boxes = [word.box_mm for word in words]
    widest = sorted(boxes, key=lambda box: -box.w)[:_SHARP]
    usual, blurred = max(
        (float(np.median([_seen(coarse, small, box) for box in widest])), i)
        for i, small in enumerate(_blurred(blank))
    )
    if usual < _MIN_USUAL:
        return ()
    small = _blurred(blank)[blurred]
    alike = [_seen(coarse, small, box) / usual for box in boxes]
    by_size = [_unlike(own, box) for own, box in zip(alike, boxes, strict=True)]
    most = _UNLIKELY * float(np.clip(np.quantile(by_size, 0.75), *_USUALLY_MM))

    suspects = {
        word: own
        for word, own in zip(words, alike, strict=True)
        if own < _SUSPECT
        and _unlike(own, word.box_mm) > most
        and _seen(coarse, small, word.box_mm, _BENT_MM) < _BENT * usual
    }
    if not suspects:
        return ()
    fine = _blur(blank, _BLURS_PX[blurred])
    tone = float(np.median([_tone(coarse, small, box) for box in widest]))
    look = cache(partial(_differs, image, fine, tone))
    others = [word.box_mm for word in words if word not in suspects]
    return tuple(
        word
        for word, own in suspects.items()
        if _is_other(own, look(word.box_mm), map(look, _as_high(others, word.box_mm)))
    )


def _unlike(alike: float, box: BoxMm) -> float:
    """How unlike its print a word is, in mm: by the root of its area, for chance changes small
    print more."""
    return float(max(0.0, 1 - alike) * (box.w * box.h) ** 0.5)


def _as_high(boxes: Sequence[BoxMm], box: BoxMm) -> list[BoxMm]:
    """The words whose print is most nearly as large."""
    return sorted(boxes, key=lambda other: abs(other.h - box.h))[:_COMPARED]


def _is_other(alike: float, it: _Difference, known: Iterable[_Difference]) -> bool:
    """Whether a word lacks more of its print than those known that lose most, and not by chance."""
    losses = [(of.lacking, of.extra) for of in known] or [(0.0, 0.0)]
    lost, more = (float(v) for v in np.quantile(losses, 0.9, axis=0))
    other_print = alike < _UNLIKE or it.gone > _GONE or it.extra > more + _EXTRA
    return it.lacking > lost + _LACKING and other_print


@lru_cache(maxsize=_BLANKS)
def printed_words(blank: BlankPage) -> tuple[Printed, ...]:
    """The words and other pieces of print outside the places where people write."""
    words = [Printed(word.text, word.box_mm) for word in blank.words]
    words += [Printed("", box) for box in _pieces(blank)]
    written = blank.form.written_mm(blank.number)
    return tuple(
        word
        for word in words
        if _LEAST_MM[0] <= word.box_mm.w <= _MOST_MM[0]
        and _LEAST_MM[1] <= word.box_mm.h <= _MOST_MM[1]
        and not any(_share_within(word.box_mm, box) > _INSIDE for box in written)
        and cut(blank.image, word.box_mm).min(initial=255) < 128
    )


def _pieces(blank: BlankPage) -> Iterator[BoxMm]:
    """The boxes of pieces of print that the blank's file does not hold as text, about a word each.

    Long rules and frames are none.
    """
    rest = (blank.from_dark_print_px == 0).astype(np.uint8)
    for word in blank.words:
        cut(rest, word.box_mm.grown(0.3, 0.3))[:] = 0
    for long in ((1, 81), (81, 1)):
        rest &= ~cv2.morphologyEx(rest, cv2.MORPH_OPEN, np.ones(long, np.uint8))
    size = tuple(round(mm * PX_PER_MM) | 1 for mm in reversed(_JOINED_MM))
    joined = cv2.morphologyEx(rest, cv2.MORPH_CLOSE, np.ones(size, np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    for x, y, w, h, _ in stats[1:]:
        yield BoxMm(*(float(v) / PX_PER_MM for v in (x, y, w, h)))


def _share_within(box: BoxMm, other: BoxMm) -> float:
    width = min(box.right, other.right) - max(box.x, other.x)
    height = min(box.bottom, other.bottom) - max(box.y, other.y)
    return max(width, 0.0) * max(height, 0.0) / (box.w * box.h)


@lru_cache(maxsize=_BLANKS)
def _blurred(blank: BlankPage) -> tuple[Gray, ...]:
    """The blank as blurred as scans are, shrunk."""
    return tuple(_shrunk(_blur(blank, sigma_px)) for sigma_px in _BLURS_PX)


def _blur(blank: BlankPage, sigma_px: float) -> Gray:
    return np.asarray(cv2.GaussianBlur(blank.image, (0, 0), sigma_px), np.uint8)


def _shrunk(image: NDArray[np.uint8]) -> Gray:
    height, width = (n // _COARSER for n in image.shape)
    even = image[: height * _COARSER, : width * _COARSER]
    return np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def cut(image: NDArray[np.uint8], box: BoxMm, *, px_per_mm: float = PX_PER_MM) -> Gray:
    """A view of the part of an image on the mm frame under a box, cut off at the page's edge."""
    left, top = (max(0, round(mm * px_per_mm)) for mm in (box.x, box.y))
    return image[top : round(box.bottom * px_per_mm), left : round(box.right * px_per_mm)]


def _around(image: Gray, box: BoxMm, mm: float) -> Gray:
    return cut(image, box.grown(mm, mm), px_per_mm=PX_PER_MM / _COARSER)


def _seen(coarse: Gray, print_: Gray, box: BoxMm, reach_mm: float = _REACH_MM) -> float:
    """How well the print under the box correlates with what is seen about there."""
    template, seen = _around(print_, box, _SURROUND_MM), _around(coarse, box, reach_mm)
    if seen.shape[0] < template.shape[0] or seen.shape[1] < template.shape[1]:
        return 1.0  # at the paper's edge, where nothing can be said
    return float(cv2.matchTemplate(seen, template, cv2.TM_CCOEFF_NORMED).max())


def _tone(coarse: Gray, print_: Gray, box: BoxMm) -> float:
    """How dark the word is on the page, as a share of how dark the blank has it."""
    seen, template = (255.0 - _around(im, box, _SURROUND_MM) for im in (coarse, print_))
    return float(seen.sum() / max(template.sum(), 1.0))


def _differs(image: Gray, print_: Gray, tone: float, box: BoxMm) -> _Difference:
    """What the page shows where the word should be, of all places about there where it lacks least.

    Strokes may stand a pixel beside themselves.
    """
    own, stray_mm = box.grown(_SURROUND_MM, _SURROUND_MM), _STRAY_PX / PX_PER_MM
    wanted = np.minimum(tone * (255.0 - cut(print_, own).astype(np.float32)), 255.0)
    dark = 255 - cut(image, own.grown(stray_mm, stray_mm))
    if dark.shape[0] < wanted.shape[0] or dark.shape[1] < wanted.shape[1]:
        return _Difference(0.0, 0.0, 0.0)
    spread = cv2.dilate(dark, np.ones((3, 3), np.uint8)).astype(np.float32)
    places = sliding_window_view(spread, wanted.shape)
    missing = np.maximum(wanted - places, 0.0).sum(axis=2)
    y, x = np.unravel_index(int(missing.sum(axis=2).argmin()), missing.shape[:2])
    seen = dark[y : y + wanted.shape[0], x : x + wanted.shape[1]]
    extra = np.maximum(seen - cv2.dilate(wanted, np.ones((3, 3), np.uint8)), 0.0)
    window = np.ones(min(wanted.shape[1], max(3, round(_WINDOW * wanted.shape[0]))))
    lacking, there = (np.convolve(v, window, "valid") for v in (missing[y, x], wanted.sum(axis=0)))
    inked = there >= 0.5 * np.median(there)
    ink = max(float(wanted.sum()), 1.0)
    return _Difference(
        float((lacking[inked] / np.maximum(there[inked], 1.0)).max(initial=0.0)),
        float(missing[y, x].sum()) / ink,
        float(extra.sum()) / ink,
    )
