"""A page of no known form, read by its labels: all of it goes to a person.

The form is drafted on the filled page itself; its print is the page less what stands in its places.
So the page fits its form exactly, and is read like any other.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.drafting.filled import Filled, filled, upright
from pipeline.drafting.write import toml_of
from pipeline.errors import EngineError, StalledError
from pipeline.fields import Means, means
from pipeline.forms.blank import (
    PX_PER_MM,
    BlankPage,
    Features,
    Patch,
    Word,
    mm_to_raster,
    print_distances,
)
from pipeline.forms.schema import Form
from pipeline.forms.unknown import UNKNOWN, described, roles_of
from pipeline.geometry import Homography
from pipeline.paper.dropout import CleanPage, drop_print
from pipeline.paper.quality import quality_of
from pipeline.reading.extract import doubted_by_ink
from pipeline.reading.page import Context, read_writing
from pipeline.reading.rows import rows_written
from pipeline.reading.text_layer import hidden_text, text_layer_lines
from pipeline.records import AlignedPage, Finding, Gray, Page, Registration, Severity

_RULE = "no_known_form"
_LEAST_SAID, _NAMES = 2, (Means.PERSON, Means.SURNAME, Means.GIVEN_NAME)


@dataclass(frozen=True, slots=True, eq=False)
class SeenBlank(BlankPage):
    """What a filled page shows of its form's blank."""

    picture: Gray
    from_any_px: NDArray[np.uint8]
    from_dark_px: NDArray[np.uint8]
    print_words: tuple[Word, ...]

    @property
    def image(self) -> Gray:
        return self.picture

    @property
    def from_print_px(self) -> NDArray[np.uint8]:
        return self.from_any_px

    @property
    def from_dark_print_px(self) -> NDArray[np.uint8]:
        return self.from_dark_px

    @property
    def from_sure_print_px(self) -> NDArray[np.uint8]:
        return self.from_any_px

    @property
    def patches(self) -> tuple[Patch, ...]:
        return ()

    @property
    def words(self) -> tuple[Word, ...]:
        return self.print_words


@dataclass(frozen=True, slots=True, eq=False)
class Strange:
    """A fiche of no known form. ``is_answered``: people are named on lines or in frames that are
    there for that, as on no flyer."""

    registration: Registration
    clean: CleanPage
    is_answered: bool


def read_unknown(page: Page, ctx: Context) -> Strange | None:
    """The fiche that a page of no known form is; None where its labels tell of none, or nobody
    wrote on it."""
    if page.drawn or not page.whole:
        return None
    try:
        on_page = filled(page, form_id=UNKNOWN)
    except (EngineError, StalledError):
        return None
    text = toml_of(on_page.draft) if on_page else ""
    form = described(text) if on_page else None
    if on_page is None or form is None:
        return None
    aligned, blank = _aligned(page, on_page, form)
    clean = drop_print(aligned, blank)
    zones = form.zones_of(1)
    held = text_layer_lines(aligned, blank)
    writing = read_writing(clean, zones, held, ctx, page=page.number)
    if not (writing.lines or held):
        return None
    every = tuple(dict.fromkeys(zone.field for zone in zones))
    findings = doubted_by_ink(writing.readings, writing.lines, writing.seen, held)
    findings += hidden_text(aligned, blank)
    registration = Registration(
        form_id=UNKNOWN,
        page=page.number,
        readings=rows_written(writing.readings, blank),
        findings=(Finding(_RULE, Severity.REVIEW, every), *findings),
        roles=roles_of(form, text),
        quality=quality_of(aligned),
    )
    return Strange(registration, clean, _is_answered(registration, on_page.lined))


def _is_answered(registration: Registration, lined: Collection[str]) -> bool:
    said = [
        means(reading.type)
        for reading in registration.readings
        if reading.text and reading.field.partition(".")[0] in lined
    ]
    return len(said) >= _LEAST_SAID and any(each in _NAMES for each in said)


def as_drawn(page: Page) -> Gray | None:
    """The page of an unknown form as its places are stated, at ``PX_PER_MM``.

    Raises EngineError or StalledError.
    """
    leaf = upright(page)
    return leaf.picture if leaf else None


def _aligned(page: Page, on_page: Filled, form: Form) -> tuple[AlignedPage, SeenBlank]:
    straight = replace(page, image=on_page.picture, dpi=PX_PER_MM * 25.4, runs=on_page.runs)
    to_mm = np.asarray(np.linalg.inv(mm_to_raster(PX_PER_MM)), np.float64)
    frame = Homography.from_matrix(to_mm)
    aligned = AlignedPage(straight, UNKNOWN, 1, frame, inliers=0, coverage=1.0, residual_mm=0.0)
    any_px, dark_px = print_distances(on_page.print_)
    sheet, nothing = on_page.sheet, np.zeros(0, np.float32)
    features = Features(nothing.reshape(0, 2), np.zeros((0, 32), np.uint8), nothing, nothing)
    size = (sheet.width_mm, sheet.height_mm)
    words = tuple(Word(word.text.removesuffix(" :"), (word.box_mm,)) for word in sheet.words)
    blank = SeenBlank(form, 1, *size, features, on_page.print_, any_px, dark_px, words)
    return aligned, blank
