"""What stands on a PDF page besides its contents: form fields, text typed over it, notes."""

import ctypes
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from pipeline.geometry import BoxPx
from pipeline.intake import pdfbuttons, pdfshown
from pipeline.intake.pdfbuttons import Button
from pipeline.intake.pdfshown import Box
from pipeline.intake.pdftext import View, printable
from pipeline.records import Gray, TextRun

_HIDDEN = pdfium_c.FPDF_ANNOT_FLAG_HIDDEN | pdfium_c.FPDF_ANNOT_FLAG_NOVIEW
_BUTTONS = (pdfium_c.FPDF_FORMFIELD_CHECKBOX, pdfium_c.FPDF_FORMFIELD_RADIOBUTTON)
_TEXT_FIELDS = (
    pdfium_c.FPDF_FORMFIELD_TEXTFIELD,
    pdfium_c.FPDF_FORMFIELD_COMBOBOX,
    pdfium_c.FPDF_FORMFIELD_LISTBOX,
)
_ICONS = (pdfium_c.FPDF_ANNOT_TEXT, pdfium_c.FPDF_ANNOT_FILEATTACHMENT)
"""They stand for something to open, and would only cover what was written."""
_NOT_MARKS = (pdfium_c.FPDF_ANNOT_LINK, pdfium_c.FPDF_ANNOT_POPUP, *_ICONS)
_NO_NOTES = (pdfium_c.FPDF_ANNOT_LINK, pdfium_c.FPDF_ANNOT_WIDGET, pdfium_c.FPDF_ANNOT_FREETEXT)
_COVERED = 0.1
"""A mark over so much of a field, as a share of its area, may hide a part of its text."""
_MOST_NOTES, _MOST_LETTERS = 20, 400


@dataclass(frozen=True, slots=True)
class _Field:
    """An annotation that holds text, or a button: the ``index``-th of the page."""

    index: int
    box: Box
    text: str
    button: Button | None
    is_note: bool


def has_marks(page: pdfium.PdfPage) -> bool:
    """Whether anything is drawn over the page: fields, text, drawings."""
    return any(kind not in _NOT_MARKS for _, _, kind in _annotations(page))


def notes(page: pdfium.PdfPage) -> tuple[str, ...]:
    """What the notes on a page say, each once: of sticky notes, highlights, stamps, drawings.

    Text typed over the page is none (see ``mark_runs``). The icons of notes are not drawn any more.
    """
    texts: dict[str, None] = {}
    for _, annotation, kind in _annotations(page):
        if kind in _ICONS:
            flags = pdfium_c.FPDFAnnot_GetFlags(annotation)
            pdfium_c.FPDFAnnot_SetFlags(annotation, flags | pdfium_c.FPDF_ANNOT_FLAG_HIDDEN)
        # Whoever approves a note leaves another one, which says no more than that.
        if kind in _NO_NOTES or pdfium_c.FPDFAnnot_HasKey(annotation, b"StateModel"):
            continue
        text = " ".join(_string(annotation, b"Contents").split())
        text = text or _bare(_string(annotation, b"RC"))
        if text and len(texts) < _MOST_NOTES:
            texts[text if len(text) <= _MOST_LETTERS else f"{text[:_MOST_LETTERS]}…"] = None
    return tuple(texts)


def mark_runs(
    document: pdfium.PdfDocument,
    page: pdfium.PdfPage,
    view: View,
    image: Gray,
    draw: Callable[[], Gray],
) -> list[TextRun]:
    """The values of form fields, and text typed over the page as annotations.

    Where the lines of one stand in its box, parted by ``\\n``, is not known. ``image`` is the page
    as ``draw`` draws it.
    """
    fields = list(_fields(document, page, view))
    texts = [field for field in fields if not field.button]
    without = image
    if texts:
        with _left_out(page, texts):
            without = draw()
    covers = _covers(page, view)
    buttons = [field.button for field in fields if field.button]
    stated = pdfbuttons.stated_values(document) if pdfbuttons.needs_values(buttons) else {}
    ticks = iter(pdfbuttons.marks(buttons, stated))
    runs = []
    for field in fields:
        covered = any(_overlap(field.box, box) for index, box in covers if index > field.index)
        text, hidden = field.text, False
        if field.button:
            text = next(ticks)
            text = pdfbuttons.UNSURE if covered and text == pdfbuttons.TICKED else text
        else:
            hidden = not pdfshown.shows_writing(image, without, field.box)
        run = TextRun(
            text, BoxPx(*field.box), hidden=hidden, sure=not covered, is_note=field.is_note
        )
        runs.append(run)
    return runs


def _annotations(page: pdfium.PdfPage) -> Iterator[tuple[int, Any, int]]:
    """The visible annotations by number, with their kinds; each is closed when the next is asked
    for."""
    for index in range(pdfium_c.FPDFPage_GetAnnotCount(page)):
        annotation = pdfium_c.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            if not pdfium_c.FPDFAnnot_GetFlags(annotation) & _HIDDEN:
                yield index, annotation, pdfium_c.FPDFAnnot_GetSubtype(annotation)
        finally:
            pdfium_c.FPDFPage_CloseAnnot(annotation)


