"""Every deliberate error, with the exit code the command ends with.

A message says what happened, where, and what to do. Facts travel in ``args`` (one string), so that
an error survives pickling on its way back from a worker.

A ``DocumentError`` ends as a line of ``rejected.csv``, which the secretary reads: its message is in
French. The other messages are read by whoever set the machine up, in the language of the user
(see ``language``).
"""

import traceback
from enum import IntEnum
from pathlib import Path
from typing import ClassVar


class ExitCode(IntEnum):
    """What the command tells the shell."""

    OK = 0
    BUG = 1
    USAGE = 2
    CONFIG = 3
    INPUT = 4
    ENGINE = 5
    STORE = 6
    EXPORT = 7
    SOME_REJECTED = 8
    INTERRUPTED = 130


class PipelineError(Exception):
    """Base of every error this product raises on purpose."""

    exit_code: ClassVar[ExitCode] = ExitCode.BUG


class ConfigError(PipelineError):
    """An unknown name, a bad ``form.toml`` or ``fiches.toml``: all faults at once, with paths."""

    exit_code = ExitCode.CONFIG


class InputError(PipelineError):
    """What was given cannot be worked on (an inbox that is missing or empty)."""

    exit_code = ExitCode.INPUT


class EmptyInboxError(InputError):
    """An inbox that is there, and holds no file."""


class MailboxError(InputError):
    """The mailbox cannot be had: the server is not there, not to be trusted, or makes no sense."""


class StatementError(InputError):
    """A bank's file that is no statement, or does not add up: it costs itself alone."""


class DocumentError(InputError):
    """One document cannot be read; ``kind`` names why, in one word for ``rejected.csv``."""

    kind: ClassVar[str] = "unreadable"


class EmptyFileError(DocumentError):
    kind = "empty"


class DamagedError(DocumentError):
    kind = "damaged"


class EncryptedError(DocumentError):
    kind = "encrypted"


class UnsupportedError(DocumentError):
    """Not a kind of file that can hold a form."""

    kind = "unsupported"


class TooLargeError(DocumentError):
    kind = "too-large"


class TooSmallError(DocumentError):
    """Too few pixels to read anything."""

    kind = "too-small"


class UnavailableError(DocumentError):
    """The file could not be opened: no permission, vanished, or still being written."""

    kind = "unavailable"


class MailError(DocumentError):
    """A mail that brings nothing to read: no attachment, or mails nested too deep."""

    kind = "mail"


class AlignmentError(DocumentError):
    """No known form fits the page."""

    kind = "no-form"


class TimeLimitError(DocumentError):
    """A page took more time of the processor than it may."""

    kind = "time-limit"


class MemoryLimitError(DocumentError):
    """A page took more memory than it may; ``crowded``: of a process that had done other work."""

    kind = "memory-limit"
    crowded = False


class StalledError(DocumentError):
    """Nothing was told for a long time: the machine's trouble (a drive that does not answer)."""

    kind = "stalled"


class CrashError(DocumentError):
    """The document killed its worker process."""

    kind = "crash"


class BugError(DocumentError):
    """The program's own fault; it costs a page, never the batch."""

    kind = "bug"


class EngineError(PipelineError):
    """An OCR engine or a weights file is missing or damaged; the message says what to install."""

    exit_code = ExitCode.ENGINE


class StoreError(PipelineError):
    exit_code = ExitCode.STORE


class ConflictError(PipelineError):
    """Somebody else decided in the meantime; the message says who and when, in French."""

    exit_code = ExitCode.STORE


class ExportError(PipelineError):
    exit_code = ExitCode.EXPORT


class BooksError(ExportError):
    """A file for accounting that breaks the rules of its format: none of the batch is written."""


def bug_place(err: Exception) -> str:
    """The type and place of a stray exception: its own words may quote what was read."""
    place = traceback.extract_tb(err.__traceback__)[-1]
    return f"{type(err).__name__}, {Path(place.filename).name}:{place.lineno}"
