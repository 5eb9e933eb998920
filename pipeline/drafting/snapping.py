"""A zone drawn by hand set exactly on the print that it stands beside."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.geometry import BoxMm
from pipeline.records import Gray

_LEAST_MM = 5.0
"""Shorter strokes are letters."""
_DARK = 170
_WIDE_MM = 1.2
"""A stroke that is broader is no rule, but a patch."""


@dataclass(frozen=True, slots=True)
class Edges:
    """Where printed rules and frames stand, in mm: upright ones from the left, level ones from the
    top; each but once, in order."""

    across: tuple[float, ...] = ()
    down: tuple[float, ...] = ()


def edges_of(image: Gray, px_per_mm: float) -> Edges:
    """The rules of a blank's page, by morphological opening (Serra, 1982)."""
    ink = np.asarray(image < _DARK, np.uint8)
    return Edges(_rules(ink.T.copy(), px_per_mm), _rules(ink, px_per_mm))


def _rules(ink: Gray, px_per_mm: float) -> tuple[float, ...]:
    """The middles of level rules."""
    long = np.ones((1, round(_LEAST_MM * px_per_mm)), np.uint8)
    kept = cv2.morphologyEx(ink, cv2.MORPH_OPEN, long)
    count, _, stats, middles = cv2.connectedComponentsWithStats(kept)
    most_px = _WIDE_MM * px_per_mm
    rules = sorted(
        round((float(middles[n][1]) + 0.5) / px_per_mm, 2)
        for n in range(1, count)
        if stats[n][cv2.CC_STAT_HEIGHT] <= most_px
    )
    return tuple(sorted(set(rules)))


def snapped(box: BoxMm, edges: Edges, *, within_mm: float, resized: bool) -> BoxMm:
    """The box moved so that its nearest edges lie on print which is no further than that.

    ``resized``: only its right and lower edge were drawn, and only they may move.
    """
    if resized:
        right = box.right + _shift([box.right], edges.across, within_mm)
        bottom = box.bottom + _shift([box.bottom], edges.down, within_mm)
        return BoxMm(box.x, box.y, max(0.5, right - box.x), max(0.5, bottom - box.y))
    dx = _shift([box.x, box.right], edges.across, within_mm)
    dy = _shift([box.y, box.bottom], edges.down, within_mm)
    return BoxMm(box.x + dx, box.y + dy, box.w, box.h)


def _shift(own: Iterable[float], print_: Sequence[float], within_mm: float) -> float:
    shifts = [edge - mine for mine in own for edge in print_]
    nearest = min(shifts, key=abs, default=0.0)
    return nearest if abs(nearest) <= within_mm else 0.0
