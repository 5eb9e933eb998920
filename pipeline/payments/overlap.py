"""Statements of one account that overlap: what a later one brings that none brought before.

The same movement reads otherwise in another format: its label is cut elsewhere, its payer stands
apart or in the label. So on days that earlier statements cover, movements are paired by day and
amount, those that read most alike first; two equal ones on a day stay two.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date

from rapidfuzz import fuzz

from pipeline.ledger import Movement
from pipeline.payments.spelling import singular, spelled
from pipeline.payments.vocabulary import BANK


def new_movements(
    movements: Iterable[Movement], earlier: Iterable[Movement], *, covered: Collection[date]
) -> list[Movement]:
    """Those of a statement that no ``earlier`` movement of its account is, in their order.

    ``covered``: the days of which earlier statements told all.
    """
    known = defaultdict[tuple[date, int], list[Movement]](list)
    for movement in earlier:
        known[movement.day, movement.amount_cents].append(movement)
    given = list(movements)
    of_key = defaultdict[tuple[date, int], list[int]](list)
    for place, movement in enumerate(given):
        if movement.day in covered:
            of_key[movement.day, movement.amount_cents].append(place)
    paired = set[int]()
    for key, places in of_key.items():
        paired |= _paired({place: given[place] for place in places}, known[key])
    return [movement for place, movement in enumerate(given) if place not in paired]


def _paired(given: dict[int, Movement], known: list[Movement]) -> set[int]:
    """The places of those that pair with a known one, the likest first."""
    if len(given) <= len(known):
        return set(given)
    alike = sorted(
        (
            (_likeness(movement, other), -place, -at)
            for place, movement in given.items()
            for at, other in enumerate(known)
        ),
        reverse=True,
    )
    paired, taken = set[int](), set[int]()
    for _, place, at in alike:
        if -place not in paired and at not in taken:
            paired.add(-place)
            taken.add(at)
    return paired


def _likeness(movement: Movement, other: Movement) -> tuple[bool, float]:
    """The bank's own name for it first, then what is written of it, wherever that stands."""
    mine, theirs = spelled(movement.text), spelled(other.text)
    my_words, their_words = (
        " ".join(token for token in each.tokens if singular(token) not in BANK)
        for each in (mine, theirs)
    )
    return (
        bool(movement.bank_id) and movement.bank_id == other.bank_id,
        fuzz.token_set_ratio(my_words, their_words)
        + fuzz.ratio(my_words, their_words)
        + fuzz.partial_ratio(mine.squeezed, theirs.squeezed),
    )
