"""Print stands on a straight line, as no hand writes; what was added by hand is told apart."""

import cv2
import numpy as np
import pytest

from pipeline.forms.zone import Zone
from pipeline.geometry import BoxMm
from pipeline.paper.lines import WrittenLine
from pipeline.paper.typed import typed_fields, unevenness_mm
from pipeline.records import Gray


def _typed(text: str = "Foyer des Tilleuls") -> Gray:
    image = np.full((60, 620), 255, np.uint8)
    cv2.putText(image, text, (10, 42), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 0, 2, cv2.LINE_AA)
    return image


def _wavy(image: Gray, px: float = 6) -> Gray:
    rows = np.arange(image.shape[0])[:, None]
    shift = (px * np.sin(np.arange(image.shape[1]) / 25)).round().astype(int)[None]
    return image[(rows + shift).clip(0, image.shape[0] - 1), np.arange(image.shape[1])[None]]


def _page(**images: Gray) -> list[WrittenLine]:
    """One line of writing in each field."""
    lines = []
    for field, image in images.items():
        zone = Zone(field=field, type="text", lines_mm=((0, 0, 90, 9),))
        lines.append(WrittenLine(zone, 0, BoxMm(0, 0, 80, 8), image))
    return lines


TYPED, WAVY, DIGIT, BLANK = _typed(), _wavy(_typed()), _typed("2"), np.full_like(_typed(), 255)


def test_letters_of_type_end_on_one_line_and_those_of_a_hand_do_not() -> None:
    even, uneven = unevenness_mm(TYPED), unevenness_mm(WAVY)
    assert even is not None
    assert uneven is not None
    assert even <= 0.1 < 0.2 < uneven


@pytest.mark.parametrize("few", [DIGIT, _typed("Luc"), BLANK])
def test_too_few_letters_tell_nothing(few: Gray) -> None:
    assert unevenness_mm(few) is None
    assert typed_fields(_page(a=few)) == frozenset()
    assert typed_fields([]) == frozenset()


def test_a_page_written_by_hand_holds_no_print() -> None:
    assert typed_fields(_page(a=WAVY, b=WAVY, c=DIGIT)) == frozenset()


def test_all_of_a_typed_page_is_print_the_short_lines_too() -> None:
    assert typed_fields(_page(a=TYPED, b=TYPED, c=DIGIT)) == {"a", "b", "c"}


def test_a_line_added_by_hand_to_a_typed_page_is_no_print() -> None:
    assert typed_fields(_page(a=TYPED, b=TYPED, c=DIGIT, d=WAVY)) == {"a", "b", "c"}


def test_a_line_that_is_a_little_uneven_is_print_among_print_and_not_among_hands() -> None:
    """Scanned type wavers; and some hands keep a line, too."""
    slightly = _wavy(TYPED, 1.7)
    mm = unevenness_mm(slightly)
    assert mm is not None
    assert 0.1 < mm <= 0.2
    assert typed_fields(_page(a=TYPED, b=TYPED, c=slightly)) == {"a", "b", "c"}
    assert typed_fields(_page(a=TYPED, b=WAVY, c=slightly)) == frozenset()


def test_where_as_many_lines_look_written_as_typed_none_is_taken_for_print() -> None:
    assert typed_fields(_page(a=TYPED, b=WAVY)) == frozenset()
