"""Where a drafted blank lies, as against the sheet that was drawn.

Who drafts a scan may straighten it or leave it askew, cut its edges or keep them. Places are held
against each other on the sheet as it was drawn, so the drafted blank is fitted to that.
"""

from math import cos, radians, sin
from pathlib import Path

import cv2
import numpy as np
from associations.blank import Blank, render

from blanks.spots import Move

_PX_PER_MM = 2.0
_SOFT_PX = 3.0
_STEPS, _CLOSE = 60, 1e-5


def move_of(blank: Blank, drafted: Path) -> Move:
    """From a scanned blank as it was drafted to the sheet as it was drawn; of one page."""
    raw, _ = blank.make()
    wanted, seen = _seen(raw), _seen(drafted.read_bytes())
    starts = [_turn(blank, deg) for deg in (0.0, blank.tilt_deg)]
    fits = [_fit(wanted, seen, start) for start in starts]
    _, matrix = max(fits, key=lambda fit: fit[0])
    back = cv2.invertAffineTransform(matrix)
    back[:, 2] /= _PX_PER_MM
    first, second = (tuple(float(v) for v in row) for row in back)
    return Move((first, second))  # type: ignore[arg-type]


def _seen(raw: bytes) -> np.ndarray:
    gray = render(raw, 1, round(_PX_PER_MM * 25.4)).min(axis=2)
    return cv2.GaussianBlur(255 - gray, (0, 0), _SOFT_PX).astype(np.float32)


def _turn(blank: Blank, by_deg: float) -> np.ndarray:
    """From the sheet as it was drawn to one that lies askew, in pixels."""
    middle = np.array(blank.size_mm) * _PX_PER_MM / 2
    cosine, sine = cos(radians(by_deg)), sin(radians(by_deg))
    turn = np.array([[cosine, -sine], [sine, cosine]])
    shift = middle - turn @ middle
    return np.hstack([turn, shift[:, None]]).astype(np.float32)


def _fit(wanted: np.ndarray, seen: np.ndarray, start: np.ndarray) -> tuple[float, np.ndarray]:
    """How well both agree, and where in the second each place of the first is: Evangelidis and
    Psarakis, Parametric image alignment using enhanced correlation coefficient maximization, 2008.
    """
    ends = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, _STEPS, _CLOSE)
    try:
        return cv2.findTransformECC(wanted, seen, start.copy(), cv2.MOTION_AFFINE, ends, None, 1)
    except cv2.error:  # they have nothing in common from there
        return -1.0, start
