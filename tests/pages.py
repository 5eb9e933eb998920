"""Filled pages for the tests, drawn by the product's own generator."""

from functools import cache

import numpy as np

from pipeline.forms.blank import PX_PER_MM, BlankPage, blank_pages, mm_to_raster
from pipeline.forms.schema import Form, load_form
from pipeline.french import sentence
from pipeline.geometry import Homography
from pipeline.paths import FORMS
from pipeline.records import AlignedPage, Finding, Gray, Page
from pipeline.simulate.contents import Filling, invent
from pipeline.simulate.draw import Leaf, choose_look, draw_page


@cache
def form() -> Form:
    return load_form(FORMS / "mais-2018-02-02")


@cache
def blanks() -> tuple[BlankPage, ...]:
    return blank_pages(form())


def fiche() -> BlankPage:
    return blanks()[1]


@cache
def drawn(style: str, seed: int) -> tuple[Leaf, Filling]:
    rng = np.random.default_rng([seed, 11])
    filling = invent(form(), rng, wrong_sums=0.0)
    return draw_page(form(), 2, filling, choose_look(rng, style), rng), filling


def page(image: Gray, *, number: int = 1) -> Page:
    return Page(number, np.ascontiguousarray(image), 200.0)


def flat(image: Gray) -> AlignedPage:
    """An image that lies on the fiche's own raster already (8 px a mm)."""
    return AlignedPage(
        page=page(image),
        form_id=form().id,
        form_page=2,
        homography=Homography.from_matrix(np.linalg.inv(mm_to_raster(PX_PER_MM))),
        inliers=90,
        coverage=1.0,
        residual_mm=0.0,
    )


def words(finding: Finding) -> str:
    """What the secretary reads of a finding."""
    return sentence(finding, form().roles)
