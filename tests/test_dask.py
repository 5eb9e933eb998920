"""The same runs on a real Dask cluster: a scheduler and two worker processes on loopback."""

import sys
from pathlib import Path
from types import ModuleType

import pytest
from fake_work import READER, write_document

from pipeline.config import Settings
from pipeline.errors import ConfigError, EngineError
from pipeline.reader import Reader
from pipeline.runner import run

pytest.importorskip("distributed")


def test_the_outputs_equal_those_of_a_local_run(scheduler: str, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    for n in range(12):
        write_document(inbox / f"{n}.pdf", "bad" if n == 4 else f"fine Maison {n}")
    run(inbox, tmp_path / "local", Settings(), jobs=2, reader=READER)
    run(inbox, tmp_path / "dask", Settings(), scheduler=scheduler, reader=READER)
    for path in (tmp_path / "local").glob("*.csv"):
        assert path.read_bytes() == (tmp_path / "dask" / path.name).read_bytes()


def test_documents_that_crash_or_hang_are_rejected_alone(scheduler: str, tmp_path: Path) -> None:
    texts = ["fine A", "kill", "fine B", "spin", "exit", "fine C", "segfault", "fine D"]
    for n, text in enumerate(texts):
        write_document(tmp_path / "inbox" / f"{n}.pdf", text)
    settings = Settings(time_limit_s=0.5)
    summary = run(
        tmp_path / "inbox", tmp_path / "out", settings, scheduler=scheduler, reader=READER
    )
    assert (summary.read, summary.accepted, summary.rejected) == (8, 4, 4)


def test_a_file_that_changed_is_read_anew(scheduler: str, tmp_path: Path) -> None:
    for text in ("fine A", "fine B"):
        write_document(tmp_path / "inbox" / "a.pdf", text)
        run(tmp_path / "inbox", tmp_path / "out", Settings(), scheduler=scheduler, reader=READER)
        assert text[-1] in (tmp_path / "out" / "registrations.csv").read_text()


def test_a_form_that_changed_is_never_read_by_what_workers_remember(
    scheduler: str, tmp_path: Path
) -> None:
    tariff = tmp_path / "tariff"
    for n in range(4):
        write_document(tmp_path / "inbox" / f"{n}.pdf", f"remember {tariff} {n}")
    for amount in ("27,40", "31,50"):
        tariff.write_text(amount)
        reader = Reader(f"fake {amount}", READER.work)
        run(tmp_path / "inbox", tmp_path / "out", Settings(), scheduler=scheduler, reader=reader)
        assert (tmp_path / "out" / "registrations.csv").read_text().count(amount) == 4


def test_an_engine_that_the_workers_miss_ends_the_run(scheduler: str, tmp_path: Path) -> None:
    write_document(tmp_path / "inbox" / "a.pdf", "fine A")
    nobody = Reader("fake", "no_such_module:read")
    with pytest.raises(EngineError, match="no_such_module"):
        run(tmp_path / "inbox", tmp_path / "out", Settings(), scheduler=scheduler, reader=nobody)


def test_a_cluster_without_this_version_of_fiches_is_said(
    scheduler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = ModuleType("newer")
    newer.Newer = type("Newer", (Settings,), {"__module__": "newer"})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "newer", newer)
    write_document(tmp_path / "inbox" / "a.pdf", "fine A")
    with pytest.raises(ConfigError, match="install the same version"):
        run(tmp_path / "inbox", tmp_path / "out", newer.Newer(), scheduler=scheduler, reader=READER)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense://x"])
def test_a_scheduler_that_does_not_answer_is_said(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.runner._CLUSTER_WAIT_S", 0.5)
    write_document(tmp_path / "inbox" / "a.pdf", "fine A")
    with pytest.raises(ConfigError, match="No Dask scheduler answers at"):
        run(tmp_path / "inbox", tmp_path / "out", Settings(), scheduler=address, reader=READER)


def test_without_dask_the_extra_to_install_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    write_document(tmp_path / "inbox" / "a.pdf", "fine A")
    with pytest.raises(ConfigError, match=r"pip install 'fiches\[cluster\]'"):
        run(tmp_path / "inbox", tmp_path / "out", Settings(), scheduler="tcp://x:1", reader=READER)
