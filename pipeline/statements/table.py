"""What the tables (CSV) of French banks share: a header somewhere below prose, a row a movement."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.language import tr
from pipeline.ledger import Movement
from pipeline.statements.amounts import cents, decimal_mark
from pipeline.statements.balance import Line
from pipeline.statements.days import day
from pipeline.statements.section import joined_words, no_amount, no_day, no_end, wrong
from pipeline.text import fold

_DELIMITERS = ";,\t"
_MOST_ABOVE = 60
"""Lines in which a header is looked for."""
_LONGEST_HEADER = 2000
_SUMS = ("total", "solde", "ancien solde", "nouveau solde")
"""How a row begins that adds up others."""
_LETTER = re.compile(r"[^\W\d_]")
_WHOLE_AMOUNT = re.compile(r".*[.,]\d\d\W*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a bank's table, by their names without case, accents and blanks.

    Either ``amount`` has a sign, or there are ``debit`` and ``credit``. A table needs them, and
    ``date``, ``balance`` and ``beside``, where they are named here, and some text.
    """

    date: str
    labels: tuple[str, ...]
    amount: str = ""
    debit: str = ""
    credit: str = ""
    balance: str = ""
    payer: str = ""
    bank_id: str = ""
    beside: str = ""

    @property
    def amounts(self) -> tuple[str, ...]:
        return tuple(name for name in (self.amount, self.debit, self.credit) if name)

    def fits(self, columns: Sequence[str]) -> bool:
        needed = {self.date, *self.amounts, self.balance, self.beside} - {""}
        return needed <= set(columns) and bool({self.payer, *self.labels} & set(columns))


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    written: tuple[str, ...]
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class Table:
    """``above``: what stands above the header; ``rows``: what stands below, without totals."""

    above: str
    rows: tuple[Row, ...]


def has_header(text: str, layout: Layout) -> bool:
    return _header(io.StringIO(text, newline=""), layout) is not None


def lines(table: Table, layout: Layout) -> list[Line]:
    """The movements, with their lines in the file. Raises StatementError at one that has none."""
    columns = (*layout.amounts, layout.balance)
    mark = decimal_mark(row[column] for row in table.rows for column in columns)
    return [_line(row, layout, mark) for row in table.rows]


def _line(row: Row, layout: Layout, mark: str) -> Line:
    when = day(row[layout.date])
    if when is None:
        raise no_day(row.line)
    balance = cents(row[layout.balance], mark) if row[layout.balance] else None
    if row[layout.balance] and balance is None:
        raise no_amount(row.line)
    movement = Movement(
        day=when,
        amount_cents=_amount(row, layout, mark),
        payer=joined_words([row[layout.payer]]),
        label=joined_words(row[label] for label in layout.labels),
        bank_id=joined_words([row[layout.bank_id]]),
    )
    return Line(row.line, movement, balance)


def _amount(row: Row, layout: Layout, mark: str) -> int:
    """A debit is written with or without its minus."""
    written = [row[column] for column in layout.amounts]
    values = [cents(text, mark) for text in written if text]
    if not values or None in values:
        raise no_amount(row.line)
    if layout.amount:
        return values[0] or 0
    debit, credit = (cents(text, mark) or 0 for text in written)
    if debit and credit:
        raise wrong(row.line, tr("it has both a debit and a credit"))
    return credit - abs(debit)


def table(text: str, layout: Layout) -> Table:
    """The table of a text that has the header. Raises StatementError where it is damaged."""
    stream = io.StringIO(text, newline="")
    header = _header(stream, layout)
    if header is None:
        raise wrong(1, tr("the header of the table is missing"))
    above, delimiter, columns = header
    rows = list(_rows(stream, delimiter, columns, len(above) + 1))
    while rows and _is_footer(rows[-1]):
        rows.pop()
    needed = max(i for i, name in enumerate(columns, 1) if name)
    for row in rows:
        if len(row.written) < needed or any(row.written[len(columns) :]):
            raise wrong(row.line, tr("it has more or fewer cells than the header"))
    if rows and not text.endswith(("\n", "\r")) and _is_cut(rows[-1], layout):
        raise no_end(rows[-1].line)
    return Table("".join(above), tuple(rows))


def _header(stream: io.StringIO, layout: Layout) -> tuple[list[str], str, list[str]] | None:
    """The lines above it, what parts the cells, and the names of the columns."""
    above: list[str] = []
    for line in stream:
        for delimiter in _DELIMITERS if len(line) <= _LONGEST_HEADER else "":
            columns = [_name(cell) for cell in line.split(delimiter)]
            if layout.fits(columns):
                return above, delimiter, columns
        above.append(line)
        if len(above) > _MOST_ABOVE:
            return None
    return None


def _name(cell: str) -> str:
    return fold(cell.strip().strip('"')).replace(" ", "")


def _rows(
    stream: io.StringIO, delimiter: str, columns: list[str], lines_above: int
) -> Iterator[Row]:
    """Every row below the header in which something is written."""
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    line = lines_above + 1
    try:
        for cells in reader:
            written = tuple(cell.strip() for cell in cells)
            if any(written):
                # Of two columns of one name, the first counts.
                named = list(zip(columns, written, strict=False))
                yield Row(line, written, dict(reversed(named)))
            line = lines_above + reader.line_num + 1
    except csv.Error as err:
        raise wrong(line, tr("the quotes do not match, or a cell is too long")) from err


def _is_footer(row: Row) -> bool:
    """Whether it is a sum, or prose; a row that was cut begins with the digits of its day."""
    first, *others = filter(None, row.written)
    if not _LETTER.match(first):
        return False
    return not others or fold(first).startswith(_SUMS)


def _is_cut(row: Row, layout: Layout) -> bool:
    """Whether the last row may have lost digits: it ends in an amount without its cents."""
    last = next(cell for cell in reversed(row.written) if cell)
    amounts = (row[column] for column in (*layout.amounts, layout.balance))
    return last in amounts and not _WHOLE_AMOUNT.fullmatch(last)
