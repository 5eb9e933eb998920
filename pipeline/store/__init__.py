"""The store: what was received, what became of it. The only room that talks to the database."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import URL, Connection, Engine, delete, func, insert, select, true, union

from pipeline import fields
from pipeline.decisions import Change, Decided, Decision, Fiches, Filed, Refused
from pipeline.fields import Means
from pipeline.ledger import Batch, Booking, Ledger, Statement, Taking
from pipeline.records import Correction, Outcome, Received, Registration
from pipeline.snapshot import Snapshot
from pipeline.store import (
    booking,
    from_rejected,
    noting,
    paying,
    replaying,
    reviewing,
    rows,
    snapshots,
    tables,
)
from pipeline.store.current import Scope, filed
from pipeline.store.opening import open_engine, parse_url, reading, saying_where, writing
from pipeline.store.replaying import decided_upon

PASSING = frozenset({"stalled", "bug", "unavailable"})
"""Kinds of rejection that are no property of the document: the next run tries again."""
COSTLY = frozenset({"time-limit", "memory-limit", "crash"})
"""Kinds that would cost as much each time: tried again where a person asks for it."""


class Store:
    """A store, open for one run; several runs may write to the same one at once.

    Each method that writes is one transaction: killed at any moment, the store holds all of it or
    nothing. Every method raises StoreError where the database fails.
    """

    def __init__(self, engine: Engine, url: URL) -> None:
        self._engine = engine
        self._url = url

    @classmethod
    def open(cls, url: str) -> Self:
        """Open ``sqlite:///FILE`` or ``postgresql://...``, and make or migrate its tables.

        Raises StoreError where the address is wrong, the database cannot be reached, psycopg is
        missing, or a newer version of this program wrote the store.
        """
        parsed = parse_url(url)
        return cls(open_engine(parsed), parsed)

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        err: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that a SQLite store lies in, there or not; a server keeps its own."""
        if self._url.get_backend_name() != "sqlite":
            return ()
        return tuple(Path(f"{self._url.database}{tail}") for tail in ("", "-wal", "-shm"))

    def known(self, opener: str = "") -> dict[str, Received]:
        """Every receipt, by its name in the inbox.

        ``opener`` is the fingerprint of what opens mails and files: a receipt of which another
        refused something is not among them, for this one may not.
        """
        with self._reading() as connection:
            return rows.receipts(connection, opener=opener)

    def record_received(self, received: Received, *, opener: str = "") -> None:
        """Keep a receipt, as ``opener`` made it; it replaces an earlier one of the same name.

        What the earlier one brought stays, marked, where it gave a registration: a scanner that
        names every scan alike, or a second version of a mail's piece, must lose nobody.
        """
        rejections = rows.of_receipt_rejections(received)
        with self._writing() as connection:
            sources = rows.of_sources(received) + rows.superseded(connection, received)
            connection.execute(
                delete(tables.receipts).where(tables.receipts.c.name == received.name)
            )
            connection.execute(
                insert(tables.receipts), rows.of_receipt(received) | {"opener": opener}
            )
            if sources:
                connection.execute(insert(tables.sources), sources)
            if rejections:
                connection.execute(insert(tables.receipt_rejections), rejections)

    def unjudged(self, judge: str, among: Collection[str]) -> list[Outcome]:
        """Those ``among`` documents, by sha256, that ``judge`` has not judged, as they were read.

        ``judge`` is the fingerprint of all that judging depends on. Not those about which a person
        has decided.
        """
        with self._reading() as connection:
            return replaying.unjudged(connection, judge, among)

    def record_judged(self, judged: Sequence[Outcome], *, judge: str) -> None:
        """Keep what ``judge`` made of documents that were read before."""
        with self._writing() as connection:
            replaying.keep(connection, judged, judge=judge)

    def done(self, reader: str, *, again: bool = False) -> frozenset[str]:
        """The sha256 of every document that ``reader`` need not read (again).

        ``reader`` is the fingerprint of all that readings depend on. Done is what its own last
        outcome says, unless that was a passing trouble (or, for ``again``, a costly one), and what
        a person has decided about.
        """
        outcomes, rejections = tables.outcomes, tables.rejections
        troubles = PASSING | COSTLY if again else PASSING
        in_trouble = select(rejections.c.outcome).where(rejections.c.kind.in_(troubles))
        read = select(outcomes.c.sha256).where(
            outcomes.c.id.in_(Scope().latest()),
            outcomes.c.reader == reader,
            outcomes.c.id.not_in(in_trouble),
        )
        with self._reading() as connection:
            return frozenset(connection.scalars(read.union(*decided_upon())))

    def record_outcome(self, outcome: Outcome, *, reader: str, judge: str = "") -> None:
        """Append what ``reader`` and ``judge`` made of a document, in place of earlier outcomes.

        It is exported under the names its bytes were received under: see ``record_received``. What
        a person has decided about since the reading began is left as it is.
        """
        decided = union(*decided_upon()).subquery()
        same = select(decided.c.sha256).where(decided.c.sha256 == outcome.source.sha256)
        with self._writing() as connection:
            if connection.execute(same).first():
                return
            replaying.append(connection, [(outcome, reader)], judge=judge)

    def snapshot(self, *, thumbnails: int = 60) -> Snapshot:
        """All there is to export; the first registrations in review carry ``thumbnails``."""
        with self._reading() as connection:
            return snapshots.snapshot(connection, thumbnails=thumbnails)

    def corrections(self) -> list[Correction]:
        """What people corrected, to learn from: the last word on each field."""
        with self._reading() as connection:
            return snapshots.corrections(connection)

    def confirmed(self) -> tuple[tuple[str, str], ...]:
        """The people, services and addresses that a person read: each type and text, once."""
        means = Means.PERSON, Means.ORGANISATION, Means.EMAIL
        with self._reading() as connection:
            return snapshots.confirmed(connection, fields.meaning(*means))

    def reviewed(self) -> tuple[tuple[Registration, Mapping[str, str]], ...]:
        """The machine's own reading of each registration that a person read fields of, and these
        fields' decided texts; of what people typed, placed or confirmed in bulk, nothing."""
        with self._reading() as connection:
            return snapshots.reviewed(connection)

    def filed(self) -> tuple[Filed, ...]:
        """Every registration as it now stands, also those that were dropped."""
        with self._reading() as connection:
            return filed(connection, Scope())

    def newest(self) -> tuple[int, int]:
        """Changes whenever a run has read or refused something more; cheap to ask."""
        refused = select(func.count()).select_from(tables.receipt_rejections)
        with self._reading() as connection:
            read = connection.scalar(select(func.max(tables.outcomes.c.id)))
            return read or 0, connection.scalar(refused) or 0

    def moved(self) -> tuple[int, int, int]:
        """Changes whenever a movement or taking came, or was decided about; cheap to ask."""
        with self._reading() as connection:
            return paying.newest(connection)

    def file_of(self, subject: str) -> Filed | None:
        """One registration as it now stands; None where there is none (any more)."""
        with self._reading() as connection:
            return reviewing.one_filed(connection, subject)

    def refused(self) -> tuple[Refused, ...]:
        """Every rejection of which nothing was made, also those that were set aside."""
        with self._reading() as connection:
            return reviewing.all_refused(connection)

    def refusal_of(self, subject: str) -> Refused | None:
        """One rejection; None where there is none (any more)."""
        with self._reading() as connection:
            return reviewing.one_refused(connection, subject)

    def decide(self, changes: Sequence[Change], *, who: str) -> int:
        """Keep what ``who`` decided at one stroke; the batch's number, 0 for nothing.

        Raises ConflictError, and keeps nothing, where anybody has decided about one of the subjects
        since it was seen, or where it is no more.
        """
        with self._writing(durable=True) as connection:
            return reviewing.decide(connection, changes, who=who)

    def undo(self, *, who: str) -> tuple[int, tuple[str, ...]]:
        """Undo the last batch of ``who`` that is not undone: it and its subjects; (0, ()) if none.

        Raises ConflictError where somebody else has since decided about one of the subjects.
        """
        with self._writing(durable=True) as connection:
            return reviewing.undo(connection, who=who)

    def key_in(self, subject: str, registration: Registration, *, who: str, seen: int) -> str:
        """Keep the registration typed from a rejection, which is none any more: its subject.

        Raises ConflictError as ``decide`` does.
        """
        with self._writing(durable=True) as connection:
            return from_rejected.key_in(connection, subject, registration, who=who, seen=seen)

    def replace_outcome(
        self,
        subject: str,
        outcome: Outcome,
        *,
        judge: from_rejected.Judge,
        who: str,
        seen: int,
        reader: str,
    ) -> None:
        """Keep what a document gave, read again with a form placed by hand on one of its pages.

        ``subject`` is the rejection of that page. The document's other subjects keep their names;
        registrations about which people decided stay, get the fields they lack, and are judged anew
        by ``judge``. Raises ConflictError as ``decide`` does.
        """
        with self._writing(durable=True) as connection:
            from_rejected.place(
                connection, subject, outcome, judge=judge, who=who, seen=seen, reader=reader
            )

    def fiches(self) -> Fiches:
        """Every registration as it now stands, in the order of the tables."""
        with self._reading() as connection:
            return snapshots.fiches_of(connection)

    def ledger(self) -> Ledger:
        """All money that came, and what was decided about it."""
        with self._reading() as connection:
            return paying.ledger(connection)

    def record_statement(self, statement: Statement, *, fresh: noting.Fresh) -> int | None:
        """Keep what a bank's file says, and those of its movements that no file has brought before,
        as ``fresh`` tells them: how many; None where it is kept already."""
        with self._writing(durable=True) as connection:
            return noting.record(connection, statement, fresh=fresh)

    def take(self, taking: Taking, pays: Sequence[Decision], *, who: str) -> str:
        """Note a cheque or cash, and what it pays, as ``who`` does: its subject."""
        with self._writing(durable=True) as connection:
            return noting.take(connection, taking, pays, who=who)

    def send(self, seen: Filed, letter: noting.Drafter, *, who: str) -> None:
        """Let ``letter`` draft a letter about a registration as it was ``seen``, and keep that.

        Nobody else writes meanwhile, so that no letter is drafted twice, and no number of a receipt
        given twice. Raises ConflictError, before anything is drafted, as ``decide`` does.
        """
        with self._writing(durable=True) as connection:
            noting.send(connection, seen, letter, who=who)

    def deposit(self, seen: Mapping[str, int], *, day: date, who: str) -> int:
        """Hand these takings in to the bank together, each as it was ``seen``: the number of their
        slip. Raises ConflictError as ``decide`` does."""
        with self._writing(durable=True) as connection:
            return noting.deposit(connection, seen, day=day, who=who)

    def decide_surely(self, judge: noting.Judge) -> int:
        """Keep what ``judge`` is sure of, of all money as it now stands: how many payments."""
        with self._writing(durable=True) as connection:
            return noting.decide_surely(connection, judge)

    def bookings(self) -> tuple[Booking, ...]:
        """All that is in the books, in the order in which it was booked."""
        with self._reading() as connection:
            return booking.bookings(connection)

    def batch(self, number: int) -> Batch | None:
        """What was booked at one stroke; None where there is none of that number."""
        with self._reading() as connection:
            return booking.batch(connection, number)

    def batches(self) -> tuple[int, ...]:
        """The numbers of all that was booked."""
        with self._reading() as connection:
            return booking.numbers(connection)

    def book(self, bookkeeper: booking.Bookkeeper, *, who: str) -> Batch | None:
        """Write into the books what ``bookkeeper`` says is due: the batch; None for nothing."""
        with self._writing(durable=True) as connection:
            return booking.book(connection, bookkeeper, who=who)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else writes to the store meanwhile; nor may who asks for it."""
        with self._writing():
            yield

    def history(self, subject: str) -> tuple[Decided, ...]:
        """What was decided about a subject, oldest first, also what was undone."""
        with self._reading() as connection:
            return reviewing.history(connection, tables.decisions.c.subject == subject)

    def decided(self) -> tuple[Decided, ...]:
        """All that was ever decided, oldest first, also what was undone."""
        with self._reading() as connection:
            return reviewing.history(connection, true())

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with saying_where(self._url), reading(self._engine) as connection:
            yield connection

    @contextmanager
    def _writing(self, *, durable: bool = False) -> Iterator[Connection]:
        with saying_where(self._url), writing(self._engine, durable=durable) as connection:
            yield connection
