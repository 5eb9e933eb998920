"""A form filled in on screen: the blank PDF with the text as a text layer, no picture at all."""

import ctypes
import re
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from pipeline.fields import Drawn
from pipeline.forms.schema import Form
from pipeline.forms.zone import Zone
from pipeline.geometry import BoxMm
from pipeline.records import Gray
from pipeline.simulate import marks
from pipeline.simulate.combs import cells_written
from pipeline.simulate.contents import Filling

_POINTS_PER_MM = 72 / 25.4
_FONT = b"Helvetica"
_FONT_PT = 11.0
_RANDOM_ID = re.compile(rb"/ID\[<[0-9A-F]{32}><[0-9A-F]{32}>\]")


def fill_pdf(form: Form, filling: Filling, path: Path) -> None:
    """Write the blank with the filling typed over it, each letter of a comb by itself; a check box
    gets an X."""
    document = pypdfium2.PdfDocument(form.blank_path)
    for number in sorted({zone.page for zone in form.zones}):
        page = document[number - 1]
        for zone in form.zones_of(number):
            for text, box in cells_written(zone, filling.texts_in(zone)):
                _type(document, page, text, box)
            texts = () if zone.comb else filling.texts_in(zone)
            for text, box in zip(texts, zone.lines, strict=False):
                line = box if zone.repeated else max(zone.lines, key=lambda b: b.w)
                _type(document, page, text, line)
            if zone.boxes:
                _mark(document, page, zone, filling.texts_in(zone))
        page.gen_content()
    raw = BytesIO()
    document.save(raw)
    document.close()
    # pdfium signs each file with a random ID; the same filling must give the same bytes.
    path.write_bytes(_RANDOM_ID.sub(b"/ID[<%b><%b>]" % (b"0" * 32, b"0" * 32), raw.getvalue()))


def _mark(
    document: pypdfium2.PdfDocument,
    page: pypdfium2.PdfPage,
    zone: Zone,
    chosen: Sequence[str],
) -> None:
    """Type into boxes, draw round words and over them, sign, put in a picture: always alike."""
    rng = np.random.default_rng([ord(letter) for letter in zone.field])
    for option in chosen:
        if option in zone.boxes_mm and zone.drawn is Drawn.PICTURE:
            _put_in(document, page, zone.boxes[option], marks.portrait(140, 180, rng))
        elif option in zone.boxes_mm and zone.drawn is Drawn.MARK:
            _type(document, page, "X", marks.place_of_tick(zone.boxes[option], rng))
    for curve in marks.curves_of(zone, chosen, rng):
        points = [(x * _POINTS_PER_MM, page.get_height() - y * _POINTS_PER_MM) for x, y in curve]
        path = pdfium.FPDFPageObj_CreateNewPath(*points[0])
        for x, y in points[1:]:
            pdfium.FPDFPath_LineTo(path, x, y)
        pdfium.FPDFPath_SetDrawMode(path, pdfium.FPDF_FILLMODE_NONE, 1)
        pdfium.FPDFPageObj_SetStrokeWidth(path, 1.0)
        page.insert_obj(pypdfium2.PdfObject(path, page=None, pdf=document))


def _put_in(
    document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage, box: BoxMm, dark: Gray
) -> None:
    image = pypdfium2.PdfImage.new(document)
    image.set_bitmap(pypdfium2.PdfBitmap.from_pil(Image.fromarray(255 - dark)))
    x, y = box.x * _POINTS_PER_MM, page.get_height() - box.bottom * _POINTS_PER_MM
    wide, high = box.w * _POINTS_PER_MM, box.h * _POINTS_PER_MM
    image.set_matrix(pypdfium2.PdfMatrix(wide, 0, 0, high, x, y))
    page.insert_obj(image)


def _type(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage, text: str, box: BoxMm) -> None:
    if not text:
        return
    thing = pdfium.FPDFPageObj_NewTextObj(document.raw, _FONT, _FONT_PT)
    encoded = ctypes.create_string_buffer((text + "\0").encode("utf-16-le"))
    pdfium.FPDFText_SetText(thing, ctypes.cast(encoded, ctypes.POINTER(ctypes.c_ushort)))
    line = pypdfium2.PdfTextObj(thing, page=None, pdf=document)
    page.insert_obj(line)
    width = line.get_bounds()[2]
    squeeze = min(1.0, (box.w + 1.0) * _POINTS_PER_MM / width)
    x = (box.x + min(1.0, 0.15 * box.w)) * _POINTS_PER_MM
    y = page.get_height() - (box.y + min(0.72 * box.h, box.h - 0.3)) * _POINTS_PER_MM
    line.set_matrix(pypdfium2.PdfMatrix(squeeze, 0, 0, squeeze, x, y))
