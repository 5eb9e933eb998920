"""Pages that came as text: ``.txt``, hOCR and ALTO, drawn so that a person can look at them.

hOCR: Breuel, "The hOCR Microformat for OCR Workflow and Results", ICDAR 2007, version 1.2. ALTO:
the Library of Congress's schema, versions 2 to 4. Of both, the lines are kept and where they stand.
"""

import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from html.parser import HTMLParser
from math import isfinite
from xml.etree import ElementTree

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipeline.config import Settings
from pipeline.errors import DamagedError, TooLargeError
from pipeline.geometry import BoxPx
from pipeline.intake.filekind import Kind, as_utf8
from pipeline.intake.pdftext import printable
from pipeline.paths import FONTS
from pipeline.records import Page, TextRun

_DPI = 150.0
_WIDTH_PX, _HEIGHT_PX = 1240, 1754
"""A4 at that resolution."""
_MARGIN_PX, _FONT_PX, _LINE_PX = 60, 20, 27
_COLUMNS = 92
"""Characters in a row of a drawn page."""
_MOST_LINES, _PARAGRAPH_LINES = 400, 100
"""A text without form feeds is cut into pages so long, at a gap that comes so late."""
_LONGEST_LINE = 2000
_MOST_BROKEN = 0.01
"""Of a text in UTF-8, so few characters may be damaged."""
_MOST_BYTES = 20_000_000
_LONGEST_PX = 3000
_SMALLEST_PX = 8
_PAGE, _PARAGRAPH = "ocr_page", "ocr_par"
_LINES = ("ocr_line", "ocrx_line", "ocr_header", "ocr_caption", "ocr_textfloat")
_BBOX = re.compile(r"\bbbox\s+(-?\d+)\s+(-?\d+)\s+(-?\d+)\s+(-?\d+)")
_VOID = ("br", "img", "meta", "link", "hr", "input")


@dataclass(slots=True)
class _Sheet:
    """The lines of a page with their boxes in its own units, empty lines between paragraphs;
    ``size``: its width and height, 0 where it says none. A line without a place has no box."""

    lines: list[tuple[str, BoxPx | None]]
    size: tuple[float, float] = (0.0, 0.0)


def text_pages(data: bytes, kind: Kind, settings: Settings) -> list[Callable[[int], Page]]:
    """What draws each page of a text. Raises DamagedError, TooLargeError."""
    if len(data) > _MOST_BYTES:
        raise TooLargeError("Ce texte est trop long pour être une fiche : n'en garder qu'elle.")
    try:
        sheets = {Kind.HOCR: _hocr, Kind.ALTO: _alto}.get(kind, _plain)(data)
    except (ElementTree.ParseError, ValueError) as err:
        raise DamagedError("Texte reconnu (hOCR, ALTO) abîmé : demander un nouvel envoi.") from err
    if len(sheets) > settings.max_pages:
        raise TooLargeError(
            f"Le texte a {len(sheets)} pages, plus que les {settings.max_pages} admises : "
            "n'en garder que les fiches."
        )
    return [partial(_drawn, sheet) for sheet in sheets]


def _plain(data: bytes) -> list[_Sheet]:
    """A text file: form feeds end its pages."""
    pages = _decoded(data).expandtabs(4).rstrip("\f\n ").split("\f")
    cut = (part for page in pages for part in _cut(page.splitlines()))
    return [_Sheet([(printable(line).rstrip(), None) for line in lines]) for lines in cut]


def _cut(lines: list[str]) -> Iterator[list[str]]:
    """The lines of a page, in parts of a length that can be looked at: cut at gaps, if any."""
    left = [line[at : at + _LONGEST_LINE] for line in lines for at in _starts(line)]
    while len(left) > _MOST_LINES:
        gaps = range(_MOST_LINES - 1, _MOST_LINES - _PARAGRAPH_LINES, -1)
        end = next((at for at in gaps if not left[at].strip()), _MOST_LINES)
        yield left[:end]
        left = left[end:]
    yield left


def _starts(line: str) -> range:
    return range(0, max(1, len(line)), _LONGEST_LINE)


def _decoded(data: bytes) -> str:
    """UTF-8 or UTF-16 where it is that, else what French Windows writes."""
    plain = as_utf8(data)
    text = plain.decode("utf-8", "replace")
    broken = text.count("\N{REPLACEMENT CHARACTER}")
    accents = sum(not char.isascii() for char in text) - broken
    # A few damaged bytes among many accents: the rest of it is UTF-8.
    if broken and (not accents or broken > max(1, _MOST_BROKEN * len(text))):
        return plain.decode("cp1252", "replace")
    return text


def _hocr(data: bytes) -> list[_Sheet]:
    parser = _Hocr()
    parser.feed(_decoded(data))
    parser.close()
    return parser.sheets


