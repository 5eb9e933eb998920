"""Flyers of invented associations, drawn, and what each says: its text layer, its page, a scan.

A file of ``drawn/`` holds a font, the organiser's own names, the flyer and its facts. Of its lines
``#`` is a big title, ``##`` a smaller one, ``>`` a centred line; a tab sets a table; between
``[columns`` and ``columns]`` two columns stand side by side, between ``[box`` and ``box]`` a box.
"""

import io
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import pytesseract
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from pipeline.event import About
from pipeline.paths import FONTS

DRAWN = Path(__file__).parent / "drawn"
os.environ["OMP_THREAD_LIMIT"] = "1"  # Tesseract: two pages at a time are faster
KINDS = ("text", "clean", "scan")
_CLEAN_DPI, _SCAN_DPI = 200, 150
_MARGIN_PT = 55.0
_BIG, _MIDDLE = 1.7, 1.25


@dataclass(frozen=True, slots=True)
class Truth:
    """A fact that a flyer states; ``detail`` is the key part, or behind the dots of ``…`` more."""

    about: About
    value: str
    detail: str


@dataclass(frozen=True, slots=True)
class Drawn:
    name: str
    font: str
    size_pt: float
    names: tuple[str, ...]
    lines: tuple[str, ...]
    truth: tuple[Truth, ...]


def flyers(group: str) -> list[Drawn]:
    return [_flyer(path) for path in sorted((DRAWN / group).glob("*.txt"))]


def _flyer(path: Path) -> Drawn:
    head, body, facts = path.read_text("utf-8").split("===\n")
    settings = dict(line.split(":", 1) for line in head.splitlines())
    font, size = settings["font"].split()
    names = tuple(name.strip() for name in settings["names"].split(",") if name.strip())
    return Drawn(
        path.stem, font, float(size), names, tuple(body.splitlines()), tuple(_truths(facts))
    )


def _truths(text: str) -> list[Truth]:
    rows = [[part.strip() for part in line.split(" | ")] for line in text.splitlines()]
    return [Truth(About(about), value, *(detail or [""])) for about, value, *detail in rows]


def read_all(group: str, kind: str) -> dict[str, tuple[str, ...]]:
    """Every flyer of a group by its name, read in one way: two pages at a time."""
    asked = flyers(group)
    pdfs = [_pdf(flyer) for flyer in asked]
    images = [None if kind == "text" else _image(pdf, kind, n) for n, pdf in enumerate(pdfs)]
    # Tesseract runs beside this process; pdfium must not be in two threads at once.
    with ThreadPoolExecutor(2 if kind != "text" else 1) as pool:
        read = pool.map(_read, pdfs, images)
        return {flyer.name: text for flyer, text in zip(asked, read, strict=True)}


def _image(pdf: bytes, kind: str, seed: int) -> Image.Image:
    dpi = _CLEAN_DPI if kind == "clean" else _SCAN_DPI
    page = pypdfium2.PdfDocument(pdf)[0].render(scale=dpi / 72).to_pil().convert("L")
    page.info["dpi"] = (dpi, dpi)
    return page if kind == "clean" else _scanned(page, seed)


def _read(pdf: bytes, image: Image.Image | None) -> tuple[str, ...]:
    """The lines of a page's text layer, or of its picture as Tesseract orders them."""
    if image is None:
        text = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_bounded()
        return tuple(line.replace("\ufffe", "-") for line in text.splitlines())
    dpi = image.info["dpi"][0]
    text = pytesseract.image_to_string(image, lang="fra", config=f"--psm 3 --dpi {dpi}")
    return tuple(str(text).splitlines())


def _scanned(page: Image.Image, seed: int) -> Image.Image:
    """As an office copier scans it: askew, out of focus, with noise, as a JPEG."""
    rng = np.random.default_rng(seed)
    turned = page.rotate(float(rng.uniform(-0.9, 0.9)), Image.Resampling.BICUBIC, fillcolor=255)
    gray = cv2.GaussianBlur(np.asarray(turned, np.float32), (0, 0), float(rng.uniform(0.5, 0.8)))
    gray = 235 - (255 - gray) * 0.8 + rng.normal(0, rng.uniform(4, 10), gray.shape)
    kept = io.BytesIO()
    Image.fromarray(gray.clip(0, 255).astype(np.uint8)).save(kept, "JPEG", quality=60)
    scan = Image.open(kept).convert("L")
    scan.info["dpi"] = (_SCAN_DPI, _SCAN_DPI)
    return scan


def _pdf(flyer: Drawn) -> bytes:
    registerFont(TTFont(flyer.font, FONTS / f"{flyer.font}.ttf"))
    kept = io.BytesIO()
    canvas = Canvas(kept, pagesize=A4, invariant=1)
    _Sheet(canvas, flyer).draw()
    canvas.save()
    return kept.getvalue()


class _Sheet:
    """Sets the lines of a flyer from the top of a page down."""

    def __init__(self, canvas: Canvas, flyer: Drawn) -> None:
        self._canvas, self._flyer = canvas, flyer
        self._left, self._right = _MARGIN_PT, A4[0] - _MARGIN_PT
        self._y = A4[1] - _MARGIN_PT

    def draw(self) -> None:
        top = lowest = self._y
        for line in self._flyer.lines:
            if line == "[columns":
                top = self._y
                self._right = A4[0] / 2 - 15
            elif line == "---":
                lowest, self._y = self._y, top
                self._left, self._right = A4[0] / 2 + 15, A4[0] - _MARGIN_PT
            elif line == "columns]":
                self._y, self._left = min(lowest, self._y), _MARGIN_PT
            elif line == "[box":
                self._y -= self._flyer.size_pt * 0.5
                top = self._y
            elif line == "box]":
                self._y -= self._flyer.size_pt * 0.5
                left, width = self._left - 8, self._right - self._left + 16
                self._canvas.rect(left, self._y, width, top - self._y)
            else:
                self._set(line)

    def _set(self, line: str) -> None:
        mark, _, rest = line.partition(" ")
        if mark not in ("#", "##", ">"):
            mark, rest = "", line
        size = self._flyer.size_pt * {"#": _BIG, "##": _MIDDLE}.get(mark, 1.0)
        if not rest:
            self._y -= size * 0.8
        elif "\t" in rest:
            self._y -= size * 1.35
            for at, cell in zip((0.0, 0.3, 0.6), rest.split("\t"), strict=False):
                self._write(self._left + at * (self._right - self._left), cell, size)
        else:
            for part in simpleSplit(rest, self._flyer.font, size, self._right - self._left):
                self._y -= size * 1.35
                width = stringWidth(part, self._flyer.font, size)
                middle = (self._left + self._right - width) / 2
                self._write(middle if mark in ("#", "##", ">") else self._left, part, size)

    def _write(self, x: float, text: str, size: float) -> None:
        self._canvas.setFont(self._flyer.font, size)
        self._canvas.drawString(x, self._y, text)
