"""A form's blank laid on itself, before any page of it comes: can its pages be known at all?"""

import hashlib
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import AlignmentError
from pipeline.fingerprint import code_digest
from pipeline.forms.blank import PX_PER_MM, BlankPage, mm_to_raster
from pipeline.forms.kept import kept
from pipeline.geometry import FloatArray, Homography
from pipeline.language import tr
from pipeline.paper.align import align_all
from pipeline.paper.streaks import remove_streaks
from pipeline.records import Page

_TILTS_DEG = (0.0, 1.0)
"""As a program draws a page, and as it comes to lie on a scanner."""
_FARTHEST_MM = 1.0
"""No corner of a zone may come to lie farther off."""
_MM_PER_INCH = 25.4


def unplaceable(blank: BlankPage) -> str:
    """What to tell the user of a blank on which its own pages cannot be placed; empty where they
    can, and of a page on which there is nothing to read. What a trial gave is kept."""
    zones = blank.form.zones_of(blank.number)
    if not zones:
        return ""
    corners_mm = np.concatenate([zone.box_mm.corners() for zone in zones])
    tried = hashlib.sha256(blank.form.blank_path.read_bytes() + corners_mm.tobytes())
    tried.update(f"{blank.number} {_trial()}".encode())
    if kept(tried.hexdigest(), lambda: _trials(blank, corners_mm)).all():
        return ""
    return tr(
        "{path}, page {page}: copies of this page would not be recognised, too little is printed "
        "on it outside its zones. Take the blank as it is handed out, with its title and labels, "
        "and let the zones in form.toml end where these begin.",
        path=blank.form.blank_path,
        page=blank.number,
    )


def _trials(blank: BlankPage, corners_mm: FloatArray) -> NDArray[np.bool_]:
    return np.array([_is_placed(blank, tilt, corners_mm) for tilt in _TILTS_DEG])


@cache
def _trial() -> str:
    """Names the code that a trial depends on."""
    return code_digest(f"{__name__}:_trials")


def _is_placed(blank: BlankPage, tilt_deg: float, corners_mm: FloatArray) -> bool:
    """Whether the blank, tilted about its middle, is placed where it lies."""
    height, width = blank.image.shape
    tilt = cv2.getRotationMatrix2D((width / 2, height / 2), tilt_deg, 1)
    image = cv2.warpAffine(blank.image, tilt, (width, height), borderValue=255)
    page = Page(1, remove_streaks(np.asarray(image, np.uint8)), PX_PER_MM * _MM_PER_INCH)
    try:
        first, *more = align_all(page, (blank,))
    except AlignmentError:
        return False
    if more or first.shown_mm is not None:
        return False
    to_px = np.vstack([tilt, [0, 0, 1]]) @ mm_to_raster(PX_PER_MM)
    lies = Homography.from_matrix(np.asarray(np.linalg.inv(to_px), np.float64))
    off_mm = first.homography.to_mm(lies.to_px(corners_mm)) - corners_mm
    return bool(np.linalg.norm(off_mm, axis=1).max() <= _FARTHEST_MM)
