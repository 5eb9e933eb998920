"""What a child may use of the machine: time for each answer, and memory.

The child arms its own limits, and the kernel enforces them where it can: a page that spins in a C
library, or that eats memory faster than anybody looks, ends its process and nothing else. The
parent looks as well (``Watch``), at what no kernel holds, and at a child that lets none of its own
threads run.
"""

import faulthandler
import os
import time
from contextlib import suppress
from functools import cache
from threading import Thread
from typing import IO

import psutil

from pipeline import system
from pipeline.config import Settings
from pipeline.errors import (
    CrashError,
    DocumentError,
    MemoryLimitError,
    StalledError,
    TimeLimitError,
)

OUT_OF_MEMORY = 77
"""The exit code of a child that needed more memory than it may have."""
LOOK_EVERY_S = 0.05
"""How often a parent looks at its child."""
_WALL_FACTOR = 10.0
"""A child that waits for others to leave it the processor is slow, not stuck."""
_ORPHAN_GRACE_S = 10.0
_LOOK_WITHIN_EVERY_S = 0.02
_TIDY, _HEAVY = 0.6, 0.75
"""A process that holds such a share of its memory before it has begun gives back what it does not
use; one that holds the second all the same does no more."""
_HARD_FACTOR = 2
"""Memory asked for and not all used: libraries ask for some hundred MB more than they touch."""


def wall_s(settings: Settings) -> float:
    """How long an answer may take by the clock: far longer than what it may compute."""
    return _WALL_FACTOR * settings.time_limit_s


def arm(settings: Settings) -> None:
    """Give this process, all its threads together, the time for one answer from now on.

    Where the parent was killed, and nobody waits any more, it ends by the clock.
    """
    system.limit_time(settings.time_limit_s)
    end_in(wall_s(settings) + _ORPHAN_GRACE_S)


def spent_s() -> float:
    """Processor time that this process, and the programs it has waited for, have used so far."""
    return sum(os.times()[:4])


def disarm() -> None:
    """No answer is asked for."""
    system.limit_time(0)
    faulthandler.cancel_dump_traceback_later()


def end_in(seconds: float) -> None:
    """End this process then, even where no thread of Python can run, or until ``disarm``; at once
    where no memory is left to wait with."""
    try:
        faulthandler.dump_traceback_later(seconds, exit=True, file=_nowhere())
    except RuntimeError:  # no memory is left for the thread that would
        os._exit(OUT_OF_MEMORY)


@cache
def _nowhere() -> IO[str]:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - open to the end


def limit_memory(settings: Settings) -> None:
    """End this process as soon as it holds more than its share, by ``OUT_OF_MEMORY``.

    What grows at one stroke, before anybody looks, the kernel refuses (Linux alone does): there it
    fails as it may. The limit is handed down to programs that the child starts.
    """
    limit_bytes = _limit_bytes(settings)
    Thread(target=_watch, args=(limit_bytes,), daemon=True).start()  # which needs some itself
    system.limit_data(_HARD_FACTOR * limit_bytes)


def is_heavy(settings: Settings) -> bool:
    """Whether this process holds so much between two answers that a page might be refused for what
    the pages before it have left."""
    limit_bytes = _limit_bytes(settings)
    if psutil.Process().memory_info().rss < _TIDY * limit_bytes:
        return False
    system.give_back_memory()
    return bool(psutil.Process().memory_info().rss > _HEAVY * limit_bytes)


def _limit_bytes(settings: Settings) -> int:
    return round(settings.memory_limit_mb * 1e6)


def _watch(limit_bytes: int) -> None:
    process = psutil.Process()
    while process.memory_info().rss < limit_bytes:
        time.sleep(_LOOK_WITHIN_EVERY_S)
    os._exit(OUT_OF_MEMORY)


class Watch:
    """What a child has used for the answer it is at, seen by its parent."""

    def __init__(self, pid: int, settings: Settings) -> None:
        self._settings = settings
        self._child: psutil.Process | None = None
        with suppress(psutil.Error):  # it has died: whoever reads from it learns that
            self._child = psutil.Process(pid)
        self.restart()

    def restart(self) -> None:
        """It is at another answer now."""
        self._since = time.monotonic()
        self._spent_s, _ = self._used()

    def look(self) -> None:
        """Raises TimeLimitError, MemoryLimitError or StalledError (French) for what goes too far.

        Where it has died, it used nothing.
        """
        spent_s, held_bytes = self._used()
        # The kernel, where it can, counts from when the child has understood what is asked.
        if spent_s - self._spent_s > self._settings.time_limit_s + LOOK_EVERY_S:
            raise _too_long(self._settings)
        if held_bytes > _limit_bytes(self._settings):
            raise _too_much(self._settings)
        if time.monotonic() - self._since > wall_s(self._settings):
            raise StalledError(
                "La lecture n'avançait plus et a été arrêtée : vérifier que le disque et la "
                "machine répondent, et relancer."
            )

    def _used(self) -> tuple[float, int]:
        """Processor time in seconds, and memory in bytes."""
        if self._child is not None:
            with suppress(psutil.Error), self._child.oneshot():
                times = self._child.cpu_times()
                return times.user + times.system, self._child.memory_info().rss
        return 0.0, 0


def _too_long(settings: Settings) -> TimeLimitError:
    limit = f"{settings.time_limit_s:g}".replace(".", ",")
    return TimeLimitError(
        f"La lecture a été arrêtée : elle demandait plus de {limit} s de calcul. "
        "Demander un autre envoi, numérisé ou imprimé à nouveau."
    )


def _too_much(settings: Settings) -> MemoryLimitError:
    return MemoryLimitError(
        f"La lecture a été arrêtée : elle demandait plus de {settings.memory_limit_mb:.0f} Mo "
        "de mémoire. Demander un autre envoi, numérisé à 300 points par pouce."
    )


def cause_of_death(code: int, settings: Settings) -> DocumentError:
    """Why a child died while it worked, by the exit code that ``subprocess`` gives."""
    if code == system.OUT_OF_TIME:
        return _too_long(settings)
    if code == OUT_OF_MEMORY:
        return _too_much(settings)
    return CrashError(
        f"Le document a fait tomber le programme de lecture ({how_it_ended(code)}). "
        "Demander un autre envoi, numérisé ou imprimé à nouveau."
    )


def how_it_ended(code: int) -> str:
    """In words fit for any language."""
    if code == OUT_OF_MEMORY:
        return f"code {code}, memory_limit_mb"
    return f"signal {-code}" if code < 0 else f"code {code}"
