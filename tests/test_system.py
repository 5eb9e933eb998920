"""What each system does its own way, and that nothing else of the package asks which one it is.

There is no Windows here: ``posixless`` plays it to the package. What other tests hold of children,
limits, locks, runs and the review is held there, too.
"""

import ast
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from pipeline import system
from tests.posixless.posix_names import POSIX_MODULES, POSIX_OF_OS, POSIX_OF_SIGNAL

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "pipeline"
POSIXLESS = ROOT / "tests" / "posixless"
ALONE = PACKAGE / "system.py"
POSIX_ARGUMENTS = {"pass_fds", "start_new_session", "preexec_fn", "process_group", "creationflags"}
POSIX_FILES = ("/proc", "/dev/", "/tmp", "/etc", "/usr", "/var")
SAMPLES = ("remplie à l'écran.pdf", "courriel de Mme Rozenn.eml", "illisible.jpg")


def posixless_environment() -> dict[str, str]:
    path = [str(POSIXLESS), str(ROOT), str(ROOT / "tests")]
    silent = {"LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "PYTEST_CURRENT_TEST"}
    kept = {name: value for name, value in os.environ.items() if name not in silent}
    return {**kept, "PYTHONPATH": os.pathsep.join(path)}


def posixless(*command: str, cwd: Path = ROOT) -> "subprocess.CompletedProcess[str]":
    """A Python without what only POSIX has; it speaks by the language that Windows says."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env=posixless_environment(),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


# --- one module alone ---------------------------------------------------------------------------


def posix_only(tree: ast.AST) -> Iterator[str]:
    """What Windows lacks, or what asks which system this is."""
    lacking = {"os": POSIX_OF_OS | {"name"}, "signal": POSIX_OF_SIGNAL, "sys": {"platform"}}
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (n.name for n in names if n.name.split(".")[0] in POSIX_MODULES)
            case ast.ImportFrom(module=str(module), names=names):
                if module.split(".")[0] in POSIX_MODULES:
                    yield module
                yield from (n.name for n in names if n.name in lacking.get(module, ()))
            case ast.Attribute(value=ast.Name(id=module), attr=name):
                if name in lacking.get(module, ()) or (module, name) == ("platform", "system"):
                    yield f"{module}.{name}"
            case ast.keyword(arg=str(name)) if name in POSIX_ARGUMENTS:
                yield name
            case ast.Constant(value=str(text)):
                if text.startswith(POSIX_FILES) or text in ("fork", "forkserver"):
                    yield text


@pytest.mark.parametrize(
    "path",
    sorted(PACKAGE.rglob("*.py")),
    ids=lambda path: path.relative_to(PACKAGE).as_posix(),
)
def test_no_other_module_asks_what_only_some_systems_have(path: Path) -> None:
    faults = [*posix_only(ast.parse(path.read_text("utf-8")))]
    assert bool(faults) == (path == ALONE), faults


@pytest.mark.parametrize(
    "code",
    [
        "import fcntl",
        "from resource import getrusage",
        "import os; os.killpg(1, 9)",
        "from os import fork",
        "import signal; signal.SIGKILL",
        "subprocess.Popen([], start_new_session=True)",
        "Path('/proc/self/statm')",
        "get_context('forkserver')",
        "if sys.platform == 'win32': pass",
    ],
)
def test_what_only_some_systems_have_is_seen(code: str) -> None:
    assert [*posix_only(ast.parse(code))]


# --- played Windows -----------------------------------------------------------------------------


def test_the_package_and_the_children_of_its_guard_see_windows(tmp_path: Path) -> None:
    script = """
import os
from pipeline import guard, system
from pipeline.config import Settings
import posixless_work
children = guard.Guard("posixless_work:look", Settings())
print(system.NAME, system.OUT_OF_TIME, system.APART, children.ask(None))
children.close()
"""
    work = """
from pipeline import system
def look(task, settings):
    return system.NAME, system.APART
"""
    (tmp_path / "posixless_work.py").write_text(work, "utf-8")
    script = f"import sys; sys.path.append({str(tmp_path)!r})\n{script}"
    ended = posixless("-c", script)
    flags = "{'creationflags': 134218240}"
    assert ended.stdout == f"win32 None {flags} ('win32', {flags})\n", ended.stderr


@pytest.mark.parametrize(
    "held",
    [
        ("test_guard.py", "test_limits.py"),
        (
            "test_runner.py::test_documents_that_crash_or_hang_are_rejected_alone",
            "test_runner.py::test_a_mail_that_kills_or_starves_its_opener_costs_itself_alone",
            "test_cli.py::test_ctrl_c_in_a_real_run_leaves_outputs_and_no_process",
            "test_exporters.py::test_two_runs_may_write_at_once",
            "test_resume.py::test_a_run_killed_again_and_again_ends_like_an_undisturbed_one[1]",
        ),
        (
            "test_review_pictures.py::test_a_document_that_kills_its_reader_costs_an_error_and_no_server",
            "test_web_security.py::test_an_address_works_once_and_no_browser_is_started_with_it",
            "test_web_look.py::test_enter_confirms_all_that_is_shown_and_one_undo_takes_it_back",
        ),
    ],
    ids=["children and limits", "runs", "review"],
)
def test_what_other_tests_hold_is_held_without_posix(held: tuple[str, ...]) -> None:
    tests = [str(ROOT / "tests" / test) for test in held]
    options = ("-q", "-p", "no:cacheprovider", "-m", "not posix")
    ended = posixless("-m", "pytest", *options, *tests)
    assert ended.returncode == 0, ended.stdout
    assert re.search(r"^\d+ passed", ended.stdout, re.MULTILINE)
    assert "skipped" not in ended.stdout


def test_without_posix_doctor_and_run_agree_and_the_tables_are_the_same(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    for name in SAMPLES:
        data = (ROOT / "samples" / "inbox" / name).read_bytes()
        (tmp_path / "inbox" / name).write_bytes(data)
    doctor = posixless("-m", "pipeline", "doctor", cwd=tmp_path)
    assert (doctor.returncode, doctor.stderr) == (0, "")
    assert "Tout est prêt." in doctor.stdout
    ended = posixless("-m", "pipeline", "run", "inbox", "--out", "without", cwd=tmp_path)
    assert ended.returncode == 8, ended.stderr
    usual = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pipeline", "run", "inbox", "--out", "with"]
    subprocess.run(command, cwd=tmp_path, env=usual, capture_output=True, check=False)
    tables = sorted(path.name for path in (tmp_path / "with").glob("*.csv"))
    assert len(tables) == 6
    for name in tables:
        assert (tmp_path / "with" / name).read_bytes() == (tmp_path / "without" / name).read_bytes()


# --- the module itself --------------------------------------------------------------------------


def test_a_file_that_is_held_for_a_moment_is_replaced_and_one_that_stays_held_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part, path = tmp_path / "part", tmp_path / "table.csv"
    path.write_text("old", "utf-8")
    refusals = [2, 10**9]
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if refusals[0]:
            refusals[0] -= 1
            raise PermissionError(13, "held by another program")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    monkeypatch.setattr(system, "NAME", "win32")
    monkeypatch.setattr(system, "_PATIENCE_S", 0.3)
    part.write_text("new", "utf-8")
    system.replace(part, path)
    assert path.read_text("utf-8") == "new"
    refusals.pop(0)
    start = time.monotonic()
    with pytest.raises(PermissionError, match="held"):
        system.replace(part, path)
    assert 0.2 < time.monotonic() - start < 5
    monkeypatch.setattr(system, "NAME", "linux")
    start = time.monotonic()
    with pytest.raises(PermissionError, match="held"):
        system.replace(part, path)
    assert time.monotonic() - start < 0.2


def test_programs_are_reached_where_installers_leave_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "_PROGRAMS", {system.NAME: (str(tmp_path), "/not/there")})
    monkeypatch.setenv("PATH", "before")
    system.reach_programs()
    system.reach_programs()
    assert os.environ["PATH"] == os.pathsep.join(["before", str(tmp_path)])


def test_who_is_logged_in_is_nobody_where_the_system_does_not_know(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setitem(sys.modules, "pwd", None)
    assert system.user_name() == ""
    monkeypatch.setenv("USERNAME", "rozenn")
    assert system.user_name() == "rozenn"


def test_cores_and_the_most_memory_are_told() -> None:
    assert 1 <= system.cores() <= (os.cpu_count() or 1)
    held = bytearray(50 << 20)
    now = psutil.Process().memory_info().rss
    del held
    # The kernel counts in steps.
    assert system.peak_bytes(psutil.Process()) > now - (5 << 20)


def test_a_pool_has_no_more_processes_than_windows_can_wait_for() -> None:
    with system.process_pool(500) as pool:
        assert pool._max_workers == 61
        assert pool.submit(abs, -3).result() == 3
