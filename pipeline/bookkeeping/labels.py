"""What entries and their lines are called, in French.

What people wrote reaches labels, and no file has to quote or escape what a label says.
"""

import re
import unicodedata
from collections.abc import Sequence

from pipeline.ledger import Item, PaidBy, Payable
from pipeline.text import tidy

LONGEST_BYTES = 199
"""Paheko takes labels under 200 bytes."""
_WHO_BYTES = 90
_TARIFF_BYTES = 50
_OTHERWISE = str.maketrans({"|": "/", "\\": "/", '"': "'", ";": ","})
# https://owasp.org/www-community/attacks/CSV_Injection: a cell that begins like a formula.
_FORMULA = re.compile(r"\A(?:['\s]*[=+@＝＋－＠-])+\s*")
_CAME = {PaidBy.TRANSFER: "Virement", PaidBy.CHEQUE: "Chèque", PaidBy.CASH: "Espèces"}
_WENT = {
    PaidBy.TRANSFER: "Remboursement ou impayé",
    PaidBy.CHEQUE: "Chèque impayé",
    PaidBy.CASH: "Remboursement en espèces",
}


def safe(text: str) -> str:
    """The text on one line, of characters that need no quotes in any file, and no formula."""
    visible = "".join(
        " " if unicodedata.category(char).startswith("C") else char for char in tidy(text)
    )
    return _FORMULA.sub("", " ".join(visible.translate(_OTHERWISE).split()))


def cut(text: str, most_bytes: int = LONGEST_BYTES) -> str:
    """As much of the text as fits, in whole characters of UTF-8."""
    return text.encode()[:most_bytes].decode("utf-8", "ignore").rstrip()


def payment_label(by: PaidBy, cents: int, payables: Sequence[Payable]) -> str:
    """``Virement, IME Les Tilleuls, RF92 3FA9 C2D4 1``; of several, the first by name."""
    more = len(payables) - 1
    others = f" et {more} autre{'s' if more > 1 else ''}" if more else ""
    return f"{(_CAME if cents >= 0 else _WENT)[by]}, {_registration(payables[0])}{others}"


def line_label(payable: Payable, what: str) -> str:
    """``IME Les Tilleuls, RF92 3FA9 C2D4 1, Adhérents × 2``"""
    return f"{_registration(payable)}, {cut(safe(what), _TARIFF_BYTES)}"


def item_label(item: Item) -> str:
    """``Adhérents × 2``; an amount as it was written has its name alone."""
    if item.as_written:
        return item.label
    return f"{item.label} × {item.count}"


def slip_label(number: int, cheques: int) -> str:
    """``Remise de chèques n° 3, 12 chèques``"""
    return f"Remise de chèques n° {number}, {cheques} chèque{'s' if cheques > 1 else ''}"


def reversing_label(label: str) -> str:
    """What takes an entry back is called."""
    return cut(f"Annulation\N{NO-BREAK SPACE}: {label}")


def _registration(payable: Payable) -> str:
    named = (cut(safe(payable.who), _WHO_BYTES), safe(payable.reference))
    return ", ".join(part for part in named if part)
