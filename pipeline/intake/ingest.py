"""Open a document: its pages in order, each as gray pixels with the text the file itself holds."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from PIL import Image

from pipeline.config import Settings
from pipeline.errors import DocumentError, TooLargeError, UnavailableError
from pipeline.intake import raster
from pipeline.intake.filekind import DOCUMENTS, TEXTS, Kind, kind_of, refusal
from pipeline.intake.pdf import open_pdf, pdf_page
from pipeline.intake.textpage import text_pages
from pipeline.intake.whole import jpeg_is_whole, tiff_is_whole
from pipeline.paper.emptiness import seems_empty
from pipeline.records import Page, Rejection, Source


@dataclass(frozen=True, slots=True)
class Pages:
    """An opened document. A page is decoded when it is asked for, so that only one is held.

    ``page`` gives the page of a number from 1 to ``count``: a bad one among others is a Rejection,
    and a DocumentError is raised where the page is all there is. Reading all of them closes it.
    """

    count: int
    page: Callable[[int], Page | Rejection]
    close: Callable[[], None]

    def __iter__(self) -> Iterator[Page | Rejection]:
        with closing(self):
            yield from map(self.page, range(1, self.count + 1))


def open_pages(source: Source, settings: Settings) -> Pages:
    """Open a document.

    Raises a DocumentError (its message in French) where the document as a whole cannot be read, or
    is not what ``source.sha256`` says.
    """
    try:
        with source.path.open("rb") as file:
            kind = kind_of(file, source.path.name)
            data = file.read() if kind in DOCUMENTS else b""
    except OSError as err:
        raise UnavailableError(
            "Le fichier ne peut pas être ouvert (déplacé, supprimé ou protégé) : "
            "vérifier qu'il est en place et relancer."
        ) from err
    if source.sha256 and hashlib.sha256(data).hexdigest() != source.sha256:
        raise UnavailableError(
            "Le fichier a changé pendant la lecture : relancer, et il sera lu tel qu'il est alors."
        )
    if kind is Kind.PDF:
        document = open_pdf(data, settings)
        return Pages(len(document), partial(pdf_page, document, settings), document.close)
    if kind is Kind.IMAGE:
        return _image_pages(data, settings)
    if kind in TEXTS:
        drawn = text_pages(data, kind, settings)
        return Pages(len(drawn), lambda number: drawn[number - 1](number), lambda: None)
    raise refusal(kind)


def _image_pages(data: bytes, settings: Settings) -> Pages:
    image = raster.open_image(data)
    count = _count_frames(image, settings.max_pages)
    if count > settings.max_pages:
        raise TooLargeError(
            f"Le fichier a plus de {settings.max_pages} pages : le découper en plusieurs fichiers."
        )

    def page(number: int) -> Page | Rejection:
        try:
            return _image_page(image, data, number, settings)
        except DocumentError as err:
            if count == 1:
                raise
            return Rejection(err.kind, str(err), number)

    return Pages(count, page, image.close)


def _image_page(image: Image.Image, data: bytes, number: int, settings: Settings) -> Page:
    try:
        image.seek(number - 1)
    except MemoryError:
        raise
    except Exception as err:  # a damaged directory makes the parsers raise anything
        raise raster.damaged() from err
    dpi = raster.page_dpi(*image.size, raster.stated_dpi(image))
    pixels, factor = raster.decode(image, settings, exif=True)
    match image.format:
        case "TIFF":
            whole = tiff_is_whole(image, data)
        case "JPEG" | "MPO" if seems_empty(pixels):
            whole = jpeg_is_whole(data, seems_empty=True)
        case _:
            whole = True
    return Page(number, pixels, dpi / factor, whole=whole)


def _count_frames(image: Image.Image, most: int) -> int:
    """Pages of a TIFF, counted no further than one beyond ``most``.

    The frames of other formats are animations or a phone's by-products. Where the chain of pages is
    broken, the first one out of reach counts, to be rejected.
    """
    if image.format != "TIFF":
        return 1
    count = 0
    try:
        while count <= most:
            image.seek(count)
            count += 1
    except EOFError:
        return max(count, 1)
    except MemoryError:
        raise
    except Exception:  # a damaged directory makes the parsers raise anything
        return count + 1
    return count
