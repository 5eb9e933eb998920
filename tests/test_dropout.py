"""The form's own print goes, what was written stays."""

import cv2
import numpy as np
import pytest

from pipeline.forms.blank import PX_PER_MM
from pipeline.geometry import BoxMm
from pipeline.paper.align import align_all, upright
from pipeline.paper.dropout import crop, drop_print
from pipeline.records import Gray
from tests.pages import blanks, drawn, fiche, flat, page

_ZONES = BoxMm(11, 26, 100, 165)


def _with_stroke(start_mm: tuple[float, float], end_mm: tuple[float, float]) -> tuple[Gray, Gray]:
    """The blank with a pen stroke 0.5 mm wide, and the stroke alone."""
    alone = np.full_like(fiche().image, 255)
    points = [tuple(round(v * PX_PER_MM) for v in p) for p in (start_mm, end_mm)]
    cv2.line(alone, *points, 0, round(0.5 * PX_PER_MM))
    return np.minimum(fiche().image, alone), alone


def test_an_unwritten_form_leaves_no_ink() -> None:
    assert cv2.countNonZero(drop_print(flat(fiche().image), fiche()).ink) == 0


@pytest.mark.parametrize("style", ["typed", "fax"])
def test_a_captured_form_keeps_no_leader_dots_where_nobody_wrote(style: str) -> None:
    leaf, filling = drawn(style, 5)
    image = leaf.image if leaf.image.ndim == 2 else cv2.cvtColor(leaf.image, cv2.COLOR_RGB2GRAY)
    clean = drop_print(upright(align_all(page(image), blanks())[0]), fiche())
    empty = BoxMm(14, 114, 94, 14)  # below the last line for names: nothing but paper
    line = BoxMm(14, 111.5, 94, 1.8)  # the last line's dots
    assert len(filling.fields["personnes"]) < 4, "take a seed that leaves the last line empty"
    assert cv2.countNonZero(crop(clean.ink, empty)) < 12
    assert cv2.countNonZero(crop(clean.ink, line)) < 12
    assert np.median(crop(clean.clean, line)) > 230


@pytest.mark.parametrize(
    ("start", "end"),
    [((60.0, 80.0), (60.0, 89.0)), ((50.0, 82.0), (56.0, 89.0)), ((40.0, 85.0), (90.0, 85.8))],
    ids=["upright", "slanted", "along the dots"],
)
def test_a_stroke_that_crosses_the_dots_stays_whole(
    start: tuple[float, float], end: tuple[float, float]
) -> None:
    image, alone = _with_stroke(start, end)
    ink = drop_print(flat(image), fiche()).ink
    stroke = alone < 128
    assert (ink[stroke] > 0).mean() > 0.9
    assert cv2.countNonZero(ink) < 1.25 * np.count_nonzero(stroke)


def test_shadow_and_grey_paper_become_white() -> None:
    shade = np.linspace(0.45, 1.0, fiche().image.shape[1])
    image = (fiche().image * shade).astype(np.uint8)
    clean = drop_print(flat(image), fiche())
    assert np.median(clean.image[200:1400, 40:80]) > 240
    assert cv2.countNonZero(crop(clean.ink, _ZONES)) == 0


def test_a_scanners_salt_and_pepper_is_not_ink() -> None:
    rng = np.random.default_rng(3)
    image = fiche().image.copy()
    image[rng.random(image.shape) < 0.002] = 0
    clean = drop_print(flat(image), fiche())
    assert cv2.countNonZero(crop(clean.ink, BoxMm(14, 115, 94, 12))) < 10


def test_a_tiny_mark_is_ink_above_a_letter_and_noise_elsewhere() -> None:
    image = fiche().image.copy()
    cv2.circle(image, (400, 960), 9, 0, 3)  # an o, 3 mm high
    at_accent, elsewhere = (slice(944, 946), slice(402, 404)), (slice(944, 946), slice(480, 482))
    image[at_accent] = image[elsewhere] = 0
    ink = drop_print(flat(image), fiche()).ink
    assert (ink[at_accent] > 0).all()
    assert not ink[elsewhere].any()
