"""Whether data can be decoded to their end: decoders fill what is missing with white or grey.

A page that only seems empty, because its data are cut or damaged, must not be passed over, nor be
read as though it were whole. Each test here is cheap; where a kind of data cannot be tested, it is
taken to be whole.
"""

import base64
import re
import struct
import zlib
from collections.abc import Callable
from io import BytesIO

from PIL import Image, TiffImagePlugin

_JPEG_END = b"\xff\xd9"
_RECODED = 2.0
"""Another coder makes the same picture lighter or heavier, by less than that."""
_FAX_END_BYTES = 4
"""The mark at the end of Group 4 data, which some writers leave out, with its padding."""
_FAX_LINE_END = "000000000001"
_TIFF_GROUP_3, _TIFF_GROUP_4, _TIFF_JPEG = 3, 4, 7
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
"""Each byte with its bits in the other order, as some faxes are stored."""
_MOST_BYTES = 1 << 28
CODED_PICTURES = frozenset(
    ("DCTDecode", "DCT", "JPXDecode", "JBIG2Decode", "CCITTFaxDecode", "CCF")
)
"""The filters of a PDF that code a picture."""


def inflated(data: bytes) -> bytes:
    """What zlib data hold, at most 256 MB of it.

    Raises ValueError where they do not reach their last block, or do not hold what their checksum
    says; some writers leave the checksum out.
    """
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        held = inflater.decompress(data[2:], _MOST_BYTES)
    except zlib.error as err:
        raise ValueError("damaged") from err
    checksum = inflater.unused_data[:4]
    wrong = len(checksum) == 4 and int.from_bytes(checksum, "big") != zlib.adler32(held)
    if wrong or not (inflater.eof or inflater.unconsumed_tail):
        raise ValueError("cut")
    return held


def jpeg_is_whole(data: bytes, *, seems_empty: bool = False) -> bool:
    """Whether a JPEG has its end marker: a copy padded with zeros decodes without complaint.

    Damage before it draws grey, or paper. Where the picture ``seems_empty``, it must weigh about
    what it weighs when coded anew: what was lost or skipped makes it lighter or heavier.
    """
    at = 2
    # A thumbnail before the start of the scan has an end marker of its own.
    while data[at : at + 1] == b"\xff" and data[at + 1 : at + 2] != b"\xda":
        filler = data[at + 1 : at + 2] == b"\xff"
        at += 1 if filler else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    end = data.find(_JPEG_END, at)
    if not seems_empty:
        return end >= 0
    try:
        with Image.open(BytesIO(data), formats=("JPEG",)) as picture:
            again = BytesIO()
            picture.save(again, "JPEG", quality="keep")
    except Exception:  # damaged bytes make the decoder raise anything
        return False
    # The tables before the scan weigh the same.
    heavier = (end - at) / (len(again.getvalue()) - at)
    return 1 / _RECODED < heavier < _RECODED


def jpeg2000_is_whole(data: bytes) -> bool:
    """Whether JPEG 2000 data have their end marker."""
    return data.rstrip(b"\0\r\n").endswith(_JPEG_END)


def fax_is_whole(data: bytes, width_px: int, height_px: int) -> bool:
    """Whether CCITT Group 4 data hold every row.

    Decoders skip what they do not understand. A picture has one right coding only: coded anew, what
    was decoded gives the same data if nothing was skipped.
    """
    try:
        with Image.open(BytesIO(_fax_tiff(data, width_px, height_px))) as picture:
            picture.load()
            again = BytesIO()
            rows = TiffImagePlugin.ImageFileDirectory_v2()
            rows[TiffImagePlugin.ROWSPERSTRIP] = height_px
            picture.save(again, "TIFF", compression="group4", tiffinfo=rows)
        again.seek(0)
        with TiffImagePlugin.TiffImageFile(again) as coded:
            (start,) = coded.tag_v2[TiffImagePlugin.STRIPOFFSETS]
            (length,) = coded.tag_v2[TiffImagePlugin.STRIPBYTECOUNTS]
    except Exception:  # damaged bytes make the decoder raise anything
        return False
    right = again.getvalue()[start : start + length - _FAX_END_BYTES]
    return data.startswith(right)


def old_fax_is_whole(data: bytes, height_px: int) -> bool:
    """Whether CCITT Group 3 data hold as many ends of lines as rows, where they mark them.

    Some mark each row's start, some its end, and the first or the last may be left out.
    """
    bits = bin(int.from_bytes(b"\x01" + data, "big"))
    ends = bits.count(_FAX_LINE_END)
    return ends == 0 or ends >= height_px - 1


def jbig2_is_whole(data: bytes) -> bool:
    """Whether the segments of JBIG2 data, as PDFs embed them, end where the data do."""
    at = 0
    while at + 11 <= len(data):
        flags, references = data[at + 4], data[at + 5] >> 5
        number = int.from_bytes(data[at : at + 4], "big")
        wide = 1 if number <= 256 else 2 if number <= 65_536 else 4
        if references == 7:
            count = int.from_bytes(data[at + 5 : at + 9], "big") & 0x1FFFFFFF
            at += 9 + (count + 8) // 8 + count * wide
        else:
            at += 6 + references * wide
        at += 4 if flags & 0x40 else 1
        length = int.from_bytes(data[at : at + 4], "big")
        if length == 0xFFFFFFFF:  # the length is unknown until it was decoded
            return True
        at += 4 + length
    return at <= len(data)


