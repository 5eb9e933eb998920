"""The sample inbox from end to end, with the real engine: what a new user sees first."""

import json
from pathlib import Path

import postgres_server
import pytest

from pipeline.config import Settings
from pipeline.evaluate import Evaluation, evaluate
from pipeline.judging.error_class import ErrorClass
from pipeline.runner import Summary, run

_SAMPLES = Path(__file__).parent.parent / "samples"
_TABLES = (
    *("registrations.csv", "fields.csv", "participants.csv", "rejected.csv", "report.html"),
    *("inscriptions.csv", "registrations.xlsx"),
)


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Summary]:
    out = tmp_path_factory.mktemp("samples")
    return out, run(_SAMPLES / "inbox", out, Settings(), jobs=2)


@pytest.fixture(scope="module")
def scored(read: tuple[Path, Summary]) -> Evaluation:
    return evaluate(read[0], _SAMPLES / "truth.json")


def test_every_document_ends_where_its_truth_says(
    read: tuple[Path, Summary], scored: Evaluation
) -> None:
    truth = json.loads((_SAMPLES / "truth.json").read_text("utf-8"))
    rejected = [one for one in truth.values() if "rejected" in one]
    assert read[1].received == len(truth)
    assert read[1].rejected == len(rejected) == 2
    registered = (read[0] / "registrations.csv").read_text("utf-8")
    assert all((name in registered) is ("rejected" not in one) for name, one in truth.items())
    assert "0 unread" in str(scored)


def test_money_is_read_right_and_nothing_wrong_is_accepted_but_a_spelling(
    scored: Evaluation,
) -> None:
    money = {"adherents", "non_adherents", "repas", "etudiants", "total", "paiement"}
    assert [v for v in scored.verdicts if v.field in money and not v.right] == []
    accepted = {j.error for j in scored.judged if j.accepted}
    assert accepted <= {None, ErrorClass.SPELLING}
    assert scored.false_accept_rate == 0.0


def test_the_wrong_sum_is_shown_with_its_gap(read: tuple[Path, Summary]) -> None:
    table = (read[0] / "registrations.csv").read_text("utf-8")
    row = next(line for line in table.splitlines() if "erreur d'addition" in line)
    assert ",review," in row
    assert "Total écrit 33,20" in row


@pytest.mark.parametrize("where", ["one job, PostgreSQL", "Dask"])
def test_the_same_inbox_gives_the_same_outputs(
    read: tuple[Path, Summary], tmp_path: Path, where: str, request: pytest.FixtureRequest
) -> None:
    inbox, settings = _SAMPLES / "inbox", Settings()
    if where == "Dask":
        run(inbox, tmp_path, settings, scheduler=request.getfixturevalue("scheduler"))
    else:
        address = postgres_server.new_database(request.getfixturevalue("postgres"))
        run(inbox, tmp_path, settings, jobs=1, store_url=address)
    for name in _TABLES:
        assert (tmp_path / name).read_bytes() == (read[0] / name).read_bytes(), name
