"""CFONB 120, which French banks send by EBICS: records of 120 columns, each with its code.

The layout is that of "Relevé de compte sur support informatique" (CFONB, July 2004), its 05 records
those of "Évolutions du relevé de compte 120 caractères" (CFONB, August 2007).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from pipeline.language import tr
from pipeline.ledger import Movement
from pipeline.statements.account import compact
from pipeline.statements.days import of, whole_year
from pipeline.statements.section import (
    EURO,
    Section,
    joined_words,
    no_amount,
    no_day,
    no_end,
    not_euros,
    wrong,
)

FORMAT = "CFONB120"
_WIDTH = 120
_START = re.compile(r"\s*0[147]\d{5}.{4}\d{5}[A-Z]{3}\d", re.ASCII)
_LINE_END = re.compile(r"\r\n|\r|\n")
# The sign is punched over the last digit, as in EBCDIC; é and è are { and } in its French page 297.
_PLUS, _MINUS = "{ABCDEFGHI", "}JKLMNOPQR"
_FRENCH_PAGE = str.maketrans("éè", "{}")
_DIGITS = re.compile(r"\d{13}", re.ASCII)
_DETAIL_WIDTH = 70
_SAYS_NOTHING = "NOTPROVIDED"
_WORDS = (("LIB",), ("LCC", "LC2"), ("LCS",), ("NPO",))
"""What belongs to the label: free text, remittance, its structured reference, the last debtor."""


@dataclass(frozen=True, slots=True)
class _Record:
    number: int
    text: str

    @property
    def code(self) -> str:
        return self.text[:2]

    @property
    def account(self) -> str:
        """Bank, branch and number."""
        return self.text[2:7] + self.text[11:16] + self.text[21:32]

    @property
    def day(self) -> date:
        if day := _day(self.text[34:40]):
            return day
        raise no_day(self.number)

    @property
    def cents(self) -> int:
        digits, decimals = self.text[90:103], self.text[19]
        punched = self.text[103].translate(_FRENCH_PAGE)
        if not _DIGITS.fullmatch(digits) or decimals not in "0123":
            raise no_amount(self.number)
        if punched not in _PLUS + _MINUS:
            raise no_amount(self.number)
        value = int(digits) * 10 + (_PLUS + _MINUS).index(punched) % 10
        scale: int = 10 ** int(decimals)
        value_cents, rest = divmod(value * 100, scale)
        if rest:
            raise no_amount(self.number)
        return -value_cents if punched in _MINUS else value_cents


@dataclass(slots=True)
class _Entry:
    """A 04 record with the texts of the 05 records that follow it, by what they are of."""

    record: _Record
    details: dict[str, list[str]] = field(default_factory=dict)

    def add(self, record: _Record) -> None:
        text = record.text[48 : 48 + _DETAIL_WIDTH]
        self.details.setdefault(record.text[45:48], []).append(text)

    def said(self, *qualifiers: str) -> str:
        """The texts in a row: one that fills its record is cut in a word, which then goes on."""
        texts = [text.rstrip() for name in qualifiers for text in self.details.get(name, ())]
        return "".join(text if len(text) == _DETAIL_WIDTH else f"{text} " for text in texts)


def recognises(text: str) -> bool:
    return _START.match(text[:_WIDTH]) is not None


def read(text: str) -> list[Section]:
    sections: list[Section] = []
    opened: _Record | None = None
    entries: list[_Entry] = []
    record = _Record(1, "")
    for record in _records(text):
        if record.text[16:19] != EURO:
            raise not_euros(record.number)
        if (record.code == "01") == (opened is not None):
            raise wrong(record.number, tr("a record 01 or 07 is missing before it"))
        if opened is not None and record.account != opened.account:
            raise wrong(record.number, tr("its account is another than that of the record 01"))
        match record.code:
            case "01":
                opened, entries = record, []
            case "04":
                entries.append(_Entry(record))
            case "05" if entries:
                entries[-1].add(record)
            case "07" if opened:
                sections.append(_section(opened, entries, record))
                opened = None
            case _:
                raise wrong(record.number, tr("a record that has no place there"))
    if opened:
        raise no_end(record.number)
    return sections


def _records(text: str) -> Iterator[_Record]:
    """The records of a file, numbered like its lines; some banks write no end of line."""
    lines = _LINE_END.split(text)
    for number, line in enumerate(lines, 1):
        for at in range(0, len(line), _WIDTH):
            record = line[at : at + _WIDTH].ljust(_WIDTH)
            if record.strip():
                yield _Record(number if len(lines) > 1 else at // _WIDTH + 1, record)


def _section(opened: _Record, entries: list[_Entry], closed: _Record) -> Section:
    # The opening balance is that of the last day before.
    first = min(opened.day + timedelta(days=1), closed.day)
    return Section(
        movements=tuple(map(_movement, entries)),
        account=compact(opened.account),
        first=first,
        last=closed.day,
        opening_cents=opened.cents,
        closing_cents=closed.cents,
    )


def _movement(entry: _Entry) -> Movement:
    record, cents = entry.record, entry.record.cents
    reference = entry.said("RCN").replace(_SAYS_NOTHING, " " * len(_SAYS_NOTHING))
    number = record.text[81:88].strip()
    return Movement(
        day=record.day,
        amount_cents=cents,
        # Who paid, or who was paid: the account's own holder is named, too.
        payer=joined_words([entry.said("NPY" if cents > 0 else "NBE")]),
        label=joined_words(
            [
                record.text[48:79],
                *(entry.said(*qualifiers) for qualifiers in _WORDS),
                *(reference[:35], reference[35:]),
                record.text[104:120],
            ]
        ),
        bank_id=number if number.strip("0") else "",
    )


def _day(digits: str) -> date | None:
    if not re.fullmatch(r"\d{6}", digits, re.ASCII):
        return None
    return of(whole_year(digits[4:]), int(digits[2:4]), int(digits[:2]))
