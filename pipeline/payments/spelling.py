"""What a bank makes of words, undone: capitals without accents, blanks lost or put in, 0 for O."""

import re
from dataclasses import dataclass
from functools import cached_property

from pipeline.text import fold

_TOKEN = re.compile(r"[A-Z]+(?:0+[A-Z]+)*|[0-9]+")
"""A word, with the zeros that stand for an O in it, or a number: ``UDAF35`` is two."""


@dataclass(frozen=True)
class Spelled:
    """A text's words and numbers, in capitals, with a zero for each O."""

    text: str
    tokens: tuple[str, ...]

    @cached_property
    def squeezed(self) -> str:
        """All of it, without blanks."""
        return "".join(self.tokens)

    @cached_property
    def edges(self) -> tuple[int, ...]:
        """Where each token begins in ``squeezed``, and where the last one ends."""
        places = [0]
        for token in self.tokens:
            places.append(places[-1] + len(token))
        return tuple(places)

    def piece(self, start: int, end: int) -> str:
        """The tokens from ``start`` up to ``end``, without blanks."""
        return self.squeezed[self.edges[start] : self.edges[end]]


def spelled(text: str) -> Spelled:
    """The words and numbers of a text."""
    tokens = (token.replace("O", "0") for token in _TOKEN.findall(fold(text).upper()))
    return Spelled(text, tuple(tokens))


def squeeze(text: str) -> str:
    """Letters and digits alone, in capitals, with a zero for each O: what spellings share."""
    return spelled(text).squeezed


def singular(word: str) -> str:
    """A word without the ending of its plural."""
    return word.rstrip("SX") or word
