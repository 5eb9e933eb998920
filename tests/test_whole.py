"""Data that were cut, or damaged on the way, are told from whole ones."""

import base64
import zlib
from functools import cache
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from pipeline.intake.whole import (
    fax_is_whole,
    inflated,
    jbig2_is_whole,
    jpeg2000_is_whole,
    jpeg_is_whole,
    old_fax_is_whole,
    tiff_is_whole,
    unwrapped,
)
from tests.paper import saved

WIDE, HIGH = 400, 300


def letter() -> Image.Image:
    """A page of ragged lines, in black and white."""
    image = Image.new("L", (WIDE, HIGH), 255)
    draw = ImageDraw.Draw(image)
    for y in range(20, HIGH - 10, 14):
        for x in range(15, WIDE - 30, 23):
            draw.line((x, y + x % 5, x + 9 + y % 8, y + 6), fill=0, width=2)
    return image.convert("1")


@cache
def fax() -> bytes:
    """The letter's Group 4 data in one strip."""
    file = saved(letter(), "TIFF", compression="group4")
    with Image.open(BytesIO(file)) as tiff:
        (start,), (length,) = tiff.tag_v2[273], tiff.tag_v2[279]
    return file[start : start + length]


def unmarked(data: bytes) -> bytes:
    """Group 4 data without the mark at their end, filled up to a whole byte."""
    bits = bin(int.from_bytes(b"\1" + data, "big"))[3:]
    bits = bits[: bits.rindex("000000000001000000000001")]
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def empty_back() -> Image.Image:
    noise = np.random.default_rng(3).normal(235, 3, (700, 500))
    return Image.fromarray(np.clip(noise, 0, 255).astype(np.uint8))


@given(st.binary(max_size=600), st.integers(0, 9))
def test_whole_deflate_data_are_what_they_were(content: bytes, level: int) -> None:
    packed = zlib.compress(content, level)
    assert inflated(packed) == content
    assert inflated(packed[:-4]) == content  # some writers leave the checksum out
    assert inflated(packed + b"\r\n") == content


@given(st.binary(min_size=60, max_size=600), st.floats(0, 0.9))
def test_cut_deflate_data_are_never_whole(content: bytes, share: float) -> None:
    packed = zlib.compress(content)
    with pytest.raises(ValueError, match=r"cut|damaged"):
        inflated(packed[: round((len(packed) - 5) * share)])


