"""Whom a bank's text names in full: organisations and participants of registrations.

A name stands on the edges of words, whatever blanks are in it, a person's in either order. One that
goes on is another name: ``FOYER LES TILLEULS NORD`` is not ``Foyer Les Tilleuls``, ``JEAN PIERRE
DUPONT`` not ``Pierre Dupont``. So beside a name only another one may stand, or what payers and
banks write around names (``vocabulary``).
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from pipeline.ledger import Claim
from pipeline.payments.spelling import Spelled, singular, spelled
from pipeline.payments.vocabulary import (
    FICHES,
    LINKS,
    MONTHS,
    NEUTRAL,
    PEOPLE,
    TITLES,
    each,
    normal,
)

BY_ORGANISATION, BY_PERSON = 1, 2
"""How well a text names a registration."""

_LEAST_NAME = 3
_LEAST_CUT = 4
"""Letters that are left of a word where a bank cut it, and that tell it still."""
_LEAST_OF_A_NAME = 9
_WIDTHS = frozenset((23, 24, 30, 31, 32, 34, 35, 69, 70))
"""How long a bank's field is where it may be cut, with a blank at its end or without."""
_AND = normal("et")
_FOR = TITLES | each("pour inscription inscr insc")
_COUNTED = FICHES | PEOPLE | MONTHS
_VARIANTS = (("ASS0CIATI0N", "ASS0"), ("ASS0CIATI0N", "ASS0C"), ("SAINT", "ST"), ("SAINTE", "STE"))


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a field of a bank's text, from token ``start`` up to ``end``.

    ``organisation`` and ``people``: the registrations on which it is the one or the other.
    ``whole``: the name is named in full, and does not go on.
    """

    start: int
    end: int
    organisation: frozenset[str]
    people: frozenset[str]
    whole: bool = True

    @property
    def ids(self) -> frozenset[str]:
        return self.organisation | self.people


class Names:
    """The names on registrations, ready to be looked for; beside them ``event_words`` may stand."""

    def __init__(self, claims: Iterable[Claim], *, event_words: Collection[str] = ()) -> None:
        self._organisations = defaultdict[str, set[str]](set)
        self._people = defaultdict[str, set[str]](set)
        self._people_words = defaultdict[str, set[str]](set)
        self._organisation_words = dict[str, tuple[str, ...]]()
        self._short = set[str]()
        self._neutral = NEUTRAL | {
            normal(token) for word in event_words for token in spelled(word).tokens
        }
        for claim in claims:
            self._add(claim)
        self._sorted = sorted({*self._organisations, *self._people})
        self._longest = max(map(len, self._sorted), default=0)

    def _add(self, claim: Claim) -> None:
        self._organisation_words[claim.id] = spelled(claim.organisation).tokens
        for spelling in _spellings(self._organisation_words[claim.id]):
            name = "".join(spelling)
            if len(name) < _LEAST_NAME or not self._telling(spelling):
                continue
            self._organisations[name].add(claim.id)
            if len(self._telling(spelling)) == 1:
                self._short.add(name)
        for person in claim.people:
            tokens = _bare(spelled(person).tokens)
            for name in _orders(tokens):
                self._people[name].add(claim.id)
            self._people_words[claim.id].update(tokens)

    def _telling(self, tokens: Iterable[str]) -> list[str]:
        """The words of an organisation's name that tell it."""
        return [
            token
            for token in tokens
            if (word := singular(token)) not in self._neutral and word not in LINKS
        ]

    def is_name(self, squeezed: str) -> bool:
        """Whether that is a name on a registration."""
        return squeezed in self._organisations or squeezed in self._people

    def mentions(self, field: Spelled) -> list[Mention]:
        """Whom a field names; of names within names, the longest."""
        hits = [*self._hits(field)]
        longest = [
            hit
            for hit in hits
            if not any(
                other.start <= hit.start
                and hit.end <= other.end
                and (other.start, other.end) != (hit.start, hit.end)
                for other in hits
            )
        ]
        return [
            Mention(
                hit.start,
                hit.end,
                hit.organisation,
                hit.people,
                self._is_whole(hit, field, longest),
            )
            for hit in longest
        ]

    def cut_short(self, field: Spelled) -> dict[str, int]:
        """The registrations on which is a name that begins like the field's end, and goes on, and
        how well that would name each: a bank may have cut it."""
        cut = dict[str, int]()
        for start in range(len(field.tokens)):
            piece = field.piece(start, len(field.tokens))
            if len(piece) < _LEAST_OF_A_NAME:
                break
            place = bisect_right(self._sorted, piece)
            while place < len(self._sorted) and (name := self._sorted[place]).startswith(piece):
                cut |= dict.fromkeys(self._organisations.get(name, ()), BY_ORGANISATION)
                cut |= dict.fromkeys(self._people.get(name, ()), BY_PERSON)
                place += 1
        return cut

    def names_a_stranger(
        self, field: Spelled, mentions: Iterable[Mention], ids: frozenset[str]
    ) -> bool:
        """Whether it says for whom it is, and that is nobody on those registrations:
        ``INSCRIPTION DURAND``, ``POUR MME DURAND``."""
        tokens = field.tokens
        named = {place for each in mentions for place in range(each.start, each.end)}
        for place, token in enumerate(tokens):
            if singular(token) not in _FOR or place in named:
                continue
            after = place + 1
            while after < len(tokens) and after not in named and self._leads_on(tokens, after):
                after += 1
            if after < len(tokens) and after not in named and not self._is_of(ids, tokens[after]):
                return True
        return False

    def _leads_on(self, tokens: tuple[str, ...], place: int) -> bool:
        """Whether the word there is around names, not of them."""
        token, word = tokens[place], singular(tokens[place])
        if token.isdigit() or word in self._neutral or word in LINKS:
            return True
        return place + 1 == len(tokens) and any(w.startswith(token) for w in self._neutral)

    def _is_of(self, ids: frozenset[str], token: str) -> bool:
        """Whether a word, perhaps cut, is of a name on those registrations."""
        return any(
            word.startswith(token)
            for id_ in ids
            for word in (*self._people_words[id_], *self._organisation_words[id_])
        )

    def _hits(self, field: Spelled) -> Iterator[Mention]:
        count = len(field.tokens)
        for start in range(count):
            for end in range(start + 1, count + 1):
                name = field.piece(start, end)
                if len(name) > self._longest:
                    break
                organisation = self._organisations.get(name, ())
                people = self._people.get(name, ())
                if organisation or people:
                    yield Mention(start, end, frozenset(organisation), frozenset(people))

    def _is_whole(self, hit: Mention, field: Spelled, others: list[Mention]) -> bool:
        if any(
            other is not hit and other.start < hit.end and hit.start < other.end for other in others
        ):
            return False
        name = field.piece(hit.start, hit.end)
        if hit.end == len(field.tokens) and len(field.text) in _WIDTHS and self._goes_on(name):
            return False
        if name in self._short and not hit.people:
            return self._stands_alone(hit, field, others)
        return self._begins(hit, field, others) and self._ends(hit, field, others)

    def _goes_on(self, name: str) -> bool:
        """Whether a longer name begins like it, which the bank may have cut."""
        place = bisect_right(self._sorted, name)
        return place < len(self._sorted) and self._sorted[place].startswith(name)

    def _stands_alone(self, hit: Mention, field: Spelled, others: list[Mention]) -> bool:
        """Whether nothing else tells anything: a name of one word may be a part of any other."""
        return all(
            hit.start <= place < hit.end
            or any(other.people and other.start <= place < other.end for other in others)
            or self._says_nothing(field, place, hit)
            for place in range(len(field.tokens))
            if not (place != hit.end and normal(field.tokens[place]) in LINKS)
        )

    def _begins(self, hit: Mention, field: Spelled, others: list[Mention]) -> bool:
        place = hit.start - 1
        while place >= 0 and singular(field.tokens[place]) in LINKS:
            if hit.people and singular(field.tokens[place]) == _AND:
                return True
            place -= 1
        if place < 0 or any(other.end == place + 1 for other in others):
            return True
        return field.tokens[place].isdigit() or self._says_nothing(field, place, hit)

    def _ends(self, hit: Mention, field: Spelled, others: list[Mention]) -> bool:
        place = hit.end
        if place == len(field.tokens) or any(other.start == place for other in others):
            return True
        if hit.people and singular(field.tokens[place]) == _AND:
            return True
        return self._says_nothing(field, place, hit)

    def _says_nothing(self, field: Spelled, place: int, hit: Mention) -> bool:
        """Whether the token there is no part of a name."""
        token = field.tokens[place]
        after = field.tokens[place + 1] if place + 1 < len(field.tokens) else ""
        if token.isdigit():
            return (
                not hit.organisation
                or len(token) > 2
                or after.isdigit()
                or singular(after) in _COUNTED
            )
        word = singular(token)
        if word in self._neutral or any(token in self._people_words[i] for i in hit.organisation):
            return True
        if word in LINKS:
            return after.isdigit() or word in {"P0UR", "PAR"}
        is_cut = place + 1 == len(field.tokens) and len(token) >= _LEAST_CUT
        return is_cut and any(other.startswith(token) for other in self._neutral)


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
