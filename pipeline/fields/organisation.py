"""The name of a service or an association, over one line or more; a hyphen at a line's end joins.

Free text: the lexicon of the social sector only weighs what was seen.
"""

import re
from collections.abc import Sequence
from functools import cache

from rapidfuzz import fuzz

from pipeline import fields
from pipeline.decoding import lexicon
from pipeline.decoding.ctc import Grammar
from pipeline.decoding.evidence import Channel
from pipeline.decoding.wording import LETTER_CONFUSIONS, LETTERS, Wording
from pipeline.fields import Comparison, Means
from pipeline.records import Candidate, FieldValue, LineEvidence
from pipeline.text import cased, tidy

_EMPTY = 0.99
_NO_NAME = 0.5
"""The probability of what a file holds as a name and is only signs, so that a person looks."""
SMALL_WORDS = frozenset(
    ("de", "du", "des", "d", "l", "la", "le", "les", "et", "à", "au", "aux", "en", "sur", "sous")
) | {"pour", "par", "dans", "un", "une", "avec", "chez", "s", "n", "qu"}
_CHANNEL = Channel(
    LETTERS + "0123456789 '-.,&/()+°",
    {
        **LETTER_CONFUSIONS,
        # A dot is an acronym's, or a leader dot that stands where a blank should.
        ".": {".": 0.7, " ": 0.12, "": 0.18},
        ",": {",": 0.3, ".": 0.2, " ": 0.2, "": 0.3},
        ":;_…*": {" ": 0.3, "": 0.7},
        "-": {"-": 0.97, " ": 0.03},
        "–—~=": {"-": 1.0},
        '’"': {"'": 0.9, "": 0.1},
        "0": {"0": 0.95, "O": 0.03, "o": 0.02},
        "1": {"1": 0.85, "l": 0.08, "I": 0.07},
        "5": {"5": 0.95, "S": 0.05},
        "8": {"8": 0.95, "B": 0.05},
        "«": {"": 1.0},
        "»": {"": 1.0},
    },
)
_GRAMMAR = Grammar(rf"[{LETTERS}0-9(](?:[^ ']| [^ .,']|(?<=[{LETTERS}])'(?!'))*")


@cache
def _wording() -> Wording:
    words = lexicon.load("organisation_words")
    return Wording(
        _CHANNEL,
        _GRAMMAR,
        (words.of_words(without=SMALL_WORDS),),
        SMALL_WORDS,
        small_letters=-0.7,
        lexicon_weight=1.0,
        letters_weight=0.3,
        acronyms=tuple(entry for entry in words.entries if "." in entry),
    )


def read(lines: Sequence[LineEvidence]) -> tuple[Candidate, ...]:
    """Names with their probabilities, likeliest first."""
    if not lines:
        return (Candidate("", "", _EMPTY),)
    if (text := fields.exact_text(lines)) is not None:
        name = tidy(text)
        typed = name.isprintable() and any(c.isalnum() for c in name)
        return fields.certain(name, to_text) if typed else (Candidate(name, name, _NO_NAME),)
    return fields.ranked(fields.joined([_wording().read(line) for line in lines]), to_text)


def to_text(value: FieldValue) -> str:
    return "" if value is None else str(value)


def parse(text: str) -> FieldValue:
    """The name a person typed, in NFC with straight apostrophes and single spaces."""
    return tidy(text)


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
)
