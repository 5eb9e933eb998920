"""Files attached inside a PDF: to the document, to a note on a page, or in a portfolio."""

import ctypes
import re
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from pipeline.intake.pdfnames import PORTFOLIO_NAME, holds

_MOST_FILES, _MOST_PAGES, _MOST_NOTES = 500, 200, 1_000
_MOST_BYTES = 150_000_000
_COVER_CHARS = 2_000
_COVER = re.compile(r"portfolio|porte-?documents|porte-?folio|Adobe|Acrobat", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Held:
    """The ``files`` in a PDF: their names and bytes, None where these cannot be had.

    ``is_cover`` where its own page only says that this is a portfolio.
    """

    files: tuple[tuple[str, bytes | None], ...]
    is_cover: bool


def held_files(data: bytes) -> Held:
    """What is attached inside a PDF; nothing where it cannot be opened at all."""
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError:  # who reads its pages tells
        return Held((), is_cover=False)
    with closing(document):
        files = tuple(_files(document, notes=holds(data, (b"/FileAttachment",))))
        is_portfolio = bool(files) and holds(data, (PORTFOLIO_NAME,))
        return Held(files, is_cover=is_portfolio and _is_cover(document))


def _files(document: pdfium.PdfDocument, *, notes: bool) -> Iterator[tuple[str, bytes | None]]:
    for number in range(min(document.count_attachments(), _MOST_FILES)):
        yield _file(document, pdfium_c.FPDFDoc_GetAttachment(document, number))
    for number in range(min(len(document), _MOST_PAGES) if notes else 0):
        with suppress(pdfium.PdfiumError), closing(document[number]) as page:
            yield from _files_of_notes(document, page)


def _files_of_notes(
    document: pdfium.PdfDocument, page: pdfium.PdfPage
) -> Iterator[tuple[str, bytes | None]]:
    for number in range(min(pdfium_c.FPDFPage_GetAnnotCount(page), _MOST_NOTES)):
        note = pdfium_c.FPDFPage_GetAnnot(page, number)
        if pdfium_c.FPDFAnnot_GetSubtype(note) == pdfium_c.FPDF_ANNOT_FILEATTACHMENT:
            yield _file(document, pdfium_c.FPDFAnnot_GetFileAttachment(note))
        pdfium_c.FPDFPage_CloseAnnot(note)


def _file(
    document: pdfium.PdfDocument, raw: pdfium_c.FPDF_ATTACHMENT | None
) -> tuple[str, bytes | None]:
    if not raw:
        return "", None
    attachment, name = pdfium.PdfAttachment(raw, document), ""
    size_bytes = ctypes.c_ulong()
    with suppress(pdfium.PdfiumError):
        name = str(attachment.get_name())
    pdfium_c.FPDFAttachment_GetFile(raw, None, 0, size_bytes)
    if not 0 < size_bytes.value <= _MOST_BYTES:
        return name, None
    try:
        return name, bytes(attachment.get_data())
    except pdfium.PdfiumError:
        return name, None


def _is_cover(document: pdfium.PdfDocument) -> bool:
    if len(document) != 1:
        return False
    with closing(document[0]) as page, closing(page.get_textpage()) as text:
        page_text = str(text.get_text_bounded())
    return len(page_text) < _COVER_CHARS and _COVER.search(page_text) is not None
