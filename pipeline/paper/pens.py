"""Writing in a paler pen than the rest of the form, an addition or what was rubbed out; and traces
of what may be writing where none was read."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from pipeline.fields import Drawn
from pipeline.forms.blank import PX_PER_MM
from pipeline.forms.zone import Zone
from pipeline.geometry import BoxMm
from pipeline.paper.dropout import CleanPage, crop
from pipeline.paper.lines import WrittenLine, line_field
from pipeline.records import Finding, Mask, Severity

_PALE_PAGE = 0.5
"""Of the ink of a page that is written with a pale pen, so much at least is pale."""
_PALE_FIELD, _LEAST_MM2 = 0.15, 0.8
"""In a field of another pen so much of the ink is pale, and no less than this."""
_PALER, _CORE_PERCENT = 0.6, 10
"""Another pen's ink is so much paler, in its darkest tenth, than the page's dark ink: a thin stroke
of that has soft edges, too."""
_TRACES_MM2 = 0.6


def find_other_pens(clean: CleanPage, zones: tuple[Zone, ...]) -> tuple[Finding, ...]:
    """A finding for each field of a form written in dark ink that holds paler writing; who signs
    may do so with another pen."""
    fields = list(_fields(tuple(zone for zone in zones if zone.drawn is Drawn.MARK)))
    pale_mm2 = [_mm2(clean.pale, box) for _, box in fields]
    ink_mm2 = [_mm2(clean.ink, box) for _, box in fields]
    if sum(pale_mm2) >= _PALE_PAGE * sum(ink_mm2):
        return ()
    paler = dict.fromkeys(
        field
        for (field, box), pale, ink in zip(fields, pale_mm2, ink_mm2, strict=True)
        if pale >= max(_LEAST_MM2, _PALE_FIELD * ink) and _is_paler(clean, box)
    )
    return tuple(Finding("one_pen", Severity.REVIEW, (field,)) for field in paler)


def find_traces(
    clean: CleanPage, zones: tuple[Zone, ...], lines: Sequence[WrittenLine]
) -> tuple[Finding, ...]:
    """A finding for each field that may hold writing, too pale to be told from the paper."""
    written = {line.field for line in lines}
    traced = dict.fromkeys(
        field
        for field, box in _fields(tuple(zone for zone in zones if zone.drawn is not Drawn.PICTURE))
        if field not in written and _mm2(clean.traces, box) >= _TRACES_MM2
        if _mm2(clean.ink, box) < _TRACES_MM2
    )
    return tuple(Finding("no_traces", Severity.REVIEW, (field,)) for field in traced)


def _fields(zones: tuple[Zone, ...]) -> Iterator[tuple[str, BoxMm]]:
    """Each line and check box with the field it belongs to."""
    for zone in zones:
        yield from ((line_field(zone, i), box) for i, box in enumerate(zone.lines))
        yield from ((zone.field, box) for box in zone.boxes.values())


def _is_paler(clean: CleanPage, box: BoxMm) -> bool:
    here = crop(clean.image, box)[crop(clean.pale, box) > 0]
    dark = clean.image[::2, ::2][(clean.ink[::2, ::2] > 0) & (clean.pale[::2, ::2] == 0)]
    if not dark.size:
        return True
    return bool(255 - np.percentile(here, _CORE_PERCENT) < _PALER * (255 - np.median(dark)))


def _mm2(mask: Mask, box: BoxMm) -> float:
    return cv2.countNonZero(crop(mask, box)) / PX_PER_MM**2
