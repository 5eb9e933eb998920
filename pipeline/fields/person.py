"""A person's name, kept as written: accents, particles, hyphens, apostrophes, and capitals, which
often tell the surname."""

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from pipeline import fields
from pipeline.decoding.personal_names import given_names, is_capital, name_blocks, surnames
from pipeline.decoding.wording import Wording
from pipeline.fields import Means
from pipeline.fields._names import parse, read_names, to_text, wording
from pipeline.records import Candidate, FieldValue, LineEvidence
from pipeline.text import cased, fold

_ONE_NAME = re.compile(r"[^\W\d_]+(?:(?:\. ?|[ '-]|\.-)[^\W\d_]+)+\.?|[^\W\d_]{2,}")
_SEVERAL = re.compile(r"\b(?:et|ou|dont|plus|avec|sans|etudiante?s?|pers|personnes?)\b")
_MOST_WORDS = 6


@cache
def _wording() -> Wording:
    return wording(given_names(), surnames())


def read(lines: Sequence[LineEvidence]) -> tuple[Candidate, ...]:
    """Names with their probabilities, likeliest first."""
    return read_names(lines, _wording(), _is_one)


def _is_one(text: str) -> bool:
    """Whether a text is one person's name: a surname and a given name in one place each."""
    if not _ONE_NAME.fullmatch(text) or _SEVERAL.search(fold(text)):
        return False
    capital = [is_capital(block) for block in name_blocks(text.split())]
    return sum(a != b for a, b in pairwise(capital)) <= 1


def spelled(value: FieldValue) -> list[str]:
    """A name in any order that keeps its given names and its surnames together, in any case."""
    text = str(value)
    words = text.split()
    turns = range(len(words) if len(words) <= _MOST_WORDS else 1)
    orders = (" ".join(words[i:] + words[:i]) for i in turns)
    return [text, *(case for order in orders for case in cased(order))]


TYPE = fields.FieldType(
    label="personne",
    plural="personnes",
    means=Means.PERSON,
    read=read,
    to_text=to_text,
    parse=parse,
    spelled=spelled,
    lettered=True,
    spelling=True,
)
