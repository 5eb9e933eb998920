"""A person's name, kept as written: accents, particles, hyphens, apostrophes, and capitals, which
often tell the surname."""

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from pipeline import fields
from pipeline.decoding import lexicon
from pipeline.decoding.ctc import Grammar
from pipeline.decoding.evidence import Channel
from pipeline.decoding.lexicon import Lexicon
from pipeline.decoding.wording import LETTER_CONFUSIONS, LETTERS, Wording
from pipeline.records import Candidate, FieldValue, LineEvidence
from pipeline.text import fold, tidy

_EMPTY = 0.99
_PARTICLES = frozenset(
    ("de", "du", "des", "d", "la", "le", "les", "l", "el", "al", "ben", "bel", "bin", "ibn", "abd")
) | {"da", "das", "do", "dos", "di", "della", "van", "von", "der", "den", "ter", "y"}
_TITLES = frozenset(
    ("m", "mr", "mme", "mlle", "mmes", "monsieur", "madame", "mademoiselle", "dr", "pr", "docteur")
)
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
_NO_NAME = 0.5
"""The probability of what a file holds as a name and is not one, so that a person looks."""


@cache
def _given_names() -> Lexicon:
    return lexicon.load("given_names")


@cache
def _surnames() -> Lexicon:
    return lexicon.load("surnames")


@cache
def _wording() -> Wording:
    return Wording(
        _CHANNEL,
        _GRAMMAR,
        (_given_names(), _surnames()),
        _PARTICLES,
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
    return fields.ranked(fields.joined([_wording().read(line) for line in lines]), to_text)


def _typed(text: str) -> tuple[Candidate, ...]:
    """The candidate of a text that the file itself held: in doubt where it is not one name."""
    if _NOBODY.fullmatch(fold(text)):
        return fields.certain("", to_text)
    one_name = _ONE_NAME.fullmatch(text) and not _SEVERAL.search(fold(text))
    capital = [_is_capital(block) for block in _blocks(text.split())]
    if not one_name or sum(a != b for a, b in pairwise(capital)) > 1:
        return (Candidate(text, text, _NO_NAME),)
    return fields.certain(text, to_text)


def to_text(value: FieldValue) -> str:
    return "" if value is None else str(value)


def parse(text: str) -> FieldValue:
    """The name a person typed, in NFC with straight apostrophes and single spaces."""
    return tidy(text)


def split_name(text: str) -> tuple[str, str]:
    """(surname, given name) of a written name; a part that is not there is "".

    Told by the capitals where one part only is in capitals, then by the lexicons, then by the
    French habit of writing the given name first. Titles (Mme, Dr) are left out.
    """
    words = [w for w in tidy(text).split() if fold(w).strip(".") not in _TITLES]
    blocks = _blocks(words)
    if len(blocks) < 2:
        return " ".join(words), ""
    capital = [_is_capital(block) for block in blocks]
    cut = next((i for i in range(1, len(blocks)) if capital[i] != capital[i - 1]), None)
    if cut is not None:
        first, second = " ".join(blocks[:cut]), " ".join(blocks[cut:])
        return (first, second) if capital[0] else (second, first)
    cuts = [(" ".join(blocks[:i]), " ".join(blocks[i:])) for i in range(1, len(blocks))]
    given_first = [(_given(a) + _family(b), (b, a)) for a, b in cuts]
    surname_first = [(_family(a) + _given(b), (a, b)) for a, b in cuts]
    return max([*given_first, *surname_first], key=lambda option: option[0])[1]


def _blocks(words: Sequence[str]) -> list[str]:
    """The words, each particle with what follows it: ``Anne | Le Goff``."""
    blocks: list[str] = []
    pending: list[str] = []
    for word in words:
        pending.append(word)
        if fold(word).rstrip("'") not in _PARTICLES:
            blocks.append(" ".join(pending))
            pending = []
    if pending:  # a name that ends like a particle: "Yvonne LE"
        blocks.append(" ".join(pending))
    return blocks


def _is_capital(block: str) -> bool:
    """Whether the block is a name in capitals; an initial, as in ``J. Martin``, is not."""
    letters = [w for w in re.findall(r"[^\W\d_]+", block) if fold(w) not in _PARTICLES]
    return any(len(w) > 1 for w in letters) and all(w.isupper() for w in letters)


def _given(name: str) -> float:
    return _mean_log_prior(_given_names(), name)


def _family(name: str) -> float:
    whole = _surnames().log_prior(name)
    particle = 1.0 if _PARTICLES.intersection(fold(name).split()[:1]) else 0.0
    return max(whole, _mean_log_prior(_surnames(), name)) + particle


def _mean_log_prior(names: Lexicon, name: str) -> float:
    words = re.findall(r"[^\W\d_]+", name)
    return max(names.log_prior(name), sum(map(names.log_prior, words)) / max(1, len(words)))