def test_deflate_data_with_a_changed_byte_are_damaged() -> None:
    packed = bytearray(zlib.compress(bytes(letter().convert("L").tobytes()), 0))
    packed[len(packed) // 2] ^= 1
    with pytest.raises(ValueError, match="cut"):
        inflated(bytes(packed))


def test_a_whole_fax_holds_every_row_with_or_without_its_end_mark() -> None:
    assert fax_is_whole(fax(), WIDE, HIGH)
    assert fax_is_whole(unmarked(fax()), WIDE, HIGH)
    assert not fax_is_whole(fax(), WIDE, HIGH + 40)


@given(st.floats(0, 0.97))
def test_a_cut_fax_is_never_whole(share: float) -> None:
    data = fax()
    assert not fax_is_whole(data[: int(len(data) * share)], WIDE, HIGH)
    assert not fax_is_whole(data[: int(len(data) * share)] + data[-4:], WIDE, HIGH)


@given(st.floats(0, 0.95), st.integers(1, 255))
def test_a_fax_with_a_changed_byte_is_whole_only_as_another_picture(at: float, flip: int) -> None:
    data = bytearray(fax())
    data[int(at * len(data))] ^= flip
    if fax_is_whole(bytes(data), WIDE, HIGH):  # never shorter, never with rows skipped
        assert bytes(data[-4:]) == fax()[-4:]


def test_an_old_fax_that_marks_its_rows_has_all_of_them() -> None:
    file = saved(letter(), "TIFF", compression="group3")
    with Image.open(BytesIO(file)) as tiff:
        (start,), (length,) = tiff.tag_v2[273], tiff.tag_v2[279]
    data = file[start : start + length]
    assert old_fax_is_whole(data, HIGH)
    assert not old_fax_is_whole(data[: length // 2], HIGH)


def test_an_empty_picture_is_whole_where_its_weight_is_right() -> None:
    data = saved(empty_back(), "JPEG", quality=80)
    light = saved(empty_back(), "JPEG", quality=80, progressive=True, optimize=True)
    assert jpeg_is_whole(data, seems_empty=True)
    assert jpeg_is_whole(light, seems_empty=True)
    assert not jpeg_is_whole(data[: len(data) // 16] + b"\xff\xd9", seems_empty=True)
    shortened = data.replace((700).to_bytes(2, "big"), (200).to_bytes(2, "big"), 1)
    assert not jpeg_is_whole(shortened, seems_empty=True)


def test_jpeg_2000_without_its_end_is_cut() -> None:
    data = saved(letter().convert("L"), "JPEG2000")
    assert jpeg2000_is_whole(data)
    assert not jpeg2000_is_whole(data[:-50])


@pytest.mark.parametrize("number", [3, 300])
def test_the_segments_of_jbig2_reach_the_end(number: int) -> None:
    page = (1).to_bytes(4, "big") + b"\x30\x00\x01" + (19).to_bytes(4, "big") + bytes(19)
    references = b"\x20" + (1).to_bytes(1 if number <= 256 else 2, "big")
    head = number.to_bytes(4, "big") + b"\x26" + references + b"\x01" + (500).to_bytes(4, "big")
    whole = page + head + bytes(500)
    assert jbig2_is_whole(whole)
    assert not jbig2_is_whole(whole[:-1])
    assert not jbig2_is_whole(whole[:200])


def test_filters_are_taken_off_one_after_the_other() -> None:
    wrapped = base64.a85encode(zlib.compress(b"0 0 9 9 re f")) + b"~>"
    entries = b"<</Filter[/ASCII85Decode/FlateDecode]/Length 30"
    assert unwrapped(wrapped, entries) == (b"0 0 9 9 re f", "")
    assert unwrapped(b"61 62 6>", b"/Filter /ASCIIHexDecode") == (b"ab`", "")
    assert unwrapped(b"\xff\xd8", b"/Filter /DCTDecode") == (b"\xff\xd8", "DCTDecode")
    with pytest.raises(ValueError, match="not found"):
        unwrapped(wrapped[:-4], entries)


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "group3", "group4", "jpeg"])
def test_a_tiff_whose_strips_are_all_there_is_whole(compression: str) -> None:
    image = letter() if compression.startswith("group") else letter().convert("L")
    assert tiff_is_whole(*_tiff(image, compression))


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "group4", "jpeg"])
def test_a_tiff_with_a_strip_without_data_is_not(compression: str) -> None:
    image = letter() if compression == "group4" else letter().convert("L")
    picture, data = _tiff(image, compression)
    picture.tag_v2[279] = (*picture.tag_v2[279][:-1], 0)
    assert not tiff_is_whole(picture, data)


def test_a_fax_whose_rows_are_damaged_is_not_whole_nor_is_one_whose_bits_are_mirrored() -> None:
    picture, data = _tiff(letter(), "group4")
    start = picture.tag_v2[273][0]
    middle = start + sum(picture.tag_v2[279]) // 2
    assert not tiff_is_whole(picture, data[:middle] + bytes(40) + data[middle + 40 :])
    mirrored = bytes(int(f"{byte:08b}"[::-1], 2) for byte in data)
    picture.tag_v2[266] = 2
    assert tiff_is_whole(picture, mirrored)
    assert not tiff_is_whole(picture, data)


def _tiff(image: Image.Image, compression: str) -> tuple[Image.Image, bytes]:
    data = saved(image, "TIFF", compression=compression)
    return Image.open(BytesIO(data)), data
