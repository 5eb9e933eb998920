"""PDF pages as gray pixels and text: the scan itself where the page is one, else a rendering."""

import logging
import math
import re
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from pipeline.config import Settings
from pipeline.errors import DamagedError, DocumentError, EncryptedError, TooLargeError
from pipeline.intake import pdfshown, raster
from pipeline.intake.pdfmarks import has_marks, mark_runs, notes
from pipeline.intake.pdftext import View, address, characters, pieces, text_runs
from pipeline.intake.pdfwhole import page_is_whole
from pipeline.paper.emptiness import seems_empty
from pipeline.records import Gray, Page, Rejection, TextRun

# It tells whoever opens a form of the XFA kind to build it anew; the plain fields are read.
logging.getLogger("pypdfium2").setLevel(logging.ERROR)

_RENDER_DPI = 200.0
_MAX_RENDER_DPI = 300.0
_MAX_RENDER_MEGAPIXELS = 16.0
"""A page drawn larger than that (posters, photos at a point a pixel) reads no better."""
_UNSEEN_MODES: tuple[int, ...] = (
    pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE,
    pdfium_c.FPDF_TEXTRENDERMODE_CLIP,
)
_OF_A_SCAN = 0.5
"""Images that cover so much of a page, as a share of its area, are what a scanner made of it."""
_NESTED_SCAN_PX = 400_000
"""An image within a group may lie anywhere; it may be a scan if it is as fine as that."""
_XFA = (pdfium_c.FORMTYPE_XFA_FULL, pdfium_c.FORMTYPE_XFA_FOREGROUND)
_XFA_ADVICE = (
    "Formulaire PDF dynamique (XFA), que seul Adobe Acrobat Reader affiche : l'y ouvrir, "
    "l'imprimer en PDF, et déposer ce PDF ; ou demander à l'expéditeur de le faire."
)
_WHOLE_BUT_FOR_ITS_MARK = re.compile(
    rb"\s*(?:(?:xref\b[\s\dfn]*)?trailer\s*<<.*>>\s*(?:startxref\s*\d*\s*)?|startxref\s+\d+\s*)"
    rb"%{0,2}E?O?F?\s*",
    re.DOTALL,
)
"""What follows the last object of a PDF that lacks its last mark only."""


@dataclass(frozen=True, slots=True)
class _Contents:
    """What stands on a page.

    ``scan`` is its only image where that covers the page, ``alone`` whether nothing visible stands
    above or below it. ``texts`` are the text objects by address, but for a copier's guesses about
    the scan; ``is_scanned`` where images cover the page; a ``bare`` page has nothing on it.
    """

    images: tuple[pdfium.PdfImage, ...]
    scan: pdfium.PdfImage | None
    alone: bool
    texts: dict[int, pdfium.PdfObject]
    is_scanned: bool
    bare: bool


def open_pdf(data: bytes, settings: Settings) -> pdfium.PdfDocument:
    """A PDF; whoever opens it closes it.

    Raises EncryptedError, DamagedError, TooLargeError.
    """
    document = _opened(data)
    count = len(document)
    if count > settings.max_pages:
        document.close()
        raise TooLargeError(
            f"Le PDF a {count} pages, plus que les {settings.max_pages} admises : "
            "n'en garder que les fiches."
        )
    return document


def pdf_page(document: pdfium.PdfDocument, settings: Settings, number: int) -> Page | Rejection:
    """The page of that number, from 1; a bad one is a Rejection."""
    try:
        return _pdf_page(document, number, settings)
    except DocumentError as err:
        return Rejection(err.kind, str(err), number)
    except MemoryError:
        raise
    except Exception:  # pdfium and the decoders raise anything on damaged pages
        return Rejection(DamagedError.kind, "Page abîmée : demander un nouvel envoi.", number)


def _opened(data: bytes) -> pdfium.PdfDocument:
    # pdfium repairs a cut PDF by dropping the pages it lost, and their fiches with them. The last
    # mark counts, since a PDF made for the web has one near its beginning.
    marked = b"%%EOF" in data[-65_536:].rstrip(b"\0\r\n ")[-4096:]
    if not marked and not _WHOLE_BUT_FOR_ITS_MARK.fullmatch(data, data.rfind(b"endobj") + 6):
        raise DamagedError("PDF incomplet : demander un nouvel envoi.")
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as err:
        # pdfium names the fault of an earlier file where it has no name for this one's.
        locked = err.err_code in (pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY)
        if locked and b"/Encrypt" in data:
            raise EncryptedError(
                "Ce PDF est protégé par un mot de passe : l'enregistrer sans protection "
                "et le déposer à nouveau."
            ) from err
        raise DamagedError("PDF abîmé ou sans aucune page : demander un nouvel envoi.") from err
    # Needed before any page is loaded, or the form's fields would not be drawn.
    document.init_forms()
    return document