@contextmanager
def _left_out(page: pdfium.PdfPage, fields: Sequence[_Field]) -> Iterator[None]:
    """These annotations are not drawn meanwhile."""
    chosen = {field.index for field in fields}
    flags: dict[int, int] = {}
    for index, annotation, _ in _annotations(page):
        if index in chosen:
            flags[index] = pdfium_c.FPDFAnnot_GetFlags(annotation)
            hidden = flags[index] | pdfium_c.FPDF_ANNOT_FLAG_HIDDEN
            pdfium_c.FPDFAnnot_SetFlags(annotation, hidden)
    try:
        yield
    finally:
        for index, before in flags.items():
            annotation = pdfium_c.FPDFPage_GetAnnot(page, index)
            pdfium_c.FPDFAnnot_SetFlags(annotation, before)
            pdfium_c.FPDFPage_CloseAnnot(annotation)


def _fields(document: pdfium.PdfDocument, page: pdfium.PdfPage, view: View) -> Iterator[_Field]:
    for index, annotation, kind in _annotations(page):
        box = _box(annotation, view)
        if box is None:
            continue
        if kind == pdfium_c.FPDF_ANNOT_FREETEXT:
            text, button = _string(annotation, b"Contents"), None
        elif kind == pdfium_c.FPDF_ANNOT_WIDGET and document.formenv:
            text, button = _value(document, annotation)
        else:
            continue
        text = "\n".join(line.strip() for line in text.splitlines() if line.strip())
        if text or button:
            is_note = kind == pdfium_c.FPDF_ANNOT_FREETEXT
            yield _Field(index, box, text, button, is_note)


def _value(document: pdfium.PdfDocument, annotation: Any) -> tuple[str, Button | None]:
    """The text of a form field, or the button that it is."""
    form = document.formenv
    kind = pdfium_c.FPDFAnnot_GetFormFieldType(form, annotation)

    def asked(of: Callable[..., int]) -> str:
        return _wide(lambda buffer, size: of(form, annotation, buffer, size))

    if kind in _TEXT_FIELDS:
        return asked(pdfium_c.FPDFAnnot_GetFormFieldValue), None
    if kind not in _BUTTONS:
        return "", None
    return "", Button(
        asked(pdfium_c.FPDFAnnot_GetFormFieldName),
        bool(pdfium_c.FPDFAnnot_IsChecked(form, annotation)),
        _string(annotation, b"AS"),
        _string(annotation, b"V"),
        asked(pdfium_c.FPDFAnnot_GetFormFieldExportValue),
        pdfium_c.FPDFAnnot_GetFormControlIndex(form, annotation),
        pdfium_c.FPDFAnnot_GetFormControlCount(form, annotation),
    )


def _covers(page: pdfium.PdfPage, view: View) -> list[tuple[int, Box]]:
    """Drawings and notes that may hide what was marked before them, with their numbers."""
    through = (pdfium_c.FPDF_ANNOT_WIDGET, pdfium_c.FPDF_ANNOT_HIGHLIGHT, *_NOT_MARKS)
    return [
        (index, box)
        for index, annotation, kind in _annotations(page)
        if kind not in through and (box := _box(annotation, view)) is not None
    ]


def _overlap(box: Box, other: Box) -> bool:
    width = min(box[0] + box[2], other[0] + other[2]) - max(box[0], other[0])
    height = min(box[1] + box[3], other[1] + other[3]) - max(box[1], other[1])
    return min(width, height) > 0 and width * height > _COVERED * box[2] * box[3]


def _box(annotation: Any, view: View) -> Box | None:
    rect = pdfium_c.FS_RECTF()
    if not pdfium_c.FPDFAnnot_GetRect(annotation, rect):
        return None
    across, up = sorted((rect.left, rect.right)), sorted((rect.bottom, rect.top))
    return view.box(across[0], up[0], across[1], up[1])


def _string(annotation: Any, key: bytes) -> str:
    return _wide(
        lambda buffer, size: pdfium_c.FPDFAnnot_GetStringValue(annotation, key, buffer, size)
    )


def _wide(read: Callable[[Any, int], int]) -> str:
    """A string pdfium hands over as UTF-16 with a final zero: asked for its size, then for it."""
    size = read(None, 0)
    buffer = ctypes.create_string_buffer(size)
    read(ctypes.cast(buffer, ctypes.POINTER(pdfium_c.FPDF_WCHAR)), size)
    return printable(buffer.raw[:size].decode("utf-16-le", "ignore").rstrip("\0"))


def _bare(markup: str) -> str:
    """The text of a note that was kept with its styles only."""
    return " ".join(re.sub(r"<[^<>]*>", " ", markup).split())
