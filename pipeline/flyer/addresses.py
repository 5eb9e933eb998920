"""Streets, towns and whole addresses: of a place, and to send something to."""

import re
from collections.abc import Iterator

from pipeline.event import About, Fact
from pipeline.flyer.rows import CAPITAL, Rows

_STREET_NAME = (
    r"(?:rue|avenue|av|ave|boulevard|bd|bld|route|rte|place|pl|chemin|allees?|impasse|quai|cours"
    r"|square|passage|esplanade|ruelle|venelle|faubourg|fbg|rond-point|promenade|sentier|parvis)"
)
_STREET_WORD = (
    rf"(?:{_STREET_NAME}|residence|lotissement|hameau|lieu-dit|zone|z\.?a\.?|mail|traverse|montee"
    r"|cite)"
)
"""Behind a number these are streets, too."""
_NUMBER = r"\d{1,4}(?:\s?(?:bis|ter|quater|[a-d]))?"
_STREET = re.compile(
    rf"(?:(?<=^)|(?<=[\s,(–—-]))(?:{_NUMBER}\s?,?\s+{_STREET_WORD}\b\.?"
    rf"|{_STREET_NAME}\b\.?(?=\s+\w))"
)
_NUMBERED = re.compile(rf"^({_NUMBER})\s?,\s+")
_LITTLE = r"(?:(?:sur|sous|en|les?|la|lès|de|du|des|aux?)[ -])*"
_TOWN = (
    rf"[{CAPITAL}][\w'-]*(?:[ -]{_LITTLE}[{CAPITAL}][\w'-]*)*"
    r"(?:\s+(?:CEDEX|Cedex)(?:\s+\d{1,2})?)?"
)
_WITH_CODE = re.compile(rf"\b\d{{5}}\s+{_TOWN}")
_STOP = r"\s*(?:[.,;:()!\n]|$|\s[–—-])"
_ADDRESS = re.compile(
    rf"(?P<street>(?:{_NUMBER}\s?,\s+)?[^,;:(\n]*?[^\s,;:(\n–—-])"
    r"(?:\s*(?:,|\s[–—-]|\n|(?=\d{5}\s)|\bà|\()\s*"
    rf"(?P<town>\d{{5}}\s+{_TOWN}|{_TOWN}(?={_STOP})))?(?={_STOP})"
)
_SHORT_SAINT = ((re.compile(r"\bSte\b[ -]"), "Sainte-"), (re.compile(r"\bSt\b[ -]"), "Saint-"))
_IN_CAPITALS = re.compile(rf"(?<!')\b[{CAPITAL}]{{3,}}\b")
_OF_PEOPLE = re.compile(r"\d|.*\b(?:Mme|M\.|Mr|Mlle|Monsieur|Madame|attention)")

_TO = re.compile(
    r"\b(?:(?:adresse|envoye|renvoye|retourne|expedie|depose|remette)[rz]?|rendre|remettre|parvenir)\b"
)
_THERE = re.compile(r"(?:\bà|\ba|\bau|\baux|l'adresse suivante|\badresse)\s*:?\s*(?=\n|\S)")
_FURTHEST = 260
_MOST_ADDRESS_ROWS = 7
_ABBREVIATED = re.compile(r"\b(?:M|Dr|av|bd)\.")


def street_in(rows: Rows, start: int, end: int) -> int | None:
    """Where between two places of the text a street begins: only at the beginning of a part, where
    no number is before it."""
    for match in _STREET.finditer(rows.plain, start, end):
        before = rows.plain[start : match.start()].rstrip(" ")
        if rows.plain[match.start()].isdigit() or not before or before[-1] in ",–—-(:":
            return match.start()
    return None


def address(rows: Rows, start: int, sure: float) -> Iterator[Fact]:
    """The address of which the street begins there: number and street, comma, town."""
    if match := _ADDRESS.match(rows.text, start):
        street = _NUMBERED.sub(r"\1 ", " ".join(match["street"].split()))
        value = ", ".join(_as_written(part) for part in (street, match["town"]) if part)
        read = match[0].strip(" ,.(")
        yield Fact(About.ADDRESS, value, read=read, line=rows.line_at(start), probability=sure)


def postal(rows: Rows) -> Iterator[Fact]:
    """Where to send what is to be sent: from behind ``à adresser à`` down to a town."""
    for asked in _TO.finditer(rows.plain):
        town = _WITH_CODE.search(rows.text, asked.end(), asked.end() + _FURTHEST)
        if town is None:
            continue
        there = [*_THERE.finditer(rows.text, asked.end() - 1, town.start())]
        begins = [m.end() for m in there if _begins_address(rows, m, town.start())]
        if not begins or rows.text.count("\n", begins[0], town.end()) > 2 * _MOST_ADDRESS_ROWS:
            continue
        read = rows.text[begins[0] : town.end()]
        lines = [line.strip(" ,.'") for line in read.split("\n")]
        value = ", ".join(_as_written(line) for line in lines if line)
        kept = "\n".join(line for line in read.split("\n") if line.strip())
        yield Fact(About.POSTAL, value, read=kept, line=rows.line_at(begins[0]))
        return


def _begins_address(rows: Rows, match: re.Match[str], town: int) -> bool:
    """Whether an address stands behind a word like ``à``: a name, with no sentence between."""
    between = rows.text[match.end() : town].lstrip()
    behind = match[0].rstrip().endswith(":") or "\n" in match[0] or rows.text[match.end()] == "\n"
    named = re.match(rf"(?:l'|la |le |les )?(?:\w+ )?[{CAPITAL}]", between)
    return bool(named or behind) and not re.search(r"[.!?]\s", _ABBREVIATED.sub("", between))


def _as_written(text: str) -> str:
    """As one writes an address: saints at length, people and towns in small letters."""
    for short, whole in _SHORT_SAINT:
        text = short.sub(whole, text)
    text = re.sub(r"^A (?=l'attention)", "à ", text)
    text = _NUMBERED.sub(r"\1 ", text)
    return _IN_CAPITALS.sub(lambda word: word[0].title(), text) if _OF_PEOPLE.match(text) else text
