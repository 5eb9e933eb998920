"""Invented pages for the tests: pictures, and PDF files written byte by byte."""

import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from pipeline.config import Settings
from pipeline.intake.ingest import open_pages
from pipeline.records import Page, Rejection, Source

WIDTH, HEIGHT = 300, 420


def sheet(width: int = WIDTH, height: int = HEIGHT) -> Image.Image:
    """A white page that looks different under every turn and flip."""
    image = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(image)
    draw.rectangle((width // 10, height // 10, width // 2, height // 5), fill=0)
    draw.rectangle((width // 10, height // 5, width // 5, height // 2), fill=120)
    return image


def saved(image: Image.Image, image_format: str, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, image_format, **options)
    return file.getvalue()


def read(path: Path, settings: Settings | None = None) -> list[Page | Rejection]:
    source = Source(path.name, path, sha256="")
    return list(open_pages(source, settings or Settings()))


def read_bytes(
    folder: Path, data: bytes, *, name: str = "piece.bin", settings: Settings | None = None
) -> list[Page | Rejection]:
    path = folder / name
    path.write_bytes(data)
    return read(path, settings)


def only_page(folder: Path, data: bytes) -> Page:
    (page,) = read_bytes(folder, data)
    assert isinstance(page, Page), page
    return page


def difference(left: np.ndarray, right: Image.Image | np.ndarray) -> float:
    """Mean difference of two gray images of one size."""
    return float(np.abs(left.astype(float) - np.asarray(right, dtype=float)).mean())


def pdf_bytes(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    out, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )
    return bytes(out)


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data)


def image_object(image: Image.Image, entries: bytes = b"") -> bytes:
    """A gray picture as a PDF object, without loss."""
    return stream(
        zlib.compress(image.tobytes()),
        b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray "
        b"/BitsPerComponent 8 /Filter /FlateDecode %s" % (*image.size, entries),
    )


def jpeg_object(data: bytes, width: int, height: int) -> bytes:
    return stream(
        data,
        b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray "
        b"/BitsPerComponent 8 /Filter /DCTDecode" % (width, height),
    )


def pages_pdf(
    pages: list[tuple[bytes, bytes]],
    *resources: bytes,
    box: tuple[int, int] = (WIDTH, HEIGHT),
    catalogue: bytes = b"",
) -> bytes:
    """A PDF of pages given as (content stream, further entries of the page).

    ``resources`` are the objects from number 4 on; number 4 is known to the pages as /Im, number 3
    is Helvetica and known as /F.
    """
    first = 4 + len(resources)
    kids = b" ".join(b"%d 0 R" % (first + 2 * i) for i in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalogue,
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        *resources,
    ]
    for i, (content, entries) in enumerate(pages):
        known = b"/Font << /F 3 0 R >>" + (b" /XObject << /Im 4 0 R >>" if resources else b"")
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents %d 0 R "
            b"/Resources << %s >> %s >>" % (*box, first + 2 * i + 1, known, entries)
        )
        objects.append(stream(content))
    return pdf_bytes(*objects)


FULL_PAGE = b"q %d 0 0 %d 0 0 cm /Im Do Q" % (WIDTH, HEIGHT)
