"""A whole number up to 999 999, as ``1250`` or ``1 250``; blank is nothing, never 0.

The ``unit`` of a zone is printed in its box: it is the form's print, and what somebody writes of it
all the same is no part of the number. Any other unit is refused, and so is a comma or a point:
neither 12,5 nor 1.250 can be told from another number.
"""

import re
from collections.abc import Mapping
from functools import cache

import numpy as np

from pipeline import fields
from pipeline.decoding.ctc import Grammar
from pipeline.decoding.evidence import DIGITS, Channel
from pipeline.fields import Nature
from pipeline.fields._written import Written
from pipeline.language import tr
from pipeline.records import FieldValue

MOST = 999_999
_LEADING_ZERO = -3.0
_LONGEST_UNIT = 20
_UNIT = re.compile(r"[^\s0-9](?:[^0-9]*[^\s0-9])?")
_CONFUSIONS = {
    **DIGITS,
    # Leader dots stand before and behind; among digits they would be a fraction's.
    ".,": {",": 1.0},
    ":;'\"_…*·": {",": 0.5, "": 0.4},
    "–—-~=": {"": 0.3},
    # A blank dropped would join a number and the h of « 12 h ».
    " ": {" ": 1.0},
}
_NUMBER = r"(?:\d{1,6}|\d{1,3} \d{3})"
_WRITTEN_NUMBER = re.compile(_NUMBER, re.ASCII)
_WITH_UNIT = 0.15
"""How often somebody is taken to write the unit that is printed already."""


def to_text(value: FieldValue) -> str:
    return "" if value is None else str(value)


def shown(value: FieldValue) -> str:
    """``1 250``, with a narrow no-break space."""
    return f"{value:,}".replace(",", "\u202f") if isinstance(value, int) else ""


def spelled(value: FieldValue) -> tuple[str, ...]:
    """A number as people write it, with and without a blank between thousands."""
    if not isinstance(value, int):
        return ()
    return tuple(dict.fromkeys((str(value), f"{value:,}".replace(",", " "))))


def invent(rng: np.random.Generator) -> tuple[int, str]:
    """Of any size: as many have two digits as have six."""
    value = int(10 ** rng.uniform(0.0, 6.0))
    ways = spelled(value)
    return value, ways[int(rng.integers(len(ways)))]


@cache
def bound(unit: str) -> fields.FieldType:
    """The type of a zone with such a unit; "" for none. Raises ValueError for what can be none."""
    if unit and (len(unit) > _LONGEST_UNIT or not _UNIT.fullmatch(unit)):
        raise ValueError(tr("{unit!r} is no unit: it has a few letters and no digit", unit=unit))

    def parse(text: str) -> FieldValue:
        """The number a person typed; None where it is none."""
        plain = " ".join(text.split())
        if unit:
            plain = plain.lower().removesuffix(".").removesuffix(unit.lower()).rstrip()
        return int(plain.replace(" ", "")) if _WRITTEN_NUMBER.fullmatch(plain) else None

    def values(text: str) -> Mapping[FieldValue, float]:
        digits = "".join(filter(str.isdecimal, text))
        return {int(digits): _LEADING_ZERO if len(digits) > 1 and digits[0] == "0" else 0.0}

    def invent_with_unit(rng: np.random.Generator) -> tuple[int, str]:
        value, text = invent(rng)
        return value, f"{text} {unit}" if unit and rng.random() < _WITH_UNIT else text

    channel, grammar = _written_with(unit)
    return fields.FieldType(
        label="nombre entier",
        plural="nombres entiers",
        nature=Nature.NUMBER,
        read=Written(channel, grammar, values, parse, to_text, empty=None).read,
        to_text=to_text,
        parse=parse,
        shown=shown,
        spelled=spelled,
        invent=invent_with_unit,
        refused="Ce n'est pas un nombre entier : écrire par exemple 250, sans unité ni virgule.",
        unchecked_digits=True,
        zone_key="unit",
        bound=bound,
    )


def _written_with(unit: str) -> tuple[Channel, Grammar]:
    """The signs of a number with a unit, each as often itself as it is a digit, and their order."""
    letters = set(unit) - set(" ,")
    digits = {char: shares for chars, shares in DIGITS.items() for char in chars}
    own = {
        char: {char: 0.5} | {digit: 0.5 * share for digit, share in digits[char].items()}
        for char in letters & digits.keys()
    }
    channel = Channel("0123456789, " + "".join(sorted(letters)), {**_CONFUSIONS, **own})
    behind = f"(?: ?{re.escape(unit)})?" if unit else ""
    return channel, Grammar(rf"[, ]*{_NUMBER}{behind}[, ]*")


TYPE = bound("")
