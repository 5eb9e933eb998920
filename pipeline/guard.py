"""Read each document in a child process, so that one that hangs or crashes fails alone.

Local threads and Dask workers use the same guard. A child serves one document after another over a
pipe of its own: killing it cannot harm another child, which a pool with shared queues does not
promise. It is started as a plain command, because Dask's workers are daemons and multiprocessing
forbids those to have children.
"""

import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from pkgutil import resolve_name
from threading import Lock
from typing import Any

from pipeline.config import Settings
from pipeline.errors import CrashError, EngineError, TimeLimitError
from pipeline.records import Outcome, Rejection, Source

Work = Callable[[Source, Settings], Outcome]
"""The work of a run. ``Guard.ask`` does with any other of a task that pickles, and its answer."""

_START_LIMIT_S = 120.0
_IDLE_LIMIT_S = 60.0
"""A child that waits longer ends itself: a Dask worker outlives the run and must give back the
memory."""
_ORPHAN_GRACE_S = 10.0
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"), "1"
)


class Guard:
    """Keeps children for one kind of work; each thread that asks uses one of them."""

    def __init__(self, work: str, settings: Settings) -> None:
        """``work`` names a ``Work`` as ``module:function``; only the children import it."""
        self._work = work
        self._settings = settings
        self._lock = Lock()
        self._children: set[_Child] = set()
        self._idle: deque[_Child] = deque()
        self._closed = False

    def read(self, source: Source) -> Outcome:
        """The document's outcome; a rejection where it took too long or killed its child.

        Raises EngineError where a child cannot start, and what the work itself raised.
        """
        start = time.monotonic()
        try:
            outcome: Outcome = self.ask(source)
        except (TimeLimitError, CrashError) as err:
            rejection = Rejection(err.kind, str(err))
            return Outcome(source, rejections=(rejection,), seconds=time.monotonic() - start)
        return outcome

    def ask(self, task: Any) -> Any:
        """What the work makes of a task.

        Raises TimeLimitError where it took too long, CrashError where it killed its child (both in
        French), EngineError where a child cannot start, and what the work itself raised.
        """
        child = self._take()
        try:
            answer = child.ask(task, self._settings.time_limit_s)
        except TimeoutError:
            self._end(child)
            limit = f"{self._settings.time_limit_s:g}".replace(".", ",")
            raise TimeLimitError(
                f"La lecture a été arrêtée : elle dépassait la limite de {limit} s."
            ) from None
        except (EOFError, OSError):
            raise CrashError(
                f"Le document a fait tomber le programme de lecture ({self._end(child)})."
            ) from None
        self._idle.append(child)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def rest(self) -> None:
        """End the children that wait; those that read go on."""
        with suppress(IndexError):
            while True:
                self._end(self._idle.pop())

    def close(self) -> None:
        """Kill the children, whatever they are doing."""
        with self._lock:
            self._closed = True
            children = list(self._children)
        for child in children:
            self._end(child)

    def _take(self) -> "_Child":
        with suppress(IndexError):
            while True:
                child = self._idle.pop()
                if child.fresh:
                    return child
                self._end(child)
        with self._lock:
            if self._closed:
                raise RuntimeError("the guard is closed")
            child = _Child(self._work, self._settings)
            self._children.add(child)
        try:
            child.wait_until_ready()
        except EngineError:
            self._end(child)
            raise
        return child

    def _end(self, child: "_Child") -> str:
        with self._lock:
            self._children.discard(child)
        return child.kill()


class _Child:
    """The parent's end of one child process."""

    def __init__(self, work: str, settings: Settings) -> None:
        self._connection, theirs = Pipe()
        path = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
        command = f"from pipeline.guard import serve; serve({theirs.fileno()})"
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", command],
            env={**os.environ, **_ONE_THREAD, "PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            # Its own session: Ctrl-C reaches the parent alone, and a kill takes the programs that
            # the child has started (tesseract) with it.
            start_new_session=True,
        )
        theirs.close()
        self._connection.send((work, settings))
        self._used_at = time.monotonic()

    @property
    def fresh(self) -> bool:
        """Whether the child surely still waits for work."""
        waited_s = time.monotonic() - self._used_at
        return waited_s < _IDLE_LIMIT_S / 2 and self._process.poll() is None

    def wait_until_ready(self) -> None:
        """Raises EngineError where the child could not import its work."""
        try:
            ready = self._connection.poll(_START_LIMIT_S)
            fault = self._connection.recv() if ready else f"not ready after {_START_LIMIT_S:g} s"
        except (EOFError, OSError):
            fault = self.kill()
        if fault is not None:
            raise EngineError(
                f"A reader could not start ({fault}): `fiches doctor` says what is missing."
            )

    def ask(self, task: Any, limit_s: float) -> Any:
        """Raises TimeoutError past the limit, EOFError or OSError where the child has died."""
        self._connection.send(task)
        if not self._connection.poll(limit_s):
            raise TimeoutError
        self._used_at = time.monotonic()
        return self._connection.recv()

    def kill(self) -> str:
        """End the process and what it has started; how it ended, in words fit for any language.

        A process that has died already keeps the signal or code it died of.
        """
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        code = self._process.wait()
        # The connection is closed with its last user: another thread may wait on it just now.
        return f"signal {-code}" if code < 0 else f"code {code}"


_guards: dict[tuple[str, Settings, str], Guard] = {}
_guards_lock = Lock()


def read_guarded(work: str, settings: Settings, fingerprint: str, source: Source) -> Outcome:
    """``Guard.read`` as a task for another machine: its guard stays there for the next task.

    A child keeps the forms it has loaded: each ``fingerprint`` of a reader has children of its own,
    and a new one ends those that wait for more of another's work.
    """
    key = (work, settings, fingerprint)
    with _guards_lock:
        if key not in _guards:
            for guard in _guards.values():
                guard.rest()
            _guards[key] = Guard(work, settings)
        guard = _guards[key]
    return guard.read(source)


def serve(descriptor: int) -> None:
    """The child's main: read documents from the pipe until the parent is gone."""
    connection = Connection(descriptor)
    with suppress(EOFError, BrokenPipeError):
        name, settings = connection.recv()
        try:
            work: Callable[[Any, Settings], Any] = resolve_name(name)
        except Exception as err:  # any fault of an import is the parent's to tell
            connection.send(f"{type(err).__name__}: {err}")
            return
        connection.send(None)
        while connection.poll(_IDLE_LIMIT_S):
            task = connection.recv()
            # Where the parent was killed nobody enforces the time limit; then the kernel does.
            signal.setitimer(signal.ITIMER_REAL, settings.time_limit_s + _ORPHAN_GRACE_S)
            try:
                answer = work(task, settings)
            except Exception as err:
                answer = err
            signal.setitimer(signal.ITIMER_REAL, 0)
            connection.send(answer)
