"""Run a command as a user would, with a clock and an eye on its memory."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_EVERY_S = 0.1
_MB = 1024 * 1024
_TOLD = 2000
"""How many characters of a failed command's last words are passed on."""


@dataclass(frozen=True, slots=True)
class Measured:
    """``peak_mb`` is the most memory that any one process of the command held at once."""

    seconds: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Result:
    """One program on all the pages; rates are pages a minute."""

    name: str
    setting: str
    pages: int
    seconds: tuple[float, ...]
    rate: float
    steady_rate: float
    peak_mb: float


def measure(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    good: Collection[int] = (0,),
) -> Measured:
    """Run ``command`` to its end. Raises RuntimeError if its exit code is not ``good``."""
    peaks: dict[int, float] = {}
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        start = time.monotonic()
        process = psutil.Popen(
            command, env={**os.environ, **(env or {})}, stdout=output, stderr=subprocess.STDOUT
        )
        while True:
            _note_peaks(process, peaks)
            try:
                code = process.wait(_EVERY_S)
                break
            except psutil.TimeoutExpired:
                continue
        seconds = time.monotonic() - start
        if code not in good:
            output.seek(0)
            words = output.read()[-_TOLD:]
            raise RuntimeError(f"{' '.join(command)} ended with {code}:\n{words}")
    return Measured(seconds, max(peaks.values(), default=0.0))


def _note_peaks(process: psutil.Process, peaks: dict[int, float]) -> None:
    try:
        family = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for member in family:
        try:
            held = _high_water_mb(member)
        except (psutil.Error, OSError):  # it has just ended
            continue
        peaks[member.pid] = max(held, peaks.get(member.pid, 0.0))


def _high_water_mb(process: psutil.Process) -> float:
    """What Linux noted as the process's peak, which no sample can miss; elsewhere what it holds."""
    if sys.platform == "linux":
        for line in Path(f"/proc/{process.pid}/status").read_text("utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return float(process.memory_info().rss) / _MB