def _pdf_page(document: pdfium.PdfDocument, number: int, settings: Settings) -> Page:
    with closing(document[number - 1]) as raw:
        contents = _contents_of(raw)
        for image in contents.images:
            raster.check_not_huge(*image.get_px_size(), settings=settings)
        page_notes, marks = notes(raw), has_marks(raw)
        scan = contents.scan
        taken = None
        if scan is not None and contents.alone and not marks:
            taken = _scan_pixels(scan, raw.get_rotation(), settings)
        dpi = _render_dpi(raw, scan, settings)
        if scan is not None and taken is not None:
            pixels, box = taken, scan.get_bounds()
        else:
            pixels, box = _rendered(raw, dpi), raw.get_bbox()
        height_px, width_px = pixels.shape
        raster.check_not_tiny(width_px, height_px)
        view = View(box, raw.get_rotation(), width_px, height_px)
        runs: list[TextRun] = []
        if taken is None:
            runs += _text_runs(raw, view, contents, pixels, lambda: _rendered(raw, dpi))
        if marks:
            runs += mark_runs(document, raw, view, pixels, lambda: _rendered(raw, dpi))
        return Page(
            number,
            pixels,
            raster.page_dpi(width_px, height_px, width_px / view.width_pt * 72),
            tuple(runs),
            page_notes,
            _XFA_ADVICE if document.get_formtype() in _XFA else "",
            page_is_whole(
                document,
                number,
                contents.images,
                bare=contents.bare,
                seems_empty=seems_empty(pixels),
            ),
        )


def _text_runs(
    page: pdfium.PdfPage,
    view: View,
    contents: _Contents,
    image: Gray,
    draw: Callable[[], Gray],
) -> list[TextRun]:
    """The text layer, and what the page shows of it; ``image`` is the page as ``draw`` draws it."""
    letters = characters(page, view, frozenset(contents.texts))
    traces: dict[int, pdfshown.Trace] = {}
    for keys in pdfshown.layered(pieces(letters), image.shape):
        with pdfshown.left_out(contents.texts[key].raw for key in keys):
            traces |= dict.fromkeys(keys, pdfshown.trace(image, draw()))
    runs = text_runs(letters, traces)
    if contents.is_scanned and _is_mostly_hidden(runs):
        return [run for run in runs if not run.hidden]
    return runs


def _is_mostly_hidden(runs: Sequence[TextRun]) -> bool:
    hidden = sum(len(run.text) for run in runs if run.hidden)
    return hidden > sum(len(run.text) for run in runs) / 2


def _contents_of(page: pdfium.PdfPage) -> _Contents:
    """Sort out what stands on the page, without decoding or drawing any of it."""
    objects = list(page.get_objects())
    images = tuple(o for o in objects if o.type == pdfium_c.FPDF_PAGEOBJ_IMAGE)
    scan = images[0] if len(images) == 1 and _covers(images[0], page) else None
    visible = [o for o in objects if _is_visible(o)]
    is_scanned = _share_of(images, page) >= _OF_A_SCAN
    texts: dict[int, pdfium.PdfObject] = {}
    later: list[pdfium.PdfImage] = []
    for item in reversed(objects):
        if item.type == pdfium_c.FPDF_PAGEOBJ_IMAGE:
            later.append(item)
        elif item.type == pdfium_c.FPDF_PAGEOBJ_TEXT:
            # What a copier makes out lies below its picture, or is not drawn at all.
            below = any(_is_below(item, image) for image in later)
            if not (is_scanned and (below or not _is_visible(item))):
                texts[address(item.raw)] = item
    return _Contents(images, scan, len(visible) == 1, texts, is_scanned, bare=not objects)


