"""A SIRET: 14 digits, of which the last proves the others (Luhn); no other number is read."""

import math
import re
from collections.abc import Mapping

import numpy as np

from pipeline import fields
from pipeline.check_digits import luhn
from pipeline.decoding.companies import is_siren, is_siret
from pipeline.decoding.ctc import Grammar
from pipeline.decoding.evidence import DIGITS, Channel
from pipeline.fields._written import Written
from pipeline.records import FieldValue

_WIDTH = 48
_PROVEN = math.log(10)
"""Log-prior: of 14 digits one knows nothing of, one in ten has such a check digit."""
_ODD_SIREN = -2.0
"""Log-prior of a number whose first nine digits, which have a check digit too, do not fit."""
_CHANNEL = Channel(
    "0123456789 ",
    {
        **DIGITS,
        ".,-–—/\\_:;|·": {" ": 0.6, "": 0.4},
        " ": {" ": 1.0},
    },
)
_GRAMMAR = Grammar(r"(?: ?\d){14} ?")
_LABEL = re.compile(r"(?:n ?° ?)?siret ?:?", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s.-]")


def to_text(value: FieldValue) -> str:
    return "" if value is None else str(value)


def parse(text: str) -> FieldValue:
    """The 14 digits a person typed; "" for none, None where they cannot be right."""
    plain = _SEPARATORS.sub("", _LABEL.sub("", text, count=1))
    return plain if not plain or is_siret(plain) else None


def shown(value: FieldValue) -> str:
    """``732 829 320 00074``, with no-break spaces."""
    return _grouped(value, "\u00a0")


def spelled(value: FieldValue) -> tuple[str, ...]:
    """A number in groups, or in one."""
    return (_grouped(value, " "), to_text(value)) if value else ()


def invent(rng: np.random.Generator) -> tuple[str, str]:
    """A number that fits, of nobody known."""
    siren = _with_check_digit(f"{rng.integers(30_000_000, 95_000_000):08}")
    value = _with_check_digit(f"{siren}{rng.integers(1, 30):04}")
    return value, spelled(value)[int(rng.random() < 0.3)]


def _with_check_digit(digits: str) -> str:
    return f"{digits}{-luhn(f'{digits}0') % 10}"


def _grouped(value: FieldValue, blank: str) -> str:
    text = to_text(value)
    return blank.join(part for part in (text[:3], text[3:6], text[6:9], text[9:]) if part)


def _values(text: str) -> Mapping[FieldValue, float]:
    digits = text.replace(" ", "")
    if not is_siret(digits):
        return {}
    return {digits: _PROVEN + (0.0 if is_siren(digits[:9]) else _ODD_SIREN)}


TYPE = fields.FieldType(
    label="SIRET",
    plural="SIRET",
    read=Written(_CHANNEL, _GRAMMAR, _values, parse, to_text, width=_WIDTH).read,
    to_text=to_text,
    parse=parse,
    shown=shown,
    spelled=spelled,
    invent=invent,
    refused="Ce SIRET n'est pas possible : un de ses 14 chiffres est faux, ou il en manque.",
)
