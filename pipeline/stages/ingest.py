"""Open a document: its pages in order, each as gray pixels with the text the file itself holds."""

import hashlib
from collections.abc import Iterator

from PIL import Image

from pipeline.config import Settings
from pipeline.errors import DocumentError, TooLargeError, UnavailableError
from pipeline.records import Page, Rejection, Source
from pipeline.stages import raster
from pipeline.stages.emptiness import seems_empty
from pipeline.stages.filekind import Kind, kind_of, refusal
from pipeline.stages.pdf import pdf_pages
from pipeline.stages.whole import jpeg_is_whole, tiff_is_whole


def open_pages(source: Source, settings: Settings) -> Iterator[Page | Rejection]:
    """Yield the pages one by one, so that only one image is held at a time.

    A bad page among others is a Rejection with its number. Raises a DocumentError (its message in
    French) where the document as a whole cannot be read, or is not what ``source.sha256`` says.
    """
    try:
        with source.path.open("rb") as file:
            kind = kind_of(file, source.path.name)
            data = file.read() if kind in (Kind.PDF, Kind.IMAGE) else b""
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
        yield from pdf_pages(data, settings)
    elif kind is Kind.IMAGE:
        yield from _image_pages(data, settings)
    else:
        raise refusal(kind)


def _image_pages(data: bytes, settings: Settings) -> Iterator[Page | Rejection]:
    with raster.open_image(data) as image:
        count = _count_frames(image)
        if count > settings.max_pages:
            raise TooLargeError(
                f"Le fichier a {count} pages, plus que les {settings.max_pages} admises : "
                "le découper en plusieurs fichiers."
            )
        for number in range(1, count + 1):
            try:
                page: Page | Rejection = _image_page(image, data, number, settings)
            except DocumentError as err:
                if count == 1:
                    raise
                page = Rejection(err.kind, str(err), number)
            yield page


def _image_page(image: Image.Image, data: bytes, number: int, settings: Settings) -> Page:
    try:
        image.seek(number - 1)
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


def _count_frames(image: Image.Image) -> int:
    """Pages of a TIFF; the frames of other formats are animations or a phone's by-products.

    Where the chain of pages is broken, the first one out of reach counts, to be rejected.
    """
    if image.format != "TIFF":
        return 1
    count = 0
    try:
        while True:
            image.seek(count)
            count += 1
    except EOFError:
        return max(count, 1)
    except Exception:  # a damaged directory makes the parsers raise anything
        return count + 1
