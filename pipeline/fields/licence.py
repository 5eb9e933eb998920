"""The number of a licence, a card, a file: digits and capitals, as the zone's ``pattern`` has them.

Without a pattern it is of 3 to 20 of them. Blanks, points and hyphens between them say nothing,
unless the pattern holds some.
"""

import re
from collections.abc import Mapping
from functools import cache
from string import ascii_letters

import numpy as np

from pipeline import fields
from pipeline.decoding.ctc import Grammar
from pipeline.decoding.evidence import DIGITS, Channel
from pipeline.decoding.patterns import LONGEST, Pattern, read_pattern
from pipeline.fields._written import Written
from pipeline.records import FieldValue
from pipeline.text import tidy

_ANY = "[A-Z0-9]{3,20}"
_LETTERS = {"0": "O", "1": "I", "2": "Z", "4": "A", "5": "S", "6": "G", "8": "B"}
"""The capital that a digit may be, where one may stand."""
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

    channel = _channel(allowed)
    return fields.FieldType(
        label="licence",
        plural="licences",
        read=Written(channel, Grammar(_spaced(allowed)), values, parse, to_text, width=32).read,
        to_text=to_text,
        parse=parse,
        spelled=lambda value: (to_text(value),) if value else (),
        invent=invent,
        refused="Ce numéro n'a pas la forme que la fiche demande.",
        unchecked_digits=True,
        zone_key="pattern",
        bound=bound,
    )


def _spaced(allowed: Pattern) -> str:
    """The pattern, in which a blank may stand anywhere if it holds none of its own."""
    if " " in allowed.chars:
        return allowed.expression
    return " ?" + re.sub(r"(\[[^]]*\])", r"(?:\1 ?)", allowed.expression)


def _channel(allowed: Pattern) -> Channel:
    """What a sign seen may be: the same in another case, a digit for a capital and the other way,
    as far as the pattern holds those."""
    chars = allowed.chars | {" "}
    shares: dict[str, dict[str, float]] = {}
    for seen in {*_LETTERS, *ascii_letters, *"".join(DIGITS)}:
        digits = next((of for keys, of in DIGITS.items() if seen in keys), {})
        own = next((c for c in (seen, seen.upper(), seen.lower()) if c in chars), "")
        other = {c: share for c, share in digits.items() if c in chars and c != own}
        if (capital := _LETTERS.get(seen, "")) in chars:
            other[capital] = 1.0
        left = 1.0 - _AS_SEEN if own else 1.0
        of_seen = {c: left * share / max(1.0, sum(other.values())) for c, share in other.items()}
        if own:
            of_seen[own] = _AS_SEEN if other else 1.0
        if of_seen:
            shares[seen] = of_seen
    for sign in _SIGNS + "–—|*":
        own = 0.9 if sign in allowed.chars else 0.0
        shares[sign] = {sign: own} if own else {}
        shares[sign] |= {"": 0.7 * (1.0 - own), " ": 0.3 * (1.0 - own)}
    shares[" "] = {" ": 0.8, "": 0.2}
    return Channel("".join(sorted(chars)), shares)


TYPE = bound(_ANY)
