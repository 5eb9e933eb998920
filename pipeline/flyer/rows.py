"""The lines of a page as they are to be read, and where in them each fact stands."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from pipeline.decoding.normalise import Line
from pipeline.event import Fact
from pipeline.flyer.columns import apart, untangled
from pipeline.text import plain

CAPITAL = "A-ZÀ-ÖØ-ÝŒ"
_HEADINGS = re.compile(
    r"(?:au |le )?(?:programme|deroulement|horaires?|ordre du jour|animations?|tarifs?|prix|cout"
    r"|participation|frais|inscriptions?|reservations?|reglement|paiement|contacts?|convocation"
    r"|renseignements?|informations?|invitation|acces|lieu|date|public|objectifs?|bulletin"
    r"|coupon|fiche|modalites|billetterie|restauration|saison|au menu|cordialement)\b"
)
_MOST_HEADING = 6
"""Words of a heading."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line, or the part of one that is a column's; ``plain``: in small letters without accents,
    each letter where it was. An empty row is a gap."""

    number: int
    text: str
    plain: str

    @property
    def is_heading(self) -> bool:
        """Whether it says what the rows below are about."""
        short = len(self.text.split()) <= _MOST_HEADING and not self.text.endswith((".", ","))
        return (
            short and bool(_HEADINGS.match(self.plain.strip(" *:•-"))) and ":" not in self.text[:-1]
        )

    @property
    def starts_low(self) -> bool:
        """Whether it must go on what the row before began."""
        return self.text[:1].islower() or self.text[:1] in "(,;"


@dataclass(frozen=True)
class Rows:
    """All rows of a page, and the text that they make together."""

    rows: tuple[Row, ...]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    @cached_property
    def text(self) -> str:
        return "\n".join(row.text for row in self.rows)

    @cached_property
    def plain(self) -> str:
        return "\n".join(row.plain for row in self.rows)

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        starts, at = [], 0
        for row in self.rows:
            starts.append(at)
            at += len(row.text) + 1
        return tuple(starts)

    def placed(self) -> Iterator[tuple[int, Row]]:
        """Every row, and where in the text it begins."""
        return zip(self._starts, self.rows, strict=True)

    def start(self, index: int) -> int:
        """Where a row begins; the end of the text behind the last."""
        return self._starts[index] if index < len(self.rows) else len(self.text)

    def index_at(self, place: int) -> int:
        """Which of the rows stands at a place of the text."""
        return sum(start <= place for start in self._starts) - 1

    def line_at(self, place: int) -> int:
        """The number of the page's line at a place of the text."""
        return self.rows[self.index_at(place)].number

    def sentence(self, place: int) -> tuple[int, int]:
        """Where the sentence around a place begins and ends: it begins behind a stop or a gap, or
        as a row does with a capital; a gap before a small letter is none."""
        start = max(m.end() for m in _SENTENCE_START.finditer(self.text, 0, place + 1))
        end = _SENTENCE_END.search(self.text, place)
        return start, end.end() if end else len(self.text)


_ABBREVIATED = rf"(?<!\bMr)(?<!\bDr)(?<!\bPr)(?<!\bTél)(?<!\btél)(?<!\b[{CAPITAL}])"
_GAP = rf"\n\s*\n(?=\W*[{CAPITAL}\d]|\s*\Z)"
_SENTENCE_START = re.compile(rf"\A|{_ABBREVIATED}[.!?]\s+|{_GAP}|\n(?=[{CAPITAL}])")
_SENTENCE_END = re.compile(rf"{_ABBREVIATED}[.!?](?=\s|\Z)|:(?=\s*\n)|{_GAP}|\Z")


def rows_of(lines: Sequence[Line]) -> Rows:
    """The rows of a page: columns one behind the other, a gap where a paragraph begins."""
    rows: list[Row] = []
    for number, text in apart(untangled(lines).lines):
        if lines[number - 1].raw[:1].isspace():  # set in, or behind a form feed: a new paragraph
            rows.append(Row(number, "", ""))
        rows.append(Row(number, text, plain(text)))
    return Rows(tuple(rows))


def whole_rows_of(lines: Sequence[Line]) -> Rows:
    """The rows of a page with their labels, as an amount needs to know what it is for."""
    texts = [(number, line.text) for number, line in enumerate(lines, start=1)]
    return Rows(tuple(Row(number, text, plain(text)) for number, text in apart(texts)))


def sourced(fact: Fact, lines: Sequence[Line]) -> Fact:
    """The fact with what was read before it was normalised, and with the doubt about its words.

    It comes with the normalised passage as ``read``, each of whose lines stands in a line of the
    page, from ``line`` on. The words' probabilities are multiplied: all must be right.
    """
    number, read, sure = fact.line, [], fact.probability
    for part in filter(str.strip, fact.read.split("\n")):
        there = (n for n in range(number, len(lines) + 1) if part in lines[n - 1].text)
        number = next(there, 0) or number
        raw, own = _as_read(lines[number - 1], part)
        read.append(raw)
        sure *= own
    return replace(fact, read="\n".join(read), probability=sure)


def _as_read(line: Line, part: str) -> tuple[str, float]:
    """A part of a line's text as it was read, and how sure its words are; all of the line, where
    more than its words was put right."""
    start = line.text.find(part)
    if start < 0:
        return part, 1.0
    end, at, shift, raw, sure = start + len(part), start, 0, "", 1.0
    for word in line.words:
        first = word.start + shift
        last = first + len(word.text)
        shift = last - word.end
        if line.text[first:last] != word.text:
            return line.raw.strip(), sure * word.probability
        if last > start and first < end:
            raw += line.text[at:first] + word.raw
            at, sure = last, sure * word.probability
    return raw + line.text[at:end], sure
