"""An AcroForm filled in as people do it in a browser: a click into each field, and what they type.

PDFium is what Chromium shows PDFs with, and it writes the fields' new looks itself.
"""

import ctypes
from collections.abc import Sequence
from io import BytesIO

import pypdfium2
import pypdfium2.raw as pdfium

from associations.answers import Answer
from associations.sheet import PT_PER_MM, Box


def fill_in(raw: bytes, stands: Sequence[Answer]) -> bytes:
    """The form with what its fields were given."""
    document = pypdfium2.PdfDocument(raw)
    document.init_forms()
    form = document.formenv
    for number, page in enumerate(document, 1):
        for answer in stands:
            if answer.place.page != number or not answer.place.fillable:
                continue
            for option in answer.marked:
                _click(form, page, answer.place.boxes[option])
            if answer.text:
                _click(form, page, answer.place.lines[0])
                if answer.place.choices:
                    chosen = answer.place.choices.index(answer.text)
                    pdfium.FORM_SetIndexSelected(form, page, chosen, True)
                else:
                    _type(form, page, answer.text)
                pdfium.FORM_ForceToKillFocus(form)
    filled = BytesIO()
    document.save(filled)
    document.close()
    return filled.getvalue()


def _click(form: pypdfium2.PdfFormEnv, page: pypdfium2.PdfPage, box: Box) -> None:
    x, y, w, h = box
    at = ((x + min(w / 2, 6)) * PT_PER_MM, page.get_height() - (y + h / 2) * PT_PER_MM)
    pdfium.FORM_OnMouseMove(form, page, 0, *at)
    for happens in (pdfium.FORM_OnLButtonDown, pdfium.FORM_OnLButtonUp):
        happens(form, page, 0, *at)


def _type(form: pypdfium2.PdfFormEnv, page: pypdfium2.PdfPage, text: str) -> None:
    pdfium.FORM_SelectAllText(form, page)
    wide = ctypes.create_string_buffer((text + "\0").encode("utf-16-le"))
    pdfium.FORM_ReplaceSelection(form, page, ctypes.cast(wide, ctypes.POINTER(ctypes.c_ushort)))
