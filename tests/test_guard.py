import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from fake_work import WORK, write_document

from pipeline import guard as guard_module
from pipeline.config import Settings
from pipeline.errors import EngineError
from pipeline.guard import Guard, read_guarded
from pipeline.parts import Part, Stretch
from pipeline.records import Source


def source_of(folder: Path, text: str) -> Source:
    path = write_document(folder / f"{text.replace(chr(10), ' ')}.pdf", text)
    return Source(path.name, path, path.stem)


@pytest.fixture
def guard() -> Iterator[Guard]:
    guard = Guard(WORK, Settings(time_limit_s=0.2))
    yield guard
    guard.close()


@pytest.fixture
def small() -> Iterator[Guard]:
    """A guard whose children may hold little memory."""
    guard = Guard(WORK, Settings(memory_limit_mb=150))
    yield guard
    guard.close()


def children_of(pid: int) -> set[int]:
    return {child.pid for child in psutil.Process(pid).children()}


@pytest.mark.parametrize("text", ["hang", "hold"])
def test_a_document_that_hangs_is_rejected_in_french_and_its_process_ended(
    guard: Guard, tmp_path: Path, text: str
) -> None:
    before = children_of(os.getpid())
    outcome = guard.read(source_of(tmp_path, text))
    (rejection,) = outcome.rejections
    assert rejection.kind == "stalled"
    assert "n'avançait plus" in rejection.message
    assert 2.0 <= outcome.seconds < 6.0
    assert children_of(os.getpid()) == before


def test_a_document_that_computes_for_too_long_is_rejected(guard: Guard, tmp_path: Path) -> None:
    (rejection,) = guard.read(source_of(tmp_path, "spin")).rejections
    assert rejection.kind == "time-limit"
    assert "plus de 0,2 s de calcul" in rejection.message


def test_waiting_for_the_processor_is_no_computing(guard: Guard, tmp_path: Path) -> None:
    assert guard.read(source_of(tmp_path, "slow 0.5")).registrations


def test_every_page_has_the_time_of_one(guard: Guard, tmp_path: Path) -> None:
    outcome = guard.read(source_of(tmp_path, "\n".join(["work 0.1"] * 5)))
    assert [one.page for one in outcome.registrations] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("text", ["fill", "ask"])
def test_a_document_that_eats_memory_is_rejected_for_that(
    small: Guard, tmp_path: Path, text: str
) -> None:
    (rejection,) = small.read(source_of(tmp_path, text)).rejections
    assert rejection.kind == "memory-limit"
    assert "plus de 150 Mo de mémoire" in rejection.message


def test_a_document_is_not_refused_for_what_others_left(small: Guard, tmp_path: Path) -> None:
    for text in ("leave 125", "need 30", "leave 105", "need 30", "leave 105\nneed 30"):
        outcome = small.read(source_of(tmp_path, text))
        assert len(outcome.registrations) == outcome.pages


@pytest.mark.parametrize("text", ["spin", "ask", "segfault"])
def test_pages_around_one_that_ends_its_reader_are_read(
    guard: Guard, tmp_path: Path, text: str
) -> None:
    outcome = guard.read(source_of(tmp_path, f"fine a\n{text}\nfine b\nfine c"))
    assert [one.readings[0].raw for one in outcome.registrations] == ["a", "b", "c"]
    assert [one.page for one in outcome.rejections] == [2]
    assert outcome.pages == 4


def test_the_last_of_several_answers_is_what_was_asked_for(guard: Guard, tmp_path: Path) -> None:
    told: list[Part] = []
    stretch = Stretch(source_of(tmp_path, "fine a\nfine b"))
    guard.each(stretch, told.append)
    assert [part.page for part in told] == [1, 2, 3]
    assert guard.ask(stretch) == told[-1]