def _share_of(images: Sequence[pdfium.PdfImage], page: pdfium.PdfPage) -> float:
    """How much of the page its images cover, if none covers another."""
    left, bottom, right, top = page.get_bbox()
    covered = 0.0
    for image in images:
        if image.level > 0:
            width_px, height_px = image.get_px_size()
            covered += width_px * height_px >= _NESTED_SCAN_PX
            continue
        x0, y0, x1, y1 = image.get_bounds()
        width, height = min(x1, right) - max(x0, left), min(y1, top) - max(y0, bottom)
        covered += max(0.0, width) * max(0.0, height) / ((right - left) * (top - bottom))
    return covered


def _is_below(text: pdfium.PdfObject, image: pdfium.PdfImage) -> bool:
    """Whether an image that is drawn later lies over the middle of the text."""
    if text.level > 0 or image.level > 0:  # placed by their groups
        return True
    (x0, y0, x1, y1), (left, bottom, right, top) = text.get_bounds(), image.get_bounds()
    return bool(left <= (x0 + x1) / 2 <= right and bottom <= (y0 + y1) / 2 <= top)


def _is_visible(item: pdfium.PdfObject) -> bool:
    """Text drawn in no colour is what scanners lay over a page to make it searchable."""
    if item.type == pdfium_c.FPDF_PAGEOBJ_TEXT:
        mode: int = pdfium_c.FPDFTextObj_GetTextRenderMode(item)
        return mode not in _UNSEEN_MODES
    # A group is nothing by itself: what it holds is listed too.
    return bool(item.type != pdfium_c.FPDF_PAGEOBJ_FORM)


def _covers(image: pdfium.PdfImage, page: pdfium.PdfPage) -> bool:
    """Whether the image fills the page and nothing more, turned by quarters at most."""
    if image.level > 0:  # placed by the group it belongs to, whose own place is not known
        return False
    a, b, c, d, _, _ = (float(value) for value in image.get_matrix().get())
    straight = max(abs(b), abs(c)) < 0.01 * max(abs(a), abs(d))
    sideways = max(abs(a), abs(d)) < 0.01 * max(abs(b), abs(c))
    left, bottom, right, top = page.get_bbox()
    margin = 0.05 * max(right - left, top - bottom)
    edges = zip(image.get_bounds(), (left, bottom, right, top), strict=True)
    fills = all(bool(abs(edge - limit) <= margin) for edge, limit in edges)
    return fills and (straight or sideways)


def _scan_pixels(scan: pdfium.PdfImage, rotation_deg: int, settings: Settings) -> Gray | None:
    """The scan's own pixels, turned as the page shows them; None where drawing is safer."""
    if scan.get_filters() == ["DCTDecode"]:
        with raster.open_image(bytes(scan.get_data())) as jpeg:
            pixels, _ = raster.decode(jpeg, settings, exif=False)
    else:
        # pdfium frees this bitmap with the last reference to it; closing it is unsafe.
        gray = raster.gray_of(scan.get_bitmap().to_pil())
        pixels = raster.pixels(gray.reduce(raster.reduction(*gray.size)))
    # Masks and inverted samples are applied by the drawing only; paper is bright, so that a dark
    # image betrays them.
    if np.median(pixels[::8, ::8]) < 128:
        return None
    a, b, c, d, _, _ = scan.get_matrix().get()
    if abs(a) >= abs(b):
        pixels = pixels[:: 1 if d > 0 else -1, :: 1 if a > 0 else -1]
    else:
        pixels = pixels.T[:: -1 if b > 0 else 1, :: -1 if c > 0 else 1]
    return _frozen(np.rot90(pixels, -rotation_deg // 90))


def _render_dpi(page: pdfium.PdfPage, scan: pdfium.PdfImage | None, settings: Settings) -> float:
    """Resolution to draw at: a scan's own within reason, bounded for pages of enormous size."""
    dpi = _RENDER_DPI
    if scan is not None:
        dpi = min(max(dpi, max(scan.get_px_size()) / max(page.get_size()) * 72), _MAX_RENDER_DPI)
    square_inches: float = page.get_width() * page.get_height() / 72**2
    most_px = 1e6 * min(_MAX_RENDER_MEGAPIXELS, settings.max_megapixels)
    return min(dpi, math.sqrt(most_px / square_inches))


def _rendered(page: pdfium.PdfPage, dpi: float) -> Gray:
    with closing(page.render(scale=dpi / 72)) as bitmap:
        return raster.pixels(raster.gray_of(bitmap.to_pil()))


def _frozen(pixels: Gray) -> Gray:
    array = np.ascontiguousarray(pixels)
    array.flags.writeable = False
    return array
