"""Writing outside the zones is seen on every page of a form alike."""

from dataclasses import replace

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.forms.zone import Area
from pipeline.paper import stray
from pipeline.paper.dropout import CleanPage
from pipeline.records import Mask
from tests.pages import fiche


def _outside(ink: Mask) -> Mask:
    return stray._outside_zones(CleanPage(ink, ink, ink, ink, ink), fiche())


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_only_what_lies_off_print_zones_and_edges_is_searched(seed: int) -> None:
    blank = fiche()
    high, wide = blank.image.shape
    spots = np.random.default_rng(seed).random((high // 2, wide // 2))
    half = np.where(spots < 0.1, np.uint8(255), np.uint8(0))
    ink = np.zeros((high, wide), np.uint8)
    ink[: high // 2 * 2, : wide // 2 * 2] = half.repeat(2, axis=0).repeat(2, axis=1)
    everything = _outside(np.full_like(ink, 255))
    np.testing.assert_array_equal(_outside(ink), np.minimum(half, everything))
    for zone in blank.form.zones_of(blank.number):
        for box in zone.lines:
            x, y = box.x + box.w / 2, box.y + box.h / 2
            assert not everything[round(y * stray.SCALE), round(x * stray.SCALE)]


def test_writing_in_an_area_that_nobody_reads_is_no_stray_ink() -> None:
    ink = np.zeros(fiche().image.shape, np.uint8)
    x, y = 125, 10  # mm
    for n in range(4):
        cv2.putText(ink, "vu", (int((x + 12 * n) * 8), (y + 6) * 8), 0, 2.0, 255, 5)
    clean = CleanPage(ink, ink, ink, ink, ink)
    (finding,) = stray.find_stray_ink(clean, fiche())
    assert finding.rule == "no_stray_ink"
    area = Area(kind="ignore", page=2, boxes_mm=((x, y - 5, 55, 15),))
    for page, seen in ((1, 1), (2, 0)):
        areas = (area.model_copy(update={"page": page}),)
        blank = replace(fiche(), form=fiche().form.model_copy(update={"areas": areas}))
        assert len(stray.find_stray_ink(clean, blank)) == seen


def test_where_to_search_is_worked_out_once_for_a_blank() -> None:
    ink = np.zeros(fiche().image.shape, np.uint8)
    _outside(ink)
    before = stray._searched.cache_info().misses
    _outside(ink)
    assert stray._searched.cache_info().misses == before