@pytest.mark.parametrize(
    ("text", "how"), [("exit", "code 3"), ("kill", "signal 9"), ("segfault", "signal 11")]
)
def test_a_document_that_kills_its_process_is_rejected_and_says_how_it_died(
    guard: Guard, tmp_path: Path, text: str, how: str
) -> None:
    (rejection,) = guard.read(source_of(tmp_path, text)).rejections
    assert rejection.kind == "crash"
    assert how in rejection.message


def test_documents_after_a_crash_and_a_hang_are_read(guard: Guard, tmp_path: Path) -> None:
    for text in ("exit", "fine a", "spin", "fine b"):
        outcome = guard.read(source_of(tmp_path, text))
        assert bool(outcome.registrations) == text.startswith("fine")


def test_what_the_work_raises_reaches_the_caller_and_the_child_lives_on(
    guard: Guard, tmp_path: Path
) -> None:
    guard.read(source_of(tmp_path, "fine"))
    before = children_of(os.getpid())
    with pytest.raises(ValueError, match="a bug in the work itself"):
        guard.read(source_of(tmp_path, "raise"))
    assert guard.read(source_of(tmp_path, "fine")).registrations
    assert children_of(os.getpid()) == before


def test_work_that_cannot_be_imported_is_an_engine_error(tmp_path: Path) -> None:
    guard = Guard("no_such_module:read", Settings())
    with pytest.raises(EngineError, match=r"No module named.*fiches doctor"):
        guard.read(source_of(tmp_path, "fine"))
    guard.close()


@pytest.mark.posix
def test_a_child_works_on_one_thread_in_a_session_of_its_own(tmp_path: Path) -> None:
    guard = Guard("fake_work:child_environment", Settings())
    outcome = guard.read(source_of(tmp_path, "fine"))
    guard.close()
    facts = {rejection.kind: rejection.message for rejection in outcome.rejections}
    assert facts["cv2 threads"] == facts["omp"] == "1"
    assert facts["session"] == facts["pid"] != str(os.getpid())


@pytest.mark.parametrize("own", [None, "131072"])
def test_a_child_keeps_the_memory_of_a_page_unless_its_user_says_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: str | None
) -> None:
    monkeypatch.delenv("MALLOC_TRIM_THRESHOLD_", raising=False)
    if own is not None:
        monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", own)
    guard = Guard("fake_work:child_environment", Settings())
    outcome = guard.read(source_of(tmp_path, "fine"))
    guard.close()
    facts = {rejection.kind: rejection.message for rejection in outcome.rejections}
    assert int(facts["malloc"]) == int(own or 64 << 20)


def test_one_child_serves_many_documents_and_threads_have_one_each(
    guard: Guard, tmp_path: Path
) -> None:
    before = children_of(os.getpid())
    with ThreadPoolExecutor(2) as executor:
        sources = [source_of(tmp_path, f"slow 0.4 {n}") for n in range(8)]
        assert all(o.registrations for o in executor.map(guard.read, sources))
    assert len(children_of(os.getpid()) - before) == 2


def test_close_ends_the_children_even_while_they_read(guard: Guard, tmp_path: Path) -> None:
    before = children_of(os.getpid())
    with ThreadPoolExecutor(1) as executor:
        executor.submit(guard.read, source_of(tmp_path, "hang"))
        while not children_of(os.getpid()) - before:
            time.sleep(0.02)
        guard.close()
        with pytest.raises(RuntimeError, match="closed"):
            guard.read(source_of(tmp_path, "fine"))
    assert children_of(os.getpid()) == before


