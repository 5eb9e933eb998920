import os
from collections.abc import Iterator
from pathlib import Path

import postgres_server
import pytest


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a real PostgreSQL; CI may not do without."""
    programs = postgres_server.binaries()
    if programs is None:
        missing = "PostgreSQL is not installed: apt-get install postgresql"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    with postgres_server.server(programs) as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a store that does not exist yet, on each database in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'fiches.sqlite'}"
    return postgres_server.new_database(request.getfixturevalue("postgres"))
