"""A zone of a form: where a field stands, of what type it is, and what it is for; and an area that
holds none."""

from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipeline import fields
from pipeline.fields import Drawn, FieldType
from pipeline.forms.constraints import Cents, Name, Part, Written
from pipeline.geometry import BoxMm, bounding_box
from pipeline.language import tr

Mm = Annotated[float, Field(ge=0, le=2000)]
Size = Annotated[float, Field(gt=0)]
Page = Annotated[int, Field(ge=1)]
Cells = Annotated[int, Field(ge=1, le=60)]
Rectangle = tuple[Mm, Mm, Size, Size]
Option = Annotated[str, Field(pattern=r"^[^|]+$")]
"""``|`` stands between the options of one value."""
_CELL_MM = 6.0
Role = Literal["who", "contact", "payment", "none"]
"""What a field is for: who registers, where to reach them, how they pay."""


def is_cell(box: BoxMm) -> bool:
    """Whether a box is larger than a check box, so that a mark may stand anywhere in it."""
    return min(box.w, box.h) > _CELL_MM


class Asked(Part):
    """What a zone asks for, or a column of a table.

    ``label``: what readers call the field. ``role``: what it is for, where neither its type nor
    ``[sum]`` and ``[people]`` say. ``options``: what readers call each option, for types that have
    some, and what each costs, written in one of two ways. ``pattern``: what values of a licence are
    like. ``unit``: what is printed in a number's box, or behind it.
    """

    field: Name
    type: str
    label: str = ""
    role: Role | None = None
    pattern: str = ""
    unit: str = ""
    options: dict[str, str] = Field(default_factory=dict)
    written_cents: dict[str, Written] = Field(default_factory=dict, alias="tariffs")
    whole_cents: dict[str, Cents] = Field(default_factory=dict, alias="tariffs_cents")

    @model_validator(mode="after")
    def _is_priced_once(self) -> Self:
        if self.written_cents and self.whole_cents:
            raise ValueError(tr("the options have either tariffs or tariffs_cents"))
        return self

    @property
    def tariffs_cents(self) -> dict[str, int]:
        """Cents that each option costs, of those that cost something."""
        return self.written_cents or self.whole_cents

    @property
    def field_type(self) -> FieldType:
        """Its type, as it is here. Raises ConfigError naming the known types, and ValueError for a
        pattern or a unit that can be none."""
        return fields.of(self.type, pattern=self.pattern, unit=self.unit)

    @property
    def drawn(self) -> Drawn:
        """What stands in its boxes."""
        field_type = fields.find(self.type)
        return field_type.drawn if field_type else Drawn.MARK

    def called(self, option: str) -> str:
        """What readers call an option; ``""``, where none of them is chosen."""
        field_type = fields.find(self.type)
        usual = dict(field_type.options) if field_type else {}
        return self.options.get(option) or usual.get(option) or option.replace("_", " ")


class Zone(Asked):
    """A named, typed rectangle of the form, in mm.

    ``lines_mm``: the lines a person writes on. With ``repeated``, each line is a value of its own
    (``personnes.1``, ``personnes.2``, ...); otherwise they are one value written over several.
    ``comb``: where one writes one character a cell, the number of equal cells of each line.
    ``boxes_mm``: the printed square or cell of each option; ``words_mm``: the printed word of each
    that is ringed or struck out.
    """

    page: Page = 1
    repeated: bool = False
    lines_mm: tuple[Rectangle, ...] = ()
    comb: tuple[Cells, ...] = ()
    boxes_mm: dict[Option, Rectangle] = Field(default_factory=dict)
    words_mm: dict[Option, Rectangle] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_a_place(self) -> Self:
        if bool(self.lines_mm) == bool(self.boxes):
            raise ValueError(tr("a zone has either lines_mm or boxes_mm"))
        if twice := self.boxes_mm.keys() & self.words_mm.keys():
            raise ValueError(tr("{name!r} stands in both boxes_mm and words_mm", name=min(twice)))
        if self.repeated and self.boxes:
            raise ValueError(tr("boxes that repeat are a column of [[tables]]"))
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

    @property
    def apart(self) -> tuple["Zone", ...]:
        """The zone as it is read: of options that stand in each row, a zone a row, which is called
        like its field."""
        return (self,)

    @property
    def rows(self) -> int:
        """How many values it may hold."""
        return len(self.lines_mm) if self.repeated else 1

    @cached_property
    def lines(self) -> tuple[BoxMm, ...]:
        return tuple(BoxMm(*line) for line in self.lines_mm)

    @cached_property
    def boxes(self) -> dict[str, BoxMm]:
        """Where each option stands, in the form's order: its box, or its printed word."""
        return {option: BoxMm(*box) for option, box in (self.boxes_mm | self.words_mm).items()}

    @property
    def filled(self) -> tuple[BoxMm, ...]:
        """The boxes that may be filled all over: check boxes, and where a picture is glued."""
        boxes = (self.boxes[option] for option in self.boxes_mm)
        return tuple(b for b in boxes if self.drawn is Drawn.PICTURE or not is_cell(b))

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
    page: Page = 1
    boxes_mm: Annotated[tuple[Rectangle, ...], Field(min_length=1)]

    @cached_property
    def boxes(self) -> tuple[BoxMm, ...]:
        return tuple(BoxMm(*box) for box in self.boxes_mm)
