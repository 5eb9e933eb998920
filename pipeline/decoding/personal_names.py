"""What a person's name is made of: its surname and its given name, told by how it is written."""

import re
from collections.abc import Sequence
from functools import cache

from pipeline.decoding import lexicon
from pipeline.decoding.lexicon import Lexicon
from pipeline.text import fold, tidy

PARTICLES = frozenset(
    ("de", "du", "des", "d", "la", "le", "les", "l", "el", "al", "ben", "bel", "bin", "ibn", "abd")
) | {"da", "das", "do", "dos", "di", "della", "van", "von", "der", "den", "ter", "y"}
_TITLES = frozenset(
    ("m", "mr", "mme", "mlle", "mmes", "monsieur", "madame", "mademoiselle", "dr", "pr", "docteur")
)


@cache
def given_names() -> Lexicon:
    return lexicon.load("given_names")


@cache
def surnames() -> Lexicon:
    return lexicon.load("surnames")


def split_name(text: str) -> tuple[str, str]:
    """(surname, given name) of a written name; a part that is not there is "".

    Told by the capitals where one part only is in capitals, then by the lexicons, then by the
    French habit of writing the given name first. Titles (Mme, Dr) are left out.
    """
    words = [w for w in tidy(text).split() if fold(w).strip(".") not in _TITLES]
    blocks = name_blocks(words)
    if len(blocks) < 2:
        return " ".join(words), ""
    capital = [is_capital(block) for block in blocks]
    cut = next((i for i in range(1, len(blocks)) if capital[i] != capital[i - 1]), None)
    if cut is not None:
        first, second = " ".join(blocks[:cut]), " ".join(blocks[cut:])
        return (first, second) if capital[0] else (second, first)
    cuts = [(" ".join(blocks[:i]), " ".join(blocks[i:])) for i in range(1, len(blocks))]
    given_first = [(_given(a) + _family(b), (b, a)) for a, b in cuts]
    surname_first = [(_family(a) + _given(b), (a, b)) for a, b in cuts]
    return max([*given_first, *surname_first], key=lambda option: option[0])[1]


def name_blocks(words: Sequence[str]) -> list[str]:
    """The words, each particle with what follows it: ``Anne | Le Goff``."""
    blocks: list[str] = []
    pending: list[str] = []
    for word in words:
        pending.append(word)
        if fold(word).rstrip("'") not in PARTICLES:
            blocks.append(" ".join(pending))
            pending = []
    if pending:  # a name that ends like a particle: "Yvonne LE"
        blocks.append(" ".join(pending))
    return blocks


def is_capital(block: str) -> bool:
    """Whether the block is a name in capitals; an initial, as in ``J. Martin``, is not."""
    letters = [w for w in re.findall(r"[^\W\d_]+", block) if fold(w) not in PARTICLES]
    return any(len(w) > 1 for w in letters) and all(w.isupper() for w in letters)


def _given(name: str) -> float:
    return _mean_log_prior(given_names(), name)


def _family(name: str) -> float:
    whole = surnames().log_prior(name)
    particle = 1.0 if PARTICLES.intersection(fold(name).split()[:1]) else 0.0
    return max(whole, _mean_log_prior(surnames(), name)) + particle


def _mean_log_prior(names: Lexicon, name: str) -> float:
    words = re.findall(r"[^\W\d_]+", name)
    return max(names.log_prior(name), sum(map(names.log_prior, words)) / max(1, len(words)))
