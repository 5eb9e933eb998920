"""What happens when."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.event import About, Fact
from pipeline.flyer.days import SPAN, UNPROVEN, days_in, is_hours, leads_on, span
from pipeline.flyer.rows import CAPITAL, Row, Rows

_BULLET = r"\W{0,3}(?:[eo°]\s)?\W{0,2}"
_BEFORE = r"(?:(?:de|à|a|dès|des|vers|à partir de|a partir de)\s+)?"
_TIME = re.compile(rf"{_BULLET}(?i:{_BEFORE}){SPAN}\s*[:.)–—-]*\s*")
_LABELLED = re.compile(
    rf"{_BULLET}(?P<label>[{CAPITAL}][^\d:.;!?€]{{2,50}}?)\s*"
    rf"(?::\s*(?P<more>[^€]{{0,30}}?)|(?:,|-|–|—|à|dès|a|de|vers|à partir de)\s*)\s*"
    rf"(?:(?:à|a|de|dès|vers|à partir de|entre)\s+)?{SPAN}"
)
_NO_LABEL = re.compile(
    r"\W*(?:horaires?|heures?|dates?|lieux?|quand|durees?|rendez-vous le|permanence|ouverte?s?"
    r"|ouvertures? d[eu]s? (?:bureau|secretariat)|tel|rens\w*|reservations?|inscri\w+"
    r"|bulletin|contact\w*|tarifs?|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\b"
)
_OWN = re.compile(r"€|\beuros?\b|@|\biban\b|(?:\d\d[ .]){4}\d\d|\bgratuit|\bentree libre")
_LABEL = re.compile(rf"[{CAPITAL}][\w' -]{{2,30}}\s?:\s")
_MOST_LABEL_WORDS, _MOST_LABEL_BEHIND = 6, 80
_FULL = 0.75
"""A row that is so long, beside the longest of the page, may go on below with a capital."""


@dataclass(slots=True)
class _Entry:
    value: str
    detail: str
    row: Row
    read: list[str]

    @property
    def fact(self) -> Fact:
        read = "\n".join(self.read)
        detail = self.detail.strip()
        return Fact(
            About.PROGRAMME, self.value, detail, read, line=self.row.number, probability=UNPROVEN
        )


def programme(rows: Rows) -> Iterator[Fact]:
    """The times that rows begin or end with, with what happens then as ``detail``."""
    widest = max((len(row.text) for row in rows), default=0)
    entry: _Entry | None = None
    before = ""
    for row in rows:
        goes_on, before = leads_on(before), row.plain
        if not goes_on and (started := _entry(row)):
            if entry:
                yield entry.fact
            entry = started
        elif entry and _goes_on(entry, row, widest):
            entry.detail = f"{entry.detail} {row.text}"
            entry.read.append(row.text)
        elif entry:
            yield entry.fact
            entry = None
    if entry:
        yield entry.fact


def _entry(row: Row) -> _Entry | None:
    if match := _TIME.match(row.text):
        return _Entry(span(match), row.text[match.end() :], row, [row.text])
    match = _LABELLED.match(row.text)
    if match is None or _NO_LABEL.match(row.plain) or is_hours(row):
        return None
    behind = row.text[match.end() :].strip(" .;,")
    if (
        len(behind) > _MOST_LABEL_BEHIND
        or _OWN.search(row.plain, match.end())
        or len(match["label"].split()) > _MOST_LABEL_WORDS
    ):
        return None
    if days_in(row.plain) and not match["more"]:
        return None
    more = re.sub(r"\s*(?:de|à|a|dès|entre)?$", "", match["more"] or "")
    detail = " ".join(part for part in (match["label"].strip(), more, behind) if part)
    return _Entry(span(match), detail, row, [row.text])


def _goes_on(entry: _Entry, row: Row, widest: int) -> bool:
    """Whether a row goes on what happens then: it is neither a heading nor another fact."""
    if not row.text or row.is_heading or _OWN.search(row.plain):
        return False
    if row.starts_low or not entry.detail:
        return True
    last = entry.read[-1]
    if last.endswith((",", "-", "–", ":", "et", "de", "(")):
        return True
    full = len(last) >= _FULL * widest and not last.endswith((".", "!", "?"))
    return full and not _LABEL.match(row.text) and not days_in(row.plain)
