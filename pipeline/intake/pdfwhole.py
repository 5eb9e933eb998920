"""Whether a PDF page was decoded whole: of damaged data, pdfium draws what it can, in silence.

It gives no access to a page's streams, but copies a page to a document of its own, which it writes
plainly: each object by itself, unlocked, the streams as they are.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from io import BytesIO

import pypdfium2 as pdfium

from pipeline.intake.whole import CODED_PICTURES, picture_is_whole, unwrapped

_OBJECT = re.compile(rb"\d+ 0 obj\r\n")
_STREAM_OR_END = re.compile(rb">>stream\r\n|endobj")
_REFERENCE = re.compile(rb"\b(\d+) 0 R\b")
_CODING = re.compile(rb"/(?:Length \d+|Filter\s*(?:\[[^\]]*\]|/\w+)|DecodeParms.*)", re.DOTALL)
_PAINTS = re.compile(rb"(?:^|[\s\])>])(?:Do|Tj|TJ|'|\"|f\*?|F|[bB]\*?|[sS]|sh|EI)(?=\s|$)")


def page_is_whole(
    document: pdfium.PdfDocument,
    number: int,
    images: Sequence[pdfium.PdfImage],
    *,
    bare: bool,
    seems_empty: bool,
) -> bool:
    """Whether all that the page ``number`` (from 1) shows can be decoded to its end.

    ``images`` stand on it; it is ``bare`` where pdfium found nothing at all on it, and
    ``seems_empty`` where it drew next to nothing.
    """
    # What has no filter is packed for the copy, and cannot be known again.
    if not all(_fills(image, len(image.get_data())) for image in images if not image.get_filters()):
        return False
    lost = False
    shown = {bytes(image.get_data()): image for image in images}
    for entries, data in _streams(document, number - 1):
        picture = b"/Subtype/Image" in entries
        # A page may share a dictionary with pages whose pictures it does not show.
        if picture and data not in shown:
            lost = bare
            continue
        try:
            held, name = unwrapped(data, entries)
        except ValueError:
            return False
        if not picture:
            # Whatever else is no picture (fonts, profiles) has its kind in its dictionary.
            if bare and not name and b"/" not in _CODING.sub(b"", entries):
                return not _PAINTS.search(held)
        elif name in CODED_PICTURES:
            if not picture_is_whole(held, name, entries, seems_empty=seems_empty):
                return False
        else:
            length = len(shown[data].get_data(decode_simple=True)) if name else len(held)
            if not _fills(shown[data], length):
                return False
    # A page with pictures at hand, and nothing that says where to show them, has lost that.
    return not lost


def _streams(document: pdfium.PdfDocument, index: int) -> Iterator[tuple[bytes, bytes]]:
    """(dictionary, data) of each stream that the page needs; references are resolved."""
    file = BytesIO()
    with closing(pdfium.PdfDocument.new()) as alone:
        alone.import_pages(document, [index])
        alone.save(file)
    written = file.getvalue()
    plain: dict[bytes, bytes] = {}
    streams: list[tuple[bytes, bytes]] = []
    at = 0
    while head := _OBJECT.search(written, at):
        tail = _STREAM_OR_END.search(written, head.end())
        if tail is None:
            break
        entries, at = written[head.end() : tail.start()], tail.end()
        if tail[0] == b"endobj":
            plain[head[0].split()[0]] = entries
        elif length := re.search(rb"/Length (\d+)", entries):
            streams.append((entries, written[at : at + int(length[1])]))
            at += int(length[1])
    for entries, data in streams:
        yield _REFERENCE.sub(lambda ref: plain.get(ref[1], ref[0]), entries), data


def _fills(image: pdfium.PdfImage, length: int) -> bool:
    """Whether so many bytes of samples are as many as the picture's size asks for."""
    width_px, height_px = image.get_px_size()
    row_bytes = -(-width_px * image.get_metadata().bits_per_pixel // 8)
    return bool(length >= row_bytes * height_px)
