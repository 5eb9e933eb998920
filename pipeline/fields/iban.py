"""An IBAN, which its check digits prove (ISO 13616), and a French one its key, too.

What they do not prove is not read at all: another account would be paid. A letter that stands where
the check digits prove a digit is that digit.
"""

import math
import re
from collections.abc import Mapping

import numpy as np
from schwifty import IBAN

from pipeline import fields
from pipeline.decoding import bank
from pipeline.decoding.ctc import Grammar
from pipeline.decoding.evidence import DIGITS, Channel
from pipeline.fields._written import Written
from pipeline.records import FieldValue

_WIDTH = 48
_LONGEST = 34
_PROVEN = math.log(97)
"""Log-prior of an IBAN: of texts one knows nothing of, one in so many has such check digits.
The key of a French one proves no more: it makes the check digits 76."""


_ACCOUNTS = (
    *("FR 10n11c2n", "MC 10n11c2n", "BE 12n", "CH 5n12c", "DE 18n", "ES 20n", "GB 4a14n"),
    *("IT 1a10n12c", "LU 3n13c", "NL 4a10n", "PT 21n"),
)
"""What accounts are made of behind their check digits where people pay from, as SWIFT's register of
IBANs writes it: so many digits (n), capitals (a) or either (c)."""


def _whole(account: str) -> str:
    """The pattern of an account, in which a blank may stand anywhere."""
    country, rest = account.split()
    signs = {"n": r"\d", "a": "[A-Z]", "c": r"[A-Z\d]"}
    parts = re.findall(r"(\d+)([nac])", f"2n{rest}")
    return "".join(
        (*(f" ?{char}" for char in country), *(f"(?: ?{signs[of]}){{{n}}}" for n, of in parts))
    )


_GRAMMAR = Grammar("(?:" + "|".join(map(_whole, _ACCOUNTS)) + ") ?")
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CHANNEL = Channel(
    "0123456789 " + _CAPITALS,
    {
        **{char: {char.upper(): 1.0} for char in _CAPITALS.lower()},
        **{
            char: {digit: 0.85 * share for digit, share in shares.items()} | {char.upper(): 0.15}
            for chars, shares in DIGITS.items()
            for char in chars
            if char.upper() in _CAPITALS
        },
        "|!]": {"1": 1.0},
        **{digit: DIGITS[digit] for digit in "17"},
        "F": {"F": 0.9, "7": 0.1},
        "f": {"F": 0.7, "7": 0.3},
        "B": {"B": 0.5, "8": 0.5},
        ".,-–_:·": {"": 0.7, " ": 0.3},
        " ": {" ": 1.0},
    },
)


def to_text(value: FieldValue) -> str:
    return "" if value is None else str(value)


def parse(text: str) -> FieldValue:
    """The IBAN a person typed, without blanks; "" for none, None where it cannot be right."""
    plain = bank.compact(text).removeprefix("IBAN").removeprefix(":")
    if not plain:
        return ""
    return (bank.iban(plain) or None) if len(plain) <= _LONGEST else None


def shown(value: FieldValue) -> str:
    """In groups of four, with no-break spaces."""
    return _grouped(value, "\u00a0")


def spelled(value: FieldValue) -> tuple[str, ...]:
    """An account in groups of four, or in one."""
    return (_grouped(value, " "), to_text(value)) if value else ()


def invent(rng: np.random.Generator) -> tuple[str, str]:
    """A French account nobody has."""
    branch, account = int(rng.integers(100_000)), int(rng.integers(10**11))
    banks = ("10278", "13606", "14445", "20041", "30002", "30004")
    code = banks[int(rng.integers(len(banks)))]
    value = str(
        IBAN.generate(
            "FR", bank_code=code, branch_code=f"{branch:05}", account_code=f"{account:011}"
        )
    )
    return value, spelled(value)[int(rng.random() < 0.2)]


def _grouped(value: FieldValue, blank: str) -> str:
    text = to_text(value)
    return blank.join(text[i : i + 4] for i in range(0, len(text), 4))


def _values(text: str) -> Mapping[FieldValue, float]:
    value = bank.iban(text)
    return {value: _PROVEN} if value else {}


TYPE = fields.FieldType(
    label="IBAN",
    plural="IBAN",
    read=Written(_CHANNEL, _GRAMMAR, _values, parse, to_text, width=_WIDTH).read,
    to_text=to_text,
    parse=parse,
    shown=shown,
    spelled=spelled,
    invent=invent,
    refused="Cet IBAN n'est pas possible : un de ses caractères est faux, ou il en manque.",
)
