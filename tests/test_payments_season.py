"""Seasons of payments, drawn with their truth: nothing is matched wrongly, what is sure is."""

import random
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from payers import EVENT_WORDS, FIRST, Season, Truth, in_the_label, season

from pipeline.ledger import Claim, Movement
from pipeline.payments.matching import match
from pipeline.payments.outcome import Match
from pipeline.payments.reference import reference_of

_SEEDS = range(10)
_SMALL = 40


def _as_they_are(movements: Iterable[Movement], _: random.Random) -> list[Movement]:
    return list(movements)


def _is_right(matched: Match, truth: Truth) -> bool:
    return (matched.shares, matched.slip) == (truth.shares, truth.slip)


def _wrong(matches: dict[int, Match], drawn: Season) -> list[tuple[str, Match]]:
    return [
        (drawn.truth[number].kind, matched)
        for number, matched in matches.items()
        if matched.sure and not _is_right(matched, drawn.truth[number])
    ]


def _matches(
    drawn: Season, movements: Iterable[Movement] = (), claims: Iterable[Claim] = ()
) -> dict[int, Match]:
    return dict(
        match(
            list(movements) or drawn.movements,
            list(claims) or drawn.claims,
            drawn.slips,
            event_words=EVENT_WORDS,
        )
    )


@pytest.mark.parametrize("told", [_as_they_are, in_the_label])
@pytest.mark.parametrize("seed", _SEEDS)
def test_nothing_is_matched_wrongly_and_what_is_sure_is(
    seed: int, told: Callable[[Iterable[Movement], random.Random], list[Movement]]
) -> None:
    drawn = season(seed)
    matches = _matches(drawn, told(drawn.movements, random.Random(seed)))
    assert _wrong(matches, drawn) == []
    sure = [number for number, truth in drawn.truth.items() if truth.sure]
    assert len(sure) > 80
    assert sum(matches[number].sure for number in sure) >= 0.95 * len(sure)


@pytest.mark.parametrize("seed", _SEEDS)
def test_statement_after_statement_nothing_is_matched_wrongly(seed: int) -> None:
    """What is matched is paid, and what waits is asked again beside the next statement."""
    drawn = season(seed)
    claims = {claim.id: claim for claim in drawn.claims}
    slips = {slip.number: slip for slip in drawn.slips}
    decided, waiting = dict[int, Match](), list[Movement]()
    for start in range(0, 90, 10):
        since, until = FIRST + timedelta(days=start), FIRST + timedelta(days=start + 10)
        waiting += [movement for movement in drawn.movements if since <= movement.day < until]
        matches = match(waiting, claims.values(), slips.values(), event_words=EVENT_WORDS)
        sure = {number: matched for number, matched in matches.items() if matched.sure}
        decided |= sure
        waiting = [movement for movement in waiting if movement.number not in sure]
        for matched in sure.values():
            slips.pop(matched.slip, None)
            for id_, cents in matched.shares:
                claims[id_] = replace(claims[id_], open=False, paid_cents=cents)
    assert _wrong(decided, drawn) == []
    assert {m.number for m in waiting} | decided.keys() == drawn.truth.keys()
    sure_numbers = [number for number, truth in drawn.truth.items() if truth.sure]
    assert sum(number in decided for number in sure_numbers) >= 0.95 * len(sure_numbers)


def test_what_truly_was_paid_is_among_the_candidates() -> None:
    paid, there = 0, 0
    for seed in _SEEDS:
        drawn = season(seed)
        for number, matched in _matches(drawn).items():
            shares = drawn.truth[number].shares
            assert len(matched.candidates) <= 5
            if shares and not matched.sure:
                paid += 1
                there += tuple(id_ for id_, _ in shares) in {
                    tuple(id_ for id_, _ in candidate) for candidate in matched.candidates
                }
    assert there >= 0.98 * paid > 100


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_the_order_in_which_movements_are_given_says_nothing(seed: int, rng: random.Random) -> None:
    drawn = season(seed, _SMALL)
    shuffled = list(drawn.movements)
    rng.shuffle(shuffled)
    assert _matches(drawn, shuffled) == _matches(drawn)


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_on_other_days_nothing_is_matched_wrongly(seed: int, rng: random.Random) -> None:
    drawn = season(seed, _SMALL)
    days = [movement.day for movement in drawn.movements]
    rng.shuffle(days)
    moved = [replace(m, day=day) for m, day in zip(drawn.movements, days, strict=True)]
    wrong = _wrong(_matches(drawn, moved), drawn)
    # Of two payments with one reference the earlier counts, whichever was drawn first.
    assert [kind for kind, _ in wrong if kind != "second of two"] == []


@settings(max_examples=50)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_more_registrations_never_make_a_match_wrong(seed: int, rng: random.Random) -> None:
    """Like those that are there: of the same organisations, people and amounts."""
    drawn = season(seed, _SMALL)
    more = [_like(rng.choice(drawn.claims), rng, drawn.claims) for _ in range(rng.randrange(1, 9))]
    assert _wrong(_matches(drawn, claims=(*drawn.claims, *more)), drawn) == []


def _like(claim: Claim, rng: random.Random, others: Iterable[Claim]) -> Claim:
    id_ = f"{rng.randrange(16**12):012x}-1"
    other = rng.choice([*others])
    return replace(
        claim,
        id=id_,
        reference=reference_of(id_),
        people=rng.choice((claim.people, other.people)),
        owed_cents=rng.choice((claim.owed_cents, other.owed_cents)),
        open=claim.open and bool(claim.owed_cents and other.owed_cents),
    )


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_an_amount_that_nobody_owes_is_never_sure(seed: int, rng: random.Random) -> None:
    drawn = season(seed, _SMALL)
    odd = [
        replace(m, amount_cents=m.amount_cents * 10 + rng.randrange(1, 10)) for m in drawn.movements
    ]
    assert not any(matched.sure for matched in _matches(drawn, odd).values())


def test_two_thousand_movements_and_registrations_take_seconds() -> None:
    drawn = season(1, 2000)
    assert len(drawn.movements) >= 2000
    start = time.perf_counter()
    matches = _matches(drawn, in_the_label(drawn.movements, random.Random(1)))
    assert time.perf_counter() - start < 5
    assert _wrong(matches, drawn) == []
    assert sum(matched.sure for matched in matches.values()) > 900


def test_an_organisation_with_hundreds_of_registrations_takes_seconds() -> None:
    drawn = season(1, 400)
    large = [replace(claim, organisation="Foyer Les Tilleuls") for claim in drawn.claims]
    movements = [replace(m, payer="FOYER LES TILLEULS") for m in drawn.movements]
    start = time.perf_counter()
    _matches(drawn, movements, large)
    assert time.perf_counter() - start < 10
