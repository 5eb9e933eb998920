"""Nothing but a fetch opens a connection: neither commands nor the processes that read for them."""

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


_MAILBOX = "[mailbox]\nhost = 'imap.exemple.fr'\nuser = 'secretariat@exemple.fr'\n"


def fiches(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in a folder whose settings name a mailbox; ``log`` tells what it tried."""
    (folder / "sitecustomize.py").write_text(_BLOCK.format(log=str(folder / "log")))
    (folder / "fiches.toml").write_text(_MAILBOX)
    path = os.pathsep.join([str(folder), *(p for p in sys.path if p)])
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments],
        env={**os.environ, "PYTHONPATH": path, "FICHES_MAILBOX_PASSWORD": "sésame"},
        capture_output=True,
        text=True,
        cwd=folder,
    )


def test_a_run_reads_a_filled_form_without_a_network(tmp_path: Path) -> None:
    inbox, out = tmp_path / "inbox", tmp_path / "out"
    simulate(load_form(FORMS / "mais-2018-02-02"), inbox, n=1, seed=1, styles=["typed"])
    (inbox / "truth.json").unlink()
    ended = fiches(tmp_path, "run", str(inbox), "--out", str(out), "--jobs=1")
    assert ended.returncode == 0, ended.stderr
    with (out / "registrations.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 1
    said = (tmp_path / "log").read_text().splitlines()
    assert len(said) >= 2, "the command and the child that read are both watched"
    assert set(said) == {"blocked"}


def test_a_mailbox_is_asked_only_when_that_is_typed(tmp_path: Path) -> None:
    assert fiches(tmp_path, "doctor").returncode == 0
    assert set((tmp_path / "log").read_text().splitlines()) == {"blocked"}
    for typed, code in ((("doctor", "--mailbox"), 5), (("fetch", "inbox"), 4)):
        ended = fiches(tmp_path, *typed)
        assert ended.returncode == code
        assert "imap.exemple.fr" in (tmp_path / "log").read_text().splitlines()[-1]
