"""Money from print: what one of something costs, as blanks say it.

« x 12.10 € », « Loisir 185 € », « 12 € 50 », « gratuit ».
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.text import fold, plain

_PRICE = re.compile(
    r"""(?<![\d/.,])
    (?P<euros>\d{1,3}(?:[ .\u00a0\u202f]\d{3})+(?!\d)|\d+)
    (?:\s?[.,]\s?(?:(?P<cents>\d{1,2})(?!\d)|-+))?
    \s?(?:€|euros?\b|eur\b)
    (?:\s?(?P<behind>\d{2})(?![\d.,]|\s?(?:€|euros?\b)))?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SIGN_FIRST = re.compile(r"€\s?(?P<euros>\d+)(?:[.,](?P<cents>\d{1,2}))?(?!\d)")
_TIMES = re.compile(
    r"(?:^|(?<=[\s€]))[x×*]\s?(?P<euros>\d+)"
    r"(?:[.,](?P<cents>\d{1,2})(?!\d)\s*(?:€|euros?\b|eur\b)?|\s*(?:€|euros?\b|eur\b|=))"
)
_MULTIPLIED = re.compile(r"\s*[x×*](?=\W|$)")
_FREE = re.compile(r"\b(?:gratuite?s?|gratuitement|offerte?s?|sans frais)\b")
_ASIDE = re.compile(r"\(?\b(?:dont|soit|caution|au lieu de)\b[^()]*\)?")
"""What an amount is part of, or follows from: no tariff of its own."""
_LIMIT = re.compile(
    r"(?:\b(?:plus|moins|partir|au dela|minimum|maximum|inferieure?|superieure?|entre)"
    r"\s(?:de|a|d'|du)?\s*)$"
)
_LEADS = re.compile(r"\s(?:à|de|d'|a|pour)$")
"""« Nombre de repas à », « Adhésion de »: what leads to an amount."""
_PER = re.compile(r"\s*(?:par|/|l[ea]|l'|pour une?|chaque)\s*(\w{3,})")
_OF = re.compile(r"(?:^|[^\w'-])([\w-]{3,})\s*[:=(]\s*$")
"""What costs so much: a noun behind the amount, or before it."""
_HEAD = re.compile(r"personne|pers\b|tete")
"""« Stage (55 € par personne) » costs so much."""
_EDGES = " :.,;-–—=→/…*x×"


@dataclass(frozen=True, slots=True)
class Price:
    """An amount in a text: ``cents``, and where it begins and ends. ``times``: it is printed as
    what a number is multiplied by."""

    cents: int
    start: int
    end: int
    times: bool = False


def prices(text: str) -> tuple[Price, ...]:
    """Every amount of a text, in its order; what is free costs 0."""
    low = plain(text)
    hidden = [match.span() for match in _ASIDE.finditer(low)]
    matches = [(match, True) for match in _TIMES.finditer(low)]
    matches += [(match, False) for match in _PRICE.finditer(low)]
    matches += [(match, False) for match in _SIGN_FIRST.finditer(low)]
    kept: list[Price] = []
    for match, times in matches:
        start, end = match.span()
        inside = any(a <= start < b for a, b in hidden)
        known = any(price.start < end and start < price.end for price in kept)
        if not inside and not known and not _LIMIT.search(low[:start]):
            times = times or bool(_MULTIPLIED.match(low, end))
            kept.append(Price(_cents(match), start, end, times))
    kept += [
        Price(0, *match.span())
        for match in _FREE.finditer(low)
        if not any(a <= match.start() < b for a, b in hidden)
    ]
    return tuple(sorted(kept, key=lambda price: price.start))


def tariff_cents(text: str) -> int | None:
    """What one of what the text names costs, in cents; None where it says nothing, or more than
    one price."""
    known = prices(text)
    multiplied = {price.cents for price in known if price.times}
    costs = multiplied or {price.cents for price in known}
    return costs.pop() if len(costs) == 1 else None


def says_times(text: str) -> bool:
    """Whether a number beside the text is multiplied by a price that it names."""
    return any(price.times for price in prices(text))


def without_prices(text: str) -> str:
    """The text without its amounts, and without the signs that led to them."""
    rest, at = [], 0
    for price in prices(text):
        rest.append(text[at : price.start].rstrip(_EDGES))
        at = price.end
    rest.append(text[at:])
    rest = [_LEADS.sub("", part) for part in rest[:-1]] + rest[-1:]
    joined = " ".join(part.strip() for part in rest if part.strip(_EDGES + "()"))
    if joined.count("(") != joined.count(")"):
        joined = re.sub(r"[()]", " ", joined)
    return " ".join(joined.split()).strip(" :.,;-–—=→…*×")


def costs_of_one(texts: Iterable[str]) -> Mapping[str, int]:
    """What one of something costs, as print says it anywhere: « 18 € par mois », « Repas : 12 € ».

    By the noun, folded, without its plural; those of two prices are left out.
    """
    costs: dict[str, set[int]] = {}
    for text in texts:
        for price in prices(text):
            after = _PER.match(plain(text), price.end)
            before = _OF.search(plain(text)[: price.start])
            if after and before and before[0].rstrip().endswith("(") and not _HEAD.match(after[1]):
                before = None  # « violon (18 € par mois) »
            for noun in (match[1] for match in (after, before) if match):
                costs.setdefault(singular(noun), set()).add(price.cents)
    return {noun: cents.pop() for noun, cents in costs.items() if len(cents) == 1}


def singular(noun: str) -> str:
    """A noun as it is compared: folded, without the letter of its plural."""
    low = fold(noun)
    return low[:-1] if len(low) > 3 and low[-1] in "sx" else low


def _cents(match: re.Match[str]) -> int:
    groups = match.groupdict()
    cents = groups["cents"] or groups.get("behind") or "0"
    return 100 * int(re.sub(r"\D", "", groups["euros"])) + int(cents.ljust(2, "0"))
