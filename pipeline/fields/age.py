"""An age in whole years, 0 to 120, as ``34`` or ``34 ans``; blank is nothing, never 0."""

import re
from collections.abc import Mapping

import numpy as np

from pipeline import fields
from pipeline.decoding.ctc import Grammar
from pipeline.decoding.evidence import DIGITS, Channel
from pipeline.fields._written import Written
from pipeline.records import FieldValue
from pipeline.text import fold

MOST = 120
_RARE_FROM, _RARE = 100, -3.0
_LEADING_ZERO = -2.0
_AGE = re.compile(r"(?P<years>\d{1,3}) ?(?:ans?)?\.?", re.ASCII)
_CHANNEL = Channel(
    "0123456789, ans",
    {
        **DIGITS,
        # « ans » may follow, and a comma would make another number of it.
        "a": {"a": 0.7, "2": 0.1, "0": 0.1},
        "A": {"a": 0.7, "4": 0.3},
        "s": {"s": 0.7, "5": 0.3},
        "S": {"s": 0.6, "5": 0.4},
        ",": {",": 1.0},
        "/": {"1": 0.3, "7": 0.2, "": 0.3},
        ".:;'_…·": {"": 0.9},
        " ": {" ": 1.0},
    },
)
_GRAMMAR = Grammar(r"[, ]*0?(?:\d|[1-9]\d|1[01]\d|120)(?: ?ans?)?[, ]*")


def to_text(value: FieldValue) -> str:
    return "" if value is None else str(value)


def parse(text: str) -> FieldValue:
    """The years a person typed; None where they are no age."""
    match = _AGE.fullmatch(fold(text))
    return int(match["years"]) if match and int(match["years"]) <= MOST else None


def shown(value: FieldValue) -> str:
    """``34 ans``, with a no-break space."""
    return f"{value}\u00a0an{'s' if value > 1 else ''}" if isinstance(value, int) else ""


def spelled(value: FieldValue) -> tuple[str, ...]:
    """An age as people write it."""
    return (to_text(value), shown(value).replace("\u00a0", " ")) if isinstance(value, int) else ()


def invent(rng: np.random.Generator) -> tuple[int, str]:
    """Somebody's age, a child's as often as not."""
    value = int(rng.integers(3, 18) if rng.random() < 0.5 else rng.integers(18, 95))
    return value, spelled(value)[int(rng.random() < 0.35)]


def _values(text: str) -> Mapping[FieldValue, float]:
    digits = text.strip(", ans")
    zero = _LEADING_ZERO if len(digits) > 1 and digits[0] == "0" else 0.0
    return {int(digits): zero + (_RARE if int(digits) >= _RARE_FROM else 0.0)}


TYPE = fields.FieldType(
    label="âge",
    plural="âges",
    read=Written(_CHANNEL, _GRAMMAR, _values, parse, to_text, empty=None).read,
    to_text=to_text,
    parse=parse,
    shown=shown,
    spelled=spelled,
    invent=invent,
    refused="Ce n'est pas un âge : écrire les années, par exemple 34.",
    unchecked_digits=True,
)
