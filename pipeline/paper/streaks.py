"""Take out the straight lines that dirt on a scanner's glass draws down a whole page."""

import numpy as np
from numpy.typing import NDArray

from pipeline.records import Gray

_STEP_PX = 7
"""Every seventh row tells whether a column is a streak: of a dithered tint, not always the same."""
_REACH_PX = 5
"""A streak is narrower: this far to both sides there is paper again."""
_MIN_CONTRAST = 10
_MIN_SHARE = 0.72
"""Of the page's length, and of either end; the rest is written over."""
_END = 0.012
"""Share of the page's length next to either edge, some 3 mm: no printer's rule comes so far."""
_DARK = 128
"""Where it is darker there, the scanner's lid is seen, on which no streak shows."""
_MOST_WIDE = 0.005
"""Share of the page's width, some 1 mm: a run of columns that is wider was printed."""


def remove_streaks(image: Gray) -> Gray:
    """The page without narrow columns or rows that are darker than both their sides nearly all
    along, from edge to edge: what a form prints is left as it is.

    The sensor draws them along its own axes, so they are sought before the page is turned. What
    was written across one is bridged from its two sides. The image itself is not changed.
    """
    cleaned = _without_columns(image, _streaks(image))
    across = _without_columns(cleaned.T, _streaks(cleaned.T)).T
    cleaned = np.ascontiguousarray(across)
    cleaned.flags.writeable = False
    return cleaned


def _streaks(image: Gray) -> list[tuple[int, int]]:
    """The first and last column of each streak, in order."""
    contrast, _ = _against_sides(image[::_STEP_PX].astype(np.int16))
    is_streak = (contrast >= _MIN_CONTRAST).mean(axis=0) >= _MIN_SHARE
    if not is_streak.any():
        return []
    end = max(1, round(_END * len(image)))
    for rows in (image[:end], image[-end:]):
        contrast, sides = _against_sides(rows.astype(np.int16))
        goes_on = (contrast >= _MIN_CONTRAST) | (sides < _DARK)
        is_streak &= goes_on.mean(axis=0) >= _MIN_SHARE
    columns = np.flatnonzero(is_streak) + _REACH_PX
    runs = np.split(columns, np.flatnonzero(np.diff(columns) > 3) + 1) if columns.size else []
    most_wide = _MOST_WIDE * image.shape[1]
    return [(int(run[0]), int(run[-1])) for run in runs if run[-1] - run[0] < most_wide]


def _against_sides(rows: NDArray[np.int16]) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """By how much each pixel is darker than the darker one of its sides, and how light that is; but
    for the outermost columns, which have one side only."""
    sides = np.minimum(rows[:, : -2 * _REACH_PX], rows[:, 2 * _REACH_PX :])
    return sides - rows[:, _REACH_PX:-_REACH_PX], sides


def _without_columns(image: Gray, streaks: list[tuple[int, int]]) -> Gray:
    """Each streak, one more column on both sides, drawn anew between its neighbours."""
    if not streaks:
        return image
    cleaned = image.copy()
    for first, last in streaks:
        left, right = max(0, first - 2), min(image.shape[1] - 1, last + 2)
        share = np.linspace(0, 1, right - left + 1)
        between = np.outer(image[:, left], 1 - share) + np.outer(image[:, right], share)
        cleaned[:, left : right + 1] = between.astype(np.uint8)
    return cleaned
