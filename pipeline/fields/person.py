"""A person's name, kept as written: accents, particles, hyphens, apostrophes, and capitals, which
often tell the surname."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise

from pipeline import fields
from pipeline.decoding.ctc import Grammar
from pipeline.decoding.evidence import Channel
from pipeline.decoding.personal_names import (
    PARTICLES,
    given_names,
    is_capital,
    name_blocks,
    surnames,
)
from pipeline.decoding.wording import LETTER_CONFUSIONS, LETTERS, Wording
from pipeline.fields import Means
from pipeline.records import Candidate, FieldValue, LineEvidence
from pipeline.text import cased, fold, tidy

_EMPTY = 0.99
_CHANNEL = Channel(
    LETTERS + " '-.",
    {
        **LETTER_CONFUSIONS,
        # A dot is an initial's, or a leader dot that stands where a blank should.
        ".": {".": 0.7, " ": 0.1, "": 0.2},
        ",_…": {" ": 0.3, "": 0.5, ".": 0.2},
        ":;*": {" ": 0.2, "": 0.8},
        "-": {"-": 0.97, " ": 0.03},
        "–—~=": {"-": 1.0},
        '’"': {"'": 0.9, "": 0.1},
        "0": {"O": 0.6, "o": 0.4},
        "1": {"l": 0.6, "I": 0.4},
        "2": {"Z": 0.5, "z": 0.5},
        "4": {"A": 0.8},
        "5": {"S": 0.6, "s": 0.4},
        "6": {"G": 0.4, "b": 0.4},
        "8": {"B": 0.9},
        "9": {"g": 0.6, "q": 0.3},
        "/": {"l": 0.4, "I": 0.3},
        "&": {"E": 0.3, "é": 0.2},
    },
)
_GRAMMAR = Grammar(rf"[{LETTERS}]+((\. |[ '-]|\.-)[{LETTERS}]+)*\.?")

_ONE_NAME = re.compile(r"[^\W\d_]+(?:(?:\. ?|[ '-]|\.-)[^\W\d_]+)+\.?|[^\W\d_]{2,}")
_SEVERAL = re.compile(r"\b(?:et|ou|dont|plus|avec|sans|etudiante?s?|pers|personnes?)\b")
_NOBODY = re.compile(r"[-/_.\\ ]*|(?:neant|aucune?|rien|personne|idem|x)\.?")
_NO_LETTER, _FEW_LETTERS, _SHORT_NAME = 0.97, 0.8, 0.3
"""How often a line that reads as two letters at most holds nobody's name but dirt, a fold, a sign
for nobody: where no letter was seen, where some were, and where they are a known name, as in Ly."""
_MOST_WORDS = 6
_NO_NAME = 0.5
"""The probability of what a file holds as a name and is not one, so that a person looks."""


@cache
def _wording() -> Wording:
    return Wording(
        _CHANNEL,
        _GRAMMAR,
        (given_names(), surnames()),
        PARTICLES,
        small_letters=-2.0,
        lexicon_weight=0.7,
        letters_weight=0.15,
    )


def read(lines: Sequence[LineEvidence]) -> tuple[Candidate, ...]:
    """Names with their probabilities, likeliest first."""
    if not lines:
        return (Candidate("", "", _EMPTY),)
    if (text := fields.exact_text(lines)) is not None:
        return _typed(tidy(text))
    names = fields.joined([_wording().read(line) for line in lines])
    return fields.ranked(_or_nobody(names, " ".join(line.text for line in lines)), to_text)


def _or_nobody(names: Mapping[FieldValue, float], seen: str) -> dict[FieldValue, float]:
    """The names, those too short to be anybody's less likely, and nobody as much likelier."""
    lettered = any(map(str.isalpha, seen))
    shares: dict[FieldValue, float] = {"": names.get("", 0.0)}
    for name, p in names.items():
        if name:
            nobody = p * _nobody(str(name), lettered=lettered)
            shares[name] = p - nobody
            shares[""] += nobody
    return shares


def _nobody(name: str, *, lettered: bool) -> float:
    """How often what reads as a name is none."""
    if len(name) > 2:
        return 0.0
    if not lettered:
        return _NO_LETTER
    known = len(name) == 2 and any(name in lexicon for lexicon in (given_names(), surnames()))
    return _SHORT_NAME if known else _FEW_LETTERS


def _typed(text: str) -> tuple[Candidate, ...]:
    """The candidate of a text that the file itself held: in doubt where it is not one name."""
    if _NOBODY.fullmatch(fold(text)):
        return fields.certain("", to_text)
    one_name = _ONE_NAME.fullmatch(text) and not _SEVERAL.search(fold(text))
    capital = [is_capital(block) for block in name_blocks(text.split())]
    if not one_name or sum(a != b for a, b in pairwise(capital)) > 1:
        return (Candidate(text, text, _NO_NAME),)
    return fields.certain(text, to_text)


def to_text(value: FieldValue) -> str:
    return "" if value is None else str(value)


def parse(text: str) -> FieldValue:
    """The name a person typed, in NFC with straight apostrophes and single spaces."""
    return tidy(text)


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
)
