"""Words that anybody may write: those of French, by how often they are used."""

from functools import cache

from pipeline.decoding import communes, french
from pipeline.decoding.ctc import Grammar
from pipeline.decoding.evidence import Channel
from pipeline.decoding.lexicon import Lexicon
from pipeline.decoding.personal_names import given_names
from pipeline.decoding.wording import LETTERS, Wording
from pipeline.fields._words import CONFUSIONS

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
    )


@cache
def _words() -> Lexicon:
    counts = french.load().counts
    usual = sorted(counts, key=lambda word: (-counts[word], word))[:_USUAL]
    return Lexicon(usual).of_words(without=_SMALL_WORDS)
