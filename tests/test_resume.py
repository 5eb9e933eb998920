"""A run killed at any moment goes on where it was: nothing twice, nothing lost."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fake_work import READER, write_document

from pipeline.config import Settings
from pipeline.runner import run

COMMAND = """
import sys
sys.path[:0] = {path!r}
from pathlib import Path
from fake_work import READER
from pipeline.config import Settings
from pipeline.runner import run
run(Path("inbox"), Path("out"), Settings(), jobs=2, reader=READER)
"""


@pytest.mark.parametrize("seed", range(5))
def test_a_run_killed_again_and_again_ends_like_an_undisturbed_one(
    tmp_path: Path, seed: int
) -> None:
    for n in range(30):
        text = "bad" if n % 10 == 4 else f"slow 0.02 Maison {n % 25}"  # some bytes come twice
        write_document(tmp_path / "inbox" / f"{n:02}.pdf", text)
    run(tmp_path / "inbox", tmp_path / "undisturbed", Settings(), reader=READER)

    moment = random.Random(seed)
    command = [sys.executable, "-c", COMMAND.format(path=sys.path)]
    for _ in range(4):
        started = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL)
        time.sleep(moment.uniform(0.1, 1.2))
        started.send_signal(signal.SIGKILL)
        started.wait()
    summary = run(tmp_path / "inbox", tmp_path / "out", Settings(), jobs=2, reader=READER)

    assert summary.received == 30 - 5 - 1  # the doubles, and the bad ones are all the same bytes
    for expected in (tmp_path / "undisturbed").glob("*.*"):
        if expected.suffix in {".csv", ".html"}:
            assert (tmp_path / "out" / expected.name).read_bytes() == expected.read_bytes()
