"""Which movements of a statement surely pay which registrations, and what speaks for the others.

A credit is sure where its exact references are all of open registrations and together owe exactly
it; or, without a reference, where one open registration, or all open ones of one organisation, owe
exactly it, the text names the organisation or a participant in full, and nothing else fits. What
may as well be meant counts as fitting, too: another registration that is paid or not yet verified,
some of an organisation's, another credit for the same. All else waits for a person.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from pipeline.config import OTHER_PURPOSES
from pipeline.ledger import Claim, Movement, Slip
from pipeline.payments.candidates import Candidates
from pipeline.payments.fits import Fit, against, fits, mangled, miscounted, part
from pipeline.payments.index import Index, Seen
from pipeline.payments.others import Others
from pipeline.payments.outcome import Match, Reason, Rule, Shares
from pipeline.payments.purpose import cheques_in, is_deposit, purpose_in
from pipeline.payments.vocabulary import normal

_NOTHING = Match(Reason(Rule.NOTHING))


def match(
    movements: Iterable[Movement],
    claims: Iterable[Claim],
    slips: Iterable[Slip],
    *,
    other_purposes: Collection[str] = OTHER_PURPOSES,
    event_words: Collection[str] = (),
    only_sure: bool = False,
) -> Mapping[int, Match]:
    """What each movement pays, by its number.

    ``claims``: all registrations, open or not; ``slips``: those that no movement deposited yet.
    ``event_words``: those of the event's title that beside a name are no part of it. Where it is
    ``only_sure`` that is asked for, what waits has no candidates.
    """
    index = Index(claims, event_words=event_words)
    all_seen = index.seen(movements)
    by_reference = dict[int, Match]()
    for seen in all_seen:
        if seen.movement.amount_cents > 0 and seen.quoted.exact:
            paid = by_reference[seen.movement.number] = _by_reference(seen, index)
            index.paid.update(id_ for id_, _ in paid.shares)
    words = {normal(purpose): purpose for purpose in other_purposes}
    waiting = [
        seen
        for seen in all_seen
        if seen.movement.amount_cents > 0
        and not by_reference.get(seen.movement.number, _NOTHING).sure
        and (seen.quoted.exact or not (_is_deposit(seen) or _purpose(seen, words)))
    ]
    others = Others(waiting, index)
    matches = by_reference | {
        seen.movement.number: _by_name(seen, index, words, others)
        for seen in all_seen
        if seen.movement.number not in by_reference
    }
    matches |= _deposits([seen for seen in all_seen if _is_deposit(seen)], [*slips], matches)
    index.paid.update(id_ for paid in matches.values() for id_, _ in paid.shares)
    return matches if only_sure else _with_candidates(all_seen, index, matches)


def _by_reference(seen: Seen, index: Index) -> Match:
    """What exact references say: all of them, of open registrations, for exactly what they owe."""
    owners = [index.of_reference[reference] for reference in seen.quoted.exact]
    if any(len(ids) != 1 for ids in owners):
        return Match(Reason(Rule.UNCLEAR_REFERENCE))
    fit = Fit(id_ for ids in owners for id_ in ids)
    for rule, ids in (
        (Rule.PAID_BEFORE, filter(index.is_begun, fit)),
        (Rule.NOT_OPEN, (id_ for id_ in fit if not index.is_open(id_))),
    ):
        if references := sorted(index.claims[id_].reference for id_ in ids):
            return Match(Reason(rule, tuple(references)))
    amount, owed = seen.movement.amount_cents, sum(map(index.owed, fit))
    if owed != amount:
        return Match(Reason(Rule.REFERENCE_AMOUNT, (owed, amount)))
    if reason := miscounted(fit, seen, index):
        return Match(reason)
    return Match(Reason(Rule.REFERENCES), _shares(fit, index))


def _by_name(seen: Seen, index: Index, purposes: Mapping[str, str], others: Others) -> Match:
    """What names and amount say, where no reference is exact."""
    if seen.movement.amount_cents <= 0:
        return Match(Reason(Rule.DEBIT if seen.movement.amount_cents else Rule.NOTHING))
    if _is_deposit(seen):
        return Match(Reason(Rule.NO_SLIP))
    if word := _purpose(seen, purposes):
        return Match(Reason(Rule.PURPOSE, (word,)))
    if reason := part(seen):
        return Match(reason)
    fitting = fits(seen, index)
    if not fitting:
        return Match(_unfit(seen, index))
    if len(fitting) > 1:
        return Match(Reason(Rule.RIVALS, (len(fitting),)))
    (fit,) = fitting
    if reason := against(fit, seen, index):
        return Match(reason)
    if others.claim(fit, seen):
        return Match(Reason(Rule.OTHER_CREDIT))
    return Match(Reason(Rule.NAME), _shares(fit, index))


def _unfit(seen: Seen, index: Index) -> Reason:
    """Why nothing fits."""
    amount = seen.movement.amount_cents
    if seen.quoted.mangled:
        return mangled(seen)
    if paid := [
        index.claims[id_].reference
        for id_ in seen.named
        if index.is_begun(id_) and index.owed(id_) == amount
    ]:
        return Reason(Rule.PAID_BEFORE, tuple(sorted(paid)))
    if seen.named:
        return Reason(Rule.NAME_AMOUNT)
    alike = sum(index.is_open(id_) for id_ in index.of_amount.get(amount, ()))
    return Reason(Rule.AMOUNT_ALONE, (alike,)) if alike else _NOTHING.reason


def _deposits(
    deposits: Iterable[Seen], slips: Iterable[Slip], matches: Mapping[int, Match]
) -> dict[int, Match]:
    """Which slip each deposit of cheques is: the only open one that comes to it, and that no other
    deposit comes to."""
    left = [seen for seen in deposits if matches[seen.movement.number].reason.rule is Rule.NO_SLIP]
    fitting = {
        seen.movement.number: [
            slip.number
            for slip in slips
            if slip.amount_cents == seen.movement.amount_cents
            and slip.day <= seen.movement.day
            and cheques_in(seen.label) in {0, len(slip.takings)}
        ]
        for seen in left
    }
    wanted = [number for numbers in fitting.values() for number in numbers]
    decided = dict[int, Match]()
    for movement, numbers in fitting.items():
        if len(numbers) == 1 and wanted.count(numbers[0]) == 1:
            decided[movement] = Match(Reason(Rule.SLIP, (numbers[0],)), slip=numbers[0])
        elif numbers:
            decided[movement] = Match(Reason(Rule.SEVERAL_SLIPS, tuple(numbers)))
    return decided


def _with_candidates(
    all_seen: Iterable[Seen], index: Index, matches: Mapping[int, Match]
) -> dict[int, Match]:
    candidates = Candidates(index)
    return {
        seen.movement.number: matched
        if (matched := matches[seen.movement.number]).sure
        else replace(matched, candidates=candidates.of(seen))
        for seen in all_seen
    }


def _is_deposit(seen: Seen) -> bool:
    """Whether it is cheques that were handed in; the bank may write that where payers stand."""
    is_named = any(mention.whole for _, names in seen.fields for mention in names)
    tokens = (*seen.payer.tokens, *seen.label.tokens)
    return not seen.quoted.exact and not is_named and is_deposit(tokens)


def _purpose(seen: Seen, words: Mapping[str, str]) -> str:
    """The word of another purpose in its text."""
    return next(
        (word for field, names in seen.fields if (word := purpose_in(field, names, words))), ""
    )


def _shares(fit: Fit, index: Index) -> Shares:
    return tuple((id_, index.owed(id_)) for id_ in sorted(fit))
