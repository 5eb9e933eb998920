"""A cheap stand-in for ``process_document``: what stands in a document says how it behaves."""

import ctypes
import os
import signal
import sys
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.config import Settings
from pipeline.geometry import BoxMm
from pipeline.records import (
    Candidate,
    FieldReading,
    Outcome,
    Registration,
    Rejection,
    Source,
    Status,
)
from pipeline.runner import Reader
from pipeline.stages.brought import Brought, Opening
from pipeline.stages.unpack import unpack as real_unpack

if TYPE_CHECKING:
    from pipeline.review.pictures import Draw, Drawn

WORK = "fake_work:read"
READER = Reader("fake", WORK)


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
    if "dies" in task.name:
        os.kill(os.getpid(), signal.SIGKILL)
    if "hangs" in task.name:
        time.sleep(3600)
    return real_unpack(task, settings)


def read(source: Source, settings: Settings) -> Outcome:
    _, word, *rest = source.path.read_text("utf-8").split()
    match word:
        case "hang":
            time.sleep(3600)
        case "spin":  # holds the GIL, as a bug in a C library does
            ctypes.PyDLL(None).sleep(3600)
        case "exit":
            os._exit(3)
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "segfault":
            ctypes.string_at(0)
        case "raise":
            raise ValueError("a bug in the work itself")
        case "slow":
            time.sleep(float(rest[0]))
        case "say":  # takes its time, and leaves a line in a file whenever it is read
            time.sleep(0.05)
            with Path(rest[0]).open("a") as said:
                said.write(f"{source.document}\n")
        case "remember":  # what its process saw when it first read, as forms are
            rest = [remembered(Path(rest[0]))]
        case "bad":
            return Outcome(source, pages=1, rejections=(Rejection("damaged", "Abîmé."),))
    value = " ".join(rest)
    reading = FieldReading(
        field="organisation",
        type="organisation",
        page=1,
        box_mm=BoxMm(10, 20, 30, 5),
        raw=value,
        candidates=(Candidate(value, value, 0.99),),
        status=Status.ACCEPTED,
    )
    registration = Registration("mais-2018-02-02", 1, (reading,), status=Status.ACCEPTED)
    return Outcome(source, pages=1, registrations=(registration,))


def child_environment(source: Source, settings: Settings) -> Outcome:
    """Tells, as rejections, what the child's environment looks like."""
    import cv2

    facts = {
        "pid": os.getpid(),
        "session": os.getsid(0),
        "cv2 threads": cv2.getNumThreads(),
        "omp": os.environ["OMP_THREAD_LIMIT"],
        "path": sys.path[0],
    }
    return Outcome(source, rejections=tuple(Rejection(k, str(v)) for k, v in facts.items()))


def draw(task: "Draw", settings: Settings) -> "Drawn":
    """A stand-in for ``review.drawing.work``: how it behaves stands in the document too."""
    read(task.source, settings)
    return {(task.number, task.page): b""}
