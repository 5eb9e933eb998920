"""What reviewers share: the queue, the store, who works on what, the tables written anew."""

import logging
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pipeline.config import Accounting
from pipeline.decisions import Act, Change, Decision, Fiches, Filed, Refused
from pipeline.errors import PipelineError
from pipeline.forms.schema import Form
from pipeline.forms.unknown import own_form
from pipeline.judging import deciding
from pipeline.judging.doubts import is_computed
from pipeline.judging.duplicates import Pair, Twins, came
from pipeline.judging.gate import Gate
from pipeline.judging.judge import judge
from pipeline.judging.values import fitting_form
from pipeline.records import FieldReading, Registration, Status
from pipeline.review import sample
from pipeline.review.known import Known
from pipeline.review.pictures import Pictures
from pipeline.review.queue import Counts, Filters, Listing, Place, Queue, Way, holds_all
from pipeline.store import Store
from pipeline.text import fold
from pipeline.treasury.tables import write_tables
from pipeline.web.shelf import Shelf
from pipeline.web.sources import Sources
from pipeline.web.till import Till

_log = logging.getLogger(__name__)
_EXPORT_AFTER_S = 3.0
"""The tables are written once decisions pause for so long."""
_LEAST_BETWEEN = 4
"""At least so many doubts lie between two fields that are shown without need."""
_UNSEEN = (Act.POSTPONE, Act.SHARE)
"""Acts for which nobody looks at a field."""
_ACCOUNTING = Accounting()
_GONE = "Cette fiche n'est plus là : revenez à la liste."
_READ_AGAIN = "Le modèle de cette fiche a changé : elle est lue à nouveau, revenez dans un instant."
_PRESENT_S = 120.0
"""Who asked for a fiche so recently is still working on it."""


class GoneError(PipelineError):
    """What was asked for is not (any more) in the store."""


