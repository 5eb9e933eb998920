"""The names on registrations, in each spelling in which they count as named in full."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from pipeline.ledger import Claim
from pipeline.payments.spelling import singular, spelled
from pipeline.payments.vocabulary import LINKS, NEUTRAL, TITLES, normal

_LEAST = 3
_VARIANTS = (("ASS0CIATI0N", "ASS0"), ("ASS0CIATI0N", "ASS0C"), ("SAINT", "ST"), ("SAINTE", "STE"))


class Names:
    """Names, squeezed, and the registrations on which they are an organisation's or a person's.

    ``neutral``: words that may stand beside a name, those of the event included; ``longest``: the
    most letters of a name.
    """

    def __init__(self, claims: Iterable[Claim], *, event_words: Collection[str] = ()) -> None:
        self.organisations = defaultdict[str, set[str]](set)
        self.people = defaultdict[str, set[str]](set)
        self._words = defaultdict[str, set[str]](set)
        self._people_words = defaultdict[str, set[str]](set)
        self._short = set[str]()
        self.neutral = NEUTRAL | {
            normal(token) for word in event_words for token in spelled(word).tokens
        }
        for claim in claims:
            self._add(claim)
        self._sorted = sorted({*self.organisations, *self.people})
        self.longest = max(map(len, self._sorted), default=0)

    def _add(self, claim: Claim) -> None:
        for spelling in _spellings(spelled(claim.organisation).tokens):
            name = "".join(spelling)
            telling = sum(self._tells(token) for token in spelling)
            if len(name) >= _LEAST and telling:
                self.organisations[name].add(claim.id)
                self._words[claim.id].update(spelling)
                if telling == 1:
                    self._short.add(name)
        for person in claim.people:
            tokens = _bare(spelled(person).tokens)
            for name in _orders(tokens):
                self.people[name].add(claim.id)
            self._people_words[claim.id].update(tokens)

    def _tells(self, token: str) -> bool:
        """Whether a word of an organisation's name tells it from others."""
        return singular(token) not in self.neutral and singular(token) not in LINKS

    def is_name(self, squeezed: str) -> bool:
        """Whether that is a name on a registration."""
        return squeezed in self.organisations or squeezed in self.people

    def is_short(self, squeezed: str) -> bool:
        """Whether one word alone tells that organisation."""
        return squeezed in self._short and squeezed not in self.people

    def longer(self, squeezed: str) -> Iterator[str]:
        """The names that begin like that and go on."""
        for place in range(bisect_right(self._sorted, squeezed), len(self._sorted)):
            if not self._sorted[place].startswith(squeezed):
                return
            yield self._sorted[place]

    def is_person_of(self, ids: Iterable[str], token: str) -> bool:
        """Whether that is a word of a participant's name there."""
        return any(token in self._people_words[id_] for id_ in ids)

    def is_word_of(self, ids: Iterable[str], beginning: str) -> bool:
        """Whether a word of any name there begins so."""
        return any(
            word.startswith(beginning)
            for id_ in ids
            for word in self._people_words[id_] | self._words[id_]
        )


def _spellings(tokens: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """An organisation's name, and with words that are written shorter."""
    yield tokens
    for long, short in _VARIANTS:
        if long in tokens:
            yield tuple(short if token == long else token for token in tokens)
        if short in tokens:
            yield tuple(long if token == short else token for token in tokens)


def _bare(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """A person's name without titles before it."""
    start = 0
    while start < len(tokens) and singular(tokens[start]) in TITLES:
        start += 1
    return tokens[start:]


def _orders(tokens: tuple[str, ...]) -> Iterator[str]:
    """Given name and surname, in either order: each way to part a name in two."""
    if sum(len(token) > 1 for token in tokens) < 2:
        return
    for split in range(len(tokens)):
        yield "".join(tokens[split:] + tokens[:split])
