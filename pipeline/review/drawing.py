"""Open documents for the review and draw their pages: only ever done in a guarded child."""

import io
import logging
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import count
from typing import Any

import cv2
import numpy as np
from PIL import Image

from pipeline.config import Settings
from pipeline.engines import EngineLine
from pipeline.errors import AlignmentError, DocumentError, PipelineError, bug_place
from pipeline.forms.blank import PX_PER_MM, mm_to_raster
from pipeline.geometry import BoxMm
from pipeline.intake.ingest import open_pages
from pipeline.language import tr
from pipeline.parts import Stretch
from pipeline.process import read_forms
from pipeline.process import work as read_or_judge
from pipeline.reading.page import Context, align_page, context, find_blank
from pipeline.reading.unknown_page import as_drawn
from pipeline.records import AlignedPage, Gray, Outcome, Page, Rejection
from pipeline.review.pictures import MM_PER_INCH, Count, Draw, Drawn, resized

_QUALITY = 88
_DPI = (102, 304)
"""A page is drawn at 4 to 12 px a mm; in dots per inch, since a JPEG states whole ones."""
_AS_RECEIVED_PX = 3500
"""The longest side of a page drawn as received: A4 at 300 dpi."""

_log = logging.getLogger(__name__)


def work(task: Stretch | Outcome | Draw | Count, settings: Settings) -> Iterator[Any]:
    """``Drawn`` for a page to draw (with others where they came along), the count of pages, or what
    the work of a run makes of a document, read again.

    Each page that is read on the way has the time of an answer: None. Raises DocumentError
    (French), and PipelineError for what hinders every document.
    """
    if isinstance(task, Stretch | Outcome):
        yield from read_or_judge(task, settings)
        return
    try:
        if isinstance(task, Count):
            with closing(open_pages(task.source, settings)) as pages:
                yield pages.count
        elif task.number == 0:
            yield {(0, task.page): _as_received(_page(task, settings))}
        else:
            yield from _rectified(task, context(settings))
    except (PipelineError, MemoryError):
        raise
    except Exception as err:  # a bug costs one picture; its own words may quote the document
        where = bug_place(err)
        _log.error(
            "%s", tr("{document}: bug ({place})", document=task.source.document, place=where)
        )
        raise DocumentError(f"Erreur interne ({where}) : cette page ne peut être montrée.") from err


def _page(task: Draw, settings: Settings) -> Page:
    with closing(open_pages(task.source, settings)) as pages:
        if not 1 <= task.page <= pages.count:
            raise DocumentError(f"Ce document n'a pas de page {task.page}.")
        page = pages.page(task.page)
    if isinstance(page, Rejection):
        raise DocumentError(page.message)
    return page


def _as_received(page: Page) -> bytes:
    scale = min(1.0, _AS_RECEIVED_PX / max(page.image.shape))
    return _jpeg(resized(page.image, scale), round(page.dpi * scale))


def _rectified(task: Draw, ctx: Context) -> Iterator[Drawn | None]:
    """The only form on the page is the one that is meant; two sheets on one picture are told apart
    as a run does, by going through the whole document. Then all its pages come along."""
    page = _page(task, ctx.settings)
    try:
        aligned = align_page(page, ctx, task.source.placed)
    except AlignmentError:
        picture = as_drawn(page)  # of no known form: a run may have read it by its labels
        if picture is None:
            raise
        yield {(task.number, task.page): _jpeg(picture, round(PX_PER_MM * MM_PER_INCH))}
        return
    if len(aligned) == 1:
        yield {(task.number, task.page): _draw(aligned[0], ctx)}
        return
    unread = ctx.settings.model_copy(update={"without": ("second",)})
    blind = replace(ctx, engine=_Blind(), settings=unread)
    drawn: Drawn = {}
    numbers = count(1)
    for step in read_forms(Stretch(task.source), blind):
        for form in step.forms:
            number = next(numbers)
            drawn |= {(number, page.aligned.page.number): _draw(page.aligned, ctx) for page in form}
        yield None
    if (task.number, task.page) not in drawn:
        raise AlignmentError(
            f"La fiche n'est plus retrouvée à la page {task.page} : relancer la lecture du dossier."
        )
    yield drawn


class _Blind:
    """An engine that reads nothing: which lines are written on, and so which forms are filled in,
    is known before an engine reads them."""

    def read_lines(self, crops: Any) -> list[EngineLine]:
        return [EngineLine("", 0.0) for _ in crops]


def _draw(aligned: AlignedPage, ctx: Context) -> bytes:
    """The page on its form's paper, by one interpolation, about as fine as it was scanned."""
    blank = find_blank(ctx, aligned.form_id, aligned.form_page)
    paper = np.array([blank.width_mm, blank.height_mm])
    corners = aligned.homography.to_px(BoxMm(0, 0, *paper).corners())
    edges_px = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    finest = float((edges_px / np.tile(paper, 2)).max())
    dpi = int(np.clip(round(finest * MM_PER_INCH), *_DPI))
    px_per_mm = dpi / MM_PER_INCH
    image: Gray = cv2.warpPerspective(
        aligned.page.image,
        mm_to_raster(px_per_mm) @ aligned.homography.matrix,
        [round(side * px_per_mm) for side in paper],
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=255,
    )
    return _jpeg(image, dpi)


def _jpeg(image: Gray, dpi: int) -> bytes:
    """``dpi`` is what the JPEG states."""
    encoded = io.BytesIO()
    Image.fromarray(image).save(encoded, "JPEG", quality=_QUALITY, dpi=(dpi, dpi))
    return encoded.getvalue()
