"""Whether a page is the empty back of a sheet, which a scanner sends along.

What is on it must be what any paper has: noise, dust, folds, the shadow along an edge. A few words
in pencil are writing. The page's own noise says how dark a stroke must be.
"""

import cv2
import numpy as np

from pipeline.records import Gray, Page
from pipeline.stages.stray import SCALE, find_word

_MM_PER_INCH = 25.4
_INK_TO_PAPER, _PRINTED_SHARE = 0.85, 0.015
"""Pixels darker than this share of the paper are ink; no empty page has so much of it."""
_DARKEST_PAPER = 100
_EDGE_MM = 8.0
"""Near the paper's edge lie staples, punched holes, shadows and the scanner's lid."""
_AROUND_MM = 5.0
"""The paper of a stroke is the median of what lies so near."""
_LEAST_CONTRAST, _NOISE_TO_INK = 0.07, 5.0
"""Ink is darker than the paper by this share of it, and by so many times the page's noise."""


def is_empty(page: Page) -> bool:
    """Whether nobody wrote on the page and nothing is printed on it."""
    paper = _paper(_middle(page.image))
    if paper < _DARKEST_PAPER or not seems_empty(page.image):
        return False
    return find_word(_ink(page, paper)) is None


def seems_empty(image: Gray) -> bool:
    """Whether next to nothing is darker than the rest of the page, whatever that is."""
    middle = _middle(image)
    return bool((middle < _INK_TO_PAPER * _paper(middle)).mean() < _PRINTED_SHARE)


def _middle(image: Gray) -> Gray:
    """Some pixels of the page, but of its edges."""
    height, width = image.shape
    return image[height // 20 : -height // 20 : 4, width // 20 : -width // 20 : 4]


def _paper(middle: Gray) -> float:
    return float(np.percentile(middle, 75))


def _ink(page: Page, paper: float) -> Gray:
    """A mask of what is darker than the paper around it, ``SCALE`` px per mm."""
    factor = SCALE * _MM_PER_INCH / page.dpi
    small = cv2.resize(page.image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    around = cv2.medianBlur(small, round(_AROUND_MM * SCALE) | 1)
    darker = cv2.subtract(around, small)
    edge = round(_EDGE_MM * SCALE)
    inner = darker[edge:-edge, edge:-edge]
    calm = inner[inner <= np.percentile(inner, 90)]
    noise = float(np.sqrt(np.mean(np.square(calm, dtype=float))))
    ink = np.zeros_like(small)
    least = max(_LEAST_CONTRAST * paper, _NOISE_TO_INK * noise)
    ink[edge:-edge, edge:-edge][inner > least] = 255
    return ink
