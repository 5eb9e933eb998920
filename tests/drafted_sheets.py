"""Pages of invented blanks, with the places to write on them, as drafts are made of."""

from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from pipeline.drafting.draft import draft_of
from pipeline.drafting.drafted import Draft
from pipeline.drafting.records import Place, Print, Shape, Sheet
from pipeline.drafting.write import toml_of
from pipeline.forms.schema import Form, load_form
from pipeline.geometry import BoxMm

WIDE, HIGH = 210.0, 297.0
_LETTER = 0.5
"""How wide a letter is, in heights."""
_PT_PER_MM = 72 / 25.4


class Page:
    """A page that print and places are put on, in mm; ``y`` is the base of print."""

    def __init__(self, number: int = 1) -> None:
        self._number = number
        self._words: list[Print] = []
        self._places: list[Place] = []
        self._frames: list[BoxMm] = []

    def text(
        self, x: float, y: float, text: str, *, size: float = 3.5, bold: bool = False
    ) -> float:
        """Print; where it ends."""
        for word in text.split(" "):
            wide = _LETTER * size * len(word)
            if word:
                box = BoxMm(x, y - size * 0.75, wide, size)
                self._words.append(Print(word, box, size, bold))
            x += wide + _LETTER * size
        return x - _LETTER * size

    def ask(self, x: float, y: float, label: str, to: float, *, sure: float = 1.0) -> None:
        """A label and a line behind it."""
        start = self.text(x, y, label) + 1
        self.line(start, y, to - start, sure=sure)

    def line(
        self, x: float, y: float, wide: float, *, high: float = 7.0, sure: float = 1.0
    ) -> None:
        self._places.append(Place(BoxMm(x, y + 1 - high, wide, high), Shape.LINE, sure=sure))

    def comb(self, x: float, y: float, cells: int) -> None:
        self._places.append(Place(BoxMm(x, y - 5, 5.0 * cells, 6), Shape.COMB, cells=cells))

    def square(self, x: float, y: float) -> None:
        self._places.append(Place(BoxMm(x, y - 3, 3.5, 3.5), Shape.BOX))

    def ring(self, x: float, y: float, word: str) -> float:
        end = self.text(x, y, word)
        self._places.append(Place(BoxMm(x, y - 3, end - x, 3.6), Shape.WORD))
        return end

    def area(self, x: float, y: float, wide: float, high: float) -> None:
        self._places.append(Place(BoxMm(x, y, wide, high), Shape.AREA))

    def frame(self, x: float, y: float, wide: float, high: float) -> None:
        self._frames.append(BoxMm(x, y, wide, high))

    def cells(
        self, y: float, columns: dict[float, float], rows: int, *, high: float = 8.0, table: int = 1
    ) -> None:
        """A table's cells, of which each column begins at and is so wide."""
        for row in range(rows):
            for n, (x, wide) in enumerate(columns.items(), start=1):
                box = BoxMm(x, y + row * high, wide, high)
                self._places.append(Place(box, Shape.CELL, row=row + 1, column=n, table=table))

    @property
    def sheet(self) -> Sheet:
        return Sheet(
            self._number,
            WIDE,
            HIGH,
            tuple(self._words),
            frames=tuple(self._frames),
            places=tuple(self._places),
        )

    @property
    def draft(self) -> Draft:
        return draft_of([self.sheet], form_id="essai")


def loaded(draft: Draft, folder: Path) -> Form:
    """The form of a draft, written beside an empty blank, and read again."""
    own = folder / draft.id
    own.mkdir()
    canvas = Canvas(str(own / "blank.pdf"), pagesize=(WIDE * _PT_PER_MM, HIGH * _PT_PER_MM))
    canvas.showPage()
    canvas.save()
    (own / "form.toml").write_text(toml_of(draft), "utf-8")
    return load_form(own)


def types(draft: Draft) -> dict[str, str]:
    return {zone.field: zone.type for zone in draft.asked}
