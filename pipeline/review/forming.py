"""Open the blank of a new form, draft it and draw its pages: only ever done in a guarded child."""

import io
import logging
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from PIL import Image

from pipeline.config import Settings
from pipeline.drafting.draft import draft_of
from pipeline.drafting.edition import next_edition
from pipeline.drafting.filled import filled
from pipeline.drafting.shared import MOST_COPIES, shared_print
from pipeline.drafting.sheets import leaves, write_blank
from pipeline.drafting.snapping import Edges, edges_of
from pipeline.drafting.write import toml_of
from pipeline.errors import BugError, DocumentError, PipelineError, TooLargeError, bug_place
from pipeline.forms.blank import PX_PER_MM
from pipeline.intake.filekind import Kind, kind_of, refusal
from pipeline.intake.ingest import open_pages
from pipeline.language import tr
from pipeline.records import Page, Source

_log = logging.getLogger(__name__)
_MM_PER_PT, _MM_PER_INCH = 25.4 / 72, 25.4
_PX_PER_MM = 6.0
"""Enough to see hairlines when a page is enlarged twice."""
_MOST_PAGES = 12
_QUALITY = 85


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that somebody brings: ``drafter``, ``module:function``, is given it, the id of the new
    form, and where its blank is to be written. The answer is the text of the form's file."""

    path: Path
    blank: Path
    form_id: str
    drafter: str


@dataclass(frozen=True, slots=True)
class Renew:
    """The blank ``path`` of the next edition of a form, whose file says ``text`` and whose blank is
    ``known``; the new form is called ``form_id``, and its blank is written to ``blank``. The answer
    is the text of its file."""

    path: Path
    blank: Path
    form_id: str
    text: str
    known: Path
    edition_of: str


@dataclass(frozen=True, slots=True)
class Share:
    """Filled copies of a form that nobody has described, each a document and its page; what they
    share is drafted as a ``Draft`` is. The answer is the text of the form's file."""

    copies: tuple[tuple[Source, int], ...]
    blank: Path
    form_id: str
    drafter: str


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


def work(task: Draft | Renew | Share | Show, settings: Settings) -> Any:
    """The answer to a task. Raises DocumentError (French)."""
    if isinstance(task, Show):
        return _shown(task)
    try:
        if isinstance(task, Share):
            return _shared(task, settings)
        _check(task.path, settings)
        if isinstance(task, Renew):
            return _renewed(task)
        return resolve_name(task.drafter)(task.path, task.blank, task.form_id)
    except (PipelineError, MemoryError):
        raise
    except Exception as err:  # its own words may quote the document
        where = bug_place(err)
        _log.error("%s", tr("{document}: bug ({place})", document=_name(task), place=where))
        raise BugError(f"Erreur interne ({where}). Signalez-la.") from err


def _name(task: Draft | Renew | Share) -> str:
    return task.copies[0][0].document if isinstance(task, Share) else task.path.name


def _shared(task: Share, settings: Settings) -> Any:
    copies = []
    for source, number in task.copies[:MOST_COPIES]:
        with closing(open_pages(source, settings)) as pages:
            page = pages.page(number) if number <= pages.count else None
        if isinstance(page, Page) and (on_page := filled(page, form_id=task.form_id)):
            copies.append(on_page)
    if not copies:
        raise DocumentError("Ces fiches ne sont plus là\u00a0: relancer la lecture du dossier.")
    with TemporaryDirectory(prefix="fiches-") as folder:
        path = Path(folder) / f"{task.form_id}.png"
        dpi = PX_PER_MM * _MM_PER_INCH
        copies.sort(key=lambda copy: copy.written)
        shared = shared_print([copy.print_ for copy in copies])
        Image.fromarray(shared).save(path, dpi=(dpi, dpi))
        return resolve_name(task.drafter)(path, task.blank, task.form_id)


def _check(path: Path, settings: Settings) -> None:
    """Raises DocumentError for a file that can be no blank."""
    with path.open("rb") as file:
        kind = kind_of(file, path.name)
    if kind not in (Kind.PDF, Kind.IMAGE):
        raise refusal(kind)
    with closing(open_pages(Source(path.name, path, ""), settings)) as pages:
        if pages.count > _MOST_PAGES:
            raise TooLargeError(
                f"Ce fichier a {pages.count} pages\u00a0: un formulaire vierge en a "
                f"{_MOST_PAGES} au plus."
            )


def drafted(path: Path, blank: Path, form_id: str) -> str:
    """The file of the form that is drafted of a blank, a PDF or a picture, which is written to
    ``blank`` as the form needs it. Raises DocumentError."""
    read = leaves(path)
    made = draft_of([leaf.sheet for leaf in read], form_id=form_id)
    if not made.is_form:
        raise DocumentError(
            "Aucun endroit où écrire n'y est sûr\u00a0: est-ce bien un formulaire vierge\u00a0?"
        )
    write_blank(path, read, blank)
    return toml_of(made)


def _renewed(task: Renew) -> str:
    """Raises DocumentError where the blanks have nothing in common."""
    before, after = leaves(task.known), leaves(task.path)
    sheets = [[leaf.sheet for leaf in each] for each in (before, after)]
    try:
        text = next_edition(task.text, *sheets, form_id=task.form_id, edition_of=task.edition_of)
    except ValueError as err:
        raise DocumentError(str(err)) from err
    write_blank(task.path, after, task.blank)
    return text


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
