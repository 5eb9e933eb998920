"""Many documents, on any ``concurrent.futures.Executor``: threads here, or a Dask cluster.

A small ``Source`` goes out, a small ``Outcome`` comes back, images never travel. Wherever a
document is read, a guard reads it in a child process. Only this process writes to the store.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    CancelledError,
    Future,
    ThreadPoolExecutor,
    wait,
)
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

from pipeline import learned
from pipeline.config import Settings
from pipeline.errors import ConfigError, CrashError, ExportError, InputError
from pipeline.fingerprint import code_digest
from pipeline.guard import Guard, Work, read_guarded
from pipeline.language import tr, why
from pipeline.parts import Stretch, Tell, outcome_of
from pipeline.paths import FORMS, close_to_others
from pipeline.reader import (
    KNOWN,
    Reader,
    doubts,
    with_calibration,
    with_known,
    with_learned,
)
from pipeline.records import Origin, Outcome, Rejection, Source, Status
from pipeline.snapshot import Life, Snapshot

if TYPE_CHECKING:
    from pipeline.store import Store

_CLUSTER_WAIT_S = 30.0
_SPOOL = "received"
_OPENING = "pipeline.intake.unpack:unpack"
_OPENS = ("pipeline.intake.receive:discover", "pipeline.intake.unpack:unpack")
"""What is refused on receipt follows from the code of these."""
_OPENING_LIMIT_S = 20.0
"""A mail that takes longer to open is rejected: others wait for it."""

_KEPT_AT_ONCE = 100
"""So many documents judged again are kept at one stroke: they cost nothing to lose."""

_log = logging.getLogger(__name__)

_Task = Source | Outcome
"""A document to read, or one as it was read before, to judge again."""

Progress = Callable[[int, int], None]
"""Told how many documents of this run are done, and how many there are to do."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did, and how the inbox stands after it.

    ``read`` documents (``pages`` pages) were read by this run in ``seconds``, and ``judged`` ones,
    read before, were judged again. ``received`` documents, registrations ``accepted`` (or
    corrected) and to ``review``, and documents or pages ``rejected`` count all that the outputs
    hold; ``contradicted`` counts events that flyers announce otherwise than ``form.toml`` does. Of
    all the ``fields``, so many stand without a person: ``sure``.
    """

    received: int
    read: int
    judged: int
    accepted: int
    review: int
    rejected: int
    pages: int
    seconds: float
    contradicted: int = 0
    fields: int = 0
    sure: int = 0


def run(
    inbox: Path,
    out: Path,
    settings: Settings,
    *,
    jobs: int = 1,
    scheduler: str | None = None,
    store_url: str | None = None,
    reader: Reader | None = None,
    again: bool = False,
    progress: Progress = lambda _done, _total: None,
) -> Summary:
    """Read what is new in ``inbox`` and write the outputs into ``out``.

    What was read before is judged again, without opening it, where that may come out otherwise.
    ``jobs`` documents are read at a time; 0 reads them in this process, for debuggers, without
    limits. ``scheduler`` is the address of a Dask scheduler, whose workers must see the same files.
    ``again`` also reads what was refused for its time, its memory or a crash. Each outcome is
    stored as it comes, so a run that was stopped goes on where it was; on KeyboardInterrupt the
    outputs are written before it is passed on. Raises any PipelineError but DocumentError.
    """
    from pipeline.forms.schema import load_forms
    from pipeline.store import Store
    from pipeline.treasury.tables import write_tables

    start = time.monotonic()
    inbox, out = inbox.absolute(), out.absolute()
    if _is_same(out.resolve(), inbox.resolve()):
        raise InputError(tr("{out} is the inbox itself: name another folder with --out.", out=out))
    _make(out)
    settings = with_calibration(with_learned(settings, out), out)
    if reader is None:
        for doubt in doubts(settings):
            _log.warning("%s", doubt)
    pages, forms = 0, load_forms(FORMS, *settings.forms)
    with Store.open(store_url or f"sqlite:///{out / 'fiches.sqlite'}") as store:
        guarded = jobs > 0 or scheduler is not None
        sources = _receive(inbox, out, store, settings, guarded=guarded, again=again)
        settings = with_known(settings, out, store)
        reader = reader or Reader.of(settings)
        done = store.done(reader.fingerprint, again=again)
        unread = [source for sha256, source in sources.items() if sha256 not in done]
        anew = {source.sha256 for source in unread}
        unjudged = store.unjudged(reader.judge, sources.keys() - anew)
        try:
            if unread or unjudged:
                with _pool(reader, settings, jobs=jobs, scheduler=scheduler) as pool:
                    pages = _work_off(pool, unread, unjudged, store, reader, progress)
        except KeyboardInterrupt:
            write_tables(store, out, forms, settings.accounting)
            raise
        snapshot = write_tables(store, out, forms, settings.accounting)
    return _summary(
        snapshot,
        read=len(unread),
        judged=len(unjudged),
        pages=pages,
        seconds=time.monotonic() - start,
    )


def _summary(snapshot: Snapshot, *, read: int, judged: int, pages: int, seconds: float) -> Summary:
    lives = [row.life for row in snapshot.registrations]
    readings = [r for row in snapshot.registrations for r in row.registration.readings]
    return Summary(
        received=snapshot.documents,
        read=read,
        judged=judged,
        accepted=sum(life in (Life.VERIFIED, Life.PAID, Life.CONFIRMED) for life in lives),
        review=lives.count(Life.RECEIVED),
        rejected=len(snapshot.rejected),
        pages=pages,
        seconds=seconds,
        contradicted=sum(1 for event in snapshot.events if event.findings),
        fields=len(readings),
        sure=sum(r.status is Status.ACCEPTED and r.origin is not Origin.HUMAN for r in readings),
    )


def _is_same(first: Path, other: Path) -> bool:
    """Whether both are one folder, however the file system writes its name."""
    return first == other or (first.exists() and other.exists() and first.samefile(other))


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise ExportError(tr("{path}: cannot be written ({why}).", path=out, why=why(err))) from err
    make_private(out)


def make_private(out: Path) -> None:
    """Close to others what earlier versions wrote into a folder of outputs, but for what is written
    anew: the tables. The store closes its own file."""
    from pipeline.exporters import LOCK

    close_to_others(out / LOCK, out / _SPOOL, out / KNOWN, out / learned.FOLDER)


def _receive(
    inbox: Path, out: Path, store: "Store", settings: Settings, *, guarded: bool, again: bool
) -> dict[str, Source]:
    """What lies in the inbox, by sha256: the same bytes under two names are one document.

    What must be opened for that (mails, mostly) is opened by a ``guarded`` child, or here; what was
    refused for its cost, only if it has changed since, or ``again``.
    """
    from pipeline.intake.receive import discover, open_here
    from pipeline.store import COSTLY, PASSING

    retried = PASSING | COSTLY if again else PASSING
    opener_name = code_digest(*_OPENS)
    known = {
        name: receipt
        for name, receipt in store.known(opener_name).items()
        if all(rejection.kind not in retried for _, rejection in receipt.rejections)
    }
    sources: dict[str, Source] = {}
    outputs = (out, *store.files)
    limit_s = min(settings.time_limit_s, _OPENING_LIMIT_S)
    guard = Guard(_OPENING, settings.model_copy(update={"time_limit_s": limit_s}))
    opener = guard.ask if guarded else open_here
    try:
        receipts = discover(inbox, out / _SPOOL, known=known, outputs=outputs, opener=opener)
        for received in receipts:
            if known.get(received.name) != received:
                store.record_received(received, opener=opener_name)
            for source in received.sources:
                sources.setdefault(source.sha256, source)
    finally:
        guard.close()
    return sources


@dataclass(frozen=True, slots=True)
class _Pool:
    """Where documents are read and judged: at most ``window`` are submitted and not collected."""

    submit: Callable[[_Task], Future[Outcome]]
    window: int
    collect: Callable[[Future[Outcome], _Task], Outcome] = lambda future, _task: future.result()


def _work_off(
    pool: _Pool,
    unread: Sequence[Source],
    unjudged: Sequence[Outcome],
    store: "Store",
    reader: Reader,
    progress: Progress,
) -> int:
    """Read and judge, and keep each outcome as it comes: how many pages were read."""
    total, pages = len(unread) + len(unjudged), 0
    progress(0, total)
    for done, outcome in enumerate(_done(pool, unread), start=1):
        store.record_outcome(outcome, reader=reader.fingerprint, judge=reader.judge)
        pages += outcome.pages
        progress(done, total)
    # Many at a time: this process keeps some while children judge the next.
    judged = _done(replace(pool, window=max(pool.window, _KEPT_AT_ONCE)), unjudged)
    done, forms = len(unread), {earlier.source.sha256: len(earlier.read) for earlier in unjudged}
    while some := [*islice(judged, _KEPT_AT_ONCE)]:
        for outcome in some:
            if len(outcome.read) < forms[outcome.source.sha256]:
                warning = tr(
                    "{document}: cannot be judged again, stays as it was judged before.",
                    document=outcome.source.document,
                )
                _log.warning("%s", warning)
        store.record_judged(some, judge=reader.judge)
        done += len(some)
        progress(done, total)
    return pages


def _done(pool: _Pool, tasks: Sequence[_Task]) -> Iterator[Outcome]:
    """Every task's outcome, as it finishes."""
    waiting = iter(tasks)
    running: dict[Future[Outcome], _Task] = {}
    while True:
        for task in islice(waiting, pool.window - len(running)):
            running[pool.submit(task)] = task
        if not running:
            return
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            yield pool.collect(future, running.pop(future))


