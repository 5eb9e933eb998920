"""The empty back of a sheet is passed over; a few words on it are not."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from pipeline.paper.emptiness import is_empty, seems_empty
from pipeline.records import Gray, Page

DPI = 150
PX_PER_MM = DPI / 25.4


def px(length_mm: float) -> int:
    return round(length_mm * PX_PER_MM)


def back(*, paper: int = 238, noise: float = 3.0) -> np.ndarray:
    """An A4 sheet as a scanner sees it, a little darker to one side."""
    grain = np.random.default_rng(8).normal(0, noise, (px(297), px(210)))
    return paper + grain - np.linspace(0, 12, px(210))[None]


def gray(image: np.ndarray) -> Gray:
    return np.clip(image, 0, 255).astype(np.uint8)


def page(image: np.ndarray) -> Page:
    return Page(2, gray(image), float(DPI))


def write(image: np.ndarray, text: str, *, ink: int, cap_mm: float = 3.0) -> None:
    words = np.zeros(image.shape, np.uint8)
    size = px(cap_mm) / 22
    cv2.putText(words, text, (px(40), px(90)), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, size, 255, 2)
    image[words > 0] = ink


def dusty(image: np.ndarray) -> None:
    rng = np.random.default_rng(4)
    for x, y in rng.uniform(0.05, 0.95, (80, 2)):
        centre = (round(x * px(210)), round(y * px(297)))
        cv2.circle(image, centre, int(rng.integers(1, px(0.7))), 40, -1)


def folded(image: np.ndarray) -> None:
    cv2.line(image, (0, px(99)), (px(210), px(101)), 195, 2)
    image[px(100) :] -= 9


def punched(image: np.ndarray) -> None:
    for y in (108, 188):
        cv2.circle(image, (px(7), px(y)), px(2.75), 60, -1)


def stapled(image: np.ndarray) -> None:
    cv2.line(image, (px(12), px(14)), (px(20), px(17)), 90, 3)


def stained(image: np.ndarray) -> None:
    cv2.circle(image, (px(120), px(180)), px(32), 190, px(1.6))


def shadowed(image: np.ndarray) -> None:
    image[:, : px(4)] = 40
    image -= np.linspace(20, 0, px(210))[None]


def hairy(image: np.ndarray) -> None:
    cv2.ellipse(image, (px(60), px(220)), (px(6), px(3)), 20, 0, 230, 110, 1)


def shining_through(image: np.ndarray) -> None:
    """The print of the other side, mirrored and blurred."""
    front = np.zeros(image.shape, np.uint8)
    for n in range(14):
        cv2.putText(front, "Fiche d'inscription", (px(20), px(40 + 12 * n)), 0, 1.0, 255, 2)
    image -= 0.05 * cv2.GaussianBlur(front[:, ::-1], (0, 0), 2.0)


PAPER: tuple[Callable[[np.ndarray], None], ...] = (
    dusty,
    folded,
    punched,
    stapled,
    stained,
    shadowed,
    hairy,
    shining_through,
)


@pytest.mark.parametrize("what", PAPER)
def test_what_any_paper_has_is_no_writing(what) -> None:
    image = back()
    what(image)
    assert is_empty(page(image))
    assert is_empty(page(np.where(image > 140, 255, 0)))  # scanned in black and white


@pytest.mark.parametrize("ink", [30, 110, 165, 195])
@pytest.mark.parametrize("noise", [0.0, 3.0])
def test_a_few_words_are_writing_in_any_ink(ink, noise) -> None:
    image = back(noise=noise)
    write(image, "un repas en moins", ink=ink)
    assert not is_empty(page(image))
    assert seems_empty(gray(image))


@pytest.mark.parametrize("what", PAPER)
def test_words_are_seen_beside_what_any_paper_has(what) -> None:
    image = back()
    what(image)
    write(image, "Paul ne vient pas", ink=100)
    assert not is_empty(page(image))


def test_one_word_in_joined_letters_is_writing() -> None:
    image = back()
    points = [(px(50 + x / 4), px(80 + 1.6 * np.sin(x))) for x in np.arange(0, 44, 0.3)]
    cv2.polylines(image, [np.array(points, np.int32)], False, 120, 2)
    assert not is_empty(page(image))


def test_a_small_note_is_seen_at_any_resolution() -> None:
    image = back()
    write(image, "2 repas de moins", ink=90, cap_mm=2.5)
    for scale in (0.7, 2.0):
        other = cv2.resize(gray(image), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        assert not is_empty(Page(2, other, DPI * scale))


@pytest.mark.parametrize("level", [0, 60, 128])
def test_a_page_that_is_no_paper_is_not_called_empty(level) -> None:
    dark = np.full((px(297), px(210)), level, np.uint8)
    assert seems_empty(dark)
    assert is_empty(Page(1, dark, float(DPI))) == (level == 128)
