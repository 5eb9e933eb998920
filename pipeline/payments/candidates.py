"""What a movement that waits may pay: up to five groups of registrations, the likest first.

The likeness of a reference counts most, then that of a name, then that of the amount.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from rapidfuzz import fuzz, process

from pipeline.payments.index import Index, Seen
from pipeline.payments.naming import BY_ORGANISATION, BY_PERSON
from pipeline.payments.outcome import Shares
from pipeline.payments.spelling import spelled
from pipeline.payments.vocabulary import LINKS, NEUTRAL, normal

MOST = 5
_ALIKE = 80.0
"""Words that are alike by so many percent are one word, written otherwise."""
_LEAST_WORD, _LEAST_ALIKE = 3, 5
"""Letters of a word that tells something, and of one that may be written otherwise."""
_MOST_OF_A_WORD = 60
"""Whoever bears a commoner word than that needs another one, too."""
_LEAST_NAME = 0.5
"""How much of a name has to be there."""
_QUOTED, _NEAR = 8.0, 6.0
_NAMED = {BY_ORGANISATION: 3.5, BY_PERSON: 4.0}
_LIKE = 3.0
_EXACT, _SOME, _REST, _ABOUT, _PART = 2.0, 1.8, 1.5, 1.0, 0.5
_SUMMED, _MOST_SUMMED = (2, 3), 12
"""How many are paid at once, where not all of an organisation's are, and out of how many."""
_CENTS_OFF = 100
_CLOSED = -1.0
_TOO_COMMON = LINKS | NEUTRAL


@dataclass(frozen=True, slots=True)
class _Scored:
    score: float
    ids: tuple[str, ...]


