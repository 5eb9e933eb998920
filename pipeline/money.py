"""Money is whole cents: French spellings in, French spellings out. Unreadable is None, never 0."""

import re

_CURRENCY = re.compile(r"€|euros?|eur", re.IGNORECASE)
_AMOUNT = re.compile(
    r"""(?P<euros>\d{1,3}(?:\ \d{3})+|\d+)         # 1 136 or 1136
        \ ?(?:[.,]\ ?(?P<cents>\d{1,2}|-+|—)?)?     # ,30  ,3  ,-  or a lost end
        \ ?(?P<unit>€)?
        \ ?(?P<after>(?<=€)\d{2}|(?<=€\ )\d{2})?    # 136€30
        (?:\ ?(?:c|cts?|centimes?))?\.?""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_THOUSANDS = re.compile(
    r"\d{1,3}(?:\.\d{3})+(?=,\d|€|$)|\d{1,3}(?:,\d{3})+(?=\.\d)|\d{1,3}(?:'\d{3})+", re.ASCII
)


def parse_cents(text: str) -> int | None:
    """Whole cents of a French amount; None where the text is not exactly one amount.

    Reads comma or point, any blank between thousands, ``€``, ``EUR`` or ``euros`` before or after,
    ``136€30``, ``136,3`` and ``40,-``.
    """
    plain = re.sub(r" ?€ ?", "€", " ".join(_CURRENCY.sub("€", text).split())).removeprefix("€")
    if thousands := _THOUSANDS.match(plain):
        plain = re.sub(r"[.,']", "", thousands.group()) + plain[thousands.end() :]
    match = _AMOUNT.fullmatch(plain)
    if match is None or (match["after"] and (match["cents"] or match["unit"] is None)):
        return None
    cents = match["cents"] if match["cents"] and match["cents"].isdigit() else match["after"]
    return int(match["euros"].replace(" ", "")) * 100 + int((cents or "0").ljust(2, "0"))


def cents_text(cents: int) -> str:
    """``136.30``: for tables that other programs read."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def format_cents(cents: int) -> str:
    """``1 136,30 €`` the French way, with no-break spaces: for people."""
    sign = "-" if cents < 0 else ""
    euros = f"{abs(cents) // 100:,}".replace(",", "\u202f")
    return f"{sign}{euros},{abs(cents) % 100:02d}\u00a0€"
