"""Text counts as shown where the page changes without it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.intake.pdfshown import Piece, layered, shows_writing, trace

GLYPH = (40.0, 40.0, 12.0, 16.0)


def page(*inked: tuple[int, int, int, int], grey: int = 0) -> np.ndarray:
    image = np.full((400, 300), 255, np.uint8)
    for x, y, w, h in inked:
        image[y : y + h, x : x + w] = grey
    return image


def shows(image: np.ndarray, without: np.ndarray, glyph=GLYPH) -> bool:
    return trace(image, without).shows([glyph], [glyph])[0]


def test_a_glyph_is_shown_where_its_ink_reaches_all_its_sides():
    assert shows(page((40, 40, 12, 16)), page())
    assert not shows(page((40, 40, 12, 8)), page())  # its lower half was covered
    assert not shows(page((40, 40, 6, 16)), page())


def test_ink_that_was_there_before_shows_nothing():
    assert not shows(page((40, 40, 12, 16)), page((40, 40, 12, 16)))


def test_next_to_nothing_is_nothing():
    assert not shows(page((40, 40, 12, 16), grey=240), page())
    assert shows(page((40, 40, 12, 16), grey=200), page())


def test_letters_of_a_tenth_of_a_point_are_not_read():
    assert not trace(page((40, 40, 1, 1)), page()).shows(
        [(40, 40, 0.3, 0.3)], [(40, 40, 0.3, 0.3)]
    )[0]


def test_what_lies_off_the_page_is_not_shown():
    image, bare = page((290, 40, 10, 16)), page()
    assert not shows(image, bare, (291.0, 40.0, 14.0, 16.0))
    assert not shows(image, bare, (-900.0, -900.0, 14.0, 16.0))


def test_text_over_other_ink_may_be_a_guess_about_it():
    beneath = page((44, 40, 12, 16))
    both = page((44, 40, 12, 16), (40, 40, 12, 16))
    assert trace(both, beneath).is_over_ink(GLYPH)
    assert not trace(page((40, 40, 12, 16)), page((40, 56, 12, 2))).is_over_ink(GLYPH)


def test_a_field_that_only_fills_its_box_shows_no_writing():
    box = (20.0, 20.0, 100.0, 40.0)
    dots = page(*((x, 40, 3, 3) for x in range(30, 110, 8)))
    assert not shows_writing(page((20, 20, 100, 40), grey=230), page(), box)
    assert not shows_writing(page(), dots, box)  # a white field over leader dots
    written = page((20, 20, 100, 40), grey=230)
    written[35:45, 40:60] = 20
    assert shows_writing(written, page(), box)


def test_text_typed_over_other_text_is_in_another_layer():
    old = Piece(1, "72", ((40, 40, 12, 16), (54, 40, 12, 16)))
    new = Piece(2, "84", ((42, 41, 12, 16), (56, 41, 12, 16)))
    beside = Piece(3, "x", ((70, 40, 12, 16),))
    assert layered([old, new, beside], (400, 300)) == [[1, 3], [2]]


def test_text_drawn_twice_to_embolden_it_shows_together():
    once = Piece(1, "Emma", tuple((40.0 + 14 * i, 40.0, 12.0, 16.0) for i in range(4)))
    again = Piece(2, "Emma", tuple((x + 0.8, y, w, h) for x, y, w, h in once.glyphs))
    assert layered([once, again], (400, 300)) == [[1, 2]]


boxes = st.tuples(*[st.floats(-50, 400), st.floats(-50, 450), st.floats(0, 80), st.floats(0, 80)])


@given(st.lists(st.lists(boxes, max_size=3), max_size=8))
def test_every_piece_is_in_one_layer(glyphs):
    pieces = [Piece(i, "x" * len(some), tuple(some)) for i, some in enumerate(glyphs)]
    layers = layered(pieces, (400, 300))
    assert sorted(key for keys in layers for key in keys) == list(range(len(pieces)))


@given(st.lists(boxes, min_size=1, max_size=5))
def test_any_box_can_be_asked_about(glyphs):
    assert trace(page(), page()).shows(glyphs, glyphs) == [False] * len(glyphs)
