"""What an engine makes of print: how likely each letter is read as which other.

A channel of single edits, as Kernighan, Church and Gale count them ("A Spelling Correction Program
Based on a Noisy Channel Model", COLING 1990). The shares were counted over 900 lines of "Copiste
d'un jour" (BAnQ 2024, CC BY 4.0), drawn as bad scans in six typefaces and read by Tesseract 5 with
its own default language, which knows few of the French accents.
"""

from functools import lru_cache
from math import log

from pipeline.text import fold

_LOST = {
    "à": {"a": 0.6, "4": 0.2, "&": 0.08, "3": 0.02, "@": 0.01, "i": 0.01, "2": 0.01, "9": 0.01},
    "â": {"a": 0.6, "i": 0.06, "4": 0.06, "é": 0.06, "d": 0.02, "g": 0.02},
    "ç": {"c": 0.6, "g": 0.3},
    "è": {"é": 0.68, "e": 0.19, "t": 0.04, "g": 0.03, "&": 0.01, "c": 0.01},
    "é": {"e": 0.13, "c": 0.005, "g": 0.005, "¢": 0.004, "6": 0.004, "è": 0.002, "&": 0.001},
    "ê": {"é": 0.75, "e": 0.1, "&": 0.03, "c": 0.01, "è": 0.01},
    "ë": {"é": 0.75, "e": 0.2},
    "î": {"i": 0.8, "f": 0.03},
    "ï": {"i": 0.86},
    "ô": {"é": 0.5, "o": 0.2, "6": 0.08, "d": 0.08, "b": 0.03, "8": 0.02},
    "ö": {"é": 0.5, "o": 0.2},
    "û": {"i": 0.3, "d": 0.25, "u": 0.24, "f": 0.02},
    "ù": {"u": 0.7, "i": 0.06},
    "ü": {"u": 0.7, "i": 0.06},
    "É": {"E": 0.81},
    "À": {"A": 0.8},
    "Ê": {"E": 0.81},
    "œ": {"e": 0.3},
}
"""What becomes of letters with accents, which an engine without French does not know."""
_TAKEN_FOR = {
    "l": {"t": 0.011, "f": 0.011, "I": 0.01, "i": 0.008, "J": 0.004}
    | dict.fromkeys("hF!", 0.002)
    | dict.fromkeys("VPj1|{r]", 0.001),
    "f": {"t": 0.076},
    "e": {"c": 0.003},
    "r": {"n": 0.006, "t": 0.004},
    "i": {"t": 0.005, "r": 0.002},
    "t": {"r": 0.002, "f": 0.001, "l": 0.002},
    "I": {"i": 0.06, "l": 0.03, "f": 0.02, "{": 0.02, "t": 0.02},
    "c": {"s": 0.002, "e": 0.002, "¢": 0.002},
    "x": {"s": 0.004},
    "v": {"w": 0.005, "y": 0.002},
    "a": {"u": 0.002},
    "u": {"a": 0.002},
    "o": {"a": 0.001},
    "k": {"h": 0.015},
    "D": {"O": 0.03},
    "L": {"U": 0.01, "I": 0.01},
}
_GROUPS = ("li1|!][tjf", "oq0d°a", "z27", "s5x", "b8", "g9q", "b6g", "uvn", "ceo¢", "rnm", "hnb")
"""Letters of one shape, small or not."""
_LOOKS_ALIKE, _ACCENT_MADE, _CASE = 0.001, 0.002, 0.004
_ANY = {False: 0.0001, True: 0.002}
"""Any other letter, for a letter without and one with an accent."""
_DROPPED = {"'": 0.2, "l": 0.012, "i": 0.01, "-": 0.02, " ": 0.004}
_ANY_DROPPED = 0.001
_ADDED, _MARK_ADDED = 0.0001, 0.004
_BOTH_WAYS = (("rn", "m"), ("cl", "d"), ("ii", "u"), ("li", "h"), ("vv", "w"))
_RUN_TOGETHER = (("in", "m"), ("ri", "n"), ("tt", "n"), ("nt", "m"))
_SHAPES = (*_BOTH_WAYS, *((b, a) for a, b in _BOTH_WAYS), *_RUN_TOGETHER)
"""Letters that run together, and one that falls apart: as printed, as read."""
_SHAPE = -log(0.002)
_MARKS = frozenset(".,;:'\"-_|!")


@lru_cache(maxsize=65536)
def cost(read: str, printed: str) -> float:
    """How much speaks against the one being read where the other is printed, in natural
    logarithms: 0 for the same. After Wagner and Fischer (1974)."""
    above = [0.0]
    for char in read:
        above.append(above[-1] + _added(char))
    rows = [above]
    for i, char in enumerate(printed, 1):
        row = [rows[-1][0] + _dropped(char)]
        for j, other in enumerate(read, 1):
            best = min(
                rows[i - 1][j] + _dropped(char),
                row[j - 1] + _added(other),
                rows[i - 1][j - 1] + (0.0 if char == other else _swapped(char, other)),
            )
            for shape, seen in _SHAPES:
                if printed[:i].endswith(shape) and read[:j].endswith(seen):
                    best = min(best, rows[i - len(shape)][j - len(seen)] + _SHAPE)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


@lru_cache(maxsize=4096)
def _swapped(printed: str, read: str) -> float:
    share = _LOST.get(printed, {}).get(read) or _TAKEN_FOR.get(printed, {}).get(read)
    if share is None:
        plain, seen = fold(printed), fold(read)
        share = _ANY[printed in _LOST]
        if printed.casefold() == read.casefold():
            share = _CASE
        elif plain == seen:
            share = _ACCENT_MADE
        elif any(plain in group and seen in group for group in _GROUPS):
            share = max(share, _LOOKS_ALIKE)
    return -log(share)


def _dropped(char: str) -> float:
    return -log(_DROPPED.get(char, _ANY_DROPPED))


def _added(char: str) -> float:
    return -log(_MARK_ADDED if char in _MARKS else _ADDED)
