"""A signature or a ring is its place's own, however far it runs; what others wrote is not."""

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.geometry import BoxMm
from pipeline.paper.roaming import roaming_boxes, roaming_strokes
from pipeline.records import Mask
from tests.options import MEALS, PHOTO, SIGNED, WORDS, options_form

_BOX = BoxMm(40.0, 40.0, 40.0, 20.0)
_SCALE = 4.0


def _ink(*lines_mm: tuple[tuple[float, float], ...]) -> Mask:
    ink = np.zeros((480, 640), np.uint8)
    for line in lines_mm:
        points = np.round(np.array(line) * _SCALE).astype(np.int32)
        cv2.polylines(ink, [points], False, 255, 2)
    return ink


def _own(ink: Mask, *, gap_mm: float = 0.0) -> Mask:
    return roaming_strokes(ink, [_BOX], _SCALE, gap_mm=gap_mm)


def test_a_stroke_that_begins_in_the_box_is_its_own_to_the_end() -> None:
    stroke = _ink(((50, 50), (79, 52), (118, 58)))
    np.testing.assert_array_equal(_own(stroke), stroke)


def test_a_line_that_only_grazes_the_box_is_not_its_own() -> None:
    assert not _own(_ink(((10, 58), (42, 58)))).any()


def test_what_hangs_together_with_a_signature_is_its_own() -> None:
    signature, flourish = ((50, 50), (79, 52), (90, 55)), ((91.5, 56), (110, 62))
    ink = _ink(signature, flourish)
    np.testing.assert_array_equal(_own(ink, gap_mm=2.5), ink)
    np.testing.assert_array_equal(_own(ink), _ink(signature))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_no_ink_is_made_and_none_far_away_is_taken(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lines = [tuple(map(tuple, rng.uniform((5, 5), (150, 115), (3, 2)))) for _ in range(4)]
    ink = _ink(*lines)
    own = _own(ink, gap_mm=2.0)
    assert not (own & ~ink).any()
    far = _ink(((5, 5), (30, 5)))
    assert not _own(far).any()


def test_signatures_photos_and_words_roam_and_check_boxes_do_not() -> None:
    zones = options_form().zones
    places = {BoxMm(*box) for box in (SIGNED, PHOTO, *WORDS.values(), *MEALS.values())}
    assert set(roaming_boxes(zones)) == places
    around = roaming_boxes(zones, beside=True)
    assert BoxMm(*SIGNED) in around
    assert BoxMm(*WORDS["oui"]).grown(5.0, 4.0) in around
