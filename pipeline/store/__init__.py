"""The store: what was received, what became of it. The only room that talks to the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import URL, Connection, Engine, delete, insert, select

from pipeline.records import Correction, Origin, Outcome, Received, Snapshot
from pipeline.store import rows, tables
from pipeline.store.opening import open_engine, parse_url, reading, saying_where, writing

PASSING = frozenset({"time-limit", "crash", "bug", "unavailable"})
"""Kinds of rejection that are no property of the document: the next run tries again."""


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

    def known(self) -> dict[str, Received]:
        """Every receipt, by its name in the inbox."""
        with self._reading() as connection:
            return rows.receipts(connection)

    def record_received(self, received: Received) -> None:
        """Keep a receipt; it replaces an earlier one of the same name.

        What the earlier one brought stays, marked, where it gave a registration: a scanner that
        names every scan alike, or a second version of a mail's piece, must lose nobody.
        """
        rejections = rows.of_receipt_rejections(received)
        with self._writing() as connection:
            sources = rows.of_sources(received) + rows.superseded(connection, received)
            connection.execute(
                delete(tables.receipts).where(tables.receipts.c.name == received.name)
            )
            connection.execute(insert(tables.receipts), rows.of_receipt(received))
            if sources:
                connection.execute(insert(tables.sources), sources)
            if rejections:
                connection.execute(insert(tables.receipt_rejections), rejections)

    def done(self, reader: str) -> frozenset[str]:
        """The sha256 of every document that ``reader`` need not read (again).

        ``reader`` is the fingerprint of all that readings depend on. Done is what its own last
        outcome says, unless that was a passing trouble, and what a person has corrected.
        """
        outcomes, rejections, readings = tables.outcomes, tables.rejections, tables.readings
        in_trouble = select(rejections.c.outcome).where(rejections.c.kind.in_(PASSING))
        read = select(outcomes.c.sha256).where(
            outcomes.c.id.in_(rows.latest()),
            outcomes.c.reader == reader,
            outcomes.c.id.not_in(in_trouble),
        )
        corrected = (
            select(outcomes.c.sha256)
            .join(readings, readings.c.outcome == outcomes.c.id)
            .where(readings.c.origin == Origin.HUMAN)
        )
        with self._reading() as connection:
            return frozenset(connection.scalars(read.union(corrected)))

    def record_outcome(self, outcome: Outcome, *, reader: str) -> None:
        """Append what ``reader`` made of a document; it is exported in place of earlier outcomes.

        It is exported under the names its bytes were received under: see ``record_received``.
        """
        with self._writing() as connection:
            key = connection.execute(
                insert(tables.outcomes).returning(tables.outcomes.c.id),
                rows.of_outcome(outcome, reader=reader),
            ).scalar_one()
            for table, values in rows.of_parts(outcome, key):
                if values:
                    connection.execute(insert(table), values)

    def snapshot(self, *, thumbnails: int = 60) -> Snapshot:
        """All there is to export; the first registrations in review carry ``thumbnails``."""
        with self._reading() as connection:
            return rows.snapshot(connection, thumbnails=thumbnails)

    def corrections(self) -> list[Correction]:
        """What people corrected, to learn from: the last word on each field."""
        with self._reading() as connection:
            return rows.corrections(connection)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with saying_where(self._url), reading(self._engine) as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with saying_where(self._url), writing(self._engine) as connection:
            yield connection
