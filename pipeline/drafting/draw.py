"""A form's blank with its zones drawn on it, to look at: one picture a page."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageFont

from pipeline.forms.schema import Form
from pipeline.forms.zone import Zone
from pipeline.geometry import BoxMm
from pipeline.paths import FONTS

_PX_PER_MM = 6.0
_MM_PER_PT = 25.4 / 72
_FONT, _FONT_PX = FONTS / "roboto.ttf", 16
_SURE, _FAIR, _DOUBTFUL = (0, 130, 60), (220, 140, 0), (205, 30, 30)
_OFFICE = (120, 120, 120)
_FILL = 38
"""Of 255: how strongly a zone is filled."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A box to draw, with what is written at it."""

    box_mm: BoxMm
    text: str
    colour: tuple[int, int, int]


def draw_zones(form: Form, sure: Mapping[str, float]) -> Iterator[Image.Image]:
    """A picture of each page of the blank: zones are green, orange and red the less sure their
    draft was (``sure``, by field; without a word on it they are sure), areas grey."""
    font = ImageFont.truetype(str(_FONT), _FONT_PX)
    with closing(pdfium.PdfDocument(str(form.blank_path))) as document:
        document.init_forms()
        for number in range(1, len(document) + 1):
            page = document[number - 1].render(scale=_PX_PER_MM * _MM_PER_PT).to_pil()
            yield _drawn(page.convert("RGBA"), [*_marked(form, number, sure)], font)


def _marked(form: Form, page: int, sure: Mapping[str, float]) -> Iterator[Marked]:
    for zone in form.zones_of(page):
        colour = _colour(sure.get(zone.field.split(".")[0], 1.0))
        for n, line in enumerate(zone.lines):
            yield Marked(line, "" if n else _name(zone), colour)
        for n, (option, box) in enumerate(zone.boxes.items()):
            yield Marked(box, option if n else f"{zone.field} : {option}", colour)
    for area in form.areas:
        for box in area.boxes if area.page == page else ():
            yield Marked(box, area.kind, _OFFICE)


def _name(zone: Zone) -> str:
    return f"{zone.field} ({zone.type})"


def _colour(sure: float) -> tuple[int, int, int]:
    if sure >= 0.8:
        return _SURE
    return _FAIR if sure >= 0.6 else _DOUBTFUL


def _drawn(page: Image.Image, marked: list[Marked], font: ImageFont.FreeTypeFont) -> Image.Image:
    over = Image.new("RGBA", page.size)
    pen = ImageDraw.Draw(over)
    for each in marked:
        box = each.box_mm
        edges = [v * _PX_PER_MM for v in (box.x, box.y, box.right, box.bottom)]
        pen.rectangle(edges, fill=(*each.colour, _FILL), outline=(*each.colour, 255), width=2)
        pen.text((edges[0] + 3, edges[1] + 1), each.text, fill=(*each.colour, 255), font=font)
    return Image.alpha_composite(page, over).convert("RGB")
