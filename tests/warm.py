"""``fiches`` in a process of its own, while it serves.

Forked from one that has its modules, its start takes a third of the time, and many tests start one.
"""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.warmed"])
_END_S = 30


@contextmanager
def fresh(*arguments: str, folder: Path, environment: Mapping[str, str]) -> Iterator[IO[str]]:
    """As ``forked``, from nothing: for what the environment adds to the command."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline", *arguments],
        cwd=folder,
        env={**environment, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert process.stdout is not None
    try:
        yield process.stdout
    finally:
        process.terminate()
        process.wait(_END_S)


@contextmanager
def forked(*arguments: str, folder: Path, environment: Mapping[str, str]) -> Iterator[IO[str]]:
    """What the command says, on both streams, while it runs; in the end it is terminated."""
    with TemporaryDirectory(prefix="fiches-") as name:
        says = Path(name) / "says"
        os.mkfifo(says)
        given = (arguments, folder, dict(environment), says)
        process = _CONTEXT.Process(target=_run, args=given)
        process.start()
        with says.open(encoding="utf-8") as said:
            try:
                yield said
            finally:
                process.terminate()
                process.join(_END_S)
                assert process.exitcode is not None, "it does not end"


def _run(arguments: tuple[str, ...], folder: Path, environment: dict[str, str], says: Path) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    with says.open("w", encoding="utf-8", buffering=1) as stream:
        for number in (1, 2):
            os.dup2(stream.fileno(), number)
        sys.stdout = sys.stderr = stream
        from pipeline.cli import main

        sys.exit(main(arguments))
