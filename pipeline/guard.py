"""Read each document in a child process, so that one that hangs or crashes fails alone.

Local threads and Dask workers use the same guard. A child serves one document after another over
pipes of its own: killing it cannot harm another child, which a pool with shared queues does not
promise. It is started as a plain command, because Dask's workers are daemons and multiprocessing
forbids those to have children; and what it is told and tells goes through its standard input and
output, which every system hands down.
"""

import os
import pickle
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from queue import Empty, SimpleQueue
from struct import Struct
from threading import Lock, Thread
from typing import IO, Any

from pipeline import limits, system
from pipeline.config import Settings
from pipeline.errors import DocumentError, EngineError, MemoryLimitError
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
_SIZE = Struct("<Q")
"""What stands before a message in a pipe: its length."""


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
            raised = child.each(task, tell)
        except (DocumentError, EOFError, OSError) as err:
            code = self._end(child)
            went_too_far = isinstance(err, DocumentError)
            fault = err if went_too_far else limits.cause_of_death(code, self._settings)
            if isinstance(fault, MemoryLimitError) and child.has_worked:
                fault.crowded = True
                self.rest()  # whoever tries again has a child that no page has filled
            raise fault from None
        self._idle.append(child)
        if raised is not None:
            raise raised

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
        self._settings = settings
        path = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", "from pipeline.guard import serve; serve()"],
            env={**_KEPT_MEMORY, **os.environ, **_ONE_THREAD, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            **system.APART,
        )
        self._answers: SimpleQueue[Any] = SimpleQueue()
        Thread(target=self._listen, daemon=True).start()
        with suppress(OSError):  # it has died already, which is told when it should be ready
            self._send((work, settings))
        self._pid = self._process.pid
        self._used_at = time.monotonic()
        self._is_done = False
        self.has_worked = False

    @property
    def fresh(self) -> bool:
        """Whether the child surely still waits for work, and may do it."""
        waited_s = time.monotonic() - self._used_at
        silent = self._answers.empty()  # its end would be told
        is_there = silent and self._process.poll() is None
        return waited_s < _IDLE_LIMIT_S / 2 and is_there and not self._is_done

    def wait_until_ready(self) -> None:
        """Raises EngineError where the child could not import its work."""
        try:
            ready = self._answers.get(timeout=_START_LIMIT_S)
        except Empty:
            fault = tr("not ready after {limit:g} s", limit=_START_LIMIT_S)
        else:
            if isinstance(ready, _Ready):
                # Not always the process that was started: in a virtual environment of Windows that
                # is one that starts Python.
                self._pid = ready.pid
            fault = ready.fault if isinstance(ready, _Ready) else limits.how_it_ended(self.kill())
        if fault:
            raise EngineError(
                tr(
                    "A reader could not start ({fault}): `fiches doctor` says what is missing.",
                    fault=fault,
                )
            )

    def each(self, task: Any, tell: Callable[[Any], None]) -> Exception | None:
        """``tell`` the answers; what the work raised.

        Raises DocumentError where one takes too much, EOFError or OSError where the child has died.
        """
        self._send(task)
        watch = limits.Watch(self._pid, self._settings)
        while True:
            try:
                answer = self._answers.get(timeout=limits.LOOK_EVERY_S)
            except Empty:
                watch.look()
                continue
            match answer:
                case _Done(fault, is_last):
                    self._used_at = time.monotonic()
                    self._is_done, self.has_worked = is_last, True
                    return fault
                case _Gone():
                    raise EOFError
            tell(answer)
            watch.restart()

    def kill(self) -> int:
        """End the process and what it has started; the code it ended with.

        A process that has died already keeps the signal or code it died of.
        """
        code = system.end(self._process)
        with suppress(OSError):  # what it was not told any more
            self._tasks.close()
        return code

    @property
    def _tasks(self) -> IO[bytes]:
        pipe: IO[bytes] | None = self._process.stdin
        assert pipe is not None  # noqa: S101 - as asked for
        return pipe

    def _send(self, task: Any) -> None:
        _send(self._tasks, task)

    def _listen(self) -> None:
        """Take what the child tells as it comes: nothing else waits on all systems, and so long."""
        assert self._process.stdout is not None  # noqa: S101 - a pipe, as asked for
        with self._process.stdout as answers:
            while True:
                try:
                    self._answers.put(_receive(answers))
                except (EOFError, OSError):
                    self._answers.put(_Gone())
                    return
                except Exception as err:  # what cannot be made of the bytes of an answer
                    self._answers.put(_Done(err))


@dataclass(frozen=True, slots=True)
class _Ready:
    """The child's first word: who it is, and why it cannot do its work."""

    pid: int
    fault: str = ""


@dataclass(frozen=True, slots=True)
class _Done:
    """Ends the answers to a task; ``fault`` is what the work raised. ``is_last``: the child holds
    too much to do another."""

    fault: Exception | None = None
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class _Gone:
    """Nothing more is told: the child has died."""


def _send(pipe: IO[bytes], message: Any) -> None:
    """Raises OSError where the other end is gone."""
    data = pickle.dumps(message)
    pipe.write(_SIZE.pack(len(data)) + data)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> Any:
    """Raises EOFError where the other end is gone, also in the middle of a message."""
    head = pipe.read(_SIZE.size)
    size = _SIZE.unpack(head)[0] if len(head) == _SIZE.size else 0
    data = pipe.read(size)
    if not size or len(data) < size:
        raise EOFError
    return pickle.loads(data)  # noqa: S301 - both ends are this program


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


def serve() -> None:
    """The child's main: read documents from the pipe until the parent is gone."""
    tasks, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1):  # what a library prints is no answer
        os.dup2(nowhere, standard)
    # The parent is gone, or whoever started it: nobody is left to tell.
    with suppress(EOFError, OSError), tasks, answers:
        name, settings = _receive(tasks)
        try:
            work: Callable[[Any, Settings], Any] = resolve_name(name)
        except Exception as err:  # any fault of an import is the parent's to tell
            _send(answers, _Ready(os.getpid(), f"{type(err).__name__}: {err}"))
            return
        limits.limit_memory(settings)
        _send(answers, _Ready(os.getpid()))
        while True:
            limits.end_in(_IDLE_LIMIT_S)
            task = _receive(tasks)
            limits.arm(settings)
            try:
                for answer in _answers(work(task, settings)):
                    _send(answers, answer)
                    limits.arm(settings)
                fault = None
            except MemoryError:
                os._exit(limits.OUT_OF_MEMORY)
            except Exception as err:
                fault = err.with_traceback(None)  # which would keep what the work held
            limits.disarm()
            _send(answers, _Done(fault, is_last=limits.is_heavy(settings)))


def _answers(made: Any) -> Iterator[Any]:
    if isinstance(made, Iterator):
        yield from made
    else:
        yield made
