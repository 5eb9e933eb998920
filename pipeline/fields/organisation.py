"""The name of a service or an association, over one line or more; a hyphen at a line's end joins.

Free text: the lexicon of the social sector only weighs what was seen.
"""

import re
from collections.abc import Sequence
from functools import cache

from rapidfuzz import fuzz

from pipeline import fields
from pipeline.decoding import lexicon
from pipeline.decoding.wording import Wording
from pipeline.fields import Comparison, Means
from pipeline.fields._words import CHANNEL, GRAMMAR, parse, read_words, to_text
from pipeline.records import Candidate, LineEvidence
from pipeline.text import cased

SMALL_WORDS = frozenset(
    ("de", "du", "des", "d", "l", "la", "le", "les", "et", "à", "au", "aux", "en", "sur", "sous")
) | {"pour", "par", "dans", "un", "une", "avec", "chez", "s", "n", "qu"}


@cache
def _wording() -> Wording:
    words = lexicon.load("organisation_words")
    return Wording(
        CHANNEL,
        GRAMMAR,
        (words.of_words(without=SMALL_WORDS),),
        SMALL_WORDS,
        small_letters=-0.7,
        lexicon_weight=1.0,
        letters_weight=0.3,
        acronyms=tuple(entry for entry in words.entries if "." in entry),
    )


def read(lines: Sequence[LineEvidence]) -> tuple[Candidate, ...]:
    """Names with their probabilities, likeliest first."""
    return read_words(lines, _wording())


_LEAST_WORD = 3
_ALIKE_WORD, _SHARED = 80.0, 0.6
"""A service is the same where all words of one are words of the other, each alike by so many
percent, and make up this share of its letters: « Centre social de Dinan » is not that of Dinard."""


def _near(first: str, second: str) -> bool:
    few, many = sorted((_words(first), _words(second)), key=len)
    common = [word for word in few if any(fuzz.ratio(word, w) >= _ALIKE_WORD for w in many)]
    shared = sum(map(len, common)) / max(1, sum(map(len, many)))
    return bool(few) and len(common) == len(few) and shared >= _SHARED


def _words(service: str) -> list[str]:
    words = re.findall(r"[a-z0-9]+", service.replace(".", ""))
    return [word for word in words if len(word) >= _LEAST_WORD] or words


TYPE = fields.FieldType(
    label="service",
    plural="services",
    means=Means.ORGANISATION,
    read=read,
    to_text=to_text,
    parse=parse,
    headings=(
        *("organisation", "organization", "structure", "association", "service"),
        *("etablissement", "employeur", "organisme", "company"),
    ),
    compared=Comparison(pieces=lambda service: {*_words(service)}, near=_near),
    spelled=lambda value: [str(value), *cased(str(value))],
    second_look=True,
    lettered=True,
    spelling=True,
)
