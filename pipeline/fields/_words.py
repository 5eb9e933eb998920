"""How lines are read that hold words, over one line or more; a hyphen at a line's end joins."""

from collections.abc import Sequence

from pipeline import fields
from pipeline.decoding.ctc import Grammar
from pipeline.decoding.evidence import Channel
from pipeline.decoding.wording import LETTER_CONFUSIONS, LETTERS, Wording
from pipeline.records import Candidate, FieldValue, LineEvidence
from pipeline.text import tidy

_EMPTY = 0.99
_ONLY_SIGNS = 0.5
"""The probability of what a file holds as words and is only signs, so that a person looks."""
CONFUSIONS = {
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
}
"""What a sign seen among words may be."""
CHANNEL = Channel(LETTERS + "0123456789 '-.,&/()+°", CONFUSIONS)
GRAMMAR = Grammar(rf"[{LETTERS}0-9(](?:[^ ']| [^ .,']|(?<=[{LETTERS}])'(?!'))*")


def read_words(lines: Sequence[LineEvidence], of: Wording) -> tuple[Candidate, ...]:
    """What the lines say with its probabilities, likeliest first."""
    if not lines:
        return (Candidate("", "", _EMPTY),)
    if (text := fields.exact_text(lines)) is not None:
        return typed(tidy(text))
    return fields.ranked(fields.joined([of.read(line) for line in lines]), to_text)


def typed(text: str) -> tuple[Candidate, ...]:
    """The candidate of a text that the file itself held: in doubt where it is only signs."""
    is_word = text.isprintable() and any(c.isalnum() for c in text)
    return fields.certain(text, to_text) if is_word else (Candidate(text, text, _ONLY_SIGNS),)


def to_text(value: FieldValue) -> str:
    return "" if value is None else str(value)


def parse(text: str) -> FieldValue:
    """What a person typed, in NFC with straight apostrophes and single spaces."""
    return tidy(text)
