"""Small blanks for the tests of drafting, drawn in mm from the upper left."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from reportlab.lib.colors import HexColor
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from pipeline.drafting.records import Place, Shape
from pipeline.geometry import BoxMm

PT_PER_MM = 72 / 25.4
A4 = (210.0, 297.0)


class SmallBlank:
    """A page being drawn: ``with SmallBlank(path) as blank: blank.text(20, 30, "Nom :")``."""

    def __init__(self, path: Path, *, size_mm: tuple[float, float] = A4) -> None:
        self.path = path
        self.width_mm, self.height_mm = size_mm
        size = (size_mm[0] * PT_PER_MM, size_mm[1] * PT_PER_MM)
        self.canvas = Canvas(str(path), pagesize=size, invariant=True)
        self.canvas.setLineWidth(0.6)

    def __enter__(self) -> "SmallBlank":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, where: TracebackType | None
    ) -> None:
        self.canvas.save()

    def up(self, y_mm: float) -> float:
        return (self.height_mm - y_mm) * PT_PER_MM

    def text(
        self, x: float, y: float, text: str, *, font: str = "Helvetica", size: float = 10
    ) -> float:
        """Print on a base line; where it ends."""
        self.canvas.setFillColor(HexColor("#000000"))
        self.canvas.setFont(font, size)
        self.canvas.drawString(x * PT_PER_MM, self.up(y), text)
        return x + float(pdfmetrics.stringWidth(text, font, size)) / PT_PER_MM

    def rule(self, x: float, y: float, right: float, bottom: float | None = None) -> None:
        """A stroke, level where no ``bottom`` is given."""
        end = self.up(y if bottom is None else bottom)
        self.canvas.line(x * PT_PER_MM, self.up(y), right * PT_PER_MM, end)

    def frame(self, x: float, y: float, w: float, h: float, *, fill: str = "") -> None:
        """A frame, or a shade without one."""
        if fill:
            self.canvas.setFillColor(HexColor(fill))
        self.canvas.rect(
            *(x * PT_PER_MM, self.up(y + h), w * PT_PER_MM, h * PT_PER_MM),
            stroke=int(not fill),
            fill=int(bool(fill)),
        )

    def cells(self, x: float, y: float, w: float, h: float, count: int) -> None:
        for n in range(count):
            self.frame(x + n * w, y, w, h)

    def prose(self, y: float, lines: int = 4) -> None:
        """Print that asks for nothing, as every form has."""
        for n in range(lines):
            self.text(20, y + 5 * n, "Les inscriptions sont prises dans l'ordre de leur arrivée.")


def shapes(places: Sequence[Place]) -> list[Shape]:
    return [place.shape for place in places]


def differ_mm(a: BoxMm, b: BoxMm) -> float:
    """How far apart the edges of two boxes are, at most."""
    return max(abs(a.x - b.x), abs(a.y - b.y), abs(a.right - b.right), abs(a.bottom - b.bottom))
