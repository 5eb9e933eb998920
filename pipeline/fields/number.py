"""A whole number up to 999 999, as ``1250`` or ``1 250``; blank is nothing, never 0.

A unit that is printed in the box is the form's print. One that somebody writes is refused, and so
is a comma or a point: neither 12,5 nor 1.250 can be told from another number.
"""

import re
from collections.abc import Mapping

import numpy as np

from pipeline import fields
from pipeline.decoding.ctc import Grammar
from pipeline.decoding.evidence import DIGITS, Channel
from pipeline.fields import Nature
from pipeline.fields._written import Written
from pipeline.records import FieldValue

MOST = 999_999
_LEADING_ZERO = -3.0
_CHANNEL = Channel(
    "0123456789, ",
    {
        **DIGITS,
        # Leader dots stand before and behind; among digits they would be a fraction's.
        ".,": {",": 1.0},
        ":;'\"_…*·": {",": 0.5, "": 0.4},
        "–—-~=": {"": 0.3},
        # A blank dropped would join a number and the h of « 12 h ».
        " ": {" ": 1.0},
    },
)
_GRAMMAR = Grammar(r"[, ]*(\d{1,6}|\d{1,3} \d{3})[, ]*")
_WRITTEN_NUMBER = re.compile(r"\d{1,6}|\d{1,3} \d{3}", re.ASCII)


def to_text(value: FieldValue) -> str:
    return "" if value is None else str(value)


def parse(text: str) -> FieldValue:
    """The number a person typed; None where it is none."""
    plain = " ".join(text.split())
    return int(plain.replace(" ", "")) if _WRITTEN_NUMBER.fullmatch(plain) else None


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


def _values(text: str) -> Mapping[FieldValue, float]:
    digits = text.strip(", ").replace(" ", "")
    return {int(digits): _LEADING_ZERO if len(digits) > 1 and digits[0] == "0" else 0.0}


TYPE = fields.FieldType(
    label="nombre entier",
    plural="nombres entiers",
    nature=Nature.NUMBER,
    read=Written(_CHANNEL, _GRAMMAR, _values, parse, to_text, empty=None).read,
    to_text=to_text,
    parse=parse,
    shown=shown,
    spelled=spelled,
    invent=invent,
    refused="Ce n'est pas un nombre entier : écrire par exemple 250, sans unité ni virgule.",
    unchecked_digits=True,
)
