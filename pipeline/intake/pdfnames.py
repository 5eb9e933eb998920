"""Which names stand in a PDF, told by its bytes alone: cheap enough for every file of an inbox.

Names may hide in streams of compressed objects: these are unpacked as far as names can stand there.
"""

import hashlib
import re
import zlib
from typing import BinaryIO

FILE_NAMES = (b"/EmbeddedFile", b"/FileAttachment")
"""One of these stands in each PDF that holds files."""
PORTFOLIO_NAME = b"/Collection"
_WINDOW_BYTES, _OVERLAP_BYTES = 1 << 24, 1 << 20
_MOST_UNPACKED_BYTES, _MOST_STREAM_BYTES = 1 << 26, 1 << 23
_PACKED = re.compile(rb"/ObjStm\b[^\0]{0,500}?\bstream\r?\n")


def holds(data: bytes, names: tuple[bytes, ...]) -> bool:
    """Whether one of the names stands in the PDF, or in something that cannot be unpacked."""
    if any(name in data for name in names):
        return True
    left = _MOST_UNPACKED_BYTES
    for packed in _PACKED.finditer(data):
        try:
            unpacked = zlib.decompressobj().decompress(
                data[packed.end() : packed.end() + _MOST_STREAM_BYTES], _MOST_STREAM_BYTES
            )
        except zlib.error:  # encrypted, or packed in another way
            return True
        left -= len(unpacked)
        if left < 0 or any(name in unpacked for name in names):
            return True
    return False


def scanned(file: BinaryIO) -> tuple[str, bool]:
    """The sha256 of a PDF, and whether it may hold files. Raises OSError."""
    digest, may_hold_files, kept = hashlib.sha256(), False, b""
    while window := file.read(_WINDOW_BYTES):
        digest.update(window)
        may_hold_files = may_hold_files or holds(kept + window, FILE_NAMES)
        kept = window[-_OVERLAP_BYTES:]
    return digest.hexdigest(), may_hold_files
