"""A mail server, asked over TLS, and what goes wrong there, in words.

Nothing on the server is changed but what ``move`` is told to move: the folder is opened to read
only, and no message is marked as seen. No answer takes more memory than ``_MOST_BYTES``.
"""

import imaplib
import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from imapclient import DELETED, IMAPClient, SocketTimeout
from imapclient.exceptions import LoginError

from pipeline.config import Mailbox
from pipeline.errors import ConfigError, MailboxError, PipelineError
from pipeline.language import foreign, tr, why

_PART_BYTES = 4 << 20
"""A message is asked for in parts of this size."""
_MOST_BYTES = 8 * _PART_BYTES
"""All of an answer: beyond a part, the numbers of a million messages fit into it."""
_CONNECT_S = 20.0
_MOVED_AT_ONCE = 100
_MOST_FOLDERS = 20
"""So many folders are listed where the one that is named is not there."""
_NO_MAIL = rb"\Noselect"
_OF_ANOTHER = (62, 64)
"""OpenSSL's codes for a certificate that is for another name or address (x509_vfy.h)."""

logging.getLogger("imapclient").setLevel(logging.CRITICAL + 1)  # it quotes what servers say


class BrokenError(MailboxError):
    """The connection is of no more use; a new one may be."""


class RefusedError(MailboxError):
    """The server refused a single thing, or does not give it; the connection can go on."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as the server describes it, and its bytes, to be taken once.

    ``arrived`` is None where the server does not know.
    """

    arrived: datetime | None
    parts: Iterator[bytes]


class Session:
    """A folder of a mailbox, open to read only.

    All methods raise BrokenError and RefusedError. ``number`` is the folder's UIDVALIDITY: the UIDs
    of its messages mean the same for as long as it does; None where they do not.
    """

    def __init__(self, client: "_Client", mailbox: Mailbox) -> None:
        self._client, self._mailbox = client, mailbox
        self.number = self._select(readonly=True)

    def uids(self, *, deleted: bool = False) -> list[int]:
        """The messages that are looked at, oldest first; or those only marked as deleted."""
        criteria: list[Any] = ["DELETED" if deleted else "UNDELETED"]
        if self._mailbox.since:
            criteria += ["SINCE", self._mailbox.since]
        with _in_words(self._mailbox):
            return sorted(self._client.search(criteria))

    def message(self, uid: int) -> Message | None:
        """A message; None where it has gone in the meantime."""
        answer = self._fetch(uid, "INTERNALDATE", "RFC822.SIZE", _part_at(0))
        if answer is None:
            return None
        size = answer.get(b"RFC822.SIZE")
        if not isinstance(size, int):
            raise self._nonsense()
        return Message(answer.get(b"INTERNALDATE"), self._parts(uid, size, self._part(answer, 0)))

    def move(self, uids: list[int], folder: str) -> Iterator[int]:
        """Move messages to another folder, and nothing else; how many were, some at a time.

        A server without MOVE is told to copy, mark as deleted, and expunge these UIDs alone.
        """
        number = self._select(readonly=False)
        if number is None or number != self.number:  # these UIDs are other messages by now
            return
        with _in_words(self._mailbox):
            moves, expunges = map(self._client.has_capability, ("MOVE", "UIDPLUS"))
        if not moves and not expunges:
            raise RefusedError(tr("the server can neither MOVE nor expunge single messages"))
        for start in range(0, len(uids), _MOVED_AT_ONCE):
            some = uids[start : start + _MOVED_AT_ONCE]
            with _in_words(self._mailbox):
                if moves:
                    self._client.move(some, folder)
                else:
                    self._client.copy(some, folder)
                    self._client.add_flags(some, [DELETED], silent=True)
                    self._client.uid_expunge(some)
            yield len(some)

    def require(self, folder: str) -> None:
        """Raises ConfigError for a folder that mail cannot be moved to."""
        if folder == self._mailbox.folder:
            raise ConfigError(
                tr(
                    "{folder} is the folder that mail is fetched from: under [mailbox] in "
                    "fiches.toml, name another as move_to.",
                    folder=folder,
                )
            )
        with _in_words(self._mailbox):
            is_there = self._client.folder_exists(folder)
        if not is_there:
            raise self._no_folder(folder, "")

    def _select(self, *, readonly: bool) -> int | None:
        """The folder's UIDVALIDITY. Raises ConfigError where the folder is not there."""
        folder = self._mailbox.folder
        try:
            with _in_words(self._mailbox):
                answer = self._client.select_folder(folder, readonly=readonly)
        except RefusedError as err:
            raise self._no_folder(folder, str(err)) from err
        number = answer.get(b"UIDVALIDITY")
        return number if isinstance(number, int) else None

    def _no_folder(self, folder: str, said: str) -> ConfigError:
        names: list[str] = []
        with suppress(RefusedError), _in_words(self._mailbox):
            names += (n for flags, _, n in self._client.list_folders() if _NO_MAIL not in flags)
        some = _on_a_line(", ".join(sorted(names)[:_MOST_FOLDERS]))
        return ConfigError(
            tr(
                "{host}: the folder {folder} cannot be opened ({said}). Under [mailbox] in "
                "fiches.toml, write one that is there: {folders}.",
                host=self._mailbox.host,
                folder=folder,
                said=said or tr("there is none"),
                folders=some,
            )
        )

    def _fetch(self, uid: int, *items: str) -> dict[bytes, Any] | None:
        with _in_words(self._mailbox):
            answer: dict[bytes, Any] | None = self._client.fetch([uid], items).get(uid)
        return answer

    def _part(self, answer: dict[bytes, Any] | None, at: int) -> bytes:
        part = (answer or {}).get(b"BODY[]<%d>" % at)
        if not isinstance(part, bytes):
            raise RefusedError(tr("the server does not give what is in it"))
        return part

    def _parts(self, uid: int, size: int, part: bytes) -> Iterator[bytes]:
        """The bytes of a message, until there are no more: not all servers know its true size."""
        at = 0
        while part:
            yield part
            at += len(part)
            if at == size:
                return
            if at > 2 * size + _PART_BYTES:  # it gives the same again and again
                raise self._nonsense()
            part = self._part(self._fetch(uid, _part_at(at)), at)

    def _nonsense(self) -> BrokenError:
        return BrokenError(_nonsense(self._mailbox))


