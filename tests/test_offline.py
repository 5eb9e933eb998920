"""A run opens no connection: neither the command nor the processes that read for it."""

import csv
import os
import subprocess
import sys
from pathlib import Path

from pipeline.forms.schema import load_form
from pipeline.paths import FORMS
from pipeline.simulate import simulate

# Every Python process with this on its path, children too, is refused the network and tells of it.
_BLOCK = """
import sys

def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.gethostbyname"):
        with open({log!r}, "a") as log:
            log.write(f"{{event}} {{arguments}}\\n")
        raise OSError("no network in this test")

sys.addaudithook(refuse)
with open({log!r}, "a") as log:
    log.write("blocked\\n")
"""


def test_a_run_reads_a_filled_form_without_a_network(tmp_path: Path) -> None:
    log = tmp_path / "log"
    (tmp_path / "sitecustomize.py").write_text(_BLOCK.format(log=str(log)))
    inbox, out = tmp_path / "inbox", tmp_path / "out"
    simulate(load_form(FORMS / "mais-2018-02-02"), inbox, n=1, seed=1, styles=["typed"])
    (inbox / "truth.json").unlink()
    path = os.pathsep.join([str(tmp_path), *(p for p in sys.path if p)])
    command = [sys.executable, "-m", "pipeline", "run", str(inbox), "--out", str(out), "--jobs=1"]
    ended = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert ended.returncode == 0, ended.stderr
    with (out / "registrations.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 1
    said = log.read_text().splitlines()
    assert len(said) >= 2, "the command and the child that read are both watched"
    assert set(said) == {"blocked"}
