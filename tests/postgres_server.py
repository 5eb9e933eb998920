"""A PostgreSQL of our own for the tests: Debian's, on loopback, in a folder of its own."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

_BINARIES = Path("/usr/lib/postgresql")
_DATABASES = count(1)
_START_S = 30.0


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
        # PostgreSQL refuses to be run by root; and it ends when the tests do, even when killed.
        user = ("--reuid=postgres", "--regid=postgres", "--init-groups")
        alone = ["setpriv", "--pdeathsig=INT", *(user if os.geteuid() == 0 else ())]
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        # It sorts text as the French do, not by code points as SQLite does.
        french = ("-E", "UTF8", "--locale-provider=icu", "--icu-locale=fr")
        initdb = [programs / "initdb", "-D", data, "-U", "fiches", "-A", "trust", "-N", *french]
        with (Path(folder) / "log").open("wb") as log:
            subprocess.run([*alone, *initdb], check=True, cwd="/", stdout=log, timeout=60)
            options = ("-p", str(port), "-h", "127.0.0.1", "-c", "unix_socket_directories=", "-F")
            process = subprocess.Popen(
                [*alone, programs / "postgres", "-D", data, *options], cwd="/", stderr=log
            )
        address = f"postgresql://fiches@127.0.0.1:{port}/postgres"
        try:
            _wait_for(address, process)
            yield address
        finally:
            process.send_signal(signal.SIGQUIT)  # at once, nothing there is to be kept
            process.wait(timeout=30)


def new_database(address: str) -> str:
    """The address of an empty database."""
    import psycopg

    name = f"store_{next(_DATABASES)}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
    return address.removesuffix("postgres") + name


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    import psycopg

    end = time.monotonic() + _START_S
    while True:
        try:
            psycopg.connect(address, connect_timeout=2).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return
