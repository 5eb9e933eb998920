"""What a process may use, seen from outside by how it ends."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from pipeline.config import Settings
from pipeline.errors import DocumentError
from pipeline.limits import OUT_OF_MEMORY, Watch, cause_of_death, how_it_ended, wall_s

_PREFIX = """
from pipeline import limits
from pipeline.config import Settings
"""


def ended(script: str) -> int:
    path = {"PYTHONPATH": os.pathsep.join(sys.path), "PATH": ""}
    return subprocess.run([sys.executable, "-c", _PREFIX + script], env=path, timeout=60).returncode


@pytest.mark.posix
def test_computing_ends_by_a_signal_and_each_answer_has_its_own_time() -> None:
    script = """
import time
def compute(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
settings = Settings(time_limit_s=0.3)
for _ in range(3):
    limits.arm(settings)
    compute(0.15)
    time.sleep(0.1)
limits.disarm()
compute(0.5)
"""
    assert ended(script) == 0
    assert ended(script + "limits.arm(settings)\ncompute(0.6)\n") == -signal.SIGPROF


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("held = bytearray(300 << 20)", OUT_OF_MEMORY),
        ("held = bytearray(10 << 20)", 0),
        ("bytearray(1 << 40)", 1),
    ],
)
def test_memory_in_use_ends_a_process(script: str, code: int) -> None:
    limited = "import time\nlimits.limit_memory(Settings(memory_limit_mb=200))\n"
    assert ended(f"{limited}{script}\ntime.sleep(0.3)") == code


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        (OUT_OF_MEMORY, "memory-limit", "plus de 768 Mo de mémoire"),
        (-11, "crash", "(signal 11)"),
        (3, "crash", "(code 3)"),
    ],
)
def test_what_a_child_died_of_is_told_apart(code: int, kind: str, said: str) -> None:
    err = cause_of_death(code, Settings(time_limit_s=2.5))
    assert err.kind == kind
    assert said in str(err)


@pytest.mark.posix
def test_the_kernel_s_limit_of_time_is_told_apart() -> None:
    err = cause_of_death(-signal.SIGPROF, Settings(time_limit_s=2.5))
    assert err.kind == "time-limit"
    assert "plus de 2,5 s de calcul" in str(err)


def test_the_clock_leaves_room_for_a_busy_machine() -> None:
    assert wall_s(Settings(time_limit_s=2.0)) >= 10 * 2.0
    assert how_it_ended(-9) == "signal 9"
    assert how_it_ended(OUT_OF_MEMORY).endswith("memory_limit_mb")


def test_a_process_whose_parent_is_gone_ends_by_the_clock_though_none_of_its_threads_runs() -> None:
    hold = "import ctypes\nlimits.end_in(0.3)\nctypes.PyDLL(None).sleep(50)"
    start = time.monotonic()
    assert ended(hold) != 0
    assert time.monotonic() - start < 30


def _child(script: str) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", f"print('ready', flush=True)\n{script}"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


@pytest.mark.parametrize(
    ("script", "time_limit_s", "kind"),
    [
        ("while True: pass", 1.5, "time-limit"),  # also where others leave it a tenth of a core
        ("held = bytearray(300 << 20)\nimport time; time.sleep(60)", 9.0, "memory-limit"),
        ("import ctypes; ctypes.PyDLL(None).sleep(60)", 0.2, "stalled"),
    ],
)
def test_a_parent_sees_what_a_child_takes_too_much_of(
    script: str, time_limit_s: float, kind: str
) -> None:
    with _child(script) as child:
        watch = Watch(child.pid, Settings(time_limit_s=time_limit_s, memory_limit_mb=200))
        deadline = time.monotonic() + 30
        seen = ""
        while not seen and time.monotonic() < deadline:
            time.sleep(0.02)
            try:
                watch.look()
            except DocumentError as err:
                seen = err.kind
        child.kill()
    assert seen == kind


def test_each_answer_has_its_own_time_for_the_parent_too() -> None:
    with _child("while True: pass") as child:
        watch = Watch(child.pid, Settings(time_limit_s=0.3))
        for _ in range(4):
            start = psutil.Process(child.pid).cpu_times().user
            while psutil.Process(child.pid).cpu_times().user < start + 0.15:
                time.sleep(0.01)
            watch.look()
            watch.restart()
        child.kill()


def test_a_child_that_has_died_takes_nothing() -> None:
    with _child("") as child:
        child.wait()
        watch = Watch(child.pid, Settings())
    watch.look()
    Watch(child.pid, Settings()).look()
