"""A day on which somebody was born; two digits of a year are of the century that is likelier.

No clock is asked which days are past, so that a fiche reads alike next year.
"""

import math
from collections.abc import Mapping
from datetime import date

import numpy as np

from pipeline import fields
from pipeline.fields import _days
from pipeline.records import FieldValue

_LAST_CHILD = 29
"""Who writes up to these two digits is rather a child than over ninety."""
_CHILD, _ELDER = 0.97, 0.995
"""How probably so; and how probably who writes more of them was born before 2000."""
_INVENTED = date(1932, 1, 1), date(2019, 12, 31)


def _years(two_digits: int) -> Mapping[int, float]:
    before, after = 1900 + two_digits, 2000 + two_digits
    if two_digits <= _LAST_CHILD:
        return {after: math.log(_CHILD), before: math.log1p(-_CHILD)}
    return {before: math.log(_ELDER), after: math.log1p(-_ELDER)}


def parse(text: str) -> FieldValue:
    """The day a person typed, as ``1958-02-02``; "" for none, None where it is no day."""
    return _days.day_of(text, _years)


def spelled(value: FieldValue) -> tuple[str, ...]:
    """A day as the French write it; the year in two digits too where that leaves no doubt."""
    ways = _days.spelled(value)
    short = [f"{way[:-4]}{way[-2:]}" for way in ways[:2]]
    return (*ways, *(way for way in short if parse(way) == value))


def invent(rng: np.random.Generator) -> tuple[str, str]:
    """A day and a way of writing it."""
    value, _ = _days.invent_between(*_INVENTED, rng)
    ways = spelled(value)
    return value, ways[int(rng.integers(len(ways)))]


TYPE = fields.FieldType(
    label="date de naissance",
    plural="dates de naissance",
    read=_days.reader(parse, _years),
    to_text=_days.to_text,
    parse=parse,
    shown=_days.shown,
    spelled=spelled,
    invent=invent,
    refused="Ce n'est pas une date de naissance : écrire par exemple 02/02/1958.",
    unchecked_digits=True,
)
