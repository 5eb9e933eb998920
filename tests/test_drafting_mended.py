"""Lines of a picture that are seen in pieces."""

import numpy as np

from pipeline.drafting.mended import mended, thinned
from pipeline.drafting.records import Print
from pipeline.geometry import BoxMm
from pipeline.records import Gray

PX_PER_MM = 8.0
PIECES = [BoxMm(20, 50, 30, 0.4), BoxMm(57, 50.1, 25, 0.4)]


def paper(*, gap: int = 255, letters: int = 255) -> Gray:
    """Noisy paper with two pieces of a line, and what is in the gap between them, and above."""
    rng = np.random.default_rng(7)
    page = np.full((600, 800), 250.0)
    for box, value in (
        *((piece, 150) for piece in PIECES),
        (BoxMm(50, 50, 7, 0.4), gap),
        (BoxMm(52, 47.6, 2, 1.5), letters),
    ):
        y, x = round(box.y * PX_PER_MM), round(box.x * PX_PER_MM)
        page[y : y + round(box.h * PX_PER_MM), x : x + round(box.w * PX_PER_MM)] = value
    return np.clip(page + rng.normal(0, 4, page.shape), 0, 255).astype(np.uint8)


def runs(even: Gray, *words: Print) -> list[BoxMm]:
    return mended([], PIECES, words, even=even, px_per_mm=PX_PER_MM)[1]


def test_a_gap_with_a_faint_line_in_it_is_none() -> None:
    (whole,) = runs(paper(gap=215))
    assert abs(whole.x - 20) < 0.1
    assert abs(whole.right - 82) < 0.1


def test_two_lines_stay_two_where_nothing_is_between_them() -> None:
    assert len(runs(paper())) == 2


def test_a_word_between_two_lines_parts_them() -> None:
    word = Print("à", BoxMm(52, 47, 2, 3), 3.5)
    assert len(runs(paper(gap=215), word)) == 2


def test_letters_that_nobody_could_read_part_them_too() -> None:
    assert len(runs(paper(gap=215, letters=40))) == 2


def test_a_rule_that_leans_is_as_thin_as_it_is_drawn() -> None:
    ink = np.zeros((600, 800), np.uint8)
    for x in range(80, 720):
        y = 400 + (x - 80) // 64
        ink[y : y + 3, x] = 255
    rule = thinned(BoxMm(10, 50, 80, 13 / 8), ink, PX_PER_MM)
    assert rule.h < 0.6
    assert abs(rule.y + rule.h / 2 - (50 + 13 / 16)) < 0.1
