"""Of many known pages, the few that a picture may show: one index holds the key points of all.

Letters, rules and headings look alike on all forms. But two key points that look alike also say how
the page would lie, and only of the right page do many say the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms.blank import COARSE_PX_PER_MM, BlankPage, Features
from pipeline.geometry import FloatArray

FEW = 6
"""So many pages are all matched: an index would save nothing."""
LIKELY = 4
"""How many of more are matched where none has votes enough to be sure."""
_NEAR_THE_BEST, _SURE = 0.5, 20
"""With so many votes, those with this share of the best one's are, however many they be."""
_EDITION = 0.5
"""Blanks with this share of the most votes that one of them gives are editions of it."""
_CELL_POINTS = 512
"""Key points in a cell, about: a key point of the picture is compared with those of one cell."""
_MOST_ALIKE = 8
_MOST_BITS, _SLACK_BITS = 64, 8
"""Descriptors look alike that differ in no more of 256 bits, and hardly more than the nearest."""
_TURNS, _PLACES, _PLACE_PX = 12, 16, 100
"""Votes are counted by the page's turn, and its middle's place on a grid that repeats itself."""

_Ints = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class _Points:
    """Key points: those of all pages, ``page`` saying whose each is, in the order of their cells;
    ``rows``: x and y from the page's middle, size and angle of each, in coarse px and degrees."""

    page: _Ints
    rows: FloatArray
    descriptors: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Index:
    """An inverted file: each cell holds the points from its start to the next that look most like
    its descriptor in ``cells``."""

    pages: int
    cells: NDArray[np.uint8]
    starts: _Ints
    points: _Points


def likely_pages(features: Features, blanks: Sequence[BlankPage]) -> list[BlankPage]:
    """The blanks to match with a picture of these key points: all of a few, the likeliest of many.

    Neighbours are sought in one cell of an inverted file (Jegou, Douze, Schmid, IJCV 2010); their
    turn, size and place vote for how a page lies (Lowe, IJCV 2004, section 7.3).
    """
    known = tuple(blank for blank in blanks if len(blank.features.points))
    if len(known) <= FEW or not len(features.points):
        return list(known)
    votes = _votes(features, _index(known))
    return [known[i] for i in best_few(votes)]


@lru_cache(maxsize=64)
def editions_of(blank: BlankPage, blanks: tuple[BlankPage, ...]) -> tuple[BlankPage, ...]:
    """The other blanks with nearly the same print in the same places."""
    known = tuple(b for b in blanks if len(b.features.points))
    if blank not in known:
        return ()
    votes = _votes(blank.features, _index(known))
    least = _EDITION * votes.max()
    alike = (other for other, count in zip(known, votes, strict=True) if count >= least)
    return tuple(other for other in alike if other is not blank)


def best_few(scores: FloatArray) -> list[int]:
    """Which are the highest, best first: all of a few; of many, those that come near a sure best,
    or else ``LIKELY``."""
    ranked = np.argsort(-scores, kind="stable")
    if len(scores) <= FEW or scores[ranked[0]] < _SURE:
        return [int(i) for i in ranked[: FEW if len(scores) <= FEW else LIKELY]]
    return [int(i) for i in ranked if scores[i] >= _NEAR_THE_BEST * scores[ranked[0]]]


@lru_cache(maxsize=2)
def _index(blanks: tuple[BlankPage, ...]) -> _Index:
    page = np.repeat(np.arange(len(blanks)), [len(blank.features.points) for blank in blanks])
    descriptors = np.concatenate([blank.features.descriptors for blank in blanks])
    rows = np.concatenate([_rows(blank.features) for blank in blanks])
    middles_mm = np.array([(blank.width_mm, blank.height_mm) for blank in blanks]) / 2
    rows[:, :2] -= middles_mm[page] * COARSE_PX_PER_MM
    cells = np.ascontiguousarray(descriptors[::_CELL_POINTS])
    order, starts = _sorted_into(cells, descriptors)
    return _Index(len(blanks), cells, starts, _Points(page[order], rows[order], descriptors[order]))


def _rows(features: Features) -> FloatArray:
    columns = (features.points, features.sizes_px, features.angles_deg)
    return np.column_stack(columns).astype(np.float64)


def _sorted_into(cells: NDArray[np.uint8], descriptors: NDArray[np.uint8]) -> tuple[_Ints, _Ints]:
    """The order of the descriptors by the cell that each looks most like, and where each begins."""
    cell = _nearest(descriptors, cells, 1)[1][:, 0]
    starts = np.searchsorted(np.sort(cell), np.arange(len(cells) + 1))
    return np.argsort(cell, kind="stable"), starts


def _nearest(
    descriptors: NDArray[np.uint8], others: NDArray[np.uint8], count: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """(n, count): in how many bits the nearest others differ from each, and which they are."""
    bits, which = cv2.batchDistance(
        descriptors, others, cv2.CV_32S, normType=cv2.NORM_HAMMING, K=min(count, len(others))
    )
    return np.asarray(bits, np.int32), np.asarray(which, np.int32)


def _votes(features: Features, index: _Index) -> FloatArray:
    """For each page, how many key points agree on how it lies; one that looks like several counts
    in parts."""
    pairs = list(_pairs(features.descriptors, index))
    if not pairs:
        return np.zeros(index.pages)
    seen, known = (np.concatenate(side) for side in zip(*pairs, strict=True))
    x, y, size, angle = _rows(features)[seen].T
    from_x, from_y, from_size, from_angle = index.points.rows[known].T
    turn_deg, scale = angle - from_angle, size / from_size
    turned = np.exp(1j * np.radians(turn_deg)) * scale * (from_x + 1j * from_y)
    turn = np.floor(turn_deg / 360 * _TURNS + 0.5).astype(np.intp) % _TURNS
    column = np.floor((x - turned.real) / _PLACE_PX).astype(np.intp)
    row = np.floor((y - turned.imag) / _PLACE_PX).astype(np.intp)
    weights = 1 / np.bincount(seen)[seen]
    shape = (index.pages, _TURNS, _PLACES, _PLACES)
    votes = np.zeros(np.prod(shape))
    # A place that lies between two is one: each vote counts in two by two.
    for right, down in ((0, 0), (0, 1), (1, 0), (1, 1)):
        place = (index.points.page[known], turn, (row + down) % _PLACES, (column + right) % _PLACES)
        votes += np.bincount(np.ravel_multi_index(place, shape), weights, len(votes))
    return np.asarray(votes.reshape(index.pages, -1).max(axis=1))


def _pairs(descriptors: NDArray[np.uint8], index: _Index) -> Iterator[tuple[_Ints, _Ints]]:
    """Which key points of the picture look like which of the index, cell by cell."""
    order, starts = _sorted_into(index.cells, descriptors)
    bounds = zip(pairwise(starts), pairwise(index.starts), strict=True)
    for (begin, end), (first, last) in bounds:
        if begin == end or first == last:
            continue
        held = index.points.descriptors[first:last]
        bits, which = _nearest(descriptors[order[begin:end]], held, _MOST_ALIKE)
        alike = bits <= np.minimum(bits[:, :1] + _SLACK_BITS, _MOST_BITS)
        here, rank = np.nonzero(alike)
        yield order[begin + here], first + which[here, rank]
