"""The text a PDF page itself holds: its text layer and the values of its form fields."""

import ctypes
import math
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

Box = tuple[float, float, float, float]
"""Left, top, width, height in the units of a View."""
Run = tuple[str, Box]

_GAP_EM = 1.5
"""A wider gap in a line of text ends a run."""
_HIDDEN = pdfium_c.FPDF_ANNOT_FLAG_HIDDEN | pdfium_c.FPDF_ANNOT_FLAG_NOVIEW
_NOT_MARKS = (pdfium_c.FPDF_ANNOT_LINK, pdfium_c.FPDF_ANNOT_POPUP)
_LINE_END_HYPHEN = 2
"""The code pdfium gives a hyphen that ends a line."""
_TICKED, _UNTICKED = "☒", "☐"


@dataclass(frozen=True, slots=True)
class View:
    """Where a part of a page, in its own points from the bottom left, is seen.

    ``rect_pt`` (left, bottom, right, top), turned clockwise, fills ``width`` x ``height``.
    """

    rect_pt: tuple[float, float, float, float]
    rotation_deg: int
    width: float
    height: float

    @property
    def width_pt(self) -> float:
        """Width as seen, so after the turn."""
        left, bottom, right, top = self.rect_pt
        return top - bottom if self.rotation_deg in (90, 270) else right - left

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        x0, y0, x1, y1 = self.rect_pt
        u0, u1 = (left - x0) / (x1 - x0), (right - x0) / (x1 - x0)
        v0, v1 = (y1 - top) / (y1 - y0), (y1 - bottom) / (y1 - y0)
        for _ in range(self.rotation_deg // 90):
            u0, v0, u1, v1 = 1 - v1, u0, 1 - v0, u1
        return (
            u0 * self.width,
            v0 * self.height,
            (u1 - u0) * self.width,
            (v1 - v0) * self.height,
        )


def address(raw: object) -> int:
    """What tells one pdfium object from another."""
    return ctypes.cast(raw, ctypes.c_void_p).value or 0  # type: ignore[arg-type]


def text_runs(page: pdfium.PdfPage, view: View, visible: frozenset[int]) -> list[Run]:
    """The text layer in runs: characters of one line with no wide gap between them.

    ``visible`` holds the addresses of the text objects to take.
    """
    runs: list[Run] = []
    text, box, turns = "", (0.0, 0.0, 0.0, 0.0), 0
    for char, at, turned in _characters(page, view, visible) if visible else ():
        if at is None or char == " ":  # a gap is measured between the characters around it
            text += char if text else ""
        elif text and "\n" not in text and turned == turns and _continues(box, at, turns):
            text, box = text + char, _around(box, at)
        else:
            runs.append((text.strip(), box))
            text, box, turns = char, at, turned
    return [run for run in [*runs, (text.strip(), box)] if run[0]]


def form_runs(document: pdfium.PdfDocument, page: pdfium.PdfPage, view: View) -> list[Run]:
    """The values of form fields, and text typed over the page as annotations.

    Where the lines of one stand in its box, parted by ``\\n``, is not known.
    """
    runs: list[Run] = []
    for annotation in _annotations(page):
        text = _annotation_text(document, annotation)
        rect = pdfium_c.FS_RECTF()
        if not text or not pdfium_c.FPDFAnnot_GetRect(annotation, rect):
            continue
        box = view.box(
            min(rect.left, rect.right),
            min(rect.bottom, rect.top),
            max(rect.left, rect.right),
            max(rect.bottom, rect.top),
        )
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if lines:
            runs.append(("\n".join(lines), box))
    return runs


def has_marks(page: pdfium.PdfPage) -> bool:
    """Whether anything stands on the page besides its contents: fields, notes, drawings."""
    return next(_annotations(page), None) is not None


def _annotations(page: pdfium.PdfPage) -> Iterator[object]:
    """The visible annotations; each is closed when the next is asked for."""
    for index in range(pdfium_c.FPDFPage_GetAnnotCount(page)):
        annotation = pdfium_c.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            hidden = pdfium_c.FPDFAnnot_GetFlags(annotation) & _HIDDEN
            if not hidden and pdfium_c.FPDFAnnot_GetSubtype(annotation) not in _NOT_MARKS:
                yield annotation
        finally:
            pdfium_c.FPDFPage_CloseAnnot(annotation)


def _annotation_text(document: pdfium.PdfDocument, annotation: object) -> str:
    subtype = pdfium_c.FPDFAnnot_GetSubtype(annotation)
    if subtype == pdfium_c.FPDF_ANNOT_FREETEXT:
        return _wide(
            lambda buffer, size: pdfium_c.FPDFAnnot_GetStringValue(
                annotation, b"Contents", buffer, size
            )
        )
    if subtype != pdfium_c.FPDF_ANNOT_WIDGET or not document.formenv:
        return ""
    kind = pdfium_c.FPDFAnnot_GetFormFieldType(document.formenv, annotation)
    if kind in (pdfium_c.FPDF_FORMFIELD_CHECKBOX, pdfium_c.FPDF_FORMFIELD_RADIOBUTTON):
        ticked = pdfium_c.FPDFAnnot_IsChecked(document.formenv, annotation)
        return _TICKED if ticked else _UNTICKED
    if kind in (
        pdfium_c.FPDF_FORMFIELD_TEXTFIELD,
        pdfium_c.FPDF_FORMFIELD_COMBOBOX,
        pdfium_c.FPDF_FORMFIELD_LISTBOX,
    ):
        return _wide(
            lambda buffer, size: pdfium_c.FPDFAnnot_GetFormFieldValue(
                document.formenv, annotation, buffer, size
            )
        )
    return ""


def _wide(read: Callable[[Any, int], int]) -> str:
    """A string pdfium hands over as UTF-16 with a final zero: asked for its size, then for it."""
    size = read(None, 0)
    buffer = ctypes.create_string_buffer(size)
    read(ctypes.cast(buffer, ctypes.POINTER(pdfium_c.FPDF_WCHAR)), size)
    return _printable(buffer.raw[:size].decode("utf-16-le", "ignore").rstrip("\0"))


def _printable(text: str) -> str:
    """Line ends as they are, other control characters and odd spaces as plain spaces."""
    return "".join(c if c.isprintable() else "\n" if c in "\r\n" else " " for c in text)


def _characters(
    page: pdfium.PdfPage, view: View, visible: frozenset[int]
) -> Iterator[tuple[str, Box | None, int]]:
    """The visible characters with their boxes, as high as their font, and quarter turns clockwise.

    What pdfium infers, spaces and line ends, has no box.
    """
    with closing(page.get_textpage()) as layer:
        rect = pdfium_c.FS_RECTF()
        for index in range(layer.count_chars()):
            code = pdfium_c.FPDFText_GetUnicode(layer, index)
            char = "-" if code == _LINE_END_HYPHEN else _printable(chr(code))
            if pdfium_c.FPDFText_IsGenerated(layer, index):
                yield char, None, 0
            elif address(pdfium_c.FPDFText_GetTextObject(layer, index)) in visible:
                pdfium_c.FPDFText_GetLooseCharBox(layer, index, rect)
                angle_deg = math.degrees(pdfium_c.FPDFText_GetCharAngle(layer, index))
                turns = round((angle_deg + view.rotation_deg) / 90) % 4
                yield char, view.box(rect.left, rect.bottom, rect.right, rect.top), turns


def _continues(box: Box, at: Box, turns: int) -> bool:
    """Whether a character at ``at`` stands on the run's line, not far behind its end."""
    x, y, width, height = _upright(box, turns)
    at_x, at_y, _, em = _upright(at, turns)
    level = abs((y + height / 2) - (at_y + em / 2)) < em / 2
    return level and -em < at_x - (x + width) < _GAP_EM * em


def _upright(box: Box, turns: int) -> Box:
    """The box in a frame where the text runs to the right; its origin does not matter."""
    x, y, width, height = box
    for _ in range(turns):
        x, y, width, height = y, -x - width, height, width
    return x, y, width, height


def _around(box: Box, at: Box) -> Box:
    x, y = min(box[0], at[0]), min(box[1], at[1])
    right = max(box[0] + box[2], at[0] + at[2])
    return x, y, right - x, max(box[1] + box[3], at[1] + at[3]) - y
