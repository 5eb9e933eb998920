"""A postal address in a street: number, kind of street, name; flats and buildings belong to it."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from math import log

import numpy as np

from pipeline import fields
from pipeline.decoding import communes, lexicon
from pipeline.decoding.ctc import Grammar
from pipeline.decoding.evidence import Channel
from pipeline.decoding.personal_names import given_names, surnames
from pipeline.decoding.wording import LETTER_CONFUSIONS, LETTERS, Wording
from pipeline.fields._whole import read_whole
from pipeline.fields._words import parse, read_words, to_text
from pipeline.records import Candidate, LineEvidence
from pipeline.text import cased

_SMALL_WORDS = frozenset(
    ("de", "du", "des", "d", "l", "la", "le", "les", "et", "à", "au", "aux", "en", "sur", "sous")
) | {"bis", "ter", "quater"}
_CHANNEL = Channel(
    LETTERS + "0123456789 '-.,/°",
    {
        **LETTER_CONFUSIONS,
        # Numbers stand among letters here: each may be taken for the other.
        "0": {"0": 0.96, "O": 0.03, "o": 0.01},
        "1": {"1": 0.88, "l": 0.05, "I": 0.05, "7": 0.02},
        "5": {"5": 0.96, "S": 0.04},
        "7": {"7": 0.97, "1": 0.03},
        "8": {"8": 0.97, "B": 0.03},
        "l": {"l": 0.92, "I": 0.04, "1": 0.04},
        "I": {"I": 0.74, "l": 0.12, "1": 0.14},
        "|!]": {"l": 0.35, "I": 0.25, "1": 0.4},
        "O": {"O": 0.87, "o": 0.08, "0": 0.05},
        "o": {"o": 0.89, "O": 0.09, "0": 0.02},
        "S": {"S": 0.87, "s": 0.09, "5": 0.04},
        "Z": {"Z": 0.75, "z": 0.1, "2": 0.15},
        "z": {"z": 0.78, "Z": 0.1, "2": 0.12},
        ".": {".": 0.55, ",": 0.3, " ": 0.05, "": 0.1},
        ",": {",": 0.7, ".": 0.1, " ": 0.1, "": 0.1},
        ":;_…*": {" ": 0.3, "": 0.5, ",": 0.2},
        "-": {"-": 0.97, " ": 0.03},
        "–—~=": {"-": 1.0},
        '’"': {"'": 0.9, "": 0.1},
        "«»()": {"": 0.8, " ": 0.2},
    },
)
_GRAMMAR = Grammar(rf"[{LETTERS}0-9](?:[^ ']| [^ .,']|(?<=[{LETTERS}])'(?!'))*")
_KINDS = (
    *("rue", "rue", "rue", "rue", "rue", "avenue", "boulevard", "chemin", "impasse", "allée"),
    *("place", "route", "quai", "square", "passage"),
)
_CALLED = (
    *("de la Gare", "du Moulin", "des Lilas", "de l'Église", "Victor Hugo", "Jean Jaurès"),
    *("des Acacias", "du Général de Gaulle", "de la République", "des Écoles", "Pasteur"),
    *("du 11 Novembre", "du 8 Mai 1945", "de la Fontaine", "des Quatre Vents", "Anne Frank"),
    *("du Vieux Port", "des Tilleuls", "Louise Michel", "de Bretagne", "Saint-Michel", "Aragon"),
    *("du Champ de Foire", "de Kerlann", "des Fontenelles", "du Bois Joli", "George Sand"),
)
_FLATS = (", appt {}", ", bât. B", ", apt {}", " - Résidence Les Glycines")


_NUMBERED = re.compile(r"\d{1,4}(?: (?:bis|ter|quater|[a-d]))?,? [^\W\d_]", re.IGNORECASE)
"""How an address in a street begins."""
_IN_ORDER = log(25.0)
"""Log-prior of an address that begins so: most do, and what looks like it was one."""
_FIRST_DIGITS = re.compile(r"(\d{1,2}) (?=\d{1,2},? [^\W\d_])")
_FIRST_POINT = re.compile(r"(\d{1,4})[.;:] ?(?=[^\W\d_])")
_LIKE_DIGITS = str.maketrans("OoIl|ZzSsGB", "00111225568")


@cache
def _wording() -> Wording:
    streets = lexicon.load("street_words").of_words(without=_SMALL_WORDS)
    return Wording(
        _CHANNEL,
        _GRAMMAR,
        (streets, communes.words(), given_names(), surnames()),
        _SMALL_WORDS,
        small_letters=-0.3,
        lexicon_weight=0.8,
        letters_weight=0.2,
        stray_point=-0.2,
    )


def read(lines: Sequence[LineEvidence]) -> tuple[Candidate, ...]:
    """Addresses with their probabilities, likeliest first."""
    if not lines or fields.exact_text(lines) is not None:
        return read_words(lines, _wording())
    texts = [read_whole(line, _wording(), _gain, _near) for line in lines]
    return fields.ranked(fields.joined(texts), to_text)


def _gain(text: str) -> float:
    return _IN_ORDER if _NUMBERED.match(text) else 0.0


def _near(text: str) -> Iterator[str]:
    """The same with a number in one, in digits, and with a comma behind it."""
    number, blank, rest = text.partition(" ")
    in_digits = number.translate(_LIKE_DIGITS)
    if in_digits != number and in_digits.rstrip(",").isdecimal():
        yield f"{in_digits}{blank}{rest}"
    if _FIRST_DIGITS.match(text):
        yield _FIRST_DIGITS.sub(r"\1", text, count=1)
    if _FIRST_POINT.match(text):
        yield _FIRST_POINT.sub(r"\1, ", text, count=1)


def invent(rng: np.random.Generator) -> tuple[str, str]:
    """An address where nobody lives that the simulator knows of."""
    number = f"{rng.integers(1, 240)}{('', '', '', '', ' bis', ' ter')[int(rng.integers(6))]}"
    kind = _KINDS[int(rng.integers(len(_KINDS)))]
    called = _CALLED[int(rng.integers(len(_CALLED)))]
    comma = "," if rng.random() < 0.25 else ""
    text = f"{number}{comma} {kind} {called}"
    if rng.random() < 0.12:
        text += _FLATS[int(rng.integers(len(_FLATS)))].format(rng.integers(1, 60))
    text = text.upper() if rng.random() < 0.12 else text
    return text, text


TYPE = fields.FieldType(
    label="adresse",
    plural="adresses",
    read=read,
    to_text=to_text,
    parse=parse,
    spelled=lambda value: [str(value), *cased(str(value))],
    invent=invent,
    lettered=True,
    spelling=True,
)
