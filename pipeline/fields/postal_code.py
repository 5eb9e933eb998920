"""A French postal code: five digits, of which two are a department; those of Corsica begin with 20.

``F-35000`` is 35000, and the 2A or 2B of a department that somebody writes before it is a 20.
"""

import re
from collections.abc import Mapping

import numpy as np

from pipeline import fields
from pipeline.decoding import communes
from pipeline.decoding.ctc import Grammar
from pipeline.decoding.evidence import DIGITS, Channel
from pipeline.fields import Means
from pipeline.fields._written import Written
from pipeline.records import FieldValue

_DIGITS = r"(?:0 ?[1-9]|[1-8] ?\d|9 ?[0-8]|2 ?[AB])(?: ?\d){3}"
_CODE = re.compile(rf"(?:FR?[ -]?)?{_DIGITS}", re.ASCII)
_LETTERED = -4.0
"""Log-prior of a code with the letter of a Corsican department: an A is rather a 4, a B an 8."""
_KNOWN = 2.0
"""Log-prior of a code that a commune has; the others are those of firms and of CEDEX."""
_ROUND = 0.5
"""Log-prior of a code that ends in 0, as those of whole towns do."""
_CHANNEL = Channel(
    "0123456789AB ",
    {
        **DIGITS,
        "A": {"A": 0.4, "4": 0.6},
        "B": {"B": 0.4, "8": 0.6},
        ".,-_|:·": {"": 0.7, " ": 0.3},
        " ": {" ": 0.8, "": 0.2},
    },
)
_GRAMMAR = Grammar(rf" ?{_DIGITS} ?")
_INVENTED = (*range(1, 96), 97)


def to_text(value: FieldValue) -> str:
    return "" if value is None else str(value)


def parse(text: str) -> FieldValue:
    """The five digits a person typed; "" for none, None where they are no postal code."""
    plain = " ".join(text.split()).upper()
    if not plain:
        return ""
    return _digits(plain) if _CODE.fullmatch(plain) else None


def spelled(value: FieldValue) -> tuple[str, ...]:
    """A code in one, or with a blank behind its department."""
    code = to_text(value)
    return (code, f"{code[:2]} {code[2:]}") if code else ()


def invent(rng: np.random.Generator) -> tuple[str, str]:
    """A code of some department, mostly of one of its towns."""
    department = _INVENTED[int(rng.integers(len(_INVENTED)))]
    code = f"{department:02d}{10 * int(rng.integers(100)):03d}"
    return code, spelled(code)[int(rng.random() < 0.2)]


def _digits(text: str) -> str:
    bare = re.sub(r"[FR -]", "", text)
    return re.sub(r"^2[AB]", "20", bare)


def _values(text: str) -> Mapping[FieldValue, float]:
    code = _digits(text)
    log_prior = _KNOWN if communes.towns_of(code) else _ROUND if code.endswith("0") else 0.0
    return {code: log_prior + (_LETTERED if re.search("[AB]", text) else 0.0)}


TYPE = fields.FieldType(
    label="code postal",
    plural="codes postaux",
    means=Means.POSTAL_CODE,
    read=Written(_CHANNEL, _GRAMMAR, _values, parse, to_text).read,
    to_text=to_text,
    parse=parse,
    spelled=spelled,
    invent=invent,
    refused="Ce n'est pas un code postal : écrire cinq chiffres, par exemple 35000.",
    unchecked_digits=True,
)
