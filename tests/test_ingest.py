"""A document on disk becomes upright gray pages."""

import base64
import contextlib
import struct
import zlib
from hashlib import sha256
from io import BytesIO

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from pipeline.config import Settings
from pipeline.errors import (
    DamagedError,
    DocumentError,
    TooLargeError,
    UnavailableError,
    UnsupportedError,
)
from pipeline.intake.ingest import open_pages
from pipeline.records import Page, Rejection, Source
from tests.paper import (
    FULL_PAGE,
    HEIGHT,
    WIDTH,
    difference,
    image_object,
    only_page,
    pages_pdf,
    read_bytes,
    saved,
    sheet,
)

SIDEWAYS_HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAaFtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAA"
    "AAAAAAAAAAAAADRpbG9jAAAAAERAAAIAAQAAAAABxQABAAAAAAAAAFYAAgAAAAACGwABAAAAAAAAACQAAAA4aWlu"
    "ZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA"
    "4GlwcnAAAADAaXBjbwAAAHhodmNDAQNwAAAAkAAAAAAAPPAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMA"
    "AAMAPLoCQGEAAQArQgEBA3AAAAMAkAAAAwAAAwA8oAoIDxZbqSSmubgIaDAgAAADAyAAAAMAIWIAAQAHRAHBcrBi"
    "QAAAABNjb2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAAFAAAAA8AAAABBwaXhpAAAAAAMICAgAAAAJaXJvdAMA"
    "AAAYaXBtYQAAAAAAAAABAAEFgQIDBIUAAAAaaXJlZgAAAAAAAAAOY2RzYwACAAEAAQAAAIJtZGF0AAAAUigBrxkh"
    "ryBobaNJAy//+jkxhEg8A8MNZ725A8wWVnkHFF3X3vfI+iF+0fcd4dWuVGQ1IEzDaLmAzMEBxOChQMxAkw0VWAAI"
    "SIcAAAMAAAMACXgAAAAGRXhpZgAATU0AKgAAAAgAAQESAAMAAAABAAYAAAAAAAA="
)
"""320 x 240, black in its first corner, stored with a turn of 90 degrees clockwise."""


def exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


def turned_away(image: Image.Image, orientation: int) -> Image.Image:
    """The pixels that a camera stores with that orientation."""
    if orientation in (6, 8):
        return image.transpose(
            Image.Transpose.ROTATE_90 if orientation == 6 else Image.Transpose.ROTATE_270
        )
    tagged = image.copy()
    tagged.getexif()[0x0112] = orientation
    return ImageOps.exif_transpose(tagged)


def deep_png(value: int) -> bytes:
    """A gray PNG of 16-bit samples, all the same."""
    return saved(Image.fromarray(np.full((HEIGHT, WIDTH), value, np.uint16)), "PNG")