def unwrapped(data: bytes, entries: bytes) -> tuple[bytes, str]:
    """A stream of a PDF without the simple filters that ``entries`` (its dictionary) names.

    With the name of the filter that is left, or "". Raises ValueError where the data are cut.
    """
    listed = re.search(rb"/Filter\s*(\[[^\]]*\]|/\w+)", entries)
    for name in re.findall(r"/(\w+)", listed[1].decode("latin-1")) if listed else []:
        if name not in _UNWRAP:
            return data, name
        data = _UNWRAP[name](data)
    return data, ""


def picture_is_whole(data: bytes, name: str, entries: bytes, *, seems_empty: bool) -> bool:
    """Whether a picture of a PDF can be decoded to its end; ``name``: one of CODED_PICTURES."""
    match name:
        case "DCTDecode" | "DCT":
            return jpeg_is_whole(data, seems_empty=seems_empty)
        case "JPXDecode":
            return jpeg2000_is_whole(data)
        case "JBIG2Decode":
            return jbig2_is_whole(data)
    height_px = _number(entries, b"Height", 0)
    if b"/EncodedByteAlign true" in entries:
        return True
    if _number(entries, b"K", 0) >= 0:
        return old_fax_is_whole(data, height_px)
    return fax_is_whole(data, _number(entries, b"Columns", 1728), height_px)


def _number(entries: bytes, key: bytes, default: int) -> int:
    entry = re.search(rb"/%s\s+(-?\d+)(?!\s+\d+\s+R)" % key, entries)
    return int(entry[1]) if entry else default


def _from_base_85(data: bytes) -> bytes:
    """Raises ValueError where the data have no end or are none."""
    end = data.index(b"~>")
    return base64.a85decode(data[:end].removeprefix(b"<~"))


def _from_hex(data: bytes) -> bytes:
    """Raises ValueError where the data have no end or are none."""
    digits = bytes(data[: data.index(b">")]).translate(None, b" \t\r\n\f\0")
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))


_UNWRAP: dict[str, Callable[[bytes], bytes]] = {
    "ASCII85Decode": _from_base_85,
    "A85": _from_base_85,
    "ASCIIHexDecode": _from_hex,
    "AHx": _from_hex,
    "FlateDecode": inflated,
    "Fl": inflated,
}


def _fax_tiff(data: bytes, width_px: int, height_px: int) -> bytes:
    """Group 4 data as a TIFF of one strip, its directory behind them."""
    tags = (
        (TiffImagePlugin.IMAGEWIDTH, width_px),
        (TiffImagePlugin.IMAGELENGTH, height_px),
        (TiffImagePlugin.BITSPERSAMPLE, 1),
        (TiffImagePlugin.COMPRESSION, 4),
        (TiffImagePlugin.PHOTOMETRIC_INTERPRETATION, 1),
        (TiffImagePlugin.STRIPOFFSETS, 8),
        (TiffImagePlugin.SAMPLESPERPIXEL, 1),
        (TiffImagePlugin.ROWSPERSTRIP, height_px),
        (TiffImagePlugin.STRIPBYTECOUNTS, len(data)),
    )
    directory = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    head = struct.pack("<2sHI", b"II", 42, 8 + len(data))
    return head + data + struct.pack("<H", len(tags)) + directory + bytes(4)


def tiff_is_whole(picture: Image.Image, data: bytes) -> bool:
    """Whether each strip or tile of the current page of a TIFF, ``data``, lies in the file, whole.

    libtiff draws what it can of faxes, and nothing for a strip that has no data.
    """
    tags = getattr(picture, "tag_v2", {})
    tiled = TiffImagePlugin.TILEOFFSETS in tags
    starts = tags.get(TiffImagePlugin.TILEOFFSETS if tiled else TiffImagePlugin.STRIPOFFSETS, ())
    lengths = tags.get(
        TiffImagePlugin.TILEBYTECOUNTS if tiled else TiffImagePlugin.STRIPBYTECOUNTS, ()
    )
    if any(not start or not length for start, length in zip(starts, lengths, strict=False)):
        return False
    pieces = [data[start : start + length] for start, length in zip(starts, lengths, strict=False)]
    if [len(piece) for piece in pieces] != list(lengths):
        return False
    coding = tags.get(TiffImagePlugin.COMPRESSION)
    if coding == _TIFF_JPEG:
        return all(piece.endswith(_JPEG_END) or jpeg_is_whole(piece) for piece in pieces)
    if coding not in (_TIFF_GROUP_3, _TIFF_GROUP_4) or tiled:
        return True
    if tags.get(TiffImagePlugin.FILLORDER) == 2:
        pieces = [piece.translate(_MIRRORED) for piece in pieces]
    width_px, height_px = picture.size
    rows_px = min(tags.get(TiffImagePlugin.ROWSPERSTRIP, height_px), height_px)
    rows = [min(rows_px, height_px - n * rows_px) for n in range(len(pieces))]
    if coding == _TIFF_GROUP_3:
        return all(old_fax_is_whole(*strip) for strip in zip(pieces, rows, strict=True))
    return all(
        fax_is_whole(piece, width_px, high) for piece, high in zip(pieces, rows, strict=True)
    )
