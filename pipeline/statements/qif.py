"""QIF, Quicken's interchange format: a letter begins each line, ``^`` ends each movement.

After "Quicken Interchange Format (QIF) files" of Quicken's help. A French bank writes the day
before the month, and its amounts with a comma or a point.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.errors import StatementError
from pipeline.language import tr
from pipeline.ledger import Movement
from pipeline.statements.amounts import cents, decimal_mark
from pipeline.statements.days import day
from pipeline.statements.section import (
    Section,
    joined_words,
    no_amount,
    no_day,
    no_end,
    several_accounts,
    wrong,
)

FORMAT = "QIF"
_BEGINS = re.compile(r"\s*!(?:Type|Account|Option|Clear)\b", re.IGNORECASE)
_LINE_END = re.compile(r"\r\n|\r|\n")
_ACCOUNT, _BANK = "!account", "!type:bank"
_IGNORED = ("!option:", "!clear:")
_AMOUNT = "TU"
_ONCE = "DTUP"
_OPENING = "opening balance"


@dataclass(slots=True)
class _Record:
    line: int
    fields: dict[str, list[str]] = field(default_factory=dict)

    def first(self, letters: str) -> str:
        """What stands behind the first of these letters that there is.

        A split movement repeats some letters; the first of each is the movement's own.
        """
        return next((self.fields[letter][0] for letter in letters if letter in self.fields), "")


def recognises(text: str) -> bool:
    return _BEGINS.match(text[:1000]) is not None


def read(text: str) -> list[Section]:
    records = list(_records(text))
    mark = decimal_mark(record.first(_AMOUNT) for record in records)
    opening_cents, movements = None, list[Movement]()
    for record in records:
        movement = _movement(record, mark)
        if movement.payer.lower() == _OPENING and opening_cents is None and not movements:
            opening_cents = movement.amount_cents
        else:
            movements.append(movement)
    return [Section(tuple(movements), opening_cents=opening_cents)]


def _records(text: str) -> Iterator[_Record]:
    """The movements, without what is said of the account."""
    part, accounts, record = "", 0, _Record(1)
    number = 1
    for number, line in enumerate(_LINE_END.split(text.rstrip()), 1):
        bare = line.strip()
        if bare.startswith("!") and record.fields:
            raise no_end(number)
        if bare.startswith("!"):
            part, accounts = _part(bare, number, part, accounts)
        elif bare == "^":
            if part == _BANK and record.fields:
                yield record
            record = _Record(number + 1)
        elif bare:
            record.line = record.line if record.fields else number
            record.fields.setdefault(bare[0].upper(), []).append(bare[1:].strip())
    if record.fields:
        raise no_end(number)


def _part(heading: str, number: int, part: str, accounts: int) -> tuple[str, int]:
    folded = heading.replace(" ", "").lower()
    if folded.startswith(_IGNORED):
        return part, accounts
    if folded not in (_ACCOUNT, _BANK):
        raise StatementError(
            tr(
                "line {line}: what begins there is no account at a bank. Download that account "
                "alone.",
                line=number,
            )
        )
    accounts += folded == _BANK
    if accounts > 1:
        raise several_accounts()
    return folded, accounts


def _movement(record: _Record, mark: str) -> Movement:
    if any(len(record.fields.get(letter, ())) > 1 for letter in _ONCE):
        raise wrong(record.line, tr("two movements are in one there"))
    when, amount = day(record.first("D")), cents(record.first(_AMOUNT), mark)
    if when is None:
        raise no_day(record.line)
    if amount is None:
        raise no_amount(record.line)
    return Movement(
        day=when,
        amount_cents=amount,
        payer=joined_words([record.first("P")]),
        label=joined_words([*record.fields.get("M", ()), record.first("N")]),
    )
