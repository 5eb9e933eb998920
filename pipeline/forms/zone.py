"""A zone of a form: where a field stands, of what type it is, and what it is for; and an area that
holds none."""

from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipeline.forms.constraints import Name, Part
from pipeline.geometry import BoxMm, bounding_box
from pipeline.language import tr

_Mm = Annotated[float, Field(ge=0, le=2000)]
_Page = Annotated[int, Field(ge=1)]
_Cells = Annotated[int, Field(ge=1, le=60)]
_Rectangle = tuple[_Mm, _Mm, Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]]
Role = Literal["who", "contact", "payment", "none"]
"""What a field is for: who registers, where to reach them, how they pay."""


class Zone(Part):
    """A named, typed rectangle of the form, in mm.

    ``lines_mm``: the lines a person writes on. With ``repeated``, each line is a value of its own
    (``personnes.1``, ``personnes.2``, ...); otherwise they are one value written over several.
    ``comb``: where one writes one character a cell, the number of equal cells of each line.
    ``boxes_mm``: for check boxes, the printed square of each option. ``label``: what readers call
    the field. ``role``: what it is for, where neither its type nor ``[sum]`` and ``[people]`` say.
    """

    field: Name
    type: str
    label: str = ""
    role: Role | None = None
    page: _Page = 1
    repeated: bool = False
    lines_mm: tuple[_Rectangle, ...] = ()
    comb: tuple[_Cells, ...] = ()
    boxes_mm: dict[str, _Rectangle] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_a_place(self) -> Self:
        if bool(self.lines_mm) == bool(self.boxes_mm):
            raise ValueError(tr("a zone has either lines_mm or boxes_mm"))
        return self

    @model_validator(mode="after")
    def _has_a_comb_of_its_lines(self) -> Self:
        if self.comb and not self.lines_mm:
            raise ValueError(tr("a comb has lines_mm, whose cells it counts"))
        if self.comb and len(self.comb) != len(self.lines_mm):
            raise ValueError(
                tr(
                    "comb says how many cells each line has: {cells} numbers for {lines} lines",
                    cells=len(self.comb),
                    lines=len(self.lines_mm),
                )
            )
        return self

    @cached_property
    def lines(self) -> tuple[BoxMm, ...]:
        return tuple(BoxMm(*line) for line in self.lines_mm)

    @cached_property
    def boxes(self) -> dict[str, BoxMm]:
        return {option: BoxMm(*box) for option, box in self.boxes_mm.items()}

    def cell_mm(self, line: int) -> float | None:
        """How wide the cells of that line (from 0) are; None where it is no comb."""
        return self.lines[line].w / self.comb[line] if self.comb else None

    @property
    def box_mm(self) -> BoxMm:
        return bounding_box([*self.lines, *self.boxes.values()])


class Area(Part):
    """A part of a page that is not read, where people may write without a word to the reader: for
    the ``office``, or to ``ignore`` (a stamp, a note of one's own). Both are treated alike."""

    kind: Literal["office", "ignore"]
    page: _Page = 1
    boxes_mm: Annotated[tuple[_Rectangle, ...], Field(min_length=1)]

    @cached_property
    def boxes(self) -> tuple[BoxMm, ...]:
        return tuple(BoxMm(*box) for box in self.boxes_mm)
