"""A day: ``JJ/MM/AAAA``, or with its month spelled; two digits of a year are those of POSIX."""

from collections.abc import Mapping
from datetime import date

import numpy as np

from pipeline import fields
from pipeline.fields import _days
from pipeline.records import FieldValue

_FIRST_TWO_DIGITS = 69
"""Of a year of the last century, as in strptime of POSIX.1-2008; fewer are of this one."""
_INVENTED = date(2015, 1, 1), date(2029, 12, 31)


def _years(two_digits: int) -> Mapping[int, float]:
    return {two_digits + (1900 if two_digits >= _FIRST_TWO_DIGITS else 2000): 0.0}


def parse(text: str) -> FieldValue:
    """The day a person typed, as ``2018-02-02``; "" for none, None where it is no day."""
    return _days.day_of(text, _years)


def invent(rng: np.random.Generator) -> tuple[str, str]:
    """A day and a way of writing it."""
    return _days.invent_between(*_INVENTED, rng)


TYPE = fields.FieldType(
    label="date",
    plural="dates",
    read=_days.reader(parse, _years),
    to_text=_days.to_text,
    parse=parse,
    shown=_days.shown,
    spelled=_days.spelled,
    invent=invent,
    refused="Ce n'est pas une date : écrire par exemple 02/02/2018.",
    unchecked_digits=True,
)
