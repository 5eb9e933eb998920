"""Where an event is."""

import re
from collections.abc import Iterator

from pipeline.event import About, Fact
from pipeline.flyer.addresses import address, street_in
from pipeline.flyer.days import SPAN, days_in, event_days
from pipeline.flyer.rows import CAPITAL, Row, Rows

_PLACES = re.compile(
    r"(?:l[ae]s?\s+|l')?(?:grande?\s+|petite?\s+|ancienne?\s+|nouvelle\s+)?"
    r"(?:salles?|maisons?|espace|centre|eglise|halles?|gymnase|theatre|amphitheatre|auditorium"
    r"|abbaye|chateau|mairie|hotel|ecole|college|lycee|mediatheque|bibliotheque|foyer|mjc"
    r"|conseil (?:departemental|regional|municipal)"
    r"|cinema|parc|stade|complexe|palais|chapelle|campus|universite|institut|ferme|manoir|domaine"
    r"|musee|cour|preau|local|locaux|siege|temple|cathedrale|basilique|collegiale|prieure|moulin"
    r"|jardins?|bourse|faculte|pole|restaurant|auberge|cafe|bar|librairie|galerie|hippodrome"
    r"|piscine|port|parking|gare|plage|base|camping|village|tiers-lieu|pavillon|kiosque|hangar"
    r"|conservatoire|residence|caserne|cantine|studio|grange|boulodrome|velodrome|dojo|cite|forum)\b"
)
_LABEL = re.compile(
    r"^\W*(?:(?:lieux?(?:\s+de\s+[\w' -]{3,25})?|ou|adresse(?:\s+du\s+jour)?|rendez-vous|endroit)"
    r"\s*[:?]+\s*|rendez-vous\s+(?:a|des|vers)\s+\d{1,2}\s?h\s?(?:\d\d)?\s*,?\s*)"
)
_LEAD = re.compile(r"[\s,.:;(–—•*-]*")
_TIME = re.compile(
    rf"(?:(?:de|a|des|a partir de)\s+)?{SPAN}(?:\s*(?:precises?|environ)\b)?[\s,:;(–—-]*"
)
_AT = re.compile(r"(?:(?:à|a|dans)\s+(?:la\s|l')|dans\s+le\s|aux?\s|[àa]\s)\s*")
_LATER = re.compile(
    r"\b(?:aura|auront|a)\s+lieu|se\s+(?:tien|deroul)\w+|rendez-vous|vous\s+accueill\w+"
)
_OF_A_BODY = re.compile(r"\b(?:organis|propos|presente|invite)|^centre de recherche")
_VERB = re.compile(r"\b(?:vous|nous|est|sont|sera)\b")
_STOP = re.compile(r"\s*(?:,\s*|\s[–—-]\s|\.\s|\.$|\(|;|:|!|\n|$)")
_NOT_A_PLACE = re.compile(
    r"partir|\d|l'ordre|l'adresse|heures|retourner|adresser|envoyer|plus\b|suivre"
)
_BETWEEN = re.compile(r"\W*(?:(?:de |a |des )?\d{1,2}\s?[h:]|horaires?\b)")
_MOST_BELOW, _MOST_ABOVE, _MOST_GAPS = 8, 4, 2
"""Rows below and above the day among which the place is, and gaps before it."""
_LEAST = 3
_LABELLED, _BESIDE, _ABOVE = 0.98, 0.95, 0.9
"""How often a place is where a label says it, behind or below the day, or above it."""

_Span = tuple[int, int]


def where(rows: Rows) -> Iterator[Fact]:
    """The place of the event, and its address: behind a label, or else behind a day, below or above
    it."""
    for start, sure in _spots(rows):
        if facts := [*_at(rows, start, sure)]:
            yield from facts
            return


