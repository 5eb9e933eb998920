"""Months of payments, instalments, refunds and corrections: the books always say what is so."""

from collections import Counter
from random import Random

from booked import ACCOUNTING, Season, net, read_fec, read_paheko, signed
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.bookkeeping.batches import is_slip, voucher
from pipeline.bookkeeping.files import files
from pipeline.bookkeeping.numbering import last_day
from pipeline.config import Accounting
from pipeline.ledger import Batch, PaidBy

_YEARS = [ACCOUNTING.model_copy(update={"first_day": day}) for day in ("01-01", "09-01", "11-15")]


def _is_so(season: Season) -> dict[str, int]:
    """The balance of each account, from what was paid and owed, without any entry."""
    owed = {name: one.owed_cents for name, one in season.payables.items()}
    paid = {name: season.paid(name) for name in owed}
    earned = sum(cents for name, cents in owed.items() if 0 < cents <= paid[name])
    came: Counter[PaidBy] = Counter()
    for one in season.payments.values():
        came[one.by] += sum(cents for _, cents in one.shares)
    deposited = sum(slip.amount_cents for slip in season.slips.values())
    return {
        "512": came[PaidBy.TRANSFER] + deposited,
        "5112": came[PaidBy.CHEQUE] - deposited,
        "530": came[PaidBy.CASH],
        "4191": earned - sum(paid.values()),
        "7": -earned,
    }


def _booked(season: Season) -> dict[str, int]:
    balances = net(booking.entry for booking in season.booked)
    income = sum(cents for account, cents in balances.items() if account.startswith("7"))
    return {"7": income, **{acc: balances.get(acc, 0) for acc in ("512", "5112", "530", "4191")}}


def _agree(batch: Batch) -> None:
    """Both files of each year obey their rules, and say the same but for slips."""
    written = files(batch)
    for year in {booking.year for booking in batch.bookings}:
        others = read_fec(written[f"ASSOFEC{last_day(year):%Y%m%d}.txt"], year, batch.day)
        of_year = [one for one in batch.bookings if one.year == year]
        assert list(others) == [voucher(one) for one in of_year]
        slips = {voucher(one) for one in of_year if is_slip(one.entry)}
        rest = {piece: what for piece, what in others.items() if piece not in slips}
        name = f"paheko-{year.year}.csv"
        assert (read_paheko(written[name], year) if name in written else {}) == rest


@settings(max_examples=150)
@given(st.randoms(use_true_random=False), st.sampled_from(_YEARS), st.integers(1, 5))
def test_the_books_say_what_was_paid_whatever_was_corrected(
    random: Random, accounting: Accounting, months: int
) -> None:
    season = Season(random, accounting)
    written = []
    for _ in range(months):
        season.month(steps=12)
        if bytes_of := season.book():
            written.append(bytes_of)
            _agree(season.batches[-1])
        assert not season.due()
        assert _booked(season) == _is_so(season)
        assert net(one.entry for one in season.booked) == net(season.wanted())
    for one in season.booked:
        assert sum(cents for _, cents in signed(one.entry)) == 0
    assert [files(batch) for batch in season.batches] == written


@settings(max_examples=3)
@given(st.randoms(use_true_random=True))
def test_a_thousand_registrations_are_booked_to_the_cent(random: Random) -> None:
    season = Season(random, ACCOUNTING)
    for _ in range(4):
        season.open(250)
        season.month(steps=100)
        season.book()
        _agree(season.batches[-1])
    assert len(season.payables) >= 1000
    assert _booked(season) == _is_so(season)
    assert not season.due()
