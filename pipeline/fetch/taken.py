"""What was taken from which mailbox, beside the mails themselves: none is taken twice.

A mail is laid in the inbox whole, under a name that its bytes give, and only then noted. So whoever
is killed in between lays the same file in the same place the next time.
"""

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout

from pipeline.errors import ExportError, InputError
from pipeline.fetch.session import Message
from pipeline.language import tr, why
from pipeline.paths import PART

NOTES = ".fiches-fetch.jsonl"
"""In the inbox, where no run looks for fiches: a line for each mail that was taken."""
_LOCK = ".fiches-fetch.lock"
_DOWNLOAD = f".fiches-fetch{PART}"
_DIGITS = 16

Place = tuple[str, int | None]
"""A folder of a mailbox, and its UIDVALIDITY: where a UID means a message. None: it means none."""


@dataclass(frozen=True, slots=True)
class Taken:
    """All that was taken into an inbox: UIDs by their place, and the sha256 of each mail."""

    inbox: Path
    _uids: defaultdict[Place, set[int]] = field(default_factory=lambda: defaultdict(set))
    _digests: set[str] = field(default_factory=set)

    @classmethod
    def into(cls, inbox: Path) -> Self:
        """What the notes in an inbox say. Raises ExportError where they cannot be read."""
        taken = cls(inbox)
        with _writing(inbox / NOTES), suppress(FileNotFoundError):
            for line in (inbox / NOTES).read_bytes().splitlines():
                with suppress(ValueError, TypeError):  # cut off by a crash, or damaged: taken again
                    folder, number, uid, digest = json.loads(line)
                    taken._uids[folder, number].add(uid)
                    taken._digests.add(digest)
        return taken

    def uids(self, place: Place) -> set[int]:
        return self._uids[place] if place[1] is not None else set()

    def take(self, place: Place, uid: int, message: Message) -> bool:
        """Lay a mail in the inbox; whether it is new: the same bytes are there once.

        Raises ExportError, and what reading its parts raises.
        """
        part, sha256 = self.inbox / _DOWNLOAD, hashlib.sha256()
        with _writing(self.inbox), part.open("wb") as file:
            for some in message.parts:
                sha256.update(some)
                file.write(some)
            file.flush()
            os.fsync(file.fileno())
        digest = sha256.hexdigest()
        is_new = digest not in self._digests
        with _writing(self.inbox):
            if is_new:
                part.replace(self.inbox / _name(message.arrived, digest))
                _settle(self.inbox)
            else:
                part.unlink()
            self._note(place, uid, digest)
        return is_new

    def _note(self, place: Place, uid: int, digest: str) -> None:
        """Only once the mail is safely there. Lost in a power cut, it is taken again."""
        with (self.inbox / NOTES).open("ab+") as notes:
            if notes.tell():
                notes.seek(-1, os.SEEK_END)
                if notes.read(1) != b"\n":  # cut off by a crash
                    notes.write(b"\n")
            notes.write(json.dumps([*place, uid, digest], ensure_ascii=False).encode() + b"\n")
        self._uids[place].add(uid)
        self._digests.add(digest)


@contextmanager
def alone(inbox: Path) -> Iterator[None]:
    """Make the inbox, and keep it from two that fetch; what one that was killed left there goes.

    Raises ExportError, and InputError where another fetches.
    """
    with _writing(inbox):
        inbox.mkdir(parents=True, exist_ok=True)
        lock = FileLock(inbox / _LOCK, timeout=0)
        try:
            lock.acquire()
        except Timeout as err:
            raise InputError(
                tr("{inbox}: mail is being fetched into it already; wait for that.", inbox=inbox)
            ) from err
    try:
        yield
    finally:
        with suppress(OSError):
            (inbox / _DOWNLOAD).unlink(missing_ok=True)
        lock.release()


def _name(arrived: datetime | None, digest: str) -> str:
    """When it arrived, so that people find it in their own mail program, and what it is."""
    when = f"{arrived:%Y-%m-%d %Hh%M} " if arrived else ""
    return f"{when}{digest[:_DIGITS]}.eml"


def _settle(folder: Path) -> None:
    """The name of a new file is on the disk, too, where a folder can be told that."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as err:
        raise ExportError(
            tr("{path}: cannot be written ({why}).", path=path, why=why(err))
        ) from err