@contextmanager
def opened(mailbox: Mailbox, password: str) -> Iterator[Session]:
    """Connect, log in, and open the folder.

    Raises ConfigError for a folder or a file of certificates that is not there; MailboxError where
    trying again will not help, BrokenError where it may.
    """
    context = _context(mailbox)
    with _in_words(mailbox):
        client = _Client(
            mailbox.host,
            mailbox.port,
            ssl_context=context,
            timeout=SocketTimeout(min(_CONNECT_S, mailbox.timeout_s), mailbox.timeout_s),
        )
    client.normalise_times = False
    try:
        _log_in(client, mailbox, password)
        yield Session(client, mailbox)
    except BaseException:  # no farewell: who hangs would not answer it
        with suppress(Exception):
            client.shutdown()
        raise
    with suppress(Exception):
        client.logout()


def _log_in(client: "_Client", mailbox: Mailbox, password: str) -> None:
    try:
        with _in_words(mailbox):
            if client.has_capability("AUTH=PLAIN") or not password.isascii():
                client.plain_login(mailbox.user, password)
            else:
                client.login(mailbox.user, password)
    except RefusedError as err:
        raise MailboxError(
            tr(
                "{host} does not let {user} in ({said}). Check user under [mailbox] in "
                "fiches.toml, and type fiches fetch INBOX --ask-password to give another password. "
                "Some providers want a password made for programs alone.",
                host=mailbox.host,
                user=mailbox.user,
                said=err,
            )
        ) from err


def _context(mailbox: Mailbox) -> ssl.SSLContext:
    """Certificates and names are always verified. Raises ConfigError for a bad file of them."""
    try:
        return ssl.create_default_context(cafile=mailbox.ca_file)
    except ssl.SSLError as err:
        raise ConfigError(
            tr("{path}: holds no certificate (PEM) that can be used.", path=mailbox.ca_file)
        ) from err
    except OSError as err:
        raise ConfigError(
            tr("{path}: cannot be read ({why}).", path=mailbox.ca_file, why=why(err))
        ) from err


