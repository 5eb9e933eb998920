"""Reads the inbox while the review is served: in a thread, that waits for a run's children."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import InputError, PipelineError, bug_place
from pipeline.language import tr
from pipeline.runner import Progress, Summary

_log = logging.getLogger(__name__)

Read = Callable[[Progress], Summary]


@dataclass(frozen=True, slots=True)
class State:
    """How far a reading is: documents ``done`` ``of`` those it found; ``problem``: French."""

    running: bool = False
    done: int = 0
    of: int = 0
    problem: str = ""


class Reading:
    """One for a server: a run at a time, and another where something came meanwhile.

    What a run has read is stored as it comes: one that ends with the server goes on with the next.
    """

    def __init__(self, inbox: Path, read: Read, *, ended: Callable[[], object]) -> None:
        """``read`` is a whole run over ``inbox``; ``ended`` is called after each."""
        self.inbox = inbox
        self._read, self._ended = read, ended
        self._lock = threading.Lock()
        self._state = State()
        self._again = False

    @property
    def state(self) -> State:
        with self._lock:
            return self._state

    def begin(self) -> None:
        """Read what is new, now or, where a run is under way, after it."""
        with self._lock:
            if self._state.running:
                self._again = True
                return
            self._state = State(running=True)
        threading.Thread(target=self._work, name="reading", daemon=True).start()

    def _work(self) -> None:
        while True:
            problem = self._run()
            with self._lock:
                if not self._again:
                    self._state = replace(self._state, running=False, problem=problem)
                    return
                self._again = False

    def _run(self) -> str:
        try:
            try:
                self._read(self._note)
            finally:
                self._ended()
        except InputError as err:
            _log.warning("%s", err)
            return "Rien à lire dans ce dossier : y déposer des fiches ou des mails."
        except PipelineError as err:
            _log.error("%s", err)
            return str(err)
        except Exception as err:  # its own words may quote a document
            _log.error("%s", tr("bug ({place})", place=bug_place(err)))
            return f"Erreur interne ({bug_place(err)}). Signalez-la."
        return ""

    def _note(self, done: int, of: int) -> None:
        with self._lock:
            self._state = replace(self._state, done=done, of=of)