def _pool(
    reader: Reader, settings: Settings, *, jobs: int, scheduler: str | None
) -> AbstractContextManager[_Pool]:
    if scheduler is not None:
        return _cluster(reader, settings, scheduler)
    return _children(reader.work, settings, jobs) if jobs else _inline(reader.work, settings)


@contextmanager
def _inline(work: str, settings: Settings) -> Iterator[_Pool]:
    does: Work = resolve_name(work)

    def each(task: Stretch | Outcome, tell: Tell) -> None:
        for answer in does(task, settings):
            tell(answer)

    def submit(task: _Task) -> Future[Outcome]:
        future: Future[Outcome] = Future()
        try:
            future.set_result(outcome_of(task, each))
        except Exception as err:
            future.set_exception(err)
        return future

    yield _Pool(submit, window=1)


@contextmanager
def _children(work: str, settings: Settings, jobs: int) -> Iterator[_Pool]:
    guard = Guard(work, settings)
    executor = ThreadPoolExecutor(jobs)
    try:
        yield _Pool(lambda task: executor.submit(guard.read, task), window=2 * jobs)
    finally:
        guard.close()
        executor.shutdown(cancel_futures=True)


def _client(scheduler: str) -> Any:
    """A client of a Dask cluster. Raises ConfigError where there is none."""
    try:
        from distributed import Client
    except ImportError as err:
        raise ConfigError(
            tr("--scheduler needs Dask: type pip install 'fiches[cluster]'.")
        ) from err
    # What it logs of a lost connection ends here as an error of its own.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        return Client(scheduler, timeout=_CLUSTER_WAIT_S, set_as_default=False)
    except (OSError, ValueError) as err:
        raise ConfigError(
            tr("No Dask scheduler answers at {scheduler}: {said}.", scheduler=scheduler, said=err)
        ) from err