def _part_at(at: int) -> str:
    return f"BODY.PEEK[]<{at}.{_PART_BYTES}>"


@contextmanager
def _in_words(mailbox: Mailbox) -> Iterator[None]:
    """What goes wrong on the way, as an error of ours."""
    try:
        yield
    except PipelineError:
        raise
    except ssl.SSLCertVerificationError as err:
        raise MailboxError(_untrusted(mailbox, err)) from err
    except LoginError as err:
        if isinstance(err.__context__, imaplib.IMAP4.abort):
            raise BrokenError(_dropped(mailbox)) from err
        raise RefusedError(_said(err)) from err
    except TimeoutError as err:
        raise BrokenError(
            tr(
                "{host} does not answer on port {port}. Check the network, and host and port under "
                "[mailbox] in fiches.toml; or try again later.",
                host=mailbox.host,
                port=mailbox.port,
            )
        ) from err
    except ssl.SSLError as err:
        raise BrokenError(
            tr(
                "{host} does not speak TLS on port {port} ({why}). Check port under [mailbox] in "
                "fiches.toml: it is 993 with most providers.",
                host=mailbox.host,
                port=mailbox.port,
                why=err.reason or err,
            )
        ) from err
    except imaplib.IMAP4.readonly as err:
        raise RefusedError(tr("the folder {folder} is read-only", folder=mailbox.folder)) from err
    except (ConnectionResetError, BrokenPipeError, imaplib.IMAP4.abort) as err:
        raise BrokenError(_dropped(mailbox)) from err
    except OSError as err:
        raise BrokenError(
            tr(
                "{host} cannot be reached on port {port} ({why}). Check the network, and host and "
                "port under [mailbox] in fiches.toml.",
                host=mailbox.host,
                port=mailbox.port,
                why=why(err),
            )
        ) from err
    except imaplib.IMAP4.error as err:
        raise RefusedError(_said(err)) from err
    except Exception as err:  # nonsense makes the parsers raise anything
        raise BrokenError(_nonsense(mailbox)) from err


def _untrusted(mailbox: Mailbox, err: ssl.SSLCertVerificationError) -> str:
    return tr(
        "{host} cannot prove that it is {host} ({why}), so it was told nothing. Check host under "
        "[mailbox] in fiches.toml. Where the server is your own, name the certificate of its "
        "authority as ca_file there; else ask whoever runs it.",
        host=mailbox.host,
        why=tr("its certificate is for another name")
        if err.verify_code in _OF_ANOTHER
        else foreign(err.verify_message),
    )


def _dropped(mailbox: Mailbox) -> str:
    return tr("{host} has closed the connection. Try again later.", host=mailbox.host)


def _nonsense(mailbox: Mailbox) -> str:
    return tr(
        "{host} answers what no mail server says. Check host and port under [mailbox] in "
        "fiches.toml.",
        host=mailbox.host,
    )


def _said(err: Exception) -> str:
    return _on_a_line(str(err))[:200]


def _on_a_line(text: str) -> str:
    """What a server says may hold anything, also what steers a terminal."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


class _Connection(imaplib.IMAP4_SSL):
    """One that takes no more than ``_MOST_BYTES`` for an answer, whatever the server sends."""

    _left = _MOST_BYTES

    def send(self, data: Any) -> None:
        self._left = _MOST_BYTES
        super().send(data)

    def read(self, size: int) -> bytes:
        self._take(size)
        return super().read(size)

    def readline(self) -> bytes:
        line = super().readline()
        self._take(len(line))
        return line

    def _take(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise OverflowError


class _Client(IMAPClient):  # type: ignore[misc]  # it has no types
    def _create_IMAP4(self) -> _Connection:  # noqa: N802
        return _Connection(
            self.host, self.port, ssl_context=self.ssl_context, timeout=self._timeout.connect
        )
