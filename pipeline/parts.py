"""A document read in parts: what a page gave is told at once, and outlives what another costs."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from pipeline.errors import BugError, DocumentError, MemoryLimitError
from pipeline.event import Fact
from pipeline.french import sentence
from pipeline.records import Finding, Outcome, Registration, Rejection, Source
from pipeline.roles import Roles

_MOST_LOST = 2
"""A document that has lost so many pages is given up: each may cost all of a page's time."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Pages of a document to read: from ``first`` (1-based) to ``last``, None for the very last.

    ``tail``: they were told before, but for the form that was not whole when its reader was lost.
    ``by_labels``: pages of no known form are read as far as their labels allow.
    """

    source: Source
    first: int = 1
    last: int | None = None
    tail: bool = False
    by_labels: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """What was read of a document of ``count`` pages since the part before; ``page`` comes next.

    What stands on the pages before ``since`` is told: a form of several pages is told when it is
    whole, and is lost with the reader until then. ``read``: forms as they were read, each with its
    thumbnail. ``notes``: what the file says on pages without a form, by page; its forms may have to
    heed it. ``facts``: what pages without a form that is filled in say of an event. ``meanwhile``:
    what is true of the page ``page`` unless it comes to more, which has yet to be told.
    """

    count: int
    page: int
    since: int
    read: tuple[tuple[Registration, bytes], ...] = ()
    rejections: tuple[Rejection, ...] = ()
    notes: tuple[tuple[int, Finding], ...] = ()
    facts: tuple[Fact, ...] = ()
    meanwhile: tuple[Rejection, ...] = ()


Tell = Callable[[Any], None]
Each = Callable[[Any, Tell], None]
"""Has a task done, and tells each answer to it: the parts of a ``Stretch``, or what the forms of an
``Outcome`` as it was read come to, one by one."""


def outcome_of(task: Source | Outcome, each: Each) -> Outcome:
    """A document read and judged, or one as it was read, judged.

    ``each`` raises a DocumentError (French) where judging a form cannot go on: that costs the form,
    of which the reading goes, too. One that ran out of memory which others had filled goes again.
    """
    outcome = read_in_parts(task, each) if isinstance(task, Source) else task
    judged: list[Registration | None] = []
    rejections = list(outcome.rejections)
    tried = _Tried()
    while len(judged) < len(outcome.read):
        left = outcome.read[len(judged) :]
        try:
            each(replace(outcome, read=left), judged.append)
        except DocumentError as err:
            if tried.may_again(err, len(judged) + 1, is_first=True):
                continue
            failed = outcome.read[len(judged)]
            rejections.append(Rejection(err.kind, str(err), failed.page))
            judged.append(None)
    kept = [at for at, registration in enumerate(judged) if registration]
    return replace(
        outcome,
        registrations=tuple(registration for registration in judged if registration),
        rejections=tuple(rejections),
        thumbnails=tuple(t for at, t in enumerate(outcome.thumbnails) if at in kept),
        read=tuple(outcome.read[at] for at in kept),
    )


def read_in_parts(source: Source, read: Callable[[Stretch, Tell], None]) -> Outcome:
    """The outcome of a document, not yet judged, of which ``read`` tells the parts.

    ``read`` raises a DocumentError (French) where it cannot go on: that costs the page it was at.
    What was told is kept, and ``read`` is asked for the pages behind, until too many are lost. A
    page that ran out of memory that others had filled is tried again.
    """
    started = time.monotonic()
    reading = _Reading(source)
    for stretch in reading.stretches():
        try:
            read(stretch, reading.add)
        except DocumentError as err:
            if not reading.goes_again(err):
                reading.lose(err)
    return reading.outcome(time.monotonic() - started)


def _heeding(registration: Registration, note: Finding) -> Registration:
    """The registration with the note, in one finding with what was noted on it before."""
    same = [finding for finding in registration.findings if finding.rule == note.rule]
    others = tuple(finding for finding in registration.findings if finding.rule != note.rule)
    facts = tuple(fact for finding in (*same, note) for fact in finding.facts)
    together = replace(note, facts=facts)
    return replace(registration, findings=(*others, together))


class _Tried:
    """What ran out of memory that others had filled, and is tried once more."""

    def __init__(self) -> None:
        self._known: set[int] = set()

    def may_again(self, err: DocumentError, number: int, *, is_first: bool) -> bool:
        """Whether what failed, by its number from 1, may be tried; ``is_first``: nothing of the
        document came before it in the same process."""
        is_known = number in self._known
        self._known.add(number)
        crowded = isinstance(err, MemoryLimitError) and (err.crowded or not is_first)
        return crowded and not is_known


class _Reading:
    """How far the reading of a document has come."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._ahead = deque([Stretch(source)])
        self._now = self._ahead[0]
        self._page = self._since = 1
        self._meanwhile: tuple[Rejection, ...] = ()
        self._count = self._lost = self._unlabelled = 0
        self._tried = _Tried()
        self._read: list[tuple[Registration, bytes]] = []
        self._rejections: list[Rejection] = []
        self._notes: list[tuple[int, Finding]] = []
        self._facts: list[Fact] = []

    def stretches(self) -> Iterator[Stretch]:
        """What is to be read next, for as long as there is anything."""
        while self._ahead:
            self._now, self._meanwhile = self._ahead.popleft(), ()
            self._page = self._since = self._now.first
            yield self._now

    def add(self, part: Part) -> None:
        self._count, self._page, self._since = part.count, part.page, part.since
        self._meanwhile = part.meanwhile
        if self._now.tail:
            if part.page > (self._now.last or 0):
                self._read += part.read[-1:]
            return
        self._read += part.read
        self._rejections += part.rejections
        self._notes += part.notes
        self._facts += part.facts

    def goes_again(self, err: DocumentError) -> bool:
        """Whether the page that was being read is tried once more; if so, it comes next."""
        if not self._tried.may_again(err, self._page, is_first=self._page == self._now.first):
            return False
        since = self._since
        self._ahead.appendleft(replace(self._now, first=since))
        if not self._now.tail:  # what was told of those pages is told again
            self._read = [pair for pair in self._read if pair[0].page < since]
            self._rejections = [r for r in self._rejections if (r.page or 0) < since]
            self._notes = [(page, note) for page, note in self._notes if page < since]
            self._facts = [fact for fact in self._facts if fact.page < since]
        return True

    def lose(self, err: DocumentError) -> None:
        """Tell of the page that was being read, and plan the pages around it."""
        page, last = self._page, self._now.last or self._count
        # A document that could not be opened, or has one page, is meant as a whole.
        number = page if self._count > 1 else None
        # A bug is told whatever else is true.
        is_unlabelled = bool(self._meanwhile) and not isinstance(err, BugError)
        lost = Rejection(err.kind, str(err), number)
        self._rejections += self._meanwhile if is_unlabelled else (lost,)
        self._unlabelled += is_unlabelled
        self._lost += not is_unlabelled
        if self._since < page:
            self._ahead.append(Stretch(self._source, self._since, page - 1, tail=True))
        if page >= last:
            return
        if self._lost < _MOST_LOST:
            by_labels = self._unlabelled < _MOST_LOST  # which may cost all of a page's time, too
            self._ahead.append(Stretch(self._source, page + 1, last, by_labels=by_labels))
            return
        for behind in range(page + 1, last + 1):
            message = (
                f"La page {behind} n'a pas été lue : {self._lost} pages de ce document ont déjà "
                "arrêté la lecture. Demander un envoi de la fiche seule."
            )
            self._rejections.append(Rejection(err.kind, message, behind))

    def outcome(self, seconds: float) -> Outcome:
        read = sorted(self._read, key=lambda pair: pair[0].page)
        rejections = sorted(self._rejections, key=lambda rejection: rejection.page or 0)
        if read:
            for page, note in self._notes:
                # What is written behind a fiche is about it, what comes before them about them all.
                ahead = [i for i, (fiche, _) in enumerate(read) if fiche.page <= page]
                for at in ahead[-1:] or range(len(read)):
                    fiche, thumbnail = read[at]
                    read[at] = (_heeding(fiche, note), thumbnail)
        else:
            rejections += [
                Rejection("note", sentence(note, Roles()), page) for page, note in self._notes
            ]
        if not read and not rejections:
            message = (
                "Page d'annonce, sans fiche à lire : ce qu'elle dit est dans le rapport."
                if self._facts
                else "Ce document ne contient aucune fiche à lire (page vide ou page d'annonce)."
            )
            rejections.append(Rejection("no-form", message))
        return Outcome(
            self._source,
            pages=self._count,
            read=tuple(fiche for fiche, _ in read),
            rejections=tuple(rejections),
            seconds=seconds,
            thumbnails=tuple(thumbnail for _, thumbnail in read),
            facts=tuple(sorted(self._facts, key=lambda fact: fact.page)),
        )