class Desk:
    """One for a server; its methods may be called from any thread."""

    def __init__(
        self,
        store: Store,
        forms: Mapping[str, Form],
        pictures: Pictures,
        out: Path,
        gate: Gate,
        *,
        share: float = 0.0,
        accounting: Accounting = _ACCOUNTING,
    ) -> None:
        """``gate`` decides about readings that only a finding held back which is resolved;
        ``share`` (0..1) of the accepted fields are shown, too, to measure what is accepted."""
        self.store, self.forms, self.pictures, self.gate = store, forms, pictures, gate
        self.out = out
        self.sources: Sources | None = None
        self.shelf: Shelf | None = None
        self.till = Till(store, self.fiches, self._export_soon, forms, accounting)
        self._lock = threading.RLock()
        self._exporting = threading.Lock()
        self._present: dict[str, dict[str, float]] = {}
        self._timer: threading.Timer | None = None
        self._waiting: tuple[Refused, ...] | None = None
        self._newest = store.newest()
        self._filed = {filed.subject: filed for filed in store.filed()}
        self._twins = Twins(self._filed.values())
        self._queue = Queue.of(map(self._twins.marked, self._filed.values()), forms.values())
        self._known = Known()
        for filed in self._filed.values():
            self._known.refresh(filed.subject, filed)
        self._checking: set[sample.Shown] = set()
        self._decided: set[sample.Shown] = set()
        self._steps = 0
        self._share, self._seed = share, str(out)
        decided = store.decided()
        checked = {(d.subject, d.decision.field) for d in decided if d.decision.act is Act.CHECK}
        drawn = sample.sampled(self._filed.values(), share=share, seed=self._seed)
        if decided:  # a server that was killed may not have written what was decided last
            self._export_soon()
        self._to_check = sorted(drawn - checked)

    def judged(self, registration: Registration) -> Registration:
        """What follows from what a registration holds."""
        return judge(registration, own_form(registration, self.forms), self.gate)

    def file(self, subject: str) -> tuple[Filed, Form]:
        """A registration as this server last saw it. Raises GoneError.

        Whoever decides on one that another process has changed since gets a ConflictError.
        """
        with self._lock:
            filed, form = self._alone(subject)
            return self._twins.marked(filed), form

    def _alone(self, subject: str) -> tuple[Filed, Form]:
        """A registration without what others say of it, which is not kept. Raises GoneError."""
        filed = self._filed.get(subject)
        form = fitting_form(filed.registration, self.forms) if filed else None
        if filed is None or form is None:
            is_read = filed is not None and filed.registration.form_id in self.forms
            raise GoneError(_READ_AGAIN if is_read else _GONE)
        return filed, form

    def alone(self, subject: str) -> Filed:
        """A registration without what others say of it. Raises GoneError."""
        with self._lock:
            return self._alone(subject)[0]

    def known(self, subject: str) -> Filed | None:
        """A registration as it was last seen, though it may count no more."""
        with self._lock:
            return self._filed.get(subject)

    def pair(self, subject: str) -> Pair | None:
        """The pair that a registration is in, and nobody has decided about."""
        with self._lock:
            return self._twins.of(subject)

    def fiches(self) -> Fiches:
        """The registrations as this server last saw them."""
        with self._lock:
            every = tuple(self._twins.marked(filed) for filed in self._filed.values())
            return Fiches(every, self._twins.held())

    def counting(self) -> list[Filed]:
        """The registrations that count, the last that came first."""
        with self._lock:
            counting = [filed for filed in self._filed.values() if filed.end is None]
        return sorted(counting, key=came, reverse=True)

    def ended(self) -> list[Filed]:
        """The registrations that count no more, the last first."""
        with self._lock:
            gone = [(f.end.at, f) for f in self._filed.values() if f.end]
        return [filed for _, filed in sorted(gone, key=lambda pair: pair[0], reverse=True)]

    def next(self, after: Place | None, *, way: Way, filters: Filters) -> Place | None:
        with self._lock:
            return self._queue.next(after, way=way, filters=filters)

    def counts(self) -> Counts:
        with self._lock:
            return self._queue.counts()

    def listing(self, filters: Filters, *, start: int, most: int) -> Listing:
        with self._lock:
            return self._queue.listing(filters, start=start, most=most)

    def act(
        self,
        subject: str,
        decisions: tuple[Decision, ...],
        *,
        seen: int,
        who: str,
        beside: Sequence[Change] = (),
    ) -> Filed:
        """Keep what one stroke decides about a registration, and what it comes to by that.

        ``beside``: what it decides, or nothing, about others that must be as they were seen.

        Raises ConflictError where somebody decided since ``seen``, ValueError for a value that
        cannot be, GoneError.
        """
        with self._lock:
            filed, form = self._alone(subject)
        after = filed.registration
        for decision in decisions:
            after = deciding.apply(after, form, decision, gate=self.gate)
        try:
            # What is kept follows from what this server knows: no newer version may be claimed.
            held = after if decisions else None
            changes = [Change(subject, min(seen, filed.version), decisions, held), *beside]
            self.store.decide(changes, who=who)
        finally:
            refreshed = self._refresh([change.subject for change in changes])
        with self._lock:  # none of them is shown again while this server runs
            self._decided |= {(subject, d.field) for d in decisions if d.act not in _UNSEEN}
            self._checking -= self._decided
        return refreshed[0]

    def check(self) -> sample.Shown | None:
        """Now and then, a field that needs no look, to be shown in the place of a doubt."""
        if not self._share:
            return None
        with self._lock:
            self._steps += 1
            every = max(_LEAST_BETWEEN, self._queue.counts().doubts // (len(self._to_check) + 1))
            shown = None
            if self._to_check and self._steps % every == 0:
                shown = self._to_check.pop()
                if shown in self._decided:
                    return None
            else:
                shown = sample.known(
                    lambda: list(self._filed.values()),
                    shown=self._steps,
                    seed=self._seed,
                    besides=self._checking | self._decided,
                )
            if shown is not None:
                self._checking.add(shown)
            return shown

    def is_check(self, shown: sample.Shown) -> bool:
        with self._lock:
            return shown in self._checking

    def checks(self, subject: str) -> frozenset[str]:
        """The fields of a registration that are shown without need."""
        with self._lock:
            return frozenset(name for checked, name in self._checking if checked == subject)

    def proposed(self, subject: str, reading: FieldReading) -> str:
        """What people decided elsewhere and a doubtful field may hold, too; "" for nothing."""
        with self._lock:
            return self._known.proposed(subject, reading)

    def undo(self, who: str) -> tuple[int, tuple[str, ...]]:
        """Take the last stroke of a reviewer back: its batch, and the subjects it was about."""
        batch, subjects = self.store.undo(who=who)
        self._refresh(subjects)
        return batch, subjects

    def confirm_all(self, kind: str, least: float, who: str) -> int:
        """Confirm all doubtful fields of a type read that surely, at one stroke; how many.

        Fields that a finding speaks of are left for a person to see.
        """
        changes, count = [], 0
        for filed in self._standing():
            form, registration = fitting_form(filed.registration, self.forms), filed.registration
            if form is None:
                continue
            asking = [finding for finding in registration.findings if finding.asks]
            doubted = {field for finding in asking for field in finding.fields}
            decisions = []
            for reading in filed.registration.readings:
                sure = reading.type == kind and reading.confidence >= least
                free = {reading.field, reading.field.split(".")[0]}.isdisjoint(doubted)
                asked = reading.status is Status.REVIEW and not is_computed(reading, form)
                if sure and free and asked:
                    decisions.append(Decision(Act.CONFIRM, reading.field, reading.text))
                    registration = deciding.apply(registration, form, decisions[-1], gate=self.gate)
            if decisions:
                change = Change(filed.subject, filed.version, tuple(decisions), registration)
                changes.append(change)
                count += len(decisions)
        if changes:
            try:
                self.store.decide(changes, who=who)
            finally:
                self._refresh([change.subject for change in changes])
        return count

    def _standing(self) -> list[Filed]:
        """The registrations in the tables, of forms that are known."""
        with self._lock:
            counting = [filed for filed in self._filed.values() if filed.end is None]
        return [filed for filed in counting if fitting_form(filed.registration, self.forms)]

    def refused(self, sought: str = "") -> tuple[Refused, ...]:
        """Every rejection whose document, sender or reason holds the words that are sought."""
        with self._lock:
            if self._waiting is None:
                self._waiting = self.store.refused()
            waiting = self._waiting
        if not sought:
            return waiting
        return tuple(refusal for refusal in waiting if holds_all(_words(refusal), sought))

    def pairs(self) -> tuple[Pair, ...]:
        """Fiches that seem to be the same one twice, and were not judged yet."""
        known = {filed.subject for filed in self._standing()}
        with self._lock:
            return tuple(pair for pair in self._twins.pairs() if pair.first in known)

    def catch_up(self) -> None:
        """See what a run has read since."""
        if self.store.newest() != self._newest:
            self.reload()

    def reload(self) -> None:
        """See what changed in the store beside single registrations."""
        newest, filed = self.store.newest(), {fiche.subject: fiche for fiche in self.store.filed()}
        with self._lock:
            for subject in filed.keys() & self._filed.keys():  # what was decided since it was asked
                filed[subject] = max(filed[subject], self._filed[subject], key=lambda f: f.version)
            self._twins = Twins(filed.values())
            self._queue = Queue.of(map(self._twins.marked, filed.values()), self.forms.values())
            self._known = Known()
            for fiche in filed.values():
                self._known.refresh(fiche.subject, fiche)
            self._newest, self._filed, self._waiting = newest, filed, None
        self._export_soon()

    def here(self, subject: str, who: str) -> str:
        """Note that somebody works on a fiche; who else does."""
        now = time.monotonic()
        with self._lock:
            for there in self._present.values():
                there.pop(who, None)
            self._present.setdefault(subject, {})[who] = now
        return self.others(subject, who)

    def others(self, subject: str, who: str) -> str:
        """Who else works on a fiche: names, or nothing."""
        recent = time.monotonic() - _PRESENT_S
        with self._lock:
            there = self._present.get(subject, {})
            return ", ".join(sorted(n for n, at in there.items() if n != who and at > recent))

    def counted(self) -> list[tuple[Filed, int]]:
        """The registrations that count now, with how many people stand on each and nowhere else;
        one of a pair is in review."""
        with self._lock:
            held = self._twins.held()
            return [
                (
                    self._twins.marked(filed),
                    sum(r.text not in added for r in filed.registration.named),
                )
                for filed in self._standing()
                if filed.subject not in held
                for added in [self._twins.added(filed)]
            ]

    def write_tables(self) -> None:
        """Write the tables, if any decision is not in them yet."""
        with self._lock:
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
            self._export()

    def close(self) -> None:
        """Write the tables, as they then stay."""
        self.write_tables()
        with self._exporting:  # one that has begun ends
            pass

    def _refresh(self, subjects: Iterable[str]) -> list[Filed]:
        refreshed = []
        for subject in subjects:
            filed = self.store.file_of(subject)
            with self._lock:
                known = self._filed.get(subject)
                if filed is None:  # a rejected document's, or one whose making was undone
                    self._waiting = None
                    self._filed.pop(subject, None)
                    self._queue.remove(subject)
                elif known is None or filed.version >= known.version:
                    self._filed[subject] = filed
                self._known.refresh(subject, self._filed.get(subject))
                for touched in self._twins.refresh(subject, self._filed.get(subject)):
                    if touched in self._filed:
                        self._queue.refresh(self._twins.marked(self._filed[touched]))
                if filed is not None:
                    refreshed.append(filed)
        self._export_soon()
        return refreshed

    def _export_soon(self) -> None:
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = threading.Timer(_EXPORT_AFTER_S, self._export)
            self._timer.daemon = True
            self._timer.start()

    def _export(self) -> None:
        with self._lock:
            self._timer = None
        with self._exporting:
            try:
                forms = [*self.forms.values()]
                write_tables(self.store, self.out, forms, self.till.accounting)
            except PipelineError as err:  # decisions are kept: the next writing has them
                _log.error("%s", err)


def _words(refusal: Refused) -> str:
    """What a search of a rejection looks at."""
    sender = refusal.mail.sender if refusal.mail else ""
    texts = (refusal.document, sender, refusal.rejection.message, refusal.set_aside)
    return fold("\n".join(texts))
