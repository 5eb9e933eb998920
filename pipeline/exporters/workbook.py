"""``registrations.xlsx``: what secretary and treasurer open, with numbers that a sum adds up."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from io import BytesIO
from textwrap import wrap

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipeline.exporters import _totals, _waiting, inscriptions, participants, payments, rejected
from pipeline.exporters._by_form import by_form, distinct
from pipeline.exporters._sheet import Cell, Cents, Sheet, day_text
from pipeline.money import format_cents
from pipeline.snapshot import Snapshot

FILE_NAME = "registrations.xlsx"

_MADE_AT = datetime(1980, 1, 1, tzinfo=UTC)
"""When the file says that it was made, so that the same rows give the same bytes."""
_FIRST_DAY = date(1900, 3, 1)
"""Before it, Excel counts a day that never was; before 1900, it knows none."""
_NARROWEST, _WIDEST = 8, 50
_OF_FILTER = 3
"""Characters that the button of a filter hides."""
_LINE_PT, _TALLEST_PT = 15, 405
_A4 = 9
_LONGEST_NAME = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_RESERVED = ("History", "Historique")
"""Names of sheets that Excel keeps for itself."""
_FORMATS: Mapping[str, Mapping[str, object]] = {
    # As text, so that it is no formula either once somebody has edited it.
    "text": {"num_format": "@", "align": "left", "indent": 1},
    "wrapped": {"num_format": "@", "align": "left", "indent": 1, "text_wrap": True},
    "count": {"num_format": "#,##0"},
    "money": {"num_format": '#,##0.00\\ "€"'},
    "day": {"num_format": "dd/mm/yyyy"},
    "head": {
        "bold": True,
        "align": "left",
        "indent": 1,
        "text_wrap": True,
        "bg_color": "#E7E6E1",
        "bottom": 1,
    },
}


def render(snapshot: Snapshot) -> bytes:
    file = BytesIO()
    # In memory: nobody's name in a folder of temporary files, and no time of its own on any part.
    with Workbook(file, {"in_memory": True}) as workbook:
        workbook.set_properties({"created": _MADE_AT})
        formats = {
            name: workbook.add_format({"valign": "top", **how}) for name, how in _FORMATS.items()
        }
        for sheet in _sheets(snapshot):
            _write(workbook.add_worksheet(sheet.name), sheet, formats)
    return file.getvalue()


def _sheets(snapshot: Snapshot) -> Iterator[Sheet]:
    """All of them; of several forms, one each stands behind the first."""
    first, *others = (
        part.sheet(snapshot)
        for part in (inscriptions, participants, _waiting, rejected, payments, _totals)
    )
    yield first
    forms = by_form(snapshot.registrations)
    if len(forms) > 1:
        taken = (first.name, *(sheet.name for sheet in others), *_RESERVED)
        events = [snapshot.occasion(rows[0]) for rows in forms.values()]
        names = (
            _sheet_name(event if events.count(event) == 1 else form)
            for form, event in zip(forms, events, strict=True)
        )
        free = [*distinct((*taken, *names), longest=_LONGEST_NAME)][len(taken) :]
        for name, rows in zip(free, forms.values(), strict=True):
            yield inscriptions.sheet_of(rows, snapshot, name=name)
    yield from others


def _sheet_name(text: str) -> str:
    """As Excel takes it: https://support.microsoft.com/office/3f1f7148-ee83-404d-8ef0-9ff99fbad1f9"""
    plain = "".join(c if c.isprintable() and c <= "\uffff" else " " for c in text)
    words = " ".join(_FORBIDDEN.sub(" ", plain).split())
    return words[:_LONGEST_NAME].strip(" '") or "Fiches"


def _write(page: Worksheet, sheet: Sheet, formats: Mapping[str, Format]) -> None:
    page.freeze_panes(1, 0)
    page.set_landscape()
    page.set_paper(_A4)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    heights = [1] * (len(sheet.rows) + 1)
    for column, head in enumerate(sheet.heads):
        page.write_string(0, column, _plain(head), formats["head"])
        cells = [row[column] for row in sheet.rows]
        width = _width(head, cells)
        page.set_column(column, column, width)
        heights[0] = max(heights[0], _lines(head, width))
        wraps = head in sheet.wraps
        for line, cell in enumerate(cells, start=1):
            _put(page, line, column, cell, formats["wrapped" if wraps else "text"], formats)
            if wraps:
                heights[line] = max(heights[line], _lines(_as_seen(cell), width))
    for line, height in enumerate(heights):
        if height > 1:  # LibreOffice does not see by itself that a row needs more
            page.set_row(line, min(height * _LINE_PT, _TALLEST_PT))
    if sheet.filtered:
        page.autofilter(0, 0, len(sheet.rows), len(sheet.heads) - 1)


def _put(
    page: Worksheet,
    line: int,
    column: int,
    cell: Cell,
    text: Format,
    formats: Mapping[str, Format],
) -> None:
    """Write a cell as what it is: ``write`` alone would make formulas and links of some texts."""
    match cell:
        case Cents(value):
            page.write_number(line, column, value / 100, formats["money"])
        case int():
            page.write_number(line, column, cell, formats["count"])
        case date() if cell >= _FIRST_DAY:
            page.write_datetime(line, column, cell, formats["day"])
        case date():
            page.write_string(line, column, day_text(cell), text)
        case str() if cell:
            page.write_string(line, column, _plain(cell), text)


def _plain(text: str) -> str:
    """XlsxWriter takes such a text for its own XML, and writes it as it is: a blank tells them
    apart."""
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text


def _width(head: str, cells: list[Cell]) -> int:
    """In characters: for the longest cell, within reason, and the longest word of the head."""
    longest = max((len(_as_seen(cell)) for cell in cells), default=0)
    word = max(map(len, head.split()), default=0)
    return min(max(_NARROWEST, word + _OF_FILTER, longest + 2), _WIDEST)


def _lines(text: str, width: int) -> int:
    """How many lines a text takes in a column of that width."""
    return sum(max(1, len(wrap(line, width))) for line in text.split("\n"))


def _as_seen(cell: Cell) -> str:
    match cell:
        case Cents(value):
            return format_cents(value)
        case date():
            return day_text(cell)
        case None:
            return ""
    return str(cell)
