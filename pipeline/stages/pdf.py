"""PDF pages as gray pixels and text: the scan itself where the page is one, else a rendering."""

import logging
import math
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from pipeline.config import Settings
from pipeline.errors import DamagedError, DocumentError, EncryptedError, TooLargeError
from pipeline.geometry import BoxPx
from pipeline.records import Gray, Page, Rejection, TextRun
from pipeline.stages import raster
from pipeline.stages.emptiness import seems_empty
from pipeline.stages.pdftext import View, address, form_runs, has_marks, text_runs
from pipeline.stages.pdfwhole import page_is_whole

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


@dataclass(frozen=True, slots=True)
class _Contents:
    """What stands on a page.

    ``scan`` is its only image where that covers the page, ``alone`` whether nothing visible stands
    above or below it; ``visible_text`` holds the addresses of the text objects a reader sees. A
    ``bare`` page has nothing on it.
    """

    images: tuple[pdfium.PdfImage, ...]
    scan: pdfium.PdfImage | None
    alone: bool
    visible_text: frozenset[int]
    bare: bool


def pdf_pages(data: bytes, settings: Settings) -> Iterator[Page | Rejection]:
    """The pages of a PDF, one by one; a bad one is a Rejection.

    Raises EncryptedError, DamagedError, TooLargeError.
    """
    with _opened(data) as document:
        count = len(document)
        if count > settings.max_pages:
            raise TooLargeError(
                f"Le PDF a {count} pages, plus que les {settings.max_pages} admises : "
                "n'en garder que les fiches."
            )
        for number in range(1, count + 1):
            try:
                page: Page | Rejection = _pdf_page(document, number, settings)
            except DocumentError as err:
                page = Rejection(err.kind, str(err), number)
            except Exception:  # pdfium and the decoders raise anything on damaged pages
                page = Rejection(
                    DamagedError.kind, "Page abîmée : demander un nouvel envoi.", number
                )
            yield page


def _opened(data: bytes) -> pdfium.PdfDocument:
    # pdfium repairs a cut PDF by dropping the pages it lost, and their fiches with them. The last
    # mark counts, since a PDF made for the web has one near its beginning.
    if b"%%EOF" not in data[-65_536:].rstrip(b"\0\r\n ")[-4096:]:
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
        marks = has_marks(raw)
        scan = contents.scan
        taken = None
        if scan is not None and contents.alone and not marks:
            taken = _scan_pixels(scan, raw.get_rotation(), settings)
        if scan is not None and taken is not None:
            pixels, box = taken, scan.get_bounds()
        else:
            pixels, box = _rendered(raw, _render_dpi(raw, scan, settings)), raw.get_bbox()
        height_px, width_px = pixels.shape
        raster.check_not_tiny(width_px, height_px)
        view = View(box, raw.get_rotation(), width_px, height_px)
        runs = text_runs(raw, view, contents.visible_text)
        if marks:
            runs += form_runs(document, raw, view)
        return Page(
            number,
            pixels,
            raster.page_dpi(width_px, height_px, width_px / view.width_pt * 72),
            tuple(TextRun(text, BoxPx(*box_px)) for text, box_px in runs),
            page_is_whole(
                document,
                number,
                contents.images,
                bare=contents.bare,
                seems_empty=seems_empty(pixels),
            ),
        )


def _contents_of(page: pdfium.PdfPage) -> _Contents:
    """Sort out what stands on the page, without decoding or drawing any of it."""
    objects = list(page.get_objects())
    images = tuple(o for o in objects if o.type == pdfium_c.FPDF_PAGEOBJ_IMAGE)
    scan = images[0] if len(images) == 1 and _covers(images[0], page) else None
    visible = [o for o in objects if _is_visible(o)]
    # What is painted before an image that covers the page lies hidden below it.
    above = objects.index(scan) + 1 if scan else 0
    return _Contents(
        images,
        scan,
        alone=len(visible) == 1,
        visible_text=frozenset(
            address(o.raw)
            for o in objects[above:]
            if o.type == pdfium_c.FPDF_PAGEOBJ_TEXT and _is_visible(o)
        ),
        bare=not objects,
    )


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
    with closing(page.render(scale=dpi / 72, grayscale=True)) as bitmap:
        return _frozen(bitmap.to_numpy().copy())


def _frozen(pixels: Gray) -> Gray:
    array = np.ascontiguousarray(pixels)
    array.flags.writeable = False
    return array
