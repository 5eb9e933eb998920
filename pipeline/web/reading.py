"""Reads the inbox while the review is served: in a thread, that waits for a run's children."""

import logging
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import EmptyInboxError, PipelineError, bug_place
from pipeline.fetch import Fetched
from pipeline.intake.receive import lying
from pipeline.language import on_a_page, tr
from pipeline.runner import Progress, Summary

_log = logging.getLogger(__name__)

Read = Callable[[Path, Progress], Summary]
"""A whole run over an inbox."""
Fetch = Callable[[Path, Progress], Fetched]
"""New mail, fetched into an inbox. Raises PipelineError."""

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

    def __init__(
        self,
        inbox: Path,
        outputs: Collection[Path],
        read: Read,
        *,
        ended: Callable[[], object],
    ) -> None:
        """``ended`` is called after each run; the ``outputs``, files or folders, are no input."""
        self._inbox, self._outputs = inbox, outputs
        self._read, self._ended = read, ended
        self._fetch: Fetch | None = None
        self._fetch_every_s: float | None = None
        self._lock = threading.Lock()
        self._state = State()
        self._again = self._wants_mail = False
        self._at_last_run: object = frozenset()

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
            now = self._lying()
            if now == before != self._at_last_run:
                self.begin()
            before = now
            every_s = self._fetch_every_s
            if every_s is not None and time.monotonic() - fetched_s >= every_s:
                fetched_s = time.monotonic()
                self.begin(mail=True)

    def _lying(self) -> object:
        return lying(self.inbox, self._outputs)

    def _work(self) -> None:
        problems = []
        with on_a_page():
            while True:
                inbox = self.inbox  # of the whole round: mail is read where it was laid
                problems.append(self._take_mail(inbox))
                last = self._run(inbox)
                with self._lock:
                    if not self._again:
                        said = " ".join(filter(None, (*problems, last)))
                        self._state = replace(self._state, running=False, problem=said)
                        return
                    self._again = False

    def _take_mail(self, inbox: Path) -> str:
        """What went wrong, in words."""
        with self._lock:
            wanted, self._wants_mail = self._wants_mail, False
            fetch, before = self._fetch, self._state.mails
            if not wanted or fetch is None:
                return ""
            self._state = State(running=True, fetching=True, mails=before)

        def take() -> None:
            fetched = fetch(inbox, self._note)
            with self._lock:
                self._state = replace(self._state, mails=(before or 0) + fetched.new)
            if fetched.troubles:
                raise SourceError(" ".join(fetched.troubles))

        return _problem_of(take)

    def _run(self, inbox: Path) -> str:
        """What went wrong, in words."""
        self._at_last_run = lying(inbox, self._outputs)
        with self._lock:
            self._state = State(running=True, mails=self._state.mails)

        def run() -> None:
            try:
                if not inbox.exists() and inbox.parent.exists():  # made by the first drop
                    raise EmptyInboxError
                self._read(inbox, self._note)
            except EmptyInboxError as err:
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
