"""What the papers share: A4, embedded fonts, a head and a foot on every page, French typography.

The same input gives the same bytes: no clock, no random name (ReportLab's ``invariant``).
"""

import unicodedata
from collections.abc import Iterable, Sequence
from copy import deepcopy
from functools import cache
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, Spacer, Table

from pipeline import paths

MM = mm
INK, GREY, RULE, SHADE = (HexColor(c) for c in ("#1a1a1a", "#5a5f66", "#9aa1a9", "#eef1f4"))
_MARGIN_MM = 15.0
_FOOT_MM = 8.0
_BELOW_HEAD_MM = 5.0
_PAD_MM = 1.2
_REGULAR, _STRONG = "source-sans-3-regular", "source-sans-3-semibold"
_MOST_EM = 120.0
"""No name or title is wider, in em; what is would fill a page, and is seen to be cut."""
_MORE = " […]"
_NO_GLYPH = "?"
Flowable = Any
"""ReportLab tells no types."""


def pdf(
    story: Sequence[Flowable],
    *,
    title: str,
    author: str,
    head: Sequence[Flowable] = (),
    wide: bool = False,
) -> bytes:
    """The pages of a story, each with the same head and ``page x/y``; ``wide``: turned."""
    size = landscape(A4) if wide else A4
    width = size[0] - 2 * _MARGIN_MM * MM
    head_height = sum(flowable.wrap(width, size[1])[1] for flowable in head)
    if head:
        head_height += _BELOW_HEAD_MM * MM
    pages = 0
    for _ in range(2):  # how many pages there are is known once they are made
        file = BytesIO()
        document = BaseDocTemplate(
            file,
            pagesize=size,
            title=drawable(title),
            author=drawable(author),
            creator="Fiches",
            lang="fr-FR",
            invariant=1,
            initialFontName=_font(_REGULAR),
        )
        bottom = (_MARGIN_MM + _FOOT_MM) * MM
        top = size[1] - _MARGIN_MM * MM
        frame = Frame(_MARGIN_MM * MM, bottom, width, top - head_height - bottom, 0, 0, 0, 0)
        around = _around(head, title=f"{title} · {author}", width=width, top=top, pages=pages)
        document.addPageTemplates(PageTemplate(frames=[frame], onPage=around))
        # A copy, since a build leaves marks on what it lays out.
        document.build(deepcopy([*story]) or [Spacer(0, 0)])
        pages = document.page
    return file.getvalue()


def _around(head: Sequence[Flowable], *, title: str, width: float, top: float, pages: int) -> Any:
    """What draws the head and the foot of a page."""

    def draw(canvas: Any, document: Any) -> None:
        left, y = _MARGIN_MM * MM, top
        for flowable in head:
            y -= flowable.wrapOn(canvas, width, y)[1]
            flowable.drawOn(canvas, left, y)
        number = f"page {document.page}/{pages}"
        room = width - pdfmetrics.stringWidth(number, _font(_REGULAR), 8) - 6 * MM
        canvas.setFont(_font(_REGULAR), 8)
        canvas.setFillColor(GREY)
        canvas.drawString(left, _MARGIN_MM * MM, _fitting(drawable(title), room, size=8))
        canvas.drawRightString(left + width, _MARGIN_MM * MM, number)

    return draw


def words(
    *texts: str,
    joint: str = ", ",
    size: float = 10,
    strong: bool = False,
    grey: bool = False,
    right: bool = False,
) -> Paragraph:
    """Texts, one after the other, that wrap; with the ``joint`` of a newline, each on its line."""
    style = ParagraphStyle(
        "",
        fontName=_font(_STRONG if strong else _REGULAR),
        fontSize=size,
        leading=size * 1.25,
        textColor=GREY if grey else INK,
        alignment=TA_RIGHT if right else TA_LEFT,
    )
    shown = (escape(cut(text)) for text in texts)
    return Paragraph(joint.replace("\n", "<br/>").join(shown), style)


def gap(height_mm: float) -> Spacer:
    return Spacer(0, height_mm * MM)


def heading(text: str) -> Paragraph:
    return words(text, size=12, strong=True)