def png_of_size(width: int, height: int) -> bytes:
    """A PNG that announces a size and holds next to nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + crc

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 100))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("image_format", "options"),
    [
        ("PNG", {}),
        ("WEBP", {"lossless": True}),
        ("BMP", {}),
        ("GIF", {}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("TIFF", {"compression": "tiff_adobe_deflate"}),
    ],
)
def test_every_pixel_of_a_scan_is_kept(tmp_path, image_format, options):
    page = only_page(tmp_path, saved(sheet(), image_format, **options))
    assert np.array_equal(page.image, np.asarray(sheet()))
    assert page.image.dtype == np.uint8
    assert page.image.flags.c_contiguous
    assert not page.image.flags.writeable
    assert page.number == 1


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_a_jpeg_is_read_in_gray_whatever_its_colours(tmp_path, mode):
    page = only_page(tmp_path, saved(sheet().convert(mode), "JPEG", quality=95))
    assert difference(page.image, sheet()) < 3


def test_a_fax_of_one_bit_is_black_on_white(tmp_path):
    page = only_page(tmp_path, saved(sheet().convert("1"), "TIFF", compression="group4"))
    assert np.array_equal(page.image, np.asarray(sheet().convert("1").convert("L")))


@pytest.mark.parametrize("mode", ["CMYK", "RGB", "P"])
def test_a_coloured_tiff_is_read_in_gray(tmp_path, mode):
    page = only_page(tmp_path, saved(sheet().convert(mode), "TIFF"))
    assert difference(page.image, sheet()) < 2


@pytest.mark.parametrize(("value", "gray"), [(0, 0), (0x8034, 128), (0xFFFF, 255), (0x01FF, 1)])
def test_deep_samples_are_scaled_not_cut(tmp_path, value, gray):
    assert set(only_page(tmp_path, deep_png(value)).image.ravel().tolist()) == {gray}
    deep = Image.fromarray(np.full((HEIGHT, WIDTH), value, np.uint16))
    assert set(only_page(tmp_path, saved(deep, "TIFF")).image.ravel().tolist()) == {gray}


def test_samples_of_32_bits_keep_their_contrast(tmp_path):
    for array in (np.asarray(sheet(), np.float32) / 255, np.asarray(sheet(), np.int32) * 257):
        page = only_page(tmp_path, saved(Image.fromarray(array), "TIFF"))
        assert difference(page.image, sheet()) < 2


def test_transparent_paper_is_white(tmp_path):
    alpha = Image.eval(sheet(), lambda v: 0 if v == 255 else 255)
    ink = Image.new("L", sheet().size, 0)
    see_through = Image.merge("LA", (ink, alpha))
    palette = see_through.convert("RGBA").quantize(8)
    assert palette.mode == "P"
    for image in (see_through, see_through.convert("RGBA"), palette):
        page = only_page(tmp_path, saved(image, "PNG"))
        assert page.image[-5, -5] == 255
        assert page.image[HEIGHT // 7, WIDTH // 3] == 0


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_a_turned_photo_is_set_upright_exactly(tmp_path, image_format, orientation):
    options = {"lossless": True} if image_format == "WEBP" else {}
    stored = turned_away(sheet(), orientation)
    page = only_page(
        tmp_path, saved(stored, image_format, exif=exif(orientation), quality=95, **options)
    )
    assert page.image.shape == (HEIGHT, WIDTH)
    assert difference(page.image, sheet()) < (1.5 if image_format == "JPEG" else 1e-9)


def test_a_phone_photo_in_heic_is_set_upright(tmp_path):
    page = only_page(tmp_path, SIDEWAYS_HEIC)
    assert page.image.shape == (320, 240)
    assert page.image[10, -10] < 30
    assert page.image[10, 10] > 225


@pytest.mark.parametrize(
    ("image_format", "options"),
    [("AVIF", {"quality": 90}), ("JPEG2000", {}), ("JPEG2000", {"no_jp2": True})],
)
def test_newer_pictures_are_read_like_any(tmp_path, image_format, options):
    page = only_page(tmp_path, saved(sheet().convert("RGB"), image_format, **options))
    assert difference(page.image, sheet()) < 3


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (b"\xff\x0a" + bytes(200), "piece.bin", "JPEG XL"),
        (b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(99), "piece.bin", "JPEG XL"),
        (b"8BPS\0\1" + bytes(99), "piece.bin", "Photoshop"),
        (b"AT&TFORM\0\0\1\0DJVM" + bytes(99), "piece.bin", "DjVu"),
        (b'<?xml version="1.0"?>\n<!-- a -->\n<svg width="9">', "piece.bin", "SVG"),
        (b"FUJIFILMCCD-RAW 0201" + bytes(99), "piece.bin", "RAW"),
        (b"\0\0\0\x18ftypcrx " + bytes(99), "piece.bin", "RAW"),
        (saved(sheet(), "TIFF"), "photo.NEF", "RAW"),
    ],
)
def test_pictures_that_are_not_read_are_called_by_their_name(tmp_path, data, name, told):
    with pytest.raises(UnsupportedError, match=f"{told}.*PDF"):
        read_bytes(tmp_path, data, name=name)


@pytest.mark.parametrize("lost", ["rows", "a strip"])
def test_a_fax_with_lost_rows_is_not_whole(tmp_path, lost):
    noise = np.random.default_rng(2).random((HEIGHT, WIDTH)) > 0.1
    data = bytearray(saved(Image.fromarray(noise), "TIFF", compression="group4"))
    assert only_page(tmp_path, bytes(data)).whole
    with Image.open(BytesIO(data)) as tiff:
        start, length = tiff.tag_v2[273][0], tiff.tag_v2[279][0]
    if lost == "rows":
        data[start + length // 2 : start + length // 2 + 60] = bytes(60)
    else:
        data[start : start + length] = bytes(length)
    with contextlib.suppress(DamagedError):
        assert not only_page(tmp_path, bytes(data)).whole


def test_an_empty_picture_that_ends_too_early_is_not_whole(tmp_path):
    noise = np.random.default_rng(6).normal(238, 3, (1000, 700)).astype(np.uint8)
    data = saved(Image.fromarray(noise), "JPEG", quality=85)
    assert only_page(tmp_path, data).whole
    assert not only_page(tmp_path, data[: len(data) // 20] + b"\xff\xd9").whole


def test_only_the_first_frame_of_an_animation_is_a_page(tmp_path):
    frames = [sheet(), sheet().transpose(Image.Transpose.ROTATE_180)]
    for image_format in ("GIF", "WEBP"):
        data = saved(frames[0], image_format, save_all=True, append_images=frames[1:])
        assert difference(only_page(tmp_path, data).image, sheet()) < 5


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (200, 200),  # of a sheet of 8.3 inches
        (72, 1754 / 11.69),  # what cameras state would make two feet
        (None, 1754 / 11.69),
        (1201, 1754 / 11.69),
        (1, 1754 / 11.69),
    ],
)
def test_a_resolution_is_believed_where_it_makes_a_sheet(tmp_path, stated, expected):
    options = {"dpi": (stated, stated)} if stated else {}
    page = only_page(tmp_path, saved(sheet(1240, 1754), "JPEG", **options))
    assert page.dpi == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("size", [(4960, 7016), (7016, 4960)])
def test_a_scan_at_600_dpi_is_halved(tmp_path, size):
    picture = sheet(*size)
    for image_format, options in (("JPEG", {}), ("TIFF", {"compression": "tiff_lzw"})):
        page = only_page(tmp_path, saved(picture, image_format, dpi=(600, 600), **options))
        assert page.image.shape == (size[1] // 2, size[0] // 2)
        assert page.dpi == 300
        assert difference(page.image, picture.reduce(2)) < 1


def test_a_photo_of_12_megapixels_is_kept_whole(tmp_path):
    page = only_page(tmp_path, saved(sheet(3024, 4032), "JPEG"))
    assert page.image.shape == (4032, 3024)


def test_the_pages_of_a_tiff_come_in_order(tmp_path):
    pages = [Image.new("L", (WIDTH, HEIGHT), shade) for shade in (10, 20, 30)]
    data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    read = read_bytes(tmp_path, data)
    assert [(p.number, int(p.image[0, 0])) for p in read] == [(1, 10), (2, 20), (3, 30)]


def test_pages_are_opened_only_when_asked_for(tmp_path):
    pages = [sheet()] * 3
    path = tmp_path / "pages.tif"
    path.write_bytes(saved(pages[0], "TIFF", save_all=True, append_images=pages[1:]))
    opened = open_pages(Source("pages.tif", path, ""), Settings())
    assert next(iter(opened)).number == 1
    opened.close()


def test_only_the_bytes_that_were_received_are_read(tmp_path):
    path = tmp_path / "scan.png"
    path.write_bytes(saved(sheet(), "PNG"))
    source = Source("scan.png", path, sha256(path.read_bytes()).hexdigest())
    assert len(list(open_pages(source, Settings()))) == 1
    for data in (saved(sheet(310), "PNG"), b"Bonjour", b""):
        path.write_bytes(data)
        with pytest.raises(UnavailableError, match="a changé pendant la lecture"):
            list(open_pages(source, Settings()))


def test_a_bad_page_of_a_tiff_costs_that_page_only(tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (HEIGHT, WIDTH), np.uint8)
    pages = [sheet(), Image.fromarray(noise), sheet()]
    data = bytearray(
        saved(
            pages[0],
            "TIFF",
            save_all=True,
            append_images=pages[1:],
            compression="tiff_adobe_deflate",
        )
    )
    with Image.open(BytesIO(data)) as tiff:
        tiff.seek(1)
        strip = tiff.tag_v2[273][0]
    data[strip : strip + 2000] = b"\xff" * 2000
    first, second, third = read_bytes(tmp_path, bytes(data))
    assert isinstance(first, Page)
    assert isinstance(third, Page)
    assert np.array_equal(third.image, np.asarray(sheet()))
    assert isinstance(second, Rejection)
    assert (second.kind, second.page) == ("damaged", 2)


def test_a_tiff_with_a_broken_chain_of_pages_loses_them_loudly(tmp_path):
    data = bytearray(saved(sheet(), "TIFF", save_all=True, append_images=[sheet()] * 2))
    with Image.open(BytesIO(data)) as tiff:
        tiff.seek(1)
        ends = tiff._frame_pos[1]
    first, second = read_bytes(tmp_path, bytes(data[: ends + 10]))
    assert isinstance(first, Page)
    assert isinstance(second, Rejection)
    assert (second.kind, second.page) == ("damaged", 2)


def test_a_tiff_of_too_many_pages_is_refused(tmp_path):
    data = saved(sheet(), "TIFF", save_all=True, append_images=[sheet()] * 3)
    with pytest.raises(TooLargeError, match="plus de 3 pages"):
        read_bytes(tmp_path, data, settings=Settings(max_pages=3))


def noisy() -> Image.Image:
    return Image.fromarray(np.random.default_rng(1).integers(0, 255, (220, 240), np.uint8))


WHOLE = {
    "jpeg": saved(noisy(), "JPEG"),
    "progressive": saved(noisy(), "JPEG", progressive=True),
    "png": saved(noisy(), "PNG"),
    "webp": saved(noisy(), "WEBP"),
    "lossless webp": saved(noisy(), "WEBP", lossless=True),
    "bmp": saved(noisy(), "BMP"),
    "gif": saved(noisy(), "GIF"),
    "tiff": saved(noisy(), "TIFF"),
    "lzw": saved(noisy(), "TIFF", compression="tiff_lzw"),
    "g4": saved(noisy().convert("1"), "TIFF", compression="group4"),
    "heic": SIDEWAYS_HEIC,
    "pdf": pages_pdf([(FULL_PAGE, b"")] * 2, image_object(sheet())),
}


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.97])
def test_a_cut_file_is_never_read_as_though_whole(tmp_path, name, share):
    data = WHOLE[name]
    with pytest.raises(DamagedError, match=r"abîmée?|incomplet"):
        read_bytes(tmp_path, data[: int(len(data) * share)])


@pytest.mark.parametrize("thumbnail", [False, True])
def test_a_jpeg_whose_end_is_zeros_is_damaged(tmp_path, thumbnail):
    small = b"Exif\0\0" + saved(sheet(60, 80), "JPEG") if thumbnail else b""
    data = saved(noisy(), "JPEG", **({"exif": small} if thumbnail else {}))
    cut = data[: len(data) // 2] + bytes(len(data) // 2)
    with pytest.raises(DamagedError):
        read_bytes(tmp_path, cut)


def test_what_a_phone_appends_to_a_jpeg_does_no_harm(tmp_path):
    data = saved(sheet(), "JPEG", exif=b"Exif\0\0" + saved(sheet(60, 80), "JPEG"))
    assert difference(only_page(tmp_path, data + b"SEFT" * 500).image, sheet()) < 2


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    name=st.sampled_from(sorted(WHOLE)),
    cut=st.floats(0, 1),
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=8),
    suffix=st.sampled_from([".pdf", ".jpg", ".tif", ".eml", ".msg", ".bin", ""]),
)
def test_damage_of_any_kind_is_a_document_error(tmp_path, name, cut, flips, suffix):
    data = bytearray(WHOLE[name])
    for at, value in flips:
        data[int(at * len(data))] = value
    _opens_or_refuses(tmp_path, bytes(data[: round(cut * len(data))]), suffix)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    start=st.sampled_from([b"", *(data[:30] for data in WHOLE.values()), b"PK\x03\x04", b"MZ"]),
    junk=st.binary(max_size=3000),
    suffix=st.sampled_from([".pdf", ".jpg", ".msg", ""]),
)
def test_bytes_of_any_kind_are_a_document_error(tmp_path, start, junk, suffix):
    _opens_or_refuses(tmp_path, start + junk, suffix)


def _opens_or_refuses(tmp_path, data: bytes, suffix: str) -> None:
    refusal, pages = None, []
    try:
        pages = read_bytes(tmp_path, data, name="piece" + suffix)
    except DocumentError as err:
        refusal = err
    assert pages or (refusal and refusal.kind and str(refusal).endswith("."))


def test_a_word_file_is_not_opened(tmp_path):
    with pytest.raises(UnsupportedError, match="PDF"):
        read_bytes(tmp_path, b"PK\x03\x04" + b"\0" * 26 + b"word/document.xml")
