"""What each system does its own way: this module alone asks which one it is.

Of what it offers, Linux and macOS have the kernel do what Windows leaves to ``psutil``; where that
says the same everywhere, all others ask it themselves.
"""

import ctypes
import getpass
import locale
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psutil

NAME: str = sys.platform
"""``win32``, ``darwin`` or another, ``linux`` mostly."""
_PATIENCE_S = 2.0
"""How long Windows may keep a file that something else (a search, an antivirus) looks at."""
_AGAIN_S = 0.05
_MOST_PROCESSES = 61
"""A pool on Windows can have no more."""
_PROGRAMS: dict[str, tuple[str, ...]] = {
    "win32": (r"C:\Program Files\Tesseract-OCR",),
    "darwin": ("/opt/homebrew/bin", "/usr/local/bin"),
}
"""Where Tesseract is installed to without being on the PATH of whoever double-clicks."""

APART: dict[str, Any]
"""For ``subprocess``: Ctrl-C reaches the parent alone, and no window opens."""
OUT_OF_TIME: int | None
"""The exit code of a process that ``limit_time`` ended; None where nothing ends it."""

if sys.platform == "win32":
    APART = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    OUT_OF_TIME = None

    def limit_time(seconds: float) -> None:
        """Windows has no such limit: the parent looks (``limits.Watch``)."""

    def end(process: subprocess.Popen[bytes]) -> int:
        """Kill a process and what it has started; the code it ended with.

        What it started and lost sight of when it died by itself goes on: nothing names it.
        """
        family: list[psutil.Process] = []
        with suppress(psutil.Error):
            family = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        for member in family:
            with suppress(psutil.Error):
                member.kill()
        return process.wait()

    def keep_port(listening: socket.socket) -> None:
        """Nobody else may take the port over, as SO_REUSEADDR would let them here."""
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)

    def language() -> str:
        """The language of the user as in ``fr_FR``; empty where the environment has to say it."""
        code = ctypes.windll.kernel32.GetUserDefaultUILanguage()
        return locale.windows_locale.get(code, "")

else:
    APART = {"start_new_session": True}
    OUT_OF_TIME = -signal.SIGPROF

    def limit_time(seconds: float) -> None:
        """End this process once all its threads together have computed so long from now on.

        0 takes the limit back. The kernel ends it, whatever a library does.
        """
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, seconds)

    def end(process: subprocess.Popen[bytes]) -> int:
        """Kill a process that was started ``APART``, and what it has started (tesseract), too.

        The code it ended with: one that has died already keeps the signal or code it died of.
        """
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        return process.wait()

    def keep_port(listening: socket.socket) -> None:
        """A port that was served a minute ago can be served again."""
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)

    def language() -> str:
        """The language of the user as in ``fr_FR``; empty where the environment has to say it."""
        return ""


def limit_data(most_bytes: int) -> None:
    """Have the kernel refuse this process more memory than that. Linux alone does."""
    if sys.platform == "linux":
        with suppress(ValueError, OSError, psutil.Error):  # a stricter one is set already
            psutil.Process().rlimit(psutil.RLIMIT_DATA, (most_bytes, most_bytes))


def give_back_memory() -> None:
    """Hand back what the C library keeps of memory that is no longer used. GNU's alone does."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def peak_bytes(process: psutil.Process) -> int:
    """The most memory that a process ever held; macOS says only what it holds now.

    Raises psutil.Error or OSError for one that has ended.
    """
    if sys.platform == "linux":
        for line in Path(f"/proc/{process.pid}/status").read_text("ascii", "replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    held = process.memory_info()
    return int(getattr(held, "peak_wset", held.rss))


def process_pool(jobs: int) -> ProcessPoolExecutor:
    """So many processes that start anew, as all do on Windows: for what we draw ourselves."""
    return ProcessPoolExecutor(min(jobs, _MOST_PROCESSES), get_context("spawn"))


def cores() -> int:
    """How many cores this process may use."""
    if sys.platform == "darwin":  # a process has no share of its own there
        return psutil.cpu_count() or 1
    return len(psutil.Process().cpu_affinity() or (0,))


def replace(part: Path, path: Path) -> None:
    """``Path.replace``, with patience where others look at the old file just now.

    Raises OSError: on Windows also for a file that a program holds open (a table in Excel).
    """
    deadline = time.monotonic() + (_PATIENCE_S if NAME == "win32" else 0.0)
    while True:
        try:
            part.replace(path)
            return
        except PermissionError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(_AGAIN_S)


def reach_programs() -> None:
    """Have this process and its children find programs where installers leave them."""
    for folder in filter(os.path.isdir, _PROGRAMS.get(NAME, ())):
        if folder not in (path := os.environ.get("PATH", "")).split(os.pathsep):
            os.environ["PATH"] = f"{path}{os.pathsep}{folder}"


def user_name() -> str:
    """Who is logged in; empty where the system does not know."""
    with suppress(ImportError, KeyError, OSError):
        return getpass.getuser()
    return ""
