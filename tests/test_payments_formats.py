"""A season's credits, written by a bank in each of its formats and read back: what is matched."""

from dataclasses import replace
from pathlib import Path

import payers
import pytest
from bank_files import FORMATS, statement, write

from pipeline.ledger import Movement
from pipeline.payments.matching import match
from pipeline.statements import read

SEEDS = range(10)
LEAST_MATCHED = 0.95


def read_back(season: payers.Season, kind: str, folder: Path) -> list[tuple[Movement, Movement]]:
    """Each movement as it was drawn, and as the bank's file says it."""
    path = folder / kind
    path.write_bytes(write(kind, statement(season.movements), newest_first=False))
    came = read(path).movements
    drawn = sorted(season.movements, key=lambda movement: movement.day)
    assert [(m.day, m.amount_cents) for m in came] == [(m.day, m.amount_cents) for m in drawn]
    return [(m, replace(c, number=m.number)) for m, c in zip(drawn, came, strict=True)]


@pytest.mark.parametrize("kind", FORMATS)
def test_in_each_format_nothing_is_matched_wrongly_and_nearly_all_that_is_sure(
    kind: str, tmp_path: Path
) -> None:
    sure = matched = 0
    for seed in SEEDS:
        season = payers.season(seed)
        came = [movement for _, movement in read_back(season, kind, tmp_path)]
        matches = match(came, season.claims, season.slips, event_words=payers.EVENT_WORDS)
        for number, truth in season.truth.items():
            made = matches[number]
            if made.sure:
                shares = dict(truth.shares)
                assert (dict(made.shares), made.slip) == (shares, truth.slip), truth.kind
            sure += truth.sure
            matched += truth.sure and made.sure
    assert sure > 50 * len(SEEDS)
    assert matched >= LEAST_MATCHED * sure
