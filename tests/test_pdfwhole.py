"""A PDF page that pdfium draws, though its data are cut, is not whole."""

import zlib

import pytest

from pipeline.records import Page
from tests.paper import (
    FULL_PAGE,
    HEIGHT,
    WIDTH,
    image_object,
    jpeg_object,
    only_page,
    pages_pdf,
    pdf_bytes,
    read_bytes,
    saved,
    sheet,
    stream,
)

GRAY = (
    b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray "
    b"/BitsPerComponent 8 " % (WIDTH, HEIGHT)
)
PACKED = zlib.compress(sheet().tobytes())
JPEG = saved(sheet(), "JPEG")


def with_picture(data: bytes, entries: bytes, *, content: bytes = FULL_PAGE) -> bytes:
    return pages_pdf([(content, b"")], stream(data, entries))


def with_content(data: bytes, entries: bytes = b"") -> bytes:
    """One page of that content stream, with a font."""
    return pdf_bytes(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 420] /Contents 5 0 R "
        b"/Resources << /Font << /F 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        stream(data, entries),
    )


def test_pages_of_any_making_are_whole(tmp_path) -> None:
    text = b"BT /F 20 Tf 30 40 Td (12,10) Tj ET"
    fax = b"/Type /XObject /Subtype /Image /Width 300 /Height 420 /ImageMask true "
    for data in (
        pages_pdf([(FULL_PAGE, b"")], image_object(sheet())),
        pages_pdf([(FULL_PAGE, b"")], jpeg_object(JPEG, WIDTH, HEIGHT)),
        with_picture(sheet().tobytes(), GRAY),
        with_picture(sheet().tobytes().hex().encode() + b">", GRAY + b"/Filter /ASCIIHexDecode"),
        with_picture(bytes(38 * 420), fax),
        with_content(text),
        with_content(zlib.compress(text), b"/Filter /FlateDecode"),
        with_content(b""),
        pages_pdf([(b"", b"")]),
    ):
        assert only_page(tmp_path, data).whole


@pytest.mark.parametrize("share", [0.05, 0.5, 0.98])
def test_a_picture_cut_short_is_not_whole(tmp_path, share) -> None:
    flate = GRAY + b"/Filter /FlateDecode"
    assert not only_page(tmp_path, with_picture(PACKED[: int(share * len(PACKED))], flate)).whole
    plain = sheet().tobytes()
    assert not only_page(tmp_path, with_picture(plain[: int(share * len(plain))], GRAY)).whole


def test_a_strip_among_others_that_is_cut_is_not_whole(tmp_path) -> None:
    content = b"q 300 0 0 210 0 210 cm /Im Do Q q 300 0 0 200 0 0 cm /Im Do Q"
    cut = JPEG[: len(JPEG) // 3]
    assert only_page(tmp_path, pages_pdf([(content, b"")], jpeg_object(JPEG, WIDTH, HEIGHT))).whole
    assert not only_page(
        tmp_path, pages_pdf([(content, b"")], jpeg_object(cut, WIDTH, HEIGHT))
    ).whole


def test_samples_with_a_changed_byte_are_not_whole(tmp_path) -> None:
    data = bytearray(zlib.compress(sheet().tobytes(), 0))
    data[5000] ^= 0x40
    entries = GRAY + b"/Filter /FlateDecode"
    assert not only_page(tmp_path, with_picture(bytes(data), entries)).whole


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_content_stream_cut_short_is_not_whole(tmp_path, share) -> None:
    lines = b"".join(b"BT /F 9 Tf 30 %d Td (Ligne %d) Tj ET\n" % (9 * n, n) for n in range(40))
    packed = zlib.compress(lines)
    cut = packed[: int(share * len(packed))]
    assert not only_page(tmp_path, with_content(cut, b"/Filter /FlateDecode")).whole


def test_a_page_whose_picture_is_lost_is_not_whole(tmp_path) -> None:
    data = pages_pdf([(FULL_PAGE, b"")], image_object(sheet()))
    assert not only_page(tmp_path, data.replace(b"/Im 4 0 R", b"/Im 9 0 R")).whole
    assert not only_page(tmp_path, data.replace(b"/Contents 6 0 R", b"/Contents 9 0 R")).whole
    assert only_page(tmp_path, pages_pdf([(b"", b"")], image_object(sheet()))).whole


def test_the_damage_of_another_page_is_not_this_one_s(tmp_path) -> None:
    """Pages may share one dictionary that names the pictures of all of them."""
    shared = b"/Resources << /XObject << /A 5 0 R /B 6 0 R >> >>"
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 420] /Contents %d 0 R " + shared + b">>"
    )
    data = pdf_bytes(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>",
        page % 7,
        page % 8,
        image_object(sheet()),
        stream(PACKED[:-90], GRAY + b"/Filter /FlateDecode"),
        stream(FULL_PAGE.replace(b"/Im", b"/A")),
        stream(FULL_PAGE.replace(b"/Im", b"/B")),
    )
    pages = read_bytes(tmp_path, data)
    assert [page.whole for page in pages if isinstance(page, Page)] == [True, False]
