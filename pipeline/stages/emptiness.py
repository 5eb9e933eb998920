"""Whether nothing is written on a page."""

import numpy as np

from pipeline.records import Page

_INK_TO_PAPER, _EMPTY_PAGE_INK = 0.85, 0.001


def is_empty(page: Page) -> bool:
    height, width = page.image.shape
    middle = page.image[height // 20 : -height // 20 : 4, width // 20 : -width // 20 : 4]
    paper = float(np.percentile(middle, 75))
    return paper > 100 and float((middle < _INK_TO_PAPER * paper).mean()) < _EMPTY_PAGE_INK
