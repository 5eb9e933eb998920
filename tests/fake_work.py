"""A cheap stand-in for ``process.work``: what stands in a document says how it behaves."""

import ctypes
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from pipeline.config import Settings
from pipeline.geometry import BoxMm
from pipeline.intake.brought import Brought, Opening
from pipeline.parts import Part, Stretch
from pipeline.reader import Reader
from pipeline.records import (
    Candidate,
    FieldReading,
    Outcome,
    Registration,
    Rejection,
    Source,
    Status,
)

if TYPE_CHECKING:
    from pipeline.review.pictures import Draw, Drawn

WORK = "fake_work:read"
READER = Reader("fake", WORK)


class OnlyMadeThereError(Exception):
    """Pickles, and cannot be made of that again."""

    def __init__(self, first: int, second: int) -> None:
        super().__init__("only made there")


def write_document(path: Path, text: str) -> Path:
    """A file that passes for a PDF; the first word of ``text`` says how it behaves when read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"%PDF-1.4\n{text}\n", "utf-8")
    return path


@cache
def remembered(path: Path) -> str:
    return path.read_text("utf-8")


def unpack(task: Opening, settings: Settings) -> Brought:
    """Opens a mail; its name says how it behaves."""
    from pipeline.intake.unpack import unpack as real_unpack

    if "dies" in task.name:
        psutil.Process().kill()
    if "hangs" in task.name:
        time.sleep(3600)
    return real_unpack(task, settings)


def read(stretch: Stretch | Outcome, settings: Settings) -> Iterator[Part | Registration]:
    """Each line of the document is a page of it."""
    if isinstance(stretch, Outcome):
        yield from stretch.read
        return
    pages = stretch.source.path.read_text("utf-8").splitlines()[1:]
    last = stretch.last or len(pages)
    yield Part(len(pages), stretch.first, stretch.first)
    for number in range(stretch.first, last + 1):
        registrations, rejections = (), ()
        found = _page(pages[number - 1], stretch.source, number)
        if isinstance(found, Rejection):
            rejections = (found,)
        else:
            registrations = ((found, b""),)
        yield Part(len(pages), number + 1, number + 1, registrations, rejections)


_left: list[bytes] = []


def _page(text: str, source: Source, number: int) -> Registration | Rejection:
    word, *rest = text.split()
    match word:
        case "hang":
            time.sleep(3600)
        case "hold":  # holds the GIL, as a bug in a C library does
            ctypes.PyDLL(None).sleep(3600)
        case "spin":
            while True:
                pass
        case "fill":  # memory that is used, as fast as it comes
            held = []
            while True:
                held.append(b"x" * 2**20)
        case "leave":  # so much, in MB, stays in memory
            while psutil.Process().memory_info().rss < float(rest[0]) * 1e6:
                _left.append(b"x" * 2**20)
        case "need":  # so much, in MB, while it is read
            bytearray(b"x" * round(float(rest[0]) * 1e6))
        case "ask":  # more than any machine has, at one stroke
            bytearray(2**50)
        case "exit":
            os._exit(3)
        case "kill":
            psutil.Process().kill()
        case "segfault":
            ctypes.string_at(0)
        case "raise":
            raise ValueError("a bug in the work itself")
        case "slow":
            time.sleep(float(rest[0]))
        case "work":
            end = time.process_time() + float(rest[0])
            while time.process_time() < end:
                pass
        case "say":  # takes its time, and leaves a line in a file whenever it is read
            time.sleep(0.05)
            with Path(rest[0]).open("a", encoding="utf-8") as said:
                said.write(f"{source.document}\n")
        case "print":
            print("not an answer", flush=True)  # noqa: T201
            os.write(1, b"nor this")
        case "riddle":
            raise OnlyMadeThereError(1, 2)
        case "start":  # a program that outlives the patience for its page
            program = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
            source.path.with_name(rest[0]).write_text(str(program.pid), "ascii")
            program.wait()
        case "remember":  # what its process saw when it first read, as forms are
            rest = [remembered(Path(rest[0]))]
        case "bad":
            return Rejection("damaged", "Abîmé.")
    value = " ".join(rest)
    reading = FieldReading(
        field="organisation",
        type="organisation",
        page=number,
        box_mm=BoxMm(10, 20, 30, 5),
        raw=value,
        candidates=(Candidate(value, value, 0.99),),
        status=Status.ACCEPTED,
    )
    return Registration("mais-2018-02-02", number, (reading,), status=Status.ACCEPTED)


def child_environment(stretch: Stretch, settings: Settings) -> Iterator[Part]:
    """Tells, as rejections, what the child's environment looks like."""
    import cv2

    facts = {
        "pid": os.getpid(),
        "session": os.getsid(0),
        "cv2 threads": cv2.getNumThreads(),
        "omp": os.environ["OMP_THREAD_LIMIT"],
        "path": sys.path[0],
        "malloc": os.environ["MALLOC_TRIM_THRESHOLD_"],
    }
    yield Part(1, 2, 2, rejections=tuple(Rejection(k, str(v)) for k, v in facts.items()))


def draw(task: "Draw", settings: Settings) -> "Drawn":
    """A stand-in for ``review.drawing.work``: how it behaves stands in the document too."""
    list(read(Stretch(task.source), settings))
    return {(task.number, task.page): b""}
