"""What a process may use, seen from outside by how it ends."""

import signal
import subprocess
import sys

import pytest

from pipeline.config import Settings
from pipeline.limits import OUT_OF_MEMORY, cause_of_death, how_it_ended, wall_s

_PREFIX = """
from pipeline import limits
from pipeline.config import Settings
"""


def ended(script: str) -> int:
    path = {"PYTHONPATH": ":".join(sys.path), "PATH": ""}
    return subprocess.run([sys.executable, "-c", _PREFIX + script], env=path, timeout=60).returncode


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
        (-signal.SIGPROF, "time-limit", "plus de 2,5 s de calcul"),
        (OUT_OF_MEMORY, "memory-limit", "plus de 640 Mo de mémoire"),
        (-signal.SIGSEGV, "crash", "(signal 11)"),
        (3, "crash", "(code 3)"),
    ],
)
def test_what_a_child_died_of_is_told_apart(code: int, kind: str, said: str) -> None:
    err = cause_of_death(code, Settings(time_limit_s=2.5))
    assert err.kind == kind
    assert said in str(err)


def test_the_clock_leaves_room_for_a_busy_machine() -> None:
    assert wall_s(Settings(time_limit_s=2.0)) >= 10 * 2.0
    assert how_it_ended(-9) == "signal 9"
