"""How a line is read that holds a town: its words by those of the communes' names, and then what it
says as a whole. A town that no list holds stays as it is written."""

import re
from collections.abc import Iterable
from functools import cache
from math import log

import numpy as np
from rapidfuzz.distance import Levenshtein

from pipeline.decoding import communes
from pipeline.decoding.ctc import Grammar
from pipeline.decoding.evidence import DIGITS, Channel
from pipeline.decoding.wording import LETTERS, Wording
from pipeline.fields._words import CHANNEL, CONFUSIONS
from pipeline.text import fold

NAME = rf"[{LETTERS}]+\.?(?:(?: |[-'/]| [-/] )[{LETTERS}]+\.?)*"
"""The name of a town."""
TOWN = rf"{NAME}(?: \d{{1,2}}(?: ?(?:er|e|è|ER|E))?)?"
"""The same with a number of its CEDEX or its district."""
KNOWN = log(8.0)
"""A whole name that a commune bears is so much likelier than one of words that none puts so."""
_NEAR, _LEAST_ALIKE = 4, 0.6
_CAPITALS, _SHORT = 0.35, 0.1
"""How often a town is invented in capitals, and as ``St Malo``."""


_AMONG_DIGITS = 0.12
"""How often a letter is a digit that looks like it, where there are digits."""
_DIGITS = {char: shares for chars, shares in DIGITS.items() for char in chars if char.isalpha()}
_WITH_DIGITS = Channel(
    CHANNEL.targets,
    {
        **CONFUSIONS,
        **{
            char: {
                **{
                    c: (1.0 - _AMONG_DIGITS) * p for c, p in CONFUSIONS.get(char, {char: 1}).items()
                },
                **{digit: _AMONG_DIGITS * p for digit, p in shares.items()},
            }
            for char, shares in _DIGITS.items()
            if char in CHANNEL.targets
        },
        **{digit: DIGITS[digit] for digit in "17"},
        "|!]": {"1": 0.6, "l": 0.2, "I": 0.2},
    },
)


@cache
def wording(pattern: str, *, digits: bool = False) -> Wording:
    """What lines of such a pattern are made of; with ``digits``, a letter may be one."""
    return Wording(
        _WITH_DIGITS if digits else CHANNEL,
        Grammar(pattern),
        (communes.words(),),
        communes.SMALL_WORDS,
        small_letters=-1.0,
        lexicon_weight=0.8,
        letters_weight=0.2,
        stray_point=-0.5,
    )


def towns_like(town: str, among: Iterable[str] | None = None) -> list[str]:
    """Communes, or those ``among`` some, whose name is near to a text, spelled in its case."""
    if among is None:
        names = communes.names().neighbours(town, limit=_NEAR)
    else:
        names = [name for name in among if _alike(name, town) >= _LEAST_ALIKE]
    return [name.upper() if town.isupper() else name for name in names]


def _alike(name: str, town: str) -> float:
    return Levenshtein.normalized_similarity(fold(name), fold(town))


def is_commune(town: str) -> bool:
    return bool(communes.codes_of(town))


def invent_town(rng: np.random.Generator) -> tuple[str, str]:
    """A commune, the larger the likelier, and a way of writing it."""
    names = communes.names().entries
    name = names[int(len(names) ** rng.random()) - 1]
    way = rng.random()
    if way < _CAPITALS:
        return name, name.upper()
    return name, re.sub(r"\bSaint(e?)-", r"St\1 ", name) if way > 1 - _SHORT else name
