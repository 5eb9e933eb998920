"""A table of a form: rows x columns, of which each column is a zone that repeats.

The value in the second row of the column ``age`` is the field ``age.2``; the values of a row belong
together.
"""

from functools import cached_property
from typing import Annotated, Self

from pydantic import Field, model_validator

from pipeline.forms.constraints import Part
from pipeline.forms.zone import Asked, Cells, Mm, Option, Page, Rectangle, Size, Zone
from pipeline.geometry import BoxMm, bounding_box
from pipeline.language import tr

_Span = tuple[Mm, Size]
"""Where something begins, and how far it reaches from there."""


class Column(Asked):
    """A column of a table. ``x_mm``: where its cells are written in, from the left; ``boxes_mm``:
    and ``words_mm``, for types with options, the same for each of them. ``comb``: where one writes
    one character a cell, the number of equal cells of each row."""

    x_mm: _Span | None = None
    comb: Cells | None = None
    boxes_mm: dict[Option, _Span] = Field(default_factory=dict)
    words_mm: dict[Option, _Span] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_a_place(self) -> Self:
        if bool(self.x_mm) == bool(self.boxes_mm or self.words_mm):
            raise ValueError(tr("a column has either x_mm or boxes_mm"))
        return self


class Table(Part):
    """``rows_mm``: where each row begins, from the top, and how high it is."""

    page: Page = 1
    rows_mm: Annotated[tuple[_Span, ...], Field(min_length=1)]
    columns: Annotated[tuple[Column, ...], Field(min_length=1)]

    @cached_property
    def zones(self) -> tuple[Zone, ...]:
        """A zone for each column."""
        return tuple(map(self._zone, self.columns))

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(column.field for column in self.columns)

    def _zone(self, column: Column) -> Zone:
        if column.x_mm:
            x, width = column.x_mm
            lines = tuple((x, y, width, height) for y, height in self.rows_mm)
            comb = (column.comb,) * len(lines) if column.comb else ()
            place = {"page": self.page, "repeated": True, "lines_mm": lines, "comb": comb}
            return _zone(Zone, column, column.field, **place)
        places = [_in_row(column, *row) for row in self.rows_mm]
        rows = tuple(
            _zone(Zone, column, f"{column.field}.{n}", page=self.page, **place)
            for n, place in enumerate(places, start=1)
        )
        first = {"page": self.page, "repeated": True, **places[0]}
        return _zone(Choices, column, column.field, in_rows=rows, **first)


class Choices(Zone):
    """A column of options, which stand in each row; ``boxes_mm`` are those of the first."""

    in_rows: tuple[Zone, ...]

    @property
    def apart(self) -> tuple[Zone, ...]:
        return self.in_rows

    @property
    def rows(self) -> int:
        return len(self.in_rows)

    @property
    def box_mm(self) -> BoxMm:
        return bounding_box([zone.box_mm for zone in self.in_rows])


def _in_row(column: Column, y: float, height: float) -> dict[str, dict[str, Rectangle]]:
    """Where the options stand in one row."""
    return {
        key: {option: (x, y, width, height) for option, (x, width) in spans.items()}
        for key, spans in (("boxes_mm", column.boxes_mm), ("words_mm", column.words_mm))
    }


def _zone(kind: type[Zone], column: Column, field: str, **place: object) -> Zone:
    """What the column asks, at a place; it was checked with the column."""
    asked = {name: getattr(column, name) for name in Asked.model_fields}
    prices = {"tariffs": asked.pop("written_cents"), "tariffs_cents": asked.pop("whole_cents")}
    return kind.model_construct(**{**asked, **prices, "field": field, **place})