class Candidates:
    """What may be paid, by the words and amounts of all registrations."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._names = defaultdict[str, list[frozenset[str]]](list)
        self._owners = defaultdict[str, set[str]](set)
        self._alike = dict[str, tuple[str, ...]]()
        self._of_paid = defaultdict[int, list[str]](list)
        for claim in index.claims.values():
            for name in (claim.organisation, *claim.people):
                if words := frozenset(filter(_tells, spelled(name).tokens)):
                    self._names[claim.id].append(words)
                    for word in words:
                        self._owners[word].add(claim.id)
            if paid := index.owed(claim.id) if claim.id in index.paid else claim.paid_cents:
                self._of_paid[paid].append(claim.id)
        self._words = tuple(self._owners)

    def of(self, seen: Seen) -> tuple[Shares, ...]:
        """The best for a movement, each with the cents that it would get."""
        amount = seen.movement.amount_cents
        if not amount:
            return ()
        liked = self._liked(seen)
        scored = [*(self._paid_back(liked, -amount) if amount < 0 else self._paid(seen, liked))]
        best = dict[tuple[str, ...], float]()
        for each in scored:
            best[each.ids] = max(each.score, best.get(each.ids, each.score))
        ranked = sorted(best, key=lambda ids: (-best[ids], len(ids), ids))
        return tuple(self._shared(ids, amount) for ids in ranked[:MOST])

    def _liked(self, seen: Seen) -> dict[str, float]:
        """How much of its reference and its names a text has, by registration."""
        liked = self._like_names(seen)
        for id_ in seen.cut:
            liked[id_] = max(_LIKE, liked.get(id_, 0.0))
        for id_, named in seen.named.items():
            liked[id_] = max(_NAMED[named], liked.get(id_, 0.0))
        near = {reference for each in seen.quoted.mangled for reference in each.near}
        for worth, references in ((_NEAR, near), (_QUOTED, seen.quoted.exact)):
            for reference in references:
                for id_ in self._index.of_reference[reference]:
                    liked[id_] = worth + liked.get(id_, 0.0)
        return liked

    def _like_names(self, seen: Seen) -> dict[str, float]:
        there = {word for field, _ in seen.fields for word in self._words_in(field.tokens)}
        likely = {
            id_
            for word in there
            if len(self._owners[word]) <= _MOST_OF_A_WORD
            for id_ in self._owners[word]
        }
        parts = {id_: self._part_of(id_, there) for id_ in likely}
        return {id_: _LIKE * part for id_, part in parts.items() if part >= _LEAST_NAME}

    def _weight(self, words: Iterable[str]) -> float:
        """Rare words count for more."""
        return sum(1 / math.sqrt(len(self._owners[word])) for word in words)

    def _part_of(self, id_: str, there: set[str]) -> float:
        """How much of the best of its names is there."""
        names = self._names[id_]
        return max(self._weight(name & there) / self._weight(name) for name in names)

    def _words_in(self, tokens: Iterable[str]) -> Iterator[str]:
        for token in filter(_tells, tokens):
            if token in self._owners:
                yield token
            elif len(token) >= _LEAST_ALIKE:
                if token not in self._alike:
                    close = process.extract(
                        token, self._words, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=3
                    )
                    self._alike[token] = tuple(word for word, _, _ in close)
                yield from self._alike[token]

    def _paid(self, seen: Seen, liked: dict[str, float]) -> Iterator[_Scored]:
        """What a credit may pay."""
        index, amount = self._index, seen.movement.amount_cents
        quoted = {id_ for r in seen.quoted.exact for id_ in index.of_reference[r]}
        if len(quoted) > 1:
            yield _Scored(_QUOTED + _EXACT, tuple(sorted(quoted)))
        for id_, liking in liked.items():
            yield _Scored(liking + self._by_amount(id_, amount), (id_,))
        yield from self._together(liked, amount)
        alike = [id_ for id_ in index.of_amount.get(amount, ()) if index.is_open(id_)]
        if len(alike) <= MOST:  # so many could be any
            yield from (_Scored(_EXACT, (id_,)) for id_ in alike)

    def _together(self, liked: dict[str, float], amount: int) -> Iterator[_Scored]:
        """Several that owe exactly the amount: all open ones of an organisation, or some."""
        index = self._index
        for ids in index.beside(liked):
            group = tuple(sorted(filter(index.is_open, ids)))
            if len(group) > 1 and sum(map(index.owed, group)) == amount:
                yield _Scored(max(liked.get(id_, 0.0) for id_ in ids) + _EXACT, group)
        still_open = sorted(filter(index.is_open, liked), key=lambda id_: (-liked[id_], id_))
        for count in _SUMMED:
            for some in combinations(sorted(still_open[:_MOST_SUMMED]), count):
                if sum(map(index.owed, some)) == amount:
                    yield _Scored(min(liked[id_] for id_ in some) + _SOME, some)

    def _paid_back(self, liked: dict[str, float], amount: int) -> Iterator[_Scored]:
        """Of what was paid a debit may take back."""
        alike = self._of_paid.get(amount, [])
        for paid, ids in self._of_paid.items():
            for id_ in ids:
                if id_ in liked:
                    yield _Scored(liked[id_] + (_EXACT if paid == amount else 0.0), (id_,))
        if len(alike) <= MOST:
            yield from (_Scored(_EXACT, (id_,)) for id_ in alike)

    def _by_amount(self, id_: str, amount: int) -> float:
        left = self._index.left(id_)
        closed = 0.0 if left > 0 else _CLOSED
        if left == amount:
            return closed + (_REST if self._index.is_begun(id_) else _EXACT)
        if abs(left - amount) <= _CENTS_OFF:
            return closed + _ABOUT
        return closed + (_PART if amount < left else 0.0)

    def _shared(self, ids: tuple[str, ...], amount: int) -> Shares:
        """The amount, given to each up to what is left of it; the last gets what is too much."""
        shares, left = list[tuple[str, int]](), amount
        for id_ in ids[:-1]:
            share = min(left, max(self._index.left(id_), 0))
            shares.append((id_, share))
            left -= share
        return (*((id_, share) for id_, share in shares if share), (ids[-1], left))


def _tells(token: str) -> bool:
    return len(token) >= _LEAST_WORD and not token.isdigit() and normal(token) not in _TOO_COMMON