def _spots(rows: Rows) -> Iterator[tuple[int, float]]:
    """Where in the text the place of the event may begin, likeliest first."""
    for at, row in rows.placed():
        if label := _LABEL.match(row.plain):
            yield at + label.end(), _LABELLED
    named = event_days(rows)
    for day in named:
        yield day.end, _BESIDE
    first = rows.index_at(named[0].start) if named else 0
    for index in range(first - 1, max(-1, first - 1 - _MOST_ABOVE), -1):
        plain = rows.rows[index].plain
        if _PLACES.match(plain) and not _OF_A_BODY.search(plain) and not _VERB.search(plain):
            yield rows.start(index), _ABOVE
    for later in _LATER.finditer(rows.plain):
        yield later.end(), _BESIDE


def _at(rows: Rows, start: int, sure: float) -> Iterator[Fact]:
    """The place and the address of which one begins at ``start`` or in the rows below it."""
    first, places, gaps = rows.index_at(start), list[_Span](), 0
    for index in range(first, min(len(rows.rows), first + _MOST_BELOW)):
        row, at = rows.rows[index], max(start, rows.start(index))
        end = rows.start(index) + len(row.text)
        gaps += not row.text
        street = street_in(rows, at, end)
        if gaps > _MOST_GAPS or (row.text and places and gaps and street != at):
            break
        alone = at == rows.start(index)
        until = end if street is None else street
        place = _place(rows, at, until, labelled=sure == _LABELLED and index == first, alone=alone)
        if index > first and not place and _street_follows(rows, index, street):
            place = _whole(rows, index, until)
        if place and (index <= first + 1 or not places or street or _PLACES.match(row.plain)):
            places.append(place)
        if street is not None:
            yield from (*_found(rows, places, sure), *address(rows, street, sure))
            return
        if row.text and index > first and not place and not _may_stand_between(row):
            break
    yield from _found(rows, places, sure)


def _street_follows(rows: Rows, index: int, street: int | None) -> bool:
    """Whether a street follows, or the next row begins with one: then what is before says where,
    whatever it is."""
    if street is not None:
        return street > rows.start(index)
    start, end = rows.start(index + 1), rows.start(index + 2)
    return start < end and street_in(rows, start, end) == start


def _whole(rows: Rows, index: int, end: int) -> _Span | None:
    """A row up to there, if it is no sentence, label or day."""
    row, start = rows.rows[index], rows.start(index)
    text = rows.text[start:end].rstrip(" ,(–—-")
    other = _may_stand_between(row) or row.is_heading or ":" in text or _VERB.search(row.plain)
    return (start, start + len(text)) if text[:1].isupper() and not other else None


def _may_stand_between(row: Row) -> bool:
    """Whether a row between a day and its place is only another day or its time."""
    return bool(days_in(row.plain) or _BETWEEN.match(row.plain))


def _found(rows: Rows, places: list[_Span], sure: float) -> Iterator[Fact]:
    if places:
        parts = [rows.text[start:end] for start, end in places]
        value = ", ".join(" ".join(part.split()) for part in parts)
        line = rows.line_at(places[0][0])
        yield Fact(About.PLACE, value, read="\n".join(parts), line=line, probability=sure)


def _place(rows: Rows, start: int, end: int, *, labelled: bool, alone: bool) -> _Span | None:
    """The place between two places of the text, behind a time: what follows ``à``, a word like
    ``salle``, or a label; ``alone``: the row says nothing before it."""
    first = start
    for before in (_LEAD, _TIME):
        if match := before.match(rows.plain, first, end):
            first = match.end()
    at = _AT.match(rows.text, first, end)
    first = at.end() if at else first
    known = bool(_PLACES.match(rows.plain, first, end))
    if alone and not at and _VERB.search(rows.plain, first, end):
        return None
    if not (at or known or labelled) or (alone and not at and "€" in rows.text[first:end]):
        return None
    last = first
    for stop in _STOP.finditer(rows.text, first, end):
        last = stop.start()
        if "," not in stop[0] or not _PLACES.match(rows.plain, stop.end(), end):
            break
    named = known or re.search(rf"[{CAPITAL}]", rows.text[first:last])
    if last - first < _LEAST or not named or _NOT_A_PLACE.match(rows.plain, first, last):
        return None
    return first, last
