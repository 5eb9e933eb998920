"""Reads the inbox while the review is served: in a thread, that waits for a run's children."""

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import InputError, PipelineError, bug_place
from pipeline.fetch import Fetched
from pipeline.language import on_a_page, tr
from pipeline.runner import Progress, Summary

_log = logging.getLogger(__name__)

Read = Callable[[Path, Progress], Summary]
"""A whole run over an inbox."""
Fetch = Callable[[Path, Progress], Fetched]
"""New mail, fetched into an inbox. Raises PipelineError."""
Lying = frozenset[tuple[str, int, int]]
"""The files of an inbox: where, how large, when changed (ns)."""

_LOOK_EVERY_S = 5.0
"""A file that has not changed between two looks is whole."""


@dataclass(frozen=True, slots=True)
class State:
    """How far a reading is: documents, or mails while it is ``fetching``, ``done`` ``of`` those it
    found; ``mails``: new ones, once they were fetched; ``problem``: French."""

    running: bool = False
    fetching: bool = False
    done: int = 0
    of: int = 0
    mails: int | None = None
    problem: str = ""


class SourceError(PipelineError):
    """What a page says, in French, of where fiches come from."""


class Reading:
    """One for a server: a run at a time, and another where something came meanwhile.

    What a run has read is stored as it comes: one that ends with the server goes on with the next.
    """

    def __init__(self, inbox: Path, out: Path, read: Read, *, ended: Callable[[], object]) -> None:
        """``ended`` is called after each run; what lies in ``out`` is no input."""
        self._inbox, self._out = inbox, out
        self._read, self._ended = read, ended
        self._fetch: Fetch | None = None
        self._fetch_every_s: float | None = None
        self._lock = threading.Lock()
        self._state = State()
        self._again = self._wants_mail = False
        self._at_last_run: Lying = frozenset()

    @property
    def state(self) -> State:
        with self._lock:
            return self._state

    @property
    def inbox(self) -> Path:
        with self._lock:
            return self._inbox

    def read_from(self, inbox: Path) -> None:
        """Read that folder from now on, and what lies there already."""
        with self._lock:
            self._inbox = inbox
        self.begin()

    def fetch_with(self, fetch: Fetch, *, every_s: float | None) -> None:
        """Where mail comes from: whenever it is asked for, and ``every_s``."""
        with self._lock:
            self._fetch, self._fetch_every_s = fetch, every_s

    def begin(self, *, mail: bool = False) -> None:
        """Read what is new, now or after the run under way; ``mail``: fetch it before."""
        with self._lock:
            self._wants_mail |= mail
            if self._state.running:
                self._again = True
                return
            self._state = State(running=True)
        threading.Thread(target=self._work, name="reading", daemon=True).start()

    def watch(self) -> None:
        """Read by itself what anybody lays into the inbox, and fetch mail as often as was said."""
        threading.Thread(target=self._watch, name="watching", daemon=True).start()

    def _watch(self) -> None:
        before, fetched_s = self._lying(), time.monotonic()
        while True:
            time.sleep(_LOOK_EVERY_S)
            lying = self._lying()
            if lying == before != self._at_last_run:
                self.begin()
            before = lying
            every_s = self._fetch_every_s
            if every_s is not None and time.monotonic() - fetched_s >= every_s:
                fetched_s = time.monotonic()
                self.begin(mail=True)

    def _lying(self) -> Lying:
        """What lies in the inbox, as far as it can be seen."""
        files = []
        for folder, inner, names in os.walk(self.inbox):
            inner[:] = [name for name in inner if Path(folder, name) != self._out]
            for path in (Path(folder, name) for name in names if not name.startswith(".")):
                try:
                    seen = path.stat()
                except OSError:  # taken away just now
                    continue
                files.append((str(path), seen.st_size, seen.st_mtime_ns))
        return frozenset(files)

    def _work(self) -> None:
        with on_a_page():
            while True:
                problem = " ".join(filter(None, (self._take_mail(), self._run())))
                with self._lock:
                    if not self._again:
                        self._state = replace(self._state, running=False, problem=problem)
                        return
                    self._again = False

    def _take_mail(self) -> str:
        """What went wrong, in words."""
        with self._lock:
            wanted, self._wants_mail = self._wants_mail, False
            fetch, inbox = self._fetch, self._inbox
            self._state = State(running=True, fetching=wanted and fetch is not None)
        if not wanted or fetch is None:
            return ""

        def take() -> None:
            fetched = fetch(inbox, self._note)
            with self._lock:
                self._state = State(running=True, mails=fetched.new)
            if fetched.troubles:
                raise SourceError(" ".join(fetched.troubles))

        return _problem_of(take)

    def _run(self) -> str:
        """What went wrong, in words."""
        self._at_last_run = self._lying()
        with self._lock:
            inbox = self._inbox
            self._state = State(running=True, mails=self._state.mails)

        def run() -> None:
            try:
                self._read(inbox, self._note)
            except InputError as err:
                raise SourceError(
                    "Rien à lire dans ce dossier : y déposer des fiches ou des mails."
                ) from err
            finally:
                self._ended()

        return _problem_of(run)

    def _note(self, done: int, of: int) -> None:
        with self._lock:
            self._state = replace(self._state, done=done, of=of)


def _problem_of(work: Callable[[], object]) -> str:
    try:
        work()
    except PipelineError as err:
        _log.error("%s", err)
        return str(err)
    except Exception as err:  # its own words may quote a document
        _log.error("%s", tr("bug ({place})", place=bug_place(err)))
        return f"Erreur interne ({bug_place(err)}). Signalez-la."
    return ""
