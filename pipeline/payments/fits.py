"""What a credit without a reference may pay, by names and amount, and what speaks against it."""

from collections.abc import Iterable, Mapping

from pipeline.payments.index import Index, Seen
from pipeline.payments.naming import BY_ORGANISATION, names_a_stranger
from pipeline.payments.outcome import Reason, Rule
from pipeline.payments.purpose import Of, counts_in, part_in

Fit = frozenset[str]
"""The registrations that a movement pays together."""
BY_REFERENCE = 3
"""How well a text names a registration whose mangled reference is there: better than by name."""

_CENTS_OFF = 100
"""So far off, an amount may still be meant for what is owed."""
_HALVES = 2
"""In so many parts a payment is mostly split: a half may look like the whole of another one."""


def fits(seen: Seen, index: Index) -> frozenset[Fit]:
    """Each open registration, and all open ones of each organisation, that owe exactly the amount,
    and of which the text names the organisation or a participant in full."""
    return _fits(seen.named, seen.movement.amount_cents, index)


def _fits(named: Iterable[str], amount: int, index: Index) -> frozenset[Fit]:
    still_open = [id_ for id_ in named if index.is_open(id_)]
    singles = {Fit((id_,)) for id_ in still_open if index.owed(id_) == amount}
    groups = {Fit(filter(index.is_open, ids)) for ids in index.beside(still_open)}
    return frozenset(singles) | {g for g in groups if sum(map(index.owed, g)) == amount}


def level(fit: Fit, seen: Seen, index: Index) -> int:
    """How well the text names it."""
    if seen.quoted.mangled and _near(seen, index) == fit:
        return BY_REFERENCE
    return max(seen.named.get(id_, 0) for id_ in fit)


def against(fit: Fit, seen: Seen, index: Index) -> Reason | None:
    """Why a credit that fits one thing alone is not sure of it, all the same."""
    if seen.quoted.mangled and level(fit, seen, index) < BY_REFERENCE:
        return mangled(seen)
    return (
        miscounted(fit, seen, index) or _somebody_else(fit, seen, index) or _twin(fit, seen, index)
    )


def mangled(seen: Seen) -> Reason:
    return Reason(Rule.MANGLED_REFERENCE, (seen.quoted.mangled[0].text,))


def part(seen: Seen) -> Reason | None:
    """Whether the text speaks of a part."""
    words = (part_in(field, names) for field, names in seen.fields)
    return next((Reason(Rule.PART, (word,)) for word in words if word), None)


def miscounted(fit: Fit, seen: Seen, index: Index) -> Reason | None:
    """Whether the text gives another number of fiches, or of people.

    Who says ``2 INSCRIPTIONS`` and quotes a reference may mean the people on that fiche.
    """
    people = sum(len(index.claims[id_].people) for id_ in fit)
    right = {Of.FICHES: {len(fit)}, Of.PEOPLE: {people}, Of.EITHER: {len(fit)}}
    if seen.quoted.exact:
        right[Of.EITHER].add(people)
    for field, names in seen.fields:
        for counted in counts_in(field, names):
            if counted.number not in right[counted.of]:
                return Reason(
                    Rule.COUNT, (counted.number, min(right[counted.of]), counted.of.value)
                )
    return None


def points_at(seen: Seen, index: Index) -> dict[str, int]:
    """The open registrations that a credit may be meant for, and how well it names each: those that
    fit, though its bank cut a name, those that it quotes, and those that it names with a part, or
    some cents off."""
    pointed = dict[str, int]()
    amount, is_part = seen.movement.amount_cents, part(seen) is not None
    for id_, named in seen.named.items():
        gap = index.owed(id_) - amount
        if 0 < abs(gap) <= _CENTS_OFF or (is_part and gap > 0):
            pointed[id_] = named
    named_or_cut = seen.cut | seen.named
    for fit in _fits(named_or_cut, amount, index):
        if not _somebody_else(fit, seen, index):
            best = max(named_or_cut.get(id_, 0) for id_ in fit)
            pointed |= {id_: max(pointed.get(id_, 0), best) for id_ in fit}
    return {
        id_: named
        for id_, named in (pointed | dict.fromkeys(_quoted(seen, index), BY_REFERENCE)).items()
        if index.is_open(id_)
    }


def begins(seen: Seen, index: Index) -> dict[str, int]:
    """The open registrations that it names or quotes, and of which it pays a part at most."""
    named = seen.named | dict.fromkeys(_quoted(seen, index), BY_REFERENCE)
    amount = seen.movement.amount_cents
    return {i: how for i, how in named.items() if index.is_open(i) and amount < index.owed(i)}


def _quoted(seen: Seen, index: Index) -> Fit:
    exact = Fit(id_ for reference in seen.quoted.exact for id_ in index.of_reference[reference])
    return exact | _near(seen, index)


def _near(seen: Seen, index: Index) -> Fit:
    """What its mangled references may stand for; what looks like one and is unknown, nothing."""
    near = [each.near for each in seen.quoted.mangled]
    if not all(near):
        return Fit()
    return Fit(id_ for references in near for r in references for id_ in index.of_reference[r])


def _somebody_else(fit: Fit, seen: Seen, index: Index) -> Reason | None:
    """Whether the label speaks of somebody who is not on it: whoever pays may be another one."""
    others = [mention for mention in seen.by_label if not mention.ids & fit]
    is_by_person = any(seen.named.get(id_, 0) > BY_ORGANISATION for id_ in fit)
    if others or (
        not is_by_person and names_a_stranger(seen.label, seen.by_label, fit, index.names)
    ):
        return Reason(Rule.OTHER_NAMED)
    in_label = any(mention.whole for mention in seen.by_label)
    if not in_label and any(not m.cut and not m.ids & fit for m in seen.by_payer):
        return Reason(Rule.OTHER_NAMED)
    return None


def _twin(fit: Fit, seen: Seen, index: Index) -> Reason | None:
    """Whether what is paid, or not yet verified, may as well be meant, or some of several."""
    amount, least = seen.movement.amount_cents, level(fit, seen, index)
    named = [id_ for id_, named in seen.named.items() if named >= least]
    for id_ in named:
        if id_ not in fit and not index.is_open(id_) and _may_be(id_, amount, index):
            return Reason(Rule.TWIN, (index.claims[id_].reference,))
    for group in (Fit(filter(index.is_begun, ids)) for ids in index.beside(named)):
        if len(group) > 1 and sum(map(index.owed, group)) == amount:
            return Reason(Rule.TWIN, tuple(sorted(index.claims[id_].reference for id_ in group)))
    for id_ in filter(index.is_open, named):
        if index.owed(id_) == _HALVES * amount:
            return Reason(Rule.HALF, (index.claims[id_].reference,))
    pool = {id_: index.owed(id_) for id_ in named if not index.is_begun(id_) and index.owed(id_)}
    if _ways(pool, amount) > (fit <= pool.keys()):
        return Reason(Rule.RIVALS, (_ways(pool, amount),))
    return None


def _may_be(id_: str, amount: int, index: Index) -> bool:
    claim = index.claims[id_]
    return claim.owed_cents is None or amount in {
        claim.owed_cents,
        claim.paid_cents,
        claim.owed_cents - claim.paid_cents,
    }


def _ways(owed: Mapping[str, int], amount: int) -> int:
    """In how many ways some of them owe exactly the amount."""
    ways = {0: 1}
    for each in owed.values():
        for total, count in [*ways.items()]:
            if total + each <= amount:
                ways[total + each] = ways.get(total + each, 0) + count
    return ways.get(amount, 0)