def labelled(facts: Iterable[Sequence[str]]) -> Flowable:
    """Facts under one another, each behind its label; what is not known is left out."""
    rows = [[words(label, grey=True), words(*texts)] for label, *texts in facts if any(texts)]
    if not rows:
        return gap(0)
    style = (
        *_cells(),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2 * _PAD_MM * MM),
    )
    # Many people make a row that may be longer than a page.
    return Table(rows, (44 * MM, 136 * MM), style=style, splitInRow=1, hAlign="LEFT")


def signature(label: str) -> Table:
    """A box to sign in, on the right."""
    style = [
        ("BOX", (1, 0), (1, 0), 0.6, RULE),
        ("VALIGN", (1, 0), (1, 0), "TOP"),
        ("TOPPADDING", (1, 0), (1, 0), _PAD_MM * MM),
    ]
    return table([["", words(label, size=9, grey=True)]], (100, 80), least_mm=30, style=style)


def table(
    rows: Sequence[Sequence[Flowable]],
    widths_mm: Sequence[float],
    *,
    least_mm: float = 0,
    heads: int = 0,
    style: Iterable[tuple[Any, ...]] = (),
) -> Table:
    """A table whose rows are at least so high, or as high as their texts need, and never split;
    the first ``heads`` rows come again on every page."""
    widths = [width * MM for width in widths_mm]
    heights = [
        max(_height(row, widths), 0 if i < heads else least_mm * MM) for i, row in enumerate(rows)
    ]
    return Table(rows, widths, heights, repeatRows=heads, style=[*_cells(), *style], hAlign="LEFT")


def cut(text: str, most_em: float = _MOST_EM) -> str:
    """As much of a text as anybody needs, and a sign that there is more."""
    return _fitting(drawable(text), most_em, size=1)


def drawable(text: str) -> str:
    """The text on one line in characters that the font has: an unknown accent is left away, and a
    foreign letter is seen to be missing."""
    composed = unicodedata.normalize("NFC", text).replace("\N{NARROW NO-BREAK SPACE}", "\u00a0")
    return "".join(map(_nearest, composed))


@cache
def _nearest(char: str) -> str:
    if char.isspace():
        return char if char == "\N{NO-BREAK SPACE}" else " "
    if unicodedata.category(char)[0] == "C":  # controls, surrogates, what is not assigned
        return ""
    glyphs = pdfmetrics.getFont(_font(_REGULAR)).face.charToGlyph
    if ord(char) in glyphs:
        return char
    spread = unicodedata.normalize("NFKD", char)
    known = "".join(c for c in spread if ord(c) in glyphs and not unicodedata.combining(c))
    return known or ("" if unicodedata.combining(char) else _NO_GLYPH)


def _cells() -> tuple[tuple[Any, ...], ...]:
    """How the cells of every table are."""
    return (
        ("FONT", (0, 0), (-1, -1), _font(_REGULAR)),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), _PAD_MM * MM),
        ("RIGHTPADDING", (0, 0), (-1, -1), _PAD_MM * MM),
        ("TOPPADDING", (0, 0), (-1, -1), 0),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
    )


def _fitting(text: str, width: float, *, size: float) -> str:
    """As much of a text as there is room for."""
    font = _font(_REGULAR)
    if pdfmetrics.stringWidth(text, font, size) <= width:
        return text
    left = width - pdfmetrics.stringWidth(_MORE, font, size)
    for i, char in enumerate(text):
        left -= pdfmetrics.stringWidth(char, font, size)
        if left < 0:
            return text[:i] + _MORE
    return text


def _height(row: Sequence[Flowable], widths: Sequence[float]) -> float:
    pad = 2 * _PAD_MM * MM
    needed = [
        cell.wrap(width - pad, 0)[1]
        for cell, width in zip(row, widths, strict=True)
        if not isinstance(cell, str)
    ]
    return float(max(needed, default=0) + pad)


@cache
def _font(name: str) -> str:
    """The name of a shipped font, once ReportLab knows it."""
    pdfmetrics.registerFont(TTFont(name, paths.FONTS / f"{name}.ttf"))
    return name
