"""What a child may use of the machine: time for each answer, and memory.

The child arms its own limits, and the kernel enforces them: a page that spins in a C library, or
that eats memory faster than anybody looks, ends its process and nothing else.
"""

import os
import resource
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from threading import Thread

from pipeline.config import Settings
from pipeline.errors import CrashError, DocumentError, MemoryLimitError, TimeLimitError

OUT_OF_MEMORY = 77
"""The exit code of a child that needed more memory than it may have."""
_WALL_FACTOR = 10.0
"""A child that waits for others to leave it the processor is slow, not stuck."""
_ORPHAN_GRACE_S = 10.0
_LOOK_EVERY_S = 0.02
_HARD_FACTOR = 2
"""Memory asked for and not all used: libraries ask for some hundred MB more than they touch."""
_PAGE_BYTES = resource.getpagesize()


def wall_s(settings: Settings) -> float:
    """How long an answer may take by the clock: far longer than what it may compute."""
    return _WALL_FACTOR * settings.time_limit_s


def arm(settings: Settings) -> None:
    """Give this process, all its threads together, the time for one answer from now on.

    The kernel ends it by SIGPROF; and where the parent was killed, and nobody waits any more, by
    SIGALRM.
    """
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, settings.time_limit_s)
    signal.setitimer(signal.ITIMER_REAL, wall_s(settings) + _ORPHAN_GRACE_S)


def spent_s() -> float:
    """Processor time that this process, and the programs it has waited for, have used so far."""
    return sum(os.times()[:4])


def disarm() -> None:
    """No answer is asked for."""
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)


def limit_memory(settings: Settings) -> None:
    """End this process as soon as it holds more than its share, by ``OUT_OF_MEMORY``.

    What grows at one stroke, before anybody looks, the kernel refuses (Linux alone does): there it
    fails as it may. The limit is handed down to programs that the child starts.
    """
    limit_bytes = round(settings.memory_limit_mb * 1e6)
    if sys.platform == "linux":
        hard_bytes = _HARD_FACTOR * limit_bytes
        with suppress(ValueError, OSError):  # a stricter one is set already
            resource.setrlimit(resource.RLIMIT_DATA, (hard_bytes, hard_bytes))
    Thread(target=_watch, args=(limit_bytes,), daemon=True).start()


def _watch(limit_bytes: int) -> None:
    while _resident_bytes() < limit_bytes:
        time.sleep(_LOOK_EVERY_S)
    os._exit(OUT_OF_MEMORY)


def _resident_bytes() -> int:
    """What this process holds; where the system does not say, the most it ever held."""
    if sys.platform == "linux":
        return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * _PAGE_BYTES
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def cause_of_death(code: int, settings: Settings) -> DocumentError:
    """Why a child died while it worked, by the exit code that ``subprocess`` gives."""
    if code == -signal.SIGPROF:
        limit = f"{settings.time_limit_s:g}".replace(".", ",")
        return TimeLimitError(
            f"La lecture a été arrêtée : elle demandait plus de {limit} s de calcul. "
            "Demander un autre envoi, numérisé ou imprimé à nouveau."
        )
    if code == OUT_OF_MEMORY:
        return MemoryLimitError(
            f"La lecture a été arrêtée : elle demandait plus de {settings.memory_limit_mb:.0f} Mo "
            "de mémoire. Demander un autre envoi, numérisé à 300 points par pouce."
        )
    return CrashError(
        f"Le document a fait tomber le programme de lecture ({how_it_ended(code)}). "
        "Demander un autre envoi, numérisé ou imprimé à nouveau."
    )


def how_it_ended(code: int) -> str:
    """In words fit for any language."""
    return f"signal {-code}" if code < 0 else f"code {code}"
