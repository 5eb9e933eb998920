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
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from pkgutil import resolve_name
from threading import Lock
from typing import Any

from pipeline import limits
from pipeline.config import Settings
from pipeline.errors import EngineError, StalledError
from pipeline.language import tr
from pipeline.parts import Part, Stretch, outcome_of
from pipeline.records import Outcome, Registration, Source

Work = Callable[[Stretch | Outcome, Settings], Iterator[Part | Registration]]
"""The work of a run. ``Guard.ask`` does with any other of a task that pickles, and its answer; one
that yields several has the time of one answer for each."""

_START_LIMIT_S = 120.0
_IDLE_LIMIT_S = 60.0
"""A child that waits longer ends itself: a Dask worker outlives the run and must give back the
memory."""
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"), "1"
)
_KEPT_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(32 << 20), "MALLOC_TRIM_THRESHOLD_": str(64 << 20)}
"""A page's pictures come and go: glibc keeps their memory for the next, up to what it would by
itself, where to ask the kernel for it anew takes a child 15 ms a page."""


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

    def read(self, task: Source | Outcome) -> Outcome:
        """A document read and judged, or one as it was read judged anew.

        A page that took too much, or killed its child, is rejected.

        Raises EngineError where a child cannot start, and what the work itself raised.
        """
        return outcome_of(task, self.each)

    def ask(self, task: Any) -> Any:
        """What the work makes of a task: its last answer. Raises what ``each`` does."""
        answers: deque[Any] = deque(maxlen=1)
        self.each(task, answers.append)
        return answers[0]

    def each(self, task: Any, tell: Callable[[Any], None]) -> None:
        """``tell`` every answer of the work to a task as it comes.

        Raises TimeLimitError or MemoryLimitError where an answer took too much, CrashError where
        the task killed its child, StalledError where nothing was heard of it (all in French),
        EngineError where a child cannot start, and what the work itself raised.
        """
        child = self._take()
        try:
            fault = child.each(task, tell, wait_s=limits.wall_s(self._settings))
        except TimeoutError:
            self._end(child)
            raise StalledError(
                "La lecture n'avançait plus et a été arrêtée : vérifier que le disque et la "
                "machine répondent, et relancer."
            ) from None
        except (EOFError, OSError):
            raise limits.cause_of_death(self._end(child), self._settings) from None
        self._idle.append(child)
        if fault is not None:
            raise fault

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

    def _end(self, child: "_Child") -> int:
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
            env={**_KEPT_MEMORY, **os.environ, **_ONE_THREAD, "PYTHONPATH": path},
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
            late = tr("not ready after {limit:g} s", limit=_START_LIMIT_S)
            fault = self._connection.recv() if ready else late
        except (EOFError, OSError):
            fault = limits.how_it_ended(self.kill())
        if fault is not None:
            raise EngineError(
                tr(
                    "A reader could not start ({fault}): `fiches doctor` says what is missing.",
                    fault=fault,
                )
            )

    def each(self, task: Any, tell: Callable[[Any], None], *, wait_s: float) -> Exception | None:
        """``tell`` the answers; what the work raised.

        Raises TimeoutError where none comes for that long, EOFError or OSError where the child has
        died.
        """
        self._connection.send(task)
        while True:
            if not self._connection.poll(wait_s):
                raise TimeoutError
            answer = self._connection.recv()
            if isinstance(answer, _Done):
                self._used_at = time.monotonic()
                return answer.fault
            tell(answer)

    def kill(self) -> int:
        """End the process and what it has started; the code it ended with.

        A process that has died already keeps the signal or code it died of.
        """
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        # The connection is closed with its last user: another thread may wait on it just now.
        return self._process.wait()


@dataclass(frozen=True, slots=True)
class _Done:
    """Ends the answers to a task; ``fault`` is what the work raised."""

    fault: Exception | None = None


_guards: dict[tuple[str, Settings, str], Guard] = {}
_guards_lock = Lock()


def read_guarded(
    work: str, settings: Settings, fingerprint: str, task: Source | Outcome
) -> Outcome:
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
    return guard.read(task)


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
        limits.limit_memory(settings)
        connection.send(None)
        while connection.poll(_IDLE_LIMIT_S):
            task = connection.recv()
            limits.arm(settings)
            try:
                for answer in _answers(work(task, settings)):
                    connection.send(answer)
                    limits.arm(settings)
                done = _Done()
            except MemoryError:
                os._exit(limits.OUT_OF_MEMORY)
            except Exception as err:
                done = _Done(err)
            limits.disarm()
            connection.send(done)


def _answers(made: Any) -> Iterator[Any]:
    if isinstance(made, Iterator):
        yield from made
    else:
        yield made
