"""The rows of a form's tables that somebody wrote in: read whole, and the others not at all."""

from collections.abc import Iterator, Sequence

from pipeline import fields
from pipeline.fields import Nature
from pipeline.forms.blank import BlankPage
from pipeline.forms.tables import Table
from pipeline.records import FieldReading
from pipeline.roles import in_row, row_of

_SURELY_EMPTY = 0.9
"""Options less surely left alone may hold a faint mark, which a person has to see."""


def rows_written(readings: Sequence[FieldReading], blank: BlankPage) -> tuple[FieldReading, ...]:
    """The readings of a page; in each row of a table where somebody wrote or chose anything, what
    was left empty is one, too, and of a row that is empty there is none."""
    for table in (t for t in blank.form.tables if t.page == blank.number):
        own = {r.field: r for r in readings if r.field.partition(".")[0] in table.fields}
        rows = {row_of(r.field) for r in own.values() if _is_written(r)}
        whole = _whole(table, own, sorted(rows), readings)
        readings = [*(r for r in readings if r.field not in own), *whole]
    return tuple(readings)


def _is_written(reading: FieldReading) -> bool:
    """Whether anything is there, or may be: lines that nobody wrote on are not read."""
    is_mark = fields.nature(reading.type) is Nature.MARK
    return not is_mark or reading.value != "" or reading.posterior < _SURELY_EMPTY


def _whole(
    table: Table,
    own: dict[str, FieldReading],
    rows: Sequence[int],
    readings: Sequence[FieldReading],
) -> Iterator[FieldReading]:
    """Column by column, the cells of these rows."""
    page = readings[0].page if readings else 1
    for zone in table.zones:
        for row in rows:
            name = in_row(zone.field, row)
            if name in own:
                yield own[name]
            elif zone.lines:
                empty = fields.load(zone.type).read(())
                box = zone.lines[row - 1]
                yield FieldReading(name, zone.type, page, box, "", empty)
