"""Take out the straight lines that dirt on a scanner's glass draws down a whole page."""

import numpy as np
from numpy.typing import NDArray

from pipeline.records import Gray

_STEP_PX = 8
"""Every eighth row tells whether a column is a streak."""
_REACH_PX = 5
"""A streak is narrower: this far to both sides there is paper again."""
_MIN_CONTRAST = 10
_MIN_SHARE = 0.72
"""Of the page's length; a form's own rules are shorter."""


def remove_streaks(image: Gray) -> Gray:
    """The page without columns or rows that are darker than both their sides nearly all along.

    The sensor draws them along its own axes, so they are sought before the page is turned. What
    was written across one is bridged from its two sides. The image itself is not changed.
    """
    cleaned = _without_columns(image, _streaks(image))
    across = _without_columns(cleaned.T, _streaks(cleaned.T)).T
    cleaned = np.ascontiguousarray(across)
    cleaned.flags.writeable = False
    return cleaned


def _streaks(image: Gray) -> NDArray[np.intp]:
    """The columns that belong to a streak, in order."""
    rows = image[::_STEP_PX].astype(np.int16)
    middle = rows[:, _REACH_PX:-_REACH_PX]
    sides = np.minimum(rows[:, : -2 * _REACH_PX], rows[:, 2 * _REACH_PX :])
    share = ((sides - middle) >= _MIN_CONTRAST).mean(axis=0)
    return np.flatnonzero(share >= _MIN_SHARE) + _REACH_PX


def _without_columns(image: Gray, columns: NDArray[np.intp]) -> Gray:
    """Each run of columns, one more on both sides, drawn anew between its neighbours."""
    if not columns.size:
        return image
    cleaned = image.copy()
    for run in np.split(columns, np.flatnonzero(np.diff(columns) > 3) + 1):
        left, right = max(0, run[0] - 2), min(image.shape[1] - 1, run[-1] + 2)
        share = np.linspace(0, 1, right - left + 1)
        between = np.outer(image[:, left], 1 - share) + np.outer(image[:, right], share)
        cleaned[:, left : right + 1] = between.astype(np.uint8)
    return cleaned
