"""The strokes of a mask are measured as OpenCV measures them."""

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipeline.paper.components import find_components
from pipeline.records import Mask

_MASKS = arrays(
    np.uint8,
    st.tuples(st.integers(1, 12), st.integers(1, 12)),
    elements=st.sampled_from((np.uint8(0), np.uint8(255))),
)


@given(_MASKS)
def test_strokes_are_measured_as_by_opencv(ink: Mask) -> None:
    _, labels, stats, middles = cv2.connectedComponentsWithStats(ink)
    seen_labels, seen_stats, seen_middles = find_components(ink)
    np.testing.assert_array_equal(seen_labels, labels)
    np.testing.assert_array_equal(seen_stats[1:], stats[1:])
    np.testing.assert_array_equal(seen_middles[1:], middles[1:])


def test_the_paper_has_the_box_of_the_whole_mask() -> None:
    ink = np.zeros((4, 6), np.uint8)
    ink[0] = 255
    _, stats, _ = find_components(ink)
    np.testing.assert_array_equal(stats[0], [0, 0, 6, 4, 18])


def test_a_mask_without_a_pixel_is_all_paper() -> None:
    """OpenCV ends the process at it."""
    labels, stats, middles = find_components(np.zeros((0, 5), np.uint8))
    assert (labels.shape, len(stats), len(middles)) == ((0, 5), 1, 1)
