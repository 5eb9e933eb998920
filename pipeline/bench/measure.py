"""Run a command as a user would, with a clock and an eye on its memory."""

import os
import subprocess
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import psutil

from pipeline import system

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
            held = system.peak_bytes(member) / _MB
        except (psutil.Error, OSError):  # it has just ended
            continue
        peaks[member.pid] = max(held, peaks.get(member.pid, 0.0))
