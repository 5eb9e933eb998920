"""Whether a page is the empty back of a sheet, which a scanner sends along.

What is on it must be what any paper has: noise, dust, folds, the shadow along an edge. A few words
in pencil are writing. The page's own noise says how dark a stroke must be.
"""

import cv2
import numpy as np

from pipeline.paper.stray import SCALE, find_word
from pipeline.records import Gray, Mask, Page

_MM_PER_INCH = 25.4
_INK_TO_PAPER, _PRINTED_SHARE = 0.85, 0.015
"""Pixels darker than this share of the paper are ink; no empty page has so much of it."""
_DARKEST_PAPER = 100
_EDGE_MM = 8.0
"""Near the paper's edge lie staples, punched holes, shadows and the scanner's lid."""
_AROUND_MM = 5.0
"""The paper of a stroke is the median of what lies so near."""
_WORD_MM, _WORD_FILL = (3.0, 60.0), 0.25
"""How long a word is that was written without lifting the pen, and how much of its box is ink."""
_WORD_STROKES, _WORD_LINES_MM = 5, 0.5
"""So many strokes of such a word are cut by each line within so much of its height."""
_LEAST_CONTRAST, _NOISE_TO_INK = 0.07, 5.0
"""Ink is darker than the paper by this share of it, and by so many times the page's noise."""


def is_empty(page: Page) -> bool:
    """Whether nobody wrote on the page and nothing is printed on it."""
    paper, dark = _paper_and_dark(page.image)
    if paper < _DARKEST_PAPER or dark > _PRINTED_SHARE:
        return False
    ink = _ink(page, paper)
    return find_word(ink) is None and not _holds_joined_letters(ink)


def seems_empty(image: Gray) -> bool:
    """Whether next to nothing is darker than the rest of the page, whatever that is."""
    return _paper_and_dark(image)[1] <= _PRINTED_SHARE


def _holds_joined_letters(ink: Mask) -> bool:
    """Whether a word stands on the page that was written without lifting the pen.

    Lines across it cut its strokes many times; a hair, a staple or the ring of a cup, but where a
    line grazes it, thrice at most.
    """
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink)
    sides = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
    length_mm = sides.max(axis=1) / SCALE
    likely = (length_mm >= _WORD_MM[0]) & (length_mm <= _WORD_MM[1])
    likely &= stats[:, cv2.CC_STAT_AREA] >= _WORD_FILL * sides.prod(axis=1)
    for number in np.flatnonzero(likely):
        x, y, width, height, _ = stats[number]
        strokes = np.pad(labels[y : y + height, x : x + width] == number, 1)
        for along in (0, 1):
            entered = np.diff(strokes.astype(np.int8), axis=along) > 0
            crossed = entered.sum(axis=along) >= _WORD_STROKES
            if np.count_nonzero(crossed) >= _WORD_LINES_MM * SCALE:
                return True
    return False


def _paper_and_dark(image: Gray) -> tuple[float, float]:
    """How bright the paper is, and the share of pixels that are darker; edges do not count."""
    height, width = image.shape
    middle = image[height // 20 : -height // 20 : 4, width // 20 : -width // 20 : 4]
    paper = float(np.percentile(middle, 75))
    return paper, float((middle < _INK_TO_PAPER * paper).mean())


def _ink(page: Page, paper: float) -> Mask:
    """A mask of what is darker than the paper around it, ``SCALE`` px per mm."""
    factor = SCALE * _MM_PER_INCH / page.dpi
    small = cv2.resize(page.image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    around = cv2.medianBlur(small, round(_AROUND_MM * SCALE) | 1)
    darker = cv2.subtract(around, small)
    edge = round(_EDGE_MM * SCALE)
    inner = darker[edge:-edge, edge:-edge]
    calm = inner[inner <= np.percentile(inner, 90)]
    noise = float(np.sqrt(np.mean(np.square(calm, dtype=float))))
    ink: Mask = np.zeros(small.shape, np.uint8)
    least = max(_LEAST_CONTRAST * paper, _NOISE_TO_INK * noise)
    ink[edge:-edge, edge:-edge][inner > least] = 255
    return ink
