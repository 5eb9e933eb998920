"""A run killed at any moment goes on where it was: nothing twice, nothing lost."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fake_work import READER, write_document

from pipeline.config import Settings
from pipeline.forms.schema import load_form
from pipeline.paths import FORMS
from pipeline.runner import run
from pipeline.simulate import simulate

COMMAND = """
import sys
sys.path[:0] = {path!r}
from pathlib import Path
from fake_work import READER
from pipeline.config import Settings
from pipeline.runner import run
run(Path("inbox"), Path("out"), Settings(), jobs=2, reader={reader})
"""


def kill_and_go_on(folder: Path, moments_s: list[float], *, reader: str) -> None:
    """Run the inbox of ``folder`` into its ``out``, killed at each of these moments."""
    command = [sys.executable, "-c", COMMAND.format(path=sys.path, reader=reader)]
    for moment_s in moments_s:
        started = subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL)
        time.sleep(moment_s)
        started.kill()
        started.wait()


def assert_same_outputs(out: Path, undisturbed: Path) -> None:
    expected = [path for path in undisturbed.iterdir() if path.suffix in {".csv", ".html", ".xlsx"}]
    assert len(expected) == 8
    for path in expected:
        assert (out / path.name).read_bytes() == path.read_bytes(), path.name


@pytest.mark.parametrize("seed", range(5))
def test_a_run_killed_again_and_again_ends_like_an_undisturbed_one(
    tmp_path: Path, seed: int
) -> None:
    for n in range(30):
        text = "bad" if n % 10 == 4 else f"slow 0.02 Maison {n % 25}"  # some bytes come twice
        write_document(tmp_path / "inbox" / f"{n:02}.pdf", text)
    run(tmp_path / "inbox", tmp_path / "undisturbed", Settings(), reader=READER)

    moment = random.Random(seed)
    kill_and_go_on(tmp_path, [moment.uniform(0.1, 1.2) for _ in range(4)], reader="READER")
    summary = run(tmp_path / "inbox", tmp_path / "out", Settings(), jobs=2, reader=READER)

    assert summary.received == 30 - 5 - 1  # the doubles, and the bad ones are all the same bytes
    assert_same_outputs(tmp_path / "out", tmp_path / "undisturbed")


def test_a_run_of_real_documents_killed_again_and_again_ends_like_an_undisturbed_one(
    tmp_path: Path,
) -> None:
    styles = ["typed", "hand", "photo", "digital"]
    simulate(load_form(FORMS / "mais-2018-02-02"), tmp_path / "inbox", n=4, seed=2, styles=styles)
    (tmp_path / "inbox" / "truth.json").unlink()
    start = time.monotonic()
    run(tmp_path / "inbox", tmp_path / "undisturbed", Settings(), jobs=2)
    whole_s = time.monotonic() - start

    moment = random.Random(7)
    moments_s = [moment.uniform(0.3, 1.0) * whole_s for _ in range(2)]
    kill_and_go_on(tmp_path, moments_s, reader="None")
    summary = run(tmp_path / "inbox", tmp_path / "out", Settings(), jobs=2)

    assert (summary.received, summary.accepted + summary.review) == (4, 4)
    assert_same_outputs(tmp_path / "out", tmp_path / "undisturbed")
