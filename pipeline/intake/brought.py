"""What a file of the inbox brings, and the task of opening one: small records for a pipe."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import DocumentError
from pipeline.records import Envelope, Rejection, Source

Refusal = tuple[str, Rejection]
"""The name of what cannot be read, and why."""
Span = tuple[int, int]
"""Where a mail of a mailbox begins in the file, and where it ends."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Open the file at ``path``, called ``name``; of a mailbox, the mail in ``span``.

    Attachments are written into ``spool``, under their sha256.
    """

    name: str
    path: Path
    spool: Path
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Brought:
    """What a file or a mail brings; ``mails`` where it is a mailbox: each is opened by itself."""

    sources: tuple[Source, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    mails: tuple[Span, ...] = ()

    def __add__(self, other: "Brought") -> "Brought":
        return Brought(self.sources + other.sources, self.refusals + other.refusals)

    def __bool__(self) -> bool:
        return bool(self.sources or self.refusals or self.mails)


def refused(name: str, error: DocumentError, envelope: Envelope | None = None) -> Brought:
    """A line, and nothing else; ``envelope``: of the mail that it is about."""
    return Brought(refusals=((name, Rejection(error.kind, str(error), envelope=envelope)),))