@contextmanager
def _cluster(reader: Reader, settings: Settings, scheduler: str) -> Iterator[_Pool]:
    client = _client(scheduler)
    from distributed import KilledWorker

    def collect(future: Future[Outcome], task: _Task) -> Outcome:
        try:
            return future.result()
        except KilledWorker:  # its guard keeps a worker alive; this one lost its whole machine
            message = "Le document a fait tomber plusieurs machines de lecture."
            source = task if isinstance(task, Source) else task.source
            return Outcome(source, rejections=(Rejection(CrashError.kind, message),))
        except (ImportError, RuntimeError) as err:  # it could not even unpack the task
            raise ConfigError(
                tr(
                    "The Dask cluster at {scheduler} cannot run fiches: install the same version "
                    "on its scheduler and on every worker ({said}).",
                    scheduler=scheduler,
                    said=str(err).splitlines()[0],
                )
            ) from err
        except CancelledError as err:
            raise ConfigError(
                tr(
                    "The Dask scheduler at {scheduler} is gone. What was read is kept: start the "
                    "cluster and run again.",
                    scheduler=scheduler,
                )
            ) from err

    with client:
        try:
            client.wait_for_workers(1, timeout=_CLUSTER_WAIT_S)
        except TimeoutError as err:
            raise ConfigError(
                tr("No worker has joined the Dask scheduler at {scheduler}.", scheduler=scheduler)
            ) from err
        # Not pure: the same document may be read anew after its file or the forms have changed.
        executor = client.get_executor(pure=False)
        guarded = partial(
            read_guarded, reader.work, settings, f"{reader.fingerprint} {reader.judge}"
        )
        try:
            yield _Pool(
                lambda task: executor.submit(guarded, task),
                window=2 * sum(client.nthreads().values()),
                collect=collect,
            )
        finally:
            executor.shutdown(wait=False)