class _Hocr(HTMLParser):
    """Gathers the text of each line, whatever stands around its words."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[_Sheet] = []
        self._depth = 0
        self._line: tuple[int, BoxPx | None, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        self._depth += 1
        named = dict(attrs)
        classes = (named.get("class") or "").split()
        box = _bbox(named.get("title") or "")
        if _PAGE in classes or any(name in classes for name in _LINES):
            self._end_line()
        if _PAGE in classes:
            self.sheets.append(_Sheet([], (box.x + box.w, box.y + box.h) if box else (0.0, 0.0)))
        elif _PARAGRAPH in classes and self.sheets and self.sheets[-1].lines:
            self.sheets[-1].lines.append(("", None))
        elif self.sheets and any(name in classes for name in _LINES):
            self._line = (self._depth, box, [])

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if self._line and self._line[0] >= self._depth:
            self._end_line()
        self._depth -= 1

    def close(self) -> None:
        super().close()
        self._end_line()

    def _end_line(self) -> None:
        if self._line:
            _, box, parts = self._line
            text = " ".join(printable("".join(parts)).split())
            self.sheets[-1].lines.append((text, box))
            self._line = None

    def handle_data(self, data: str) -> None:
        if self._line:
            self._line[2].append(data)


def _bbox(title: str) -> BoxPx | None:
    match = _BBOX.search(title)
    if match is None:
        return None
    left, top, right, bottom = map(float, match.groups())
    return BoxPx(left, top, right - left, bottom - top)


def _alto(data: bytes) -> list[_Sheet]:
    """Raises ParseError where it is no XML."""
    # No entity leads outside, and expat bounds what they grow to, since 2.4.1.
    root = ElementTree.fromstring(data)  # noqa: S314
    return [_alto_page(page) for page in root.iter() if _tag(page) == "Page"]


def _alto_page(page: ElementTree.Element) -> _Sheet:
    lines: list[tuple[str, BoxPx | None]] = []
    for part in page.iter():
        if _tag(part) == "TextBlock" and lines:
            lines.append(("", None))
        elif _tag(part) == "TextLine":
            words = [w.get("CONTENT", "") for w in part if _tag(w) in ("String", "HYP")]
            text = " ".join(printable(" ".join(words)).split())
            lines.append((text.replace(" -", "-"), _alto_box(part)))
    return _Sheet(lines, (_number(page, "WIDTH"), _number(page, "HEIGHT")))


def _tag(part: ElementTree.Element) -> str:
    """A tag without its namespace, which differs from version to version."""
    return str(part.tag).rpartition("}")[2]


def _number(part: ElementTree.Element, name: str) -> float:
    return float(part.get(name) or 0)


def _alto_box(part: ElementTree.Element) -> BoxPx | None:
    x, y, w, h = (_number(part, name) for name in ("HPOS", "VPOS", "WIDTH", "HEIGHT"))
    return BoxPx(x, y, w, h) if w > 0 and h > 0 else None


def _drawn(sheet: _Sheet, number: int) -> Page:
    """The page as a picture of its lines: each where it stands, or one below another."""
    placed = _is_placed(sheet)
    scale = min(1.0, _LONGEST_PX / max(sheet.size)) if placed else 1.0
    rows = [*(_placed(sheet, scale) if placed else _set(sheet))]
    width, height = (
        (max(1, round(side * scale)) for side in sheet.size)
        if placed
        else (_WIDTH_PX, max([_HEIGHT_PX, *(round(box.y + box.h) + _MARGIN_PX for _, box in rows)]))
    )
    image = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(image)
    for text, box in rows:
        size = min(_FONT_PX, round(box.h * 0.8)) if placed else _FONT_PX
        shown = _wrapped(text) if not placed else text
        draw.multiline_text((box.x, box.y), shown, fill=0, font=_font(max(_SMALLEST_PX, size)))
    pixels = np.asarray(image)
    pixels.flags.writeable = False
    return Page(
        number,
        pixels,
        _DPI * width / _WIDTH_PX,
        tuple(TextRun(text, box) for text, box in rows),
        drawn=True,
    )


def _is_placed(sheet: _Sheet) -> bool:
    """Whether every line says where it stands on a sheet of a likely shape."""
    width, height = sheet.size
    boxes = [box for text, box in sheet.lines if text]
    likely = isfinite(width * height) and 0 < width < 3 * height and 0 < height < 3 * width
    return likely and all(
        box
        and isfinite(box.x + box.y + box.w + box.h)
        and min(box.x, box.y) >= 0
        and min(box.w, box.h) > 0
        and box.x + box.w <= width
        and box.y + box.h <= height
        for box in boxes
    )


def _placed(sheet: _Sheet, scale: float) -> Iterator[tuple[str, BoxPx]]:
    end = 0.0
    for text, box in sheet.lines:
        if box:
            end = (box.y + box.h) * scale
            yield text, BoxPx(box.x * scale, box.y * scale, box.w * scale, box.h * scale)
        else:
            yield text, BoxPx(0, min(end, sheet.size[1] * scale - 1), 1, 1)


def _set(sheet: _Sheet) -> Iterator[tuple[str, BoxPx]]:
    y = float(_MARGIN_PX)
    for text, _ in sheet.lines:
        rows = _wrapped(text).count("\n") + 1
        yield text, BoxPx(_MARGIN_PX, y, _WIDTH_PX - 2 * _MARGIN_PX, rows * _LINE_PX)
        y += rows * _LINE_PX


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.wrap(text, _COLUMNS, drop_whitespace=False)) or text


@cache
def _font(size_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / "cousine.ttf", size_px)
