"""Words that anybody may write: those of French, by how often they are used."""

import re
from collections.abc import Sequence
from functools import cache

from pipeline import fields
from pipeline.decoding import communes, french
from pipeline.decoding.ctc import Grammar
from pipeline.decoding.evidence import Channel
from pipeline.decoding.lexicon import Lexicon
from pipeline.decoding.personal_names import given_names
from pipeline.decoding.wording import LETTERS, Wording
from pipeline.fields._words import CONFUSIONS, read_words, to_text
from pipeline.records import Candidate, FieldValue, LineEvidence
from pipeline.text import fold

_SMALL_WORDS = frozenset(
    ("de", "du", "des", "d", "l", "la", "le", "les", "et", "ou", "à", "au", "aux", "en", "sur")
) | {"pour", "par", "dans", "un", "une", "avec", "chez", "s", "n", "qu", "c", "j", "est", "a", "y"}
_ACRONYMS = (
    *("CP", "CE1", "CE2", "CM1", "CM2", "6e", "5e", "4e", "3e", "2nde", "1re", "1ère", "2de"),
    *("CAF", "MSA", "CPAM", "MAIF", "MACIF", "MAAF", "SNCF", "RATP", "CHU", "EHPAD", "IME", "AESH"),
    *("CAP", "BEP", "BTS", "IUT", "CDI", "CDD", "RSA", "AAH", "APA", "PMI", "RDV", "SMS"),
)
"""What people write in answers that is no word."""
_SIGNS = "'-.,;:?!&/()+°%€@#*="
_CHANNEL = Channel(
    LETTERS + "0123456789 " + _SIGNS,
    {
        **CONFUSIONS,
        # Sentences end in points and hold commas; leader dots are as often blanks.
        ".": {".": 0.85, " ": 0.05, "": 0.1},
        ",": {",": 0.85, ".": 0.05, " ": 0.05, "": 0.05},
        "_…": {" ": 0.3, "": 0.7},
        **{sign: {sign: 0.9, "": 0.1} for sign in ":;*="},
        "–—~": {"-": 1.0},
    },
)
_GRAMMAR = Grammar(rf"[{LETTERS}0-9(+€@#-](?:[^ ']| [^ .,']|(?<=[{LETTERS}])'(?!'))*")
_WORD = re.compile(r"[^\W\d_]+")
_LIGATURE = re.compile(r"(?i:oe)(?=u|il|U|IL)")
_USUAL = 40_000
"""So many of the commonest words: what is rarer is as likely misread."""


@cache
def wording() -> Wording:
    """What lines of free text are made of."""
    return Wording(
        _CHANNEL,
        _GRAMMAR,
        (_words(), communes.words(), given_names()),
        _SMALL_WORDS,
        small_letters=-0.4,
        lexicon_weight=0.8,
        letters_weight=0.15,
        acronyms=_ACRONYMS,
        stray_point=-0.2,
        running=frozenset(_words().entries).difference(map(fold, given_names().entries)),
    )


def read(lines: Sequence[LineEvidence]) -> tuple[Candidate, ...]:
    """What lines of free text say with its probabilities, likeliest first, œ as French has it:
    an engine sees two letters, and so does many a hand write them."""
    candidates = read_words(lines, wording())
    if fields.exact_text(lines) is not None:
        return candidates
    texts: dict[FieldValue, float] = {}
    for candidate in candidates:
        text = _WORD.sub(lambda word: _ligatured(word[0]), candidate.text)
        texts[text] = texts.get(text, 0.0) + candidate.probability
    return fields.ranked(texts, to_text)


def _ligatured(word: str) -> str:
    """A word of French with œ for oe: of all that have oeu or oeil, as in cœur and clin d'œil."""
    if word not in french.load():
        return word
    return _LIGATURE.sub(lambda two: "Œ" if two[0][0] == "O" else "œ", word)


@cache
def _words() -> Lexicon:
    counts = french.load().counts
    usual = sorted(counts, key=lambda word: (-counts[word], word))[:_USUAL]
    return Lexicon(usual).of_words(without=_SMALL_WORDS)
