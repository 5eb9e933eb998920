"""A PostgreSQL of our own for the tests: Debian's, on loopback, in a folder of its own."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

_BINARIES = Path("/usr/lib/postgresql")
_DATABASES = count(1)


def binaries() -> Path | None:
    """Where the newest PostgreSQL's programs are, if any is installed."""
    return max(_BINARIES.glob("*/bin"), key=lambda p: int(p.parent.name), default=None)


@contextmanager
def server(programs: Path) -> Iterator[str]:
    """A running server: the address of its first database."""
    with tempfile.TemporaryDirectory(prefix="fiches-pg-") as folder:
        data = Path(folder) / "data"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        options = f"-p {port} -h 127.0.0.1 -c unix_socket_directories= -c fsync=off"
        if _is_root():
            shutil.chown(folder, "postgres")
        # It sorts text as the French do, not by code points as SQLite does.
        french = ("-E", "UTF8", "--locale-provider=icu", "--icu-locale=fr")
        _run(programs / "initdb", "-D", data, "-U", "fiches", "-A", "trust", "-N", *french)
        start = ("-D", data, "-l", Path(folder) / "log", "-o", options, "-w", "start")
        _run(programs / "pg_ctl", *start)
        try:
            yield f"postgresql://fiches@127.0.0.1:{port}/postgres"
        finally:
            _run(programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def new_database(address: str) -> str:
    """The address of an empty database."""
    import psycopg

    name = f"store_{next(_DATABASES)}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
    return address.removesuffix("postgres") + name


def _run(*command: str | Path) -> None:
    # PostgreSQL refuses to be run by root.
    user = ("runuser", "-u", "postgres", "--") if _is_root() else ()
    subprocess.run(
        [*user, *map(str, command)], check=True, cwd="/", stdout=subprocess.DEVNULL, timeout=60
    )


def _is_root() -> bool:
    return os.geteuid() == 0