def test_a_child_long_idle_is_replaced(
    guard: Guard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = children_of(os.getpid())
    guard.read(source_of(tmp_path, "fine"))
    first = children_of(os.getpid()) - before
    assert first
    monkeypatch.setattr(guard_module, "_IDLE_LIMIT_S", 0.0)
    assert guard.read(source_of(tmp_path, "fine")).registrations
    assert not children_of(os.getpid()) & first


@pytest.mark.posix
def test_a_child_that_died_while_idle_costs_no_document(guard: Guard, tmp_path: Path) -> None:
    before = children_of(os.getpid())
    guard.read(source_of(tmp_path, "fine"))
    (child,) = children_of(os.getpid()) - before
    os.kill(child, signal.SIGKILL)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    assert guard.read(source_of(tmp_path, "fine")).registrations


def test_each_reader_has_children_of_its_own_and_the_last_ones_end(tmp_path: Path) -> None:
    remembered = tmp_path / "tariff"
    source = source_of(tmp_path, "fine")
    source.path.write_text(f"%PDF-1.4\nremember {remembered}")
    before = children_of(os.getpid())
    for fingerprint in ("a", "a", "b"):
        remembered.write_text(f"tariff of {fingerprint}")
        outcome = read_guarded(WORK, Settings(), fingerprint, source)
        assert outcome.registrations[0].readings[0].raw == f"tariff of {fingerprint}"
        (child,) = children_of(os.getpid()) - before
    os.kill(child, signal.SIGKILL)


def test_children_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    script = f"""
import sys; sys.path[:0] = {sys.path!r}
from pathlib import Path
from pipeline.guard import Guard
from pipeline.config import Settings
from pipeline.records import Source
from fake_work import write_document
path = write_document(Path({str(tmp_path)!r}, "a"), "fine")
Guard("fake_work:read", Settings()).read(Source("a", path, "a"))
print("ready", flush=True)
import time; time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    assert parent.stdout.readline() == "ready\n"
    (child,) = children_of(parent.pid)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 5
    while _runs(child):
        assert time.monotonic() < deadline, "the child outlived its parent"
        time.sleep(0.02)


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_what_a_library_prints_is_no_answer(guard: Guard, tmp_path: Path) -> None:
    outcome = guard.read(source_of(tmp_path, "print noise"))
    assert outcome.registrations[0].readings[0].raw == "noise"


def test_an_answer_larger_than_a_pipe_comes_whole(guard: Guard, tmp_path: Path) -> None:
    path = write_document(tmp_path / "large.pdf", f"fine {'A' * 3_000_000}")
    (registration,) = guard.read(Source(path.name, path, "large")).registrations
    assert len(registration.readings[0].raw) == 3_000_000


def test_an_answer_that_means_nothing_here_is_told_and_the_child_lives_on(
    guard: Guard, tmp_path: Path
) -> None:
    guard.read(source_of(tmp_path, "fine"))
    before = children_of(os.getpid())
    with pytest.raises(TypeError, match="missing 1 required"):
        guard.read(source_of(tmp_path, "riddle"))
    assert guard.read(source_of(tmp_path, "fine")).registrations
    assert children_of(os.getpid()) == before


def test_what_a_child_started_ends_with_it(guard: Guard, tmp_path: Path) -> None:
    told = tmp_path / "pid"
    (rejection,) = guard.read(source_of(tmp_path, f"start {told.name}")).rejections
    assert rejection.kind == "stalled"
    deadline = time.monotonic() + 5
    while _runs(int(told.read_text("ascii"))):
        assert time.monotonic() < deadline, "a program outlived the child that started it"
        time.sleep(0.02)


@pytest.mark.parametrize("text", ["spin", "hang", "fine"])
def test_a_child_behind_a_program_that_starts_python_is_watched_and_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """As behind the ``python.exe`` of a virtual environment on Windows."""
    launcher = tmp_path / "python"
    launcher.write_text(f'#!/bin/sh\n"{sys.executable}" "$@"\nexit $?\n', "ascii")
    launcher.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(launcher))
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    guard = Guard(WORK, Settings(time_limit_s=0.2))
    outcome = guard.read(source_of(tmp_path, text))
    assert [one.kind for one in outcome.rejections] in ([], ["time-limit"], ["stalled"], ["crash"])
    guard.close()
    assert {child.pid for child in psutil.Process().children(recursive=True)} == before
