"""Amounts as banks write them, with a sign: the comma may be that of the cents, or of thousands.

``136,30`` is 136.30, ``1,136.30`` is 1136.30; what one amount alone does not tell (``1,136``), the
others of its file do.
"""

import re
from collections import Counter
from collections.abc import Iterable

_CURRENCY = re.compile(r"€|¤|euros?|eur", re.IGNORECASE)
_AMOUNT = re.compile(
    r"""(?P<sign>[+-]?)\ ?
        (?P<whole>[1-9]\d{0,2}(?P<by>[ .,'])\d{3}(?P<more>(?:(?P=by)\d{3}){0,2})|\d{1,12})
        (?:(?P<mark>[.,])(?P<cents>\d{1,2}))?""",
    re.VERBOSE | re.ASCII,
)
_PLAIN = re.compile(r"(\d{1,12})(?:\.(\d{1,5}))?", re.ASCII)
_OTHER = {",": ".", ".": ","}


def cents(text: str, mark: str = "") -> int | None:
    """Whole cents of an amount; None where it is none, or may be two different ones.

    ``mark``: what the file puts before its cents (``decimal_mark``), empty where it is not known.
    """
    match = _match(text)
    if match is None:
        return None
    own = _mark(match) or mark
    if mark not in ("", own) or (match["by"] in _OTHER and own in ("", match["by"])):
        return None
    whole = int(re.sub(r"\D", "", match["whole"]))
    value = whole * 100 + int((match["cents"] or "").ljust(2, "0"))
    return -value if match["sign"] == "-" else value


def decimal_mark(texts: Iterable[str]) -> str:
    """What stands before the cents in most of these amounts; empty where none of them tells."""
    marks = Counter(_mark(match) for match in map(_match, texts) if match)
    del marks[""]
    return max(marks, key=lambda mark: marks[mark], default="")


def plain_cents(text: str) -> int | None:
    """Whole cents of a number with a point and no sign, as ISO 20022 writes amounts; or None."""
    match = _PLAIN.fullmatch(text)
    if match is None:
        return None
    fraction = (match[2] or "").ljust(5, "0")
    return int(match[1]) * 100 + int(fraction[:2]) if fraction[2:] == "000" else None


def _match(text: str) -> re.Match[str] | None:
    bare = " ".join(_CURRENCY.sub("", text).replace("−", "-").split())
    return _AMOUNT.fullmatch(bare)


def _mark(match: re.Match[str]) -> str:
    """The mark of the cents, as far as an amount tells by itself."""
    if match["mark"]:
        return match["mark"]
    return _OTHER.get(match["by"], "") if match["more"] else ""
