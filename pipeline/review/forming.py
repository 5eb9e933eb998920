"""Open the blank of a new form, draft it and draw its pages: only ever done in a guarded child."""

import io
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from PIL import Image

from pipeline.config import Settings
from pipeline.drafting.snapping import Edges, edges_of
from pipeline.errors import DocumentError, TooLargeError
from pipeline.intake.filekind import Kind, kind_of, refusal
from pipeline.intake.ingest import open_pages
from pipeline.records import Rejection, Source

_MM_PER_PT = 25.4 / 72
_PX_PER_MM = 6.0
"""Enough to see hairlines when a page is enlarged twice."""
_MOST_PAGES = 12
_QUALITY = 85


@dataclass(frozen=True, slots=True)
class Bring:
    """A file that somebody brings, to be made the blank of a form: a PDF as it is, a picture as a
    page of one. The answer is True."""

    path: Path
    blank: Path


@dataclass(frozen=True, slots=True)
class Draft:
    """A blank of which a form is to be drafted by ``drafter``, ``module:function``, which takes the
    blank and the form's id. The answer is ``Drafted``."""

    blank: Path
    form_id: str
    drafter: str


@dataclass(frozen=True, slots=True)
class Drafted:
    """A form's file, and what is doubtful in it: by field, why (French)."""

    text: str
    doubts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Show:
    """A page of a blank to be drawn; the answer is a ``Sheet``."""

    blank: Path
    page: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of a blank as a JPEG, in mm, of a file with so many ``pages``; where its print may
    be snapped to."""

    jpeg: bytes
    width_mm: float
    height_mm: float
    pages: int
    edges: Edges


def work(task: Bring | Draft | Show, settings: Settings) -> Any:
    """The answer to a task. Raises DocumentError (French)."""
    if isinstance(task, Bring):
        return _bring(task, settings)
    if isinstance(task, Draft):
        text, doubts = resolve_name(task.drafter)(task.blank, task.form_id)
        return Drafted(text, dict(doubts))
    return _shown(task)


def drafted(blank: Path, form_id: str) -> tuple[str, dict[str, str]]:
    """The file of a form that is drafted of its blank, and what is doubtful, by field."""
    draft = resolve_name("pipeline.drafting.draft:draft")(blank, form_id=form_id)
    text: str = resolve_name("pipeline.drafting.write:toml_of")(draft)
    return text, {zone.field: zone.why for zone in draft.asked if zone.why}


def _bring(task: Bring, settings: Settings) -> bool:
    with task.path.open("rb") as file:
        kind = kind_of(file, task.path.name)
    if kind not in (Kind.PDF, Kind.IMAGE):
        raise refusal(kind)
    with closing(open_pages(Source(task.path.name, task.path, ""), settings)) as pages:
        if pages.count > _MOST_PAGES:
            raise TooLargeError(
                f"Ce fichier a {pages.count} pages\u00a0: un formulaire vierge en a "
                f"{_MOST_PAGES} au plus."
            )
        if kind is Kind.PDF:
            task.blank.write_bytes(task.path.read_bytes())
            return True
        drawn = [pages.page(number) for number in range(1, pages.count + 1)]
    refused = next((page for page in drawn if isinstance(page, Rejection)), None)
    if refused is not None:
        raise DocumentError(refused.message)
    kept = [page for page in drawn if not isinstance(page, Rejection)]
    first, *others = [Image.fromarray(page.image) for page in kept]
    first.save(task.blank, "PDF", resolution=kept[0].dpi, save_all=True, append_images=others)
    return True


def _shown(task: Show) -> Sheet:
    """As readers of forms draw it: with what form fields show."""
    try:
        with closing(pdfium.PdfDocument(str(task.blank))) as document:
            document.init_forms()
            if not 1 <= task.page <= len(document):
                raise DocumentError(f"Ce formulaire n'a pas de page {task.page}.")
            page = document[task.page - 1]
            width_mm, height_mm = (side * _MM_PER_PT for side in page.get_size())
            drawn = page.render(scale=_PX_PER_MM * _MM_PER_PT, grayscale=True)
            image = np.ascontiguousarray(drawn.to_numpy().squeeze())
            count = len(document)
    except pdfium.PdfiumError as err:
        raise DocumentError("Le PDF de ce formulaire ne peut pas être ouvert.") from err
    encoded = io.BytesIO()
    Image.fromarray(image).save(encoded, "JPEG", quality=_QUALITY)
    edges = edges_of(image, _PX_PER_MM)
    return Sheet(encoded.getvalue(), width_mm, height_mm, count, edges)
