"""Opening a database: SQLite or PostgreSQL, with the schema this version needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError, SQLAlchemyError

from pipeline.errors import StoreError
from pipeline.language import tr, why
from pipeline.paths import close_to_others
from pipeline.store.tables import SCHEMA

VERSION_TABLE = "fiches_schema"
_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_S = 60.0
# Any number will do, as long as every process that writes to this store names the same one.
_WRITERS = 0x66696368


def parse_url(url: str) -> URL:
    """The database that ``url`` names: ``sqlite:///FILE`` or ``postgresql://...``.

    Raises StoreError for any other.
    """
    scheme, separator, rest = url.partition("://")
    if separator and scheme == "sqlite" and len(rest) > 1 and rest.startswith("/"):
        # Not parsed further: a file's name may hold "?" and "%".
        return URL.create("sqlite", database=rest[1:])
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = None
    if parsed is None or scheme.partition("+")[0] not in {"postgres", "postgresql"}:
        raise StoreError(
            tr(
                "--store: not the address of a database that can be used. Write "
                "sqlite:///FOLDER/FILE or postgresql://USER:PASSWORD@HOST/DATABASE."
            )
        )
    return parsed.set(drivername="postgresql+psycopg")


def open_engine(url: URL) -> Engine:
    """An engine on a database whose schema is up to date. Raises StoreError."""
    if url.get_backend_name() == "sqlite":
        engine = _sqlite(url)
    else:
        try:
            engine = create_engine(url)
        except ModuleNotFoundError as err:
            raise StoreError(
                tr("{url}: PostgreSQL needs psycopg. Type: pip install 'fiches[postgres]'", url=url)
            ) from err
    with saying_where(url):
        _migrate(engine, url)
    return engine


@contextmanager
def writing(engine: Engine, *, durable: bool = False) -> Iterator[Connection]:
    """One transaction that writes; it waits until no other process does.

    Once it ended, nothing but a power cut can undo it; a ``durable`` one outlives that, too.
    """
    options = {"fiches_writes": True, "fiches_durable": durable}
    with engine.execution_options(**options).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITERS})
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that reads, and sees the store as it is at one moment."""
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


@contextmanager
def saying_where(url: URL) -> Iterator[None]:
    """Turns what the database says into a StoreError with what, where and what to do."""
    try:
        yield
    except SQLAlchemyError as err:
        # The first line only: what follows may quote the values of the statement.
        message = str(getattr(err, "orig", None) or err).strip().partition("\n")[0]
        raise StoreError(
            tr("{url}: {said}. {advice}", url=url, said=message, advice=_advice(err, message))
        ) from err


def _advice(err: SQLAlchemyError, message: str) -> str:
    if "locked" in message:
        return tr("Another run is writing to it: wait for its end and run again.")
    if "full" in message:
        return tr("Free some space and run again: what was read is kept.")
    if "not a database" in message or "malformed" in message:
        return tr("Move the file away, or name another with --store, and run again.")
    if isinstance(err, OperationalError):
        return tr("Check that it can be reached and written to, and run again.")
    if isinstance(err, DatabaseError):
        return tr("Check that it is a store of this program, or name another with --store.")
    return tr("Name another with --store.")


def _sqlite(url: URL) -> Engine:
    folder = Path(url.database or "").parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise StoreError(
            tr(
                "{folder}: the folder of the store cannot be made ({why}). Name another with "
                "--store.",
                folder=folder,
                why=why(err),
            )
        ) from err
    # SQLite makes the files beside it as open as it is itself.
    close_to_others(*(Path(f"{url.database}{beside}") for beside in ("", "-wal", "-shm")))
    engine = create_engine(url, connect_args={"timeout": _BUSY_S})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        # Transactions are begun below, not by the driver, which would leave DDL outside of them.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # Who begins by reading and writes later fails at once where another writes: no waiting.
        options = connection.get_execution_options()
        writes, durable = options.get("fiches_writes"), options.get("fiches_durable")
        if writes:  # what can be read again need not wait for the disk
            connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _migrate(engine: Engine, url: URL) -> None:
    with reading(engine) as connection:
        if _version(connection) == SCHEMA:
            return
    # Only now: Alembic takes a tenth of a second to load.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config(
        attributes={"version_table": VERSION_TABLE},
    )
    # "%" would be an interpolation.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as err:
            raise StoreError(
                tr(
                    "{url}: its schema is {schema!r}, which this version does not know: a newer "
                    "version wrote it. Upgrade fiches, or name another store with --store.",
                    url=url,
                    schema=_version(connection),
                )
            ) from err


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608
