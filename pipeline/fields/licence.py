"""The number of a licence, a card, a file: digits and capitals, as the zone's ``pattern`` has them.

Without a pattern it is of 3 to 20 of them. Blanks, points and hyphens between them say nothing,
unless the pattern holds some.
"""

import re
from collections.abc import Mapping
from functools import cache
from string import ascii_letters, ascii_uppercase, digits

import numpy as np

from pipeline import fields
from pipeline.decoding.ctc import Grammar
from pipeline.decoding.evidence import DIGITS, Channel
from pipeline.decoding.patterns import LONGEST, Pattern, read_pattern
from pipeline.fields._written import Written
from pipeline.records import FieldValue
from pipeline.text import tidy

_ANY = "[A-Z0-9]{3,20}"
_DIGITS = {char: shares for chars, shares in DIGITS.items() for char in chars}
_CAPITALS = {
    digit: [char for char in ascii_uppercase if digit in _DIGITS.get(char, {})] for digit in digits
} | {"1": "IJLT", "3": "BJ", "9": "PQGJ", "€": "CEGLP"}
"""The capitals that an engine takes for a digit, or for a euro."""
_SIGNS = " .-/_'°,:#&"
_AS_SEEN = 0.75
"""How often a sign is what an engine saw, where it may be another."""


def to_text(value: FieldValue) -> str:
    return "" if value is None else str(value)


@cache
def bound(pattern: str) -> fields.FieldType:
    """The type for values of a pattern. Raises ValueError for what is no pattern, or too much."""
    allowed = read_pattern(pattern)
    whole = re.compile(allowed.expression)

    def parse(text: str) -> FieldValue:
        plain = tidy(text)
        bare = "".join(c for c in plain if c not in _SIGNS or c in allowed.chars)
        ways = (plain, bare, bare.replace(" ", "")) if len(bare) <= LONGEST else ()
        spelled = (way for text in ways for way in (text, text.upper(), text.lower()))
        return next((way for way in spelled if not way or whole.fullmatch(way)), None)

    def values(text: str) -> Mapping[FieldValue, float]:
        value = parse(text)
        return {value: 0.0} if value else {}

    def invent(rng: np.random.Generator) -> tuple[str, str]:
        value = allowed.draw(rng)
        while not value.strip() or len(value) > LONGEST:
            value = allowed.draw(rng)
        return value, value

    return fields.FieldType(
        label="licence",
        plural="licences",
        read=Written(_channel(allowed), _spaced(allowed), values, parse, to_text, width=32).read,
        to_text=to_text,
        parse=parse,
        spelled=lambda value: (to_text(value),) if value else (),
        invent=invent,
        refused="Ce numéro n'a pas la forme que la fiche demande.",
        unchecked_digits=True,
        zone_key="pattern",
        bound=bound,
    )


def _spaced(allowed: Pattern) -> Grammar:
    """The pattern, in which a blank may stand anywhere if it holds none of its own."""
    if " " in allowed.chars:
        return Grammar(allowed.expression)
    return Grammar(" ?" + re.sub(r"(\[(?:\\.|[^]\\])*\])", r"(?:\1 ?)", allowed.expression))


def _channel(allowed: Pattern) -> Channel:
    """What a sign seen may be: the same in another case, a digit for a capital and the other way,
    as far as the pattern holds those."""
    chars = allowed.chars | {" "}
    shares: dict[str, dict[str, float]] = {}
    for seen in {*ascii_letters, *_CAPITALS, *_DIGITS}:
        own = next((c for c in (seen, seen.upper(), seen.lower()) if c in chars), "")
        likes = {**dict.fromkeys(_CAPITALS.get(seen, ()), 0.5), **_DIGITS.get(seen, {})}
        others = {c: share for c, share in likes.items() if c in chars and c != own}
        left = (1.0 - _AS_SEEN if own else 1.0) / max(1.0, sum(others.values()))
        shares[seen] = {c: left * share for c, share in others.items()}
        if own:
            shares[seen][own] = _AS_SEEN if others else 1.0
    for sign in _SIGNS + "–—|*":
        own = 0.9 if sign in allowed.chars else 0.0
        shares[sign] = {sign: own} if own else {}
        shares[sign] |= {"": 0.7 * (1.0 - own), " ": 0.3 * (1.0 - own)}
    shares[" "] = {" ": 0.8, "": 0.2}
    return Channel("".join(sorted(chars)), shares)


TYPE = bound(_ANY)
