"""How a page came to be a picture: that decides how far what was read on it can be trusted."""

import numpy as np

from pipeline.geometry import FloatArray
from pipeline.records import AlignedPage, Gray, Quality

_PHOTO = 0.005
"""Opposite edges of a sheet differ by this factor's logarithm only where a camera saw them: in 48
simulated captures scans stayed below 0.001, photos above 0.015."""
_DARK, _BRIGHT = 64, 192
_BILEVEL = 0.2
"""Grey pixels for each dark one: none or few of them (a JPEG's ringing) in a bilevel picture, whose
edges are sharp, and as many as the edges have in a grey one. The same captures: 0.03 and 0.67."""
_NO_GREY = 0.01
_CORNERS_MM = np.array([[0.0, 0.0], [210.0, 0.0], [210.0, 297.0], [0.0, 297.0]])


def quality_of(aligned: AlignedPage) -> Quality:
    """A photo shows perspective, a bilevel scan no grey. A flattened photo is a grey scan."""
    if _perspective(aligned.homography.to_px(_CORNERS_MM)) > _PHOTO:
        return Quality.PHOTO
    return Quality.BILEVEL if _grey_share(aligned.page.image) < _BILEVEL else Quality.GREY


def has_grey(image: Gray) -> bool:
    """Whether a page may show anything paler than its ink: a picture of two levels does not."""
    return _grey_share(image[::2, ::2]) >= _NO_GREY


def _grey_share(image: Gray) -> float:
    """Grey pixels for each dark one."""
    dark, bright = (int(np.count_nonzero(image < level)) for level in (_DARK, _BRIGHT))
    return (bright - dark) / max(dark, 1)


def worst(qualities: set[Quality]) -> Quality:
    """The one to be careful about; grey where nothing is known."""
    order = (Quality.PHOTO, Quality.BILEVEL, Quality.GREY)
    return next((quality for quality in order if quality in qualities), Quality.GREY)


def _perspective(corners_px: FloatArray) -> float:
    """How unequal opposite edges are: the greater |log ratio| of the two pairs."""
    edges = np.linalg.norm(np.roll(corners_px, -1, axis=0) - corners_px, axis=1)
    return float(np.abs(np.log(edges[:2] / edges[2:])).max())
