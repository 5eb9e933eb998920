"""What is seen on a blank that nobody has described yet. All in mm from the page's upper left."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.geometry import BoxMm


class Shape(StrEnum):
    """What a place is for.

    LINE: a line or a frame to write on: a rule, underscores, dots, a tint, the gap after a label.
    COMB: one character a cell. BOX: a check square. WORD: a printed word to ring or strike out.
    CELL: a table's cell. AREA: larger than a line: to sign, to glue a photo in, or several lines
    in one frame.
    """

    LINE = "line"
    COMB = "comb"
    BOX = "box"
    WORD = "word"
    CELL = "cell"
    AREA = "area"


@dataclass(frozen=True, slots=True)
class Print:
    """A word of the blank's print; ``sure`` is how far it can be trusted where it was read."""

    text: str
    box_mm: BoxMm
    size_mm: float
    bold: bool = False
    sure: float = 1.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody may write: ``box_mm`` is what a zone gets.

    A comb has ``cells``; a cell its ``row``, ``column`` and ``table``, from 1. Of an AcroForm
    field are its ``name``, what is ``asked`` (text, check, radio, choice or signature) and, of a
    button, its ``option``. ``sure``: how probably somebody is to write there.
    """

    box_mm: BoxMm
    shape: Shape
    cells: int = 0
    row: int = 0
    column: int = 0
    table: int = 0
    name: str = ""
    asked: str = ""
    option: str = ""
    sure: float = 1.0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of a blank, upright.

    ``rules`` are level and upright strokes, ``frames`` what these enclose, inside them, ``tints``
    shaded areas light enough to write on, and ``dots`` runs of leader dots or underscores, as thin
    as they are.
    """

    number: int
    width_mm: float
    height_mm: float
    words: tuple[Print, ...]
    rules: tuple[BoxMm, ...] = ()
    frames: tuple[BoxMm, ...] = ()
    tints: tuple[BoxMm, ...] = ()
    dots: tuple[BoxMm, ...] = ()
    places: tuple[Place, ...] = ()
