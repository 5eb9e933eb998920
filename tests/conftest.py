import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import dovecot_server
import postgres_server
import pytest
from desks import Inbox
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

# A machine that stalls for a moment is no fault of what is tested.
settings.register_profile("fiches", deadline=None)
settings.load_profile("fiches")
os.environ["LANGUAGE"] = "C"  # tests read English, whatever the developer's language


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a real PostgreSQL; CI may not do without."""
    programs = postgres_server.binaries()
    if programs is None:
        missing = "PostgreSQL is not installed: apt-get install postgresql"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    with postgres_server.server(programs) as address:
        yield address


@pytest.fixture(scope="session")
def dovecot() -> Iterator[dovecot_server.Server]:
    """A real mail server; CI may not do without."""
    program = which("dovecot", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
    if program is None:
        missing = "Dovecot is not installed: apt-get install dovecot-imapd"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    with dovecot_server.server(program) as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a store that does not exist yet, on each database in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'fiches.sqlite'}"
    return postgres_server.new_database(request.getfixturevalue("postgres"))


@pytest.fixture(scope="session")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real Dask cluster: a scheduler and two worker processes on loopback."""
    folder = tmp_path_factory.mktemp("cluster")
    contact = folder / "scheduler.json"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    common = ["--no-dashboard", "--host", "127.0.0.1", "--scheduler-file", str(contact)]
    dask = [sys.executable, "-m", "dask"]
    with (folder / "log").open("w") as log:
        started = [
            subprocess.Popen(
                command,
                env=environment,
                cwd=folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            for command in (
                [*dask, "scheduler", "--port", "0", *common],
                [*dask, "worker", "--nworkers", "2", "--nthreads", "1", *common],
            )
        ]
        try:
            deadline = time.monotonic() + 30
            while not contact.exists() or not contact.stat().st_size:
                assert time.monotonic() < deadline, (folder / "log").read_text()
                time.sleep(0.05)
            yield json.loads(contact.read_text())["address"]
        finally:
            # A farewell takes them half a minute, and nobody is left to hear it.
            for process in started:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real browser; CI may not do without."""
    program = which("chromium") or which("chromium-browser") or which("google-chrome")
    if program is None:
        missing = "Chromium is not installed: apt-get install chromium"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def libreoffice() -> str:
    """A real spreadsheet; CI may not do without."""
    program = which("soffice")
    if program is None:
        missing = "LibreOffice is not installed: apt-get install libreoffice-calc-nogui"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    return program


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)
