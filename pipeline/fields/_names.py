"""How a line is read that holds a name, or a part of one: by the names that people bear."""

import re
from collections.abc import Callable, Mapping, Sequence

from pipeline import fields
from pipeline.decoding.ctc import Grammar
from pipeline.decoding.evidence import Channel
from pipeline.decoding.lexicon import Lexicon
from pipeline.decoding.personal_names import PARTICLES, given_names, surnames
from pipeline.decoding.wording import LETTER_CONFUSIONS, LETTERS, Wording
from pipeline.records import Candidate, FieldValue, LineEvidence
from pipeline.text import fold, tidy

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
_NOBODY = re.compile(r"[-/_.\\ ]*|(?:neant|aucune?|rien|personne|idem|x)\.?")
_NO_LETTER, _FEW_LETTERS, _SHORT_NAME = 0.97, 0.8, 0.3
"""How often a line that reads as two letters at most holds nobody's name but dirt, a fold, a sign
for nobody: where no letter was seen, where some were, and where they are a known name, as in Ly."""
_NO_NAME = 0.5
"""The probability of what a file holds as a name and is not one, so that a person looks."""


def wording(*lexicons: Lexicon) -> Wording:
    """What lines of such names are made of."""
    return Wording(
        _CHANNEL,
        _GRAMMAR,
        lexicons,
        PARTICLES,
        small_letters=-2.0,
        lexicon_weight=0.7,
        letters_weight=0.15,
    )


def read_names(
    lines: Sequence[LineEvidence], of: Wording, is_one: Callable[[str], bool]
) -> tuple[Candidate, ...]:
    """Names with their probabilities, likeliest first; ``is_one`` says whether typed text is one
    name: else it is in doubt."""
    if not lines:
        return (Candidate("", "", _EMPTY),)
    if (text := fields.exact_text(lines)) is not None:
        return _typed(tidy(text), is_one)
    names = fields.joined([of.read(line) for line in lines])
    return fields.ranked(_or_nobody(names, " ".join(line.text for line in lines)), to_text)


def _typed(text: str, is_one: Callable[[str], bool]) -> tuple[Candidate, ...]:
    if _NOBODY.fullmatch(fold(text)):
        return fields.certain("", to_text)
    return fields.certain(text, to_text) if is_one(text) else (Candidate(text, text, _NO_NAME),)


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


def to_text(value: FieldValue) -> str:
    return "" if value is None else str(value)


def parse(text: str) -> FieldValue:
    """The name a person typed, in NFC with straight apostrophes and single spaces."""
    return tidy(text)
