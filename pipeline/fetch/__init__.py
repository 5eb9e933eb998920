"""Mail fetched from a mailbox into an inbox, each message once. Only this room uses the network.

From there on a mail is a file like any other: ``intake.receive`` opens it, with its limits.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.config import Mailbox
from pipeline.errors import MailboxError
from pipeline.fetch.password import password_of
from pipeline.fetch.session import BrokenError, RefusedError, Session, opened
from pipeline.fetch.taken import Place, Taken, alone
from pipeline.language import tr

_MOST_BREAKS = 5
"""A connection that breaks so often without giving a mail is given up."""
_PAUSE_S = 0.5
"""Before connecting again; twice as long each time."""

Progress = Callable[[int, int], None]
"""Told how many new mails are done, and how many there are. What it raises ends the fetch."""


@dataclass(slots=True)
class Fetched:
    """What a fetch did.

    ``new`` mails lie in the inbox; ``same`` ones had the bytes of a mail that was taken before;
    ``deleted`` ones are only marked as deleted, and were left; ``moved`` ones are now in the folder
    that ``move_to`` names. ``troubles``: a sentence on each thing that could not be done.
    """

    new: int = 0
    same: int = 0
    deleted: int = 0
    moved: int = 0
    troubles: list[str] = field(default_factory=list)


def fetch(
    mailbox: Mailbox,
    inbox: Path,
    *,
    password: str = "",
    progress: Progress = lambda _done, _total: None,
) -> Fetched:
    """Take all mail that is new in a mailbox into the folder ``inbox``, which is made if need be.

    Whatever ends it, at whatever moment: the next fetch goes on, and no mail is lost or taken
    twice. Without a ``password``, that of the environment or the key ring is used. Raises
    ConfigError, InputError (another fetch is under way), MailboxError, ExportError.
    """
    password = password or password_of(mailbox)
    inbox = inbox.absolute()
    with alone(inbox):
        return _Round(mailbox, Taken.into(inbox), progress).run(password)


def reach(mailbox: Mailbox, *, password: str = "") -> int:
    """How many messages the mailbox holds: whether it can be reached. Raises as ``fetch`` does."""
    try:
        with opened(mailbox, password or password_of(mailbox)) as session:
            if mailbox.move_to:
                session.require(mailbox.move_to)
            return len(session.uids())
    except RefusedError as err:
        raise _refusal(mailbox, err) from err


class _Round:
    """All connections of a fetch: where one breaks, the next goes on."""

    def __init__(self, mailbox: Mailbox, taken: Taken, progress: Progress) -> None:
        self._mailbox, self._taken, self._progress = mailbox, taken, progress
        self._fetched = Fetched()
        self._done = 0
        self._breaks = 0  # since a mail was taken
        self._listed = False
        self._broken_at: set[tuple[Place, int]] = set()
        self._failed: set[tuple[Place, int]] = set()

    def run(self, password: str) -> Fetched:
        while True:
            try:
                with opened(self._mailbox, password) as session:
                    place = (_name(self._mailbox), session.number)
                    self._take_all(session, place)
                    self._move_all(session, place)
                return self._fetched
            except RefusedError as err:
                raise _refusal(self._mailbox, err) from err
            except BrokenError as err:
                self._breaks += 1
                if not self._listed:  # nothing is lost, and waiting longer will not help
                    raise
                if self._breaks == _MOST_BREAKS:
                    raise self._given_up(err) from err
            time.sleep(_PAUSE_S * 2**self._breaks)

    def _take_all(self, session: Session, place: Place) -> None:
        if self._mailbox.move_to:
            session.require(self._mailbox.move_to)
        known = self._taken.uids(place)
        self._fetched.deleted = len(set(session.uids(deleted=True)) - known)
        new = [u for u in session.uids() if u not in known and (place, u) not in self._failed]
        new.sort(key=lambda uid: ((place, uid) in self._broken_at, uid))  # what broke comes last
        self._listed, total = True, self._done + len(new)
        for uid in new:
            self._progress(self._done, total)
            self._take(session, place, uid)
            self._done += 1
        if total:
            self._progress(self._done, total)

    def _take(self, session: Session, place: Place, uid: int) -> None:
        """A message that the server refuses, or that breaks two connections, costs itself alone."""
        try:
            message = session.message(uid)
            if message is None:
                return
            if self._taken.take(place, uid, message):
                self._fetched.new += 1
            else:
                self._fetched.same += 1
            self._breaks = 0
        except RefusedError as err:
            self._fail(place, uid, err)
        except BrokenError as err:
            if (place, uid) in self._broken_at:
                self._fail(place, uid, err)
            self._broken_at.add((place, uid))
            raise

    def _fail(self, place: Place, uid: int, err: MailboxError) -> None:
        self._failed.add((place, uid))
        self._fetched.troubles.append(
            tr(
                "The message with the UID {uid} in {folder} could not be fetched ({said}). It "
                "stays there, and the next fetch tries again.",
                uid=uid,
                folder=self._mailbox.folder,
                said=str(err).rstrip("."),
            )
        )

    def _move_all(self, session: Session, place: Place) -> None:
        """Also what an earlier fetch took, and was ended before it moved."""
        folder = self._mailbox.move_to
        ours = [uid for uid in session.uids() if uid in self._taken.uids(place)] if folder else []
        if not folder or not ours:
            return
        try:
            for moved in session.move(ours, folder):
                self._fetched.moved += moved
        except RefusedError as err:
            self._fetched.troubles.append(
                tr(
                    "Mail was fetched, and could not be moved to {folder} ({said}). It is where it "
                    "was, and will not be fetched again.",
                    folder=folder,
                    said=err,
                )
            )

    def _given_up(self, err: BrokenError) -> MailboxError:
        said = tr(
            "{new} new mails are here; type fiches fetch again for the others.",
            new=self._fetched.new,
        )
        return MailboxError(f"{err} {said}")


def _name(mailbox: Mailbox) -> str:
    return f"{mailbox.user}@{mailbox.host}:{mailbox.port}/{mailbox.folder}"


def _refusal(mailbox: Mailbox, err: RefusedError) -> MailboxError:
    return MailboxError(
        tr(
            "{host} does not do what is asked of {folder} ({said}). Try again later, or ask "
            "whoever runs it.",
            host=mailbox.host,
            folder=mailbox.folder,
            said=err,
        )
    )
