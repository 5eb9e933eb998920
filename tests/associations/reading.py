"""A run over drawn copies, as people start one."""

import subprocess
import sys
from pathlib import Path

from pipeline.errors import ExitCode


def read(out: Path, *, jobs: int) -> None:
    """Let ``fiches run`` read the inbox with these forms. Raises CalledProcessError."""
    (out / "fiches.toml").write_text('forms = ["forms"]\n', "utf-8")
    command = [sys.executable, "-m", "pipeline", "run", "inbox", "--out", "read"]
    command += ["--config", "fiches.toml", "--jobs", str(jobs)]
    done = subprocess.run(command, cwd=out, check=False)
    if done.returncode not in (ExitCode.OK, ExitCode.SOME_REJECTED):
        done.check_returncode()
